"""Digests: what METS declares, what the bytes give, and whether they agree.

One declared digest per member lies in flat arrays; of a member declared twice the others lie in a list.
"""

import hashlib
import re
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

ALGORITHMS = ("", "MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512")
"""In the spelling of METS; the place in this tuple is the number kept per member."""


LENGTHS = (0, 16, 20, 32, 48, 64)
WEAK = frozenset((1, 2))
SHA256 = 3
_MOST_TYPES = 10_000
_NUMBERS = {name: number for number, name in enumerate(ALGORITHMS) if name}
_HEX = re.compile(r"[0-9A-Fa-f]+", re.ASCII)


class Hasher(Protocol):
    """What hashlib gives for every algorithm."""

    def update(self, data: bytes | memoryview, /) -> None: ...
    def digest(self) -> bytes: ...
    def hexdigest(self) -> str: ...


_MAKERS: dict[int, Callable[..., Hasher]] = {
    1: hashlib.md5,
    2: hashlib.sha1,
    3: hashlib.sha256,
    4: hashlib.sha384,
    5: hashlib.sha512,
}


def algorithm(name: str) -> int:
    """The number of an algorithm spelled as METS spells it, 0 for one we do not verify."""
    return _NUMBERS.get(name, 0)


def declared_digest(text: str, number: int) -> bytes | None:
    """The digest in any case and with blanks; None when it is no digest of this algorithm."""
    compact = text if len(text) == 2 * LENGTHS[number] else "".join(text.split())
    if len(compact) != 2 * LENGTHS[number] or not _HEX.fullmatch(compact):
        return None
    return bytes.fromhex(compact)


@dataclass(frozen=True, slots=True)
class Declared:
    """One statement of METS about one member, kept when the member has more than one."""

    number: int
    algorithm: int
    digest: bytes
    role: int
    line: int
    document: int


class Declarations:
    """What the METS documents declare of the members, by member number."""

    def __init__(self, members: int) -> None:
        self._width = 32
        self._digests = bytearray(32 * members)
        self._members = members
        self.algorithms = bytearray(members)
        self.roles = bytearray(members)
        self.documents = array("I", [0]) * members
        self.lines = array("I", [0]) * members
        self.more: dict[int, list[Declared]] = {}
        self._types = array("H", [0]) * members
        self._type_names = [""]
        self._type_numbers = {"": 0}

    def declare(self, declared: Declared) -> None:
        """Role 0 means "not listed", so roles begin at 1."""
        number = declared.number
        if self.roles[number]:
            if (declared.algorithm, declared.digest) != (self.algorithms[number], self.digest(number)):
                self.more.setdefault(number, []).append(declared)
            return
        self.roles[number] = declared.role
        self.algorithms[number] = declared.algorithm
        self.documents[number] = declared.document
        self.lines[number] = declared.line
        if declared.digest:
            self._store(number, declared.digest)

    def declare_type(self, number: int, media_type: str) -> None:
        """What METS calls the file's type; there are few of them, however many files."""
        known = self._type_numbers.get(media_type)
        if known is None:
            if len(self._type_names) > _MOST_TYPES:
                return
            known = self._type_numbers[media_type] = len(self._type_names)
            self._type_names.append(media_type)
        self._types[number] = known

    def media_type(self, number: int) -> str:
        return self._type_names[self._types[number]]

    def declare_first(self, number: int, algorithm: int, digest: bytes, line: int, document: int) -> None:
        """The common case, quickly: a file entry about a member that nobody has spoken of."""
        self.roles[number] = 1
        self.algorithms[number] = algorithm
        self.documents[number] = document
        self.lines[number] = line
        self._store(number, digest)

    def _store(self, number: int, digest: bytes) -> None:
        if len(digest) > self._width:
            self._widen()
        at = number * self._width
        self._digests[at : at + len(digest)] = digest

    def _widen(self) -> None:
        wide = bytearray(64 * self._members)
        for number in range(self._members):
            wide[number * 64 : number * 64 + 32] = self._digests[number * 32 : number * 32 + 32]
        self._width, self._digests = 64, wide

    def digest(self, number: int) -> bytes:
        at = number * self._width
        return bytes(self._digests[at : at + LENGTHS[self.algorithms[number]]])

    def wanted(self, number: int) -> tuple[int, ...]:
        """The algorithms needed to prove all that is said of a member."""
        first = self.algorithms[number]
        if number not in self.more:
            return (first,) if first else ()
        return tuple({first, *(declared.algorithm for declared in self.more[number])} - {0})

    def statements(self, number: int) -> list[Declared]:
        first = Declared(
            number,
            self.algorithms[number],
            self.digest(number),
            self.roles[number],
            self.lines[number],
            self.documents[number],
        )
        return [first, *self.more.get(number, ())]


def digest_of(data: bytes | memoryview, number: int) -> bytes:
    return _MAKERS[number](data, usedforsecurity=False).digest()


def hasher(number: int) -> Hasher:
    return _MAKERS[number](usedforsecurity=False)
