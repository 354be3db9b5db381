"""What lies in a package besides METS and is itself described by a specification: cases, preservation metadata, SIARD.

Documents are found by their root element, not by their name. Which of their rules count, and how much, the profile
says, as for METS; a vendor's own XML is judged by the schemas that the agreement names.
"""

import fnmatch
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from archive.packages import shape, xml
from archive.packages.attachments import Attachments
from archive.packages.checksums import Declarations
from archive.packages.container import Member, Tree
from archive.packages.erms import CITS, FGS, FGS_BEFORE_RELEASE
from archive.packages.report import Place
from archive.packages.rules.arendehantering import PREFIX as FGSA
from archive.packages.rules.arendehantering import Arendehantering
from archive.packages.rules.cits_erms import PREFIX as ERMS
from archive.packages.rules.cits_erms import CitsErms
from archive.packages.rules.premis3 import PREFIX as PREMIS
from archive.packages.rules.premis3 import Links, Premis
from archive.packages.schemas import Register, SchemaMissing, SchemaRefused

_SNIFFED = 4096
_MOST_SNIFFED = 2000
_OLDER_PREMIS = (
    "info:lc/xmlns/premis-v2",
    "http://www.loc.gov/standards/premis",
    "http://www.loc.gov/standards/premis/v1",
)
_ROOTS = ("Leveransobjekt", "erms", "ERMS", "premis")
_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.\-]*:)?(?:%s)[\s>/]" % "|".join(_ROOTS).encode())
_OLDER_ERMS = re.compile(rb"adressType=|\"digitial\"|physcical_and_digital")
_USUAL_NAMES = ("erms.xml", "arenden.xml", "ärenden.xml", "premis.xml", "metadata.xml")
Add = Callable[..., None]


@dataclass(slots=True)
class Found:
    """How much of what the package holds, for the report's facts."""

    cases: int = 0
    documents: int = 0
    attachments: int = 0
    specifications: list[str] = field(default_factory=list)


