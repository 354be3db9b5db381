"""Mottagande: a whole package in quarantine becomes a SIP with a number, its bytes in place before its row (I7).

The SIP has its upload's key, so that a request repeated after a crash finds what the first one did.
"""

import datetime
import hashlib
import logging
import time
from collections.abc import Iterator

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from archive import draft_files, preservation, quarantine
from archive.models import SIP, Draft, PreservationEvent, Upload
from archive.refusals import (
    AgreementHinders,
    AlreadyReceived,
    Busy,
    Gone,
    NotAllowed,
    OtherContent,
    Refused,
    WaitsForAgreement,
)
from consortium import audit, formats, registry
from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.audit_events import Event
from consortium.models import User
from consortium.models.leases import DatabaseNow, database_now
from deliveries.models import SubmissionAgreement
from governance.models import Municipality

BLOCK = 1 << 20
HEARTBEAT = 2.0
NO_LONGER_NEEDED = (SIP.Status.GIVEN_BACK, SIP.Status.TEST_PASSED)
log = logging.getLogger(__name__)


def demand_lawful(agreement: SubmissionAgreement, *, by: User) -> None:
    """The agreement in force and the right still held; asked when an upload begins and again when it is whole."""
    if sentence := agreement.hindrance():
        raise AgreementHinders(sentence=sentence)
    if not policy.may(User.objects.get(pk=by.pk), Permission.SIP_UPLOAD, agreement.owner):
        raise NotAllowed(place=str(agreement.owner))


def demand_unknown(agreement: SubmissionAgreement, kind: str, sha256: str) -> None:
    """The same municipality must not hand in the same bytes twice; other municipalities are none of its business."""
    earlier = (
        SIP.objects.filter(owner=agreement.owner, kind=kind, sha256=sha256)
        .exclude(status=SIP.Status.GIVEN_BACK)
        .select_related("received_by")
        .first()
    )
    if earlier:
        raise AlreadyReceived(earlier)


def receive(upload: Upload, *, by: User, sha256: str = "") -> SIP:
    """The last byte is on disk: from here there is a delivery. Without a digest the worker computes it first."""
    try:
        return _receive(upload, by=by, sha256=sha256)
    except AlreadyReceived:
        if Upload.objects.open().filter(pk=upload.pk).update(status=Upload.Status.CANCELLED):
            upload.path.unlink(missing_ok=True)
        raise
    except AgreementHinders as hindrance:
        until = _keep_whole(upload, sha256)
        raise WaitsForAgreement(sentence=str(hindrance), until=formats.moment(until)) from hindrance


def _keep_whole(upload: Upload, sha256: str) -> datetime.datetime:
    """An open upload whose offset is its size waits for its agreement; see `receive_waiting`."""
    until = database_now() + datetime.timedelta(days=settings.UPLOAD_EXPIRES_DAYS)
    Upload.objects.open().filter(pk=upload.pk).update(offset=F("size"), sha256=sha256, expires_at=until)
    return until


def receive_waiting() -> Iterator[SIP]:
    """Part of the sweep: what came whole under an agreement that had run out, once its next version is signed."""
    for upload in _whole().select_related("agreement", "uploaded_by"):
        if upload.agreement.current().hindrance():
            continue
        try:
            if sip := _receive_waiting(upload):
                yield sip
        except Refused as refused:
            log.info("Uppladdning %s tas inte emot: %s", upload.pk, refused)
        except OSError:
            log.exception("Uppladdning %s kunde inte tas emot.", upload.pk)


def _whole() -> QuerySet[Upload]:
    return Upload.objects.open().filter(offset=F("size"), size__gt=0)


def _receive_waiting(upload: Upload) -> SIP | None:
    """None when somebody else settled it meanwhile, or when bytes are missing: then it is an upload to go on with."""
    with quarantine.Inflow(upload.pk) as inflow:
        if not _whole().filter(pk=upload.pk).exists():
            return None
        if (standing := inflow.start_at(upload.size)) != upload.size:
            Upload.objects.open().filter(pk=upload.pk).update(offset=standing, sha256="")
            log.error("Uppladdning %s är inte hel: %s av %s byte finns.", upload.pk, standing, upload.size)
            return None
        return receive(upload, by=upload.uploaded_by, sha256=upload.sha256)


