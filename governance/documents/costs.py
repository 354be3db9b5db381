"""Costs on paper: the allocation, the invoice basis and the yearly report, from the same rows as the pages."""

import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from consortium import documents
from consortium.formats import day, day_in_text, money, number, percent, signed_money
from governance.cost_table import Table
from governance.invoicing import Invoice
from governance.models import Budget, CostAllocation
from governance.yearly_report import YearlyReport

HERE = Path(__file__).parent


def _mark(budget: Budget) -> str:
    """The status that a paper carries on every page: it may lie beside a later one."""
    later = budget.replaced_by()
    if later:
        return _("Ersatt av version %(edition)s") % {"edition": later.edition}
    return str(budget.get_status_display())


def _at(budget: Budget) -> datetime.datetime:
    return budget.decided_at or budget.proposed_at or budget.created_at


def allocation_pdf(budget: Budget, table: Table) -> bytes:
    kept = CostAllocation.objects.get(budget=budget)
    mark = _mark(budget)
    return documents.typeset(
        HERE / "allocation.typ",
        {
            "mark": mark,
            "decided": budget.is_closed,
            "footer": mark,
            "sentence": budget.decided_by_words or _("Beslut är inte fattat. Uppgifterna kan ändras."),
            "lines_title": _("Budget"),
            "lines_heads": [_("Post"), _("Belopp")],
            "lines": _lines(budget),
            "table_title": _("Fördelning"),
            "heads": [_("Kommun"), _("Folkmängd"), _("Andel"), _("Kr per invånare"), _("Kostnad")],
            "rows": _rows(table),
            "facts": [
                [_("Fördelningsnyckel"), str(kept.get_key_display())],
                [_("Avrundning"), str(kept.get_rule_display())],
                [_("Medlemmar per den"), day(kept.members_on)],
                *([[_("Folkmängd per den"), day(kept.population_on)]] if kept.population_on else []),
            ],
        },
        title=_("Kostnadsfördelning %(year)s") % {"year": budget.year},
        reference=str(budget),
        publisher=str(budget.consortium),
        at=_at(budget),
    )


def _lines(budget: Budget) -> list[list[Any]]:
    """Each line; a group's sum where there are groups; the total last. The third says whether it is a sum."""
    found: list[list[Any]] = []
    lines = list(budget.lines.all())
    for at, line in enumerate(lines):
        found.append([line.label, money(line.amount), False])
        last = at + 1 == len(lines) or lines[at + 1].group != line.group
        if line.group and last:
            of_group = sum(each.amount for each in lines if each.group == line.group)
            found.append([_("Summa %(group)s") % {"group": line.group.lower()}, money(of_group), True])
    return [*found, [_("Totalt"), money(budget.total), True]]


def _rows(table: Table) -> list[list[Any]]:
    rows: list[list[Any]] = [
        [
            row.municipality.name,
            number(row.payer.population) if row.payer.population else "–",
            percent(row.percent / 100),
            "–" if row.per_inhabitant is None else number(row.per_inhabitant, 2),
            money(row.kronor),
            False,
        ]
        for row in table.rows
    ]
    people = number(table.population) if table.population else ""
    last = _("Budget") if table.residual else _("Summa")
    if table.residual:
        rows.append([_("Summa av raderna"), people, "", "", money(table.total), True])
        rows.append([_("Avrundningsdifferens"), "", "", "", signed_money(table.residual), True])
        people = ""
    return [*rows, [last, people, percent(1), "", money(table.budget), True]]


def invoice_pdf(invoice: Invoice, budget: Budget) -> bytes:
    host = budget.consortium.host
    credit = invoice.is_credit
    return documents.typeset(
        HERE / "invoice.typ",
        {
            "sentence": _("Underlag för kreditering. Fakturan sänds ur värdkommunens ekonomisystem.")
            if credit
            else _("Underlag för fakturering. Fakturan sänds ur värdkommunens ekonomisystem."),
            "amount_label": _("Att få tillbaka") if credit else _("Att betala"),
            "amount": money(abs(invoice.kronor)),
            "facts": [
                [_("Referens"), invoice.reference],
                [_("Betalas av"), invoice.municipality.official_name],
                *_numbered(_("Betalarens organisationsnummer"), invoice.municipality.organisation_number),
                [_("Betalas till"), host.official_name if host else str(budget.consortium)],
                *_numbered(_("Mottagarens organisationsnummer"), host.organisation_number if host else ""),
                [_("Avser"), invoice.text],
                [_("Grund"), invoice.basis],
            ],
        },
        title=_("Fakturaunderlag %(number)s") % {"number": invoice.reference},
        reference=invoice.reference,
        publisher=str(budget.consortium),
        at=_at(budget),
    )


def _numbered(label: str, value: str) -> list[list[str]]:
    return [[label, value]] if value else []


def yearly_report_pdf(told: YearlyReport) -> bytes:
    budget = told.budget
    rows = [
        [_("Avgift enligt budgeten"), money(told.charged)],
        [_("Andel av budgeten"), percent(told.percent / 100)],
    ]
    if told.outcome_share is not None and told.difference is not None:
        rows.append([_("Del av utfallet"), money(told.outcome_share)])
        rows.append([_("Avräkning"), signed_money(told.difference)])
    return documents.typeset(
        HERE / "yearly_report.typ",
        {
            "sentence": _(
                "Styrelsen rapporterar till fullmäktige hur samverkan har gått (kommunallagen 9 kap. 38 §). "
                "%(count)s kommuner var med vid årets slut."
            )
            % {"count": told.members},
            "costs_title": _("Kostnader"),
            "costs": rows,
            "decision": _("Beslut: %(words)s") % {"words": budget.decided_by_words},
            "sections": [{"title": each.title, "rows": [list(row) for row in each.rows]} for each in told.sections],
            "decisions_title": _("Beslut under året"),
            "decisions_heads": [_("Paragraf"), _("Beslut")],
            "decisions": [[str(decision), decision.text] for decision in told.decisions],
            "facts_heads": [_("Uppgift"), _("Innehåll")],
        },
        title=_("Årsrapport %(year)s för %(name)s") % {"year": budget.year, "name": told.municipality.official_name},
        reference=day_in_text(timezone.localdate(_at(budget))),
        publisher=str(budget.consortium),
        at=_at(budget),
    )
