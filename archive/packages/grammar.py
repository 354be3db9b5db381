"""What METS 1.12 allows: which element stands in which, with which attributes, of which form.

Written from the standard as two tables instead of its schema, because it must hold while a million entries stream
by and because its messages must name the place. Attributes of other namespaces are left to the profiles' rules.
"""

import re
from typing import NamedTuple

METS = "{http://www.loc.gov/METS/}"
XLINK = "{http://www.w3.org/1999/xlink}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"

_SECTION = "ID GROUPID ADMID CREATED STATUS"
_POINTS = "ID LOCTYPE OTHERLOCTYPE"
_WRAPS = "ID MDTYPE OTHERMDTYPE MDTYPEVERSION MIMETYPE SIZE CREATED CHECKSUM CHECKSUMTYPE LABEL"
_FILE = "ID SEQ MIMETYPE SIZE CREATED CHECKSUM CHECKSUMTYPE OWNERID ADMID DMDID GROUPID USE BEGIN END BETYPE"
_TRANSFORM = "ID TRANSFORMTYPE TRANSFORMALGORITHM TRANSFORMKEY TRANSFORMBEHAVIOR TRANSFORMORDER"


class Kind(NamedTuple):
    """An element: what may stand in it and of that what only once, which attributes it may have and which it must."""

    children: str = ""
    once: str = ""
    attributes: str = ""
    required: str = ""


_METADATA = Kind("mdRef mdWrap", "mdRef mdWrap", _SECTION, "ID")
_TABLE = {
    "mets": Kind(
        "metsHdr dmdSec amdSec fileSec structMap structLink behaviorSec",
        "metsHdr fileSec structLink",
        "ID OBJID LABEL TYPE PROFILE",
    ),
    "metsHdr": Kind(
        "agent altRecordID metsDocumentID", "metsDocumentID", "ID ADMID CREATEDATE LASTMODDATE RECORDSTATUS"
    ),
    "agent": Kind("name note", "name", "ID ROLE OTHERROLE TYPE OTHERTYPE", "ROLE"),
    "name": Kind(),
    "note": Kind(),
    "altRecordID": Kind(attributes="ID TYPE"),
    "metsDocumentID": Kind(attributes="ID TYPE"),
    "dmdSec": _METADATA,
    "amdSec": Kind("techMD rightsMD sourceMD digiprovMD", attributes="ID"),
    "techMD": _METADATA,
    "rightsMD": _METADATA,
    "sourceMD": _METADATA,
    "digiprovMD": _METADATA,
    "mdRef": Kind(attributes=f"{_WRAPS} LOCTYPE OTHERLOCTYPE XPTR", required="LOCTYPE MDTYPE"),
    "mdWrap": Kind("binData xmlData", "binData xmlData", _WRAPS, "MDTYPE"),
    "binData": Kind(),
    "fileSec": Kind("fileGrp", attributes="ID"),
    "fileGrp": Kind("fileGrp file", attributes="ID VERSDATE ADMID USE"),
    "file": Kind("FLocat FContent stream transformFile file", "FContent", _FILE, "ID"),
    "FLocat": Kind(attributes=f"{_POINTS} USE", required="LOCTYPE"),
    "FContent": Kind("binData xmlData", "binData xmlData", "ID USE"),
    "stream": Kind(attributes="ID streamType OWNERID ADMID DMDID BEGIN END BETYPE"),
    "transformFile": Kind(attributes=_TRANSFORM, required="TRANSFORMTYPE TRANSFORMALGORITHM TRANSFORMORDER"),
    "structMap": Kind("div", "div", "ID TYPE LABEL"),
    "div": Kind("mptr fptr div", attributes="ID ORDER ORDERLABEL LABEL DMDID ADMID TYPE CONTENTIDS"),
    "mptr": Kind(attributes=f"{_POINTS} CONTENTIDS", required="LOCTYPE"),
    "fptr": Kind("par seq area", "par seq area", "ID FILEID CONTENTIDS"),
    "structLink": Kind("smLink smLinkGrp", attributes="ID"),
    "smLink": Kind(attributes="ID", required=f"{XLINK}from {XLINK}to"),
    "behaviorSec": Kind("behaviorSec behavior", attributes="ID CREATED LABEL"),
}
OPAQUE = frozenset(("xmlData", "par", "seq", "area", "smLinkGrp", "behavior"))
"""Elements whose content is not judged here."""
CHILDREN = {name: frozenset(kind.children.split()) for name, kind in _TABLE.items()}
ONCE = {name: frozenset(kind.once.split()) for name, kind in _TABLE.items()}
ATTRIBUTES = {name: frozenset(kind.attributes.split()) for name, kind in _TABLE.items()}
REQUIRED = {name: tuple(kind.required.split()) for name, kind in _TABLE.items()}
NEEDED = {"agent": "name", "fileSec": "fileGrp", "structMap": "div"}
"""Elements that are nothing without a child of one kind."""
TEXTUAL = frozenset(("name", "note", "altRecordID", "metsDocumentID", "binData"))
"""Elements that hold text; in all others only elements stand."""
REFERENCES = frozenset(("ADMID", "DMDID", "FILEID"))
"""Attributes that name the ids of other elements."""
SEQUENCES = {
    name: {child: place for place, child in enumerate(_TABLE[name].children.split())}
    for name in ("mets", "metsHdr", "agent", "amdSec", "div")
}
"""Elements whose children stand in one order."""

