"""CITS ERMS 3.0 written, element by element in the order of its schema."""

from collections.abc import Callable, Iterable
from datetime import datetime

from archive.packages.erms import CITS, Attachment, Case, Dates, Disposal, Document, Party, Restriction
from archive.packages.erms_cits import DATE_TYPES, PARTY_TYPES, RESTRICTION_TYPES, STATUS_VALUES
from archive.packages.xmlwriter import XMLWriter


def write(
    sink: Callable[[bytes], object],
    cases: Iterable[Case | Document],
    *,
    creator: str,
    creator_code: str,
    system: str,
    created: datetime,
) -> int:
    """Cases as aggregations, or documents without cases as records (one or the other). Returns how many."""
    xml = XMLWriter(sink)
    count = 0
    with xml.inside("erms", {"xmlns": CITS}):
        _write_control(xml, creator, creator_code, system, created)
        everything = iter(cases)
        first = next(everything, None)
        if first is None:
            raise ValueError("CITS ERMS needs at least one case or document.")
        with xml.inside("aggregations" if isinstance(first, Case) else "records"):
            each: Case | Document | None = first
            while each is not None:
                if type(each) is not type(first):
                    raise ValueError("CITS ERMS holds cases or loose documents, not both; split them.")
                _write_case(xml, each) if isinstance(each, Case) else _write_document(xml, each)
                count += 1
                each = next(everything, None)
    xml.close()
    return count


def _write_control(xml: XMLWriter, creator: str, code: str, system: str, created: datetime) -> None:
    with xml.inside("control"):
        xml.element("identification", creator, {"identificationType": "arkivbildare"})
        with xml.inside("maintenanceInformation"):
            xml.element("maintenanceStatus", None, {"value": "new"})
            with xml.inside("maintenanceAgency"):
                xml.element("agencyCode", code, {"type": "organisationsnummer"})
                xml.element("agencyName", creator)
            with xml.inside("maintenanceHistory"), xml.inside("maintenanceEvent"):
                xml.element("eventType", None, {"value": "created"})
                xml.element("eventDateTime", created.isoformat(timespec="seconds"))
                with xml.inside("agent", {"agentType": "deliverer"}):
                    xml.element("name", system)


def _write_case(xml: XMLWriter, case: Case) -> None:
    attributes = {"systemIdentifier": case.system_id or case.reference, "aggregationType": "caseFile"}
    with xml.inside("aggregation", attributes):
        xml.element("objectId", case.reference)
        _write_extra_ids(xml, case.extra)
        xml.maybe("classification", case.classification)
        _write_keywords(xml, case.keywords)
        xml.element("title", case.title)
        _write_public_title(xml, case.public_title)
        _write_status(xml, case.status)
        _write_additional(xml, case.files, case.property_designation)
        _write_restrictions(xml, case.restrictions)
        _write_disposal(xml, case.disposal)
        _write_agents(xml, case.parties)
        xml.maybe("description", case.description)
        _write_dates(xml, case.dates)
        for document in case.documents:
            _write_document(xml, document)


def _write_document(xml: XMLWriter, document: Document) -> None:
    attributes = {
        "systemIdentifier": document.system_id or document.reference,
        "recordType": document.kind,
        "recordPhysicalOrDigital": "digital",
    }
    with xml.inside("record", attributes):
        xml.element("objectId", document.reference)
        _write_extra_ids(xml, document.extra)
        _write_keywords(xml, document.keywords)
        xml.maybe("title", document.title)
        _write_public_title(xml, document.public_title)
        _write_status(xml, document.status)
        xml.maybe("runningNumber", document.number)
        _write_restrictions(xml, document.restrictions)
        _write_disposal(xml, document.disposal)
        _write_agents(xml, document.parties)
        xml.maybe("description", document.description)
        _write_dates(xml, document.dates)
        _write_additional(xml, document.files, None)


def _write_extra_ids(xml: XMLWriter, extra: tuple[tuple[str, str], ...]) -> None:
    for kind, value in extra:
        xml.element("extraId", value, {"extraIdType": kind})


def _write_keywords(xml: XMLWriter, keywords: tuple[str, ...]) -> None:
    if keywords:
        with xml.inside("keywords"):
            for keyword in keywords:
                xml.element("keyword", keyword)


def _write_public_title(xml: XMLWriter, title: str | None) -> None:
    if title:
        xml.element("otherTitle", title, {"titleType": "public"})


def _write_status(xml: XMLWriter, status: str | None) -> None:
    if status in STATUS_VALUES:
        xml.element("status", None, {"value": STATUS_VALUES[status]})


def _write_additional(xml: XMLWriter, files: tuple[Attachment, ...], designation: str | None) -> None:
    if not files and not designation:
        return
    with xml.inside("additionalInformation"):
        for file in files:
            attributes = {
                "disposable": None if file.preserved is None else str(not file.preserved).lower(),
                "name": file.name or file.path.rpartition("/")[2],
                "fileFormat": file.mime,
                "path": file.link,
                "eSignatureHasExisted": "true" if file.signed else None,
            }
            xml.element("appendix", None, attributes)
        if designation:
            with xml.inside("ownElement"), xml.inside("ownElement", {"name": "Fastighetsbeteckning"}):
                xml.element("value", designation)


def _write_restrictions(xml: XMLWriter, restrictions: tuple[Restriction, ...]) -> None:
    for restriction in restrictions:
        kind = RESTRICTION_TYPES[restriction.kind]
        other = (restriction.other_kind or "annan") if kind == "other_type" else None
        with xml.inside("restriction", {"restrictionType": kind, "otherRestrictionType": other}):
            xml.maybe("explanatoryText", restriction.text)
            xml.element("regulation", restriction.law or "")
            if restriction.until:
                with xml.inside("dates"):
                    xml.element("date", moment(restriction.until), {"dateType": "end"})


def _write_disposal(xml: XMLWriter, disposal: Disposal | None) -> None:
    if disposal is None or not (disposal.disposable or disposal.earliest):
        return
    with xml.inside("disposal", {"disposable": str(disposal.disposable).lower()}):
        xml.maybe("disposalPeriod", disposal.period)
        xml.maybe("disposalMandate", disposal.mandate)
        with xml.inside("dates"):
            if disposal.earliest:
                xml.element("disposalDate", moment(disposal.earliest), {"dateType": "disposal_date"})


def _write_agents(xml: XMLWriter, parties: tuple[Party, ...]) -> None:
    if not parties:
        return
    with xml.inside("agents"):
        for party in parties:
            kind = PARTY_TYPES.get(party.role, "agent")
            with xml.inside("agent", {"agentType": kind}):
                xml.element("name", party.name or party.organisation or party.role)
                xml.maybe("organisation", party.organisation)
                xml.maybe("unitName", party.unit)
                if kind == "agent":
                    xml.element("role", party.role)
                if party.protected_identity:
                    xml.element("protectedIdentity", "true")


def _write_dates(xml: XMLWriter, dates: Dates) -> None:
    known = [(kind, value) for field, kind in DATE_TYPES.items() if (value := getattr(dates, field))]
    if known:
        with xml.inside("dates"):
            for kind, value in known:
                xml.element("date", moment(value), {"dateType": kind})


def moment(value: str) -> str:
    """xs:dateTime from a date of any precision; what is not known is the first of its kind, midnight for the time."""
    day, _, time = value.partition("T")
    return f"{day}{'-01-01'[len(day) - 4 :] if len(day) < 10 else ''}T{time or '00:00:00'}"
