"""E-ARK SIP: what a delivery adds to CSIP, mostly who delivers and under which agreement (SIP1–35)."""

from collections.abc import Iterator

from archive.packages import grammar
from archive.packages.mets import CSIP, SIP, Document, Node
from archive.packages.report import Severity
from archive.packages.rules import Trouble, fault, requirement
from archive.packages.rules.csip_files import _may_have
from archive.packages.rules.vocabularies import RECORD_STATUSES


@requirement("SIP1", on="mets")
def the_package_may_have_a_title(node: Node, document: Document) -> Iterator[Trouble]:
    if document.is_root and not node.get("LABEL").strip():
        yield fault(node.attributes.get("LABEL"), "LABEL")


@requirement("SIP2", on="mets")
def the_profile_is_the_sip_profile(node: Node, document: Document) -> Iterator[Trouble]:
    allowed = document.notes["profile"].settings["profiles"]
    if document.is_root and node.get("PROFILE") not in allowed:
        found = node.attributes.get("PROFILE")
        yield fault(found, allowed[0], reason="missing" if found is None else "value")


@requirement("SIP3", on="metsHdr")
def the_status_may_be_given(node: Node, document: Document) -> Iterator[Trouble]:
    status = node.attributes.get("RECORDSTATUS")
    if not document.is_root:
        return
    if status is None:
        yield fault(expected=", ".join(RECORD_STATUSES), reason="missing")
    elif status not in RECORD_STATUSES:
        yield fault(f'RECORDSTATUS="{status}"', ", ".join(RECORD_STATUSES), reason="value", severity=Severity.ERROR)


@requirement("SIP4", on="metsHdr")
def the_package_is_a_sip(node: Node, document: Document) -> Iterator[Trouble]:
    written = node.attributes.get(CSIP + "OAISPACKAGETYPE")
    if document.is_root and written != "SIP":
        yield fault(written, 'csip:OAISPACKAGETYPE="SIP"', reason="missing" if written is None else "value")


def _record_id(rule: str, kind: str, *, once: bool) -> None:
    @requirement(rule, on="metsHdr/end")
    def judge(node: Node, document: Document) -> Iterator[Trouble]:
        if not document.is_root:
            return
        found = [each for each in node.child("altRecordID") if each.get("TYPE") == kind]
        if not found:
            yield fault(expected=f'altRecordID TYPE="{kind}"', reason="missing")
        elif once and len(found) > 1:
            place = document.place(found[1])
            yield fault(len(found), 1, at=place, reason="several", severity=Severity.ERROR)
        for each in found:
            if not each.text.strip():
                yield fault('""', kind, at=document.place(each), reason="empty", severity=Severity.ERROR)


_record_id("SIP5", "SUBMISSIONAGREEMENT", once=True)
_record_id("SIP6", "PREVIOUSSUBMISSIONAGREEMENT", once=False)
_record_id("SIP7", "REFERENCECODE", once=True)
_record_id("SIP8", "PREVIOUSREFERENCECODE", once=False)


_SUBMITTER, _CONTACT = 15, 21


class Part:
    """One of the four agents a delivery can name, and the numbers of its requirements."""

    def __init__(self, name: str, first: int, role: str, types: tuple[str, ...], *, code: bool) -> None:
        self.name, self.first, self.role, self.types, self.code = name, first, role, types, code

    def agents(self, node: Node) -> list[Node]:
        """Those who play this part. A person beside a submitting organisation is its contact, not a submitter."""
        fit = [each for each in node.child("agent") if each.get("ROLE") == self.role and each.get("TYPE") in self.types]
        organisations = [each for each in fit if each.get("TYPE") == "ORGANIZATION"]
        return organisations if self.first == _SUBMITTER and organisations else fit

    def nearly(self, node: Node) -> list[Node]:
        """Agents of this role with a type that the part cannot have: a slip, unless it is software or another part."""
        if self.first == _CONTACT and not SUBMITTER.agents(node):
            return []  # then it is the submitter that is lacking
        taken = (*self.types, "OTHER", "INDIVIDUAL", "ORGANIZATION") if self.first == _CONTACT else self.types
        return [
            each
            for each in node.child("agent")
            if each.get("ROLE") == self.role and each.get("TYPE") not in taken and each.get("OTHERTYPE") != "SOFTWARE"
        ]

    def without_role(self, node: Node) -> list[Node]:
        """Agents that could play the part but for a role that is none."""
        agents = [each for each in node.child("agent") if each.get("TYPE") in self.types]
        return [each for each in agents if each.get("ROLE") not in grammar.ROLES]


