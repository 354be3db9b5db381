"""Inläsning av gamla protokoll: read, shown with its doubts, confirmed by a person, kept with its original."""

import datetime
import hashlib
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from consortium import audit, personal_numbers
from consortium.audit_events import Event
from consortium.models import User
from consortium.models.leases import database_now
from governance import adjustment
from governance import minutes as keeping
from governance.documents.facsimile import facsimile_pdf
from governance.meetings import EditedMeanwhile, NotNow
from governance.models import (
    AgendaItem,
    Attendance,
    Body,
    Comment,
    Decision,
    Meeting,
    Minutes,
    Municipality,
    OldMinutes,
    Paragraph,
)
from governance.old_minutes import KnownMunicipality, Proposal, read


class AlreadyRead(NotNow):
    """The same file was read in for the same body before."""

    def __init__(self, text: str, earlier: OldMinutes) -> None:
        super().__init__(text)
        self.earlier = earlier


class DayMissing(NotNow):
    pass


class NumberTaken(NotNow):
    """The body has a § of that number that year, or a meeting at that time."""


class AlreadyConfirmed(NotNow):
    pass


@dataclass(frozen=True)
class Confirmed:
    """What the person made of the proposal."""

    title: str
    held_on: datetime.date | None
    starts_at: datetime.time
    ends_at: datetime.time
    place: str = ""
    paragraphs: tuple[dict[str, Any], ...] = ()
    """number, title, registry_number, summary, basis, dispatch_to, comment, decisions [{kind, text}]."""
    signed: bool = False
    """The original is signed: the minutes are locked as adjusted."""
    adjusted_on: datetime.date | None = None
    note: str = ""


@transaction.atomic
def propose(body: Body, filename: str, content: bytes, *, by: User) -> OldMinutes:
    """Read the file. Raises Unreadable; the same file twice is pointed out."""
    sha256 = hashlib.sha256(content).hexdigest()
    if earlier := OldMinutes.objects.filter(body=body, sha256=sha256).first():
        raise AlreadyRead(_("Samma fil är redan inläst för %(body)s.") % {"body": body}, earlier)
    with translation.override(settings.LANGUAGE_CODE):
        proposal = _read(body, content)
    made = OldMinutes.objects.create(
        body=body,
        filename=filename[:200],
        content=content,
        sha256=sha256,
        proposal=proposal.as_json(),
        uploaded_at=database_now(),
        uploaded_by=by,
    )
    audit.record(
        by=by, what=Event.OLD_MINUTES_READ, target=made, place=made.place, doubts=proposal.codes, sha256=sha256
    )
    return made


def _read(body: Body, content: bytes) -> Proposal:
    known = [
        KnownMunicipality(each.code, each.name, each.official_name)
        for each in Municipality.objects.only("code", "name", "official_name")
    ]
    seats = set(body.seats.ordinary().exclude(municipality=None).values_list("municipality_id", flat=True))
    proposal = read(content, known=known, members=seats)
    for paragraph in proposal.paragraphs:
        if personal_numbers.holds_one(f"{paragraph.title}\n{paragraph.summary}\n{paragraph.comment}"):
            told = _("§ %(n)s innehåller ett personnummer. Ta bort det om det inte behövs.") % {"n": paragraph.number}
            proposal.doubt("PERSONAL_NUMBER", "choose", told, paragraph.line)
    return proposal


@transaction.atomic
def keep(old: OldMinutes, typed: dict[str, Any], *, version: int) -> None:
    """Half done: what is written so far waits for whoever goes on. The proposal stays as the reader made it."""
    old = _to_confirm(old, version)
    old.typed, old.version = typed, version + 1
    old.save(update_fields=["typed", "version"])


def _to_confirm(old: OldMinutes, version: int) -> OldMinutes:
    stands = OldMinutes.objects.select_for_update(of=("self",)).select_related("body").get(pk=old.pk)
    if stands.confirmed_at:
        raise AlreadyConfirmed(_("Protokollet är redan bekräftat."))
    if stands.version != version:
        raise EditedMeanwhile(
            _("Någon annan har sparat inläsningen medan du skrev. Det du skrev står kvar; sparar du igen gäller ditt."),
            stands,
        )
    return stands


