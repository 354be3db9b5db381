"""The web server as in production (gunicorn with the project's configuration), and a client made of a socket."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
from django.conf import settings
from django.test import Client

from consortium.models import User

CSRF = "a" * 32


@dataclass
class Web:
    """One process group; `address` is where it listens."""

    process: "subprocess.Popen[bytes]"
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def workers(self) -> list[psutil.Process]:
        return list(psutil.Process(self.process.pid).children())

    def memory(self) -> int:
        """Resident bytes of the largest worker."""
        return int(max(worker.memory_info().rss for worker in self.workers()))


@contextlib.contextmanager
def gunicorn(log: Path, **environment: str) -> Iterator[Web]:
    """Against this session's database. The listening socket is ours, so that no port is guessed."""
    with socket.socket() as listening, log.open("wb") as output:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        handle = listening.fileno()
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "--bind", f"fd://{handle}", "consortium.wsgi"],
            cwd=settings.BASE_DIR,
            env={**os.environ, **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=[handle],
        )
        web = Web(process, listening.getsockname()[1])
        try:
            _wait(web, log)
            yield web
        finally:
            process.terminate()
            process.wait(30)


def _wait(web: Web, log: Path) -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends and web.process.poll() is None:
        with contextlib.suppress(OSError):
            answer = Wire(web.port).ask("GET", "/om/")
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def cookies(user: User) -> str:
    """Of a session that the CSRF check accepts, for any HTTP client."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF}"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class Wire:
    """HTTP by hand, so that a test can stop at any byte."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self.port, self.cookie = port, cookie

    def open(self, method: str, path: str, length: int = 0, **headers: object) -> socket.socket:
        """The request's head is sent; the body is up to the caller."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [
            f"{method} {path} HTTP/1.1",
            "Host: localhost",
            "Connection: close",
            "Tus-Resumable: 1.0.0",
            f"Cookie: {self.cookie}",
            f"X-CSRFToken: {CSRF}",
            f"Content-Length: {length}",
            *(f"{name}: {value}" for name, value in named.items()),
        ]
        wire = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        wire.sendall("\r\n".join([*lines, "", ""]).encode())
        return wire

    def patch(self, path: str, offset: int, length: int) -> socket.socket:
        kind = "application/offset+octet-stream"
        return self.open("PATCH", path, length, Upload_Offset=offset, Content_Type=kind)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: object) -> Answer:
        with self.open(method, path, len(body), **headers) as wire:
            wire.sendall(body)
            return answer(wire)


def answer(wire: socket.socket) -> Answer:
    got = b""
    while piece := wire.recv(1 << 16):
        got += piece
    head, _, body = got.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return Answer(int(first.split()[1]), headers, body)
