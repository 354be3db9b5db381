"""The whole reading, from a file's bytes to a proposal."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.old_minutes import attendance, furniture, heading, municipalities, oddities, sections, sentences, tables
from governance.old_minutes import source as sources
from governance.old_minutes.proposal import KnownMunicipality, Proposal


def read(content: bytes, *, known: Iterable[KnownMunicipality], members: Iterable[str] = ()) -> Proposal:
    """`known` is the register of municipalities, `members` the codes of those with a seat at the time.

    Raises Unreadable when there is nothing to read. Everything else ends in a proposal, however poor.
    """
    proposal = Proposal()
    register = municipalities.Register(known)
    seats = set(members)
    kept, removed = furniture.without_furniture(sources.lines(content))
    if removed:
        proposal.doubt(
            "FURNITURE_REMOVED",
            "note",
            ngettext(
                "%(n)s rad av sidhuvud eller sidfot är borttagen.",
                "%(n)s rader av sidhuvud eller sidfot är borttagna.",
                len(removed),
            )
            % {"n": len(removed)},
            removed[0].number,
            removed[0].text.strip()[:60],
        )
    lines = sentences.paragraphs(kept, removed, proposal)
    first = next((at for at, line in enumerate(lines) if sections.PARAGRAPH.match(line.text)), len(lines))
    heading.read_heading(lines[: min(first, 12)], proposal)
    names = attendance.read_attendance(lines[:first], register, seats, proposal)
    rest = sections.read_paragraphs(lines[first:], proposal)
    sections.read_signatures(rest, names, register, proposal)
    tables.read_agenda(lines, proposal)
    tables.read_costs(lines, register, proposal)
    tables.read_budget(lines, proposal)
    oddities.read_groups(lines, register, seats, proposal)
    oddities.look(lines, proposal)
    municipalities.look_for_misspelt(lines, kept, register, proposal)
    if not proposal.paragraphs and not proposal.agenda:
        proposal.doubt(
            "NOTHING_FOUND", "choose", _("Inga paragrafer och ingen dagordning hittades. Skriv in dem själv.")
        )
    proposal.doubts.sort(key=lambda doubt: ("choose", "check", "note").index(doubt.weight))
    return proposal
