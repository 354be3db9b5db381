"""Old minutes taken in: read once, confirmed by a person, kept with the original, locked when it was signed."""

import dataclasses
import datetime
import hashlib

import pytest

from archive.sample_files import page
from governance import importing
from governance.importing import Confirmed
from governance.meetings import EditedMeanwhile, NotNow
from governance.models import Meeting, Minutes, OldMinutes, Paragraph
from governance.old_minutes.source import Unreadable
from tests.consortium import pdf
from tests.governance import steering
from tests.governance.steering import Steering
from tests.keeping import shared

pytestmark = pytest.mark.django_db
TEXT = """Styrgruppsmöte 2019-03-14

Tid och plats: onsdagen den 14 februari, kl 9-10, i Säter

Närvarande: Ada (chef, Säters kommun, ordförande), Bo (kanslichef, Falu kommun), Cia (enhetschef e-arkivet)

§ 1 Plan för arkivet

Dnr: KS 2019/1

Beslut

Planen godkänns.

Sekreterare

Cia
"""
PARAGRAPH = {
    **{"number": 1, "title": "Plan för arkivet", "registry_number": "KS 2019/1", "summary": "", "basis": ""},
    **{"dispatch_to": "", "comment": "", "decisions": [{"kind": "approves", "text": "Planen godkänns."}]},
}
CONFIRMED = Confirmed(
    title="Styrgruppsmöte",
    held_on=datetime.date(2019, 3, 14),
    starts_at=datetime.time(9),
    ends_at=datetime.time(10),
    place="Säter",
    paragraphs=(PARAGRAPH,),
    note="Dagen enligt rubriken; texten säger februari.",
)


@pytest.fixture
@shared
def group() -> Steering:
    return steering.group()


@pytest.fixture
@shared
def old(group: Steering) -> OldMinutes:
    return importing.propose(group.body, "protokoll.txt", TEXT.encode(), by=group.secretary)


def test_the_proposal_is_kept_with_its_doubts_and_the_original(old: OldMinutes) -> None:
    assert old.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert bytes(old.content) == TEXT.encode()
    codes = {doubt["code"] for doubt in old.proposal["doubts"]}
    assert codes == {"DATE_MISMATCH", "SEAT_NOT_LISTED"}
    assert not Meeting.objects.exists()


def test_the_same_file_is_read_once(old: OldMinutes, group: Steering) -> None:
    with pytest.raises(importing.AlreadyRead) as told:
        importing.propose(group.body, "annat namn.txt", TEXT.encode(), by=group.chair)
    assert told.value.earlier == old


def test_a_file_without_text_is_not_kept(group: Steering) -> None:
    with pytest.raises(Unreadable):
        importing.propose(group.body, "tom.pdf", b"%PDF-1.4 trasig", by=group.secretary)
    assert not OldMinutes.objects.exists()


def test_a_person_confirms_and_a_meeting_that_was_held_comes_of_it(old: OldMinutes, group: Steering) -> None:
    minutes = importing.confirm(old, CONFIRMED, version=1, by=group.chair)
    meeting = minutes.meeting
    assert (meeting.status, meeting.held_on, minutes.status) == ("held", datetime.date(2019, 3, 14), "draft")
    (paragraph,) = minutes.paragraphs.all()
    assert (paragraph.number, paragraph.series, paragraph.registry_number) == (1, "2019", "KS 2019/1")
    assert [(each.kind, each.text) for each in paragraph.decisions.all()] == [("approves", "Planen godkänns.")]
    chair, member, secretary, *vacant = meeting.attendances.all()
    assert (str(chair), chair.is_chair, chair.presence) == ("Chef, Säters kommun", True, "present")
    assert (str(member), member.municipality_id) == ("Kanslichef, Falu kommun", "2080")
    assert (secretary.is_secretary, secretary.is_coopted) == (True, True)
    assert {row.municipality_id for row in vacant} == {"2021", "2062", "2084"}
    old.refresh_from_db()
    assert (old.minutes, old.confirmed_by, old.note) == (minutes, group.chair, CONFIRMED.note)


