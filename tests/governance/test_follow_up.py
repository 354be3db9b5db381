"""Follow-up: actions and decisions of every meeting one may read, narrowed down, noted, and taken along as a table."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse

from governance import follow_up
from governance.follow_up import Wanted
from governance.meetings import EditedMeanwhile
from governance.models import ActionItem
from governance.paragraphs import Content, Decided, ToDo
from tests import factories
from tests.governance import publishing, steering
from tests.governance.steering import Steering
from tests.keeping import shared

pytestmark = pytest.mark.django_db
NEXT = Content(
    title="Utbildning",
    decisions=(Decided("Utbildningen hålls i vår."),),
    actions=(ToDo("=SUMMA(1)", "Enhetschef", None),),
)


@pytest.fixture
@shared
def group() -> Steering:
    made = steering.group()
    publishing.adjusted(made)
    publishing.adjusted(made, NEXT, held_on=datetime.date(2022, 12, 15))
    return made


def tasks(group: Steering, **wanted: object) -> list[str]:
    return [each.task for each in follow_up.actions(group.member, Wanted(**wanted))]  # type: ignore[arg-type]


def test_open_actions_of_all_meetings_come_with_the_earliest_day_first(group: Steering) -> None:
    assert tasks(group) == ["Fråga de frånvarande", "=SUMMA(1)"]


def test_the_list_is_narrowed_by_state_words_and_body(group: Steering) -> None:
    assert tasks(group, state=follow_up.OVERDUE) == ["Fråga de frånvarande"]
    assert tasks(group, words="frånvarande enhetschef") == ["Fråga de frånvarande"]
    assert tasks(group, words="utbildning") == ["=SUMMA(1)"]
    assert tasks(group, body=group.body.pk + 1) == []
    assert tasks(group, mine=True) == []
    assert tasks(group, state=follow_up.DONE) == []


def test_mine_are_those_given_to_me_and_those_that_wait_for_my_municipality(group: Steering) -> None:
    given = (ToDo("Min", "Kanslichef", user=group.member.pk), ToDo("Moras", "Kanslichef", addressees=("2062", "2080")))
    publishing.adjusted(group, Content("Uppdrag", actions=given), held_on=datetime.date(2023, 1, 12))
    assert tasks(group, mine=True) == ["Min", "Moras"]
    assert not follow_up.actions(group.chair, Wanted(mine=True)).exists()


def test_who_answers_for_an_action_notes_how_it_goes(group: Steering) -> None:
    action = ActionItem.objects.get(task="Fråga de frånvarande")
    client = Client()
    client.force_login(group.member)
    url, typed = reverse("follow_up_note", args=[action.pk]), {"version": 1, "status": "done", "note": "Klart."}
    client.post(url, typed)
    action.refresh_from_db()
    assert action.status == ActionItem.Status.OPEN
    ActionItem.objects.filter(pk=action.pk).update(responsible_user=group.member)
    client.post(url, typed)
    action.refresh_from_db()
    assert (action.status, action.done_by) == (ActionItem.Status.DONE, group.member)


def test_progress_is_noted_though_the_paragraph_is_locked(group: Steering) -> None:
    action = ActionItem.objects.get(task="Fråga de frånvarande")
    done = follow_up.note(action, status="done", text="Alla har svarat.", version=1, by=group.member)
    assert (done.done_by, done.status) == (group.member, "done")
    assert tasks(group) == ["=SUMMA(1)"]
    assert tasks(group, state=follow_up.DONE) == ["Fråga de frånvarande"]
    again = follow_up.note(action, status="open", text="En till.", version=2, by=group.member)
    assert (again.done_at, again.done_by) == (None, None)


def test_two_who_note_at_once_are_told(group: Steering) -> None:
    action = ActionItem.objects.get(task="Fråga de frånvarande")
    follow_up.note(action, status="open", text="Första", version=1, by=group.member)
    with pytest.raises(EditedMeanwhile) as told:
        follow_up.note(action, status="done", text="Andra", version=1, by=group.chair)
    assert told.value.theirs.note == "Första"


def test_decisions_are_found_when_they_are_adjusted(group: Steering) -> None:
    publishing.written(group, NEXT, held_on=datetime.date(2023, 1, 12))
    found = follow_up.decisions(group.member, Wanted())
    assert [each.text for each in found] == ["Utbildningen hålls i vår.", "Styrgruppen godkänner planen."]
    assert [each.text for each in follow_up.decisions(group.member, Wanted(words="2022/17"))] == [
        "Styrgruppen godkänner planen."
    ]


def test_strangers_see_neither(group: Steering) -> None:
    stranger = factories.user("Utomstående")
    assert not follow_up.actions(stranger, Wanted()).exists()
    assert not follow_up.decisions(stranger, Wanted()).exists()


def test_the_table_to_take_along_holds_no_formula(group: Steering) -> None:
    table = follow_up.as_csv(follow_up.actions(group.member, Wanted()), datetime.date(2022, 12, 20)).decode("utf-8-sig")
    head, first, second = table.splitlines()
    assert head.startswith("Åtgärd;Ansvarig;Klart senast")
    assert first.startswith("Fråga de frånvarande;Enhetschef;2022-12-07;Öppen;ja;Styrgruppen;2022-11-24;§\xa01")
    assert second.startswith("'=SUMMA(1)")
