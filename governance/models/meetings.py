"""Meetings, their agendas and who takes part (KL 5:65–69 where that law applies, the agreement elsewhere).

The agenda's items become the minutes' §§, and the notice's answers become the attendance: nothing is typed twice.
"""

import datetime
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.constraints import paired
from consortium.models import Claimable, ClaimableQuerySet
from governance.models.bodies import Body, Seat
from governance.models.members import Consortium, Municipality

IN_THE_MORNING = datetime.time(8)


class MeetingQuerySet(ClaimableQuerySet["Meeting"]):
    def visible_to(self, user: policy.AnyUser) -> "MeetingQuerySet":
        return self.filter(body__consortium__in=Consortium.objects.where_may(user, Permission.MINUTES_READ))

    def waiting_for_notice(self) -> "MeetingQuerySet":
        """The notice is to go out by itself once `due_at` has come."""
        return self.filter(status=Meeting.Status.PLANNED)

    def upcoming(self, on: datetime.date | None = None) -> "MeetingQuerySet":
        today = on or timezone.localdate()
        return self.filter(held_on__gte=today, status__in=(Meeting.Status.PLANNED, Meeting.Status.CALLED)).order_by(
            "held_on", "starts_at"
        )


class Meeting(Claimable):
    """`due_at` is when the notice goes out by itself; empty when a person sends it or it is sent."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planerat")
        CALLED = "called", _("Kallat")
        HELD = "held", _("Hållet")
        CANCELLED = "cancelled", _("Inställt")

    class Kind(models.TextChoices):
        MINUTES = "minutes", _("Protokoll")
        NOTES = "notes", _("Minnesanteckningar")

    class Mode(models.TextChoices):
        IN_PERSON = "in_person", _("På plats")
        ONLINE = "online", _("Digitalt")
        MIXED = "mixed", _("På plats och digitalt")

    class PreviousOutcome(models.TextChoices):
        NO_COMMENTS = "no_comments", _("Inga synpunkter")
        COMMENTS = "comments", _("Synpunkter antecknade")
        NOT_TREATED = "not_treated", _("Inte behandlat")

    STEPS = {
        Status.PLANNED: {Status.CALLED, Status.HELD, Status.CANCELLED},
        Status.CALLED: {Status.HELD, Status.CANCELLED},
        Status.HELD: set(),
        Status.CANCELLED: set(),
    }

    body = models.ForeignKey(Body, verbose_name=_("organ"), on_delete=models.PROTECT, related_name="meetings")
    title = models.CharField(_("rubrik"), max_length=120, blank=True, help_text=_("Tomt: organets namn och dagen."))
    kind = models.CharField(_("dokumenteras med"), max_length=10, choices=Kind.choices, default=Kind.MINUTES)
    status = models.CharField(_("läge"), max_length=10, choices=Status.choices, default=Status.PLANNED)
    held_on = models.DateField(_("dag"))
    starts_at = models.TimeField(_("börjar"))
    ends_at = models.TimeField(_("slutar"))
    mode = models.CharField(_("mötesform"), max_length=10, choices=Mode.choices, default=Mode.ONLINE)
    place_text = models.CharField(_("plats"), max_length=160, blank=True, help_text=_("Till exempel Teams."))
    link = models.URLField(_("länk till det digitala mötet"), max_length=500, blank=True)
    previous = models.ForeignKey(
        "self",
        verbose_name=_("föregående möte"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="following",
    )
    previous_outcome = models.CharField(
        _("föregående protokoll"), max_length=12, choices=PreviousOutcome.choices, blank=True
    )
    answer_by = models.DateField(_("svar senast"), null=True, blank=True)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False, help_text="Stable name in calendars.")
    sequence = models.PositiveIntegerField(default=0, editable=False, help_text="SEQUENCE of RFC 5545.")
    called_at = models.DateTimeField(null=True, editable=False)
    called_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    cancelled_at = models.DateTimeField(null=True, editable=False)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    cancel_reason = models.CharField(max_length=300, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[MeetingQuerySet] = MeetingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-held_on", "-starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="meeting_ends_after_it_begins"),
            paired("cancelled_at", "cancelled_by"),
            models.UniqueConstraint(
                fields=["body", "held_on", "starts_at"],
                condition=~Q(status="cancelled"),
                name="body_meets_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"{self.body} {self.held_on:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("meeting", args=[self.pk])

    @property
    def place(self) -> Consortium:
        """The container that rights stand on."""
        return self.body.consortium

    @property
    def start(self) -> datetime.datetime:
        return timezone.make_aware(datetime.datetime.combine(self.held_on, self.starts_at))

    @property
    def end(self) -> datetime.datetime:
        return timezone.make_aware(datetime.datetime.combine(self.held_on, self.ends_at))

    @property
    def length(self) -> int:
        """Minutes from start to end as announced."""
        return int((self.end - self.start).total_seconds() // 60)

    @property
    def notice_on(self) -> datetime.date:
        return self.held_on - datetime.timedelta(days=self.body.notice_days)

    @property
    def notice_at(self) -> datetime.datetime:
        """When the notice goes out by itself, if it is to."""
        return timezone.make_aware(datetime.datetime.combine(self.notice_on, IN_THE_MORNING))

    @property
    def is_adjusted(self) -> bool:
        """Its minutes are signed by all: from here on nothing about it changes."""
        return Meeting.objects.filter(pk=self.pk, minutes__status="adjusted").exists()

    def may_become(self, status: str) -> bool:
        return status in self.STEPS[self.Status(self.status)]


class AgendaItem(models.Model):
    class Type(models.TextChoices):
        INFORMATION = "I", _("Informationspunkt")
        DISCUSSION = "D", _("Diskussionspunkt")
        WORKSHOP = "A", _("Arbetsmoment")
        DECISION = "B", _("Beslutspunkt")

    class Outcome(models.TextChoices):
        TREATED = "treated", _("Behandlad")
        DECIDED = "decided", _("Beslutad")
        TABLED = "tabled", _("Bordlagd")
        WITHDRAWN = "withdrawn", _("Utgår")

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField(_("ordning"))
    title = models.CharField(_("rubrik"), max_length=200)
    type = models.CharField(_("typ"), max_length=1, choices=Type.choices, default=Type.INFORMATION)
    responsible = models.CharField(
        _("ansvarig"), max_length=120, blank=True, help_text=_("En funktion, till exempel Enhetschef.")
    )
    length = models.PositiveSmallIntegerField(_("minuter"), default=10)
    fixed_start = models.TimeField(
        _("fast tid"), null=True, blank=True, help_text=_("Bara om punkten måste börja ett visst klockslag.")
    )
    description = models.TextField(_("beskrivning"), blank=True)
    registry_number = models.CharField(_("diarienummer"), max_length=40, blank=True)
    standing_key = models.CharField(max_length=40, blank=True, editable=False)
    carried_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="carried_to", editable=False
    )
    outcome = models.CharField(_("utfall"), max_length=10, choices=Outcome.choices, blank=True)
    carry_over = models.BooleanField(_("tas upp på nästa möte"), default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "position"],
                name="item_has_its_own_position",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(
                fields=["meeting", "standing_key"], condition=~Q(standing_key=""), name="standing_item_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.title}"

    @property
    def place(self) -> Consortium:
        return self.meeting.place

    @property
    def goes_on(self) -> bool:
        """Comes back by itself on the next agenda."""
        return self.outcome == self.Outcome.TABLED or self.carry_over


class Attachment(models.Model):
    """A paper to an item. Small, so it lies in the database and is backed up with it."""

    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    added_at = models.DateTimeField(default=timezone.now)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["item", "name"]
        constraints = [models.UniqueConstraint(fields=["item", "name"], name="attachment_named_once_per_item")]

    def __str__(self) -> str:
        return self.name


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    def members(self) -> "AttendanceQuerySet":
        return self.filter(is_coopted=False)

    def present(self) -> "AttendanceQuerySet":
        return self.filter(presence=Attendance.Presence.PRESENT)

    def absent(self) -> "AttendanceQuerySet":
        return self.filter(presence=Attendance.Presence.ABSENT)


class Attendance(models.Model):
    """A seat at a meeting: the answer to the notice, and presence. Function and municipality as they were."""

    class Answer(models.TextChoices):
        COMING = "coming", _("Kommer")
        APOLOGY = "apology", _("Förhinder")

    class Presence(models.TextChoices):
        PRESENT = "present", _("Närvarande")
        ABSENT = "absent", _("Frånvarande")

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendances")
    seat = models.ForeignKey(Seat, null=True, on_delete=models.PROTECT, related_name="attendances")
    order = models.PositiveSmallIntegerField(default=0)
    function = models.CharField(_("funktion"), max_length=120, blank=True)
    municipality = models.ForeignKey(Municipality, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    organisation = models.CharField(_("organisation"), max_length=120, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="attendances"
    )
    is_coopted = models.BooleanField(_("adjungerad"), default=False)
    is_substitute = models.BooleanField(_("ersättare"), default=False)
    is_vacant = models.BooleanField(_("vakant"), default=False)
    is_chair = models.BooleanField(_("ordförande"), default=False)
    is_secretary = models.BooleanField(_("sekreterare"), default=False)
    is_adjuster = models.BooleanField(_("justerare"), default=False)

    answer = models.CharField(_("svar"), max_length=10, choices=Answer.choices, blank=True)
    answer_note = models.CharField(_("meddelande"), max_length=300, blank=True)
    substitute_text = models.CharField(_("ersättare som kommer i stället"), max_length=120, blank=True)
    answered_at = models.DateTimeField(null=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    answered_late = models.BooleanField(default=False, editable=False)

    presence = models.CharField(_("närvaro"), max_length=10, choices=Presence.choices, blank=True)
    arrived_at = models.PositiveSmallIntegerField(_("kom till §"), null=True, blank=True)
    left_after = models.PositiveSmallIntegerField(_("gick efter §"), null=True, blank=True)

    objects: ClassVar[AttendanceQuerySet] = AttendanceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "seat"], name="seat_attends_once"),
            models.UniqueConstraint(fields=["meeting"], condition=Q(is_chair=True), name="meeting_has_one_chair"),
            models.UniqueConstraint(
                fields=["meeting"], condition=Q(is_secretary=True), name="meeting_has_one_secretary"
            ),
            models.CheckConstraint(
                condition=~Q(is_adjuster=True, is_chair=True) & ~Q(is_adjuster=True, is_secretary=True),
                name="adjuster_is_neither_chair_nor_secretary",
            ),
            models.CheckConstraint(condition=~Q(is_vacant=True, presence="present"), name="nobody_sits_on_vacant_seat"),
            paired("answered_at", "answered_by"),
        ]

    def __str__(self) -> str:
        """As printed: "Kanslichef, Mora kommun"."""
        return ", ".join(part for part in (self.function, self.organisation) if part) or str(_("Vakant"))

    @property
    def is_present(self) -> bool:
        return self.presence == self.Presence.PRESENT

    def was_there(self, number: int) -> bool:
        """During the § of that number."""
        came, went = self.arrived_at or 0, self.left_after
        return self.is_present and came <= number and (went is None or number <= went)
