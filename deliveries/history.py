"""Every change of phase or status is remembered with the day it holds from, so that an earlier day can be told."""

import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from consortium.models import User
from deliveries.models import DeliveryProject, Participation, Phase, ProjectState, Status
from deliveries.models.phases import OVER

# The summary of a project is the first of these that any part has.
ORDER = (Status.ONGOING, Status.PAUSED, Status.PLANNED, Status.COMPLETED, Status.CANCELLED, Status.LEFT)


def remember(
    row: DeliveryProject | Participation, *, by: User | None, on: datetime.date | None = None, reason: str = ""
) -> ProjectState:
    """Write down how the row stands now, from the day it holds from (today unless told)."""
    part = row if isinstance(row, Participation) else None
    project = row.project if isinstance(row, Participation) else row
    return ProjectState.objects.create(
        project=project,
        municipality=part.municipality if part else None,
        role=part.role if part else "",
        status=row.status,
        phase=row.phase,
        note="" if part else project.note,
        reason=reason,
        started_on=row.started_on,
        started_precision=row.started_precision,
        ended_on=row.ended_on,
        planned_from=None if part else project.planned_from,
        planned_from_precision=project.planned_from_precision,
        effective_on=on or timezone.localdate(),
        recorded_by=by,
    )


@transaction.atomic
def summarise(project: DeliveryProject, *, by: User | None, on: datetime.date | None = None, reason: str = "") -> None:
    """The project as its delivering parts stand: the least phase that is known, the liveliest status."""
    parts = list(project.participations.delivering())
    if not parts:
        return
    going = [part for part in parts if part.status not in OVER]
    status = next(each for each in ORDER if each in {part.status for part in parts})
    if status == Status.ONGOING and (project.status == Status.RECURRING or hasattr(project, "recurrence")):
        status = Status.RECURRING
    phases = [part.phase for part in going or parts if part.phase is not None]
    starts = [part for part in parts if part.started_on]
    first = min(starts, key=lambda part: part.started_on or datetime.date.max, default=None)
    ends = [part.ended_on for part in parts if part.ended_on]
    project.status, project.phase = status, min(phases, default=None)
    if first and project.started_on is None:
        project.started_on, project.started_precision = first.started_on, first.started_precision
    last = max(ends, default=on or timezone.localdate())
    project.ended_on = end_of(project, last) if not going else None
    project.save(update_fields=["status", "phase", "started_on", "started_precision", "ended_on"])
    remember(project, by=by, on=on, reason=reason)


def end_of(row: DeliveryProject | Participation, day: datetime.date) -> datetime.date:
    """What was to begin later ends the day it would have begun."""
    return max(row.started_on, day) if row.started_on else day


def touch(project: DeliveryProject) -> None:
    """Whoever has the project open in a form is told that it changed."""
    DeliveryProject.objects.filter(pk=project.pk).update(version=F("version") + 1)
    project.refresh_from_db(fields=["version"])


def separate_if_due(project: DeliveryProject) -> None:
    """Joint work ends when secret content begins: from the transfer phase on, if the content is secret."""
    if not project.has_secrets or project.separated_at:
        return
    if project.participations.delivering().filter(phase__gte=Phase.TRANSFER).exists():
        project.separated_at = timezone.now()
        project.save(update_fields=["separated_at"])
