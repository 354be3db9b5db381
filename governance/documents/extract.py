"""Protokollsutdrag: one § with who adjusted it and who vouches for the copy, in the foot of every page."""

import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from consortium import documents
from consortium.formats import day, day_in_text, moment
from governance.documents.paragraph import told
from governance.models import Paragraph, Signature

TEMPLATE = Path(__file__).with_suffix(".typ")


def extract_pdf(paragraph: Paragraph, *, certified_as: str, at: datetime.datetime) -> bytes:
    meeting = paragraph.minutes.meeting
    signed = signatures(paragraph)
    adjusted_at = paragraph.adjusted_at or paragraph.minutes.adjusted_at
    adjusters = [each for each in signed if each.role != Signature.Role.SECRETARY]
    data = {
        "facts": [
            [_("Organ"), str(meeting.body)],
            [_("Samarbete"), str(meeting.place)],
            [_("Sammanträdesdag"), day_in_text(meeting.held_on)],
            [_("Justerat"), day_in_text(adjusted_at) if adjusted_at else "–"],
        ],
        "paragraph": told(paragraph),
        "adjusters": [
            f"{each.get_role_display()}: {each.function}, {each.organisation} ({moment(each.at)})" for each in signed
        ],
        "adjusters_title": _("Justerat av"),
        "certified_title": _("Utdragsbestyrkande"),
        "certified": _("Utdraget stämmer med det justerade protokollet. %(who)s, %(when)s.")
        % {"who": certified_as, "when": moment(at)},
        "note": _(
            "Underskrifter och bestyrkande är godkännanden som loggats i portalen för den som var inloggad. De är inte "
            "avancerade elektroniska underskrifter."
        ),
        "marks": [
            [_("Justerare"), "; ".join(f"{each.function} {day(each.at)}" for each in adjusters) or "–"],
            [_("Utdragsbestyrkande"), f"{certified_as} {day(at)}"],
        ],
    }
    return documents.typeset(
        TEMPLATE,
        data,
        title=_("Protokollsutdrag %(label)s, %(body)s %(day)s")
        % {"label": paragraph.label, "body": meeting.body, "day": day(meeting.held_on)},
        reference=f"{meeting.body} {day(meeting.held_on)} {paragraph.label}",
        publisher=str(meeting.place),
        at=at,
    )


def signatures(paragraph: Paragraph) -> list[Signature]:
    """Those that vouch for this §: its own when it was adjusted at once, else those of the whole minutes."""
    if paragraph.adjusted_at:
        return list(paragraph.signatures.order_by("at"))
    minutes = paragraph.minutes
    return list(minutes.signatures.filter(paragraph=None, digest=minutes.content_digest).order_by("at"))
