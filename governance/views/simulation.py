"""Try a budget: what would each municipality pay? Nothing is kept, and the address says all that was chosen."""

import datetime
from typing import Any

from django.db.models import Max
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand_anywhere
from consortium.formats import number
from governance import cost_basis, cost_table, costs
from governance.forms.costs import KeyForm, SimulationForm
from governance.models import Budget, Consortium, CostAllocation, Municipality, Population
from governance.views.budgets import crumbs, demand_form, readable, table_answer
from governance.views.cost_words import REFUSALS, sentence

SUGGESTED = 1_000_000
HIGHEST = 2  # the slider goes to twice the sum it begins with
STEPS = 200
KRONOR = ("amount", "fixed")


def usual_days(consortium: Consortium, year: int) -> dict[str, datetime.date]:
    """The newest day that all members have a population for, and the members of that day."""
    ends, today = datetime.date(year, 12, 31), cost_basis.Choice(year, timezone.localdate())
    newest = Population.objects.filter(municipality__in=cost_basis.members(consortium, today), on__lte=ends).aggregate(
        on=Max("on")
    )["on"]
    day = newest or datetime.date(year - 1, 12, 31)
    members_on = day if cost_basis.members(consortium, cost_basis.Choice(year, day)) else timezone.localdate()
    return {"population_on": day, "members_on": members_on}


@require_safe
def simulation(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, Permission.COSTS_READ)
    form, query = _form(request)
    context = {"form": form, **_counted(request, form, query)}
    if getattr(request, "htmx", False):
        return render(request, "governance/simulation_result.html", context)
    amount = form.cleaned_data.get("amount") or SUGGESTED
    highest = _round_up(HIGHEST * max(amount, 1))
    context |= {
        "crumbs": crumbs((_("Simulering"), "")),
        "highest": highest,
        "step": highest // STEPS,
        "amount": amount,
    }
    return render(request, "governance/simulation_page.html", context)


@require_safe
def simulation_file(request: StaffRequest, form: str) -> HttpResponse:
    demand_anywhere(request, Permission.COSTS_READ)
    demand_form(form, "xlsx", "csv")
    asked, query = _form(request)
    counted = _counted(request, asked, query)
    if not counted.get("table"):
        raise Http404(_("Det finns inget att hämta: fördelningen går inte att räkna så."))
    return table_answer(counted["table"], f"simulering-{asked.cleaned_data['year']}", form)


def _form(request: StaffRequest) -> tuple[SimulationForm, str]:
    """What was asked for, and for the rest a beginning that can be counted."""
    consortia = readable(request)
    consortium = consortia.filter(slug=request.GET.get("consortium", "")).first() or consortia.first()
    if not consortium:
        raise Http404(_("Sidan finns inte."))
    asked = request.GET.copy()
    for name, value in _beginning(consortium).items():
        asked.setdefault(name, number(value) if name in KRONOR else str(value))
    candidates = Municipality.objects.filter(memberships__consortium=consortium).distinct().in_swedish_order()
    if not asked.get("own_members"):
        today = cost_basis.Choice(timezone.localdate().year, timezone.localdate())
        asked.setlist("members", sorted(cost_basis.members(consortium, today)))
    return SimulationForm(asked, consortia=consortia, candidates=candidates), asked.urlencode()


def _beginning(consortium: Consortium) -> dict[str, Any]:
    latest = Budget.objects.filter(consortium=consortium).order_by("-year", "-edition").first()
    year = latest.year if latest else timezone.localdate().year
    kept = CostAllocation.objects.filter(budget=latest).first()
    days = usual_days(consortium, year)
    chosen = {name: getattr(kept, name) for name in KeyForm.base_fields if name != "pro_rata"} if kept else {}
    return {
        "consortium": consortium.slug,
        "year": year,
        "amount": (latest.total if latest else 0) or SUGGESTED,
        "key": CostAllocation.Key.POPULATION.value,
        "rule": CostAllocation.Rule.LARGEST_REMAINDER.value,
        **days,
        **{name: value for name, value in chosen.items() if value not in (None, "")},
    }


def _counted(request: StaffRequest, form: SimulationForm, query: str) -> dict[str, Any]:
    if not form.is_valid():
        return {"refusals": [error for errors in form.errors.values() for error in errors]}
    typed = dict(form.cleaned_data)
    consortium, amount = typed.pop("consortium"), typed.pop("amount")
    own, chosen = typed.pop("own_members"), typed.pop("members")
    codes = frozenset(each.code for each in chosen) if own else None
    choice = cost_basis.Choice(members=codes, **typed)
    try:
        basis = cost_basis.of(consortium, choice)
        shared = costs.share(consortium, choice, basis, amount)
    except REFUSALS as refusal:
        return {"refusals": [sentence(refusal)]}
    table = cost_table.build(
        basis.municipalities,
        basis.payers,
        shared,
        usage_unit=str(CostAllocation.UsageUnit(choice.usage_unit).label) if choice.as_key().usage else "",
        last_year=cost_table.charged_the_year_before(consortium.pk, choice.year),
    )
    return {
        "table": table,
        "files": [(kind.upper(), f"{reverse('simulation_file', args=[kind])}?{query}") for kind in ("csv", "xlsx")],
        "draft": _draft(request, consortium, choice.year) if not own else None,
        "key_fields": [(name, form.data.get(name, "")) for name in KeyForm.base_fields if form.data.get(name)],
    }


def _draft(request: StaffRequest, consortium: Consortium, year: int) -> Budget | None:
    """The draft that this key could be used for, if the user writes budgets."""
    if not policy.may(request.user, Permission.COSTS_EDIT, consortium):
        return None
    return Budget.objects.filter(consortium=consortium, year=year, status=Budget.Status.DRAFT).first()


def _round_up(kronor: int) -> int:
    """To two figures that count, so that the slider moves in even steps."""
    unit: int = 10 ** max(len(str(kronor)) - 2, 3)
    return -(-kronor // unit) * unit
