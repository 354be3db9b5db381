"""Swedish deadlines: the law's days, moved when the last one is no day to act on (1930:173)."""

import datetime

import pytest

from consortium.dates import easter_day, is_free, last_day

DAY = datetime.date.fromisoformat


@pytest.mark.parametrize(
    ("year", "easter"),
    [(2022, "2022-04-17"), (2023, "2023-04-09"), (2024, "2024-03-31"), (2026, "2026-04-05"), (2038, "2038-04-25")],
)
def test_easter(year: int, easter: str) -> None:
    assert easter_day(year) == DAY(easter)


@pytest.mark.parametrize(
    "free",
    [
        *("2022-12-24", "2022-12-26", "2026-12-31", "2023-01-06", "2023-04-07", "2023-04-10", "2023-05-18"),
        *("2023-06-06", "2023-06-23", "2023-06-24", "2025-11-01", "2023-09-24"),
    ],
)
def test_no_day_to_act_on(free: str) -> None:
    assert is_free(DAY(free))


def test_the_eves_that_the_law_does_not_name_are_working_days() -> None:
    assert not is_free(DAY("2023-04-06"))  # skärtorsdagen
    assert not is_free(DAY("2023-01-05"))
    assert not is_free(DAY("2023-06-16"))


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        ("2022-11-24", 14, "2022-12-08"),
        ("2022-12-10", 14, "2022-12-27"),  # julafton, juldagen and annandag jul
        ("2023-06-02", 21, "2023-06-26"),  # midsommarafton
        ("2023-09-29", 2, "2023-10-02"),  # a Sunday
    ],
)
def test_last_day(start: str, days: int, last: str) -> None:
    assert last_day(DAY(start), days) == DAY(last)
