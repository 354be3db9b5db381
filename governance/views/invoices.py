"""Fakturaunderlag: for the economist all of it, for a municipality its own, for nobody else."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from consortium import audit, sheets
from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest
from consortium.audit_events import Event
from consortium.formats import money
from consortium.swedish import swedish_key
from governance import costs, invoicing
from governance.documents.costs import invoice_pdf
from governance.invoicing import Invoice
from governance.models import Budget, CostReport
from governance.views.budgets import crumbs, demand_form, find, own_codes, sheets_answer
from governance.views.cost_reports import find_report
from governance.views.cost_words import sentence


def _allowed(request: StaffRequest, budget: Budget, invoices: Iterable[Invoice]) -> list[Invoice]:
    """403 for who follows the costs of all and none in particular."""
    if policy.may(request.user, Permission.COSTS_EDIT, budget.consortium):
        seen = list(invoices)
    elif mine := own_codes(request, budget):
        seen = [invoice for invoice in invoices if invoice.municipality.code in mine]
    else:
        raise PermissionDenied(_("Fakturaunderlag läses av ekonomen i värdkommunen och av den kommun som det gäller."))
    return sorted(seen, key=lambda invoice: swedish_key(invoice.municipality.name))


def _of_budget(request: StaffRequest, budget_id: int) -> tuple[Budget, list[Invoice]]:
    found = find(request, budget_id)
    try:
        return found, _allowed(request, found, invoicing.of_budget(found))
    except costs.NotInThisState:
        raise Http404(_("Fakturaunderlag finns när budgeten är fastställd.")) from None
    except costs.Replaced as refusal:
        raise Http404(sentence(refusal)) from None


def _of_report(request: StaffRequest, report_id: int) -> tuple[CostReport, list[Invoice]]:
    report = find_report(request, report_id)
    try:
        return report, _allowed(request, report.budget, invoicing.of_settlement(report))
    except costs.NotInThisState:
        raise Http404(_("Fakturaunderlag finns när bokslutet är fastställt.")) from None
    except costs.Replaced as refusal:
        raise Http404(sentence(refusal)) from None


@require_safe
def invoice_list(request: StaffRequest, budget_id: int) -> HttpResponse:
    found, invoices = _of_budget(request, budget_id)
    way_back = crumbs((str(found), reverse("budget", args=[found.pk])), (_("Fakturaunderlag"), ""))
    return _page(request, found, invoices, "invoice_file", found.pk, way_back, replaces=found.replaces())


@require_safe
def settlement_invoice_list(request: StaffRequest, report_id: int) -> HttpResponse:
    report, invoices = _of_report(request, report_id)
    way_back = crumbs(
        (str(report.budget), reverse("budget", args=[report.budget_id])),
        (str(report), reverse("cost_report", args=[report.pk])),
        (_("Fakturaunderlag"), ""),
    )
    return _page(request, report.budget, invoices, "settlement_invoice_file", report.pk, way_back)


def _page(
    request: StaffRequest,
    budget: Budget,
    invoices: list[Invoice],
    url_name: str,
    pk: int,
    way_back: list[tuple[str, str]],
    *,
    replaces: Budget | None = None,
) -> HttpResponse:
    return render(
        request,
        "governance/invoice_list.html",
        {
            "budget": budget,
            "replaces": replaces,
            "columns": [
                {"label": _("Kommun")},
                {"label": _("Referens")},
                {"label": _("Avser")},
                {"label": _("Att betala"), "number": True},
                {"label": _("Underlag")},
            ],
            "rows": [
                [
                    invoice.municipality.official_name,
                    invoice.reference,
                    _("%(text)s (kredit)") % {"text": invoice.text} if invoice.is_credit else invoice.text,
                    {"number": money(invoice.kronor)},
                    {
                        "label": _("PDF för %(name)s") % {"name": invoice.municipality.name},
                        "url": reverse(url_name, args=[pk, invoice.municipality.code, "pdf"]),
                    },
                ]
                for invoice in invoices
            ],
            "total": sum(invoice.kronor for invoice in invoices),
            "csv_url": reverse(url_name, args=[pk, "alla", "csv"]),
            "crumbs": way_back,
        },
    )


@require_GET
def invoice_file(request: StaffRequest, budget_id: int, code: str, form: str) -> HttpResponse:
    found, invoices = _of_budget(request, budget_id)
    return _file(request, found, invoices, code, form)


@require_GET
def settlement_invoice_file(request: StaffRequest, report_id: int, code: str, form: str) -> HttpResponse:
    report, invoices = _of_report(request, report_id)
    return _file(request, report.budget, invoices, code, form)


def _file(request: StaffRequest, budget: Budget, invoices: list[Invoice], code: str, form: str) -> HttpResponse:
    """A PDF for one municipality, or the whole list as CSV."""
    demand_form(form, "pdf", "csv")
    chosen = [invoice for invoice in invoices if code in ("alla", invoice.municipality.code)]
    if not chosen or (form == "pdf" and len(chosen) > 1):
        raise Http404(_("Sidan finns inte."))
    audit.record(
        by=request.user,
        what=Event.INVOICE_BASIS_DOWNLOADED,
        target=budget,
        place=budget.consortium,
        form=form,
        municipalities=[invoice.municipality.code for invoice in chosen],
    )
    name = f"fakturaunderlag-{chosen[0].reference if form == 'pdf' else budget.year}"
    content = invoice_pdf(chosen[0], budget) if form == "pdf" else sheets.to_csv(*invoicing.to_rows(chosen))
    return sheets_answer(content, name, form)
