"""Protokollföring: §§ from the agenda, versions kept, two editors told, numbers unique within body and year."""

import datetime
from dataclasses import replace

import pytest
from django.utils import timezone

from consortium.models import AuditEvent
from governance import agenda, meetings, minutes, standing
from governance.meetings import EditedMeanwhile
from governance.models import ActionItem, AgendaItem, Body, Decision, Meeting, Minutes, Paragraph, ParagraphVersion
from governance.models.minutes import NotAParagraph, read_paragraph
from governance.paragraphs import Commented, Content, Decided, Dissented, ToDo, content_of
from tests.governance import steering
from tests.governance.steering import Steering
from tests.keeping import shared

pytestmark = pytest.mark.django_db

FULL = Content(
    title="Utökad samverkan",
    registry_number="2022/SKF0106",
    decisions=(
        Decided("Planen avslutas.", Decision.Kind.CLOSES_PLAN),
        Decided("Informationen tas till protokollet.", Decision.Kind.NOTED),
    ),
    summary="Bakgrunden.\n\n- En punkt\n- En till",
    basis="Tjänsteskrivelse",
    comments=(Commented("Mindre ändringar väntas.", "Styrgruppen"),),
    dissents=(Dissented("Kanslichef, Mora kommun", "Vill vänta."),),
    actions=(ToDo("Fråga de frånvarande", "Enhetschef", datetime.date(2022, 12, 7)),),
    dispatch_to="Medlemskommunerna",
)


@pytest.fixture
@shared
def group() -> Steering:
    return steering.group()


@pytest.fixture
@shared
def kept(group: Steering) -> Minutes:
    meeting = steering.meeting(group)
    meeting.items.exclude(standing_key=standing.CHOOSE_ADJUSTER).delete()
    for title in ("Status", "Utbildning"):
        agenda.add(meeting, title=title, by=group.secretary)
    return minutes.begin(meeting, by=group.secretary)


@pytest.fixture
@shared
def paragraph(kept: Minutes) -> Paragraph:
    return kept.paragraphs.get(title="Status")


def numbers(kept: Minutes) -> list[int]:
    return [each.number for each in kept.paragraphs.all()]


def test_every_item_becomes_a_paragraph(kept: Minutes) -> None:
    assert [each.title for each in kept.paragraphs.all()] == [item.title for item in kept.meeting.items.all()]
    assert numbers(kept) == [1, 2, 3]


def test_beginning_twice_gives_the_same_minutes(kept: Minutes, group: Steering) -> None:
    assert minutes.begin(kept.meeting, by=group.chair) == kept


def test_a_cancelled_meeting_has_no_minutes(group: Steering) -> None:
    meeting = steering.meeting(group)
    Meeting.objects.filter(pk=meeting.pk).update(
        status=Meeting.Status.CANCELLED, cancelled_at="2022-11-01T10:00Z", cancelled_by=group.chair
    )
    with pytest.raises(meetings.NotNow):
        minutes.begin(meeting, by=group.secretary)


def test_time_and_place_are_written_with_the_right_weekday(kept: Minutes) -> None:
    said = kept.time_and_place.replace("\xa0", " ")
    assert said == "torsdagen den 24 november 2022, kl. 10–11.30, Teams, digitalt"


@pytest.mark.parametrize("text", ["18", "§18", "§ 18", "§\xa018", "paragraf 18", " § 18 "])
def test_ways_to_write_a_paragraph(text: str) -> None:
    assert read_paragraph(text) == 18


@pytest.mark.parametrize("text", ["", "§", "§ arton", "18 a", "§§ 1–7"])
def test_what_names_no_paragraph(text: str) -> None:
    with pytest.raises(NotAParagraph):
        read_paragraph(text)


def test_it_is_shown_with_a_space_that_does_not_break(paragraph: Paragraph) -> None:
    assert paragraph.label == "§\xa02"


def test_a_paragraph_holds_several_decisions_each_of_its_kind(paragraph: Paragraph, group: Steering) -> None:
    minutes.save(paragraph, FULL, version=1, by=group.secretary)
    kinds = [decision.kind for decision in paragraph.decisions.all()]
    assert kinds == [Decision.Kind.CLOSES_PLAN, Decision.Kind.NOTED]


def test_everything_written_is_read_back(paragraph: Paragraph, group: Steering) -> None:
    saved = minutes.save(paragraph, FULL, version=1, by=group.secretary)
    (action,) = saved.actions.all()
    assert content_of(saved) == replace(FULL, actions=(replace(FULL.actions[0], key=action.pk),))
    assert Content.from_json(content_of(saved).as_json()) == content_of(saved)


def test_a_meeting_that_has_begun_is_held_once_it_is_written(kept: Minutes, group: Steering) -> None:
    assert kept.meeting.status == Meeting.Status.HELD
    ahead = minutes.begin(steering.coming(group), by=group.secretary)
    assert ahead.meeting.status == Meeting.Status.PLANNED


