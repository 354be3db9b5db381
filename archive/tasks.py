"""Thin: a key in, look at the row, may run twice. The row is the queue; the sweep rings for whatever is due."""

import logging
import uuid
from collections.abc import Callable
from typing import TypeVar

from django.db import connection

from archive import assembling, fixity, indexing, ingest, own_records, packaging, receipts, reception, validation
from archive.models import AIP, SIP, Draft, OwnRecord
from consortium.models import Claimable, Pulse, Superseded
from consortium.queues import Task, heavy_task, light_task
from governance.models import Minutes, Publication

Row = TypeVar("Row", bound=Claimable)
log = logging.getLogger(__name__)
_SWEEP_LOCK = 0x5A4D53


@heavy_task
def validate(sip_id: str) -> None:
    if sip := SIP.objects.waiting_for_validation().claim(uuid.UUID(sip_id)):
        _work(sip, validation.validate)


@heavy_task
def package_draft(draft_id: str) -> None:
    if draft := Draft.objects.to_build().claim(uuid.UUID(draft_id)):
        try:
            sip = packaging.package(draft)
        except Superseded:
            log.info("%s togs över av en annan arbetare", draft.pk)
        else:
            if sip:
                validate.delay_on_commit(str(sip.pk))


@heavy_task
def store(aip_id: str) -> None:
    _step(aip_id, AIP.Status.STORING, ingest.build_and_store)
    describe(aip_id)


@light_task
def describe(aip_id: str) -> None:
    _step(aip_id, AIP.Status.STORED, indexing.describe)
    confirm(aip_id)


@light_task
def confirm(aip_id: str) -> None:
    _step(aip_id, AIP.Status.DESCRIBED, receipts.confirm)
    index()


@light_task
def index() -> None:
    indexing.follow()


@light_task
def keep_own_records() -> None:
    """The consortium's own minutes: handed in, accepted, opened; each row as far as it comes this time."""
    for pk in Minutes.objects.waiting_for_publication().due().values_list("pk", flat=True):
        if minutes := Minutes.objects.waiting_for_publication().claim(pk):
            _work(minutes, _hand_in)
    for row_pk in OwnRecord.objects.due().values_list("pk", flat=True):
        if row := OwnRecord.objects.claim(row_pk):
            _work(row, _accept)
    for public_pk in Publication.objects.due().values_list("pk", flat=True):
        if public := Publication.objects.claim(public_pk):
            _work(public, _follow_publication)
            index.delay_on_commit()


def _hand_in(minutes: Minutes) -> None:
    if sip := own_records.hand_in(minutes).sip:
        validate.delay_on_commit(str(sip.pk))


def _follow_publication(public: Publication) -> None:
    for sip in own_records.follow_publication(public):
        validate.delay_on_commit(str(sip.pk))


def _accept(row: OwnRecord) -> None:
    if aip := own_records.accept(row):
        store.delay_on_commit(str(aip.pk))


@heavy_task
def go_on(aip_id: str) -> None:
    """From whichever step the package stands at."""
    store(aip_id)


@heavy_task
def audit_fixity() -> None:
    fixity.audit_due()


@light_task
def sweep() -> None:
    """Each minute: ring for every row that is due, tidy, and leave a sign of life. One sweep at a time."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [_SWEEP_LOCK])
        if not cursor.fetchone()[0]:
            return
        try:
            _sweep()
        finally:
            cursor.execute("select pg_advisory_unlock(%s)", [_SWEEP_LOCK])


STEPS: dict[str, Task[[str]]] = {
    AIP.Status.STORING: store,
    AIP.Status.STORED: describe,
    AIP.Status.DESCRIBED: confirm,
}


def _sweep() -> None:
    """What stops one part is told on the status page, and stops none of the others."""
    for part in (
        _ring,
        _receive_waiting,
        reception.expire_old,
        assembling.sweep,
        keep_own_records.delay_on_commit,
        index.delay_on_commit,
        audit_fixity.delay_on_commit,
    ):
        try:
            part()
        except Exception:
            log.exception("En del av svepet gick inte")
            Pulse.beat("sweep trouble")
    Pulse.beat("sweep")


def _ring() -> None:
    for pk in SIP.objects.waiting_for_validation().due().values_list("pk", flat=True):
        validate.delay_on_commit(str(pk))
    for pk in Draft.objects.to_build().due().values_list("pk", flat=True):
        package_draft.delay_on_commit(str(pk))
    for pk, status in AIP.objects.filter(status__in=STEPS).due().values_list("pk", "status"):
        STEPS[status].delay_on_commit(str(pk))


def _receive_waiting() -> None:
    for sip in reception.receive_waiting():
        validate.delay_on_commit(str(sip.pk))


def _step(aip_id: str, status: AIP.Status, act: Callable[[AIP], None]) -> None:
    if aip := AIP.objects.filter(status=status).claim(uuid.UUID(aip_id)):
        _work(aip, act)


def _work(row: Row, act: Callable[[Row], None]) -> None:
    try:
        act(row)
    except Superseded:
        log.info("%s togs över av en annan arbetare", row)
