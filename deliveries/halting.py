"""Pausing, resuming and cancelling, a municipality's part or a whole project, always with a reason."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium import audit
from consortium.audit_events import Event
from consortium.models import User
from deliveries import history, reminders
from deliveries.models import DeliveryProject, Participation, Status
from deliveries.models.news import News
from deliveries.models.phases import OVER, STATUS_STEPS
from deliveries.project_refusals import NotNow, ReasonMissing
from deliveries.projects import locked
from governance.models import Municipality


def pause(project: DeliveryProject, reason: str, *, by: User, municipality: Municipality | None = None) -> None:
    _halt(project, Status.PAUSED, reason, by=by, municipality=municipality)


def cancel(project: DeliveryProject, reason: str, *, by: User, municipality: Municipality | None = None) -> None:
    _halt(project, Status.CANCELLED, reason, by=by, municipality=municipality)


@transaction.atomic
def resume(project: DeliveryProject, *, by: User, municipality: Municipality | None = None) -> None:
    """On from the phase where it stopped. Also opens what was cancelled or closed by mistake."""
    project = locked(project)
    stopped = (Status.PAUSED, Status.CANCELLED, Status.COMPLETED, Status.LEFT)
    changed = False
    for part in _parts(project, municipality):
        if part.status in stopped and (municipality or part.status == project.status):
            begun = part.status == Status.PAUSED or part.phase is not None or part.started_on
            part.status = Status.ONGOING if begun else Status.PLANNED
            part.ended_on, part.reason = None, ""
            part.save(update_fields=["status", "ended_on", "reason"])
            history.remember(part, by=by)
            changed = True
    if not changed and municipality is None and project.status in stopped:
        project.status = Status.RECURRING if hasattr(project, "recurrence") else Status.ONGOING
        project.ended_on = None
        project.save(update_fields=["status", "ended_on"])
        history.remember(project, by=by)
        changed = True
    if not changed:
        raise NotNow(_("Projektet pågår redan."))
    _conclude(project, _("återupptaget"), "", by=by, municipality=municipality)


@transaction.atomic
def _halt(
    project: DeliveryProject, status: Status, reason: str, *, by: User, municipality: Municipality | None
) -> None:
    if not reason.strip():
        raise ReasonMissing(_("Skriv skälet, så att de andra förstår varför."))
    project = locked(project)
    if municipality is None and status not in STATUS_STEPS[project.status]:
        raise NotNow(_("Det går inte nu: projektet har läget ”%(now)s”.") % {"now": project.get_status_display()})
    parts = [part for part in _parts(project, municipality) if status in STATUS_STEPS[part.status]]
    if municipality and not parts:
        raise NotNow(_("Det går inte nu: %(name)s är redan stoppad eller klar.") % {"name": municipality.name})
    today = timezone.localdate()
    for part in parts:
        part.status, part.reason = status, reason
        part.ended_on = history.end_of(part, today) if status in OVER else None
        part.save(update_fields=["status", "reason", "ended_on"])
        history.remember(part, by=by, reason=reason)
    if not project.participations.delivering().exists() and municipality is None:
        project.status = status
        project.ended_on = history.end_of(project, today) if status in OVER else None
        project.save(update_fields=["status", "ended_on"])
        history.remember(project, by=by, reason=reason)
    word = _("pausat") if status == Status.PAUSED else _("avbrutet")
    _conclude(project, word, reason, by=by, municipality=municipality)


def _parts(project: DeliveryProject, municipality: Municipality | None) -> list[Participation]:
    parts = project.participations.select_related("municipality")
    return list(parts.filter(municipality=municipality) if municipality else parts)


def _conclude(project: DeliveryProject, word: str, reason: str, *, by: User, municipality: Municipality | None) -> None:
    history.summarise(project, by=by, reason="" if municipality else reason)
    history.touch(project)
    place = municipality or project.consortium
    audit.record(by=by, what=Event.PROJECT_STATUS, target=project, place=place, status=project.status)
    name = f"{project.name}, {municipality.name}" if municipality else project.name
    reminders.tell(
        News.Kind.STATUS,
        _("%(project)s är %(word)s.") % {"project": name, "word": word},
        once=f"status {project.pk} {project.version}",
        project=project,
        municipality=municipality,
    )
