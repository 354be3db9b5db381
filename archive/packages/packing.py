"""Containers written file by file: an uncompressed tar, a zip or a folder. Equal input gives equal bytes.

Owner, mode and time are fixed, so that nothing of the machine that wrote it is left in the package. The work is done
beside the target and put in its place when it is whole: there is never half a package under the name.
"""

import hashlib
import os
import shutil
import struct
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, NamedTuple, Self

BLOCK = 512
_MOST_IN_OCTAL = 8**11 - 1
_MOST_IN_32_BITS = 0xFFFF_FFFF


class Packed(NamedTuple):
    """Where a file's bytes begin in the container (None where they are not there as they are), and what they are."""

    offset: int | None
    size: int
    sha256: str


class Container(NamedTuple):
    sha256: str | None
    size: int


class SizeChanged(Exception):
    """A source gave more or fewer bytes than it had promised: somebody is writing to it."""


class Packer(ABC):
    def __init__(self, target: Path, created: datetime) -> None:
        self.target = target
        self.created = created
        self.part = target.with_name(f".{target.name}.part")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self.abandon()

    @abstractmethod
    def add(self, path: str, size: int, chunks: Iterable[bytes]) -> Packed: ...

    @abstractmethod
    def finish(self) -> Container: ...

    @abstractmethod
    def abandon(self) -> None:
        """Leave nothing behind."""


