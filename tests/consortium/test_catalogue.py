"""Swedish is in the source, English in the catalogue: nothing may be missing, outdated or lose a value on the way."""

import gettext
import io
import re
from pathlib import Path

import pytest
from django.conf import settings

from consortium import catalogue

ROOT = Path(settings.BASE_DIR)
FOLDER = ROOT / "locale" / "en" / "LC_MESSAGES"
PO = (FOLDER / "django.po").read_text()
ENGLISH = catalogue.read(PO)
VALUES = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


@pytest.fixture(scope="module")
def swedish() -> set[catalogue.Text]:
    return catalogue.in_project(ROOT)


def test_every_text_has_english(swedish: set[catalogue.Text]) -> None:
    missing = [text[0] for text in swedish if not all(ENGLISH.get(text, ("",)))]
    assert not missing, "Lägg till engelska i locale/en och kör manage.py translate: " + "; ".join(sorted(missing))


def test_no_english_is_left_over(swedish: set[catalogue.Text]) -> None:
    assert ENGLISH.keys() <= swedish


def test_compiled_file_is_that_of_the_catalogue() -> None:
    assert (FOLDER / "django.mo").read_bytes() == catalogue.compiled(ENGLISH)


def test_every_value_of_the_swedish_is_in_the_english() -> None:
    for text, forms in ((text, forms) for text, forms in ENGLISH.items() if all(forms)):
        wanted = set(VALUES.findall(text[0])) | set(VALUES.findall(text[1]))
        for form in forms:
            assert set(VALUES.findall(form)) <= wanted, text[0]
        assert set(VALUES.findall(forms[-1])) == wanted, text[0]


def test_python_reads_what_we_compile() -> None:
    found = gettext.GNUTranslations(
        io.BytesIO(catalogue.compiled({("Sök", ""): ("Search",), ("%(n)s dag", "%(n)s dagar"): ("a day", "days")}))
    )
    assert found.gettext("Sök") == "Search"
    assert [found.ngettext("%(n)s dag", "%(n)s dagar", n) for n in (1, 2)] == ["a day", "days"]
    assert found.gettext("Saknas") == "Saknas"


def test_catalogue_survives_being_written_and_read() -> None:
    odd = {('Säg "ja"\\nej', ""): ('Say "yes"\n\\no',), ("en", "flera"): ("one", "many")}
    assert catalogue.read(catalogue.write(odd)) == odd
    assert catalogue.write(ENGLISH) == PO


def test_texts_are_found_in_python_and_templates() -> None:
    python = (
        'a = _("Ett")\nb = ngettext("en %(n)s", "fler %(n)s", 3)\nc = gettext_lazy("Två" " delar")\nd = other("nej")'
    )
    assert set(catalogue.in_python(python)) == {("Ett", ""), ("en %(n)s", "fler %(n)s"), ("Två delar", "")}
    template = (
        '{% load i18n %}{% translate "Tre" as x %}{% include "a" with b=_("Fyra") %}'
        "{% blocktranslate with n=a %}Fem {{ n }}{% endblocktranslate %}"
        "{% blocktranslate count n=a %}ett{% plural %}många {{ n }}{% endblocktranslate %}"
    )
    assert set(catalogue.in_template(template)) == {
        ("Tre", ""),
        ("Fyra", ""),
        ("Fem %(n)s", ""),
        ("ett", "många %(n)s"),
    }
