"""An object store that fails, lies, loses or damages at any of its requests makes a package wait, never be lost."""

import io
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from django.conf import settings

from archive import fixity
from archive.models import AIP, FixityCheck, StorageCopy
from archive.packages import build
from archive.stores import s3
from tests.archive import deliveries, faults
from tests.archive.stores import Environ, S3Server, error, stores
from tests.packages import samples

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.load]
Respond = Callable[..., Any]


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    made = S3Server()
    yield made
    made.stop()


@pytest.fixture(autouse=True)
def folder_and_bucket(server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.0)
    monkeypatch.setattr(s3, "_PATIENCE", s3._PATIENCE.merge(Config(read_timeout=0.3)))
    server.spoil = None
    with stores(a=tmp_path / "a", b=server.bucket(f"arkiv-{abs(hash(tmp_path))}")):
        yield
        server.spoil = None
        shutil.rmtree(settings.WORK_DIR / "aips", ignore_errors=True)


# What a store can do to a request


def reset_before(server: S3Server, environ: Environ, respond: Respond) -> Any:
    """The connection breaks and nothing has happened."""
    _hang_up(environ)
    return [b""]


def reset_after(server: S3Server, environ: Environ, respond: Respond) -> Any:
    """It has happened, and the answer is lost."""
    b"".join(server.real(environ, lambda *_: None))
    _hang_up(environ)
    return [b""]


def silence(server: S3Server, environ: Environ, respond: Respond) -> Any:
    """It has happened, and the answer comes too late."""
    body = b"".join(server.real(environ, respond))
    time.sleep(0.5)
    return [body]


def half_a_body(server: S3Server, environ: Environ, respond: Respond) -> Any:
    """Of what is sent half is kept, of what is fetched half is given."""
    if environ["REQUEST_METHOD"] != "PUT":
        return [(body := b"".join(server.real(environ, respond)))[: len(body) // 2]]
    size = int(environ["CONTENT_LENGTH"])
    kept = environ["wsgi.input"].read(size)[: size // 2]
    environ.update({"wsgi.input": io.BytesIO(kept), "CONTENT_LENGTH": str(len(kept))})
    environ.pop("HTTP_CONTENT_MD5", None)
    return server.real(environ, respond)


def other_bytes(server: S3Server, environ: Environ, respond: Respond) -> Any:
    """One bit is not as it was, on the way in or on the way out."""
    if environ["REQUEST_METHOD"] != "PUT":
        body = b"".join(server.real(environ, respond))
        return [_flipped(body, len(body) // 3)]
    content = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    environ["wsgi.input"] = io.BytesIO(_flipped(content, len(content) // 2))
    environ.pop("HTTP_CONTENT_MD5", None)
    return server.real(environ, respond)


def yes_and_gone(server: S3Server, environ: Environ, respond: Respond) -> Any:
    """It says yes and keeps nothing."""
    if environ["REQUEST_METHOD"] != "PUT":
        return None
    environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    respond("200 OK", [("ETag", '"0"'), ("Content-Length", "0")])
    return [b""]


def _flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :] if content else content


def _hang_up(environ: Environ) -> None:
    environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)


FAULTS: dict[str, Callable[[S3Server, Environ, Respond], Any]] = {
    "internal error": lambda _, *request: error("500 Internal Server Error", "InternalError")(*request),
    "slow down": lambda _, *request: error("503 Slow Down", "SlowDown")(*request),
    "forbidden": lambda _, *request: error("403 Forbidden", "AccessDenied")(*request),
    "no bucket": lambda _, *request: error("404 Not Found", "NoSuchBucket")(*request),
    "reset before": reset_before,
    "reset after": reset_after,
    "silence": silence,
    "half a body": half_a_body,
    "other bytes": other_bytes,
    "yes and gone": yes_and_gone,
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("times", [1, 4], ids=["once", "for a while"])
def test_at_every_request(server: S3Server, tmp_path: Path, name: str, times: int) -> None:
    most = 3 if name == "silence" else 12
    for n in range(1, most, times if times == 1 else times - 1):
        aip = deliveries.accepted(deliveries.package(tmp_path, files=1, number=n + 100 * times))
        asked = 0

        def spoil(environ: Environ, respond: Respond) -> Any:
            nonlocal asked
            asked += 1
            if n <= asked < n + times:  # noqa: B023 - called within the same turn
                return FAULTS[name](server, environ, respond)
            return None

        server.spoil = spoil
        faults.work(aip.pk)
        server.spoil = None
        faults.assert_nothing_lost(aip)
        faults.finish(aip)
        faults.assert_nothing_lost(aip, finished=True)
        if asked < n:
            break
    faults.assert_tidy()


def test_large_package_goes_on_after_a_broken_part(
    server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "PART_BYTES", 5 << 20)
    source = tmp_path / "stor"
    build.sip(
        source,
        files=samples.many(6, 3 << 20),
        description=samples.description(content="Unstructured"),
        created=samples.CREATED,
    )
    aip = deliveries.accepted(source)
    sent: list[str] = []

    def spoil(environ: Environ, respond: Respond) -> Any:
        if environ["REQUEST_METHOD"] == "PUT" and "partNumber" in environ["QUERY_STRING"]:
            if len(sent) == 2:
                return error("503 Slow Down", "SlowDown")(environ, respond)
            sent.append(environ["QUERY_STRING"])
        return None

    server.spoil = spoil
    faults.work(aip.pk)
    aip.refresh_from_db()
    assert (aip.status, len(sent)) == (AIP.Status.STORING, 2)
    assert "Lagret b" in aip.trouble
    before = list(sent)
    sent.insert(0, "more than two")
    faults.finish(aip)
    assert len(sent) == 1 + 4
    assert len({part for part in sent if part in before}) == 2
    faults.assert_nothing_lost(aip, finished=True)


def test_one_store_down_the_whole_time_and_then_back(server: S3Server, tmp_path: Path) -> None:
    aip = deliveries.accepted(deliveries.package(tmp_path))
    server.spoil = lambda *request: error("503 Slow Down", "SlowDown")(*request)
    for _ in range(3):
        faults.time_passes(aip)
        faults.work(aip.pk)
        aip.refresh_from_db()
        assert aip.status == AIP.Status.STORING
        assert "Lagret b" in aip.trouble
        assert "SlowDown" in aip.trouble
        assert aip.copies.get().store == "a"
    server.spoil = None
    faults.finish(aip)
    faults.assert_nothing_lost(aip, finished=True)


def test_audit_of_a_bucket_in_trouble_finds_no_lost_copy(server: S3Server, tmp_path: Path) -> None:
    aip = deliveries.stored(deliveries.package(tmp_path))
    copy = StorageCopy.objects.get(aip=aip, store="b")
    for name in ("internal error", "slow down", "forbidden", "no bucket", "reset before", "half a body"):
        server.spoil = lambda *request: FAULTS[name](server, *request)  # noqa: B023
        assert fixity.audit_copy(copy).outcome == FixityCheck.Outcome.NO_ANSWER, name
    server.spoil = None
    assert copy.state == StorageCopy.State.VERIFIED
    assert fixity.audit_copy(copy).outcome == FixityCheck.Outcome.SOUND
