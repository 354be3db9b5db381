"""A vendor's own XML read as cases, by paths that the submission agreement names.

A path is a small part of XPath: steps by name, `*`, `.` and `..`, conditions on attributes, and `@name` at the end:
`Handlingar/Handling[@typ='beslut']/Fil/@namn`. Names without prefix mean that name in any namespace. Records are read
one at a time, so memory is flat in the size of the file.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, Self

from archive.packages import xml
from archive.packages.erms import (
    Attachment,
    Case,
    Dates,
    Disposal,
    Document,
    Party,
    Restriction,
    RestrictionKind,
)
from archive.packages.xml import DEFAULT_LIMITS, XMLLimits

Element = Any
FIELDS = frozenset(
    (
        *("reference", "title", "public_title", "kind", "description", "classification", "property_designation"),
        *("created", "closed", "secrecy", "secrecy_until", "disposal", "disposal_from", "protected", "file"),
    )
)
_STEP = re.compile(r"(?P<name>[^\W\d][\w.\-]*|\*|\.\.?)(?P<conditions>(?:\[@[^\W\d][\w.\-]*(?:='[^'\]]*')?\])*)")
_ATTRIBUTE = re.compile(r"@[^\W\d][\w.\-]*")
_NO = frozenset(("", "0", "nej", "no", "false", "falskt", "ingen", "bevaras"))


class PathRefused(ValueError):
    """Not a path we read; the text is the path."""


@dataclass(frozen=True, slots=True)
class Place:
    """A compiled path: elements, and perhaps an attribute of them."""

    elements: str
    attribute: str = ""

    @classmethod
    def compile(cls, path: str) -> Self:
        steps = path.strip().split("/")
        attribute = steps.pop()[1:] if _ATTRIBUTE.fullmatch(steps[-1]) else ""
        return cls("/".join(_step(step, path) for step in steps), attribute)

    def values(self, element: Element) -> Iterator[str]:
        for found in element.findall(self.elements) if self.elements not in ("", ".") else [element]:
            value = found.get(self.attribute) if self.attribute else "".join(found.itertext())
            if value is not None and (text := " ".join(value.split())):
                yield text


def _step(step: str, path: str) -> str:
    match = _STEP.fullmatch(step)
    if match is None:
        raise PathRefused(path)
    name = match["name"]
    return (name if name in ("*", ".", "..") else f"{{*}}{name}") + match["conditions"]


@dataclass(frozen=True, slots=True)
class Level:
    path: tuple[str, ...]
    fields: Mapping[str, Place]

    @classmethod
    def compile(cls, value: Mapping[str, Any]) -> Self:
        path = tuple(value.get("path", "").strip().split("/"))
        for step in path:
            if not (match := _STEP.fullmatch(step)) or match["conditions"] or match["name"] in ("*", ".", ".."):
                raise PathRefused(value.get("path", ""))
        if unknown := value.get("fields", {}).keys() - FIELDS:
            raise PathRefused(sorted(unknown)[0])
        return cls(path, {name: Place.compile(each) for name, each in value.get("fields", {}).items()})

    def first(self, name: str, element: Element) -> str | None:
        return next(self.all(name, element), None)

    def all(self, name: str, element: Element) -> Iterator[str]:
        place = self.fields.get(name)
        return place.values(element) if place else iter(())


@dataclass(frozen=True, slots=True)
class Reading:
    """{"files": "*uttag.xml", "record": {"path", "fields"}, "document": {"path", "fields"}} of an agreement."""

    files: str
    record: Level
    document: Level | None

    @classmethod
    def compile(cls, mapping: Mapping[str, Any]) -> Self:
        inner = mapping.get("document") or {}
        document = Level.compile(inner) if inner.get("path") else None
        return cls(mapping.get("files", ""), Level.compile(mapping.get("record", {})), document)


def read(
    source: IO[bytes] | Iterable[bytes], reading: Reading, *, limits: XMLLimits = DEFAULT_LIMITS
) -> Iterator[Case]:
    """The records as cases with their documents, in the order of the file."""
    for number, element in enumerate(_records(source, reading.record.path, limits), 1):
        yield _case(element, reading, number)


def _records(source: IO[bytes] | Iterable[bytes], path: tuple[str, ...], limits: XMLLimits) -> Iterator[Element]:
    """Each element at the path below the root, whole; everything else is forgotten as it passes."""
    names: list[str] = []
    kept_at = 0
    for event, element in xml.every_event(source, limits=limits):
        if event == "start":
            names.append(element.tag.rpartition("}")[2])
            if not kept_at and tuple(names[1:]) == path:
                kept_at = len(names)
            continue
        if kept_at == len(names):
            yield element
            kept_at = 0
        if not kept_at:
            xml.forget(element)
        names.pop()


def _case(element: Element, reading: Reading, number: int) -> Case:
    level = reading.record
    reference = level.first("reference", element) or str(number)
    documents: tuple[Document, ...] = ()
    if reading.document:
        found = element.findall("/".join(f"{{*}}{step}" for step in reading.document.path))
        documents = tuple(
            _document(each, reading.document, f"{reference}:{at}", at) for at, each in enumerate(found, 1)
        )
    return Case(
        reference=reference,
        title=level.first("title", element) or level.first("public_title", element) or reference,
        public_title=level.first("public_title", element),
        kind=level.first("kind", element),
        description=level.first("description", element),
        classification=level.first("classification", element),
        property_designation=level.first("property_designation", element),
        dates=Dates(created=level.first("created", element), closed=level.first("closed", element)),
        documents=documents,
        files=_files(element, level),
        restrictions=_restrictions(element, level),
        disposal=_disposal(element, level),
        parties=_parties(element, level),
        line=element.sourceline,
    )


def _document(element: Element, level: Level, otherwise: str, number: int) -> Document:
    title = level.first("title", element) or level.first("public_title", element)
    files = _files(element, level)
    return Document(
        reference=level.first("reference", element) or otherwise,
        title=title or (files[0].path.rpartition("/")[2] if files else None),
        public_title=level.first("public_title", element),
        kind=level.first("kind", element),
        number=number,
        description=level.first("description", element),
        dates=Dates(created=level.first("created", element), closed=level.first("closed", element)),
        files=files,
        restrictions=_restrictions(element, level),
        disposal=_disposal(element, level),
        parties=_parties(element, level),
        line=element.sourceline,
    )


def _files(element: Element, level: Level) -> tuple[Attachment, ...]:
    return tuple(Attachment(link, line=element.sourceline) for link in level.all("file", element))


def _restrictions(element: Element, level: Level) -> tuple[Restriction, ...]:
    until = level.first("secrecy_until", element)
    laws = (law for law in level.all("secrecy", element) if law.casefold() not in _NO)
    return tuple(Restriction(RestrictionKind.SECRECY, law, until=until) for law in laws)


def _disposal(element: Element, level: Level) -> Disposal | None:
    rule, earliest = level.first("disposal", element), level.first("disposal_from", element)
    if not earliest and (rule or "").casefold() in _NO:
        return None
    return Disposal(disposable=True, period=rule, earliest=earliest)


def _parties(element: Element, level: Level) -> tuple[Party, ...]:
    protected = any(value.casefold() not in _NO for value in level.all("protected", element))
    return (Party("motpart", protected_identity=True),) if protected else ()
