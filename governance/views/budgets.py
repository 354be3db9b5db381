"""Budgets: the list, one with all that hangs on it, and the steps from draft to decision."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consortium import sheets
from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand, demand_anywhere
from consortium.formats import day, money
from consortium.methods import require_form_methods
from consortium.swedish import swedish_key
from governance import allocation, cost_table, costs, runway
from governance.documents.costs import allocation_pdf
from governance.forms.costs import NewBudgetForm
from governance.models import (
    Budget,
    BudgetLine,
    Consortium,
    CostAllocation,
    CostReport,
    Municipality,
)
from governance.views.cost_words import REFUSALS, sentence, status_tag

FILES = {"csv": sheets.CSV, "xlsx": sheets.XLSX, "pdf": "application/pdf"}


def find(request: StaffRequest, budget_id: int, *, may: Permission = Permission.COSTS_READ) -> Budget:
    """Strangers are not told; who may only read is told no."""
    budget = Budget.objects.visible_to(request.user).select_related("consortium__host").filter(pk=budget_id).first()
    if not budget:
        raise Http404(_("Sidan finns inte."))
    if may != Permission.COSTS_READ:
        demand(request, may, budget.consortium)
    return budget


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Kostnader"), reverse("costs")), *more]


@require_safe
def cost_list(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, Permission.COSTS_READ)
    budgets = Budget.objects.visible_to(request.user).for_a_list().order_by("-year", "-edition")
    found: dict[Consortium, list[Any]] = {each: [] for each in readable(request)}
    for budget in budgets:
        found.setdefault(budget.consortium, []).append(budget)
    return render(
        request,
        "governance/budget_list.html",
        {
            "columns": [
                {"label": _("Budget")},
                {"label": _("Läge")},
                {"label": _("Summa"), "number": True},
                {"label": _("Beslut")},
            ],
            "consortia": [
                {"consortium": each, "rows": [_row(budget) for budget in rows], "warnings": _warnings(rows)}
                for each, rows in sorted(found.items(), key=lambda pair: swedish_key(pair[0].name))
            ],
            "may_simulate": readable(request).exists(),
            "may_edit": policy.may_anywhere(request.user, Permission.COSTS_EDIT),
        },
    )


def readable(request: StaffRequest) -> QuerySet[Consortium]:
    """Those whose costs the user follows, whole or for a municipality that takes part."""
    return Consortium.objects.within_reach(request.user, Permission.COSTS_READ).in_swedish_order()


def _row(budget: Any) -> list[Any]:
    later = budget.later_edition
    said = _("Ersatt av version %(edition)s") % {"edition": later} if later else budget.decided_by_words
    return [
        {"label": str(budget), "url": reverse("budget", args=[budget.pk])},
        status_tag(budget),
        {"number": money(budget.total)},
        said or "–",
    ]


def _warnings(budgets: list[Any]) -> list[str]:
    return [said for budget in budgets if not budget.later_edition and (said := runway_said(budget))]


def runway_said(budget: Budget) -> str:
    """Warns when the money ends before the project does."""
    found = runway.of(budget)
    if not found or not found.is_too_short or not found.project_ends_on:
        return ""
    return _(
        "Medlen räcker till %(ends)s om kostnaden blir som i %(budget)s. Projektet slutar %(project)s. "
        "Sänk kostnaden eller ordna mer medel."
    ) % {"ends": day(found.ends_on), "project": day(found.project_ends_on), "budget": str(budget).lower()}


@require_form_methods
def new_budget(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, Permission.COSTS_EDIT)
    consortia = Consortium.objects.where_may(request.user, Permission.COSTS_EDIT).in_swedish_order()
    form = NewBudgetForm(request.POST or None, consortia=consortia)
    if request.method == "POST" and form.is_valid():
        try:
            budget = costs.open_budget(form.cleaned_data["consortium"], form.cleaned_data["year"], by=request.user)
        except REFUSALS as refusal:
            form.add_error("year", sentence(refusal))
        else:
            messages.success(request, _("Utkastet finns. Skriv posterna."))
            return redirect("edit_budget", budget.pk)
    context = {"form": form, "crumbs": crumbs((_("Ny budget"), "")), "back": reverse("costs")}
    return render(request, "governance/budget_new.html", context, status=422 if form.errors else 200)


@require_safe
def budget(request: StaffRequest, budget_id: int) -> HttpResponse:
    found = find(request, budget_id)
    return render(request, "governance/budget_detail.html", page(request, found))


def page(request: StaffRequest, found: Budget) -> dict[str, Any]:
    may_edit = policy.may(request.user, Permission.COSTS_EDIT, found.consortium)
    status = Budget.Status(found.status)
    deciding = status == Budget.Status.PROPOSAL and may_decide(request, found)
    kept = CostAllocation.objects.filter(budget=found).first()
    table, hindrance = _shared(found)
    later = found.replaced_by()
    in_force = found.is_closed and not later
    return {
        "budget": found,
        "status": status_tag(found),
        "groups": groups(list(found.lines.all())),
        "table": table,
        "hindrance": hindrance,
        "key_facts": key_facts(kept) if kept else [],
        "runway": runway.of(found),
        "runway_said": runway_said(found),
        "replaced_by": later,
        "reports": found.reports.order_by("kind"),
        "missing_reports": [
            (kind, kind.label) for kind in CostReport.Kind if not found.reports.filter(kind=kind).exists()
        ],
        "may_write": may_edit and status == Budget.Status.DRAFT,
        "may_take_back": may_edit and status == Budget.Status.PROPOSAL,
        "may_decide": deciding and found.proposed_by_id != request.user.pk,
        "own_proposal": deciding and found.proposed_by_id == request.user.pk,
        "may_renew": may_edit and in_force,
        "may_report": may_edit and in_force,
        "may_invoice": in_force and (may_edit or own_codes(request, found)),
        "crumbs": crumbs((str(found), "")),
    }


def _shared(found: Budget) -> tuple[cost_table.Table | None, str]:
    """The table, or why a draft that was shared before cannot be shared as it is written now."""
    try:
        return cost_table.of(found), ""
    except allocation.CannotShare as refusal:
        return None, sentence(refusal)


def groups(lines: list[BudgetLine]) -> list[dict[str, Any]]:
    """Lines that follow each other under one heading, with what they make."""
    found: list[dict[str, Any]] = []
    for line in lines:
        if not found or found[-1]["name"] != line.group:
            found.append({"name": line.group, "lines": [], "sum": 0})
        found[-1]["lines"].append(line)
        found[-1]["sum"] += line.amount
    return found


def key_facts(kept: CostAllocation) -> list[tuple[str, Any]]:
    parts = [
        (_("folkmängd"), kept.population_percent),
        (_("lika delar"), kept.equal_percent),
        (_("nyttjande"), kept.usage_percent),
    ]
    sources = set(kept.shares.exclude(population_source="").values_list("population_source", flat=True))
    return [
        (_("Fördelningsnyckel"), kept.get_key_display()),
        (_("Delar"), ", ".join(f"{name} {share} %" for name, share in parts if share and share < 100)),
        (_("Fast belopp per kommun"), money(kept.fixed) if kept.fixed else ""),
        (_("Nyttjande mäts i"), kept.get_usage_unit_display()),
        (_("Folkmängd per den"), day(kept.population_on) if kept.population_on else ""),
        (_("Källa"), "; ".join(sorted(sources))),
        (_("Medlemmar per den"), day(kept.members_on)),
        (_("Månader"), _("Den som ansluter eller lämnar räknas per månad") if kept.pro_rata else ""),
        (_("Avrundning"), kept.get_rule_display()),
    ]


def may_decide(request: StaffRequest, found: Budget) -> bool:
    """The economist's colleague, or whoever keeps the minutes."""
    rights = (Permission.COSTS_EDIT, Permission.MINUTES_EDIT)
    return any(policy.may(request.user, right, found.consortium) for right in rights)


