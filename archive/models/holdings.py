"""What the archive answers for: an AIP generation is one uncompressed tar in N verified copies (OAIS, E-ARK AIP)."""

import uuid
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from archive.models.submissions import SIP
from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.models import Claimable, ClaimableQuerySet
from deliveries.models import SubmissionAgreement
from governance.models import Municipality


class RecordsCreator(models.Model):
    """Arkivbildare: whose activity the records come from."""

    owner = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="records_creators")
    name = models.CharField(_("namn"), max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="records_creator_once")]

    def __str__(self) -> str:
        return self.name


class AIPQuerySet(ClaimableQuerySet["AIP"]):
    def visible_to(self, user: policy.AnyUser) -> "AIPQuerySet":
        return self.filter(owner__in=Municipality.objects.where_may(user, Permission.AIP_STATUS))


class AIP(Claimable):
    class Status(models.TextChoices):
        STORING = "storing", _("Lagras")
        STORED = "stored", _("Lagrad i kontrollerade kopior")
        DESCRIBED = "described", _("Förtecknad")
        CONFIRMED = "confirmed", _("Kvitterad")
        NEEDS_PERSON = "needs_person", _("Behöver hjälp")

    # STORING → STORED (copies proven) → DESCRIBED (units made) → CONFIRMED (receipt issued, source removed).
    STEPS: ClassVar[dict[str, tuple[str, ...]]] = {
        Status.STORING: (Status.STORED, Status.NEEDS_PERSON),
        Status.STORED: (Status.DESCRIBED, Status.NEEDS_PERSON),
        Status.DESCRIBED: (Status.CONFIRMED, Status.NEEDS_PERSON),
        Status.CONFIRMED: (),
        Status.NEEDS_PERSON: (Status.STORING, Status.STORED, Status.DESCRIBED),
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(_("nummer"), max_length=20, unique=True)
    owner = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="aips")
    sip = models.OneToOneField(SIP, on_delete=models.PROTECT, related_name="aip")
    agreement = models.ForeignKey(SubmissionAgreement, on_delete=models.PROTECT, related_name="aips")
    records_creator = models.ForeignKey(RecordsCreator, on_delete=models.PROTECT, related_name="aips")
    objid = models.CharField(max_length=200)
    generation = models.PositiveSmallIntegerField(default=1)
    label = models.CharField(_("benämning"), max_length=300, blank=True)
    status = models.CharField(_("läge"), max_length=20, choices=Status.choices, default=Status.STORING)
    stopped_at_status = models.CharField(
        max_length=20, blank=True, help_text="Where it was when it came to need a person."
    )
    created_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the whole tar; empty until it is written.")
    size = models.BigIntegerField(null=True)
    files = models.PositiveIntegerField(null=True)
    trouble = models.TextField(blank=True)

    objects: ClassVar[AIPQuerySet] = AIPQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["owner"], include=["size"], name="aip_bytes_by_owner")]
        constraints = [
            models.UniqueConstraint(fields=["owner", "objid", "generation"], name="aip_generation_once"),
            models.CheckConstraint(
                condition=Q(status__in=("storing", "needs_person")) | ~Q(sha256=""), name="stored_aip_has_digest"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def place(self) -> Municipality:
        return self.owner

    @property
    def key(self) -> str:
        """Content-addressed: the same bytes have the same key in every store, and no key is written twice."""
        return f"{self.sha256[:2]}/{self.sha256[2:4]}/{self.sha256}.tar"

    @property
    def work_path(self) -> Path:
        return settings.WORK_DIR / "aips" / f"{self.pk}.tar"

    def may_become(self, status: str) -> bool:
        return status in self.STEPS[self.status]


class ArchiveStore(models.Model):
    """A place that keeps copies (settings.ARCHIVE_STORES). The same marker lies in the store itself, so that one
    that is not mounted, is empty or belongs to another archive is recognised and never taken for lost copies."""

    name = models.CharField(_("namn"), max_length=40, primary_key=True)
    marker = models.UUIDField(default=uuid.uuid4)
    opened_at = models.DateTimeField()
    trouble = models.TextField(blank=True, help_text="Why it could not be used the last time, in words.")
    repairs_stopped_at = models.DateTimeField(
        null=True, help_text="So many copies were missing that the store itself is suspected; a person decides."
    )

    def __str__(self) -> str:
        return self.name


class StorageCopy(models.Model):
    """A receipt from a store: the bytes were read back from it at `verified_at` and had the AIP's digest."""

    class State(models.TextChoices):
        VERIFIED = "verified", _("Kontrollerad")
        DAMAGED = "damaged", _("Skadad")
        MISSING = "missing", _("Saknas")

    aip = models.ForeignKey(AIP, on_delete=models.PROTECT, related_name="copies")
    store = models.CharField(_("lager"), max_length=40)
    key = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=State.choices, default=State.VERIFIED)
    verified_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["aip", "store"], name="one_copy_per_store")]

    def __str__(self) -> str:
        return f"{self.aip} i {self.store}"


class FixityCheck(models.Model):
    """One reading of one copy, kept as evidence whatever it found."""

    class Outcome(models.TextChoices):
        SOUND = "sound", _("Oskadad")
        DAMAGED = "damaged", _("Skadad")
        MISSING = "missing", _("Saknas")
        NO_ANSWER = "no_answer", _("Lagret svarade inte")
        DISAGREES = "disagrees", _("Databasen säger något annat än kopiorna")

    copy = models.ForeignKey(StorageCopy, on_delete=models.PROTECT, related_name="checks")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    found = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.copy} {self.at:%Y-%m-%d}: {self.get_outcome_display()}"


class ContentFile(models.Model):
    """One file of the submission, and where its bytes lie in the AIP's tar."""

    aip = models.ForeignKey(AIP, on_delete=models.PROTECT, related_name="content_files")
    path = models.TextField(_("sökväg"), help_text="In the submission.")
    offset = models.BigIntegerField(help_text="Of the first byte of data in the tar.")
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    puid = models.CharField(max_length=40, blank=True)
    mime = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["aip", "path"], name="path_once_per_aip")]

    def __str__(self) -> str:
        return self.path
