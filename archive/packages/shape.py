"""The shape of an XML document, written as a short table and held against a document while it streams by.

A table says of each element which children follow in which order and how many, which attributes it has, and what its
text must be. Unlike a schema validator it goes on after a fault, names the line and path, and knows which rule of the
specification is broken.

    "Gallring": "GallringsFrist? GallringsForklaring? GallringsPeriodSlut?"     children: ? * + or exactly one
    "Gallring@": "Gallras!:boolean"                                             attributes: ! when required, : type
    "GallringsPeriodSlut=": "datum"                                             text
    "premis": "object:file+ (event|agent)*"                                     a choice; a child with a type of its own
    "extension": "…"                                                            content of any kind (…* attributes too)
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from archive.packages import grammar, xml
from archive.packages.report import Place

SHAPES = Path(__file__).parent / "rules" / "shapes"
UNBOUNDED = 1 << 30
_PARTICLE = re.compile(r"\(([^)]*)\)([?*+]?)|([\w:.\-]+)([?*+]?)")
_TIMES = {"": (1, 1), "?": (0, 1), "*": (0, UNBOUNDED), "+": (1, UNBOUNDED)}
_FEW = 10
_MOST_NAMES = 1000


class Fault(NamedTuple):
    """`subject` is the element, or "element/@attribute", that the broken rule speaks of."""

    subject: str
    reason: str
    line: int | None
    xpath: str
    found: str | None
    expected: str | None


@dataclass(frozen=True, slots=True)
class Particle:
    names: Mapping[str, str]
    """Element names and the types they have here."""
    least: int
    most: int


@dataclass(slots=True)
class Kind:
    """What one type of element may hold."""

    particles: tuple[Particle, ...] = ()
    order: dict[str, int] = field(default_factory=dict)
    attributes: dict[str, tuple[bool, str]] = field(default_factory=dict)
    text: str | None = None
    anything: bool = False
    """Foreign content that is not judged."""
    free: bool = False
    """Nor are its attributes."""


_FOREIGN = Kind(anything=True)
Judge = Callable[[str], bool]


@dataclass(slots=True)
class Shape:
    name: str
    namespaces: tuple[str, ...]
    root: str
    kinds: dict[str, Kind]
    lists: dict[str, tuple[str, ...]]
    globals: frozenset[str] = frozenset()
    """Elements that are judged even where they stand inside foreign content."""

    def expects(self, kind: str, value: str) -> str | None:
        """What a value should have been; None when it is right."""
        if kind in self.lists:
            return None if value in self.lists[kind] else ", ".join(self.lists[kind])
        judge, words = VALUES[kind]
        return None if judge(value) else words


class _Open:
    """An element being read: how far its children have come in their order."""

    __slots__ = ("at", "count", "kind", "name", "names", "number")

    def __init__(self, name: str, kind: Kind | None, number: int) -> None:
        self.name, self.kind, self.number = name, kind, number
        self.at = self.count = 0
        self.names: dict[str, int] = {}


class Walker:
    """Holds one document against a shape; subclasses look at more while it passes.

    Nothing is computed for an element that is in order: its path and line are asked for only when there is something
    to tell.
    """

    def __init__(self, shape: Shape, namespace: str) -> None:
        self.shape = shape
        self._prefix = f"{{{namespace}}}"
        self.open: list[_Open] = []
        self._element: Any = None
        self._faults: list[Fault] = []

    def read(self, source: Iterable[bytes], limits: xml.XMLLimits = xml.DEFAULT_LIMITS) -> Iterator[Fault]:
        faults, stack = self._faults, self.open
        for event, element in xml.every_event(source, limits=limits):
            self._element = element
            if event == "start":
                self._begin(element)
            else:
                self._end(element)
                stack.pop()
                xml.forget(element)
            if faults:
                yield from faults
                faults.clear()

    # For subclasses

    def begins(self, name: str, element: Any) -> None:
        """Called with each element of the shape when its attributes are known."""

    def ends(self, name: str, text: str) -> None:
        """Called with the text of each element when it has been read."""

    def tell(
        self, subject: str, reason: str, found: str | None = None, expected: str | None = None, at: Place | None = None
    ) -> None:
        """Say that something is wrong with the element that is being read, or `at` another place."""
        place = at or self.place()
        self._faults.append(Fault(subject, reason, place.line, place.xpath or "", found, expected))

    def place(self, above: int = 0) -> Place:
        """Where the element being read stands; `above` steps towards the root."""
        depth = len(self.open) - above
        steps = (_shown(each.name) + (f"[{each.number}]" if each.number > 1 else "") for each in self.open[:depth])
        element = self._element
        for _ in range(above):
            element = element.getparent()
        return Place("", element.sourceline, "/" + "/".join(steps))

    # The judgement

    def _begin(self, element: Any) -> None:
        tag, stack = element.tag, self.open
        own = tag.startswith(self._prefix)
        name = tag[len(self._prefix) :] if own else tag
        if not stack:
            stack.append(_Open(name, self.shape.kinds.get(name) if own else None, 1))
            if name != self.shape.root:
                self.tell(self.shape.root, "root", _shown(name), self.shape.root)
            kind = stack[-1].kind
        else:
            parent = stack[-1]
            names = parent.names
            number = names.get(name, 0) + 1
            if len(names) < _MOST_NAMES:  # a stranger's document may have a new name for each element
                names[name] = number
            this = _Open(name, None, number)
            stack.append(this)
            of = parent.kind
            if of is not None and of.anything:
                if not own or name not in self.shape.globals:
                    this.kind = _FOREIGN
                    return
                kind = self.shape.kinds.get(name)
            elif of is not None:
                kind_name = self._judged(parent, of, name)
                kind = self.shape.kinds.get(kind_name) if own and kind_name else None
            else:
                kind = self.shape.kinds.get(name) if own else None
            this.kind = kind
        if kind is not None and not kind.free and (kind.attributes or len(element.attrib)):
            self._attributes(element, name, kind)
        if own:
            self.begins(name, element)

    def _judged(self, parent: _Open, kind: Kind, name: str) -> str | None:
        """Move on in the parent's order; the type the child has there, None when it does not belong."""
        at = kind.order.get(name)
        if at is None:
            allowed = ", ".join(kind.order) if len(kind.order) <= _FEW else None
            self.tell(name, "unknown", f"<{_shown(name)}>", allowed)
            return None
        particle = kind.particles[at]
        if at < parent.at:
            after = kind.particles[parent.at]
            self.tell(name, "order", f"<{name}>", f"före <{'|'.join(after.names)}>")
            return particle.names[name]
        if at > parent.at:
            self._missing(parent, kind, at, 1)
            parent.at, parent.count = at, 0
        parent.count += 1
        if parent.count == particle.most + 1:
            self.tell(name, "many", str(parent.count), str(particle.most))
        return particle.names[name]

    def _missing(self, parent: _Open, kind: Kind, upto: int, above: int) -> None:
        count = parent.count
        for at in range(parent.at, upto):
            particle = kind.particles[at]
            if count < particle.least:
                wanted = " | ".join(f"<{name}>" for name in particle.names)
                self.tell(next(iter(particle.names)), "missing", None, wanted, self.place(above))
            count = 0

    def _attributes(self, element: Any, name: str, kind: Kind) -> None:
        written = dict(element.attrib.items())
        for attribute, (required, type_) in kind.attributes.items():
            value = written.pop(attribute, None)
            if value is None:
                if required:
                    self.tell(f"{name}/@{attribute}", "missing", None, attribute)
            elif type_ and (expected := self.shape.expects(type_, value.strip())) is not None:
                self.tell(f"{name}/@{attribute}", "value", f'{attribute}="{value}"', expected)
        for attribute in written:
            if not attribute.startswith("{http://www.w3.org/"):
                self.tell(f"{name}/@{attribute}", "unknown", attribute, ", ".join(kind.attributes))

    def _end(self, element: Any) -> None:
        this = self.open[-1]
        kind = this.kind
        if kind is None or kind is _FOREIGN:
            return
        if this.at < len(kind.particles):
            self._missing(this, kind, len(kind.particles), 0)
        text = (element.text or "").strip()
        if not kind.anything:
            if kind.text is None:
                if text:
                    self.tell(this.name, "text", text[:80])
            elif kind.text != "any" and (expected := self.shape.expects(kind.text, text)) is not None:
                reason = "empty" if kind.text == "text" else "value"
                self.tell(this.name, reason, text[:200] or None, expected)
        self.ends(this.name, text)


