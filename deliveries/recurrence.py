"""Återkommande leveranser: the calendar makes the next occurrence, reminds, and tells the steering group of the missed.

Everything here may be run as often as one likes: an occurrence is made once a day it is due, told once, missed once.
"""

import calendar
import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium import audit
from consortium.audit_events import Event
from consortium.models import User
from deliveries import history, reminders
from deliveries.models import Delivery, DeliveryOutcome, DeliveryProject, Occurrence, Recurrence, Status
from deliveries.models.news import News
from deliveries.project_refusals import NotNow


@transaction.atomic
def set_rhythm(project: DeliveryProject, *, by: User, **rhythm: Any) -> Recurrence:
    """The project recurs from now on; coming occurrences that nobody has touched follow the new rhythm."""
    recurrence, _made = Recurrence.objects.update_or_create(project=project, defaults=rhythm)
    untouched = recurrence.occurrences.filter(delivered_at=None, missed_at=None, reminded_at=None)
    untouched.filter(due_on__gte=timezone.localdate()).delete()
    project = DeliveryProject.objects.get(pk=project.pk)
    if project.status in (Status.PLANNED, Status.ONGOING):
        project.status = Status.RECURRING
        project.save(update_fields=["status"])
        history.remember(project, by=by)
    history.touch(project)
    audit.record(by=by, what=Event.PROJECT_CHANGED, target=project, place=project.consortium, recurs=True)
    _plan(recurrence, timezone.localdate())
    return recurrence


def follow(today: datetime.date | None = None) -> None:
    """What the calendar does each time it looks: plan, remind, escalate."""
    day = today or timezone.localdate()
    running = Recurrence.objects.filter(project__status__in=(Status.RECURRING, Status.ONGOING)).select_related(
        "project"
    )
    for recurrence in running:
        _plan(recurrence, day)
        for occurrence in recurrence.occurrences.filter(delivered_at=None, missed_at=None):
            _follow(occurrence, recurrence, day)


def _plan(recurrence: Recurrence, today: datetime.date) -> None:
    """The latest due day that has passed, and the one after it."""
    due, step = recurrence.first_due_on, 0
    wanted = [due]
    while due < today:
        step += 1
        due = months_after(recurrence.first_due_on, step * recurrence.every_months)
        wanted.append(due)
    Occurrence.objects.bulk_create(
        [Occurrence(recurrence=recurrence, due_on=day) for day in wanted[-2:]], ignore_conflicts=True
    )


def months_after(day: datetime.date, months: int) -> datetime.date:
    """The same day of a later month, or its last: 31 January, a month later, is 28 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@transaction.atomic
def _follow(occurrence: Occurrence, recurrence: Recurrence, today: datetime.date) -> None:
    project = recurrence.project
    words = {"project": project.name, "day": occurrence.due_on.isoformat()}
    if occurrence.due_on + datetime.timedelta(days=recurrence.missed_after_days) < today:
        Occurrence.objects.filter(pk=occurrence.pk, missed_at=None).update(missed_at=timezone.now())
        reminders.tell(
            News.Kind.MISSED,
            _("%(project)s: leveransen som skulle ha kommit %(day)s är missad. Den tas upp i styrgruppens lista.")
            % words,
            once=f"missed {occurrence.pk}",
            project=project,
        )
    elif occurrence.reminded_at is None and (
        occurrence.due_on - datetime.timedelta(days=recurrence.remind_days) <= today
    ):
        Occurrence.objects.filter(pk=occurrence.pk, reminded_at=None).update(reminded_at=timezone.now())
        reminders.tell(
            News.Kind.DUE,
            _("%(project)s: nästa leverans ska vara inne senast %(day)s.") % words,
            once=f"due {occurrence.pk}",
            project=project,
        )


def delivered_by(delivery: Delivery, project: DeliveryProject) -> None:
    """The oldest occurrence that waits is ticked off by the receipt that was the last one it waited for."""
    occurrences = Occurrence.objects.filter(recurrence__project=project)
    occurrence = occurrences.select_for_update(of=("self",)).filter(delivered_at=None).order_by("due_on").first()
    if occurrence is None or occurrences.filter(delivery=delivery).exists():
        return
    before = occurrences.filter(delivered_at__isnull=False).order_by("-delivered_at").first()
    receipts = DeliveryOutcome.objects.filter(
        delivery__participation__project=project,
        delivery__kind=Delivery.Kind.PRODUCTION,
        kind=DeliveryOutcome.Kind.RECEIPTED,
    )
    if before and before.delivered_at:
        receipts = receipts.filter(at__gt=before.delivered_at)
    there = set(receipts.values_list("delivery__participation", flat=True))
    if there.issuperset(project.participations.delivering().going_on().values_list("pk", flat=True)):
        occurrence.delivered_at, occurrence.delivery = timezone.now(), delivery
        occurrence.save(update_fields=["delivered_at", "delivery"])


@transaction.atomic
def tick_off(occurrence: Occurrence, *, by: User, note: str = "") -> None:
    """Delivered outside the portal, or skipped by agreement: a person says so."""
    occurrence = Occurrence.objects.select_for_update().get(pk=occurrence.pk)
    if occurrence.delivered_at:
        raise NotNow(_("Leveransen %(day)s är redan avbockad.") % {"day": occurrence.due_on})
    occurrence.delivered_at, occurrence.delivered_by, occurrence.note = timezone.now(), by, note
    occurrence.save(update_fields=["delivered_at", "delivered_by", "note"])
    project = occurrence.recurrence.project
    audit.record(
        by=by,
        what=Event.OCCURRENCE_DELIVERED,
        target=project,
        place=project.consortium,
        due_on=occurrence.due_on.isoformat(),
    )
