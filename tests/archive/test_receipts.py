"""Kvittens: last of all, once, with every object's identity and digest; only then is the source let go."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive import documents, receipts, validation
from archive.models import AIP, SIP, PreservationEvent, Receipt, StorageCopy
from archive.packages import build
from tests.archive import deliveries
from tests.archive.stores import stores
from tests.consortium.pdf import Read

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_folders(tmp_path: Path) -> Iterator[None]:
    with stores(a=tmp_path / "a", b=tmp_path / "b"):
        yield


@pytest.fixture
def aip(tmp_path: Path) -> AIP:
    return deliveries.described(deliveries.package(tmp_path))


def confirmed(aip: AIP) -> AIP:
    receipts.confirm(deliveries.claimed(aip))
    aip.refresh_from_db()
    return aip


def test_receipt_is_issued_and_the_source_let_go(aip: AIP) -> None:
    inventory = validation.inventory_path(aip.sip)
    assert aip.sip.path.exists()
    assert inventory.exists()
    confirmed(aip)
    assert aip.status == AIP.Status.CONFIRMED
    assert aip.due_at is None
    assert aip.receipt.number.startswith("KV-")
    assert SIP.objects.get(pk=aip.sip_id).status == SIP.Status.ARCHIVED
    assert not aip.sip.path.exists()
    assert not inventory.exists()
    assert PreservationEvent.objects.filter(kind=PreservationEvent.Kind.DELETION, aip_id=aip.pk).count() == 1


def test_receipt_names_every_object_with_identity_and_digest(aip: AIP) -> None:
    confirmed(aip)
    said = json.loads(b"".join(receipts.as_json(aip.receipt)))
    assert said["archive_package"]["sha256"] == aip.sha256
    assert said["submission"]["sha256"] == aip.sip.sha256
    assert [copy["store"] for copy in said["copies"]] == ["a", "b"]
    assert len(said["objects"]) == said["files"] == aip.files == aip.content_files.count()
    for each in said["objects"]:
        file = aip.content_files.get(path=each["path"])
        assert (each["size"], each["sha256"]) == (file.size, file.sha256)
        assert each["id"] == build.object_id(aip.objid, build.SUBMISSION + file.path)
    lines = "".join(json.dumps(each, ensure_ascii=False, sort_keys=True) + "\n" for each in said["objects"])
    assert hashlib.sha256(lines.encode()).hexdigest() == said["files_digest"]["sha256"]


def test_receipt_is_issued_once_however_often_the_step_runs(aip: AIP) -> None:
    first = confirmed(aip).receipt
    AIP.objects.filter(pk=aip.pk).update(status=AIP.Status.DESCRIBED)
    confirmed(aip)
    assert Receipt.objects.get() == first
    assert aip.status == AIP.Status.CONFIRMED


def test_receipt_never_changes(aip: AIP) -> None:
    receipt = confirmed(aip).receipt
    with pytest.raises(TypeError):
        receipt.save()


def test_no_receipt_without_every_copy(aip: AIP) -> None:
    StorageCopy.objects.filter(aip=aip, store="b").update(state=StorageCopy.State.DAMAGED)
    confirmed(aip)
    assert (aip.status, aip.stopped_at_status) == (AIP.Status.NEEDS_PERSON, AIP.Status.DESCRIBED)
    assert "1 av 2 kopior" in aip.trouble
    assert aip.sip.path.exists()


def test_no_receipt_when_the_counts_differ(aip: AIP) -> None:
    aip.content_files.filter(path="content/2014/beslut.pdf").delete()
    confirmed(aip)
    assert aip.status == AIP.Status.NEEDS_PERSON
    assert "Antalet filer stämmer inte: 6 kontrollerades, 6 lagrades och 5 är förtecknade." in aip.trouble
    assert not Receipt.objects.exists()


def test_no_receipt_for_what_nobody_can_find(aip: AIP) -> None:
    aip.units.all().delete()
    confirmed(aip)
    assert aip.status == AIP.Status.NEEDS_PERSON
    assert "arkivenheter" in aip.trouble


def test_source_is_not_let_go_without_a_receipt(aip: AIP) -> None:
    with pytest.raises(ValueError, match="no receipt"):
        receipts.let_go_of_source(aip)
    assert aip.sip.path.exists()


def test_source_left_by_a_crash_is_swept(aip: AIP) -> None:
    content = aip.sip.path.read_bytes()
    confirmed(aip)
    aip.sip.path.write_bytes(content)
    assert receipts.sweep() == 1
    assert not aip.sip.path.exists()
    assert receipts.sweep() == 0


def test_receipt_on_paper(aip: AIP) -> None:
    confirmed(aip)
    with Read(documents.receipt_pdf(aip.receipt)) as pdf:
        assert pdf.title == f"Kvittens {aip.receipt.number}"
        text = pdf.text()
        assert aip.sha256 in text
        assert "sip.xml" in text
        for file in aip.content_files.all():
            assert file.sha256 in text
    assert documents.receipt_pdf(aip.receipt) == documents.receipt_pdf(aip.receipt)


def test_very_many_files_are_listed_in_json_and_counted_on_paper(aip: AIP, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.documents.receipt.MOST_OBJECTS", 5)
    confirmed(aip)
    with Read(documents.receipt_pdf(aip.receipt)) as pdf:
        text = pdf.text()
    assert aip.receipt.document["files_digest"]["sha256"] in text
    assert "sip.xml" not in text
