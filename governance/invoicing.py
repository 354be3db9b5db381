"""Fakturaunderlag: what the host asks of each municipality, and on what decision.

The accounting system sends the invoice. The basis follows from rows that are closed, so it is never kept: asked for
again it says the same. Whether an invoice was sent is not known here, so a new edition asks for the whole year's fee
and names what it replaces.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from consortium.formats import money
from governance import costs
from governance.costs import NotInThisState
from governance.models import Budget, CostReport, CostShare, Municipality


@dataclass(frozen=True)
class Invoice:
    """`kronor` is what the municipality pays; below nought it gets that much back."""

    reference: str
    municipality: Municipality
    text: str
    basis: str
    kronor: int

    @property
    def is_credit(self) -> bool:
        return self.kronor < 0


def of_budget(budget: Budget) -> list[Invoice]:
    """The year's fee by the allocation in force; nought for who paid by the edition before alone."""
    costs.demand_in_force(budget)
    shares, earlier = _shares(budget), budget.replaces()
    before = _shares(earlier) if earlier else {}
    text = _("Avgift %(year)s, %(name)s") % {"year": budget.year, "name": budget.consortium}
    return [
        Invoice(
            _reference(budget, code),
            (shares.get(code) or before[code]).municipality,
            f"{text}. {_replacing(earlier, before[code])}" if earlier and code in before else text,
            budget.decided_by_words,
            shares[code].kronor if code in shares else 0,
        )
        for code in sorted({*shares, *before})
    ]


def _shares(budget: Budget) -> dict[str, CostShare]:
    return {row.municipality_id: row for row in budget.allocation.shares.select_related("municipality")}


def _reference(budget: Budget, code: str) -> str:
    return f"{budget.year}-{budget.edition}-{code}"


def _replacing(earlier: Budget, row: CostShare) -> str:
    return _("Ersätter %(reference)s på %(sum)s") % {
        "reference": _reference(earlier, row.municipality_id),
        "sum": money(row.kronor),
    }


def of_settlement(report: CostReport) -> list[Invoice]:
    """What is left to pay or to get back when the year is closed; municipalities that are even get none."""
    if not report.is_closed:
        raise NotInThisState(report.budget.status)
    costs.demand_in_force(report.budget)
    text = _("Avräkning %(year)s, %(name)s") % {"year": report.budget.year, "name": report.place}
    basis = _("Bokslut %(year)s, %(decision)s") % {
        "year": report.budget.year,
        "decision": report.budget.decided_by_words,
    }
    return [
        Invoice(
            f"{report.budget.year}-{report.budget.edition}-A-{row.municipality_id}",
            row.municipality,
            text,
            basis,
            row.difference,
        )
        for row in report.settlement.select_related("municipality")
        if row.difference
    ]


def to_rows(invoices: Iterable[Invoice]) -> tuple[list[str], list[list[str | int]]]:
    """Heads and rows, for a file that an accounting system reads."""
    heads = [
        _("Referens"),
        _("Kommunkod"),
        _("Kommun"),
        _("Organisationsnummer"),
        _("Avser"),
        _("Grund"),
        _("Belopp, kr"),
    ]
    return heads, [
        [
            invoice.reference,
            invoice.municipality.code,
            invoice.municipality.official_name,
            invoice.municipality.organisation_number,
            invoice.text,
            invoice.basis,
            invoice.kronor,
        ]
        for invoice in invoices
    ]
