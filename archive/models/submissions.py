"""What arrives: an Upload grows in quarantine until it is whole, then it is a SIP that waits for judgement."""

import uuid
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.models import Claimable, ClaimableQuerySet
from deliveries.models import SubmissionAgreement
from governance.models import Municipality


class DeliveryKind(models.TextChoices):
    TEST = "test", _("Testleverans")
    PRODUCTION = "production", _("Skarp leverans")


class UploadQuerySet(models.QuerySet["Upload"]):
    def visible_to(self, user: policy.AnyUser) -> "UploadQuerySet":
        """An upload is its owner's alone: nobody else may append to it."""
        return self.filter(
            uploaded_by=user if user.is_authenticated else None,
            owner__in=Municipality.objects.where_may(user, Permission.SIP_UPLOAD),
        )

    def open(self) -> "UploadQuerySet":
        return self.filter(status=Upload.Status.OPEN)


class Upload(models.Model):
    """A package on its way in. `offset` counts bytes that are on disk for sure (fsynced)."""

    class Status(models.TextChoices):
        OPEN = "open", _("Pågår")
        COMPLETE = "complete", _("Mottagen")
        CANCELLED = "cancelled", _("Avbruten")
        EXPIRED = "expired", _("Utgången")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey(SubmissionAgreement, on_delete=models.PROTECT, related_name="uploads")
    kind = models.CharField(_("slag"), max_length=12, choices=DeliveryKind.choices, default=DeliveryKind.PRODUCTION)
    filename = models.CharField(_("filnamn"), max_length=255)
    size = models.BigIntegerField(_("storlek"))
    offset = models.BigIntegerField(default=0)
    sha256_promised = models.CharField(max_length=64, blank=True, help_text="Stated by the client in advance.")
    sha256 = models.CharField(
        max_length=64, blank=True, help_text="Computed on the way when one request brought it all."
    )
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.OPEN)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="uploads")
    started_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    objects: ClassVar[UploadQuerySet] = UploadQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            models.Index(fields=["owner"], include=["size"], condition=Q(status="open"), name="open_bytes_by_owner")
        ]
        constraints = [
            models.CheckConstraint(condition=Q(offset__gte=0, offset__lte=F("size")), name="upload_offset_within_size"),
        ]

    def __str__(self) -> str:
        return self.filename

    @property
    def place(self) -> Municipality:
        return self.owner

    @property
    def path(self) -> Path:
        return settings.QUARANTINE_DIR / "uploads" / str(self.pk)

    @property
    def waits_for_agreement(self) -> bool:
        """Whole, but the agreement ran out on the way: it is received when the next version is signed."""
        return self.status == self.Status.OPEN and 0 < self.size == self.offset


class SIPQuerySet(ClaimableQuerySet["SIP"]):
    def visible_to(self, user: policy.AnyUser) -> "SIPQuerySet":
        return self.filter(owner__in=Municipality.objects.where_may(user, Permission.SIP_STATUS))

    def waiting_for_validation(self) -> "SIPQuerySet":
        return self.filter(status__in=(SIP.Status.RECEIVED, SIP.Status.CRASHED))


