"""Tables that people send: CSV as any Swedish office writes it, and XLSX, row by row (they are written by sheets.py).

Reading is limited in every direction, since a spreadsheet is a zip of XML and may unfold to anything.
"""

import csv
import datetime
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consortium.sheets import FORMULA_STARTS

MAX_BYTES = 10 * 1000**2
TOO_LARGE = gettext_lazy("Filen är större än 10 MB. Dela upp den i flera filer.")
MAX_ROWS = 50_000
MAX_COLUMNS = 60
MAX_CELL = 10_000
MAX_UNFOLDED = 150 * 1000**2
MAX_PARTS = 1_000
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class Unreadable(Exception):
    """The file is no table that we take; the text says why and what to do."""


@dataclass(frozen=True)
class Row:
    line: int  # as the person's editor or spreadsheet counts
    cells: list[str]

    def __bool__(self) -> bool:
        return any(self.cells)


def read(content: bytes) -> Iterator[Row]:
    """Every row that says something, the heading first. What kind of file it is the bytes say, not the name.

    Whoever reads a file to pass it on reads one byte more than MAX_BYTES, so that a larger one is known.
    """
    if not content.strip():
        raise Unreadable(_("Filen är tom. Välj en fil med en rubrikrad och minst en rad till."))
    if len(content) > MAX_BYTES:
        raise Unreadable(TOO_LARGE)
    if content.startswith(_OLE):
        raise Unreadable(_("Filen är ett äldre eller lösenordsskyddat kalkylblad. Spara den som .xlsx utan lösenord."))
    rows = _xlsx(content) if content.startswith(_ZIP) else _csv(content)
    for number, row in enumerate(row for row in rows if row):
        if number > MAX_ROWS:
            raise Unreadable(_("Filen har fler än 50 000 rader. Dela upp den i flera filer."))
        if len(row.cells) > MAX_COLUMNS:
            raise Unreadable(_("Rad %(line)s har fler än 60 kolumner. Ta bort de som inte behövs.") % vars(row))
        if any(len(cell) > MAX_CELL for cell in row.cells):
            raise Unreadable(_("En cell på rad %(line)s har fler än 10 000 tecken. Korta den.") % vars(row))
        yield row


def _csv(content: bytes) -> Iterator[Row]:
    text = decoded(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    line = 1
    try:
        for cells in reader:
            yield Row(line, _trimmed([clean(cell) for cell in cells]))
            line = reader.line_num + 1
    except csv.Error:
        raise Unreadable(
            _("Rad %(line)s går inte att läsa. Kontrollera citattecknen, eller spara filen som .xlsx.") % {"line": line}
        ) from None


def decoded(content: bytes) -> str:
    """UTF-8 with or without BOM, UTF-16 with BOM, else Latin-1 as Windows writes it."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", "replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", "replace")
    if _CONTROL.search(text[:4000]):
        raise Unreadable(_("Filen är inte en tabell i text. Spara den som CSV eller .xlsx och försök igen."))
    return text


def _delimiter(text: str) -> str:
    """The sign that divides the first line most often, outside quotes."""
    first = re.sub(r'"[^"]*"', "", next((line for line in text.splitlines() if line.strip()), ""))
    return max(";,\t", key=first.count)


def _xlsx(content: bytes) -> Iterator[Row]:
    _demand_harmless(content)
    from openpyxl import load_workbook  # slow to load, and few processes need it

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its size may be wrong, and rows would be lost
        for line, values in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS + 1, values_only=True), 1):
            if line > 2 * MAX_ROWS:
                raise Unreadable(_("Filen har fler än 50 000 rader. Dela upp den i flera filer."))
            yield Row(line, _trimmed([as_text(value) for value in values]))
        book.close()
    except Unreadable:
        raise
    except Exception:  # the library raises whatever a broken file leads it to
        raise Unreadable(
            _("Kalkylbladet går inte att läsa. Öppna det, spara det på nytt som .xlsx och försök igen.")
        ) from None


def _demand_harmless(content: bytes) -> None:
    """Unfold once, counting, before the library does: neither bombs nor XML that declares entities."""
    bomb = _("Kalkylbladet packar upp till mer än vi tar emot. Spara bara de celler som behövs i en ny fil.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            members, unfolded = parts.infolist(), 0
            if len(members) > MAX_PARTS:
                raise Unreadable(bomb)
            for member in members:
                with parts.open(member) as stream:
                    start = stream.read(1 << 16)
                    if member.filename.endswith((".xml", ".rels")) and (b"<!" in start or b"\x00" in start[:64]):
                        raise Unreadable(_("Kalkylbladet har en inbyggd dokumenttyp, vilket vi inte tar emot."))
                    unfolded += len(start)
                    while piece := stream.read(1 << 20):
                        unfolded += len(piece)
                        if unfolded > MAX_UNFOLDED:
                            raise Unreadable(bomb)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise Unreadable(_("Kalkylbladet är skadat. Öppna det, spara det på nytt som .xlsx och försök igen.")) from None


def clean(cell: str) -> str:
    """Without signs that no keyboard writes, and without the quote that keeps text from becoming a formula."""
    cell = _CONTROL.sub("", cell).strip()
    return cell[1:] if cell.startswith("'") and cell[1:2] in FORMULA_STARTS else cell


def as_text(value: Any) -> str:
    """A spreadsheet's value as a person would have typed it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("ja") if value else _("nej")
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "minutes")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value).replace(".", ",")
    return clean(str(value))


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells
