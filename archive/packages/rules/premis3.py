"""PREMIS 3: the shape of its schema, kinds of objects, and that what is linked is also described."""

from collections.abc import Iterator
from typing import Any

from archive.packages.premis import NAMESPACE
from archive.packages.report import Place
from archive.packages.shape import Shape, Walker

PREFIX = "PREMIS-"
_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_KINDS = ("file", "bitstream", "representation", "intellectualEntity")
_HAVE_BYTES = ("file", "bitstream")
_LINKS = {
    "linkingObjectIdentifierValue": "object",
    "relatedObjectIdentifierValue": "object",
    "linkingAgentIdentifierValue": "agent",
    "linkingEventIdentifierValue": "event",
}
_IDENTITIES = {"objectIdentifierValue": "object", "agentIdentifierValue": "agent", "eventIdentifierValue": "event"}
_NEVER_EMPTY = {
    "eventOutcomeInformation": "<eventOutcome> | <eventOutcomeDetail>",
    "eventOutcomeDetail": "<eventOutcomeDetailNote> | <eventOutcomeDetailExtension>",
}
_MOST_LINKS = 100_000


class Links:
    """Identities and links of all PREMIS documents of a package: one may describe what another links to."""

    def __init__(self) -> None:
        self.known: dict[str, set[int]] = {"object": set(), "agent": set(), "event": set()}
        self.waiting: list[tuple[str, str, Place]] = []

    def broken(self) -> Iterator[tuple[str, str, Place]]:
        """(kind, identity, place) of links that lead nowhere, when all documents have been read."""
        for kind, value, place in self.waiting:
            if hash(value) not in self.known[kind]:
                yield kind, value, place


class Premis(Walker):
    def __init__(self, shape: Shape, links: Links, path: str) -> None:
        super().__init__(shape, NAMESPACE)
        self._links, self._path = links, path
        self._kind = ""
        self._has_characteristics = self._has_format = False
        self._filled: list[bool] = []
        self._own: dict[str, set[int]] = {"object": set(), "agent": set(), "event": set()}

    def begins(self, name: str, element: Any) -> None:
        if name == "object":
            self._has_characteristics = False
            written = element.get(_XSI_TYPE, "")
            self._kind = written.rpartition(":")[2]
            if self._kind not in _KINDS:
                self.tell("TYP", "value", written or None, ", ".join(_KINDS))
        elif name == "objectCharacteristics":
            self._has_characteristics = True
            if self._kind in _KINDS and self._kind not in _HAVE_BYTES:
                self.tell("KARAKTARISTIK", "unexpected", self._kind, None)
        elif name == "format":
            self._has_format = False
        elif name in ("formatDesignation", "formatRegistry"):
            self._has_format = True
        elif name in _NEVER_EMPTY:
            self._filled.append(False)
        if len(self.open) > 1 and self.open[-2].name in _NEVER_EMPTY and self._filled:
            self._filled[len(self._filled) - (2 if name in _NEVER_EMPTY else 1)] = True

    def ends(self, name: str, text: str) -> None:
        if name == "object" and self._kind in _HAVE_BYTES and not self._has_characteristics:
            self.tell("KARAKTARISTIK", "missing", None, "<objectCharacteristics>")
        elif name == "format" and not self._has_format:
            expected = "<formatDesignation> | <formatRegistry>"
            self.tell("FORMAT", "missing", None, expected)
        elif name in _NEVER_EMPTY:
            if not self._filled.pop():
                self.tell(name, "missing", None, _NEVER_EMPTY[name])
        elif name in _IDENTITIES and text:
            kind = _IDENTITIES[name]
            if hash(text) in self._own[kind]:
                self.tell("DUBBLETT", "twice", text, None)
            self._own[kind].add(hash(text))
            self._links.known[kind].add(hash(text))
        elif name in _LINKS and text:
            kind, links = _LINKS[name], self._links
            if hash(text) not in links.known[kind] and len(links.waiting) < _MOST_LINKS:
                here = self.place()
                links.waiting.append((kind, text, Place(self._path, here.line, here.xpath)))
