"""Writing a draft: its lines, and the key it is shared by."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest
from consortium.formats import money
from consortium.methods import require_form_methods
from governance import budget_text, cost_basis, costs
from governance.forms.costs import BudgetForm, KeyForm, LineFormSet, line_initials
from governance.models import Budget, CostAllocation
from governance.views.budgets import crumbs, find, groups, key_facts
from governance.views.cost_words import REFUSALS, sentence
from governance.views.simulation import usual_days


@require_form_methods
def edit_budget(request: StaffRequest, budget_id: int) -> HttpResponse:
    found = find(request, budget_id, may=Permission.COSTS_EDIT)
    if found.status != Budget.Status.DRAFT:
        messages.error(request, sentence(costs.NotInThisState(found.status)))
        return redirect("budget", found.pk)
    names = ("version", "note", "funds", "funds_on", "project_ends_on")
    form = BudgetForm(request.POST or None, initial={name: getattr(found, name) for name in names})
    lines = LineFormSet(request.POST or None, prefix="rad", initial=line_initials(found.lines.all()))
    changed = False
    if request.method == "POST" and form.is_valid() and lines.is_valid():
        try:
            costs.edit(
                found,
                _content(form.cleaned_data, lines),
                version=form.cleaned_data["version"],
                by=request.user,
                printed_total=form.cleaned_data["printed_total"],
            )
        except REFUSALS as refusal:
            form.add_error(_field(refusal), sentence(refusal))
            changed = isinstance(refusal, costs.ChangedMeanwhile)
        else:
            messages.success(request, _("Utkastet är sparat."))
            return redirect("budget", found.pk)
    return render(
        request,
        "governance/budget_edit.html",
        {
            "budget": found,
            "form": form,
            "lines": lines,
            "saved": groups(list(found.lines.all())) if changed else None,
            "saved_total": found.total,
            "back": reverse("budget", args=[found.pk]),
            "crumbs": crumbs((str(found), reverse("budget", args=[found.pk])), (_("Ändra"), "")),
        },
        status=422 if form.errors or (lines.is_bound and not lines.is_valid()) else 200,
    )


def _content(typed: dict[str, Any], lines: Any) -> costs.Content:
    written = [
        costs.Line(row["label"], row["amount"], row["group"])
        for row in (form.cleaned_data for form in lines)
        if row.get("label")
    ]
    return costs.Content(
        [*written, *budget_text.read(typed["pasted"])],
        note=typed["note"],
        funds=typed["funds"],
        funds_on=typed["funds_on"],
        project_ends_on=typed["project_ends_on"],
    )


def _field(refusal: Exception) -> str | None:
    if isinstance(refusal, (budget_text.NotALine, budget_text.NotInKronor)):
        return "pasted"
    if isinstance(refusal, costs.PrintedSumDiffers):
        return "pasted" if refusal.label else "printed_total"
    return None


@require_form_methods
def share_budget(request: StaffRequest, budget_id: int) -> HttpResponse:
    found = find(request, budget_id, may=Permission.COSTS_EDIT)
    if found.status != Budget.Status.DRAFT:
        messages.error(request, sentence(costs.NotInThisState(found.status)))
        return redirect("budget", found.pk)
    form = KeyForm(request.POST or None, initial=_kept(found))
    changed = False
    if request.method == "POST" and form.is_valid():
        version = request.POST.get("version", "")
        try:
            costs.allocate(
                found,
                cost_basis.Choice(year=found.year, **form.cleaned_data),
                version=int(version) if version.isdecimal() else 0,
                by=request.user,
            )
        except REFUSALS as refusal:
            form.add_error(None, sentence(refusal))
            changed = isinstance(refusal, costs.ChangedMeanwhile)
        else:
            messages.success(request, _("Budgeten är fördelad."))
            return redirect("budget", found.pk)
    return render(
        request,
        "governance/allocation_edit.html",
        {
            "budget": found,
            "form": form,
            "version": found.version,
            "saved": _saved(found) if changed else None,
            "back": reverse("budget", args=[found.pk]),
            "crumbs": crumbs((str(found), reverse("budget", args=[found.pk])), (_("Fördela"), "")),
        },
        status=422 if form.errors else 200,
    )


def _saved(found: Budget) -> list[tuple[str, Any]]:
    kept = CostAllocation.objects.filter(budget=found).first()
    return [(_("Summa"), money(found.total)), *(key_facts(kept) if kept else [])]


def _kept(found: Budget) -> dict[str, Any]:
    """What was chosen before: for this draft, else for the year before."""
    kept = CostAllocation.objects.filter(budget=found).first()
    if kept:
        return {name: getattr(kept, name) for name in KeyForm.base_fields}
    last = CostAllocation.objects.filter(
        budget__in=Budget.objects.in_force().filter(consortium=found.consortium, year=found.year - 1)
    ).first()
    before = {name: getattr(last, name) for name in KeyForm.base_fields} if last else {}
    return {**before, **usual_days(found.consortium, found.year)}
