"""Where a package is put together: every file that goes in is entered in the ledger, and can be seen back."""

import os
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from archive.packages.ledger import Entry, Ledger
from archive.packages.media_types import media_type
from archive.packages.mets_writer import moment
from archive.packages.packing import PACKERS, Container
from archive.packages.premis import Format

_CHUNK = 1 << 20
_IN_MEMORY = 256 << 10
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to go into a package: from disk, from memory, or from a function that yields its bytes anew each time.

    `path` is its place among the content ("2014/beslut.pdf"); a function needs `size` as well.
    """

    path: str
    source: Path | bytes | Callable[[], Iterable[bytes]]
    size: int | None = None
    mime: str | None = None
    created: datetime | None = None
    original_name: str | None = None
    format: Format | None = None

    def length(self) -> int:
        if self.size is not None:
            return self.size
        if isinstance(self.source, bytes):
            return len(self.source)
        if isinstance(self.source, Path):
            return os.stat(self.source).st_size
        raise ValueError(f"{self.path}: say how large the file is when its bytes come from a function.")

    def chunks(self) -> Iterator[bytes]:
        if isinstance(self.source, bytes):
            yield self.source
        elif isinstance(self.source, Path):
            with open(self.source, "rb") as file:
                yield from pieces(file)
        else:
            yield from self.source()


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(_CHUNK):
        yield piece


class Workbench:
    """Paths are those inside the package; `root` (with its slash) is put before them in the container."""

    def __init__(
        self, target: Path, container: str, created: datetime, root: str, progress: Progress | None = None
    ) -> None:
        if container not in PACKERS:
            raise ValueError(f"A package can be written as {', '.join(PACKERS)}, not as {container!r}.")
        self.created = created
        self.root = "" if container == "folder" else root
        self.ledger = Ledger()
        self._packer = PACKERS[container](target, created)
        self._progress = progress
        self._bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._packer.abandon()
            self.ledger.close()

    def add(self, path: str, file: SourceFile) -> Entry:
        """Write one file and enter it."""
        packed = self._packer.add(self.root + path, file.length(), file.chunks())
        known = file.format or Format()
        entry = Entry(
            path=path,
            size=packed.size,
            sha256=packed.sha256,
            offset=packed.offset,
            mime=file.mime or media_type(path),
            created=moment(file.created or self.created),
            original=file.original_name,
            format_name=known.name,
            format_version=known.version,
            puid=known.puid,
        )
        self.ledger.add(entry)
        self._bytes += packed.size
        if self._progress is not None:
            self._progress(len(self.ledger), self._bytes)
        return entry

    def add_written(
        self, path: str, write: Callable[[Callable[[bytes], object]], object], mime: str = "text/xml"
    ) -> Entry:
        """A file of our own making: `write` gets a function that takes its bytes."""
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
            write(spool.write)
            size = spool.tell()
            spool.seek(0)
            return self.add(path, SourceFile(path, lambda: pieces(spool), size=size, mime=mime))

    def add_text(self, path: str, text: str) -> Entry:
        return self.add(path, SourceFile(path, text.encode(), mime="text/plain"))

    def entries(self, below: str) -> Iterator[Entry]:
        """What lies below a folder, with paths counted from there."""
        for entry in self.ledger.under(below):
            yield entry._replace(path=entry.path.removeprefix(below))

    def has(self, below: str) -> bool:
        return next(self.ledger.under(below), None) is not None

    def finish(self) -> Container:
        return self._packer.finish()


_PLAIN = re.compile(r"[^A-Za-z0-9._/-]+")


def plain_path(path: str) -> str:
    """A path as FGS 1.2 deliveries write it: å, ä, ö and blanks replaced; the original name is kept in METS."""
    letters = unicodedata.normalize("NFKD", path).encode("ascii", "ignore").decode()
    parts = (_PLAIN.sub("_", part).strip(" .") or "_" for part in letters.split("/"))
    return "/".join(parts)


def stored_path(path: str, taken: Callable[[str], bool]) -> str:
    """The plain path, with a number where two names became one."""
    plain = plain_path(path)
    if not taken(plain):
        return plain
    stem, dot, extension = plain.rpartition(".")
    if not dot or "/" in extension:
        stem, dot, extension = plain, "", ""
    number = 2
    while taken(f"{stem}-{number}{dot}{extension}"):
        number += 1
    return f"{stem}-{number}{dot}{extension}"