@transaction.atomic
def _receive(upload: Upload, *, by: User, sha256: str) -> SIP:
    upload = Upload.objects.select_for_update().select_related("agreement", "owner").get(pk=upload.pk)
    if upload.status == Upload.Status.COMPLETE:
        return SIP.objects.get(pk=upload.pk)
    if upload.status != Upload.Status.OPEN:
        raise Gone
    agreement = upload.agreement.current()  # the version in force when the package is whole
    demand_lawful(agreement, by=by)
    _one_reception_at_a_time(upload.owner)
    if sha256:
        demand_unknown(agreement, upload.kind, sha256)
    sip = SIP(
        pk=upload.pk,
        number=registry.next_number("SIP"),
        owner=upload.owner,
        agreement=agreement,
        kind=upload.kind,
        filename=upload.filename,
        size=upload.size,
        sha256=sha256,
        received_at=database_now(),
        received_by=by,
    )
    quarantine.move(upload.path, sip.path)
    try:
        _write_down(sip, upload, by)
    except BaseException:
        quarantine.move(sip.path, upload.path)
        raise
    return sip


def _one_reception_at_a_time(owner: Municipality) -> None:
    """Until commit, so that two uploads of the same bytes see each other."""
    Municipality.objects.select_for_update(no_key=True).get(pk=owner.pk)


def _write_down(sip: SIP, upload: Upload, by: User) -> None:
    sip.due_at = sip.received_at
    sip.save(force_insert=True)
    upload.status, upload.offset, upload.sha256 = Upload.Status.COMPLETE, upload.size, sip.sha256
    upload.save(update_fields=["status", "offset", "sha256"])
    audit.record(by=by, what=Event.SIP_RECEIVED, target=sip, place=sip.owner, number=sip.number, size=sip.size)
    preservation.note(
        PreservationEvent.Kind.RECEPTION,
        sip=sip,
        once=f"reception {sip.pk}",
        number=sip.number,
        size=sip.size,
        sha256=sip.sha256,
        agreement=sip.agreement.number,
    )


def digest(sip: SIP) -> bool:
    """The first step of validation: know the package's SHA-256. False when that alone settled the delivery."""
    if sip.sha256:
        return True
    sha256 = _hash(sip)
    if not sha256:
        sip.done(status=SIP.Status.CANCELLED, stage="", cancel_requested_at=None)
        return False
    promised = Upload.objects.filter(pk=sip.pk).values_list("sha256_promised", flat=True).first()
    try:
        with transaction.atomic():
            _one_reception_at_a_time(sip.owner)
            if promised and promised != sha256:
                raise OtherContent
            demand_unknown(sip.agreement, sip.kind, sha256)
            sip.write(sha256=sha256, stage="")
            preservation.note(PreservationEvent.Kind.DIGEST, sip=sip, once=f"digest {sip.pk}", sha256=sha256)
    except Refused as refusal:
        sip.done(status=SIP.Status.FAULTY, trouble=str(refusal), stage="")
        return False
    return True


def _hash(sip: SIP) -> str:
    """Empty when somebody cancelled meanwhile."""
    found = hashlib.sha256()
    buffer = memoryview(bytearray(BLOCK))
    done, told = 0, time.monotonic()
    sip.keep(stage="digest", stage_started_at=DatabaseNow(), bytes_done=0, bytes_total=sip.size)
    with sip.path.open("rb", buffering=0) as package:
        while count := package.readinto(buffer):
            found.update(buffer[:count])
            done += count
            if time.monotonic() - told > HEARTBEAT:
                told = time.monotonic()
                sip.keep(bytes_done=done, progress_at=DatabaseNow())
                if SIP.objects.filter(pk=sip.pk, cancel_requested_at__isnull=False).exists():
                    return ""
    return found.hexdigest()


def expire_old() -> None:
    """Part of the sweep: uploads nobody came back to, and files that no row knows (F41)."""
    for upload in Upload.objects.open().filter(expires_at__lt=DatabaseNow()):
        try:
            with quarantine.Inflow(upload.pk) as inflow:
                if (
                    Upload.objects.open()
                    .filter(pk=upload.pk, expires_at__lt=DatabaseNow())
                    .update(status=Upload.Status.EXPIRED)
                ):
                    inflow.remove()
        except Busy:
            log.info("Uppladdning %s skrivs just nu och får leva.", upload.pk)
    _remove_orphans()


def _remove_orphans() -> None:
    age = datetime.timedelta(days=settings.UPLOAD_EXPIRES_DAYS)
    for key, path in quarantine.keys("uploads", older_than=3600):
        if not Upload.objects.open().filter(pk=key).exists():
            path.unlink(missing_ok=True)
    for key, path in quarantine.keys("drafts", older_than=3600):
        if not Draft.objects.filter(pk=key).exists():
            draft_files.remove_folder(path)
    for key, path in quarantine.keys("sips", older_than=age.total_seconds()):
        kept = SIP.objects.filter(pk=key).exclude(status__in=NO_LONGER_NEEDED, decided_at__lt=DatabaseNow() - age)
        if not kept.exists() and not Upload.objects.open().filter(pk=key).exists():
            path.unlink(missing_ok=True)
