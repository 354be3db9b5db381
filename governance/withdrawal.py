"""Uppsägning och utträde: the member stays one through its notice, and leaves with its records (kommunallagen 9:18)."""

import calendar
import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from consortium import audit
from consortium.audit_events import Event
from consortium.models import User
from governance import membership
from governance.membership import Step
from governance.models import Consortium, Membership, Municipality, ReturnItem, Withdrawal
from governance.revising import Refusal

Status = Membership.Status


class NoticeStillRuns(Refusal):
    """The agreed time has not passed."""


class RecordsNotReturned(Refusal):
    """The owner has not got everything back."""


class NotRunning(Refusal):
    """The notice is taken back or the member has left."""


def months_later(on: datetime.date, months: int) -> datetime.date:
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(on.day, calendar.monthrange(year, month + 1)[1]))


@transaction.atomic
def give_notice(
    consortium: Consortium,
    municipality: Municipality,
    *,
    notified_on: datetime.date,
    reference: str,
    months: int | None = None,
    remaining_costs: str = "",
    seen: int | None,
    by: User,
) -> Withdrawal:
    """The member has said that it leaves. `months` None takes the agreement's time, or the law's three years."""
    length = consortium.months_of_notice if months is None else months
    leaves_on = months_later(notified_on, length)
    step = Step(Status.LEAVING, notified_on, body=reference[:80], comment=_("Utträder %s.") % leaves_on.isoformat())
    membership.add(consortium, municipality, step, seen=seen, by=by)
    withdrawal = Withdrawal.objects.create(
        consortium=consortium,
        municipality=municipality,
        notified_on=notified_on,
        months_of_notice=length,
        leaves_on=leaves_on,
        reference=reference,
        remaining_costs=remaining_costs,
    )
    ReturnItem.objects.bulk_create(ReturnItem(withdrawal=withdrawal, what=what) for what in ReturnItem.What.values)
    audit.record(
        by=by, what=Event.NOTICE_GIVEN, target=withdrawal, place=consortium, municipality=municipality.pk, months=length
    )
    return withdrawal


@transaction.atomic
def mark_returned(item: ReturnItem, *, done_on: datetime.date, note: str = "", by: User) -> ReturnItem:
    """One thing is handed over. The host's copies go last, when the owner has everything."""
    withdrawal = _running(item.withdrawal)
    missing = withdrawal.items.filter(done_on=None).exclude(what=ReturnItem.What.DELETION)
    if item.what == ReturnItem.What.DELETION and missing.exists():
        raise RecordsNotReturned(
            _("Radera först när kommunen har kvitterat: %(missing)s återstår.")
            % {"missing": ", ".join(str(each).lower() for each in missing)}
        )
    item.done_on, item.note = done_on, note
    item.save(update_fields=["done_on", "note"])
    audit.record(
        by=by, what=Event.WITHDRAWAL_CHANGED, target=withdrawal, place=withdrawal.consortium, returned=item.what
    )
    return item


@transaction.atomic
def take_back(withdrawal: Withdrawal, *, on: datetime.date, reason: str, by: User) -> Withdrawal:
    """The municipality stays after all, as it stood before."""
    withdrawal = _running(withdrawal)
    rows = Membership.objects.filter(consortium=withdrawal.consortium, municipality=withdrawal.municipality)
    before = rows.exclude(status=Status.LEAVING).latest("effective_on", "id")
    step = Step(before.status, on, comment=_("Uppsägningen är återtagen. %s") % reason)
    _end(withdrawal, step, Withdrawal.Status.TAKEN_BACK, by=by)
    return withdrawal


@transaction.atomic
def leave(withdrawal: Withdrawal, *, on: datetime.date, by: User) -> Withdrawal:
    """Out: the notice has run and the records are the owner's again."""
    withdrawal = _running(withdrawal)
    if on < withdrawal.leaves_on:
        raise NoticeStillRuns(
            _("Uppsägningstiden löper till %(day)s. Före den dagen är kommunen medlem och betalar sin del.")
            % {"day": withdrawal.leaves_on.isoformat()}
        )
    missing = withdrawal.items.filter(done_on=None)
    if missing.exists():
        raise RecordsNotReturned(
            _("Allt är inte återlämnat. Kvar: %(missing)s.")
            % {"missing": ", ".join(str(each).lower() for each in missing)}
        )
    _end(withdrawal, Step(Status.LEFT, on), Withdrawal.Status.COMPLETED, by=by)
    return withdrawal


def _running(withdrawal: Withdrawal) -> Withdrawal:
    found = Withdrawal.objects.select_for_update(of=("self",)).select_related("consortium").get(pk=withdrawal.pk)
    if found.status != Withdrawal.Status.RUNNING:
        raise NotRunning(_("Uppsägningen är redan avslutad: %s.") % found.get_status_display().lower())
    return found


def _end(withdrawal: Withdrawal, step: Step, status: Withdrawal.Status, *, by: User) -> None:
    last = membership.newest(withdrawal.consortium, withdrawal.municipality)
    membership.add(withdrawal.consortium, withdrawal.municipality, step, seen=last.pk if last else None, by=by)
    withdrawal.status = status
    withdrawal.save(update_fields=["status"])
    audit.record(
        by=by, what=Event.WITHDRAWAL_CHANGED, target=withdrawal, place=withdrawal.consortium, status=status.value
    )
