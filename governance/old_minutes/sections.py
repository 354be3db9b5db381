"""§§ with their decisions, registry number, summary, comments and addressees; and the signatures at the end."""

import re

from django.utils.translation import gettext as _

from governance.old_minutes.municipalities import Register
from governance.old_minutes.proposal import Proposal, ProposedDecision, ProposedParagraph
from governance.old_minutes.source import Line

PARAGRAPH = re.compile(r"§\s*(\d{1,4})\.?\s+(\S.*)")
_REGISTRY = re.compile(r"(?:diarienummer|dnr|diarienr)\s*\.?\s*:?\s*(\S.*)", re.IGNORECASE)
_BLOCKS = {
    "beslut": "decisions",
    "styrgruppens beslut": "decisions",
    "direktionens beslut": "decisions",
    "sammanfattning": "summary",
    "sammanfattning av ärendet": "summary",
    "ärendet": "summary",
    "bakgrund": "summary",
    "beslutsunderlag": "basis",
    "expedieras till": "dispatch_to",
    "beslutet skickas till": "dispatch_to",
    "styrgruppens kommentar": "comment",
    "kommentar": "comment",
}
_ROLES = {"sekreterare": "secretary", "ordförande": "chair", "justerare": "adjuster", "justeras": "adjuster"}
_KINDS = [
    (r"\bavslutar\b.*plan|\bplanen avslutas", "closes_plan"),
    (r"\btar\b.*\btill\b.*protokoll|\btill protokollet\b|\btar del av\b", "noted"),
    (r"\butse(s|r)\b|\bvälj(s|er)\b", "chooses"),
    (r"\båterremitter", "refers_back"),
    (r"\bbordlägg", "tables"),
    (r"\bavslår?\b", "rejects"),
    (r"\bgodkänn", "approves"),
    (r"\bfastställ|\bantar\b|\bantas\b", "adopts"),
    (r"\bi uppdrag\b|\buppdrar\b", "assigns"),
    (r"\bpunkten\b.*\butgår\b", "withdraws"),
]
_BY_ITSELF = ("chooses", "withdraws", "refers_back", "tables")
"""Kinds that are decisions also where no heading says Beslut."""


def kind_of(text: str) -> str:
    return next((kind for words, kind in _KINDS if re.search(words, text.lower())), "decides")


def read_paragraphs(lines: list[Line], proposal: Proposal) -> list[Line]:
    """Fills `paragraphs`; the answer is what comes after the last of them, the signatures."""
    current: ProposedParagraph | None = None
    block = "summary"
    for place, line in enumerate(lines):
        if found := PARAGRAPH.match(line.text):
            current, block = ProposedParagraph(int(found[1]), found[2].strip()[:200], line=line.number), "summary"
            _note_number(current, proposal)
            proposal.paragraphs.append(current)
        elif current is None:
            continue
        elif line.text.strip(" :").casefold() in _ROLES and _are_signatures(lines[place:]):
            return lines[place:]
        elif found := _REGISTRY.fullmatch(line.text):
            current.registry_number = found[1][:40]
        elif name := _BLOCKS.get(line.text.strip(" :*").casefold()):
            block = name
        else:
            _add(current, block, line.text)
    return []


def _add(paragraph: ProposedParagraph, block: str, text: str) -> None:
    if block == "decisions":
        paragraph.decisions.append(ProposedDecision(kind_of(text), text))
        return
    if block == "summary" and (kind := kind_of(text)) in _BY_ITSELF and len(text) < 300:
        paragraph.decisions.append(ProposedDecision(kind, text))
        return
    before = getattr(paragraph, block)
    apart = "\n" if block == "dispatch_to" or text.startswith(("- ", "– ", "• ")) else "\n\n"
    setattr(paragraph, block, f"{before}{apart}{text}" if before else text)


def _note_number(paragraph: ProposedParagraph, proposal: Proposal) -> None:
    if any(each.number == paragraph.number for each in proposal.paragraphs):
        proposal.doubt(
            "PARAGRAPH_TWICE",
            "choose",
            _("§ %(number)s finns två gånger. Ändra numret på den ena.") % {"number": paragraph.number},
            paragraph.line,
        )


def _are_signatures(rest: list[Line]) -> bool:
    """Only role headings with short lines between them: names, functions, municipalities."""
    return len(rest) <= 24 and all(len(line.text) <= 120 and not PARAGRAPH.match(line.text) for line in rest)


def read_signatures(lines: list[Line], names: dict[str, int], register: Register, proposal: Proposal) -> None:
    """Who signed, by function; the name only helps to find the person in the attendance list."""
    role = ""
    for line in lines:
        word = line.text.strip(" :").casefold()
        if word in _ROLES:
            role = _ROLES[word]
            proposal.signatures.append((role, ""))
        elif role and line.text in names:
            person = proposal.people[names[line.text]]
            person.is_chair |= role == "chair"
            person.is_secretary |= role == "secretary"
            person.is_adjuster |= role == "adjuster"
        elif role and not proposal.signatures[-1][1]:
            found = register.within(line.text)
            function = line.text.rpartition(",")[0] if found and "," in line.text else line.text
            proposal.signatures[-1] = (role, ", ".join(filter(None, (function, found.official_name if found else ""))))
    _adjusters_by_decision(names, proposal)


def _adjusters_by_decision(names: dict[str, int], proposal: Proposal) -> None:
    for paragraph in proposal.paragraphs:
        for decision in paragraph.decisions:
            if decision.kind == "chooses" and "juster" in decision.text.lower():
                for name, place in names.items():
                    proposal.people[place].is_adjuster |= bool(name) and name in decision.text
