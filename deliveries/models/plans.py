"""Leveransplan: what a municipality means to deliver in a year, who has the mandate and who has decided.

No row means that there is no plan. Beside it stands what is to be said of the municipality's archivist.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consortium.access import policy
from consortium.access.permissions import Permission
from deliveries.models.systems import Edited
from governance.models import Municipality


class Sector(models.TextChoices):
    MANAGEMENT = "management", _("Ledning och administration")
    SOCIAL = "social", _("Socialtjänst")
    SCHOOL = "school", _("Skola och elevhälsa")
    BUILDING = "building", _("Bygg och plan")
    ENVIRONMENT = "environment", _("Miljö och hälsa")
    TECHNICAL = "technical", _("Teknik och fastighet")
    CULTURE = "culture", _("Kultur och fritid")
    PERSONNEL = "personnel", _("Personal och lön")
    ECONOMY = "economy", _("Ekonomi och upphandling")
    RESCUE = "rescue", _("Räddningstjänst")


class DeliveryPlanQuerySet(models.QuerySet["DeliveryPlan"]):
    def visible_to(self, user: policy.AnyUser) -> "DeliveryPlanQuerySet":
        return self.filter(municipality__in=Municipality.objects.where_may(user, Permission.PROJECT_READ))


class DeliveryPlan(Edited):
    class Status(models.TextChoices):
        MISSING = "missing", _("Saknas")
        DRAFT = "draft", _("Utkast")
        ANCHORED = "anchored", _("Förankrad, ej beslutad")
        DECIDED = "decided", _("Beslutad")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="plans")
    year = models.PositiveSmallIntegerField(_("år"))
    status = models.CharField(_("läge"), max_length=10, choices=Status.choices, default=Status.MISSING)
    mandate_holder = models.CharField(
        _("vem som har mandatet"),
        max_length=120,
        blank=True,
        help_text=_("Funktion, inte namn: till exempel Kanslichef."),
    )
    deciding_body = models.CharField(
        _("beslutande organ"), max_length=120, blank=True, help_text=_("Till exempel Kommunstyrelsen.")
    )
    anchoring_forum = models.CharField(
        _("var planen förankras"), max_length=120, blank=True, help_text=_("Till exempel ledningsgruppen.")
    )
    sectors = ArrayField(
        models.CharField(max_length=20, choices=Sector.choices),
        verbose_name=_("förvaltningar med behov"),
        default=list,
        blank=True,
    )
    decided_on = models.DateField(_("beslutad den"), null=True, blank=True)
    paragraph = models.CharField(_("paragraf"), max_length=20, blank=True)
    registry_number = models.CharField(_("diarienummer"), max_length=40, blank=True)
    note = models.TextField(_("anteckning"), blank=True)

    objects: ClassVar[DeliveryPlanQuerySet] = DeliveryPlanQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Edited.Meta):
        constraints = [
            *Edited.Meta.constraints,
            models.UniqueConstraint(fields=["municipality", "year"], name="one_plan_a_year"),
            models.CheckConstraint(
                condition=~Q(status="decided") | (Q(decided_on__isnull=False) & ~Q(deciding_body="")),
                name="decided_plan_says_when_and_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.municipality} {self.year}: {self.get_status_display()}"

    @property
    def place(self) -> Municipality:
        return self.municipality


class ArchiveStaffing(Edited):
    """What more is to be said of an archivist. Whether there is one stands among the municipality's facts."""

    municipality = models.OneToOneField(Municipality, on_delete=models.PROTECT, related_name="archive_staffing")
    note = models.CharField(_("anteckning"), max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.municipality}: {self.note}"

    @property
    def place(self) -> Municipality:
        return self.municipality

    @property
    def seen(self) -> int:
        """A number that grows when either the answer or the note is changed."""
        return self.municipality.version + self.revision
