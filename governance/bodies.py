"""Organ och platser: bodies are opened, paused, taken up again and ended; seats are filled by functions."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium import audit
from consortium.audit_events import Event
from consortium.models import User
from governance.models import Body, Consortium, Party, Seat
from governance.revising import Refusal, locked, revise


class BodyPaused(Refusal):
    """A body that rests or has ended calls no meetings; somebody with the right takes it up again first."""


class NotThisStatus(Refusal):
    """The body is not where this step begins."""


class NameTaken(Refusal):
    """The consortium has another body of that name."""


class SeatOfNobody(Refusal):
    """Only co-opted staff sit for neither municipality nor party."""


class SeatOfStranger(Refusal):
    """The municipality has nothing to do with the consortium."""


def demand_may_meet(body: Body) -> None:
    """For whoever calls or plans a meeting."""
    if body.may_meet:
        return
    if body.status == Body.Status.PAUSED:
        raise BodyPaused(
            _("%s är vilande och kan inte kalla till möte. Återuppta organet först, under Medlemmar.") % body.name
        )
    raise BodyPaused(_("%s har upphört och kan inte kalla till möte.") % body.name)


@transaction.atomic
def open_body(consortium: Consortium, facts: Mapping[str, Any], *, by: User) -> Body:
    _demand_own_name(Body(consortium=consortium), facts)
    body = Body.objects.create(consortium=consortium, **facts)
    audit.record(by=by, what=Event.BODY_CHANGED, target=body, place=consortium, status=body.status)
    return body


@transaction.atomic
def change_body(body: Body, facts: Mapping[str, Any], *, seen: int, by: User) -> Body:
    _demand_own_name(body, facts)
    body, changed = revise(body, facts, seen=seen)
    if changed:
        audit.record(by=by, what=Event.BODY_CHANGED, target=body, place=body.consortium, fields=changed)
    return body


def _demand_own_name(body: Body, facts: Mapping[str, Any]) -> None:
    others = Body.objects.filter(consortium=body.consortium, name=facts.get("name", body.name)).exclude(pk=body.pk)
    if others.exists():
        raise NameTaken(_("Samarbetet har redan ett organ med det namnet. Välj ett annat."))


def pause(body: Body, *, by: User) -> Body:
    return _become(body, Body.Status.PAUSED, by=by)


def reactivate(body: Body, *, by: User) -> Body:
    return _become(body, Body.Status.ACTIVE, by=by)


def end(body: Body, *, by: User) -> Body:
    return _become(body, Body.Status.ENDED, by=by)


@transaction.atomic
def _become(body: Body, status: Body.Status, *, by: User) -> Body:
    body = locked(body, None)
    if not body.may_become(status):
        raise NotThisStatus(
            _("%(body)s är %(at)s och kan inte bli %(to)s.")
            % {"body": body.name, "at": body.get_status_display().lower(), "to": str(status.label).lower()}
        )
    body.status = status
    body.version += 1
    if status == Body.Status.ENDED:
        body.until_on = max(timezone.localdate(), body.from_on)
    body.save(update_fields=["status", "version", "until_on"])
    audit.record(by=by, what=Event.BODY_CHANGED, target=body, place=body.consortium, status=status.value)
    return body


@transaction.atomic
def give_seat(body: Body, facts: Mapping[str, Any], *, by: User) -> Seat:
    """A new seat, filled or vacant."""
    seat = Seat(body=body, **facts)
    _demand_somebody(seat)
    seat.save()
    audit.record(by=by, what=Event.SEAT_CHANGED, target=seat, place=body.consortium, status=seat.status)
    return seat


@transaction.atomic
def change_seat(seat: Seat, facts: Mapping[str, Any], *, seen: int, by: User) -> Seat:
    """Fill it, empty it or make it firm. A seat that passes to another function keeps no trace of persons."""
    found = locked(seat, seen)
    _demand_somebody(Seat(**{**_holder(found), **{name: facts[name] for name in _holder(found) if name in facts}}))
    seat, changed = revise(found, facts, seen=seen)
    if changed:
        audit.record(
            by=by, what=Event.SEAT_CHANGED, target=seat, place=seat.body.consortium, status=seat.status, fields=changed
        )
    return seat


@transaction.atomic
def end_seat(seat: Seat, *, on: datetime.date, by: User) -> Seat:
    """The seat is no more from the day after; it stays in the history of who sat where."""
    seat = locked(seat, None)
    seat.until_on = max(on, seat.from_on)
    seat.version += 1
    seat.save(update_fields=["until_on", "version"])
    audit.record(
        by=by, what=Event.SEAT_CHANGED, target=seat, place=seat.body.consortium, ended=seat.until_on.isoformat()
    )
    return seat


def _holder(seat: Seat) -> dict[str, Any]:
    return {name: getattr(seat, name) for name in ("body", "municipality", "party", "role")}


def _demand_somebody(seat: Seat) -> None:
    if seat.municipality is None and seat.party is None and seat.has_vote:
        raise SeatOfNobody(_("Välj den kommun eller part som platsen tillhör. Bara adjungerade sitter utan."))
    known = seat.body.consortium.memberships
    if seat.municipality and not known.filter(municipality=seat.municipality).exists():
        raise SeatOfStranger(
            _("%s finns inte i samarbetets medlemshistorik. Anteckna kommunen som medlem eller intressent först.")
            % seat.municipality
        )


@transaction.atomic
def register_party(facts: Mapping[str, Any], *, place: Consortium, by: User) -> Party:
    """Somebody else than a municipality that may hold a seat."""
    party = Party.objects.create(**facts)
    audit.record(by=by, what=Event.SEAT_CHANGED, target=party, place=place, kind=party.kind)
    return party
