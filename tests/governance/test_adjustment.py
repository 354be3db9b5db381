"""Justering: secretary, chair, adjuster; a changed § is a new round; what is adjusted the database keeps as it is."""

import datetime
import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from consortium.models import AuditEvent
from governance import adjustment, agenda, attendance, immediate_adjustment, meetings, minutes
from governance.models import (
    ActionItem,
    AgendaItem,
    Body,
    Meeting,
    Minutes,
    MinutesDocument,
    Paragraph,
    Signature,
)
from governance.paragraphs import Commented, Content, Decided, Dissented, ToDo, content_of
from tests import factories
from tests.consortium import pdf
from tests.governance import steering
from tests.governance.steering import Steering
from tests.keeping import shared

pytestmark = pytest.mark.django_db

DAY = datetime.date.fromisoformat


@pytest.fixture
@shared
def group() -> Steering:
    return steering.group()


@pytest.fixture
@shared
def kept(group: Steering) -> Minutes:
    return ready(group)


def ready(group: Steering, **fields: object) -> Minutes:
    """Minutes of one decision item, everything in order."""
    meeting = steering.meeting(group, **fields)
    meeting.items.all().delete()
    agenda.add(meeting, title="Datum för möten", type=AgendaItem.Type.DECISION, by=group.secretary)
    steering.everybody_came(group, meeting)
    made = minutes.begin(meeting, by=group.secretary)
    content = Content(
        title="Datum för möten",
        decisions=(Decided("Förslaget godkänns."),),
        comments=(Commented("Inga synpunkter.", "Styrgruppen"),),
        dissents=(Dissented("Kanslichef, Mora kommun", "Ville vänta."),),
        actions=(ToDo("Skicka kalenderbokningar", "Enhetschef", DAY("2022-12-01")),),
    )
    minutes.save(made.paragraphs.get(), content, version=1, by=group.secretary)
    return made


def change(kept: Minutes, group: Steering, summary: str) -> None:
    paragraph = Paragraph.objects.get(minutes=kept)
    minutes.save(
        paragraph, replace(content_of(paragraph), summary=summary), version=paragraph.version, by=group.secretary
    )


@pytest.fixture
@shared
def done(kept: Minutes, group: Steering) -> Minutes:
    return adjusted(kept, group)


def adjusted(kept: Minutes, group: Steering) -> Minutes:
    adjustment.finish(kept, by=group.secretary)
    adjustment.sign(kept, by=group.chair)
    return adjustment.sign(kept, by=group.adjuster)


def test_the_three_sign_in_order_and_it_is_adjusted(kept: Minutes, group: Steering) -> None:
    finished = adjustment.finish(kept, by=group.secretary)
    assert finished.status == Minutes.Status.SIGNING
    assert [each.role for each in finished.signatures.all()] == [Signature.Role.SECRETARY]
    assert adjustment.sign(kept, by=group.chair).status == Minutes.Status.SIGNING
    done = adjustment.sign(kept, by=group.adjuster)
    assert done.status == Minutes.Status.ADJUSTED
    assert [each.role for each in done.signatures.all()] == ["secretary", "chair", "adjuster"]
    assert len({each.digest for each in done.signatures.all()}) == 1
    assert AuditEvent.objects.filter(what="minutes_adjusted").count() == 1


def test_nobody_signs_before_their_turn(kept: Minutes, group: Steering) -> None:
    adjustment.finish(kept, by=group.secretary)
    with pytest.raises(adjustment.NotYourTurn, match="Chef kommunstyrelsesektorn"):
        adjustment.sign(kept, by=group.adjuster)
    adjustment.sign(kept, by=group.chair)
    with pytest.raises(adjustment.NotYourTurn):
        adjustment.sign(kept, by=group.chair)


def test_only_the_chosen_sign(kept: Minutes, group: Steering) -> None:
    adjustment.finish(kept, by=group.secretary)
    with pytest.raises(adjustment.NotChosen):
        adjustment.sign(kept, by=group.member)


def test_the_secretary_does_not_sign_as_adjuster(kept: Minutes, group: Steering) -> None:
    adjustment.finish(kept, by=group.secretary)
    adjustment.sign(kept, by=group.chair)
    kept.meeting.attendances.filter(user=group.adjuster).update(user=group.secretary)
    with pytest.raises(adjustment.SecretaryCannotAdjust):
        adjustment.sign(kept, by=group.secretary)


