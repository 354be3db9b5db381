"""A package as one tree of members, whatever it came in: folder, tar, tar.gz or zip.

The readers are our own and strict: a container that two programs could read differently is refused, nothing is ever
written to disk, and every member is read through its byte range only. What cannot be read at all raises
`ContainerRefused`; a bad member (a link, a name that climbs) is reported and left out of the tree.
"""

import os
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from archive.packages import names
from archive.packages.index import FILE, FOLDER, IMPLIED_FOLDER, NameIndex
from archive.packages.limits import Limits

PIECE = 1 << 20
_FOLDERS_OF_A_PACKAGE = frozenset(
    ("content", "metadata", "representations", "documentation", "schemas", "system", "data", "submission")
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the container; `reason` picks the sentence among those of the rule."""

    rule: str
    reason: str
    path: str = ""
    found: str | None = None
    expected: str | None = None


class ContainerRefused(Exception):
    """The container cannot be read on: nobody could say what it holds."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"{fault.rule} ({fault.reason}) {fault.path}".rstrip())
        self.fault = fault


def refuse(rule: str, reason: str, path: str = "", found: object = None, expected: object = None) -> ContainerRefused:
    seen, wanted = (None if value is None else str(value) for value in (found, expected))
    return ContainerRefused(Fault(rule, reason, path, seen, wanted))


@dataclass(frozen=True, slots=True)
class Member:
    """A file in the package; `offset` is where its bytes begin in an uncompressed tar, else None."""

    path: str
    size: int
    offset: int | None
    number: int


class Tree(ABC):
    """Members are numbered in stored order; folders share the numbering but are not members."""

    kind: str

    def __init__(self, path: Path, limits: Limits, report: Callable[[Fault], None] | None) -> None:
        self.path = path
        self.limits = limits
        self.index = NameIndex()
        self.root = ""
        self.files = 0
        self.bytes = 0
        self.tops: dict[str, int] = {}
        self.shallow: list[str] = []
        """Folders at most four deep, root included: enough to judge the layout of a package."""
        self._report = report
        self._folder = ""
        # A plain name has at most 100 characters and a short path 200, of two bytes each: within any ordinary limit.
        self._quickly = limits.max_component_bytes >= 200 and limits.max_path_bytes >= 400

    # Reading

    @abstractmethod
    def sweep(self, begins: int = 0, ends: int | None = None) -> Iterator[tuple[int, memoryview, bool]]:
        """All bytes in stored order, once: (member number, a piece valid until the next step, is it the last).

        `begins` and `ends` narrow it to a run of numbers.
        """

    def _run(self, begins: int, ends: int | None) -> Iterator[int]:
        """The files of a run, by number."""
        kinds = self.index.kinds
        return (number for number in range(begins, len(kinds) if ends is None else ends) if kinds[number] == FILE)

    @abstractmethod
    def _bytes_of(self, number: int) -> Iterator[bytes]: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """A folder holds nothing open; the archives do."""
        return

    def __len__(self) -> int:
        return self.files

    def member(self, number: int) -> Member:
        index = self.index
        offset = index.offsets[number] if self.kind == "tar" else None
        return Member(index.path(number)[len(self.root) :], index.sizes[number], offset, number)

    def members(self) -> Iterator[Member]:
        for number, kind in enumerate(self.index.kinds):
            if kind == FILE:
                yield self.member(number)

    def members_ending(self, ending: str) -> Iterator[Member]:
        """Files whose names end so, in any case; one search over all names instead of a look at each."""
        for number in self.index.names_with(re.compile(re.escape(ending.encode()), re.IGNORECASE)):
            if self.index.kinds[number] == FILE:
                member = self.member(number)
                if member.path.lower().endswith(ending):
                    yield member

    def folders(self) -> Iterator[str]:
        for number, kind in enumerate(self.index.kinds):
            if kind != FILE and (path := self.index.path(number)[len(self.root) :]):
                yield path

    def subfolders(self, path: str) -> list[str]:
        """Names of the folders directly in a folder near the top ("" is the root)."""
        above = self.root + (path + "/" if path else "")
        return [each[len(above) :] for each in self.shallow if each.startswith(above) and "/" not in each[len(above) :]]

    def find(self, path: str) -> Member | None:
        """The file with exactly this path below the root (NFC and NFD spellings count as equal)."""
        number = self.find_number(path)
        return None if number is None else self.member(number)

    def find_number(self, path: str) -> int | None:
        number = self.index.find(self.root + path)
        if number is None or self.index.kinds[number] != FILE:
            return None
        stored = self.index.path(number)[len(self.root) :]
        return number if stored == path or same_but_for_normalisation(stored, path) else None

    def has_folder(self, path: str) -> bool:
        number = self.index.find(self.root + path)
        return (
            number is not None
            and self.index.kinds[number] != FILE
            and self.index.path(number)[len(self.root) :] == path
        )

    def chunks(self, member: Member) -> Iterator[bytes]:
        return self._bytes_of(member.number)

    def read(self, member: Member, at_most: int) -> bytes:
        """The whole member in memory; longer than `at_most` is refused before a byte is read."""
        if member.size > at_most:
            raise refuse("E_ARCHIVE_LIMIT", "read", member.path, member.size, at_most)
        return b"".join(self._bytes_of(member.number))

    # Building, used by the readers

    def _bad(self, fault: Fault) -> None:
        if self._report is None:
            raise ContainerRefused(fault)
        self._report(fault)

    def _enter(self, stored: str, size: int, offset: int, *, is_folder: bool = False) -> int | None:
        """Judge and enter one member; None when it was refused and is to be passed over."""
        path = stored
        if is_folder or path.startswith("./"):
            path = names.cleaned(stored, is_folder=is_folder)
        if is_folder and path in ("", "."):
            return None
        if len(self.index) >= self.limits.max_members:
            raise refuse("E_ARCHIVE_LIMIT", "max_members", stored, f"> {len(self.index)}", self.limits.max_members)
        folder, _, base = path.rpartition("/")
        known = folder == self._folder or not folder
        ordinary = known and base and self._quickly and len(path) < 200 and path[0] != "/" and names.plain(base)
        if not ordinary and (found := names.fault(path, self.limits)):
            self._bad(Fault(found[0], found[1], stored, stored))
            return None
        if not known and (taken := self._imply(folder)):
            self._bad(self._clash(path, taken, is_folder=True))
            return None
        self._folder = folder if folder else self._folder
        number = self.index.add(path, size, offset, FOLDER if is_folder else FILE)
        if number is None:
            return self._collided(path, is_folder=is_folder)
        if not folder:
            self.tops[path] = number
        if is_folder:
            self._note_folder(path)
        else:
            self.files += 1
            self.bytes += size
            if self.bytes > self.limits.max_unpacked_bytes:
                limit = self.limits.max_unpacked_bytes
                raise refuse("E_ARCHIVE_LIMIT", "max_unpacked_bytes", stored, f"> {limit}", limit)
        return number

    def _note_folder(self, path: str) -> None:
        if path.count("/") < 4 and len(self.shallow) < 100_000:
            self.shallow.append(path)

    def _imply(self, folder: str) -> str:
        """Enter the folders above a member; the one whose name a file or another spelling has already, else ""."""
        at = 0
        while at >= 0:
            at = folder.find("/", at + 1)
            part = folder if at < 0 else folder[:at]
            number = self.index.find(part)
            if number is None:
                number = self.index.add(part, 0, 0, IMPLIED_FOLDER)
                self._note_folder(part)
                if "/" not in part and number is not None:
                    self.tops[part] = number
            elif self.index.kinds[number] == FILE or self.index.path(number) != part:
                return part
        return ""

    def _collided(self, path: str, *, is_folder: bool) -> int | None:
        number = self.index.find(path)
        if number is not None and is_folder and self.index.kinds[number] != FILE and self.index.path(number) == path:
            self.index.kinds[number] = FOLDER
            return None
        self._bad(self._clash(path, path, is_folder=is_folder))
        return None

    def _clash(self, path: str, name: str, *, is_folder: bool) -> Fault:
        """What to say of a member whose name, or that of a folder above it, is there already or nearly."""
        number = self.index.find(name)
        assert number is not None
        stored = self.index.path(number)
        if stored != name:
            return Fault("E_ARCHIVE_NAME_COLLISION", "alike", path, name, stored)
        if is_folder == (self.index.kinds[number] == FILE):
            return Fault("E_ARCHIVE_NAME_COLLISION", "file-and-folder", path, name)
        return Fault("E_ARCHIVE_DUPLICATE", "twice", path, name, stored)

    def _settle_root(self) -> None:
        """A package lies in one top folder or in none; which, shows when all names are known."""
        if len(self.tops) == 1:
            (top, number), *_ = self.tops.items()
            if self.index.kinds[number] != FILE and top.lower() not in _FOLDERS_OF_A_PACKAGE:
                self.root = top + "/"


def same_but_for_normalisation(one: str, other: str) -> bool:
    import unicodedata

    return unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)


