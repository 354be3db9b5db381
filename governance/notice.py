"""Kallelse: goes out once, with the agenda as PDF and the meeting for the calendar; changes follow as updates of it."""

import logging

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from consortium import audit, personal_numbers, post
from consortium.audit_events import Event
from consortium.formats import clock_span, day, day_in_text, moment
from consortium.models import User
from consortium.models.leases import database_now
from governance import agenda, attendance, calendar, documents
from governance.meetings import NotNow, demand_body_meets, follow_on
from governance.models import AgendaItem, Meeting

log = logging.getLogger(__name__)


class AlreadyCalled(NotNow):
    """The notice went out before; the text says when and by whom."""


class NobodyToCall(NotNow):
    """No seat has an address."""


class EmptyAgenda(NotNow):
    pass


class HoldsPersonalNumber(NotNow):
    """A personal identity number is sent to nobody; the text says where it stands and never what it is."""


@transaction.atomic
def call(meeting: Meeting, *, by: User | None) -> Meeting:
    """Send the notice to every seat with an address. `by=None` is the portal itself, on the day chosen."""
    meeting = _locked(meeting)
    if meeting.called_at:
        raise AlreadyCalled(
            _("Kallelsen skickades %(when)s av %(who)s. Skicka en ändrad kallelse om något är nytt.")
            % {"when": moment(meeting.called_at), "who": meeting.called_by or "Samarkiv"}
        )
    demand_body_meets(meeting.body)
    if not meeting.may_become(Meeting.Status.CALLED):
        raise NotNow(_("Mötet är %(status)s och kan inte kallas till.") % {"status": _status(meeting)})
    if meeting.start < timezone.now():
        raise NotNow(_("Mötets tid har redan varit. Ändra dagen eller anteckna mötet som hållet."))
    if not meeting.items.exists():
        raise EmptyAgenda(_("Dagordningen är tom. Lägg till minst en punkt innan kallelsen skickas."))
    attendance.seat_everybody(meeting)
    Meeting.objects.filter(pk=meeting.pk).update(
        status=Meeting.Status.CALLED, called_at=database_now(), called_by=by, due_at=None
    )
    meeting.refresh_from_db()
    _send(meeting, _("Kallelse"), by=by)
    audit.record(by=by, what=Event.MEETING_CALLED, target=meeting, place=meeting.place)
    return meeting


@transaction.atomic
def send_update(meeting: Meeting, *, by: User) -> Meeting:
    """Tell everybody who was called what has changed; their calendars replace the old entry (SEQUENCE)."""
    meeting = _locked(meeting)
    if meeting.status != Meeting.Status.CALLED:
        raise NotNow(
            _("Mötet är %(status)s. En ändrad kallelse skickas bara när det är kallat.") % {"status": _status(meeting)}
        )
    _raise_sequence(meeting)
    _send(meeting, _("Ändrad kallelse"), by=by)
    audit.record(by=by, what=Event.MEETING_UPDATE_SENT, target=meeting, place=meeting.place, sequence=meeting.sequence)
    return meeting


@transaction.atomic
def cancel(meeting: Meeting, reason: str, *, by: User) -> Meeting:
    """The meeting is off. Who was called is told, and it leaves their calendars; what it had taken up goes on."""
    meeting = _locked(meeting)
    if not meeting.may_become(Meeting.Status.CANCELLED):
        raise NotNow(_("Mötet är %(status)s och kan inte ställas in.") % {"status": _status(meeting)})
    Meeting.objects.filter(pk=meeting.pk).update(
        status=Meeting.Status.CANCELLED,
        cancelled_at=database_now(),
        cancelled_by=by,
        cancel_reason=reason,
        due_at=None,
    )
    _raise_sequence(meeting)
    if meeting.called_at and receivers(meeting):
        _send(meeting, _("Inställt möte"), by=by)
    follow_on(meeting.body)
    agenda.carry_on_from(meeting)
    audit.record(by=by, what=Event.MEETING_CANCELLED, target=meeting, place=meeting.place)
    return meeting


@transaction.atomic
def call_by_itself(meeting: Meeting, wanted: bool, *, by: User) -> Meeting:
    """Let the notice go out at 8 o'clock on the day the body has chosen, or not."""
    meeting = _locked(meeting)
    if meeting.called_at or meeting.status != Meeting.Status.PLANNED:
        raise NotNow(_("Mötet är %(status)s; kallelsen går inte ut av sig själv.") % {"status": _status(meeting)})
    Meeting.objects.filter(pk=meeting.pk).update(due_at=meeting.notice_at if wanted else None)
    meeting.refresh_from_db()
    audit.record(by=by, what=Event.MEETING_CHANGED, target=meeting, place=meeting.place, by_itself=wanted)
    return meeting


