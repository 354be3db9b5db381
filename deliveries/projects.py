"""Leveransprojekt: begun for one or more municipalities, changed by one person at a time, joined and listened in to."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium import audit
from consortium.audit_events import Event
from consortium.models import User
from consortium.precision import last_day
from deliveries import history, reminders
from deliveries.models import DeliveryProject, Participation, Phase, SourceSystem, Status
from deliveries.models.news import News
from deliveries.models.phases import OVER
from deliveries.project_refusals import ChangedMeanwhile, EndsBeforeStart, NotAMember, NotNow
from governance.models import Consortium, Municipality

Role = Participation.Role
# What may be changed in the form; phase and status have acts of their own.
FACTS = (
    *("name", "planned_from", "planned_from_precision", "started_on", "started_precision"),
    *("ended_on", "ended_precision", "note", "benefits", "cost", "cost_amount", "has_secrets", "lessons", "reusable"),
)


@transaction.atomic
def create(
    consortium: Consortium,
    system: SourceSystem,
    name: str,
    municipalities: Iterable[Municipality] = (),
    *,
    by: User | None,
    observers: Iterable[Municipality] = (),
    status: str = Status.PLANNED,
    phase: Phase | None = None,
    on: datetime.date | None = None,
    **facts: Any,
) -> DeliveryProject:
    """A project with those who deliver and those who listen. `phase` is for one that was begun outside the portal."""
    _demand_order(facts)
    project = DeliveryProject(consortium=consortium, system=system, name=name, status=status, phase=phase, **facts)
    project.full_clean(exclude=["municipalities"])
    project.save(force_insert=True)
    own = Status.ONGOING if status == Status.RECURRING else status
    for municipality in municipalities:
        _demand_member(consortium, municipality)
        part = Participation.objects.create(
            project=project,
            municipality=municipality,
            status=own,
            phase=phase,
            started_on=project.started_on,
            started_precision=project.started_precision,
            ended_on=project.ended_on if own in OVER else None,
        )
        history.remember(part, by=by, on=on)
    for municipality in observers:
        _demand_member(consortium, municipality)
        part = Participation.objects.create(project=project, municipality=municipality, role=Role.OBSERVER, status=own)
        history.remember(part, by=by, on=on)
    history.remember(project, by=by, on=on)
    history.separate_if_due(project)
    audit.record(by=by, what=Event.PROJECT_CREATED, target=project, place=consortium, system=system.slug)
    return project


@transaction.atomic
def change(project: DeliveryProject, facts: Mapping[str, Any], *, seen: int, by: User) -> DeliveryProject:
    """Change what is known of a project. `seen` is the version the form was filled from."""
    project = locked(project)
    if project.version != seen:
        raise ChangedMeanwhile(
            _("Någon annan har ändrat projektet medan du skrev. Jämför nedan och spara det som ska gälla.")
        )
    values = {name: facts[name] for name in FACTS if name in facts}
    _demand_order({name: getattr(project, name) for name in FACTS} | values)
    noted = values.get("note", project.note) != project.note
    dates = any(values.get(name, getattr(project, name)) != getattr(project, name) for name in FACTS[1:7])
    for name, value in values.items():
        setattr(project, name, value)
    project.version += 1
    project.save(update_fields=[*values, "version"])
    if noted or dates:
        history.remember(project, by=by)
    history.separate_if_due(project)
    audit.record(by=by, what=Event.PROJECT_CHANGED, target=project, place=project.consortium, fields=sorted(values))
    return project


@transaction.atomic
def join(
    project: DeliveryProject, municipality: Municipality, role: str = Role.DELIVERING, *, by: User
) -> Participation:
    """Somebody more takes part, or an observer begins to deliver."""
    project = locked(project)
    _demand_member(project.consortium, municipality)
    if project.status in (Status.COMPLETED, Status.CANCELLED):
        raise NotNow(_("Projektet är avslutat. Återuppta det eller lägg upp ett nytt."))
    status = Status.PLANNED if project.status == Status.PLANNED else Status.ONGOING
    part = Participation.objects.filter(project=project, municipality=municipality).first()
    if part and part.role == role and part.status != Status.LEFT:
        raise NotNow(_("%(name)s deltar redan i projektet.") % {"name": municipality.name})
    part = part or Participation(project=project, municipality=municipality)
    part.role, part.status, part.ended_on, part.reason = role, status, None, ""
    part.save()
    history.remember(part, by=by)
    history.summarise(project, by=by)
    history.touch(project)
    audit.record(by=by, what=Event.PROJECT_CHANGED, target=project, place=municipality, joined=role)
    words = _("%(name)s lyssnar nu i %(project)s.") if role == Role.OBSERVER else _("%(name)s deltar nu i %(project)s.")
    reminders.tell(
        News.Kind.JOINED,
        words % {"name": municipality.name, "project": project.name},
        once=f"joined {part.pk} {project.version}",
        project=project,
    )
    return part


@transaction.atomic
def separate(project: DeliveryProject, *, by: User) -> DeliveryProject:
    """Secret content begins: from now on each municipality writes for itself."""
    project = locked(project)
    if project.separated_at is None:
        project.has_secrets, project.separated_at = True, timezone.now()
        project.version += 1
        project.save(update_fields=["has_secrets", "separated_at", "version"])
        audit.record(by=by, what=Event.PROJECT_CHANGED, target=project, place=project.consortium, separated=True)
    return project


def locked(project: DeliveryProject) -> DeliveryProject:
    return DeliveryProject.objects.select_for_update(of=("self",)).get(pk=project.pk)


def _demand_member(consortium: Consortium, municipality: Municipality) -> None:
    if not consortium.members().filter(pk=municipality.pk).exists():
        raise NotAMember(
            _("%(name)s är inte med i %(consortium)s. Lägg till medlemskapet först.")
            % {"name": municipality.official_name, "consortium": consortium}
        )


def _demand_order(facts: Mapping[str, Any]) -> None:
    """A month or a season may end before the exact day that lies inside it begins; only what is sure is refused."""
    start, end = facts.get("started_on"), facts.get("ended_on")
    if start and end and last_day(end, facts.get("ended_precision") or "day") < start:
        raise EndsBeforeStart(_("Projektet slutar innan det börjar. Rätta start eller slut."))