def open_package(path: Path | str, limits: Limits | None = None, report: Callable[[Fault], None] | None = None) -> Tree:
    """Open a package by what it is, not by what it is called. Without `report` the first fault raises."""
    from archive.packages.folder_reader import FolderTree
    from archive.packages.tar_reader import GzipTarTree, TarTree
    from archive.packages.zip_reader import ZipTree

    path, limits = Path(path), limits or Limits()
    if path.is_dir():
        return FolderTree(path, limits, report)
    size = os.stat(path).st_size
    if size > limits.max_package_bytes:
        raise refuse("E_ARCHIVE_LIMIT", "max_package_bytes", "", size, limits.max_package_bytes)
    kind = container_kind(path)
    reader: dict[str, type[Tree]] = {"tar": TarTree, "tar.gz": GzipTarTree, "zip": ZipTree}
    return reader[kind](path, limits, report)


_FOREIGN = {
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "rar",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"MSCF": "cab",
    b"%PDF": "PDF",
    b"<?xml": "XML",
    b"\xd0\xcf\x11\xe0": "OLE2",
}


def container_kind(path: Path) -> str:
    """tar, tar.gz or zip, by its first bytes; anything else is refused by its name if we know it."""
    with open(path, "rb") as file:
        head = file.read(512)
    if not head:
        raise refuse("E_ARCHIVE_EMPTY", "no-bytes", "", 0)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if head.startswith(b"\x1f\x8b"):
        return "tar.gz"
    if len(head) == 512 and (head[257:262] == b"ustar" or _sums_up(head) or not any(head)):
        return "tar"
    for magic, name in _FOREIGN.items():
        if head.startswith(magic):
            raise refuse("E_ARCHIVE_UNSUPPORTED", "format", "", name, "tar, tar.gz, zip")
    raise refuse("E_ARCHIVE_UNSUPPORTED", "not-an-archive", "", None, "tar, tar.gz, zip")


def _sums_up(head: bytes) -> bool:
    """A tar older than the magic word still has its header checksum."""
    try:
        written = int(head[148:156].rstrip(b" \0") or b"-", 8)
    except ValueError:
        return False
    return written == sum(head) - sum(head[148:156]) + 256
