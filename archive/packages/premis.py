"""PREMIS 3: what an object is, what happened to it, who did it and what the law says, as values.

Written and read as a stream, so that an archival package of a million files needs no more memory than one of ten.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any, Literal

from archive.packages.xml import DEFAULT_LIMITS, XMLLimits, iterparse
from archive.packages.xmlwriter import XMLWriter

NAMESPACE = "http://www.loc.gov/premis/v3"
_P = f"{{{NAMESPACE}}}"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_ROOT = {
    "xmlns:premis": NAMESPACE,
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsi:schemaLocation": f"{NAMESPACE} https://www.loc.gov/standards/premis/premis.xsd",
    "version": "3.0",
}
ObjectKind = Literal["file", "representation", "intellectualEntity", "bitstream"]
_KINDS: dict[str, ObjectKind] = {
    "file": "file",
    "representation": "representation",
    "intellectualEntity": "intellectualEntity",
    "bitstream": "bitstream",
}


@dataclass(frozen=True, slots=True)
class Identifier:
    """`kind` says in whose register the value is unique: UUID, local, ORG …"""

    value: str
    kind: str = "UUID"


@dataclass(frozen=True, slots=True)
class Format:
    name: str | None = None
    version: str | None = None
    puid: str | None = None
    """PRONOM's key, such as fmt/95."""


@dataclass(frozen=True, slots=True)
class Relation:
    """`kind` structural or derivation; `part` such as "is part of", "is source of"."""

    kind: str
    part: str
    to: Identifier


@dataclass(frozen=True, slots=True)
class Object:
    identifier: Identifier
    kind: ObjectKind = "file"
    original_name: str | None = None
    size: int | None = None
    digests: tuple[tuple[str, str], ...] = ()
    """Pairs of algorithm ("SHA-256") and hexadecimal digest."""
    format: Format | None = None
    properties: tuple[tuple[str, str], ...] = ()
    relations: tuple[Relation, ...] = ()
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    identifier: Identifier
    kind: str
    at: str
    """Date and time as xs:dateTime or EDTF."""
    detail: str | None = None
    outcome: str | None = None
    outcome_note: str | None = None
    agents: tuple[tuple[Identifier, str], ...] = ()
    """Pairs of agent and role ("implementer", "authorizer")."""
    objects: tuple[Identifier, ...] = ()
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Agent:
    """A person is named by function ("Arkivarie, Falun"), never by name."""

    identifier: Identifier
    name: str
    kind: str = "organization"
    """organization, person, software or hardware"""
    version: str | None = None
    note: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Right:
    """A rights statement by statute: in Sweden nearly always a paragraph of the Public Access to Information Act."""

    identifier: Identifier
    statute: str
    act: str = "disseminate"
    restriction: str | None = None
    restricted_until: str | None = None
    restricted_from: str | None = None
    note: str | None = None
    objects: tuple[Identifier, ...] = ()
    line: int | None = None


def write(
    sink: Callable[[bytes], object],
    *,
    objects: Iterable[Object],
    events: Iterable[Event] = (),
    agents: Iterable[Agent] = (),
    rights: Iterable[Right] = (),
) -> None:
    """The document in the order the schema asks for; each iterable is walked once."""
    xml = XMLWriter(sink)
    with xml.inside("premis:premis", _ROOT):
        for each in objects:
            _write_object(xml, each)
        for event in events:
            _write_event(xml, event)
        for agent in agents:
            _write_agent(xml, agent)
        for right in rights:
            _write_right(xml, right)
    xml.close()


def _write_identifier(xml: XMLWriter, name: str, identifier: Identifier, **after: str) -> None:
    with xml.inside(f"premis:{name}"):
        xml.element(f"premis:{name}Type", identifier.kind)
        xml.element(f"premis:{name}Value", identifier.value)
        for child, text in after.items():
            xml.element(f"premis:{child}", text)


