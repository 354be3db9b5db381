"""Protokollet på papper: who was there, every § with its decision first, and a block for each who signs."""

import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from consortium import documents
from consortium.formats import day, day_in_text, moment
from governance.documents.paragraph import people, told
from governance.models import Attendance, Minutes, Signature
from governance.models.minutes import signer_role

TEMPLATE = Path(__file__).with_suffix(".typ")


def minutes_pdf(minutes: Minutes, *, at: datetime.datetime | None = None) -> bytes:
    """In Swedish, as it stands: "ej justerat" is on every page until all have signed."""
    with translation.override(settings.LANGUAGE_CODE):
        return documents.typeset(
            TEMPLATE,
            minutes_data(minutes),
            title=title(minutes),
            reference=f"{minutes.meeting.body} {day(minutes.meeting.held_on)}",
            publisher=str(minutes.meeting.place),
            at=at or timezone.now(),
        )


def title(minutes: Minutes) -> str:
    word = _("Minnesanteckningar") if minutes.is_notes else _("Protokoll")
    return f"{word}, {minutes.meeting.body} {day(minutes.meeting.held_on)}"


def minutes_data(minutes: Minutes) -> dict[str, Any]:
    paragraphs = list(minutes.paragraphs.with_parts())
    mark = unadjusted_mark(minutes)
    return {
        "mark": mark,
        "footer": mark or _("Justerat %(day)s") % {"day": day(minutes.adjusted_at or timezone.now())},
        "facts": _facts(minutes, paragraphs),
        "attendance_title": _("Närvaro"),
        "attendance": attendance_lists(minutes),
        "paragraphs": [told(each) for each in paragraphs],
        "signatures_title": _("Underskrifter"),
        "signatures": _signatures(minutes),
        "signatures_note": _(
            "Underskrifterna är godkännanden som loggats i portalen för den som var inloggad. De är inte avancerade "
            "elektroniska underskrifter."
        ),
        "line": _("Ännu inte undertecknat"),
    }


def unadjusted_mark(minutes: Minutes) -> str:
    if minutes.is_locked:
        return ""
    if minutes.is_notes:
        return _("Utkast: anteckningarna är inte färdigställda")
    if minutes.status == Minutes.Status.SIGNING:
        return _("Ej justerat: väntar på underskrifter")
    return _("Ej justerat: utkast")


def _facts(minutes: Minutes, paragraphs: list[Any]) -> list[list[str]]:
    meeting = minutes.meeting
    rows = list(meeting.attendances.select_related("municipality"))
    span = ""
    if paragraphs:
        first, last = paragraphs[0].number, paragraphs[-1].number
        span = f"§ {first}" if first == last else f"§§ {first}–{last}"
    adjusters = "; ".join(str(row) for row in rows if row.is_adjuster)
    facts = [
        [_("Organ"), str(meeting.body)],
        [_("Samarbete"), str(meeting.place)],
        [_("Tid och plats"), minutes.time_and_place],
        [_("Ordförande"), "; ".join(str(row) for row in rows if row.is_chair)],
        [_("Sekreterare"), "; ".join(str(row) for row in rows if row.is_secretary)],
        [_("Justerare"), adjusters],
        [_("Paragrafer"), span],
    ]
    if meeting.previous:
        outcome = meeting.get_previous_outcome_display() if meeting.previous_outcome else ""
        facts.append(
            [_("Föregående möte"), ": ".join(p for p in (day_in_text(meeting.previous.held_on), outcome) if p)]
        )
    return [fact for fact in facts if fact[1]]


def attendance_lists(minutes: Minutes) -> list[dict[str, Any]]:
    rows = list(minutes.meeting.attendances.select_related("municipality"))
    present = [row for row in rows if row.is_present]
    lists = [
        (_("Närvarande ledamöter"), people(row for row in present if not row.is_coopted and not row.is_substitute)),
        (_("Närvarande ersättare"), people(row for row in present if row.is_substitute)),
        (_("Adjungerade"), people(row for row in present if row.is_coopted)),
        (_("Frånvarande"), people(row for row in rows if _missing(row))),
        (_("Vakanta platser"), [row.organisation for row in rows if row.is_vacant]),
    ]
    return [{"title": f"{name} ({len(said)})", "people": said} for name, said in lists if said]


def _missing(row: Attendance) -> bool:
    return row.presence == Attendance.Presence.ABSENT and not row.is_vacant and not row.is_substitute


def _signatures(minutes: Minutes) -> list[dict[str, str]]:
    given = {each.attendance_id: each for each in valid_signatures(minutes)}
    made = []
    for row in minutes.signers:
        signature = given.get(row.pk)
        made.append(
            {
                "role": str(Signature.Role(signer_role(row)).label),
                "function": row.function,
                "organisation": row.organisation,
                "signed": _("Undertecknat %(moment)s") % {"moment": moment(signature.at)} if signature else "",
            }
        )
    return made


def valid_signatures(minutes: Minutes) -> list[Signature]:
    """Those that vouch for what the minutes say now."""
    if not minutes.content_digest:
        return []
    return list(minutes.signatures.filter(paragraph=None, digest=minutes.content_digest))
