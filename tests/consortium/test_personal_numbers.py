"""Personal identity numbers are recognised however they are written, and register numbers are left in peace."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.search.marking import marked, snippet
from consortium import personal_numbers


def with_check_digit(nine: str) -> str:
    doubled = (int(figure) * (2 - place % 2) for place, figure in enumerate(nine))
    return nine + str(-sum(sum(divmod(product, 10)) for product in doubled) % 10)


CO_ORDINATION = with_check_digit("121272121")  # day + 60


@pytest.mark.parametrize(
    "text",
    [
        *(
            "19121212-1212",
            "121212-1212",
            "191212121212",
            "1212121212",
            "19121212 1212",
            "121212+1212",
            "19121212_1212",
        ),
        *("Betyg 19121212-1212.pdf", "(121212-1212)", "121212\u20131212", "19121212 - 1212", "a191212121212b"),
        *(CO_ORDINATION, f"19{CO_ORDINATION[:6]}-{CO_ORDINATION[6:]}", "19121212-T121", "121212-TF12"),
    ],
)
def test_number_is_found(text: str) -> None:
    assert personal_numbers.holds_one(text)
    assert "1212" not in personal_numbers.hidden(text).replace("•", "")


@pytest.mark.parametrize(
    "text",
    [
        *("2022/SKF0106", "BN 2019-000123", "20221124-0106", "19121212-1213", "19121312-1212", "212000-2221"),
        *("Viared 5:12", "2015-03-12", "1500000", "119121212-12123", "070-121 21 21", "", "SE-790 00"),
    ],
)
def test_other_figures_are_left(text: str) -> None:
    assert not personal_numbers.holds_one(text)
    assert personal_numbers.hidden(text) == text


@given(st.text(max_size=400), st.text(max_size=400))
def test_numbers_are_found_in_any_text(before: str, after: str) -> None:
    text = f"{before} 19121212-1212 {after}"
    assert personal_numbers.holds_one(text)


def test_snippet_shows_the_place_and_marks_it() -> None:
    long = "Inledning. " * 40 + "Här står ett bygglov bland mycket annat. " + "Avslutning. " * 40
    cut = snippet(long, {"bygglov"})
    assert "<mark>bygglov</mark>" in cut
    assert cut.startswith("… ")
    assert cut.endswith(" …")
    assert len(cut) < 300


@given(st.text(max_size=600), st.sampled_from([{"bygglov"}, set(), {"a", "b", "script"}]))
def test_nothing_in_a_text_becomes_markup(text: str, stems: set[str]) -> None:
    for made in (marked(f"bygglov {text} bygglov", stems), snippet(f"bygglov {text} bygglov", stems)):
        left = made.replace("<mark>", "").replace("</mark>", "")
        assert "<" not in left
        assert ">" not in left
        assert made.count("<mark>") == made.count("</mark>")
