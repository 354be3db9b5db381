"""Packages that list their files otherwise than in METS: a manifest, a table, a delivery note.

What a list says of a file is held against the file: is it there, has it this size, has it this digest. Digests join
those that the pass over the bytes proves.
"""

import codecs
import io
from collections.abc import Iterator
from typing import Protocol

from archive.packages import checksums
from archive.packages.checksums import Declared
from archive.packages.container import Tree, same_but_for_normalisation
from archive.packages.report import Place
from archive.packages.rulebook import ROLES, Rulebook

_LONGEST_LINE = 1 << 20
"""A list without line ends is none; reading on would only fill the memory."""
FILE_ROLE = ROLES.index("file")
_ALGORITHMS = {"md5": 1, "sha1": 2, "sha256": 3, "sha384": 4, "sha512": 5}


class Says(Protocol):
    def __call__(
        self, rule: str, place: Place, found: object = None, expected: object = None, *, reason: str = ""
    ) -> None: ...


class Listing:
    def __init__(self, book: Rulebook, prefix: str) -> None:
        self.book, self.tree, self.prefix = book, book.tree, prefix
        self.listed = bytearray(len(book.tree.index))

    def add(
        self,
        rule: str,
        path: str,
        found: object = None,
        expected: object = None,
        *,
        line: int | None = None,
        reason: str = "",
    ) -> None:
        self.book.add(rule, Place(path, line), found, expected, reason=reason)

    def numbered(self) -> Iterator[tuple[int, str]]:
        for member in self.tree.members():
            yield member.number, member.path

    @staticmethod
    def knows(algorithm: str) -> bool:
        return number_of(algorithm) > 0

    def expect(
        self,
        name: str,
        source: str,
        line: int,
        *,
        digest: str = "",
        algorithm: str = "",
        size: str = "",
    ) -> int | None:
        """The number of the file that the list means; faults are said under the list's own rules."""
        number = self.tree.find_number(name)
        if number is None:
            other = self.tree.index.find(self.tree.root + name)
            spelled = self.tree.index.path(other)[len(self.tree.root) :] if other is not None else None
            reason = "case" if spelled and not same_but_for_normalisation(spelled, name) else "missing"
            self.add(f"{self.prefix}-FIL", source, spelled, name, line=line, reason=reason)
            return None
        self.listed[number] = 1
        stored = self.tree.index.sizes[number]
        if size and not (size.isascii() and size.isdigit() and len(size) < 19 and int(size) == stored):
            self.add(f"{self.prefix}-STORLEK", self.tree.member(number).path, size, stored, reason="differs")
        if digest:
            self._declare(number, digest, algorithm, source, line)
        return number

    def _declare(self, number: int, written: str, algorithm: str, source: str, line: int) -> None:
        known = number_of(algorithm) or _by_length(written)
        if not known:
            return
        digest = checksums.declared_digest(written, known)
        if digest is None:
            expected = f"{2 * checksums.LENGTHS[known]} × 0–9, a–f"
            self.add(f"{self.prefix}-SUMMA", source, written[:140], expected, line=line, reason="form")
            return
        self.book.declared.declare(Declared(number, known, digest, FILE_ROLE, line, 0))


def number_of(algorithm: str) -> int:
    """In whatever way its name is written ("sha256", "SHA-256"); 0 for one we do not verify."""
    return _ALGORITHMS.get(algorithm.lower().replace("-", "").replace("_", ""), 0)


def _by_length(digest: str) -> int:
    """A digest without a name is told by its length."""
    return {length: number for number, length in enumerate(checksums.LENGTHS)}.get(len(digest.strip()) // 2, 0)


def lines_of(tree: Tree, path: str, at_most: int, encoding: str = "utf-8") -> Iterator[tuple[int, str]]:
    """The lines of a text file one by one with their numbers; bytes that are no text become marks."""
    number = tree.find_number(path)
    if number is None:
        return
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)("replace"), translate=True)
    rest, count, read = "", 0, 0
    for chunk in tree.chunks(tree.member(number)):
        read += len(chunk)
        if read > at_most or len(rest) > _LONGEST_LINE:
            return
        *lines, rest = (rest + decoder.decode(chunk)).split("\n")
        for text in lines:
            count += 1
            if text.strip():
                yield count, text.removeprefix("\ufeff") if count == 1 else text
    rest += decoder.decode(b"", final=True)
    if rest.strip():
        yield count + 1, rest.removeprefix("\ufeff") if count == 0 else rest
