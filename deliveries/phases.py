"""The way through the five phases: what each gate demands, and moving a municipality's part through it.

One table says everything: a phase is entered when every demand before it is met. Back is always open.
"""

import datetime
from collections.abc import Callable, Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consortium import audit
from consortium.audit_events import Event
from consortium.models import User
from deliveries import history, planning, progress, reminders
from deliveries.models import (
    DeliveryOutcome,
    Participation,
    Phase,
    ProjectFunction,
    Reconciliation,
    SampleCheck,
    Status,
    SubmissionAgreement,
)
from deliveries.models.news import News
from deliveries.models.phases import OVER, phase_words
from deliveries.project_refusals import ChangedMeanwhile, GateClosed, Lack, NotNow

Demand = Callable[[Participation], Lack | None]


def business_owner(part: Participation) -> Lack | None:
    """An e-archive is the business's matter: IT and archive cannot begin alone."""
    named = ProjectFunction.objects.filter(project=part.project, kind=ProjectFunction.Kind.BUSINESS_OWNER)
    if named.filter(municipality=part.municipality).exists() or named.filter(municipality=None).exists():
        return None
    return Lack(
        _("Verksamhetsansvarig saknas för %(name)s.") % {"name": part.municipality.name},
        "function",
        _("Ange verksamhetsansvarig"),
    )


def readiness(part: Participation) -> Lack | None:
    """Archivist, delivery plan and inventory of systems, as the municipality itself has stated."""
    ready = planning.readiness(part.municipality)
    if ready.is_ready:
        return None
    return Lack(
        _("Förutsättningar saknas i %(name)s: %(what)s.")
        % {"name": part.municipality.name, "what": ", ".join(str(each) for each in ready.lacking)},
        "readiness",
        _("Se kommunens förutsättningar"),
    )


def agreement_in_force(part: Participation) -> Lack | None:
    agreements = SubmissionAgreement.objects.in_force().filter(owner=part.municipality)
    if agreements.filter(project=part.project).exists() or agreements.filter(system=part.project.system).exists():
        return None
    return Lack(
        _("%(name)s har ingen undertecknad leveransöverenskommelse som gäller för %(system)s.")
        % {"name": part.municipality.name, "system": part.project.system},
        "agreement",
        _("Gå till leveransöverenskommelserna"),
    )


def production_accepted(part: Participation) -> Lack | None:
    accepted = (DeliveryOutcome.Kind.ACCEPTED, DeliveryOutcome.Kind.RECEIPTED)
    if DeliveryOutcome.objects.filter(delivery__participation=part, kind__in=accepted).exists():
        return None
    return Lack(
        _("Ingen skarp leverans från %(name)s är godkänd.") % {"name": part.municipality.name},
        "delivery",
        _("Se omgångarna"),
    )


def receipt(part: Participation) -> Lack | None:
    """Every accepted package must have its receipt: only then may the source system let go."""
    accepted = set(_packages(part, DeliveryOutcome.Kind.ACCEPTED))
    receipted = set(_packages(part, DeliveryOutcome.Kind.RECEIPTED))
    if receipted and not accepted - receipted:
        return None
    return Lack(
        _("Kvittens saknas: %(done)d av %(all)d godkända leveranser är kvitterade.")
        % {"done": len(receipted), "all": len(accepted | receipted)},
        "delivery",
        _("Se omgångarna"),
    )


def counts_reconciled(part: Participation) -> Lack | None:
    rows = list(Reconciliation.objects.filter(participation=part))
    now = progress.archived(part)
    wrong = [row for row in rows if not row.adds_up]
    if rows and not wrong and all(row.archived == now.get(row.what, 0) for row in rows):
        return None
    if rows and not wrong:
        sentence = _("Arkivet har fått fler objekt sedan antalen stämdes av. Stäm av igen.")
        return Lack(sentence, "reconciliation", _("Stäm av antalen"))
    said = ", ".join(f"{row.get_what_display()} ({_('skillnad')} {row.difference:+d})" for row in wrong)
    return Lack(
        _("Antalen går inte ihop: %(rows)s.") % {"rows": said} if wrong else _("Antalen är inte avstämda."),
        "reconciliation",
        _("Stäm av antalen"),
    )


def sample_checked(part: Participation) -> Lack | None:
    if SampleCheck.objects.filter(participation=part, outcome=SampleCheck.Outcome.EQUAL).exists():
        return None
    return Lack(_("Inget stickprov som stämmer är antecknat."), "sample", _("Anteckna ett stickprov"))


