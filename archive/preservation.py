"""The only writer of PreservationEvent (PREMIS): what happened to the object, by which agent, with what outcome."""

import uuid
from typing import Any

from django.db import transaction

from archive.models import AIP, SIP, PreservationAgent, PreservationEvent
from consortium import audit

ENGINE_NAME = "Samarkiv"
_ONE_WRITER = 0x5A4D50


def software(version: str = "") -> PreservationAgent:
    return PreservationAgent.objects.get_or_create(
        kind=PreservationAgent.Kind.SOFTWARE, name=ENGINE_NAME, version=version
    )[0]


@transaction.atomic(savepoint=False)
def note(
    kind: PreservationEvent.Kind,
    *,
    aip: AIP | None = None,
    sip: SIP | None = None,
    agent: PreservationAgent | None = None,
    outcome: str = "success",
    once: str | None = None,
    **detail: Any,
) -> PreservationEvent:
    """Append one event. With `once` the same event is written a single time; a repeated call returns the first."""
    audit.one_writer(_ONE_WRITER)
    if once and (earlier := PreservationEvent.objects.filter(once=once).first()):
        return earlier
    number, previous_hash, now = audit.end_of(PreservationEvent.objects.all())
    event = PreservationEvent(
        pk=number,
        at=now,
        aip_id=aip.pk if aip else None,
        sip_id=sip.pk if sip else (aip.sip_id if aip else None),
        kind=kind,
        agent=agent or software(),
        outcome=outcome,
        detail=_plain(detail),
        once=once,
        previous_hash=previous_hash,
    )
    event.hash = event.seal()
    event.save(force_insert=True)
    return event


def _plain(detail: dict[str, Any]) -> dict[str, Any]:
    return {key: str(value) if isinstance(value, uuid.UUID) else value for key, value in detail.items()}
