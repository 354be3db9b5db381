"""What was delivered, in rounds, and whether what arrived is all there was.

Deliveries and their outcomes are told by the archive (`deliveries.progress`); nobody types them. Reconciliations and
samples are what people check against the source system.
"""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deliveries.models.agreements import SubmissionAgreement
from deliveries.models.projects import Participation
from governance.models import Municipality


class Delivery(models.Model):
    """One package on its way, as the project sees it. Known by the archive's key of the package."""

    class Kind(models.TextChoices):
        TEST = "test", _("Testleverans")
        PRODUCTION = "production", _("Skarp leverans")

    package = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(_("nummer"), max_length=20)
    owner = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="deliveries")
    agreement = models.ForeignKey(SubmissionAgreement, on_delete=models.PROTECT, related_name="deliveries")
    participation = models.ForeignKey(
        Participation, null=True, blank=True, on_delete=models.SET_NULL, related_name="deliveries"
    )
    kind = models.CharField(_("slag"), max_length=12, choices=Kind.choices)
    round = models.PositiveSmallIntegerField(_("omgång"), help_text="Counted per participation and kind.")
    received_at = models.DateTimeField(_("mottagen"))

    class Meta:
        ordering = ["received_at", "number"]
        indexes = [models.Index(fields=["participation", "kind", "round"])]

    def __str__(self) -> str:
        return self.number


class DeliveryOutcome(models.Model):
    """What the archive said of a package. Append-only, and said once however often it is told."""

    class Kind(models.TextChoices):
        VALID = "valid", _("Godkänd av kontrollen")
        FAULTY = "faulty", _("Fel som ska rättas")
        TEST_PASSED = "test_passed", _("Testleverans godkänd")
        ACCEPTED = "accepted", _("Godkänd, arkiveras")
        GIVEN_BACK = "given_back", _("Tillbakalämnad")
        RECEIPTED = "receipted", _("Kvitterad")

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="outcomes")
    kind = models.CharField(_("utfall"), max_length=12, choices=Kind.choices)
    round = models.PositiveSmallIntegerField(_("kontroll"), default=1, help_text="Of validation of the same package.")
    at = models.DateTimeField()
    errors = models.PositiveIntegerField(default=0)
    warnings = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict, help_text="Objects by Reconciliation.What, when they are archived.")
    findings = models.JSONField(default=dict, help_text="How often each rule was broken; no file names.")
    reason = models.TextField(_("skäl"), blank=True)
    reference = models.CharField(max_length=40, blank=True, help_text="Of the receipt or the archive package.")

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["delivery", "kind", "round"], name="outcome_told_once")]

    def __str__(self) -> str:
        return f"{self.delivery}: {self.get_kind_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise TypeError("Ett utfall ändras inte; arkivet berättar om nästa.")
        super().save(*args, **kwargs)


class Reconciliation(models.Model):
    """Avstämning: rows in the source system against objects in the archive, one line for each kind of object.

    A person says what the source has; what the archive has is counted when the line is written.
    """

    class What(models.TextChoices):
        CASES = "cases", _("Ärenden")
        DOCUMENTS = "documents", _("Handlingar")
        UNITS = "units", _("Arkivenheter, alla nivåer")
        FILES = "files", _("Filer")

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="reconciliations")
    what = models.CharField(_("vad som räknas"), max_length=12, choices=What.choices)
    in_source = models.PositiveIntegerField(_("rader i källsystemet"))
    left_out = models.PositiveIntegerField(
        _("varav ska inte arkiveras"), default=0, help_text=_("Till exempel gallrat enligt beslut.")
    )
    why_left_out = models.CharField(_("varför"), max_length=200, blank=True)
    archived = models.PositiveIntegerField(_("objekt i arkivet"))
    checked_at = models.DateTimeField(default=timezone.now)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["what", "id"]
        constraints = [
            models.UniqueConstraint(fields=["participation", "what"], name="counted_once"),
            models.CheckConstraint(condition=Q(left_out=0) | ~Q(why_left_out=""), name="what_is_left_out_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()}: {self.in_source} – {self.archived}"

    @property
    def place(self) -> Municipality:
        return self.participation.municipality

    @property
    def difference(self) -> int:
        """Positive: that many are missing in the archive."""
        return self.in_source - self.left_out - self.archived

    @property
    def adds_up(self) -> bool:
        return self.difference == 0


class SampleCheck(models.Model):
    """Stickprov: the same record looked at in the source system and in the archive."""

    class Outcome(models.TextChoices):
        EQUAL = "equal", _("Stämmer")
        DIFFERENT = "different", _("Stämmer inte")

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="samples")
    what = models.CharField(
        _("vad som jämfördes"), max_length=160, help_text=_("Diarienummer eller typ. Inga personuppgifter.")
    )
    outcome = models.CharField(_("utfall"), max_length=12, choices=Outcome.choices)
    note = models.CharField(_("anmärkning"), max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.what}: {self.get_outcome_display()}"

    @property
    def place(self) -> Municipality:
        return self.participation.municipality
