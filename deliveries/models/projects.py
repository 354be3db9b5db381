"""A delivery project takes one system's records to the archive through five phases, for one or more municipalities.

Each municipality's part has a phase and a status of its own; the project's are a summary that the acts keep. Every
change is also a row of ProjectState, so that the list of an earlier day can be given.
"""

import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.precision import Precision
from deliveries.models.phases import OVER, Phase, Status, phase_name
from deliveries.models.systems import SourceSystem
from governance.models import Consortium, Municipality


class Benefit(models.TextChoices):
    """What a project is good for, in the words of those who asked."""

    RETRIEVAL = "retrieval", _("Spara tid vid återsökning och utlämnande")
    BUSINESS_ACCESS = "business_access", _("Effektivare åtkomst för verksamheten")
    RETIREMENT = "retirement", _("Avställa gamla system")
    INSIGHT = "insight", _("Insyn och demokrati")
    SERVICE = "service", _("Service till medborgare")
    RESEARCH = "research", _("Forskning")
    DIGITALISATION = "digitalisation", _("Ett steg i digitaliseringen")


class Cost(models.TextChoices):
    UNKNOWN = "unknown", _("Ej klarlagd")
    INCLUDED = "included", _("Ingår i medlemsavgiften")
    EXTRA = "extra", _("Eget belopp")


class DeliveryProjectQuerySet(models.QuerySet["DeliveryProject"]):
    def visible_to(self, user: policy.AnyUser) -> "DeliveryProjectQuerySet":
        mine = Participation.objects.filter(
            municipality__in=Municipality.objects.where_may(user, Permission.PROJECT_READ)
        )
        ours = Consortium.objects.where_may(user, Permission.PROJECT_READ)
        return self.filter(Q(pk__in=mine.values("project")) | Q(consortium__in=ours))

    def going_on(self) -> "DeliveryProjectQuerySet":
        return self.exclude(status__in=OVER)