class _FilePacker(Packer):
    """One file; its own digest is taken while it is written, where nothing has to be corrected afterwards."""

    def __init__(self, target: Path, created: datetime) -> None:
        super().__init__(target, created)
        self._file: IO[bytes] = open(self.part, "wb", buffering=1 << 20)  # noqa: SIM115 - closed by finish or abandon
        self.position = 0

    def abandon(self) -> None:
        self._file.close()
        self.part.unlink(missing_ok=True)

    def _put_in_place(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        os.replace(self.part, self.target)


class TarPacker(_FilePacker):
    """POSIX tar: plain headers, PAX records only for names and sizes that do not fit."""

    def __init__(self, target: Path, created: datetime) -> None:
        super().__init__(target, created)
        self._digest = hashlib.sha256()
        self._time = max(0, int(created.timestamp()))

    def add(self, path: str, size: int, chunks: Iterable[bytes]) -> Packed:
        self._write(self._headers(path, size))
        offset = self.position
        digest = hashlib.sha256()
        for chunk in chunks:
            digest.update(chunk)
            self._write(chunk)
        written = self.position - offset
        if written != size:
            raise SizeChanged(f"{path}: {size} bytes were announced, {written} came")
        self._write(bytes(-size % BLOCK))
        return Packed(offset, size, digest.hexdigest())

    def finish(self) -> Container:
        self._write(bytes(2 * BLOCK))
        self._put_in_place()
        return Container(self._digest.hexdigest(), self.position)

    def _write(self, data: bytes) -> None:
        self._digest.update(data)
        self._file.write(data)
        self.position += len(data)

    def _headers(self, path: str, size: int) -> bytes:
        name = path.encode()
        records = b""
        if len(name) > 100 or not path.isascii():
            records += _pax_record(b"path", name)
        if size > _MOST_IN_OCTAL:
            records += _pax_record(b"size", b"%d" % size)
        if not records:
            return self._header(name, size, b"0")
        shorter = path.encode("ascii", "replace")[-90:].lstrip(b"/")
        pax = self._header(b"PaxHeaders/" + shorter[-80:], len(records), b"x") + records + bytes(-len(records) % BLOCK)
        return pax + self._header(shorter, min(size, _MOST_IN_OCTAL) if size <= _MOST_IN_OCTAL else 0, b"0")

    def _header(self, name: bytes, size: int, kind: bytes) -> bytes:
        fields = struct.pack(
            "100s8s8s8s12s12s8s1s100s6s2s32s32s8s8s155s12x",
            name,
            b"0000644\0",
            b"0000000\0",
            b"0000000\0",
            b"%011o\0" % size,
            b"%011o\0" % self._time,
            b"        ",
            kind,
            b"",
            b"ustar\0",
            b"00",
            b"",
            b"",
            b"0000000\0",
            b"0000000\0",
            b"",
        )
        return fields[:148] + b"%06o\0 " % sum(fields) + fields[156:]


def _pax_record(key: bytes, value: bytes) -> bytes:
    body = b" " + key + b"=" + value + b"\n"
    length = len(body)
    while len(b"%d" % length) + len(body) != length:
        length = len(b"%d" % length) + len(body)
    return b"%d" % length + body


class ZipPacker(_FilePacker):
    """Deflated, names in UTF-8; sizes and CRC stand in front of each file and once more at the end."""

    def __init__(self, target: Path, created: datetime) -> None:
        super().__init__(target, created)
        moment = created.astimezone(UTC) if created.tzinfo else created
        year = min(max(moment.year, 1980), 2107)
        self._date = (year - 1980) << 9 | moment.month << 5 | moment.day
        self._time = moment.hour << 11 | moment.minute << 5 | moment.second // 2
        self._central = open(self.part.with_suffix(".directory"), "w+b")  # noqa: SIM115
        os.unlink(self._central.name)
        self._files = 0

    def add(self, path: str, size: int, chunks: Iterable[bytes]) -> Packed:
        name = path.encode()
        start = self.position
        large = size > _MOST_IN_32_BITS - (size >> 10) - 4096
        self._write(self._local(name, 0, 0, 0, large=large))
        data_at = self.position
        digest, crc, read = hashlib.sha256(), 0, 0
        squeeze = zlib.compressobj(6, zlib.DEFLATED, -15)
        for chunk in chunks:
            digest.update(chunk)
            crc = zlib.crc32(chunk, crc)
            read += len(chunk)
            self._write(squeeze.compress(chunk))
        self._write(squeeze.flush())
        if read != size:
            raise SizeChanged(f"{path}: {size} bytes were announced, {read} came")
        packed = self.position - data_at
        self._file.seek(start)
        self._file.write(self._local(name, crc, packed, size, large=large))
        self._file.seek(0, os.SEEK_END)
        self._central.write(self._entry(name, crc, packed, size, start))
        self._files += 1
        return Packed(None, size, digest.hexdigest())

    def finish(self) -> Container:
        start = self.position
        self._central.seek(0)
        while piece := self._central.read(1 << 20):
            self._write(piece)
        self._central.close()
        length = self.position - start
        if self._files > 0xFFFF - 1 or start > _MOST_IN_32_BITS - 1 or length > _MOST_IN_32_BITS - 1:
            at, count = self.position, self._files
            self._write(struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, count, count, length, start))
            self._write(struct.pack("<IIQI", 0x07064B50, 0, at, 1))
        count = min(self._files, 0xFFFF)
        length, start = min(length, _MOST_IN_32_BITS), min(start, _MOST_IN_32_BITS)
        self._write(struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, length, start, 0))
        self._put_in_place()
        return Container(digest_of(self.target), self.position)

    def abandon(self) -> None:
        self._central.close()
        super().abandon()

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self.position += len(data)

    def _local(self, name: bytes, crc: int, packed: int, size: int, *, large: bool) -> bytes:
        extra = struct.pack("<HHQQ", 1, 16, size, packed) if large else b""
        sizes = (_MOST_IN_32_BITS, _MOST_IN_32_BITS) if large else (packed, size)
        needed = 45 if large else 20
        lengths = len(name), len(extra)
        head = (0x04034B50, needed, _flags(name), 8, self._time, self._date, crc, *sizes, *lengths)
        return struct.pack("<IHHHHHIIIHH", *head) + name + extra

    def _entry(self, name: bytes, crc: int, packed: int, size: int, start: int) -> bytes:
        large = [value for value in (size, packed, start) if value >= _MOST_IN_32_BITS]
        extra = struct.pack(f"<HH{len(large)}Q", 1, 8 * len(large), *large) if large else b""
        needed = 45 if large else 20
        packed, size, start = (min(value, _MOST_IN_32_BITS) for value in (packed, size, start))
        head = (0x02014B50, 3 << 8 | needed, needed, _flags(name), 8, self._time, self._date, crc, packed, size)
        rest = (len(name), len(extra), 0, 0, 0, 0o100644 << 16, start)
        return struct.pack("<IHHHHHHIIIHHHHHII", *head, *rest) + name + extra


def _flags(name: bytes) -> int:
    return 0 if name.isascii() else 1 << 11


class FolderPacker(Packer):
    def __init__(self, target: Path, created: datetime) -> None:
        super().__init__(target, created)
        shutil.rmtree(self.part, ignore_errors=True)  # what a killed process left behind
        self.part.mkdir()
        self._size = 0

    def add(self, path: str, size: int, chunks: Iterable[bytes]) -> Packed:
        place = self.part / path
        place.parent.mkdir(parents=True, exist_ok=True)
        digest, written = hashlib.sha256(), 0
        with open(place, "xb") as file:
            for chunk in chunks:
                digest.update(chunk)
                written += file.write(chunk)
        if written != size:
            raise SizeChanged(f"{path}: {size} bytes were announced, {written} came")
        moment = self.created.timestamp()
        os.utime(place, (moment, moment))
        self._size += size
        return Packed(None, size, digest.hexdigest())

    def finish(self) -> Container:
        os.rename(self.part, self.target)
        return Container(None, self._size)

    def abandon(self) -> None:
        shutil.rmtree(self.part, ignore_errors=True)


def digest_of(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


PACKERS: dict[str, type[Packer]] = {"tar": TarPacker, "zip": ZipPacker, "folder": FolderPacker}
