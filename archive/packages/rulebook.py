"""A profile at work: hears each element of METS, runs the rules that ask for it, and follows every reference.

Rules say what is wrong; the rulebook gives it the id, the severity of the profile, and its place.
"""

from collections.abc import Iterator, Mapping

from archive.packages import checksums, mets
from archive.packages.checksums import Declarations, Declared
from archive.packages.container import Tree
from archive.packages.index import FILE
from archive.packages.mets import HREF, Document, FileEntry, Node
from archive.packages.profile import Profile
from archive.packages.references import is_plain, resolve
from archive.packages.report import Finding, Findings, Place, Severity, quote
from archive.packages.rules import CLAIMED, REGISTRY, Requirement, Trouble

ROLES = ("", "file", "dmd", "digiprov", "rights", "md", "mptr", "attachment")
_ROLE_OF_SECTION = {"dmdSec": "dmd", "digiprovMD": "digiprov", "rightsMD": "rights"}
_SOFT_REASONS = {"backslash": "SK-HREF-BACKSLASH", "fragment": "SK-HREF-FRAGMENT", "query": "SK-HREF-FRAGMENT"}
_NO_PARAMS: Mapping[str, str] = {}


class Rulebook:
    def __init__(self, profile: Profile, tree: Tree, findings: Findings) -> None:
        self.profile, self.tree, self.findings = profile, tree, findings
        self.declared = Declarations(len(tree.index))
        self.documents: list[Document] = []
        self.doubtful: dict[int, tuple[str, Place, str, int]] = {}
        """Files that METS names in another case and with another size: the same file only if the digest says so."""
        self._near: set[int] = set()
        self._documents: set[int] = set()
        self._current: Document | None = None
        self._current_base = ""
        self.pointers: list[str] = []
        """METS documents that METS documents point at."""
        self._rules: dict[str, list[tuple[Requirement, Severity]]] = {}
        self._claimed: dict[str, dict[str, list[str]]] = {}
        self._bring_in()

    def _bring_in(self) -> None:
        for on, requirements in REGISTRY.items():
            held = [(each, at) for each in requirements if (at := self.profile.severity(each.id)) is not None]
            if held:
                self._rules[on] = held
        for on, names in CLAIMED.items():
            self._claimed[on] = {
                name: [rule for rule in rules if self.profile.severity(rule) is not None]
                for name, rules in names.items()
            }

    # What the METS reader tells

    def begins(self, node: Node, document: Document) -> None:
        if rules := self._rules.get(node.kind):
            self._run(rules, node, document)
        section = node.parent.kind if node.parent is not None and node.kind == "mdRef" else ""
        if section and (rules := self._rules.get(f"{section}/mdRef")):
            self._run(rules, node, document)

    def ends(self, node: Node, document: Document) -> None:
        if rules := self._rules.get(f"{node.kind}/end"):
            self._run(rules, node, document)
        if node.kind == "mdRef":
            self._follow(node, node.attributes, document, self._role(node))
        elif node.kind == "mptr":
            self._point(node, document)

    def settled(self, attributes: dict[str, str], href: str, line: int | None, document: Document) -> bool:
        """The file is there, has its size, and its strong digest is now declared: there is nothing to say."""
        if not is_plain(href):
            return False
        index, declared = self.tree.index, self.declared
        number = index.find_exactly(self._base(document) + href)
        if number is None or declared.roles[number] or index.kinds[number] != FILE:
            return False
        size, text, name = attributes["SIZE"], attributes["CHECKSUM"], attributes["CHECKSUMTYPE"]
        if size != str(index.sizes[number]) or number in self._documents:
            return False
        algorithm = checksums.algorithm(name)
        if algorithm < checksums.SHA256 or len(text) != 2 * checksums.LENGTHS[algorithm]:
            return False
        try:
            digest = bytes.fromhex(text)
        except ValueError:
            return False
        if 2 * len(digest) != len(text):
            return False
        declared.declare_first(number, algorithm, digest, line or 0, document.number)
        declared.declare_type(number, attributes["MIMETYPE"])
        return True

    def _base(self, document: Document) -> str:
        if document is not self._current:
            self._current, self._current_base = document, self.tree.root + document.folder
            member = self.tree.find_number(document.path)
            if member is not None:
                self._documents.add(member)
        return self._current_base

    def file(self, entry: FileEntry, document: Document) -> None:
        if rules := self._rules.get("file"):
            self._run(rules, entry, document)
        for location in entry.locations:
            self._follow(entry, {**entry.attributes, HREF: location.get(HREF, "")}, document, 1)

    def package(self, view: object, document: Document) -> None:
        """Rules about the package as a whole, when every METS document has been read."""
        self._run(self._rules.get("package", []), view, document)

    def grammar(self, rule: str, place: Place, found: str | None, expected: str | None, *, about: str = "") -> None:
        """The grammar keeps silent where a requirement of the profile speaks of the same attribute or child."""
        path = [part.partition("[")[0] for part in (place.xpath or "").split("/")[-2:]]
        claimed = {**self._claimed.get(path[-1], {}), **self._claimed.get("/".join(path), {})}
        if about and claimed.get(about):
            return
        if rule == "METS-ID" and any(each.startswith("CSIP") for each in claimed.get("ID", ())):
            return
        self.add(rule, place, found, expected, reason=about.rpartition("}")[2])

    def add(self, rule: str, place: Place, found: object = None, expected: object = None, *, reason: str = "") -> None:
        severity = self.profile.severity(rule)
        if severity is None:
            return
        shown, wanted = (None if value is None else quote(str(value)) for value in (found, expected))
        params = {"reason": reason} if reason else _NO_PARAMS
        self.findings.add(Finding(rule, severity, place, shown, wanted, params))

    def _run(self, rules: list[tuple[Requirement, Severity]], node: object, document: Document) -> None:
        for requirement, severity in rules:
            for trouble in requirement.judge(node, document):
                self._tell(requirement.id, severity, trouble, node, document)

    def _tell(self, rule: str, severity: Severity, trouble: Trouble, node: object, document: Document) -> None:
        place = trouble.at
        if place is None:
            place = document.place(node if isinstance(node, (Node, FileEntry)) else None)
        params = {"reason": trouble.reason} if trouble.reason else _NO_PARAMS
        if trouble.severity is not None and rule not in self.profile.adjusted:
            severity = trouble.severity
        self.findings.add(Finding(rule, severity, place, quote(trouble.found), quote(trouble.expected), params))

    # References

    @staticmethod
    def _role(node: Node) -> int:
        section = node.parent.kind if node.parent is not None else ""
        return ROLES.index(_ROLE_OF_SECTION.get(section, "md"))

    def _follow(self, node: Node | FileEntry, attributes: Mapping[str, str], document: Document, role: int) -> None:
        """From a reference to the member it names, and hold size and digest of it ready."""
        href = attributes.get(HREF)
        if href is None or not href.strip():
            self.add("SK-HREF", document.place(node), href, reason="empty")
            return
        number = self._target(node, href, document, self.profile.roles[ROLES[role]]["missing"])
        if number is None:
            return
        self._size(node, attributes.get("SIZE", ""), number, document, self.profile.roles[ROLES[role]]["size"])
        self.declared.declare_type(number, attributes.get("MIMETYPE", ""))
        algorithm, digest = self._digest(node, attributes, document, role)
        line = node.line or 0
        self.declared.declare(Declared(number, algorithm, digest, role, line, document.number))

    def _size(self, node: Node | FileEntry, size: str, number: int, document: Document, rule: str) -> None:
        stored = self.tree.index.sizes[number]
        written = size.strip().removeprefix("+")
        if written.isdigit() and written.isascii():
            if int(written[:20]) == stored:
                return
            if number in self._near:
                self.doubtful[number] = (rule, document.place(node), written, stored)
            else:
                self.add(rule, document.place(node), written, stored, reason="differs")
        elif written.startswith("-"):
            self.add(rule, document.place(node), size, "≥ 0", reason="value")

    def _digest(
        self, node: Node | FileEntry, attributes: Mapping[str, str], document: Document, role: int
    ) -> tuple[int, bytes]:
        text, name = attributes.get("CHECKSUM", "").strip(), attributes.get("CHECKSUMTYPE", "").strip()
        if not text or not name:
            return 0, b""
        algorithm = checksums.algorithm(name)
        if not algorithm:
            allowed = ", ".join(checksums.ALGORITHMS[1:])
            self.add("SK-CHECKSUM-ALGORITHM", document.place(node), name, allowed)
            return 0, b""
        if algorithm in checksums.WEAK:
            self.add("SK-CHECKSUM-WEAK", document.place(node), name, "SHA-256")
        digest = checksums.declared_digest(text, algorithm)
        if digest is None:
            rule, length = self.profile.roles[ROLES[role]]["checksum"], 2 * checksums.LENGTHS[algorithm]
            self.add(rule, document.place(node), text, f"{length} × 0–9, a–f", reason="form")
            return 0, b""
        return algorithm, digest

    def _target(self, node: Node | FileEntry, href: str, document: Document, missing: str) -> int | None:
        reference = resolve(href, document.folder)
        for path in self._candidates(reference.path, reference.literal, reference.reason):
            number = self.tree.find_number(path)
            if number is not None:
                if path == document.path:
                    self.add("SK-HREF", document.place(node), href, reason="itself")
                    return None
                if reference.reason and path != reference.literal:
                    break
                if reference.reason == "backslash":
                    self.add("SK-HREF-BACKSLASH", document.place(node), href, reference.literal)
                elif reference.reason == "not-canonical":
                    self.add("SK-HREF-CANONICAL", document.place(node), href, reference.literal)
                return number
        if reference.reason and reference.reason != "not-canonical":
            rule = _SOFT_REASONS.get(reference.reason, "SK-HREF")
            self.add(rule, document.place(node), href, reason=reference.reason)
            return None
        return self._say_missing(node, reference.path, document, missing)

    @staticmethod
    def _candidates(path: str, literal: str, reason: str) -> Iterator[str]:
        if not reason:
            yield path
        if literal and (reason or literal != path):
            yield literal

    def _say_missing(self, node: Node | FileEntry, path: str, document: Document, missing: str) -> int | None:
        """A file that differs only in case is a fault, and is then held to what METS says of it all the same."""
        number = self.tree.index.find(self.tree.root + path)
        if number is None:
            self.add(missing, document.place(node), None, path, reason="missing")
            return None
        if self.tree.index.kinds[number] != FILE:
            self.add("SK-HREF", document.place(node), path, reason="folder")
            return None
        self.add(missing, document.place(node), self.tree.member(number).path, path, reason="case")
        self._near.add(number)
        return number

    def _point(self, node: Node, document: Document) -> None:
        href = node.get(HREF)
        if not href.strip():
            return
        number = self._target(node, href, document, self.profile.roles["mptr"]["missing"])
        if number is None:
            return
        path = self.tree.member(number).path
        if path == document.path:
            self.add("SK-HREF", document.place(node), href, reason="itself")
        else:
            self.pointers.append(path)
            if not self.declared.roles[number]:
                self.declared.declare(Declared(number, 0, b"", ROLES.index("mptr"), node.line or 0, document.number))


__all__ = ["ROLES", "Rulebook", "mets"]
