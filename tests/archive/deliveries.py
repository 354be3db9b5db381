"""Deliveries that have come as far as the archivist's yes: real packages in quarantine, judged by the real engine."""

import dataclasses
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from archive import ingest, preservation, validation
from archive.models import AIP, SIP, PreservationEvent, ValidationReport
from archive.packages import build
from archive.packages.check import check
from archive.packages.fixity import Content
from archive.packages.report import Report
from consortium.models import User
from consortium.models.leases import database_now
from deliveries.models import SubmissionAgreement
from governance.models import Municipality
from tests import factories
from tests.packages import samples


def package(folder: Path, container: build.ContainerKind = "tar", files: int = 0, number: int = 1) -> Path:
    """The sample delivery, or the numbered one of as many small files as asked for."""
    path = folder / "leverans"
    if files:
        about = samples.description(f"uuid-{number:08}-0000-4000-8000-000000000000", content="Unstructured")
        made = samples.many(files, 500)
        build.sip(path, files=made, description=about, created=samples.CREATED, container=container)
    else:
        samples.fgs(path, container)
    return path


def judged(source: Path, owner: Municipality | None = None, by: User | None = None, **fields: Any) -> SIP:
    """The package lies in quarantine with its report and inventory, as validation leaves them."""
    sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
    sip = factories.sip(
        owner,
        sha256=sha256,
        size=source.stat().st_size,
        filename="leverans.tar",
        status=SIP.Status.VALID,
        **({"received_by": by} if by else {}),
        **fields,
    )
    sip.path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, sip.path)
    report, found = _verdict(sip.path, sha256)
    with open(validation.inventory_path(sip), "w", encoding="utf-8") as inventory:
        inventory.writelines(json.dumps(dataclasses.asdict(file), ensure_ascii=False) + "\n" for file in found)
    sip.objid = report.facts.objid
    sip.save()
    ValidationReport.objects.create(
        sip=sip,
        round=1,
        verdict=report.verdict,
        profile=report.profile,
        report=report.as_dict(),
        started_at=timezone.now(),
        finished_at=timezone.now(),
    )
    preservation.note(PreservationEvent.Kind.RECEPTION, sip=sip, once=f"reception {sip.pk}", sha256=sha256)
    return sip


_verdicts: dict[str, tuple[Report, list[Content]]] = {}


def _verdict(path: Path, sha256: str) -> tuple[Report, list[Content]]:
    """The engine's own; the same bytes are judged once, since it always says the same of them."""
    if sha256 not in _verdicts:
        found: list[Content] = []
        _verdicts[sha256] = check(path, collect=found.append, sha256=sha256, identify=True), found
    return _verdicts[sha256]


def accepted(
    source: Path, owner: Municipality | None = None, agreement: SubmissionAgreement | None = None, **fields: Any
) -> AIP:
    under: dict[str, Any] = {"agreement": agreement} if agreement else {}
    sip = judged(source, owner, **under)
    sip.status, sip.decided_at, sip.decided_by = SIP.Status.ACCEPTED, database_now(), factories.user("Arkivarie")
    sip.save()
    aip = ingest.take_in(sip, by=sip.decided_by)
    if fields:
        AIP.objects.filter(pk=aip.pk).update(**fields)
        aip.refresh_from_db()
    return aip


def claimed(aip: AIP) -> AIP:
    """As a worker holds it."""
    AIP.objects.filter(pk=aip.pk).update(lease_until=None, due_at=database_now())
    taken = AIP.objects.all().claim(aip.pk)
    assert taken
    return taken


def stored(source: Path, owner: Municipality | None = None, agreement: SubmissionAgreement | None = None) -> AIP:
    aip = accepted(source, owner, agreement)
    ingest.build_and_store(claimed(aip))
    aip.refresh_from_db()
    assert aip.status == AIP.Status.STORED, aip.trouble
    return aip


def described(source: Path, owner: Municipality | None = None) -> AIP:
    """With one unit, which is all that the receipt asks for."""
    aip = stored(source, owner)
    factories.unit(aip=aip)
    AIP.objects.filter(pk=aip.pk).update(status=AIP.Status.DESCRIBED, due_at=database_now())
    aip.refresh_from_db()
    return aip


def all_files(folder: Path = settings.WORK_DIR) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