def call_due(meeting: Meeting) -> None:
    """The sweep's turn. What hinders the notice is shown on the meeting's page; nobody is called by halves."""
    try:
        call(meeting, by=None)
    except (NotNow, post.Unwritable) as hindrance:
        log.warning("Kallelsen till möte %s gick inte ut: %s", meeting.pk, hindrance)
    meeting.done()


def receivers(meeting: Meeting) -> list[str]:
    seats = meeting.attendances.filter(is_vacant=False).select_related("seat__user")
    return [row.seat.address for row in seats if row.seat and row.seat.address]


def without_address(meeting: Meeting) -> list[str]:
    """Seats that no letter reaches, for the page to say before the notice goes out."""
    seats = meeting.attendances.filter(is_vacant=False).select_related("seat__user")
    return [str(row) for row in seats if not row.seat or not row.seat.address]


def _send(meeting: Meeting, word: str, *, by: User | None) -> None:
    to = receivers(meeting)
    if not to:
        raise NobodyToCall(
            _("Ingen plats i %(body)s har en e-postadress. Fyll i adresser först.") % {"body": meeting.body}
        )
    if hindrance := number_found(meeting):
        raise HoldsPersonalNumber(hindrance)
    with translation.override(settings.LANGUAGE_CODE):
        papers = [
            calendar.attachment(meeting),
            post.Attachment(f"kallelse-{day(meeting.held_on)}.pdf", documents.agenda_pdf(meeting)),
        ]
        post.send(
            to=to,
            subject=f"{word}: {meeting.body} {day(meeting.held_on)}",
            text=_letter(meeting),
            about=meeting,
            kind="meeting_notice",
            attachments=papers,
            by=by,
            once=f"meeting:{meeting.pk}:{meeting.sequence}",
        )


def number_found(meeting: Meeting) -> str:
    """Where a personal identity number stands in what would be sent, as a sentence; empty when there is none."""
    said = (meeting.title, meeting.place_text, meeting.link, meeting.cancel_reason, _letter(meeting))
    if any(map(personal_numbers.holds_one, said)):
        return _("Kallelsens text innehåller ett personnummer. Ta bort det ur mötets rubrik, plats, länk eller skäl.")
    found = [
        _("punkt %(n)s (%(where)s)") % {"n": item.position, "where": ", ".join(where)}
        for item in meeting.items.all()
        if (where := _where_a_number_stands(item))
    ]
    if not found:
        return ""
    told = _("Dagordningen innehåller personnummer i %(items)s. Ta bort det innan kallelsen skickas.")
    return told % {"items": "; ".join(found)}


def _where_a_number_stands(item: AgendaItem) -> list[str]:
    texts = [
        (_("rubriken"), item.title),
        (_("ansvarig"), item.responsible),
        (_("beskrivningen"), item.description),
        (_("diarienumret"), item.registry_number),
    ]  # a paper with a number in its name was never taken in
    return [where for where, said in texts if personal_numbers.holds_one(said)]


def _letter(meeting: Meeting) -> str:
    when = f"{day_in_text(meeting.held_on)} {clock_span(meeting.starts_at, meeting.ends_at)}"
    if meeting.status == Meeting.Status.CANCELLED:
        lines = [_("Mötet %(when)s är inställt.") % {"when": when}, meeting.cancel_reason]
    else:
        where = ", ".join(part for part in (meeting.place_text, str(meeting.get_mode_display()).lower()) if part)
        address = settings.SITE_URL.rstrip("/") + reverse("meeting", args=[meeting.pk])
        until = day_in_text(meeting.answer_by) if meeting.answer_by else ""
        lines = [
            _("%(body)s kallas till möte %(when)s (%(where)s).") % {"body": meeting.body, "when": when, "where": where},
            meeting.link,
            _("Dagordningen är bifogad. Svara om du kommer senast %(day)s:") % {"day": until}
            if until
            else _("Dagordningen är bifogad. Svara om du kommer:"),
            address,
        ]
    return "\n\n".join(line for line in lines if line)


def _raise_sequence(meeting: Meeting) -> None:
    Meeting.objects.filter(pk=meeting.pk).update(sequence=F("sequence") + 1)
    meeting.refresh_from_db()


def _locked(meeting: Meeting) -> Meeting:
    return Meeting.objects.select_for_update(of=("self",)).select_related("body__consortium").get(pk=meeting.pk)


def _status(meeting: Meeting) -> str:
    return str(meeting.get_status_display()).lower()
