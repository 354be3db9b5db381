"""The search indexes follow the database: `index_due` on the row is the queue, one writer at a time moves it.

Everything here may be killed anywhere and run again: rows are let go only after the index has committed them, and only
if they have not changed since they were read. An index that is lost, damaged or of an older shape is built anew.
"""

import contextlib
import logging
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence

from django.db import connection, transaction

from archive import search
from archive.describing import describe
from archive.index_entries import Row, public_entry, rows, staff_entry, with_numbered_files
from archive.models import ArchivalUnit
from archive.search import generations, writing
from archive.search.schema import Entry

__all__ = ["BeingWritten", "describe", "follow", "heal", "rebuild"]

log = logging.getLogger(__name__)
_ONE_WRITER = 0x5A4D49
BATCH = 1000
Progress = Callable[[str, int, int], None]  # which index, done, of how many


class BeingWritten(Exception):
    """Another process writes the index just now; what is due here it takes along, or the sweep does."""


def follow(limit: int = 20_000) -> int:
    """Bring both indexes up to date with the rows that are due; how many. Nothing when another process does it."""
    try:
        with _only_writer():
            heal()
            return _follow(limit)
    except BeingWritten:
        return 0


def heal(progress: Progress | None = None) -> list[str]:
    """Build what cannot be used; which ones. The caller is the only writer."""
    lost = [which for which in (search.PUBLIC, search.STAFF) if generations.current(search.folder(which)) is None]
    for which in lost:
        log.warning("Search index %s is lost or of another shape: building it from the database.", which)
        _rebuild(which, progress)
    return lost


def rebuild(progress: Progress | None = None) -> None:
    """Both indexes anew from the database, each put in place when whole. Raises BeingWritten."""
    with _only_writer():
        for which in (search.PUBLIC, search.STAFF):
            _rebuild(which, progress)


@contextlib.contextmanager
def _only_writer() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [_ONE_WRITER])
        if not cursor.fetchone()[0]:
            raise BeingWritten
        try:
            yield
        finally:
            cursor.execute("select pg_advisory_unlock(%s)", [_ONE_WRITER])


def _follow(limit: int) -> int:
    moved = 0
    with contextlib.ExitStack() as stack:
        writers: dict[str, writing.Writer] = {}
        while moved < limit and (due := _due(min(BATCH, limit - moved))):
            for which in (search.PUBLIC, search.STAFF):
                if which not in writers:
                    writers[which] = stack.enter_context(contextlib.closing(_writer(which)))
            _write(due, writers)
            _let_go(due)
            moved += len(due)
    return moved


def _writer(which: str) -> writing.Writer:
    path = generations.current(search.folder(which))
    if path is None:
        raise search.IndexAway(which)
    return writing.Writer(path)


def _due(number: int) -> list[Row]:
    """What leaves the public first, then the longest waiting."""
    due = ArchivalUnit.objects.due_for_index().order_by("index_due")
    leaving = list(rows(due.filter(withdrawal__isnull=False))[:number])
    others = rows(due.filter(withdrawal=None))[: number - len(leaving)]
    return [Row(*values) for values in (*leaving, *others)]


def _write(due: Sequence[Row], writers: dict[str, writing.Writer]) -> None:
    public = ArchivalUnit.objects.public().filter(pk__in=[row.id for row in due])
    open_now = set(public.values_list("pk", flat=True))
    numbered = with_numbered_files(public)
    entries = {row.id: public_entry(row) for row in due if row.id in open_now - numbered}
    for row in due:
        if entry := entries.get(row.id):
            writers[search.PUBLIC].put(entry)
        else:
            writers[search.PUBLIC].remove(row.id)
        writers[search.STAFF].put(staff_entry(row))
    _close_those_with_personal_numbers(pk for pk in open_now if not entries.get(pk))
    for writer in writers.values():
        writer.commit()


def _close_those_with_personal_numbers(units: Iterable[uuid.UUID]) -> None:
    if found := list(units):
        log.error("%d public units held a personal identity number and are closed.", len(found))
        ArchivalUnit.objects.filter(pk__in=found).update(holds_personal_number=True)


def _let_go(due: Sequence[Row]) -> None:
    """Out of the queue, unless changed since it was read; back on the day it opens, when that is still to come."""
    table = connection.ops.quote_name(ArchivalUnit._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"update {table} unit set index_due = case when unit.access = 'public'"  # noqa: S608  # our own table
            " and unit.public_from > clock_timestamp() then unit.public_from end"
            " from unnest(%s::uuid[], %s::timestamptz[]) as done (id, due)"
            " where unit.id = done.id and unit.index_due = done.due",
            [[row.id for row in due], [row.index_due for row in due]],
        )


def _rebuild(which: str, progress: Progress | None) -> None:
    folder = search.folder(which)
    folder.mkdir(parents=True, exist_ok=True)
    generations.tidy(folder)
    units = ArchivalUnit.objects.public() if which == search.PUBLIC else ArchivalUnit.objects.all()
    total = units.count()
    entries = _counted(_entries(which), which, total, progress) if progress else _entries(which)
    generations.take_into_use(writing.build(folder, entries, total=total))


def _counted(entries: Iterable[Entry], which: str, total: int, progress: Progress) -> Iterator[Entry]:
    number = 0
    for number, entry in enumerate(entries, 1):
        if number % 1000 == 0:
            progress(which, number, total)
        yield entry
    progress(which, number, number)


def _entries(which: str) -> Iterator[Entry]:
    units = ArchivalUnit.objects.public() if which == search.PUBLIC else ArchivalUnit.objects.all()
    closed = []
    with transaction.atomic():  # one snapshot, read as a stream
        numbered = with_numbered_files(units) if which == search.PUBLIC else set()
        for values in rows(units.order_by()).iterator(chunk_size=2000):
            row = Row(*values)
            if which == search.STAFF:
                yield staff_entry(row)
            elif (entry := public_entry(row)) and row.id not in numbered:
                yield entry
            else:
                closed.append(row.id)
    _close_those_with_personal_numbers(closed)
