"""Virus scanners to test against: one that speaks clamd's protocol and can be told to fail, and clamd where it is."""

import contextlib
import hashlib
import os
import shutil
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

VIRUS = b"SAMARKIV-TEST-VIRUS: harmless, and known to the scanners of these tests only.\n"
NAME = "ClamAV 9.9.9/1/Mon Nov 21 09:00:00 2022"


class Daemon(threading.Thread):
    """INSTREAM on a socket. `fault`: "" | "hangs up" | "silent" | "rubbish" | "out of memory"; `limit` in bytes."""

    def __init__(self, folder: Path, fault: str = "", limit: int = 1 << 30) -> None:
        super().__init__(daemon=True)
        self.path, self.fault, self.limit = folder / "clamd.ctl", fault, limit
        self.files: list[bytes] = []
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(self.path))
        self._listener.listen()
        self._silent: list[socket.socket] = []

    @property
    def address(self) -> str:
        return f"unix:{self.path}"

    def stop(self) -> None:
        self._listener.close()
        for stream in self._silent:
            stream.close()

    def run(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                stream = self._listener.accept()[0]
                with contextlib.suppress(OSError):
                    self._serve(stream)
                if self.fault != "silent":
                    stream.close()

    def _serve(self, stream: socket.socket) -> None:
        command = b""
        while not command.endswith(b"\0"):
            command += stream.recv(1)
        if command == b"zVERSION\0":
            stream.sendall(NAME.encode() + b"\0")
            return
        data, answer = self._stream(stream)
        self.files.append(data)
        if self.fault == "silent":
            self._silent.append(stream)
            return
        stream.sendall(answer + b"\0")

    def _stream(self, stream: socket.socket) -> tuple[bytes, bytes]:
        data = b""
        while size := struct.unpack("!L", _exactly(stream, 4))[0]:
            data += _exactly(stream, size)
            if self.fault == "hangs up":
                raise ConnectionAbortedError
            if len(data) > self.limit:
                return data, b"INSTREAM size limit exceeded. ERROR"
        if self.fault == "rubbish":
            return data, b"\xff\xfe!"
        if self.fault == "out of memory":
            return data, b"stream: Can't allocate memory ERROR"
        return data, b"stream: Samarkiv.Test FOUND" if VIRUS in data else b"stream: OK"


def _exactly(stream: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = stream.recv(size - len(data))
        if not part:
            raise ConnectionAbortedError
        data += part
    return data


@contextlib.contextmanager
def real_clamd(folder: Path) -> Iterator[str]:
    """clamd with a database of one signature: the digest of VIRUS. Gives its address."""
    program = os.environ.get("CLAMD_PROGRAM") or shutil.which("clamd", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program
    signatures = folder / "signatures"
    signatures.mkdir()
    digest = hashlib.md5(VIRUS).hexdigest()
    (signatures / "test.hdb").write_text(f"{digest}:{len(VIRUS)}:Samarkiv.Test\n")
    settings = folder / "clamd.conf"
    settings.write_text(
        f"LocalSocket {folder / 'clamd.ctl'}\nDatabaseDirectory {signatures}\nForeground yes\nStreamMaxLength 1M\n"
        f"TemporaryDirectory {folder}\n"
    )
    daemon = subprocess.Popen([program, "--config-file", str(settings)], stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            if (folder / "clamd.ctl").exists():
                break
            time.sleep(0.1)
        yield f"unix:{folder / 'clamd.ctl'}"
    finally:
        daemon.terminate()
        daemon.wait()


def clamd_is_here() -> bool:
    return bool(os.environ.get("CLAMD_PROGRAM") or shutil.which("clamd", path=f"{os.environ['PATH']}:/usr/sbin"))
