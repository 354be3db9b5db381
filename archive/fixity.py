"""Beständighet: every copy is read to its end on a schedule, and a damaged one is replaced from a good one.

The stored digest decides, not a majority (two copies have none). An audit never makes things worse (I6): the good
bytes go beside the bad ones, which stay as evidence; where no copy is good nothing is touched; a store that does not
answer has lost nothing (I8); and when many copies are missing at once it is the store that is suspected.
"""

import datetime
import hashlib
import logging
import os
import time
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from archive import ingest, preservation, receipts, storage
from archive.models import AIP, ArchiveStore, FixityCheck, PreservationEvent, StorageCopy
from archive.storage import CopyDamaged, CopyMissing, StoreFull, StoreUnavailable
from consortium import audit
from consortium.audit_events import Event
from consortium.models import Pulse, User
from consortium.models.leases import DatabaseNow, database_now

FIRST_AUDIT = datetime.timedelta(hours=24)  # by then a lifecycle rule or a cache would have shown itself
BETWEEN_AUDITS = datetime.timedelta(days=90)
AT_A_TIME = datetime.timedelta(minutes=10)
BETWEEN_TIDYINGS = datetime.timedelta(hours=1)
AT_MOST = 500
SAMPLE = 300
_ONE_AUDITOR = 0x5A4D46
log = logging.getLogger(__name__)
Outcome, State = FixityCheck.Outcome, StorageCopy.State


def audit_due(at_a_time: datetime.timedelta = AT_A_TIME) -> int:
    """Read the copies whose time has come, for a while; repair what can be. One auditor at a time."""
    with _only_one() as mine:
        if not mine:
            return 0
        Pulse.beat("fixity")
        _tidy()
        end, read = database_now() + at_a_time, 0
        silent: set[str] = set()
        for copy in _due():
            if copy.store in silent:
                continue
            read += 1
            if audit_copy(copy).outcome == Outcome.NO_ANSWER:
                silent.add(copy.store)
            if database_now() > end:
                break
        for copy in StorageCopy.objects.exclude(state=State.VERIFIED).filter(store__in=settings.ARCHIVE_STORES):
            repair(copy)
        for name in settings.ARCHIVE_STORES:
            fill(name, database_now() + at_a_time)
        return read


def audit_copy(copy: StorageCopy) -> FixityCheck:
    """Read one copy to its end and write down what was found. Changes no byte in any store."""
    aip = copy.aip
    outcome, found = _reading(copy)
    if outcome != Outcome.NO_ANSWER and (disagreement := _database_disagrees(copy)):
        outcome, found = Outcome.DISAGREES, disagreement
    with transaction.atomic():
        now = database_now()
        check = FixityCheck.objects.create(copy=copy, at=now, outcome=outcome, found=found[:200])
        if outcome == Outcome.SOUND:
            StorageCopy.objects.filter(pk=copy.pk).update(state=State.VERIFIED, verified_at=now)
        elif outcome in (Outcome.DAMAGED, Outcome.MISSING):
            StorageCopy.objects.filter(pk=copy.pk).update(state=State(outcome))
        if outcome != Outcome.NO_ANSWER:
            preservation.note(
                PreservationEvent.Kind.FIXITY_CHECK,
                aip=aip,
                outcome="success" if outcome == Outcome.SOUND else "failure",
                store=copy.store,
                key=copy.key,
                found=str(Outcome(outcome).label) + (f": {found}" if found else ""),
            )
    copy.refresh_from_db()
    if outcome != Outcome.SOUND:
        log.error("%s i lager %s: %s %s", aip.number, copy.store, Outcome(outcome).label, found)
    return check


def repair(copy: StorageCopy, *, trusted: bool = False) -> bool:
    """Put good bytes beside the bad ones. False, and nothing touched, where that cannot be done safely."""
    aip = copy.aip
    if copy.state == State.VERIFIED or _database_disagrees(copy) or not (trusted or _store_is_trusted(copy.store)):
        return False
    try:
        key = _bring(aip, copy.store)
    except (StoreUnavailable, OSError) as problem:
        log.warning("%s kunde inte återställas i lager %s: %s", aip.number, copy.store, problem)
        return False
    if not key:
        return False
    with transaction.atomic():
        StorageCopy.objects.filter(pk=copy.pk).update(
            key=key, sha256=aip.sha256, state=State.VERIFIED, verified_at=database_now()
        )
        _no_alarm(aip)
        preservation.note(
            PreservationEvent.Kind.REPAIR, aip=aip, store=copy.store, key=key, instead_of=copy.key, was=copy.state
        )
    copy.refresh_from_db()
    return True