class Contents:
    """`add` is the rulebook's; `role` the number under which the digests of attachments are proven."""

    def __init__(
        self,
        tree: Tree,
        declared: Declarations,
        add: Add,
        role: int,
        *,
        limits: xml.XMLLimits = xml.DEFAULT_LIMITS,
        register: Register | None = None,
        demanded: Iterable[tuple[str, str]] = (),
        content_type: str = "",
    ) -> None:
        self.tree, self.declared, self.add, self.role, self.limits = tree, declared, add, role, limits
        self.register, self.demanded = register, tuple(demanded)
        self.content_type = content_type
        self.found = Found()
        self._links = Links()

    def judge(self, listed_metadata: Iterable[str] = (), besides: Iterable[str] = ()) -> Found:
        """`listed_metadata` are paths METS calls metadata; `besides` those that have been read already."""
        read = set(besides)
        for member in self._documents(set(listed_metadata), read):
            try:
                self._judge(member)
            except xml.XMLRefused as refused:
                self.add(refused.reason.value, Place(member.path, refused.line), refused.detail, reason=refused.why)
        for kind, identity, place in self._links.broken():
            self.add(PREMIS + "LANK", place, identity, reason=kind)
        for pattern, key in self.demanded:
            self._by_schema(pattern, key)
        return self.found

    def judge_within(self, tree: Tree, within: str) -> None:
        """The same for a package inside the package; places are told from the outside. Digests are not proven."""
        outer, self.tree, self.declared = (self.tree, self.declared, self.add), tree, Declarations(len(tree.index))

        def add(rule: str, place: Place, *said: object, **more: str) -> None:
            outer[2](rule, Place(within + place.file, place.line, place.xpath), *said, **more)

        self.add = add
        try:
            self.judge()
        finally:
            self.tree, self.declared, self.add = outer

    # Finding

    def _documents(self, listed: set[str], read: set[str]) -> Iterator[Member]:
        others = 0
        for member in self.tree.members_ending(".xml"):
            path = member.path
            if path in read or not member.size:
                continue
            name = path.lower()
            if path in listed or "metadata/" in name or name.rpartition("/")[2] in _USUAL_NAMES:
                if self._looks_like_ours(member) or self._is_ours(member):
                    yield member
                continue
            others += 1
            if others <= _MOST_SNIFFED and self._looks_like_ours(member):
                yield member
        if others > _MOST_SNIFFED:
            self.add("SK-XML-NOT-OPENED", Place(), others - _MOST_SNIFFED, _MOST_SNIFFED, reason="count")

    def _looks_like_ours(self, member: Member) -> bool:
        head = next(iter(self.tree.chunks(member)), b"")[:_SNIFFED]
        return bool(_ROOT.search(head) or _ROOT.search(head.replace(b"\0", b"")))

    def _is_ours(self, member: Member) -> bool:
        """However long the prolog; a document of another kind that cannot be read is none of ours to judge."""
        try:
            root = xml.first_element(self.tree.chunks(member), limits=self.limits)
        except xml.XMLRefused as refused:
            return refused.reason is xml.Refusal.LIMIT
        return root.tag.rpartition("}")[2] in _ROOTS

    def _judge(self, member: Member) -> None:
        tag = xml.first_element(self.tree.chunks(member), limits=self.limits).tag
        namespace, root = tag.rpartition("}")[0][1:], tag.rpartition("}")[2]
        if root == "Leveransobjekt" and namespace in (FGS, FGS_BEFORE_RELEASE):
            cases = Arendehantering(shape.load("fgs-arendehantering-1.0"), namespace, self._attachments(member))
            self._walk(cases, member, FGSA)
            self._count("FGS Ärendehantering 1.0", cases.cases, cases.documents, cases.attachments)
        elif root in ("erms", "ERMS") and namespace == CITS:
            version = self._erms_version(member)
            units = CitsErms(shape.load(f"cits-erms-{version}"), self._attachments(member))
            self._walk(units, member, ERMS)
            self._count(f"CITS ERMS {version}", units.cases, units.documents, units.attachments)
        elif root == "premis" and namespace == "http://www.loc.gov/premis/v3":
            self._walk(Premis(shape.load("premis-3.0"), self._links, member.path), member, PREMIS)
            self.found.specifications.append("PREMIS 3.0")
        elif namespace in _OLDER_PREMIS:
            self.add("PREMIS-VERSION", Place(member.path, 1), namespace, "http://www.loc.gov/premis/v3")

    def _attachments(self, member: Member) -> Attachments:
        return Attachments(self.tree, self.declared, member.path, self.role)

    def _count(self, specification: str, cases: int, documents: int, attachments: Attachments) -> None:
        self.found.specifications.append(specification)
        self.found.cases += cases
        self.found.documents += documents
        self.found.attachments += attachments.named

    def _erms_version(self, member: Member) -> str:
        """Both versions have one namespace: METS tells which, else the misspelt words that only the older one has."""
        if "v2" in self.content_type:
            return "2.1.2"
        if "v3" in self.content_type:
            return "3.0.0"
        before = b""
        for chunk in self.tree.chunks(member):
            if _OLDER_ERMS.search(before[-64:] + chunk):
                return "2.1.2"
            before = chunk
        return "3.0.0"

    # Judging

    def _walk(self, walker: shape.Walker, member: Member, prefix: str) -> None:
        for fault in walker.read(self.tree.chunks(member), self.limits):
            rule = rule_of(prefix, fault)
            if rule.endswith("-BILAGA-FIL") and _is_content(member.path):
                rule += "-INNEHALL"
            self.add(
                rule, Place(member.path, fault.line, fault.xpath), fault.found, fault.expected, reason=fault.reason
            )

    def _by_schema(self, pattern: str, key: str) -> None:
        """The agreement: files of this pattern follow this schema of the register."""
        matched = False
        for member in self.tree.members():
            if not fnmatch.fnmatchcase(member.path, pattern):
                continue
            matched = True
            if self.register is None:
                self.add("SK-SCHEMA-MISSING", Place(member.path), None, key)
                return
            try:
                self._against(member, key)
            except (SchemaMissing, SchemaRefused) as missing:
                self.add("SK-SCHEMA-MISSING", Place(member.path), str(missing), key)
                return
            except xml.XMLRefused as refused:
                self.add(refused.reason.value, Place(member.path, refused.line), refused.detail, reason=refused.why)
        if not matched:
            self.add("SK-SCHEMA-NOFILE", Place(), None, pattern)

    def _against(self, member: Member, key: str) -> None:
        assert self.register is not None
        chunks = self.tree.chunks
        for violation in self.register.validate(key, lambda: chunks(member), limits=self.limits):
            place = Place(member.path, violation.line, violation.path)
            self.add("SK-SCHEMA", place, violation.found, violation.expected, reason=violation.kind)


def _is_content(path: str) -> bool:
    """Cases exported among the content are records themselves; only in its metadata does a package vouch for links."""
    return path.partition("/")[0].lower() == "content"


def rule_of(prefix: str, fault: shape.Fault) -> str:
    """The id under which a fault is reported: the element's own, or one for what has no place in the specification."""
    if fault.reason == "unknown":
        return prefix + "OKANT"
    if fault.reason == "empty":
        return prefix + "TOM"
    return prefix + fault.subject.replace("/@", "-")
