"""The names of a package's members, a million of them in under 100 MB.

One table of hashes and a few flat arrays instead of a dict of strings and objects. Names are found by their folded
form (NFC, case folded), so that two names a Windows disk or a reader would confuse meet each other here.
"""

import re
import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Iterator

FILE, FOLDER, IMPLIED_FOLDER = 0, 1, 2
_EMPTY = 0xFFFFFFFF


def folded(path: str) -> str:
    """The form under which two names count as the same name."""
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


class NameIndex:
    def __init__(self) -> None:
        self.sizes = array("Q")
        self.offsets = array("Q")
        self.kinds = bytearray()
        self._names = bytearray()
        self._starts = array("Q", [0])
        self._hashes = array("q")
        self._mask = (1 << 10) - 1
        self._slots = array("I", [_EMPTY]) * (self._mask + 1)

    def __len__(self) -> int:
        return len(self.kinds)

    def path(self, number: int) -> str:
        return self._names[self._starts[number] : self._starts[number + 1]].decode()

    def names_with(self, pattern: re.Pattern[bytes]) -> Iterator[int]:
        """The members in whose names a pattern is met, found in one search over all names.

        The names lie end to end: a match that runs into the next name is none, and the search goes on from there.
        """
        at = 0
        while match := pattern.search(self._names, at):
            number = bisect_right(self._starts, match.start()) - 1
            at = self._starts[number + 1]
            if match.end() <= at:
                yield number

    def find(self, path: str) -> int | None:
        """The member that has this name or one that would be confused with it."""
        key = folded(path)
        wanted = hash(key)
        slot = wanted & self._mask
        slots, hashes, mask = self._slots, self._hashes, self._mask
        while (number := slots[slot]) != _EMPTY:
            if hashes[number] == wanted and folded(self.path(number)) == key:
                return number
            slot = (slot + 1) & mask
        return None

    def find_exactly(self, path: str) -> int | None:
        """The member that has exactly this name, found quickly; None also when a closer look might find one."""
        wanted = hash(path.lower() if path.isascii() else folded(path))
        slot = wanted & self._mask
        slots, hashes = self._slots, self._hashes
        while (number := slots[slot]) != _EMPTY:
            if hashes[number] == wanted:
                starts = self._starts
                return number if self._names[starts[number] : starts[number + 1]] == path.encode() else None
            slot = (slot + 1) & self._mask
        return None

    def add(self, path: str, size: int, offset: int, kind: int = FILE) -> int | None:
        """Enter a name; None when it, or one that would be confused with it, is there already."""
        key = folded(path)
        wanted = hash(key)
        slots, hashes, mask = self._slots, self._hashes, self._mask
        slot = wanted & mask
        while (number := slots[slot]) != _EMPTY:
            if hashes[number] == wanted and folded(self.path(number)) == key:
                return None
            slot = (slot + 1) & mask
        number = len(self.kinds)
        slots[slot] = number
        hashes.append(wanted)
        self.kinds.append(kind)
        self.sizes.append(size)
        self.offsets.append(offset)
        self._names += path.encode()
        self._starts.append(len(self._names))
        if number * 5 > mask * 3:
            self._grow()
        return number

    def _grow(self) -> None:
        self._mask = mask = (self._mask << 1) | 1
        self._slots = slots = array("I", [_EMPTY]) * (mask + 1)
        for number, wanted in enumerate(self._hashes):
            slot = wanted & mask
            while slots[slot] != _EMPTY:
                slot = (slot + 1) & mask
            slots[slot] = number
