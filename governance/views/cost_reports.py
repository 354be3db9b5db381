"""Following up: the half-year report, the annual accounts with their settlement, and the yearly report to a council."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand
from consortium.formats import money, signed_money
from consortium.methods import require_form_methods
from consortium.swedish import swedish_key
from governance import allocation, costs, settlement, yearly_report
from governance.documents.costs import yearly_report_pdf
from governance.forms.costs import ReportForm
from governance.models import Budget, CostReport
from governance.views.budgets import crumbs, demand_form, find, own_codes, sheets_answer
from governance.views.cost_words import REFUSALS, sentence


def find_report(request: StaffRequest, report_id: int, *, may: Permission = Permission.COSTS_READ) -> CostReport:
    report = CostReport.objects.select_related("budget__consortium__host").filter(pk=report_id).first()
    if not report or not Budget.objects.visible_to(request.user).filter(pk=report.budget_id).exists():
        raise Http404(_("Sidan finns inte."))
    if may != Permission.COSTS_READ:
        demand(request, may, report.place)
    return report


@require_POST
def open_report(request: StaffRequest, budget_id: int, kind: str) -> HttpResponse:
    found = find(request, budget_id, may=Permission.COSTS_EDIT)
    if kind not in CostReport.Kind.values:
        raise Http404(_("Sidan finns inte."))
    try:
        report = settlement.open_report(found, kind, by=request.user)
    except REFUSALS as refusal:
        messages.error(request, sentence(refusal))
        return redirect("budget", found.pk)
    return redirect("edit_cost_report", report.pk)


@require_safe
def cost_report(request: StaffRequest, report_id: int) -> HttpResponse:
    report = find_report(request, report_id)
    may_edit = policy.may(request.user, Permission.COSTS_EDIT, report.place)
    year_end = report.kind == CostReport.Kind.YEAR_END
    settled, hindrance = _settled(report) if year_end else (None, "")
    lines = list(report.lines.select_related("line"))
    later = report.budget.replaced_by()
    return render(
        request,
        "governance/report_detail.html",
        {
            "report": report,
            "budget": report.budget,
            "replaced_by": later,
            "status": status_tag(report),
            "due_on": settlement.due_on(report),
            "lines": [_line(row) for row in lines],
            "totals": _totals(lines),
            "settled": settled,
            "settlement_rows": sorted(settled.rows, key=lambda row: swedish_key(row.municipality.name))
            if settled
            else [],
            "hindrance": hindrance,
            "may_edit": may_edit and not report.is_closed and not later,
            "may_invoice": report.is_closed
            and not later
            and year_end
            and (may_edit or own_codes(request, report.budget)),
            "crumbs": _crumbs(report),
        },
    )


def status_tag(report: CostReport) -> dict[str, str]:
    closed = report.is_closed
    return {"kind": "good" if closed else "neutral", "label": _("Fastställd") if closed else _("Utkast")}


def _crumbs(report: CostReport, *more: tuple[str, str]) -> list[tuple[str, str]]:
    own = (str(report), reverse("cost_report", args=[report.pk]) if more else "")
    return crumbs((str(report.budget), reverse("budget", args=[report.budget_id])), own, *more)


def _settled(report: CostReport) -> tuple[settlement.Settled | None, str]:
    try:
        return settlement.settle(report), ""
    except allocation.CannotShare as refusal:
        return None, sentence(refusal)


def _line(row: Any) -> dict[str, Any]:
    expected = row.outcome if row.forecast is None else row.forecast
    return {"row": row, "difference": row.line.amount - expected}


def _totals(lines: list[Any]) -> dict[str, int]:
    budget, outcome = sum(row.line.amount for row in lines), sum(row.outcome for row in lines)
    forecast = sum(row.outcome if row.forecast is None else row.forecast for row in lines)
    return {"budget": budget, "outcome": outcome, "forecast": forecast, "difference": budget - forecast}


@require_form_methods
def edit_cost_report(request: StaffRequest, report_id: int) -> HttpResponse:
    report = find_report(request, report_id, may=Permission.COSTS_EDIT)
    if report.is_closed:
        messages.error(request, _("Rapporten är fastställd och ändras inte."))
        return redirect("cost_report", report.pk)
    if later := report.budget.replaced_by():
        messages.error(request, sentence(costs.Replaced(later.edition)))
        return redirect("cost_report", report.pk)
    form = ReportForm(report, request.POST or None, initial=_initial(report))
    changed = False
    if request.method == "POST" and form.is_valid():
        typed: dict[str, Any] = form.cleaned_data
        try:
            settlement.edit_report(
                report,
                {
                    row.pk: settlement.Figures(typed[f"outcome_{row.pk}"], typed.get(f"forecast_{row.pk}"))
                    for row in form.rows()
                },
                as_of=typed["as_of"],
                note=typed["note"],
                version=typed["version"],
                by=request.user,
                printed_total=typed["printed_total"],
            )
        except REFUSALS as refusal:
            form.add_error(_field(refusal), sentence(refusal))
            changed = isinstance(refusal, costs.ChangedMeanwhile)
        else:
            messages.success(request, _("Rapporten är sparad."))
            return redirect("cost_report", report.pk)
    context = {
        "report": report,
        "form": form,
        "saved": report.lines.select_related("line") if changed else None,
        "back": reverse("cost_report", args=[report.pk]),
        "crumbs": _crumbs(report, (_("Ändra"), "")),
    }
    return render(request, "governance/report_edit.html", context, status=422 if form.errors else 200)


def _initial(report: CostReport) -> dict[str, Any]:
    figures: dict[str, int | None] = {f"outcome_{row.pk}": row.outcome for row in report.lines.all()}
    figures |= {f"forecast_{row.pk}": row.forecast for row in report.lines.all()}
    return {"as_of": report.as_of, "note": report.note, "version": report.version, **figures}


def _field(refusal: Exception) -> str | None:
    if isinstance(refusal, costs.PrintedSumDiffers):
        return "printed_total"
    return "as_of" if isinstance(refusal, settlement.OutsideTheYear) else None


@require_form_methods
def confirm_cost_report(request: StaffRequest, report_id: int) -> HttpResponse:
    """Asks first: what is confirmed cannot be changed."""
    report = find_report(request, report_id, may=Permission.COSTS_EDIT)
    if request.method == "POST":
        version = request.POST.get("version", "")
        try:
            settlement.confirm(report, version=int(version) if version.isdecimal() else 0, by=request.user)
        except REFUSALS as refusal:
            messages.error(request, sentence(refusal))
        else:
            messages.success(request, _("Rapporten är fastställd."))
        return redirect("cost_report", report.pk)
    context = {
        "report": report,
        "back": reverse("cost_report", args=[report.pk]),
        "crumbs": _crumbs(report, (_("Fastställ"), "")),
    }
    return render(request, "governance/report_confirm.html", context)


@require_safe
def yearly(request: StaffRequest, budget_id: int, code: str, form: str = "") -> HttpResponse:
    """What the municipality's board tells its council each year (kommunallagen 9:38)."""
    found = find(request, budget_id)
    shared = found.allocation.shares.filter(municipality=code).exists() if found.is_closed else False
    if not shared:
        raise Http404(_("Sidan finns inte."))
    told = yearly_report.of(found, code)
    if form:
        demand_form(form, "pdf")
        return sheets_answer(yearly_report_pdf(told), f"arsrapport-{found.year}-{code}", form)
    return render(
        request,
        "governance/report_yearly.html",
        {
            "told": told,
            "budget": found,
            "figures": [
                (_("Avgift enligt budgeten"), money(told.charged)),
                (_("Andel av budgeten"), f"{told.percent} %".replace(".", ",")),
                (
                    _("Del av utfallet"),
                    money(told.outcome_share) if told.outcome_share is not None else _("Bokslut saknas än"),
                ),
                (_("Avräkning"), signed_money(told.difference) if told.difference is not None else ""),
            ],
            "crumbs": crumbs((str(found), reverse("budget", args=[found.pk])), (told.municipality.official_name, "")),
        },
    )
