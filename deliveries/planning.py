"""Delivery plans: which municipality has one, who has decided it, who has the mandate, and is the ground laid at all?

The ground is an archivist, a plan and an inventory. Only a stated lack of an archivist stops a municipality from
inventorying in a project (phase 1); the rest is said, and membership is never touched.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium import audit
from consortium.audit_events import Event
from consortium.models import User
from deliveries import editing
from deliveries.models import ArchiveStaffing, DeliveryPlan, SystemInventory
from governance import municipalities
from governance.models import Consortium, Municipality
from governance.models.members import MunicipalityQuerySet

_PLANNED = (DeliveryPlan.Status.DRAFT, DeliveryPlan.Status.ANCHORED, DeliveryPlan.Status.DECIDED)


class DecisionMissing(Exception):
    """A plan is called decided, but not when or by whom; the text says what is missing."""


@dataclass(frozen=True)
class Readiness:
    has_archivist: bool | None  # None: nobody has said
    has_plan: bool
    has_inventory: bool

    @property
    def lacking(self) -> list[str]:
        """What stops the municipality from beginning phase 1."""
        return [_("kommunen har ingen arkivarie")] if self.has_archivist is False else []

    @property
    def is_ready(self) -> bool:
        return not self.lacking

    @property
    def still_to_do(self) -> list[str]:
        """What does not stop anything, but ought to be done."""
        return [
            *([_("ange om kommunen har en arkivarie")] if self.has_archivist is None else []),
            *([] if self.has_plan else [_("gör en leveransplan")]),
            *([] if self.has_inventory else [_("inventera systemen")]),
        ]

    @property
    def label(self) -> str:
        if not self.is_ready:
            return _("Förutsättningar saknas")
        return _("Något återstår") if self.still_to_do else _("Förutsättningar finns")


def readiness(municipality: Municipality, on: datetime.date | None = None) -> Readiness:
    year = (on or timezone.localdate()).year
    return Readiness(
        has_archivist=Municipality.objects.values_list("has_archivist", flat=True).get(pk=municipality.pk),
        has_plan=DeliveryPlan.objects.filter(municipality=municipality, year__gte=year, status__in=_PLANNED).exists(),
        has_inventory=SystemInventory.objects.filter(municipality=municipality).exists(),
    )


@dataclass(frozen=True)
class Line:
    """How one municipality stands in one year."""

    municipality: Municipality
    plan: DeliveryPlan
    readiness: Readiness


@dataclass(frozen=True)
class Overview:
    year: int
    lines: list[Line]

    @property
    def members(self) -> int:
        return len(self.lines)

    @property
    def with_plan(self) -> int:
        return sum(line.plan.status in _PLANNED for line in self.lines)

    @property
    def decided(self) -> int:
        return sum(line.plan.status == DeliveryPlan.Status.DECIDED for line in self.lines)

    @property
    def with_mandate_holder(self) -> int:
        return sum(bool(line.plan.mandate_holder) for line in self.lines)

    @property
    def sentence(self) -> str:
        return _("%(plans)s av %(members)s har en plan, %(decided)s beslutade, %(holders)s med mandatägare.") % {
            "plans": self.with_plan,
            "members": self.members,
            "decided": self.decided,
            "holders": self.with_mandate_holder,
        }


def overview(consortium: Consortium, year: int) -> Overview:
    """All members, those without a plan too."""
    return overview_of(consortium.members(), year)


def overview_of(places: MunicipalityQuerySet, year: int) -> Overview:
    """In Swedish order, in three questions to the database."""
    members = places.in_swedish_order().annotate(
        inventoried=Exists(SystemInventory.objects.filter(municipality=OuterRef("pk"))),
        planned_ahead=Exists(
            DeliveryPlan.objects.filter(municipality=OuterRef("pk"), year__gte=year, status__in=_PLANNED)
        ),
    )
    plans = {plan.municipality_id: plan for plan in DeliveryPlan.objects.filter(year=year)}
    return Overview(year, [_line(member, plans.get(member.code), year) for member in members])


def _line(member: Any, plan: DeliveryPlan | None, year: int) -> Line:
    stands = Readiness(member.has_archivist, member.planned_ahead, member.inventoried)
    return Line(member, plan or DeliveryPlan(municipality=member, year=year), stands)


def plan_of(municipality: Municipality, year: int) -> DeliveryPlan:
    """The year's plan; a new one with the status "Saknas" when there is none."""
    found = DeliveryPlan.objects.filter(municipality=municipality, year=year).first()
    return found or DeliveryPlan(municipality=municipality, year=year)


@transaction.atomic
def write(plan: DeliveryPlan, values: Mapping[str, Any], *, seen: int, by: User) -> DeliveryPlan:
    """Save a year's plan. `seen` is the revision the writer looked at."""
    _demand_decision(
        {name: values.get(name, getattr(plan, name)) for name in ("status", "decided_on", "deciding_body")}
    )
    stored = DeliveryPlan.objects.get_or_create(municipality=plan.municipality, year=plan.year)[0]
    if changed := editing.revise(stored, values, seen=seen, by=by):
        audit.record(
            by=by, what=Event.PLAN_CHANGED, target=stored, place=stored.municipality, year=stored.year, changed=changed
        )
    return stored


def _demand_decision(values: Mapping[str, Any]) -> None:
    if values["status"] != DeliveryPlan.Status.DECIDED:
        return
    if not values["decided_on"]:
        raise DecisionMissing(_("En beslutad plan har ett beslutsdatum. Skriv när planen beslutades."))
    if not values["deciding_body"]:
        raise DecisionMissing(_("En beslutad plan har ett beslutande organ. Skriv vilket organ som beslutade."))


def staffing_of(municipality: Municipality) -> ArchiveStaffing:
    found = ArchiveStaffing.objects.filter(municipality=municipality).select_related("municipality").first()
    return found or ArchiveStaffing(municipality=municipality)


@transaction.atomic
def state_staffing(
    municipality: Municipality, has_archivist: bool | None, note: str = "", *, seen: int, by: User
) -> ArchiveStaffing:
    """The answer among the municipality's facts, the note beside it. `seen` is what `ArchiveStaffing.seen` was."""
    municipality = Municipality.objects.select_for_update().get(pk=municipality.pk)
    stored = ArchiveStaffing.objects.get_or_create(municipality=municipality)[0]
    if stored.seen != seen:
        raise editing.ChangedMeanwhile(stored)
    municipalities.change_facts(municipality, {"has_archivist": has_archivist}, seen=municipality.version, by=by)
    if editing.revise(stored, {"note": note}, seen=stored.revision, by=by):
        audit.record(by=by, what=Event.STAFFING_CHANGED, target=stored, place=municipality)
    return stored
