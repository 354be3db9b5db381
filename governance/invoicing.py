"""Fakturaunderlag: what the host asks of each municipality, and on what decision.

The accounting system sends the invoice. The basis follows from rows that are closed, so it is never kept: asked for
again it says the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from governance.costs import NotInThisState
from governance.models import Budget, CostReport, Municipality


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
    """The year's fee by the decided allocation."""
    if not budget.is_closed:
        raise NotInThisState(budget.status)
    text = _("Avgift %(year)s, %(name)s") % {"year": budget.year, "name": budget.consortium}
    return [
        Invoice(
            f"{budget.year}-{budget.edition}-{row.municipality_id}",
            row.municipality,
            text,
            budget.decided_by_words,
            row.kronor,
        )
        for row in budget.allocation.shares.select_related("municipality")
    ]


def of_settlement(report: CostReport) -> list[Invoice]:
    """What is left to pay or to get back when the year is closed; municipalities that are even get none."""
    if not report.is_closed:
        raise NotInThisState(report.budget.status)
    text = _("Avräkning %(year)s, %(name)s") % {"year": report.budget.year, "name": report.place}
    basis = _("Bokslut %(year)s, %(decision)s") % {
        "year": report.budget.year,
        "decision": report.budget.decided_by_words,
    }
    return [
        Invoice(f"{report.budget.year}-A-{row.municipality_id}", row.municipality, text, basis, row.difference)
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
