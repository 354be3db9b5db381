"""Inleverans: the tar follows from the rows, is kept in every store, and STORED means proven."""

import datetime
import errno
import hashlib
import os
import tarfile
import time
from pathlib import Path

import pytest
from django.conf import settings

from archive import ingest, making, storage
from archive.models import AIP, ContentFile, PreservationEvent, StorageCopy
from archive.packages.check import check
from archive.packages.container import open_package
from archive.packages.report import Severity
from archive.stores.folder import FolderStore
from consortium.models import Superseded
from consortium.models.leases import MAX_TRIES, database_now
from tests.archive import deliveries
from tests.archive.stores import stores

pytestmark = pytest.mark.django_db
Status = AIP.Status


@pytest.fixture(autouse=True)
def two_folders(tmp_path: Path):  # type: ignore[no-untyped-def]
    with stores(a=tmp_path / "a", b=tmp_path / "b"):
        yield


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return deliveries.package(tmp_path)


def copies(tmp_path: Path, aip: AIP) -> list[Path]:
    return [tmp_path / name / aip.key for name in ("a", "b")]


def test_accepted_delivery_is_kept_in_both_stores(package: Path, tmp_path: Path) -> None:
    aip = deliveries.stored(package)
    for copy in copies(tmp_path, aip):
        assert hashlib.sha256(copy.read_bytes()).hexdigest() == aip.sha256
    assert storage.proven_copies(aip) == 2
    assert aip.due_at is not None
    assert not deliveries.all_files(settings.WORK_DIR / "aips")


@pytest.mark.parametrize("container", ["tar", "zip"])
def test_every_file_of_the_delivery_is_one_range_of_bytes(tmp_path: Path, container: str) -> None:
    source = deliveries.package(tmp_path, container)  # type: ignore[arg-type]
    aip = deliveries.stored(source)
    with open_package(source) as tree:
        members = {member.path: b"".join(tree.chunks(member)) for member in tree.members()}
    files = {file.path: file for file in aip.content_files.all()}
    assert set(files) == set(members)
    for path, content in members.items():
        file = files[path]
        assert b"".join(storage.read_range(aip, file.offset, file.size)) == content
        assert file.sha256 == hashlib.sha256(content).hexdigest()
    assert (files["sip.xml"].puid, files["sip.xml"].mime.partition("/")[2]) == ("fmt/101", "xml")


def test_the_package_is_a_faultless_eark_aip(package: Path, tmp_path: Path) -> None:
    aip = deliveries.stored(package)
    report = check(copies(tmp_path, aip)[0])
    assert [each.rule for each in report.findings() if each.severity == Severity.ERROR] == []
    with tarfile.open(copies(tmp_path, aip)[0]) as tar:
        premis = next(name for name in tar.getnames() if name.count("/") == 3 and name.endswith("premis.xml"))
        text = tar.extractfile(premis).read().decode()  # type: ignore[union-attr]
    assert "accession" in text
    assert "Kommunstyrelsen, Falu kommun" in text


def test_the_same_rows_give_the_same_bytes(package: Path) -> None:
    aip = deliveries.accepted(package)
    first = making.make_tar(aip, package.with_name("1.tar"), lambda: None)
    second = making.make_tar(AIP.objects.get(pk=aip.pk), package.with_name("2.tar"), lambda: None)
    assert first.sha256 == second.sha256
    assert package.with_name("1.tar").read_bytes() == package.with_name("2.tar").read_bytes()


def test_running_twice_stores_once(package: Path) -> None:
    aip = deliveries.stored(package)
    AIP.objects.filter(pk=aip.pk).update(status=Status.STORING)
    ingest.build_and_store(deliveries.claimed(aip))
    aip.refresh_from_db()
    assert aip.status == Status.STORED
    kinds = PreservationEvent.objects.filter(aip_id=aip.pk).values_list("kind", flat=True)
    assert sorted(kinds) == ["creation", "ingestion", "replication", "replication"]
    assert aip.content_files.count() == aip.files == ContentFile.objects.count()


def test_taking_in_twice_gives_one_package(package: Path) -> None:
    aip = deliveries.accepted(package)
    assert ingest.take_in(aip.sip, by=aip.sip.received_by) == aip
    assert aip.number.startswith("AIP-")
    assert aip.label == "Miljöärenden 2014–2016"


def test_an_overtaken_worker_changes_nothing(package: Path) -> None:
    aip = deliveries.accepted(package)
    slow = deliveries.claimed(aip)
    deliveries.claimed(aip)
    with pytest.raises(Superseded):
        ingest.build_and_store(slow)
    aip.refresh_from_db()
    assert (aip.status, aip.sha256, aip.copies.count()) == (Status.STORING, "", 0)


