"""Cases from a table: what a small system or a clerk can write, one row per file, grouped by case.

Headings are found by name, Swedish or English; only the case's number and title must be there. The rows of one case
stand together, so that a table of a million rows is read as it goes.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from archive.packages.erms import Attachment, Case, Dates, Document, Restriction, RestrictionKind

_HEADINGS = {
    "case": ("ärende", "diarienummer", "dnr", "ärendenummer", "case", "register number"),
    "case_title": ("ärendemening", "ärenderubrik", "case title"),
    "case_kind": ("ärendetyp", "case type"),
    "class": ("klass", "klassificering", "class"),
    "property": ("fastighet", "fastighetsbeteckning", "property"),
    "opened": ("ärendedatum", "startdatum", "opened"),
    "closed": ("avslutat", "slutdatum", "closed"),
    "case_secrecy": ("ärendesekretess", "case secrecy"),
    "document": ("handling", "handlingsnummer", "document"),
    "title": ("rubrik", "handlingsrubrik", "titel", "title"),
    "kind": ("handlingstyp", "document type"),
    "date": ("datum", "handlingsdatum", "date"),
    "secrecy": ("sekretess", "lagrum", "secrecy"),
    "file": ("fil", "filnamn", "sökväg", "file"),
}
_NEEDED = ("case", "case_title")
_SEPARATORS = ";\t,|"


class TableFault(ValueError):
    """The table cannot be read on; the message says the line and what to do."""


class _Row(NamedTuple):
    line: int
    values: dict[str, str]

    def get(self, name: str) -> str | None:
        return self.values.get(name) or None


def read(path: Path) -> Iterator[Case]:
    """The cases of a CSV in UTF-8 (or ISO-8859-1), each with its documents, in the order of the table."""
    waiting: list[_Row] = []
    done: set[str] = set()
    for row in _rows(path):
        number = row.values.get("case", "")
        if not number:
            raise TableFault(f"Rad {row.line}: raden saknar ärendenummer. Fyll i det på varje rad.")
        if waiting and number != waiting[0].values["case"]:
            yield _case(waiting)
            done.add(waiting[0].values["case"])
            waiting = []
        if number in done:
            raise TableFault(f"Rad {row.line}: ärendet {number} har förekommit tidigare. Sortera tabellen på ärende.")
        waiting.append(row)
    if waiting:
        yield _case(waiting)


def _rows(path: Path) -> Iterator[_Row]:
    with open(path, newline="", encoding=_encoding(path), errors="strict") as file:
        first = file.readline().removeprefix("\ufeff")
        separator = max(_SEPARATORS, key=first.count)
        headings = [cell.strip().casefold() for cell in next(csv.reader([first], delimiter=separator), [])]
        columns = {meaning: at for meaning, names in _HEADINGS.items() if (at := _place(headings, names)) is not None}
        for name in _NEEDED:
            if name not in columns:
                raise TableFault(f"Tabellen saknar kolumnen {_HEADINGS[name][0].capitalize()}.")
        for line, row in enumerate(csv.reader(file, delimiter=separator), 2):
            if any(cell.strip() for cell in row):
                yield _Row(line, {name: row[at].strip() for name, at in columns.items() if at < len(row)})


def _place(headings: list[str], names: tuple[str, ...]) -> int | None:
    return next((headings.index(name) for name in names if name in headings), None)


def _encoding(path: Path) -> str:
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            try:
                piece.decode("utf-8")
            except UnicodeDecodeError as error:
                if error.start < len(piece) - 4:
                    return "iso-8859-1"
    return "utf-8"


def _case(rows: list[_Row]) -> Case:
    first = rows[0]
    title = first.get("case_title")
    if title is None:
        number = first.values["case"]
        raise TableFault(f"Rad {first.line}: ärendet {number} saknar ärendemening.")
    closed = first.get("closed")
    return Case(
        reference=first.values["case"],
        title=title,
        kind=first.get("case_kind"),
        status="Stängt" if closed else None,
        classification=first.get("class"),
        property_designation=first.get("property"),
        dates=Dates(created=first.get("opened"), closed=closed),
        restrictions=_restrictions(first.get("case_secrecy")),
        documents=tuple(_documents(rows)),
    )


def _documents(rows: list[_Row]) -> Iterator[Document]:
    """Rows with the same document number are one document with several files."""
    grouped: dict[str, list[_Row]] = {}
    for number, row in enumerate(rows, 1):
        if row.get("file") or row.get("title") or row.get("document"):
            grouped.setdefault(row.get("document") or f"\0{number}", []).append(row)
    for number, (reference, of_one) in enumerate(grouped.items(), 1):
        first = of_one[0]
        files = tuple(Attachment(file) for row in of_one if (file := row.get("file")))
        yield Document(
            reference=f"{first.values['case']}:{number}" if reference.startswith("\0") else reference,
            title=first.get("title") or (files[0].path.rpartition("/")[2] if files else None),
            kind=first.get("kind"),
            number=number,
            dates=Dates(created=first.get("date")),
            restrictions=_restrictions(first.get("secrecy")),
            files=files,
        )


def _restrictions(law: str | None) -> tuple[Restriction, ...]:
    return () if law is None or law.casefold() in ("nej", "no", "0") else (Restriction(RestrictionKind.SECRECY, law),)
