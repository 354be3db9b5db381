"""The only writer of AuditEvent. Called inside the transaction of the act: trace and act stand or fall together."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection, models, transaction

from consortium.audit_events import Event
from consortium.models.audit import AuditEvent
from consortium.models.leases import DatabaseNow, database_now
from consortium.models.users import User

_ONE_WRITER = 0x5A4D41  # advisory lock: the chain has one end
GENESIS = "0" * 64


@transaction.atomic(savepoint=False)
def record(
    *,
    by: User | AnonymousUser | None,
    what: Event,
    target: models.Model | None = None,
    place: models.Model | None = None,
    **details: Any,
) -> AuditEvent:
    """Append one event. `by=None` is the portal itself. Details hold ids and figures, never personal data."""
    one_writer(_ONE_WRITER)
    number, previous_hash, now = end_of(AuditEvent.objects.all())
    event = AuditEvent(
        pk=number,
        at=now,
        actor_id=by.pk if by else None,
        actor=str(by) if isinstance(by, User) else ("" if by else "Samarkiv"),
        what=what,
        target_type=target._meta.label_lower if target else "",
        target_id=str(target.pk) if target else "",
        place=f"{place._meta.model_name}:{place.pk}" if place else "",
        details=details,
        previous_hash=previous_hash,
    )
    event.hash = event.seal()
    event.save(force_insert=True)
    return event


def one_writer(lock: int) -> None:
    """Whoever else writes to the same chain waits until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [lock])


def end_of(chain: models.QuerySet[Any]) -> tuple[int, str, datetime.datetime]:
    """The next row's number, the hash that it builds on, and the database's time. For the one who writes."""
    ends = chain.order_by("-id").values_list("id", "hash", DatabaseNow())
    last, sealed, now = ends.first() or (0, GENESIS, database_now())
    return last + 1, sealed, now


def breaks() -> Iterator[tuple[int, str]]:
    """Every place where the chain does not hold: (id, Swedish sentence). Nothing means the whole log is intact."""
    previous, expected = GENESIS, 1
    for event in AuditEvent.objects.order_by("id").iterator(chunk_size=2000):
        if event.pk != expected:
            yield event.pk, f"Händelse {expected} saknas: nästa rad i loggen har nummer {event.pk}."
        elif event.previous_hash != previous:
            yield event.pk, f"Händelse {event.pk} bygger inte på händelsen före den."
        if event.seal() != event.hash:
            yield event.pk, f"Händelse {event.pk} är ändrad efter att den skrevs."
        previous, expected = event.hash, event.pk + 1
