"""Inventories sent as files. A file is read to its end and shown before anything is written.

Confirming reads it again, in one transaction: either exactly what was shown is written, or nothing.
"""

import dataclasses
import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium import audit
from consortium.access.permissions import Permission
from consortium.audit_events import Event
from consortium.models import User
from consortium.swedish import swedish_key
from deliveries import editing, systems
from deliveries.inventory_columns import BY_FIELD
from deliveries.inventory_file import FIELDS, Reader, Reading, Wanted, contradictions, digest, shown
from deliveries.models import InventoryImport, SourceSystem, SystemInventory
from deliveries.models.systems import folded
from governance.models import Municipality

MOST_SHOWN = 300
FORGOTTEN_AFTER = datetime.timedelta(days=7)


class HasFaults(Exception):
    """A file with faults is not read in, not even in part."""


class ReadInAlready(Exception):
    """The file was confirmed before."""


class PreviewOutdated(Exception):
    """The inventory has changed since the preview, so what was seen is not what would be written."""


@dataclass(frozen=True)
class Change:
    """What the file would do with one system in one municipality."""

    kind: str  # new, changed, unchanged
    wanted: Wanted
    values: dict[str, Any]  # only what would be written
    differences: list[tuple[str, str, str]]  # column, before, after
    revision: int = 0
    row: SystemInventory | None = None


@transaction.atomic
def upload(
    content: bytes,
    filename: str,
    *,
    by: User,
    municipality: Municipality | None = None,
    register_systems: bool = False,
) -> InventoryImport:
    """Read the file and keep it with its preview. What was never confirmed goes: the person's own, and all old ones."""
    reader = _reader(by, municipality, register_systems)
    reading = reader.read(content)
    changes = _compare(reading)
    old = Q(uploaded_by=by) | Q(uploaded_at__lt=timezone.now() - FORGOTTEN_AFTER)
    InventoryImport.objects.filter(old, confirmed_at=None).delete()
    return InventoryImport.objects.create(
        municipality=municipality,
        register_systems=register_systems,
        filename=filename[-200:],
        content=content,
        uploaded_by=by,
        summary=_summary(reading, changes),
        digest=_digest(reading, changes),
    )


def confirm(sent: InventoryImport, *, by: User) -> InventoryImport:
    """Write what the preview showed. If anything has moved since, nothing is written and the preview is made anew."""
    try:
        with transaction.atomic():
            return _confirm(sent, by=by)
    except (PreviewOutdated, systems.NameTaken, IntegrityError):
        _look_again(sent, by=by)
        raise PreviewOutdated(
            _("Inventeringen har ändrats sedan förhandsvisningen. Inget är inläst. Granska den nya och bekräfta igen.")
        ) from None


def _confirm(sent: InventoryImport, *, by: User) -> InventoryImport:
    sent = InventoryImport.objects.select_for_update(of=("self",)).get(pk=sent.pk)
    if sent.confirmed_at:
        raise ReadInAlready(_("Filen är redan inläst."))
    reading = _reader(by, sent.municipality, sent.register_systems).read(bytes(sent.content))
    changes = _compare(reading, lock=True)
    if reading.fault_count:
        raise HasFaults(_("Filen har fel och kan inte läsas in. Rätta raderna och ladda upp den igen."))
    if _digest(reading, changes) != sent.digest:
        raise PreviewOutdated
    _write(changes, by=by)
    for place, count in _count_by_place(changes).items():
        audit.record(by=by, what=Event.INVENTORY_IMPORTED, target=sent, place=place, **count)
    sent.confirmed_at, sent.content = timezone.now(), b""
    sent.save(update_fields=["confirmed_at", "content"])
    return sent


def _look_again(sent: InventoryImport, *, by: User) -> None:
    reading = _reader(by, sent.municipality, sent.register_systems).read(bytes(sent.content))
    changes = _compare(reading)
    sent.summary, sent.digest = _summary(reading, changes), _digest(reading, changes)
    sent.save(update_fields=["summary", "digest"])


def _reader(by: User, municipality: Municipality | None, register_systems: bool) -> Reader:
    return Reader(
        editable=list(Municipality.objects.where_may(by, Permission.PROJECT_EDIT)),
        known=list(Municipality.objects.where_may(by, Permission.PROJECT_READ)),
        municipality=municipality,
        register_systems=register_systems,
    )


