"""Årsrapport per kommun: the municipality's board reports the co-operation to its council each year (KL 9:38).

The figures are the decided budget's and the confirmed settlement's. What was delivered and archived the upper floors
tell: they register a section each, for governance knows nothing of them.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from governance import cost_table
from governance.models import Budget, Consortium, CostReport, Decision, Municipality


@dataclass(frozen=True)
class Section:
    title: str
    rows: list[tuple[str, str]]


@dataclass(frozen=True)
class YearlyReport:
    budget: Budget
    municipality: Municipality
    members: int
    charged: int
    percent: Decimal
    outcome_share: int | None
    decisions: list[Decision]
    sections: list[Section]

    @property
    def difference(self) -> int | None:
        return None if self.outcome_share is None else self.outcome_share - self.charged


Tell = Callable[[Municipality, Consortium, int], Section]
_sections: list[Tell] = []


def add_section(tell: Tell) -> None:
    """An upper floor tells of the municipality's year."""
    if tell not in _sections:
        _sections.append(tell)


def of(budget: Budget, code: str) -> YearlyReport:
    table = cost_table.of(budget)
    assert table, "a decided budget is shared"
    row = next(row for row in table.rows if row.municipality.code == code)
    accounts = CostReport.objects.filter(
        budget=budget, kind=CostReport.Kind.YEAR_END, confirmed_at__isnull=False
    ).first()
    settled = accounts.settlement.filter(municipality=code).first() if accounts else None
    return YearlyReport(
        budget=budget,
        municipality=row.municipality,
        members=budget.consortium.members(datetime.date(budget.year, 12, 31)).count(),
        charged=row.kronor,
        percent=row.percent,
        outcome_share=settled.share if settled else None,
        decisions=_decisions(budget),
        sections=[tell(row.municipality, budget.consortium, budget.year) for tell in _sections],
    )


def _decisions(budget: Budget) -> list[Decision]:
    """Those of the year that are adjusted and not withheld."""
    found = (
        Decision.objects.filter(
            paragraph__body__consortium=budget.consortium,
            paragraph__minutes__meeting__held_on__year=budget.year,
            paragraph__withheld=False,
        )
        .exclude(kind__in=(Decision.Kind.NOTED, Decision.Kind.CHOOSES))
        .select_related("paragraph__minutes__meeting__body")
        .order_by("paragraph__minutes__meeting__held_on", "paragraph__number", "position")
    )
    return [decision for decision in found if decision.is_adjusted]
