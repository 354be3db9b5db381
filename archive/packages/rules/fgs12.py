"""FGS Paketstruktur 1.2 (RAFGS1V1.2): what Riksarkivet's schema says, and what only its text says.

The national schema lets a wrong PROFILE, a wrong digest and a missing records creator through; these rules do not.
"""

import re
from collections.abc import Callable, Iterator

from archive.packages import grammar
from archive.packages.mets import EXT, HREF, Document, FileEntry, Node
from archive.packages.rules import Trouble, attribute, claim, fault, requirement

PROFILE = "http://xml.ra.se/e-arkiv/METS/CommonSpecificationSwedenPackageProfile.xml"
TYPES = (
    "ERMS",
    "Personnel",
    "Medical record",
    "Economics",
    "Databases",
    "Webpages",
    "GIS",
    "No specification",
    "AIC",
    "Publication",
    "Archival information",
    "Unstructured",
    "Single records",
)
STATUSES = ("NEW", "SUPPLEMENT", "REPLACEMENT", "TEST", "VERSION", "OTHER")
CODE = re.compile(r"\s*(?:VAT|DUNS|ORG|HSA|Local|URI):\s*\S.*", re.DOTALL)
RECORD_IDS = ("SUBMISSIONAGREEMENT", "PREVIOUSSUBMISSIONAGREEMENT", "REFERENCECODE", "PREVIOUSREFERENCECODE")
FEWEST_AGENTS = 3


def one_of(values: tuple[str, ...]) -> Callable[[str], bool]:
    return lambda text: text in values


def optional(rule: str, on: str, name: str, form: Callable[[str], bool], expected: str) -> None:
    """An attribute that may be left out, but says something definite when it is there."""
    claim(rule, on, name)

    @requirement(rule, on=on)
    def judge(node: Node | FileEntry, document: Document) -> Iterator[Trouble]:
        written = node.attributes.get(name)
        if written is not None and not form(written.strip()):
            yield fault(f'{name.rpartition("}")[2]}="{written}"', expected, reason="value")


attribute("FGS12-OBJID", "mets", "OBJID", expected="UUID:…")
attribute("FGS12-TYPE", "mets", "TYPE", form=one_of(TYPES), expected=", ".join(TYPES))
attribute("FGS12-PROFILE", "mets", "PROFILE", value=PROFILE)
optional("FGS12-STARTDATE", "mets", EXT + "STARTDATE", grammar.is_date, "YYYY-MM-DD")
optional("FGS12-ENDDATE", "mets", EXT + "ENDDATE", grammar.is_date, "YYYY-MM-DD")
optional("FGS12-APPRAISAL", "mets", EXT + "APPRAISAL", one_of(("Yes", "No")), "Yes, No")
SECRECY = ("Secrecy", "PuL", "Secrecy and PuL", "GDPR")
optional("FGS12-ACCESSRESTRICT", "mets", EXT + "ACCESSRESTRICT", one_of(SECRECY), ", ".join(SECRECY))
FORMS = ("AGREEMENT", "DEPOSIT", "GIFT", "Not specified")
for _kind in ("mets", "metsHdr"):
    optional("FGS12-AGREEMENTFORM", _kind, EXT + "AGREEMENTFORM", one_of(FORMS), ", ".join(FORMS))
attribute("FGS12-CREATEDATE", "metsHdr", "CREATEDATE", form=grammar.is_datetime, expected="YYYY-MM-DDThh:mm:ss")
optional("FGS12-RECORDSTATUS", "metsHdr", "RECORDSTATUS", one_of(STATUSES), ", ".join(STATUSES))
OAIS = ("SIP", "AIP", "DIP", "AIU", "AIC")
attribute("FGS12-OAISSTATUS", "metsHdr", EXT + "OAISSTATUS", form=one_of(OAIS), expected=", ".join(OAIS))


