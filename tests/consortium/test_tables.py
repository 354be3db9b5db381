"""Tables as people send them: every encoding and sign in use, and nothing that unfolds without end."""

import datetime
import io
import time
import zipfile
from collections.abc import Callable

import pytest
from openpyxl import Workbook

from consortium import sheets, tables
from consortium.tables import Unreadable, read

HEAD, LINE = "System;Kommun", "Läkarsystem;Älvdalen"
XLSX = "xl/worksheets/sheet1.xml"


def rows(content: bytes) -> list[list[str]]:
    return [row.cells for row in read(content)]


def book(*lines: list[object]) -> bytes:
    made, out = Workbook(), io.BytesIO()
    for line in lines:
        made.worksheets[0].append(line)
    made.save(out)
    return out.getvalue()


def rezipped(content: bytes, change: Callable[[str, bytes], bytes], **extra: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, data in extra.items():
            new.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
@pytest.mark.parametrize("sign", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_encoding_sign_and_line_end_reads_alike(encoding: str, sign: str, end: str) -> None:
    text = f"{HEAD}{end}{LINE}{end}".replace(";", sign)
    assert rows(text.encode(encoding)) == [["System", "Kommun"], ["Läkarsystem", "Älvdalen"]]


def test_the_sign_is_taken_from_the_heading_outside_quotes() -> None:
    assert rows(b'"a,b,c";d\n"1,5";2\n') == [["a,b,c", "d"], ["1,5", "2"]]


def test_lines_are_counted_as_the_editor_does() -> None:
    text = 'System;Anteckning\nECOS;"två\nrader"\n\nPMO;x\n'
    assert [row.line for row in read(text.encode())] == [1, 2, 5]


def test_a_quote_that_kept_text_from_being_a_formula_goes_on_the_way_back() -> None:
    sent = sheets.to_csv(["a", "b"], [["=1+1", "it's"], ["@x", "'citat"]])
    assert rows(sent) == [["a", "b"], ["=1+1", "it's"], ["@x", "'citat"]]


def test_a_spreadsheet_is_read_as_a_person_would_have_typed_it() -> None:
    sent = book(
        ["System", "Dag", "Tal", "Del", "Ja"], ["ECOS", datetime.date(2027, 12, 31), 12.0, 1.5, True], [], ["PMO"]
    )
    assert rows(sent) == [["System", "Dag", "Tal", "Del", "Ja"], ["ECOS", "2027-12-31", "12", "1,5", "ja"], ["PMO"]]
    assert [row.line for row in read(sent)] == [1, 2, 4]


def test_what_sheets_write_tables_read() -> None:
    heads = ["System", "Antal"]
    lines: list[list[sheets.Cell]] = [["Läkarsystem", 12], ["-PMO", None]]
    expected = [["System", "Antal"], ["Läkarsystem", "12"], ["-PMO"]]
    assert rows(sheets.to_csv(heads, lines)) == rows(sheets.to_xlsx("Prov", heads, lines)) == expected


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "tom"),
        (b" \n ", "tom"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 99, "äldre eller lösenordsskyddat"),
        (b"PK\x03\x04 inte mer", "skadat"),
        (b"%PDF-1.7\n\x00\x01\x02", "inte en tabell"),
        (b"a;b\n" + b'"' + b"x" * 200_000, "Rad 2"),
        (b"a;b\n" + b"x" * 10_001, "10 000 tecken"),
        (b";".join([b"x"] * 61), "60 kolumner"),
        (b"x" * (tables.MAX_BYTES + 1), "10 MB"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content: bytes, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        rows(content)


def test_too_many_rows_are_refused_in_both_forms() -> None:
    with pytest.raises(Unreadable, match="50 000 rader"):
        rows(b"a\n" * (tables.MAX_ROWS + 2))
    far = rezipped(book(["a"]), lambda name, data: data.replace(b'r="1"', b'r="1048576"') if name == XLSX else data)
    with pytest.raises(Unreadable, match="50 000 rader"):
        rows(far)


def test_a_spreadsheet_that_unfolds_without_end_is_refused_before_it_is_opened() -> None:
    zeros = b" " * (tables.MAX_UNFOLDED + 1)
    bomb = rezipped(book(["a"]), lambda name, data: data, **{"xl/media/stor.bin": zeros})
    assert len(bomb) < 1_000_000
    begun = time.monotonic()
    with pytest.raises(Unreadable, match="packar upp"):
        rows(bomb)
    assert time.monotonic() - begun < 10


def test_a_spreadsheet_of_very_many_parts_is_refused() -> None:
    many = rezipped(book(["a"]), lambda name, data: data, **{f"xl/{n}": b"" for n in range(tables.MAX_PARTS)})
    with pytest.raises(Unreadable, match="packar upp"):
        rows(many)


@pytest.mark.parametrize("part", [XLSX, "xl/workbook.xml", "[Content_Types].xml"])
def test_entities_are_refused_wherever_they_are_declared(part: str) -> None:
    declared = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'
    sent = rezipped(book(["a"]), lambda name, data: declared + data if name == part else data)
    with pytest.raises(Unreadable, match="dokumenttyp"):
        rows(sent)


def test_entities_in_another_encoding_are_refused_too() -> None:
    sent = rezipped(
        book(["a"]), lambda name, data: ("\ufeff" + data.decode()).encode("utf-16") if name == XLSX else data
    )
    with pytest.raises(Unreadable):
        rows(sent)


def test_broken_xml_is_refused_in_words() -> None:
    sent = rezipped(book(["a"]), lambda name, data: data[:200] if name == XLSX else data)
    with pytest.raises(Unreadable, match="går inte att läsa"):
        rows(sent)
