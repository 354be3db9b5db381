"""FGS Ärendehantering 1.0 written, element by element in the order of Riksarkivet's schema."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from archive.packages.erms import FGS, Attachment, Case, Disposal, Document, Party, Restriction, RestrictionKind
from archive.packages.erms_fgs import PARTIES
from archive.packages.xmlwriter import XMLWriter


def write(sink: Callable[[bytes], object], cases: Iterable[Case | Document], *, creator: str | None = None) -> int:
    """A delivery of cases, or of documents without cases (the format allows one or the other). Returns how many."""
    xml = XMLWriter(sink)
    count = 0
    with xml.inside("Leveransobjekt", {"xmlns": FGS}):
        if creator:
            with xml.inside("ArkivbildarStruktur"), xml.inside("Arkivbildare"):
                xml.element("Namn", creator)
        kind: type[Case] | type[Document] | None = None
        everything = iter(cases)
        first = next(everything, None)
        if first is not None:
            kind = type(first)
            with xml.inside("ArkivobjektListaArenden" if kind is Case else "ArkivobjektListaHandlingar"):
                for each in _with_first(first, everything):
                    if type(each) is not kind:
                        raise ValueError("FGS Ärendehantering holds cases or loose documents, not both; split them.")
                    _write_case(xml, each) if isinstance(each, Case) else _write_document(xml, each)
                    count += 1
    xml.close()
    return count


def _with_first(first: Case | Document, others: Iterator[Case | Document]) -> Iterator[Case | Document]:
    yield first
    yield from others


def _write_case(xml: XMLWriter, case: Case) -> None:
    dates = case.dates
    with xml.inside("ArkivobjektArende", {"Systemidentifierare": case.system_id}):
        xml.element("ArkivobjektID", case.reference)
        _write_extra_ids(xml, case.extra)
        xml.maybe("ArendeTyp", case.kind)
        xml.maybe("Arkiverat", dates.archived)
        xml.maybe("Avslutat", dates.closed)
        xml.maybe("Beskrivning", case.description)
        xml.maybe("Beslutat", dates.decided)
        _write_disposal(xml, case.disposal)
        _write_agents(xml, case.parties)
        xml.maybe("Klass", case.classification)
        _write_restrictions(xml, case.restrictions)
        _write_parties(xml, case.parties, "Motpart")
        xml.maybe("SistaAnvandandetidpunkt", dates.last_used)
        xml.maybe("Skapad", dates.created)
        xml.maybe("Inkommen", dates.received)
        xml.maybe("StatusArande", case.status)
        xml.maybe("Upprattad", dates.prepared)
        xml.maybe("Expedierad", dates.dispatched)
        xml.element("Arendemening", case.title)
        _write_files(xml, case.files)
        _write_own_elements(xml, case)
        if case.documents:
            with xml.inside("ArkivobjektListaHandlingar"):
                for document in case.documents:
                    _write_document(xml, document)


def _write_document(xml: XMLWriter, document: Document) -> None:
    dates = document.dates
    with xml.inside("ArkivobjektHandling", {"Systemidentifierare": document.system_id}):
        xml.element("ArkivobjektID", document.reference)
        _write_extra_ids(xml, document.extra)
        xml.maybe("Handlingstyp", document.kind)
        _write_parties(xml, document.parties, "Avsandare")
        xml.maybe("Beskrivning", document.description)
        xml.maybe("Expedierad", dates.dispatched)
        _write_disposal(xml, document.disposal)
        _write_agents(xml, document.parties)
        xml.maybe("Inkommen", dates.received)
        xml.maybe("Lopnummer", document.number)
        _write_parties(xml, document.parties, "Mottagare")
        xml.maybe("Rubrik", document.title)
        xml.maybe("Skapad", dates.created)
        xml.maybe("SistaAnvandandetidpunkt", dates.last_used)
        xml.maybe("StatusHandling", document.status)
        xml.maybe("Upprattad", dates.prepared)
        _write_restrictions(xml, document.restrictions)
        _write_files(xml, document.files)


def _write_extra_ids(xml: XMLWriter, extra: tuple[tuple[str, str], ...]) -> None:
    for kind, value in extra:
        xml.element("ExtraID", value, {"ExtraIDTyp": kind})


def _write_disposal(xml: XMLWriter, disposal: Disposal | None) -> None:
    if disposal is not None:
        with xml.inside("Gallring", {"Gallras": "true" if disposal.disposable else "false"}):
            xml.maybe("GallringsFrist", disposal.period)
            xml.maybe("GallringsForklaring", disposal.mandate)
            xml.maybe("GallringsPeriodSlut", disposal.earliest)


def _write_agents(xml: XMLWriter, parties: tuple[Party, ...]) -> None:
    for party in parties:
        if party.role not in PARTIES.values():
            with xml.inside("Agent"):
                xml.element("Roll", party.role)
                xml.maybe("Namn", party.name)
                xml.maybe("Organisationsnamn", party.organisation)
                xml.maybe("Enhetsnamn", party.unit)


def _write_parties(xml: XMLWriter, parties: tuple[Party, ...], name: str) -> None:
    for party in parties:
        if party.role == PARTIES[name]:
            with xml.inside(name):
                xml.element("Namn", party.name or "")
                xml.maybe("Organisation", party.organisation)
                if party.protected_identity:
                    xml.element("SkyddadIdentitet", "true")


def _write_restrictions(xml: XMLWriter, restrictions: tuple[Restriction, ...]) -> None:
    for restriction in restrictions:
        if restriction.kind is RestrictionKind.GDPR:
            restriction = replace(restriction, kind=RestrictionKind.OTHER, other_kind="Dataskydd")
        with xml.inside("Restriktion", {"Typ": restriction.kind.value, "AnnanTyp": restriction.other_kind}):
            xml.maybe("ForklarandeText", restriction.text)
            xml.maybe("Lagrum", restriction.law)
            xml.maybe("RestriktionsDatum", restriction.until)


def _write_files(xml: XMLWriter, files: tuple[Attachment, ...]) -> None:
    for file in files:
        size = file.size if file.size and len(file.size) < 10 else None  # the schema's number ends at 2 GiB
        attributes = {
            "Namn": file.name or file.path.rpartition("/")[2],
            "Lank": file.link,
            "Storlek": size,
            "Mimetyp": file.mime,
            "Checksumma": file.digest,
            "ChecksummaMetod": file.algorithm,
            "Esignatur": "Ja" if file.signed else None,
        }
        if file.preserved is None:
            xml.element("Bilaga", None, attributes)
        else:
            with xml.inside("Bilaga", attributes):
                xml.element("Bevaras", "true" if file.preserved else "false")


def _write_own_elements(xml: XMLWriter, case: Case) -> None:
    if case.property_designation:
        with xml.inside("EgnaElement"), xml.inside("EgetElement", {"Namn": "Fastighetsbeteckning"}):
            xml.element("Varde", case.property_designation)
