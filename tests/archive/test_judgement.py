"""The engine's report in words people can act on."""

import csv
import io

import pytest
from django.utils import translation

from archive.judgement import Judgement, to_csv
from archive.packages.report import Severity
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_sentence_follows_the_worst_finding() -> None:
    sip = factories.sip()
    whole = Judgement(factories.report(sip))
    warned = Judgement(factories.report(sip, factories.group("CSIP5", Severity.WARNING, "METS.xml")))
    stopped = Judgement(factories.report(sip, factories.group("CSIP71", Severity.ERROR, "a.pdf", "b.pdf")))
    assert (whole.kind, warned.kind, stopped.kind) == ("good", "warn", "bad")
    assert "felfritt" in whole.sentence
    assert "varning" in warned.sentence
    assert "2 fel" in stopped.sentence


def test_thousands_of_equal_findings_are_one_group_with_the_first_fifty_places() -> None:
    places = [f"content/{number}.pdf" for number in range(50)]
    report = factories.report(factories.sip(), factories.group("CSIP71", Severity.ERROR, *places, count=3000))
    (group,) = Judgement(report).groups()
    assert group.count == 3000
    assert len(list(group.places())) == 50
    assert "2950" in group.more


def test_a_round_is_compared_with_the_one_before() -> None:
    sip = factories.sip()
    old = factories.group("CSIP71", Severity.ERROR, "a.pdf")
    gone = factories.group("CSIP79", Severity.ERROR, "b.pdf")
    factories.report(sip, old, gone)
    second = Judgement(factories.report(sip, old, factories.group("CSIP5", Severity.WARNING, "METS.xml")))
    assert [group.change for group in second.groups()] == ["kvar sedan förra omgången", "nytt sedan förra omgången"]
    assert [group.rule_id for group in second.mended()] == ["CSIP79"]


def test_words_come_in_the_readers_language() -> None:
    report = factories.report(factories.sip(), factories.group("CSIP1", Severity.ERROR, "METS.xml"))
    (swedish,) = Judgement(report).groups()
    with translation.override("en"):
        (english,) = Judgement(report).groups()
    assert swedish.title != english.title


@pytest.mark.parametrize("dangerous", ["=cmd()", "+1", "-1", "@sum", "\tx", "＝1"])
def test_a_csv_cell_is_never_a_formula(dangerous: str) -> None:
    report = factories.report(factories.sip(), factories.group("CSIP71", Severity.ERROR, dangerous))
    rows = list(csv.reader(io.StringIO(to_csv(Judgement(report)).decode("utf-8-sig")), delimiter=";"))
    assert rows[1][3] == f"'{dangerous}"
