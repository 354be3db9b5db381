"""A store in a folder: temporary name in the same file system → write → fsync → link to the key → fsync of the folders.

What is being written lies in one folder of its own, so that leftovers are found without walking a million keys.
"""

import contextlib
import datetime
import errno
import os
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from archive.stores.base import PIECE, Alive, CopyDamaged, CopyMissing, Store, StoreUnavailable, nobody_waits, pieces_of

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_SPARE = 1 << 20
_PARTS = ".skrivs"


class FolderStore(Store):
    def __init__(self, name: str, folder: Path) -> None:
        super().__init__(name)
        self.folder = folder

    def put(self, key: str, source: Path, alive: Alive = nobody_waits) -> bool:
        target = self.folder / key
        if target.exists():
            return False
        self._demand_room(source.stat().st_size)
        return self._write(target, pieces_of(source, alive))

    def put_bytes(self, key: str, content: bytes) -> bool:
        return self._write(self.folder / key, [content])

    def read(self, key: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        left = length
        try:
            with open(self.folder / key, "rb", buffering=0) as file:
                # What was just written shall come back from the disk, not from memory.
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                file.seek(offset)
                while left is None or left > 0:
                    piece = file.read(PIECE if left is None else min(PIECE, left))
                    if not piece:
                        break
                    left = None if left is None else left - len(piece)
                    yield piece
        except FileNotFoundError as error:
            raise CopyMissing(key) from error
        except OSError as error:
            raise self._read_fault(error) from error
        if left:
            raise CopyDamaged(f"slutar {left} byte för tidigt")

    def size(self, key: str) -> int | None:
        try:
            return (self.folder / key).stat().st_size
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self.refused(error.strerror) from error

    def sweep(self, older_than: datetime.timedelta) -> int:
        """A writer keeps the time of its file fresh, so an old one has no writer."""
        removed, oldest = 0, time.time() - older_than.total_seconds()
        for path in (self.folder / _PARTS).glob("*"):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < oldest:
                    path.unlink()
                    removed += 1
        return removed

    def prepare(self) -> None:
        """Make the folder of a store that is new. An old one whose folder is gone is not there."""
        try:
            self.folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        except OSError as error:
            raise self.refused(error.strerror) from error

    def _demand_room(self, size: int) -> None:
        try:
            free = shutil.disk_usage(self.folder).free
        except OSError as error:
            raise self.refused(error.strerror) from error
        if free < size + _SPARE:
            raise self.full()

    def _write(self, target: Path, pieces: Iterable[bytes]) -> bool:
        part = self.folder / _PARTS / secrets.token_hex(8)
        try:
            self._make_folders(target.parent)
            self._make_folders(part.parent)
            _write_durably(part, pieces)
            try:
                os.link(part, target)  # unlike a rename it never replaces what is there
            except FileExistsError:
                return False
            finally:
                os.unlink(part)
            for folder in self._folders_to(target):
                _fsync_folder(folder)
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise self._write_fault(error) from error
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise
        return True

    def _make_folders(self, folder: Path) -> None:
        """Never the store's own folder: that a disk is not mounted must not be hidden by a new, empty folder."""
        missing = [self.folder / part for part in reversed(folder.relative_to(self.folder).parents)]
        for each in (*missing, folder):
            if each != self.folder:
                with contextlib.suppress(FileExistsError):
                    each.mkdir(mode=0o750)

    def _folders_to(self, target: Path) -> list[Path]:
        """From the key's folder up to the store's own: any of them may be new."""
        return [self.folder / part for part in target.relative_to(self.folder).parents]

    def _write_fault(self, error: OSError) -> StoreUnavailable:
        return self.full() if error.errno in _FULL else self.refused(error.strerror)

    def _read_fault(self, error: OSError) -> Exception:
        if error.errno == errno.EIO:
            return CopyDamaged("går inte att läsa från disken (EIO)")
        return self.refused(error.strerror)


def _write_durably(part: Path, pieces: Iterable[bytes]) -> None:
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o440)
    try:
        for piece in pieces:
            rest = memoryview(piece)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)  # may be where a quota speaks up, so outside of any suppression


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