def test_drafts_are_not_signed(kept: Minutes, group: Steering) -> None:
    with pytest.raises(meetings.NotNow):
        adjustment.sign(kept, by=group.chair)


def test_faults_stop_and_doubts_wait_for_a_person(kept: Minutes, group: Steering) -> None:
    minutes.write_head(
        kept, time_and_place="fredagen den 24 november", previous_outcome="", version=1, by=group.secretary
    )
    with pytest.raises(adjustment.NotReady) as told:
        adjustment.finish(kept, by=group.secretary)
    (doubt,) = told.value.findings
    finished = adjustment.finish(kept, confirmed=[doubt.key], by=group.secretary)
    assert (finished.status, finished.confirmed) == (Minutes.Status.SIGNING, [doubt.key])


def test_a_fault_cannot_be_confirmed_away(kept: Minutes, group: Steering) -> None:
    steering.everybody_came(group, kept.meeting, adjuster=False)
    with pytest.raises(adjustment.NotReady) as told:
        adjustment.finish(kept, by=group.secretary)
    with pytest.raises(adjustment.NotReady):
        adjustment.finish(kept, confirmed=[each.key for each in told.value.findings], by=group.secretary)


def test_a_changed_paragraph_starts_a_new_round(kept: Minutes, group: Steering) -> None:
    adjustment.finish(kept, by=group.secretary)
    adjustment.sign(kept, by=group.chair)
    adjustment.reopen(kept, by=group.secretary)
    change(kept, group, "En mening till.")
    again = adjustment.finish(kept, by=group.secretary)
    assert again.round == 2
    turn = adjustment.next_signer(again)
    assert turn is not None
    assert turn.is_chair


def test_reopened_without_change_keeps_the_signatures(kept: Minutes, group: Steering) -> None:
    adjustment.finish(kept, by=group.secretary)
    adjustment.sign(kept, by=group.chair)
    adjustment.reopen(kept, by=group.secretary)
    again = adjustment.finish(kept, by=group.secretary)
    turn = adjustment.next_signer(again)
    assert (again.round, turn is not None and turn.is_adjuster) == (1, True)


def test_nobody_signs_other_words_than_those_shown(kept: Minutes, group: Steering) -> None:
    shown = adjustment.finish(kept, by=group.secretary).content_digest
    adjustment.reopen(kept, by=group.secretary)
    change(kept, group, "Något nytt.")
    adjustment.finish(kept, by=group.secretary)
    with pytest.raises(meetings.NotNow, match="ändrats"):
        adjustment.sign(kept, shown=shown, by=group.chair)


def test_while_it_is_signed_nobody_writes(kept: Minutes, group: Steering) -> None:
    adjustment.finish(kept, by=group.secretary)
    with pytest.raises(meetings.NotNow):
        change(kept, group, "Smyger in.")


def test_a_remark_is_answered_before_its_maker_signs(kept: Minutes, group: Steering) -> None:
    adjustment.finish(kept, by=group.secretary)
    made = adjustment.remark(kept, "Fel datum.", paragraph=kept.paragraphs.get(), by=group.chair)
    with pytest.raises(adjustment.RemarksUnanswered):
        adjustment.sign(kept, by=group.chair)
    adjustment.resolve(made, answer="Rättat.", by=group.secretary)
    assert adjustment.sign(kept, by=group.chair).signatures.count() == 2


def test_remarks_come_from_those_who_sign(kept: Minutes, group: Steering) -> None:
    with pytest.raises(adjustment.NotChosen):
        adjustment.remark(kept, "Jag vill också.", by=group.member)


def test_notes_are_finished_by_the_secretary_alone(group: Steering) -> None:
    notes = adjustment.finish(ready(group, kind=Meeting.Kind.NOTES), by=group.secretary)
    assert (notes.status, notes.due_at, adjustment.adjust_by(notes.meeting)) == (Minutes.Status.ADJUSTED, None, None)


def test_adjusted_minutes_are_due_for_archiving_and_publication(done: Minutes) -> None:
    claim = Minutes.objects.waiting_for_publication().claim(done.pk)
    assert claim is not None
    claim.done()
    assert Minutes.objects.waiting_for_publication().claim(done.pk) is None


