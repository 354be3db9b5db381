"""Kontroll före justering: faults stop, doubts are confirmed by a person."""

import datetime

import pytest
from django.utils import timezone

from consortium.access.roles import Role
from governance import adjustment, agenda, attendance, bodies, checking, minutes
from governance.attendance import Tick
from governance.checking import Code
from governance.models import AgendaItem, Attendance, Meeting, Minutes, Paragraph
from governance.paragraphs import Content, Decided
from tests import factories
from tests.governance import steering
from tests.governance.steering import THE_DAY, Steering
from tests.keeping import shared

pytestmark = pytest.mark.django_db

WRONG_DAY = "torsdagen den 24 september, kl 10-11:30, via Teams"


@pytest.fixture
@shared
def group() -> Steering:
    return steering.group()


@pytest.fixture
@shared
def kept(group: Steering) -> Minutes:
    """Minutes without a single fault: one decision item, decided."""
    meeting = steering.meeting(group)
    meeting.items.all().delete()
    agenda.add(meeting, title="Datum för möten", type=AgendaItem.Type.DECISION, by=group.secretary)
    steering.everybody_came(group, meeting)
    made = minutes.begin(meeting, by=group.secretary)
    write(made.paragraphs.get(), group, decisions=(Decided("Förslaget godkänns."),))
    return made


def write(paragraph: Paragraph, group: Steering, **parts: object) -> None:
    paragraph.refresh_from_db()
    content = Content(**{"title": paragraph.title, **parts})  # type: ignore[arg-type]
    minutes.save(paragraph, content, version=paragraph.version, by=group.secretary)


def codes(kept: Minutes) -> set[Code]:
    kept = Minutes.objects.get(pk=kept.pk)
    return {finding.code for finding in checking.check(kept, timezone.localdate())}


def test_good_minutes_have_no_findings(kept: Minutes) -> None:
    assert codes(kept) == set()


def test_the_heading_and_the_text_name_different_days(kept: Minutes, group: Steering) -> None:
    minutes.write_head(kept, time_and_place=WRONG_DAY, previous_outcome="", version=1, by=group.secretary)
    (finding,) = checking.check(Minutes.objects.get(pk=kept.pk), timezone.localdate())
    assert (finding.code, finding.stops) == (Code.DATE_MISMATCH, False)
    said = finding.text.replace("\xa0", " ")
    assert "24 september 2022, som är en lördag" in said
    assert "24 november 2022, en torsdag" in said


@pytest.mark.parametrize(
    "text",
    [
        "torsdagen den 24 november 2022, kl. 10–11.30, Teams",
        "Torsdag 24 november kl 10",
        "den 24 november",
        "Teams, kl 10-11:30",
        "24 nov 2022",
        "",
    ],
)
def test_days_that_agree(text: str) -> None:
    assert checking.date_mismatch(text, THE_DAY) == ""


@pytest.mark.parametrize(
    "text", [WRONG_DAY, "fredagen den 24 november", "24 november 2021", "den 31 september", "torsdag 25 november"]
)
def test_days_that_do_not(text: str) -> None:
    assert checking.date_mismatch(text, THE_DAY)


def test_a_meeting_that_has_not_been_held(group: Steering) -> None:
    kept = minutes.begin(steering.coming(group), by=group.secretary)
    assert Code.NOT_YET_HELD in codes(kept)


def test_a_decision_item_without_decision(kept: Minutes, group: Steering) -> None:
    write(kept.paragraphs.get(), group, summary="Vi talade om det.")
    assert codes(kept) == {Code.UNDECIDED}


@pytest.mark.parametrize("outcome", [AgendaItem.Outcome.TABLED, AgendaItem.Outcome.WITHDRAWN])
def test_a_tabled_or_withdrawn_item_needs_no_decision(kept: Minutes, group: Steering, outcome: str) -> None:
    write(kept.paragraphs.get(), group, outcome=outcome)
    assert codes(kept) == set()


def test_attendance_not_taken(kept: Minutes, group: Steering) -> None:
    kept.meeting.attendances.filter(user=group.member).update(presence="")
    assert codes(kept) == {Code.ATTENDANCE_OPEN}


def test_a_chair_who_was_not_there(kept: Minutes, group: Steering) -> None:
    kept.meeting.attendances.filter(user=group.chair).update(presence=Attendance.Presence.ABSENT)
    assert codes(kept) == {Code.NO_CHAIR}


def test_nobody_chosen_to_adjust(kept: Minutes, group: Steering) -> None:
    steering.everybody_came(group, kept.meeting, adjuster=False)
    assert codes(kept) == {Code.NO_ADJUSTER}


def test_notes_need_no_adjuster(kept: Minutes, group: Steering) -> None:
    steering.everybody_came(group, kept.meeting, adjuster=False)
    Meeting.objects.filter(pk=kept.meeting_id).update(kind=Meeting.Kind.NOTES)
    assert codes(kept) == set()