def _compare(reading: Reading, *, lock: bool = False) -> list[Change]:
    places = {code for code, _name in reading.wanted}
    rows = SystemInventory.objects.filter(municipality__in=places).select_related("system")
    if lock:
        rows = rows.select_for_update(of=("self",))
    held = {(row.municipality_id, row.system_id): row for row in rows}
    changes = []
    for wanted in reading.wanted.values():
        row = held.get((wanted.municipality.code, wanted.system_id or 0))
        changes.append(_change(wanted, row))
        for name, found, remedy in _clashes(changes[-1], wanted):
            reading.fault(wanted.lines[0], str(BY_FIELD[name].label), found, remedy)
    return sorted(changes, key=lambda each: (swedish_key(each.wanted.municipality.name), swedish_key(each.wanted.name)))


def _change(wanted: Wanted, row: SystemInventory | None) -> Change:
    """An empty cell changes nothing; a day of retirement that has passed means that the system is not in use."""
    said = {name: value for name, value in wanted.values.items() if value not in ("", None)}
    ended = said.get("retired_on")
    if ended and ended <= timezone.localdate():
        said.setdefault("in_use", False)
    before = row or SystemInventory()
    new = {name: value for name, value in said.items() if row is None or getattr(before, name) != value}
    differences = [
        (str(BY_FIELD[name].label), shown(name, getattr(before, name)) if row else "", shown(name, new[name]))
        for name in FIELDS
        if name in new
    ]
    kind = "new" if row is None else "changed" if new else "unchanged"
    return Change(kind, wanted, new, differences, row.revision if row else 0, row)


def _clashes(change: Change, wanted: Wanted) -> Iterator[tuple[str, str, str]]:
    """What the file says may contradict what the inventory says already."""
    if change.row and not list(contradictions(wanted.values)):
        yield from contradictions({**{name: getattr(change.row, name) for name in FIELDS}, **change.values})


def _digest(reading: Reading, changes: Sequence[Change]) -> str:
    return digest(
        [
            [each.kind, each.wanted.municipality.code, each.wanted.name, sorted(each.values.items()), each.revision]
            for each in changes
        ]
        + [sorted(reading.new_systems)]
    )


def _write(changes: Iterable[Change], *, by: User) -> None:
    now, registered, fresh = timezone.now(), dict[str, SourceSystem](), list[SystemInventory]()
    for each in changes:
        if each.kind == "new":
            system_id = each.wanted.system_id or _registered(each.wanted.name, registered, by=by).pk
            fresh.append(
                SystemInventory(
                    municipality=each.wanted.municipality,
                    system_id=system_id,
                    edited_at=now,
                    edited_by=by,
                    **each.values,
                )
            )
        elif each.kind == "changed" and each.row:
            for name, value in each.values.items():
                setattr(each.row, name, value)
            each.row.revision += 1
            editing.sign(each.row, by=by)
            each.row.save()
    SystemInventory.objects.bulk_create(fresh, batch_size=1000)


def _registered(name: str, registered: dict[str, SourceSystem], *, by: User) -> SourceSystem:
    if folded(name) not in registered:
        registered[folded(name)] = systems.register({"name": name}, by=by)
    return registered[folded(name)]


def _count_by_place(changes: Iterable[Change]) -> dict[Municipality, dict[str, int]]:
    counts: dict[Municipality, dict[str, int]] = {}
    for each in changes:
        count = counts.setdefault(each.wanted.municipality, {"new": 0, "changed": 0, "unchanged": 0})
        count[each.kind] += 1
    return counts


def _summary(reading: Reading, changes: Sequence[Change]) -> dict[str, Any]:
    """Plain values for the preview: all figures, and the beginning of the long lists."""
    moving = [each for each in changes if each.kind != "unchanged"]
    merged = [each.wanted for each in changes if len(each.wanted.lines) > 1]
    return {
        "rows": reading.rows,
        **{kind: sum(each.kind == kind for each in changes) for kind in ("new", "changed", "unchanged")},
        "merged_count": len(merged),
        "merged": [
            {
                "municipality": each.municipality.name,
                "system": each.name,
                "names": each.names[:10],
                "lines": each.lines[:20],
                "count": len(each.lines),
            }
            for each in merged[:MOST_SHOWN]
        ],
        "changes": [
            {
                "kind": each.kind,
                "municipality": each.wanted.municipality.name,
                "system": each.wanted.name,
                "unregistered": each.wanted.system_id is None,
                "lines": each.wanted.lines[:20],
                "differences": [list(difference) for difference in each.differences],
            }
            for each in moving[:MOST_SHOWN]
        ],
        "new_systems": sorted(reading.new_systems.values(), key=swedish_key),
        "ignored": reading.ignored,
        "fault_count": reading.fault_count,
        "faults": [dataclasses.asdict(fault) for fault in reading.faults],
    }
