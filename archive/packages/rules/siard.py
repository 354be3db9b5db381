"""SIARD 2.1 and 2.2: databases as XML in a zip. Header, structure, row counts and the digests of large objects.

The header names schemas and tables with their folders; each table has its rows in one XML file, and large objects lie
in files of their own that the rows name.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from archive.packages import checksums, shape, xml
from archive.packages.container import ContainerRefused, Member, Tree
from archive.packages.erms import clean_link
from archive.packages.report import Place
from archive.packages.shape import Shape, Walker
from archive.packages.zip_reader import ZipTree

PREFIX = "SIARD-"
HEADER = "header/metadata.xml"
_VERSION = re.compile(rb"siardArchive[^>]*?\sversion\s*=\s*[\"']([^\"']{1,10})")
_ROW = re.compile(rb"<(?:[A-Za-z_][\w.\-]*:)?row[\s>/]")
_FILE = b" file="
_KNOWN = ("2.1", "2.2")
_MOST_STORED = 200
_HAVE_A_TYPE = (("column", "columns"), ("attribute", "attributes"), ("parameter", "parameters"))
Say = Callable[..., None]


@dataclass(slots=True)
class Table:
    schema: str
    name: str = ""
    folder: str = ""
    rows: str = ""
    line: int | None = None


@dataclass(slots=True)
class Header:
    tables: list[Table] = field(default_factory=list)
    schemas: list[str] = field(default_factory=list)
    digests: list[tuple[str, str]] = field(default_factory=list)
    lob_folder: str = ""


class Metadata(Walker):
    """Reads the header while its shape is judged."""

    def __init__(self, shape_: Shape, namespace: str) -> None:
        super().__init__(shape_, namespace)
        self.header = Header()
        self._typed = False
        self._digest_type = ""

    def begins(self, name: str, element: Any) -> None:
        if name == "table":
            schema = self.header.schemas[-1] if self.header.schemas else ""
            self.header.tables.append(Table(schema, line=element.sourceline))
        elif name in ("column", "attribute", "parameter"):
            self._typed = False
        elif name in ("type", "typeName"):
            self._typed = True

    def ends(self, name: str, text: str) -> None:
        parent = self.open[-2].name if len(self.open) > 1 else ""
        if (name, parent) in _HAVE_A_TYPE and not self._typed:
            self.tell("type", "missing", None, "<type> | <typeName>")
        if parent == "schema" and name == "folder":
            self.header.schemas.append(text)
        elif parent == "table" and name in ("name", "folder", "rows"):
            setattr(self.header.tables[-1], name, text)
        elif parent == "siardArchive" and name == "lobFolder":
            self.header.lob_folder = text
        elif name == "digestType":
            self._digest_type = text
        elif name == "digest" and parent == "messageDigest":
            self.header.digests.append((self._digest_type, text))


def version_inside(tree: Tree, member: Member) -> str:
    """The version that a SIARD file in a package says it has; "" when it cannot be read where it lies."""
    window = (member.offset, member.size) if tree.kind == "tar" and member.offset is not None else None
    if window is None and tree.kind != "folder":
        return ""
    path = tree.path if window else tree.path / tree.root / member.path
    try:
        with ZipTree(path, tree.limits, lambda _: None, window) as inner:
            header = inner.find(HEADER)
            start = b"" if header is None else b"".join(_first(inner.chunks(header), 16_384))
    except ContainerRefused:
        return ""
    match = _VERSION.search(start)
    return match[1].decode("ascii", "replace") if match else ""


def recognise(tree: Tree) -> bool:
    return tree.find_number(HEADER) is not None and tree.has_folder("content")


class Siard:
    """`say(rule, place, found, expected, reason=)`; `within` is put before paths when the SIARD lies in a package."""

    def __init__(self, tree: Tree, say: Say, limits: xml.XMLLimits, within: str = "") -> None:
        self.tree, self.limits, self.within = tree, limits, within
        self._say = say

    def judge(self) -> None:
        try:
            header = self._header()
        except xml.XMLRefused as refused:
            self._tell(refused.reason.value, HEADER, refused.line, refused.detail, reason=refused.why)
            return
        if header is None:
            return
        self._folders()
        for table in header.tables:
            try:
                self._table(table)
            except xml.XMLRefused as refused:
                path = f"content/{table.schema}/{table.folder}/{table.folder}.xml"
                self._tell(refused.reason.value, path, refused.line, refused.detail, reason=refused.why)
        self._strangers(header)
        self._primary_data(header)

    def _tell(
        self,
        rule: str,
        path: str,
        line: int | None = None,
        found: object = None,
        expected: object = None,
        *,
        reason: str = "",
        xpath: str | None = None,
    ) -> None:
        self._say(rule, Place(self.within + path, line, xpath), found, expected, reason=reason)

    def _chunks(self, path: str) -> Iterable[bytes]:
        member = self.tree.find(path)
        assert member is not None
        return self.tree.chunks(member)

    # Header

    def _header(self) -> Header | None:
        if self.tree.find_number(HEADER) is None:
            self._tell("SIARD-STRUKTUR", HEADER, None, None, HEADER, reason="missing")
            return None
        start = b"".join(_first(self._chunks(HEADER), 16_384))
        match = _VERSION.search(start)
        version = match[1].decode("ascii", "replace") if match else ""
        root = xml.first_element(self._chunks(HEADER), limits=self.limits)
        namespace = root.tag.rpartition("}")[0][1:]
        if version not in _KNOWN:
            self._tell("SIARD-VERSION", HEADER, root.sourceline, version or None, ", ".join(_KNOWN), reason="unknown")
            return None
        shape_ = shape.load(f"siard-{version}")
        if namespace not in shape_.namespaces:
            self._tell("SIARD-VERSION", HEADER, root.sourceline, namespace, shape_.namespaces[0], reason="namespace")
            return None
        self._marker(version)
        walker = Metadata(shape_, namespace)
        for fault in walker.read(self._chunks(HEADER), self.limits):
            rule = PREFIX + ("OKANT" if fault.reason == "unknown" else fault.subject.replace("/@", "-"))
            self._tell(rule, HEADER, fault.line, fault.found, fault.expected, reason=fault.reason, xpath=fault.xpath)
        return walker.header

    def _marker(self, version: str) -> None:
        """An empty folder header/siardversion/<version>/ tells programs the version without reading XML."""
        marked = [path for path in self.tree.folders() if path.startswith("header/siardversion/")]
        if not marked:
            self._tell("SIARD-MARKE", "", None, None, f"header/siardversion/{version}/", reason="missing")
        elif f"header/siardversion/{version}" not in marked:
            self._tell("SIARD-MARKE", "", None, marked[0], f"header/siardversion/{version}/", reason="differs")

    def _folders(self) -> None:
        if self.tree.find_number("header/metadata.xsd") is None:
            self._tell("SIARD-SCHEMAFIL", HEADER, None, None, "header/metadata.xsd", reason="missing")
        for top in {path.partition("/")[0] for path in (member.path for member in self.tree.members())}:
            if top not in ("header", "content"):
                self._tell("SIARD-STRUKTUR", top, None, top, "header/, content/", reason="stranger")

    # Tables

    def _table(self, table: Table) -> None:
        path = f"content/{table.schema}/{table.folder}/{table.folder}.xml"
        if self.tree.find_number(path) is None:
            self._tell("SIARD-TABELL", HEADER, table.line, table.name, path, reason="missing")
            return
        if self.tree.find_number(path[:-4] + ".xsd") is None:
            self._tell("SIARD-SCHEMAFIL", path, None, None, path[:-4] + ".xsd", reason="missing")
        rows, has_files = self._count(path)
        if table.rows.isdecimal() and len(table.rows) < 19 and int(table.rows) != rows:
            self._tell("SIARD-RADER", path, None, rows, table.rows)
        if has_files:
            self._large_objects(path, table)

    def _count(self, path: str) -> tuple[int, bool]:
        rows, has_files, rest = 0, False, b""
        for chunk in self._chunks(path):
            data = rest + chunk
            cut = data.rfind(b"<")
            cut = len(data) if cut < 0 else cut
            rows += len(_ROW.findall(data, 0, cut))
            has_files = has_files or _FILE in data
            rest = data[cut:] if len(data) - cut < 65_536 else b""
        return rows + len(_ROW.findall(rest)), has_files

    def _large_objects(self, path: str, table: Table) -> None:
        for event, element in xml.every_event(self._chunks(path), limits=self.limits):
            if event == "end":
                xml.forget(element)
            elif (name := element.get("file")) and (
                place := self._locate(name, f"content/{table.schema}/{table.folder}")
            ) is not None:
                self._large_object(place, element, path)
            elif element.get("file"):
                self._tell("SIARD-LOB", path, element.sourceline, element.get("file"), None, reason="missing")

    def _locate(self, name: str, folder: str) -> str | None:
        link = clean_link(name)
        for path in (link, f"{folder}/{link}", f"content/{link}"):
            if ".." not in path.split("/") and self.tree.find_number(path) is not None:
                return path
        return None

    def _large_object(self, stored: str, element: Any, path: str) -> None:
        member = self.tree.find(stored)
        assert member is not None
        length, digest = (element.get("length") or "").strip(), (element.get("digest") or "").strip()
        if length.isdecimal() and len(length) < 19 and int(length) != member.size:
            self._tell("SIARD-LOB", stored, None, length, member.size, reason="length")
        algorithm = checksums.algorithm((element.get("digestType") or "").strip())
        if not digest or not algorithm:
            return
        hasher = checksums.hasher(algorithm)
        for chunk in self.tree.chunks(member):
            hasher.update(chunk)
        if hasher.digest() != checksums.declared_digest(digest, algorithm):
            self._tell("SIARD-LOB", stored, None, hasher.hexdigest(), digest, reason="digest")

    def _strangers(self, header: Header) -> None:
        """Tables in the content that the header does not name."""
        named = {f"content/{table.schema}/{table.folder}" for table in header.tables}
        for folder in self.tree.folders():
            if folder.count("/") == 2 and folder.startswith("content/") and folder not in named:
                self._tell("SIARD-TABELL", folder, None, folder, None, reason="stranger")

    def _primary_data(self, header: Header) -> None:
        """The header may hold a digest over everything that lies before it in the zip."""
        if not isinstance(self.tree, ZipTree):
            return
        ends = _header_begins(self.tree)
        for name, written in header.digests[:_MOST_STORED]:
            algorithm = checksums.algorithm(name)
            if not algorithm or not written or not ends:
                continue
            found = _digest_of_range(self.tree, ends, algorithm)
            if found.lower() != written.strip().lower():
                self._tell("SIARD-PRIMARDATA", HEADER, None, found, written)


def _header_begins(tree: ZipTree) -> int:
    """Where the first entry of header/ begins in the zip: its local header stands shortly before its data."""
    index, root = tree.index, tree.root + "header"
    places = [index.offsets[at] for at in range(len(index)) if index.path(at).startswith(root) and index.offsets[at]]
    if not places:
        return 0
    first = min(places)
    before = tree.stored(max(0, first - 1024), min(1024, first))
    at = before.rfind(b"PK\x03\x04")
    return 0 if at < 0 else first - len(before) + at


def _digest_of_range(tree: ZipTree, ends: int, algorithm: int) -> str:
    hasher = checksums.hasher(algorithm)
    for at in range(0, ends, 1 << 20):
        hasher.update(tree.stored(at, min(1 << 20, ends - at)))
    return hasher.hexdigest()


def _first(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk[:size]
        size -= len(chunk)
        if size <= 0:
            return
