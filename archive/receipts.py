"""Kvittens: the archive's word that custody has passed, and what lets the source system delete its records.

Therefore last of all: copies proven, every count equal, the material described. Issued once and never changed.
"""

import datetime
import hashlib
import json
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from archive import ingest, preservation, project_progress, storage, validation
from archive.models import AIP, SIP, PreservationEvent, Receipt
from archive.packages import build
from consortium import registry
from consortium.models.leases import database_now

SCHEMA = "samarkiv-receipt-1"
LATELY = datetime.timedelta(days=30)


def confirm(aip: AIP) -> None:
    """Reconcile, issue the receipt, let go of the source. Leaves the AIP CONFIRMED, or a person with the difference."""
    if aip.tried_too_often:
        return ingest.leave_to_person(aip, _("Kvittensen avbröts gång på gång utan att hinna säga varför."))
    if difference := what_differs(aip):
        return ingest.leave_to_person(aip, difference)
    _issue(aip)
    let_go_of_source(aip)
    return None


def what_differs(aip: AIP) -> str:
    """The first thing that does not add up, as a sentence; empty when the receipt may be issued."""
    copies, wanted = storage.proven_copies(aip), storage.copies_wanted()
    if copies < wanted:
        return _("%(copies)d av %(wanted)d kopior är kontrollerade. Kontrollera lagren och försök igen.") % {
            "copies": copies,
            "wanted": wanted,
        }
    report = aip.sip.latest_report
    judged = int(report.report["facts"]["files"]) if report else None
    kept = aip.content_files.count()
    if not kept == aip.files == judged:
        return _(
            "Antalet filer stämmer inte: %(judged)s kontrollerades, %(stored)s lagrades och %(kept)d är förtecknade."
        ) % {"judged": judged, "stored": aip.files, "kept": kept}
    if not aip.units.exists():
        return _("Arkivpaketet har inga arkivenheter. Förteckna det och försök igen.")
    return ""


@transaction.atomic
def _issue(aip: AIP) -> None:
    aip.done(status=AIP.Status.CONFIRMED, trouble="")
    if Receipt.objects.filter(aip=aip).exists():
        return
    number, issued_at = registry.next_number("KV"), database_now()
    document = {"schema": SCHEMA, "number": number, "issued_at": issued_at.isoformat(), **_facts(aip)}
    receipt = Receipt.objects.create(aip=aip, number=number, issued_at=issued_at, document=document)
    SIP.objects.filter(pk=aip.sip_id, status=SIP.Status.ACCEPTED).update(status=SIP.Status.ARCHIVED)
    project_progress.tell_receipted(receipt)


def let_go_of_source(aip: AIP) -> None:
    """Only after the receipt is committed. The package in quarantine is no longer the only complete one."""
    if not Receipt.objects.filter(aip=aip).exists():
        raise ValueError(f"{aip.number} has no receipt: the source must be kept.")
    aip.sip.path.unlink(missing_ok=True)
    validation.inventory_path(aip.sip).unlink(missing_ok=True)
    preservation.note(PreservationEvent.Kind.DELETION, aip=aip, once=f"source gone {aip.pk}", sip=aip.sip)


def sweep() -> int:
    """Sources that a crash between receipt and removal left in quarantine."""
    removed = 0
    lately = Receipt.objects.filter(issued_at__gt=database_now() - LATELY).select_related("aip__sip")
    for receipt in lately:
        if receipt.aip.sip.path.exists():
            let_go_of_source(receipt.aip)
            removed += 1
    return removed


def as_json(receipt: Receipt) -> Iterator[bytes]:
    """The receipt with every object's id and digest, for the source system, in pieces however many there are."""
    head = json.dumps(receipt.document, ensure_ascii=False, indent=1).removesuffix("\n}")
    yield f'{head},\n "objects": [\n'.encode()
    first = True
    for line in object_lines(receipt.aip):
        yield b"  " + line if first else b",\n  " + line
        first = False
    yield b"\n ]\n}\n"


def object_lines(aip: AIP) -> Iterator[bytes]:
    """One line of JSON for each file, in the order of the package. The receipt keeps the digest of these lines."""
    for each in objects(aip):
        yield json.dumps(each, ensure_ascii=False, sort_keys=True).encode()


def objects(aip: AIP) -> Iterator[dict[str, Any]]:
    rows = aip.content_files.order_by("offset", "path").values_list("path", "size", "sha256")
    for path, size, sha256 in rows.iterator(chunk_size=5000):
        yield {"id": build.object_id(aip.objid, build.SUBMISSION + path), "path": path, "size": size, "sha256": sha256}


def _facts(aip: AIP) -> dict[str, Any]:
    sip, agreement, owner = aip.sip, aip.agreement, aip.owner
    digest = hashlib.sha256()
    for line in object_lines(aip):
        digest.update(line + b"\n")
    return {
        "archive_package": {
            "id": str(aip.pk),
            "number": aip.number,
            "objid": aip.objid,
            "generation": aip.generation,
            "label": aip.label,
            "sha256": aip.sha256,
            "size": aip.size,
            "created_at": aip.created_at.isoformat(),
        },
        "submission": {
            "id": str(sip.pk),
            "number": sip.number,
            "filename": sip.filename,
            "sha256": sip.sha256,
            "size": sip.size,
            "received_at": sip.received_at.isoformat(),
        },
        "municipality": {"code": owner.code, "name": owner.official_name},
        "records_creator": aip.records_creator.name,
        "agreement": {"number": agreement.number, "version": agreement.version, "system": agreement.system.name},
        "copies": [
            {"store": copy.store, "sha256": copy.sha256, "verified_at": copy.verified_at.isoformat()}
            for copy in storage.copies_in_order(aip)
        ],
        "units": aip.units.count(),
        "files": aip.files,
        "files_digest": {"sha256": digest.hexdigest(), "over": "objects, each as one line of JSON with sorted keys"},
    }
