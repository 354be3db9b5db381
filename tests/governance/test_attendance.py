"""Närvaro: seats, answers to the notice, and who may lead, write and adjust."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from consortium.models import User
from governance import attendance, meetings
from governance.attendance import Tick
from governance.models import Attendance, Meeting, Seat
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


def row(meeting: Meeting, user: User) -> Attendance:
    return meeting.attendances.get(user=user)


def test_everybody_has_a_row_with_function_and_municipality_as_they_are(meeting: Meeting, group: Steering) -> None:
    rows = list(meeting.attendances.all())
    assert len(rows) == 6
    assert [str(row) for row in rows if row.is_chair] == ["Chef kommunstyrelsesektorn, Säters kommun"]
    assert [row.organisation for row in rows if row.is_vacant] == ["Kommun 2084"]
    assert row(meeting, group.secretary).is_coopted


def test_a_seat_that_is_filled_anew_is_seen_until_it_has_answered(meeting: Meeting, group: Steering) -> None:
    seat = group.body.seats.get(user=group.member)
    seat.function = "Kommunchef"
    seat.save()
    attendance.seat_everybody(meeting)
    assert row(meeting, group.member).function == "Kommunchef"
    attendance.answer(row(meeting, group.member), coming=True, by=group.member)
    seat.function = "Någon annan"
    seat.save()
    attendance.seat_everybody(meeting)
    assert row(meeting, group.member).function == "Kommunchef"


def test_another_chair_leads_the_meetings_that_are_planned(meeting: Meeting, group: Steering) -> None:
    group.body.seats.filter(user=group.chair).update(role=Seat.Role.MEMBER)
    group.body.seats.filter(user=group.member).update(role=Seat.Role.CHAIR)
    meetings.change(meeting, version=meeting.version, place_text="Rum 2", by=group.secretary)
    assert [each.user for each in meeting.attendances.filter(is_chair=True)] == [group.member]


def test_a_chair_who_has_answered_and_left_leads_no_more(meeting: Meeting, group: Steering) -> None:
    attendance.answer(row(meeting, group.chair), coming=False, by=group.chair)
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    group.body.seats.filter(user=group.chair).update(until_on=yesterday)
    group.body.seats.filter(user=group.member).update(role=Seat.Role.CHAIR)
    meetings.change(meeting, version=meeting.version, place_text="Rum 2", by=group.secretary)
    assert [each.user for each in meeting.attendances.filter(is_chair=True)] == [group.member]
    assert row(meeting, group.chair).answer == Attendance.Answer.APOLOGY


def test_who_is_said_to_have_led_stays_so(meeting: Meeting, group: Steering) -> None:
    steering.everybody_came(group, meeting)
    group.body.seats.filter(user=group.chair).update(role=Seat.Role.MEMBER)
    group.body.seats.filter(user=group.member).update(role=Seat.Role.CHAIR)
    attendance.seat_everybody(meeting)
    assert row(meeting, group.chair).is_chair
    assert not row(meeting, group.member).is_chair


def test_an_apology_keeps_its_reason_and_who_comes_instead(meeting: Meeting, group: Steering) -> None:
    mine = attendance.answer(
        row(meeting, group.member), coming=False, note="Semester", substitute="Arkivarie, Mora", by=group.member
    )
    assert (mine.answer, mine.answer_note, mine.substitute_text) == ("apology", "Semester", "Arkivarie, Mora")
    assert not mine.answered_late


def test_a_late_apology_counts_and_is_noted_as_late(group: Steering) -> None:
    meeting = steering.coming(group, days=2, answer_by=timezone.localdate() - datetime.timedelta(days=1))
    assert attendance.answer(row(meeting, group.member), coming=False, by=group.member).answered_late


def test_after_the_meeting_nobody_answers(group: Steering) -> None:
    meeting = steering.meeting(group)
    with pytest.raises(attendance.AnswersAreClosed):
        attendance.answer(row(meeting, group.member), coming=False, by=group.member)


def test_presence_with_coming_and_going(meeting: Meeting, group: Steering) -> None:
    steering.everybody_came(group, meeting)
    mine = row(meeting, group.member)
    attendance.take(meeting, [Tick(mine.pk, presence="present", arrived_at=3, left_after=5)], by=group.secretary)
    mine.refresh_from_db()
    assert [mine.was_there(number) for number in (2, 3, 5, 6)] == [False, True, True, False]


def test_nobody_leaves_before_coming(meeting: Meeting, group: Steering) -> None:
    with pytest.raises(attendance.AttendanceRefused):
        attendance.take(
            meeting,
            [Tick(row(meeting, group.member).pk, presence="present", arrived_at=5, left_after=3)],
            by=group.secretary,
        )


def test_an_absent_adjuster_is_refused(meeting: Meeting, group: Steering) -> None:
    with pytest.raises(attendance.AdjusterIsAbsent, match="Sekretariatschef"):
        attendance.take(
            meeting,
            [Tick(row(meeting, group.adjuster).pk, presence="absent", is_adjuster=True)],
            by=group.secretary,
        )


@pytest.mark.parametrize("role", ["is_chair", "is_secretary"])
def test_chair_and_secretary_do_not_adjust(meeting: Meeting, group: Steering, role: str) -> None:
    mine = row(meeting, group.chair)
    with pytest.raises(attendance.AdjusterLeadsOrWrites):
        attendance.take(
            meeting, [Tick(mine.pk, presence="present", is_adjuster=True, **{role: True})], by=group.secretary
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Attendance.objects.filter(pk=mine.pk).update(is_adjuster=True, is_chair=True)


def test_what_is_refused_changes_nothing(meeting: Meeting, group: Steering) -> None:
    steering.everybody_came(group, meeting)
    with pytest.raises(attendance.AdjusterIsAbsent):
        attendance.take(
            meeting,
            [Tick(row(meeting, group.adjuster).pk, presence="absent", is_adjuster=True)],
            by=group.secretary,
        )
    assert row(meeting, group.adjuster).is_adjuster
    assert row(meeting, group.chair).is_chair
