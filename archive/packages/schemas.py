"""The schema register: the XSDs that an archive's staff have loaded, and nothing else, judge foreign XML.

A schema is kept under its digest with namespace, version and a note on its licence. Imports and includes are resolved
among registered schemas only; there is no network and no path out of the register. A package's own schemas are shown,
never used.
"""

import hashlib
import json
import os
import posixpath
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from lxml import etree

from archive.packages.schema_words import Violation, understood
from archive.packages.xml import (
    DEFAULT_LIMITS,
    STRICT,
    Refusal,
    XMLLimits,
    XMLRefused,
    guarded,
    iterparse,
    utf8_chunks,
)

XS = "{http://www.w3.org/2001/XMLSchema}"
_XML = "http://www.w3.org/XML/1998/namespace"
_VERSIONING = "{http://www.w3.org/2007/XMLSchema-versioning}minVersion"
_ONLY_IN_1_1 = ("assert", "assertion", "alternative", "override", "openContent", "defaultOpenContent")
_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
_LARGEST_SCHEMA = 8 * 1024**2
MOST_VIOLATIONS = 10_000
_PLACED = 50
_MOST_WITH_PATH = 1000
"""Bites of 64 kB: in larger documents a fault has its line and its element, for a path costs ten times the reading."""
_XML_ATTRIBUTES = f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{_XML}">
<xs:attribute name="lang" type="xs:string"/><xs:attribute name="space" type="xs:NCName"/>
<xs:attribute name="base" type="xs:anyURI"/><xs:attribute name="id" type="xs:ID"/>
<xs:attributeGroup name="specialAttrs"><xs:attribute ref="xml:base"/><xs:attribute ref="xml:lang"/>
<xs:attribute ref="xml:space"/><xs:attribute ref="xml:id"/></xs:attributeGroup></xs:schema>"""

Open = Callable[[], Iterable[bytes]]


class SchemaRefused(ValueError):
    """The file is not taken into the register; the message says why and what to do."""


class SchemaMissing(LookupError):
    """A schema that is asked for, or that another one imports, has not been loaded."""

    def __init__(self, wanted: str, by: str = "") -> None:
        needed = f"Schemat {by} behöver {wanted}" if by else f"Schemat {wanted}"
        super().__init__(f"{needed}, som inte finns i schemaregistret. Läs in det med kommandot schemas load.")
        self.wanted = wanted


@dataclass(frozen=True, slots=True)
class Registered:
    """`key` is the name by which agreements speak of the schema; `name` that of the file it came in."""

    key: str
    namespace: str
    name: str
    version: str
    sha256: str
    licence: str
    added: str
    xsd_1_1: bool = False


class Register:
    """A folder with the schemas under their digests and an index; safe to read while another process loads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._compiled: dict[str, Any] = {}

    def __iter__(self) -> Iterator[Registered]:
        index = self.folder / "index.json"
        if index.is_file():
            yield from (Registered(**each) for each in json.loads(index.read_text("utf-8")))

    def find(self, key: str) -> Registered:
        """By key, or by namespace where only one schema has it."""
        by_namespace = []
        for each in self:
            if each.key == key:
                return each
            if each.namespace == key:
                by_namespace.append(each)
        if len(by_namespace) == 1:
            return by_namespace[0]
        raise SchemaMissing(key)

    def load(
        self, source: Path, *, key: str, version: str, licence: str, on: date, name: str | None = None
    ) -> Registered:
        """Take a schema in. The same key again replaces the entry; the older file stays under its digest."""
        if not _KEY.fullmatch(key):
            raise SchemaRefused(f"Nyckeln {key!r} får bara ha a–z, 0–9, punkt, bindestreck och understreck.")
        if not licence.strip():
            raise SchemaRefused("Ange under vilka villkor schemat får användas (licence), till exempel CC BY 4.0.")
        root, data = _parsed_schema(source)
        digest = hashlib.sha256(data).hexdigest()
        entry = Registered(
            key=key,
            namespace=root.get("targetNamespace") or "",
            name=name or source.name,
            version=version,
            sha256=digest,
            licence=licence.strip(),
            added=on.isoformat(),
            xsd_1_1=_needs_1_1(root),
        )
        self.folder.mkdir(parents=True, exist_ok=True)
        _write(self.folder / f"{digest}.xsd", data)
        entries = sorted([*(each for each in self if each.key != key), entry], key=lambda each: each.key)
        _write(self.folder / "index.json", json.dumps([asdict(each) for each in entries], indent=1).encode())
        self._compiled.clear()
        return entry

    def missing_for(self, key: str) -> list[str]:
        """What else has to be loaded before this schema can be used."""
        missing: list[str] = []
        self._gather(self.find(key), missing)
        return missing

    def validate(
        self, key: str, open_: Open, *, limits: XMLLimits = DEFAULT_LIMITS, at_most: int = MOST_VIOLATIONS
    ) -> Iterator[Violation]:
        """What in a document breaks the schema, in document order. `open_` gives the bytes anew each time.

        The first fifty are given their line, in documents up to 64 MB their path too; after `at_most` the rest is not
        counted. Memory is flat.
        """
        entry = self.find(key)
        if entry.xsd_1_1:
            return self._validate_1_1(entry, open_, limits, at_most)
        return _streamed(self._schema(entry), open_, limits, at_most)

    # Compiling

    def _schema(self, entry: Registered) -> Any:
        if entry.sha256 not in self._compiled:
            with tempfile.TemporaryDirectory() as folder:
                main = self._lay_out(entry, Path(folder))
                try:
                    self._compiled[entry.sha256] = etree.XMLSchema(file=str(main))
                except etree.XMLSchemaParseError as error:
                    raise SchemaRefused(f"Schemat {entry.key} går inte att använda: {error}") from None
        return self._compiled[entry.sha256]

    def _lay_out(self, entry: Registered, folder: Path) -> Path:
        """The schema and all it needs in one folder, every reference pointing inside that folder."""
        missing: list[str] = []
        documents = self._gather(entry, missing)
        if missing:
            raise SchemaMissing(missing[0], entry.key)
        for digest, root in documents.items():
            (folder / f"{digest}.xsd").write_bytes(etree.tostring(root))
        (folder / "xml.xsd").write_text(_XML_ATTRIBUTES, "utf-8")
        return folder / f"{entry.sha256}.xsd"

    def _gather(self, entry: Registered, missing: list[str]) -> dict[str, Any]:
        documents: dict[str, Any] = {}
        waiting = [entry]
        while waiting:
            each = waiting.pop()
            if each.sha256 in documents:
                continue
            root, _ = _parsed_schema(self.folder / f"{each.sha256}.xsd")
            documents[each.sha256] = root
            for reference in root.iterchildren(XS + "import", XS + "include", XS + "redefine", XS + "override"):
                waiting += self._redirected(reference, each, missing)
        return documents

    def _redirected(self, reference: Any, by: Registered, missing: list[str]) -> list[Registered]:
        """Point one import or include at a registered schema; returns that schema, or none for what is built in."""
        namespace, location = reference.get("namespace"), reference.get("schemaLocation", "")
        if reference.tag == XS + "import" and namespace == _XML:
            reference.set("schemaLocation", "xml.xsd")
            return []
        if reference.tag == XS + "import":
            found = [each for each in self if each.namespace == (namespace or "")]
        else:
            found = [each for each in self if each.namespace in (by.namespace, "") and each.sha256 != by.sha256]
        name = posixpath.basename(location.replace("\\", "/"))
        exact = [each for each in found if each.name == name]
        if reference.tag != XS + "import":
            found = exact
        chosen = exact or found
        if not chosen:
            missing.append(namespace or name or location)
            return []
        reference.set("schemaLocation", f"{chosen[-1].sha256}.xsd")
        return [chosen[-1]]

    def _validate_1_1(self, entry: Registered, open_: Open, limits: XMLLimits, at_most: int) -> Iterator[Violation]:
        """XSD 1.1 through the xmlschema library, slower and only for schemas that need it; read lazily all the same."""
        import xmlschema

        with tempfile.TemporaryDirectory() as folder:
            main = self._lay_out(entry, Path(folder))
            schema = xmlschema.XMLSchema11(str(main), base_url=folder, allow="sandbox", defuse="never")
            copy = Path(folder) / "document.xml"
            with open(copy, "wb") as file:
                for chunk in _checked(open_, limits):
                    file.write(chunk)
            resource = xmlschema.XMLResource(str(copy), base_url=folder, allow="sandbox", defuse="never", lazy=True)
            for count, error in enumerate(schema.iter_errors(resource)):
                if count >= at_most:
                    return
                words = " ".join(str(error.reason or error.message).split())
                yield Violation("value", error.sourceline, error.path, words[:300], None, words[:300])


