import datetime
from decimal import Decimal

import pytest
from django.utils import translation

from consortium import formats
from consortium.dates import NotADay, read_day
from consortium.templatetags import formats as filters

DAY = datetime.date(2022, 11, 24)
TODAY = datetime.date(2026, 1, 1)
NOON = datetime.datetime(2022, 11, 24, 9, 15, tzinfo=datetime.UTC)  # 10.15 in Stockholm


def shown(text: str) -> str:
    """No-break spaces made visible."""
    return text.replace("\u00a0", "_")


def test_sums_have_no_break_spaces_and_whole_kronor() -> None:
    assert shown(formats.money(1_500_000)) == "1_500_000_kr"
    assert shown(formats.money(Decimal("72392.50"))) == "72_392,50_kr"
    assert shown(formats.money(Decimal("0.005"))) == "0,01_kr"


def test_shares_are_printed_with_two_decimals() -> None:
    assert shown(formats.percent(Decimal("0.215595"))) == "21,56_%"
    assert shown(formats.percent(Decimal("0.5"), 0)) == "50_%"


def test_years_are_not_amounts() -> None:
    assert shown(formats.number(273878)) == "273_878"
    with translation.override("en"):
        assert formats.number(273878) == "273,878"


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (0, "0_byte"),
        (512, "512_byte"),
        (1500, "1,5_kB"),
        (2000, "2_kB"),
        (10_000, "10_kB"),
        (999_600, "1_MB"),
        (154_000_000, "154_MB"),
        (12_440_000_000, "12,4_GB"),
        (20 * 10**9, "20_GB"),
        (1024**4, "1,1_TB"),
    ],
)
def test_sizes_read_like_on_a_box(octets: int, text: str) -> None:
    assert shown(formats.size(octets)) == text


def test_duration_says_the_two_largest_units() -> None:
    assert formats.duration(0.2) == "under en sekund"
    assert shown(formats.duration(61)) == "1_minut 1_sekund"
    assert shown(formats.duration(datetime.timedelta(hours=2, minutes=5, seconds=9))) == "2_timmar 5_minuter"
    assert shown(formats.duration(3 * 86400)) == "3_dagar"


def test_days_in_tables_and_in_text() -> None:
    assert formats.day(DAY) == "2022-11-24"
    assert shown(formats.day_in_text(DAY)) == "24_november_2022"
    assert shown(formats.week(DAY)) == "v._47"
    assert formats.day(datetime.datetime(2022, 11, 24, 23, 30, tzinfo=datetime.UTC)) == "2022-11-25"


def test_times_follow_swedish_custom() -> None:
    assert shown(formats.clock(datetime.time(10))) == "kl._10"
    assert shown(formats.clock(datetime.time(9, 5))) == "kl._9.05"
    assert shown(formats.clock_span(datetime.time(10), datetime.time(11, 30))) == "kl._10–11.30"
    assert shown(formats.moment(NOON)) == "24_november_2022 kl._10.15"
    assert shown(formats.moment_in_table(NOON)) == "2022-11-24_10.15"


def test_english_pages_get_english_forms() -> None:
    with translation.override("en"):
        assert shown(formats.moment(NOON)) == "24_November_2022 10:15"
        assert formats.duration(2) == "2\u00a0seconds"


def test_an_empty_value_is_a_dash() -> None:
    assert filters.register.filters["money"](None) == "–"
    assert filters.register.filters["number"](0) == "0"


def test_long_paths_break_after_slashes_and_stay_escaped() -> None:
    assert filters.breakable("data/<b>/x") == "data/<wbr>&lt;b&gt;/<wbr>x"


@pytest.mark.parametrize(
    "text", ["2022-11-24", "24/11 2022", "24/11-2022", "221124", "20221124", "24 november 2022", " 24 nov 2022 "]
)
def test_reads_days_as_people_write_them(text: str) -> None:
    assert read_day(text, TODAY) == DAY


def test_two_digit_years_lie_near() -> None:
    assert read_day("460101", TODAY).year == 2046
    assert read_day("470101", TODAY).year == 1947


@pytest.mark.parametrize("text", ["", "2022-13-01", "31/2 2022", "24 hittember 2022", "igår", "2022"])
def test_says_when_it_is_no_day(text: str) -> None:
    with pytest.raises(NotADay):
        read_day(text, TODAY)
