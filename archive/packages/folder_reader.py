"""A folder on disk read as a package, without following a single link."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from archive.packages.container import PIECE, Fault, Tree, refuse
from archive.packages.limits import Limits


class FolderTree(Tree):
    kind = "folder"

    def __init__(self, path: Path, limits: Limits, report: Callable[[Fault], None] | None) -> None:
        super().__init__(path, limits, report)
        self._walk("")
        if not self.index:
            raise refuse("E_ARCHIVE_EMPTY", "no-members")
        self._settle_root()

    def _walk(self, folder: str) -> None:
        """Depth first in a fixed order, so that two runs say the same; the stack is ours, not Python's."""
        waiting = [folder]
        while waiting:
            folder = waiting.pop()
            with os.scandir(os.path.join(self.path, folder)) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
            below = []
            for entry in found:
                name = f"{folder}/{entry.name}" if folder else entry.name
                if self._look_at(entry, name):
                    below.append(name)
            waiting.extend(reversed(below))

    def _look_at(self, entry: "os.DirEntry[str]", name: str) -> bool:
        """Enter one entry; True when it is a folder to walk into."""
        try:
            name.encode()
        except UnicodeEncodeError:
            shown = os.fsencode(name).decode("utf-8", "backslashreplace")
            self._bad(Fault("E_ARCHIVE_NAME_ENCODING", "not-utf-8", shown, shown))
            return False
        if entry.is_symlink():
            self._bad(Fault("E_ARCHIVE_LINK", "symbolic-link", name, name))
            return False
        if entry.is_dir(follow_symlinks=False):
            before = len(self.index)
            self._enter(name, 0, 0, is_folder=True)
            return len(self.index) > before
        status = entry.stat(follow_symlinks=False)
        if not stat.S_ISREG(status.st_mode):
            self._bad(Fault("E_ARCHIVE_SPECIAL", "device", name, name))
            return False
        self._enter(name, status.st_size, 0)
        return False

    def _open(self, number: int) -> int:
        path = self.index.path(number)
        try:
            return os.open(os.path.join(self.path, path), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            raise refuse("E_ARCHIVE_CORRUPT", "unreadable", path, error.strerror) from error

    def _pieces(self, number: int) -> Iterator[bytes]:
        descriptor = self._open(number)
        left = self.index.sizes[number]
        try:
            while piece := os.read(descriptor, PIECE):
                left -= len(piece)
                if left < 0:
                    break
                yield piece
        finally:
            os.close(descriptor)
        if left:
            raise refuse("E_ARCHIVE_CORRUPT", "changed", self.index.path(number))

    def sweep(self, begins: int = 0, ends: int | None = None) -> Iterator[tuple[int, memoryview, bool]]:
        for number in self._run(begins, ends):
            left = self.index.sizes[number]
            if not left:
                yield number, memoryview(b""), True
            for piece in self._pieces(number):
                left -= len(piece)
                yield number, memoryview(piece), not left

    def _bytes_of(self, number: int) -> Iterator[bytes]:
        return self._pieces(number)
