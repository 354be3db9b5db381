"""What the search indexes are told of a unit; the public one nothing but what is public, and no personal number."""

import datetime
import re
import uuid
from typing import Any, NamedTuple

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When

from archive.models import ArchivalUnit
from archive.search.schema import Entry
from consortium import personal_numbers
from consortium.models.leases import DatabaseNow
from consortium.swedish import swedish_key

_DIGITS = re.compile(r"\d+")
LONGEST_ORDER = 80
_LEVELS = {level.value: str(level.label) for level in ArchivalUnit.Level}


class Row(NamedTuple):
    id: uuid.UUID
    index_due: datetime.datetime | None
    parent: uuid.UUID | None
    owner: str
    owner_name: str
    owner_official_name: str
    creator: str
    level: str
    kind: str
    reference: str
    designation: str
    title: str
    internal_title: str
    description: str
    dated_from: datetime.date | None
    dated_to: datetime.date | None
    parent_open: bool
    parent_reference: str | None
    parent_designation: str | None


_COLUMNS = (
    *("id", "index_due", "parent_id", "owner_id", "owner__name", "owner__official_name", "aip__records_creator__name"),
    *("level", "kind", "reference", "property_designation", "title", "internal_title", "description"),
    *("dated_from", "dated_to", "parent_open", "parent__reference", "parent__property_designation"),
)
_PARENT_OPEN = Q(
    parent__access=ArchivalUnit.Access.PUBLIC,
    parent__withdrawal=None,
    parent__holds_personal_number=False,
    parent__public_from__lte=DatabaseNow(),
)


def rows(units: "QuerySet[ArchivalUnit]") -> "QuerySet[ArchivalUnit, tuple[Any, ...]]":
    """One plain tuple per unit: a million of them are read at a rebuild."""
    parent_open = Case(When(_PARENT_OPEN, then=Value(True)), default=Value(False), output_field=BooleanField())
    return units.annotate(parent_open=parent_open).values_list(*_COLUMNS)


def with_numbered_files(units: "QuerySet[ArchivalUnit]") -> set[uuid.UUID]:
    """Those with a personal number in the name of a file."""
    paths = units.filter(files__path__regex=r"[0-9]{6}").values_list("pk", "files__path").order_by()
    return {pk for pk, path in paths.iterator() if personal_numbers.holds_one(path)}


def public_entry(row: Row) -> Entry | None:
    """None when a personal number is found after all: such a unit is not indexed, whatever its row says."""
    above = (row.parent_reference, row.parent_designation) if row.parent_open else ()
    entry = _entry(row, row.title, row.description, above)
    said = (entry.title, entry.body, entry.kind, *entry.numbers)
    return None if any(map(personal_numbers.holds_one, said)) else entry


def staff_entry(row: Row) -> Entry:
    """The internal title too; personal numbers are left out, for nobody is searched by them here either."""
    above = (row.parent_reference, row.parent_designation)
    hidden = personal_numbers.hidden
    return _entry(row, hidden(row.title), hidden(f"{row.internal_title} {row.description}"), above)


def _entry(row: Row, title: str, about: str, above: tuple[str | None, ...]) -> Entry:
    level = _LEVELS[row.level]
    return Entry(
        id=row.id,
        title=title,
        municipality=row.owner,
        parent=row.parent,
        kind=row.kind or level,
        body=" ".join((about, row.kind, level, row.creator, row.owner_name, row.owner_official_name)),
        numbers=tuple(number for number in (row.reference, row.designation, *above) if number),
        dated_from=row.dated_from,
        dated_to=row.dated_to,
        title_order=natural_key(title),
    )


def natural_key(title: str) -> str:
    """Swedish order with numbers by size: § 2 before § 10."""
    return _DIGITS.sub(lambda digits: digits[0].zfill(10), swedish_key(title[:LONGEST_ORDER]))