def test_an_adjuster_who_has_left_no_presence(kept: Minutes, group: Steering) -> None:
    kept.meeting.attendances.filter(user=group.adjuster).update(presence=Attendance.Presence.ABSENT)
    assert codes(kept) == {Code.ADJUSTER_ABSENT}


def test_the_secretary_on_another_seat_does_not_adjust(kept: Minutes, group: Steering) -> None:
    kept.meeting.attendances.filter(user=group.adjuster).update(user=group.secretary)
    assert codes(kept) == {Code.SECRETARY_IS_ADJUSTER}


def test_a_signer_without_an_account(kept: Minutes, group: Steering) -> None:
    falun = kept.meeting.attendances.get(municipality="2080")
    steering.everybody_came(group, kept.meeting, but=(), adjuster=False)
    chair, secretary = (kept.meeting.attendances.get(user=user) for user in (group.chair, group.secretary))
    attendance.take(
        kept.meeting,
        [
            Tick(chair.pk, presence="present", is_chair=True),
            Tick(secretary.pk, presence="present", is_secretary=True),
            Tick(falun.pk, presence="present", is_adjuster=True),
        ],
        by=group.secretary,
    )
    assert codes(kept) == {Code.SIGNER_WITHOUT_ACCOUNT}
    adjuster = factories.user_with(Role.ADJUSTER, group.consortium)
    assert falun.seat
    bodies.change_seat(falun.seat, {"user": adjuster}, seen=falun.seat.version, by=group.secretary)
    assert codes(kept) == set()
    adjustment.finish(kept, by=group.secretary)
    adjustment.sign(kept, by=group.chair)
    assert adjustment.sign(kept, by=adjuster).status == Minutes.Status.ADJUSTED


def test_a_seat_that_changes_hands_leaves_the_signing_to_who_was_there(kept: Minutes, group: Steering) -> None:
    seat = group.body.seats.get(user=group.adjuster)
    bodies.change_seat(seat, {"user": factories.user("Efterträdaren")}, seen=seat.version, by=group.secretary)
    assert group.adjuster in [row.user for row in Minutes.objects.get(pk=kept.pk).signers]


@pytest.mark.parametrize(
    ("said", "meant"),
    [("Sätters kommun", "Säters kommun"), ("Säter kommun", "Säters kommun"), ("Faluns kommun", "Falu kommun")],
)
def test_a_misspelt_municipality_gets_its_name(kept: Minutes, group: Steering, said: str, meant: str) -> None:
    write(kept.paragraphs.get(), group, decisions=(Decided(f"Chefen vid {said} utses."),))
    (finding,) = checking.check(Minutes.objects.get(pk=kept.pk), timezone.localdate())
    assert (finding.code, finding.stops) == (Code.MISSPELT, False)
    assert (said in finding.text, meant in finding.text) == (True, True)


@pytest.mark.parametrize("said", ["Säters kommun", "Varje kommun", "Även Mora kommun", "Umeå kommun", "en kommun"])
def test_names_that_are_right_or_none_of_ours(kept: Minutes, group: Steering, said: str) -> None:
    write(kept.paragraphs.get(), group, decisions=(Decided(f"Beslutet gäller. {said} svarar."),))
    assert codes(kept) == set()


@pytest.mark.parametrize("place", ["summary", "basis", "dispatch_to"])
def test_a_personal_number_stops(kept: Minutes, group: Steering, place: str) -> None:
    write(kept.paragraphs.get(), group, decisions=(Decided("Ja."),), **{place: "Gäller 19121212-1212."})
    (finding,) = checking.check(Minutes.objects.get(pk=kept.pk), timezone.localdate())
    assert (finding.code, finding.stops) == (Code.PERSONAL_NUMBER, True)
    assert "1212" not in finding.text


def test_an_empty_paragraph_is_a_doubt(kept: Minutes, group: Steering) -> None:
    minutes.add(kept, "Övrigt", by=group.secretary)
    assert codes(kept) == {Code.EMPTY}


def test_numbers_that_skip_are_a_doubt(kept: Minutes, group: Steering) -> None:
    added = minutes.add(kept, "Övrigt", by=group.secretary)
    write(added, group, summary="Inget.")
    Paragraph.objects.filter(pk=added.pk).update(number=9)
    assert codes(kept) == {Code.NUMBERS_SKIP}


def test_what_was_confirmed_is_this_doubt_and_not_every_one_of_its_kind(kept: Minutes) -> None:
    near = checking.misspelt("Sätters kommun", None), checking.misspelt("Moras kommun", None)
    first, second = (next(iter(each)).key for each in near)
    assert first != second


def test_days_are_compared_with_the_day_of_the_meeting() -> None:
    assert checking.date_mismatch("måndagen den 13 februari 2023", datetime.date(2023, 2, 13)) == ""