def test_long_work_keeps_its_claim(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "BEAT", 0.0)
    leases: list[datetime.datetime] = []
    keep = AIP.keep

    def told(self: AIP, *lease: datetime.timedelta) -> None:
        keep(self, *lease)
        held = AIP.objects.get(pk=self.pk).lease_until
        assert held
        leases.append(held)

    monkeypatch.setattr(AIP, "keep", told)
    ingest.build_and_store(deliveries.claimed(deliveries.accepted(package)))
    assert len(leases) > 20
    assert leases[-1] > leases[0]


def test_one_store_down_makes_the_package_wait_and_go_on(package: Path, tmp_path: Path) -> None:
    aip = deliveries.accepted(package)
    (tmp_path / "b").write_text("ingen mapp")
    ingest.build_and_store(deliveries.claimed(aip))
    aip.refresh_from_db()
    assert (aip.status, aip.copies.count()) == (Status.STORING, 1)
    assert "Lagret b svarar inte som det ska" in aip.trouble
    assert aip.due_at is not None
    assert aip.work_path.exists()
    assert aip.sip.path.exists()
    (tmp_path / "b").unlink()
    ingest.build_and_store(deliveries.claimed(aip))
    aip.refresh_from_db()
    assert (aip.status, aip.trouble) == (Status.STORED, "")


@pytest.mark.parametrize("trouble", ["store full", "work area full"])
def test_however_long_room_is_lacking_no_person_is_needed(
    package: Path, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I8"""
    aip = deliveries.accepted(package)
    with monkeypatch.context() as patch:
        if trouble == "store full":
            patch.setattr(FolderStore, "_demand_room", refuse)
        else:
            patch.setattr(ingest, "make_tar", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")))
        for _ in range(MAX_TRIES + 2):
            ingest.build_and_store(deliveries.claimed(aip))
    aip.refresh_from_db()
    assert (aip.status, aip.sip.path.exists()) == (Status.STORING, True)
    assert aip.due_at
    assert aip.due_at > database_now() + datetime.timedelta(minutes=55), "asked more and more seldom"
    ingest.build_and_store(deliveries.claimed(aip))
    aip.refresh_from_db()
    assert (aip.status, aip.trouble) == (Status.STORED, "")


def refuse(self: FolderStore, size: int) -> None:
    raise self.full()


def test_a_delivery_that_changed_in_quarantine_is_not_stored(package: Path) -> None:
    aip = deliveries.accepted(package)
    content = bytearray(aip.sip.path.read_bytes())
    content[2000] ^= 1
    aip.sip.path.write_bytes(content)
    ingest.build_and_store(deliveries.claimed(aip))
    aip.refresh_from_db()
    assert (aip.status, aip.stopped_at_status) == (Status.NEEDS_PERSON, Status.STORING)
    assert "inte längre den som godkändes" in aip.trouble
    aip.sip.path.write_bytes(package.read_bytes())
    ingest.try_again(aip)
    ingest.build_and_store(deliveries.claimed(aip))
    aip.refresh_from_db()
    assert aip.status == Status.STORED


def test_a_package_that_fails_again_and_again_goes_to_a_person(package: Path) -> None:
    aip = deliveries.accepted(package, tries=20)
    ingest.build_and_store(deliveries.claimed(aip))
    aip.refresh_from_db()
    assert aip.status == Status.NEEDS_PERSON
    assert aip.trouble


def test_stored_needs_a_proof_from_every_store(package: Path) -> None:
    aip = deliveries.stored(package)
    AIP.objects.filter(pk=aip.pk).update(status=Status.STORING)
    StorageCopy.objects.filter(aip=aip, store="b").update(sha256="0" * 64)
    claim = deliveries.claimed(aip)
    with pytest.raises(ingest.CopiesNotProven):
        ingest._settle(claim)
    aip.refresh_from_db()
    assert aip.status == Status.STORING


def test_work_files_of_the_dead_are_swept(package: Path) -> None:
    aip = deliveries.stored(package)
    folder = settings.WORK_DIR / "aips"
    left = [folder / f"{aip.pk}.tar", folder / f"{aip.pk}.3.tar", folder / f".{aip.pk}.3.tar.part"]
    for path in left:
        path.write_bytes(b"")
    assert ingest.sweep() == 0
    for path in left:
        os.utime(path, (time.time() - 3 * 86400,) * 2)
    assert ingest.sweep() == 3
    assert not deliveries.all_files(folder)