def _write_object(xml: XMLWriter, each: Object) -> None:
    with xml.inside("premis:object", {"xsi:type": f"premis:{each.kind}"}):
        _write_identifier(xml, "objectIdentifier", each.identifier)
        for kind, value in each.properties:
            with xml.inside("premis:significantProperties"):
                xml.element("premis:significantPropertiesType", kind)
                xml.element("premis:significantPropertiesValue", value)
        if each.kind in ("file", "bitstream"):
            _write_characteristics(xml, each)
        xml.maybe("premis:originalName", each.original_name)
        for relation in each.relations:
            with xml.inside("premis:relationship"):
                xml.element("premis:relationshipType", relation.kind)
                xml.element("premis:relationshipSubType", relation.part)
                _write_identifier(xml, "relatedObjectIdentifier", relation.to)


def _write_characteristics(xml: XMLWriter, each: Object) -> None:
    with xml.inside("premis:objectCharacteristics"):
        for algorithm, digest in each.digests:
            with xml.inside("premis:fixity"):
                xml.element("premis:messageDigestAlgorithm", algorithm)
                xml.element("premis:messageDigest", digest)
        xml.maybe("premis:size", each.size)
        known = each.format or Format()
        with xml.inside("premis:format"):
            if known.name or not known.puid:
                with xml.inside("premis:formatDesignation"):
                    xml.element("premis:formatName", known.name or "okänt")
                    xml.maybe("premis:formatVersion", known.version)
            if known.puid:
                with xml.inside("premis:formatRegistry"):
                    xml.element("premis:formatRegistryName", "PRONOM")
                    xml.element("premis:formatRegistryKey", known.puid)


def _write_event(xml: XMLWriter, event: Event) -> None:
    with xml.inside("premis:event"):
        _write_identifier(xml, "eventIdentifier", event.identifier)
        xml.element("premis:eventType", event.kind)
        xml.element("premis:eventDateTime", event.at)
        if event.detail:
            with xml.inside("premis:eventDetailInformation"):
                xml.element("premis:eventDetail", event.detail)
        if event.outcome or event.outcome_note:
            with xml.inside("premis:eventOutcomeInformation"):
                xml.maybe("premis:eventOutcome", event.outcome)
                if event.outcome_note:
                    with xml.inside("premis:eventOutcomeDetail"):
                        xml.element("premis:eventOutcomeDetailNote", event.outcome_note)
        for agent, role in event.agents:
            _write_identifier(xml, "linkingAgentIdentifier", agent, linkingAgentRole=role)
        for linked in event.objects:
            _write_identifier(xml, "linkingObjectIdentifier", linked)


def _write_agent(xml: XMLWriter, agent: Agent) -> None:
    with xml.inside("premis:agent"):
        _write_identifier(xml, "agentIdentifier", agent.identifier)
        xml.element("premis:agentName", agent.name)
        xml.element("premis:agentType", agent.kind)
        xml.maybe("premis:agentVersion", agent.version)
        xml.maybe("premis:agentNote", agent.note)


def _write_right(xml: XMLWriter, right: Right) -> None:
    with xml.inside("premis:rights"), xml.inside("premis:rightsStatement"):
        _write_identifier(xml, "rightsStatementIdentifier", right.identifier)
        xml.element("premis:rightsBasis", "statute")
        with xml.inside("premis:statuteInformation"):
            xml.element("premis:statuteJurisdiction", "se")
            xml.element("premis:statuteCitation", right.statute)
        with xml.inside("premis:rightsGranted"):
            xml.element("premis:act", right.act)
            xml.maybe("premis:restriction", right.restriction)
            if right.restricted_from or right.restricted_until:
                with xml.inside("premis:termOfRestriction"):
                    xml.element("premis:startDate", right.restricted_from or "unknown")
                    xml.maybe("premis:endDate", right.restricted_until)
            xml.maybe("premis:rightsGrantedNote", right.note)
        for linked in right.objects:
            _write_identifier(xml, "linkingObjectIdentifier", linked)


def read(
    source: IO[bytes] | Iterable[bytes], *, limits: XMLLimits = DEFAULT_LIMITS
) -> Iterator[Object | Event | Agent | Right]:
    """Everything in the document in its order, each with its line; missing values come as empty strings or None."""
    readers: dict[str, Callable[[Any], Object | Event | Agent | Right]] = {
        f"{_P}object": _object,
        f"{_P}event": _event,
        f"{_P}agent": _agent,
        f"{_P}rights": _right,
    }
    for _, element in iterparse(source, wanted=readers, limits=limits):
        yield readers[element.tag](element)


