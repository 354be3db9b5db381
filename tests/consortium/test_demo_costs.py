"""The demo's money: sums that add up, and a residual to show."""

import pytest

from consortium.site.demo import consortia, costs, members, people
from governance import runway
from governance.models import Budget, CostReport

pytestmark = pytest.mark.django_db


def test_the_council_misses_its_budget_by_a_krona() -> None:
    consortium = members.load()
    people.load(consortium)
    consortia.load(people.named("administrator@exempel.se"))
    costs.load(consortium)
    shared, regional = Budget.objects.filter(consortium__slug="fyrbodal").order_by("-year")
    assert (shared.total, sum(row.kronor for row in shared.allocation.shares.all())) == (1_500_000, 1_500_001)
    found = runway.of(regional)
    assert regional.total == 15_000_000
    assert found
    assert (found.ends_on.year, found.is_too_short) == (2022, True)


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
