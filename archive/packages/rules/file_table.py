"""Plain files with a table: a CSV that lists them, as small systems and paper projects deliver.

Columns are found by their headings, Swedish or English; the separator and the encoding by looking.
"""

import csv
from collections.abc import Iterator

from archive.packages.container import Member, Tree
from archive.packages.listing import Listing, lines_of

_HEADINGS = {
    "path": ("fil", "filnamn", "sökväg", "path", "file", "filename", "filepath", "länk", "fil_namn"),
    "digest": ("kontrollsumma", "checksum", "hash", "sha256", "sha-256", "sha512", "sha-512", "md5", "sha1", "sha-1"),
    "algorithm": ("algoritm", "algorithm", "kontrollsummetyp", "metod", "checksumtype"),
    "size": ("storlek", "size", "bytes", "byte", "filstorlek"),
}
_NAMES = ("filer", "fillista", "filförteckning", "filforteckning", "index", "innehåll", "metadata", "files", "manifest")
_SEPARATORS = ";,\t|"
_MOST_BYTES = 4 << 30


def find_table(tree: Tree) -> Member | None:
    """The table lies at the top and is called what such tables are called, or is the only CSV there."""
    tables = [member for member in _top(tree) if member.path.lower().endswith((".csv", ".tsv"))]
    named = [member for member in tables if member.path.lower().rpartition(".")[0] in _NAMES]
    if len(named) == 1:
        return named[0]
    return tables[0] if len(tables) == 1 else None


def _top(tree: Tree) -> Iterator[Member]:
    return (member for member in tree.members() if "/" not in member.path)


def recognise(tree: Tree) -> bool:
    table = find_table(tree)
    return table is not None and "path" in _columns(_first_row(tree, table)[0])


def judge(listing: Listing) -> None:
    table = find_table(listing.tree)
    if table is None:
        listing.add("TABELL-SAKNAS", "", expected="filer.csv", reason="missing")
        return
    headings, separator, encoding = _first_row(listing.tree, table)
    columns = _columns(headings)
    if "path" not in columns:
        listing.add("TABELL-KOLUMN", table.path, ", ".join(headings)[:200], "Fil", line=1)
        return
    listing.listed[table.number] = 1
    _rows(listing, table, columns, headings, separator, encoding)
    for number, path in listing.numbered():
        if not listing.listed[number]:
            listing.add("TABELL-OLISTAD", path, path, table.path)


def _rows(
    listing: Listing, table: Member, columns: dict[str, int], headings: list[str], separator: str, encoding: str
) -> None:
    for number, row in _numbered(listing, table, separator, encoding):
        if len(row) < len(headings):
            listing.add("TABELL-RAD", table.path, len(row), len(headings), line=number)
        values = {name: row[at].strip() for name, at in columns.items() if at < len(row)}
        name = values.get("path", "").replace("\\", "/").removeprefix("./").lstrip("/")
        if not name:
            listing.add("TABELL-RAD", table.path, None, headings[columns["path"]], line=number, reason="empty")
            continue
        before = listing.tree.find_number(name)
        if before is not None and listing.listed[before]:
            listing.add("TABELL-DUBBLETT", table.path, name, line=number)
        algorithm = values.get("algorithm") or headings[columns["digest"]] if "digest" in columns else ""
        size = values.get("size", "").replace("\u00a0", "").replace(" ", "")
        digest = values.get("digest", "")
        listing.expect(name, table.path, number, digest=digest, algorithm=algorithm, size=size)


def _numbered(listing: Listing, table: Member, separator: str, encoding: str) -> Iterator[tuple[int, list[str]]]:
    """The rows after the headings with the line each begins on; reading ends where the table is no table any more."""
    began = 0

    def lines() -> Iterator[str]:
        nonlocal began
        for number, text in lines_of(listing.tree, table.path, _MOST_BYTES, encoding):
            began = began or number
            yield text + "\n"

    rows = csv.reader(lines(), delimiter=separator)
    try:
        next(rows, None)
        began = 0
        for row in rows:
            yield began, row
            began = 0
    except csv.Error as error:
        listing.add("TABELL-RAD", table.path, str(error), line=began, reason="broken")


def _first_row(tree: Tree, table: Member) -> tuple[list[str], str, str]:
    """Headings, separator and encoding."""
    head = next(iter(tree.chunks(table)), b"")
    encoding = "utf-8"
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.end < len(head) - 4:
            encoding = "cp1252"
        text = head.decode(encoding, "replace")
    first = text.removeprefix("\ufeff").partition("\n")[0].rstrip("\r")
    separator = max(_SEPARATORS, key=first.count)
    try:
        headings = [cell.strip() for cell in next(csv.reader([first], delimiter=separator), [])]
    except csv.Error:
        headings = []
    return headings, separator, encoding


def _columns(headings: list[str]) -> dict[str, int]:
    lowered = [heading.casefold() for heading in headings]
    found: dict[str, int] = {}
    for meaning, names in _HEADINGS.items():
        at = next((lowered.index(name) for name in names if name in lowered), None)
        if at is not None:
            found[meaning] = at
    return found
