"""Inventering: which systems a municipality has or has had, how much they hold and how that is to be treated.

Information is classed by confidentiality, correctness and availability (K, R, T), each 0 to 4.
"""

import datetime
import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consortium.access import policy
from consortium.access.permissions import Permission
from deliveries.models.systems import Edited, SourceSystem
from governance.models import Municipality


class Retention(models.TextChoices):
    KEEP = "keep", _("Bevaras")
    PARTLY = "partly", _("Bevaras delvis")
    DISPOSE = "dispose", _("Gallras")
    UNKNOWN = "unknown", _("Ej utrett")


class PersonalData(models.TextChoices):
    NONE = "none", _("Inga personuppgifter")
    ORDINARY = "ordinary", _("Personuppgifter")
    DELICATE = "delicate", _("Integritetskänsliga personuppgifter")
    SENSITIVE = "sensitive", _("Känsliga personuppgifter (artikel 9)")
    UNKNOWN = "unknown", _("Ej utrett")


def _information_class(name: Any) -> "models.PositiveSmallIntegerField[int | None, int | None]":
    return models.PositiveSmallIntegerField(
        name, null=True, blank=True, validators=[MinValueValidator(0), MaxValueValidator(4)]
    )


class SystemInventoryQuerySet(models.QuerySet["SystemInventory"]):
    def visible_to(self, user: policy.AnyUser) -> "SystemInventoryQuerySet":
        return self.filter(municipality__in=Municipality.objects.where_may(user, Permission.PROJECT_READ))


class SystemInventory(Edited):
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="inventory")
    system = models.ForeignKey(
        SourceSystem, on_delete=models.PROTECT, related_name="inventory", verbose_name=_("system")
    )
    version = models.CharField(_("version"), max_length=40, blank=True)
    in_use = models.BooleanField(_("i drift"), default=True)
    used_from = models.DateField(_("i drift från"), null=True, blank=True)
    retired_on = models.DateField(_("avställt"), null=True, blank=True)
    records = models.PositiveBigIntegerField(_("antal poster"), null=True, blank=True)
    size_gb = models.DecimalField(
        _("storlek i GB"), max_digits=12, decimal_places=3, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    retention = models.CharField(
        _("bevarande"), max_length=10, choices=Retention.choices, default=Retention.UNKNOWN, blank=True
    )
    confidentiality = _information_class(_("konfidentialitet (K)"))
    correctness = _information_class(_("riktighet (R)"))
    availability = _information_class(_("tillgänglighet (T)"))
    personal_data = models.CharField(
        _("personuppgifter"), max_length=10, choices=PersonalData.choices, default=PersonalData.UNKNOWN, blank=True
    )
    end_of_life_on = models.DateField(_("stödet upphör"), null=True, blank=True)
    contract_ends_on = models.DateField(_("avtalet går ut"), null=True, blank=True)
    note = models.TextField(_("anteckning"), blank=True)

    objects: ClassVar[SystemInventoryQuerySet] = SystemInventoryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Edited.Meta):
        constraints = [
            *Edited.Meta.constraints,
            models.UniqueConstraint(fields=["municipality", "system"], name="inventoried_once"),
            models.CheckConstraint(
                condition=Q(used_from=None) | Q(retired_on=None) | Q(retired_on__gte=F("used_from")),
                name="retired_after_taken_into_use",
            ),
            models.CheckConstraint(
                condition=Q(size_gb=None) | Q(size_gb__gte=0), name="inventory_size_is_not_negative"
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__lte": 4}), name=f"{name}_class_at_most_4"
                )
                for name in ("confidentiality", "correctness", "availability")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system}, {self.municipality}"

    @property
    def place(self) -> Municipality:
        return self.municipality

    def is_in_use(self, on: datetime.date | None = None) -> bool:
        return self.in_use and (self.retired_on is None or self.retired_on > (on or timezone.localdate()))

    @property
    def information_class(self) -> str:
        """ "K3 R2 T1"; a part that is not classed is left out."""
        parts = (("K", self.confidentiality), ("R", self.correctness), ("T", self.availability))
        return " ".join(f"{letter}{level}" for letter, level in parts if level is not None)


class InventoryImport(models.Model):
    """A file of inventory rows between upload and confirmation. Its bytes go when it is read in or replaced."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(
        Municipality, null=True, blank=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("kommun")
    )
    register_systems = models.BooleanField(default=False)
    filename = models.CharField(max_length=200)
    content = models.BinaryField()
    summary = models.JSONField(default=dict, help_text="What the preview shows: figures, changes and faults.")
    digest = models.CharField(max_length=64, blank=True, help_text="Of what would be written, to be confirmed as seen.")
    uploaded_at = models.DateTimeField(default=timezone.now)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.filename
