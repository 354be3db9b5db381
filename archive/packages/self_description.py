"""What a package says of itself, and whether that is what the agreement expects."""

from dataclasses import replace
from itertools import islice

from archive.packages.mets import CSIP, EXT, Document, Node
from archive.packages.profile import Expectation
from archive.packages.report import Agent, Facts, Place
from archive.packages.rulebook import Rulebook
from archive.packages.rules.delivery_note import Note

_LONGEST, _MOST, _MOST_CODES = 1000, 100, 10


def from_mets(facts: Facts, document: Document) -> Facts:
    """The facts so far and what the root METS adds to them."""
    root, header = document.root, document.header
    if root is None:
        return facts
    agents = tuple(_agent(node) for node in (header.child("agent")[:_MOST] if header is not None else ()))
    agreements = (
        _cut(node.text)
        for node in (header.child("altRecordID") if header is not None else ())
        if node.get("TYPE") == "SUBMISSIONAGREEMENT" and node.text.strip()
    )
    said = header.get if header is not None else (lambda _: "")
    return replace(
        facts,
        mets=document.path,
        objid=_cut(root.get("OBJID")),
        label=_cut(root.get("LABEL")),
        type=_cut(root.get("TYPE")),
        mets_profile=_cut(root.get("PROFILE")),
        created=_cut(said("CREATEDATE")),
        record_status=_cut(said("RECORDSTATUS")),
        oais_status=_cut(said(EXT + "OAISSTATUS") or said(CSIP + "OAISPACKAGETYPE")),
        content_specification=_cut(
            root.get(CSIP + "CONTENTINFORMATIONTYPE") or root.get(EXT + "CONTENTTYPESPECIFICATION")
        ),
        agreements=tuple(islice(agreements, _MOST)),
        agents=agents,
        codes=tuple(dict.fromkeys(code for agent in agents for code in agent.codes)),
    )


def from_note(facts: Facts, note: Note) -> Facts:
    """The same of a delivery note."""
    return replace(
        facts,
        mets=note.path,
        label=_cut(note.label),
        agreements=tuple(map(_cut, note.agreements)),
        codes=tuple(map(_cut, note.codes)),
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
    notes = [_cut(note.text) for note in node.child("note") if note.text.strip()]
    name = next((_cut(child.text) for child in node.child("name")), "")
    software = node.get("OTHERTYPE") == "SOFTWARE"
    return Agent(
        role=_cut(node.get("ROLE")),
        type=_cut(node.get("TYPE")),
        name=name,
        othertype=_cut(node.get("OTHERTYPE")),
        otherrole=_cut(node.get("OTHERROLE")),
        codes=() if software else tuple(notes[:_MOST_CODES]),
    )


def _cut(text: str) -> str:
    """A report is bounded, whatever a package says of itself."""
    return text.strip()[:_LONGEST]


def _compact(text: str) -> str:
    return "".join(text.split()).casefold()


def _code(text: str) -> str:
    """ "ORG:212000-2239", "2120002239" and "org: 212000 2239" name the same organisation."""
    value = text.rpartition(":")[2] if text[:5].upper().startswith(("ORG:", "VAT:", "DUNS:")) else text
    return "".join(character for character in value if character.isalnum()).casefold()