@requirement("FGS12-HDR", on="mets/end")
def the_header_is_there(node: Node, document: Document) -> Iterator[Trouble]:
    if document.header is None:
        yield fault(expected="metsHdr")


@requirement("FGS12-AGENTS", on="metsHdr/end")
def at_least_three_agents(node: Node, document: Document) -> Iterator[Trouble]:
    count = node.counts.get("agent", 0)
    if count < FEWEST_AGENTS:
        yield fault(count, f"≥ {FEWEST_AGENTS}")


attribute("FGS12-AGENT-ROLE", "agent", "ROLE", form=grammar.ROLES.__contains__, expected="ARCHIVIST, CREATOR, …")
attribute(
    "FGS12-AGENT-TYPE",
    "agent",
    "TYPE",
    form=grammar.AGENT_TYPES.__contains__,
    expected="ORGANIZATION, INDIVIDUAL, OTHER",
)
optional("FGS12-AGENT-OTHERROLE", "agent", "OTHERROLE", one_of(("SUBMITTER", "PRODUCER")), "SUBMITTER, PRODUCER")
optional("FGS12-AGENT-OTHERTYPE", "agent", "OTHERTYPE", one_of(("SOFTWARE",)), "SOFTWARE")


claim("FGS12-AGENT-NAME", "agent", "name")


@requirement("FGS12-AGENT-NAME", on="agent/end")
def an_agent_has_a_name(node: Node, document: Document) -> Iterator[Trouble]:
    """An empty name is a fault only where the agent is one that must be there; real packagers write empty editors."""
    names = node.child("name")
    if not names:
        yield fault(expected="name", reason="missing")
    elif not names[0].text.strip() and _is_required(node):
        yield fault("<name/>", "name", reason="empty")


def _is_required(node: Node) -> bool:
    return (node.get("ROLE"), node.get("TYPE")) in (("ARCHIVIST", "ORGANIZATION"), ("CREATOR", "ORGANIZATION"))


@requirement("FGS12-AGENT-NOTE", on="agent/end")
def an_organisation_code_has_its_prefix(node: Node, document: Document) -> Iterator[Trouble]:
    if node.get("TYPE") != "ORGANIZATION":
        return
    for note in node.child("note"):
        if note.text.strip() and not CODE.fullmatch(note.text):
            yield fault(note.text.strip(), "ORG:2120001234", at=document.place(note))


def _agents(node: Node, role: str, kind: str, othertype: str = "") -> list[Node]:
    return [
        agent
        for agent in node.child("agent")
        if agent.get("ROLE") == role
        and agent.get("TYPE") == kind
        and (not othertype or agent.get("OTHERTYPE") == othertype)
    ]


@requirement("FGS12-ARCHIVIST", on="metsHdr/end")
def the_records_creator_is_named(node: Node, document: Document) -> Iterator[Trouble]:
    found = _agents(node, "ARCHIVIST", "ORGANIZATION")
    if not found:
        yield fault(expected='agent ROLE="ARCHIVIST" TYPE="ORGANIZATION"', reason="missing")
    for agent in found:
        if not any(note.text.strip() for note in agent.child("note")):
            yield fault(expected="note (ORG:2120001234)", at=document.place(agent), reason="note")


@requirement("FGS12-CREATOR", on="metsHdr/end")
def the_delivering_organisation_is_named(node: Node, document: Document) -> Iterator[Trouble]:
    if not _agents(node, "CREATOR", "ORGANIZATION"):
        yield fault(expected='agent ROLE="CREATOR" TYPE="ORGANIZATION"')


@requirement("FGS12-SYSTEM", on="metsHdr/end")
def the_source_system_is_named(node: Node, document: Document) -> Iterator[Trouble]:
    if not _agents(node, "ARCHIVIST", "OTHER", "SOFTWARE"):
        yield fault(expected='agent ROLE="ARCHIVIST" TYPE="OTHER" OTHERTYPE="SOFTWARE"')


