"""The submission agreement: what the parties signed is what the engine checks (design decision 7).

A version is written as a draft, signed by both sides, and from the first signature on its content stands still: the
database refuses to change it. What is agreed anew becomes a new version; the old one is kept beside it.
"""

import datetime
import hashlib
import json
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.constraints import paired
from deliveries.models.projects import DeliveryProject
from deliveries.models.systems import SourceSystem
from governance.models import Municipality


class FormatHandling(models.TextChoices):
    """What the archive does with files of a format; the values are the engine's."""

    ACCEPT = "accept", _("Tas emot")
    REMARK = "remark", _("Tas emot med anmärkning")
    CONVERT = "convert", _("Konverteras av leverantören")
    REFUSE = "refuse", _("Tas inte emot")


class SubmissionAgreementQuerySet(models.QuerySet["SubmissionAgreement"]):
    def visible_to(self, user: policy.AnyUser) -> "SubmissionAgreementQuerySet":
        return self.filter(owner__in=Municipality.objects.where_may(user, Permission.AGREEMENT_READ))

    def signed(self) -> "SubmissionAgreementQuerySet":
        return self.exclude(producer_signed_at=None).exclude(archive_signed_at=None)

    def half_signed(self) -> "SubmissionAgreementQuerySet":
        """By one side, and waiting for the other."""
        return self.filter(Q(producer_signed_at=None) ^ Q(archive_signed_at=None))

    def in_force(self, on: datetime.date | None = None) -> "SubmissionAgreementQuerySet":
        """Signed by both sides, inside its time, not ended and not replaced."""
        day = on or timezone.localdate()
        newer = SubmissionAgreement.objects.signed().filter(previous=OuterRef("pk"), valid_from__lte=day)
        return self.signed().filter(
            Q(valid_until=None) | Q(valid_until__gte=day),
            Q(ended_on=None) | Q(ended_on__gt=day),
            ~Exists(newer),
            valid_from__lte=day,
        )