def _checked(open_: Open, limits: XMLLimits) -> Iterator[bytes]:
    """The document's bytes, once the safe parser has read all of it and found nothing to refuse."""
    for _ in iterparse(open_(), limits=limits):
        pass
    yield from utf8_chunks(open_(), limits)


def _streamed(schema: Any, open_: Open, limits: XMLLimits, at_most: int) -> Iterator[Violation]:
    """Twice at most: in large bites to see whether and where, then slowly over the faulty bites for the lines."""
    faulty: list[int] = []
    total = bites = 0
    for number, new in _bites(schema, open_(), limits):
        bites = number
        if new:
            total += len(new)
            if len(faulty) < _PLACED:
                faulty.append(number)
        if total >= at_most:
            break
    if not total:
        return
    told = 0
    path = _Path() if bites < _MOST_WITH_PATH else None
    for _, new in _bites(schema, open_(), limits, frozenset(faulty), path):
        for violation in new:
            yield violation
            told += 1
            if told >= min(total, at_most):
                return


def _bites(
    schema: Any,
    source: Iterable[bytes],
    limits: XMLLimits,
    slowly: frozenset[int] = frozenset(),
    path: "_Path | None" = None,
) -> Iterator[tuple[int, list[Violation]]]:
    """The new faults of each bite. No tree is built: without callbacks libxml2 validates as fast as it reads."""
    parser = etree.XMLParser(target=path or _Nothing(), schema=schema, encoding="utf-8", **STRICT)
    seen, line, number = 0, 1, 0
    try:
        for number, bite in enumerate(guarded(utf8_chunks(source, limits), limits)):
            new: list[Violation] = []
            for piece in bite.splitlines(keepends=True) if number in slowly else (bite,):
                parser.feed(piece)
                log = parser.feed_error_log
                new += _understood(log, seen, line if number in slowly else None, path)
                seen = len(log)
                line += piece.count(b"\n")
            yield number, new
        parser.close()
    except etree.XMLSyntaxError as error:  # faults against the schema do not raise here; only broken XML does
        raise XMLRefused(Refusal.MALFORMED, line=line, why="parser", detail=str(error.msg or "")[:200]) from None
    log = max(parser.feed_error_log, parser.error_log, key=len)
    yield number, _understood(log, seen, line if number in slowly else None, path)


