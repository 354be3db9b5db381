"""Protokoll: §§ with decisions, kept in versions while they are written and locked by the database when adjusted.

KL 5:65–69 asks who took part, which matters, which decisions and which dissents; the agreement of a steering group asks
the same. A § can be adjusted at once, alone. What is adjusted never changes: a correction is a note of its own.
"""

import re
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.constraints import paired
from consortium.models import Claimable, ClaimableQuerySet
from governance.models.bodies import Body
from governance.models.meetings import AgendaItem, Attendance, Meeting
from governance.models.members import Consortium

if TYPE_CHECKING:
    from governance.models.notices import Notice

_NUMBER = re.compile(r"(?:§\s*|paragraf\s+)?(\d{1,4})", re.IGNORECASE)


class NotAParagraph(ValueError):
    """The text names no § in any of the ways people write one."""


def read_paragraph(text: str) -> int:
    """ "§18", "§ 18" and "paragraf 18" are the same number."""
    if not (found := _NUMBER.fullmatch(" ".join(text.split()))):
        raise NotAParagraph(text)
    return int(found[1])


class MinutesQuerySet(ClaimableQuerySet["Minutes"]):
    def visible_to(self, user: policy.AnyUser) -> "MinutesQuerySet":
        return self.filter(meeting__body__consortium__in=Consortium.objects.where_may(user, Permission.MINUTES_READ))

    def waiting_for_publication(self) -> "MinutesQuerySet":
        """Adjusted, and archiving and publication have not taken them over yet."""
        return self.filter(status=Minutes.Status.ADJUSTED, due_at__isnull=False)


class Minutes(Claimable):
    """`due_at` is set when all have signed: from then on archiving and publication claim the row by it.

    After that the database refuses every change but of the claim's own columns (due_at, fence, tries, lease_until).
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Utkast")
        SIGNING = "signing", _("Under justering")
        ADJUSTED = "adjusted", _("Justerat")

    meeting = models.OneToOneField(Meeting, on_delete=models.PROTECT, related_name="minutes")
    status = models.CharField(_("läge"), max_length=10, choices=Status.choices, default=Status.DRAFT)
    round = models.PositiveSmallIntegerField(_("omgång"), default=1)
    time_and_place = models.CharField(_("tid och plats"), max_length=300, blank=True)
    content_digest = models.CharField(max_length=64, blank=True, help_text="What is signed in this round.")
    confirmed = models.JSONField(default=list, help_text="Codes of doubts that a person has looked at and let pass.")
    begun_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, editable=False)
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    adjusted_at = models.DateTimeField(null=True, editable=False)
    document_digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the adjusted PDF.")
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[MinutesQuerySet] = MinutesQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name_plural = "minutes"
        constraints = [
            paired("finished_at", "finished_by"),
            models.CheckConstraint(
                condition=Q(status="adjusted", adjusted_at__isnull=False) & ~Q(document_digest="")
                | ~Q(status="adjusted") & Q(adjusted_at__isnull=True, document_digest=""),
                name="adjusted_minutes_have_a_digest",
            ),
        ]

    def __str__(self) -> str:
        word = _("Minnesanteckningar") if self.is_notes else _("Protokoll")
        return f"{word} {self.meeting}"

    def get_absolute_url(self) -> str:
        return reverse("minutes", args=[self.meeting_id])

    @property
    def place(self) -> Consortium:
        return self.meeting.place

    @property
    def is_notes(self) -> bool:
        """Notes have no adjuster and no clock: the secretary's own signature finishes them."""
        return self.meeting.kind == Meeting.Kind.NOTES

    @property
    def is_locked(self) -> bool:
        return self.status == self.Status.ADJUSTED

    @property
    def whole_notice(self) -> "Notice | None":
        """The notice of all of it; §§ adjusted at once have theirs besides."""
        return next((each for each in self.notices.all() if each.paragraph_id is None), None)

    def attendance(self, **role: bool) -> Attendance | None:
        return self.meeting.attendances.filter(**role).first()

    @property
    def people(self) -> list[Attendance]:
        """In a draft, who had no account when the meeting was planned is whoever has the seat now."""
        rows = list(self.meeting.attendances.select_related("municipality", "user", "seat__user"))
        for row in rows:
            if self.status == self.Status.DRAFT and row.user is None and row.seat:
                row.user = row.seat.user
        return rows

    @property
    def signers(self) -> list[Attendance]:
        """In the order they sign: secretary, chair, adjusters. Notes are signed by the secretary alone."""
        people = self.people
        secretary = [each for each in people if each.is_secretary]
        if self.is_notes:
            return secretary
        chair = [each for each in people if each.is_chair and not each.is_secretary]
        return secretary + chair + [each for each in people if each.is_adjuster]