def _packages(part: Participation, kind: str) -> Iterable[object]:
    return DeliveryOutcome.objects.filter(delivery__participation=part, kind=kind).values_list("delivery", flat=True)


CLOSE = "close"
# The one table: what must be there before a phase is entered, and before a part is closed.
GATES: dict[int | str, tuple[Demand, ...]] = {
    Phase.EXPLORE: (),
    Phase.INVENTORY: (business_owner, readiness),
    Phase.DETAIL: (),
    Phase.TRANSFER: (agreement_in_force,),
    Phase.CONTROL: (production_accepted,),
    CLOSE: (receipt, counts_reconciled, sample_checked),
}

# How the list of tasks calls each demand.
NAMES: dict[Demand, str | Promise] = {
    business_owner: gettext_lazy("Verksamhetsansvarig angiven"),
    readiness: gettext_lazy("Förutsättningar finns i kommunen"),
    agreement_in_force: gettext_lazy("Leveransöverenskommelse undertecknad och gällande"),
    production_accepted: gettext_lazy("Skarp leverans godkänd"),
    receipt: gettext_lazy("Alla godkända leveranser kvitterade"),
    counts_reconciled: gettext_lazy("Antalen avstämda"),
    sample_checked: gettext_lazy("Stickprov antecknat"),
}


def lacking(part: Participation, gate: int | str) -> list[Lack]:
    return [lack for demand in GATES[gate] if (lack := demand(part))]


def passed(now: int | None, to: Phase) -> list[Phase]:
    """The gates between where the part stands and where it is to go. From an unknown phase: all of them."""
    return [phase for phase in Phase if (-1 if now is None else now) < phase <= to]


ANY = -2  # the caller has no page on which a phase was seen


@transaction.atomic
def move(
    part: Participation, to: Phase, *, by: User, seen: int | None = ANY, on: datetime.date | None = None
) -> Participation:
    """Through the gates to another phase. `seen` is the phase on the page from which it was asked."""
    part = locked(part)
    _demand_movable(part, to)
    if seen not in (ANY, part.phase):
        raise ChangedMeanwhile(
            _("%(name)s står nu i ”%(phase)s”. Någon flyttade projektet medan du läste.")
            % {"name": part.municipality.name, "phase": phase_words(part.phase)}
        )
    gates = passed(part.phase, to)
    lacks = [lack for gate in gates for lack in lacking(part, gate)]
    if lacks:
        raise GateClosed(lacks)
    if part.phase is not None and len(gates) > 1:
        raise NotNow(_("Faserna tas i tur och ordning. Flytta först till %(next)s.") % {"next": phase_words(gates[0])})
    _put(part, to, by=by, on=on)
    return part


def locked(part: Participation) -> Participation:
    rows = Participation.objects.select_for_update(of=("self",)).select_related("project", "municipality")
    return rows.get(pk=part.pk)


def _demand_movable(part: Participation, to: Phase) -> None:
    if part.is_observer:
        raise NotNow(_("%(name)s lyssnar bara och har ingen egen fas.") % {"name": part.municipality.name})
    if part.status in OVER or part.status == Status.PAUSED:
        raise NotNow(
            _("%(name)s har läget ”%(status)s”. Återuppta projektet först.")
            % {"name": part.municipality.name, "status": part.get_status_display()}
        )
    if part.phase == to:
        raise NotNow(_("%(name)s är redan i %(phase)s.") % {"name": part.municipality.name, "phase": phase_words(to)})


def _put(part: Participation, to: Phase, *, by: User, on: datetime.date | None) -> None:
    day, before, project = on or timezone.localdate(), part.phase, part.project
    part.phase = to
    if part.status == Status.PLANNED:
        part.status = Status.ONGOING
    if part.started_on is None:
        part.started_on = day
    part.save(update_fields=["phase", "status", "started_on"])
    history.remember(part, by=by, on=day)
    history.summarise(project, by=by, on=day)
    history.separate_if_due(project)
    history.touch(project)
    place = part.municipality
    audit.record(by=by, what=Event.PROJECT_PHASE, target=project, place=place, before=before, now=int(to))
    reminders.tell(
        News.Kind.PHASE,
        _("%(project)s, %(name)s: nu i %(phase)s.")
        % {"project": project.name, "name": place.name, "phase": phase_words(to)},
        once=f"phase {part.pk} {project.version}",
        project=project,
        municipality=place,
    )