def test_a_paragraph_of_a_board_closes_a_plan_and_notes_what_was_said() -> None:
    board = steering.group(name="Direktionen", kind=Body.Kind.BOARD, legal_regime=Body.LegalRegime.LAW)
    meeting = steering.meeting(board)
    meeting.items.all().delete()
    agenda.add(meeting, title="eHandlingsplan och samverkan eArkiv", registry_number="2022/SKF0106", by=board.secretary)
    kept = minutes.begin(meeting, first=read_paragraph("§18"), by=board.secretary)
    paragraph = minutes.save(kept.paragraphs.get(), FULL, version=1, by=board.secretary)
    assert (paragraph.label, paragraph.registry_number) == ("§\xa018", "2022/SKF0106")
    assert set(paragraph.decisions.values_list("kind", flat=True)) == {"closes_plan", "noted"}
    other = minutes.begin(steering.meeting(board, held_on=datetime.date(2022, 12, 15)), by=board.secretary)
    with pytest.raises(minutes.DuplicateParagraph):
        minutes.number_from(other, "§ 18", by=board.secretary)


def test_numbers_go_on_through_the_year(kept: Minutes, group: Steering) -> None:
    later = minutes.begin(steering.meeting(group, held_on=datetime.date(2022, 12, 15)), by=group.secretary)
    next_year = minutes.begin(steering.meeting(group, held_on=datetime.date(2023, 2, 13)), by=group.secretary)
    assert numbers(later)[0] == 4
    assert numbers(next_year)[0] == 1


def test_a_body_may_begin_again_at_each_meeting() -> None:
    group = steering.group(numbering=Body.Numbering.MEETING)
    for day in (1, 2):
        kept = minutes.begin(steering.meeting(group, held_on=datetime.date(2022, 12, day)), by=group.secretary)
        assert numbers(kept)[0] == 1


def test_the_same_number_twice_in_a_year_is_refused(kept: Minutes, group: Steering) -> None:
    minutes.number_from(kept, "§18", by=group.secretary)
    assert numbers(kept) == [18, 19, 20]
    other = minutes.begin(steering.meeting(group, held_on=datetime.date(2022, 12, 15)), by=group.secretary)
    with pytest.raises(minutes.DuplicateParagraph, match="18"):
        minutes.number_from(other, "§ 18", by=group.secretary)


def test_moving_a_paragraph_changes_places_and_numbers(kept: Minutes, group: Steering) -> None:
    before = list(kept.paragraphs.all())
    minutes.move(before[1], 1, by=group.secretary)
    after = list(kept.paragraphs.all())
    assert [each.pk for each in after] == [before[0].pk, before[2].pk, before[1].pk]
    assert numbers(kept) == [1, 2, 3]
    minutes.move(after[0], -1, by=group.secretary)
    assert numbers(kept) == [1, 2, 3]


def test_adding_and_removing(kept: Minutes, group: Steering) -> None:
    added = minutes.add(kept, "Övriga frågor", by=group.secretary)
    assert added.number == 4
    minutes.remove(kept.paragraphs.get(number=2), by=group.secretary)
    assert numbers(kept) == [1, 2, 3]
    assert kept.paragraphs.last() == added


def test_a_paragraph_adjusted_at_once_keeps_its_number(kept: Minutes, group: Steering) -> None:
    first, second, third = kept.paragraphs.all()
    last = minutes.add(kept, "Övriga frågor", by=group.secretary)
    Paragraph.objects.filter(pk=second.pk).update(adjusted_at=timezone.now())
    with pytest.raises(minutes.Locked, match="byta nummer"):
        minutes.remove(first, by=group.secretary)
    with pytest.raises(minutes.Locked, match="byta nummer"):
        minutes.move(first, 1, by=group.secretary)
    with pytest.raises(minutes.Locked, match="byta nummer"):
        minutes.number_from(kept, "18", by=group.secretary)
    assert list(kept.paragraphs.all()) == [first, second, third, last]
    minutes.remove(third, by=group.secretary)
    assert [(each.number, each) for each in kept.paragraphs.all()] == [(1, first), (2, second), (3, last)]


def test_the_second_writer_is_told_and_shown_what_stands(paragraph: Paragraph, group: Steering) -> None:
    minutes.save(paragraph, replace(FULL, summary="Först"), version=1, by=group.secretary)
    with pytest.raises(EditedMeanwhile, match="Enhetschef") as told:
        minutes.save(paragraph, replace(FULL, summary="Sist"), version=1, by=group.chair)
    assert content_of(told.value.theirs).summary == "Först"
    paragraph.refresh_from_db()
    assert paragraph.summary == "Först"


