"""Årshjul: a body's meetings of a year, proposed against the agreement's deadlines, commented on, approved.

Approval makes each proposal a meeting with seats and agenda. Conflicts are shown and never decide by themselves: a
group may well meet on a day between holidays if it wants to.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium import audit
from consortium.audit_events import Event
from consortium.dates import is_free
from consortium.formats import day_in_text
from consortium.models import User
from consortium.swedish import swedish_key
from governance import bodies, meetings
from governance.models import AgreementDeadline, Body, Consortium, Meeting, MeetingSeries, PlannedMeeting, SeriesComment
from governance.revising import Refusal, locked


class AlreadyApproved(Refusal):
    """Approved dates are meetings now, and are moved there, so that calendars follow."""


class NothingPlanned(Refusal):
    pass


class OtherYear(Refusal):
    """The day belongs to another year's wheel."""


class TwiceTheSame(Refusal):
    """The time is in the wheel already."""


class Kind(StrEnum):
    AFTER_DEADLINE = "after_deadline"
    TWO_AT_ONCE = "two_at_once"
    FREE_DAY = "free_day"
    NO_MEETING = "no_meeting"  # a deadline that no meeting is bound to
    NO_HOURS = "no_hours"


@dataclass(frozen=True)
class Conflict:
    kind: Kind
    text: str
    planned: PlannedMeeting | None = None


@transaction.atomic
def propose(body: Body, year: int, *, by: User) -> MeetingSeries:
    """The wheel of that year: an empty one, or the one that is there."""
    bodies.demand_may_meet(body)
    series, made = MeetingSeries.objects.get_or_create(body=body, year=year)
    if made:
        audit.record(by=by, what=Event.SERIES_CHANGED, target=series, place=body.consortium, year=year)
    return series


@transaction.atomic
def add(series: MeetingSeries, facts: Mapping[str, Any], *, by: User) -> PlannedMeeting:
    series = _open(series)
    if facts["on"].year != series.year:
        raise OtherYear(_("Dagen ligger inte i %(year)s. Välj en dag det året.") % {"year": series.year})
    if series.meetings.filter(on=facts["on"], start=facts.get("start")).exists():
        raise TwiceTheSame(_("Den tiden finns redan i årshjulet."))
    planned = PlannedMeeting.objects.create(series=series, **facts)
    _changed(series)
    audit.record(by=by, what=Event.SERIES_CHANGED, target=series, place=series.place, added=planned.on.isoformat())
    return planned


@transaction.atomic
def remove(planned: PlannedMeeting, *, by: User) -> None:
    series = _open(planned.series)
    audit.record(by=by, what=Event.SERIES_CHANGED, target=series, place=series.place, removed=planned.on.isoformat())
    planned.delete()
    _changed(series)


def _changed(series: MeetingSeries) -> None:
    """So that nobody approves dates unseen."""
    series.version += 1
    series.save(update_fields=["version"])


def comment(series: MeetingSeries, text: str, *, by: User) -> SeriesComment:
    return SeriesComment.objects.create(series=series, text=text, made_by=by)


@transaction.atomic
def approve(series: MeetingSeries, *, seen: int, by: User) -> list[Meeting]:
    """The dates stand: each with hours becomes a meeting, the others stay days to hold free."""
    series = _open(locked(series, seen))
    planned = list(series.meetings.all())
    if not planned:
        raise NothingPlanned(_("Årshjulet har inga datum än. Lägg till minst ett."))
    made = []
    for each in planned:
        if each.start and each.end:
            each.meeting = meetings.plan(
                series.body, held_on=each.on, starts_at=each.start, ends_at=each.end, place_text=each.venue, by=by
            )
            each.save(update_fields=["meeting"])
            made.append(each.meeting)
    series.status, series.approved_at, series.approved_by = MeetingSeries.Status.APPROVED, timezone.now(), by
    series.version += 1
    series.save(update_fields=["status", "approved_at", "approved_by", "version"])
    audit.record(by=by, what=Event.SERIES_APPROVED, target=series, place=series.place, meetings=len(made))
    return made


