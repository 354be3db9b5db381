"""Budget: prepared in lines, shared by a key, proposed to the members and decided by a §.

Who may is the door's question; here stands what must hold whoever asks. A decided budget is closed, by the database
too: what is to be otherwise becomes a new edition, decided anew.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from consortium import audit
from consortium.audit_events import Event
from consortium.models import User
from governance import allocation, cost_basis
from governance.cost_basis import Choice
from governance.models import Budget, BudgetLine, Consortium, CostAllocation, CostShare, Decision
from governance.models.costs import MOST_KRONOR, YEARS


class BudgetRefused(Exception):
    """The step cannot be taken; each kind says why. The view has the words."""


class NotInThisState(BudgetRefused):
    """A decided budget is changed by a new edition alone; a draft is not decided, and so on."""


class Replaced(BudgetRefused):
    """A later edition of the year is decided: that one is followed up and paid by."""


class ChangedMeanwhile(BudgetRefused):
    """Somebody else saved the same draft first."""


class YearIsTaken(BudgetRefused):
    """There is already a budget for the year that is not decided."""


class AbsurdAmount(BudgetRefused):
    """Negative, or more than any co-operation of municipalities costs."""


class PrintedSumDiffers(BudgetRefused):
    """The sum that somebody wrote is not what the rows make."""

    def __init__(self, printed: int, computed: int, label: str = "") -> None:
        self.printed, self.computed, self.label = printed, computed, label
        super().__init__(f"{label} {printed} {computed}")


class NothingToDecide(BudgetRefused):
    """A budget without lines, or one that nobody has shared."""


class NoParagraph(BudgetRefused):
    """A decision has a body, a day and a §."""


class ParagraphNotAdjusted(BudgetRefused):
    """Until a § is adjusted it may still be written otherwise."""


class OwnProposal(BudgetRefused):
    """Four eyes: whoever proposed does not register the decision."""


@dataclass(frozen=True)
class Line:
    label: str
    amount: int
    group: str = ""


@dataclass(frozen=True)
class Reference:
    """A decision by a body whose minutes are not kept in the portal."""

    body: str
    on: datetime.date | None
    paragraph: str


@dataclass(frozen=True)
class Content:
    """What is written in the draft, whole."""

    lines: Sequence[Line]
    note: str = ""
    funds: int | None = None
    funds_on: datetime.date | None = None
    project_ends_on: datetime.date | None = None


@transaction.atomic
def open_budget(consortium: Consortium, year: int, *, by: User) -> Budget:
    """A first draft with the lines of the year before, or a new edition of the year's decided budget."""
    if not YEARS[0] <= year <= YEARS[1]:
        raise AbsurdAmount(year)
    Consortium.objects.select_for_update().get(pk=consortium.pk)
    earlier = Budget.objects.filter(consortium=consortium, year=year)
    if earlier.exclude(status=Budget.Status.DECIDED).exists():
        raise YearIsTaken(year)
    edition = (earlier.aggregate(last=Max("edition"))["last"] or 0) + 1
    model = earlier.first() or Budget.objects.in_force().filter(consortium=consortium, year=year - 1).first()
    budget = Budget.objects.create(consortium=consortium, year=year, edition=edition, created_by=by)
    if model:
        BudgetLine.objects.bulk_create(
            BudgetLine(budget=budget, position=line.position, group=line.group, label=line.label, amount=line.amount)
            for line in model.lines.all()
        )
    audit.record(by=by, what=Event.BUDGET_CREATED, target=budget, place=consortium, year=year, edition=edition)
    return budget


@transaction.atomic
def edit(budget: Budget, content: Content, *, version: int, by: User, printed_total: int | None = None) -> Budget:
    """Write the draft anew. A sum from the paper it was copied from must be what the rows make."""
    budget = _draft(budget, version)
    for figure in [*(line.amount for line in content.lines), content.funds or 0]:
        if not 0 <= figure <= MOST_KRONOR:
            raise AbsurdAmount(figure)
    computed = sum(line.amount for line in content.lines)
    if printed_total is not None and printed_total != computed:
        raise PrintedSumDiffers(printed_total, computed)
    budget.lines.all().delete()
    BudgetLine.objects.bulk_create(
        BudgetLine(budget=budget, position=place, group=line.group, label=line.label, amount=line.amount)
        for place, line in enumerate(content.lines, 1)
    )
    for name in ("note", "funds", "funds_on", "project_ends_on"):
        setattr(budget, name, getattr(content, name))
    _saved(budget)
    if kept := CostAllocation.objects.filter(budget=budget).first():
        _keep(kept, cost_basis.again(kept, computed) if computed else None)
    audit.record(by=by, what=Event.BUDGET_EDITED, target=budget, place=budget.consortium, total=computed)
    return budget


