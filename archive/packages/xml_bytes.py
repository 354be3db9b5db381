"""The bytes of a foreign XML document before a parser may see them: encoding decided, prolog searched, limits counted.

UTF-8, UTF-16 with byte order mark and ISO-8859-1 as declared come out as UTF-8; everything else is refused. Nothing
passes before the prolog is known to hold no DOCTYPE, and what is counted is counted on bytes, at no cost per element.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import IO

CHUNK = 64 * 1024


class Refusal(StrEnum):
    """Why a document is not read. The codes are those of the report."""

    DOCTYPE = "E_XML_DOCTYPE"
    ENCODING = "E_XML_ENCODING"
    MALFORMED = "E_XML_MALFORMED"
    LIMIT = "E_XML_LIMIT"


class XMLRefused(Exception):
    """The document was not read, or not further than to `line`; `why` picks the sentence among those of the rule."""

    def __init__(self, reason: Refusal, *, line: int | None = None, why: str = "", detail: str = "") -> None:
        super().__init__(f"{reason} ({why}) {detail}" + (f" (line {line})" if line else ""))
        self.reason = reason
        self.line = line
        self.why = why
        self.detail = detail or None


@dataclass(frozen=True, slots=True)
class XMLLimits:
    """What a document may cost. Depth (256) and one text or attribute (10 MB) are also held by libxml2 itself."""

    max_bytes: int = 8 * 1024**3
    max_elements: int = 20_000_000
    max_tag_bytes: int = 256 * 1024
    max_text_bytes: int = 9 * 1024**2
    max_prolog_bytes: int = 256 * 1024
    max_depth: int = 100
    max_attributes: int = 256
    encodings: frozenset[str] = frozenset({"utf-8", "utf-16", "iso-8859-1"})


DEFAULT_LIMITS = XMLLimits()

_DECLARATION = re.compile(
    rb"""<\?xml\s+version\s*=\s*(["'])(?P<version>[^"'<>]{0,16})\1"""
    rb"""(?:\s+encoding\s*=\s*(["'])(?P<encoding>[^"'<>]{0,64})\3)?"""
)
_ENCODING_NAMES = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "utf-16": "utf-16",
    "utf-16le": "utf-16",
    "utf-16be": "utf-16",
    "iso-8859-1": "iso-8859-1",
    "iso8859-1": "iso-8859-1",
    "iso_8859-1": "iso-8859-1",
    "latin1": "iso-8859-1",
    "latin-1": "iso-8859-1",
}
_NOT_BYTES_OF_UTF8 = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (b"<\0\0\0", "UTF-32"),
    (b"\0\0\0<", "UTF-32"),
    (b"<\0", "UTF-16 without a byte order mark"),
    (b"\0<", "UTF-16 without a byte order mark"),
    (b"\x4c\x6f\xa7\x94", "EBCDIC"),
    (b"+/v", "UTF-7"),
)


def utf8_chunks(source: IO[bytes] | Iterable[bytes], limits: XMLLimits = DEFAULT_LIMITS) -> Iterator[bytes]:
    """The document's bytes as UTF-8 without byte order mark; XMLRefused for encodings that are not accepted."""
    chunks = _chunks(source)
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= 512:
            break
    encoding, skip = _decide_encoding(head, limits)
    head = head[skip:]
    if encoding == "utf-8":
        yield head
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        yield decoder.decode(head).encode()
        for chunk in chunks:
            yield decoder.decode(chunk).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError:
        raise XMLRefused(Refusal.ENCODING, why="bytes", detail=encoding.upper()) from None


def _chunks(source: IO[bytes] | Iterable[bytes]) -> Iterator[bytes]:
    read = getattr(source, "read", None)
    if read is None:
        for chunk in source:
            for start in range(0, len(chunk), CHUNK):
                yield bytes(chunk[start : start + CHUNK])
        return
    while chunk := read(CHUNK):
        yield chunk


