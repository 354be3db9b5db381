"""Paketering: the worker makes a draft's files and table into a SIP and hands it in as if it had been uploaded.

The SIP has the draft's key and the package's date is the moment of handing in, so a second try after any death finds
what the first one did, or makes the same bytes again.
"""

import datetime
import logging
import re
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from archive import assembling, collection_table, draft_files, making, quarantine, reception
from archive.models import SIP, Draft, Upload
from archive.models.submissions import DeliveryKind
from archive.packages import build
from archive.refusals import Refused, WaitsForAgreement
from archive.stores.base import Alive, pieces_of
from consortium.models import Superseded
from consortium.models.leases import database_now
from deliveries import recipes

HEARTBEAT = 1.0
PAUSE = datetime.timedelta(seconds=15)
MAX_TRIES = 5
log = logging.getLogger(__name__)


def package(draft: Draft) -> SIP | None:
    """One try on a claimed draft. The SIP, or None when it is tried again later or is a draft once more."""
    if draft.tries > MAX_TRIES:
        reopen(draft, draft.trouble or _("Paketet gick inte att bygga. Försök igen, eller kontakta e-arkivets drift."))
        return None
    try:
        sip = SIP.objects.filter(pk=draft.pk).first() or _hand_in(draft)
    except WaitsForAgreement as refused:  # nothing is kept of an upload that goes back to being a draft
        reopen(draft, refused.facts["sentence"])
        return None
    except Refused as refused:
        reopen(draft, str(refused))
        return None
    except OSError as problem:
        log.warning("Utkast %s: %s", draft.pk, problem)
        draft.retry_later(PAUSE * 2**draft.tries, trouble=_("Disken svarar inte som den ska. Nytt försök görs strax."))
        return None
    draft.done(status=Draft.Status.SENT, sip=sip, trouble="", touched_at=database_now())
    draft_files.remove_folder(draft.folder)
    return sip


def reopen(draft: Draft, trouble: str) -> None:
    """Back on the writer's desk with the reason; every file and row is where it was."""
    _forget_upload(draft)
    draft.done(status=Draft.Status.OPEN, sent_at=None, trouble=trouble, touched_at=database_now())


def _hand_in(draft: Draft) -> SIP:
    reception.demand_lawful(draft.agreement, by=draft.started_by)
    quarantine.demand_room(sum(draft.files.values_list("size", flat=True)))
    built = _build(draft)
    upload, _made = Upload.objects.update_or_create(
        pk=draft.pk,
        defaults={
            "owner": draft.owner,
            "agreement": draft.agreement,
            "kind": draft.kind,
            "filename": _file_name(draft),
            "size": built.size,
            "offset": 0,
            "status": Upload.Status.OPEN,
            "uploaded_by": draft.started_by,
            "expires_at": database_now() + datetime.timedelta(days=settings.UPLOAD_EXPIRES_DAYS),
        },
    )
    draft.keep()
    upload.path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    quarantine.move(built.path, upload.path)
    return reception.receive(upload, by=draft.started_by, sha256=built.sha256 or "")


def _forget_upload(draft: Draft) -> None:
    upload = Upload.objects.open().filter(pk=draft.pk).first()
    if upload and Upload.objects.open().filter(pk=draft.pk).update(status=Upload.Status.CANCELLED):
        upload.path.unlink(missing_ok=True)


def _build(draft: Draft) -> build.Built:
    told = 0.0
    done: dict[str, Any] = {}

    def alive() -> None:
        nonlocal told
        if time.monotonic() - told > HEARTBEAT:
            told = time.monotonic()
            draft.keep(**done)

    def tell(files: int, octets: int) -> None:
        done.update(files_done=files, bytes_done=octets)
        alive()

    assert draft.sent_at
    target = draft.folder / f"paket-{draft.fence}.tar"
    for left in draft.folder.glob("*paket-*"):  # of a try that died
        left.unlink(missing_ok=True)
    rows = assembling.rows_of(draft)
    try:
        return build.sip(
            target,
            profile=draft.agreement.profile,
            files=_files(draft, alive),
            description=_description(draft, any(row.law for row in rows)),
            cases=collection_table.cases(rows, timezone.localtime(draft.sent_at).date()),
            created=draft.sent_at.replace(microsecond=0),
            container="tar",
            progress=tell,
        )
    except Superseded:
        Path(target).unlink(missing_ok=True)
        raise


def _files(draft: Draft, alive: Alive) -> Iterator[build.SourceFile]:
    for file in draft.files.order_by("path").iterator():
        yield build.SourceFile(file.path, partial(pieces_of, file.source, alive), size=file.size)


def _description(draft: Draft, secrecy: bool) -> build.PackageDescription:
    agreement, owner = draft.agreement, draft.owner
    code = making.code_of(owner)
    recipe = recipes.everything().get(agreement.recipe)
    signed = agreement.archive_signed_at
    return build.PackageDescription(
        objid=f"uuid-{draft.pk}",
        label=draft.label,
        creator=build.Organisation(agreement.records_creator, code),
        submitter=build.Organisation(owner.official_name, code),
        agreement=build.Agreement(
            agreement.number, timezone.localtime(signed).date() if signed else agreement.valid_from
        ),
        system=build.System(agreement.system.name, kind=recipe.system_kind if recipe else None),
        municipality_code=owner.code,
        secrecy=secrecy,
        status="TEST" if draft.kind == DeliveryKind.TEST else "NEW",
        content=recipe.sample.kind if recipe else "ERMS",
    )


def _file_name(draft: Draft) -> str:
    return (re.sub(r"[^\w.-]+", "-", draft.label.lower()).strip("-.") or "leverans")[:80] + ".tar"
