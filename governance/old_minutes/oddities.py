"""Small things that a careful reader stops at."""

import re

from django.utils.translation import gettext as _

from governance.old_minutes.heading import MONTHS
from governance.old_minutes.municipalities import Register
from governance.old_minutes.proposal import Group, Proposal
from governance.old_minutes.source import Line

_DONE = re.compile(r"\b(klart? idag|(är|blev) klart?|avslutad\w*|avslutat|färdig\w*)\b", re.IGNORECASE)
_ONGOING = re.compile(r"\b(pågår|pågående)\b", re.IGNORECASE)
_COMING = re.compile(r"\b(kommande|planerade)\b", re.IGNORECASE)
_UNSPECIFIED = re.compile(r"\((flera|vissa|några|olika) kommuner", re.IGNORECASE)
_MONTH = re.compile(rf"\bi ({MONTHS})\b(?!\s+\d{{4}})", re.IGNORECASE)
_DATED = re.compile(r"[-–•]\s+\d{1,2}/\d{1,2}\b")
_MISTAKEN = [(re.compile(r"\banställa (gamla |äldre )?(IT-?)?system\b", re.IGNORECASE), "anställa", "avställa")]
_PERSON = re.compile(r"\(?\s*[A-ZÅÄÖ][\wåäöéÅÄÖ-]+( [A-ZÅÄÖ][\wåäöéÅÄÖ-]+)+,\s*(.+?)\)?")


def look(lines: list[Line], proposal: Proposal) -> None:
    ongoing = False
    for line in lines:
        text = line.text.strip()
        if _ONGOING.search(text) and text.endswith(":"):
            ongoing = True
        elif text.startswith("§") or _COMING.search(text):
            ongoing = False
        elif ongoing and (found := _DONE.search(text)):
            proposal.doubt(
                "STATUS_CONTRADICTS",
                "check",
                _("Står bland det som pågår, men texten säger att det är klart. Datumen avgör, inte rubriken."),
                line.number,
                found[0],
            )
        _words(text, line.number, proposal)


def _words(text: str, number: int, proposal: Proposal) -> None:
    if found := _UNSPECIFIED.search(text):
        told = _("Det står inte vilka kommuner som avses. Ange dem om det går.")
        proposal.doubt("MUNICIPALITIES_UNSPECIFIED", "check", told, number, found[0].strip("("))
    if _DATED.match(text) and (found := _MONTH.search(text)):
        told = _("Tidsgränsen anger bara månad. Den sparas med månadens noggrannhet, ingen dag hittas på.")
        proposal.doubt("MONTH_ONLY", "note", told, number, found[0])
    for pattern, wrong, right in _MISTAKEN:
        if found := pattern.search(text):
            told = _("”%(found)s” ska troligen vara ”%(right)s”. Källan behålls som den är.")
            meant = re.sub(wrong, right, found[0], flags=re.IGNORECASE)
            proposal.doubt(
                "WORD_DOUBTFUL", "check", told % {"found": found[0], "right": meant}, number, found[0], meant
            )
    if text.lstrip("-–• ") == "?":
        proposal.doubt("PLACEHOLDER", "note", _("Bara ett frågetecken: läses som tomt."), number, "?")
    elif re.fullmatch(r"\*\s?[^*]+", text):
        told = _("En fotnot som inget hänvisar till. Behålls som kommentar.")
        proposal.doubt("NOTE_LOOSE", "check", told, number, text[:60])
    elif "?!" in text:
        told = _("En anmärkning i kanten. Behålls som kommentar.")
        proposal.doubt("NOTE_LOOSE", "check", told, number, text[:60])


def read_groups(lines: list[Line], register: Register, members: set[str], proposal: Proposal) -> None:
    """Lists of participants under a heading in capitals: who is in, who is in brackets, who is missing."""
    group: Group | None = None
    for line in lines:
        text = line.text.strip()
        if re.fullmatch(r"[A-ZÅÄÖ -]{6,}(GRUPP|NÄTVERK|DELTAGARE)|(STYR|PROJEKT|ARBETS)GRUPP", text):
            group = Group(text.capitalize())
            proposal.groups.append(group)
        elif group and (found := _PERSON.fullmatch(text)) and (municipality := register.within(found[2].strip("* "))):
            group.seats += 1
            group.codes.append(municipality.code)
            if text.startswith("("):
                group.tentative.append(municipality.code)
                told = _("%(name)s står inom parentes och läses in som preliminär plats.") % {"name": municipality.name}
                proposal.doubt("SEAT_TENTATIVE", "check", told, line.number, municipality.name)
        elif group and group.seats:
            group = None
    everyone = set(proposal.costs.codes) if proposal.costs else members
    for each in proposal.groups:
        each.missing = sorted(everyone - set(each.codes))
        if each.missing:
            proposal.doubt(
                "COVERAGE",
                "note",
                _("%(group)s: %(here)s av %(all)s kommuner. Saknas: %(missing)s.")
                % {
                    "group": each.title,
                    "here": len(everyone & set(each.codes)),
                    "all": len(everyone),
                    "missing": ", ".join(sorted(map(register.name, each.missing))),
                },
                found=each.title,
            )
