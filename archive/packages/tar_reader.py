"""Tar as POSIX and GNU write it, read header by header and believed only when everything adds up.

Taken in: files, folders, GNU long names, PAX path and size. Links, devices, sparse and contiguous files are faults;
a header that does not add up, an archive without its two closing blocks or with anything after them is refused.
"""

import os
import zlib
from abc import abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from archive.packages.container import PIECE, Fault, Tree, refuse
from archive.packages.limits import MIB, Limits

BLOCK = 512
_ZEROS = bytes(BLOCK)
_LONGEST_PADDING = 16 * MIB
_MOST_MARKS = 64
_NO_SIZE = 1 << 62
"""From here on a number is no size of a file, and no place that the system can be asked for."""
_MOST_PAX_RECORDS = 1000
_LINKS = {b"1": "hard-link", b"2": "symbolic-link", b"K": "long-link"}
_SPECIAL = {
    b"3": "character-device",
    b"4": "block-device",
    b"6": "fifo",
    b"7": "contiguous",
    b"S": "sparse",
    b"M": "multi-volume",
    b"V": "volume-label",
    b"D": "gnu-folder",
}


class Stream(Protocol):
    """Bytes from the front; a read that gets fewer than it asked for has met the end."""

    position: int

    def read(self, size: int) -> bytes: ...
    def skip(self, size: int) -> None: ...


class _FileStream:
    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.position = 0

    def read(self, size: int) -> bytes:
        piece = os.pread(self._descriptor, size, self.position)
        self.position += len(piece)
        return piece

    def skip(self, size: int) -> None:
        self.position += size