def own_codes(request: StaffRequest, found: Budget) -> frozenset[str]:
    """The municipalities among those who pay for which the user follows the costs."""
    mine = policy.places(request.user, Permission.COSTS_READ, Municipality)
    return mine & set(found.allocation.shares.values_list("municipality_id", flat=True))


@require_safe
def budget_file(request: StaffRequest, budget_id: int, form: str) -> HttpResponse:
    """The allocation to take along."""
    found = find(request, budget_id)
    table, hindrance = _shared(found)
    if not table:
        raise Http404(hindrance or _("Budgeten är inte fördelad än."))
    name = f"kostnadsfordelning-{found.year}-version-{found.edition}"
    demand_form(form, "pdf", "xlsx", "csv")
    if form == "pdf":
        return sheets_answer(allocation_pdf(found, table), name, form)
    return table_answer(table, name, form)


def demand_form(form: str, *known: str) -> None:
    if form not in known:
        raise Http404(_("Sidan finns inte."))


def table_answer(table: cost_table.Table, name: str, form: str) -> HttpResponse:
    heads, rows = cost_table.to_rows(table)
    content = sheets.to_xlsx(_("Fördelning"), heads, rows) if form == "xlsx" else sheets.to_csv(heads, rows)
    return sheets_answer(content, name, form)


def sheets_answer(content: bytes, name: str, form: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return HttpResponse(content, content_type=FILES[form], headers=headers)
