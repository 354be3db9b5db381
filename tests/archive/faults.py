"""A worker in a process of its own that can be made to die, stop or lose its database at any of its side effects.

The hooks are put in by the child after the fork: production code knows nothing of them. `work` is what the tasks do
with a package, step after step; `assert_nothing_lost` is what must hold at every moment, whatever happened.
"""

import builtins
import contextlib
import hashlib
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import DatabaseError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.models import Count

from archive import indexing, ingest, receipts, storage, tasks
from archive.models import AIP, SIP, PreservationEvent, Receipt, StorageCopy
from archive.packages.packing import TarPacker
from archive.stores.folder import FolderStore
from consortium.models import Superseded
from consortium.models.leases import database_now

FINISHED = 0
FAILED = 1
UNENDING = 400
Act = Callable[[str], None]
Kind = PreservationEvent.Kind


def work(aip_id: object) -> None:
    """The three tasks one after the other, without a queue between them."""
    tasks._step(str(aip_id), AIP.Status.STORING, ingest.build_and_store)
    tasks._step(str(aip_id), AIP.Status.STORED, indexing.describe)
    tasks._step(str(aip_id), AIP.Status.DESCRIBED, receipts.confirm)


def time_passes(aip: AIP) -> None:
    """The dead worker's lease lapses, and what was put off is due."""
    AIP.objects.filter(pk=aip.pk).update(lease_until=None)
    AIP.objects.filter(pk=aip.pk).exclude(due_at=None).update(due_at=database_now())


# A child with points


