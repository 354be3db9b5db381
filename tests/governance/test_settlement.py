"""How the year went, and who then pays or gets back what."""

import datetime
from fractions import Fraction
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from consortium.models import User
from governance import costs, runway, settlement
from governance.models import Budget, CostAllocation, CostReport
from governance.models.costs import MOST_KRONOR
from tests.governance import costing
from tests.keeping import shared

pytestmark = pytest.mark.django_db

Kind = CostReport.Kind


@pytest.fixture
@shared
def economist() -> User:
    return costing.economist()


@pytest.fixture
@shared
def budget(economist: User) -> Budget:
    return costing.decided(by=economist)


def written(report: CostReport, *outcomes: int, by: User, **fields: Any) -> CostReport:
    figures = {
        row.pk: settlement.Figures(outcome, 0) for row, outcome in zip(report.lines.all(), outcomes, strict=True)
    }
    return settlement.edit_report(
        report, figures, **{"as_of": report.as_of, "note": "", "version": report.version, "by": by, **fields}
    )


def test_the_half_year_report_begins_with_the_budget_as_forecast(budget: Budget, economist: User) -> None:
    report = settlement.open_report(budget, Kind.HALF_YEAR, by=economist)
    assert [(row.outcome, row.forecast) for row in report.lines.all()] == [(0, 4_000_000), (0, 1_000_000)]
    assert (report.as_of, settlement.due_on(report)) == (datetime.date(2024, 6, 30), datetime.date(2024, 9, 30))


def test_the_annual_accounts_are_due_in_the_middle_of_february(budget: Budget, economist: User) -> None:
    report = settlement.open_report(budget, Kind.YEAR_END, by=economist)
    assert settlement.due_on(report) == datetime.date(2025, 2, 15)


def test_a_report_is_opened_once(budget: Budget, economist: User) -> None:
    first = settlement.open_report(budget, Kind.HALF_YEAR, by=economist)
    assert settlement.open_report(budget, Kind.HALF_YEAR, by=economist) == first


def test_only_a_decided_budget_is_followed_up(economist: User) -> None:
    with pytest.raises(costs.NotInThisState):
        settlement.open_report(costing.proposal(by=economist), Kind.HALF_YEAR, by=economist)


def test_a_replaced_edition_is_followed_up_no_more(budget: Budget, economist: User) -> None:
    begun = settlement.open_report(budget, Kind.YEAR_END, by=economist)
    costing.decided(budget.consortium, by=economist)
    with pytest.raises(costs.Replaced):
        settlement.open_report(budget, Kind.HALF_YEAR, by=economist)
    with pytest.raises(costs.Replaced):
        written(begun, 1, 2, by=economist)
    with pytest.raises(costs.Replaced):
        settlement.confirm(begun, version=begun.version, by=economist)


def test_the_outcome_is_settled_by_the_same_key(budget: Budget, economist: User) -> None:
    report = settlement.open_report(budget, Kind.YEAR_END, by=economist)
    settled = settlement.settle(written(report, 3_500_000, 900_000, by=economist))
    people = sum(costing.PEOPLE.values())
    assert (settled.outcome, settled.charged, settled.residual) == (4_400_000, 5_000_000, 0)
    assert sum(row.difference for row in settled.rows) == -600_000
    for row in settled.rows:
        assert abs(row.share - Fraction(4_400_000 * costing.PEOPLE[row.municipality_id], people)) < 1


def test_a_year_dearer_than_its_budget_is_paid_afterwards(budget: Budget, economist: User) -> None:
    report = settlement.open_report(budget, Kind.YEAR_END, by=economist)
    settled = settlement.settle(written(report, 4_000_000, 1_000_300, by=economist))
    assert sum(row.difference for row in settled.rows) == 300
    assert all(row.difference > 0 for row in settled.rows)


