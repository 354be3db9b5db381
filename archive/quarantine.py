"""Karantänen: bytes on their way in, kept under keys of our own, never under the name a client gave.

A promise about bytes is made only after fsync. One writer at a time holds the file's lock, which the system lets go
when the process that held it is gone. Two threads help the writer: one hashes what is written, one syncs and watches.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID

from django.conf import settings

from archive.refusals import Busy, NoSpace

BLOCK = 1 << 17  # measured: larger ones have left the processor's cache when they are hashed
STEP = 1 << 22  # what is worth waking a sleeping thread for
# Less than this in the time of patience is no upload but a thread held for nothing.
LEAST_PROGRESS = 1 << 14
SECONDS_BETWEEN_SYNCS = 2.0
SECONDS_BETWEEN_LOOKS = 0.1
_START_WRITING = 2  # SYNC_FILE_RANGE_WRITE: begin, wait for nothing
_sync_file_range = getattr(ctypes.CDLL(None), "sync_file_range", None)  # Linux


def upload_path(key: UUID) -> Path:
    return Path(settings.QUARANTINE_DIR) / "uploads" / str(key)


def sip_path(key: UUID) -> Path:
    return Path(settings.QUARANTINE_DIR) / "sips" / str(key)


def demand_room(size: int) -> None:
    """Raises NoSpace unless this many bytes fit and the reserve is still free for everybody else's work."""
    if free_bytes() < size + settings.UPLOAD_RESERVE_BYTES:
        raise NoSpace


def free_bytes() -> int:
    Path(settings.QUARANTINE_DIR).mkdir(mode=0o750, parents=True, exist_ok=True)
    disk = os.statvfs(settings.QUARANTINE_DIR)
    return disk.f_bavail * disk.f_frsize


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def move(source: Path, target: Path) -> None:
    """Rename so that it survives a power cut: the bytes are synced already, here the two folders are."""
    target.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    source.rename(target)
    sync_folder(target.parent)
    sync_folder(source.parent)


def keys(folder: str, older_than: float) -> Iterator[tuple[UUID, Path]]:
    """Files and folders under keys of ours that nobody has written to for this many seconds."""
    limit = time.time() - older_than
    with contextlib.suppress(FileNotFoundError):
        for path in (Path(settings.QUARANTINE_DIR) / folder).iterdir():
            with contextlib.suppress(ValueError, FileNotFoundError):
                key = UUID(path.stem)
                if path.stat().st_mtime < limit:
                    yield key, path


class Inflow:
    """The file of one upload, locked for this writer. `synced` bytes are on disk for sure.

    A crash between rename and commit leaves the file among the SIPs without a row; it is then put back here.
    """

    def __init__(self, key: UUID) -> None:
        self.path = upload_path(key)
        self._moved = sip_path(key)
        self.position = self.synced = self._pushed = 0

    def __enter__(self) -> Self:
        self.path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        try:
            self.file = os.open(self._moved, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            self.file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self.file)
            raise Busy from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self.file)

    def start_at(self, offset: int) -> int:
        """Forget what was written after the last promise. Returns where the file stands, should bytes be missing."""
        if not self.path.exists() and self._moved.exists():
            move(self._moved, self.path)
        self.position = self.synced = self._pushed = min(offset, os.fstat(self.file).st_size)
        os.ftruncate(self.file, self.position)
        if self.position == 0:
            sync_folder(self.path.parent)
        return self.position

    def write(self, block: bytes | memoryview) -> None:
        rest = memoryview(block)
        while rest:
            written = os.pwrite(self.file, rest, self.position)
            self.position += written
            rest = rest[written:]

    def push(self) -> None:
        """Let the disk begin with what is new. A sync has less to wait for then, the last one above all."""
        begin, self._pushed = self._pushed, self.position
        if _sync_file_range and self._pushed > begin:
            _sync_file_range(self.file, ctypes.c_int64(begin), ctypes.c_int64(self._pushed - begin), _START_WRITING)

    def sync(self) -> None:
        position = self.position
        os.fdatasync(self.file)
        self.synced = position

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)


class Follower(threading.Thread):
    """Hashes a file a step behind its writer, out of the page cache, so that no bytes wait in our own memory."""

    def __init__(self, inflow: Inflow, algorithm: str = "sha256", start: int = 0) -> None:
        super().__init__(daemon=True)
        self._inflow, self._position = inflow, start
        self._digest = hashlib.new(algorithm, usedforsecurity=False)
        self._reached, self._last = start, False
        self._news = threading.Condition()
        self._trouble: OSError | None = None
        self.start()

    def reach(self, position: int, *, last: bool = False) -> None:
        if position - self._reached < STEP and not last:
            return
        with self._news:
            self._reached, self._last = position, last
            self._news.notify()

    def stop(self) -> None:
        """Give up; idempotent, and the file may be closed after it."""
        self.reach(0, last=True)
        self.join()

    def digest(self) -> bytes:
        """Waits until everything written is hashed."""
        self.reach(self._inflow.position, last=True)
        self.join()
        if self._trouble:
            raise self._trouble
        return self._digest.digest()

    def run(self) -> None:
        try:
            self._follow(memoryview(bytearray(BLOCK)))
        except OSError as trouble:
            self._trouble = trouble

    def _follow(self, buffer: memoryview) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._last or self._reached > self._position)
                limit = self._reached
            if limit <= self._position:
                return
            count = os.preadv(self._inflow.file, [buffer[: limit - self._position]], self._position)
            if not count:
                raise OSError(f"{self._inflow.path}: filen blev kortare under läsningen")
            self._digest.update(buffer[:count])
            self._position += count


class Attendant(threading.Thread):
    """Syncs every few seconds, watches the room on disk, and hangs up on a client that stands still."""

    def __init__(self, inflow: Inflow, hang_up: Callable[[], None] | None) -> None:
        super().__init__(daemon=True)
        self._inflow, self._hang_up = inflow, hang_up
        self._done = threading.Event()
        self._synced_at = self._moved_at = time.monotonic()
        self._moved_to = inflow.position
        self.stalled = False
        self.trouble: OSError | NoSpace | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self.join()

    def run(self) -> None:
        while not self._done.wait(SECONDS_BETWEEN_LOOKS) and not self.trouble:
            try:
                self._look()
            except (OSError, NoSpace) as trouble:
                self.trouble = trouble

    def _look(self) -> None:
        self._inflow.push()
        now = time.monotonic()
        if self._inflow.position - self._moved_to >= LEAST_PROGRESS:
            self._moved_to, self._moved_at = self._inflow.position, now
        elif self._hang_up and not self.stalled and now - self._moved_at > settings.UPLOAD_PATIENCE_SECONDS:
            self.stalled = True
            self._hang_up()
        demand_room(0)
        if now - self._synced_at > SECONDS_BETWEEN_SYNCS and self._inflow.position > self._inflow.synced:
            self._inflow.sync()
            self._synced_at = time.monotonic()
