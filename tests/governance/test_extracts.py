"""Extracts: only of what is adjusted, with marks on every page, vouched for and unchangeable."""

import dataclasses
import datetime
import hashlib
import io

import pytest
from django.db import DatabaseError, transaction
from pypdf import PdfReader

from consortium.models import AuditEvent
from governance import extracts, immediate_adjustment, importing
from governance.models import Extract
from tests.consortium import pdf
from tests.governance import publishing, steering
from tests.governance.publishing import CONTENT
from tests.governance.steering import Steering
from tests.keeping import shared

pytestmark = pytest.mark.django_db


@pytest.fixture
@shared
def group() -> Steering:
    return steering.group()


def test_what_is_not_adjusted_is_not_vouched_for(group: Steering) -> None:
    with pytest.raises(extracts.NotAdjusted):
        extracts.certify(publishing.written(group).paragraphs.get(), by=group.secretary)


def test_the_certification_says_who_when_and_of_which_bytes(group: Steering) -> None:
    paragraph = publishing.adjusted(group).paragraphs.get()
    made = extracts.certify(paragraph, by=group.secretary)
    assert made.sha256 == hashlib.sha256(made.pdf).hexdigest()
    assert (made.certified_by, made.certified_as) == (group.secretary, "Enhetschef, e-arkivcentrum")
    event = AuditEvent.objects.get(what="extract_certified")
    assert event.details == {"paragraph": 1, "sha256": made.sha256}


def test_every_page_has_the_marks_of_the_adjusters_and_the_certification(group: Steering) -> None:
    long = dataclasses.replace(CONTENT, summary="\n\n".join(f"Stycke {n} om samverkan." for n in range(90)))
    made = extracts.certify(publishing.adjusted(group, long).paragraphs.get(), by=group.secretary)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(made.pdf)).pages]
    assert len(pages) >= 3
    for page in pages:
        assert "Stycke" in page or "Utdraget stämmer" in page  # none is empty
        assert "Utdragsbestyrkande" in page
        assert "Sekretariatschef" in page
    with pdf.Read(bytes(made.pdf)) as read:
        assert read.claims() == {"PDF/A": "2a", "PDF/UA": "1"}
        said = read.text()
    assert said.index("Styrgruppen godkänner planen.") < said.index("Stycke 1 om samverkan.")


def test_a_paragraph_adjusted_at_once_can_be_certified_alone(group: Steering) -> None:
    paragraph = publishing.written(group).paragraphs.get()
    immediate_adjustment.adjust_at_once(paragraph, by=group.chair)
    immediate_adjustment.adjust_at_once(paragraph, by=group.adjuster)
    made = extracts.certify(paragraph, by=group.secretary)
    with pdf.Read(bytes(made.pdf)) as read:
        assert "Sekretariatschef" in read.text()


def test_an_extract_of_minutes_signed_on_paper_says_so(group: Steering) -> None:
    text = (
        "Möte 2019-03-14\n\nNärvarande: A (chef, Säters kommun, ordförande), B (kanslichef, Falu kommun)\n\n"
        "§ 1 Val av justerare\n\nB utses till justerare."
    )
    old = importing.propose(group.body, "gammalt.txt", text.encode(), by=group.secretary)
    row = {
        **{"number": 1, "title": "Plan", "registry_number": "", "summary": "Text.", "basis": "", "dispatch_to": ""},
        **{"comment": "", "decisions": []},
    }
    day, nine, ten = datetime.date(2019, 3, 14), datetime.time(9), datetime.time(10)
    confirmed = importing.Confirmed("Möte", day, nine, ten, paragraphs=(row,), signed=True)
    minutes = importing.confirm(old, confirmed, version=1, by=group.secretary)
    made = extracts.certify(minutes.paragraphs.get(), by=group.secretary)
    with pdf.Read(bytes(made.pdf)) as read:
        assert "Justerare: Kanslichef, Falu kommun (i originalet)" in read.text()


def test_neither_the_portal_nor_sql_changes_an_extract(group: Steering) -> None:
    made = extracts.certify(publishing.adjusted(group).paragraphs.get(), by=group.secretary)
    with pytest.raises(TypeError):
        made.save()
    for change in (lambda: Extract.objects.update(certified_as="Annan"), lambda: Extract.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