class ParagraphQuerySet(models.QuerySet["Paragraph"]):
    def with_parts(self) -> "ParagraphQuerySet":
        """All that a § tells, fetched at once for all of them."""
        return self.select_related("item", "minutes__meeting__body__consortium").prefetch_related(
            "decisions", "comments", "dissents", "actions"
        )


class Paragraph(models.Model):
    """A § of the minutes. `series` is the year, or the meeting's day where each meeting begins with § 1."""

    minutes = models.ForeignKey(Minutes, on_delete=models.CASCADE, related_name="paragraphs")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="paragraphs")
    series = models.CharField(max_length=10)
    number = models.PositiveSmallIntegerField(_("nummer"))
    item = models.ForeignKey(AgendaItem, null=True, blank=True, on_delete=models.SET_NULL, related_name="paragraphs")
    title = models.CharField(_("rubrik"), max_length=200)
    registry_number = models.CharField(_("diarienummer"), max_length=40, blank=True)
    summary = models.TextField(_("sammanfattning"), blank=True)
    basis = models.TextField(_("beslutsunderlag"), blank=True)
    dispatch_to = models.TextField(_("expedieras till"), blank=True, help_text=_("En mottagare på varje rad."))
    withheld = models.BooleanField(_("publiceras inte"), default=False)
    withheld_reason = models.CharField(_("bestämmelse"), max_length=120, blank=True)
    snapshot = models.JSONField(null=True, blank=True, editable=False, help_text="StandingContent as it was frozen.")
    adjusted_at = models.DateTimeField(null=True, editable=False, help_text="Immediate adjustment of this § alone.")
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField(default=timezone.now)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[ParagraphQuerySet] = ParagraphQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["minutes", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["body", "series", "number"],
                name="paragraph_once_per_body_and_year",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]
        indexes = [models.Index(fields=["minutes", "number"])]

    def __str__(self) -> str:
        return f"{self.label} {self.title}"

    @property
    def label(self) -> str:
        """§ 18, held together by a space that does not break."""
        return f"§\u00a0{self.number}"

    @property
    def place(self) -> Consortium:
        return self.body.consortium

    @property
    def is_locked(self) -> bool:
        return self.adjusted_at is not None or self.minutes.is_locked


class Decision(models.Model):
    """What was decided under a §; several may stand under one, each of its own kind."""

    class Kind(models.TextChoices):
        DECIDES = "decides", _("Beslutar")
        APPROVES = "approves", _("Godkänner")
        ADOPTS = "adopts", _("Fastställer")
        ADOPTS_BUDGET = "adopts_budget", _("Fastställer budget")
        CHOOSES = "chooses", _("Utser")
        ASSIGNS = "assigns", _("Ger i uppdrag")
        NOTED = "noted", _("Tar till protokollet")
        CLOSES_PLAN = "closes_plan", _("Avslutar plan")
        REJECTS = "rejects", _("Avslår")
        REFERS_BACK = "refers_back", _("Återremitterar")
        TABLES = "tables", _("Bordlägger")
        WITHDRAWS = "withdraws", _("Låter utgå")

    paragraph = models.ForeignKey(Paragraph, on_delete=models.CASCADE, related_name="decisions")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(_("slag"), max_length=20, choices=Kind.choices, default=Kind.DECIDES)
    text = models.TextField(_("beslut"))

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["paragraph", "position"], name="decision_has_its_own_position")]

    def __str__(self) -> str:
        """As cited elsewhere: "Styrgruppen 2022-11-24 § 5"."""
        meeting = self.paragraph.minutes.meeting
        return f"{meeting.body} {meeting.held_on:%Y-%m-%d} {self.paragraph.label}"

    @property
    def is_adjusted(self) -> bool:
        return self.paragraph.is_locked


