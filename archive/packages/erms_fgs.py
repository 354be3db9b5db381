"""FGS Ärendehantering 1.0: Riksarkivet's exchange format for cases and documents, read.

Deliveries with the namespace from before its release ("eARDERMS") and with local additions such as Fastighet are read
alike.
"""

from collections.abc import Iterable, Iterator
from typing import IO, Any

from archive.packages.erms import (
    Attachment,
    Case,
    Dates,
    Disposal,
    Document,
    Party,
    Restriction,
    RestrictionKind,
    Source,
)
from archive.packages.xml import XMLLimits, iterparse

_KINDS = {
    "Sekretess": RestrictionKind.SECRECY,
    "Integritet": RestrictionKind.INTEGRITY,
    "Annan typ": RestrictionKind.OTHER,
}
_DATES = {
    "Skapad": "created",
    "Inkommen": "received",
    "Upprattad": "prepared",
    "Beslutat": "decided",
    "Expedierad": "dispatched",
    "Avslutat": "closed",
    "Arkiverat": "archived",
    "SistaAnvandandetidpunkt": "last_used",
}
PARTIES = {"Motpart": "motpart", "Avsandare": "avsändare", "Mottagare": "mottagare"}
_MOST_EXTRA = 100


def read(
    source: IO[bytes] | Iterable[bytes], namespace: str, head: Source, limits: XMLLimits
) -> Iterator[Case | Document]:
    ns = f"{{{namespace}}}"
    case_tag, document_tag = ns + "ArkivobjektArende", ns + "ArkivobjektHandling"
    list_tag = ns + "ArkivobjektListaHandlingar"
    reading = iterparse(
        source,
        wanted=(document_tag, ns + "ArkivbildarStruktur"),
        opened=(case_tag, list_tag),
        closed=(case_tag,),
        parts_of=(case_tag,),
        limits=limits,
    )
    case: _CaseInParts | None = None
    for event, element in reading:
        tag = element.tag
        if event == "start":
            if tag == case_tag:
                case = _CaseInParts(ns, element)
        elif tag == case_tag:
            assert case is not None
            yield case.whole(head.creator)
            case = None
        elif tag == document_tag:
            document = _document(ns, element)
            if case is None:
                yield document
            else:
                case.documents.append(document)
        elif case is not None:
            case.fields.take(element)
        else:
            creators = [_words(name) for name in element.iter(ns + "Namn")]
            head.creator = next((name for name in reversed(creators) if name), None)


