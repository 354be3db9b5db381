"""Uppföljning: every decision and every action across meetings, so that nothing is lost between them."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium import audit, sheets
from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.audit_events import Event
from consortium.models import User
from consortium.models.leases import database_now
from governance.meetings import EditedMeanwhile
from governance.models import ActionItem, Body, Consortium, Decision, Seat

OPEN, OVERDUE, DONE, ALL = "oppna", "forsenade", "klara", "alla"
STATES = (OPEN, OVERDUE, DONE, ALL)


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to. Empty means everything."""

    state: str = OPEN
    body: int | None = None
    words: str = ""
    mine: bool = False


def own(user: policy.AnyUser) -> Q:
    """The user's own actions, and those that wait for the municipality the user sits for in the same consortium."""
    sits_for = Q(addressees__seats__in=Seat.objects.in_force().of(user))
    return Q(responsible_user=user.pk) | sits_for & Q(addressees__seats__body__consortium=F("body__consortium"))


def actions(user: policy.AnyUser, wanted: Wanted) -> QuerySet[ActionItem]:
    found = ActionItem.objects.visible_to(user).select_related(
        "body__consortium", "paragraph__minutes__meeting__body", "responsible_user"
    )
    if wanted.state == OPEN:
        found = found.open()
    elif wanted.state == OVERDUE:
        found = found.overdue()
    elif wanted.state == DONE:
        found = found.exclude(status=ActionItem.Status.OPEN)
    if wanted.body:
        found = found.filter(body=wanted.body)
    if wanted.mine:
        found = found.filter(own(user)).distinct()
    for word in wanted.words.split():
        found = found.filter(
            Q(task__icontains=word) | Q(responsible__icontains=word) | Q(paragraph__title__icontains=word)
        )
    return found.order_by("due_on", "pk")


def decisions(user: policy.AnyUser, wanted: Wanted) -> QuerySet[Decision]:
    """Adjusted ones only: until then nothing is decided for sure."""
    bodies = Body.objects.filter(consortium__in=Consortium.objects.where_may(user, Permission.MINUTES_READ))
    found = (
        Decision.objects.filter(paragraph__body__in=bodies)
        .filter(Q(paragraph__adjusted_at__isnull=False) | Q(paragraph__minutes__status="adjusted"))
        .select_related("paragraph__minutes__meeting__body__consortium")
    )
    if wanted.body:
        found = found.filter(paragraph__body=wanted.body)
    for word in wanted.words.split():
        found = found.filter(
            Q(text__icontains=word)
            | Q(paragraph__title__icontains=word)
            | Q(paragraph__registry_number__icontains=word)
        )
    return found.order_by("-paragraph__minutes__meeting__held_on", "paragraph__number", "position")


@transaction.atomic
def note(action: ActionItem, *, status: str, text: str, version: int, by: User) -> ActionItem:
    """How far it has come. What the § asked for stays as it was signed."""
    action = ActionItem.objects.select_for_update(of=("self",)).get(pk=action.pk)
    if action.version != version:
        raise EditedMeanwhile(_("Någon annan antecknade samtidigt. Båda texterna visas; spara den som gäller."), action)
    closed = status != ActionItem.Status.OPEN
    action.status, action.note = status, text
    action.done_at, action.done_by = (database_now(), by) if closed else (None, None)
    action.version += 1
    action.save(update_fields=["status", "note", "done_at", "done_by", "version"])
    audit.record(by=by, what=Event.ACTION_FOLLOWED_UP, target=action, place=action.place, status=status)
    return action


def as_csv(found: Iterable[ActionItem], on: datetime.date | None = None) -> bytes:
    today = on or timezone.localdate()
    heads = [
        *(_("Åtgärd"), _("Ansvarig"), _("Klart senast"), _("Läge"), _("Försenad"), _("Organ"), _("Möte")),
        *(_("Paragraf"), _("Anteckning")),
    ]
    rows = [
        (
            each.task,
            each.responsible,
            each.due_on.isoformat() if each.due_on else "",
            str(each.get_status_display()),
            _("ja") if each.is_overdue(today) else "",
            str(each.body),
            each.paragraph.minutes.meeting.held_on.isoformat() if each.paragraph else "",
            each.paragraph.label if each.paragraph else "",
            each.note,
        )
        for each in found
    ]
    return sheets.to_csv(heads, rows)
