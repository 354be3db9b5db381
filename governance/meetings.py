"""Möten: planned in a body that may meet, with its seats and its agenda from the start."""

import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from consortium import audit
from consortium.audit_events import Event
from consortium.formats import day_in_text
from consortium.models import User
from governance import agenda, attendance
from governance.models import Body, Meeting, Minutes


class NotNow(Exception):
    """Lawful, but not in the state that the meeting or its minutes are in; the text says what to do instead."""


class BodyDoesNotMeet(NotNow):
    """A paused body calls no meetings until it is taken up again."""


class TimeTaken(NotNow):
    """The body meets already at that time."""


class EditedMeanwhile(Exception):
    """Somebody saved between reading and saving. `theirs` is what stands now, so that both can be shown."""

    def __init__(self, text: str, theirs: Any = None) -> None:
        super().__init__(text)
        self.theirs = theirs


def demand_body_meets(body: Body) -> None:
    if not body.may_meet:
        raise BodyDoesNotMeet(
            _("%(body)s är %(status)s och kan inte kallas. Låt organet återupptas först, på sidan Organ.")
            % {"body": body, "status": str(body.get_status_display()).lower()}
        )


@transaction.atomic
def plan(
    body: Body,
    *,
    held_on: datetime.date,
    starts_at: datetime.time,
    ends_at: datetime.time,
    by: User | None,
    **fields: Any,
) -> Meeting:
    """A meeting with everybody's seat, the standing items, and what earlier meetings left over."""
    demand_body_meets(body)
    meeting = Meeting(
        body=body,
        held_on=held_on,
        starts_at=starts_at,
        ends_at=ends_at,
        previous=previous_of(body, held_on),
        **{"kind": default_kind(body), "answer_by": held_on - datetime.timedelta(days=3), **fields},
    )
    _demand_free_time(meeting)
    meeting.save()
    follow_on(body)
    attendance.seat_everybody(meeting)
    agenda.fill(meeting)
    audit.record(by=by, what=Event.MEETING_CREATED, target=meeting, place=meeting.place)
    return meeting


def _demand_free_time(meeting: Meeting) -> None:
    same = Meeting.objects.filter(body=meeting.body, held_on=meeting.held_on, starts_at=meeting.starts_at)
    if same.exclude(status=Meeting.Status.CANCELLED).exclude(pk=meeting.pk).exists():
        raise TimeTaken(
            _("%(body)s har redan ett möte %(day)s kl. %(time)s. Välj en annan tid.")
            % {"body": meeting.body, "day": day_in_text(meeting.held_on), "time": f"{meeting.starts_at:%H.%M}"}
        )


def default_kind(body: Body) -> str:
    """A group that no rule binds takes notes; the others keep minutes."""
    return Meeting.Kind.MINUTES if body.adjustment_days else Meeting.Kind.NOTES


def previous_of(body: Body, before: datetime.date) -> Meeting | None:
    held = Meeting.objects.filter(body=body, held_on__lt=before).exclude(status=Meeting.Status.CANCELLED)
    return held.order_by("-held_on", "-starts_at").first()


def follow_on(body: Body) -> None:
    """After a meeting has come, moved or been cancelled: each of the body's names the one before it, until signed."""
    signed = (Minutes.Status.SIGNING, Minutes.Status.ADJUSTED)
    unsigned = body.meetings.exclude(status=Meeting.Status.CANCELLED).exclude(minutes__status__in=signed)
    for each in unsigned.select_related("previous"):
        before = previous_of(body, each.held_on)
        if before != each.previous:
            Meeting.objects.filter(pk=each.pk).update(previous=before)


@transaction.atomic
def change(meeting: Meeting, *, version: int, by: User, **fields: Any) -> Meeting:
    """Day, time, place. A notice that goes out by itself moves with the day, and so does the entry in calendars.

    Whoever was called is told by `notice.send_update`, which the page offers.
    """
    stands = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if stands.status in (Meeting.Status.HELD, Meeting.Status.CANCELLED):
        raise NotNow(
            _("Mötet är %(status)s och ändras inte längre. Fel som märks efteråt skrivs som rättelse i protokollet.")
            % {"status": str(stands.get_status_display()).lower()}
        )
    if stands.version != version:
        raise EditedMeanwhile(_("Någon annan har ändrat mötet sedan du öppnade sidan."), stands)
    for name, value in fields.items():
        setattr(stands, name, value)
    _demand_free_time(stands)
    if stands.due_at:
        stands.due_at = stands.notice_at
    stands.sequence += 1
    stands.version += 1
    stands.save()
    follow_on(stands.body)
    attendance.seat_everybody(stands)
    audit.record(by=by, what=Event.MEETING_CHANGED, target=stands, place=stands.place, fields=sorted(fields))
    return stands
