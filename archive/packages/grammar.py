"""What METS 1.12 allows: which element stands in which, with which attributes, of which form.

Written from the standard as two tables instead of its schema, because it must hold while a million entries stream
by and because its messages must name the place. Attributes of other namespaces are left to the profiles' rules.
"""

import re

METS = "{http://www.loc.gov/METS/}"
XLINK = "{http://www.w3.org/1999/xlink}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"

_SECTION = "ID GROUPID ADMID CREATED STATUS"
_POINTS = "ID LOCTYPE OTHERLOCTYPE"
_FILE = "ID SEQ MIMETYPE SIZE CREATED CHECKSUM CHECKSUMTYPE OWNERID ADMID DMDID GROUPID USE BEGIN END BETYPE"
_TABLE = {
    "mets": ("metsHdr dmdSec amdSec fileSec structMap structLink behaviorSec", "ID OBJID LABEL TYPE PROFILE"),
    "metsHdr": ("agent altRecordID metsDocumentID", "ID ADMID CREATEDATE LASTMODDATE RECORDSTATUS"),
    "agent": ("name note", "ID ROLE OTHERROLE TYPE OTHERTYPE"),
    "name": ("", ""),
    "note": ("", ""),
    "altRecordID": ("", "ID TYPE"),
    "metsDocumentID": ("", "ID TYPE"),
    "dmdSec": ("mdRef mdWrap", _SECTION),
    "amdSec": ("techMD rightsMD sourceMD digiprovMD", "ID"),
    "techMD": ("mdRef mdWrap", _SECTION),
    "rightsMD": ("mdRef mdWrap", _SECTION),
    "sourceMD": ("mdRef mdWrap", _SECTION),
    "digiprovMD": ("mdRef mdWrap", _SECTION),
    "mdRef": (
        "",
        f"{_POINTS} MDTYPE OTHERMDTYPE MDTYPEVERSION MIMETYPE SIZE CREATED CHECKSUM CHECKSUMTYPE LABEL XPTR",
    ),
    "mdWrap": (
        "binData xmlData",
        "ID MDTYPE OTHERMDTYPE MDTYPEVERSION MIMETYPE SIZE CREATED CHECKSUM CHECKSUMTYPE LABEL",
    ),
    "binData": ("", ""),
    "fileSec": ("fileGrp", "ID"),
    "fileGrp": ("fileGrp file", "ID VERSDATE ADMID USE"),
    "file": ("FLocat FContent stream transformFile file", _FILE),
    "FLocat": ("", f"{_POINTS} USE"),
    "FContent": ("binData xmlData", "ID USE"),
    "stream": ("", "ID streamType OWNERID ADMID DMDID BEGIN END BETYPE"),
    "transformFile": ("", "ID TRANSFORMTYPE TRANSFORMALGORITHM TRANSFORMKEY TRANSFORMBEHAVIOR TRANSFORMORDER"),
    "structMap": ("div", "ID TYPE LABEL"),
    "div": ("mptr fptr div", "ID ORDER ORDERLABEL LABEL DMDID ADMID TYPE CONTENTIDS"),
    "mptr": ("", f"{_POINTS} CONTENTIDS"),
    "fptr": ("par seq area", "ID FILEID CONTENTIDS"),
    "structLink": ("smLink smLinkGrp", "ID"),
    "smLink": ("", "ID"),
    "behaviorSec": ("behaviorSec behavior", "ID CREATED LABEL"),
}
OPAQUE = frozenset(("xmlData", "par", "seq", "area", "smLinkGrp", "behavior"))
"""Elements whose content is not judged here."""
CHILDREN = {name: frozenset(children.split()) for name, (children, _) in _TABLE.items()}
ATTRIBUTES = {name: frozenset(attributes.split()) for name, (_, attributes) in _TABLE.items()}
SEQUENCES = {
    name: {child: place for place, child in enumerate(_TABLE[name][0].split())}
    for name in ("mets", "metsHdr", "agent", "amdSec", "div")
}
"""Elements whose children stand in one order."""

_DAY = r"-?\d{4,9}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
_TIME = r"(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)"
_ZONE = r"(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))?"
DATETIME = re.compile(rf"{_DAY}T{_TIME}{_ZONE}", re.ASCII)
DATE = re.compile(_DAY + _ZONE, re.ASCII)
_NCNAME = re.compile(r"[^\W\d][\w.\-·]*")
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
_LINK_TYPES = frozenset(("simple", "extended", "locator", "arc", "resource", "title"))


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
        return None if value in _LINK_TYPES else "simple"
    return None
