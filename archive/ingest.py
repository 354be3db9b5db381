"""Inleverans: an accepted submission becomes an AIP, one tar kept in every store (OAIS ingest, E-ARK AIP).

Every step may be run again from any point: the tar follows from the rows alone, byte for byte, bytes are in place
before the row that speaks of them, and every write proves that the claim still holds.
"""

import datetime
import errno
import hashlib
import logging
import os
import time
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from archive import preservation, storage
from archive.making import SubmissionChanged, formats_found, make_tar
from archive.models import AIP, SIP, ContentFile, PreservationEvent, RecordsCreator, StorageCopy
from archive.packages.build import BuiltAIP
from archive.packages.container import ContainerRefused
from archive.stores.base import StoreUnavailable, pieces_of
from consortium import registry
from consortium.models import User
from consortium.models.leases import LEASE, DatabaseNow, database_now

BEAT = 15.0  # seconds between heartbeats
LONGEST_PAUSE = datetime.timedelta(hours=1)
TRIES_TO_LONGEST_PAUSE = 8
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
ROWS_AT_ONCE = 5000
log = logging.getLogger(__name__)


class CopiesNotProven(Exception):
    """Fewer stores than wanted have given the bytes back."""


class Heartbeat:
    """Call it as often as you like during long work; now and then it extends the claim. Raises Superseded."""

    def __init__(self, aip: AIP) -> None:
        self._aip = aip
        # Writing the metadata of very many files is one step without a sign of life.
        self._lease = LEASE + datetime.timedelta(milliseconds=_files_expected(aip.sip) / 2)
        self._told = float("-inf")

    def __call__(self) -> None:
        if time.monotonic() - self._told >= BEAT:
            self.beat()

    def beat(self) -> None:
        """Prove that the claim still holds, now."""
        self._aip.keep(self._lease)
        self._told = time.monotonic()


def take_in(sip: SIP, *, by: User) -> AIP:
    """Give the accepted submission its place in the archive; the worker does the rest. Part of the acceptance."""
    if earlier := AIP.objects.filter(sip=sip).first():
        return earlier
    creator, _made = RecordsCreator.objects.get_or_create(owner=sip.owner, name=sip.agreement.records_creator)
    report = sip.latest_report
    return AIP.objects.create(
        number=registry.next_number("AIP"),
        owner=sip.owner,
        sip=sip,
        agreement=sip.agreement,
        records_creator=creator,
        objid=sip.objid or sip.number,
        label=str(report.report["facts"].get("label", ""))[:300] if report else "",
        created_at=database_now(),
        due_at=database_now(),
    )


def build_and_store(aip: AIP) -> None:
    """One try at having the AIP in every store. Leaves it STORED, STORING with the trouble in words, or to a person."""
    if aip.tried_too_often:
        return leave_to_person(aip, aip.trouble or _("Lagringen avbröts gång på gång utan att hinna säga varför."))
    alive = Heartbeat(aip)
    try:
        alive()
        work = _tar(aip, alive)
        trouble = [sentence for name in settings.ARCHIVE_STORES if (sentence := _copy(aip, name, work, alive))]
        if trouble:
            return _wait(aip, "\n".join(trouble))
        _settle(aip)
    except (SubmissionChanged, ContainerRefused) as problem:
        return leave_to_person(aip, str(problem))
    except CopiesNotProven:
        return _later(aip, _("Alla kopior är inte kontrollerade än."))
    except OSError as problem:
        if problem.errno in _FULL:
            return _wait(
                aip, _("Arbetsytan är full. Frigör plats där (WORK_DIR); lagringen fortsätter sedan av sig själv.")
            )
        return _later(
            aip, _("Arbetsytan (WORK_DIR) svarar inte som den ska: %(why)s.") % {"why": problem.strerror or problem}
        )
    _remove(work)
    return None


def leave_to_person(aip: AIP, trouble: str) -> None:
    """Trying again will not help: say why, keep everything, and wait for somebody."""
    log.error("%s behöver hjälp: %s", aip.number, trouble)
    aip.done(status=AIP.Status.NEEDS_PERSON, stopped_at_status=aip.status, trouble=trouble)


def try_again(aip: AIP) -> None:
    """Somebody has mended what was wrong."""
    AIP.objects.filter(pk=aip.pk, status=AIP.Status.NEEDS_PERSON).update(
        status=aip.stopped_at_status, stopped_at_status="", tries=0, lease_until=None, due_at=DatabaseNow()
    )


def sweep() -> int:
    """Remove work files that nobody works on any more."""
    removed = 0
    for path in (settings.WORK_DIR / "aips").glob("*"):
        key = path.name.removeprefix(".").partition(".")[0]
        busy = AIP.objects.filter(pk=key, status__in=(AIP.Status.STORING, AIP.Status.NEEDS_PERSON)).exists()
        is_leftover = path.name.count(".") > 1  # <key>.<fence>.tar, or what the packer writes beside it
        age = time.time() - path.stat().st_mtime if path.exists() else 0
        if age > storage.LEFT_BEHIND.total_seconds() and (is_leftover or not busy):
            _remove(path)
            removed += 1
    return removed