ARCHIVIST = Part("archival creator", 9, "ARCHIVIST", ("ORGANIZATION", "INDIVIDUAL"), code=True)
SUBMITTER = Part("submitter", _SUBMITTER, "CREATOR", ("ORGANIZATION", "INDIVIDUAL"), code=True)
CONTACT = Part("contact", _CONTACT, "CREATOR", ("INDIVIDUAL",), code=False)
PRESERVER = Part("preserver", 26, "PRESERVATION", ("ORGANIZATION",), code=True)


def _part(part: Part) -> None:
    _named(part)
    _said_of_each(part)
    if part.code:
        _coded(part)


def _root_agents(part: Part, node: Node, document: Document) -> list[Node]:
    return part.agents(node) if document.is_root else []


def _named(part: Part) -> None:
    """There is such an agent, and one that almost is has its role and its type wrong."""
    types = " | ".join(part.types)

    @requirement(f"SIP{part.first}", on="metsHdr/end")
    def is_named(node: Node, document: Document) -> Iterator[Trouble]:
        if document.is_root and not (part.agents(node) or part.nearly(node) or part.without_role(node)):
            yield fault(expected=f'agent ROLE="{part.role}" TYPE="{types}"')
        found = part.agents(node) if document.is_root and part is not CONTACT else []
        if len(found) > 1:
            place = document.place(found[1])
            yield fault(len(found), 1, at=place, reason="several", severity=Severity.WARNING)

    @requirement(f"SIP{part.first + 1}", on="metsHdr/end")
    def has_its_role(node: Node, document: Document) -> Iterator[Trouble]:
        if not document.is_root or part.agents(node):
            return
        for agent in part.without_role(node):
            yield fault(agent.attributes.get("ROLE"), f'ROLE="{part.role}"', at=document.place(agent))

    @requirement(f"SIP{part.first + 2}", on="metsHdr/end")
    def has_its_type(node: Node, document: Document) -> Iterator[Trouble]:
        if document.is_root and not part.agents(node):
            for agent in part.nearly(node):
                yield fault(agent.attributes.get("TYPE"), f'TYPE="{types}"', at=document.place(agent))


def _said_of_each(part: Part) -> None:
    for number, kind in ((part.first + 3, "name"), (part.first + 4, "note")):
        _has_text(f"SIP{number}", part, kind)


def _has_text(rule: str, part: Part, kind: str) -> None:
    @requirement(rule, on="metsHdr/end")
    def judge(node: Node, document: Document) -> Iterator[Trouble]:
        for agent in _root_agents(part, node, document):
            if not any(child.text.strip() for child in agent.child(kind)):
                yield fault(f"<{kind}/>" if agent.child(kind) else None, kind, at=document.place(agent))


def _coded(part: Part) -> None:
    @requirement(f"SIP{part.first + 5}", on="metsHdr/end")
    def says_that_the_note_is_a_code(node: Node, document: Document) -> Iterator[Trouble]:
        for agent in _root_agents(part, node, document):
            notes = agent.child("note")
            if notes and not any(note.get(CSIP + "NOTETYPE") == "IDENTIFICATIONCODE" for note in notes):
                found = notes[0].attributes.get(CSIP + "NOTETYPE")
                yield fault(found, 'csip:NOTETYPE="IDENTIFICATIONCODE"', at=document.place(notes[0]))


for _each in (ARCHIVIST, SUBMITTER, CONTACT, PRESERVER):
    _part(_each)

_FORMAT = ("FILEFORMATNAME", "FILEFORMATVERSION", "FILEFORMATREGISTRY", "FILEFORMATKEY")
for _number, _name in enumerate(_FORMAT, start=32):
    _may_have(f"SIP{_number}", SIP + _name)