def test_signed_originals_are_locked_with_the_original_as_their_document(group: Steering) -> None:
    original = page("Protokoll 2019-03-14", "§ 1 Plan för arkivet", "Planen godkänns.")
    old = importing.propose(group.body, "protokoll.pdf", original, by=group.secretary)
    minutes = importing.confirm(old, dataclasses.replace(CONFIRMED, signed=True), version=1, by=group.chair)
    assert (minutes.status, bytes(minutes.document.content)) == (Minutes.Status.ADJUSTED, original)
    assert minutes.due_at  # on its way to the archive like all adjusted minutes


def test_a_signed_text_is_set_line_by_line_as_its_document(old: OldMinutes, group: Steering) -> None:
    minutes = importing.confirm(old, dataclasses.replace(CONFIRMED, signed=True), version=1, by=group.chair)
    with pdf.Read(bytes(minutes.document.content)) as read:
        assert read.claims() == {"PDF/A": "2a", "PDF/UA": "1"}
        assert "onsdagen den 14 februari" in read.text()
        assert old.sha256[:16] in read.text().replace(" ", "").replace("\n", "")


def test_nothing_is_saved_without_a_day(old: OldMinutes, group: Steering) -> None:
    with pytest.raises(importing.DayMissing):
        importing.confirm(old, dataclasses.replace(CONFIRMED, held_on=None), version=1, by=group.chair)
    assert not Meeting.objects.exists()


def test_a_number_that_the_year_has_already_is_refused_and_nothing_is_left_behind(
    old: OldMinutes, group: Steering
) -> None:
    importing.confirm(old, CONFIRMED, version=1, by=group.chair)
    other = importing.propose(group.body, "b.txt", TEXT.replace("14", "21").encode(), by=group.secretary)
    with pytest.raises(importing.NumberTaken):
        importing.confirm(
            other, dataclasses.replace(CONFIRMED, held_on=datetime.date(2019, 3, 21)), version=1, by=group.chair
        )
    assert (Meeting.objects.count(), Paragraph.objects.count()) == (1, 1)
    other.refresh_from_db()
    assert other.confirmed_at is None


def test_it_is_confirmed_once_and_not_thrown_away_afterwards(old: OldMinutes, group: Steering) -> None:
    importing.confirm(old, CONFIRMED, version=1, by=group.chair)
    with pytest.raises(NotNow):
        importing.confirm(old, CONFIRMED, version=1, by=group.chair)
    with pytest.raises(importing.AlreadyConfirmed):
        importing.discard(old, by=group.chair)


def test_half_done_waits_and_nobody_writes_over_it_unseen(old: OldMinutes, group: Steering) -> None:
    typed = {"form": {"title": "Möte"}, "paragraphs": []}
    importing.keep(old, typed, version=1)
    with pytest.raises(EditedMeanwhile):
        importing.keep(old, {"form": {"title": "Annat"}, "paragraphs": []}, version=1)
    with pytest.raises(EditedMeanwhile):
        importing.confirm(old, CONFIRMED, version=1, by=group.chair)
    old.refresh_from_db()
    assert old.typed == typed
    importing.confirm(old, CONFIRMED, version=2, by=group.chair)
    old.refresh_from_db()
    assert old.typed is None


def test_a_reading_of_no_use_is_thrown_away(old: OldMinutes, group: Steering) -> None:
    importing.discard(old, by=group.secretary)
    assert not OldMinutes.objects.exists()


def test_a_personal_number_is_pointed_out(group: Steering) -> None:
    text = TEXT.replace("Planen godkänns.", "Planen godkänns.\n\nSammanfattning\n\nGäller 19121212-1212.")
    old = importing.propose(group.body, "c.txt", text.encode(), by=group.secretary)
    assert "PERSONAL_NUMBER" in {doubt["code"] for doubt in old.proposal["doubts"]}
