"""AuditEvent is what a person did in the portal; what happened to the object is archive's PreservationEvent.

Append-only and hash-chained: the database refuses update, delete and truncate, and each row seals the one before it.
No foreign keys, so that erasing a user does not break the chain (design decision 14).
"""

import hashlib
import json
from typing import Any

from django.db import models


def canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


class AuditEvent(models.Model):
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=120, help_text="Function, not name.")
    what = models.CharField(max_length=60, help_text="One of audit_events.Event.")
    target_type = models.CharField(max_length=60, blank=True)
    target_id = models.CharField(max_length=60, blank=True)
    place = models.CharField(max_length=60, blank=True, help_text="Container, e.g. municipality:2080.")
    details = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["target_type", "target_id"]), models.Index(fields=["place", "id"])]

    def seal(self) -> str:
        """SHA-256 over the previous seal and everything the row says."""
        facts = {
            "id": self.pk,
            "at": self.at.isoformat(),
            "actor_id": self.actor_id,
            "actor": self.actor,
            "what": self.what,
            "target": [self.target_type, self.target_id],
            "place": self.place,
            "details": self.details,
        }
        return hashlib.sha256(self.previous_hash.encode() + canonical(facts)).hexdigest()
