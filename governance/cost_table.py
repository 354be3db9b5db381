"""Fördelningstabellen: the same rows on screen, on paper, in a spreadsheet and in the bars below the table."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from consortium.formats import number
from consortium.sheets import Cell
from consortium.swedish import swedish_key
from governance import cost_basis
from governance.allocation import YEAR, Payer, Shared, in_hundredths
from governance.models import Budget, CostAllocation, Municipality

WIDEST = 100


@dataclass(frozen=True)
class Row:
    municipality: Municipality
    payer: Payer
    percent: Decimal
    kronor: int
    per_inhabitant: Decimal | None
    last_year: int | None
    bar: str = "0"  # percent of the longest, as SVG writes it
    last_bar: str = "0"

    @property
    def share(self) -> Decimal:
        """Of one, as the formatters take it."""
        return self.percent / 100

    @property
    def usage(self) -> str:
        used = _decimal(self.payer)
        return number(used.to_integral_value() if used == used.to_integral_value() else used.normalize())

    @property
    def change(self) -> int | None:
        return None if self.last_year is None else self.kronor - self.last_year


@dataclass(frozen=True)
class Table:
    rows: list[Row]
    budget: int
    residual: int
    population: int
    usage_unit: str
    by_months: bool
    compared: bool

    @property
    def total(self) -> int:
        return sum(row.kronor for row in self.rows)

    @property
    def last_total(self) -> int:
        return sum(row.last_year or 0 for row in self.rows)

    @property
    def change(self) -> int:
        return self.total - self.last_total


def build(
    municipalities: Mapping[str, Municipality],
    payers: list[Payer],
    shared: Shared,
    *,
    usage_unit: str = "",
    last_year: Mapping[str, int] | None = None,
) -> Table:
    longest = max([*shared.kronor.values(), *(last_year or {}).values(), 1])
    last = last_year or {}
    rows = [
        Row(
            municipality=municipalities[payer.code],
            payer=payer,
            percent=_percent(shared, payer.code),
            kronor=shared.kronor[payer.code],
            per_inhabitant=_per_inhabitant(shared.kronor[payer.code], payer.population),
            last_year=last.get(payer.code) if last_year else None,
            bar=_bar(shared.kronor[payer.code], longest),
            last_bar=_bar(last.get(payer.code, 0), longest),
        )
        for payer in payers
    ]
    return Table(
        rows=sorted(rows, key=lambda row: swedish_key(row.municipality.name)),
        budget=shared.total,
        residual=shared.residual,
        population=sum(payer.population for payer in payers),
        usage_unit=usage_unit,
        by_months=any(payer.months != YEAR for payer in payers),
        compared=bool(last_year),
    )


def of(budget: Budget) -> Table | None:
    """As it was kept; a draft that nobody has shared has none."""
    kept = CostAllocation.objects.filter(budget=budget).first()
    if not kept:
        return None
    rows = list(kept.shares.select_related("municipality"))
    shared = cost_basis.again(kept, budget.total)
    return build(
        {row.municipality_id: row.municipality for row in rows},
        cost_basis.kept_payers(kept),
        shared,
        usage_unit=kept.get_usage_unit_display(),
        last_year=charged_the_year_before(budget.consortium_id, budget.year),
    )


def charged_the_year_before(consortium_id: int, year: int) -> dict[str, int]:
    """What each municipality paid by last year's decided budget; nothing when there was none."""
    last = Budget.objects.in_force().filter(consortium=consortium_id, year=year - 1).first()
    return dict(last.allocation.shares.values_list("municipality_id", "kronor")) if last else {}


def to_rows(table: Table) -> tuple[list[str], list[list[Cell]]]:
    """Heads and rows for a file, with the residual and the sum below."""
    heads = [_("Kommunkod"), _("Kommun"), _("Folkmängd"), _("Månader"), _("Nyttjande"), _("Andel, procent")]
    heads += [_("Kostnad, kr"), _("Kr per invånare"), _("Förra året, kr"), _("Skillnad, kr")]
    rows: list[list[Cell]] = [
        [
            row.municipality.code,
            row.municipality.name,
            row.payer.population or None,
            row.payer.months,
            _decimal(row.payer) if table.usage_unit else None,
            row.percent,
            row.kronor,
            row.per_inhabitant,
            row.last_year,
            row.change,
        ]
        for row in table.rows
    ]
    if table.residual:
        rows.append(["", _("Avrundningsdifferens"), *[None] * 4, table.residual])
    rows.append(
        ["", _("Summa"), table.population or None, *[None] * 3, table.total if table.residual else table.budget]
    )
    if table.residual:
        rows.append(["", _("Budget"), *[None] * 4, table.budget])
    return heads, rows


def _decimal(payer: Payer) -> Decimal:
    return Decimal(payer.usage.numerator) / payer.usage.denominator


def _percent(shared: Shared, code: str) -> Decimal:
    exact = shared.exact[code] * 100 / shared.total if shared.total else shared.exact[code]
    return Decimal(in_hundredths(exact)).scaleb(-2)


def _per_inhabitant(kronor: int, population: int) -> Decimal | None:
    return Decimal(in_hundredths(Fraction(kronor, population))).scaleb(-2) if population else None


def _bar(kronor: int, longest: int) -> str:
    return f"{WIDEST * max(kronor, 0) / longest:.2f}"