class SIP(Claimable):
    class Status(models.TextChoices):
        RECEIVED = "received", _("Väntar på validering")
        VALID = "valid", _("Godkänd av kontrollen")
        FAULTY = "faulty", _("Fel som ska rättas")
        CRASHED = "crashed", _("Tekniskt fel, försöker igen")
        NEEDS_PERSON = "needs_person", _("Tekniskt fel, behöver hjälp")
        CANCELLED = "cancelled", _("Valideringen avbruten")
        TEST_PASSED = "test_passed", _("Testleverans godkänd")
        ACCEPTED = "accepted", _("Godkänd, arkiveras")
        ARCHIVED = "archived", _("Arkiverad")
        GIVEN_BACK = "given_back", _("Tillbakalämnad")

    # The one table of steps. What is missing here cannot happen.
    STEPS: ClassVar[dict[str, tuple[str, ...]]] = {
        Status.RECEIVED: (Status.VALID, Status.FAULTY, Status.CRASHED, Status.CANCELLED, Status.NEEDS_PERSON),
        Status.CRASHED: (Status.VALID, Status.FAULTY, Status.CANCELLED, Status.NEEDS_PERSON, Status.RECEIVED),
        Status.NEEDS_PERSON: (Status.RECEIVED, Status.GIVEN_BACK),
        Status.CANCELLED: (Status.RECEIVED, Status.GIVEN_BACK),
        Status.FAULTY: (Status.RECEIVED, Status.GIVEN_BACK),
        Status.VALID: (Status.RECEIVED, Status.ACCEPTED, Status.TEST_PASSED, Status.GIVEN_BACK),
        Status.ACCEPTED: (Status.ARCHIVED,),
        Status.TEST_PASSED: (),
        Status.ARCHIVED: (),
        Status.GIVEN_BACK: (),
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(_("nummer"), max_length=20, unique=True)
    owner = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="sips")
    agreement = models.ForeignKey(SubmissionAgreement, on_delete=models.PROTECT, related_name="sips")
    kind = models.CharField(_("slag"), max_length=12, choices=DeliveryKind.choices, default=DeliveryKind.PRODUCTION)
    status = models.CharField(_("läge"), max_length=20, choices=Status.choices, default=Status.RECEIVED)
    filename = models.CharField(_("filnamn"), max_length=255)
    size = models.BigIntegerField(_("storlek"))
    sha256 = models.CharField(max_length=64, blank=True, help_text="Empty until the worker has computed it.")
    objid = models.CharField(max_length=200, blank=True)
    received_at = models.DateTimeField(_("mottagen"))
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # Live progress of the step under way.
    stage = models.CharField(max_length=40, blank=True)
    files_done = models.BigIntegerField(default=0)
    files_total = models.BigIntegerField(null=True)
    bytes_done = models.BigIntegerField(default=0)
    bytes_total = models.BigIntegerField(null=True)
    stage_started_at = models.DateTimeField(null=True)
    progress_at = models.DateTimeField(null=True)
    cancel_requested_at = models.DateTimeField(null=True)
    trouble = models.TextField(blank=True, help_text="Why the last try failed, in words.")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decision_reason = models.TextField(_("skäl"), blank=True)

    objects: ClassVar[SIPQuerySet] = SIPQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-received_at"]
        indexes = [
            models.Index(fields=["owner", "-received_at"]),
            models.Index(
                fields=["owner"], include=["size"], condition=~Q(status="archived"), name="sip_bytes_by_owner"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "kind", "sha256"],
                condition=~Q(sha256="") & ~Q(status="given_back"),
                name="same_package_received_once",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def place(self) -> Municipality:
        return self.owner

    @property
    def path(self) -> Path:
        """Where the package lies in quarantine, under its own key, never under the name it was given."""
        return settings.QUARANTINE_DIR / "sips" / str(self.pk)

    def may_become(self, status: str) -> bool:
        return status in self.STEPS[self.status]

    @property
    def latest_report(self) -> "ValidationReport | None":
        return self.reports.order_by("-round").first()


class ValidationReport(models.Model):
    """One round of validation. The engine's report as it was given, bounded in size by the engine."""

    class Verdict(models.TextChoices):
        VALID = "VALID", _("Inga fel som stoppar")
        FAULTY = "FAULTY", _("Fel som stoppar")
        UNREADABLE = "UNREADABLE", _("Går inte att läsa")

    sip = models.ForeignKey(SIP, on_delete=models.PROTECT, related_name="reports")
    round = models.PositiveSmallIntegerField(_("omgång"))
    verdict = models.CharField(max_length=12, choices=Verdict.choices)
    profile = models.CharField(max_length=60)
    errors = models.PositiveIntegerField(default=0)
    warnings = models.PositiveIntegerField(default=0)
    remarks = models.PositiveIntegerField(default=0)
    report = models.JSONField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()

    class Meta:
        ordering = ["sip", "round"]
        constraints = [models.UniqueConstraint(fields=["sip", "round"], name="one_report_per_round")]

    def __str__(self) -> str:
        return f"{self.sip}, omgång {self.round}"


class Receipt(models.Model):
    """Custody has passed: what lets the source system delete. Issued once, when every copy is proven."""

    aip = models.OneToOneField("AIP", on_delete=models.PROTECT, related_name="receipt")
    number = models.CharField(max_length=20, unique=True)
    issued_at = models.DateTimeField()
    document = models.JSONField(help_text="Every object's id and digest, as the producer gets it.")

    def __str__(self) -> str:
        return self.number

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise TypeError("En kvittens ändras inte.")
        super().save(*args, **kwargs)
