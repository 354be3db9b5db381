"""The way into a consortium: steps in order, decisions that can be found, and nothing rewritten."""

import datetime
from dataclasses import replace

import pytest

from consortium.access.roles import Role
from consortium.models import User
from consortium.models.audit import AuditEvent
from governance import membership
from governance.membership import DecisionIncomplete, MemberElsewhere, NotThisStep, OutOfOrder, Step
from governance.models import Consortium, Membership, Municipality
from governance.revising import ChangedMeanwhile
from tests import factories
from tests.governance import sjuharad
from tests.keeping import shared

pytestmark = pytest.mark.django_db
Status = Membership.Status
DAY = datetime.date(2022, 3, 1)


@pytest.fixture
@shared
def admin() -> User:
    return factories.user("Konsortieadministratör")


@pytest.fixture
@shared
def consortium(admin: User) -> Consortium:
    return sjuharad.make(admin)


def municipality(name: str) -> Municipality:
    return Municipality.objects.get(name=name)


def take(consortium: Consortium, name: str, step: Step, by: User) -> Membership:
    where = municipality(name)
    last = membership.newest(consortium, where)
    return membership.take_step(consortium, where, step, seen=last.pk if last else None, by=by)


def test_seven_intend_to_take_part_and_bollebygd_does_not(consortium: Consortium) -> None:
    standing = {row.municipality.name: row.status for row in membership.standing(consortium, DAY)}
    assert standing.pop("Bollebygd") == Status.NO_INTENT
    assert len(standing) == 7
    assert set(standing.values()) == {Status.INTENT}


def test_a_change_of_mind_keeps_what_was_before(consortium: Consortium, admin: User) -> None:
    take(consortium, "Bollebygd", Step(Status.INTENT, DAY), admin)
    steps = Membership.objects.filter(municipality__name="Bollebygd")
    assert [(step.status, step.effective_on) for step in steps] == [("no_intent", sjuharad.TOLD_ON), ("intent", DAY)]
    before = {row.municipality.name: row.status for row in membership.standing(consortium, sjuharad.TOLD_ON)}
    assert before["Bollebygd"] == Status.NO_INTENT


@pytest.mark.parametrize(("today", "overdue"), [("2022-02-01", False), ("2022-02-28", False), ("2022-03-01", True)])
def test_one_decision_remains_and_is_overdue_when_its_month_has_passed(
    consortium: Consortium, today: str, overdue: bool
) -> None:
    (remaining,) = membership.decisions_remaining(consortium, datetime.date.fromisoformat(today))
    assert remaining.municipality.code == sjuharad.LAST_TO_DECIDE
    assert remaining.overdue is overdue


def test_a_decision_taken_is_no_longer_awaited(consortium: Consortium, admin: User) -> None:
    decided = Step(Status.DECIDED, datetime.date(2022, 2, 23), body="Kommunfullmäktige", paragraph="§ 14")
    take(consortium, "Vårgårda", decided, admin)
    assert membership.decisions_remaining(consortium, DAY) == []


def test_a_municipality_with_an_archive_of_its_own_takes_part_but_lacks_none(consortium: Consortium) -> None:
    lacking = [each.name for each in membership.without_archive(consortium, DAY)]
    assert "Borås" not in lacking
    assert "Bollebygd" not in lacking
    assert len(lacking) == 6
    assert "Borås" in [each.name for each in membership.involved(consortium, DAY)]


def test_the_whole_way_in(consortium: Consortium, admin: User) -> None:
    for number, step in enumerate(
        [
            Step(Status.DECISION_PLANNED, DAY, planned_on=datetime.date(2022, 4, 1)),
            Step(Status.BOARD_DECIDED, DAY, body="Kommunstyrelsen", paragraph="§ 7"),
            Step(Status.DECIDED, DAY, body="Kommunfullmäktige", paragraph="§ 14", registry_number="KS 2022/11"),
            Step(Status.SIGNED, DAY),
            Step(Status.JOINING, DAY),
            Step(Status.ACTIVE, DAY),
        ]
    ):
        take(consortium, "Mark", replace(step, effective_on=DAY + datetime.timedelta(days=number)), admin)
    assert [each.name for each in consortium.members(DAY + datetime.timedelta(days=2))] == []
    assert [each.name for each in consortium.members(DAY + datetime.timedelta(days=3))] == ["Mark"]
    traces = AuditEvent.objects.filter(what="membership_changed", details__municipality="1463")
    assert traces.count() == 7


