"""What people write down along a project: functions, milestones, log, barriers, documents.

A row with a municipality is that municipality's alone: others in the same project do not see it.
"""

import datetime
from typing import Any, ClassVar, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.constraints import paired
from consortium.precision import Precision
from deliveries.models.projects import DeliveryProject
from governance.models import Consortium, Municipality

T = TypeVar("T", bound="Note")


class NoteQuerySet(models.QuerySet[T]):
    def visible_to(self, user: policy.AnyUser) -> "NoteQuerySet[T]":
        """The joint ones of the user's projects, and those of municipalities the user may read."""
        return self.filter(
            Q(municipality=None, project__in=DeliveryProject.objects.visible_to(user))
            | Q(municipality__in=Municipality.objects.where_may(user, Permission.PROJECT_READ))
        )


class Note(models.Model):
    project = models.ForeignKey(DeliveryProject, on_delete=models.CASCADE, related_name="+")
    municipality = models.ForeignKey(
        Municipality, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("kommun")
    )

    class Meta:
        abstract = True

    @property
    def place(self) -> "Municipality | Consortium":
        return self.municipality or self.project.consortium


class ProjectFunction(Note):
    """Who does what, by function: "Bygglovschef". A function address is preferred to a person's."""

    class Kind(models.TextChoices):
        BUSINESS_OWNER = "business_owner", _("Verksamhetsansvarig")
        PROJECT_LEADER = "project_leader", _("Projektledare")
        SYSTEM_MANAGER = "system_manager", _("Systemförvaltare")
        ARCHIVIST = "archivist", _("Arkivarie")
        IT = "it", _("IT")
        VENDOR = "vendor", _("Leverantör")

    kind = models.CharField(_("uppgift"), max_length=20, choices=Kind.choices)
    function = models.CharField(_("funktion"), max_length=120, help_text=_("Till exempel Bygglovschef. Inga namn."))
    email = models.EmailField(_("funktionsadress"), blank=True)

    objects: ClassVar[NoteQuerySet["ProjectFunction"]] = NoteQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.function}"


class Milestone(Note):
    class Kind(models.TextChoices):
        KICKOFF = "kickoff", _("Uppstartsmöte")
        STUDY = "study", _("Utredning klar")
        SPECIFICATION = "specification", _("Specifikation klar")
        TEST = "test", _("Testleverans")
        FREEZE = "freeze", _("Systemet fryst")
        PRODUCTION = "production", _("Skarp leverans")
        APPROVAL = "approval", _("Godkännande")
        OTHER = "other", _("Annat")

    kind = models.CharField(_("milstolpe"), max_length=20, choices=Kind.choices, default=Kind.KICKOFF)
    label = models.CharField(_("benämning"), max_length=120, blank=True)
    planned_on = models.DateField(_("planerad"), null=True, blank=True)
    planned_precision = models.CharField(max_length=10, choices=Precision.choices, default=Precision.DAY)
    reached_on = models.DateField(_("nådd"), null=True, blank=True)
    reached_precision = models.CharField(max_length=10, choices=Precision.choices, default=Precision.DAY)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[NoteQuerySet["Milestone"]] = NoteQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = [F("reached_on").asc(nulls_last=True), F("planned_on").asc(nulls_last=True), "id"]

    def __str__(self) -> str:
        return self.label or str(self.get_kind_display())


class LogEntry(Note):
    """A line of the journal stands as it was written: it is corrected by a line below it, or crossed out whole."""

    text = models.TextField(_("anteckning"))
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True, editable=False)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )

    objects: ClassVar[NoteQuerySet["LogEntry"]] = NoteQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [paired("removed_at", "removed_by")]

    def __str__(self) -> str:
        return self.text[:60]


class LogCorrection(models.Model):
    """What the writer of an entry said afterwards. Append-only."""

    entry = models.ForeignKey(LogEntry, on_delete=models.PROTECT, related_name="corrections")
    text = models.TextField(_("rättelse"))
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.text[:60]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise TypeError("En rättelse ändras inte; skriv en ny.")
        super().save(*args, **kwargs)


class Barrier(Note):
    """What stands in the way, and how it went away."""

    text = models.TextField(_("hinder"))
    raised_at = models.DateTimeField(default=timezone.now)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    solved_at = models.DateTimeField(null=True, blank=True)
    solved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    solution = models.TextField(_("hur det löstes"), blank=True)

    objects: ClassVar[NoteQuerySet["Barrier"]] = NoteQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = [F("solved_at").desc(nulls_first=True), "-raised_at"]
        constraints = [paired("solved_at", "solved_by")]

    def __str__(self) -> str:
        return self.text[:60]


class ProjectDocumentQuerySet(NoteQuerySet["ProjectDocument"]):
    def kept(self) -> "ProjectDocumentQuerySet":
        """Not those taken away. A document is taken away with all its versions, and comes back with them."""
        return self.filter(removed_at=None, first__removed_at=None)


class ProjectDocument(Note):
    """A working document. Its bytes lie in the database, with the same backup and the same rights as the rest.

    A new version is a row of its own that points at the first; that one says whether the document is taken away.
    """

    title = models.CharField(_("titel"), max_length=160)
    filename = models.CharField(max_length=160)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    first = models.ForeignKey("self", null=True, editable=False, on_delete=models.PROTECT, related_name="later")
    number = models.PositiveSmallIntegerField(default=1, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )

    objects: ClassVar[ProjectDocumentQuerySet] = ProjectDocumentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            paired("removed_at", "removed_by"),
            models.UniqueConstraint(fields=["first", "number"], name="document_has_each_version_once"),
            models.CheckConstraint(
                condition=Q(first=None, number=1) | Q(first__isnull=False, number__gt=1, removed_at=None),
                name="document_begins_with_its_first_version",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Decommissioning(models.Model):
    """Avställning: a system shut down in a municipality, and what that saves each year."""

    system = models.ForeignKey("SourceSystem", on_delete=models.PROTECT, related_name="decommissionings")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="decommissionings")
    on = models.DateField(_("avställt"))
    precision = models.CharField(max_length=10, choices=Precision.choices, default=Precision.DAY)
    saving_per_year = models.PositiveIntegerField(_("besparing i kronor per år"))
    note = models.TextField(_("anteckning"), blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-on", "-id"]
        constraints = [models.UniqueConstraint(fields=["system", "municipality"], name="shut_down_once")]

    def __str__(self) -> str:
        return f"{self.system}, {self.municipality}"

    @property
    def place(self) -> Municipality:
        return self.municipality

    def counts_on(self, day: datetime.date) -> bool:
        return self.on <= day
