"""Protokollsutdrag: one § with who adjusted it and who vouches for the copy, in the foot of every page."""

import datetime
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from consortium import documents
from consortium.formats import day, day_in_text, moment
from governance.documents.paragraph import told
from governance.models import Paragraph, Signature
from governance.models.minutes import signer_role

TEMPLATE = Path(__file__).with_suffix(".typ")


def extract_pdf(paragraph: Paragraph, *, certified_as: str, at: datetime.datetime) -> bytes:
    meeting = paragraph.minutes.meeting
    adjusted_at = paragraph.adjusted_at or paragraph.minutes.adjusted_at
    vouched = vouchers(paragraph)
    adjusters = [each for each in vouched if each.role != Signature.Role.SECRETARY]
    data = {
        "facts": [
            [_("Organ"), str(meeting.body)],
            [_("Samarbete"), str(meeting.place)],
            [_("Sammanträdesdag"), day_in_text(meeting.held_on)],
            [_("Justerat"), day_in_text(adjusted_at) if adjusted_at else "–"],
        ],
        "paragraph": told(paragraph),
        "adjusters": [
            f"{Signature.Role(each.role).label}: {each.who} ({each.when or _('i originalet')})" for each in vouched
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
            [_("Justerare"), "; ".join(f"{each.function} {each.on}".strip() for each in adjusters) or "–"],
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


@dataclass(frozen=True)
class Voucher:
    """Who signed, as printed. Without a time when it was done on paper."""

    role: str
    function: str
    organisation: str
    at: datetime.datetime | None = None

    @property
    def who(self) -> str:
        return ", ".join(part for part in (self.function, self.organisation) if part)

    @property
    def when(self) -> str:
        return moment(self.at) if self.at else ""

    @property
    def on(self) -> str:
        return day(self.at) if self.at else ""


def vouchers(paragraph: Paragraph) -> list[Voucher]:
    """Of this § alone when it was adjusted at once, else of the whole minutes, else those who signed the original."""
    minutes = paragraph.minutes
    if paragraph.adjusted_at:
        given = paragraph.signatures.order_by("at")
    else:
        given = minutes.signatures.filter(paragraph=None, digest=minutes.content_digest).order_by("at")
    made = [Voucher(each.role, each.function, each.organisation, each.at) for each in given]
    if not made and hasattr(minutes, "old_minutes"):
        made = [Voucher(signer_role(row), row.function, row.organisation) for row in minutes.signers]
    return made
