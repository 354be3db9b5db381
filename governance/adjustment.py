"""Justering: secretary, chair, adjusters sign in that order, each vouching for exactly the same words (KL 5:69).

What is signed is a digest of everything the minutes say. If a § is changed the digest is another one, and a new round
begins; where nothing was changed the signatures given still hold. When the last has signed the database locks it all.
"""

import datetime
import hashlib
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium import audit
from consortium.audit_events import Event
from consortium.dates import last_day
from consortium.models import User
from consortium.models.audit import canonical
from consortium.models.leases import database_now
from governance import agenda, checking, documents
from governance.documents.minutes import valid_signatures
from governance.meetings import NotNow
from governance.minutes import Locked, freeze, open_minutes
from governance.models import (
    Attendance,
    Body,
    CorrectionNote,
    Meeting,
    Minutes,
    MinutesDocument,
    Paragraph,
    Remark,
    Signature,
)
from governance.models.minutes import signer_role
from governance.paragraphs import content_of


class NotReady(NotNow):
    """Faults that stop, or doubts nobody has confirmed. `findings` says which."""

    def __init__(self, text: str, findings: list[checking.Finding]) -> None:
        super().__init__(text)
        self.findings = findings


class NotYourTurn(NotNow):
    """Somebody signs before you, or you have signed."""


class NotChosen(NotNow):
    """Only secretary, chair and adjusters of this meeting sign its minutes."""


class SecretaryCannotAdjust(NotNow):
    """Who wrote the minutes does not vouch for them as adjuster too."""


class RemarksUnanswered(NotNow):
    """A remark waits for the secretary's answer."""


# Clocks


def adjust_by(meeting: Meeting) -> datetime.date | None:
    """The last day to adjust; notes have none. The law's days move past holidays, an agreement's are as agreed."""
    days = meeting.body.adjustment_days
    if meeting.kind == Meeting.Kind.NOTES or days is None:
        return None
    if meeting.body.legal_regime == Body.LegalRegime.LAW:
        return last_day(meeting.held_on, days)
    return meeting.held_on + datetime.timedelta(days=days)


def post_by(body: Body, adjusted_on: datetime.date) -> datetime.date | None:
    """KL 8:12: announced on the notice board at the latest the second day after the adjustment."""
    days = body.regime.posted_within_days
    return None if days is None else last_day(adjusted_on, days)


# What is signed


def digest(minutes: Minutes) -> str:
    meeting = minutes.meeting
    facts = {
        "meeting": [
            *(str(meeting.body), str(meeting.held_on), str(meeting.starts_at), str(meeting.ends_at), meeting.mode),
            *(meeting.kind, minutes.time_and_place, meeting.previous_outcome),
        ],
        "attendance": [
            [
                *(row.function, row.organisation, row.presence, row.arrived_at, row.left_after, row.is_coopted),
                *(row.is_chair, row.is_secretary, row.is_adjuster, row.is_substitute, row.is_vacant),
            ]
            for row in meeting.attendances.all()
        ],
        "paragraphs": [facts_of(each) for each in minutes.paragraphs.select_related("item")],
    }
    return hashlib.sha256(canonical(facts)).hexdigest()


def facts_of(paragraph: Paragraph) -> dict[str, Any]:
    content = content_of(paragraph).as_json()
    for action in content["actions"]:
        for name in ("key", "user", "addressees"):
            del action[name]
    return {"number": paragraph.number, "snapshot": paragraph.snapshot, **content}


# The steps


