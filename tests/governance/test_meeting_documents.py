"""Kallelse and protokoll on paper: tagged PDF whose text reads in the order a person reads it."""

import io
import re

import pypdf
import pytest

from governance import adjustment, agenda, documents, minutes, standing
from governance.documents.paragraph import blocks
from governance.models import Meeting, Minutes
from governance.paragraphs import Commented, Content, Decided, Dissented
from tests.consortium import pdf
from tests.governance import publishing, steering
from tests.governance.steering import Steering
from tests.keeping import shared

pytestmark = pytest.mark.django_db

FULL = Content(
    title="Utökad samverkan",
    registry_number="KS 2022/17",
    decisions=(Decided("Planen godkänns."), Decided("Informationen noteras.")),
    summary="Först en mening.\n\n- En punkt\n- En annan punkt",
    basis="En skrivelse",
    comments=(Commented("Bra så.", "Styrgruppen"),),
    dissents=(Dissented("Kanslichef, Mora kommun", "Ville vänta."),),
    dispatch_to="Medlemskommunerna\nVärdkommunen",
)


@pytest.fixture
@shared
def group() -> Steering:
    return steering.group()


@pytest.fixture
@shared
def kept(group: Steering) -> Minutes:
    return publishing.written(group, FULL)


def read(content: bytes) -> str:
    """As another program takes the text out, in the order of the page."""
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def in_order(text: str, *words: str) -> None:
    at = 0
    for word in words:
        at = text.find(word, at)
        assert at >= 0, f"{word} saknas eller står för tidigt: {text}"
        at += len(word)


def test_minutes_claim_pdfa_and_ua_and_are_tagged(kept: Minutes) -> None:
    with pdf.Read(documents.minutes_pdf(kept)) as document:
        assert document.claims() == {"PDF/A": "2a", "PDF/UA": "1"}
        assert document.language.startswith("sv")
        assert document.title == "Protokoll, Styrgruppen 2022-11-24"
        tags = document.tags()
    assert {"H1", "H2", "H3", "L", "LI", "Table", "TH", "TD"} <= set(tags)


def test_minutes_read_decision_first(kept: Minutes) -> None:
    in_order(
        read(documents.minutes_pdf(kept)),
        *("Protokoll, Styrgruppen", "Ej justerat: utkast", "Närvaro", "Närvarande ledamöter (3)", "Frånvarande (1)"),
        *("Utökad samverkan", "KS 2022/17", "Beslut", "Planen godkänns.", "Informationen noteras."),
        *("Sammanfattning", "Först en mening.", "En annan punkt", "Beslutsunderlag", "Bra så.", "Reservation"),
        *("Expedieras till", "Värdkommunen", "Underskrifter", "Sekreterare", "Ordförande", "Justerare"),
    )


def test_three_blocks_wait_for_signatures(kept: Minutes, group: Steering) -> None:
    assert read(documents.minutes_pdf(kept)).count("Ännu inte undertecknat") == 3
    adjustment.finish(kept, by=group.secretary)
    kept.refresh_from_db()
    text = read(documents.minutes_pdf(kept))
    assert (text.count("Ännu inte undertecknat"), text.count("Undertecknat 2")) == (2, 1)
    assert "Ej justerat: väntar på underskrifter" in text


def test_the_mark_is_on_every_page_until_it_is_adjusted(group: Steering) -> None:
    long = Content(title="Lång", summary="\n\n".join(["En mening som fyller sidan med ord. " * 12] * 40))
    kept = publishing.written(group, long)
    pages = pypdf.PdfReader(io.BytesIO(documents.minutes_pdf(kept))).pages
    assert len(pages) > 2
    assert all("Ej justerat" in page.extract_text() for page in pages)


def test_notes_are_called_notes_and_have_one_signature(group: Steering) -> None:
    notes = publishing.written(group, FULL, kind=Meeting.Kind.NOTES)
    text = read(documents.minutes_pdf(notes))
    assert "Minnesanteckningar, Styrgruppen" in text
    assert text.count("Ännu inte undertecknat") == 1


def test_a_status_is_printed_as_a_table(group: Steering) -> None:
    section = standing.Section("Pågår", "", ("System", "Kommuner"), (("ECOS 2", "Avesta"),))
    standing.register("printed", "Status", lambda consortium, on: standing.StandingContent(on, (section,)))
    try:
        meeting = steering.meeting(group)
        meeting.items.exclude(standing_key="printed").delete()

        text = read(documents.minutes_pdf(minutes.begin(meeting, by=group.secretary)))
    finally:
        del standing._registered["printed"]
    in_order(text, "Status", "Pågår", "System", "ECOS 2", "Avesta")


def test_the_same_minutes_give_the_same_bytes(kept: Minutes) -> None:
    at = kept.begun_at
    assert documents.minutes_pdf(kept, at=at) == documents.minutes_pdf(kept, at=at)


def test_the_agenda_reads_in_order_with_its_times(group: Steering) -> None:
    meeting = steering.coming(group)
    agenda.add(
        meeting, title="Budget", type="B", responsible="Ekonom", length=20, description="Förslaget.", by=group.chair
    )
    content = documents.agenda_pdf(meeting)
    with pdf.Read(content) as document:
        assert document.claims() == {"PDF/A": "2a", "PDF/UA": "1"}
    in_order(
        read(content), "Kallelse", "Dagordning", "Val av justerare", "Budget", "Ekonom", "Avslut", "Typ:", "Förslaget."
    )


def test_signs_that_look_like_markup_stay_text(group: Steering) -> None:
    hostile = Content(title="#panic() *fet* $x$", summary='= Rubrik\n#import "x"\n[länk](x) _kursiv_ @etikett <tag>')
    text = read(documents.minutes_pdf(publishing.written(group, hostile)))
    assert "#panic() *fet* $x$" in text
    assert '#import "x"' in text


def test_text_is_parted_into_paragraphs_and_points() -> None:
    assert blocks("Ett\nfortsatt\n\n- a\n– b\n\nTvå") == [
        {"kind": "text", "text": "Ett fortsatt"},
        {"kind": "list", "points": ["a", "b"]},
        {"kind": "text", "text": "Två"},
    ]
