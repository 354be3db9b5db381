"""Filer med tabell: one row of metadata per file, read from CSV or XLSX, judged row by row, and made into cases.

The neutral form for what has no export of its own. Rows with a register number become cases with documents; a
collection without any becomes loose documents.
"""

import datetime
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import count

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.draft_files import plain_path
from archive.packages.erms import Attachment, Case, Dates, Document, Restriction, RestrictionKind
from consortium import personal_numbers, tables
from consortium.dates import NotADay, read_day

HEADINGS: dict[str, tuple[str | Promise, tuple[str, ...]]] = {
    "path": (gettext_lazy("Fil"), ("fil", "filnamn", "sökväg", "file", "path")),
    "title": (gettext_lazy("Titel"), ("titel", "rubrik", "handlingsrubrik", "title")),
    "date": (gettext_lazy("Datum"), ("datum", "handlingsdatum", "date")),
    "reference": (gettext_lazy("Diarienummer"), ("diarienummer", "dnr", "ärende", "ärendenummer", "register number")),
    "case_title": (gettext_lazy("Ärendemening"), ("ärendemening", "ärenderubrik", "case title")),
    "kind": (gettext_lazy("Handlingstyp"), ("handlingstyp", "typ", "document type", "kind")),
    "secrecy": (gettext_lazy("Sekretess"), ("sekretess", "lagrum", "secrecy")),
}
NEEDED = ("path", "title")
_LONGEST = {"path": 500, "title": 400, "date": 40, "reference": 120, "case_title": 400, "kind": 120, "secrecy": 120}
_LESS_THAN_A_DAY = re.compile(r"(1[5-9]|20)\d\d(-(0[1-9]|1[0-2]))?")
_OPEN = frozenset(("nej", "no", "0", "ingen", "-"))


class WrongColumns(Exception):
    """The heading row is not one of ours; the text says which columns there are."""


@dataclass(frozen=True)
class TableRow:
    line: int
    path: str
    title: str = ""
    date: str = ""
    reference: str = ""
    case_title: str = ""
    kind: str = ""
    secrecy: str = ""

    @property
    def law(self) -> str:
        return "" if self.secrecy.casefold() in _OPEN else self.secrecy


NAMES = tuple(field.name for field in fields(TableRow) if field.name != "line")


@dataclass(frozen=True)
class Fault:
    """What is wrong with one row or one file. A remark may stay; a fault stops the delivery."""

    path: str
    sentence: str
    line: int | None = None
    field: str = ""
    stops: bool = True


def headings() -> list[str]:
    return [str(label) for label, _names in HEADINGS.values()]


def read(content: bytes) -> list[TableRow]:
    """Raises tables.Unreadable or WrongColumns; everything else is told row by row by `faults`."""
    rows = tables.read(content)
    columns = _columns(next(rows).cells)
    found = []
    for row in rows:
        values = {name: row.cells[at] for name, at in columns.items() if at < len(row.cells)}
        if any(values.values()):
            found.append(TableRow(row.line, **values | {"path": plain_path(values.get("path", ""))}))
    return found


def _columns(heads: Sequence[str]) -> dict[str, int]:
    known = {name: meaning for meaning, (_label, names) in HEADINGS.items() for name in names}
    known |= {str(label).casefold(): meaning for meaning, (label, _names) in HEADINGS.items()}
    found: dict[str, int] = {}
    unknown = []
    for at, head in enumerate(heads):
        meaning = known.get(head.strip().casefold())
        if meaning is None and head.strip():
            unknown.append(head.strip())
        elif meaning:
            found.setdefault(meaning, at)
    facts = {"columns": ", ".join(headings())}
    if missing := [str(HEADINGS[name][0]) for name in NEEDED if name not in found]:
        raise WrongColumns(
            _("Tabellen saknar kolumnen %(missing)s. Första raden ska ha rubrikerna %(columns)s.")
            % {**facts, "missing": _(" och ").join(missing)}
        )
    if unknown:
        raise WrongColumns(
            _("Kolumnen %(unknown)s känns inte igen och skulle gå förlorad. Kolumnerna heter %(columns)s.")
            % {**facts, "unknown": ", ".join(unknown[:5])}
        )
    return found


