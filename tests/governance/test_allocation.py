"""The arithmetic of sharing costs: exact, whole kronor, and the same whatever the order of the rows."""

import datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance import allocation
from governance.allocation import Key, Payer, Rule, share

ON = datetime.date(2023, 12, 31)
DALARNA = {
    "2021": 6_728,
    "2023": 10_260,
    "2026": 10_430,
    "2029": 16_043,
    "2031": 11_042,
    "2034": 6_908,
    "2039": 6_929,
    "2061": 10_913,
    "2062": 20_536,
    "2080": 59_986,
    "2081": 51_735,
    "2082": 11_243,
    "2083": 15_345,
    "2084": 22_753,
    "2085": 26_402,
}


def payers(populations: dict[str, int] = DALARNA) -> list[Payer]:
    return [Payer(code, count, ON) for code, count in populations.items()]


def test_half_up_in_each_row_misses_five_millions_by_a_krona() -> None:
    shared = share(5_000_000, payers(), allocation.BY_POPULATION, Rule.HALF_UP_ROWS)
    assert (sum(shared.kronor.values()), shared.residual) == (5_000_001, 1)
    assert [shared.kronor[code] for code in ("2081", "2080", "2082", "2021", "2061")] == [
        900_513,
        1_044_132,
        195_699,
        117_109,
        189_955,
    ]


def test_largest_remainder_makes_five_millions_and_differs_in_smedjebacken_alone() -> None:
    half_up = share(5_000_000, payers(), allocation.BY_POPULATION, Rule.HALF_UP_ROWS)
    largest = share(5_000_000, payers(), allocation.BY_POPULATION)
    assert (sum(largest.kronor.values()), largest.residual) == (5_000_000, 0)
    differ = {code: kronor for code, kronor in largest.kronor.items() if kronor != half_up.kronor[code]}
    assert differ == {"2061": 189_954}


def test_the_residual_can_be_the_hosts() -> None:
    half_up = share(5_000_000, payers(), allocation.BY_POPULATION, Rule.HALF_UP_ROWS)
    hosts = share(5_000_000, payers(), allocation.BY_POPULATION, Rule.RESIDUAL_TO_HOST, host="2082")
    assert (hosts.kronor["2082"], hosts.residual) == (half_up.kronor["2082"] - 1, 0)


@pytest.mark.parametrize("host", ["", "1281"])
def test_a_host_that_does_not_pay_cannot_take_the_residual(host: str) -> None:
    with pytest.raises(allocation.HostPaysNothing):
        share(100, payers(), allocation.BY_POPULATION, Rule.RESIDUAL_TO_HOST, host=host)


def test_equal_shares_leave_what_cannot_be_divided_to_the_lowest_codes() -> None:
    assert share(100, [Payer("3"), Payer("1"), Payer("2")], allocation.EQUAL_SHARES).kronor == {
        "1": 34,
        "2": 33,
        "3": 33,
    }


def test_a_fixed_sum_comes_before_the_population() -> None:
    shared = share(1000, [Payer("a", 100, ON), Payer("b", 300, ON)], Key(population=100, fixed=100))
    assert shared.kronor == {"a": 100 + 200, "b": 100 + 600}


def test_usage_is_measured_in_any_unit() -> None:
    by_gigabytes = [Payer("a", usage=Fraction("12.5")), Payer("b", usage=Fraction("37.5"))]
    assert share(1000, by_gigabytes, allocation.BY_USAGE).kronor == {"a": 250, "b": 750}


def test_a_mixed_key_adds_its_parts() -> None:
    two = [Payer("a", 100, ON, Fraction(1)), Payer("b", 300, ON, Fraction(0))]
    assert share(1000, two, Key(population=50, equal=30, usage=20)).kronor == {
        "a": 125 + 150 + 200,
        "b": 375 + 150,
    }


def test_who_joins_at_midsummer_pays_for_half_a_year() -> None:
    shared = share(1500, [Payer("a", 100, ON, months=12), Payer("b", 100, ON, months=6)], allocation.BY_POPULATION)
    assert shared.kronor == {"a": 1000, "b": 500}


def test_months_weigh_in_the_fixed_sum_too() -> None:
    shared = share(150, [Payer("a", 100, ON, months=12), Payer("b", 100, ON, months=6)], Key(population=100, fixed=100))
    assert shared.kronor == {"a": 100, "b": 50}


