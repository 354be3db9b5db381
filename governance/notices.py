"""Anslag: the text for every board that counts, and the proof that each posted it and took it down.

Only bodies under kommunallagen announce. The portal is no notice board itself (KL 8:9).
"""

import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from consortium import audit
from consortium.audit_events import Event
from consortium.formats import day_in_text
from consortium.models import User
from consortium.models.leases import database_now
from consortium.swedish import swedish_key
from governance import adjustment
from governance.meetings import EditedMeanwhile, NotNow
from governance.models import Body, Minutes, Municipality, Notice, Paragraph, Posting


class NoLaw(NotNow):
    """The body works under an agreement: nothing is announced and nothing can be appealed by kommunallagen."""


class NotAdjusted(NotNow):
    pass


class ImpossibleDay(NotNow):
    """Posted before it was adjusted, in the future, or taken down before the time for appeal was over."""


def boards(minutes: Minutes) -> list[Municipality]:
    """Whose boards: a federation has one of its own, kept by its host; otherwise every member's (KL 9:32, 13:5)."""
    consortium = minutes.place
    if consortium.has_own_board and consortium.host:
        return [consortium.host]
    return sorted(consortium.members(minutes.meeting.held_on), key=lambda each: swedish_key(each.name))


@transaction.atomic
def write(minutes: Minutes, *, paragraph: Paragraph | None = None, kept_at: str, by: User) -> Notice:
    """The notice and a row for every board, of the whole or of one § adjusted at once. Written twice it is the same."""
    minutes = (
        Minutes.objects.select_for_update(of=("self",)).select_related("meeting__body__consortium").get(pk=minutes.pk)
    )
    body = minutes.meeting.body
    if body.legal_regime != Body.LegalRegime.LAW:
        raise NoLaw(
            _("%(body)s arbetar inte under kommunallagen. Protokollet anslås inte och kan inte överklagas.")
            % {"body": body}
        )
    adjusted_on = _adjusted_on(minutes, paragraph)
    notice, new = Notice.objects.get_or_create(
        minutes=minutes,
        paragraph=paragraph,
        defaults={
            "adjusted_on": adjusted_on,
            "post_by": adjustment.post_by(body, adjusted_on),
            "appeal_weeks": body.regime.appeal_weeks or 0,
            "kept_at": kept_at,
            "written_at": database_now(),
            "written_by": by,
        },
    )
    if new:
        Posting.objects.bulk_create(Posting(notice=notice, municipality=each) for each in boards(minutes))
        number = paragraph.number if paragraph else None
        audit.record(by=by, what=Event.NOTICE_WRITTEN, target=notice, place=notice.place, paragraph=number)
    return notice


def _adjusted_on(minutes: Minutes, paragraph: Paragraph | None) -> datetime.date:
    """The day that posting and appeal count from: the §'s own, where it was adjusted before the rest."""
    at = minutes.paragraphs.get(pk=paragraph.pk).adjusted_at if paragraph else minutes.adjusted_at
    if at:
        return timezone.localdate(at)
    if paragraph:
        raise NotAdjusted(
            _("%(label)s är inte omedelbart justerad. Den tas med i anslaget av hela protokollet.")
            % {"label": paragraph.label}
        )
    raise NotAdjusted(_("Protokollet är inte justerat. Anslaget skrivs när alla har skrivit under."))


def _words(notice: Notice) -> tuple[str, str, str]:
    """Heading, which §§, and what was adjusted when."""
    on = {"day": day_in_text(notice.adjusted_on)}
    if notice.paragraph:
        which = _("Paragraf: %(span)s") % {"span": notice.paragraph.label}
        return _("Tillkännagivande av omedelbart justerad paragraf"), which, _("Paragrafen justerades: %(day)s") % on
    numbers = list(notice.minutes.paragraphs.values_list("number", flat=True))
    span = f"§§ {numbers[0]}–{numbers[-1]}" if len(numbers) > 1 else f"§ {numbers[0]}" if numbers else "–"
    which = _("Paragrafer: %(span)s") % {"span": span}
    return _("Tillkännagivande av justerat protokoll"), which, _("Protokollet justerades: %(day)s") % on