@transaction.atomic
def confirm(old: OldMinutes, confirmed: Confirmed, *, version: int, by: User) -> Minutes:
    """A meeting that was held, and its minutes as the person left the proposal. Locked when the original is signed."""
    old = _to_confirm(old, version)
    if confirmed.held_on is None:
        raise DayMissing(_("Ange vilken dag mötet hölls innan protokollet sparas."))
    proposal = Proposal.from_json(old.proposal)
    try:
        with transaction.atomic():
            minutes = _write(old, proposal, confirmed, confirmed.held_on)
            _deferred_now()
    except IntegrityError:
        raise NumberTaken(
            _("%(body)s har redan ett möte den tiden, eller en paragraf med det numret samma år. Ändra och spara igen.")
            % {"body": old.body}
        ) from None
    old.minutes, old.note, old.typed = minutes, confirmed.note, None
    old.confirmed_at, old.confirmed_by = database_now(), by
    old.save(update_fields=["minutes", "note", "typed", "confirmed_at", "confirmed_by"])
    if confirmed.signed:
        day = confirmed.adjusted_on or confirmed.held_on
        adjustment.adopt(minutes, _document(old), adjusted_on=day, by=by)
        minutes.refresh_from_db()
    audit.record(by=by, what=Event.OLD_MINUTES_CONFIRMED, target=old, place=old.place, minutes=minutes.pk)
    return minutes


def _deferred_now() -> None:
    """The numbers of §§ are checked here, where the fault can be told, and not at the commit."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("set constraints all deferred")


def _write(old: OldMinutes, proposal: Proposal, confirmed: Confirmed, held_on: datetime.date) -> Minutes:
    meeting = Meeting.objects.create(
        body=old.body,
        title=f"{confirmed.title} {held_on.isoformat()}"[:120] if confirmed.title else "",
        status=Meeting.Status.HELD,
        held_on=held_on,
        starts_at=confirmed.starts_at,
        ends_at=confirmed.ends_at,
        mode=proposal.mode or Meeting.Mode.IN_PERSON,
        place_text=confirmed.place,
    )
    _attendance(meeting, proposal)
    _agenda(meeting, proposal)
    minutes = Minutes.objects.create(meeting=meeting, time_and_place=keeping.time_and_place(meeting))
    by_year = old.body.numbering == Body.Numbering.YEAR
    for row in confirmed.paragraphs:
        paragraph = Paragraph.objects.create(
            minutes=minutes,
            body=old.body,
            series=str(held_on.year) if by_year else held_on.isoformat(),
            **{name: row[name] for name in ("number", "title", "registry_number", "summary", "basis", "dispatch_to")},
        )
        Decision.objects.bulk_create(
            Decision(paragraph=paragraph, position=at, kind=each["kind"], text=each["text"])
            for at, each in enumerate(row["decisions"], 1)
        )
        if row["comment"]:
            Comment.objects.create(paragraph=paragraph, position=1, text=row["comment"])
    return minutes


def _attendance(meeting: Meeting, proposal: Proposal) -> None:
    known = set(Municipality.objects.values_list("code", flat=True))
    rows = [
        Attendance(
            meeting=meeting,
            order=at,
            function=f"{person.function[:1].upper()}{person.function[1:120]}",
            municipality_id=person.code if person.code in known else None,
            organisation=person.organisation[:120],
            is_coopted=person.is_coopted,
            is_chair=person.is_chair,
            is_secretary=person.is_secretary,
            is_adjuster=person.is_adjuster and not person.is_chair and not person.is_secretary,
            presence=Attendance.Presence.PRESENT if person.present else Attendance.Presence.ABSENT,
        )
        for at, person in enumerate(proposal.people)
    ]
    names = dict(Municipality.objects.filter(code__in=proposal.vacant).values_list("code", "official_name"))
    rows += [
        Attendance(
            meeting=meeting,
            order=len(rows) + at,
            municipality_id=code,
            organisation=name,
            is_vacant=True,
            presence=Attendance.Presence.ABSENT,
        )
        for at, (code, name) in enumerate(names.items())
    ]
    for flag in ("is_chair", "is_secretary"):  # one of each; the first that the source names
        for extra in [row for row in rows if getattr(row, flag)][1:]:
            setattr(extra, flag, False)
    Attendance.objects.bulk_create(rows)


def _agenda(meeting: Meeting, proposal: Proposal) -> None:
    AgendaItem.objects.bulk_create(
        AgendaItem(
            meeting=meeting,
            position=at,
            title=item.title[:200],
            type=item.type if item.type in AgendaItem.Type.values else AgendaItem.Type.INFORMATION,
            length=item.length,
        )
        for at, item in enumerate(proposal.agenda, 1)
    )


def _document(old: OldMinutes) -> bytes:
    """The original itself when it is a PDF, otherwise its text set as it stands."""
    if old.is_pdf:
        return bytes(old.content)
    with translation.override(settings.LANGUAGE_CODE):
        return facsimile_pdf(old)


@transaction.atomic
def discard(old: OldMinutes, *, by: User) -> None:
    """The reading was of no use. What is confirmed is kept."""
    old = OldMinutes.objects.select_for_update(of=("self",)).get(pk=old.pk)
    if old.confirmed_at:
        raise AlreadyConfirmed(_("Protokollet är bekräftat och originalet behålls."))
    audit.record(by=by, what=Event.OLD_MINUTES_DISCARDED, target=old, place=old.place, sha256=old.sha256)
    old.delete()