@transaction.atomic
def finish(minutes: Minutes, *, confirmed: Iterable[str] = (), by: User) -> Minutes:
    """The secretary lets go of the text. What it shows is frozen, and when the secretary does it, signed as well."""
    minutes = open_minutes(minutes)
    passed = {*minutes.confirmed, *confirmed}
    findings = checking.check(minutes, timezone.localdate())
    left = [each for each in findings if each.stops or each.key not in passed]
    if left:
        raise NotReady(_("Protokollet kan inte lämnas till justering ännu."), left)
    for paragraph in minutes.paragraphs.select_related("item"):
        freeze(paragraph)
    for row in minutes.signers:
        Attendance.objects.filter(pk=row.pk, user=None).update(user=row.user)
    Meeting.objects.filter(pk=minutes.meeting_id).update(status=Meeting.Status.HELD)
    signs = digest(minutes)
    changed = bool(minutes.content_digest) and signs != minutes.content_digest
    Minutes.objects.filter(pk=minutes.pk).update(
        status=Minutes.Status.SIGNING,
        content_digest=signs,
        round=minutes.round + changed,
        confirmed=sorted(passed),
        finished_at=database_now(),
        finished_by=by,
    )
    minutes.refresh_from_db()
    agenda.carry_on_from(minutes.meeting)
    audit.record(by=by, what=Event.MINUTES_FINISHED, target=minutes, place=minutes.place, round=minutes.round)
    turn = next_signer(minutes)
    if turn and turn.is_secretary and turn.user_id == by.pk:
        return sign(minutes, by=by)
    return _adjusted_if_all_have_signed(minutes, by)


def next_signer(minutes: Minutes) -> Attendance | None:
    """Whose turn it is; None while it is written, and when all have signed."""
    if minutes.status != Minutes.Status.SIGNING:
        return None
    done = {each.attendance_id for each in valid_signatures(minutes)}
    return next((row for row in minutes.signers if row.pk not in done), None)


@transaction.atomic
def sign(minutes: Minutes, *, by: User, shown: str = "") -> Minutes:
    """Vouch for what stands. `shown` is the digest of what the signer's page showed; other words are not signed."""
    minutes = Minutes.objects.select_for_update(of=("self",)).select_related("meeting__body").get(pk=minutes.pk)
    if minutes.status != Minutes.Status.SIGNING:
        raise NotNow(_("Protokollet är %(status)s och kan inte skrivas under nu.") % {"status": _status(minutes)})
    if shown not in ("", minutes.content_digest) or digest(minutes) != minutes.content_digest:
        raise NotNow(_("Protokollet har ändrats sedan du öppnade sidan. Läs det nya innan du skriver under."))
    row = next_signer(minutes)
    mine = [each for each in minutes.signers if each.user_id == by.pk]
    if not mine:
        raise NotChosen(_("Protokollet skrivs under av mötets sekreterare, ordförande och justerare."))
    if row is None or row.user_id != by.pk:
        raise NotYourTurn(_("Det är inte din tur att skriva under. Näst i tur: %(who)s.") % {"who": row or "–"})
    if row.is_adjuster and any(each.is_secretary for each in mine):
        raise SecretaryCannotAdjust(_("Den som skriver protokollet kan inte justera det. Välj en annan justerare."))
    if minutes.remarks.filter(resolved_at=None, made_by=by).exists():
        raise RemarksUnanswered(_("Du har en anmärkning som inte är besvarad. Vänta på svaret eller ta tillbaka den."))
    put_signature(minutes, row, minutes.content_digest, by)
    return _adjusted_if_all_have_signed(minutes, by)


def _status(minutes: Minutes) -> str:
    return str(minutes.get_status_display()).lower()


def put_signature(minutes: Minutes, row: Attendance, signed: str, by: User, paragraph: Paragraph | None = None) -> None:
    signature = Signature.objects.create(
        minutes=minutes,
        paragraph=paragraph,
        attendance=row,
        role=signer_role(row),
        round=minutes.round,
        digest=signed,
        function=row.function,
        organisation=row.organisation,
        at=database_now(),
        by=by,
    )
    audit.record(
        by=by,
        what=Event.MINUTES_SIGNED,
        target=minutes,
        place=minutes.place,
        role=signature.role,
        digest=signed,
        paragraph=paragraph.number if paragraph else None,
    )


def _adjusted_if_all_have_signed(minutes: Minutes, by: User) -> Minutes:
    if minutes.status == Minutes.Status.SIGNING and next_signer(minutes) is None:
        _lock(minutes, database_now(), None, by)
        audit.record(
            by=by,
            what=Event.MINUTES_ADJUSTED,
            target=minutes,
            place=minutes.place,
            document=minutes.document_digest,
            round=minutes.round,
        )
    return minutes