def _text(element: Any, path: str) -> str | None:
    found = element.findtext("/".join(f"{_P}{step}" for step in path.split("/")))
    return found.strip() if found and found.strip() else None


def _identifiers(element: Any, name: str) -> Iterator[tuple[Identifier, Any]]:
    for each in element.iterfind(_P + name):
        value, kind = _text(each, f"{name}Value") or "", _text(each, f"{name}Type") or ""
        yield Identifier(value, kind), each


def _identifier(element: Any, name: str) -> Identifier:
    return next((identifier for identifier, _ in _identifiers(element, name)), Identifier("", ""))


def _object(element: Any) -> Object:
    kind = _KINDS.get(element.get(_TYPE, "").rpartition(":")[2], "file")
    size = _text(element, "objectCharacteristics/size")
    relations = []
    for each in element.iterfind(f"{_P}relationship"):
        of, part = _text(each, "relationshipType") or "", _text(each, "relationshipSubType") or ""
        relations += [Relation(of, part, to) for to, _ in _identifiers(each, "relatedObjectIdentifier")]
    fixity = element.iterfind(f"{_P}objectCharacteristics/{_P}fixity")
    digests = ((_text(each, "messageDigestAlgorithm") or "", _text(each, "messageDigest") or "") for each in fixity)
    properties = element.iterfind(f"{_P}significantProperties")
    return Object(
        identifier=_identifier(element, "objectIdentifier"),
        kind=kind,
        original_name=_text(element, "originalName"),
        size=int(size) if size and size.isdecimal() and len(size) < 20 else None,
        digests=tuple(digests),
        format=_format(element),
        properties=tuple(
            (_text(each, "significantPropertiesType") or "", _text(each, "significantPropertiesValue") or "")
            for each in properties
        ),
        relations=tuple(relations),
        line=element.sourceline,
    )


def _format(element: Any) -> Format | None:
    found = element.find(f"{_P}objectCharacteristics/{_P}format")
    if found is None:
        return None
    name, version = _text(found, "formatDesignation/formatName"), _text(found, "formatDesignation/formatVersion")
    return Format(name, version, _text(found, "formatRegistry/formatRegistryKey"))


def _event(element: Any) -> Event:
    agents = (
        (agent, _text(each, "linkingAgentRole") or "")
        for agent, each in _identifiers(element, "linkingAgentIdentifier")
    )
    note = "eventOutcomeInformation/eventOutcomeDetail/eventOutcomeDetailNote"
    return Event(
        identifier=_identifier(element, "eventIdentifier"),
        kind=_text(element, "eventType") or "",
        at=_text(element, "eventDateTime") or "",
        detail=_text(element, "eventDetailInformation/eventDetail"),
        outcome=_text(element, "eventOutcomeInformation/eventOutcome"),
        outcome_note=_text(element, note),
        agents=tuple(agents),
        objects=tuple(linked for linked, _ in _identifiers(element, "linkingObjectIdentifier")),
        line=element.sourceline,
    )


def _agent(element: Any) -> Agent:
    return Agent(
        identifier=_identifier(element, "agentIdentifier"),
        name=_text(element, "agentName") or "",
        kind=_text(element, "agentType") or "",
        version=_text(element, "agentVersion"),
        note=_text(element, "agentNote"),
        line=element.sourceline,
    )


def _right(element: Any) -> Right:
    found = element.find(f"{_P}rightsStatement")
    statement = element if found is None else found
    return Right(
        identifier=_identifier(statement, "rightsStatementIdentifier"),
        statute=_text(statement, "statuteInformation/statuteCitation") or "",
        act=_text(statement, "rightsGranted/act") or "",
        restriction=_text(statement, "rightsGranted/restriction"),
        restricted_until=_text(statement, "rightsGranted/termOfRestriction/endDate"),
        restricted_from=_text(statement, "rightsGranted/termOfRestriction/startDate"),
        note=_text(statement, "rightsGranted/rightsGrantedNote"),
        objects=tuple(linked for linked, _ in _identifiers(statement, "linkingObjectIdentifier")),
        line=element.sourceline,
    )
