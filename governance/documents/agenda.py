"""Kallelsen på papper: where and when, the items with type, responsible and approximate time, and their papers."""

import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from consortium import documents
from consortium.formats import clock_span, day, day_in_text
from governance import agenda
from governance.documents.paragraph import blocks
from governance.models import AgendaItem, Meeting

TEMPLATE = Path(__file__).with_suffix(".typ")


def agenda_pdf(meeting: Meeting, *, at: datetime.datetime | None = None) -> bytes:
    """In Swedish, as it stands."""
    with translation.override(settings.LANGUAGE_CODE):
        return documents.typeset(
            TEMPLATE,
            agenda_data(meeting),
            title=_("Kallelse, %(body)s %(day)s") % {"body": meeting.body, "day": day(meeting.held_on)},
            reference=f"{meeting.body} {day(meeting.held_on)}",
            publisher=str(meeting.place),
            at=at or timezone.now(),
        )


def agenda_data(meeting: Meeting) -> dict[str, Any]:
    table = agenda.timetable(meeting)
    cancelled = meeting.status == Meeting.Status.CANCELLED
    return {
        "mark": _("Inställt möte") if cancelled else "",
        "facts": [fact for fact in _facts(meeting) if fact[1]],
        "agenda_title": _("Dagordning"),
        "agenda_heads": [_("Nr"), _("Typ"), _("Punkt"), _("Ansvarig"), _("Ca tid")],
        "agenda": [
            [
                str(slot.item.position),
                slot.item.type,
                slot.item.title,
                slot.item.responsible or "–",
                slot.start.strftime("%H.%M"),
            ]
            for slot in table.slots
        ],
        "end": [_("Avslut"), table.end.strftime("%H.%M")],
        "legend": legend(meeting),
        "about_title": _("Om punkterna"),
        "about": [_about(slot.item) for slot in table.slots if slot.item.description or slot.item.attachments.exists()],
    }


def legend(meeting: Meeting) -> str:
    used = set(meeting.items.values_list("type", flat=True))
    said = [f"{kind.value} = {str(kind.label).lower()}" for kind in AgendaItem.Type if kind.value in used]
    return _("Typ: %(types)s.") % {"types": ", ".join(said)} if said else ""


def _facts(meeting: Meeting) -> list[list[str]]:
    return [
        [_("Organ"), f"{meeting.body}, {meeting.place}"],
        [_("Dag"), day_in_text(meeting.held_on)],
        [_("Tid"), clock_span(meeting.starts_at, meeting.ends_at)],
        [_("Mötesform"), str(meeting.get_mode_display())],
        [_("Plats"), meeting.place_text],
        [_("Länk"), meeting.link],
        [_("Svar senast"), day_in_text(meeting.answer_by) if meeting.answer_by else ""],
    ]


def _about(item: AgendaItem) -> dict[str, Any]:
    return {
        "title": f"{item.position}. {item.title}",
        "blocks": blocks(item.description),
        "papers": [_("Handling: %(name)s") % {"name": paper.name} for paper in item.attachments.defer("content")],
    }