def _decide_encoding(head: bytes, limits: XMLLimits) -> tuple[str, int]:
    """Codec name and bytes to skip. A mark outranks the declaration; the two must not contradict each other."""
    for mark, name in _NOT_BYTES_OF_UTF8:
        if head.startswith(mark) and not head.startswith(b"\0\0"):
            raise XMLRefused(Refusal.ENCODING, line=1, why="other", detail=name)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        codec = "utf-16-le" if head.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
        declared = _declared(head[2:].decode(codec, "replace").encode())
        found, skip = "utf-16", 2
    else:
        skip = 3 if head.startswith(codecs.BOM_UTF8) else 0
        declared = _declared(head[skip:])
        found = declared or "utf-8"
        codec = found
        if found == "utf-16" or (skip and found != "utf-8"):
            raise XMLRefused(Refusal.ENCODING, line=1, why="bytes", detail=found.upper())
    if declared and declared != found:
        raise XMLRefused(Refusal.ENCODING, line=1, why="bytes", detail=declared.upper())
    if found not in limits.encodings:
        raise XMLRefused(Refusal.ENCODING, line=1, why="other", detail=found.upper())
    return codec, skip


def _declared(head: bytes) -> str | None:
    match = _DECLARATION.match(head)
    if match is None:
        return None
    if match["version"] != b"1.0":
        raise XMLRefused(Refusal.ENCODING, line=1, why="version")
    if match["encoding"] is None:
        return None
    name = match["encoding"].decode("ascii", "replace")
    known = _ENCODING_NAMES.get(name.lower())
    if known is None:
        raise XMLRefused(Refusal.ENCODING, line=1, why="other", detail=name)
    return known


def guarded(chunks: Iterable[bytes], limits: XMLLimits) -> Iterator[bytes]:
    """Let the bytes pass while they keep the limits; nothing passes before the prolog is known to hold no DOCTYPE."""
    prolog = b""
    searched = False
    meter = _Meter(limits)
    for chunk in chunks:
        if searched:
            meter.count(chunk)
            yield chunk
            continue
        prolog += chunk
        searched = _prolog_is_over(prolog)
        if searched:
            meter.count(prolog)
            yield prolog
        elif len(prolog) > limits.max_prolog_bytes:
            raise XMLRefused(Refusal.LIMIT, line=1, why="prolog", detail=str(limits.max_prolog_bytes))
    if not searched and prolog:
        yield prolog


_PROLOG_PART = re.compile(rb"\s+|<!--.*?-->|<\?.*?\?>", re.DOTALL)


def _prolog_is_over(data: bytes) -> bool:
    position = 0
    while match := _PROLOG_PART.match(data, position):
        position = match.end()
    rest = data[position : position + 9]
    if rest.upper() == b"<!DOCTYPE":
        raise XMLRefused(Refusal.DOCTYPE, line=data.count(b"\n", 0, position) + 1)
    return len(rest) == 9 and not rest.startswith((b"<!--", b"<?"))


class _Meter:
    """Counts on bytes, at no cost per element: size, elements, and how long one tag or one text is."""

    def __init__(self, limits: XMLLimits) -> None:
        self.limits = limits
        self.bytes = self.elements = self.since_open = self.since_close = 0
        self.opener = b""

    def count(self, chunk: bytes) -> None:
        limits = self.limits
        self.bytes += len(chunk)
        self.elements += chunk.count(b"<") - chunk.count(b"</")
        opened, closed = chunk.rfind(b"<"), chunk.rfind(b">")
        if opened < 0:
            self.opener = (self.opener + chunk[:9])[:9]
            self.since_open += len(chunk)
        else:
            self.opener = chunk[opened : opened + 9]
            self.since_open = len(chunk) - opened
        self.since_close = self.since_close + len(chunk) if closed < 0 else len(chunk) - closed - 1
        if self.bytes > limits.max_bytes:
            raise XMLRefused(Refusal.LIMIT, why="bytes", detail=str(limits.max_bytes))
        if self.elements > limits.max_elements:
            raise XMLRefused(Refusal.LIMIT, why="elements", detail=str(limits.max_elements))
        in_a_tag = self.since_open <= self.since_close and not self.opener.startswith(b"<!")
        if in_a_tag and self.since_open > limits.max_tag_bytes:
            raise XMLRefused(Refusal.LIMIT, why="tag", detail=str(limits.max_tag_bytes))
        if min(self.since_open, self.since_close) > limits.max_text_bytes:
            raise XMLRefused(Refusal.LIMIT, why="text", detail=str(limits.max_text_bytes))
