"""Beständighet: what is damaged is found, named and replaced; what cannot be judged is left alone."""

import datetime
import errno
import hashlib
import io
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from archive import fixity, storage
from archive.models import AIP, ArchiveStore, FixityCheck, PreservationEvent, StorageCopy
from archive.stores.folder import FolderStore
from consortium.models import AuditEvent, Pulse
from consortium.models.leases import database_now
from tests import factories
from tests.archive import deliveries
from tests.archive.stores import Filled, filled, folders, stores
from tests.keeping import shared
from tests.personas import Personas

pytestmark = pytest.mark.django_db
Outcome, State = FixityCheck.Outcome, StorageCopy.State


@pytest.fixture(autouse=True)
def two_folders(tmp_path: Path) -> Iterator[None]:
    with folders(tmp_path):
        yield


@pytest.fixture
@shared
def kept(db: None) -> Filled[AIP]:
    return filled(lambda folder: deliveries.described(deliveries.package(folder)))


@pytest.fixture
def aip(kept: Filled[AIP], tmp_path: Path) -> AIP:
    return kept.copied_to(tmp_path)


def copy_in(aip: AIP, store: str) -> StorageCopy:
    return StorageCopy.objects.get(aip=aip, store=store)


def file_of(tmp_path: Path, copy: StorageCopy) -> Path:
    return tmp_path / copy.store / copy.key


def spoil(path: Path, how: Callable[[bytes], bytes]) -> bytes:
    content = how(path.read_bytes())
    path.chmod(0o640)
    path.write_bytes(content)
    return content


def flip(content: bytes) -> bytes:
    return content[:5000] + bytes([content[5000] ^ 1]) + content[5001:]


WAYS: dict[str, Callable[[bytes], bytes]] = {
    "one bit flipped": flip,
    "cut": lambda content: content[:-700],
    "longer": lambda content: content + b"\0",
    "empty": lambda _: b"",
    "zeroes of the same length": lambda content: bytes(len(content)),
    "a page from elsewhere": lambda content: content[:4096] + content[:4096] + content[8192:],
}


def test_sound_copy_is_noted_and_its_proof_renewed(aip: AIP) -> None:
    copy = copy_in(aip, "a")
    before = copy.verified_at
    check = fixity.audit_copy(copy)
    assert check.outcome == Outcome.SOUND
    assert copy.verified_at > before
    event = PreservationEvent.objects.get(kind=PreservationEvent.Kind.FIXITY_CHECK)
    assert (event.outcome, event.detail["store"]) == ("success", "a")


@pytest.mark.parametrize("store", ["a", "b"])
@pytest.mark.parametrize("way", WAYS)
def test_damage_is_found_and_good_bytes_go_beside_the_bad(aip: AIP, tmp_path: Path, way: str, store: str) -> None:
    copy = copy_in(aip, store)
    path = file_of(tmp_path, copy)
    bad = spoil(path, WAYS[way])
    assert fixity.audit_copy(copy).outcome == Outcome.DAMAGED
    assert copy.state == State.DAMAGED
    assert fixity.repair(copy)
    assert (copy.state, copy.key) == (State.VERIFIED, aip.key.replace(".tar", ".2.tar"))
    assert path.read_bytes() == bad
    assert fixity.audit_copy(copy).outcome == Outcome.SOUND
    assert PreservationEvent.objects.filter(kind=PreservationEvent.Kind.REPAIR, aip_id=aip.pk).count() == 1
    assert not deliveries.all_files(aip.work_path.parent)


def test_missing_copy_is_written_again_under_its_key(aip: AIP, tmp_path: Path) -> None:
    copy = copy_in(aip, "b")
    file_of(tmp_path, copy).unlink()
    assert fixity.audit_copy(copy).outcome == Outcome.MISSING
    assert fixity.repair(copy)
    assert copy.key == aip.key
    assert fixity.audit_copy(copy).outcome == Outcome.SOUND