@transaction.atomic
def allocate(budget: Budget, choice: Choice, *, version: int, by: User) -> Budget:
    """Share the draft by this key. Who pays is what the membership history says, not what a simulation tried."""
    budget = _draft(budget, version)
    basis = cost_basis.of(budget.consortium, replace(choice, year=budget.year, members=None))
    shared = share(budget.consortium, choice, basis, budget.total)
    CostAllocation.objects.filter(budget=budget).delete()
    key = choice.as_key()
    kept = CostAllocation.objects.create(
        budget=budget,
        key=choice.key,
        rule=choice.rule,
        population_on=choice.population_on,
        members_on=choice.members_on,
        pro_rata=choice.pro_rata,
        fixed=key.fixed,
        population_percent=key.population,
        equal_percent=key.equal,
        usage_percent=key.usage,
        usage_unit=choice.usage_unit if key.usage else "",
        host=budget.consortium.host,
    )
    CostShare.objects.bulk_create(
        CostShare(
            allocation=kept,
            municipality_id=payer.code,
            population=payer.population or None,
            population_source=basis.sources.get(payer.code, ""),
            usage=Decimal(payer.usage.numerator) / payer.usage.denominator,
            months=payer.months,
            kronor=shared.kronor[payer.code],
        )
        for payer in basis.payers
    )
    _saved(budget)
    audit.record(by=by, what=Event.BUDGET_SHARED, target=budget, place=budget.consortium, key=choice.key)
    return budget


def share(consortium: Consortium, choice: Choice, basis: cost_basis.Basis, total: int) -> allocation.Shared:
    """Only count: nothing is kept. This is what a simulation shows."""
    rule = allocation.Rule(choice.rule)
    return allocation.share(total, basis.payers, choice.as_key(), rule, consortium.host_id or "")


@transaction.atomic
def propose(budget: Budget, *, by: User) -> Budget:
    """Out to the municipalities: from now on the figures stand still, and say that they are not decided."""
    budget = _step(budget, Budget.Status.PROPOSAL)
    kept = CostAllocation.objects.filter(budget=budget, shares__isnull=False).first()
    if not kept or not budget.lines.exists():
        raise NothingToDecide
    cost_basis.again(kept, budget.total)
    _set(budget, status=Budget.Status.PROPOSAL, proposed_at=timezone.now(), proposed_by=by)
    audit.record(by=by, what=Event.BUDGET_PROPOSED, target=budget, place=budget.consortium)
    return budget


@transaction.atomic
def take_back(budget: Budget, *, by: User) -> Budget:
    """The proposal becomes a draft again, to be changed."""
    budget = _step(budget, Budget.Status.DRAFT)
    _set(budget, status=Budget.Status.DRAFT, proposed_at=None, proposed_by=None, version=F("version") + 1)
    audit.record(by=by, what=Event.BUDGET_TAKEN_BACK, target=budget, place=budget.consortium)
    return budget


@transaction.atomic
def decide(budget: Budget, *, by: User, decision: Decision | None = None, reference: Reference | None = None) -> Budget:
    """Bind the proposal to the § that decided it, and close it. The newest decided edition of a year is in force."""
    budget = _step(budget, Budget.Status.DECIDED)
    if decision:
        reference = _cited(decision, budget)
    if not reference or not (reference.body.strip() and reference.on and reference.paragraph.strip()):
        raise NoParagraph
    if budget.proposed_by_id == by.pk:
        raise OwnProposal
    _set(
        budget,
        status=Budget.Status.DECIDED,
        decided_at=timezone.now(),
        decided_by=by,
        decision=decision,
        decided_on=reference.on,
        decided_body=reference.body.strip(),
        decided_paragraph=reference.paragraph.strip(),
    )
    audit.record(
        by=by, what=Event.BUDGET_DECIDED, target=budget, place=budget.consortium, paragraph=budget.decided_paragraph
    )
    return budget


def demand_in_force(budget: Budget) -> None:
    """Decided, and not replaced by a later edition."""
    if not budget.is_closed:
        raise NotInThisState(budget.status)
    if later := budget.replaced_by():
        raise Replaced(later.edition)


def _cited(decision: Decision, budget: Budget) -> Reference:
    paragraph = decision.paragraph
    if paragraph.place != budget.consortium:
        raise NoParagraph
    if not decision.is_adjusted:
        raise ParagraphNotAdjusted(str(decision))
    meeting = paragraph.minutes.meeting
    return Reference(str(meeting.body), meeting.held_on, paragraph.label)


def _draft(budget: Budget, version: int) -> Budget:
    budget = Budget.objects.select_for_update().get(pk=budget.pk)
    if budget.status != Budget.Status.DRAFT:
        raise NotInThisState(budget.status)
    if budget.version != version:
        raise ChangedMeanwhile(budget.version)
    return budget


def _step(budget: Budget, status: str) -> Budget:
    budget = Budget.objects.select_for_update().get(pk=budget.pk)
    if not budget.may_become(status):
        raise NotInThisState(budget.status)
    return budget


def _saved(budget: Budget) -> None:
    budget.version += 1
    budget.save()
    budget.__dict__.pop("total", None)


def _keep(kept: CostAllocation, shared: allocation.Shared | None) -> None:
    for row in kept.shares.all():
        row.kronor = shared.kronor[row.municipality_id] if shared else 0
        row.save(update_fields=["kronor"])


def _set(budget: Budget, **fields: object) -> None:
    Budget.objects.filter(pk=budget.pk).update(**fields)
    budget.refresh_from_db()