def test_rounding_in_each_row_leaves_its_residual_in_the_settlement_too(economist: User) -> None:
    budget = costing.decided(by=economist, rule=CostAllocation.Rule.HALF_UP_ROWS, key=CostAllocation.Key.EQUAL)
    report = settlement.open_report(budget, Kind.YEAR_END, by=economist)
    assert settlement.settle(written(report, 4, 1, by=economist)).residual == 1


def test_a_confirmed_settlement_stands(budget: Budget, economist: User) -> None:
    report = written(settlement.open_report(budget, Kind.YEAR_END, by=economist), 1, 2, by=economist)
    before = [(row.municipality_id, row.share) for row in settlement.settle(report).rows]
    report = settlement.confirm(report, version=report.version, by=economist)
    assert [(row.municipality_id, row.share) for row in settlement.settle(report).rows] == before
    with pytest.raises(costs.NotInThisState):
        written(report, 1, 1, by=economist)
    with pytest.raises(costs.NotInThisState):
        settlement.confirm(report, version=report.version, by=economist)


@pytest.mark.parametrize(
    "statement",
    [
        "update governance_costreport set note = 'x'",
        "update governance_costreport set confirmed_at = null, confirmed_by_id = null",
        "update governance_reportline set outcome = outcome + 1",
        "update governance_settlementshare set share = share + 1",
        "delete from governance_settlementshare",
    ],
)
def test_the_database_refuses_to_change_a_confirmed_report(statement: str, budget: Budget, economist: User) -> None:
    report = settlement.open_report(budget, Kind.YEAR_END, by=economist)
    settlement.confirm(report, version=report.version, by=economist)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_second_of_two_writers_is_told(budget: Budget, economist: User) -> None:
    report = settlement.open_report(budget, Kind.HALF_YEAR, by=economist)
    written(report, 1, 2, by=economist)
    with pytest.raises(costs.ChangedMeanwhile):
        written(report, 3, 4, by=economist, version=1)


@pytest.mark.parametrize("outcome", [-1, MOST_KRONOR + 1])
def test_absurd_outcomes_are_refused(outcome: int, budget: Budget, economist: User) -> None:
    report = settlement.open_report(budget, Kind.HALF_YEAR, by=economist)
    with pytest.raises(costs.AbsurdAmount):
        written(report, outcome, 0, by=economist)


def test_a_sum_from_the_accounts_must_be_what_the_rows_make(budget: Budget, economist: User) -> None:
    report = settlement.open_report(budget, Kind.HALF_YEAR, by=economist)
    with pytest.raises(costs.PrintedSumDiffers) as refusal:
        written(report, 100, 200, by=economist, printed_total=301)
    assert (refusal.value.printed, refusal.value.computed) == (301, 300)


def test_an_outcome_is_counted_to_a_day_of_the_year(budget: Budget, economist: User) -> None:
    report = settlement.open_report(budget, Kind.HALF_YEAR, by=economist)
    with pytest.raises(settlement.OutsideTheYear):
        written(report, 1, 1, by=economist, as_of=datetime.date(2025, 1, 1))


def funded(economist: User, funds: int, ends_on: datetime.date | None) -> runway.Runway | None:
    draft = costing.draft(by=economist)
    content = costs.Content(costing.LINES, funds=funds, funds_on=datetime.date(2024, 1, 1), project_ends_on=ends_on)
    return runway.of(costs.edit(draft, content, version=draft.version, by=economist))


def test_money_that_ends_before_the_project_is_seen(economist: User) -> None:
    found = funded(economist, 10_000_000, datetime.date(2026, 6, 30))
    assert found
    assert (found.ends_on, found.is_too_short) == (datetime.date(2025, 12, 31), True)


def test_money_that_lasts_is_no_warning(economist: User) -> None:
    found = funded(economist, 15_000_000, datetime.date(2026, 6, 30))
    assert found
    assert not found.is_too_short


def test_without_funds_nothing_is_said(budget: Budget) -> None:
    assert runway.of(budget) is None
