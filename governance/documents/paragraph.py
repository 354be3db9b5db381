"""A § in words, the same for screen, print and extract: decisions first, as minutes are read."""

import re
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from consortium.formats import day, day_in_text
from governance import minutes as keeping
from governance.models import Attendance, Paragraph
from governance.standing import StandingContent

_POINT = re.compile(r"^\s*[-–•*]\s+")


def told(paragraph: Paragraph) -> dict[str, Any]:
    """Headings and texts of the parts that hold anything, in the order of print."""
    content = keeping.shown(paragraph)
    return {
        "label": paragraph.label,
        "title": paragraph.title,
        "registry_number": _("Diarienummer: %(number)s") % {"number": paragraph.registry_number}
        if paragraph.registry_number
        else "",
        "decision_title": _("Beslut"),
        "decisions": [blocks(each.text) for each in paragraph.decisions.all()],
        "parts": [
            {"title": title, "blocks": blocks(text)}
            for title, text in (
                (_("Sammanfattning"), paragraph.summary),
                (_("Beslutsunderlag"), paragraph.basis),
            )
            if text.strip()
        ],
        "status": status(content) if content else None,
        "comments": [
            {"title": each.who or _("Kommentar"), "blocks": blocks(each.text)} for each in paragraph.comments.all()
        ],
        "dissents": [
            {"title": f"{each.get_kind_display()}: {each.who}", "blocks": blocks(each.text)}
            for each in paragraph.dissents.all()
        ],
        "actions_title": _("Åtgärder"),
        "actions_heads": [_("Åtgärd"), _("Ansvarig"), _("Klart senast")],
        "actions": [
            [each.task, each.responsible, day(each.due_on) if each.due_on else "–"]
            for each in sorted(paragraph.actions.all(), key=lambda each: (each.position, each.pk))
        ],
        "dispatch_title": _("Expedieras till"),
        "dispatch_to": [line.strip() for line in paragraph.dispatch_to.splitlines() if line.strip()],
        "outcome": _outcome(paragraph),
        "adjusted": _("Paragrafen är omedelbart justerad %(day)s.") % {"day": day_in_text(paragraph.adjusted_at)}
        if paragraph.adjusted_at
        else "",
    }


def _outcome(paragraph: Paragraph) -> str:
    item = paragraph.item
    if not item or item.outcome not in (item.Outcome.TABLED, item.Outcome.WITHDRAWN):
        return ""
    said = _("Punkten bordläggs.") if item.outcome == item.Outcome.TABLED else _("Punkten utgår.")
    return f"{said} {_('Den tas upp igen på nästa möte.')}" if item.goes_on else said


def status(content: StandingContent) -> dict[str, Any]:
    return {
        "as_of": _("Läget den %(day)s.") % {"day": day_in_text(content.as_of)},
        "sections": [
            {
                "title": section.title,
                "blocks": blocks(section.text),
                "heads": list(section.heads),
                "rows": [list(row) for row in section.rows],
            }
            for section in content.sections
        ],
    }


def blocks(text: str) -> list[dict[str, Any]]:
    """Plain text in paragraphs and lists: an empty line parts, a line that begins with a dash is a point."""
    made: list[dict[str, Any]] = []
    for line in (*text.splitlines(), ""):
        bare = line.strip()
        if point := _POINT.match(line):
            if not made or made[-1]["kind"] != "list":
                made.append({"kind": "list", "points": []})
            made[-1]["points"].append(line[point.end() :].strip())
        elif not bare:
            made.append({"kind": "gap"})
        elif made and made[-1]["kind"] == "text":
            made[-1]["text"] += f" {bare}"
        else:
            made.append({"kind": "text", "text": bare})
    return [block for block in made if block["kind"] != "gap"]


def people(rows: Iterable[Attendance]) -> list[str]:
    """ "Kanslichef, Mora kommun (till och med § 4)"."""
    return [_with_times(row) for row in rows]


def _with_times(row: Attendance) -> str:
    times = [
        _("från § %(n)s") % {"n": row.arrived_at} if row.arrived_at else "",
        _("till och med § %(n)s") % {"n": row.left_after} if row.left_after is not None else "",
    ]
    roles = [
        _("ordförande") if row.is_chair else "",
        _("sekreterare") if row.is_secretary else "",
        _("justerare") if row.is_adjuster else "",
        _("ersättare") if row.is_substitute else "",
    ]
    said = ", ".join(part for part in (*roles, *times) if part)
    return f"{row} ({said})" if said else str(row)
