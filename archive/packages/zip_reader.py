"""Zip read so that only one reading is possible.

The central directory and the local headers must say the same, and headers, data and directory must cover the file
from its first byte to its last without gap or overlap. Stored and deflated members are read; encryption, other
methods, several disks and a second end record are refused. Names without the UTF-8 flag are read in the one encoding
under which most of them are found in the METS; see `settle_names`.
"""

import os
import stat
import struct
import unicodedata
import zlib
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

from archive.packages.container import PIECE, Fault, Tree, refuse
from archive.packages.index import NameIndex
from archive.packages.limits import Limits

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_END64_LOCATOR = struct.Struct("<4sIQI")
_END64 = struct.Struct("<4sQ2H2I4Q")
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _DESCRIPTOR, _PATCHED, _UTF8 = 1 << 0, 1 << 3, 1 << 5, 1 << 11
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF
_UNICODE_PATH = 0x7075
_SIDE_BY_SIDE, _ONE_HEADER, _FAR = 1 << 14, 1 << 9, 1 << 11
ENCODINGS = ("utf-8", "cp850", "cp437", "cp1252")
"""How names without the UTF-8 flag have been written by Swedish systems, the likeliest first."""


class ZipTree(Tree):
    kind = "zip"

    def __init__(
        self,
        path: Path,
        limits: Limits,
        report: Callable[[Fault], None] | None,
        window: tuple[int, int] | None = None,
    ) -> None:
        """`window` (offset, size) reads a zip that lies as it is inside another file, such as a tar."""
        super().__init__(path, limits, report)
        self._descriptor = os.open(path, os.O_RDONLY)
        self._base, self._stored_bytes = window or (0, os.fstat(self._descriptor).st_size)
        self.encoding = "utf-8"
        self.unflagged: list[bytes] = []
        """Non-ASCII names without the UTF-8 flag, as stored."""
        try:
            self._read(report)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _read(self, report: Callable[[Fault], None] | None) -> None:
        count, size, begins = self._end_record()
        self._directory = (count, size, begins)
        self._packed, self._crcs, self._methods = array("Q"), array("I"), bytearray()
        self._walk()
        self._settle_root()

    # The end record: exactly one, at the very end

    def _end_record(self) -> tuple[int, int, int]:
        tail_at = max(0, self._stored_bytes - _END.size - _FULL16)
        tail = self._pread(self._stored_bytes - tail_at, tail_at)
        at = tail.rfind(b"PK\x05\x06")
        if at < 0 or len(tail) - at < _END.size:
            raise refuse("E_ARCHIVE_CORRUPT", "truncated", "", self._stored_bytes)
        _, disk, first_disk, here, count, size, begins, comment = _END.unpack_from(tail, at)
        if at + _END.size + comment != len(tail):
            raise refuse("E_ARCHIVE_CORRUPT", "trailing")
        end_at = tail_at + at
        if _FULL16 in (here, count) or _FULL32 in (size, begins):
            count, size, begins, end_at = self._end64(end_at)
        elif disk or first_disk or here != count:
            raise refuse("E_ARCHIVE_UNSUPPORTED", "several-disks")
        if begins + size != end_at:
            raise refuse("E_ARCHIVE_CORRUPT", "directory-place", "", begins + size, end_at)
        if count == 0:
            raise refuse("E_ARCHIVE_EMPTY", "no-members")
        if count > self.limits.max_members:
            raise refuse("E_ARCHIVE_LIMIT", "max_members", "", count, self.limits.max_members)
        return count, size, begins

    def _end64(self, end_at: int) -> tuple[int, int, int, int]:
        locator = self._pread(_END64_LOCATOR.size, max(end_at - _END64_LOCATOR.size, 0))
        magic, disk, at, disks = _END64_LOCATOR.unpack(locator)
        if magic != b"PK\x06\x07" or disk or disks > 1 or at + _END64.size + _END64_LOCATOR.size != end_at:
            raise refuse("E_ARCHIVE_CORRUPT", "end64")
        magic, length, _, _, disk, first, here, count, size, begins = _END64.unpack(self._pread(_END64.size, at))
        if magic != b"PK\x06\x06" or length != _END64.size - 12 or disk or first or here != count:
            raise refuse("E_ARCHIVE_CORRUPT", "end64")
        return count, size, begins, at

    def _pread(self, size: int, at: int) -> bytes:
        piece = os.pread(self._descriptor, size, self._base + at)
        if len(piece) != size:
            raise refuse("E_ARCHIVE_CORRUPT", "truncated", "", self._stored_bytes)
        return piece

    def stored(self, at: int, size: int) -> bytes:
        """Bytes of the zip itself, for formats that say something about them."""
        return os.pread(self._descriptor, size, self._base + at)

    # The directory, each entry held against its local header

    def _walk(self) -> None:
        count, size, directory_at = self._directory
        reader = _Window(self._descriptor, directory_at, directory_at + size, self._base)
        local = _Window(self._descriptor, 0, directory_at, self._base)
        expected_at = 0
        spans: list[tuple[int, int]] = []
        for _ in range(count):
            begins, ends = self._entry(reader, local)
            if begins != expected_at:
                spans.append((begins, ends))
            else:
                expected_at = ends
        if reader.left:
            raise refuse("E_ARCHIVE_CORRUPT", "directory-place", "", reader.left, 0)
        for begins, ends in sorted(spans):  # a directory in another order than the data
            if begins != expected_at:
                reason = "overlap" if begins < expected_at else "gap"
                raise refuse("E_ARCHIVE_CORRUPT", reason, "", begins, expected_at)
            expected_at = ends
        if expected_at != directory_at:
            raise refuse("E_ARCHIVE_CORRUPT", "gap", "", expected_at, directory_at)

    def _entry(self, reader: "_Window", local: "_Window") -> tuple[int, int]:
        """Enter one member; the span of the file that it covers."""
        fields = _CENTRAL.unpack(reader.take(_CENTRAL.size))
        magic, made_by, _, flags, method, _, _, crc, packed, size, of_name, of_extra, of_comment = fields[:13]
        disk, outside, begins = fields[13], fields[15], fields[16]
        if magic != b"PK\x01\x02":
            raise refuse("E_ARCHIVE_CORRUPT", "directory")
        raw, extra = reader.take(of_name), reader.take(of_extra)
        reader.take(of_comment)
        extras = _extras(extra, raw)
        size, packed, begins = _widened(extras.get(1), (size, packed, begins), raw)
        name = self._decoded(raw, flags, extras.get(_UNICODE_PATH))
        self._check_method(flags, method, name)
        if disk not in (0, _FULL16):
            raise refuse("E_ARCHIVE_UNSUPPORTED", "several-disks", name)
        if method == _STORED and size != packed:
            raise refuse("E_ARCHIVE_CORRUPT", "sizes-differ", name, packed, size)
        data_at, ends = self._local(local, begins, (raw, flags, method, crc, packed, size), name)
        self._enter_entry(name, made_by >> 8, outside, size, data_at)
        while len(self._methods) < len(self.index):
            self._packed.append(packed)
            self._crcs.append(crc)
            self._methods.append(method)
        if size > self.limits.ratio_applies_after_bytes and size > packed * self.limits.max_ratio:
            raise refuse("E_ARCHIVE_LIMIT", "max_ratio", name, size // max(packed, 1), self.limits.max_ratio)
        if (
            self.bytes > self.limits.ratio_applies_after_bytes
            and self.bytes > self._stored_bytes * self.limits.max_ratio
        ):
            ratio = self.bytes // self._stored_bytes
            raise refuse("E_ARCHIVE_LIMIT", "max_ratio", "", ratio, self.limits.max_ratio)
        return begins, ends

    def _enter_entry(self, name: str, system: int, outside: int, size: int, data_at: int) -> None:
        mode = outside >> 16 if system in (3, 19) else 0
        if stat.S_ISLNK(mode):
            self._bad(Fault("E_ARCHIVE_LINK", "symbolic-link", name, name))
        elif stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
            self._bad(Fault("E_ARCHIVE_SPECIAL", "device", name, name))
        elif name.endswith("/"):
            if size:
                raise refuse("E_ARCHIVE_CORRUPT", "folder-with-bytes", name, size, 0)
            self._enter(name, 0, data_at, is_folder=True)
        elif stat.S_ISDIR(mode):
            raise refuse("E_ARCHIVE_CORRUPT", "folder-without-slash", name)
        else:
            self._enter(name, size, data_at)

    def _check_method(self, flags: int, method: int, name: str) -> None:
        if flags & _ENCRYPTED or method == 99:
            raise refuse("E_ARCHIVE_ENCRYPTED", "zip", name)
        if method not in (_STORED, _DEFLATED) or flags & _PATCHED:
            raise refuse("E_ARCHIVE_UNSUPPORTED", "method", name, method, "0, 8")

    def _local(
        self, local: "_Window", begins: int, wanted: tuple[bytes, int, int, int, int, int], name: str
    ) -> tuple[int, int]:
        """Where the member's data begin and where the next member must: its local header says the same."""
        raw, flags, method, crc, packed, size = wanted
        local.jump(begins)
        magic, _, flags_, method_, _, _, crc_, packed_, size_, of_name, of_extra = _LOCAL.unpack(
            local.take(_LOCAL.size)
        )
        if magic != b"PK\x03\x04":
            raise refuse("E_ARCHIVE_CORRUPT", "local-header", name)
        raw_, extras = local.take(of_name), _extras(local.take(of_extra), raw)
        size_, packed_, _ = _widened(extras.get(1), (size_, packed_, 0), raw)
        if raw_ != raw:
            raise refuse("E_ARCHIVE_CORRUPT", "local-name", name, raw_.decode("utf-8", "backslashreplace"), name)
        if (flags_ ^ flags) & (_ENCRYPTED | _DESCRIPTOR | _UTF8) or method_ != method:
            raise refuse("E_ARCHIVE_CORRUPT", "local-header", name)
        late = bool(flags & _DESCRIPTOR)
        if (crc_, packed_, size_) != (crc, packed, size) and not (late and not (crc_ or packed_ or size_)):
            raise refuse("E_ARCHIVE_CORRUPT", "local-size", name, f"{packed_}/{size_}", f"{packed}/{size}")
        data_at = local.position
        ends = data_at + packed
        if ends > self._stored_bytes:
            raise refuse("E_ARCHIVE_CORRUPT", "size-beyond-end", name, packed, self._stored_bytes - data_at)
        return data_at, ends + (self._descriptor_size(ends, crc, packed, size, name) if late else 0)

    def _descriptor_size(self, at: int, crc: int, packed: int, size: int, name: str) -> int:
        raw = os.pread(self._descriptor, 24, self._base + at)
        for form in ("<4x3I", "<4xI2Q", "<3I", "<I2Q"):
            shape = struct.Struct(form)
            if form[1] == "4" and not raw.startswith(b"PK\x07\x08"):
                continue
            if len(raw) >= shape.size and shape.unpack_from(raw) == (crc, packed, size):
                return shape.size
        raise refuse("E_ARCHIVE_CORRUPT", "descriptor", name)

    # Names

    def _decoded(self, raw: bytes, flags: int, unicode_path: bytes | None) -> str:
        if b"\0" in raw:
            raise refuse("E_ARCHIVE_NAME", "U+0000", raw.decode("utf-8", "backslashreplace"))
        shown = raw.decode("utf-8", "backslashreplace")
        plain = raw.isascii()
        try:
            name = raw.decode() if plain or flags & _UTF8 else raw.decode(self.encoding)
        except UnicodeDecodeError:
            if flags & _UTF8:
                raise refuse("E_ARCHIVE_NAME_ENCODING", "not-utf-8", shown, shown) from None
            name = raw.decode("cp850")
        if unicode_path is not None:
            return self._by_unicode_path(raw, unicode_path, name, shown)
        if not plain and not flags & _UTF8 and raw not in self.unflagged[-1:]:
            self.unflagged.append(raw)
        return name

    def _by_unicode_path(self, raw: bytes, field: bytes, name: str, shown: str) -> str:
        """Info-ZIP's second spelling of the name counts when it is the same name in some encoding."""
        try:
            spelled = field[5:].decode()
        except UnicodeDecodeError:
            raise refuse("E_ARCHIVE_NAME_ENCODING", "not-utf-8", shown, shown) from None
        if field[:1] != b"\x01" or int.from_bytes(field[1:5], "little") != zlib.crc32(raw):
            raise refuse("E_ARCHIVE_PATH", "unicode-path", shown, spelled, name)
        if any(_or_none(raw, encoding) == spelled for encoding in ENCODINGS):
            return spelled
        raise refuse("E_ARCHIVE_PATH", "unicode-path", shown, spelled, name)

    def settle_names(self, listed: Callable[[str], bool]) -> bool:
        """Find the one encoding under which most unflagged names are listed; False when several fit as well.

        Several encodings that spell the listed names alike count as one. METS itself is not listed, nor is a folder.
        `listed` is asked for paths below the root, in NFC.
        """
        fitting: dict[frozenset[str], str] = {}
        for encoding in ENCODINGS:
            spelled = [_or_none(raw, encoding) for raw in self.unflagged]
            if None not in spelled:
                paths = {self._below_root(str(name)) for name in spelled}
                fitting.setdefault(frozenset(filter(listed, paths)), encoding)
        most = max(map(len, fitting))
        best = [encoding for paths, encoding in fitting.items() if len(paths) == most]
        if len(best) != 1:
            return False
        (encoding,) = best
        if encoding != self.encoding or any(_or_none(raw, "utf-8") is None for raw in self.unflagged):
            self.encoding = encoding
            self._again()
        return True

    def _below_root(self, path: str) -> str:
        return unicodedata.normalize("NFC", path.partition("/")[2] if self.root else path)

    def _again(self) -> None:
        self.index, self.files, self.bytes, self.tops, self.root = NameIndex(), 0, 0, {}, ""
        self.unflagged, self._folder, self.shallow = [], "", []
        self._report, kept = (lambda fault: None) if self._report else None, self._report
        self._read(None)
        self._report = kept

    # Data

    def sweep(self, begins: int = 0, ends: int | None = None) -> Iterator[tuple[int, memoryview, bool]]:
        window = _Stored(self._descriptor, self._base)
        for number in self._run(begins, ends):
            left = self.index.sizes[number]
            if self._methods[number] == _STORED and left <= PIECE:
                yield number, self._whole(number, window.take(self.index.offsets[number], left)), True
                continue
            if not left:
                for _ in self._bytes_of(number):
                    pass
                yield number, memoryview(b""), True
            for piece in self._bytes_of(number):
                left -= len(piece)
                yield number, memoryview(piece), not left

    def _whole(self, number: int, piece: memoryview) -> memoryview:
        """A stored member in one piece, as its sum and size say."""
        if len(piece) != self.index.sizes[number]:
            raise refuse("E_ARCHIVE_CORRUPT", "changed", self.index.path(number))
        if zlib.crc32(piece) != self._crcs[number]:
            found, said = f"{zlib.crc32(piece):08x}", f"{self._crcs[number]:08x}"
            raise refuse("E_ARCHIVE_CORRUPT", "crc", self.index.path(number), found, said)
        return piece

    def _bytes_of(self, number: int) -> Iterator[bytes]:
        crc, left = 0, self.index.sizes[number]
        pieces = self._packed_pieces(number)
        for piece in pieces if self._methods[number] == _STORED else self._inflated(number, pieces):
            left -= len(piece)
            if left < 0:
                break
            crc = zlib.crc32(piece, crc)
            if not left and crc != self._crcs[number]:
                break
            yield piece
        name = self.index.path(number)
        if left:
            raise refuse("E_ARCHIVE_LIMIT" if left < 0 else "E_ARCHIVE_CORRUPT", "size-lies", name)
        if crc != self._crcs[number]:
            raise refuse("E_ARCHIVE_CORRUPT", "crc", name, f"{crc:08x}", f"{self._crcs[number]:08x}")

    def _packed_pieces(self, number: int) -> Iterator[bytes]:
        at, left = self.index.offsets[number], self._packed[number]
        while left:
            piece = self._pread(min(left, PIECE), at)
            yield piece
            at, left = at + len(piece), left - len(piece)

    def _inflated(self, number: int, pieces: Iterator[bytes]) -> Iterator[bytes]:
        inflate = zlib.decompressobj(-15)
        try:
            for piece in pieces:
                waiting = piece
                while waiting:
                    if unpacked := inflate.decompress(waiting, PIECE):
                        yield unpacked
                    waiting = inflate.unconsumed_tail
                    if inflate.eof:
                        break
            while not inflate.eof:
                unpacked = inflate.decompress(b"", PIECE)
                if not unpacked:
                    break
                yield unpacked
        except zlib.error as error:
            raise refuse("E_ARCHIVE_CORRUPT", "deflate", self.index.path(number), error) from error
        if not inflate.eof or inflate.unused_data or next(pieces, None) is not None:
            raise refuse("E_ARCHIVE_CORRUPT", "deflate", self.index.path(number))


class _Stored:
    """Stored members lie side by side, so many come with one reading. A piece is good until the next is taken."""

    def __init__(self, descriptor: int, base: int) -> None:
        self._descriptor, self._base = descriptor, base
        self._window, self._begins, self._ends = memoryview(bytearray(PIECE)), 0, 0

    def take(self, at: int, size: int) -> memoryview:
        if at < self._begins or at + size > self._ends:
            self._begins, self._ends = at, at + os.preadv(self._descriptor, [self._window], self._base + at)
        return self._window[at - self._begins : min(at + size, self._ends) - self._begins]


class _Window:
    """A span of the file read in larger pieces."""

    def __init__(self, descriptor: int, begins: int, ends: int, base: int) -> None:
        self._descriptor, self._ends, self._base = descriptor, ends, base
        self.position = begins
        self._ahead, self._ahead_at, self._reach = b"", begins, _SIDE_BY_SIDE

    @property
    def left(self) -> int:
        return self._ends - self.position

    def jump(self, position: int) -> None:
        """Headers lie side by side when members are small; where they lie far apart, only the header is read."""
        self._reach = _SIDE_BY_SIDE if position - self.position < _FAR else _ONE_HEADER
        self.position = position

    def take(self, size: int) -> bytes:
        if size > self.left:
            raise refuse("E_ARCHIVE_CORRUPT", "truncated", "", self.position)
        at = self.position - self._ahead_at
        if at < 0 or at + size > len(self._ahead):
            ahead = max(size, min(self.left, self._reach))
            self._ahead = os.pread(self._descriptor, ahead, self._base + self.position)
            self._ahead_at, at = self.position, 0
            if len(self._ahead) < size:
                raise refuse("E_ARCHIVE_CORRUPT", "truncated", "", self.position)
        self.position += size
        return self._ahead[at : at + size]


def _extras(raw: bytes, name: bytes) -> dict[int, bytes]:
    fields: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(raw):
        kind, size = struct.unpack_from("<2H", raw, at)
        if at + 4 + size > len(raw):
            break
        if kind in fields and kind in (1, _UNICODE_PATH):
            raise refuse("E_ARCHIVE_CORRUPT", "extra-twice", name.decode("utf-8", "backslashreplace"))
        fields[kind] = raw[at + 4 : at + 4 + size]
        at += 4 + size
    return fields


def _widened(field: bytes | None, values: tuple[int, int, int], name: bytes) -> tuple[int, int, int]:
    """size, packed size and place, taken from the zip64 field where the short ones are full."""
    if field is None:
        return values
    wide, at = list(values), 0
    for number, value in enumerate(values):
        if value == _FULL32:
            if at + 8 > len(field):
                raise refuse("E_ARCHIVE_CORRUPT", "zip64", name.decode("utf-8", "backslashreplace"))
            wide[number] = struct.unpack_from("<Q", field, at)[0]
            at += 8
    return wide[0], wide[1], wide[2]


def _or_none(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None
