"""The whole way through, without a browser: from bytes in quarantine to a receipt and a public record."""

import datetime
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from archive import acceptance, receipts, reception, tasks
from archive.models import AIP, SIP, ArchivalUnit, PreservationEvent, Upload
from consortium import audit
from tests import factories
from tests.archive.stores import folders
from tests.packages import samples
from tests.personas import Personas

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path) -> Iterator[None]:
    with folders(tmp_path):
        yield


@pytest.fixture
def upload(people: Personas) -> Upload:
    falun = factories.municipality("2080")
    falun.organisation_number = samples.FALUN_CODE.removeprefix("ORG:")
    falun.save()
    upload = Upload(
        owner=falun,
        agreement=factories.agreement(falun, number=samples.AGREEMENT.number),
        filename="miljöärenden.zip",
        size=0,
        uploaded_by=people.producer_falun,
        expires_at=timezone.now() + datetime.timedelta(days=1),
    )
    upload.path.parent.mkdir(parents=True, exist_ok=True)
    return upload


def arrive(upload: Upload, people: Personas) -> SIP:
    upload.size = upload.offset = upload.path.stat().st_size
    upload.save(force_insert=True)
    sip = reception.receive(upload, by=people.producer_falun)
    tasks.validate(str(sip.pk))
    sip.refresh_from_db()
    return sip


@pytest.mark.parametrize("made", [samples.fgs, samples.eark], ids=["FGS 1.2", "E-ARK SIP"])
@pytest.mark.parametrize("container", ["zip", "tar"])
def test_from_upload_to_receipt_and_public_search(made, container, upload: Upload, people: Personas) -> None:  # type: ignore[no-untyped-def]
    if made is samples.eark:
        upload.agreement = factories.agreement(
            upload.owner, number=f"{samples.AGREEMENT.number}", version=2, profile="e-ark-sip-2.1.0"
        )
    made(upload.path, container)
    sip = arrive(upload, people)
    report = sip.latest_report
    assert report is not None
    assert sip.status == SIP.Status.VALID, report.report["messages"]

    aip = acceptance.accept(sip, by=people.archivist_falun)
    assert aip is not None
    tasks.store(str(aip.pk))
    aip.refresh_from_db()
    sip.refresh_from_db()
    assert (aip.status, sip.status, aip.trouble) == (AIP.Status.CONFIRMED, SIP.Status.ARCHIVED, "")
    assert aip.copies.filter(state="verified", sha256=aip.sha256).count() == 2
    assert not sip.path.exists()

    document = json.loads(b"".join(receipts.as_json(aip.receipt)))
    assert {copy["sha256"] for copy in document["copies"]} == {aip.sha256}
    assert {each["sha256"] for each in document["objects"]} >= {file.sha256 for file in aip.content_files.all()}

    client = Client()
    found = client.get(reverse("search"), {"q": "Tillsyn av enskilt avlopp"}).content.decode()
    assert "Tillsyn av enskilt avlopp" in found
    assert "Remiss om skyddsobjekt" not in client.get(reverse("search"), {"q": "remiss skyddsobjekt"}).content.decode()
    unit = ArchivalUnit.objects.public().get(title="Beslut om föreläggande")
    (file,) = unit.files.all()
    answer = client.get(reverse("record_file", args=[unit.pk, file.pk]))
    content = b"".join(answer) if answer.streaming else answer.content
    assert hashlib.sha256(content).hexdigest() == file.sha256
    assert list(audit.breaks()) == []
    kinds = list(PreservationEvent.objects.filter(sip_id=sip.pk).values_list("kind", flat=True))
    assert len(kinds) == len(set(kinds)) + 1  # one replication per store, everything else once


def test_every_task_may_run_twice(upload: Upload, people: Personas) -> None:
    samples.fgs(upload.path, "zip")
    sip = arrive(upload, people)
    aip = acceptance.accept(sip, by=people.archivist_falun)
    assert aip is not None
    for _ in range(2):
        tasks.validate(str(sip.pk))
        tasks.store(str(aip.pk))
        tasks.describe(str(aip.pk))
        tasks.confirm(str(aip.pk))
        tasks.index()
        tasks.sweep()
    aip.refresh_from_db()
    assert aip.status == AIP.Status.CONFIRMED
    assert sip.reports.count() == 1
    assert aip.units.count() == 5


def test_a_withdrawn_case_is_gone_from_the_next_request_on(upload: Upload, people: Personas) -> None:
    samples.fgs(upload.path, "zip")
    sip = arrive(upload, people)
    aip = acceptance.accept(sip, by=people.archivist_falun)
    assert aip is not None
    tasks.store(str(aip.pk))
    case = ArchivalUnit.objects.public().get(title__startswith="Tillsyn")
    archivist, visitor = Client(), Client()
    archivist.force_login(people.archivist_falun)
    assert visitor.get(reverse("record", args=[case.pk])).status_code == 200
    archivist.post(reverse("withdraw_unit", args=[case.pk]), {"reason": "Fel handling."})
    assert visitor.get(reverse("record", args=[case.pk])).status_code == 404
    child = case.children.first()
    assert child
    assert visitor.get(reverse("record", args=[child.pk])).status_code == 404
    assert "Tillsyn av enskilt" not in visitor.get(reverse("search"), {"q": "avlopp"}).content.decode()