# What is wrong


def faults(rows: Sequence[TableRow], paths: Collection[str], today: datetime.date) -> Iterator[Fault]:
    """Everything that must be mended before the package can be built, and what is worth a second look."""
    seen: set[str] = set()
    with_number = sum(1 for row in rows if row.reference)
    for row in rows:
        for field, sentence in _of_row(row, paths, seen, today):
            yield Fault(row.path, sentence, row.line, field)
        if with_number not in (0, len(rows)) and not row.reference:
            yield Fault(
                row.path,
                _("Diarienummer saknas, men andra rader har det. Fyll i det på alla rader eller inga."),
                row.line,
                "reference",
            )
        if any(map(personal_numbers.holds_one, (row.path, row.title, row.case_title, row.reference))):
            yield Fault(
                row.path,
                _(
                    "Det ser ut att finnas ett personnummer här. "
                    "Handlingen blir aldrig offentlig så länge det står kvar."
                ),
                row.line,
                stops=False,
            )
        seen.add(row.path)
    for path in sorted(set(paths) - seen):
        yield Fault(path, _("Filen har ingen rad i tabellen. Lägg till en rad eller ta bort filen."))


def _of_row(
    row: TableRow, paths: Collection[str], seen: Collection[str], today: datetime.date
) -> Iterator[tuple[str, str]]:
    if not row.path:
        yield "path", _("Filens namn saknas på raden.")
    elif row.path in seen:
        yield "path", _("Filen har redan en rad. Ta bort den ena.")
    elif row.path not in paths:
        yield "path", _("Filen finns inte bland utkastets filer. Kontrollera namnet eller lägg till filen.")
    if not row.title:
        yield "title", _("Titeln saknas.")
    if row.date and day_of(row.date, today) is None:
        yield (
            "date",
            _("Datumet ”%(date)s” går inte att läsa. Skriv 2015-03-24, 2015-03 eller 2015.") % {"date": row.date[:40]},
        )
    for name in NAMES:
        value = getattr(row, name)
        if value.startswith("="):
            label = HEADINGS[name][0]
            yield name, _("%(column)s innehåller en formel. Klistra in värdet i stället.") % {"column": label}
        if len(value) > _LONGEST[name]:
            label = HEADINGS[name][0]
            yield (
                name,
                _("%(column)s är längre än %(n)s tecken. Korta texten.") % {"column": label, "n": _LONGEST[name]},
            )


def day_of(text: str, today: datetime.date) -> str | None:
    """The date as it is stored: a day, a month or a year; None when it is none of them."""
    if _LESS_THAN_A_DAY.fullmatch(text.strip()):
        return text.strip()
    try:
        return read_day(text, today).isoformat()
    except NotADay:
        return None


# What it becomes


def cases(rows: Iterable[TableRow], today: datetime.date) -> Iterator[Case | Document]:
    """The rows as the package's metadata, in the order of the table. They are without faults."""
    grouped: dict[str, list[TableRow]] = {}
    for row in rows:
        grouped.setdefault(row.reference, []).append(row)
    if set(grouped) == {""}:
        number = count(1)
        yield from (_document(row, str(next(number)), today) for row in grouped[""])
        return
    for reference, of_one in grouped.items():
        dated = sorted(filter(None, (day_of(row.date, today) for row in of_one if row.date)))
        yield Case(
            reference=reference,
            title=next((row.case_title for row in of_one if row.case_title), of_one[0].title),
            status="Stängt",
            dates=Dates(created=dated[0] if dated else None, closed=dated[-1] if dated else None),
            documents=tuple(
                _document(row, f"{reference}:{number}", today, number) for number, row in enumerate(of_one, 1)
            ),
        )


def _document(row: TableRow, reference: str, today: datetime.date, number: int | None = None) -> Document:
    return Document(
        reference=reference,
        title=row.title,
        kind=row.kind or None,
        number=number,
        dates=Dates(created=day_of(row.date, today) if row.date else None),
        restrictions=(Restriction(RestrictionKind.SECRECY, row.law),) if row.law else (),
        files=(Attachment(row.path),),
    )
