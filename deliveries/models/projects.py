"""A delivery project takes one system's records to the archive through five phases, for one or more municipalities."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.precision import Precision
from deliveries.models.systems import SourceSystem
from governance.models import Consortium, Municipality


class Phase(models.IntegerChoices):
    """The consortium's published model. No phase means "Fas ej angiven"."""

    EXPLORE = 0, _("Undersöka")
    INVENTORY = 1, _("Inventera")
    DETAIL = 2, _("Detaljera")
    TRANSFER = 3, _("Överföra")
    CONTROL = 4, _("Kontrollera")


class DeliveryProjectQuerySet(models.QuerySet["DeliveryProject"]):
    def visible_to(self, user: policy.AnyUser) -> "DeliveryProjectQuerySet":
        mine = Municipality.objects.where_may(user, Permission.PROJECT_READ)
        ours = Consortium.objects.where_may(user, Permission.PROJECT_READ)
        return self.filter(Q(participations__municipality__in=mine) | Q(consortium__in=ours)).distinct()


class DeliveryProject(models.Model):
    class Status(models.TextChoices):
        PLANNED = "planned", _("Planerat")
        ONGOING = "ongoing", _("Pågår")
        RECURRING = "recurring", _("Återkommande")
        PAUSED = "paused", _("Pausat")
        COMPLETED = "completed", _("Avslutat")
        CANCELLED = "cancelled", _("Avbrutet")

    consortium = models.ForeignKey(Consortium, on_delete=models.PROTECT, related_name="projects")
    system = models.ForeignKey(SourceSystem, on_delete=models.PROTECT, related_name="projects")
    name = models.CharField(_("namn"), max_length=120)
    status = models.CharField(_("läge"), max_length=20, choices=Status.choices, default=Status.PLANNED)
    phase = models.PositiveSmallIntegerField(_("fas"), choices=Phase.choices, null=True, blank=True)
    planned_from = models.DateField(_("planerat från"), null=True, blank=True)
    started_on = models.DateField(_("startade"), null=True, blank=True)
    started_precision = models.CharField(max_length=10, choices=Precision.choices, default=Precision.DAY)
    ended_on = models.DateField(_("avslutades"), null=True, blank=True)
    note = models.TextField(_("anteckning"), blank=True)
    municipalities = models.ManyToManyField(Municipality, through="Participation", related_name="projects")

    objects: ClassVar[DeliveryProjectQuerySet] = DeliveryProjectQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        permissions = Permission.declared()
        constraints = [
            models.CheckConstraint(
                condition=Q(started_on=None) | Q(ended_on=None) | Q(ended_on__gte=models.F("started_on")),
                name="project_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def phase_name(self) -> str:
        return str(Phase(self.phase).label) if self.phase is not None else str(_("Fas ej angiven"))


class Participation(models.Model):
    class Role(models.TextChoices):
        DELIVERING = "delivering", _("Levererar")
        OBSERVER = "observer", _("Lyssnar")

    project = models.ForeignKey(DeliveryProject, on_delete=models.CASCADE, related_name="participations")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="participations")
    role = models.CharField(_("roll"), max_length=20, choices=Role.choices, default=Role.DELIVERING)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "municipality"], name="takes_part_once")]

    def __str__(self) -> str:
        return f"{self.municipality} ({self.get_role_display()})"
