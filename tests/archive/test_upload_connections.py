"""Uploads over real connections to the real web server: broken, slow, doubled and large ones, and foreign clients."""

import hashlib
import io
import os
import random
import signal
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import pytest
from tusclient.client import TusClient

from archive.models import SIP, Upload
from consortium.models import User
from deliveries.models import SubmissionAgreement
from tests import factories, personas
from tests.archive.tus_client import encoded
from tests.web import CSRF, Answer, Web, Wire, answer, cookies, gunicorn

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.load]
PATIENCE = 2


@pytest.fixture
def producer(transactional_db: None) -> User:
    return personas.make().producer_falun


@pytest.fixture
def agreement(producer: User) -> SubmissionAgreement:
    return factories.agreement(factories.municipality("2080"))


@pytest.fixture(scope="module")
def web(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    log = tmp_path_factory.mktemp("web") / "log"
    with gunicorn(log, UPLOAD_PATIENCE_SECONDS=str(PATIENCE), LOG_LEVEL="CRITICAL") as started:
        yield started


@pytest.fixture
def wire(web: Web, producer: User, agreement: SubmissionAgreement) -> Wire:
    return Wire(web.port, cookies(producer))


def create(wire: Wire, length: int, **metadata: str) -> str:
    facts = encoded(filename="leverans.tar", **metadata)
    made = wire.ask("POST", "/uppladdning/", Upload_Length=length, Upload_Metadata=facts)
    assert made.status == 201, made
    return made.headers["Location"]


def offset(wire: Wire, path: str) -> int:
    return int(wire.ask("HEAD", path).headers["Upload-Offset"])


def send(wire: Wire, path: str, at: int, body: bytes) -> Answer:
    with wire.patch(path, at, len(body)) as line:
        line.sendall(body)
        return answer(line)


def received(path: str) -> SIP:
    return SIP.objects.get(pk=UUID(path.strip("/").rsplit("/", 1)[-1]))


def send_the_rest(wire: Wire, path: str, body: bytes) -> None:
    """As every client does after a break: ask how far it came, go on from there, wait while the old line is let go."""
    ends = time.monotonic() + 20
    while (got := send(wire, path, at := offset(wire, path), body[at:])).status in (409, 423):
        assert time.monotonic() < ends, got
        time.sleep(0.05)
    assert got.status == 204, got


def cut(line: socket.socket, dice: random.Random) -> None:
    """Sometimes with a farewell, sometimes as if the cable were cut."""
    if dice.random() < 0.5:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


def test_a_hundred_cuts_at_any_byte_and_the_file_is_still_the_same(wire: Wire) -> None:
    dice, cuts = random.Random(18), 0
    while cuts < 100:
        body = dice.randbytes(400_000)
        path = create(wire, len(body), sha256=hashlib.sha256(body).hexdigest())
        for _ in range(10):
            at = offset(wire, path)
            line = wire.patch(path, at, len(body) - at)
            with suppress(OSError):
                line.sendall(body[at : at + dice.randrange(max(1, (len(body) - at) // 3))])
            cut(line, dice)
            cuts += 1
        send_the_rest(wire, path, body)
        assert received(path).sha256 == hashlib.sha256(body).hexdigest()
        assert received(path).path.read_bytes() == body


def test_two_tabs_never_mix_their_bytes(wire: Wire) -> None:
    body = os.urandom(3_000_000)
    path = create(wire, len(body))
    answers: list[Answer] = []

    def tab() -> None:
        with suppress(OSError):
            answers.append(send(wire, path, 0, body))

    tabs = [threading.Thread(target=tab) for _ in range(4)]
    for thread in tabs:
        thread.start()
    for thread in tabs:
        thread.join()
    assert sorted({got.status for got in answers} - {409, 423}) == [204]
    assert [got.status for got in answers].count(204) == 1
    assert received(path).path.read_bytes() == body


def test_a_client_that_sends_a_byte_now_and_then_is_hung_up_on_and_loses_nothing(wire: Wire) -> None:
    path = create(wire, 64)
    began = time.monotonic()
    with wire.patch(path, 0, 64) as line:
        ending = threading.Event()

        def drip() -> None:
            with suppress(OSError):
                while not ending.wait(0.5):
                    line.sendall(b"x")

        dripping = threading.Thread(target=drip)
        dripping.start()
        got = answer(line)
        ending.set()
        dripping.join()
    assert got.status == 408
    assert "Kontrollera nätet och fortsätt uppladdningen." in got.body.decode("unicode_escape")
    assert PATIENCE <= time.monotonic() - began < PATIENCE + 5
    assert 1 <= offset(wire, path) <= 10


def test_a_slow_but_steady_client_is_left_alone(wire: Wire) -> None:
    path = create(wire, 500_000)
    with wire.patch(path, 0, 500_000) as line:
        for _ in range(50):
            line.sendall(b"x" * 10_000)
            time.sleep(0.08)
        assert answer(line).status == 204


def test_what_is_promised_survives_a_killed_server(
    producer: User, agreement: SubmissionAgreement, tmp_path: Path
) -> None:
    body = os.urandom(8_000_000)
    with gunicorn(tmp_path / "log", WEB_CONCURRENCY="1", LOG_LEVEL="CRITICAL") as web:
        wire = Wire(web.port, cookies(producer))
        path = create(wire, len(body))
        with wire.patch(path, 0, len(body)) as line:
            promised = sent = 0
            while not promised:  # the first checkpoint
                line.sendall(body[sent : sent + 50_000])
                sent += 50_000
                time.sleep(0.05)
                promised = Upload.objects.get().offset
            web.workers()[0].send_signal(signal.SIGKILL)
        assert 0 < promised <= sent < len(body)
        stored = Upload.objects.get().path.read_bytes()
        assert stored[:promised] == body[:promised]
        send_the_rest(wire, path, body)
        assert received(path).path.read_bytes() == body


def test_memory_stays_flat_while_a_gigabyte_passes(web: Web, wire: Wire) -> None:
    length, block = 1 << 30, os.urandom(1 << 20)
    before = web.memory()
    path = create(wire, length)
    highest = 0
    with wire.patch(path, 0, length) as line:
        for number in range(length >> 20):
            line.sendall(block)
            if number % 64 == 0:
                highest = max(highest, web.memory())
        assert answer(line).status == 204
    assert received(path).sha256 == hashlib.sha256(block * 1024).hexdigest()
    received(path).path.unlink()
    assert highest - before < 20_000_000
    assert highest < 110_000_000  # the whole portal lies in the process, and each room takes its place


@pytest.mark.parametrize(("chunk", "checksums"), [(10**9, False), (100_000, True)])
def test_the_python_tus_client_uploads(wire: Wire, web: Web, chunk: int, checksums: bool) -> None:
    body = os.urandom(1_000_003)
    client = TusClient(f"{web.url}/uppladdning/", headers={"Cookie": wire.cookie, "X-CSRFToken": CSRF})
    uploader = client.uploader(
        file_stream=io.BytesIO(body),
        chunk_size=chunk,
        metadata={"filename": "från python.zip"},
        upload_checksum=checksums,
    )
    uploader.upload()
    sip = received(str(uploader.url))
    assert sip.filename == "från python.zip"
    assert sip.path.read_bytes() == body


def test_the_python_tus_client_resumes(wire: Wire, web: Web) -> None:
    body = os.urandom(1_000_003)
    client = TusClient(f"{web.url}/uppladdning/", headers={"Cookie": wire.cookie, "X-CSRFToken": CSRF})
    first = client.uploader(file_stream=io.BytesIO(body), chunk_size=300_000, metadata={"filename": "a.tar"})
    first.upload(stop_at=600_000)
    again = client.uploader(file_stream=io.BytesIO(body), url=first.url)
    assert again.offset == 600_000
    again.upload()
    assert received(str(first.url)).path.read_bytes() == body