class Points:
    """Counts side effects; at the n-th, just before it happens, something else does."""

    def __init__(self, at: int, act: Act, only: str = "") -> None:
        self.passed = 0
        self._at, self._act, self._only = at, act, only

    def __call__(self, what: str) -> None:
        if what.startswith(self._only):
            self.passed += 1
            if self.passed == self._at:
                self._act(what)

    def install(self) -> None:
        for name in ("write", "fsync", "link", "replace", "unlink", "mkdir", "close"):
            setattr(os, name, self._before(f"file {name}", getattr(os, name)))
        setattr(TarPacker, "add", self._before("file tar", TarPacker.add))  # noqa: B010
        opened = builtins.open

        def opening(file: Any, mode: str = "r", *rest: Any, **more: Any) -> Any:
            if set(mode) & set("wxa+"):
                self("file open")
            return opened(file, mode, *rest, **more)

        builtins.open = opening
        setattr(DatabaseWrapper, "_commit", self._before("sql commit", getattr(BaseDatabaseWrapper, "_commit")))  # noqa: B009, B010
        connection.execute_wrappers.append(self._statement)

    def _before(self, what: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            self(what)
            return real(*args, **kwargs)

        return call

    def _statement(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.lstrip().lower().startswith("select"):
            self(f"sql {sql[:30]}")
        return execute(sql, params, many, context)


def die(_: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def sleep(_: str) -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def lose_the_database(_: str) -> None:
    """As a failover does: the session is gone, and the client learns of it with its next statement."""
    assert connection.connection
    mine = connection.connection.info.backend_pid
    with psycopg.connect(connection.connection.info.dsn, password=connection.connection.info.password) as other:
        other.execute("select pg_terminate_backend(%s, 5000)", [mine])


def start(aip: AIP, points: Points, prepare: Callable[[], None] | None = None) -> int:
    """A worker on this package; its process id."""
    connections.close_all()
    sys.stderr.flush()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid:
        return pid
    code = FAILED
    try:
        if prepare:
            prepare()
        points.install()
        work(aip.pk)
        code = FINISHED
    except (DatabaseError, Superseded):
        pass
    except BaseException:
        traceback.print_exc()
        code = 99
    finally:
        sys.stderr.flush()
        os._exit(code)


def ended(pid: int) -> int:
    """How the worker ended: its exit code, or minus the signal."""
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def run(aip: AIP, points: Points, prepare: Callable[[], None] | None = None) -> int:
    return ended(start(aip, points, prepare))


def every_point() -> Iterator[int]:
    """1, 2, 3 … until the caller breaks off, having seen a worker that reached no such point."""
    yield from range(1, UNENDING)
    raise AssertionError(f"The work has more than {UNENDING} side effects, or never ends.")


# What must hold


def assert_nothing_lost(*only: AIP, finished: bool = False) -> None:
    """Reliability invariants I1–I4 and I7, for these packages or all there are."""
    chosen = AIP.objects.filter(pk__in=[aip.pk for aip in only]) if only else AIP.objects.all()
    for aip in chosen.select_related("sip"):
        _assert_proven(aip)
        _assert_bytes_exist(aip)
        _assert_once(aip)
        if finished:
            assert aip.status == AIP.Status.CONFIRMED, (aip.status, aip.trouble)
        elif aip.status not in (AIP.Status.CONFIRMED, AIP.Status.NEEDS_PERSON):
            assert aip.due_at or aip.lease_until, "nobody would ever ring for it"  # I3
    doubled = AIP.objects.values("sip").annotate(n=Count("pk")).filter(n__gt=1)
    assert not doubled.exists()
    if not only:
        _assert_chain()


def _assert_proven(aip: AIP) -> None:
    """I1: STORED means N copies whose bytes, read now, have the digest."""
    if aip.status in (AIP.Status.STORED, AIP.Status.DESCRIBED, AIP.Status.CONFIRMED):
        assert storage.proven_copies(aip) == storage.copies_wanted()
    for copy in StorageCopy.objects.filter(aip=aip, state=StorageCopy.State.VERIFIED):
        assert _digest_in_store(copy) == copy.sha256  # I7: no row without its bytes


def _assert_bytes_exist(aip: AIP) -> None:
    """I2: until the receipt the source is whole; from then on the copies are."""
    if not Receipt.objects.filter(aip=aip).exists():
        assert hashlib.sha256(aip.sip.path.read_bytes()).hexdigest() == aip.sip.sha256
    else:
        assert aip.status == AIP.Status.CONFIRMED
        assert SIP.objects.get(pk=aip.sip_id).status == SIP.Status.ARCHIVED
    if aip.sha256:
        assert aip.content_files.count() == aip.files


def _assert_once(aip: AIP) -> None:
    """I4: effects happen once."""
    kinds = list(PreservationEvent.objects.filter(aip_id=aip.pk).values_list("kind", flat=True))
    for kind, most in ((Kind.CREATION, 1), (Kind.INGESTION, 1), (Kind.DELETION, 1)):
        assert kinds.count(kind) <= most, kinds
    assert kinds.count(Kind.REPLICATION) <= storage.copies_wanted()
    assert len(kinds) <= 5 or Kind.FIXITY_CHECK in kinds


def _assert_chain() -> None:
    previous = None
    for event in PreservationEvent.objects.order_by("id"):
        assert event.seal() == event.hash
        assert previous is None or event.previous_hash == previous
        previous = event.hash


def _digest_in_store(copy: StorageCopy) -> str:
    store = storage.store_named(copy.store)
    return storage.digest_of(store, copy.key)


def assert_tidy() -> None:
    """Nothing of the dead is left once it has been swept; what lives was not swept."""
    leftovers = list((settings.WORK_DIR / "aips").glob("*"))
    for name in settings.ARCHIVE_STORES:
        store = storage.store_named(name)
        if isinstance(store, FolderStore):
            leftovers += (store.folder / ".skrivs").glob("*")
    for path in leftovers:
        _make_old(path)
    with contextlib.suppress(FileNotFoundError):
        ingest.sweep()
    receipts.sweep()
    storage.sweep()
    assert [path for path in leftovers if path.exists()] == []
    assert not [sip for sip in SIP.objects.filter(status=SIP.Status.ARCHIVED) if sip.path.exists()]


def _make_old(path: Path) -> None:
    long_ago = path.stat().st_mtime - 30 * 86400
    os.utime(path, (long_ago, long_ago))


def finish(aip: AIP) -> None:
    """Time passes, the bell rings, and a healthy worker does the rest."""
    time_passes(aip)
    work(aip.pk)
    aip.refresh_from_db()
