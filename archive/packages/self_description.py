"""What a package says of itself, and whether that is what the agreement expects."""

from dataclasses import replace

from archive.packages.mets import CSIP, EXT, Document, Node
from archive.packages.profile import Expectation
from archive.packages.report import Agent, Facts, Place
from archive.packages.rulebook import Rulebook


def from_mets(facts: Facts, document: Document) -> Facts:
    """The facts so far and what the root METS adds to them."""
    root, header = document.root, document.header
    if root is None:
        return facts
    agents = tuple(_agent(node) for node in (header.child("agent") if header is not None else ()))
    agreements = tuple(
        node.text.strip()
        for node in (header.child("altRecordID") if header is not None else ())
        if node.get("TYPE") == "SUBMISSIONAGREEMENT" and node.text.strip()
    )
    said = header.get if header is not None else (lambda _: "")
    return replace(
        facts,
        mets=document.path,
        objid=root.get("OBJID").strip(),
        label=root.get("LABEL"),
        type=root.get("TYPE"),
        mets_profile=root.get("PROFILE"),
        created=said("CREATEDATE"),
        record_status=said("RECORDSTATUS"),
        oais_status=said(EXT + "OAISSTATUS") or said(CSIP + "OAISPACKAGETYPE"),
        content_specification=root.get(CSIP + "CONTENTINFORMATIONTYPE") or root.get(EXT + "CONTENTTYPESPECIFICATION"),
        agreements=agreements,
        agents=agents,
        codes=tuple(dict.fromkeys(code for agent in agents for code in agent.codes)),
    )


def compare(book: Rulebook, facts: Facts, expect: Expectation, place: Place) -> None:
    """The agreement and the owner named, against those expected."""
    if expect.agreements:
        wanted = {_compact(number) for number in expect.agreements}
        named = {_compact(part) for text in facts.agreements for part in (text, *text.split(";"))}
        if not wanted & named:
            found = "; ".join(facts.agreements) or None
            book.add("SK-AGREEMENT", place, found, ", ".join(expect.agreements))
    if expect.codes:
        wanted = {_code(code) for code in expect.codes}
        if not wanted & {_code(code) for code in facts.codes}:
            book.add("SK-OWNER", place, ", ".join(facts.codes) or None, ", ".join(expect.codes))


def _agent(node: Node) -> Agent:
    notes = [note.text.strip() for note in node.child("note") if note.text.strip()]
    name = next((child.text.strip() for child in node.child("name")), "")
    software = node.get("OTHERTYPE") == "SOFTWARE"
    return Agent(
        role=node.get("ROLE"),
        type=node.get("TYPE"),
        name=name,
        othertype=node.get("OTHERTYPE"),
        otherrole=node.get("OTHERROLE"),
        codes=() if software else tuple(notes),
    )


def _compact(text: str) -> str:
    return "".join(text.split()).casefold()


def _code(text: str) -> str:
    """ "ORG:212000-2239", "2120002239" and "org: 212000 2239" name the same organisation."""
    value = text.rpartition(":")[2] if text[:5].upper().startswith(("ORG:", "VAT:", "DUNS:")) else text
    return "".join(character for character in value if character.isalnum()).casefold()