attribute("FGS12-ALTRECORDID-TYPE", "altRecordID", "TYPE", form=one_of(RECORD_IDS), expected=", ".join(RECORD_IDS))


@requirement("FGS12-AGREEMENT", on="metsHdr/end")
def the_submission_agreement_is_named_once(node: Node, document: Document) -> Iterator[Trouble]:
    found = [each for each in node.child("altRecordID") if each.get("TYPE") == "SUBMISSIONAGREEMENT"]
    if not found:
        yield fault(expected='altRecordID TYPE="SUBMISSIONAGREEMENT"', reason="missing")
    elif len(found) > 1:
        yield fault(len(found), 1, at=document.place(found[1]), reason="several")
    elif not found[0].text.strip():
        yield fault("", "KS 2024-0001; 2024-01-15", at=document.place(found[0]), reason="empty")


attribute("FGS12-FILE-MIMETYPE", "file", "MIMETYPE", expected="application/pdf")
attribute("FGS12-FILE-SIZE", "file", "SIZE", form=grammar.is_size, expected="0, 1, 2, …")
attribute("FGS12-FILE-CREATED", "file", "CREATED", form=grammar.is_datetime, expected="YYYY-MM-DDThh:mm:ss")
REGISTRIES = ("PRONOM", "GDFR", "UDFR", "OTHER")
optional("FGS12-FORMATREGISTRY", "file", EXT + "FORMATREGISTRY", one_of(REGISTRIES), ", ".join(REGISTRIES))
TYPES_OF_SUM = ("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512")
optional("FGS12-CHECKSUMTYPE", "file", "CHECKSUMTYPE", one_of(TYPES_OF_SUM), ", ".join(TYPES_OF_SUM))


@requirement("FGS12-CHECKSUM-MISSING", on="file")
def a_file_ought_to_have_a_checksum(entry: FileEntry, document: Document) -> Iterator[Trouble]:
    """Optional in the schema; without it nobody can tell whether the file came through unharmed."""
    for name in ("CHECKSUM", "CHECKSUMTYPE"):
        if not entry.get(name).strip():
            yield fault(expected=name)
            return


@requirement("FGS12-FLOCAT", on="file")
def a_file_has_exactly_one_location(entry: FileEntry, document: Document) -> Iterator[Trouble]:
    if len(entry.locations) != 1:
        yield fault(len(entry.locations), 1)


@requirement("FGS12-HREF", on="file")
def a_location_says_where(entry: FileEntry, document: Document) -> Iterator[Trouble]:
    for location in entry.locations:
        if not location.get(HREF, "").strip():
            yield fault(None if HREF not in location else 'href=""', "xlink:href", reason="missing")


LOCTYPES = ("URN", "URL", "HANDLE", "OTHER")
claim("FGS12-LOCTYPE", "file", "LOCTYPE")


@requirement("FGS12-LOCTYPE", on="file")
def a_location_has_a_type(entry: FileEntry, document: Document) -> Iterator[Trouble]:
    for location in entry.locations:
        if location.get("LOCTYPE", "") not in LOCTYPES:
            yield fault(location.get("LOCTYPE"), ", ".join(LOCTYPES))


OTHER_MD = ("ADDML", "BAGIT", "EAC-F", "EAG", "METS", "COMMENT", "SIARD")
for _kind in ("mdRef", "mdWrap"):
    optional("FGS12-OTHERMDTYPE", _kind, "OTHERMDTYPE", one_of(OTHER_MD), ", ".join(OTHER_MD))
attribute("FGS12-AMDSEC-ID", "amdSec", "ID")
attribute("FGS12-FPTR-FILEID", "fptr", "FILEID")


@requirement("FGS12-STRUCTMAP", on="mets/end")
def there_is_a_structmap_with_a_div(node: Node, document: Document) -> Iterator[Trouble]:
    if not any(structmap.counts.get("div") for structmap in document.structmaps):
        yield fault(expected="structMap/div")
