"""What comes again: yearly deliveries with their occurrences, and file collections read in between the projects."""

import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consortium.access import policy
from consortium.access.permissions import Permission
from deliveries.models.projects import DeliveryProject
from governance.models import Consortium, Municipality


class Recurrence(models.Model):
    """How often a project delivers. The next occurrence is made by the calendar, not by hand."""

    class Every(models.IntegerChoices):
        QUARTER = 3, _("Varje kvartal")
        HALF_YEAR = 6, _("Varje halvår")
        YEAR = 12, _("Varje år")
        TWO_YEARS = 24, _("Vartannat år")

    project = models.OneToOneField(DeliveryProject, on_delete=models.CASCADE, related_name="recurrence")
    every_months = models.PositiveSmallIntegerField(_("hur ofta"), choices=Every.choices, default=Every.YEAR)
    first_due_on = models.DateField(_("första leverans senast"))
    remind_days = models.PositiveSmallIntegerField(_("påminn så många dagar före"), default=30)
    missed_after_days = models.PositiveSmallIntegerField(
        _("till styrgruppen så många dagar efter"), default=14, help_text=_("Då räknas leveransen som missad.")
    )

    def __str__(self) -> str:
        return f"{self.project}: {self.get_every_months_display()}"


class Occurrence(models.Model):
    recurrence = models.ForeignKey(Recurrence, on_delete=models.CASCADE, related_name="occurrences")
    due_on = models.DateField(_("senast"))
    reminded_at = models.DateTimeField(null=True, editable=False)
    missed_at = models.DateTimeField(null=True, editable=False)
    delivered_at = models.DateTimeField(null=True, blank=True)
    delivered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    delivery = models.ForeignKey("Delivery", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(_("anteckning"), max_length=200, blank=True)

    class Meta:
        ordering = ["due_on"]
        constraints = [
            models.UniqueConstraint(fields=["recurrence", "due_on"], name="occurs_once_a_day"),
            models.CheckConstraint(
                condition=Q(delivered_at=None, delivered_by=None, delivery=None)
                | (Q(delivered_at__isnull=False) & (Q(delivered_by__isnull=False) | Q(delivery__isnull=False))),
                name="delivered_by_somebody_or_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recurrence.project} {self.due_on}"


class FileStreamQuerySet(models.QuerySet["FileStream"]):
    def visible_to(self, user: policy.AnyUser) -> "FileStreamQuerySet":
        """Known in the whole consortium: the members take part or may want to."""
        return self.filter(consortium__in=Consortium.objects.within_reach(user, Permission.PROJECT_READ))

    def running(self, on: datetime.date) -> "FileStreamQuerySet":
        return self.filter(Q(from_on=None) | Q(from_on__lte=on)).filter(Q(until_on=None) | Q(until_on__gte=on))


class FileStream(models.Model):
    """A file collection that fills the gaps between larger projects. Never a project."""

    class Kind(models.TextChoices):
        GRADES = "grades", _("Betyg")
        MINUTES = "minutes", _("Protokoll")
        COUNCIL_FILMS = "council_films", _("Fullmäktigefilmer")
        WEBSITES = "websites", _("Webbsidor")
        OTHER = "other", _("Annat")

    class Priority(models.TextChoices):
        LOW = "low", _("Låg, fyller luckor")
        NORMAL = "normal", _("Normal")

    consortium = models.ForeignKey(Consortium, on_delete=models.PROTECT, related_name="file_streams")
    kind = models.CharField(_("slag"), max_length=20, choices=Kind.choices)
    name = models.CharField(_("benämning"), max_length=80, blank=True)
    municipalities = models.ManyToManyField(
        Municipality, verbose_name=_("kommuner"), related_name="file_streams", blank=True
    )
    priority = models.CharField(_("prioritet"), max_length=10, choices=Priority.choices, default=Priority.LOW)
    note = models.TextField(_("anteckning"), blank=True)
    from_on = models.DateField(_("från och med"), null=True, blank=True)
    until_on = models.DateField(_("till och med"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[FileStreamQuerySet] = FileStreamQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_on=None) | Q(until_on=None) | Q(until_on__gte=models.F("from_on")),
                name="stream_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.get_kind_display())

    @property
    def place(self) -> Consortium:
        return self.consortium