class _Fields:
    """The children of a case or a document, sorted into what they say."""

    def __init__(self, ns: str, children: Iterable[Any] = ()) -> None:
        self.ns = ns
        self.words: dict[str, str] = {}
        self.dates: dict[str, str] = {}
        self.files: list[Attachment] = []
        self.restrictions: list[Restriction] = []
        self.parties: list[Party] = []
        self.extra: list[tuple[str, str]] = []
        self.classes: list[str] = []
        self.disposal: Disposal | None = None
        self.property: str | None = None
        for child in children:
            self.take(child)

    def take(self, child: Any) -> None:
        if not isinstance(child.tag, str):
            return
        name = child.tag.removeprefix(self.ns)
        if name in _DATES:
            if value := _words(child):
                self.dates.setdefault(_DATES[name], value)
        elif name in PARTIES:
            self.parties.append(_party(self.ns, PARTIES[name], child))
        elif read := getattr(self, f"_take_{name}", None):
            read(child)
        elif len(child) == 0 and (value := _words(child)):
            self.words.setdefault(name, value)
            if name in ("Klass", "KlassReferens"):
                self.classes.append(value)

    def _take_Bilaga(self, child: Any) -> None:  # noqa: N802 - named after the element
        self.files.append(_attachment(self.ns, child))

    def _take_Restriktion(self, child: Any) -> None:  # noqa: N802
        self.restrictions.append(
            Restriction(
                kind=_KINDS.get(child.get("Typ", ""), RestrictionKind.OTHER),
                law=_words(child.find(self.ns + "Lagrum")),
                text=_words(child.find(self.ns + "ForklarandeText")),
                until=_words(child.find(self.ns + "RestriktionsDatum")),
                other_kind=child.get("AnnanTyp"),
            )
        )

    def _take_Gallring(self, child: Any) -> None:  # noqa: N802
        self.disposal = Disposal(
            disposable=child.get("Gallras", "").strip() in ("true", "1"),
            period=_words(child.find(self.ns + "GallringsFrist")),
            mandate=_words(child.find(self.ns + "GallringsForklaring")),
            earliest=_words(child.find(self.ns + "GallringsPeriodSlut")),
        )

    def _take_Agent(self, child: Any) -> None:  # noqa: N802
        role = _words(child.find(self.ns + "Roll")) or "agent"
        self.parties.append(
            Party(
                role,
                _words(child.find(self.ns + "Namn")),
                _words(child.find(self.ns + "Organisationsnamn")),
                _words(child.find(self.ns + "Enhetsnamn")),
            )
        )

    def _take_ExtraID(self, child: Any) -> None:  # noqa: N802
        if value := _words(child):
            self.extra.append((child.get("ExtraIDTyp") or "ExtraID", value))

    def _take_EgnaElement(self, child: Any) -> None:  # noqa: N802
        for own in child.iter(self.ns + "EgetElement"):
            value = _words(own.find(self.ns + "Varde"))
            if value and len(self.extra) < _MOST_EXTRA:
                self.extra.append((own.get("Namn") or "", value))
                if (own.get("Namn") or "").lower() in ("fastighet", "fastighetsbeteckning"):
                    self.property = self.property or value

    def _take_Fastighet(self, child: Any) -> None:  # noqa: N802
        self.property = _words(child.find(self.ns + "Fastighetsbeteckning")) or _words(child)

    def common(self) -> dict[str, Any]:
        return {
            "status": self.words.get("StatusArande") or self.words.get("StatusHandling"),
            "description": self.words.get("Beskrivning"),
            "dates": Dates(**self.dates),
            "files": tuple(self.files),
            "restrictions": tuple(self.restrictions),
            "disposal": self.disposal,
            "parties": tuple(self.parties),
            "extra": tuple(self.extra),
        }


class _CaseInParts:
    def __init__(self, ns: str, element: Any) -> None:
        self.fields = _Fields(ns)
        self.documents: list[Document] = []
        self.system_id = element.get("Systemidentifierare")
        self.line = element.sourceline

    def whole(self, creator: str | None) -> Case:
        fields, words = self.fields, self.fields.words
        return Case(
            reference=words.get("ArkivobjektID", ""),
            title=words.get("Arendemening", ""),
            kind=words.get("ArendeTyp"),
            classification=fields.classes[0] if fields.classes else None,
            creator=creator,
            property_designation=fields.property,
            documents=tuple(self.documents),
            system_id=self.system_id,
            line=self.line,
            **fields.common(),
        )


def _document(ns: str, element: Any) -> Document:
    fields = _Fields(ns, element)
    words, number = fields.words, fields.words.get("Lopnummer", "")
    return Document(
        reference=words.get("ArkivobjektID", ""),
        title=words.get("Rubrik"),
        kind=words.get("Handlingstyp"),
        number=int(number) if number.isdecimal() and len(number) < 10 else None,
        system_id=element.get("Systemidentifierare"),
        line=element.sourceline,
        **fields.common(),
    )


def _attachment(ns: str, element: Any) -> Attachment:
    preserved = _words(element.find(ns + "Bevaras"))
    return Attachment(
        link=element.get("Lank") or "",
        name=element.get("Namn"),
        size=element.get("Storlek"),
        digest=element.get("Checksumma"),
        algorithm=element.get("ChecksummaMetod"),
        mime=element.get("Mimetyp"),
        preserved=None if preserved is None else preserved in ("true", "1"),
        signed=element.get("Esignatur") == "Ja",
        line=element.sourceline,
    )


def _party(ns: str, role: str, element: Any) -> Party:
    protected = _words(element.find(ns + "SkyddadIdentitet"))
    return Party(
        role,
        _words(element.find(ns + "Namn")),
        _words(element.find(ns + "Organisation")),
        protected_identity=protected in ("true", "1"),
        has_identity_number=_words(element.find(ns + "IDnummer")) is not None,
    )


def _words(element: Any) -> str | None:
    """The text of an element with its blanks put in order, None when there is none."""
    if element is None:
        return None
    return " ".join((element.text or "").split()) or None
