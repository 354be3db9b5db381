"""A round of extension waits for its members, and its plan moves with the last of them."""

import datetime

import pytest

from consortium.models import User
from governance import inquiries, rounds
from governance.models import ExtensionRound, Inquiry, Milestone, RoundDecision
from governance.revising import ChangedMeanwhile
from governance.rounds import DecisionWithoutDay, NotAMember
from tests import factories
from tests.keeping import shared

pytestmark = pytest.mark.django_db
LETTER, FEDERATION_DECIDES = datetime.date(2022, 11, 22), datetime.date(2022, 12, 7)
BY = datetime.date(2022, 12, 31)


@pytest.fixture
@shared
def admin() -> User:
    return factories.user("Konsortieadministratör")


@pytest.fixture
@shared
def opened(admin: User) -> ExtensionRound:
    for code in ("2080", "2029", "2062"):
        factories.municipality(code)
    mellan = factories.municipality("2161", member=False)
    facts = {"name": "Utökning 2023", "opened_on": datetime.date(2022, 9, 1), "decisions_by": BY}
    made = rounds.open_round(factories.consortium(), facts, joining=[mellan], by=admin)
    for lane, name, waits in (
        (Milestone.Lane.CONSORTIUM, "Nytt avtal", True),
        (Milestone.Lane.JOINING, "Teknisk anslutning", True),
        (Milestone.Lane.JOINING, "Informationsträff", False),
    ):
        plan = {"lane": lane, "name": name, "planned_on": datetime.date(2023, 2, 1), "waits": waits}
        rounds.plan_milestone(made, plan, by=admin)
    return made


def decision(opened: ExtensionRound, code: str) -> RoundDecision:
    return opened.decisions.get(municipality=code)


def test_every_member_decides_and_nobody_else(opened: ExtensionRound) -> None:
    assert {each.municipality_id for each in opened.decisions.all()} == {"2080", "2029", "2062"}
    assert [each.kind for each in rounds.consequence(opened).unmet] == ["all_decide"]


def test_a_member_does_not_join_again(opened: ExtensionRound, admin: User) -> None:
    with pytest.raises(NotAMember, match="Falun"):
        rounds.change_round(opened, {}, joining=[factories.municipality("2080")], seen=1, by=admin)


def test_a_hold_lasts_from_the_letter_to_the_federations_decision(opened: ExtensionRound, admin: User) -> None:
    held = rounds.hold(opened, reason="Förbundet beslutar först", from_on=LETTER, until_on=FEDERATION_DECIDES, by=admin)
    for day, expected in ((LETTER, held), (FEDERATION_DECIDES, held), (datetime.date(2022, 12, 8), None)):
        assert rounds.consequence(opened, day).hold == expected
    rounds.release(held, on=datetime.date(2022, 11, 30), by=admin)
    assert rounds.consequence(opened, FEDERATION_DECIDES).hold is None


def test_without_later_decisions_the_plan_stands(opened: ExtensionRound) -> None:
    told = rounds.consequence(opened)
    assert (told.days, len(told.without_day), {each.days for each in told.milestones}) == (0, 3, {0})


def test_a_later_decision_moves_the_plan_for_members_and_joiners(opened: ExtensionRound, admin: User) -> None:
    later = BY + datetime.timedelta(days=46)
    rounds.decide(decision(opened, "2062"), {"planned_on": later}, seen=1, by=admin)
    told = rounds.consequence(opened)
    assert told.days == 46
    assert {each.milestone.name: each.days for each in told.milestones} == {
        "Nytt avtal": 46,
        "Teknisk anslutning": 46,
        "Informationsträff": 0,
    }


def test_a_month_counts_to_its_end(opened: ExtensionRound, admin: User) -> None:
    month = {"planned_on": datetime.date(2023, 1, 1), "planned_precision": "month"}
    rounds.decide(decision(opened, "2062"), month, seen=1, by=admin)
    assert rounds.consequence(opened).days == 31


def test_an_answer_to_the_inquiry_moves_the_plan(opened: ExtensionRound, admin: User) -> None:
    facts = {"round": opened, "question": "När beslutar ni?", "kind": Inquiry.Kind.DAY}
    asked = inquiries.ask(opened.consortium, facts, by=admin)
    asked.replies.filter(municipality="2029").update(day=BY + datetime.timedelta(days=10))
    told = rounds.consequence(opened)
    assert told.days == 10
    assert [each.name for each in told.without_day] == ["Falun", "Mora"]


def test_when_all_have_decided_nothing_is_awaited(opened: ExtensionRound, admin: User) -> None:
    for number, each in enumerate(opened.decisions.all()):
        outcome = RoundDecision.Outcome.YES if number else RoundDecision.Outcome.NO
        rounds.decide(each, {"outcome": outcome, "decided_on": BY, "reference": "KF § 9"}, seen=1, by=admin)
    told = rounds.consequence(opened)
    assert (len(told.decided), len(told.refused), told.waiting, told.unmet) == (2, 1, [], [])


def test_a_decision_has_its_day_and_two_writers_are_told(opened: ExtensionRound, admin: User) -> None:
    with pytest.raises(DecisionWithoutDay):
        rounds.decide(decision(opened, "2062"), {"outcome": "yes"}, seen=1, by=admin)
    rounds.decide(decision(opened, "2062"), {"outcome": "yes", "decided_on": BY}, seen=1, by=admin)
    with pytest.raises(ChangedMeanwhile):
        rounds.decide(decision(opened, "2062"), {"outcome": "no", "decided_on": BY}, seen=1, by=admin)


def test_another_dependency_is_met_on_its_day(opened: ExtensionRound, admin: User) -> None:
    waits = rounds.depend(opened, "Hälsinglands utbildningsförbund har beslutat", by=admin)
    assert waits in rounds.consequence(opened).unmet
    rounds.meet(waits, on=FEDERATION_DECIDES, by=admin)
    assert waits not in rounds.consequence(opened).unmet