class DeliveryProject(models.Model):
    Status = Status

    consortium = models.ForeignKey(Consortium, on_delete=models.PROTECT, related_name="projects")
    system = models.ForeignKey(SourceSystem, on_delete=models.PROTECT, related_name="projects")
    name = models.CharField(_("namn"), max_length=120)
    status = models.CharField(_("läge"), max_length=20, choices=Status.choices, default=Status.PLANNED)
    phase = models.PositiveSmallIntegerField(_("fas"), choices=Phase.choices, null=True, blank=True)
    planned_from = models.DateField(_("planerat från"), null=True, blank=True)
    planned_from_precision = models.CharField(max_length=10, choices=Precision.choices, default=Precision.DAY)
    started_on = models.DateField(_("startade"), null=True, blank=True)
    started_precision = models.CharField(max_length=10, choices=Precision.choices, default=Precision.DAY)
    ended_on = models.DateField(_("avslutades"), null=True, blank=True)
    ended_precision = models.CharField(max_length=10, choices=Precision.choices, default=Precision.DAY)
    note = models.TextField(_("anteckning"), blank=True)
    benefits = ArrayField(
        models.CharField(max_length=20, choices=Benefit.choices), verbose_name=_("nyttor"), default=list, blank=True
    )
    cost = models.CharField(_("kostnad"), max_length=10, choices=Cost.choices, default=Cost.UNKNOWN)
    cost_amount = models.PositiveIntegerField(_("belopp i kronor"), null=True, blank=True)
    has_secrets = models.BooleanField(
        _("innehållet omfattas av sekretess"),
        default=False,
        help_text=_("Från fas 3 arbetar då varje kommun för sig."),
    )
    separated_at = models.DateTimeField(null=True, editable=False, help_text="From here on nothing is written jointly.")
    lessons = models.TextField(_("lärdomar"), blank=True)
    reusable = models.TextField(_("återanvändbart för andra kommuner"), blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    municipalities = models.ManyToManyField(Municipality, through="Participation", related_name="projects")

    objects: ClassVar[DeliveryProjectQuerySet] = DeliveryProjectQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        permissions = Permission.declared()
        constraints = [
            models.CheckConstraint(
                # "In October" is stored as the 1st, before a start on the 3rd.
                condition=Q(started_on=None)
                | Q(ended_on=None)
                | ~Q(ended_precision="day")
                | Q(ended_on__gte=F("started_on")),
                name="project_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(cost="extra", cost_amount__isnull=False) | (~Q(cost="extra") & Q(cost_amount=None)),
                name="project_amount_when_cost_is_extra",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> Consortium:
        """Where the right to the joint parts stands; each municipality's part has its own."""
        return self.consortium

    @property
    def phase_name(self) -> str:
        return phase_name(self.phase)

    @property
    def is_over(self) -> bool:
        return self.status in OVER

    @property
    def benefit_names(self) -> list[str]:
        return [str(Benefit(code).label) for code in self.benefits if code in Benefit.values]


class ParticipationQuerySet(models.QuerySet["Participation"]):
    def visible_to(self, user: policy.AnyUser) -> "ParticipationQuerySet":
        return self.filter(project__in=DeliveryProject.objects.visible_to(user))

    def delivering(self) -> "ParticipationQuerySet":
        return self.filter(role=Participation.Role.DELIVERING)

    def going_on(self) -> "ParticipationQuerySet":
        return self.exclude(status__in=OVER)


class Participation(models.Model):
    """One municipality's part of a project."""

    class Role(models.TextChoices):
        DELIVERING = "delivering", _("Levererar")
        OBSERVER = "observer", _("Lyssnar")

    project = models.ForeignKey(DeliveryProject, on_delete=models.CASCADE, related_name="participations")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="participations")
    role = models.CharField(_("roll"), max_length=20, choices=Role.choices, default=Role.DELIVERING)
    status = models.CharField(_("läge"), max_length=20, choices=Status.choices, default=Status.PLANNED)
    phase = models.PositiveSmallIntegerField(_("fas"), choices=Phase.choices, null=True, blank=True)
    started_on = models.DateField(_("startade"), null=True, blank=True)
    started_precision = models.CharField(max_length=10, choices=Precision.choices, default=Precision.DAY)
    ended_on = models.DateField(_("avslutades"), null=True, blank=True)
    reason = models.TextField(_("skäl"), blank=True, help_text="Why it is paused, cancelled or left.")
    data_return = models.TextField(_("återlämning av material"), blank=True)

    objects: ClassVar[ParticipationQuerySet] = ParticipationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "municipality"], name="takes_part_once"),
            models.CheckConstraint(
                condition=Q(started_on=None) | Q(ended_on=None) | Q(ended_on__gte=F("started_on")),
                name="participation_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.municipality} ({self.get_role_display()})"

    @property
    def place(self) -> Municipality:
        return self.municipality

    @property
    def is_observer(self) -> bool:
        return self.role == self.Role.OBSERVER

    @property
    def phase_name(self) -> str:
        return phase_name(self.phase)


class ProjectStateQuerySet(models.QuerySet["ProjectState"]):
    def as_of(self, day: datetime.date) -> "ProjectStateQuerySet":
        """The newest row of each project and part that holds on the day."""
        return (
            self.filter(effective_on__lte=day)
            .order_by("project", "municipality", "-effective_on", "-id")
            .distinct("project", "municipality")
        )


class ProjectState(models.Model):
    """How a project (no municipality) or one municipality's part stood from a day on. Append-only."""

    project = models.ForeignKey(DeliveryProject, on_delete=models.PROTECT, related_name="states")
    municipality = models.ForeignKey(
        Municipality, null=True, blank=True, on_delete=models.PROTECT, related_name="project_states"
    )
    role = models.CharField(max_length=20, choices=Participation.Role.choices, blank=True)
    status = models.CharField(_("läge"), max_length=20, choices=Status.choices)
    phase = models.PositiveSmallIntegerField(_("fas"), choices=Phase.choices, null=True, blank=True)
    note = models.TextField(_("anteckning"), blank=True)
    reason = models.TextField(_("skäl"), blank=True)
    started_on = models.DateField(null=True, blank=True)
    started_precision = models.CharField(max_length=10, choices=Precision.choices, default=Precision.DAY)
    ended_on = models.DateField(null=True, blank=True)
    planned_from = models.DateField(null=True, blank=True)
    planned_from_precision = models.CharField(max_length=10, choices=Precision.choices, default=Precision.DAY)
    effective_on = models.DateField(_("gäller från"))
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects: ClassVar[ProjectStateQuerySet] = ProjectStateQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["effective_on", "id"]
        indexes = [models.Index(fields=["project", "municipality", "-effective_on", "-id"])]

    def __str__(self) -> str:
        return f"{self.project} {self.effective_on}: {self.get_status_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise TypeError("Projektets historia ändras inte; lägg till en ny rad.")
        super().save(*args, **kwargs)
