"""SIARD 2.1 and 2.2: databases as XML in a zip. Header, structure, row counts and the digests of large objects.

The header names schemas and tables with their folders; each table has its rows in one XML file, and large objects lie
in files of their own that the rows name.
"""

import posixpath
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from archive.packages import checksums, shape, xml
from archive.packages.container import ContainerRefused, Member, Tree
from archive.packages.erms import clean_link
from archive.packages.listing import number_of
from archive.packages.report import Place
from archive.packages.shape import Shape, Walker
from archive.packages.zip_reader import ZipTree

PREFIX = "SIARD-"
HEADER = "header/metadata.xml"
_VERSION = re.compile(rb"siardArchive[^>]*?\sversion\s*=\s*[\"']([^\"']{1,10})")
_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|/|\.\.(?:/|$)")
"""How a folder begins that lies outside the archive."""
_KNOWN = ("2.1", "2.2")
_MOST_STORED = 200
_MOST_HELD = 10_000
"""Cells of one row that are held until the row ends."""
_HAVE_A_TYPE = (("column", "columns"), ("attribute", "attributes"), ("parameter", "parameters"))
Say = Callable[..., None]


@dataclass(slots=True)
class Table:
    schema: str
    name: str = ""
    folder: str = ""
    rows: str = ""
    line: int | None = None
    columns: int = 0
    lob_folders: dict[str, list[str]] = field(default_factory=dict)
    """Of the columns that have some, by their name in the rows ("c2"): their own, and those of their fields."""


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
            if name == "column" and self._in_a_table():
                self.header.tables[-1].columns += 1
        elif name in ("type", "typeName"):
            self._typed = True

    def _in_a_table(self) -> bool:
        """Inside a column of a table; views, keys and triggers have columns too."""
        return any(
            (above.name, below.name) == ("table", "columns")
            for above, below in zip(self.open, self.open[1:], strict=False)
        )

    def _lob_folder(self, text: str) -> None:
        """Relative to that of the nearest containing element."""
        if not self._in_a_table():
            return
        table = self.header.tables[-1]
        known = table.lob_folders.setdefault(f"c{table.columns}", [])
        around = known[0] if known else self.header.lob_folder
        known.append(posixpath.join(around, text))

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
        elif name == "lobFolder" and text:
            self._lob_folder(text)
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
        self.header: Header | None = None
        self._digests: dict[int, bytearray] = {}
        """By algorithm, the digests of all members in a row; of those not yet read, nothing but zeros."""

    def judge(self) -> None:
        try:
            self.header = header = self._header()
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
        rows = self._rows(path, table)
        if table.rows.isdecimal() and len(table.rows) < 19 and int(table.rows) != rows:
            self._tell("SIARD-RADER", path, None, rows, table.rows)

    def _rows(self, path: str, table: Table) -> int:
        """One pass over a table, of whatever length: its rows are counted and the files that they name looked at."""
        limits = replace(self.limits, max_bytes=sys.maxsize, max_elements=sys.maxsize)
        rows = depth = held = 0
        for event, element in xml.every_event(self._chunks(path), limits=limits):
            if event == "start":
                depth += 1
                if depth == 2:
                    rows += element.tag.rpartition("}")[2] == "row"
                    held = 0
                elif (name := element.get("file")) is not None and name.strip():
                    self._large_object(name, element, _column(element, depth), path, table)
                continue
            depth -= 1
            held += 1
            if depth <= 1 or held > _MOST_HELD:
                xml.forget(element)
        return rows

    def _large_object(self, name: str, element: Any, column: str, path: str, table: Table) -> None:
        folders = table.lob_folders.get(column, [])
        stored = self._locate(name, f"content/{table.schema}/{table.folder}", folders)
        if stored is not None:
            self._prove_object(stored, element, path)
            return
        around = folders or [self.header.lob_folder if self.header is not None else ""]
        outside = [each for each in around if _ELSEWHERE.match(posixpath.normpath(each))]
        if outside:
            self._tell("SIARD-UTANFOR", path, element.sourceline, posixpath.join(outside[0], name))
        else:
            self._tell("SIARD-LOB", path, element.sourceline, name, None, reason="missing")

    def _locate(self, name: str, folder: str, lob_folders: list[str]) -> str | None:
        """The column says in which folder; programs count from the archive, the content or the table, and so do we."""
        link = clean_link(name)
        base = self.header.lob_folder if self.header is not None else ""
        inside = [clean_link(each) for each in (*lob_folders, *filter(None, [base]))]
        for start in (*inside, "", *(f"{folder}/{each}" for each in inside), folder, "content"):
            path = posixpath.normpath(posixpath.join(start, link))
            if self.tree.find_number(path) is not None:
                return path
        return None

    def _prove_object(self, stored: str, element: Any, path: str) -> None:
        member = self.tree.find(stored)
        assert member is not None
        length, written = (element.get("length") or "").strip(), (element.get("digest") or "").strip()
        if length.isdecimal() and len(length) < 19 and int(length) != member.size:
            self._tell("SIARD-LOB", stored, None, length, member.size, reason="length")
        if not written:
            return
        name = (element.get("digestType") or "").strip()
        algorithm = number_of(name)
        if not algorithm:
            self._tell("SIARD-ALGORITM", path, element.sourceline, name or None, "MD5, SHA-1, SHA-256, SHA-512")
            return
        found = self._digest(member, algorithm)
        if found != checksums.declared_digest(written, algorithm):
            self._tell("SIARD-LOB", stored, None, found.hex(), written, reason="digest")

    def _digest(self, member: Member, algorithm: int) -> bytes:
        """Each file is read once, however many rows name it."""
        length = checksums.LENGTHS[algorithm]
        if algorithm not in self._digests:
            self._digests[algorithm] = bytearray(length * len(self.tree.index))
        known, at = self._digests[algorithm], member.number * length
        if not any(known[at : at + length]):
            hasher = checksums.hasher(algorithm)
            for chunk in self.tree.chunks(member):
                hasher.update(chunk)
            known[at : at + length] = hasher.digest()
        return bytes(known[at : at + length])

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
        found: dict[int, str] = {}
        for name, written in header.digests[:_MOST_STORED]:
            algorithm = checksums.algorithm(name)
            if not algorithm or not written or not ends:
                continue
            if algorithm not in found:
                found[algorithm] = _digest_of_range(self.tree, ends, algorithm)
            if found[algorithm] != written.strip().lower():
                self._tell("SIARD-PRIMARDATA", HEADER, None, found[algorithm], written)


def _column(element: Any, depth: int) -> str:
    """The cell, an element of the third level, that an element is or lies in."""
    for _ in range(depth - 3):
        element = element.getparent()
    return str(element.tag.rpartition("}")[2])


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
