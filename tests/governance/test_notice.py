"""Kallelse: goes out once, to everybody with an address, with agenda and calendar entry; changes follow as updates."""

import datetime
from typing import Any

import pytest
import vobject
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consortium.models import AuditEvent, OutgoingMail
from governance import bodies, meetings, notice, tasks
from governance.models import Meeting, Seat
from tests import factories
from tests.consortium import pdf
from tests.governance import steering
from tests.governance.steering import Steering
from tests.keeping import shared

pytestmark = pytest.mark.django_db


@pytest.fixture
@shared
def group() -> Steering:
    return steering.group()


@pytest.fixture
@shared
def meeting(group: Steering) -> Meeting:
    return steering.coming(group)


def letters(meeting: Meeting) -> list[OutgoingMail]:
    return list(OutgoingMail.objects.about(meeting).order_by("pk"))


def paper(mail: OutgoingMail, ending: str) -> bytes:
    return bytes(mail.attachments.get(name__endswith=ending).content)


def entry(mail: OutgoingMail) -> Any:
    return vobject.readOne(paper(mail, ".ics").decode())


def test_everybody_with_an_address_is_called(meeting: Meeting, group: Steering) -> None:
    called = notice.call(meeting, by=group.secretary)
    mails = letters(meeting)
    users = {group.chair.email, group.secretary.email, group.adjuster.email, group.member.email}
    assert {mail.to for mail in mails} == {*users, "kansli@falun.exempel.se"}
    assert (called.status, called.called_by) == (Meeting.Status.CALLED, group.secretary)
    assert all("Kallelse: Styrgruppen" in mail.subject for mail in mails)
    assert f"/moten/{meeting.pk}/" in mails[0].text
    assert AuditEvent.objects.filter(what="meeting_called", target_id=str(meeting.pk)).count() == 1


def test_a_seat_that_was_given_after_the_planning_is_called_too(
    meeting: Meeting, group: Steering, client: Client
) -> None:
    facts = {"municipality": factories.municipality("2029"), "function": "Kanslichef", "email": "leksand@exempel.se"}
    bodies.give_seat(group.body, {**facts, "from_on": timezone.localdate()}, by=group.secretary)
    client.force_login(group.secretary)
    page = client.post(reverse("call_meeting", args=[meeting.pk]), follow=True).content.decode()
    assert "leksand@exempel.se" in [mail.to for mail in letters(meeting)]
    assert "skickad till 6 adresser" in page


def test_it_carries_the_agenda_and_an_entry_for_the_calendar(meeting: Meeting, group: Steering) -> None:
    notice.call(meeting, by=group.secretary)
    mail = letters(meeting)[0]
    event = entry(mail).vevent
    assert str(meeting.uid) in event.uid.value
    assert event.dtstart.value == meeting.start
    with pdf.Read(paper(mail, ".pdf")) as read:
        assert "Val av justerare" in read.text()


def test_twice_is_refused_with_who_and_when(meeting: Meeting, group: Steering) -> None:
    notice.call(meeting, by=group.secretary)
    with pytest.raises(notice.AlreadyCalled) as told:
        notice.call(meeting, by=group.chair)
    said = str(told.value)
    assert "Enhetschef" in said
    assert str(timezone.localdate().year) in said
    assert len(letters(meeting)) == 5


def test_a_paused_body_calls_nobody(meeting: Meeting, group: Steering) -> None:
    group.body.status = group.body.Status.PAUSED
    group.body.save()
    with pytest.raises(meetings.BodyDoesNotMeet, match="vilande"):
        notice.call(meeting, by=group.secretary)
    assert not letters(meeting)


def test_nobody_is_called_to_what_has_been(group: Steering) -> None:
    with pytest.raises(meetings.NotNow):
        notice.call(steering.meeting(group), by=group.secretary)


def test_an_empty_agenda_is_no_notice(meeting: Meeting, group: Steering) -> None:
    meeting.items.all().delete()
    with pytest.raises(notice.EmptyAgenda):
        notice.call(meeting, by=group.secretary)


def test_a_group_without_addresses_cannot_be_called(meeting: Meeting, group: Steering) -> None:
    Seat.objects.update(user=None, email="")
    with pytest.raises(notice.NobodyToCall):
        notice.call(meeting, by=group.secretary)
    meeting.refresh_from_db()
    assert meeting.called_at is None


def test_seats_without_address_are_named_before_the_notice(meeting: Meeting, group: Steering) -> None:
    group.body.seats.filter(municipality="2080").update(email="")
    assert notice.without_address(meeting) == ["Kanslichef, Falu kommun"]


def test_a_change_moves_the_entry_instead_of_doubling_it(meeting: Meeting, group: Steering) -> None:
    notice.call(meeting, by=group.secretary)
    meeting.refresh_from_db()
    meetings.change(meeting, version=meeting.version, starts_at=datetime.time(9), by=group.secretary)
    notice.send_update(meeting, by=group.secretary)
    first, last = entry(letters(meeting)[0]).vevent, entry(letters(meeting)[-1]).vevent
    assert first.uid.value == last.uid.value
    assert int(last.sequence.value) > int(first.sequence.value)
    assert last.dtstart.value.hour == 9
    assert letters(meeting)[-1].subject.startswith("Ändrad kallelse")


def test_an_update_needs_a_notice(meeting: Meeting, group: Steering) -> None:
    with pytest.raises(meetings.NotNow):
        notice.send_update(meeting, by=group.secretary)