def test_where_no_copy_is_good_nothing_is_touched(aip: AIP, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    bad = {}
    for copy in aip.copies.all():
        bad[copy.pk] = spoil(file_of(tmp_path, copy), flip)
        fixity.audit_copy(copy)
    for copy in aip.copies.all():
        assert not fixity.repair(copy)
        assert file_of(tmp_path, copy).read_bytes() == bad[copy.pk]
    aip.refresh_from_db()
    assert "Ingen hel kopia" in aip.trouble
    assert [record.levelname for record in caplog.records].count("CRITICAL") == 1
    with pytest.raises(storage.NoCopyAnswers):
        storage.read_range(aip, 0, 10)


def test_a_copy_believed_good_is_read_before_it_is_trusted(aip: AIP, tmp_path: Path) -> None:
    first, second = copy_in(aip, "a"), copy_in(aip, "b")
    spoil(file_of(tmp_path, first), flip)
    spoil(file_of(tmp_path, second), flip)
    fixity.audit_copy(first)
    assert not fixity.repair(first)
    assert list((tmp_path / "a").rglob("*.2.tar")) == []


@pytest.mark.parametrize("how", ["gone", "empty", "exchanged", "no folder"])
def test_a_store_that_is_not_there_has_lost_nothing(aip: AIP, tmp_path: Path, how: str) -> None:
    (tmp_path / "b").rename(tmp_path / "away")
    if how == "empty":
        (tmp_path / "b").mkdir()
    elif how == "exchanged":
        shutil.copytree(tmp_path / "a", tmp_path / "b")
    elif how == "no folder":
        (tmp_path / "b").write_text("")
    copy = copy_in(aip, "b")
    assert fixity.audit_copy(copy).outcome == Outcome.NO_ANSWER
    assert copy.state == State.VERIFIED
    assert ArchiveStore.objects.get(name="b").trouble
    assert not fixity.repair(copy)


def test_an_unreadable_sector_is_damage_not_silence(aip: AIP, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = FolderStore.read

    def failing(self: FolderStore, key: str, *place: Any) -> Iterator[bytes]:
        if key.endswith(".tar") and self.name == "a":
            raise self._read_fault(OSError(errno.EIO, os.strerror(errno.EIO)))
        return read(self, key, *place)

    monkeypatch.setattr(FolderStore, "read", failing)
    assert fixity.audit_copy(copy_in(aip, "a")).outcome == Outcome.DAMAGED


@pytest.mark.parametrize("field", ["aip", "copy", "both"])
def test_a_digest_altered_in_the_database_is_told_and_no_copy_touched(aip: AIP, tmp_path: Path, field: str) -> None:
    false = "f" * 64
    if field in ("aip", "both"):
        AIP.objects.filter(pk=aip.pk).update(sha256=false)
    if field in ("copy", "both"):
        aip.copies.update(sha256=false)
    before = {path: path.read_bytes() for path in deliveries.all_files(tmp_path / "a")}
    copy = copy_in(aip, "a")
    check = fixity.audit_copy(copy)
    assert check.outcome == Outcome.DISAGREES
    assert "ffffffffffff…" in check.found
    assert copy.state == State.VERIFIED
    StorageCopy.objects.filter(pk=copy.pk).update(state=State.DAMAGED)
    copy.refresh_from_db()
    assert not fixity.repair(copy)
    assert {path: path.read_bytes() for path in deliveries.all_files(tmp_path / "a")} == before


def test_repair_that_stops_halfway_is_taken_up_again(aip: AIP, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = copy_in(aip, "a")
    spoil(file_of(tmp_path, copy), flip)
    fixity.audit_copy(copy)
    with monkeypatch.context() as patch:
        patch.setattr(storage, "verify", stop)
        with pytest.raises(KeyboardInterrupt):
            fixity.repair(copy)
    copy.refresh_from_db()
    assert copy.state == State.DAMAGED
    fixity.audit_due()
    copy.refresh_from_db()
    assert copy.state == State.VERIFIED
    assert fixity.audit_copy(copy).outcome == Outcome.SOUND


def stop(*_: object) -> None:
    raise KeyboardInterrupt


# When


def later(copy: StorageCopy, **ago: float) -> None:
    StorageCopy.objects.filter(pk=copy.pk).update(verified_at=database_now() - datetime.timedelta(**ago))


def test_copies_are_read_after_a_day_and_then_each_quarter(aip: AIP) -> None:
    copy = copy_in(aip, "a")
    assert fixity.audit_due() == 0
    later(copy, hours=25)
    assert fixity.audit_due() == 1
    assert fixity.audit_due() == 0
    later(copy, days=60)
    assert fixity.audit_due() == 0
    later(copy, days=91)
    assert fixity.audit_due() == 1


def test_audit_repairs_what_it_finds(aip: AIP, tmp_path: Path) -> None:
    copy = copy_in(aip, "b")
    later(copy, days=2)
    spoil(file_of(tmp_path, copy), flip)
    fixity.audit_due()
    copy.refresh_from_db()
    assert (copy.state, copy.key) == (State.VERIFIED, aip.key.replace(".tar", ".2.tar"))


def test_a_silent_store_is_asked_once_each_round(tmp_path: Path) -> None:
    for number in range(3):
        aip = deliveries.described(deliveries.package(fresh(tmp_path, number), files=1, number=number))
        later(copy_in(aip, "b"), days=2)
    (tmp_path / "b").rename(tmp_path / "away")
    assert fixity.audit_due() == 1
    assert FixityCheck.objects.get().outcome == Outcome.NO_ANSWER


def fresh(tmp_path: Path, number: int) -> Path:
    folder = tmp_path / f"leverans-{number}"
    folder.mkdir()
    return folder


def test_long_reading_gives_signs_of_life(aip: AIP, client: Client, people: Personas) -> None:
    client.force_login(people.it_archivist)
    Pulse.objects.create(name="fixity", at=database_now() - datetime.timedelta(days=2))
    assert "Har inte gett livstecken sedan" in client.get(reverse("status")).content.decode()
    fixity.audit_copy(copy_in(aip, "a"))
    assert "Har inte gett livstecken sedan" not in client.get(reverse("status")).content.decode()


def test_a_copy_checked_many_times_is_read_once(aip: AIP) -> None:
    copy = copy_in(aip, "a")
    for _ in range(3):
        fixity.audit_copy(copy)
    later(copy, days=91)
    assert fixity.audit_due() == 1
    assert copy.checks.count() == 4


def test_where_the_database_disagrees_it_is_told_once(aip: AIP, client: Client, people: Personas) -> None:
    copy = copy_in(aip, "a")
    aip.copies.filter(pk=copy.pk).update(sha256="f" * 64)
    later(copy, days=91)
    assert fixity.audit_due() == 1
    assert fixity.audit_due() == 0
    assert [check.outcome for check in copy.checks.all()] == [Outcome.DISAGREES]
    client.force_login(people.it_archivist)
    told = "1 kopia stämmer inte med databasens kontrollsumma."
    assert told in client.get(reverse("status")).content.decode()
    aip.copies.filter(pk=copy.pk).update(sha256=aip.sha256)
    assert fixity.audit_copy(copy_in(aip, "a")).outcome == Outcome.SOUND
    assert told not in client.get(reverse("status")).content.decode()


def test_a_copy_that_gave_no_answer_stands_in_nobodys_way(tmp_path: Path) -> None:
    copies = [
        copy_in(deliveries.described(deliveries.package(fresh(tmp_path, number), files=1, number=number)), "b")
        for number in range(3)
    ]
    for days, copy in zip((103, 102, 101), copies, strict=True):
        later(copy, days=days)
    for copy in copies[:2]:
        FixityCheck.objects.create(copy=copy, at=database_now(), outcome=Outcome.NO_ANSWER)
    assert list(fixity._due()) == [copies[2], copies[0], copies[1]]


def test_a_first_reading_without_answer_is_made_up_for(aip: AIP) -> None:
    copy = copy_in(aip, "a")
    later(copy, days=2)
    FixityCheck.objects.create(copy=copy, at=database_now(), outcome=Outcome.NO_ANSWER)
    assert fixity.audit_due() == 1
    assert fixity.audit_due() == 0


def test_leftovers_are_tidied_once_an_hour(aip: AIP) -> None:
    fixity.audit_due()
    first = Pulse.objects.get(name="tidy").at
    fixity.audit_due()
    assert Pulse.objects.get(name="tidy").at == first


# Many at once


@pytest.fixture
def many(aip: AIP, tmp_path: Path) -> list[AIP]:
    """One real package, and eleven rows more whose copies are real too."""
    made = [aip]
    for number in range(11):
        content = b"paket %d" % number
        source = tmp_path / "ett paket"
        source.write_bytes(content)
        sha256 = hashlib.sha256(content).hexdigest()
        other = factories.aip(sha256=sha256, status="confirmed", objid=f"uuid-{number}")
        for name in ("a", "b"):
            key = storage.keep(name, other.key, source, sha256)
            StorageCopy.objects.create(aip=other, store=name, key=key, sha256=sha256, verified_at=database_now())
        made.append(other)
    return made


def test_many_missing_at_once_point_at_the_store(
    many: list[AIP], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for aip in many:
        copy = copy_in(aip, "b")
        file_of(tmp_path, copy).unlink()
        later(copy, days=2)
    fixity.audit_due()
    assert not PreservationEvent.objects.filter(kind=PreservationEvent.Kind.REPAIR).exists()
    assert StorageCopy.objects.filter(state=State.MISSING).count() == 12
    known = ArchiveStore.objects.get(name="b")
    assert known.repairs_stopped_at
    assert "12 av 12 kopior saknas i lager b" in known.trouble
    assert "CRITICAL" in [record.levelname for record in caplog.records]
    fixity.audit_due()
    assert not list((tmp_path / "b").rglob("*.tar"))

    assert fixity.restore("b", by=None) == 12
    assert StorageCopy.objects.filter(store="b", state=State.VERIFIED).count() == 12
    assert not ArchiveStore.objects.get(name="b").repairs_stopped_at
    assert AuditEvent.objects.filter(what="store_restored").count() == 1


def test_one_missing_of_many_is_repaired(many: list[AIP], tmp_path: Path) -> None:
    copy = copy_in(many[3], "b")
    file_of(tmp_path, copy).unlink()
    later(copy, days=2)
    fixity.audit_due()
    copy.refresh_from_db()
    assert copy.state == State.VERIFIED


# A store that came later


def test_old_packages_get_a_copy_in_a_new_store(aip: AIP, tmp_path: Path, client: Client, people: Personas) -> None:
    client.force_login(people.it_archivist)
    with stores(a=tmp_path / "a", c=tmp_path / "c"):
        assert "1 arkivpaket har färre kontrollerade kopior än 2." in client.get(reverse("status")).content.decode()
        for _ in range(2):
            fixity.audit_due()
        copy = copy_in(aip, "c")
        assert file_of(tmp_path, copy).read_bytes() == file_of(tmp_path, copy_in(aip, "a")).read_bytes()
        assert storage.proven_copies(aip) == 2
        assert "Alla arkivpaket har sina kopior" in client.get(reverse("status")).content.decode()
    event = PreservationEvent.objects.get(kind=PreservationEvent.Kind.REPLICATION, detail__store="c")
    assert (event.aip_id, event.detail["key"]) == (aip.pk, copy.key)
    assert not deliveries.all_files(aip.work_path.parent)


def test_a_package_still_on_its_way_in_is_left_to_the_ingest(tmp_path: Path) -> None:
    waiting = deliveries.accepted(deliveries.package(tmp_path))
    stopped = factories.aip(status=AIP.Status.NEEDS_PERSON, stopped_at_status=AIP.Status.STORING)
    fixity.audit_due()
    for aip in (waiting, stopped):
        aip.refresh_from_db()
        assert (aip.copies.count(), aip.trouble) == (0, "")


@pytest.mark.parametrize("which", ["the old store", "the new store", "room in the new store"])
def test_what_cannot_be_copied_now_waits_without_alarm(
    aip: AIP, tmp_path: Path, which: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I8"""
    with stores(a=tmp_path / "a", c=tmp_path / "c"):
        away = tmp_path / ("a" if which == "the old store" else "c")
        with monkeypatch.context() as patch:
            if which == "room in the new store":
                patch.setattr(FolderStore, "_demand_room", full)
            else:
                if away.exists():
                    away.rename(tmp_path / "away")
                away.write_text("")
            fixity.audit_due()
        aip.refresh_from_db()
        assert (storage.proven_copies(aip), aip.trouble) == (1, "")
        if away.is_file():
            away.unlink()
        if (tmp_path / "away").exists():
            (tmp_path / "away").rename(away)
        fixity.audit_due()
        assert storage.proven_copies(aip) == 2


def full(self: FolderStore, size: int) -> None:
    raise self.full()


def test_a_damaged_only_copy_is_told_and_not_spread(aip: AIP, tmp_path: Path) -> None:
    copy = copy_in(aip, "a")
    spoil(file_of(tmp_path, copy), flip)
    with stores(a=tmp_path / "a", c=tmp_path / "c"):
        for _ in range(3):
            fixity.audit_due()
        assert not list((tmp_path / "c").rglob("*.tar"))
    assert [check.outcome for check in copy.checks.all()] == [Outcome.DAMAGED], "read once, then known"
    aip.refresh_from_db()
    assert "Ingen hel kopia" in aip.trouble


def test_a_digest_altered_in_the_database_is_not_spread(aip: AIP, tmp_path: Path) -> None:
    AIP.objects.filter(pk=aip.pk).update(sha256="f" * 64)
    with stores(a=tmp_path / "a", c=tmp_path / "c"):
        fixity.audit_due()
        assert not list((tmp_path / "c").rglob("*.tar"))
    aip.refresh_from_db()
    assert aip.trouble == ""


# The command


def test_a_store_never_opened_can_be_restored_and_one_that_is_away_says_so(aip: AIP, tmp_path: Path) -> None:
    out = io.StringIO()
    with stores(a=tmp_path / "a", c=tmp_path / "c"):
        call_command("fixity", "--store", "a", "--restore", stdout=out)
        assert fixity.restore("c", by=None) == 0
        shutil.rmtree(tmp_path / "a")
        with pytest.raises(CommandError, match="saknar vår märkning"):
            call_command("fixity", "--store", "a", "--restore", stdout=out)


def test_command_reads_all_and_changes_nothing_unless_asked(aip: AIP, tmp_path: Path) -> None:
    out = io.StringIO()
    call_command("fixity", stdout=out)
    assert "2 kopior lästa, 0 är inte hela." in out.getvalue()
    path = file_of(tmp_path, copy_in(aip, "a"))
    spoil(path, flip)
    with pytest.raises(CommandError, match="1 kopior är inte hela"):
        call_command("fixity", stdout=out)
    assert list((tmp_path / "a").rglob("*.2.tar")) == []
    with pytest.raises(CommandError, match="--store"):
        call_command("fixity", "--restore", stdout=out)
    call_command("fixity", "--store", "a", "--restore", stdout=out)
    assert "1 av 1 kopior återställda" in out.getvalue()
