"""Budget som text: lines pasted from a letter, slides or a spreadsheet, with their sums checked.

Each line ends with an amount, in kronor unless it says tkr or mnkr. A line that begins with "Summa", "Delsumma" or
"Totalt" is a sum that somebody printed: it must be what its group or everything so far makes. A line without an amount
is a heading, and names the group.
"""

import re
from dataclasses import replace
from decimal import Decimal

from governance.costs import BudgetRefused, Line, PrintedSumDiffers

_SUM = re.compile(r"(?:del)?summa\b|total\w*\b", re.IGNORECASE)
_THOUSANDS = r"[tk]kr|tsek|tusen(?:tals?)?\s+kr(?:onor)?"
_MILLIONS = r"mn?kr|msek|milj(?:on(?:er)?|\.)(?:\s+kr(?:onor)?)?"
_AMOUNT = re.compile(
    r"(?P<figures>-?(?<!\d)(?:\d{1,3}(?:[ .\u00a0\u2009\u202f]\d{3})+|\d+))"
    rf"(?:(?:,(?P<decimals>\d{{1,6}}))?\s*(?:(?P<thousands>{_THOUSANDS})|(?P<millions>{_MILLIONS}))"
    r"|(?:,(?P<ore>\d\d?|-))?\s*(?P<unit>kr(?:onor)?)?)\.?\s*(?:/\s*år)?$",
    re.IGNORECASE,
)
_ROUNDED = re.compile(rf"\b(?:{_THOUSANDS}|{_MILLIONS})(?!\w)", re.IGNORECASE)
_RUNS_ON = re.compile(r"\d(?:[^\S\t]|[.,'’])*$")  # "Licenser 2024 150 000", "12.50": where does the amount begin?
_RULE = re.compile(r"[-–—=_\s|]+")
_SURELY = 4  # digits; "Etapp 2" is a heading, "Resor 1500" is not


class NotInKronor(BudgetRefused):
    """A heading that says that the amounts below it stand in thousands or millions."""


class NotALine(BudgetRefused):
    """Figures that are no amount in whole kronor, of nothing, or that follow other figures without a tab."""


def read(text: str) -> list[Line]:
    """The lines; a sum that matches neither its group nor the whole so far is refused with both figures."""
    lines: list[Line] = []
    group, first = "", 0
    for row in text.splitlines():
        if _RULE.fullmatch(row) or not row.strip():
            continue
        label, amount = _parts(row)
        if amount is None:
            group, first = label, len(lines)
        elif _SUM.match(label):
            _check(label, amount, lines, first)
            if not group and amount == _sum(lines[first:]):
                lines[first:] = [replace(line, group=_named(label)) for line in lines[first:]]
            first = len(lines)
        else:
            lines.append(Line(label, amount, group))
    return lines


def _check(label: str, printed: int, lines: list[Line], first: int) -> None:
    of_group, total = _sum(lines[first:]), _sum(lines)
    if printed not in (of_group, total):
        meant = min(of_group, total, key=lambda computed: abs(computed - printed))
        raise PrintedSumDiffers(printed, meant, label)


def _sum(lines: list[Line]) -> int:
    return sum(line.amount for line in lines)


def _named(label: str) -> str:
    """ "Totalt grundverksamhet" names the group above it."""
    name = _SUM.sub("", label, count=1).strip(" :")
    return name[:1].upper() + name[1:]


def _parts(row: str) -> tuple[str, int | None]:
    """Label and amount; no amount for a heading."""
    row = row.strip()
    found = _AMOUNT.search(row)
    if not found:
        if _ROUNDED.search(row):
            raise NotInKronor(row)
        return _label(row), None
    if _RUNS_ON.search(row[: found.start()]):
        raise NotALine(row)
    figures, factor = re.sub(r"\D", "", found["figures"]), _factor(found)
    separate = factor > 1 or found["unit"] or "\t" in row or len(figures) >= _SURELY or found["ore"]
    if not separate:
        return _label(row), None
    label = _label(row[: found.start()])
    amount = Decimal(f"{figures}.{found['decimals'] or 0}") * factor
    if not label or (found["ore"] or "-").strip("0-") or amount != int(amount):
        raise NotALine(row)
    return label, int(amount) * (-1 if found["figures"].startswith("-") else 1)


def _factor(found: re.Match[str]) -> int:
    return 1_000 if found["thousands"] else 1_000_000 if found["millions"] else 1


def _label(text: str) -> str:
    return " ".join(text.split()).strip(" :–")
