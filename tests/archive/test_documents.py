"""Valideringsrapporten på papper."""

import pytest
from django.utils import translation

from archive import documents
from archive.packages.report import Severity
from tests import factories
from tests.consortium.pdf import Read

pytestmark = pytest.mark.django_db


def test_report_says_verdict_counts_places_and_how_to_mend() -> None:
    sip = factories.sip(filename="ärenden 2014.zip")
    report = factories.report(
        sip,
        factories.group("CSIP71", Severity.ERROR, "METS.xml", "representations/rep1/METS.xml", count=70),
        factories.group("CSIP13", Severity.WARNING, "METS.xml"),
    )
    with Read(documents.report_pdf(report)) as pdf:
        text = pdf.text()
        tags = pdf.tags()
        assert pdf.claims() == {"PDF/A": "2a", "PDF/UA": "1"}
    assert "Paketet kan inte tas emot: 70 fel måste rättas." in text
    assert "ärenden 2014.zip" in text
    assert "CSIP71" in text
    assert "Så rättar du:" in text
    assert "representations/rep1/METS.xml, rad 12" in text
    assert "och 68 ställen till" in text
    assert [tag for tag in tags if tag.startswith("H") and tag[1:].isdigit()] == ["H1", "H2", "H2", "H3", "H2", "H3"]
    assert tags.count("Table") == 4


def test_report_of_a_later_round_says_what_was_mended() -> None:
    sip = factories.sip()
    factories.report(sip, factories.group("CSIP71", Severity.ERROR, "METS.xml"))
    with Read(documents.report_pdf(factories.report(sip))) as pdf:
        text = pdf.text()
    assert "Paketet är felfritt och kan tas emot." in text
    assert "Rättat sedan förra omgången" in text
    assert "CSIP71" in text


def test_report_in_english() -> None:
    report = factories.report(factories.sip(), factories.group("CSIP71", Severity.ERROR, "METS.xml"))
    with translation.override("en"), Read(documents.report_pdf(report)) as pdf:
        assert pdf.language == "en"


def test_report_with_the_most_places_is_set_quickly() -> None:
    places = [f"representations/rep1/data/content/handling-{number:05}.pdf" for number in range(60)]
    groups = [factories.group(f"CSIP{number}", Severity.ERROR, *places, count=10_000) for number in range(60, 100)]
    report = factories.report(factories.sip(), *groups)
    assert len(documents.report_pdf(report)) < 5_000_000
