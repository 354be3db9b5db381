"""What calendars get, read back by parsers that others wrote."""

import datetime
from typing import Any

import icalendar
import pytest
import vobject

from governance import calendar, meetings, notice
from governance.calendar import IncompleteDate
from governance.models import Body, FeedToken, Meeting, MeetingSeries, PlannedMeeting
from tests.governance import steering
from tests.governance.steering import Steering
from tests.keeping import shared

pytestmark = pytest.mark.django_db


@pytest.fixture
@shared
def group() -> Steering:
    return steering.group()


@pytest.fixture(autouse=True)
def nothing_learnt_before() -> None:
    """The reader keeps the first description of a time zone that it meets, whichever file it stood in."""
    vobject.icalendar.__dict__["__tzidMap"].pop("Europe/Stockholm", None)


def read(ics: bytes) -> Any:
    return icalendar.Calendar.from_ical(ics)


def event(ics: bytes) -> Any:
    (found,) = read(ics).walk("VEVENT")
    return found


def test_a_meeting_is_read_back_with_its_swedish_time(group: Steering) -> None:
    ics = calendar.invitation(steering.meeting(group))
    theirs = vobject.readOne(ics.decode())
    assert theirs.vevent.dtstart.value == datetime.datetime(2022, 11, 24, 9, tzinfo=datetime.UTC)
    assert theirs.vevent.dtend.value.strftime("%H:%M %z") == "11:30 +0100"
    assert theirs.vevent.location.value == "Teams"
    assert theirs.vtimezone.tzid.value == "Europe/Stockholm"
    assert "TZID=Europe/Stockholm:20221124T100000" in ics.decode()


def test_summer_time_is_kept(group: Steering) -> None:
    may = steering.meeting(group, held_on=datetime.date(2023, 5, 3))
    start = vobject.readOne(calendar.invitation(may).decode()).vevent.dtstart.value
    assert start.utcoffset() == datetime.timedelta(hours=2)


@pytest.mark.parametrize("called", [False, True])
def test_a_changed_meeting_keeps_its_name_and_counts_up(group: Steering, called: bool) -> None:
    meeting = steering.coming(group)
    if called:
        meeting = notice.call(meeting, by=group.secretary)
    before = event(calendar.feed(group.body))
    meetings.change(meeting, version=meeting.version, by=group.secretary, starts_at=datetime.time(9))
    after = event(calendar.feed(group.body))
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert before["STATUS"] == ("CONFIRMED" if called else "TENTATIVE")


def test_a_cancelled_meeting_leaves_the_calendar(group: Steering) -> None:
    meeting = steering.coming(group)
    notice.call(meeting, by=group.secretary)
    notice.cancel(meeting, reason="Förkylning", by=group.secretary)
    meeting.refresh_from_db()
    ics = calendar.invitation(meeting)
    assert read(ics)["METHOD"] == "CANCEL"
    assert event(ics)["STATUS"] == "CANCELLED"
    assert calendar.attachment(meeting).mime.endswith("method=CANCEL")


def test_a_date_without_hours_gives_no_entry_and_a_sentence(group: Steering) -> None:
    series = MeetingSeries.objects.create(body=group.body, year=2023)
    planned = PlannedMeeting.objects.create(series=series, on=datetime.date(2023, 5, 22))
    with pytest.raises(IncompleteDate, match="saknar klockslag"):
        calendar.of_planned(planned)
    planned.start, planned.end = datetime.time(9), datetime.time(10)
    with pytest.raises(IncompleteDate, match="förslag"):
        calendar.of_planned(planned)


def test_the_feed_shows_every_meeting_and_no_person(group: Steering) -> None:
    for days in (10, 40):
        steering.coming(group, days)
    off = steering.coming(group, 70)
    Meeting.objects.filter(pk=off.pk).update(
        status="cancelled", cancelled_at=off.start, cancelled_by=group.secretary, cancel_reason="Ordförande är sjuk"
    )
    text = calendar.feed(group.body).decode()
    theirs = vobject.readOne(text)
    assert len(theirs.vevent_list) == 3
    assert [each.status.value for each in theirs.vevent_list] == ["TENTATIVE", "TENTATIVE", "CANCELLED"]
    assert len({each.uid.value for each in theirs.vevent_list}) == 3
    for private in ("@exempel.se", "Kanslichef", "Sekretariatschef", "sjuk"):
        assert private not in text


def test_old_meetings_leave_the_feed(group: Steering) -> None:
    steering.meeting(group)
    assert b"VEVENT" not in calendar.feed(group.body)


def test_the_secret_opens_one_body_until_it_is_revoked(group: Steering) -> None:
    secret = calendar.open_feed(group.body, by=group.secretary)
    another = calendar.open_feed(group.body, by=group.secretary)
    assert calendar.body_of(secret) == calendar.body_of(another) == group.body
    assert calendar.body_of(secret[:-1]) is None
    token = FeedToken.objects.get(digest=calendar._digest(secret))
    calendar.revoke(token, by=group.secretary)
    assert calendar.body_of(secret) is None
    assert calendar.body_of(another) == group.body


def test_the_secret_itself_is_not_kept(group: Steering) -> None:
    secret = calendar.open_feed(group.body, by=group.secretary)
    assert secret not in str(FeedToken.objects.values().get())
    assert len(secret) >= 32


def test_an_ended_body_is_still_shown_in_calendars(group: Steering) -> None:
    steering.coming(group)
    Body.objects.filter(pk=group.body.pk).update(status=Body.Status.PAUSED)
    group.body.refresh_from_db()
    assert b"VEVENT" in calendar.feed(group.body)
