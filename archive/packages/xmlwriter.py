"""XML written as it is thought of: element after element straight to the file, the same bytes for the same input."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ATTRIBUTE = _TEXT | str.maketrans({'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_KEEP = 64 * 1024
Attributes = Mapping[str, object]
NONE: Attributes = {}


class NotXML(ValueError):
    """The text holds a character that no XML document may hold."""


class XMLWriter:
    """Names are written as given, prefix and all; attributes that are None are left out."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._parts: list[str] = ['<?xml version="1.0" encoding="UTF-8"?>\n']
        self._kept = 0
        self._depth = 0

    @contextmanager
    def inside(self, name: str, attributes: Attributes = NONE) -> Iterator[None]:
        """An element with whatever is written within the `with` as its children."""
        indent = " " * self._depth
        self._put(f"{indent}<{name}{_attributes(attributes)}>\n")
        self._depth += 1
        yield
        self._depth -= 1
        self._put(f"{indent}</{name}>\n")

    def element(self, name: str, text: object = None, attributes: Attributes = NONE) -> None:
        """An element with text or nothing in it; to leave out empty ones, use `maybe`."""
        start = f"{' ' * self._depth}<{name}{_attributes(attributes)}"
        self._put(f"{start}/>\n" if text is None else f"{start}>{_escaped(str(text), _TEXT)}</{name}>\n")

    def maybe(self, name: str, text: object = None) -> None:
        """The element, unless there is nothing to say in it."""
        if text is not None and text != "":
            self.element(name, text)

    def close(self) -> None:
        self._flush()

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self._kept += len(text)
        if self._kept > _KEEP:
            self._flush()

    def _flush(self) -> None:
        self._write("".join(self._parts).encode())
        self._parts.clear()
        self._kept = 0


def _attributes(attributes: Attributes) -> str:
    return "".join(
        f' {name}="{_escaped(str(value), _ATTRIBUTE)}"' for name, value in attributes.items() if value is not None
    )


def _escaped(text: str, table: dict[int, str]) -> str:
    if not text.isprintable() and (bad := _FORBIDDEN.search(text)):
        raise NotXML(f"U+{ord(bad[0]):04X} cannot be written in XML; it stands in {text[:60]!r}.")
    return text.translate(table)
