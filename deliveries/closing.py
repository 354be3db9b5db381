"""Godkännande och slutrapport: a part is closed when receipts are there, counts reconciled and samples checked."""

import datetime
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium import audit
from consortium.audit_events import Event
from consortium.models import User
from consortium.swedish import swedish_order
from deliveries import history, phases, progress, reminders
from deliveries.models import (
    Delivery,
    DeliveryOutcome,
    DeliveryProject,
    Milestone,
    Participation,
    Phase,
    Reconciliation,
    SampleCheck,
    Status,
)
from deliveries.models.news import News
from deliveries.models.phases import STATUS_STEPS, phase_words
from deliveries.project_refusals import GateClosed, NotNow
from deliveries.projects import locked


@transaction.atomic
def close(part: Participation, *, by: User, on: datetime.date | None = None) -> Participation:
    """The municipality's part is done. With the last one the project is done."""
    part = phases.locked(part)
    name = part.municipality.name
    if part.is_observer:
        raise NotNow(_("%(name)s lyssnar bara; det finns inget att avsluta.") % {"name": name})
    if Status.COMPLETED not in STATUS_STEPS[part.status]:
        raise NotNow(
            _("%(name)s har läget ”%(now)s” och kan inte avslutas nu.")
            % {"name": name, "now": part.get_status_display()}
        )
    if part.phase != Phase.CONTROL:
        raise NotNow(
            _("%(name)s är i ”%(phase)s”. Projektet avslutas i fas 4 Kontrollera.")
            % {"name": name, "phase": phase_words(part.phase)}
        )
    if lacks := phases.lacking(part, phases.CLOSE):
        raise GateClosed(lacks)
    day = on or timezone.localdate()
    part.status, part.ended_on, part.reason = Status.COMPLETED, history.end_of(part, day), ""
    part.save(update_fields=["status", "ended_on", "reason"])
    history.remember(part, by=by, on=on)
    project = part.project
    history.summarise(project, by=by, on=on)
    history.touch(project)
    audit.record(by=by, what=Event.PROJECT_STATUS, target=project, place=part.municipality, status=part.status)
    reminders.tell(
        News.Kind.STATUS,
        _("%(project)s, %(name)s är avslutat.") % {"project": project.name, "name": name},
        once=f"status {project.pk} {project.version}",
        project=project,
        municipality=part.municipality,
    )
    return part


@transaction.atomic
def close_without_parts(project: DeliveryProject, *, by: User) -> None:
    """A recurring project for which no municipality was named: it simply stops recurring."""
    project = locked(project)
    if project.participations.delivering().exists():
        raise NotNow(_("Avsluta varje kommuns del för sig, på kommunens flik."))
    if Status.COMPLETED not in STATUS_STEPS[project.status]:
        raise NotNow(_("Projektet har läget ”%(now)s”.") % {"now": project.get_status_display()})
    project.status, project.ended_on = Status.COMPLETED, history.end_of(project, timezone.localdate())
    project.save(update_fields=["status", "ended_on"])
    history.remember(project, by=by)
    history.touch(project)
    audit.record(by=by, what=Event.PROJECT_STATUS, target=project, place=project.consortium, status=project.status)


@dataclass(frozen=True)
class PartReport:
    part: Participation
    tests: list[progress.Round]
    production: list[progress.Round]
    counts: list[Reconciliation]
    samples: list[SampleCheck]
    receipts: list[str] = field(default_factory=list)

    @property
    def adds_up(self) -> bool:
        return bool(self.counts) and all(row.adds_up for row in self.counts)

    @property
    def samples_equal(self) -> int:
        return sum(sample.outcome == SampleCheck.Outcome.EQUAL for sample in self.samples)


@dataclass(frozen=True)
class FinalReport:
    """What others may learn from a project: figures and lessons, no content. The page and the PDF say the same."""

    project: DeliveryProject
    parts: list[PartReport]
    observers: list[Participation]
    milestones: list[Milestone]


def report(project: DeliveryProject) -> FinalReport:
    parts = list(project.participations.select_related("municipality").order_by(swedish_order("municipality__name")))
    return FinalReport(
        project,
        [_of(part) for part in parts if not part.is_observer],
        [part for part in parts if part.is_observer],
        list(Milestone.objects.filter(project=project, municipality=None)),
    )


def _of(part: Participation) -> PartReport:
    receipts = DeliveryOutcome.objects.filter(
        delivery__participation=part, kind=DeliveryOutcome.Kind.RECEIPTED
    ).exclude(reference="")
    return PartReport(
        part,
        progress.rounds(part, Delivery.Kind.TEST),
        progress.rounds(part, Delivery.Kind.PRODUCTION),
        list(part.reconciliations.all()),
        list(part.samples.all()),
        list(receipts.values_list("reference", flat=True)),
    )