_DAY = r"-?\d{4,9}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
_TIME = r"(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)"
_ZONE = r"(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))?"
DATETIME = re.compile(rf"{_DAY}T{_TIME}{_ZONE}", re.ASCII)
DATE = re.compile(_DAY + _ZONE, re.ASCII)
_NCNAME = re.compile(r"[^\W\d][\w.\-·]*")
_ORDER = re.compile(r"[+-]?\d{1,9}", re.ASCII)
_SIZE = re.compile(r"\+?\d{1,18}", re.ASCII)
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s<>\"]+")
_TREES = "application|audio|chemical|font|example|haptics|image|message|model|multipart|text|video"
_MIME = re.compile(rf"(?:{_TREES})/[a-zA-Z0-9][a-zA-Z0-9!#$&^_.+-]*(?:\s*;.*)?", re.ASCII)
_DAYS_IN = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

LOCTYPES = frozenset(["ARK", "URN", "URL", "PURL", "HANDLE", "DOI", "OTHER"])
CHECKSUM_TYPES = frozenset(
    ["Adler-32", "CRC32", "HAVAL", "MD5", "MNP", "SHA-1", "SHA-256", "SHA-384", "SHA-512", "TIGER", "WHIRLPOOL"]
)
_NAMED_MD = "MARC MODS EAD DC NISOIMG LC-AV VRA TEIHDR DDI FGDC LOM PREMIS TEXTMD METSRIGHTS EAC-CPF LIDO OTHER"
_PREMIS_MD = ("PREMIS:OBJECT", "PREMIS:AGENT", "PREMIS:RIGHTS", "PREMIS:EVENT")
MD_TYPES = frozenset((*_NAMED_MD.split(), *_PREMIS_MD, "ISO 19115:2003 NAP"))
ROLES = frozenset(["CREATOR", "EDITOR", "ARCHIVIST", "PRESERVATION", "DISSEMINATOR", "CUSTODIAN", "IPOWNER", "OTHER"])
AGENT_TYPES = frozenset(["INDIVIDUAL", "ORGANIZATION", "OTHER"])
_LISTS = {"LOCTYPE": LOCTYPES, "CHECKSUMTYPE": CHECKSUM_TYPES, "MDTYPE": MD_TYPES}
_DATES = frozenset(("CREATEDATE", "LASTMODDATE", "CREATED", "VERSDATE"))


def is_datetime(text: str) -> bool:
    return DATETIME.fullmatch(text) is not None and _day_exists(text)


def is_date(text: str) -> bool:
    return DATE.fullmatch(text) is not None and _day_exists(text)


def _day_exists(text: str) -> bool:
    year, month, day = text.lstrip("-").split("T")[0].split("-")[:3]
    number, day_number = int(month), int(day[:2])
    if number == 2 and day_number == 29:
        return int(year) % 4 == 0 and (int(year) % 100 != 0 or int(year) % 400 == 0)
    return day_number <= _DAYS_IN[number - 1]


def is_url(text: str) -> bool:
    return _URL.fullmatch(text) is not None


def is_mime(text: str) -> bool:
    """A media type of one of the registered trees, in the form of RFC 6838."""
    return len(text) <= 255 and _MIME.fullmatch(text) is not None


def is_reasonable_year(text: str) -> bool:
    """A year that a municipal record can bear; a clock that runs ahead is no fault."""
    return 1000 <= int(text[: text.find("-", 1)]) <= 2199


def is_size(text: str) -> bool:
    return _SIZE.fullmatch(text.strip()) is not None


def is_identifier(text: str) -> bool:
    return _NCNAME.fullmatch(text) is not None


def wrong_value(name: str, attribute: str, value: str) -> str | None:
    """What the standard expects of an attribute, when the value is something else."""
    if attribute in _DATES:
        return None if is_datetime(value.strip()) else "YYYY-MM-DDThh:mm:ss"
    if attribute == "SIZE":
        return None if is_size(value) else "0, 1, 2, …"
    if attribute == "ID":
        return None if is_identifier(value) else "xml:id"
    if attribute in _LISTS:
        allowed = _LISTS[attribute]
        return None if value in allowed else ", ".join(sorted(allowed))
    if name == "agent" and attribute in ("ROLE", "TYPE"):
        allowed = ROLES if attribute == "ROLE" else AGENT_TYPES
        return None if value in allowed else ", ".join(sorted(allowed))
    if attribute == XLINK + "type":
        wanted = "arc" if name == "smLink" else "simple"
        return None if value == wanted else wanted
    if attribute in ("SEQ", "ORDER", "TRANSFORMORDER"):
        return None if _ORDER.fullmatch(value.strip()) else "1, 2, 3, …"
    return None