@pytest.mark.parametrize(
    ("total", "who", "key", "refusal"),
    [
        (-1, payers(), allocation.BY_POPULATION, allocation.AbsurdFigure),
        (allocation.MOST + 1, payers(), allocation.BY_POPULATION, allocation.AbsurdFigure),
        (100, payers(), Key(population=100, fixed=-1), allocation.AbsurdFigure),
        (100, [Payer("a", -5, ON)], allocation.BY_POPULATION, allocation.AbsurdFigure),
        (100, [Payer("a", months=0)], allocation.EQUAL_SHARES, allocation.AbsurdFigure),
        (100, [Payer("a", months=13)], allocation.EQUAL_SHARES, allocation.AbsurdFigure),
        (100, [Payer("a", usage=Fraction(-1)), Payer("b")], allocation.BY_USAGE, allocation.AbsurdFigure),
        (100, [], allocation.EQUAL_SHARES, allocation.NobodyPays),
        (100, payers(), Key(population=60, equal=30), allocation.WrongParts),
        (100, payers(), Key(population=130, equal=-30), allocation.WrongParts),
        (100, [Payer("a", 1, ON), Payer("b")], allocation.BY_POPULATION, allocation.WithoutPopulation),
        (100, [Payer("a", 1, ON), Payer("b", 1)], allocation.BY_POPULATION, allocation.WithoutDate),
        (100, [Payer("a"), Payer("b")], allocation.BY_USAGE, allocation.NothingUsed),
        (100, [Payer("a", 1, ON), Payer("b", 1, ON)], Key(population=100, fixed=51), allocation.FixedPartTooLarge),
    ],
)
def test_what_cannot_be_shared_is_refused(
    total: int, who: list[Payer], key: Key, refusal: type[allocation.CannotShare]
) -> None:
    with pytest.raises(refusal):
        share(total, who, key)


def test_populations_of_different_days_do_not_mix() -> None:
    old = ON.replace(year=2021)
    with pytest.raises(allocation.MixedDates) as refusal:
        share(100, [Payer("a", 1, ON), Payer("b", 1, old)], allocation.BY_POPULATION)
    assert refusal.value.codes == ["b"]


counts = st.integers(min_value=1, max_value=1_000_000)
totals = st.integers(min_value=0, max_value=allocation.MOST)


@st.composite
def anybody(draw: st.DrawFn) -> list[Payer]:
    codes = draw(st.lists(st.integers(0, 9999), min_size=1, max_size=40, unique=True))
    usages = st.integers(1, 10_000_000)
    return [
        Payer(f"{code:04}", draw(counts), ON, Fraction(draw(usages), 1000), draw(st.integers(1, 12))) for code in codes
    ]


@st.composite
def any_key(draw: st.DrawFn) -> Key:
    population = draw(st.integers(0, 100))
    equal = draw(st.integers(0, 100 - population))
    return Key(population, equal, 100 - population - equal)


@given(totals, anybody(), any_key())
def test_largest_remainder_sums_exactly_and_moves_nobody_a_krona(total: int, who: list[Payer], key: Key) -> None:
    shared = share(total, who, key)
    assert sum(shared.exact.values()) == total == sum(shared.kronor.values())
    assert all(abs(shared.kronor[code] - exact) < 1 for code, exact in shared.exact.items())


@given(totals, anybody(), any_key(), st.integers(0, 1_000_000))
def test_with_a_fixed_sum_too(total: int, who: list[Payer], key: Key, fixed: int) -> None:
    key = Key(key.population, key.equal, key.usage, fixed)
    try:
        shared = share(total, who, key)
    except allocation.FixedPartTooLarge:
        assert sum(Fraction(fixed * payer.months, 12) for payer in who) > total
    else:
        assert sum(shared.kronor.values()) == total
        assert all(abs(shared.kronor[code] - exact) < 1 for code, exact in shared.exact.items())


@given(totals, anybody(), any_key(), st.randoms(use_true_random=False), st.sampled_from(Rule))
def test_the_order_of_the_rows_means_nothing(
    total: int, who: list[Payer], key: Key, chance: object, rule: Rule
) -> None:
    shuffled = list(who)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    host = who[0].code
    assert share(total, who, key, rule, host).kronor == share(total, shuffled, key, rule, host).kronor


@given(totals, anybody(), any_key())
def test_half_up_never_misses_a_row_by_more_than_half(total: int, who: list[Payer], key: Key) -> None:
    shared = share(total, who, key, Rule.HALF_UP_ROWS)
    assert all(abs(shared.kronor[code] - exact) <= Fraction(1, 2) for code, exact in shared.exact.items())
    assert abs(shared.residual) <= Fraction(len(who), 2)


@given(totals, anybody(), any_key())
def test_with_the_host_the_sum_is_exact_and_the_others_as_in_half_up(total: int, who: list[Payer], key: Key) -> None:
    host = who[0].code
    rows = share(total, who, key, Rule.RESIDUAL_TO_HOST, host).kronor
    plain = share(total, who, key, Rule.HALF_UP_ROWS).kronor
    assert sum(rows.values()) == total
    assert {**rows, host: 0} == {**plain, host: 0}
