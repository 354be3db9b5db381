"""Uppföljning: how a decided budget went, and who then pays or gets back what.

The half-year report (September) has outcome and forecast; the annual accounts (by 15 February) have the outcome, and
settle it by the same key, rule and figures as the budget was shared by.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from consortium import audit
from consortium.audit_events import Event
from consortium.models import User
from governance import cost_basis, costs
from governance.costs import AbsurdAmount, BudgetRefused, ChangedMeanwhile, NotInThisState, PrintedSumDiffers
from governance.models import Budget, CostAllocation, CostReport, ReportLine, SettlementShare
from governance.models.costs import MOST_KRONOR

Kind = CostReport.Kind


class OutsideTheYear(BudgetRefused):
    """An outcome is counted to a day of the budget's year."""


@dataclass(frozen=True)
class Figures:
    outcome: int
    forecast: int | None = None


@dataclass(frozen=True)
class Settled:
    rows: list[SettlementShare]
    outcome: int

    @property
    def charged(self) -> int:
        return sum(row.charged for row in self.rows)

    @property
    def shared(self) -> int:
        return sum(row.share for row in self.rows)

    @property
    def difference(self) -> int:
        return self.shared - self.charged

    @property
    def residual(self) -> int:
        """What the rows make too much or too little against the outcome."""
        return self.shared - self.outcome


def due_on(report: CostReport) -> datetime.date:
    """When the municipalities expect it, as the agreement's year has it."""
    if report.kind == Kind.YEAR_END:
        return datetime.date(report.budget.year + 1, 2, 15)
    return datetime.date(report.budget.year, 9, 30)


@transaction.atomic
def open_report(budget: Budget, kind: str, *, by: User) -> CostReport:
    """One of each kind; it begins with no outcome, and a forecast that follows the budget."""
    budget = Budget.objects.select_for_update().get(pk=budget.pk)
    costs.demand_in_force(budget)
    if earlier := CostReport.objects.filter(budget=budget, kind=kind).first():
        return earlier
    half_year = kind == Kind.HALF_YEAR
    as_of = datetime.date(budget.year, 6, 30) if half_year else datetime.date(budget.year, 12, 31)
    report = CostReport.objects.create(budget=budget, kind=kind, as_of=as_of)
    ReportLine.objects.bulk_create(
        ReportLine(report=report, line=line, outcome=0, forecast=line.amount if half_year else None)
        for line in budget.lines.all()
    )
    audit.record(by=by, what=Event.COST_REPORT_OPENED, target=report, place=budget.consortium, kind=kind)
    return report


@transaction.atomic
def edit_report(
    report: CostReport,
    figures: Mapping[int, Figures],
    *,
    as_of: datetime.date,
    note: str,
    version: int,
    by: User,
    printed_total: int | None = None,
) -> CostReport:
    """`figures` by report line. A sum of outcomes from the accounts must be what the rows make."""
    report = _open(report, version)
    if as_of.year != report.budget.year:
        raise OutsideTheYear(as_of)
    for row in report.lines.all():
        row.outcome, row.forecast = figures[row.pk].outcome, figures[row.pk].forecast
        for figure in (row.outcome, row.forecast or 0):
            if not 0 <= figure <= MOST_KRONOR:
                raise AbsurdAmount(figure)
        row.save(update_fields=["outcome", "forecast"])
    computed = sum(each.outcome for each in figures.values())
    if printed_total is not None and printed_total != computed:
        raise PrintedSumDiffers(printed_total, computed)
    report.as_of, report.note, report.version = as_of, note, report.version + 1
    report.save()
    audit.record(by=by, what=Event.COST_REPORT_EDITED, target=report, place=report.place, outcome=computed)
    return report


def settle(report: CostReport) -> Settled:
    """What was charged and what it should have been; kept when the report is confirmed, else counted."""
    outcome = sum(line.outcome for line in report.lines.all())
    if report.is_closed:
        return Settled(list(report.settlement.select_related("municipality")), outcome)
    kept = CostAllocation.objects.get(budget=report.budget)
    shared = cost_basis.again(kept, outcome)
    rows = [
        SettlementShare(
            report=report,
            municipality=row.municipality,
            charged=row.kronor,
            share=shared.kronor[row.municipality_id],
        )
        for row in kept.shares.select_related("municipality")
    ]
    return Settled(rows, outcome)


@transaction.atomic
def confirm(report: CostReport, *, version: int, by: User) -> CostReport:
    """From now on the report stands, and with annual accounts the settlement."""
    report = _open(report, version)
    if report.kind == Kind.YEAR_END:
        SettlementShare.objects.bulk_create(settle(report).rows)
    report.confirmed_at, report.confirmed_by = timezone.now(), by
    report.save()
    audit.record(by=by, what=Event.COST_REPORT_CONFIRMED, target=report, place=report.place, kind=report.kind)
    return report


def _open(report: CostReport, version: int) -> CostReport:
    report = CostReport.objects.select_for_update(of=("self",)).select_related("budget__consortium").get(pk=report.pk)
    if report.is_closed:
        raise NotInThisState(Budget.Status.DECIDED)
    costs.demand_in_force(report.budget)
    if report.version != version:
        raise ChangedMeanwhile(report.version)
    return report