class _GzipStream:
    """One gzip member, its CRC and length proven, nothing after it, and no more unpacked than the ratio allows.

    Asked to, it leaves marks on the way, few and evenly spread, from which it can be read on again.
    """

    def __init__(self, descriptor: int, limits: Limits) -> None:
        self._descriptor, self._limits = descriptor, limits
        self._zlib = zlib.decompressobj(wbits=31)
        self._packed_at = 0
        self._waiting = b""
        self._ready = memoryview(b"")
        self.position = 0
        self.marks: list[_GzipStream] | None = None
        self._between_marks = 4 * PIECE

    def copy(self) -> "_GzipStream":
        """Another that goes on from here."""
        other = _GzipStream(self._descriptor, self._limits)
        other._zlib, other._packed_at, other._waiting = self._zlib.copy(), self._packed_at, self._waiting
        other._ready, other.position = self._ready, self.position
        return other

    def _mark(self, marks: "list[_GzipStream]") -> None:
        if self.position < (marks[-1].position if marks else 0) + self._between_marks:
            return
        mark = self.copy()
        mark._packed_at, mark._waiting, mark._ready = self._packed_at - len(self._waiting), b"", memoryview(b"")
        marks.append(mark)
        if len(marks) == _MOST_MARKS:
            self._between_marks *= 2
            del marks[::2]

    def _fill(self) -> bool:
        """Unpack one more piece; False when the stream has come to its proper end."""
        if self.marks is not None:
            self._mark(self.marks)
        while not self._zlib.eof:
            if not self._waiting:
                self._waiting = os.pread(self._descriptor, PIECE, self._packed_at)
                self._packed_at += len(self._waiting)
            try:
                piece = self._zlib.decompress(self._waiting, PIECE)
            except zlib.error as error:
                raise refuse("E_ARCHIVE_CORRUPT", "gzip", "", error) from error
            ended = not self._waiting
            self._waiting = self._zlib.unconsumed_tail
            if piece:
                self._ready = memoryview(piece)
                return True
            if ended and not self._zlib.eof:
                raise refuse("E_ARCHIVE_CORRUPT", "gzip-truncated")
        if self._zlib.unused_data or os.pread(self._descriptor, 1, self._packed_at):
            raise refuse("E_ARCHIVE_CORRUPT", "trailing")
        return False

    def pieces(self, size: int) -> Iterator[memoryview]:
        while size > 0:
            if not self._ready and not self._fill():
                return
            piece, self._ready = self._ready[:size], self._ready[size:]
            size -= len(piece)
            self.position += len(piece)
            self._check_ratio()
            yield piece

    def _check_ratio(self) -> None:
        limits = self._limits
        if self.position <= limits.ratio_applies_after_bytes:
            return
        packed = self._packed_at - len(self._waiting)
        if self.position > packed * limits.max_ratio:
            raise refuse("E_ARCHIVE_LIMIT", "max_ratio", "", self.position // max(packed, 1), limits.max_ratio)
        if self.position > limits.max_unpacked_bytes + limits.max_members * 2 * BLOCK:
            limit = limits.max_unpacked_bytes
            raise refuse("E_ARCHIVE_LIMIT", "max_unpacked_bytes", "", self.position, limit)

    def read(self, size: int) -> bytes:
        return b"".join(self.pieces(size))

    def skip(self, size: int) -> None:
        for _ in self.pieces(size):
            pass

    def to_the_end(self) -> None:
        if self._ready or self._fill():
            raise refuse("E_ARCHIVE_CORRUPT", "trailing")


class _AnyTar(Tree):
    """The walk over the headers, the same for a file and for a stream."""

    def __init__(self, path: Path, limits: Limits, report: Callable[[Fault], None] | None) -> None:
        super().__init__(path, limits, report)
        self._descriptor = os.open(path, os.O_RDONLY)
        try:
            self._stored_bytes = os.fstat(self._descriptor).st_size
            self._walk(self._stream())
            self._settle_root()
        except BaseException:
            self.close()
            raise

    @abstractmethod
    def _stream(self) -> Stream: ...

    def _check_fits(self, position: int, size: int, name: str) -> None: ...

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _walk(self, stream: Stream) -> None:
        renamed: str | None = None
        resized: int | None = None
        while (header := self._header(stream)) is not None:
            kind = header[156:157]
            if kind == b"g":
                self._global(stream, header)
                continue
            if kind == b"x" or kind == b"L":
                if renamed is not None or resized is not None:
                    raise refuse("E_ARCHIVE_CORRUPT", "header-twice", renamed or "")
                renamed, resized = self._extended(stream, header, kind)
                continue
            name = _name(header) if renamed is None else renamed
            size = number(header[124:136], name) if resized is None else resized
            self._take(stream, kind, name, size)
            renamed, resized = None, None
        if renamed is not None or resized is not None:
            raise refuse("E_ARCHIVE_CORRUPT", "header-alone", renamed or "")

    def _header(self, stream: Stream) -> bytes | None:
        """The next header, None at the proper end of the archive."""
        header = stream.read(BLOCK)
        if len(header) != BLOCK:
            raise refuse("E_ARCHIVE_CORRUPT", "truncated", "", stream.position)
        if header == _ZEROS:
            self._end(stream)
            return None
        # The lower half of Adler-32 is one and the sum of the bytes, modulo 65521, which half a header never reaches;
        # it is ten times quicker than sum().
        halves = (zlib.adler32(header[:256]) & 0xFFFF) + (zlib.adler32(header[256:]) & 0xFFFF) - 2
        written, summed = number(header[148:156], ""), halves - sum(header[148:156]) + 256
        if written != summed:
            raise refuse("E_ARCHIVE_CORRUPT", "header-checksum", "", written, summed)
        return header

    def _end(self, stream: Stream) -> None:
        if stream.read(BLOCK) != _ZEROS:
            raise refuse("E_ARCHIVE_CORRUPT", "no-end", "", stream.position)
        padding = 0
        while piece := stream.read(BLOCK * 128):
            padding += len(piece)
            if piece.count(0) != len(piece) or padding > _LONGEST_PADDING or len(piece) % BLOCK:
                raise refuse("E_ARCHIVE_CORRUPT", "trailing", "", stream.position)
        if len(self.index) == 0:
            raise refuse("E_ARCHIVE_EMPTY", "no-members")

    def _payload(self, stream: Stream, header: bytes) -> bytes:
        size = number(header[124:136], _shown(_name_bytes(header)))
        if size > self.limits.max_header_bytes:
            raise refuse("E_ARCHIVE_LIMIT", "max_header_bytes", "", size, self.limits.max_header_bytes)
        payload = stream.read(size)
        stream.skip(-size % BLOCK)
        if len(payload) != size:
            raise refuse("E_ARCHIVE_CORRUPT", "truncated", "", stream.position)
        return payload

    def _extended(self, stream: Stream, header: bytes, kind: bytes) -> tuple[str | None, int | None]:
        payload = self._payload(stream, header)
        if kind == b"L":
            return _decoded(payload.rstrip(b"\0")), None
        records = pax_records(payload)
        path, size = records.get(b"path"), records.get(b"size")
        for key in records:
            if key.startswith(b"GNU.sparse"):
                raise refuse("E_ARCHIVE_SPECIAL", "sparse", _shown(path or _name_bytes(header)))
        if records.get(b"hdrcharset") not in (None, b"ISO-IR 10646 2000 UTF-8"):
            raise refuse("E_ARCHIVE_NAME_ENCODING", "hdrcharset", _shown(path or _name_bytes(header)))
        if b"linkpath" in records and path is None and size is None:
            return None, None
        name = _shown(path or _name_bytes(header))
        return None if path is None else _decoded(path), None if size is None else _pax_size(size, name)

    def _global(self, stream: Stream, header: bytes) -> None:
        """`git archive` writes a comment for all members; a path or size for all would be nonsense."""
        for key in pax_records(self._payload(stream, header)):
            if key in (b"path", b"size", b"linkpath", b"hdrcharset") or key.startswith(b"GNU.sparse"):
                raise refuse("E_ARCHIVE_CORRUPT", "global-header", "", _shown(key))

    def _take(self, stream: Stream, kind: bytes, name: str, size: int) -> None:
        offset = stream.position
        if kind in (b"0", b"\0", b"5"):
            is_folder = kind == b"5" or (kind == b"\0" and name.endswith("/"))
            if is_folder and size:
                raise refuse("E_ARCHIVE_CORRUPT", "folder-with-bytes", name, size, 0)
            self._check_fits(offset, size, name)
            self._enter(name, size, offset, is_folder=is_folder)
        elif kind in _LINKS:
            self._bad(Fault("E_ARCHIVE_LINK", _LINKS[kind], name, name))
            size = 0 if kind != b"K" else size
            self._check_fits(offset, size, name)
        elif kind in _SPECIAL:
            self._bad(Fault("E_ARCHIVE_SPECIAL", _SPECIAL[kind], name, name))
            self._check_fits(offset, size, name)
            if kind == b"S":  # more maps may follow the header, so where the next one begins is not certain
                raise refuse("E_ARCHIVE_SPECIAL", "sparse", name)
        else:
            raise refuse("E_ARCHIVE_SPECIAL", "unknown-type", name, _shown(kind))
        stream.skip(size + -size % BLOCK)


class TarTree(_AnyTar):
    kind = "tar"

    def _stream(self) -> Stream:
        if self._stored_bytes % BLOCK:
            raise refuse("E_ARCHIVE_CORRUPT", "truncated", "", self._stored_bytes)
        return _FileStream(self._descriptor)

    def _check_fits(self, position: int, size: int, name: str) -> None:
        if position + size > self._stored_bytes:
            raise refuse("E_ARCHIVE_CORRUPT", "size-beyond-end", name, size, self._stored_bytes - position)

    def sweep(self, begins: int = 0, ends: int | None = None) -> Iterator[tuple[int, memoryview, bool]]:
        sizes, offsets = self.index.sizes, self.index.offsets
        window, from_, to = memoryview(bytearray(PIECE)), 0, 0
        for number_ in self._run(begins, ends):
            at, left = offsets[number_], sizes[number_]
            if not left:
                yield number_, window[:0], True
            while left:
                need = min(left, PIECE)
                if at < from_ or at + need > to:
                    from_, to = at, at + os.preadv(self._descriptor, [window], at)
                    if at + need > to:
                        raise refuse("E_ARCHIVE_CORRUPT", "changed", self.index.path(number_))
                piece = min(left, to - at)
                yield number_, window[at - from_ : at - from_ + piece], piece == left
                at, left = at + piece, left - piece

    def _bytes_of(self, number_: int) -> Iterator[bytes]:
        at, left = self.index.offsets[number_], self.index.sizes[number_]
        while left:
            piece = os.pread(self._descriptor, min(left, PIECE), at)
            if not piece:
                raise refuse("E_ARCHIVE_CORRUPT", "changed", self.index.path(number_))
            yield piece
            at, left = at + len(piece), left - len(piece)


class GzipTarTree(_AnyTar):
    """Unpacked in memory as often as it is read through; members asked for in stored order cost one pass."""

    kind = "tar.gz"

    def _stream(self) -> _GzipStream:
        return _GzipStream(self._descriptor, self.limits)

    def _walk(self, stream: Stream) -> None:
        assert isinstance(stream, _GzipStream)
        self._marks: list[_GzipStream] = []
        stream.marks = self._marks
        self._last = self._stream()
        super()._walk(stream)
        stream.to_the_end()

    def sweep(self, begins: int = 0, ends: int | None = None) -> Iterator[tuple[int, memoryview, bool]]:
        stream = self._stream()
        for number_ in self._run(begins, ends):
            left = self.index.sizes[number_]
            stream.skip(self.index.offsets[number_] - stream.position)
            if not left:
                yield number_, memoryview(b""), True
            for piece in stream.pieces(left):
                left -= len(piece)
                yield number_, piece, not left

    def _bytes_of(self, number_: int) -> Iterator[bytes]:
        for piece in self._at(self.index.offsets[number_]).pieces(self.index.sizes[number_]):
            yield bytes(piece)

    def _at(self, offset: int) -> _GzipStream:
        """The stream at this place, reached from the nearest place before it that is known."""
        known = (stream for stream in (*self._marks, self._last) if stream.position <= offset)
        nearest = max(known, key=lambda stream: stream.position, default=self._stream())
        self._last = nearest.copy()
        self._last.skip(offset - self._last.position)
        return self._last.copy()


def number(field: bytes, name: str) -> int:
    """A number as tar writes it: octal digits, or base 256 where the first bit is set."""
    if field[:-1].isdigit() and field[-1] in b" \0":
        try:
            return int(field[:-1], 8)
        except ValueError:
            raise refuse("E_ARCHIVE_CORRUPT", "number", name, _shown(field)) from None
    if field[0] & 0x80:
        if field[0] != 0x80:
            raise refuse("E_ARCHIVE_CORRUPT", "size-negative", name)
        value = int.from_bytes(field[1:], "big")
        if value >= _NO_SIZE:
            raise refuse("E_ARCHIVE_LIMIT", "size", name, value)
        return value
    digits = field.strip(b" \0")
    if not digits:
        return 0
    try:
        if digits.startswith((b"-", b"+")) or b"_" in digits:
            raise ValueError
        return int(digits, 8)
    except ValueError:
        raise refuse("E_ARCHIVE_CORRUPT", "number", name, _shown(field)) from None


def _pax_size(size: bytes, name: str) -> int:
    if not size.isdigit():
        raise refuse("E_ARCHIVE_CORRUPT", "size", name, _shown(size))
    value = int(size) if len(size) <= len(str(_NO_SIZE)) else _NO_SIZE
    if value >= _NO_SIZE:
        raise refuse("E_ARCHIVE_LIMIT", "size", name, _shown(size))
    return value


def pax_records(payload: bytes) -> dict[bytes, bytes]:
    """ "length key=value\\n" again and again, each length exact and no key twice."""
    records: dict[bytes, bytes] = {}
    at = 0
    while at < len(payload):
        blank = payload.find(b" ", at, at + 12)
        digits = payload[at:blank] if blank > 0 else b""
        if not digits.isdigit():
            raise refuse("E_ARCHIVE_CORRUPT", "pax")
        end = at + int(digits)
        record = payload[blank + 1 : end]
        key, equals, value = record.partition(b"=")
        if end <= blank + 1 or end > len(payload) or not record.endswith(b"\n") or not equals or not key:
            raise refuse("E_ARCHIVE_CORRUPT", "pax")
        if key in records:
            raise refuse("E_ARCHIVE_CORRUPT", "pax-twice", "", _shown(key))
        records[key] = value[:-1]
        if len(records) > _MOST_PAX_RECORDS:
            raise refuse("E_ARCHIVE_LIMIT", "pax", "", f"> {_MOST_PAX_RECORDS}", _MOST_PAX_RECORDS)
        at = end
    return records


def _name_bytes(header: bytes) -> bytes:
    name = header[:100].partition(b"\0")[0]
    if header[257:263] == b"ustar\0" and header[345]:
        return header[345:500].partition(b"\0")[0] + b"/" + name
    return name


def _name(header: bytes) -> str:
    return _decoded(_name_bytes(header))


def _decoded(name: bytes) -> str:
    try:
        decoded = name.decode()
    except UnicodeDecodeError:
        raise refuse("E_ARCHIVE_NAME_ENCODING", "not-utf-8", _shown(name), _shown(name)) from None
    if "\0" in decoded:
        raise refuse("E_ARCHIVE_NAME", "U+0000", _shown(name))
    return decoded


def _shown(raw: bytes) -> str:
    return raw[:200].decode("utf-8", "backslashreplace")
