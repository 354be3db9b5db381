"""All bytes of a package once, in stored order: digests proven, and whatever else wants to see them, told."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from archive.packages import checksums
from archive.packages.report import Place
from archive.packages.rulebook import ROLES, Rulebook


@dataclass(frozen=True, slots=True)
class Content:
    """One file of the package as the archive will keep it."""

    path: str
    size: int
    sha256: str
    puid: str = ""
    mime: str = ""
    offset: int | None = None
    """Where its bytes begin in an uncompressed tar."""


def prove(
    book: Rulebook,
    documents: list[str],
    seen: Callable[[int, int], None],
    collect: Callable[[Content], None] | None,
    *,
    identify: bool = False,
) -> dict[str, int]:
    """Compare every member with what METS declared of it; returns how many files there are of each format."""
    tree, declared = book.tree, book.declared
    algorithms, more = declared.algorithms, declared.more
    sha256 = hashlib.sha256
    files = size = looked = 0
    hashers: dict[int, Any] = {}
    for number, piece, last in tree.sweep():
        size += len(piece)
        if last and not hashers:
            digests = {}
            if number not in more and algorithms[number] in (0, checksums.SHA256):
                if algorithms[number] or collect is not None:
                    digests[checksums.SHA256] = sha256(piece).digest()
            else:
                digests = {each: checksums.digest_of(piece, each) for each in _needed(book, number, collect)}
        else:
            if not hashers:
                hashers = {
                    each: hashlib.new(checksums.NAMES[each], usedforsecurity=False)
                    for each in _needed(book, number, collect)
                }
            for hasher in hashers.values():
                hasher.update(piece)
            if not last:
                seen(files, size)
                continue
            digests = {each: hasher.digest() for each, hasher in hashers.items()}
            hashers = {}
        files += 1
        if number in book.doubtful:
            _settle_doubt(book, number, digests)
        elif algorithms[number] and (number in more or declared.digest(number) != digests[algorithms[number]]):
            _compare(book, number, digests)
        if collect is not None:
            member = tree.member(number)
            collect(Content(member.path, member.size, digests[checksums.SHA256].hex(), offset=member.offset))
        if files - looked >= 256:
            looked = files
            seen(files, size)
    return {}


def _needed(book: Rulebook, number: int, collect: object) -> set[int]:
    wanted = set(book.declared.wanted(number))
    return wanted | {checksums.SHA256} if collect is not None else wanted


def _compare(book: Rulebook, number: int, digests: dict[int, bytes]) -> None:
    for statement in book.declared.statements(number):
        if statement.algorithm and digests[statement.algorithm] != statement.digest:
            rule = book.profile.roles[ROLES[statement.role]]["checksum"]
            path = book.tree.member(number).path
            empty = statement.digest == checksums.digest_of(b"", statement.algorithm)
            found = digests[statement.algorithm].hex()
            place = Place(path, None, None)
            book.add(rule, place, found, statement.digest.hex(), reason="of-nothing" if empty else "differs")


def _settle_doubt(book: Rulebook, number: int, digests: dict[int, bytes]) -> None:
    """Another name and another size: only if the digest is right is it the file that METS means."""
    rule, place, size, stored = book.doubtful[number]
    statements = book.declared.statements(number)
    if any(each.algorithm and digests[each.algorithm] == each.digest for each in statements):
        book.add(rule, place, size, stored, reason="differs")
