"""Who else than a municipality takes part: a region, a federation, a company. Known by name, not by SCB code."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from consortium.swedish import swedish_order
from governance.models.members import luhn


class PartyQuerySet(models.QuerySet["Party"]):
    def in_swedish_order(self) -> "PartyQuerySet":
        return self.order_by(swedish_order("name"))


class Party(models.Model):
    class Kind(models.TextChoices):
        REGION = "region", _("Region")
        FEDERATION = "federation", _("Kommunalförbund")
        COMPANY = "company", _("Bolag")
        MUNICIPALITY = "municipality", _("Kommun utanför registret")
        OTHER = "other", _("Annan organisation")

    kind = models.CharField(_("slag"), max_length=20, choices=Kind.choices)
    name = models.CharField(_("namn"), max_length=120, unique=True)
    organisation_number = models.CharField(_("organisationsnummer"), max_length=11, blank=True, validators=[luhn])

    objects: ClassVar[PartyQuerySet] = PartyQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.name