class Dissent(models.Model):
    class Kind(models.TextChoices):
        MOTION = "motion", _("Yrkande")
        DISSENT = "dissent", _("Reservation")
        STATEMENT = "statement", _("Särskilt yttrande")

    paragraph = models.ForeignKey(Paragraph, on_delete=models.CASCADE, related_name="dissents")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(_("slag"), max_length=12, choices=Kind.choices, default=Kind.DISSENT)
    who = models.CharField(_("av"), max_length=160)
    text = models.TextField(_("text"), blank=True)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.who}"


class Comment(models.Model):
    """ "Styrgruppens kommentar": what was said without being decided."""

    paragraph = models.ForeignKey(Paragraph, on_delete=models.CASCADE, related_name="comments")
    position = models.PositiveSmallIntegerField()
    who = models.CharField(_("vems"), max_length=160, blank=True)
    text = models.TextField(_("kommentar"))

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.text[:80]


class ParagraphVersion(models.Model):
    """How a § once read. Append-only; it outlives a § that is taken away, hence no constraint in the database."""

    paragraph = models.ForeignKey(Paragraph, on_delete=models.DO_NOTHING, db_constraint=False, related_name="versions")
    version = models.PositiveIntegerField()
    content = models.JSONField()
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["paragraph", "version"], name="version_kept_once")]

    def __str__(self) -> str:
        return f"{self.paragraph_id} v{self.version}"


class Remark(models.Model):
    """What chair or adjuster wants changed before they sign."""

    minutes = models.ForeignKey(Minutes, on_delete=models.CASCADE, related_name="remarks")
    paragraph = models.ForeignKey(Paragraph, null=True, blank=True, on_delete=models.CASCADE, related_name="remarks")
    round = models.PositiveSmallIntegerField()
    text = models.TextField(_("anmärkning"))
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    resolved_at = models.DateTimeField(null=True, editable=False)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    answer = models.CharField(_("svar"), max_length=300, blank=True)

    class Meta:
        ordering = ["made_at"]
        constraints = [paired("resolved_at", "resolved_by")]

    def __str__(self) -> str:
        return self.text[:80]


class _Once(models.Model):
    """Rows that are added and never changed; the database holds to it too."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise TypeError(f"{type(self).__name__} ändras inte; lägg till en ny rad.")
        super().save(*args, **kwargs)


class Signature(_Once):
    """A logged approval of exactly `digest`. Not an advanced electronic signature, and the pages say so."""

    class Role(models.TextChoices):
        SECRETARY = "secretary", _("Sekreterare")
        CHAIR = "chair", _("Ordförande")
        ADJUSTER = "adjuster", _("Justerare")

    minutes = models.ForeignKey(Minutes, on_delete=models.PROTECT, related_name="signatures")
    paragraph = models.ForeignKey(
        Paragraph, null=True, on_delete=models.PROTECT, related_name="signatures", help_text="Immediate adjustment."
    )
    attendance = models.ForeignKey(Attendance, on_delete=models.PROTECT, related_name="signatures")
    role = models.CharField(max_length=10, choices=Role.choices)
    round = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64)
    function = models.CharField(max_length=120)
    organisation = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(
                fields=["minutes", "attendance", "digest"],
                condition=Q(paragraph=None),
                name="signed_once_per_content",
            ),
            models.UniqueConstraint(
                fields=["paragraph", "attendance", "digest"],
                condition=Q(paragraph__isnull=False),
                name="paragraph_signed_once_per_content",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.at:%Y-%m-%d}"


def signer_role(row: Attendance) -> Signature.Role:
    if row.is_secretary:
        return Signature.Role.SECRETARY
    return Signature.Role.CHAIR if row.is_chair else Signature.Role.ADJUSTER


class MinutesDocument(_Once):
    """The adjusted minutes as PDF, kept byte for byte."""

    minutes = models.OneToOneField(Minutes, on_delete=models.PROTECT, related_name="document")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.minutes_id} {self.sha256[:12]}"


class CorrectionNote(_Once):
    """A fault found after adjustment. The minutes stand as they were signed; the note stands beside them."""

    minutes = models.ForeignKey(Minutes, on_delete=models.PROTECT, related_name="corrections")
    paragraph = models.ForeignKey(
        Paragraph, null=True, blank=True, on_delete=models.PROTECT, related_name="corrections"
    )
    text = models.TextField(_("rättelse"))
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def withheld_with(self) -> Paragraph | None:
        """The § that it corrects, when that is withheld: what corrects it is then withheld too."""
        return self.paragraph if self.paragraph and self.paragraph.withheld else None
