"""A file of inventory rows, read to the end before anything is written: what it would change, and every fault by row.

Rows about the same system under different names become one; where they contradict each other a person decides.
"""

import datetime
import difflib
import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from consortium import tables
from deliveries import systems
from deliveries.inventory_columns import BY_FIELD, COLUMNS, Heading, Wrong, heading
from deliveries.models import SystemInventory
from deliveries.models.systems import folded
from governance.models import Municipality

MOST_FAULTS, MOST_NEW_SYSTEMS, MOST_LETTERS, LONGEST_SHOWN = 1_000, 500, 80, 60
FIELDS = tuple(column.field for column in COLUMNS if column.field not in ("municipality", "system"))
_NEAR = 0.85  # nearer than this is a slip of the pen, not a new system


@dataclass(frozen=True)
class Fault:
    line: int
    column: str
    found: str
    remedy: str


@dataclass
class Wanted:
    """What the file says of one system in one municipality."""

    municipality: Municipality
    name: str  # the system's name in the register, or as written when it is new
    system_id: int | None
    values: dict[str, Any] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    said_on: dict[str, int] = field(default_factory=dict)


@dataclass
class Reading:
    wanted: dict[tuple[str, str], Wanted] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    fault_count: int = 0
    rows: int = 0
    ignored: list[str] = field(default_factory=list)
    new_systems: dict[str, str] = field(default_factory=dict)  # folded → as written

    def fault(self, line: int, column: str, found: str, remedy: str) -> None:
        self.fault_count += 1
        if len(self.faults) < MOST_FAULTS:
            shown = found if len(found) <= LONGEST_SHOWN else f"{found[:LONGEST_SHOWN]}…"
            self.faults.append(Fault(line, column, shown, remedy))


@dataclass
class Reader:
    """Reads one file for one writer: the municipalities that may be changed, and those the writer knows of."""

    editable: Collection[Municipality]
    known: Collection[Municipality]
    municipality: Municipality | None = None  # for rows without a municipality of their own
    register_systems: bool = False

    def __post_init__(self) -> None:
        self.names = systems.Names.load()
        self.may_edit = {each.code for each in self.editable}
        self.places = {folded(name): each for each in self.known for name in (each.code, each.name, each.official_name)}
        self.nearest_place: dict[str, str] = {}
        self.nearest_system: dict[str, tuple[str, float]] = {}

    def read(self, content: bytes) -> Reading:
        """Raises Unreadable or WrongColumns when the file as a whole is none that we take."""
        rows = tables.read(content)
        head = heading(next(rows).cells, municipality_given=self.municipality is not None)
        reading = Reading(ignored=head.ignored)
        for row in rows:
            reading.rows += 1
            self._take(row, head, reading)
        for wanted in reading.wanted.values():
            for name, found, remedy in contradictions(wanted.values):
                reading.fault(wanted.said_on.get(name, wanted.lines[0]), str(BY_FIELD[name].label), found, remedy)
        return reading

    def _take(self, row: tables.Row, head: Heading, reading: Reading) -> None:
        cells = {column.field: row.cells[at] for at, column in head.places.items() if at < len(row.cells)}
        before = reading.fault_count
        place = self._place(row.line, cells.get("municipality", ""), reading)
        system = self._system(row.line, cells.get("system", ""), reading)
        values = dict(self._values(row.line, cells, reading))
        if place is None or system is None or reading.fault_count > before:
            return
        name, system_id, version = system
        values.setdefault("version", version)
        key = (place.code, folded(name))
        wanted = reading.wanted.setdefault(key, Wanted(place, name, system_id))
        _merge(wanted, values, row.line, cells["system"], reading)

    def _place(self, line: int, name: str, reading: Reading) -> Municipality | None:
        label = str(BY_FIELD["municipality"].label)
        if not name and self.municipality:
            return self.municipality
        if not name:
            reading.fault(line, label, "", _("Skriv vilken kommun raden gäller."))
            return None
        found = self.places.get(folded(name))
        if found is None:
            reading.fault(line, label, name, self._unknown_place(name))
        elif found.code not in self.may_edit:
            reading.fault(
                line, label, name, _("Din roll får inte ändra inventeringen för %(name)s.") % {"name": found.name}
            )
            return None
        elif self.municipality and found.code != self.municipality.code:
            reading.fault(
                line,
                label,
                name,
                _("Filen läses in för %(name)s. Ta bort raden, eller välj att läsa efter kolumnen Kommun.")
                % {"name": self.municipality.name},
            )
            return None
        return found

    def _unknown_place(self, name: str) -> str:
        if name not in self.nearest_place and len(self.nearest_place) < MOST_FAULTS:
            bare = folded(name).removesuffix("kommun").removesuffix("stad")
            names = {folded(each.name): each.name for each in self.known}
            near = difflib.get_close_matches(bare, names, n=1) or difflib.get_close_matches(folded(name), names, n=1)
            self.nearest_place[name] = names[near[0]] if near else ""
        if near_name := self.nearest_place.get(name):
            return _("Kommunen är okänd. Menade du %(name)s?") % {"name": near_name}
        return _("Kommunen är okänd. Skriv kommunens namn eller fyrsiffriga kod.")

    def _system(self, line: int, name: str, reading: Reading) -> tuple[str, int | None, str] | None:
        label = str(BY_FIELD["system"].label)
        if not folded(name):
            reading.fault(line, label, name, _("Skriv vilket system raden gäller."))
            return None
        if found := self.names.find(name):
            system, version = found
            return system.name, system.pk, version
        if folded(name) in reading.new_systems:
            return reading.new_systems[folded(name)], None, ""
        if reading.fault_count >= MOST_FAULTS:
            reading.fault(line, label, name, "")  # only counted: looking for the nearest name takes time
            return None
        near, likeness = self._near(name)
        if not self.register_systems or likeness >= _NEAR or len(name) > MOST_LETTERS:
            reading.fault(line, label, name, self._unknown_system(near))
        elif len(reading.new_systems) >= MOST_NEW_SYSTEMS:
            reading.fault(line, label, name, _("Filen har fler än 500 nya system. Dela upp den i flera filer."))
        else:
            return reading.new_systems.setdefault(folded(name), name), None, ""
        return None

    def _unknown_system(self, near: str) -> str:
        if near:
            return _("Systemet är okänt. Menade du %(name)s? Annars: lägg upp systemet i registret först.") % {
                "name": near
            }
        return _("Systemet är okänt. Lägg upp det i registret först, eller välj att nya system läggs upp.")

    def _near(self, name: str) -> tuple[str, float]:
        if name not in self.nearest_system:
            near = self.names.nearest(name)
            likeness = difflib.SequenceMatcher(None, folded(name), folded(near)).ratio() if near else 0.0
            self.nearest_system[name] = (near, likeness)
        return self.nearest_system[name]

    def _values(self, line: int, cells: Mapping[str, str], reading: Reading) -> Iterator[tuple[str, Any]]:
        for name in FIELDS:
            if cell := cells.get(name):
                try:
                    yield name, BY_FIELD[name].read(cell)
                except Wrong as wrong:
                    reading.fault(line, str(BY_FIELD[name].label), cell, str(wrong))


