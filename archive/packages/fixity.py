"""All bytes of a package once, in stored order: digests proven, and whatever else wants to see them, told."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from archive.packages import checksums
from archive.packages.checksums import SHA256
from archive.packages.container import Tree
from archive.packages.format_rules import judge_format
from archive.packages.formats import Format, IdentificationFailed, Identifier
from archive.packages.hands import Hands
from archive.packages.index import FILE
from archive.packages.inspection import Inspector, Look, kind_of
from archive.packages.report import Place
from archive.packages.rulebook import ROLES, Rulebook
from archive.packages.scanning import Scanner

_NOTHING = Look()
_REPORT_EVERY = 256


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
    claim: str = ""
    """What the file says of itself: "PDF/A-1b". Never proof."""


@dataclass(slots=True)
class Seen:
    """What the pass over the bytes has found out about the files, for the facts of the report."""

    formats: Counter[str] = field(default_factory=Counter)
    claims: Counter[str] = field(default_factory=Counter)
    scanner: str = ""
    """Who looked for viruses; empty when nobody did."""


def prove(
    book: Rulebook,
    seen: Callable[[int, int], None],
    collect: Callable[[Content], None] | None,
    *,
    identify: bool = False,
    hands: Hands | None = None,
    scanner: Scanner | None = None,
) -> Seen:
    """Compare every member with what METS declared of it, and look at each as its bytes pass."""
    if hands is not None or not identify:
        return _Pass(book, seen, collect, None, scanner).run(hands)
    with Identifier() as identifier:
        return _Pass(book, seen, collect, identifier, scanner).run(None)


def more_hands(tree: Tree, jobs: int, algorithm: int) -> Hands:
    """Processes that begin with the bytes at once; `algorithm` is what METS is likely to want."""

    def compute(begins: int, ends: int) -> Iterator[tuple[int, bytes, Look]]:
        parts: _Parts | None = None
        for number, piece, last in tree.sweep(begins, ends):
            if parts is None and last:
                kind = kind_of(bytes(piece[:4]))
                yield number, checksums.digest_of(piece, algorithm), _NOTHING if kind is None else _look_at(kind, piece)
                continue
            parts = parts or _Parts({algorithm}, None)
            parts.feed(piece)
            if last:
                yield number, parts.digests()[algorithm], parts.look()
                parts = None

    return Hands(tree, jobs, algorithm, compute)


class _Pass:
    def __init__(
        self,
        book: Rulebook,
        seen: Callable[[int, int], None],
        collect: Callable[[Content], None] | None,
        identifier: Identifier | None,
        scanner: Scanner | None,
    ) -> None:
        self.book, self.tree, self.progress, self.collect = book, book.tree, seen, collect
        self.identifier, self.scanner = identifier, scanner
        self.seen = Seen(scanner=scanner.name if scanner is not None else "")
        self._waiting: dict[int, tuple[str, str]] = {}
        """Digest and claim of files whose format is still being looked for."""

    def run(self, hands: Hands | None) -> Seen:
        declared, tell = self.book.declared, self.collect is not None or self.identifier is not None
        algorithms, more, doubtful = declared.algorithms, declared.more, self.book.doubtful
        for number, digests, look in self._read() if hands is None else self._read_by(hands):
            if number in doubtful:
                _settle_doubt(self.book, number, digests)
            elif number in more or (algorithms[number] and declared.digest(number) != digests[algorithms[number]]):
                _compare(self.book, number, digests)
            if look is not _NOTHING:
                self._judge_look(number, look)
            if tell:
                self._tell(number, digests, look.claim)
        if self.identifier is not None:
            self._identified(self.identifier.rest)
        return self.seen

    def _read(self, begins: int = 0, ends: int | None = None) -> Iterator[tuple[int, dict[int, bytes], Look]]:
        """Each member's digests, as many as are wanted of it, and what was seen in passing."""
        files = size = 0
        parts: _Parts | None = None
        for number, piece, last in self.tree.sweep(begins, ends):
            size += len(piece)
            if self.scanner is not None:
                self._scan(self.scanner, number, piece, fresh=parts is None, last=last)
            if parts is None and last:
                digests, look = self._whole(number, piece)
            else:
                parts = parts or self._begin(number)
                parts.feed(piece)
                if not last:
                    self.progress(files, size)
                    continue
                digests, look, parts = parts.digests(), parts.look(), None
            yield number, digests, look
            files += 1
            if not files % _REPORT_EVERY:
                self.progress(files, size)

    def _read_by(self, hands: Hands) -> Iterator[tuple[int, dict[int, bytes], Look]]:
        """The same from what many hands have computed; what they could not guess is read again."""
        sizes, total = self.tree.index.sizes, len(self.tree.index)
        looks = dict(hands.finish(lambda number: self.progress(number, self.tree.bytes * number // total)))
        declared, algorithm = self.book.declared, hands.algorithm
        for number, kind in enumerate(self.tree.index.kinds):
            if kind != FILE:
                continue
            if number in declared.more or declared.algorithms[number] not in (0, algorithm):
                yield from self._read(number, number + 1)
            else:
                yield number, {algorithm: hands.digest(number)}, looks.get(number, _NOTHING)
        self.progress(self.tree.files, sum(sizes))

    def _whole(self, number: int, piece: memoryview) -> tuple[dict[int, bytes], Look]:
        """A member that came in one piece, as nearly all do."""
        algorithm = self.book.declared.algorithms[number]
        if algorithm == SHA256 and number not in self.book.declared.more:
            digests = {SHA256: hashlib.sha256(piece).digest()}
        else:
            digests = {each: checksums.digest_of(piece, each) for each in self._needed(number)}
        kind = kind_of(bytes(piece[:4]))
        if self.identifier is not None and not self._in_place(number):
            self.identifier.add(number, self.tree.index.path(number), len(piece))
            self.identifier.write(piece)
        return digests, _NOTHING if kind is None else _look_at(kind, piece)

    def _begin(self, number: int) -> "_Parts":
        if self.identifier is not None and not self._in_place(number):
            self.identifier.add(number, self.tree.index.path(number), self.tree.index.sizes[number])
            return _Parts(self._needed(number), self.identifier)
        return _Parts(self._needed(number), None)

    def _scan(self, scanner: Scanner, number: int, piece: memoryview, *, fresh: bool, last: bool) -> None:
        if fresh:
            scanner.begin()
        scanner.write(piece)
        if not last:
            return
        scanned = scanner.end()
        if scanned.virus:
            self.book.add("SK-VIRUS", Place(self.tree.member(number).path), scanned.virus)
        elif scanned.not_scanned:
            self.book.add("SK-NOT-SCANNED", Place(self.tree.member(number).path), scanned.not_scanned)

    def _needed(self, number: int) -> set[int]:
        wanted = set(self.book.declared.wanted(number))
        return wanted | {SHA256} if self.collect is not None else wanted

    def _judge_look(self, number: int, look: Look) -> None:
        if look.encrypted:
            self.book.add("E_CONTENT_ENCRYPTED", Place(self.tree.member(number).path))
        if look.claim:
            self.seen.claims[look.claim] += 1

    # Formats

    def _in_place(self, number: int) -> bool:
        """A file of a folder need not be copied to be looked at."""
        if self.identifier is None or self.tree.kind != "folder":
            return False
        self.identifier.add_in_place(number, self.tree.path / self.tree.index.path(number))
        return True

    def _tell(self, number: int, digests: dict[int, bytes], claim: str) -> None:
        digest = digests[SHA256].hex() if SHA256 in digests else ""
        if self.identifier is None:
            self._collect(number, digest, claim, None)
        else:
            self._waiting[number] = (digest, claim)
            self._identified(self.identifier.ready)

    def _identified(self, answers: Callable[[], Iterable[tuple[int, Format]]]) -> None:
        try:
            for number, found in answers():
                digest, claim = self._waiting.pop(number)
                self.seen.formats[found.puid] += 1
                judge_format(self.book, number, found)
                self._collect(number, digest, claim, found)
        except IdentificationFailed as failed:
            self.book.add("SK-FORMATS-NOT-IDENTIFIED", Place(), str(failed))
            self.identifier = None
            for number, (digest, claim) in self._waiting.items():
                self._collect(number, digest, claim, None)
            self._waiting.clear()

    def _collect(self, number: int, digest: str, claim: str, found: Format | None) -> None:
        if self.collect is None:
            return
        member = self.tree.member(number)
        puid, mime = (found.puid, found.mime) if found is not None else ("", "")
        self.collect(Content(member.path, member.size, digest, puid, mime, member.offset, claim))


def _look_at(kind: str, piece: memoryview) -> Look:
    inspector = Inspector(kind)
    inspector.feed(bytes(piece))
    return inspector.look()


class _Parts:
    """A member that comes in several pieces, while they come."""

    def __init__(self, algorithms: set[int], identifier: Identifier | None) -> None:
        self._hashers = {each: checksums.hasher(each) for each in algorithms}
        self._identifier, self._fresh = identifier, True
        self._inspector: Inspector | None = None

    def feed(self, piece: memoryview) -> None:
        for hasher in self._hashers.values():
            hasher.update(piece)
        if self._identifier is not None:
            self._identifier.write(piece)
        if self._fresh:
            self._fresh = False
            kind = kind_of(bytes(piece[:4]))
            self._inspector = None if kind is None else Inspector(kind)
        if self._inspector is not None:
            self._inspector.feed(bytes(piece))

    def digests(self) -> dict[int, bytes]:
        return {each: hasher.digest() for each, hasher in self._hashers.items()}

    def look(self) -> Look:
        return _NOTHING if self._inspector is None else self._inspector.look()


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