def test_cancelling_takes_it_out_of_calendars(meeting: Meeting, group: Steering) -> None:
    notice.call(meeting, by=group.secretary)
    notice.cancel(meeting, "För få kan komma.", by=group.chair)
    last = letters(meeting)[-1]
    assert "För få kan komma." in last.text
    told = entry(last)
    assert (told.method.value, told.vevent.status.value, told.vevent.sequence.value) == ("CANCEL", "CANCELLED", "1")
    with pytest.raises(meetings.NotNow):
        notice.cancel(meeting, "Igen", by=group.chair)


def test_cancelling_what_nobody_was_called_to_writes_no_letter(meeting: Meeting, group: Steering) -> None:
    notice.cancel(meeting, "Flyttas till våren.", by=group.chair)
    assert not letters(meeting)


def test_a_meeting_is_cancelled_also_when_no_address_is_left(meeting: Meeting, group: Steering) -> None:
    notice.call(meeting, by=group.secretary)
    Seat.objects.update(user=None, email="")
    assert notice.cancel(meeting, "För få kan komma.", by=group.chair).status == Meeting.Status.CANCELLED
    assert len(letters(meeting)) == 5


def test_it_goes_out_by_itself_on_its_day(meeting: Meeting, group: Steering) -> None:
    notice.call_by_itself(meeting, True, by=group.secretary)
    meeting.refresh_from_db()
    assert meeting.due_at is not None
    assert timezone.localdate(meeting.due_at) == meeting.held_on - datetime.timedelta(days=group.body.notice_days)
    tasks.call(meeting.pk)
    assert not letters(meeting)
    Meeting.objects.filter(pk=meeting.pk).update(due_at=timezone.now() - datetime.timedelta(minutes=1))
    tasks.call(meeting.pk)
    tasks.call(meeting.pk)
    meeting.refresh_from_db()
    assert (len(letters(meeting)), meeting.status, meeting.called_by) == (5, Meeting.Status.CALLED, None)


@pytest.mark.parametrize("days", [120, 12, 2])
def test_a_meeting_that_is_moved_is_called_on_its_new_day(meeting: Meeting, group: Steering, days: int) -> None:
    notice.call_by_itself(meeting, True, by=group.secretary)
    day = timezone.localdate() + datetime.timedelta(days=days)
    moved = meetings.change(meeting, version=meeting.version, held_on=day, by=group.secretary)
    assert moved.due_at is not None
    assert timezone.localtime(moved.due_at).hour == 8
    assert timezone.localdate(moved.due_at) == day - datetime.timedelta(days=group.body.notice_days)


def test_a_meeting_that_a_person_calls_to_stays_so_when_it_is_moved(meeting: Meeting, group: Steering) -> None:
    day = meeting.held_on + datetime.timedelta(days=7)
    assert meetings.change(meeting, version=meeting.version, held_on=day, by=group.secretary).due_at is None


def test_what_hinders_it_stops_the_clock(meeting: Meeting, group: Steering) -> None:
    meeting.items.all().delete()
    Meeting.objects.filter(pk=meeting.pk).update(due_at=timezone.now() - datetime.timedelta(minutes=1))
    tasks.call(meeting.pk)
    meeting.refresh_from_db()
    assert (meeting.status, meeting.due_at) == (Meeting.Status.PLANNED, None)


NUMBER = "19121212-1212"


@pytest.mark.parametrize(
    ("field", "where"), [("title", "rubriken"), ("description", "beskrivningen"), ("responsible", "ansvarig")]
)
def test_a_personal_number_on_the_agenda_stops_the_notice(
    meeting: Meeting, group: Steering, field: str, where: str
) -> None:
    item = meeting.items.all()[1]
    meeting.items.filter(pk=item.pk).update(**{field: f"Gäller {NUMBER}."})
    with pytest.raises(notice.HoldsPersonalNumber) as told:
        notice.call(meeting, by=group.secretary)
    assert f"punkt {item.position} ({where})" in str(told.value)
    assert "1212" not in str(told.value)
    meeting.refresh_from_db()
    assert (letters(meeting), meeting.called_at) == ([], None)


def test_the_notices_own_text_is_looked_at_too(meeting: Meeting, group: Steering) -> None:
    Meeting.objects.filter(pk=meeting.pk).update(place_text=f"Hemma hos {NUMBER}")
    with pytest.raises(notice.HoldsPersonalNumber, match="Kallelsens text innehåller ett personnummer"):
        notice.call(meeting, by=group.secretary)


def test_a_number_that_came_after_the_notice_stops_the_update(meeting: Meeting, group: Steering) -> None:
    notice.call(meeting, by=group.secretary)
    meeting.items.filter(pk=meeting.items.all()[1].pk).update(description=NUMBER)
    with pytest.raises(notice.HoldsPersonalNumber):
        notice.send_update(meeting, by=group.secretary)
    assert len(letters(meeting)) == 5


def test_by_itself_it_does_not_go_out_with_a_number_and_the_page_says_why(
    meeting: Meeting, group: Steering, client: Client
) -> None:
    item = meeting.items.all()[1]
    meeting.items.filter(pk=item.pk).update(description=NUMBER)
    Meeting.objects.filter(pk=meeting.pk).update(due_at=timezone.now() - datetime.timedelta(minutes=1))
    tasks.call(meeting.pk)
    assert not letters(meeting)
    client.force_login(group.secretary)
    page = client.get(f"/moten/{meeting.pk}/").content.decode()
    assert f"Dagordningen innehåller personnummer i punkt {item.position} (beskrivningen)." in page
