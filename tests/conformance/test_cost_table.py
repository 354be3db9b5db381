"""The cost table that a council of fourteen municipalities printed: its rows are right and its sum is a krona less."""

import csv
import datetime
import re

import pytest

from governance import allocation
from governance.allocation import Payer, Rule, in_hundredths, share
from tests.conformance.corpora import corpus

ON = datetime.date(2019, 12, 31)  # the table names no day; any will do, as long as it is one and the same
BUDGET = 1_500_000
ROW = re.compile(r"^([A-ZÅÄÖ][\w-]+)\t([\d ]+)\t(\d+,\d\d)%\t([\d ]+) kr$", re.MULTILINE)


@pytest.fixture(scope="module")
def printed() -> dict[str, tuple[int, str, int]]:
    """Name: population, share in percent, kronor; with the row of sums."""
    (path,) = corpus("sources").glob("003_*.txt")
    rows = ROW.findall(path.read_text(encoding="utf-8"))
    return {name: (_figure(people), percent, _figure(cost)) for name, people, percent, cost in rows}


def _figure(text: str) -> int:
    return int(text.replace(" ", ""))


@pytest.fixture(scope="module")
def payers(printed: dict[str, tuple[int, str, int]]) -> dict[str, Payer]:
    with (corpus("data") / "municipalities.csv").open(encoding="utf-8") as table:
        codes = {row["name"]: row["code"] for row in csv.DictReader(table)}
    return {name: Payer(codes[name], row[0], ON) for name, row in printed.items() if name != "Summa"}


def test_the_table_is_read_whole(printed: dict[str, tuple[int, str, int]]) -> None:
    assert len(printed) == 15
    assert printed["Summa"] == (273_878, "100,00", BUDGET)
    assert sum(row[0] for name, row in printed.items() if name != "Summa") == 273_878


def test_half_up_gives_every_printed_row_and_one_krona_too_much(
    printed: dict[str, tuple[int, str, int]], payers: dict[str, Payer]
) -> None:
    shared = share(BUDGET, list(payers.values()), allocation.BY_POPULATION, Rule.HALF_UP_ROWS)
    assert {name: shared.kronor[payer.code] for name, payer in payers.items()} == {
        name: row[2] for name, row in printed.items() if name != "Summa"
    }
    assert (sum(shared.kronor.values()), shared.residual) == (1_500_001, 1)


def test_largest_remainder_makes_the_sum_and_differs_in_stromstad_alone(
    printed: dict[str, tuple[int, str, int]], payers: dict[str, Payer]
) -> None:
    shared = share(BUDGET, list(payers.values()), allocation.BY_POPULATION)
    differ = {
        name: shared.kronor[each.code] for name, each in payers.items() if shared.kronor[each.code] != printed[name][2]
    }
    assert (sum(shared.kronor.values()), shared.residual) == (BUDGET, 0)
    assert differ == {"Strömstad": 72_393}


def test_the_printed_shares_are_ours(printed: dict[str, tuple[int, str, int]], payers: dict[str, Payer]) -> None:
    shared = share(BUDGET, list(payers.values()), allocation.BY_POPULATION)
    for name, payer in payers.items():
        hundredths = in_hundredths(shared.exact[payer.code] * 100 / BUDGET)
        assert f"{hundredths // 100},{hundredths % 100:02}" == printed[name][1]


def test_a_second_table_so_that_the_code_is_not_fitted_to_one() -> None:
    with (corpus("data") / "municipalities.csv").open(encoding="utf-8") as table:
        rows = [row for row in csv.DictReader(table) if row["region_seed"] == "dalarna"]
    payers = [Payer(row["code"], int(row["population"]), datetime.date(2023, 12, 31)) for row in rows]
    half_up = share(5_000_000, payers, allocation.BY_POPULATION, Rule.HALF_UP_ROWS)
    largest = share(5_000_000, payers, allocation.BY_POPULATION)
    assert sum(payer.population for payer in payers) == 287_253
    assert (sum(half_up.kronor.values()), sum(largest.kronor.values())) == (5_000_001, 5_000_000)
    assert {code for code in half_up.kronor if half_up.kronor[code] != largest.kronor[code]} == {"2061"}
    assert (half_up.kronor["2061"], largest.kronor["2061"]) == (189_955, 189_954)
