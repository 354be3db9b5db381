"""How deliveries go, as the archive tells it: test delivery, review rounds, production, receipt.

The archive calls `record_outcome` where it judges, accepts, gives back or receipts a package. Told twice, it is
recorded once. Nobody types what the system knows.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from deliveries import recurrence, reminders
from deliveries.models import (
    Delivery,
    DeliveryOutcome,
    DeliveryProject,
    Participation,
    Phase,
    Status,
    SubmissionAgreement,
)
from deliveries.models.news import News
from deliveries.models.phases import OVER
from governance.models import Municipality

Outcome = DeliveryOutcome.Kind
NEWS = {
    Outcome.FAULTY: (News.Kind.FAULTY, gettext_noop("Leveransen %(number)s, %(system)s har fel som ska rättas.")),
    Outcome.GIVEN_BACK: (News.Kind.GIVEN_BACK, gettext_noop("Leveransen %(number)s, %(system)s är tillbakalämnad.")),
    Outcome.TEST_PASSED: (News.Kind.ACCEPTED, gettext_noop("Testleveransen %(number)s, %(system)s är godkänd.")),
    Outcome.ACCEPTED: (News.Kind.ACCEPTED, gettext_noop("Leveransen %(number)s, %(system)s är godkänd och arkiveras.")),
    Outcome.RECEIPTED: (
        News.Kind.RECEIPTED,
        gettext_noop("Leveransen %(number)s, %(system)s är kvitterad: %(reference)s."),
    ),
}


@transaction.atomic
def record_outcome(
    *,
    package: UUID,
    number: str,
    owner: Municipality,
    agreement: SubmissionAgreement,
    kind: str,
    received_at: datetime.datetime,
    outcome: str,
    at: datetime.datetime,
    round: int = 1,  # noqa: A002 - the archive's own word
    errors: int = 0,
    warnings: int = 0,
    findings: Mapping[str, int] | None = None,
    counts: Mapping[str, int] | None = None,
    reason: str = "",
    reference: str = "",
) -> Delivery:
    """`round` counts validations of the same package; `counts` has objects by Reconciliation.What once archived."""
    delivery = Delivery.objects.select_for_update().filter(pk=package).first() or _begin(
        package, number, owner, agreement, kind, received_at
    )
    _told, new = DeliveryOutcome.objects.get_or_create(
        delivery=delivery,
        kind=outcome,
        round=round,
        defaults={
            "at": at,
            "errors": errors,
            "warnings": warnings,
            "findings": dict(findings or {}),
            "counts": dict(counts or {}),
            "reason": reason,
            "reference": reference,
        },
    )
    if new:
        _spread(delivery, Outcome(outcome), round, reference)
    return delivery


def _begin(
    package: UUID,
    number: str,
    owner: Municipality,
    agreement: SubmissionAgreement,
    kind: str,
    received_at: datetime.datetime,
) -> Delivery:
    part = part_of(owner, agreement)
    earlier = Delivery.objects.filter(participation=part, kind=kind).count() if part else 0
    facts = {"number": number, "owner": owner, "agreement": agreement, "kind": kind, "received_at": received_at}
    defaults = {**facts, "participation": part, "round": earlier + 1}
    return Delivery.objects.get_or_create(package=package, defaults=defaults)[0]


def part_of(owner: Municipality, agreement: SubmissionAgreement) -> Participation | None:
    """Where a package belongs: in the agreement's project, else in the owner's only one that transfers that system."""
    parts = Participation.objects.delivering().filter(municipality=owner).select_for_update(of=("self",))
    if agreement.project_id:
        return parts.filter(project=agreement.project_id).first()
    transfers = Q(phase=None) | Q(phase__gte=Phase.TRANSFER)
    running = list(parts.filter(transfers, status=Status.ONGOING, project__system=agreement.system_id)[:2])
    return running[0] if len(running) == 1 else None


def _spread(delivery: Delivery, outcome: DeliveryOutcome.Kind, round_number: int, reference: str) -> None:
    part = delivery.participation
    project: DeliveryProject | None = part.project if part else None
    if project and delivery.kind == Delivery.Kind.PRODUCTION and outcome == Outcome.RECEIPTED:
        recurrence.delivered_by(delivery, project)
    if outcome not in NEWS or (project and project.status in OVER and outcome != Outcome.RECEIPTED):
        return
    kind, words = NEWS[outcome]
    reminders.tell(
        kind,
        f"{delivery.owner.name}: "
        + _(words) % {"number": delivery.number, "system": delivery.agreement.system, "reference": reference},
        once=f"{outcome} {delivery.pk} {round_number}",
        project=project,
        municipality=delivery.owner,
    )


@dataclass(frozen=True)
class Round:
    """One package of a part, with what the archive said and what changed since the package before it."""

    delivery: Delivery
    outcomes: list[DeliveryOutcome]
    new: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)

    @property
    def number(self) -> int:
        return self.delivery.round

    @property
    def newest(self) -> DeliveryOutcome | None:
        return self.outcomes[-1] if self.outcomes else None

    @property
    def judged(self) -> DeliveryOutcome | None:
        """The newest validation: later outcomes say nothing of faults."""
        told = [each for each in self.outcomes if each.kind in (Outcome.VALID, Outcome.FAULTY)]
        return told[-1] if told else None


def rounds(part: Participation, kind: str) -> list[Round]:
    """In order; the last is where the review stands. Rules that broke are compared with the round before."""
    deliveries = part.deliveries.filter(kind=kind).order_by("round", "received_at").prefetch_related("outcomes")
    found: list[Round] = []
    before: set[str] = set()
    for delivery in deliveries:
        outcomes = list(delivery.outcomes.all())
        plain = Round(delivery, outcomes)
        now = set(plain.judged.findings) if plain.judged else before
        found.append(Round(delivery, outcomes, sorted(now - before), sorted(now & before), sorted(before - now)))
        before = now
    return found


def archived(part: Participation) -> dict[str, int]:
    """Objects in the archive that this part has receipts for, by what is counted."""
    total: dict[str, int] = {}
    receipts = DeliveryOutcome.objects.filter(
        delivery__participation=part, delivery__kind=Delivery.Kind.PRODUCTION, kind=Outcome.RECEIPTED
    )
    for counts in receipts.values_list("counts", flat=True):
        for what, number in counts.items():
            total[what] = total.get(what, 0) + int(number)
    return total
