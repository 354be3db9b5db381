"""A budget's steps: put forward, taken back, decided by a §, made anew."""

from collections.abc import Callable

from django.contrib import messages
from django.db.models import Case, When
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand
from consortium.methods import require_form_methods
from governance import costs
from governance.forms.costs import DecisionForm
from governance.models import Budget, Decision
from governance.views.budgets import crumbs, find, may_decide
from governance.views.cost_words import REFUSALS, sentence


@require_POST
def propose_budget(request: StaffRequest, budget_id: int) -> HttpResponse:
    found = find(request, budget_id, may=Permission.COSTS_EDIT)
    said = _("Förslaget är framlagt. Det är märkt som ej fastställt tills beslutet är registrerat.")
    return _step(request, found, lambda: costs.propose(found, by=request.user), said)


@require_POST
def take_back_budget(request: StaffRequest, budget_id: int) -> HttpResponse:
    found = find(request, budget_id, may=Permission.COSTS_EDIT)
    said = _("Förslaget är ett utkast igen och kan ändras.")
    return _step(request, found, lambda: costs.take_back(found, by=request.user), said)


@require_POST
def renew_budget(request: StaffRequest, budget_id: int) -> HttpResponse:
    found = find(request, budget_id, may=Permission.COSTS_EDIT)
    try:
        made = costs.open_budget(found.consortium, found.year, by=request.user)
    except REFUSALS as refusal:
        messages.error(request, sentence(refusal))
        return redirect("budget", found.pk)
    messages.success(request, _("Den nya versionen är ett utkast. Den gamla gäller tills den nya är fastställd."))
    return redirect("budget", made.pk)


def _step(request: StaffRequest, found: Budget, act: Callable[[], object], said: str) -> HttpResponse:
    try:
        act()
    except REFUSALS as refusal:
        messages.error(request, sentence(refusal))
    else:
        messages.success(request, said)
    return redirect("budget", found.pk)


@require_form_methods
def decide_budget(request: StaffRequest, budget_id: int) -> HttpResponse:
    """Which § decided it; after this the figures are closed for good, so the page says so first."""
    found = find(request, budget_id)
    if not may_decide(request, found):
        demand(request, Permission.COSTS_EDIT, found.consortium)
    budgets_first = Case(When(kind=Decision.Kind.ADOPTS_BUDGET, then=0), default=1)
    decisions = (
        Decision.objects.filter(paragraph__body__consortium=found.consortium)
        .select_related("paragraph__minutes__meeting__body")
        .order_by(budgets_first, "-paragraph__minutes__meeting__held_on", "paragraph__number", "position")
    )
    form = DecisionForm(request.POST or None, decisions=decisions)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        reference = costs.Reference(typed["body"], typed["on"], typed["paragraph"])
        try:
            costs.decide(found, by=request.user, decision=typed["decision"], reference=reference)
        except REFUSALS as refusal:
            form.add_error(None, sentence(refusal))
        else:
            messages.success(request, _("Budgeten är fastställd. Underlag för fakturor finns nu."))
            return redirect("budget", found.pk)
    context = {
        "budget": found,
        "form": form,
        "back": reverse("budget", args=[found.pk]),
        "crumbs": crumbs((str(found), reverse("budget", args=[found.pk])), (_("Registrera beslut"), "")),
    }
    return render(request, "governance/budget_decide.html", context, status=422 if form.errors else 200)