def text(posting: Posting) -> str:
    """What the municipality puts on its board (KL 8:10, 8:12): ready to copy."""
    notice = posting.notice
    meeting, until = notice.minutes.meeting, notice.appeal_until
    with translation.override(settings.LANGUAGE_CODE):
        weeks = _("tre veckor") if notice.appeal_weeks == 3 else _("%(n)s veckor") % {"n": notice.appeal_weeks}
        posted = day_in_text(posting.posted_on) if posting.posted_on else _("(fyll i dagen)")
        heading, which, adjusted = _words(notice)
        lines = [
            heading,
            "",
            _("Organ: %(body)s, %(consortium)s") % {"body": meeting.body, "consortium": meeting.place},
            _("Sammanträdesdag: %(day)s") % {"day": day_in_text(meeting.held_on)},
            which,
            adjusted,
            _("Anslaget publicerades: %(day)s") % {"day": posted},
            _("Anslaget tas ned: %(day)s")
            % {
                "day": day_in_text(until + datetime.timedelta(days=1))
                if until
                else _("när tiden för överklagande har gått ut")
            },
            _("Protokollet förvaras: %(where)s") % {"where": notice.kept_at},
            "",
            _appeal(notice) % {"weeks": weeks},
        ]
    return "\n".join(lines)


def _appeal(notice: Notice) -> str:
    """KL 13:5: a federation's own board counts, otherwise the last of the members'."""
    if notice.place.has_own_board:
        return _(
            "Beslut kan överklagas till förvaltningsrätten inom %(weeks)s från den dag då justeringen har "
            "tillkännagetts på kommunalförbundets anslagstavla."
        )
    return _(
        "Beslut kan överklagas till förvaltningsrätten inom %(weeks)s från den dag då justeringen har "
        "tillkännagetts på samtliga medlemskommuners anslagstavlor."
    )


@transaction.atomic
def note_posted(posting: Posting, on: datetime.date, *, proof: str = "", version: int, by: User) -> Posting:
    posting = _open(posting, version)
    if on < posting.notice.adjusted_on:
        raise ImpossibleDay(
            _("%(what)s justerades %(day)s och kan inte ha anslagits tidigare.")
            % {
                "what": posting.notice.paragraph.label if posting.notice.paragraph else _("Protokollet"),
                "day": posting.notice.adjusted_on.isoformat(),
            }
        )
    if on > timezone.localdate():
        raise ImpossibleDay(_("Dagen har inte varit än. Anteckna anslaget när det är uppsatt."))
    if posting.taken_down_on and on > posting.taken_down_on:
        raise ImpossibleDay(
            _("Anslaget är antecknat som nedtaget %(day)s och kan inte ha satts upp senare. Rätta den dag som är fel.")
            % {"day": posting.taken_down_on.isoformat()}
        )
    posting.posted_on, posting.proof, posting.posted_noted_by = on, proof, by
    return _save(posting, by, posted=on.isoformat())


@transaction.atomic
def note_taken_down(posting: Posting, on: datetime.date, *, version: int, by: User) -> Posting:
    """KL 8:12: it stays up until the time for appeal is over, which all municipalities' boards decide together."""
    posting = _open(posting, version)
    until = posting.notice.appeal_until
    if posting.posted_on is None or until is None:
        raise ImpossibleDay(_("Anslaget ska sitta uppe tills det är anslaget på varje tavla och tiden har gått ut."))
    if on <= until:
        raise ImpossibleDay(
            _("Tiden för överklagande går till och med %(day)s. Anslaget ska sitta uppe till dess.")
            % {"day": until.isoformat()}
        )
    if on > timezone.localdate():
        raise ImpossibleDay(_("Dagen har inte varit än. Anteckna nedtagandet när det är gjort."))
    posting.taken_down_on, posting.taken_down_noted_by = on, by
    return _save(posting, by, taken_down=on.isoformat())


def _open(posting: Posting, version: int) -> Posting:
    Notice.objects.select_for_update().get(pk=posting.notice_id)
    found = Posting.objects.select_for_update(of=("self",)).select_related("notice__minutes").get(pk=posting.pk)
    if found.version != version:
        raise EditedMeanwhile(_("Någon annan antecknade samtidigt. Så här står det nu; ändra om det är fel."), found)
    return found


def _save(posting: Posting, by: User, **details: str) -> Posting:
    posting.version += 1
    posting.save()
    audit.record(
        by=by,
        what=Event.NOTICE_POSTED,
        target=posting,
        place=posting.notice.place,
        municipality=posting.municipality_id,
        **details,
    )
    return posting
