"""The year wheel: a body's meetings of a year, bound to what the agreement wants done by when."""

import calendar
import datetime
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consortium.access import policy
from consortium.constraints import paired
from governance.models.bodies import Body
from governance.models.meetings import Meeting
from governance.models.members import Consortium


class AgreementDeadline(models.Model):
    """Every year by then: the accounts by 15 February, the budget proposal in April. Without a day the month counts."""

    class Kind(models.TextChoices):
        ACCOUNTS = "accounts", _("Bokslut")
        BUDGET = "budget", _("Budgetförslag")
        INTERIM = "interim", _("Delårsrapport")
        OTHER = "other", _("Annat")

    consortium = models.ForeignKey(Consortium, on_delete=models.PROTECT, related_name="deadlines")
    kind = models.CharField(_("slag"), max_length=10, choices=Kind.choices)
    name = models.CharField(_("benämning"), max_length=120, blank=True)
    month = models.PositiveSmallIntegerField(_("månad"), validators=[MinValueValidator(1), MaxValueValidator(12)])
    day = models.PositiveSmallIntegerField(
        _("dag"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(31)]
    )
    source = models.CharField(_("källa"), max_length=200, blank=True, help_text=_("Till exempel avtalet, punkt 7."))

    class Meta:
        ordering = ["month", "day"]

    def __str__(self) -> str:
        return self.name or str(self.get_kind_display())

    def last_day(self, year: int) -> datetime.date:
        length = calendar.monthrange(year, self.month)[1]
        return datetime.date(year, self.month, min(self.day or length, length))


class MeetingSeriesQuerySet(models.QuerySet["MeetingSeries"]):
    def visible_to(self, user: policy.AnyUser) -> "MeetingSeriesQuerySet":
        return self.filter(body__consortium__in=Consortium.objects.visible_to(user))


class MeetingSeries(models.Model):
    """Proposed dates on which members comment until they are approved; then they become meetings."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Förslag")
        APPROVED = "approved", _("Fastställd")

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="series")
    year = models.PositiveSmallIntegerField(_("år"), validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    status = models.CharField(_("läge"), max_length=10, choices=Status.choices, default=Status.PROPOSED)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[MeetingSeriesQuerySet] = MeetingSeriesQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(fields=["body", "year"], name="one_series_a_year"),
            paired("approved_at", "approved_by"),
        ]

    def __str__(self) -> str:
        return f"{self.body} {self.year}"

    @property
    def place(self) -> Consortium:
        return self.body.consortium


class PlannedMeeting(models.Model):
    """A proposed time. Without hours it is a day to hold free, and nobody's calendar is filled with it."""

    series = models.ForeignKey(MeetingSeries, on_delete=models.CASCADE, related_name="meetings")
    on = models.DateField(_("dag"))
    start = models.TimeField(_("börjar"), null=True, blank=True)
    end = models.TimeField(_("slutar"), null=True, blank=True)
    deadline = models.ForeignKey(
        AgreementDeadline,
        verbose_name=_("knutet till"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    meeting = models.OneToOneField(
        Meeting, null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="planned"
    )
    venue = models.CharField(_("plats"), max_length=120, blank=True, help_text=_("Till exempel Teams."))

    class Meta:
        ordering = ["on", "start"]
        constraints = [
            models.UniqueConstraint(fields=["series", "on", "start"], name="planned_once"),
            models.CheckConstraint(
                condition=Q(start=None, end=None) | Q(end__gt=F("start")), name="planned_meeting_has_both_hours_or_none"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series.body} {self.on}"

    @property
    def due_on(self) -> datetime.date | None:
        return self.deadline.last_day(self.on.year) if self.deadline else None

    def begins_at(self) -> datetime.datetime | None:
        return _moment(self.on, self.start)

    def ends_at(self) -> datetime.datetime | None:
        return _moment(self.on, self.end)


def _moment(on: datetime.date, at: datetime.time | None) -> datetime.datetime | None:
    return timezone.make_aware(datetime.datetime.combine(on, at)) if at else None


class SeriesComment(models.Model):
    """What a member says of the proposed dates."""

    series = models.ForeignKey(MeetingSeries, on_delete=models.CASCADE, related_name="comments")
    text = models.TextField(_("synpunkt"))
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["made_at"]

    def __str__(self) -> str:
        return self.text[:60]


class FeedToken(models.Model):
    """The secret in the address of a body's calendar feed. Only its digest is kept: it is shown once and revoked."""

    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="feed_tokens")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.body} {self.created_at:%Y-%m-%d}"