def test_what_was_put_off_is_on_the_next_agenda(group: Steering) -> None:
    later = steering.meeting(group, held_on=timezone.localdate() + datetime.timedelta(days=30))
    kept = ready(group)
    paragraph = kept.paragraphs.get()
    minutes.save(
        paragraph,
        replace(content_of(paragraph), outcome=AgendaItem.Outcome.TABLED),
        version=paragraph.version,
        by=group.secretary,
    )
    adjustment.finish(kept, by=group.secretary)
    assert later.items.filter(carried_from=paragraph.item_id).exists()


# The database's lock


LOCKED: dict[str, str] = {
    "text": "update governance_paragraph set summary = 'ändrad' where minutes_id = {minutes}",
    "number": "update governance_paragraph set number = 99 where minutes_id = {minutes}",
    "removed §": "delete from governance_paragraph where minutes_id = {minutes}",
    "decision": "update governance_decision set text = 'något annat'",
    "removed decision": "delete from governance_decision",
    "added decision": "insert into governance_decision (paragraph_id, position, kind, text)"
    " select id, 9, 'decides', 'inskjutet' from governance_paragraph",
    "dissent": "delete from governance_dissent",
    "comment": "update governance_comment set text = ''",
    "action": "update governance_actionitem set task = 'något annat'",
    "attendance": "update governance_attendance set presence = 'absent'",
    "meeting": "update governance_meeting set held_on = held_on + 1",
    "agenda": "update governance_agendaitem set title = 'något annat'",
    "status": "update governance_minutes set status = 'draft', adjusted_at = null, document_digest = ''",
    "due and status": "update governance_minutes set due_at = null, round = 7",
    "removed minutes": "delete from governance_minutes",
    "emptied": "truncate governance_paragraph cascade",
    "document": "update governance_minutesdocument set content = ''",
    "removed document": "delete from governance_minutesdocument",
    "signature": "delete from governance_signature",
    "version": "update governance_paragraphversion set content = '{{}}'",
}