def _merge(wanted: Wanted, values: dict[str, Any], line: int, written: str, reading: Reading) -> None:
    """The first row stands; later rows of the same system add what it does not say."""
    for name, value in values.items():
        held = wanted.values.get(name)
        if name == "version":
            wanted.values[name] = _versions(held, value)
        elif held is not None and held != value:
            reading.fault(
                line,
                str(BY_FIELD[name].label),
                shown(name, value),
                _("Rad %(line)s säger %(held)s om samma system (%(system)s). Behåll det som stämmer.")
                % {"line": wanted.said_on[name], "held": shown(name, held), "system": wanted.name},
            )
        else:
            wanted.values[name] = value
            wanted.said_on[name] = line
    wanted.lines.append(line)
    if written not in wanted.names:
        wanted.names.append(written)


def _versions(held: str | None, value: str) -> str:
    known = [each for each in (held or "").split(", ") if each]
    return ", ".join([*known, value] if value and value not in known else known)[:40]


def contradictions(values: Mapping[str, Any], today: datetime.date | None = None) -> Iterator[tuple[str, str, str]]:
    """What cannot all be true of one system: field, what was found, and how to mend it."""
    begun, ended = values.get("used_from"), values.get("retired_on")
    if begun and ended and ended < begun:
        yield (
            "retired_on",
            ended.isoformat(),
            _("Systemet är avställt före %(day)s, då det togs i drift. Rätta någon av dagarna.")
            % {"day": begun.isoformat()},
        )
    if values.get("in_use") and ended and ended <= (today or timezone.localdate()):
        yield (
            "in_use",
            _("ja"),
            _("Systemet avställdes %(day)s. Skriv nej, eller ta bort dagen.") % {"day": ended.isoformat()},
        )


def shown(name: str, value: Any) -> str:
    """A value as the page writes it."""
    if value is None or value == "":
        return "–"
    sample = SystemInventory(**{name: value})
    if name in ("retention", "personal_data"):
        return str(getattr(sample, f"get_{name}_display")())
    if isinstance(value, bool):
        return _("ja") if value else _("nej")
    return tables.as_text(value).replace(".", ",") if name == "size_gb" else tables.as_text(value)


def digest(entries: Collection[Any]) -> str:
    """Of what would be written: what was confirmed is what was seen."""
    text = json.dumps(entries, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