def _shown(name: str) -> str:
    return name.rpartition("}")[2]


_MOMENT = re.compile(
    r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])(?:T(?:[01]\d|2[0-3])(?::[0-5]\d){2})?)?)?", re.ASCII
)
_INT = re.compile(r"[+-]?\d{1,10}", re.ASCII)
_FILE_SYSTEM_NAME = re.compile(r"[A-Za-z][A-Za-z0-9].*")
_SQL_TYPE = re.compile(
    r"INTEGER|INT|SMALLINT|BIGINT|REAL|DOUBLE PRECISION|XML|DATE|BOOLEAN|DATALINK"
    r"|(?:NUMERIC|DECIMAL|DEC)(?:\s*\(\s*[1-9]\d*\s*(?:,\s*\d+\s*)?\))?"
    r"|(?:FLOAT|(?:NATIONAL\s+)?CHARACTER|(?:NATIONAL\s+)?CHAR|NCHAR|(?:NATIONAL\s+)?CHARACTER\s+VARYING"
    r"|(?:NATIONAL\s+)?CHAR\s+VARYING|VARCHAR|NCHAR VARYING|BINARY|BINARY\s+VARYING|VARBINARY)"
    r"(?:\s*\(\s*[1-9]\d*\s*\))?"
    r"|(?:(?:NATIONAL\s+)?CHARACTER\s+LARGE\s+OBJECT|CLOB|NCHAR\s+LARGE\s+OBJECT|NCLOB|BINARY\s+LARGE\s+OBJECT|BLOB)"
    r"(?:\s*\(\s*[1-9]\d*(?:\s*[KMG])?\s*\))?"
    r"|TIME(?:STAMP)?(?:\s+WITH\s+TIME\s+ZONE)?(?:\s*\(\s*\d+\s*\))?|INTERVAL\s+.+",
    re.ASCII,
)
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*", re.ASCII)


