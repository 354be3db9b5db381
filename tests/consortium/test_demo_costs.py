"""The demo's money: sums that add up, and a residual to show."""

import pytest

from consortium.site.demo import costs, members, people
from governance.models import Budget, CostReport

pytestmark = pytest.mark.django_db


def test_the_demo_has_a_closed_a_going_and_a_proposed_year() -> None:
    consortium = members.load()
    people.load(consortium)
    costs.load(consortium)
    assert {budget.year: (budget.status, budget.total) for budget in Budget.objects.all()} == {
        2025: ("decided", 5_000_000),
        2026: ("decided", 5_300_000),
        2027: ("proposal", 5_600_000),
    }
    paid = {budget.year: sum(row.kronor for row in budget.allocation.shares.all()) for budget in Budget.objects.all()}
    assert paid == {2025: 5_000_001, 2026: 5_300_000, 2027: 5_600_000}
    accounts = CostReport.objects.get(kind=CostReport.Kind.YEAR_END)
    assert accounts.settlement.count() == 15
