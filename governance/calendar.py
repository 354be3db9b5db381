"""Kalender: meetings as iCalendar (RFC 5545), one by one and as a feed per body behind a secret address.

A meeting keeps its UID for life; every change raises SEQUENCE, so that calendars move the entry instead of doubling it.
Entries name the body, the time and the place, never a person.
"""

import datetime
import hashlib
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium import audit
from consortium.audit_events import Event as Trace
from consortium.models import User
from consortium.post import Attachment
from governance.models import Body, FeedToken, Meeting, PlannedMeeting
from governance.revising import Refusal

if TYPE_CHECKING:
    from icalendar import Event

STOCKHOLM = ZoneInfo("Europe/Stockholm")
MIME = "text/calendar; charset=utf-8"
KEPT = datetime.timedelta(days=366)  # a feed shows a year back
_STATUS = {
    Meeting.Status.PLANNED: "TENTATIVE",
    Meeting.Status.CALLED: "CONFIRMED",
    Meeting.Status.HELD: "CONFIRMED",
    Meeting.Status.CANCELLED: "CANCELLED",
}


class IncompleteDate(Refusal):
    """Without day and hours nobody's calendar can be filled."""


def invitation(meeting: Meeting) -> bytes:
    """One meeting, for a calendar to take in; a cancelled one takes itself out."""
    cancelled = meeting.status == Meeting.Status.CANCELLED
    return _written([meeting], method="CANCEL" if cancelled else "PUBLISH")


def attachment(meeting: Meeting) -> Attachment:
    method = "CANCEL" if meeting.status == Meeting.Status.CANCELLED else "PUBLISH"
    return Attachment(file_name(meeting), invitation(meeting), f"text/calendar; method={method}")


def file_name(meeting: Meeting) -> str:
    return f"mote-{meeting.held_on.isoformat()}.ics"


def demand_complete(planned: PlannedMeeting) -> None:
    if not (planned.start and planned.end):
        raise IncompleteDate(
            _("Mötet %s saknar klockslag, så det kan inte läggas i en kalender än. Fyll i när det börjar och slutar.")
            % planned.on.isoformat()
        )


def of_planned(planned: PlannedMeeting) -> bytes:
    """A proposed date that is a meeting by now; before that there is nothing to hold anybody to."""
    demand_complete(planned)
    if planned.meeting is None:
        raise IncompleteDate(_("Datumet är ett förslag. Det kommer i kalendern när årshjulet är fastställt."))
    return invitation(planned.meeting)


def feed(body: Body) -> bytes:
    """All meetings of the body from a year back. Cancelled ones stay as cancelled, so that they leave the calendar."""
    since = timezone.localdate() - KEPT
    meetings = body.meetings.filter(held_on__gte=since).select_related("body__consortium").order_by("held_on")
    return _written(meetings, name=f"{body.name}, {body.consortium.name}")


@transaction.atomic
def open_feed(body: Body, *, by: User) -> str:
    """A new secret; earlier ones go on working until they are revoked. It is told once and kept as a digest only."""
    secret = secrets.token_urlsafe(24)
    token = FeedToken.objects.create(body=body, digest=_digest(secret), created_by=by)
    audit.record(by=by, what=Trace.FEED_OPENED, target=token, place=body.consortium, body=body.pk)
    return secret


@transaction.atomic
def revoke(token: FeedToken, *, by: User) -> None:
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        audit.record(by=by, what=Trace.FEED_REVOKED, target=token, place=token.body.consortium, body=token.body_id)


def body_of(secret: str) -> Body | None:
    """Whose feed the secret opens."""
    token = FeedToken.objects.select_related("body__consortium").filter(digest=_digest(secret), revoked_at=None).first()
    return token.body if token else None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _written(meetings: Iterable[Meeting], *, method: str = "PUBLISH", name: str = "") -> bytes:
    from icalendar import Calendar  # here, as the web is light without it

    calendar = Calendar()
    calendar.add("prodid", "-//Samarkiv//Samarkiv//SV")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    if name:
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", datetime.timedelta(hours=12), parameters={"VALUE": "DURATION"})
    days = []
    for meeting in meetings:
        calendar.add_component(_event(meeting))
        days.append(meeting.held_on)
    if days:
        year = datetime.timedelta(days=366)
        calendar.add_missing_timezones(first_date=min(days) - year, last_date=max(days) + year)
    return bytes(calendar.to_ical())


def _event(meeting: Meeting) -> "Event":
    from icalendar import Event

    event = Event()
    event.add("uid", f"{meeting.uid}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", (meeting.cancelled_at or meeting.called_at or meeting.start).astimezone(datetime.UTC))
    event.add("dtstart", meeting.start.astimezone(STOCKHOLM))
    event.add("dtend", meeting.end.astimezone(STOCKHOLM))
    event.add("summary", meeting.title or f"{meeting.body.name}, {meeting.body.consortium.name}")
    if meeting.place_text or meeting.mode == Meeting.Mode.ONLINE:
        event.add("location", meeting.place_text or str(meeting.get_mode_display()))
    event.add("status", _STATUS[Meeting.Status(meeting.status)])
    event.add("url", settings.SITE_URL.rstrip("/") + reverse("meeting", args=[meeting.pk]))
    return event