def _tar(aip: AIP, alive: Heartbeat) -> Path:
    """The whole tar in the work folder: the one from an earlier try if it is sound, else made now."""
    work = aip.work_path
    if aip.sha256 and work.exists() and _digest(work, alive) == aip.sha256:
        return work
    source = aip.sip.path
    if not source.exists() or _digest(source, alive) != aip.sip.sha256:
        raise SubmissionChanged(
            _("Leveransen i karantänen är inte längre den som godkändes. Lagringen är stoppad; begär den på nytt.")
        )
    work.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    made = work.with_name(f"{aip.pk}.{aip.fence}.tar")
    try:
        built = make_tar(aip, made, alive)
        if _digest(made, alive) != built.sha256:
            raise OSError(errno.EIO, "arbetsytan gav tillbaka andra byte än de som skrevs", str(made))
        alive.beat()
        os.replace(made, work)
        _write_down(aip, built)
    finally:
        _remove(made)
    return work


@transaction.atomic
def _write_down(aip: AIP, built: BuiltAIP) -> None:
    if built.sha256 == aip.sha256:
        return
    files = _files_of(aip, built)
    aip.write(sha256=built.sha256, size=built.size, files=files)
    preservation.note(
        PreservationEvent.Kind.CREATION,
        aip=aip,
        once=f"creation {aip.pk} {built.sha256[:32]}",
        sha256=built.sha256,
        size=built.size,
        files=files,
    )


def _files_of(aip: AIP, built: BuiltAIP) -> int:
    """The submission's files as rows, each with its range of bytes in the tar."""
    aip.content_files.all().delete()
    known = formats_found(aip.sip)
    rows: list[ContentFile] = []
    number = 0
    for member in built.members:
        if (path := member.submission_path) is None:
            continue
        number += 1
        found = known(path)
        rows.append(
            ContentFile(
                aip=aip,
                path=path,
                offset=member.offset,
                size=member.size,
                sha256=member.sha256,
                puid=found.puid,
                mime=(found.mime or member.mime)[:120],
            )
        )
        if len(rows) == ROWS_AT_ONCE:
            ContentFile.objects.bulk_create(rows)
            rows.clear()
    ContentFile.objects.bulk_create(rows)
    return number


def _copy(aip: AIP, name: str, work: Path, alive: Heartbeat) -> str:
    """A proven copy in one store. Returns what is wrong with the store, or nothing."""
    proven = aip.copies.filter(store=name, sha256=aip.sha256, state=StorageCopy.State.VERIFIED)
    if proven.exists():
        return ""
    try:
        key = storage.keep(name, aip.key, work, aip.sha256, alive)
    except StoreUnavailable as problem:
        log.warning("%s: %s", aip.number, problem)
        return str(problem)
    with transaction.atomic():
        alive.beat()
        note_copy(aip, name, key)
    return ""


def note_copy(aip: AIP, name: str, key: str) -> None:
    """The receipt for what the store has just given back."""
    StorageCopy.objects.update_or_create(
        aip=aip,
        store=name,
        defaults={
            "key": key,
            "sha256": aip.sha256,
            "state": StorageCopy.State.VERIFIED,
            "verified_at": database_now(),
        },
    )
    preservation.note(
        PreservationEvent.Kind.REPLICATION,
        aip=aip,
        once=f"replication {aip.pk} {name} {aip.sha256[:32]}",
        store=name,
        key=key,
        sha256=aip.sha256,
    )


@transaction.atomic
def _settle(aip: AIP) -> None:
    """The only place where an AIP becomes STORED: every store has given back exactly these bytes (I1)."""
    aip.keep()
    copies = storage.proven_copies(aip)
    if copies < storage.copies_wanted():
        raise CopiesNotProven(aip.number)
    preservation.note(
        PreservationEvent.Kind.INGESTION, aip=aip, once=f"ingestion {aip.pk}", sha256=aip.sha256, copies=copies
    )
    aip.done(status=AIP.Status.STORED, next_due=DatabaseNow(), trouble="")


def _later(aip: AIP, trouble: str) -> None:
    aip.retry_later(_pause(aip.tries), trouble=trouble)


def _wait(aip: AIP, trouble: str) -> None:
    """For what is none of the package's fault: however long it lasts, it never uses up the tries (I8)."""
    aip.retry_later(_pause(aip.tries), trouble=trouble, tries=min(aip.tries, TRIES_TO_LONGEST_PAUSE))


def _pause(tries: int) -> datetime.timedelta:
    return min(LONGEST_PAUSE, datetime.timedelta(seconds=15) * (1 << min(tries, TRIES_TO_LONGEST_PAUSE)))


def _digest(path: Path, alive: Heartbeat) -> str:
    digest = hashlib.sha256()
    for piece in pieces_of(path, alive):
        digest.update(piece)
    return digest.hexdigest()


def _remove(path: Path) -> None:
    """Of a cleaner, not of a worker: what cannot be removed now is swept later."""
    try:
        path.unlink(missing_ok=True)
    except OSError as problem:
        log.warning("%s gick inte att ta bort: %s", path, problem)


def _files_expected(sip: SIP) -> int:
    report = sip.latest_report
    return int(report.report["facts"].get("files", 0)) if report else 0
