"""METS read once, from front to back, each element judged as it passes.

What stays is small: the header, the sections' and groups' ids, the divisions' labels. Entries for files are judged
one by one; an entry that is in order in the ordinary way is settled by one look (`FileEntry.is_plain`).
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from archive.packages import grammar, xml
from archive.packages.grammar import METS, XLINK, XSI
from archive.packages.media_registry import is_registered
from archive.packages.report import Place

CSIP = "{https://DILCIS.eu/XML/METS/CSIPExtensionMETS}"
SIP = "{https://DILCIS.eu/XML/METS/SIPExtensionMETS}"
EXT = "{ExtensionMETS}"
HREF = XLINK + "href"
_NO_LINE = 65535
"""libxml2 stops counting lines here."""
_PLAIN_FILE = frozenset(("ID", "MIMETYPE", "SIZE", "CREATED", "CHECKSUM", "CHECKSUMTYPE"))
_PLAIN_FLOCAT = frozenset(("LOCTYPE", XLINK + "type", HREF))
_FILE, _FLOCAT = METS + "file", METS + "FLocat"
_KEPT = {"metsHdr": 1, "agent": 2, "altRecordID": 2, "name": 3, "note": 3, "mdRef": 3, "mdWrap": 3, "div": 3, "mptr": 4}
"""How far down elements are kept with their parents: divisions to those below the main one, with their pointers."""
_MOST_CHILDREN = 10_000
_REMEMBERED = (HREF, "MDTYPE", "MDTYPEVERSION")
"""What is kept of a reference to metadata when it has been judged: packages may have one for each file."""
_MOST_KNOWN = 10_000
_MOST_IN_ONE_ENTRY = 10_000
"""Elements inside one file entry."""


@dataclass(slots=True)
class Node:
    """An element other than a file entry; `children` holds only those kinds of which there are few."""

    kind: str
    attributes: dict[str, str]
    line: int | None
    parent: "Node | None" = None
    text: str = ""
    children: list["Node"] = field(default_factory=list)
    place: int = 1
    """One-based position among the siblings of its kind, as XPath counts."""
    counts: dict[str, int] = field(default_factory=dict)
    reached: int = 0
    """How far its children have come in the order that the standard wants."""

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    def child(self, kind: str) -> list["Node"]:
        return [node for node in self.children if node.kind == kind]

    @property
    def xpath(self) -> str:
        parts: list[str] = []
        node: Node | None = self
        while node is not None:
            more = node.place > 1 or (node.parent is not None and node.parent.counts.get(node.kind, 0) > 1)
            parts.append(f"{node.kind}[{node.place}]" if more else node.kind)
            node = node.parent
        return "/" + "/".join(reversed(parts))


@dataclass(slots=True)
class FileEntry:
    """One `file` element with its locations."""

    attributes: dict[str, str]
    line: int | None
    group: Node
    place: int
    locations: list[dict[str, str]] = field(default_factory=list)
    others: int = 0

    kind = "file"

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    @property
    def xpath(self) -> str:
        return f"{self.group.xpath}/file[{self.place}]"

    @property
    def href(self) -> str:
        return self.locations[0].get(HREF, "") if self.locations else ""


def plain_location(attributes: dict[str, str], location: dict[str, str], types: set[str], moments: set[str]) -> str:
    """The href of an entry in order in the ordinary way, "" for one that must be looked at closely.

    It has exactly the attributes that every profile asks for, each in its usual form; `types` and `moments` remember
    what has been found good already, for media types and dates repeat.
    """
    if attributes.keys() != _PLAIN_FILE or location.keys() != _PLAIN_FLOCAT:
        return ""
    if location["LOCTYPE"] != "URL" or location[XLINK + "type"] != "simple":
        return ""
    mime, created = attributes["MIMETYPE"], attributes["CREATED"]
    if mime not in types:
        if not grammar.is_mime(mime) or not is_registered(mime):
            return ""
        if len(types) > _MOST_KNOWN:
            types.clear()
        types.add(mime)
    if created not in moments:
        if not grammar.is_datetime(created) or not grammar.is_reasonable_year(created):
            return ""
        if len(moments) > _MOST_KNOWN:
            moments.clear()
        moments.add(created)
    return location[HREF] if grammar.is_identifier(attributes["ID"]) else ""


class Reader(Protocol):
    """What listens while a document is read."""

    def begins(self, node: Node, document: "Document") -> None: ...
    def ends(self, node: Node, document: "Document") -> None: ...
    def settled(self, attributes: dict[str, str], href: str, line: int | None, document: "Document") -> bool:
        """An entry in its plainest form: True when the file is there as declared, so that nothing is to be said."""
        ...

    def file(self, entry: FileEntry, document: "Document") -> None: ...
    def grammar(self, rule: str, place: Place, found: str | None, expected: str | None, *, about: str = "") -> None:
        """`about` is the attribute or child that it is about, where a requirement may speak of the same."""
        ...


class IdentifierSet:
    """The ids of one document, by hash: 16 bytes each."""

    def __init__(self) -> None:
        self._mask = 1023
        self._slots = array("q", [0]) * 1024
        self._count = 0

    def add(self, identifier: str) -> bool:
        """False when it is there already."""
        if not self._put(hash(identifier) or 1):
            return False
        self._count += 1
        if self._count * 2 > self._mask:
            old, self._mask = self._slots, (self._mask << 1) | 1
            self._slots = array("q", [0]) * (self._mask + 1)
            for value in old:
                if value:
                    self._put(value)
        return True

    def _put(self, value: int) -> bool:
        slot, slots, mask = value & self._mask, self._slots, self._mask
        while slots[slot]:
            if slots[slot] == value:
                return False
            slot = (slot + 1) & mask
        slots[slot] = value
        return True

    def __contains__(self, identifier: str) -> bool:
        value = hash(identifier) or 1
        slot, slots, mask = value & self._mask, self._slots, self._mask
        while slots[slot]:
            if slots[slot] == value:
                return True
            slot = (slot + 1) & mask
        return False

    def __len__(self) -> int:
        return self._count


@dataclass
class Document:
    """One METS document while it is read and after."""

    path: str
    number: int = 0
    is_root: bool = True
    root: Node | None = None
    header: Node | None = None
    ids: IdentifierSet = field(default_factory=IdentifierSet)
    groups: list[Node] = field(default_factory=list)
    sections: list[Node] = field(default_factory=list)
    structmaps: list[Node] = field(default_factory=list)
    filesec: Node | None = None
    files: int = 0
    repeated: set[str] = field(default_factory=set)
    """Ids that several elements have."""
    notes: dict[str, Any] = field(default_factory=dict)
    """What rules remember between nodes of one document."""

    @property
    def folder(self) -> str:
        """With its closing slash; "" at the root."""
        return self.path.rpartition("/")[0] + "/" if "/" in self.path else ""

    def note_repeated(self, identifier: str) -> None:
        if len(self.repeated) < _MOST_CHILDREN:
            self.repeated.add(identifier)

    def place(self, node: "Node | FileEntry | None" = None) -> Place:
        if node is None:
            return Place(self.path)
        return Place(self.path, node.line, node.xpath)


def read(document: Document, source: Iterable[bytes], listener: Reader, limits: xml.XMLLimits, most_files: int) -> None:
    """Walk through the document; raises XMLRefused when it cannot be read to its end.

    A file entry is looked at once, when it has ended and all of it is there.
    """
    walk = _Walk(document, listener, most_files)
    start, end, forget = walk.start, walk.end, xml.forget
    entry: Any = None
    last: Any = None
    inside = 0
    for event, element in xml.every_event(source, limits=limits):
        if entry is not None:
            if event == "end" and element is entry:
                walk.file(entry)
                forget(entry)
                entry, last, inside = None, entry, 0
            else:
                inside += 1
                if inside > _MOST_IN_ONE_ENTRY:
                    raise xml.XMLRefused(xml.Refusal.LIMIT, line=entry.sourceline, why="entry")
            continue
        if last is not None and (text := last.tail) and not text.isspace():
            walk.loose(text)
        if event == "start":
            last = None
            if element.tag == _FILE and not walk.opaque and walk.stack and walk.stack[-1].kind == "fileGrp":
                entry = element
            else:
                start(element)
        else:
            end(element)
            forget(element)
            last = element


class _Walk:
    def __init__(self, document: Document, listener: Reader, most_files: int) -> None:
        self.document, self.listener, self.most_files = document, listener, most_files
        self.stack: list[Node] = []
        self.opaque = 0
        self._lists = {"fileGrp": document.groups, "structMap": document.structmaps}
        self._lists |= dict.fromkeys(("dmdSec", "techMD", "rightsMD", "sourceMD", "digiprovMD"), document.sections)
        self._room = max(_MOST_CHILDREN, most_files // 10)
        self._types: set[str] = set()
        self._moments: set[str] = set()
        self._waiting: dict[str, tuple[Place, str]] = {}
        """Ids that were named before they were met."""

    def file(self, element: Any) -> None:
        document, group = self.document, self.stack[-1]
        counts = group.counts
        counts["file"] = place = counts.get("file", 0) + 1
        document.files += 1
        line: int | None = element.sourceline
        if line is not None and line >= _NO_LINE:
            line = None
        if document.files > self.most_files:
            raise xml.XMLRefused(xml.Refusal.LIMIT, line=line, why="files", detail=str(self.most_files))
        attributes = dict(element.attrib.items())
        if len(element) == 1 and (only := element[0]).tag == _FLOCAT and not len(only) and not _loose(element):
            location = dict(only.attrib.items())
            href = plain_location(attributes, location, self._types, self._moments)
            if href and document.ids.add(attributes["ID"]):
                if not self.listener.settled(attributes, href, line, document):
                    self.listener.file(FileEntry(attributes, line, group, place, [location]), document)
                return
        self._closely(element, FileEntry(attributes, line, group, place))

    def _closely(self, element: Any, entry: FileEntry) -> None:
        """Everything that can be wrong with an entry and with what stands in it, nested entries included."""
        self._check_attributes(entry, "file", entry.attributes)
        nested: list[Any] = []
        contents = 0
        for child in element:
            kind = child.tag[len(METS) :] if child.tag.startswith(METS) else ""
            if kind == "file":
                nested.append(child)
                continue
            attributes = dict(child.attrib.items())
            if kind == "FLocat":
                entry.locations.append(attributes)
            else:
                entry.others += 1
            contents += kind == "FContent"
            if kind not in grammar.CHILDREN["file"]:
                self._wrong_element(child.tag, entry)
                continue
            self._check_attributes(entry, kind, attributes)
            for wrong in child if kind != "FContent" else ():
                self._wrong_element(wrong.tag, entry)
        if contents > 1:
            self._grammar("METS-ELEMENT", entry, "<FContent>", None, about="several")
        if loose := _loose(element):
            self._grammar("METS-TEXT", entry, loose, None)
        self.listener.file(entry, self.document)
        for child in nested:
            self.document.files += 1
            self._closely(child, FileEntry(dict(child.attrib.items()), child.sourceline, entry.group, entry.place))

    def start(self, element: Any) -> None:
        if self.opaque:
            self.opaque += 1
            return
        tag: str = element.tag
        kind = tag[len(METS) :] if tag.startswith(METS) else ""
        line = element.sourceline
        self._start_node(element, tag, kind, None if line is None or line >= _NO_LINE else line)

    def _start_node(self, element: Any, tag: str, kind: str, line: int | None) -> None:
        parent = self.stack[-1] if self.stack else None
        if parent is None and kind != "mets":
            place = Place(self.document.path, line, None)
            self.listener.grammar("METS-ROOT", place, tag.rpartition("}")[2], "mets (http://www.loc.gov/METS/)")
            raise WrongRoot(tag)
        node = Node(kind, dict(element.attrib.items()), line, parent)
        if parent is not None:
            if kind not in grammar.CHILDREN[parent.kind]:
                self._wrong_element(tag, parent, line)
                self.opaque = 1
                return
            parent.counts[kind] = node.place = parent.counts.get(kind, 0) + 1
            self._check_order(node, parent)
            if len(self.stack) <= _KEPT.get(kind, 0) and len(parent.children) < _MOST_CHILDREN:
                parent.children.append(node)
                self._keep(node)
        if kind in grammar.OPAQUE:
            self.opaque = 1
            return
        self._check_attributes(node, kind, node.attributes)
        self.stack.append(node)
        self._remember(node)
        self.listener.begins(node, self.document)

    def _check_order(self, node: Node, parent: Node) -> None:
        if node.place > 1 and node.kind in grammar.ONCE[parent.kind]:
            self._grammar("METS-ELEMENT", node, f"<{node.kind}>", None, about="several")
        elif sequence := grammar.SEQUENCES.get(parent.kind):
            if sequence[node.kind] < parent.reached:
                self._grammar("METS-ELEMENT", node, f"<{node.kind}>", f"{parent.kind}: {', '.join(sequence)}")
            parent.reached = max(parent.reached, sequence[node.kind])

    def _keep(self, node: Node) -> None:
        self._room -= 1
        if self._room < 0:
            raise xml.XMLRefused(xml.Refusal.LIMIT, line=node.line, why="sections", detail=str(self.document.files))

    def _remember(self, node: Node) -> None:
        document, kind = self.document, node.kind
        if kind == "mets":
            document.root = node
        elif kind == "metsHdr":
            document.header = document.header or node
        elif kind == "fileSec":
            document.filesec = node
        elif (many := self._lists.get(kind)) is not None:
            many.append(node)
            self._keep(node)

    def _check_attributes(self, node: "Node | FileEntry", kind: str, attributes: dict[str, str]) -> None:
        known = grammar.ATTRIBUTES[kind]
        for name, value in attributes.items():
            if name in known or name == XLINK + "type":
                self._check_value(node, kind, name, value)
            elif not self._may_stand(name):
                self._grammar("METS-ATTRIBUTE", node, f'{_short(name)}="{value}"', None)
        for name in grammar.REQUIRED[kind]:
            if name not in attributes:
                self._grammar("METS-MISSING", node, None, f"{kind}/@{_short(name)}", about=name)

    def _check_value(self, node: "Node | FileEntry", kind: str, name: str, value: str) -> None:
        if name == "ID" and not self.document.ids.add(value):
            self.document.note_repeated(value)
            self._grammar("METS-ID", node, f'ID="{value}"', None)
        expected = grammar.wrong_value(kind, name, value)
        if expected is not None:
            self._grammar("METS-VALUE", node, f'{_short(name)}="{value}"', expected, about=name)
        elif name in ("CREATED", "CREATEDATE", "LASTMODDATE") and not grammar.is_reasonable_year(value.strip()):
            self._grammar("METS-YEAR", node, f'{name}="{value}"', "1000–2199")
        elif name in grammar.REFERENCES:
            for identifier in value.split():
                if identifier not in self.document.ids:
                    self._await(node, name, identifier)

    def _await(self, node: "Node | FileEntry", name: str, identifier: str) -> None:
        if identifier not in self._waiting and len(self._waiting) < _MOST_CHILDREN:
            self._waiting[identifier] = self.document.place(node), name

    @staticmethod
    def _may_stand(name: str) -> bool:
        return name.startswith("{") and (not name.startswith(XSI) or name.endswith("chemaLocation"))

    def _grammar(
        self,
        rule: str,
        node: "Node | FileEntry",
        found: str | None,
        expected: str | None,
        *,
        about: str = "",
    ) -> None:
        self.listener.grammar(rule, self.document.place(node), found, expected, about=about)

    def _wrong_element(self, tag: str, parent: "Node | FileEntry", line: int | None = None) -> None:
        place = Place(self.document.path, line or parent.line, parent.xpath)
        self.listener.grammar("METS-ELEMENT", place, f"<{_short(tag)}>", None)

    def loose(self, text: str) -> None:
        """Between elements, where only elements may stand."""
        if not self.opaque and self.stack:
            self._grammar("METS-TEXT", self.stack[-1], text.strip(), None)

    def end(self, element: Any) -> None:
        if self.opaque:
            self.opaque -= 1
            return
        node = self.stack.pop()
        text = element.text or ""
        if node.kind in grammar.TEXTUAL:
            node.text = text
        elif text and not text.isspace():
            self._grammar("METS-TEXT", node, text.strip(), None)
        if (needed := grammar.NEEDED.get(node.kind)) and not node.counts.get(needed):
            self._grammar("METS-MISSING", node, None, f"{node.kind}/{needed}", about=needed)
        if not self.stack:
            self._end_waiting()
        self.listener.ends(node, self.document)
        if node.kind == "mdRef":
            node.attributes = {name: node.attributes[name] for name in _REMEMBERED if name in node.attributes}

    def _end_waiting(self) -> None:
        for identifier, (place, name) in self._waiting.items():
            if identifier not in self.document.ids:
                self.listener.grammar("METS-IDREF", place, f'{name}="{identifier}"', None, about=name)


class WrongRoot(Exception):
    """The document is not METS at all."""


def _loose(entry: Any) -> str:
    """Text in a file entry, where only elements may stand."""
    text = entry.text or ""
    for child in entry:
        text += (child.text or "") + (child.tail or "")
    return text.strip()


def _short(name: str) -> str:
    namespace, _, local = name.rpartition("}")
    prefixes = {XLINK: "xlink:", CSIP: "csip:", SIP: "sip:", EXT: "ext:", XSI: "xsi:", METS: ""}
    return prefixes.get(namespace + "}", "") + local if namespace else local
