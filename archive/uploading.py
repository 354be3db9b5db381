"""Uppladdning: a package grows in quarantine over as many requests and days as it takes; when whole it is received."""

import datetime
import hmac
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction

from archive import quarantine, quota, reception
from archive.models import SIP, Upload
from archive.quarantine import BLOCK, Attendant, Follower, Inflow
from archive.refusals import (
    BeyondEnd,
    Cut,
    Empty,
    Gone,
    NoSpace,
    OtherContent,
    PartDiffers,
    Stalled,
    TooLarge,
    TooManyOpen,
    WrongOffset,
)
from consortium import audit, formats
from consortium.audit_events import Event
from consortium.models import User
from consortium.models.leases import DatabaseNow
from deliveries.models import SubmissionAgreement

# The last request of several can hash what came before it while its own bytes arrive; beyond this the worker does it.
REREAD_AT_MOST = 4 << 30
log = logging.getLogger(__name__)
RECEIVING = (Upload.Status.OPEN, Upload.Status.COMPLETE)


@dataclass(frozen=True)
class Checksum:
    """What the client says about the bytes of one request (tus checksum extension)."""

    algorithm: str
    digest: bytes


@transaction.atomic
def begin(
    agreement: SubmissionAgreement,
    *,
    kind: str,
    filename: str,
    size: int,
    by: User,
    sha256_promised: str = "",
    key: UUID | None = None,
) -> Upload:
    """Open an upload, or say at once what would stop it in the end."""
    if size == 0:
        raise Empty
    if size > settings.UPLOAD_MAX_BYTES:
        raise TooLarge(size=formats.size(size), limit=formats.size(settings.UPLOAD_MAX_BYTES))
    reception.demand_lawful(agreement, by=by)
    if sha256_promised:
        reception.demand_unknown(agreement, kind, sha256_promised)
    User.objects.select_for_update().get(pk=by.pk)
    if (count := Upload.objects.open().filter(uploaded_by=by).count()) >= settings.UPLOADS_OPEN_PER_USER:
        raise TooManyOpen(count=count)
    quota.demand_room(agreement.owner, size)
    quarantine.demand_room(size)
    upload = Upload.objects.create(
        pk=key or uuid4(),
        owner=agreement.owner,
        agreement=agreement,
        kind=kind,
        filename=filename,
        size=size,
        sha256_promised=sha256_promised,
        uploaded_by=by,
        expires_at=_expiry(),
    )
    upload.refresh_from_db()
    audit.record(by=by, what=Event.UPLOAD_STARTED, target=upload, place=upload.owner, size=size)
    return upload


def append(
    upload: Upload,
    *,
    offset: int,
    length: int,
    read: Callable[[int], bytes | memoryview],
    by: User,
    hang_up: Callable[[], None] | None = None,
    checksum: Checksum | None = None,
) -> SIP | None:
    """Take `length` bytes from `read` at `offset`. The SIP when that made the package whole.

    Whatever breaks on the way, what is kept of this request is what `upload.offset` says afterwards.
    """
    if upload.status not in RECEIVING:
        raise Gone
    with Inflow(upload.pk) as inflow:
        upload.refresh_from_db()
        if upload.status not in RECEIVING:
            raise Gone
        if offset != upload.offset:
            raise WrongOffset(offset=upload.offset)
        if offset + length > upload.size:
            raise BeyondEnd(size=upload.size)
        if upload.status == Upload.Status.COMPLETE:
            return SIP.objects.get(pk=upload.pk)
        if (standing := inflow.start_at(offset)) != offset:
            _save(upload, standing)
            raise WrongOffset(offset=standing)
        quarantine.demand_room(length)
        return _take_in(upload, inflow, offset + length, read, hang_up, checksum, by)


def _take_in(
    upload: Upload,
    inflow: Inflow,
    end: int,
    read: Callable[[int], bytes | memoryview],
    hang_up: Callable[[], None] | None,
    checksum: Checksum | None,
    by: User,
) -> SIP | None:
    start = inflow.position
    part = Follower(inflow, checksum.algorithm, start) if checksum else None
    whole = Follower(inflow) if end == upload.size and (upload.sha256_promised or start <= REREAD_AT_MOST) else None
    followers = [follower for follower in (part, whole) if follower]
    try:
        _pour(upload, inflow, end, read, hang_up, followers, checkpoints=part is None)
        if checksum and part and not hmac.compare_digest(part.digest(), checksum.digest):
            _save(upload, start)
            raise PartDiffers
        if end < upload.size:
            _save(upload, end)
            return None
        digest = whole.digest().hex() if whole else ""
    finally:
        for follower in followers:
            follower.stop()
    if digest and upload.sha256_promised and digest != upload.sha256_promised:
        _save(upload, start)
        raise OtherContent
    return reception.receive(upload, by=by, sha256=digest)


def _pour(
    upload: Upload,
    inflow: Inflow,
    end: int,
    read: Callable[[int], bytes | memoryview],
    hang_up: Callable[[], None] | None,
    followers: list[Follower],
    *,
    checkpoints: bool,
) -> None:
    """Until `end`, all of it synced. With a part's checksum nothing counts before the whole part has arrived."""
    saved = inflow.position
    try:
        with Attendant(inflow, hang_up) as attendant:
            while inflow.position < end and (block := read(min(BLOCK, end - inflow.position))):
                inflow.write(block)
                for follower in followers:
                    follower.reach(inflow.position)
                if inflow.synced > saved:
                    saved = inflow.synced
                    _checkpoint(upload, saved if checkpoints and saved < upload.size else upload.offset)
                if attendant.trouble:
                    raise attendant.trouble
        if attendant.trouble:
            raise attendant.trouble
        inflow.sync()
    except OSError as trouble:
        _keep_synced(upload, inflow, checkpoints)
        raise NoSpace from trouble
    except NoSpace:
        _keep_synced(upload, inflow, checkpoints)
        raise
    if inflow.position < end:
        _keep_synced(upload, inflow, checkpoints)
        if attendant.stalled:
            raise Stalled(seconds=settings.UPLOAD_PATIENCE_SECONDS)
        raise Cut(offset=upload.offset)


def _keep_synced(upload: Upload, inflow: Inflow, checkpoints: bool) -> None:
    if checkpoints:
        _save(upload, inflow.synced)


def _checkpoint(upload: Upload, offset: int) -> None:
    """A database that is away for a moment must not break an upload of five hours."""
    try:
        _save(upload, offset)
    except (OperationalError, InterfaceError):
        log.warning("Databasen svarar inte; uppladdning %s fortsätter.", upload.pk)
        connection.close()


def _save(upload: Upload, offset: int) -> None:
    """The promise, and another week to come back in. Raises Gone when somebody cancelled the upload meanwhile."""
    row: dict[str, Any] = {"offset": offset, "expires_at": _expiry()}
    if not Upload.objects.open().filter(pk=upload.pk).update(**row):
        raise Gone
    upload.offset = offset


def _expiry() -> Any:
    return DatabaseNow() + datetime.timedelta(days=settings.UPLOAD_EXPIRES_DAYS)


@transaction.atomic
def cancel(upload: Upload, *, by: User) -> None:
    """Forget the upload. A request that is still writing notices at its next promise."""
    if not Upload.objects.open().filter(pk=upload.pk).update(status=Upload.Status.CANCELLED):
        raise Gone
    audit.record(by=by, what=Event.UPLOAD_CANCELLED, target=upload, place=upload.owner)
    transaction.on_commit(lambda: upload.path.unlink(missing_ok=True))