def test_nobody_signs_before_anybody_has_decided(consortium: Consortium, admin: User) -> None:
    with pytest.raises(NotThisStep, match="Beslut i kommunfullmäktige"):
        take(consortium, "Mark", Step(Status.SIGNED, DAY), admin)


@pytest.mark.parametrize("status", [Status.LEAVING, Status.LEFT])
def test_leaving_goes_through_notice(consortium: Consortium, admin: User, status: Status) -> None:
    with pytest.raises(NotThisStep, match="Uppsägning"):
        take(consortium, "Mark", Step(status, DAY), admin)


@pytest.mark.parametrize(
    "step",
    [
        Step(Status.DECIDED, DAY, body="Kommunfullmäktige"),
        Step(Status.BOARD_DECIDED, DAY, paragraph="§ 3"),
        Step(Status.DECISION_PLANNED, DAY),
    ],
)
def test_a_decision_that_could_not_be_found_again_is_refused(consortium: Consortium, admin: User, step: Step) -> None:
    with pytest.raises(DecisionIncomplete):
        take(consortium, "Mark", step, admin)


def test_a_step_back_in_time_is_a_correction_and_says_why(consortium: Consortium, admin: User) -> None:
    early = Step(Status.WAITING, datetime.date(2021, 12, 1))
    with pytest.raises(OutOfOrder):
        take(consortium, "Mark", early, admin)
    with pytest.raises(DecisionIncomplete, match="kommentaren"):
        take(consortium, "Mark", replace(early, is_correction=True), admin)
    take(consortium, "Mark", replace(early, is_correction=True, comment="Brevet kom i december."), admin)
    newest = membership.newest(consortium, municipality("Mark"))
    assert newest
    assert newest.status == Status.INTENT


def test_the_second_writer_is_told(consortium: Consortium, admin: User) -> None:
    mark = municipality("Mark")
    seen = membership.newest(consortium, mark)
    assert seen
    membership.take_step(consortium, mark, Step(Status.WAITING, DAY), seen=seen.pk, by=admin)
    with pytest.raises(ChangedMeanwhile) as told:
        membership.take_step(consortium, mark, Step(Status.NO_INTENT, DAY), seen=seen.pk, by=admin)
    assert told.value.current == membership.newest(consortium, mark)


def test_nobody_takes_over_another_consortiums_member(consortium: Consortium, admin: User) -> None:
    """Rights follow membership: an administrator could otherwise write himself into any municipality."""
    falun = factories.municipality("2080")
    with pytest.raises(MemberElsewhere, match="E-arkivcentrum Dalarna"):
        membership.take_step(consortium, falun, Step(Status.ACTIVE, DAY), seen=None, by=admin)
    membership.take_step(consortium, falun, Step(Status.INTEREST, DAY), seen=None, by=admin)
    both = factories.user_with(Role.CONSORTIUM_ADMIN, factories.consortium())
    take(consortium, "Falun", Step(Status.DECIDED, DAY, body="Kommunfullmäktige", paragraph="§ 9"), both)
    take(consortium, "Falun", Step(Status.SIGNED, DAY), both)
    assert falun in consortium.members(DAY)


@pytest.mark.parametrize("day", [datetime.date(1990, 1, 1), datetime.date(2018, 12, 31)])
def test_nobody_takes_over_a_member_from_a_day_before_it_joined(
    consortium: Consortium, admin: User, day: datetime.date
) -> None:
    falun = factories.municipality("2080")
    with pytest.raises(MemberElsewhere, match="E-arkivcentrum Dalarna"):
        membership.take_step(consortium, falun, Step(Status.SIGNED, day), seen=None, by=admin)


def test_whom_the_other_consortium_has_corrected_away_is_free(consortium: Consortium, admin: User) -> None:
    falun, joined = factories.municipality("2080"), datetime.date(2019, 1, 1)
    mistaken = Step(Status.INTEREST, joined, is_correction=True, comment="Avtalet skrevs aldrig under.")
    take(factories.consortium(), "Falun", mistaken, admin)
    membership.take_step(consortium, falun, Step(Status.SIGNED, joined), seen=None, by=admin)
    assert falun in consortium.members(joined)


def test_a_member_of_both_goes_on_in_each(consortium: Consortium, admin: User) -> None:
    falun = factories.municipality("2080")
    Membership.objects.create(
        consortium=consortium, municipality=falun, status=Status.SIGNED, effective_on=datetime.date(2019, 6, 1)
    )
    take(consortium, "Falun", Step(Status.ACTIVE, DAY), admin)
    assert falun in consortium.members(DAY)
