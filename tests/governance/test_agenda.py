"""Dagordning: starts follow from order and lengths; standing and carried items come by themselves."""

import datetime

import pytest

from governance import agenda, meetings, notice, standing
from governance.models import AgendaItem, Meeting
from tests.governance import steering
from tests.governance.steering import Steering
from tests.keeping import shared

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 handling"


@pytest.fixture
@shared
def group() -> Steering:
    return steering.group()


@pytest.fixture
@shared
def afternoon(group: Steering) -> Meeting:
    """Five items between one and four o'clock, without standing ones."""
    meeting = steering.coming(group, starts_at=datetime.time(13), ends_at=datetime.time(16))
    meeting.items.all().delete()
    for type_, length in (("I", 10), ("D", 20), ("I", 20), ("I", 10), ("A", 120)):
        agenda.add(meeting, title=f"Punkt {type_}", type=type_, length=length, by=group.secretary)
    return meeting


def starts(meeting: Meeting) -> list[str]:
    return [slot.start.strftime("%H.%M") for slot in agenda.timetable(meeting).slots]


def test_starts_follow_from_lengths(afternoon: Meeting) -> None:
    table = agenda.timetable(afternoon)
    assert starts(afternoon) == ["13.00", "13.10", "13.30", "13.50", "14.00"]
    assert (table.end, table.length, table.over) == (datetime.time(16), 180, 0)
    assert [slot.item.type for slot in table.slots] == ["I", "D", "I", "I", "A"]


def test_moving_an_item_recomputes_the_later_starts(afternoon: Meeting, group: Steering) -> None:
    agenda.move(afternoon.items.get(position=5), -1, by=group.secretary)
    assert starts(afternoon) == ["13.00", "13.10", "13.30", "13.50", "15.50"]
    assert [item.type for item in afternoon.items.all()] == ["I", "D", "I", "A", "I"]
    agenda.move(afternoon.items.get(position=1), -1, by=group.secretary)
    assert [item.position for item in afternoon.items.all()] == [1, 2, 3, 4, 5]


def test_removing_closes_the_gap(afternoon: Meeting, group: Steering) -> None:
    agenda.remove(afternoon.items.get(position=2), by=group.secretary)
    assert [item.position for item in afternoon.items.all()] == [1, 2, 3, 4]
    assert starts(afternoon) == ["13.00", "13.10", "13.30", "13.40"]


def test_an_item_that_runs_into_a_fixed_time_is_flagged(afternoon: Meeting, group: Steering) -> None:
    item = afternoon.items.get(position=3)
    agenda.change(item, version=item.version, fixed_start=datetime.time(13, 20), by=group.secretary)
    slots = agenda.timetable(afternoon).slots
    assert [slot.overlap for slot in slots] == [0, 0, 10, 0, 0]
    assert slots[3].start == datetime.time(13, 40)


def test_a_pause_before_a_fixed_time_is_no_overlap(afternoon: Meeting, group: Steering) -> None:
    item = afternoon.items.get(position=5)
    agenda.change(item, version=item.version, fixed_start=datetime.time(14, 15), by=group.secretary)
    table = agenda.timetable(afternoon)
    assert (table.slots[4].overlap, table.slots[4].gap, table.over) == (0, 15, 15)


def test_standing_items_come_by_themselves(group: Steering) -> None:
    steering.meeting(group, held_on=datetime.date(2022, 9, 1))
    meeting = steering.meeting(group)
    keys = [item.standing_key for item in meeting.items.all()]
    assert keys[:2] == [standing.CHOOSE_ADJUSTER, standing.PREVIOUS_MINUTES]
    assert len(keys) == len(set(keys))
    agenda.fill(meeting)
    assert meeting.items.count() == len(keys)


def test_the_first_meeting_has_no_previous_minutes(group: Steering) -> None:
    assert not steering.meeting(group).items.filter(standing_key=standing.PREVIOUS_MINUTES).exists()


def test_notes_need_no_adjuster(group: Steering) -> None:
    notes = steering.meeting(group, kind=Meeting.Kind.NOTES)
    assert not notes.items.filter(standing_key=standing.CHOOSE_ADJUSTER).exists()


def test_an_item_put_off_comes_back_on_the_next_agenda_once(group: Steering) -> None:
    earlier = steering.meeting(group, held_on=datetime.date(2022, 9, 1))
    item = agenda.add(earlier, title="Utbildning för chefer", length=15, by=group.secretary)
    agenda.change(item, version=item.version, outcome=AgendaItem.Outcome.WITHDRAWN, carry_over=True, by=group.secretary)
    meeting = steering.meeting(group)
    (came,) = meeting.items.filter(carried_from=item)
    assert (came.title, came.length) == ("Utbildning för chefer", 15)
    later = steering.meeting(group, held_on=datetime.date(2023, 2, 13))
    assert not later.items.filter(title="Utbildning för chefer").exists()