def _open(series: MeetingSeries) -> MeetingSeries:
    found = MeetingSeries.objects.select_for_update(of=("self",)).get(pk=series.pk)
    if found.status == MeetingSeries.Status.APPROVED:
        raise AlreadyApproved(_("Årshjulet är fastställt. Flytta eller ställ in mötet på mötets egen sida."))
    return found


def conflicts(series: MeetingSeries) -> list[Conflict]:
    """Everything worth a second look, in the order of the dates; deadlines without a meeting last."""
    found = [conflict for planned in series.meetings.select_related("deadline") for conflict in _of(planned)]
    bound = set(series.meetings.exclude(deadline=None).values_list("deadline_id", flat=True))
    for deadline in series.body.consortium.deadlines.exclude(kind=AgreementDeadline.Kind.OTHER):
        if deadline.pk not in bound and series.body.kind in (Body.Kind.STEERING_GROUP, Body.Kind.BOARD):
            words = _("Inget möte är knutet till %(deadline)s, senast %(day)s.")
            said = words % {"deadline": _in_sentence(deadline), "day": day_in_text(deadline.last_day(series.year))}
            found.append(Conflict(Kind.NO_MEETING, said))
    return found


def _of(planned: PlannedMeeting) -> list[Conflict]:
    found = []
    due, day = planned.due_on, day_in_text(planned.on)
    if due and planned.on > due:
        words = _("%(day)s är efter %(deadline)s, som ska vara klart senast %(due)s.")
        said = words % {"day": day, "deadline": _in_sentence(planned.deadline), "due": day_in_text(due)}
        found.append(Conflict(Kind.AFTER_DEADLINE, said, planned))
    if is_free(planned.on):
        found.append(Conflict(Kind.FREE_DAY, _("%s är lördag, söndag eller helgdag.") % day, planned))
    for other in _at_the_same_time(planned):
        words = _("%(other)s möts samtidigt %(day)s.")
        found.append(Conflict(Kind.TWO_AT_ONCE, words % {"other": other, "day": day}, planned))
    if not planned.start:
        said = _("%s saknar klockslag. Datumet kommer inte i någons kalender förrän det är ifyllt.") % day
        found.append(Conflict(Kind.NO_HOURS, said, planned))
    return found


def _in_sentence(deadline: AgreementDeadline | None) -> str:
    return str(deadline or "").lower()


def _at_the_same_time(planned: PlannedMeeting) -> list[str]:
    """Names of other bodies of the consortium that meet, or propose to, while this one does."""
    if not (planned.start and planned.end):
        return []
    body = planned.series.body
    others = Meeting.objects.filter(body__consortium=body.consortium, held_on=planned.on).exclude(body=body)
    held = others.exclude(status=Meeting.Status.CANCELLED).filter(starts_at__lt=planned.end, ends_at__gt=planned.start)
    proposed = PlannedMeeting.objects.filter(
        series__body__consortium=body.consortium, on=planned.on, start__lt=planned.end, end__gt=planned.start
    ).exclude(series__body=body)
    names = {*held.values_list("body__name", flat=True), *proposed.values_list("series__body__name", flat=True)}
    return sorted(names, key=swedish_key)


def days_before(planned: PlannedMeeting) -> int | None:
    """How long before its deadline: the thirteenth of February is two days before the fifteenth."""
    return (planned.due_on - planned.on).days if planned.due_on else None


def carry_over(series: MeetingSeries) -> list[datetime.date]:
    """Last year's days a year on, on the same weekday: a start for the proposal."""
    last = MeetingSeries.objects.filter(body=series.body, year=series.year - 1).first()
    if not last:
        return []
    return [day for each in last.meetings.all() if (day := each.on + datetime.timedelta(days=364)).year == series.year]


@transaction.atomic
def add_deadline(consortium: Consortium, facts: Mapping[str, Any], *, by: User) -> AgreementDeadline:
    """What the agreement wants done by then, every year."""
    deadline = AgreementDeadline.objects.create(consortium=consortium, **facts)
    audit.record(by=by, what=Event.SERIES_CHANGED, target=deadline, place=consortium, kind=deadline.kind)
    return deadline
