"""The one safe XML parser: everything the engine reads from a package comes through here.

A document is read as a stream and forgotten as it goes. Encoding is decided first (UTF-8, UTF-16 with byte order
mark, ISO-8859-1 as declared), then the prolog is searched for a DOCTYPE, and only then does libxml2 see a byte:
no entity, external file or schema location is ever followed. Limits are counted on the bytes, at no cost per element.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any, Literal

from archive.packages.xml_bytes import DEFAULT_LIMITS, Refusal, XMLLimits, XMLRefused, guarded, utf8_chunks

__all__ = [
    "DEFAULT_LIMITS",
    "STRICT",
    "Element",
    "Event",
    "Refusal",
    "XMLLimits",
    "XMLRefused",
    "every_event",
    "first_element",
    "forget",
    "guarded",
    "iterparse",
    "read_tree",
    "utf8_chunks",
]
Element = Any  # lxml ships no types; the name documents what is meant
Event = Literal["start", "end"]

STRICT: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
    "recover": False,
}
_DEEPEST = 256
"""How deep libxml2 itself reads."""
_WHY = {
    "ERR_DOCUMENT_EMPTY": "empty",
    "ERR_DOCUMENT_END": "after",
    "ERR_TAG_NOT_FINISHED": "cut",
    "ERR_TAG_NAME_MISMATCH": "mismatch",
    "ERR_INVALID_CHAR": "character",
    "ERR_UNDECLARED_ENTITY": "entity",
    "ERR_ATTRIBUTE_REDEFINED": "attribute",
    "NS_ERR_UNDEFINED_NAMESPACE": "prefix",
}
"""What libxml2 calls the commonest faults, and what we call them; of others its own words are told."""


def iterparse(
    source: IO[bytes] | Iterable[bytes],
    *,
    wanted: Collection[str] = (),
    opened: Collection[str] = (),
    closed: Collection[str] = (),
    parts_of: Collection[str] = (),
    schema: Any = None,
    limits: XMLLimits = DEFAULT_LIMITS,
) -> Iterator[tuple[Event, Element]]:
    """Yield ("end", element) for each outermost `wanted` element, whole, and ("start", element) for each `opened` one.

    Tags are in Clark notation. An element yielded at its start has its attributes and nothing else. What was yielded
    is cleared as soon as the caller asks for the next, and what nobody wanted is cleared at once, so memory stays
    flat: copy what you need. `element.sourceline` is its line. Elements wanted inside a wanted one come with it.

    For things too large to be held whole: each child of a `parts_of` element counts as wanted unless it is itself
    opened, and ("end", element) comes also for `closed` elements, emptied, when their last child has been read.
    """
    walk = _Walk(limits, wanted, opened, closed, parts_of)
    with _parsing("start", "end", schema=schema) as parser:
        for chunk in guarded(utf8_chunks(source, limits), limits):
            parser.feed(chunk)
            yield from walk.events(parser.read_events())
        parser.close()
        yield from walk.events(parser.read_events())


def every_event(
    source: IO[bytes] | Iterable[bytes], *, limits: XMLLimits = DEFAULT_LIMITS
) -> Iterator[tuple[Event, Element]]:
    """All starts and ends, for a reader that must see each element; it calls `forget` on what it has done with."""
    depth, deepest, most = 0, limits.max_depth, limits.max_attributes
    with _parsing("start", "end") as parser:
        for chunk in guarded(utf8_chunks(source, limits), limits):
            parser.feed(chunk)
            for event, element in parser.read_events():
                if event == "end":
                    depth -= 1
                else:
                    depth += 1
                    if depth == 1:
                        _refuse_doctype(element)
                    if depth > deepest or len(element.attrib) > most:
                        raise _too_much(element, depth, limits)
                yield event, element
        parser.close()
        yield from parser.read_events()


def first_element(source: IO[bytes] | Iterable[bytes], *, limits: XMLLimits = DEFAULT_LIMITS) -> Element:
    """The root with its attributes and namespaces, read from as few bytes as possible: to tell what a document is."""
    with _parsing("start") as parser:
        for chunk in guarded(utf8_chunks(source, limits), limits):
            parser.feed(chunk)
            for _, element in parser.read_events():
                _refuse_doctype(element)
                return element
        parser.close()
    raise XMLRefused(Refusal.MALFORMED, why="empty")


def read_tree(
    source: IO[bytes] | Iterable[bytes], *, limits: XMLLimits = DEFAULT_LIMITS, max_bytes: int = 16 * 1024**2
) -> Element:
    """A small document whole, as its root element. Refuses more than `max_bytes`; large ones go through `iterparse`."""
    budget = max_bytes
    walk = _Walk(limits)
    with _parsing("start") as parser:
        for chunk in guarded(utf8_chunks(source, limits), limits):
            budget -= len(chunk)
            if budget < 0:
                raise XMLRefused(Refusal.LIMIT, why="bytes", detail=str(max_bytes))
            parser.feed(chunk)
            walk.only_look(parser.read_events())
        return parser.close()


@contextmanager
def _parsing(*events: str, schema: Any = None) -> Iterator[Any]:
    """A push parser whose errors leave as ours. libxml2 is loaded by who reads; the web only names formats."""
    from lxml import etree

    try:
        yield etree.XMLPullParser(events=events, schema=schema, encoding="utf-8", **STRICT)
    except etree.XMLSyntaxError as error:
        raise _refused(error, etree.ErrorTypes) from None
    except etree.LxmlError as error:
        raise XMLRefused(Refusal.MALFORMED, why="parser", detail=str(error)[:200]) from None


class _Walk:
    """Depth, the wanted element we are inside of, and the clearing of everything else."""

    def __init__(
        self,
        limits: XMLLimits,
        wanted: Collection[str] = (),
        opened: Collection[str] = (),
        closed: Collection[str] = (),
        parts_of: Collection[str] = (),
    ) -> None:
        self.depth = 0
        self.kept_at = 0
        self.limits = limits
        self.wanted, self.opened = frozenset(wanted), frozenset(opened)
        self.closed, self.parts_of = frozenset(closed), frozenset(parts_of)

    def events(self, events: Iterable[tuple[str, Element]]) -> Iterator[tuple[Event, Element]]:
        for event, element in events:
            if event == "start":
                self.depth += 1
                self._look(element)
                if not self.kept_at:
                    if self._is_wanted(element):
                        self.kept_at = self.depth
                    elif element.tag in self.opened:
                        yield "start", element
                continue
            if self.kept_at == self.depth:
                yield "end", element
                self.kept_at = 0
            elif self.closed and not self.kept_at and element.tag in self.closed:
                yield "end", element
            if not self.kept_at:
                forget(element)
            self.depth -= 1

    def _is_wanted(self, element: Element) -> bool:
        tag = element.tag
        if tag in self.wanted:
            return True
        if not self.parts_of or self.depth == 1 or tag in self.opened:
            return False
        return element.getparent().tag in self.parts_of

    def only_look(self, events: Iterable[tuple[str, Element]]) -> None:
        for _, element in events:
            if not self.depth:
                _refuse_doctype(element)
                self.depth = 1
            if len(element.attrib) > self.limits.max_attributes:
                raise _too_much(element, self.depth, self.limits)

    def _look(self, element: Element) -> None:
        if self.depth == 1:
            _refuse_doctype(element)
        if self.depth > self.limits.max_depth or len(element.attrib) > self.limits.max_attributes:
            raise _too_much(element, self.depth, self.limits)


def forget(element: Element) -> None:
    """Empty the element and drop its elder siblings.

    The element itself and the text after it stay until the next one: libxml2 may still be writing that text, and taking
    it away underneath would corrupt memory.
    """
    element.clear(keep_tail=True)
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def _too_much(element: Element, depth: int, limits: XMLLimits) -> XMLRefused:
    why, limit = ("depth", limits.max_depth) if depth > limits.max_depth else ("attributes", limits.max_attributes)
    return XMLRefused(Refusal.LIMIT, line=element.sourceline, why=why, detail=str(limit))


def _refuse_doctype(root: Element) -> None:
    """Second lock on the door: the prolog has been searched already."""
    if root.getroottree().docinfo.doctype:
        raise XMLRefused(Refusal.DOCTYPE, line=root.sourceline)


def _refused(error: Any, kinds: Any) -> XMLRefused:
    text = str(error.msg or "")[:200]
    too_much = error.code in (kinds.ERR_RESOURCE_LIMIT, kinds.ERR_NAME_TOO_LONG)
    too_much = too_much or any(words in text for words in ("too long", "too big", "huge", "HUGE"))
    if error.code == kinds.ERR_INVALID_ENCODING:
        return XMLRefused(Refusal.ENCODING, line=error.lineno or None, why="bytes", detail="UTF-8")
    if "xcessive depth" in text:
        return XMLRefused(Refusal.LIMIT, line=error.lineno or None, why="depth", detail=str(_DEEPEST))
    reason = Refusal.LIMIT if too_much else Refusal.MALFORMED
    known = (why for name, why in _WHY.items() if error.code == getattr(kinds, name))
    why = "empty" if text == "no element found" else "parser" if too_much else next(known, "parser")
    return XMLRefused(reason, line=error.lineno or None, why=why, detail=text)