def _is_moment(text: str) -> bool:
    """FGS's own date: as exact as the source knew it. A day that does not exist is none."""
    if not _MOMENT.fullmatch(text):
        return False
    return len(text) < 10 or grammar.is_date(text[:10])


VALUES: dict[str, tuple[Judge, str]] = {
    "any": (lambda text: True, ""),
    "text": (bool, "en text"),
    "boolean": (lambda text: text in ("true", "false", "1", "0"), "true, false"),
    "int": (
        lambda text: _INT.fullmatch(text) is not None and -(1 << 31) <= int(text) < 1 << 31,
        "−2147483648 … 2147483647",
    ),
    "integer": (lambda text: text.removeprefix("-").isdecimal() and len(text) < 20, "0, 1, 2 …"),
    "fsname": (lambda text: _FILE_SYSTEM_NAME.fullmatch(text) is not None, "bokstav, sedan bokstäver och siffror"),
    "predefined": (lambda text: _SQL_TYPE.fullmatch(text) is not None, "en SQL:2008-typ"),
    "size": (lambda text: text.isascii() and text.isdigit() and len(text) < 19, "0, 1, 2 …"),
    "moment": (_is_moment, "ÅÅÅÅ, ÅÅÅÅ-MM, ÅÅÅÅ-MM-DD, ÅÅÅÅ-MM-DDThh:mm:ss"),
    "date": (grammar.is_date, "ÅÅÅÅ-MM-DD"),
    "datetime": (grammar.is_datetime, "ÅÅÅÅ-MM-DDThh:mm:ss"),
    "id": (grammar.is_identifier, "xs:ID"),
    "base64": (lambda text: _BASE64.fullmatch(text) is not None, "Base64"),
}


@cache
def load(name: str) -> Shape:
    """The shape of that name under rules/shapes."""
    table = json.loads((SHAPES / f"{name}.json").read_text("utf-8"))
    kinds: dict[str, Kind] = {}
    for key, written in table["elements"].items():
        kind = kinds.setdefault(key.rstrip("@="), Kind())
        if key.endswith("@"):
            kind.attributes = dict(_attribute(each) for each in written.split())
        elif key.endswith("="):
            kind.text = written
        elif written in ("…", "…*"):
            kind.anything, kind.free = True, written == "…*"
        else:
            kind.particles = tuple(_particle(match) for match in _PARTICLE.finditer(written))
            kind.order = {each: at for at, particle in enumerate(kind.particles) for each in particle.names}
    lists = {each: tuple(values) for each, values in table.get("lists", {}).items()}
    return Shape(name, tuple(table["namespaces"]), table["root"], kinds, lists, frozenset(table.get("globals", ())))


def _particle(match: re.Match[str]) -> Particle:
    choice, many, single, times = match.groups()
    names = choice.split("|") if choice is not None else [single]
    least, most = _TIMES[many if choice is not None else times]
    return Particle(dict(_typed(each) for each in names), least, most)


def _typed(written: str) -> tuple[str, str]:
    name, _, type_ = written.partition(":")
    return name, type_ or name


def _attribute(written: str) -> tuple[str, tuple[bool, str]]:
    name, _, type_ = written.partition(":")
    return name.rstrip("!"), (name.endswith("!"), type_)