def test_saving_the_same_words_on_an_old_page_is_no_conflict(paragraph: Paragraph, group: Steering) -> None:
    saved = minutes.save(paragraph, replace(FULL, actions=()), version=1, by=group.secretary)
    again = minutes.save(paragraph, replace(FULL, actions=()), version=1, by=group.chair)
    assert again.version == saved.version == 2


def test_an_earlier_wording_can_stand_again_and_nothing_is_lost(paragraph: Paragraph, group: Steering) -> None:
    first = minutes.save(paragraph, replace(FULL, actions=(), summary="Ett"), version=1, by=group.secretary)
    minutes.save(first, replace(FULL, actions=(), summary="Två"), version=2, by=group.chair)
    kept = paragraph.versions.get(version=2)
    again = minutes.restore(paragraph, kept, by=group.secretary)
    assert content_of(again).summary == "Ett"
    assert [row.content["summary"] for row in paragraph.versions.order_by("version")] == ["", "Ett", "Två"]


def test_autosave_of_one_sitting_keeps_one_version(paragraph: Paragraph, group: Steering) -> None:
    for n in range(1, 6):
        minutes.save(paragraph, replace(FULL, actions=(), summary="ord " * n), version=n, by=group.secretary)
    assert paragraph.versions.count() == 1
    assert AuditEvent.objects.filter(what="minutes_saved").count() == 1


def test_an_action_keeps_its_progress_when_the_text_is_saved_again(paragraph: Paragraph, group: Steering) -> None:
    saved = minutes.save(paragraph, FULL, version=1, by=group.secretary)
    action = saved.actions.get()
    ActionItem.objects.filter(pk=action.pk).update(
        status=ActionItem.Status.DONE, done_at="2022-12-01T10:00Z", done_by=group.secretary
    )
    said = content_of(saved)
    minutes.save(saved, replace(said, summary="Nytt"), version=2, by=group.secretary)
    action.refresh_from_db()
    assert action.status == ActionItem.Status.DONE


def test_who_an_action_is_given_to_comes_back_with_the_wording(paragraph: Paragraph, group: Steering) -> None:
    given = replace(FULL.actions[0], user=group.member.pk, addressees=("2062", "2080"))
    saved = minutes.save(paragraph, replace(FULL, actions=(given,)), version=1, by=group.secretary)
    (stood,) = content_of(saved).actions
    assert (stood.user, stood.addressees) == (given.user, given.addressees)
    minutes.save(saved, replace(FULL, actions=(replace(given, user=None, addressees=()),)), version=2, by=group.chair)
    minutes.restore(paragraph, paragraph.versions.get(version=2), by=group.secretary)
    (again,) = content_of(Paragraph.objects.get(pk=paragraph.pk)).actions
    assert (again.user, again.addressees) == (given.user, given.addressees)


def test_a_wording_kept_before_actions_had_holders_is_read(paragraph: Paragraph) -> None:
    kept = FULL.as_json()
    for action in kept["actions"]:
        del action["user"], action["addressees"]
    assert Content.from_json(kept) == FULL


def test_the_outcome_is_written_on_the_item(paragraph: Paragraph, group: Steering) -> None:
    minutes.save(
        paragraph, replace(FULL, outcome=AgendaItem.Outcome.WITHDRAWN, carry_over=True), version=1, by=group.secretary
    )
    assert AgendaItem.objects.get(paragraphs=paragraph).goes_on


def test_versions_outlive_their_paragraph(paragraph: Paragraph, group: Steering) -> None:
    minutes.save(paragraph, FULL, version=1, by=group.secretary)
    minutes.remove(paragraph, by=group.secretary)
    assert ParagraphVersion.objects.get(version=2).content["summary"] == FULL.summary


def test_a_status_is_live_until_it_is_frozen(kept: Minutes, group: Steering) -> None:
    said = ["då"]

    def provide(consortium: object, on: datetime.date) -> standing.StandingContent:
        return standing.StandingContent(on, (standing.Section(text=said[0]),))

    standing.register("news", "Nytt", provide)
    try:
        item = AgendaItem.objects.create(meeting=kept.meeting, position=99, title="Nytt", standing_key="news")
        paragraph = minutes.add(kept, "Nytt", by=group.secretary)
        Paragraph.objects.filter(pk=paragraph.pk).update(item=item)
        paragraph.refresh_from_db()
        said[0] = "nu"
        assert shown_text(paragraph) == "nu"
        minutes.freeze(paragraph)
        said[0] = "sedan"
        assert shown_text(Paragraph.objects.get(pk=paragraph.pk)) == "nu"
        minutes.thaw(paragraph, by=group.secretary)
        assert shown_text(Paragraph.objects.get(pk=paragraph.pk)) == "sedan"
    finally:
        del standing._registered["news"]


def shown_text(paragraph: Paragraph) -> str:
    content = minutes.shown(paragraph)
    assert content is not None
    return content.sections[0].text