def fill(name: str, end: datetime.datetime) -> None:
    """Packages that were here before the store get their copy in it, the small ones first, for a while."""
    lacking = list(storage.packages_without_copy_in(name).order_by("size", "pk")[:AT_MOST])
    if not lacking or not _store_is_trusted(name):
        return
    for aip in lacking:
        try:
            storage.opened(name)
            _replicate(aip, name)
        except StoreFull as problem:
            log.warning("%s", problem)
            return
        except (StoreUnavailable, OSError) as problem:
            log.warning("%s fick ingen kopia i lager %s: %s", aip.number, name, problem)
        if database_now() > end:
            return


def _replicate(aip: AIP, name: str) -> None:
    if any(_database_disagrees(copy) for copy in aip.copies.all()) or not (key := _bring(aip, name)):
        return
    with transaction.atomic():
        ingest.note_copy(aip, name, key)
        _no_alarm(aip)


def restore(name: str, *, by: User | None) -> int:
    """A person has looked at the store and says that its missing and damaged copies really are to be replaced."""
    storage.opened(name)
    store = ArchiveStore.objects.get(name=name)
    audit.record(by=by, what=Event.STORE_RESTORED, target=store)
    ArchiveStore.objects.filter(name=name).update(repairs_stopped_at=None)
    bad = StorageCopy.objects.filter(store=name).exclude(state=State.VERIFIED).select_related("aip")
    return sum(repair(copy, trusted=True) for copy in bad)


def disagreeing() -> QuerySet[StorageCopy]:
    """Told once and settled by nobody since."""
    told = FixityCheck.objects.filter(copy=OuterRef("pk"), outcome=Outcome.DISAGREES, at__gt=OuterRef("verified_at"))
    return StorageCopy.objects.filter(Exists(told), store__in=settings.ARCHIVE_STORES)


def _due() -> QuerySet[StorageCopy]:
    """The longest unread first, and last of all those whose reading got no answer, so that they are in nobody's way.

    Where the database disagrees another reading helps nobody: it was told, and is looked at again in a quarter.
    """
    now = database_now()
    checks = FixityCheck.objects.filter(copy=OuterRef("pk"))
    first = ~Exists(checks.exclude(outcome=Outcome.NO_ANSWER)) & Q(verified_at__lt=now - FIRST_AUDIT)
    again = Q(verified_at__lt=now - BETWEEN_AUDITS)
    told = checks.filter(outcome=Outcome.DISAGREES, at__gt=now - BETWEEN_AUDITS)
    unanswered = checks.filter(outcome=Outcome.NO_ANSWER, at__gt=OuterRef("verified_at")).order_by("-at")
    copies = StorageCopy.objects.filter(state=State.VERIFIED, store__in=settings.ARCHIVE_STORES)
    due = copies.filter(first | again, ~Exists(told)).exclude(aip__status=AIP.Status.STORING).select_related("aip")
    return due.order_by(Subquery(unanswered.values("at")[:1]).asc(nulls_first=True), "verified_at")[:AT_MOST]


def _reading(copy: StorageCopy) -> tuple[FixityCheck.Outcome, str]:
    try:
        storage.verify(storage.opened(copy.store), copy.key, copy.aip.sha256, _SignOfLife())
    except StoreUnavailable as problem:
        return Outcome.NO_ANSWER, str(problem)
    except CopyMissing:
        return Outcome.MISSING, copy.key
    except CopyDamaged as problem:
        return Outcome.DAMAGED, problem.found
    return Outcome.SOUND, ""


def _database_disagrees(copy: StorageCopy) -> str:
    """Where the digest stands in the database it must be the same everywhere; the event is sealed in the hash chain."""
    stored = PreservationEvent.objects.filter(once=f"ingestion {copy.aip_id}").first()
    sealed = stored.detail["sha256"] if stored else copy.aip.sha256
    if copy.aip.sha256 == copy.sha256 == sealed and sealed in copy.key:
        return ""
    return f"arkivpaketet {copy.aip.sha256[:12]}…, kopian {copy.sha256[:12]}…, händelsen {sealed[:12]}…"


