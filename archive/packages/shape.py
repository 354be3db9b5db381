"""The shape of an XML document, written as a short table and held against a document while it streams by.

A table says of each element which children follow in which order and how many, which attributes it has, and what its
text must be. Unlike a schema validator it goes on after a fault, names the line and path, and knows which rule of the
specification is broken.

    "Gallring": "GallringsFrist? GallringsForklaring? GallringsPeriodSlut?"     children: ? * + or exactly one
    "Gallring@": "Gallras!:boolean"                                             attributes: ! when required, : type
    "GallringsPeriodSlut=": "datum"                                             text
    "premis": "object:file+ (event|agent)*"                                     a choice; a child with a type of its own
"""

import json
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
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
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


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


@dataclass(slots=True)
class _Open:
    """An element being read: how far its children have come in their order."""

    name: str
    kind: Kind | None
    xpath: str
    line: int | None
    at: int = 0
    count: int = 0
    names: dict[str, int] = field(default_factory=dict)


class Walker:
    """Holds one document against a shape; subclasses look at more while it passes."""

    def __init__(self, shape: Shape, namespace: str) -> None:
        self.shape = shape
        self._prefix = f"{{{namespace}}}"

    def read(self, source: Iterable[bytes], limits: xml.XMLLimits = xml.DEFAULT_LIMITS) -> Iterator[Fault]:
        stack: list[_Open] = []
        for event, element in xml.every_event(source, limits=limits):
            if event == "start":
                yield from self._begin(element, stack)
            else:
                yield from self._end(element, stack.pop())
                xml.forget(element)

    # For subclasses

    def begins(self, name: str, element: Any, here: Place) -> Iterator[Fault]:
        """Called with each element of the shape when its attributes are known."""
        return iter(())

    def ends(self, name: str, text: str, here: Place) -> Iterator[Fault]:
        """Called with the text of each element when it has been read."""
        return iter(())

    # The judgement

    def _begin(self, element: Any, stack: list[_Open]) -> Iterator[Fault]:
        tag, line = element.tag, element.sourceline
        own = tag.startswith(self._prefix)
        name = tag[len(self._prefix) :] if own else tag
        kind_name: str | None = name
        xpath = "/" + _shown(name)
        if stack:
            parent = stack[-1]
            number = parent.names[name] = parent.names.get(name, 0) + 1
            xpath = f"{parent.xpath}{xpath}" + (f"[{number}]" if number > 1 else "")
            if parent.kind is not None and parent.kind.anything:
                if not own or name not in self.shape.globals:
                    stack.append(_Open(name, _FOREIGN, xpath, line))
                    return
            elif parent.kind is not None:
                kind_name = yield from self._place(parent, name, line, xpath)
        elif name != self.shape.root:
            yield Fault(self.shape.root, "root", line, xpath, _shown(name), self.shape.root)
        kind = self.shape.kinds.get(kind_name) if own and kind_name else None
        stack.append(_Open(name, kind, xpath, line))
        if kind is not None:
            yield from self._attributes(element, name, kind, line, xpath)
        if own:
            yield from self.begins(name, element, Place("", line, xpath))

    def _place(self, parent: _Open, name: str, line: int | None, xpath: str) -> Generator[Fault, None, str | None]:
        """Move on in the parent's order; returns the type the child has there, None when it does not belong."""
        kind = parent.kind
        assert kind is not None
        at = kind.order.get(name)
        if at is None:
            allowed = ", ".join(kind.order) if len(kind.order) <= _FEW else None
            yield Fault(name, "unknown", line, xpath, f"<{_shown(name)}>", allowed)
            return None
        particle = kind.particles[at]
        if at < parent.at:
            after = kind.particles[parent.at]
            yield Fault(name, "order", line, xpath, f"<{name}>", f"före <{'|'.join(after.names)}>")
            return particle.names[name]
        if at > parent.at:
            yield from self._missing(parent, at, line)
            parent.at, parent.count = at, 0
        parent.count += 1
        if parent.count == particle.most + 1:
            yield Fault(name, "many", line, xpath, str(parent.count), str(particle.most))
        return particle.names[name]

    def _missing(self, parent: _Open, upto: int, line: int | None) -> Iterator[Fault]:
        kind = parent.kind
        assert kind is not None
        for at in range(parent.at, upto):
            particle = kind.particles[at]
            count = parent.count if at == parent.at else 0
            if count < particle.least:
                first = next(iter(particle.names))
                wanted = " | ".join(f"<{name}>" for name in particle.names)
                yield Fault(first, "missing", parent.line, parent.xpath, None, wanted)

    def _attributes(self, element: Any, name: str, kind: Kind, line: int | None, xpath: str) -> Iterator[Fault]:
        written = element.attrib
        for attribute, (required, type_) in kind.attributes.items():
            value = written.get(attribute)
            subject = f"{name}/@{attribute}"
            if value is None:
                if required:
                    yield Fault(subject, "missing", line, xpath, None, attribute)
            elif type_ and (expected := self.shape.expects(type_, value.strip())) is not None:
                yield Fault(subject, "value", line, xpath, f'{attribute}="{value}"', expected)
        for attribute in written:
            if attribute not in kind.attributes and not attribute.startswith(("{http://www.w3.org/", _XSI)):
                yield Fault(f"{name}/@{attribute}", "unknown", line, xpath, attribute, ", ".join(kind.attributes))

    def _end(self, element: Any, this: _Open) -> Iterator[Fault]:
        kind = this.kind
        if kind is not None:
            yield from self._missing(this, len(kind.particles), this.line)
        text = (element.text or "").strip()
        if kind is not None and not kind.anything:
            if kind.text is None:
                if text:
                    yield Fault(this.name, "text", this.line, this.xpath, text[:80], None)
            elif (expected := self.shape.expects(kind.text, text)) is not None:
                reason = "empty" if kind.text == "text" else "value"
                yield Fault(this.name, reason, this.line, this.xpath, text[:200] or None, expected)
        if kind is not None and kind is not _FOREIGN:
            yield from self.ends(this.name, text, Place("", this.line, this.xpath))


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
        elif written == "…":
            kind.anything = True
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
