"""Populations come from a file whole or not at all, and never without a date."""

import datetime

import pytest

from consortium.models import User
from governance import populations
from governance.models import Population
from governance.populations import NotConfirmable
from tests import factories
from tests.keeping import shared

pytestmark = pytest.mark.django_db
NEW_YEAR = datetime.date(2023, 12, 31)
NBSP = "\u00a0"


@pytest.fixture
@shared
def admin() -> User:
    factories.municipality("2080"), factories.municipality("2082")
    return factories.user("Ekonom")


def file(*lines: str, heads: str = "kommunkod;kommun;folkmängd;per den;källa") -> str:
    return "\n".join([heads, *lines])


def faults(text: str, **given: object) -> str:
    return " ".join(fault.text for fault in populations.read(text, **given).faults)  # type: ignore[arg-type]


def test_plain_and_grouped_numbers_are_the_same(admin: User) -> None:
    text = file("2080;Falun;59986;2023-12-31;SCB", f"2082;Säter;11{NBSP}243;2023-12-31;SCB")
    done = populations.confirm(text, by=admin)
    assert (done.on, done.total) == (NEW_YEAR, 71_229)
    assert dict(Population.objects.values_list("municipality", "count")) == {"2080": 59_986, "2082": 11_243}


@pytest.mark.parametrize("count", ["11,243", "11.5", "-4", "", "0", "elva", "1 24 3"])
def test_what_is_no_whole_number_is_refused(admin: User, count: str) -> None:
    assert "inget heltal" in faults(file(f"2082;Säter;{count};2023-12-31;SCB"))


def test_a_missing_reference_date_is_refused(admin: User) -> None:
    no_column = file("2082;11243", heads="kod;folkmängd")
    assert "Referensdatum saknas" in faults(no_column, source="SCB")
    assert "Datum saknas" in faults(file("2082;Säter;11243;;SCB"))
    assert faults(no_column, source="SCB", on=NEW_YEAR) == ""


def test_mixed_dates_are_refused_with_their_lines(admin: User) -> None:
    said = faults(file("2080;Falun;59986;2023-12-31;SCB", "2082;Säter;11243;2022-12-31;SCB"))
    assert "2022-12-31 (rad 3), 2023-12-31 (rad 2)" in said


@pytest.mark.parametrize("cells", [";Sätter", "2083;Sätter"])
def test_an_unknown_municipality_is_refused_and_the_nearest_suggested(admin: User, cells: str) -> None:
    said = faults(file(f"{cells};11243;2023-12-31;SCB"))
    assert "finns inte i registret" in said
    assert "Menades Säter (2082)?" in said


def test_a_file_without_source_is_refused(admin: User) -> None:
    assert "Källa saknas" in faults(file("2082;Säter;11243;2023-12-31;"))


def test_a_municipality_named_twice_is_refused(admin: User) -> None:
    said = faults(file("2082;Säter;11243;2023-12-31;SCB", ";Säters kommun;11244;2023-12-31;SCB"))
    assert "står också på rad 2" in said


def test_a_day_to_come_is_refused(admin: User) -> None:
    assert "har inte varit än" in faults(file("2082;Säter;11243;2099-12-31;SCB"))


def test_nothing_is_half_imported(admin: User) -> None:
    with pytest.raises(NotConfirmable, match="ingenting är inläst"):
        populations.confirm(file("2080;Falun;59986;2023-12-31;SCB", "2082;Säter;?;2023-12-31;SCB"), by=admin)
    assert not Population.objects.exists()


def test_the_preview_changes_nothing_and_marks_what_surprises(admin: User) -> None:
    falun = factories.municipality("2080")
    Population.objects.create(municipality=falun, on=datetime.date(2022, 12, 31), count=59_818, source="SCB")
    (row, other) = populations.read(file("2080;Falun;5998;2023-12-31;SCB", "2082;Säter;11243;2023-12-31;SCB")).rows
    assert (row.before, row.is_surprising, other.before) == (59_818, True, None)
    assert Population.objects.count() == 1


def test_a_corrected_figure_replaces_the_old_for_the_same_day(admin: User) -> None:
    for count in (11_234, 11_243):
        populations.confirm(file(f"2082;Säter;{count};2023-12-31;SCB"), by=admin)
    assert Population.objects.get().count == 11_243


def test_tabs_commas_and_other_heads_are_read(admin: User) -> None:
    assert populations.read("Region\tAntal\tDatum\tKälla\nSäter\t11243\t31/12 2023\tSCB").on == NEW_YEAR
    assert populations.read("\ufeffcode,population,date,source\n2082,11243,20231231,SCB").total == 11_243


def test_an_empty_file_says_what_is_wanted(admin: User) -> None:
    assert "rubrikerna" in faults("")
    assert "inga kommuner" in faults(file())
