"""Den offentliga kopian: the adjusted minutes without what a person has left out, as one tree of plain words."""

import datetime
import re
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from consortium import documents
from consortium.formats import day, day_in_text
from governance.documents.minutes import minutes_data, title
from governance.documents.paragraph import blocks
from governance.models import CorrectionNote, Minutes, Paragraph

TEMPLATE = Path(__file__).with_name("minutes.typ")


def public_content(minutes: Minutes, masked: list[str]) -> dict[str, Any]:
    """What the public may read: withheld §§ by number and provision alone, masked words nowhere."""
    sheet = minutes_data(minutes)
    paragraphs = list(minutes.paragraphs.all())
    sheet["paragraphs"] = [
        _withheld(paragraph) if paragraph.withheld else told
        for paragraph, told in zip(paragraphs, sheet["paragraphs"], strict=True)
    ]
    if hasattr(minutes, "old_minutes"):
        _signed_on_paper(sheet)
    sheet["paragraphs"] += [_correction(each) for each in minutes.corrections.select_related("paragraph")]
    sheet = _masked(sheet, masked)
    sheet["mark"] = (
        _("Offentlig kopia. Uppgifter är utelämnade.")
        if masked or any(paragraph.withheld for paragraph in paragraphs)
        else ""
    )
    adjusted_on = day(minutes.adjusted_at) if minutes.adjusted_at else ""
    sheet["footer"] = _("Offentlig kopia av protokoll justerat %(day)s") % {"day": adjusted_on}
    meeting = minutes.meeting
    return {
        "title": title(minutes),
        "body": str(meeting.body),
        "consortium": str(meeting.place),
        "held_on": meeting.held_on.isoformat(),
        "adjusted_on": adjusted_on,
        "sheet": sheet,
    }


def public_pdf(content: dict[str, Any], at: datetime.datetime) -> bytes:
    return documents.typeset(
        TEMPLATE,
        content["sheet"],
        title=content["title"],
        reference=f"{content['body']} {content['held_on']}",
        publisher=content["consortium"],
        at=at,
    )


def _signed_on_paper(sheet: dict[str, Any]) -> None:
    for each in sheet["signatures"]:
        each["signed"] = _("Undertecknat i originalet")
    sheet["signatures_note"] = _("Protokollet är inläst från ett undertecknat original, som förvaras i arkivet.")


def _empty(label: str, heading: str) -> dict[str, Any]:
    texts = ("registry_number", "decision_title", "actions_title", "dispatch_title", "outcome", "adjusted")
    lists = ("decisions", "parts", "comments", "dissents", "actions_heads", "actions", "dispatch_to")
    return {
        "label": label,
        "title": heading,
        "status": None,
        **dict.fromkeys(texts, ""),
        **{name: [] for name in lists},
    }


def _withheld(paragraph: Paragraph) -> dict[str, Any]:
    said = _("Paragrafen publiceras inte (%(law)s). Begär ut den hos kommunen, som då prövar frågan.")
    told = said % {"law": _provision(paragraph)}
    return {**_empty(paragraph.label, _("Utelämnad paragraf")), "outcome": told, "withheld": True}


def _provision(paragraph: Paragraph) -> str:
    return paragraph.withheld_reason or _("bestämmelse ej angiven")


def _correction(note: CorrectionNote) -> dict[str, Any]:
    """What corrects a withheld § is withheld with it; that it was corrected, and when, is not."""
    told = _empty(_("Rättelse"), day_in_text(note.at))
    if paragraph := note.withheld_with:
        said = _(
            "Rättelsen av %(paragraph)s publiceras inte (%(law)s). Begär ut den hos kommunen, som då prövar frågan."
        )
        facts = {"paragraph": paragraph.label, "law": _provision(paragraph)}
        return {**told, "outcome": said % facts, "withheld": True}
    return {**told, "parts": [{"title": _("Rättelse efter justeringen"), "blocks": blocks(note.text)}]}


def _masked(value: Any, masked: list[str]) -> Any:
    if isinstance(value, str):
        for phrase in masked:
            value = re.sub(re.escape(phrase), _("[uppgift utelämnad]"), value, flags=re.IGNORECASE)
        return value
    if isinstance(value, dict):
        return {key: each if key == "kind" else _masked(each, masked) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(each, masked) for each in value]
    return value


def words(value: Any) -> list[str]:
    """Every text of the copy, for whoever looks for what must not be there."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for each in value.values() for text in words(each)]
    if isinstance(value, list | tuple):
        return [text for each in value for text in words(each)]
    return []
