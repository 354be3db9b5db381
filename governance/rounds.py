"""Utökning: what a round of extension waits for, and how far its plan has moved because of it."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from consortium import audit
from consortium.audit_events import Event
from consortium.models import User
from consortium.precision import last_day
from governance import membership
from governance.models import (
    Consortium,
    Dependency,
    ExtensionRound,
    Hold,
    InquiryReply,
    Membership,
    Milestone,
    Municipality,
    RoundDecision,
)
from governance.revising import Refusal, revise


class NotAMember(Refusal):
    """Only those who are members already decide on a round; only those who are not can join by it."""


class DecisionWithoutDay(Refusal):
    """A yes or no was said on a day."""


@dataclass(frozen=True)
class Moved:
    milestone: Milestone
    now_on: datetime.date
    days: int


@dataclass(frozen=True)
class Consequence:
    """What the members' decisions, taken or planned, make of the round's plan."""

    decided: list[RoundDecision]
    refused: list[RoundDecision]
    waiting: list[RoundDecision]
    without_day: list[Municipality]  # nobody knows when they decide
    last_on: datetime.date  # when the last decision is expected, as far as known
    days: int
    milestones: list[Moved]
    hold: Hold | None
    unmet: list[Dependency]
    answers: dict[str, datetime.date]  # what members have said of when, by code


@transaction.atomic
def open_round(
    consortium: Consortium, facts: Mapping[str, Any], *, joining: list[Municipality], by: User
) -> ExtensionRound:
    """Every present member gets a row of its own, as none may be forgotten."""
    _demand_outside(consortium, joining)
    opened = ExtensionRound.objects.create(consortium=consortium, **facts)
    opened.joining.set(joining)
    RoundDecision.objects.bulk_create(
        RoundDecision(round=opened, municipality=member) for member in consortium.members(opened.opened_on)
    )
    Dependency.objects.create(round=opened, kind=Dependency.Kind.ALL_DECIDE)
    audit.record(
        by=by, what=Event.ROUND_CHANGED, target=opened, place=consortium, joining=[each.pk for each in joining]
    )
    return opened


@transaction.atomic
def change_round(
    opened: ExtensionRound, facts: Mapping[str, Any], *, joining: list[Municipality], seen: int, by: User
) -> ExtensionRound:
    _demand_outside(opened.consortium, [each for each in joining if each not in opened.joining.all()])
    opened, changed = revise(opened, facts, seen=seen)
    opened.joining.set(joining)
    _trace(opened, by, fields=changed)
    return opened


def _demand_outside(consortium: Consortium, joining: list[Municipality]) -> None:
    inside = [each.name for each in joining if each in set(consortium.members())]
    if inside:
        raise NotAMember(_("Redan med i samarbetet: %s. Ta bort dem ur listan.") % ", ".join(inside))


@transaction.atomic
def hold(
    opened: ExtensionRound, *, reason: str, from_on: datetime.date, until_on: datetime.date | None, by: User
) -> Hold:
    made = Hold.objects.create(round=opened, reason=reason, from_on=from_on, until_on=until_on)
    _trace(opened, by, hold=made.pk)
    return made


@transaction.atomic
def release(held: Hold, *, on: datetime.date, by: User) -> Hold:
    """What was waited for has come."""
    held.until_on = max(on, held.from_on)
    held.save(update_fields=["until_on"])
    _trace(held.round, by, released=held.pk)
    return held


@transaction.atomic
def depend(opened: ExtensionRound, text: str, *, by: User) -> Dependency:
    made = Dependency.objects.create(round=opened, text=text)
    _trace(opened, by, dependency=made.pk)
    return made


@transaction.atomic
def meet(dependency: Dependency, *, on: datetime.date, by: User) -> Dependency:
    dependency.met_on = on
    dependency.save(update_fields=["met_on"])
    _trace(dependency.round, by, met=dependency.pk)
    return dependency


@transaction.atomic
def plan_milestone(opened: ExtensionRound, facts: Mapping[str, Any], *, by: User) -> Milestone:
    made = Milestone.objects.create(round=opened, **facts)
    _trace(opened, by, milestone=made.pk)
    return made


@transaction.atomic
def decide(decision: RoundDecision, facts: Mapping[str, Any], *, seen: int, by: User) -> RoundDecision:
    """What a member has decided, or plans to."""
    outcome = facts.get("outcome", decision.outcome)
    if outcome != RoundDecision.Outcome.WAITING and not facts.get("decided_on", decision.decided_on):
        raise DecisionWithoutDay(_("Ange dagen då kommunen beslutade."))
    if outcome == RoundDecision.Outcome.WAITING:
        facts = {**facts, "decided_on": None}
    decision, changed = revise(decision, facts, seen=seen)
    _trace(decision.round, by, municipality=decision.municipality_id, fields=changed)
    return decision


def consequence(opened: ExtensionRound, on: datetime.date | None = None) -> Consequence:
    """The last decision moves the plan, for the consortium and for those who join."""
    decisions = list(opened.decisions.select_related("municipality"))
    places = {code: at for at, code in enumerate(Municipality.objects.in_swedish_order().values_list("pk", flat=True))}
    decisions.sort(key=lambda each: places[each.municipality_id])
    answers = _answers(opened)
    outcome = RoundDecision.Outcome
    waiting = [each for each in decisions if each.outcome == outcome.WAITING]
    days: list[datetime.date] = [opened.decisions_by]
    without_day = []
    for each in decisions:
        if each.decided_on:
            days.append(each.decided_on)
        elif each.planned_on:
            days.append(last_day(each.planned_on, each.planned_precision))
        elif each.municipality_id in answers:
            days.append(answers[each.municipality_id])
        else:
            without_day.append(each.municipality)
    last_on = max(days)
    moved = (last_on - opened.decisions_by).days
    return Consequence(
        decided=[each for each in decisions if each.outcome == outcome.YES],
        refused=[each for each in decisions if each.outcome == outcome.NO],
        waiting=waiting,
        without_day=without_day,
        last_on=last_on,
        days=moved,
        milestones=[_moved(each, moved) for each in opened.milestones.all()],
        hold=opened.hold(on),
        unmet=[each for each in opened.dependencies.all() if not _is_met(each, waiting)],
        answers=answers,
    )


def _answers(opened: ExtensionRound) -> dict[str, datetime.date]:
    """Days that members have given in answer to a question about this round, the newest last."""
    rows = InquiryReply.objects.filter(inquiry__round=opened, day__isnull=False).order_by("inquiry__asked_at")
    return {row.municipality_id: row.day for row in rows if row.day}


def _moved(milestone: Milestone, days: int) -> Moved:
    shift = days if milestone.waits else 0
    return Moved(milestone, milestone.planned_on + datetime.timedelta(days=shift), shift)


def _is_met(dependency: Dependency, waiting: list[RoundDecision]) -> bool:
    return not waiting if dependency.kind == Dependency.Kind.ALL_DECIDE else dependency.met_on is not None


def joining_standing(opened: ExtensionRound) -> list[tuple[Municipality, Membership | None]]:
    """How far those who join have come."""
    return [(each, membership.newest(opened.consortium, each)) for each in opened.joining.all().in_swedish_order()]


def _trace(opened: ExtensionRound, by: User, **details: Any) -> None:
    audit.record(by=by, what=Event.ROUND_CHANGED, target=opened, place=opened.consortium, **details)
