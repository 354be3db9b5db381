"""CITS ERMS 3.0 (and 2.1.2): FGS Ärendehantering 2.0 is this European specification.

An aggregation that holds records is a case; one that only holds other aggregations is passed through, its title kept
as classification. Files are `appendix` elements, wherever in the record's additional information they stand.
"""

from collections.abc import Iterable, Iterator
from typing import IO, Any

from archive.packages.erms import (
    CITS,
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

_E = f"{{{CITS}}}"
_DATES = {
    "created": "created",
    "opened": "created",
    "originated": "created",
    "captured": "created",
    "received": "received",
    "prepared": "prepared",
    "decision": "decided",
    "decision_date": "decided",
    "expedited": "dispatched",
    "dispatch": "dispatched",
    "sent": "dispatched",
    "closed": "closed",
    "finished": "closed",
    "archived": "archived",
    "modified": "last_used",
}
DATE_TYPES = {
    "created": "created",
    "received": "received",
    "prepared": "prepared",
    "decided": "decision",
    "dispatched": "expedited",
    "closed": "closed",
    "archived": "archived",
    "last_used": "modified",
}
_STATUS = {
    "ad_acta": "Ad Acta.",
    "closed": "Stängt",
    "expedited": "Expedierad",
    "initiated": "Initierad",
    "in_progress": "Under arbete",
    "obliterated": "Makulerat",
    "on_hold": "Vilande",
    "open": "Öppet",
    "prepared": "Upprättad",
    "received": "Inkommen",
}
STATUS_VALUES = {word: value for value, word in _STATUS.items()}
_PARTIES = {"counterpart": "motpart", "sender": "avsändare", "receiver": "mottagare", "recipient": "mottagare"}
PARTY_TYPES = {"motpart": "counterpart", "avsändare": "sender", "mottagare": "receiver"}
_RESTRICTIONS = {
    "confidential": RestrictionKind.SECRECY,
    "gdpr": RestrictionKind.GDPR,
    "integrity": RestrictionKind.INTEGRITY,
    "other_type": RestrictionKind.OTHER,
}
RESTRICTION_TYPES = {kind: value for value, kind in _RESTRICTIONS.items()}
_MOST_EXTRA = 100


def read(source: IO[bytes] | Iterable[bytes], head: Source, limits: XMLLimits) -> Iterator[Case | Document]:
    aggregation, record = f"{_E}aggregation", f"{_E}record"
    reading = iterparse(
        source,
        wanted=(record, f"{_E}control"),
        opened=(aggregation,),
        closed=(aggregation,),
        parts_of=(aggregation,),
        limits=limits,
    )
    open_: list[_CaseInParts] = []
    for event, element in reading:
        tag = element.tag
        if event == "start":
            if open_:
                open_[-1].has_inner = True
            open_.append(_CaseInParts(element))
        elif tag == aggregation:
            case = open_.pop()
            if case.documents or not case.has_inner:
                yield case.whole(head, open_)
        elif tag == record:
            document = _document(element)
            if open_:
                open_[-1].documents.append(document)
            else:
                yield document
        elif open_:
            open_[-1].fields.take(element)
        else:
            _read_control(element, head)


def _read_control(control: Any, head: Source) -> None:
    for each in control.iterfind(f"{_E}identification"):
        kind, value = each.get("identificationType") or "", _words(each) or ""
        head.identifications.append((kind, value))
        if kind.lower() in ("arkivbildare", "creator", "recordscreator"):
            head.creator = value
    agency = f"{_E}maintenanceInformation/{_E}maintenanceAgency/{_E}agencyName"
    head.creator = head.creator or _words(control.find(agency))
    agent = f"{_E}maintenanceInformation/{_E}maintenanceHistory/{_E}maintenanceEvent/{_E}agent"
    for each in control.iterfind(agent):
        if each.get("agentType") == "deliverer":
            head.system = head.system or _words(each.find(f"{_E}name"))


class _Fields:
    """The children of an aggregation or a record, sorted into what they say."""

    def __init__(self, children: Iterable[Any] = ()) -> None:
        self.words: dict[str, str] = {}
        self.dates: dict[str, str] = {}
        self.files: list[Attachment] = []
        self.restrictions: list[Restriction] = []
        self.parties: list[Party] = []
        self.keywords: list[str] = []
        self.extra: list[tuple[str, str]] = []
        self.disposal: Disposal | None = None
        self.property: str | None = None
        for child in children:
            self.take(child)

    def take(self, child: Any) -> None:
        if not isinstance(child.tag, str):
            return
        name = child.tag.removeprefix(_E)
        if read := getattr(self, f"_take_{name}", None):
            read(child)
        elif len(child) == 0 and (value := _words(child)):
            self.words.setdefault(name, value)

    def _take_classification(self, child: Any) -> None:
        code = child.get("fullyQualifiedClassificationCode") or child.get("classificationCode")
        words = " ".join(part for part in (code, _words(child)) if part)
        if words:
            self.words.setdefault("classification", words)

    def _take_keywords(self, child: Any) -> None:
        self.keywords += [value for each in child if (value := _words(each))]

    def _take_otherTitle(self, child: Any) -> None:  # noqa: N802 - named after the element
        if value := _words(child):
            kind = child.get("titleType") or ""
            self.words.setdefault("public title" if kind == "public" else f"other title {kind}", value)

    def _take_status(self, child: Any) -> None:
        value = child.get("value") or ""
        self.words["status"] = _STATUS.get(value, value)

    def _take_extraId(self, child: Any) -> None:  # noqa: N802
        if value := _words(child):
            self.extra.append((child.get("extraIdType") or "extraId", value))

    def _take_restriction(self, child: Any) -> None:
        until = None
        for date in child.iter(f"{_E}date"):
            if date.get("dateType") in ("end", "expiration"):
                until = _date(_words(date))
        self.restrictions.append(
            Restriction(
                kind=_RESTRICTIONS.get(child.get("restrictionType", ""), RestrictionKind.OTHER),
                law=_words(child.find(f"{_E}regulation")),
                text=_words(child.find(f"{_E}explanatoryText")),
                until=until,
                other_kind=child.get("otherRestrictionType"),
            )
        )

    def _take_disposal(self, child: Any) -> None:
        earliest = None
        for date in child.iter(f"{_E}disposalDate"):
            if date.get("dateType") in ("disposal_date", "retention_period_end", "action_due"):
                earliest = earliest or _date(_words(date))
        self.disposal = Disposal(
            disposable=child.get("disposable", "").strip() in ("true", "1"),
            period=_words(child.find(f"{_E}disposalPeriod")),
            mandate=_words(child.find(f"{_E}disposalMandate")),
            earliest=earliest,
        )

    def _take_agents(self, child: Any) -> None:
        for agent in child.iterfind(f"{_E}agent"):
            kind = agent.get("agentType") or "agent"
            role = _PARTIES.get(kind) or _words(agent.find(f"{_E}role")) or agent.get("otherAgentType") or kind
            self.parties.append(
                Party(
                    role,
                    _words(agent.find(f"{_E}name")),
                    _words(agent.find(f"{_E}organisation")),
                    _words(agent.find(f"{_E}unitName")),
                    _words(agent.find(f"{_E}protectedIdentity")) in ("true", "1"),
                    _words(agent.find(f"{_E}idNumber")) is not None,
                )
            )

    def _take_dates(self, child: Any) -> None:
        for date in child.iterfind(f"{_E}date"):
            kind, value = _DATES.get(date.get("dateType", "")), _date(_words(date))
            if kind and value:
                self.dates.setdefault(kind, value)

    def _take_action(self, child: Any) -> None:
        for date in child.iter(f"{_E}actionDate"):
            if date.get("dateType") in ("decision", "decision_date") and (value := _date(_words(date))):
                self.dates.setdefault("decided", value)

    def _take_additionalInformation(self, child: Any) -> None:  # noqa: N802
        self.files += [_attachment(each) for each in child.iter(f"{_E}appendix")]
        for own in child.iter(f"{_E}ownElement"):
            value = _words(own.find(f"{_E}value"))
            if value and len(self.extra) < _MOST_EXTRA:
                self.extra.append((own.get("name") or "", value))
                if (own.get("name") or "").lower() in ("fastighet", "fastighetsbeteckning"):
                    self.property = self.property or value

    def common(self) -> dict[str, Any]:
        return {
            "public_title": self.words.get("public title"),
            "status": self.words.get("status"),
            "description": self.words.get("description"),
            "dates": Dates(**self.dates),
            "files": tuple(self.files),
            "restrictions": tuple(self.restrictions),
            "disposal": self.disposal,
            "parties": tuple(self.parties),
            "keywords": tuple(self.keywords),
            "extra": tuple(self.extra),
        }


class _CaseInParts:
    def __init__(self, element: Any) -> None:
        self.fields = _Fields()
        self.documents: list[Document] = []
        self.has_inner = False
        self.system_id = element.get("systemIdentifier")
        self.kind = element.get("otherAggregationType") or element.get("aggregationType")
        self.line = element.sourceline

    def whole(self, head: Source, around: list["_CaseInParts"]) -> Case:
        words = self.fields.words
        outer = next((each.fields.words.get("title") for each in reversed(around) if each.fields.words), None)
        return Case(
            reference=words.get("objectId", ""),
            title=words.get("title", ""),
            kind=None if self.kind == "caseFile" else self.kind,
            classification=words.get("classification") or outer,
            creator=head.creator,
            property_designation=self.fields.property,
            documents=tuple(self.documents),
            system_id=self.system_id,
            line=self.line,
            **self.fields.common(),
        )


def _document(element: Any) -> Document:
    fields = _Fields(element)
    number = fields.words.get("runningNumber", "")
    return Document(
        reference=fields.words.get("objectId", ""),
        title=fields.words.get("title"),
        kind=element.get("recordType"),
        number=int(number) if number.isdecimal() and len(number) < 10 else None,
        system_id=element.get("systemIdentifier"),
        line=element.sourceline,
        **fields.common(),
    )


def _attachment(element: Any) -> Attachment:
    disposable = element.get("disposable")
    return Attachment(
        link=element.get("path") or "",
        name=element.get("name"),
        mime=element.get("fileFormat"),
        preserved=None if disposable is None else disposable not in ("true", "1"),
        signed=element.get("eSignatureHasExisted") in ("true", "1"),
        line=element.sourceline,
    )


def _words(element: Any) -> str | None:
    if element is None:
        return None
    return " ".join((element.text or "").split()) or None


def _date(value: str | None) -> str | None:
    """The format only knows moments; midnight means that no time was known."""
    return value if value is None else value.removesuffix("Z").removesuffix("T00:00:00")