def _understood(log: Any, seen: int, line: int | None, path: "_Path | None") -> list[Violation]:
    where = (line, path.shown() if path is not None and line is not None else None)
    return [understood(entry.type_name, entry.message, *where) for entry in log[seen:]] if len(log) > seen else []


class _Nothing:
    """A reader that listens to nothing."""

    def close(self) -> None: ...


class _Path(_Nothing):
    """Which elements are open, and where in the document that is."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._last = ""

    def start(self, tag: str, attributes: object) -> None:
        self._open.append(tag.rpartition("}")[2])
        self._last = ""

    def end(self, tag: str) -> None:
        self._last = "/" + "/".join(self._open)
        self._open.pop()

    def shown(self) -> str:
        return self._last or "/" + "/".join(self._open)


def _parsed_schema(source: Path) -> tuple[Any, bytes]:
    """An operator's own file, so a DOCTYPE inside it is read (the W3C's schemas have one) but nothing outside."""
    if source.stat().st_size > _LARGEST_SCHEMA:
        raise SchemaRefused(f"{source.name} är större än {_LARGEST_SCHEMA} byte och kan inte vara ett XML-schema.")
    data = source.read_bytes()
    parser = etree.XMLParser(resolve_entities="internal", no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise SchemaRefused(f"{source.name} är inte välformad XML: {error}") from None
    if root.tag != XS + "schema":
        raise SchemaRefused(f"{source.name} är inte ett XML-schema: dess rotelement är {root.tag}.")
    return root, data


def _needs_1_1(root: Any) -> bool:
    if (root.get(_VERSIONING) or "").startswith("1.1"):
        return True
    return any(next(root.iter(XS + name), None) is not None for name in _ONLY_IN_1_1)


def _write(target: Path, data: bytes) -> None:
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    with open(part, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, target)