def _store_is_trusted(name: str) -> bool:
    """A few missing copies are repaired; when more than one in a hundred is gone, somebody looks at the store first."""
    if ArchiveStore.objects.filter(name=name).exclude(repairs_stopped_at=None).exists():
        return False
    try:
        store = storage.opened(name)
        sample = list(StorageCopy.objects.filter(store=name).order_by("?").values_list("key", flat=True)[:SAMPLE])
        missing = sum(store.size(key) is None for key in sample)
    except StoreUnavailable as problem:
        log.warning("%s", problem)
        return False
    if missing <= max(1, len(sample) // 100):
        return True
    trouble = _("%(missing)d av %(looked)d kopior saknas i lager %(name)s. Reparationerna är stoppade.") % {
        "missing": missing,
        "looked": len(sample),
        "name": name,
    }
    ArchiveStore.objects.filter(name=name).update(repairs_stopped_at=DatabaseNow(), trouble=trouble)
    log.critical("%s", trouble)
    return False


def _bring(aip: AIP, name: str) -> str:
    """Have the AIP's bytes proven in the store; the key they lie under, or nothing where no whole copy was found."""
    good = aip.work_path.with_name(f"{aip.pk}.repair-{os.getpid()}.tar")
    try:
        if _fetch(aip, good, but_not=name):
            return storage.keep(name, aip.key, good, aip.sha256, _SignOfLife())
    finally:
        good.unlink(missing_ok=True)
    _alarm(aip)
    return ""


def _fetch(aip: AIP, target: Path, but_not: str) -> bool:
    """Exactly the AIP's bytes in a file, read from a copy just now. Raises StoreUnavailable where one may be whole."""
    target.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    silent: StoreUnavailable | None = None
    for copy in storage.copies_in_order(aip):
        if copy.store == but_not:
            continue
        digest, alive = hashlib.sha256(), _SignOfLife()
        try:
            store = storage.opened(copy.store)
            with open(target, "wb") as file:
                for piece in store.read(copy.key):
                    digest.update(piece)
                    file.write(piece)
                    alive()
        except StoreUnavailable as problem:
            silent = problem
            continue
        except (CopyMissing, CopyDamaged) as problem:
            log.error("%s i lager %s: %s", aip.number, copy.store, problem)
        else:
            if digest.hexdigest() == aip.sha256:
                return True
        audit_copy(copy)  # so that it is not believed again
    if silent:
        raise silent
    return False


def _alarm(aip: AIP) -> None:
    trouble = _no_whole_copy(aip)
    if AIP.objects.filter(pk=aip.pk).exclude(trouble=trouble).update(trouble=trouble):
        log.critical("%s", trouble)


def _no_alarm(aip: AIP) -> None:
    AIP.objects.filter(pk=aip.pk, trouble=_no_whole_copy(aip)).update(trouble="")


def _no_whole_copy(aip: AIP) -> str:
    said = _("Ingen hel kopia av %(number)s hittades. Ingenting är ändrat i lagren; kontrollera dem.")
    return said % {"number": aip.number}


def _tidy() -> None:
    """What crashes left behind, once an hour."""
    if Pulse.objects.filter(name="tidy", at__gt=database_now() - BETWEEN_TIDYINGS).exists():
        return
    Pulse.beat("tidy")
    receipts.sweep()
    ingest.sweep()
    storage.sweep()


class _SignOfLife:
    """Now and then during hours of reading; also keeps the database session, and the lock with it, from being cut."""

    _told = float("-inf")

    def __call__(self) -> None:
        if time.monotonic() - self._told >= ingest.BEAT:
            Pulse.beat("fixity")
            self._told = time.monotonic()


class _only_one:  # noqa: N801 - reads as a sentence where it is used
    """A lock of the database session: gone with the process that held it."""

    def __enter__(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("select pg_try_advisory_lock(%s)", [_ONE_AUDITOR])
            self._mine = bool(cursor.fetchone()[0])
        return self._mine

    def __exit__(self, *_: object) -> None:
        if self._mine:
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(%s)", [_ONE_AUDITOR])
