"""Every requirement has words that somebody can act on, in Swedish and in English."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from archive.packages.report import Finding, Place, Severity
from archive.packages.rules import REGISTRY
from archive.packages.texts import LANGUAGES, Text, describe, known, message

RULES = Path(__file__).parents[2] / "archive" / "packages" / "rules"
E_ARK = ("csip", "csipstr", "sip", "dip", "aip")
COUNTS = {"csip": 116, "csipstr": 16, "sip": 35, "dip": 4, "aip": 7}
WITHDRAWN = {"CSIP86"}
"""Required until version 2.0.4; kept as information."""
_NAMESPACES = (
    'xmlns="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:csip="https://DILCIS.eu/XML/METS/CSIPExtensionMETS" xmlns:sip="https://DILCIS.eu/XML/METS/SIPExtensionMETS"'
)


def levels_files() -> Iterator[tuple[str, set[str]]]:
    for file in sorted(RULES.glob("*.json")):
        if file.name != "profiles.json":
            yield file.stem, set(json.loads(file.read_text("utf-8"))["levels"])


def words(specification: str) -> dict[str, dict[str, object]]:
    loaded: dict[str, dict[str, object]] = json.loads((RULES / "texts" / f"{specification}.json").read_text("utf-8"))
    return loaded


def test_every_requirement_of_every_version_has_words_in_both_languages() -> None:
    for name, rules in levels_files():
        for rule in rules:
            assert known(rule), f"{rule} of {name} has no words"
            for lang in LANGUAGES:
                text = describe(rule, lang)
                assert all((text.title, text.why, text.mend)), f"{rule} of {name} in {lang}"
                assert text.title != rule


def _words(text: Text) -> tuple[str, str, str]:
    return text.title, text.why, text.mend


def test_the_published_requirements_are_all_there() -> None:
    for specification, count in COUNTS.items():
        assert len(words(specification).keys() - WITHDRAWN) == count
        for name, rules in levels_files():
            if name.partition("-")[0] == specification:
                assert rules == words(specification).keys()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_two_requirements_have_the_same_title(lang: str) -> None:
    titles: dict[str, str] = {}
    for specification in E_ARK:
        for rule in words(specification):
            title = describe(rule, lang).title
            assert title not in titles, f"{rule} and {titles[title]}: {title}"
            titles[title] = rule


def test_swedish_and_english_are_not_the_same() -> None:
    for specification in E_ARK:
        for rule in words(specification):
            swedish, english = describe(rule, "sv"), describe(rule, "en")
            for said, other in zip(_words(swedish), _words(english), strict=True):
                assert said != other, rule
            assert swedish.reasons.keys() == english.reasons.keys()


def test_titles_are_short_and_sentences_end() -> None:
    for specification in E_ARK:
        for rule in words(specification):
            for lang in LANGUAGES:
                text = describe(rule, lang)
                assert len(text.title) <= 95, rule
                assert not text.title.endswith("."), rule
                assert all(said.endswith(".") for said in (text.why, text.mend, *text.reasons.values())), rule


@pytest.mark.parametrize("specification", [name for name in E_ARK if name != "csipstr"])
def test_examples_are_xml_that_can_be_copied(specification: str) -> None:
    for rule in words(specification):
        example = describe(rule).example
        etree.fromstring(f"<example {_NAMESPACES}>{example}</example>")
        assert example.startswith("<"), rule


def test_every_reason_that_a_rule_gives_fills_its_sentence() -> None:
    for rule in (each.id for requirements in REGISTRY.values() for each in requirements):
        for reason in describe(rule).reasons:
            finding = Finding(rule, Severity.ERROR, Place("METS.xml"), "found", "expected", {"reason": reason})
            for lang in LANGUAGES:
                said = message(finding, lang)
                assert said.strip()
                assert "{" not in said
