"""Cases and documents as records systems describe them, read from FGS Ärendehantering 1.0 and CITS ERMS.

The two formats say the same in different words; here they become the same values, with the line each came from.
Words of the value lists (status, kinds of restriction) are kept in Swedish, as archivists know them.
"""

import posixpath
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import IO
from urllib.parse import unquote

from archive.packages.xml import DEFAULT_LIMITS, XMLLimits, XMLRefused, first_element

FGS = "http://xml.ra.se/e-arkiv/FGS-ERMS"
FGS_BEFORE_RELEASE = "eARDERMS"
CITS = "https://DILCIS.eu/XML/ERMS"


_CONTENT_FOLDERS = ("", "content/", "Content/", "data/", "Bilagor/")


class Specification(StrEnum):
    FGS_1_0 = "FGS Ärendehantering 1.0"
    FGS_BEFORE_RELEASE = "FGS Ärendehantering, namnrymden eARDERMS"
    CITS_ERMS = "CITS ERMS"


class RestrictionKind(StrEnum):
    SECRECY = "Sekretess"
    INTEGRITY = "Integritet"
    GDPR = "Dataskydd"
    OTHER = "Annan typ"


@dataclass(frozen=True, slots=True)
class Restriction:
    """A mark that something may not be shown; whether it still holds is decided when somebody asks (OSL 5:5)."""

    kind: RestrictionKind
    law: str | None = None
    text: str | None = None
    until: str | None = None
    other_kind: str | None = None


@dataclass(frozen=True, slots=True)
class Disposal:
    """Gallring: `disposable` False means to be preserved."""

    disposable: bool
    period: str | None = None
    mandate: str | None = None
    earliest: str | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """`role` is motpart, avsändare, mottagare, or what the system calls an agent."""

    role: str
    name: str | None = None
    organisation: str | None = None
    unit: str | None = None
    protected_identity: bool = False
    has_identity_number: bool = False


@dataclass(frozen=True, slots=True)
class Dates:
    """As the source wrote them: YYYY, YYYY-MM, YYYY-MM-DD or with a time."""

    created: str | None = None
    received: str | None = None
    prepared: str | None = None
    decided: str | None = None
    dispatched: str | None = None
    closed: str | None = None
    archived: str | None = None
    last_used: str | None = None

    def first(self) -> str | None:
        """The date to sort by: when the thing came to be."""
        return self.received or self.prepared or self.created or self.dispatched or self.decided or self.closed


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that a case or document names. `link` is what the source wrote; `path` the same as a clean path."""

    link: str
    name: str | None = None
    size: str | None = None
    digest: str | None = None
    algorithm: str | None = None
    mime: str | None = None
    preserved: bool | None = None
    signed: bool = False
    line: int | None = None

    @property
    def path(self) -> str:
        return clean_link(self.link)


@dataclass(frozen=True, slots=True)
class Document:
    reference: str
    title: str | None = None
    public_title: str | None = None
    kind: str | None = None
    number: int | None = None
    status: str | None = None
    description: str | None = None
    dates: Dates = Dates()
    files: tuple[Attachment, ...] = ()
    restrictions: tuple[Restriction, ...] = ()
    disposal: Disposal | None = None
    parties: tuple[Party, ...] = ()
    keywords: tuple[str, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
    system_id: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """An ärende with its documents; `creator` is the authority that handled it, where the source says so."""

    reference: str
    title: str
    public_title: str | None = None
    kind: str | None = None
    status: str | None = None
    description: str | None = None
    classification: str | None = None
    creator: str | None = None
    property_designation: str | None = None
    dates: Dates = Dates()
    documents: tuple[Document, ...] = ()
    files: tuple[Attachment, ...] = ()
    restrictions: tuple[Restriction, ...] = ()
    disposal: Disposal | None = None
    parties: tuple[Party, ...] = ()
    keywords: tuple[str, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
    system_id: str | None = None
    line: int | None = None


@dataclass(slots=True)
class Source:
    """What the head of the document says of where it comes from, filled in while the cases are read."""

    creator: str | None = None
    system: str | None = None
    identifications: list[tuple[str, str]] = field(default_factory=list)


def specification_of(source: IO[bytes] | Iterable[bytes], limits: XMLLimits = DEFAULT_LIMITS) -> Specification | None:
    """What kind of case metadata this XML is, by its root element; None when it is something else or no XML at all."""
    try:
        tag = first_element(source, limits=limits).tag
    except XMLRefused:
        return None
    known = {
        f"{{{FGS}}}Leveransobjekt": Specification.FGS_1_0,
        f"{{{FGS_BEFORE_RELEASE}}}Leveransobjekt": Specification.FGS_BEFORE_RELEASE,
        f"{{{CITS}}}erms": Specification.CITS_ERMS,
    }
    return known.get(tag)


def read(
    source: IO[bytes] | Iterable[bytes],
    specification: Specification,
    *,
    head: Source | None = None,
    limits: XMLLimits = DEFAULT_LIMITS,
) -> Iterator[Case | Document]:
    """Cases with their documents, and documents that belong to no case, one at a time as they stand in the file."""
    from archive.packages import erms_cits, erms_fgs

    head = Source() if head is None else head
    if specification is Specification.CITS_ERMS:
        return erms_cits.read(source, head, limits)
    namespace = FGS if specification is Specification.FGS_1_0 else FGS_BEFORE_RELEASE
    return erms_fgs.read(source, namespace, head, limits)


def clean_link(link: str) -> str:
    """A path inside the package from what systems write: backslashes, file:///, ./ and blanks around it."""
    path = link.strip().replace("\\", "/")
    if path.lower().startswith("file:"):
        path = path[5:].lstrip("/")
    path = path.lstrip("/")
    while path.startswith("./"):
        path = path[2:]
    return path


def locate(attachment: Attachment, metadata_path: str, is_file: Callable[[str], bool]) -> str | None:
    """The path in the package that an attachment means, or None when no file answers to it.

    Systems count from the metadata file's folder, from one above it, or from where the content lies; the nearest
    file wins. A link that climbs out of the package is never followed, for the package holds no such name.
    """
    names = [attachment.path]
    if "%" in attachment.path:
        names.append(clean_link(unquote(attachment.path)))
    folders = [posixpath.dirname(metadata_path)]
    while folders[-1]:
        folders.append(posixpath.dirname(folders[-1]))
    for content in _CONTENT_FOLDERS:
        for folder in folders:
            for name in names:
                path = f"{folder}/{content}{name}" if folder else content + name
                if "/." in path or path.startswith("."):
                    path = posixpath.normpath(path)
                if name and is_file(path):
                    return path
    return None
