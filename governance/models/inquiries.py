"""Questions to every member, one row a municipality: "När kan ni fatta beslut?". Also surveys to one function each."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consortium.access import policy
from consortium.constraints import paired
from governance.models.bodies import Body
from governance.models.meetings import Meeting
from governance.models.members import Consortium, Municipality
from governance.models.rounds import ExtensionRound


class InquiryQuerySet(models.QuerySet["Inquiry"]):
    def visible_to(self, user: policy.AnyUser) -> "InquiryQuerySet":
        return self.filter(consortium__in=Consortium.objects.visible_to(user))

    def open(self) -> "InquiryQuerySet":
        return self.filter(closed_at=None)


class Inquiry(models.Model):
    class Kind(models.TextChoices):
        DAY = "day", _("En dag")
        YES_NO = "yes_no", _("Ja eller nej")
        TEXT = "text", _("Fritt svar")

    consortium = models.ForeignKey(Consortium, on_delete=models.PROTECT, related_name="inquiries")
    body = models.ForeignKey(
        Body, verbose_name=_("ställd av"), null=True, blank=True, on_delete=models.PROTECT, related_name="inquiries"
    )
    meeting = models.ForeignKey(
        Meeting, verbose_name=_("möte"), null=True, blank=True, on_delete=models.PROTECT, related_name="inquiries"
    )
    round = models.ForeignKey(
        ExtensionRound,
        verbose_name=_("gäller utökningen"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="inquiries",
        help_text=_("Ett svar med en dag flyttar utökningens tidsplan."),
    )
    question = models.CharField(_("fråga"), max_length=300)
    background = models.TextField(_("bakgrund"), blank=True)
    kind = models.CharField(_("svaret är"), max_length=10, choices=Kind.choices, default=Kind.TEXT)
    to_function = models.CharField(
        _("ställs till"), max_length=120, blank=True, help_text=_("En funktion i varje kommun. Tomt: kommunens plats.")
    )
    answer_by = models.DateField(_("svar senast"), null=True, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[InquiryQuerySet] = InquiryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-asked_at"]
        verbose_name_plural = "inquiries"

    def __str__(self) -> str:
        return self.question

    @property
    def place(self) -> Consortium:
        return self.consortium


class InquiryReplyQuerySet(models.QuerySet["InquiryReply"]):
    def waiting(self) -> "InquiryReplyQuerySet":
        """Nobody has answered, and nobody presumes to know."""
        return self.filter(replied_at=None, presumed="")


class InquiryReply(models.Model):
    """`presumed` is what the asker believes until the municipality has said it itself: "Svarade på mötet"."""

    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="replies")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="inquiry_replies")
    presumed = models.CharField(_("antaget läge"), max_length=200, blank=True)
    day = models.DateField(_("dag"), null=True, blank=True)
    yes = models.BooleanField(_("ja"), null=True, blank=True)
    text = models.TextField(_("svar"), blank=True)
    replied_at = models.DateTimeField(null=True, editable=False)
    replied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    reminded_at = models.DateTimeField(null=True, editable=False)
    reminders = models.PositiveSmallIntegerField(default=0, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[InquiryReplyQuerySet] = InquiryReplyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["inquiry", "municipality"], name="municipality_asked_once"),
            paired("replied_at", "replied_by"),
        ]

    def __str__(self) -> str:
        return f"{self.inquiry}: {self.municipality}"

    @property
    def is_waiting(self) -> bool:
        return self.replied_at is None and not self.presumed
