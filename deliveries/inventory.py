"""Inventering: what a municipality says of its systems, row by row. Whole files are read in by inventory_import.py."""

import datetime
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from consortium import audit
from consortium.audit_events import Event
from consortium.models import User
from consortium.sheets import Cell
from deliveries import editing
from deliveries.inventory_columns import COLUMNS
from deliveries.inventory_file import FIELDS, contradictions
from deliveries.models import SourceSystem, SystemInventory
from governance.models import Municipality


class Contradiction(Exception):
    """Two statements about one system cannot both be true. `field` is the one to look at."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


class InventoriedAlready(Exception):
    """The municipality has the system in its inventory; `row` is it."""

    def __init__(self, row: SystemInventory) -> None:
        super().__init__(str(row))
        self.row = row


@transaction.atomic
def add(municipality: Municipality, system: SourceSystem, values: Mapping[str, Any], *, by: User) -> SystemInventory:
    _demand_consistent(values)
    row, made = SystemInventory.objects.get_or_create(
        municipality=municipality,
        system=system,
        defaults={**values, "edited_at": timezone.now(), "edited_by": by},
    )
    if not made:
        raise InventoriedAlready(row)
    audit.record(by=by, what=Event.INVENTORY_CHANGED, target=row, place=municipality, system=system.slug)
    return row


@transaction.atomic
def change(row: SystemInventory, values: Mapping[str, Any], *, seen: int, by: User) -> SystemInventory:
    _demand_consistent({**{name: getattr(row, name) for name in FIELDS}, **values})
    if changed := editing.revise(row, values, seen=seen, by=by):
        audit.record(by=by, what=Event.INVENTORY_CHANGED, target=row, place=row.municipality, changed=changed)
    return row


@transaction.atomic
def remove(row: SystemInventory, *, by: User) -> None:
    """The municipality never had the system. What it had and shut down is kept, with the day."""
    audit.record(by=by, what=Event.INVENTORY_REMOVED, target=row, place=row.municipality, system=row.system.slug)
    row.delete()


def _demand_consistent(values: Mapping[str, Any]) -> None:
    for name, _found, remedy in contradictions(values):
        raise Contradiction(name, remedy)


HEADS = tuple(column.label for column in COLUMNS)


def table(rows: Iterable[SystemInventory]) -> list[list[Cell]]:
    """For a file that can be read in again."""
    return [[column.write(row) for column in COLUMNS] for row in rows]


def template_rows(names: Collection[str], municipality: str = "") -> list[list[Cell]]:
    """For the template: the municipality's line of each system that many have, ready to fill in."""
    return [[municipality, name, *[None] * (len(COLUMNS) - 2)] for name in names]


def ends_before(row: SystemInventory, day: datetime.date) -> bool:
    """The system's support or contract ends before the day: it is urgent to take its records out."""
    return any(end and end <= day for end in (row.end_of_life_on, row.contract_ends_on)) and row.is_in_use()
