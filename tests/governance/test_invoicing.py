"""What is asked of each municipality, by decision and by settlement."""

import csv
import io

import pytest

from consortium import sheets
from consortium.formats import money
from governance import costs, invoicing, settlement
from governance.models import CostReport, Membership, Municipality
from tests import factories
from tests.governance import costing

pytestmark = pytest.mark.django_db


def test_each_municipality_is_asked_for_its_share_of_the_decided_budget() -> None:
    budget = costing.decided()
    invoices = invoicing.of_budget(budget)
    assert sum(invoice.kronor for invoice in invoices) == budget.total
    assert [invoice.reference for invoice in invoices] == ["2024-1-2029", "2024-1-2080", "2024-1-2082"]
    assert {invoice.basis for invoice in invoices} == {"Styrgruppen 2024-02-13, § 4"}


def test_nothing_is_asked_before_the_decision() -> None:
    with pytest.raises(costs.NotInThisState):
        invoicing.of_budget(costing.proposal(by=costing.economist()))


def test_a_replaced_edition_is_asked_for_no_more_and_the_new_one_names_what_it_replaces() -> None:
    consortium, economist = costing.members(), costing.economist()
    first = costing.decided(consortium, by=economist)
    asked = {invoice.municipality.code: invoice for invoice in invoicing.of_budget(first)}
    Membership.objects.create(
        consortium=consortium,
        municipality=factories.municipality("2029"),
        status=Membership.Status.LEFT,
        effective_on=costing.ON,
    )
    second = costing.decided(consortium, by=economist)
    with pytest.raises(costs.Replaced):
        invoicing.of_budget(first)
    invoices = {invoice.municipality.code: invoice for invoice in invoicing.of_budget(second)}
    assert sum(invoice.kronor for invoice in invoices.values()) == second.total
    assert invoices["2029"].kronor == 0
    for code, invoice in invoices.items():
        assert invoice.reference == f"2024-2-{code}"
        assert f"Ersätter 2024-1-{code} på {money(asked[code].kronor)}" in invoice.text


def test_the_settlement_of_an_edition_says_which_and_ends_when_it_is_replaced() -> None:
    consortium, economist = costing.members(), costing.economist()
    first = costing.decided(consortium, by=economist)
    report = settlement.open_report(first, CostReport.Kind.YEAR_END, by=economist)
    report = settlement.confirm(report, version=report.version, by=economist)
    assert {invoice.reference[:9] for invoice in invoicing.of_settlement(report)} == {"2024-1-A-"}
    costing.decided(consortium, by=economist)
    with pytest.raises(costs.Replaced):
        invoicing.of_settlement(CostReport.objects.get(pk=report.pk))


def test_who_is_even_after_the_settlement_gets_no_invoice() -> None:
    budget, economist = costing.decided(), factories.user()
    report = settlement.open_report(budget, CostReport.Kind.YEAR_END, by=economist)
    figures = {row.pk: settlement.Figures(row.line.amount) for row in report.lines.all()}
    report = settlement.edit_report(report, figures, as_of=report.as_of, note="", version=1, by=economist)
    with pytest.raises(costs.NotInThisState):
        invoicing.of_settlement(report)
    assert invoicing.of_settlement(settlement.confirm(report, version=report.version, by=economist)) == []


def test_the_file_holds_figures_and_no_formulas() -> None:
    budget = costing.decided()
    Municipality.objects.filter(code="2080").update(organisation_number="212000-2239", official_name="=Falu kommun")
    content = sheets.to_csv(*invoicing.to_rows(invoicing.of_budget(budget)))
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    falun = next(row for row in rows if row[1] == "2080")
    assert falun[2:4] == ["'=Falu kommun", "212000-2239"]
    assert sum(int(row[-1]) for row in rows[1:]) == budget.total
