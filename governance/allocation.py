"""Kostnadsfördelning as arithmetic: exact rationals in, whole kronor out. Knows neither database nor law.

A key divides what is left after a fixed sum per member in parts (population, equal, usage) that make a hundred.
A rule then rounds; half up per row may miss the budget by some kronor, and that residual is told, never hidden.
"""

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

MOST = 100_000_000_000  # kronor; more is a slip of the keyboard
YEAR = 12


class Rule(StrEnum):
    HALF_UP_ROWS = "half_up_rows"
    LARGEST_REMAINDER = "largest_remainder"
    RESIDUAL_TO_HOST = "residual_to_host"


@dataclass(frozen=True)
class Payer:
    """A municipality that pays: what it is measured by. `usage` is in the key's own unit (GB, projects)."""

    code: str
    population: int = 0
    population_on: datetime.date | None = None
    usage: Fraction = Fraction(0)
    months: int = YEAR


@dataclass(frozen=True)
class Key:
    """`fixed` is kronor per member and full year; the others are percent of the rest."""

    population: int = 0
    equal: int = 0
    usage: int = 0
    fixed: int = 0


BY_POPULATION = Key(population=100)
EQUAL_SHARES = Key(equal=100)
BY_USAGE = Key(usage=100)


@dataclass(frozen=True)
class Shared:
    total: int
    exact: Mapping[str, Fraction]
    kronor: Mapping[str, int]

    @property
    def residual(self) -> int:
        """What the rows make too much (+) or too little (-) against the total."""
        return sum(self.kronor.values()) - self.total


class CannotShare(Exception):
    """The sum cannot be shared as asked; each kind says why, `codes` for whom."""

    def __init__(self, codes: Iterable[str] = (), figure: object = None) -> None:
        self.codes, self.figure = sorted(codes), figure
        super().__init__(", ".join(self.codes) or figure)


class NobodyPays(CannotShare):
    """There are no members to share between."""


class AbsurdFigure(CannotShare):
    """Negative, beyond reason, or months outside the year."""


class WrongParts(CannotShare):
    """The parts of a key are percent and make a hundred."""


class WithoutPopulation(CannotShare):
    """Shared by population, but for these there is none."""


class WithoutDate(CannotShare):
    """A population is true on a day; for these the day is missing."""


class MixedDates(CannotShare):
    """Populations of different days do not mix in one table."""


class NothingUsed(CannotShare):
    """Shared by usage, but nobody has used anything."""


class FixedPartTooLarge(CannotShare):
    """The fixed sums alone are more than the total; `figure` is what they make."""


class HostPaysNothing(CannotShare):
    """The residual is the host's, but the host is not among those who pay."""


def share(total: int, payers: Sequence[Payer], key: Key, rule: Rule = Rule.LARGEST_REMAINDER, host: str = "") -> Shared:
    exact = exact_shares(total, payers, key)
    return Shared(total, exact, ROUNDING[rule](total, exact, host))


def exact_shares(total: int, payers: Sequence[Payer], key: Key) -> dict[str, Fraction]:
    """Each payer's share as a rational number; together they are the total. A joiner's or leaver's months weigh."""
    _demand_reason(total, payers, key)
    fixed = {payer.code: Fraction(key.fixed * payer.months, YEAR) for payer in payers}
    rest = total - sum(fixed.values())
    if rest < 0:
        raise FixedPartTooLarge(figure=sum(fixed.values()))
    measures = {
        "population": {payer.code: Fraction(payer.population * payer.months) for payer in payers},
        "equal": {payer.code: Fraction(payer.months) for payer in payers},
        "usage": {payer.code: payer.usage for payer in payers},  # measured over the year, so months are in it already
    }
    shares = fixed
    for part, measured in measures.items():
        if percent := getattr(key, part):
            whole = sum(measured.values())
            shares = {code: shares[code] + rest * percent * measured[code] / (100 * whole) for code in shares}
    return shares


def _demand_reason(total: int, payers: Sequence[Payer], key: Key) -> None:
    if not payers:
        raise NobodyPays
    if not 0 <= total <= MOST:
        raise AbsurdFigure(figure=total)
    if not 0 <= key.fixed <= MOST:
        raise AbsurdFigure(figure=key.fixed)
    parts = (key.population, key.equal, key.usage)
    if sum(parts) != 100 or min(parts) < 0:
        raise WrongParts(figure=sum(parts))
    for wrong in (payer for payer in payers if payer.usage < 0 or not 1 <= payer.months <= YEAR):
        raise AbsurdFigure([wrong.code], wrong.usage if wrong.usage < 0 else wrong.months)
    if key.population:
        _demand_populations(payers)
    if key.usage and not any(payer.usage for payer in payers):
        raise NothingUsed


def _demand_populations(payers: Sequence[Payer]) -> None:
    if negative := [payer for payer in payers if payer.population < 0]:
        raise AbsurdFigure([payer.code for payer in negative], negative[0].population)
    if without := [payer.code for payer in payers if not payer.population]:
        raise WithoutPopulation(without)
    if undated := [payer.code for payer in payers if payer.population_on is None]:
        raise WithoutDate(undated)
    days = {payer.population_on for payer in payers}
    if len(days) > 1:
        newest = max(day for day in days if day)
        raise MixedDates([payer.code for payer in payers if payer.population_on != newest], newest)


def half_up(exact: Fraction) -> int:
    """72 393,50 becomes 72 394."""
    return (exact + Fraction(1, 2)).__floor__()


def _half_up_rows(_total: int, exact: Mapping[str, Fraction], _host: str) -> dict[str, int]:
    return {code: half_up(share) for code, share in exact.items()}


def _largest_remainder(total: int, exact: Mapping[str, Fraction], _host: str) -> dict[str, int]:
    """Hare's rule. Of equal remainders the lower municipality code gets its krona first, whatever the rows' order."""
    floors = {code: share.__floor__() for code, share in exact.items()}
    left = total - sum(floors.values())
    first = sorted(exact, key=lambda code: (floors[code] - exact[code], code))[:left]
    return {code: floor + (code in first) for code, floor in floors.items()}


def _residual_to_host(total: int, exact: Mapping[str, Fraction], host: str) -> dict[str, int]:
    if host not in exact:
        raise HostPaysNothing([host] if host else [])
    rows = _half_up_rows(total, exact, host)
    return {**rows, host: rows[host] + total - sum(rows.values())}


ROUNDING: dict[Rule, Callable[[int, Mapping[str, Fraction], str], dict[str, int]]] = {
    Rule.HALF_UP_ROWS: _half_up_rows,
    Rule.LARGEST_REMAINDER: _largest_remainder,
    Rule.RESIDUAL_TO_HOST: _residual_to_host,
}


def in_hundredths(exact: Fraction) -> int:
    """Half up, exactly: what a share in percent or kronor per inhabitant is printed from."""
    return half_up(exact * 100)