@pytest.mark.parametrize("what", LOCKED)
def test_the_database_refuses_to_change_what_is_adjusted(done: Minutes, what: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
    with pytest.raises(DatabaseError, match=r"never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCKED[what].format(minutes=done.pk))


def test_the_same_statements_go_through_before_that(kept: Minutes) -> None:
    """Else the lock above might be a lock on everything, or the statement simply wrong."""
    for what in ("text", "decision", "added decision", "comment", "action", "attendance", "meeting", "agenda"):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(LOCKED[what].format(minutes=kept.pk))
            assert cursor.rowcount > 0, what


def test_the_claim_and_the_progress_of_actions_stay_open(done: Minutes, group: Steering) -> None:
    Minutes.objects.filter(pk=done.pk).update(due_at=None, tries=2, fence=5, lease_until=None)
    ActionItem.objects.update(status="done", done_at=timezone.now(), done_by=group.secretary, note="Klart.")
    assert ActionItem.objects.get().status == ActionItem.Status.DONE


EDITS: dict[str, Callable[[Minutes, Steering], object]] = {
    "save": lambda kept, group: change(kept, group, "Nytt"),
    "add": lambda kept, group: minutes.add(kept, "Nytt", by=group.secretary),
    "remove": lambda kept, group: minutes.remove(kept.paragraphs.get(), by=group.secretary),
    "move": lambda kept, group: minutes.move(kept.paragraphs.get(), 1, by=group.secretary),
    "number": lambda kept, group: minutes.number_from(kept, "18", by=group.secretary),
    "head": lambda kept, group: minutes.write_head(
        kept, time_and_place="", previous_outcome="", version=1, by=group.secretary
    ),
    "reopen": lambda kept, group: adjustment.reopen(kept, by=group.secretary),
    "remark": lambda kept, group: adjustment.remark(kept, "Nej.", by=group.chair),
}


@pytest.mark.parametrize("edit", EDITS)
def test_the_acts_say_so_in_words(done: Minutes, group: Steering, edit: str) -> None:
    with pytest.raises(minutes.Locked):
        EDITS[edit](Minutes.objects.get(pk=done.pk), group)


def test_while_it_is_signed_attendance_stands_too(kept: Minutes, group: Steering) -> None:
    adjustment.finish(kept, by=group.secretary)
    with pytest.raises(attendance.AttendanceRefused, match="under justering"):
        steering.everybody_came(group, kept.meeting)


def test_nobody_signs_what_was_changed_behind_the_portals_back(kept: Minutes, group: Steering) -> None:
    adjustment.finish(kept, by=group.secretary)
    Paragraph.objects.filter(minutes=kept).update(summary="Insmuget.")
    with pytest.raises(meetings.NotNow, match="ändrats"):
        adjustment.sign(kept, by=group.chair)


def test_attendance_of_adjusted_minutes_is_told_in_words_too(done: Minutes, group: Steering) -> None:
    with pytest.raises(attendance.AttendanceRefused):
        attendance.take(done.meeting, [], by=group.secretary)


def test_a_correction_is_a_note_beside_what_was_signed(kept: Minutes, group: Steering) -> None:
    with pytest.raises(meetings.NotNow):
        adjustment.correct(kept, "För tidigt.", by=group.secretary)
    done = adjusted(kept, group)
    note = adjustment.correct(done, "Dagen ska vara 24 november.", paragraph=done.paragraphs.get(), by=group.secretary)
    assert list(done.corrections.all()) == [note]
    with pytest.raises(TypeError):
        note.save()


# The document


def test_whose_list_an_action_stands_in_is_not_signed(kept: Minutes, group: Steering) -> None:
    before = adjustment.digest(kept)
    action = ActionItem.objects.get()
    action.responsible_user = group.member
    action.save()
    action.addressees.set([factories.municipality("2062")])
    assert adjustment.digest(kept) == before


def test_the_document_is_kept_byte_for_byte_with_its_digest(done: Minutes) -> None:
    document = MinutesDocument.objects.get(minutes=done)
    assert done.document_digest == document.sha256 == hashlib.sha256(bytes(document.content)).hexdigest()
    with pdf.Read(bytes(document.content)) as read:
        text = read.text()
    assert "Ej justerat" not in text
    assert text.count("Undertecknat") >= 3


# Immediate adjustment


def test_one_paragraph_is_adjusted_at_once(kept: Minutes, group: Steering) -> None:
    paragraph = kept.paragraphs.get()
    assert immediate_adjustment.adjust_at_once(paragraph, by=group.chair).adjusted_at is None
    assert immediate_adjustment.adjust_at_once(paragraph, by=group.adjuster).adjusted_at is not None
    with pytest.raises(minutes.Locked):
        change(kept, group, "För sent.")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Paragraph.objects.filter(pk=paragraph.pk).update(summary="För sent.")
    assert minutes.add(kept, "En annan fråga", by=group.secretary).number == 2


def test_others_do_not_adjust_at_once(kept: Minutes, group: Steering) -> None:
    for user in (group.secretary, group.member):
        with pytest.raises(adjustment.NotChosen):
            immediate_adjustment.adjust_at_once(kept.paragraphs.get(), by=user)


def test_minutes_with_an_adjusted_paragraph_are_adjusted_as_usual(kept: Minutes, group: Steering) -> None:
    for user in (group.chair, group.adjuster):
        immediate_adjustment.adjust_at_once(kept.paragraphs.get(), by=user)
    assert adjusted(kept, group).status == Minutes.Status.ADJUSTED


# Clocks


@pytest.mark.parametrize(
    ("regime", "held_on", "days", "expected"),
    [
        (Body.LegalRegime.LAW, "2022-11-24", None, "2022-12-08"),
        (Body.LegalRegime.LAW, "2022-12-10", None, "2022-12-27"),
        (Body.LegalRegime.AGREEMENT, "2022-11-24", None, "2022-12-08"),
        (Body.LegalRegime.AGREEMENT, "2022-12-10", None, "2022-12-24"),
        (Body.LegalRegime.AGREEMENT, "2022-11-24", 7, "2022-12-01"),
    ],
)
def test_days_to_adjust(regime: str, held_on: str, days: int | None, expected: str) -> None:
    group = steering.group(legal_regime=regime, agreed_adjustment_days=days)
    assert adjustment.adjust_by(steering.meeting(group, held_on=DAY(held_on))) == DAY(expected)


def test_a_group_that_no_rule_binds_takes_notes_without_a_clock() -> None:
    meeting = steering.meeting(steering.group(legal_regime=Body.LegalRegime.NONE))
    assert (meeting.kind, adjustment.adjust_by(meeting)) == (Meeting.Kind.NOTES, None)


def test_posting_only_where_the_law_asks() -> None:
    law, agreement = Body(legal_regime=Body.LegalRegime.LAW), Body(legal_regime=Body.LegalRegime.AGREEMENT)
    assert adjustment.post_by(law, DAY("2022-12-08")) == DAY("2022-12-12")  # the second day is a Saturday
    assert adjustment.post_by(agreement, DAY("2022-12-08")) is None
