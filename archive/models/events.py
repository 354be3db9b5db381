"""PREMIS events and agents: what happened to an object, append-only and hash-chained like the audit log."""

import hashlib

from django.db import models
from django.utils.translation import gettext_lazy as _

from consortium.models.audit import canonical


class PreservationAgent(models.Model):
    """Who or what acted: software with version, or an organisation."""

    class Kind(models.TextChoices):
        SOFTWARE = "software", _("Programvara")
        ORGANISATION = "organization", _("Organisation")

    kind = models.CharField(max_length=20, choices=Kind.choices)
    name = models.CharField(max_length=120)
    version = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "name", "version"], name="agent_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()


class PreservationEvent(models.Model):
    """`kind` is a term of the PREMIS event type vocabulary (id.loc.gov/vocabulary/preservation/eventType)."""

    class Kind(models.TextChoices):
        INGESTION = "ingestion", _("Intagning")
        RECEPTION = "accession", _("Mottagande")
        DIGEST = "message digest calculation", _("Kontrollsumma beräknad")
        VALIDATION = "validation", _("Validering")
        CREATION = "creation", _("Arkivpaket skapat")
        REPLICATION = "replication", _("Kopia lagrad")
        FIXITY_CHECK = "fixity check", _("Beständighetskontroll")
        REPAIR = "recovery", _("Kopia återställd")
        DELETION = "deletion", _("Källan borttagen")

    at = models.DateTimeField()
    aip_id = models.UUIDField(null=True, db_index=True)
    sip_id = models.UUIDField(null=True, db_index=True)
    kind = models.CharField(max_length=40, choices=Kind.choices)
    agent = models.ForeignKey(PreservationAgent, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=20, help_text="success, warning or failure.")
    detail = models.JSONField(default=dict)
    once = models.CharField(  # noqa: DJ001, no name is not an empty name: many events have none
        max_length=120,
        unique=True,
        null=True,
        help_text="Names an event that may happen only once, however often the task runs.",
    )
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H.%M} {self.get_kind_display()}"

    def seal(self) -> str:
        facts = {
            "id": self.pk,
            "at": self.at.isoformat(),
            "aip": str(self.aip_id),
            "sip": str(self.sip_id),
            "kind": self.kind,
            "agent": self.agent_id,
            "outcome": self.outcome,
            "detail": self.detail,
        }
        return hashlib.sha256(self.previous_hash.encode() + canonical(facts)).hexdigest()
