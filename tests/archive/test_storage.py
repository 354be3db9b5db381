"""Förvaring: a copy is written once, read back, and a store that is not ours is never written to."""

import datetime
import hashlib
import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from archive import storage
from archive.models import ArchiveStore, StorageCopy
from archive.stores import s3
from archive.stores.base import Store
from consortium.models.leases import database_now
from tests import factories
from tests.archive.stores import S3Server, error, stores

pytestmark = pytest.mark.django_db
KEY = "ab/cd/abcd.tar"


def package(folder: Path, content: bytes = b"arkivpaket" * 1000) -> tuple[Path, str]:
    path = folder / "paket.tar"
    path.write_bytes(content)
    return path, hashlib.sha256(content).hexdigest()


@pytest.fixture(scope="module")
def s3_server() -> Iterator[S3Server]:
    server = S3Server()
    yield server
    server.stop()


@pytest.fixture(params=["folder", "s3", "other"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Store "a" of each kind in turn, and a folder as store "b"."""
    place: str = str(tmp_path / "a")
    if request.param == "s3":
        server: S3Server = request.getfixturevalue("s3_server")
        server.spoil = None
        place = server.bucket(f"arkiv-{abs(hash(tmp_path))}")
    with stores(a=place, b=tmp_path / "b"):
        if request.param == "other":
            from archive.stores import other

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(storage, "FolderStore", type("NoFolder", (), {}))
                patch.setattr(storage, "FileSystemStorage", type("NoFolder", (), {}))
                yield "a"
                assert isinstance(storage.store_named("a"), other.OtherStore)
        else:
            yield "a"


def test_a_copy_is_written_read_back_and_found_by_range(places: str, tmp_path: Path) -> None:
    source, sha256 = package(tmp_path, bytes(range(256)) * 100)
    storage.put(places, KEY, source, sha256)
    store = storage.opened(places)
    assert store.size(KEY) == 25_600
    assert b"".join(store.read(KEY, 256, 3)) == b"\0\1\2"
    assert b"".join(store.read(KEY, 256, 0)) == b""


def test_nothing_is_written_over_what_lies_under_a_key(places: str, tmp_path: Path) -> None:
    source, sha256 = package(tmp_path)
    storage.put(places, KEY, source, sha256)
    other, other_sha256 = package(tmp_path, b"annat")
    with pytest.raises(storage.CopyDamaged, match=sha256):
        storage.put(places, KEY, other, other_sha256)
    storage.verify(storage.opened(places), KEY, sha256)


def test_good_bytes_go_beside_bad_ones(places: str, tmp_path: Path) -> None:
    bad, bad_sha256 = package(tmp_path, b"halva pake")
    storage.put(places, KEY, bad, bad_sha256)
    source, sha256 = package(tmp_path)
    place = storage.keep(places, KEY, source, sha256)
    assert place == "ab/cd/abcd.2.tar"
    storage.verify(storage.opened(places), place, sha256)
    storage.verify(storage.opened(places), KEY, bad_sha256)
    assert storage.keep(places, KEY, source, sha256) == place


def test_an_absent_copy_is_missing_and_a_short_one_damaged(places: str, tmp_path: Path) -> None:
    source, sha256 = package(tmp_path)
    store = storage.opened(places)
    assert store.size(KEY) is None
    with pytest.raises(storage.CopyMissing):
        storage.verify(store, KEY, sha256)
    storage.put(places, KEY, source, sha256)
    with pytest.raises(storage.CopyDamaged):
        b"".join(store.read(KEY, 9_999, 100))
    with pytest.raises(storage.CopyDamaged):
        b"".join(store.read(KEY, 20_000, 100))


def test_no_store_has_a_way_to_change_or_remove_what_lies_under_a_key() -> None:
    """What could: opening to write, renaming over, deleting or copying objects. Only parts under way are removed."""
    ways = r"open\([^)]*[\"'][wax+]|O_TRUNC|os\.(rename|replace)|delete_object|copy_object|\.delete\(|upload_file"
    for source in Path(storage.__file__).parent.joinpath("stores").glob("*.py"):
        assert re.findall(ways, source.read_text()) == [], source.name
    assert re.findall(ways, Path(storage.__file__).read_text()) == []


# The marker


def test_an_exchanged_store_is_recognised(tmp_path: Path) -> None:
    with stores(a=tmp_path / "a", b=tmp_path / "b"):
        storage.opened("a"), storage.opened("b")
    with stores(a=tmp_path / "b", b=tmp_path / "a"), pytest.raises(storage.StoreUnavailable, match="ett annat lager"):
        storage.opened("a")
    assert "ett annat lager" in ArchiveStore.objects.get(name="a").trouble


def test_an_empty_store_that_should_hold_copies_is_not_written_to(tmp_path: Path) -> None:
    source, sha256 = package(tmp_path)
    with stores(a=tmp_path / "a"):
        storage.put("a", KEY, source, sha256)
        StorageCopy.objects.create(aip=factories.aip(), store="a", key=KEY, sha256=sha256, verified_at=database_now())
    for other in (tmp_path / "empty", tmp_path / "absent"):
        (tmp_path / "empty").mkdir(exist_ok=True)
        with stores(a=other), pytest.raises(storage.StoreUnavailable, match="inte anslutet"):
            storage.opened("a")
    assert not any((tmp_path / "empty").iterdir())
    assert not (tmp_path / "absent").exists()
    with stores(a=tmp_path / "a"):
        storage.opened("a")
    assert not ArchiveStore.objects.get(name="a").trouble


def test_another_archives_store_is_left_alone(tmp_path: Path) -> None:
    with stores(a=tmp_path / "a"):
        storage.opened("a")
        ArchiveStore.objects.all().delete()  # as another archive, with a database of its own, sees it
        with pytest.raises(storage.StoreUnavailable, match="ett annat lager"):
            storage.opened("a")
        assert [path.name for path in (tmp_path / "a").iterdir() if path.is_file()] == [storage.MARKER]


@pytest.mark.parametrize("bad", [b"", b"{", b"[]", b'{"sha256": "0"}', b'{"samarkiv": "lager", "name": "a"}'])
def test_a_marker_damaged_when_it_was_written_is_written_once_more(tmp_path: Path, bad: bytes) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / storage.MARKER).write_bytes(bad)
    with stores(a=tmp_path / "a"):
        storage.opened("a")
        storage.opened("a")
    assert (tmp_path / "a" / storage.MARKER).read_bytes() == bad


def test_a_store_whose_marker_is_damaged_proves_itself_by_its_copies(tmp_path: Path) -> None:
    source, sha256 = package(tmp_path)
    with stores(a=tmp_path / "a"):
        storage.put("a", KEY, source, sha256)
        StorageCopy.objects.create(aip=factories.aip(), store="a", key=KEY, sha256=sha256, verified_at=database_now())
        marker = tmp_path / "a" / storage.MARKER
        marker.chmod(0o640)
        marker.write_bytes(marker.read_bytes().replace(b"lager", b"Lager"))
        storage.opened("a")
        marker.with_name("samarkiv-lager.2.json").unlink()
        (tmp_path / "a" / KEY).unlink()
        with pytest.raises(storage.StoreUnavailable, match="saknar vår märkning"):
            storage.opened("a")


# A folder: durable in the right order, and nothing half done


def test_bytes_are_durable_before_the_key_exists_and_the_key_before_we_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []

    def told(name: str, real: Callable[..., Any], place: Callable[..., str]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            order.append(f"{name} {place(*args)}")
            return real(*args, **kwargs)

        return call

    def opened_path(descriptor: int) -> str:
        path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        return "part" if path.parent.name == ".skrivs" else str(path.relative_to(tmp_path))

    source, sha256 = package(tmp_path)
    with stores(a=tmp_path / "a"):
        store = storage.opened("a")
        monkeypatch.setattr(os, "write", told("write", os.write, lambda descriptor, _: opened_path(descriptor)))
        monkeypatch.setattr(os, "fsync", told("fsync", os.fsync, opened_path))
        monkeypatch.setattr(os, "link", told("link", os.link, lambda _, to: str(Path(to).relative_to(tmp_path))))
        store.put(KEY, source)
        monkeypatch.undo()
    assert order == [
        "write part",
        "fsync part",
        f"link a/{KEY}",
        "fsync a/ab/cd",
        "fsync a/ab",
        "fsync a",
    ]
    storage.verify(store, KEY, sha256)


def test_stored_bytes_are_read_only_files_of_our_own(tmp_path: Path) -> None:
    source, _ = package(tmp_path)
    with stores(a=tmp_path / "a"):
        storage.opened("a").put(KEY, source)
    assert (tmp_path / "a" / KEY).stat().st_mode & 0o777 == 0o440


def test_interrupted_writing_leaves_nothing_that_stays(tmp_path: Path) -> None:
    class Stopped(Exception):
        pass

    def stop() -> None:
        raise Stopped

    source, _ = package(tmp_path)
    with stores(a=tmp_path / "a"):
        store = storage.opened("a")
        with pytest.raises(Stopped):
            store.put(KEY, source, alive=stop)
        assert [path.name for path in (tmp_path / "a").rglob("*") if path.is_file()] == [storage.MARKER]
        left = tmp_path / "a" / ".skrivs" / "0123"
        left.write_bytes(b"halvt")
        assert storage.sweep() == 0
        os.utime(left, (time.time() - 3 * 86400,) * 2)
        assert storage.sweep() == 1
        assert not left.exists()


# S3


def test_large_packages_go_in_parts_and_go_on_where_they_stopped(
    s3_server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "PART_BYTES", 5 << 20)
    content = os.urandom(1 << 20) * 17
    source, sha256 = package(tmp_path, content)
    sent: list[int] = []
    s3_server.spoil = None
    with stores(a=s3_server.bucket("delar")):
        store = storage.opened("a")
        assert isinstance(store, s3.S3Store)
        send = store._send

        def counted(key: str, upload: str, number: int, body: bytes) -> str:
            if sent == [1, 2]:
                raise KeyboardInterrupt
            sent.append(number)
            return send(key, upload, number, body)

        monkeypatch.setattr(store, "_send", counted)
        with pytest.raises(KeyboardInterrupt):
            store.put(KEY, source)
        assert store.size(KEY) is None
        sent.insert(0, 0)
        assert store.put(KEY, source)
        assert sent == [0, 1, 2, 3, 4]
        storage.verify(store, KEY, sha256)
        assert not store.put(KEY, source)


def test_unfinished_uploads_are_aborted_when_old(s3_server: S3Server) -> None:
    s3_server.spoil = None
    with stores(a=s3_server.bucket("halva")):
        store = storage.opened("a")
        s3_server.client().create_multipart_upload(Bucket="halva", Key="arkiv/ab/cd/x.tar")
        assert store.sweep(datetime.timedelta(days=36_500)) == 0
        assert storage.sweep() == 1  # this server says that every upload began in 2010
        assert "Uploads" not in s3_server.client().list_multipart_uploads(Bucket="halva")


@pytest.mark.parametrize(
    ("status", "code"),
    [("500 Internal Server Error", "InternalError"), ("503 Slow Down", "SlowDown"), ("403 Forbidden", "AccessDenied")],
)
def test_a_store_in_trouble_is_not_a_missing_copy(
    s3_server: S3Server, tmp_path: Path, status: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.0)
    source, sha256 = package(tmp_path)
    name = f"sjuk-{code.lower()}"
    s3_server.spoil = None
    with stores(a=s3_server.bucket(name)):
        storage.put("a", KEY, source, sha256)
        store = storage.store_named("a")
        s3_server.spoil = error(status, code)
        for act in (
            lambda: store.size(KEY),
            lambda: store.size("ab/cd/ny.tar"),
            lambda: b"".join(store.read(KEY)),
            lambda: store.put("ab/cd/ny.tar", source),
            lambda: storage.opened("a"),
        ):
            with pytest.raises(storage.StoreUnavailable):
                act()
    s3_server.spoil = None


def test_a_bucket_that_is_gone_is_not_a_missing_copy(s3_server: S3Server) -> None:
    s3_server.spoil = None
    with stores(a=s3_server.address("finns-inte")):
        store = storage.store_named("a")
        with pytest.raises(storage.StoreUnavailable):
            store.size(KEY)
        with pytest.raises(storage.StoreUnavailable):
            b"".join(store.read(KEY))


def test_a_body_that_breaks_off_is_no_answer(s3_server: S3Server, tmp_path: Path) -> None:
    source, sha256 = package(tmp_path)
    s3_server.spoil = None

    def half(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if environ["REQUEST_METHOD"] != "GET":
            return None
        body = b"".join(s3_server.real(environ, start_response))
        return [body[: len(body) // 2]]

    with stores(a=s3_server.bucket("bruten")):
        storage.put("a", KEY, source, sha256)
        store: Store = storage.store_named("a")
        s3_server.spoil = half
        with pytest.raises(storage.StoreUnavailable):
            b"".join(store.read(KEY))
    s3_server.spoil = None


# Reading for people


def test_a_range_comes_from_the_next_copy_when_the_first_does_not_give_it(tmp_path: Path) -> None:
    source, sha256 = package(tmp_path, b"0123456789")
    with stores(a=tmp_path / "a", b=tmp_path / "b"):
        aip = factories.aip(sha256=sha256, status="stored")
        for name in ("b", "a"):
            key = storage.keep(name, aip.key, source, sha256)
            StorageCopy.objects.create(aip=aip, store=name, key=key, sha256=sha256, verified_at=database_now())
        assert b"".join(storage.read_range(aip, 3, 4)) == b"3456"
        (tmp_path / "a" / aip.key).unlink()
        assert b"".join(storage.read_range(aip, 3, 4)) == b"3456"
        (tmp_path / "b" / aip.key).unlink()
        with pytest.raises(storage.NoCopyAnswers):
            storage.read_range(aip, 3, 4)
