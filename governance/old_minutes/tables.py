"""Agendas, cost tables and budget lines: computed once more, so that a printed sum is not taken on trust."""

import re

from django.utils.translation import gettext as _

from governance.old_minutes.municipalities import Register
from governance.old_minutes.proposal import BudgetSum, CostTable, Proposal, ProposedItem
from governance.old_minutes.source import Line

_CLOCK = re.compile(r"(\d{1,2})[.:](\d{2})")
_AMOUNT = re.compile(r"(\d[\d ]*)\s*kr(?:onor)?(?:/år)?", re.IGNORECASE)
_PER = re.compile(r"\d{4}-\d{2}-\d{2}|\b(19|20)\d{2}\b|per den")
_TOTAL = re.compile(r"(summa|totalt)\b", re.IGNORECASE)


def cells(line: Line) -> list[str]:
    return [cell.strip() for cell in line.text.split("\t")]


def number(text: str) -> int | None:
    """273 878 and 273878 are the same, with or without kr."""
    digits = re.sub(r"[\s ]|kr.*", "", text)
    return int(digits) if digits.isdigit() else None


def read_agenda(lines: list[Line], proposal: Proposal) -> None:
    rows = _below(lines, ("punkt", "typ"))
    starts = [minutes for row in rows if (minutes := _minutes(row[-1])) is not None]
    for place, row in enumerate(rows):
        if len(row) >= 5 and row[0].isdigit() and place + 1 < len(starts):
            length = starts[place + 1] - starts[place]
            proposal.agenda.append(ProposedItem(int(row[0]), row[1], row[2], row[3], _written(starts[place]), length))
    if proposal.agenda:
        proposal.starts_at = proposal.starts_at or proposal.agenda[0].starts_at
        proposal.ends_at = proposal.ends_at or _written(starts[-1])


def _below(lines: list[Line], heads: tuple[str, ...]) -> list[list[str]]:
    """The rows of the table whose first headings these are."""
    for place, line in enumerate(lines):
        if tuple(cell.casefold() for cell in cells(line)[: len(heads)]) == heads:
            rows = []
            for row in lines[place + 1 :]:
                if "\t" not in row.text:
                    break
                rows.append(cells(row))
            return rows
    return []


def _minutes(text: str) -> int | None:
    return int(found[1]) * 60 + int(found[2]) if (found := _CLOCK.fullmatch(text)) else None


def _written(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def read_costs(lines: list[Line], register: Register, proposal: Proposal) -> None:
    rows = _below(lines, ("kommun", "folkmängd"))
    if not rows:
        return
    head = next(line for line in lines if cells(line)[:2] == ["Kommun", "Folkmängd"])
    members = [row for row in rows if not _TOTAL.match(row[0])]
    found = [(register.find(row[0]), number(row[1]), number(row[-1])) for row in members]
    table = CostTable(
        codes=[municipality.code if municipality else "" for municipality, _people, _cost in found],
        populations=[people or 0 for _municipality, people, _cost in found],
        costs=[cost or 0 for _municipality, _people, cost in found],
        printed_sum=next((number(row[-1]) or 0 for row in rows if _TOTAL.match(row[0])), 0),
    )
    proposal.costs = table
    printed = next((number(row[1]) for row in rows if _TOTAL.match(row[0])), None)
    if table.printed_sum and table.residual:
        _sum_is_wrong(_("kostnadstabellen"), sum(table.costs), table.printed_sum, head.number, proposal)
    if printed and printed != sum(table.populations):
        _sum_is_wrong(_("folkmängden"), sum(table.populations), printed, head.number, proposal)
    if not _PER.search(head.text):
        proposal.doubt(
            "POPULATION_UNDATED",
            "check",
            _("Folkmängden saknar datum. Ange per vilken dag innan den används i en fördelning."),
            head.number,
        )


def _sum_is_wrong(what: str, computed: int, printed: int, line: int, proposal: Proposal) -> None:
    proposal.doubt(
        "SUM_MISMATCH",
        "check",
        _("Raderna i %(what)s ger %(computed)s, men summan är tryckt som %(printed)s. Skillnad: %(residual)s.")
        % {"what": what, "computed": computed, "printed": printed, "residual": f"{computed - printed:+}"},
        line,
        str(printed),
        str(computed),
    )


def read_budget(lines: list[Line], proposal: Proposal) -> None:
    """Lines with amounts; each total is of everything above it."""
    computed = 0
    for line in lines:
        if not (amount := _AMOUNT.search(line.text)) or "%" in line.text:
            continue
        value = number(amount[1]) or 0
        if _TOTAL.match(line.text):
            title = line.text.partition(":")[0]
            proposal.budget.append(BudgetSum(title, value, computed))
            if value != computed:
                _sum_is_wrong(title, computed, value, line.number, proposal)
        elif "\t" in line.text and len(cells(line)) == 2:
            computed += value