class SubmissionAgreement(models.Model):
    class Standing(models.TextChoices):
        DRAFT = "draft", _("Utkast")
        HALF_SIGNED = "half_signed", _("Väntar på den andra parten")
        COMING = "coming", _("Undertecknad, gäller senare")
        IN_FORCE = "in_force", _("Gäller")
        REPLACED = "replaced", _("Ersatt av en ny version")
        EXPIRED = "expired", _("Har gått ut")
        ENDED = "ended", _("Avslutad i förtid")

    # Everything the parties agree on. From the first signature the database refuses to change it (migration 0007).
    CONTENT: ClassVar[tuple[str, ...]] = (
        *("owner_id", "system_id", "number", "version", "records_creator", "scope"),
        *("profile", "profile_changes", "public_by_default", "valid_from", "valid_until", "recipe"),
        *("formats", "formats_otherwise", "object_types", "mapping", "volumes", "calendar", "contacts"),
    )

    owner = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="agreements")
    system = models.ForeignKey(SourceSystem, on_delete=models.PROTECT, related_name="agreements")
    project = models.ForeignKey(
        DeliveryProject, null=True, blank=True, on_delete=models.PROTECT, related_name="agreements"
    )
    number = models.CharField(_("diarienummer"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    previous = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by", editable=False
    )
    recipe = models.SlugField(_("recept"), blank=True, help_text=_("Receptet som utkastet skrevs efter."))
    records_creator = models.CharField(_("arkivbildare"), max_length=120)
    scope = models.TextField(_("omfattning"), blank=True)
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
    # Lists of small rows, as they stand in the agreement: see deliveries/agreement_contents.py for their columns.
    formats = models.JSONField(_("filformat"), default=list, blank=True)
    formats_otherwise = models.CharField(
        _("övriga filformat"), max_length=10, choices=FormatHandling.choices, default=FormatHandling.ACCEPT
    )
    object_types = models.JSONField(_("sekretess och gallring"), default=list, blank=True)
    mapping = models.JSONField(_("läsning av systemets XML"), default=dict, blank=True)
    volumes = models.JSONField(_("volymer"), default=list, blank=True)
    calendar = models.JSONField(_("kalender"), default=list, blank=True)
    contacts = models.JSONField(_("kontakter"), default=list, blank=True)
    valid_from = models.DateField(_("gäller från"))
    valid_until = models.DateField(_("gäller till"), null=True, blank=True)

    revision = models.PositiveIntegerField(default=1, editable=False, help_text="Raised by each change of the draft.")
    edited_at = models.DateTimeField(default=timezone.now, editable=False)
    producer_signed_at = models.DateTimeField(null=True, blank=True)
    producer_signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    producer_signature = models.JSONField(default=dict, blank=True, help_text="Who, how, and the digest of what.")
    archive_signed_at = models.DateTimeField(null=True, blank=True)
    archive_signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    archive_signature = models.JSONField(default=dict, blank=True, help_text="Who, how, and the digest of what.")
    ended_on = models.DateField(_("avslutad"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_reason = models.TextField(_("skäl"), blank=True)

    objects: ClassVar[SubmissionAgreementQuerySet] = SubmissionAgreementQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            paired("producer_signed_at", "producer_signed_by"),
            paired("archive_signed_at", "archive_signed_by"),
            paired("ended_on", "ended_by"),
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

    # What was agreed

    def content(self) -> dict[str, Any]:
        """Everything the parties sign, as plain values."""
        return {name: _plain(getattr(self, name)) for name in self.CONTENT}

    def digest(self) -> str:
        """SHA-256 of the content in one fixed form: what a signature is about."""
        text = json.dumps(self.content(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def engine_profile(self, on: datetime.date | None = None) -> dict[str, Any]:
        """What was signed, as the engine reads it: the published specification, what the parties changed in it, and
        what a package must say of itself to belong here."""
        chosen = dict(self.profile_changes.get("settings", {}))
        if accepted := self.accepted_formats(on or timezone.localdate()):
            chosen["formats"] = accepted
        return {
            **self.profile_changes,
            **({"settings": chosen} if chosen else {}),
            "base": self.profile,
            "version": f"{self.number}, version {self.version}",
            "expect": {
                "agreements": [self.number],
                "codes": self._codes(),
                "profile": self.profile,
            },
        }

    def accepted_formats(self, on: datetime.date) -> dict[str, str]:
        """PUID → handling on that day; the newest row that has begun wins. Empty when nothing is said of formats."""
        begun = [row for row in self.formats if not row.get("since") or row["since"] <= on.isoformat()]
        by_puid = {row["puid"]: row["handling"] for row in sorted(begun, key=lambda row: row.get("since") or "")}
        if not by_puid and self.formats_otherwise == FormatHandling.ACCEPT:
            return {}
        return {**by_puid, "*": self.formats_otherwise}

    def _codes(self) -> list[str]:
        """The owner as packages may name it: by SCB code as a local code, or by organisation number."""
        number = self.owner.organisation_number
        return [self.owner.code, f"Local:{self.owner.code}", *([number] if number else [])]

    # How it stands

    @property
    def is_signed(self) -> bool:
        return self.producer_signed_at is not None and self.archive_signed_at is not None

    @property
    def is_draft(self) -> bool:
        return self.producer_signed_at is None and self.archive_signed_at is None

    def successor(self, on: datetime.date | None = None) -> "SubmissionAgreement | None":
        """The next version, once it is signed and has begun."""
        newer: SubmissionAgreement | None = getattr(self, "replaced_by", None)
        return newer if newer and newer.is_signed and newer.valid_from <= (on or timezone.localdate()) else None

    def current(self, on: datetime.date | None = None) -> "SubmissionAgreement":
        """The version that applies where this one did."""
        found = self
        while newer := found.successor(on):
            found = newer
        return found

    def standing(self, on: datetime.date | None = None) -> "SubmissionAgreement.Standing":
        day, standing = on or timezone.localdate(), SubmissionAgreement.Standing
        if self.is_draft:
            return standing.DRAFT
        if not self.is_signed:
            return standing.HALF_SIGNED
        if self.ended_on and self.ended_on <= day:
            return standing.ENDED
        if self.successor(day):
            return standing.REPLACED
        if self.valid_until and self.valid_until < day:
            return standing.EXPIRED
        return standing.COMING if self.valid_from > day else standing.IN_FORCE

    def hindrance(self, on: datetime.date | None = None) -> str | None:
        """Why nothing can be delivered under this agreement today, as a sentence, or None when it can."""
        standing = self.standing(on)
        sentence = _HINDRANCES.get(standing)
        if sentence is None:
            return None
        newer = self.successor(on)
        return str(sentence) % {
            "number": self.number,
            "until": self.valid_until,
            "from": self.valid_from,
            "ended": self.ended_on,
            "version": newer.version if newer else "",
        }


_HINDRANCES = {
    SubmissionAgreement.Standing.DRAFT: _(
        "Överenskommelsen %(number)s är inte undertecknad av båda parter. Låt dem underteckna först."
    ),
    SubmissionAgreement.Standing.HALF_SIGNED: _(
        "Överenskommelsen %(number)s är inte undertecknad av båda parter. Låt dem underteckna först."
    ),
    SubmissionAgreement.Standing.EXPIRED: _(
        "Överenskommelsen %(number)s gick ut %(until)s. Upprätta en ny version och försök igen."
    ),
    SubmissionAgreement.Standing.COMING: _("Överenskommelsen %(number)s börjar gälla först %(from)s."),
    SubmissionAgreement.Standing.REPLACED: _(
        "Överenskommelsen %(number)s är ersatt av version %(version)s. Välj den i stället."
    ),
    SubmissionAgreement.Standing.ENDED: _(
        "Överenskommelsen %(number)s avslutades %(ended)s. Upprätta en ny version och försök igen."
    ),
}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value
