"""Närvaro: the body's seats at a meeting, their answers to the notice, who came, and who leads, writes and adjusts."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium import audit
from consortium.audit_events import Event
from consortium.models import User
from consortium.models.leases import database_now
from governance.models import Attendance, Meeting, Minutes, Seat


class AttendanceRefused(Exception):
    """What was ticked cannot be so; the text says why."""


class AdjusterIsAbsent(AttendanceRefused):
    """Who was not there cannot vouch for what was said."""


class AdjusterLeadsOrWrites(AttendanceRefused):
    """The adjuster is neither chair nor secretary of the meeting."""


class AnswersAreClosed(Exception):
    """The meeting is over or cancelled; presence is ticked by the secretary."""


@dataclass(frozen=True)
class Tick:
    attendance: int
    presence: str = ""
    arrived_at: int | None = None
    left_after: int | None = None
    is_chair: bool = False
    is_secretary: bool = False
    is_adjuster: bool = False


def seat_everybody(meeting: Meeting) -> None:
    """One row per seat in force that day; what the seat says now, unless its holder has answered already.

    Who leads and writes follows the seats until the secretary has said who did.
    """
    seats = meeting.body.seats.in_force(meeting.held_on).select_related("municipality", "party").in_swedish_order()
    kept = {each.seat_id: each for each in meeting.attendances.all()}
    is_taken = any(each.presence or each.is_adjuster for each in kept.values())
    if not is_taken:
        meeting.attendances.update(is_chair=False, is_secretary=False)  # first, as there is one of each at a time
    chair = next((seat.pk for seat in seats if seat.role == Seat.Role.CHAIR and _filled(seat)), None)
    secretary = next((seat.pk for seat in seats if seat.role == Seat.Role.SECRETARY and _filled(seat)), None)
    for order, seat in enumerate(seats, 1):
        row = kept.pop(seat.pk, None) or Attendance(meeting=meeting, seat=seat)
        if not row.answered_at and not row.presence:
            row.order, row.function, row.organisation = order, seat.function, seat.organisation
            row.municipality, row.user = seat.municipality, seat.user
            row.is_coopted, row.is_substitute, row.is_vacant = not seat.has_vote, seat.is_substitute, not _filled(seat)
        if not is_taken:
            row.is_chair, row.is_secretary = seat.pk == chair, seat.pk == secretary
        row.save()
    for gone in kept.values():
        if gone.seat_id and not gone.answered_at and not gone.presence:
            gone.delete()


def _filled(seat: Seat) -> bool:
    return seat.status != Seat.Status.VACANT


@transaction.atomic
def answer(row: Attendance, *, coming: bool, note: str = "", substitute: str = "", by: User) -> Attendance:
    """Yes or an apology. After the day asked for it still counts, and is noted as late."""
    meeting = Meeting.objects.select_for_update().get(pk=row.meeting_id)
    if meeting.status in (Meeting.Status.HELD, Meeting.Status.CANCELLED) or meeting.end < timezone.now():
        raise AnswersAreClosed(
            _("Mötet är hållet eller inställt. Säg till sekreteraren om närvaron ska rättas i protokollet.")
        )
    row.answer = Attendance.Answer.COMING if coming else Attendance.Answer.APOLOGY
    row.answer_note, row.substitute_text = note, "" if coming else substitute
    row.answered_at, row.answered_by = database_now(), by
    row.answered_late = is_late(meeting, timezone.localdate(row.answered_at))
    row.save()
    audit.record(by=by, what=Event.MEETING_ANSWERED, target=meeting, place=meeting.place, answer=row.answer)
    return row


def is_late(meeting: Meeting, on: datetime.date) -> bool:
    return meeting.answer_by is not None and on > meeting.answer_by


@transaction.atomic
def take(meeting: Meeting, ticks: Iterable[Tick], *, by: User | None) -> None:
    """Who was there, from which § to which, and in what role. All at once, so that roles can change places."""
    written = Minutes.objects.select_for_update().filter(meeting=meeting).first()
    if written and written.is_locked:
        raise AttendanceRefused(_("Protokollet är justerat, så närvaron ändras inte. Skriv en rättelse i stället."))
    if written and written.status == Minutes.Status.SIGNING:
        raise AttendanceRefused(
            _("Protokollet är under justering. Öppna det för ändring först; då börjar en ny omgång.")
        )
    rows = {row.pk: row for row in meeting.attendances.select_for_update()}
    said = [tick for tick in ticks if tick.attendance in rows]
    for tick in said:
        _demand_lawful(tick, rows[tick.attendance])
    meeting.attendances.update(is_chair=False, is_secretary=False, is_adjuster=False)
    for tick in said:
        present = tick.presence == Attendance.Presence.PRESENT
        Attendance.objects.filter(pk=tick.attendance).update(
            presence=tick.presence,
            arrived_at=tick.arrived_at if present else None,
            left_after=tick.left_after if present else None,
            is_chair=tick.is_chair,
            is_secretary=tick.is_secretary,
            is_adjuster=tick.is_adjuster,
        )
    audit.record(by=by, what=Event.ATTENDANCE_TAKEN, target=meeting, place=meeting.place)


def _demand_lawful(tick: Tick, row: Attendance) -> None:
    if tick.is_adjuster and (tick.is_chair or tick.is_secretary):
        raise AdjusterLeadsOrWrites(
            _("%(who)s kan inte både justera och vara ordförande eller sekreterare. Välj en annan justerare.")
            % {"who": row}
        )
    if tick.is_adjuster and tick.presence == Attendance.Presence.ABSENT:
        raise AdjusterIsAbsent(
            _("%(who)s är frånvarande och kan inte justera. Välj en justerare bland de närvarande.") % {"who": row}
        )
    if tick.arrived_at and tick.left_after is not None and tick.left_after < tick.arrived_at:
        raise AttendanceRefused(
            _("%(who)s kan inte gå före § %(left)s och komma till § %(came)s. Rätta ett av numren.")
            % {"who": row, "left": tick.left_after, "came": tick.arrived_at}
        )
