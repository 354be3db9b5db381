"""Närvarande and Frånvarande: lists in running text, with the brackets and commas that people forget."""

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from governance.old_minutes.municipalities import Register
from governance.old_minutes.proposal import Person, Proposal
from governance.old_minutes.source import Line

_LIST = re.compile(
    r"(närvarande(?: ledamöter)?|beslutande|frånvarande|förhinder|övriga(?: närvarande)?|adjungerade?)\s*:\s*(.+)",
    re.IGNORECASE,
)
MANY = 3
_ENTRY = re.compile(r"([^()]*)\(([^()]*)\)")
_CHAIR = re.compile(r"\bordförande\b(?! i kommun)", re.IGNORECASE)
_SECRETARY = re.compile(r"\bsekreterare\b", re.IGNORECASE)


def read_attendance(head: Iterable[Line], register: Register, members: set[str], proposal: Proposal) -> dict[str, int]:
    """Fills `people`. The answer is each name's place among them, needed to find who adjusts, and is then forgotten."""
    names: dict[str, int] = {}
    lists = 0
    for line in head:
        if not (found := _LIST.match(line.text)):
            continue
        lists += 1
        present = not found[1].lower().startswith(("frånv", "förh"))
        mended, brackets = _balanced(found[2])
        if brackets:
            proposal.doubt(
                "BRACKET_UNBALANCED",
                "check",
                _("En parentes saknar sin andra halva. Läs igenom personen före den."),
                line.number,
                brackets,
            )
        for entry in _ENTRY.finditer(mended):
            names[entry[1].strip(" ,.\n")] = len(proposal.people)
            proposal.people.append(_person(entry[2], register, present))
    if lists and members:
        _look_for_vacant(register, members, proposal)
    return names


def _balanced(text: str) -> tuple[str, str]:
    """The list with every bracket in its place, and the first place where one was lacking."""
    made, lacking, start, depth = "", "", 0, 0
    for sign in text:
        if sign == ")" and depth == 0:  # "Namn, kanslichef, Ludvika kommun)"
            entry = made[start:].lstrip(" ,")
            name, _comma, rest = entry.partition(",")
            made = f"{made[: len(made) - len(entry)]}{name} ({rest.strip()}"
            lacking, depth = lacking or f"{entry})", 1
        elif sign == "(" and depth == 1:  # "(kanslichef, Ludvika kommun, Namn ("
            entry = made[start:]
            cut = entry.rfind(",")
            made = f"{made[: start + cut]}),{made[start + cut + 1 :]}"
            lacking, depth = lacking or entry.strip(), 0
        depth += {"(": 1, ")": -1}.get(sign, 0)
        made += sign
        if sign == ")":
            start = len(made)
    if depth:
        made, lacking = made + ")", lacking or made[start:].strip()
    return made, lacking[:80]


def _person(said: str, register: Register, present: bool) -> Person:
    parts = [part.strip() for part in said.split(",")]
    found = register.within(said)
    kept = [part for part in parts if not _CHAIR.search(part) and not (found and register.within(part) == found)]
    return Person(
        function=", ".join(kept) or parts[0],
        code=found.code if found else "",
        organisation=found.official_name if found else "",
        present=present,
        is_chair=_CHAIR.search(said) is not None,
        is_secretary=_SECRETARY.search(said) is not None,
    )


def _look_for_vacant(register: Register, members: set[str], proposal: Proposal) -> None:
    listed = {person.code for person in proposal.people}
    proposal.vacant = sorted(members - listed)
    names = [register.name(code) for code in proposal.vacant]
    if len(names) > MANY:
        names = [", ".join(names)]
    for name in names:
        proposal.doubt(
            "SEAT_NOT_LISTED",
            "check",
            _("%(name)s står varken som närvarande eller frånvarande. Platsen läses in som vakant.") % {"name": name},
            found=name,
        )
