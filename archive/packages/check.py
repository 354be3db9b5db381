"""Judge a package: `check(path)` reads it once and returns a report.

First the container's names (a cheap walk that refuses what is broken), then its METS documents, then all bytes in
stored order against what METS declared of them. Nothing is unpacked, and memory does not grow with the bytes.
"""

import re
import time
import unicodedata
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from archive.packages import checksums, finding_mets, self_description, without_mets, xml
from archive.packages import rules as _rules
from archive.packages.container import ContainerRefused, Fault, Tree, open_package
from archive.packages.contents import Contents
from archive.packages.fixity import Content, more_hands, prove
from archive.packages.hands import Hands, worth_it
from archive.packages.identity_numbers import masked
from archive.packages.index import FILE
from archive.packages.limits import Limits
from archive.packages.mets import Document, WrongRoot, read
from archive.packages.profile import Expectation, Profile, detect
from archive.packages.report import Facts, Finding, Findings, Place, Report, Severity, Verdict, quote
from archive.packages.rulebook import ROLES, Rulebook
from archive.packages.scanning import Scanner
from archive.packages.schemas import Register
from archive.packages.zip_reader import ZipTree

_UNKNOWN = "e-ark-csip-2.1.0"
_LOOK_EVERY = 0.2
_FIRST_TYPE = re.compile(rb"CHECKSUMTYPE\s*=\s*[\"']([A-Z0-9-]{3,10})[\"']")
_MANY_DIGITS = re.compile(rb"\d{6}[-+]?\d{4}")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the check has come; `stage` is "container", "mets" or "files"."""

    stage: str
    files_done: int = 0
    files_total: int = 0
    bytes_done: int = 0
    bytes_total: int = 0


@dataclass(slots=True)
class PackageView:
    """What rules about the whole package look at."""

    tree: Tree
    root: Document
    documents: list[Document]
    profile: Profile


def check(
    path: Path | str,
    profile: Profile | str | None = None,
    *,
    limits: Limits | None = None,
    progress: Callable[[Progress], None] | None = None,
    expect: Expectation | None = None,
    collect: Callable[[Content], None] | None = None,
    sha256: str | None = None,
    identify: bool = False,
    schemas: Register | None = None,
    jobs: int = 1,
    scanner: Scanner | None = None,
) -> Report:
    """Everything that is wrong with a package, and what it says of itself.

    `collect` is told each content file with its SHA-256 as the bytes pass; `sha256` is the digest of the package file
    where somebody has it already. An exception out of `progress` ends the check. With `jobs` above one, that many
    processes share the bytes, unless a scanner looks at them; formats are identified in a process of their own in any
    case. Without a scanner the report says that nobody has looked for viruses.
    """
    chosen = Profile.load(profile) if isinstance(profile, str) else profile
    if limits is None:
        limits = Limits.from_mapping(chosen.limits) if chosen is not None else Limits()
    return _Check(Path(path), chosen, limits, progress, expect, schemas, jobs, scanner).run(collect, sha256, identify)


class _Check:
    def __init__(
        self,
        path: Path,
        profile: Profile | None,
        limits: Limits,
        progress: Callable[[Progress], None] | None,
        expect: Expectation | None,
        schemas: Register | None = None,
        jobs: int = 1,
        scanner: Scanner | None = None,
    ) -> None:
        self.schemas, self.jobs, self.scanner = schemas, jobs if scanner is None else 1, scanner
        self.path, self.asked, self.limits = path, profile, limits
        self.profile = profile or Profile.load(_UNKNOWN)
        self.progress = progress or (lambda _: None)
        self.expect = expect or self.profile.expect
        self.findings = Findings()
        self.documents: list[Document] = []
        self.facts = Facts()
        self.hands: Hands | None = None

    def run(self, collect: Callable[[Content], None] | None, sha256: str | None, identify: bool) -> Report:
        started, clock = datetime.now(UTC), time.perf_counter()
        readable = True
        try:
            self.progress(Progress("container"))
            with open_package(self.path, self.limits, self._container_fault) as tree:
                try:
                    self._judge(tree, collect, identify)
                finally:
                    if self.hands is not None:
                        self.hands.close()
        except ContainerRefused as refused:
            self._container_fault(refused.fault)
            readable = False
        report = Report(
            package=self.path.name,
            size=self.path.stat().st_size if self.path.is_file() else self.facts.bytes,
            sha256=sha256,
            profile=self.profile.key,
            profile_version=self.profile.version,
            verdict=self._verdict(readable),
            groups=tuple(self.findings.groups()),
            facts=self.facts,
            changes=self.profile.changes,
        )
        return replace(
            report, started=started.isoformat(timespec="seconds"), seconds=round(time.perf_counter() - clock, 3)
        )

    def _verdict(self, readable: bool) -> Verdict:
        if not readable:
            return Verdict.UNREADABLE
        return Verdict.FAULTY if self.findings.has(Severity.ERROR) else Verdict.VALID

    def _container_fault(self, fault: Fault) -> None:
        severity = self.profile.severity(fault.rule) or Severity.ERROR
        place = Place(quote(fault.path) or "")
        params = {"reason": fault.reason}
        self.findings.add(Finding(fault.rule, severity, place, quote(fault.found), quote(fault.expected), params))

    def _faults(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self._container_fault(fault)

    def _judge(self, tree: Tree, collect: Callable[[Content], None] | None, identify: bool) -> None:
        self.facts = Facts(container=tree.kind, root=tree.root.rstrip("/"), files=tree.files, bytes=tree.bytes)
        self._faults(finding_mets.foreign_extension(self.path.name, tree))
        if other := self._without_mets(tree):
            self._judge_without_mets(tree, other, collect, identify)
            return
        name = self._mets_name(tree)
        if name is None:
            if collect is not None:
                self._prove(Rulebook(self.profile, tree, self.findings), collect, identify)
            return
        if not self._choose_profile(tree, name):
            return
        if isinstance(tree, ZipTree) and tree.unflagged and not self._settle_names(tree, name):
            return
        book = Rulebook(self.profile, tree, self.findings)
        self._call_hands(tree, name, collect, identify)
        if not self._read_all_mets(book, name):
            return
        view = PackageView(tree, self.documents[0], self.documents, self.profile)
        book.package(view, self.documents[0])
        self.facts = self_description.from_mets(self.facts, view.root)
        self._check_expectation(book)
        self._judge_contents(book)
        self._prove(book, collect, identify)
        self._check_unlisted(book)
        self._check_names(book)

    # Packages that are described otherwise

    def _without_mets(self, tree: Tree) -> str | None:
        """The kind of package, where the profile asks for one without METS or the package shows to be one."""
        if self.asked is not None:
            return None if self.asked.mets else str(self.asked.settings.get("kind", ""))
        if tree.find_number("METS.xml") is not None or tree.find_number("sip.xml") is not None:
            return None
        return without_mets.recognise(tree)

    def _judge_without_mets(
        self, tree: Tree, kind: str, collect: Callable[[Content], None] | None, identify: bool
    ) -> None:
        if self.asked is None:
            self.profile = Profile.load(kind)
        book = Rulebook(self.profile, tree, self.findings)
        note = without_mets.judge(kind, book, self._xml_limits())
        if note is not None:
            self.facts = self_description.from_note(self.facts, note)
            self._check_expectation(book)
        self._judge_contents(book, note.delivered if note is not None else "")
        self._prove(book, collect, identify)
        self._check_names(book)

    # Which METS, which profile

    def _mets_name(self, tree: Tree) -> str | None:
        wanted = self.asked.mets if self.asked is not None else ("METS.xml", "sip.xml")
        there = [name for name in wanted if tree.find_number(name) is not None]
        if len(there) == 1:
            return there[0]
        if len(there) > 1:
            self._container_fault(Fault("SK-METS-TWO", "two", there[1], ", ".join(there), wanted[0]))
            return there[0]
        self._faults(finding_mets.none_there(tree, wanted, self.profile))
        return None

    def _choose_profile(self, tree: Tree, name: str) -> bool:
        """Which specification the METS says it follows; False when it cannot even begin to be read."""
        member = tree.find(name)
        assert member is not None
        try:
            root, oais = finding_mets.peek(tree.chunks(member), self._xml_limits())
        except xml.XMLRefused as refused:
            if self.asked is None:
                self.profile = Profile.load(detect(name, "", "") or _UNKNOWN)
            self._refused_xml(name, refused)
            return False
        found = detect(name, root.get("PROFILE", ""), oais)
        if self.asked is None:
            self.profile = Profile.load(found or _UNKNOWN)
            self.expect = self.expect if self.expect != Expectation() else self.profile.expect
        wanted = self.expect.profile or (self.asked.settings.get("specification", "") if self.asked else "")
        if wanted and found and found != wanted and not found.startswith(wanted):
            self._container_fault(Fault("SK-PROFILE", "differs", name, found, wanted))
        return True

    def _xml_limits(self) -> xml.XMLLimits:
        limits = self.limits
        return replace(
            xml.DEFAULT_LIMITS,
            max_bytes=limits.max_xml_bytes,
            max_depth=limits.max_xml_depth,
            max_attributes=limits.max_xml_attributes_per_element,
            max_elements=100_000 + 50 * limits.max_mets_files,
        )

    def _settle_names(self, tree: ZipTree, name: str) -> bool:
        """Names without the UTF-8 flag are read in the one encoding in which METS lists most of them."""
        listed: set[str] = set()
        for path in (name, *finding_mets.of_representations(tree)):
            member, base = tree.find(path), path[: path.rfind("/") + 1]
            assert member is not None
            try:
                for each in finding_mets.listed_paths(tree.chunks(member), base, self._xml_limits()):
                    listed.add(unicodedata.normalize("NFC", each))
            except xml.XMLRefused as refused:
                if path == name:
                    self._refused_xml(name, refused)
                    return False
        if tree.settle_names(listed.__contains__):
            return True
        shown = tree.unflagged[0].decode("utf-8", "backslashreplace")
        self._container_fault(Fault("E_ARCHIVE_NAME_ENCODING", "ambiguous", shown, shown))
        return True

    # Reading METS

    def _read_all_mets(self, book: Rulebook, name: str) -> bool:
        waiting = deque([name])
        if name == "METS.xml":
            waiting.extend(finding_mets.of_representations(book.tree))
        done: set[str] = set()
        while waiting:
            path = waiting.popleft()
            if path in done:
                continue
            if len(done) == self.limits.max_mets_documents:
                self._refused_xml(name, xml.XMLRefused(xml.Refusal.LIMIT, why="documents", detail=str(len(done))))
                return False
            done.add(path)
            self.progress(Progress("mets", len(done) - 1, len(done) + len(waiting)))
            readable = self._read_mets(book, path)
            if not readable and path == name:
                return False
            waiting.extend(pointer for pointer in book.pointers if pointer not in done)
            book.pointers.clear()
        return True

    def _read_mets(self, book: Rulebook, path: str) -> bool:
        member = book.tree.find(path)
        assert member is not None
        document = Document(path, len(self.documents), is_root=not self.documents)
        document.notes["package"] = book.tree
        document.notes["profile"] = self.profile
        self.documents.append(document)
        try:
            read(document, book.tree.chunks(member), book, self._xml_limits(), self.limits.max_mets_files)
        except xml.XMLRefused as refused:
            self._refused_xml(path, refused)
            return False
        except WrongRoot:
            return False
        return True

    def _refused_xml(self, path: str, refused: xml.XMLRefused) -> None:
        severity = self.profile.severity(refused.reason.value) or Severity.ERROR
        place, params = Place(path, refused.line), {"reason": refused.why}
        self.findings.add(Finding(refused.reason.value, severity, place, quote(refused.detail), None, params))

    # What lies in the package besides METS

    def _judge_contents(self, book: Rulebook, delivered: str = "") -> None:
        tree, roles = book.tree, book.declared.roles
        metadata = [number for number, role in enumerate(roles) if ROLES[role] in ("dmd", "digiprov", "rights", "md")]
        contents = Contents(
            tree,
            book.declared,
            book.add,
            ROLES.index("attachment"),
            limits=self._xml_limits(),
            register=self.schemas,
            demanded=self.profile.settings.get("schemas", {}).items(),
            content_type=self.facts.content_specification,
        )
        found = contents.judge(
            (tree.member(number).path for number in metadata), [document.path for document in self.documents]
        )
        if delivered:
            without_mets.judge_delivered(book, delivered, self.limits, contents)
        if databases := without_mets.judge_databases(book, self.limits, self._xml_limits()):
            found.specifications += ["SIARD"] * databases
        self.facts = replace(
            self.facts,
            cases=found.cases,
            records=found.documents,
            specifications=tuple(dict.fromkeys(found.specifications)),
        )

    def _check_expectation(self, book: Rulebook) -> None:
        place = self.documents[0].place(self.documents[0].header) if self.documents else Place(self.facts.mets)
        self_description.compare(book, self.facts, self.expect, place)

    # The bytes

    def _call_hands(self, tree: Tree, name: str, collect: object, identify: bool) -> None:
        """Have others begin with the bytes while METS is read, when there is something to share."""
        if identify or not worth_it(tree, self.jobs):
            return
        member = tree.find(name)
        head = next(tree.chunks(member), b"") if member is not None else b""
        guess = _FIRST_TYPE.search(head)
        algorithm = checksums.algorithm(guess[1].decode()) if guess is not None else checksums.SHA256
        if algorithm == checksums.SHA256 or (algorithm and collect is None):
            self.hands = more_hands(tree, self.jobs, algorithm)
            self.hands.start()

    def _prove(self, book: Rulebook, collect: Callable[[Content], None] | None, identify: bool) -> None:
        tree = book.tree
        last = 0.0

        def seen(files: int, size: int) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last >= _LOOK_EVERY:
                last = now
                self.progress(Progress("files", files, tree.files, size, tree.bytes))

        found = prove(book, seen, collect, identify=identify, hands=self.hands, scanner=self.scanner)
        self.facts = replace(self.facts, formats=dict(found.formats), claims=dict(found.claims), scanner=found.scanner)
        self.progress(Progress("files", tree.files, tree.files, tree.bytes, tree.bytes))

    def _check_unlisted(self, book: Rulebook) -> None:
        documents = {book.tree.find_number(document.path) for document in self.documents}
        index, roles = book.tree.index, book.declared.roles
        for number, kind in enumerate(index.kinds):
            if kind != FILE:
                continue
            if not roles[number] and number not in documents:
                path = book.tree.member(number).path
                book.add("SK-FILE-UNLISTED", Place(path), path)
            if not index.sizes[number]:
                book.add("SK-FILE-EMPTY", Place(book.tree.member(number).path))

    @staticmethod
    def _check_names(book: Rulebook) -> None:
        """Personal identity numbers in paths: the place is told, the number is not."""
        for number in book.tree.index.names_with(_MANY_DIGITS):
            path = book.tree.index.path(number)[len(book.tree.root) :]
            if book.tree.index.kinds[number] == FILE and (shown := masked(path)) != path:
                book.add("SK-PERSONAL-NUMBER", Place(shown))


_rules.load_all()
