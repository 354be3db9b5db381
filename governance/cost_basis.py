"""Fördelningsunderlag: who shares a year's costs and what each is measured by, read from the registers.

Members are those of a reference date; counted by months, those of any month of the year. What is used (projects,
gigabytes) the upper floors measure: they register themselves, for governance knows nothing of them.
"""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import QuerySet

from governance import allocation
from governance.allocation import Payer
from governance.models import Consortium, CostAllocation, Membership, Municipality, Population

Key = CostAllocation.Key
Measure = Callable[[Consortium, datetime.date], Mapping[str, Fraction]]
_measures: dict[str, Measure] = {}


@dataclass(frozen=True)
class Choice:
    """What a person chooses about an allocation. Without `members` they are those the membership history gives."""

    year: int
    members_on: datetime.date
    population_on: datetime.date | None = None
    key: str = Key.POPULATION
    rule: str = CostAllocation.Rule.LARGEST_REMAINDER
    pro_rata: bool = False
    fixed: int = 0
    population_percent: int = 100
    equal_percent: int = 0
    usage_percent: int = 0
    usage_unit: str = ""
    members: frozenset[str] | None = None

    def as_key(self) -> allocation.Key:
        """The named keys are special cases of the mixed one."""
        return {
            Key.POPULATION: allocation.BY_POPULATION,
            Key.EQUAL: allocation.EQUAL_SHARES,
            Key.FIXED: allocation.Key(population=100, fixed=self.fixed),
            Key.USAGE: allocation.BY_USAGE,
            Key.MIXED: allocation.Key(self.population_percent, self.equal_percent, self.usage_percent, self.fixed),
        }[Key(self.key)]


@dataclass(frozen=True)
class Basis:
    payers: list[Payer]
    municipalities: dict[str, Municipality]
    sources: dict[str, str]


def measure_usage(unit: str, measure: Measure) -> None:
    """An upper floor says how usage in this unit is measured on a day."""
    _measures[unit] = measure


def units() -> set[str]:
    return set(_measures)


def of(consortium: Consortium, choice: Choice) -> Basis:
    months = months_of_membership(consortium, choice.year)
    codes = choice.members if choice.members is not None else members(consortium, choice)
    populations = {
        row.municipality_id: row
        for row in Population.objects.filter(municipality__in=codes, on=choice.population_on or datetime.date.min)
    }
    used = _used(consortium, choice)
    payers = [
        Payer(
            code,
            populations[code].count if code in populations else 0,
            choice.population_on if code in populations else None,
            _as_kept(used.get(code, Fraction(0))),
            months.get(code, allocation.YEAR) if choice.pro_rata else allocation.YEAR,
        )
        for code in sorted(codes)
    ]
    found = Municipality.objects.in_bulk(list(codes))
    return Basis(payers, found, {code: row.source for code, row in populations.items()})


def members(consortium: Consortium, choice: Choice) -> frozenset[str]:
    """A co-operation that nobody has joined yet reckons with those on their way in."""
    if choice.pro_rata:
        found = frozenset(months_of_membership(consortium, choice.year))
    else:
        found = frozenset(consortium.members(choice.members_on).values_list("code", flat=True))
    return found or _on_their_way(consortium, choice.members_on)


def _on_their_way(consortium: Consortium, on: datetime.date) -> frozenset[str]:
    newest = {row.municipality_id: row for row in _history(consortium) if row.effective_on <= on}
    return frozenset(code for code, row in newest.items() if row.status in Membership.INVOLVED)


def _history(consortium: Consortium) -> QuerySet[Membership]:
    return consortium.memberships.order_by("effective_on", "id")


def months_of_membership(consortium: Consortium, year: int) -> dict[str, int]:
    """Months that a municipality took part in, counted by the first day of each; those with none are left out."""
    history: dict[str, list[Membership]] = {}
    for row in _history(consortium):
        history.setdefault(row.municipality_id, []).append(row)
    firsts = [datetime.date(year, month, 1) for month in range(1, 13)]
    counted = {code: sum(_takes_part(rows, day) for day in firsts) for code, rows in history.items()}
    return {code: months for code, months in counted.items() if months}


def _takes_part(rows: list[Membership], day: datetime.date) -> bool:
    begun = [row for row in rows if row.effective_on <= day]
    return bool(begun) and begun[-1].status in Membership.TAKES_PART


def _used(consortium: Consortium, choice: Choice) -> Mapping[str, Fraction]:
    measure = _measures.get(choice.usage_unit)
    if not measure or not choice.as_key().usage:
        return {}
    return measure(consortium, min(choice.members_on, datetime.date(choice.year, 12, 31)))


def _as_kept(used: Fraction) -> Fraction:
    """Three decimals, as the database keeps it: what is settled later is counted with the same figure."""
    return Fraction(allocation.half_up(used * 1000), 1000)


def kept_payers(kept: CostAllocation) -> list[Payer]:
    return [
        Payer(
            row.municipality_id,
            row.population or 0,
            kept.population_on if row.population else None,
            Fraction(row.usage),
            row.months,
        )
        for row in kept.shares.all()
    ]


def again(kept: CostAllocation, total: int) -> allocation.Shared:
    """The same key, rule and figures as were kept, for another total: how an outcome is settled."""
    key = allocation.Key(kept.population_percent, kept.equal_percent, kept.usage_percent, kept.fixed)
    return allocation.share(total, kept_payers(kept), key, allocation.Rule(kept.rule), kept.host_id or "")
