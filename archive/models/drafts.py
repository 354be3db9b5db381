"""A delivery being put together in the browser: files, a row of metadata for each, and in the end a SIP.

For what has no export of its own. The files of a draft lie in quarantine under keys of ours until the package is
built; the row is the worker's queue, as everywhere.
"""

import datetime
import uuid
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from archive.models.submissions import SIP, DeliveryKind
from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.models import Claimable, ClaimableQuerySet
from deliveries.models import SubmissionAgreement
from governance.models import Municipality


class DraftQuerySet(ClaimableQuerySet["Draft"]):
    def visible_to(self, user: policy.AnyUser) -> "DraftQuerySet":
        """A draft is its writer's alone, as an upload is: it may hold what a colleague must not see."""
        return self.filter(
            started_by=user if user.is_authenticated else None,
            owner__in=Municipality.objects.where_may(user, Permission.SIP_UPLOAD),
        )

    def open(self) -> "DraftQuerySet":
        return self.filter(status=Draft.Status.OPEN)

    def to_build(self) -> "DraftQuerySet":
        return self.filter(status=Draft.Status.BUILDING)


class Draft(Claimable):
    class Status(models.TextChoices):
        OPEN = "open", _("Utkast")
        BUILDING = "building", _("Paketet byggs")
        SENT = "sent", _("Inlämnad")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey(SubmissionAgreement, on_delete=models.PROTECT, related_name="drafts")
    kind = models.CharField(_("slag"), max_length=12, choices=DeliveryKind.choices, default=DeliveryKind.PRODUCTION)
    label = models.CharField(_("benämning"), max_length=120)
    status = models.CharField(_("läge"), max_length=12, choices=Status.choices, default=Status.OPEN)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)
    touched_at = models.DateTimeField(default=timezone.now, help_text="When somebody last worked on it.")
    sent_at = models.DateTimeField(null=True)
    files_done = models.BigIntegerField(default=0)
    bytes_done = models.BigIntegerField(default=0)
    trouble = models.TextField(blank=True)
    sip = models.OneToOneField(SIP, null=True, on_delete=models.SET_NULL, related_name="draft")

    objects: ClassVar[DraftQuerySet] = DraftQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at=None) | ~Q(status="open"), name="draft_is_sent_when_it_is_no_longer_open"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def place(self) -> Municipality:
        return self.owner

    @property
    def folder(self) -> Path:
        return settings.QUARANTINE_DIR / "drafts" / str(self.pk)

    @property
    def swept_at(self) -> datetime.datetime:
        return self.touched_at + datetime.timedelta(days=settings.DRAFT_KEPT_DAYS)

    @property
    def is_swept_soon(self) -> bool:
        return self.swept_at - timezone.now() < datetime.timedelta(days=settings.DRAFT_WARNED_DAYS)


class DraftFile(models.Model):
    """A file of the draft by its path there. `offset` counts bytes that are on disk for sure."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="files")
    path = models.CharField(_("fil"), max_length=500)
    size = models.BigIntegerField(_("storlek"))
    modified = models.BigIntegerField(
        null=True, help_text="When the sender's file was last changed, in milliseconds, as their browser says it."
    )
    offset = models.BigIntegerField(default=0)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["path"]
        constraints = [
            models.UniqueConstraint(fields=["draft", "path"], name="draft_has_each_path_once"),
            models.CheckConstraint(condition=Q(offset__gte=0, offset__lte=F("size")), name="draft_file_within_size"),
        ]

    def __str__(self) -> str:
        return self.path

    @property
    def is_whole(self) -> bool:
        return self.offset == self.size

    @property
    def source(self) -> Path:
        return settings.QUARANTINE_DIR / "drafts" / str(self.draft_id) / str(self.pk)


class DraftRow(models.Model):
    """What is said of one file. Kept as it was written; what is wrong with it is told when it is looked at."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField()
    path = models.TextField(_("fil"))
    title = models.TextField(_("titel"), blank=True)
    date = models.TextField(_("datum"), blank=True)
    reference = models.TextField(_("diarienummer"), blank=True)
    case_title = models.TextField(_("ärendemening"), blank=True)
    kind = models.TextField(_("handlingstyp"), blank=True)
    secrecy = models.TextField(_("sekretess"), blank=True)

    class Meta:
        ordering = ["position", "id"]
        indexes = [models.Index(fields=["draft", "path"])]

    def __str__(self) -> str:
        return self.path
