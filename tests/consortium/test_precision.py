"""A date is stored, shown and compared as exactly as it is known."""

import datetime

import pytest

from consortium.dates import NotADay
from consortium.precision import Precision, as_typed, in_words, last_day, read_rough

TODAY = datetime.date(2022, 11, 25)


@pytest.mark.parametrize(
    ("typed", "day", "precision"),
    [
        ("2022-11-24", "2022-11-24", Precision.DAY),
        ("24/11 2022", "2022-11-24", Precision.DAY),
        ("24 november 2022", "2022-11-24", Precision.DAY),
        ("oktober 2022", "2022-10-01", Precision.MONTH),
        ("okt 2022", "2022-10-01", Precision.MONTH),
        ("2022-10", "2022-10-01", Precision.MONTH),
        ("Hösten 2022", "2022-09-01", Precision.SEASON),
        ("sommaren  2023", "2023-06-01", Precision.SEASON),
        ("vår 2023", "2023-03-01", Precision.SEASON),
        ("2023", "2023-01-01", Precision.YEAR),
    ],
)
def test_read_with_the_precision_that_was_written(typed: str, day: str, precision: Precision) -> None:
    assert read_rough(typed, TODAY) == (datetime.date.fromisoformat(day), precision)


@pytest.mark.parametrize("typed", ["", "snart", "höst", "2022-13", "smurf 2022", "0000", "31 februari 2022"])
def test_what_is_no_date_is_refused(typed: str) -> None:
    with pytest.raises(NotADay):
        read_rough(typed, TODAY)


@pytest.mark.parametrize(
    ("typed", "shown", "last"),
    [
        ("2022-11-24", "2022-11-24", "2022-11-24"),
        ("2022-10", "oktober 2022", "2022-10-31"),
        ("hösten 2022", "hösten 2022", "2022-11-30"),
        ("vintern 2022", "vintern 2022", "2023-02-28"),
        ("2022", "2022", "2022-12-31"),
    ],
)
def test_shown_as_exactly_as_known_and_read_back(typed: str, shown: str, last: str) -> None:
    day, precision = read_rough(typed, TODAY)
    assert in_words(day, precision) == shown
    assert last_day(day, precision) == datetime.date.fromisoformat(last)
    assert read_rough(as_typed(day, precision), TODAY) == (day, precision)