def _lock(minutes: Minutes, at: datetime.datetime, document: bytes | None, by: User) -> None:
    """The last write: from here on the database refuses. Archiving and publication are due at once, notes are not."""
    minutes.status, minutes.adjusted_at = Minutes.Status.ADJUSTED, at
    if document is None:
        document = documents.minutes_pdf(minutes, at=at)
    minutes.document_digest = hashlib.sha256(document).hexdigest()
    minutes.due_at = None if minutes.is_notes else at
    MinutesDocument.objects.create(
        minutes=minutes, content=document, sha256=minutes.document_digest, made_at=database_now()
    )
    minutes.save(update_fields=["status", "adjusted_at", "document_digest", "due_at"])


@transaction.atomic
def adopt(minutes: Minutes, document: bytes, *, adjusted_on: datetime.date, by: User) -> Minutes:
    """Minutes that were signed long ago on paper: the scanned original is their document, its day is their day."""
    minutes = open_minutes(minutes)
    Meeting.objects.filter(pk=minutes.meeting_id).update(status=Meeting.Status.HELD)
    minutes.content_digest = digest(minutes)
    minutes.save(update_fields=["content_digest"])
    _lock(minutes, timezone.make_aware(datetime.datetime.combine(adjusted_on, datetime.time(12))), document, by)
    audit.record(
        by=by, what=Event.MINUTES_ADJUSTED, target=minutes, place=minutes.place, document=minutes.document_digest
    )
    return minutes


@transaction.atomic
def reopen(minutes: Minutes, *, by: User) -> Minutes:
    """Take the text back for a change, for instance after a remark."""
    minutes = Minutes.objects.select_for_update(of=("self",)).get(pk=minutes.pk)
    if minutes.is_locked:
        raise Locked(_("Protokollet är justerat och ändras inte. Skriv en rättelse i stället."))
    if minutes.status == Minutes.Status.SIGNING:
        Minutes.objects.filter(pk=minutes.pk).update(status=Minutes.Status.DRAFT)
        audit.record(by=by, what=Event.MINUTES_REOPENED, target=minutes, place=minutes.place, round=minutes.round)
    minutes.refresh_from_db()
    return minutes


@transaction.atomic
def remark(minutes: Minutes, text: str, *, paragraph: Paragraph | None = None, by: User) -> Remark:
    """What chair or adjuster wants changed, to one § or to the whole."""
    minutes = Minutes.objects.select_for_update(of=("self",)).get(pk=minutes.pk)
    if minutes.is_locked:
        raise Locked(_("Protokollet är justerat. Skriv en rättelse i stället för en anmärkning."))
    if not any(row.user_id == by.pk for row in minutes.signers):
        raise NotChosen(_("Anmärkningar lämnas av mötets sekreterare, ordförande och justerare."))
    made = Remark.objects.create(minutes=minutes, paragraph=paragraph, round=minutes.round, text=text, made_by=by)
    number = paragraph.number if paragraph else None
    audit.record(by=by, what=Event.MINUTES_REMARK, target=minutes, place=minutes.place, paragraph=number)
    return made


@transaction.atomic
def resolve(made: Remark, *, answer: str, by: User) -> Remark:
    """Done, or answered why not."""
    Remark.objects.filter(pk=made.pk, resolved_at=None).update(
        answer=answer, resolved_at=database_now(), resolved_by=by
    )
    made.refresh_from_db()
    return made


@transaction.atomic
def correct(minutes: Minutes, text: str, *, paragraph: Paragraph | None = None, by: User) -> CorrectionNote:
    """A fault seen afterwards. The signed words stand; the note is read beside them."""
    if not minutes.is_locked:
        raise NotNow(_("Protokollet är inte justerat ännu. Ändra i texten i stället för att skriva en rättelse."))
    note = CorrectionNote.objects.create(minutes=minutes, paragraph=paragraph, text=text, by=by)
    number = paragraph.number if paragraph else None
    audit.record(by=by, what=Event.MINUTES_CORRECTED, target=minutes, place=minutes.place, paragraph=number)
    return note
