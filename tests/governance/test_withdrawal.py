"""Leaving: the notice runs, the records go home, and only then is the member out."""

import datetime
from typing import Any

import pytest

from consortium.models import User
from governance import membership, withdrawal
from governance.membership import NotThisStep, Step
from governance.models import Consortium, Membership, ReturnItem, Withdrawal
from governance.withdrawal import NoticeStillRuns, NotRunning, RecordsNotReturned
from tests import factories
from tests.keeping import shared

pytestmark = pytest.mark.django_db
NOTIFIED = datetime.date(2023, 1, 31)


@pytest.fixture
@shared
def admin() -> User:
    return factories.user("Konsortieadministratör")


def notice(admin: User) -> Withdrawal:
    falun, consortium = factories.municipality(), factories.consortium()
    last = membership.newest(consortium, falun)
    assert last
    return withdrawal.give_notice(
        consortium, falun, notified_on=NOTIFIED, reference="KF 2023-01-30 § 4", seen=last.pk, by=admin
    )


def give_back(leaving: Withdrawal, admin: User) -> None:
    for item in leaving.items.all():
        withdrawal.mark_returned(item, done_on=NOTIFIED, by=admin)


@pytest.mark.parametrize(
    ("form", "agreed", "leaves_on"),
    [
        (Consortium.LegalForm.FEDERATION, None, "2026-01-31"),
        (Consortium.LegalForm.FEDERATION, 13, "2024-02-29"),
        (Consortium.LegalForm.AGREEMENT, None, "2024-01-31"),
    ],
)
def test_a_federation_keeps_its_members_three_years_unless_the_charter_says_less(
    admin: User, form: str, agreed: int | None, leaves_on: str
) -> None:
    Consortium.objects.filter(pk=factories.consortium().pk).update(legal_form=form, notice_months=agreed)
    assert notice(admin).leaves_on.isoformat() == leaves_on


def test_whoever_has_given_notice_pays_until_it_leaves(admin: User) -> None:
    leaving = notice(admin)
    assert leaving.municipality in leaving.consortium.members(leaving.leaves_on - datetime.timedelta(days=1))
    assert membership.newest(leaving.consortium, leaving.municipality).status == Membership.Status.LEAVING  # type: ignore[union-attr]


def test_nobody_leaves_before_the_notice_has_run(admin: User) -> None:
    leaving = notice(admin)
    give_back(leaving, admin)
    with pytest.raises(NoticeStillRuns, match="2024-01-31"):
        withdrawal.leave(leaving, on=leaving.leaves_on - datetime.timedelta(days=1), by=admin)


def test_nobody_leaves_without_its_records(admin: User) -> None:
    leaving = notice(admin)
    with pytest.raises(RecordsNotReturned, match="arkivpaket"):
        withdrawal.leave(leaving, on=leaving.leaves_on, by=admin)
    give_back(leaving, admin)
    withdrawal.leave(leaving, on=leaving.leaves_on, by=admin)
    assert list(leaving.consortium.members(leaving.leaves_on)) == []
    with pytest.raises(NotRunning):
        withdrawal.leave(leaving, on=leaving.leaves_on, by=admin)


def test_the_host_deletes_last(admin: User) -> None:
    deletion = notice(admin).items.get(what=ReturnItem.What.DELETION)
    with pytest.raises(RecordsNotReturned, match="Radera först"):
        withdrawal.mark_returned(deletion, done_on=NOTIFIED, by=admin)


@pytest.mark.parametrize("status", [Membership.Status.SIGNED, Membership.Status.ACTIVE, Membership.Status.EXTENDED])
def test_a_notice_taken_back_leaves_the_member_as_it_stood_and_may_be_given_again(admin: User, status: str) -> None:
    falun, consortium = factories.municipality(member=False), factories.consortium()
    day = datetime.date(2021, 1, 1)
    Membership.objects.create(consortium=consortium, municipality=falun, status=status, effective_on=day)
    leaving = withdrawal.take_back(notice(admin), on=NOTIFIED, reason="KF 2023-06-12 § 60", by=admin)
    assert leaving.status == Withdrawal.Status.TAKEN_BACK
    assert membership.newest(consortium, falun).status == status  # type: ignore[union-attr]
    assert notice(admin).status == Withdrawal.Status.RUNNING


@pytest.mark.parametrize("correction", [{}, {"is_correction": True, "comment": "Fel kommun."}])
def test_while_the_notice_runs_it_is_taken_back_and_not_stepped_over(admin: User, correction: dict[str, Any]) -> None:
    leaving = notice(admin)
    seen = membership.newest(leaving.consortium, leaving.municipality)
    step = Step(Membership.Status.ACTIVE, NOTIFIED, **correction)
    with pytest.raises(NotThisStep, match="Återta den först"):
        membership.take_step(leaving.consortium, leaving.municipality, step, seen=seen.pk, by=admin)  # type: ignore[union-attr]
