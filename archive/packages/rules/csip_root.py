"""E-ARK CSIP, the root element and the header: what the package is, when and with what it was made (CSIP1–16, 117)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from archive.packages import grammar
from archive.packages.mets import CSIP, Document, Node
from archive.packages.report import Severity
from archive.packages.rules import Trouble, attribute, fault, requirement
from archive.packages.rules.vocabularies import (
    CONTENT_CATEGORIES,
    CONTENT_TYPES,
    PACKAGE_TYPES,
    is_content_category,
)


def folder_name(document: Document) -> str:
    """The name of the folder that holds the METS document: the package's own, or the representation's."""
    if "/" in document.path:
        return document.path.split("/")[-2]
    tree = document.notes["package"]
    if tree.root:
        return str(tree.root).rstrip("/")
    return tree.path.name if tree.kind == "folder" else ""


@requirement("CSIP1", on="mets")
def the_package_is_identified(node: Node, document: Document) -> Iterator[Trouble]:
    if not node.get("OBJID").strip():
        reason = "empty" if "OBJID" in node.attributes else "missing"
        yield fault('OBJID=""' if reason == "empty" else None, "OBJID", reason=reason)
        return
    name = folder_name(document)
    if name and node.get("OBJID") != name:
        yield fault(node.get("OBJID"), name, reason="folder", severity=Severity.WARNING)


@requirement("CSIP2", on="mets")
def the_content_category_is_known(node: Node, document: Document) -> Iterator[Trouble]:
    category = node.get("TYPE")
    if not category.strip():
        yield fault(expected="TYPE", reason="missing")
    elif not is_content_category(category):
        yield fault(f'TYPE="{category}"', ", ".join(sorted(CONTENT_CATEGORIES)), reason="value")
    elif category.upper() == "OTHER" and not node.get(CSIP + "OTHERTYPE").strip():
        yield fault(expected="csip:OTHERTYPE", reason="other")


@requirement("CSIP3", on="mets")
def another_category_is_named_and_only_then(node: Node, document: Document) -> Iterator[Trouble]:
    category, other = node.get("TYPE"), node.get(CSIP + "OTHERTYPE")
    if category.upper() == "OTHER":
        if not other.strip():
            yield fault(expected="csip:OTHERTYPE", reason="missing")
        elif other.upper() != "OTHER" and is_content_category(other):
            yield fault(f'csip:OTHERTYPE="{other}"', f'TYPE="{other}"', reason="listed", severity=Severity.ERROR)
    elif CSIP + "OTHERTYPE" in node.attributes:
        yield fault(f'TYPE="{category}"', 'TYPE="OTHER"', reason="not-other", severity=Severity.ERROR)


@requirement("CSIP4", on="mets")
def the_content_type_is_known(node: Node, document: Document) -> Iterator[Trouble]:
    written = node.attributes.get(CSIP + "CONTENTINFORMATIONTYPE")
    if written is None:
        severity = None if document.is_root else Severity.ERROR
        yield fault(expected="csip:CONTENTINFORMATIONTYPE", reason="missing", severity=severity)
    elif written not in CONTENT_TYPES:
        yield fault(written, ", ".join(CONTENT_TYPES), reason="value", severity=Severity.ERROR)
    elif written == "OTHER" and not node.get(CSIP + "OTHERCONTENTINFORMATIONTYPE").strip():
        wanted = "csip:OTHERCONTENTINFORMATIONTYPE"
        yield fault(expected=wanted, reason="other", severity=Severity.ERROR)


@requirement("CSIP5", on="mets")
def another_content_type_is_named(node: Node, document: Document) -> Iterator[Trouble]:
    other = CSIP + "OTHERCONTENTINFORMATIONTYPE"
    if node.get(CSIP + "CONTENTINFORMATIONTYPE") == "OTHER":
        if not node.get(other).strip():
            yield fault(expected="csip:OTHERCONTENTINFORMATIONTYPE", reason="missing", severity=Severity.ERROR)
        elif node.get(other) in CONTENT_TYPES and node.get(other) != "OTHER":
            wanted = f'csip:CONTENTINFORMATIONTYPE="{node.get(other)}"'
            yield fault(node.get(other), wanted, reason="listed", severity=Severity.ERROR)
    elif other in node.attributes:
        yield fault(node.get(other), 'csip:CONTENTINFORMATIONTYPE="OTHER"', reason="not-other", severity=Severity.ERROR)


attribute("CSIP6", "mets", "PROFILE", form=grammar.is_url, expected="https://earkcsip.dilcis.eu/profile/E-ARK-CSIP.xml")


@requirement("CSIP117", on="mets/end")
def there_is_one_header(node: Node, document: Document) -> Iterator[Trouble]:
    count = node.counts.get("metsHdr", 0)
    if count != 1:
        yield fault(count or None, "metsHdr", reason="several" if count else "missing")


attribute("CSIP7", "metsHdr", "CREATEDATE", form=grammar.is_datetime, expected="YYYY-MM-DDThh:mm:ss")


@requirement("CSIP7", on="metsHdr")
def the_package_is_not_made_tomorrow(node: Node, document: Document) -> Iterator[Trouble]:
    """A clock that runs wrong is worth a word and no refusal."""
    made, latest = node.get("CREATEDATE").strip(), _latest_day()
    if grammar.is_datetime(made) and made[:10] > latest:
        yield fault(made, latest, reason="future", severity=Severity.WARNING)


def _latest_day() -> str:
    """Times are written as the clock stood where the package was made, and somewhere it is tomorrow already."""
    return (datetime.now(UTC) + timedelta(days=1)).date().isoformat()


@requirement("CSIP8", on="metsHdr")
def the_last_change_is_dated(node: Node, document: Document) -> Iterator[Trouble]:
    changed = node.attributes.get("LASTMODDATE")
    if changed is None:
        yield fault(expected="LASTMODDATE", reason="missing")
    elif not grammar.is_datetime(changed.strip()):
        yield fault(changed, "YYYY-MM-DDThh:mm:ss", reason="value", severity=Severity.ERROR)
    elif changed.strip()[:10] > (latest := _latest_day()):
        yield fault(changed, latest, reason="future", severity=Severity.ERROR)


attribute(
    "CSIP9",
    "metsHdr",
    CSIP + "OAISPACKAGETYPE",
    form=PACKAGE_TYPES.__contains__,
    expected=", ".join(PACKAGE_TYPES),
)


@requirement("CSIP10", on="metsHdr/end")
def there_is_an_agent(node: Node, document: Document) -> Iterator[Trouble]:
    if not node.counts.get("agent"):
        yield fault(expected="agent")


_SOFTWARE = (("ROLE", "CREATOR"), ("TYPE", "OTHER"), ("OTHERTYPE", "SOFTWARE"))


def software_agent(node: Node) -> Node | None:
    """The agent that comes nearest to naming the software that made the package."""
    agents = node.child("agent")
    likeness = [sum(agent.get(name) == value for name, value in _SOFTWARE) for agent in agents]
    return agents[likeness.index(max(likeness))] if agents else None


def _software_attribute(rule: str, name: str, value: str) -> None:
    @requirement(rule, on="metsHdr/end")
    def judge(node: Node, document: Document) -> Iterator[Trouble]:
        agent = software_agent(node)
        if agent is None or agent.get(name) == value:
            return
        if any(each.get("OTHERTYPE") == "SOFTWARE" or each.get("TYPE") == "OTHER" for each in node.child("agent")):
            yield fault(agent.attributes.get(name), f'{name}="{value}"', at=document.place(agent), reason="value")
        else:
            yield fault(None, f'agent {name}="{value}"', reason="missing")


for _rule, (_name, _value) in zip(("CSIP11", "CSIP12", "CSIP13"), _SOFTWARE, strict=True):
    _software_attribute(_rule, _name, _value)


@requirement("CSIP14", on="metsHdr/end")
def the_software_has_a_name(node: Node, document: Document) -> Iterator[Trouble]:
    agent = software_agent(node)
    if agent is not None and not any(name.text.strip() for name in agent.child("name")):
        yield fault("<name/>" if agent.child("name") else None, "name", at=document.place(agent))


@requirement("CSIP15", on="metsHdr/end")
def the_software_has_a_version(node: Node, document: Document) -> Iterator[Trouble]:
    agent = software_agent(node)
    if agent is not None and not any(note.text.strip() for note in agent.child("note")):
        yield fault("<note/>" if agent.child("note") else None, "note", at=document.place(agent))


@requirement("CSIP16", on="metsHdr/end")
def the_version_says_that_it_is_one(node: Node, document: Document) -> Iterator[Trouble]:
    agent = software_agent(node)
    notes = agent.child("note") if agent is not None else []
    if notes and not any(note.get(CSIP + "NOTETYPE") == "SOFTWARE VERSION" for note in notes):
        found = notes[0].attributes.get(CSIP + "NOTETYPE")
        yield fault(found, 'csip:NOTETYPE="SOFTWARE VERSION"', at=document.place(notes[0]))
