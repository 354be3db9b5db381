"""ClamAV's daemon as the engine's virus scanner: INSTREAM over a local socket or TCP (clamd(8), "COMMANDS").

"OK" about every byte is the only answer that counts as clean. A file above clamd's StreamMaxLength is told as not
scanned; a daemon that is down, silent or talks rubbish is `ScannerDown`, and the package waits for it.
"""

import contextlib
import re
import socket
import struct
from functools import cached_property
from urllib.parse import urlsplit

from archive.packages.scanning import Scanned

PATIENCE = 120.0  # seconds without a word
_PIECE = 1 << 20
_LONGEST_ANSWER = 4096
_FOUND = re.compile(r"stream: (.+) FOUND")
_TOO_LARGE = "INSTREAM size limit exceeded"


class ScannerDown(Exception):
    """The scanner cannot be asked, or its answer cannot be believed; the text says why."""


class Clamd:
    """One connection per file. `address` is "unix:/run/clamav/clamd.ctl" or "tcp://host:3310"."""

    def __init__(self, address: str, patience: float = PATIENCE) -> None:
        self.address, self.patience = address, patience
        self._stream: socket.socket | None = None
        self._hung_up = False

    @cached_property
    def name(self) -> str:
        """ "ClamAV 1.4.6/27500/Mon Nov 21 09:00:00 2026": the product, the signatures and their day."""
        with contextlib.closing(self._connect()) as stream:
            stream.sendall(b"zVERSION\0")
            answer = self._answer(stream)
        if not answer.startswith("ClamAV "):
            raise ScannerDown(f"VERSION: {answer[:80]!r}")
        return answer

    def begin(self) -> None:
        self._stream, self._hung_up = self._connect(), False
        self._send(b"zINSTREAM\0")

    def write(self, piece: memoryview) -> None:
        for at in range(0, len(piece), _PIECE):
            part = piece[at : at + _PIECE]
            self._send(struct.pack("!L", len(part)))
            self._send(part)

    def end(self) -> Scanned:
        self._send(struct.pack("!L", 0))
        assert self._stream
        with contextlib.closing(self._stream) as stream:
            return self._judged(self._answer(stream))

    def _judged(self, answer: str) -> Scanned:
        if answer == "stream: OK" and not self._hung_up:
            return Scanned()
        if found := _FOUND.fullmatch(answer):
            return Scanned(virus=found[1][:200])
        if answer.startswith(_TOO_LARGE):
            return Scanned(not_scanned=answer[:200])
        raise ScannerDown(f"INSTREAM: {answer[:80]!r}")

    def _connect(self) -> socket.socket:
        parts = urlsplit(self.address)
        family = socket.AF_UNIX if parts.scheme == "unix" else socket.AF_INET
        stream = socket.socket(family, socket.SOCK_STREAM)
        stream.settimeout(self.patience)
        try:
            if family == socket.AF_UNIX:
                stream.connect(parts.path)
            else:
                stream.connect((parts.hostname or "localhost", parts.port or 3310))
        except OSError as error:
            stream.close()
            raise ScannerDown(str(error)) from error
        return stream

    def _send(self, data: bytes | memoryview) -> None:
        """A daemon that has heard enough hangs up before the end; what it then says is read in `end`."""
        assert self._stream
        if self._hung_up:
            return
        try:
            self._stream.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            self._hung_up = True
        except OSError as error:
            self._stream.close()
            raise ScannerDown(str(error)) from error

    @staticmethod
    def _answer(stream: socket.socket) -> str:
        said = b""
        try:
            while len(said) < _LONGEST_ANSWER and (part := stream.recv(_LONGEST_ANSWER)):
                said += part
        except OSError as error:
            if not said:
                raise ScannerDown(str(error)) from error
        return said.rstrip(b"\0\n").decode("utf-8", "replace")
