"""Handlingar: archival and accessible PDFs, checked by another reader than the program that wrote them."""

import datetime
import sys
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from consortium import documents
from tests.consortium.pdf import Read

TEMPLATE = Path(__file__).with_name("sample.typ")
AT = datetime.datetime(2026, 3, 2, 9, 30, tzinfo=datetime.UTC)


def sample(**data: Any) -> bytes:
    words = {
        "text": "Räksmörgås på Åre älv.",
        "heading": "Uppgifter",
        "facts": [["Kommun", "Falu kommun"], ["SHA-256", "ab" * 32, "digest"]],
        "heads": ["Fil", "Storlek"],
        "rows": [["content/beslut.pdf", "12 kB"]],
    }
    return documents.typeset(
        TEMPLATE, {**words, **data}, title="Ett prov", reference="P-1", publisher="Samarkiv", at=AT
    )


def test_document_is_archival_and_accessible() -> None:
    with Read(sample()) as pdf:
        assert pdf.claims() == {"PDF/A": "2a", "PDF/UA": "1"}
        assert pdf.title == "Ett prov"
        assert pdf.language == "sv"
        assert pdf.pdf.Root.MarkInfo.Marked
        assert pdf.pdf.Root.ViewerPreferences.DisplayDocTitle
        assert "/OutputIntents" in pdf.pdf.Root


def test_headings_and_table_headers_are_tagged_in_reading_order() -> None:
    with Read(sample()) as pdf:
        tags = pdf.tags()
    assert tags[0] == "Document"
    assert [tag for tag in tags if tag in ("H1", "H2")] == ["H1", "H2"]
    assert tags.count("Table") == 2
    assert tags.count("TH") == 4
    assert tags.index("H1") < tags.index("P") < tags.index("H2") < tags.index("Table")


def test_fonts_are_embedded_and_text_can_be_read_back() -> None:
    with Read(sample()) as pdf:
        assert pdf.fonts()
        for font in pdf.fonts():
            (descendant,) = font.DescendantFonts
            assert {"/FontFile2", "/FontFile3"} & set(descendant.FontDescriptor.keys())
        assert "Räksmörgås på Åre älv." in pdf.text()
        assert "ab" * 32 in pdf.text()


def test_equal_facts_give_equal_bytes() -> None:
    assert sample() == sample()


def test_english_document_says_so() -> None:
    with translation.override("en"), Read(sample()) as pdf:
        assert pdf.language == "en"


def test_every_sign_we_let_through_can_be_shown() -> None:
    shown = "".join(chr(code) for code in range(0x20, sys.maxunicode) if documents._can_be_shown(chr(code)))
    assert len(shown) > 1000
    assert set("åäöÅÄÖéüß–§€→≤Жω") <= set(shown)
    sample(rows=[[shown, "1 byte"]], text=shown)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("中文.pdf", "[U+4E2D][U+6587].pdf"),
        ("faktura\u202efdp.exe", "faktura[U+202E]fdp.exe"),
        ("\x07\u200b\ue000🙂", "[U+0007][U+200B][U+E000][U+1F642]"),
        ("\udcff", "[U+DCFF]"),
    ],
)
def test_odd_names_are_written_by_number(name: str, shown: str) -> None:
    with Read(sample(rows=[[name, "1 byte"]])) as pdf:
        assert shown in pdf.text()


def test_foreign_text_is_never_markup() -> None:
    hostile = '#read("/manage.py") $x$ *fet* = rubrik @ref <a> [b] \\ #panic()'
    with Read(sample(text=hostile, rows=[[hostile, hostile]])) as pdf:
        assert pdf.text().count(hostile) >= 2


def test_long_names_break_without_signs_of_their_own() -> None:
    name = "content/" + "mycketlångtnamnutanmellanrum" * 8 + ".pdf"
    with Read(sample(rows=[[name, "1 byte"]])) as pdf:
        assert name in pdf.text()
