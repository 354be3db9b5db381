"""What the bytes of a file tell in passing: whether it is locked with a password, and whether a PDF says it is PDF/A.

A claim is only that: "uppger PDF/A-1b", never "är". Nothing is unpacked or rendered; looked at are the first bytes,
the last, and in a PDF the XMP packet wherever it lies.
"""

import re
import struct
from dataclasses import dataclass

from archive.packages import xml

PDF, ZIP, OLE = "pdf", "zip", "ole"
_KINDS = {b"%PDF": PDF, b"PK\x03\x04": ZIP, b"\xd0\xcf\x11\xe0": OLE}
_TAIL = 1 << 16
_LONGEST_XMP = 1 << 20
_ENCRYPT = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")
_ENCRYPT_KEY, _ENCRYPT_REFERENCE = b"/Encrypt", re.compile(rb"/Encrypt\s*\d+\s+\d+\s+R")
_LONGEST_REFERENCE = 64
_MOST_PACKETS = 16
_CENTRAL = re.compile(rb"PK\x01\x02", re.DOTALL)
_PACKAGE_LOCKED = "EncryptedPackage".encode("utf-16-le")
_XMP_BEGINS, _XMP_ENDS = b"<x:xmpmeta", b"</x:xmpmeta>"
_PDFA = "{http://www.aiim.org/pdfa/ns/id/}"


@dataclass(frozen=True, slots=True)
class Look:
    encrypted: bool = False
    claim: str = ""
    """ "PDF/A-1b" when the file says so of itself."""


def kind_of(head: bytes) -> str | None:
    """The kinds worth a closer look, by their first four bytes."""
    return _KINDS.get(head)


class Inspector:
    """Fed with the pieces of one file in order."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._head = self._tail = b""
        self._locked_inside = False
        self._xmp = b""
        self._packets = 0
        self._claim = ""

    def feed(self, piece: bytes) -> None:
        if len(self._head) < _TAIL:
            self._head += piece[: _TAIL - len(self._head)]
        joined = self._tail + piece
        if self.kind == OLE and _PACKAGE_LOCKED in joined:
            self._locked_inside = True
        elif self.kind == PDF:
            begins = max(0, len(self._tail) - _LONGEST_REFERENCE)
            if not self._locked_inside and (at := joined.find(_ENCRYPT_KEY, begins)) >= 0:
                self._locked_inside = _ENCRYPT_REFERENCE.search(joined, at) is not None
            if not self._claim and self._packets < _MOST_PACKETS:
                self._look_for_xmp(joined, len(self._tail))
        self._tail = joined[-_TAIL:]

    def _look_for_xmp(self, joined: bytes, known: int) -> None:
        at = 0
        if self._xmp:
            self._xmp += joined[known:]
            joined = self._xmp
        while (begins := joined.find(_XMP_BEGINS, at)) >= 0:
            ends = joined.find(_XMP_ENDS, begins)
            if ends < 0:
                rest = joined[begins:]
                self._xmp = rest if len(rest) <= _LONGEST_XMP else b""
                return
            self._claim = self._claim or _claimed(joined[begins : ends + len(_XMP_ENDS)])
            at = ends
            self._packets += 1
            if self._claim or self._packets == _MOST_PACKETS:
                break
        self._xmp = b""

    def look(self) -> Look:
        return Look(self._is_locked(), self._claim)

    def _is_locked(self) -> bool:
        if self.kind == PDF:
            ends = (self._tail[-_TAIL // 2 :], self._head[:4096])
            return self._locked_inside or any(_ENCRYPT.search(end) for end in ends)
        if self.kind == ZIP:
            return _zip_is_locked(self._head, self._tail)
        return self._locked_inside or _old_office_is_locked(self._head)


def _claimed(packet: bytes) -> str:
    """Part and level of PDF/A that an XMP packet names, as attributes or as elements, under whatever prefix."""
    try:
        root = xml.read_tree([packet], max_bytes=_LONGEST_XMP)
    except xml.XMLRefused:
        return ""
    said: dict[str, str] = {}
    for element in root.iter():
        for name in ("part", "conformance"):
            value = element.get(_PDFA + name) or (element.text if element.tag == _PDFA + name else None)
            if value and value.strip():
                said.setdefault(name, value.strip())
    part, level = said.get("part", ""), said.get("conformance", "").lower()
    return (
        f"PDF/A-{part}{level}" if part.isdigit() and len(part) == 1 and level in ("", "a", "b", "u", "e", "f") else ""
    )


def _zip_is_locked(head: bytes, tail: bytes) -> bool:
    """Any member of a zip (or of an Office document, which is one) that needs a password."""
    if len(head) >= 8 and head[6] & 1:
        return True
    flags = (tail[match.start() + 8 : match.start() + 10] for match in _CENTRAL.finditer(tail))
    return any(len(each) == 2 and each[0] & 1 for each in flags)


def _old_office_is_locked(head: bytes) -> bool:
    """Word 97–2003 says it in its first block, Excel in the record after its beginning."""
    if head[512:514] == b"\xec\xa5" and len(head) >= 524:
        return bool(struct.unpack_from("<H", head, 522)[0] & 0x0100)
    if head[512:514] == b"\x09\x08" and len(head) >= 520:
        after = 516 + int(struct.unpack_from("<H", head, 514)[0])
        return head[after : after + 2] == b"\x2f\x00"
    return False
