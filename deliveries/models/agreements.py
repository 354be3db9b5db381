"""The submission agreement: what the parties signed is what the engine checks (design decision 7)."""

import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.constraints import paired
from deliveries.models.projects import DeliveryProject
from deliveries.models.systems import SourceSystem
from governance.models import Municipality


class SubmissionAgreementQuerySet(models.QuerySet["SubmissionAgreement"]):
    def visible_to(self, user: policy.AnyUser) -> "SubmissionAgreementQuerySet":
        return self.filter(owner__in=Municipality.objects.where_may(user, Permission.AGREEMENT_READ))

    def in_force(self, on: datetime.date | None = None) -> "SubmissionAgreementQuerySet":
        """Signed by both sides and inside its time."""
        day = on or timezone.localdate()
        return (
            self.exclude(producer_signed_at=None)
            .exclude(archive_signed_at=None)
            .filter(Q(valid_until=None) | Q(valid_until__gte=day), valid_from__lte=day)
        )


class SubmissionAgreement(models.Model):
    owner = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="agreements")
    system = models.ForeignKey(SourceSystem, on_delete=models.PROTECT, related_name="agreements")
    project = models.ForeignKey(
        DeliveryProject, null=True, blank=True, on_delete=models.PROTECT, related_name="agreements"
    )
    number = models.CharField(_("diarienummer"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    records_creator = models.CharField(_("arkivbildare"), max_length=120)
    profile = models.CharField(
        _("paketprofil"),
        max_length=40,
        help_text=_("Nyckel i valideringsmotorn, till exempel fgs-1.2 eller e-ark-2.1.0."),
    )
    profile_changes = models.JSONField(_("avvikelser från profilen"), default=dict, blank=True)
    public_by_default = models.BooleanField(
        _("offentligt om inget annat anges"),
        default=False,
        help_text=_("Utan sekretessuppgift blir arkivenheter offentliga."),
    )
    valid_from = models.DateField(_("gäller från"))
    valid_until = models.DateField(_("gäller till"), null=True, blank=True)
    producer_signed_at = models.DateTimeField(null=True, blank=True)
    producer_signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    archive_signed_at = models.DateTimeField(null=True, blank=True)
    archive_signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects: ClassVar[SubmissionAgreementQuerySet] = SubmissionAgreementQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            paired("producer_signed_at", "producer_signed_by"),
            paired("archive_signed_at", "archive_signed_by"),
            models.UniqueConstraint(fields=["owner", "number", "version"], name="agreement_version_once"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="agreement_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}, {self.system} ({self.owner})"

    @property
    def place(self) -> Municipality:
        return self.owner

    def engine_profile(self) -> dict[str, Any]:
        """What was signed, as the engine reads it: the published specification, what the parties changed in it, and
        what a package must say of itself to belong here."""
        return {
            **self.profile_changes,
            "base": self.profile,
            "version": f"{self.number}, version {self.version}",
            "expect": {
                "agreements": [self.number],
                "codes": self._codes(),
                "profile": self.profile,
            },
        }

    def _codes(self) -> list[str]:
        """The owner as packages may name it: by SCB code as a local code, or by organisation number."""
        number = self.owner.organisation_number
        return [self.owner.code, f"Local:{self.owner.code}", *([number] if number else [])]

    def hindrance(self, on: datetime.date | None = None) -> str | None:
        """Why nothing can be delivered under this agreement today, as a sentence, or None when it can."""
        day = on or timezone.localdate()
        facts: dict[str, Any] = {"number": self.number}
        if self.producer_signed_at is None or self.archive_signed_at is None:
            return (
                str(_("Överenskommelsen %(number)s är inte undertecknad av båda parter. Låt dem underteckna först."))
                % facts
            )
        if self.valid_until and self.valid_until < day:
            facts["day"] = self.valid_until.isoformat()
            return (
                str(_("Överenskommelsen %(number)s gick ut %(day)s. Upprätta en ny version och försök igen.")) % facts
            )
        if self.valid_from > day:
            facts["day"] = self.valid_from.isoformat()
            return str(_("Överenskommelsen %(number)s börjar gälla först %(day)s.")) % facts
        return None