@pytest.mark.parametrize("planned_first", [True, False])
def test_an_item_that_a_cancelled_meeting_had_taken_up_comes_on_the_next_agenda(
    group: Steering, planned_first: bool
) -> None:
    earlier = steering.meeting(group)
    item = agenda.add(earlier, title="Utbildning för chefer", by=group.secretary)
    agenda.change(item, version=item.version, outcome=AgendaItem.Outcome.TABLED, by=group.secretary)
    off = steering.coming(group, 20)
    assert off.items.filter(carried_from=item).exists()
    later = steering.coming(group, 40) if planned_first else None
    notice.cancel(off, "För få kan komma.", by=group.secretary)
    later = later or steering.coming(group, 40)
    assert later.items.filter(carried_from=item).count() == 1
    assert not steering.coming(group, 60).items.filter(carried_from=item).exists()


def test_each_meeting_names_the_one_before_it_whatever_is_moved_or_cancelled(group: Steering) -> None:
    first, second, third = (steering.coming(group, days) for days in (20, 40, 60))

    def previous(meeting: Meeting) -> Meeting | None:
        return Meeting.objects.get(pk=meeting.pk).previous

    assert [previous(each) for each in (first, second, third)] == [None, first, second]
    between = steering.coming(group, 50)
    assert previous(third) == between
    meetings.change(between, version=1, held_on=third.held_on + datetime.timedelta(days=7), by=group.secretary)
    assert (previous(third), previous(between)) == (second, third)
    notice.cancel(second, "För få kan komma.", by=group.secretary)
    assert previous(third) == first


def test_an_item_that_merely_fell_away_does_not_come_back(group: Steering) -> None:
    earlier = steering.meeting(group, held_on=datetime.date(2022, 9, 1))
    item = agenda.add(earlier, title="Studiebesök", by=group.secretary)
    agenda.change(item, version=item.version, outcome=AgendaItem.Outcome.WITHDRAWN, by=group.secretary)
    assert not steering.meeting(group).items.filter(title="Studiebesök").exists()


def test_two_editors_of_an_item_are_told(afternoon: Meeting, group: Steering) -> None:
    item = afternoon.items.get(position=1)
    agenda.change(item, version=item.version, title="Öppning", by=group.secretary)
    with pytest.raises(agenda.ItemChangedMeanwhile) as told:
        agenda.change(item, version=item.version, title="Välkomna", by=group.chair)
    assert told.value.theirs.title == "Öppning"


def test_the_agenda_of_a_held_meeting_is_history(afternoon: Meeting, group: Steering) -> None:
    Meeting.objects.filter(pk=afternoon.pk).update(status=Meeting.Status.HELD)
    with pytest.raises(agenda.AgendaIsClosed):
        agenda.add(afternoon, title="För sent", by=group.secretary)


def test_a_paper_is_laid_to_an_item_and_replaced_by_name(afternoon: Meeting, group: Steering) -> None:
    item = afternoon.items.get(position=1)
    agenda.attach(item, "underlag.pdf", PDF, by=group.secretary)
    agenda.attach(item, "underlag.pdf", PDF + b" 2", by=group.secretary)
    (paper,) = item.attachments.all()
    assert (paper.media_type, bytes(paper.content)) == ("application/pdf", PDF + b" 2")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("skript.html", b"<script>"),
        ("falsk.pdf", b"PK\x03\x04"),
        ("19121212-1212.pdf", PDF),
        ("utan-andelse", PDF),
        ("stor.pdf", b"%PDF-" + b"0" * agenda.PAPER_MAX_BYTES),
    ],
)
def test_other_files_are_refused(afternoon: Meeting, group: Steering, name: str, content: bytes) -> None:
    with pytest.raises(agenda.PaperRefused):
        agenda.attach(afternoon.items.get(position=1), name, content, by=group.secretary)


def test_a_paused_body_plans_no_meeting(group: Steering) -> None:
    group.body.status = group.body.Status.PAUSED
    group.body.save()
    with pytest.raises(meetings.BodyDoesNotMeet):
        steering.coming(group)


def test_a_body_meets_once_at_a_time(group: Steering) -> None:
    steering.coming(group)
    with pytest.raises(meetings.TimeTaken, match=r"kl\. 10\.00"):
        steering.coming(group)
    other = steering.coming(group, starts_at=datetime.time(9))
    with pytest.raises(meetings.TimeTaken):
        meetings.change(other, version=other.version, starts_at=steering.TEN, by=group.secretary)
    meetings.change(other, version=other.version, starts_at=other.starts_at, by=group.secretary)


def test_two_editors_of_a_meeting_are_told(group: Steering) -> None:
    meeting = steering.coming(group)
    meetings.change(meeting, version=1, place_text="Säter", by=group.secretary)
    with pytest.raises(meetings.EditedMeanwhile) as told:
        meetings.change(meeting, version=1, place_text="Mora", by=group.chair)
    assert told.value.theirs.place_text == "Säter"
