"""Anslag: each municipality posts on its own board (KL 8:9–12); the portal writes the text and keeps the proof.

For a joint board the time for appeal begins when the last municipality has posted (KL 13:5), and every notice stays up
until that time is over. A § that was adjusted at once has a notice of its own: its days count from that § alone.
"""

import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consortium import dates
from consortium.access import policy
from consortium.access.permissions import Permission
from governance.models.members import Consortium, Municipality
from governance.models.minutes import Minutes, Paragraph


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: policy.AnyUser) -> "NoticeQuerySet":
        return self.filter(
            minutes__meeting__body__consortium__in=Consortium.objects.where_may(user, Permission.MINUTES_READ)
        )


class Notice(models.Model):
    minutes = models.ForeignKey(Minutes, on_delete=models.PROTECT, related_name="notices")
    paragraph = models.OneToOneField(
        Paragraph, null=True, on_delete=models.PROTECT, related_name="notice", help_text="Immediate adjustment."
    )
    adjusted_on = models.DateField(_("justerat"))
    post_by = models.DateField(_("anslås senast"), null=True)
    appeal_weeks = models.PositiveSmallIntegerField(_("veckor för överklagande"))
    kept_at = models.CharField(_("protokollet förvaras"), max_length=200)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[NoticeQuerySet] = NoticeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["minutes"], condition=Q(paragraph=None), name="one_notice_of_the_whole_minutes"
            )
        ]

    def __str__(self) -> str:
        return f"{self.minutes} {self.paragraph.label}" if self.paragraph else f"{self.minutes}"

    def get_absolute_url(self) -> str:
        if self.paragraph:
            return reverse("paragraph_notice", args=[self.minutes_id, self.paragraph.number])
        return reverse("notice", args=[self.minutes_id])

    @property
    def place(self) -> Consortium:
        return self.minutes.place

    @property
    def last_posted_on(self) -> datetime.date | None:
        """When the last municipality posted; None until all have."""
        days = list(self.postings.values_list("posted_on", flat=True))
        return max((day for day in days if day), default=None) if days and all(days) else None

    @property
    def appeal_until(self) -> datetime.date | None:
        """The last day to appeal. A day that is free moves it to the next working day (1930:173)."""
        last = self.last_posted_on
        return dates.last_day(last, 7 * self.appeal_weeks) if last else None


class Posting(models.Model):
    """What one municipality says about its own board."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="postings")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    posted_on = models.DateField(_("anslaget"), null=True, blank=True)
    proof = models.URLField(_("länk till anslaget"), max_length=500, blank=True)
    posted_noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    taken_down_on = models.DateField(_("nedtaget"), null=True, blank=True)
    taken_down_noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "municipality"], name="one_posting_per_municipality"),
            models.CheckConstraint(
                condition=Q(taken_down_on=None) | Q(taken_down_on__gte=F("posted_on")), name="taken_down_after_posted"
            ),
            models.CheckConstraint(
                condition=Q(posted_on=None) | Q(posted_noted_by__isnull=False), name="posting_has_a_witness"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.municipality}: {self.posted_on or '–'}"

    @property
    def is_late(self) -> bool:
        return bool(self.posted_on and self.notice.post_by and self.posted_on > self.notice.post_by)
