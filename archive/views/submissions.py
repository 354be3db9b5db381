"""The deliveries an archivist follows: list, live validation, report, decision."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from archive import acceptance, documents, tasks
from archive.forms import GiveBackForm
from archive.judgement import Judgement, to_csv
from archive.models import SIP, ValidationReport
from archive.models.submissions import DeliveryKind
from archive.progress_shown import Shown
from consortium import audit, sheets
from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand_anywhere, get_or_404
from consortium.audit_events import Event
from consortium.formats import moment_in_table
from consortium.models import User
from governance.models import Municipality

PER_PAGE = 50
STATUS_KINDS = {
    SIP.Status.RECEIVED: "waiting",
    SIP.Status.CRASHED: "warn",
    SIP.Status.NEEDS_PERSON: "fault",
    SIP.Status.CANCELLED: "closed",
    SIP.Status.VALID: "good",
    SIP.Status.FAULTY: "bad",
    SIP.Status.TEST_PASSED: "good",
    SIP.Status.ACCEPTED: "working",
    SIP.Status.ARCHIVED: "good",
    SIP.Status.GIVEN_BACK: "closed",
}


def status_tag(sip: SIP) -> dict[str, str]:
    return {"kind": STATUS_KINDS[SIP.Status(sip.status)], "label": sip.get_status_display()}


@require_safe
def sip_list(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, Permission.SIP_STATUS)
    sips = SIP.objects.visible_to(request.user).select_related("owner", "agreement__system")
    chosen = request.GET.get("lage", "")
    if chosen in SIP.Status.values:
        sips = sips.filter(status=chosen)
    page = Paginator(sips, PER_PAGE).get_page(request.GET.get("sida"))
    readable = set(
        SIP.objects.visible_to(request.user)
        .filter(
            pk__in=[sip.pk for sip in page], owner__in=Municipality.objects.where_may(request.user, Permission.SIP_READ)
        )
        .values_list("pk", flat=True)
    )
    return render(
        request,
        "archive/sip_list.html",
        {
            "page_obj": page,
            "columns": [
                {"label": _("Nummer")},
                {"label": _("Läge")},
                {"label": _("System")},
                {"label": _("Kommun")},
                {"label": _("Slag")},
                {"label": _("Mottagen")},
            ],
            "rows": [_row(sip, linked=sip.pk in readable) for sip in page],
            "statuses": SIP.Status.choices,
            "chosen": chosen,
        },
    )


def _row(sip: SIP, *, linked: bool) -> list[Any]:
    return [
        {"label": sip.number, "url": reverse("sip", args=[sip.pk])} if linked else sip.number,
        status_tag(sip),
        str(sip.agreement.system),
        sip.owner.name,
        sip.get_kind_display(),
        moment_in_table(sip.received_at),
    ]


@require_safe
def sip(request: StaffRequest, sip_id: UUID) -> HttpResponse:
    return render(
        request, "archive/sip_detail.html", _page(request, get_or_404(request, SIP, sip_id, may=Permission.SIP_READ))
    )


@require_safe
def sip_state(request: StaffRequest, sip_id: UUID) -> HttpResponse:
    """The live part of the page, asked for each second while something happens."""
    found = get_or_404(request, SIP, sip_id, may=Permission.SIP_READ)
    return render(request, "archive/sip_state.html", _page(request, found))


def _page(request: StaffRequest, found: SIP, form: GiveBackForm | None = None) -> dict[str, Any]:
    report = found.latest_report
    may_accept = policy.may(request.user, Permission.SIP_ACCEPT, found.owner)
    accepted = SIP.Status.TEST_PASSED if found.kind == DeliveryKind.TEST else SIP.Status.ACCEPTED
    return {
        "sip": found,
        "status": status_tag(found),
        "shown": Shown.of(found),
        "judgement": Judgement(report) if report else None,
        "rounds": found.reports.count(),
        "aip": getattr(found, "aip", None),
        "give_back_form": form or GiveBackForm(),
        "may_accept": may_accept and found.may_become(accepted),
        "own_delivery": found.received_by_id == request.user.pk,
        "may_give_back": may_accept and found.may_become(SIP.Status.GIVEN_BACK),
        "may_cancel": found.may_become(SIP.Status.CANCELLED) and not found.cancel_requested_at,
        "may_run_again": found.may_become(SIP.Status.RECEIVED),
        "crumbs": [(_("Leveranser"), reverse("sip_list")), (found.number, "")],
    }


@require_GET
def sip_report(request: StaffRequest, sip_id: UUID, form: str) -> HttpResponse:
    """The report of a round (`?omgang=2`, else the newest) as a file."""
    found = get_or_404(request, SIP, sip_id, may=Permission.SIP_READ)
    row = _round(found, request)
    if form == "json":
        content, kind = json.dumps(row.report, ensure_ascii=False, indent=1).encode(), "application/json"
    elif form == "csv":
        content, kind = to_csv(Judgement(row)), sheets.CSV
    else:
        content, kind = documents.report_pdf(row), "application/pdf"
    audit.record(
        by=request.user, what=Event.REPORT_DOWNLOADED, target=found, place=found.owner, form=form, round=row.round
    )
    name = f"{found.number}-valideringsrapport-{row.round}.{form}"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _round(found: SIP, request: HttpRequest) -> ValidationReport:
    asked = request.GET.get("omgang", "")
    row = found.reports.filter(round=int(asked)).first() if asked.isdecimal() else found.latest_report
    if row is None:
        raise Http404(_("Det finns ingen rapport för den omgången."))
    return row


@require_POST
def accept_sip(request: StaffRequest, sip_id: UUID) -> HttpResponse:
    found = get_or_404(request, SIP, sip_id, may=Permission.SIP_ACCEPT)
    try:
        aip = acceptance.accept(found, by=request.user)
    except (acceptance.NotNow, acceptance.OwnDelivery, acceptance.AlreadyArchived) as hindrance:
        messages.error(request, str(hindrance))
        return redirect("sip", sip_id)
    if aip is None:
        messages.success(request, _("Testleveransen är godkänd. Nästa steg är den skarpa leveransen."))
        return redirect("sip", sip_id)
    tasks.store.delay_on_commit(str(aip.pk))
    messages.success(
        request,
        _("Leveransen är godkänd och arkiveras som %(number)s. Kvittensen kommer när kopiorna är kontrollerade.")
        % {"number": aip.number},
    )
    return redirect("aip", aip.pk)


@require_POST
def give_back_sip(request: StaffRequest, sip_id: UUID) -> HttpResponse:
    found = get_or_404(request, SIP, sip_id, may=Permission.SIP_ACCEPT)
    form = GiveBackForm(request.POST)
    if not form.is_valid():
        return render(request, "archive/sip_detail.html", _page(request, found, form), status=422)
    return _answer(
        request,
        found,
        lambda by: acceptance.give_back(found, form.cleaned_data["reason"], by=by),
        _("Leveransen är tillbakalämnad. Producenten ser dina skäl på leveransens sida."),
    )


@require_POST
def validate_sip_again(request: StaffRequest, sip_id: UUID) -> HttpResponse:
    found = get_or_404(request, SIP, sip_id, may=Permission.SIP_READ)

    def run(by: User) -> None:
        acceptance.validate_again(found, by=by)
        tasks.validate.delay_on_commit(str(found.pk))

    return _answer(request, found, run, _("Kontrollen startar om. Du kan följa den här."))


@require_POST
def cancel_sip_validation(request: StaffRequest, sip_id: UUID) -> HttpResponse:
    found = get_or_404(request, SIP, sip_id, may=Permission.SIP_READ)
    return _answer(request, found, lambda by: acceptance.cancel_validation(found, by=by), _("Kontrollen avbryts."))


def _answer(request: StaffRequest, found: SIP, act: Any, sentence: str) -> HttpResponse:
    try:
        act(request.user)
    except acceptance.NotNow as hindrance:
        messages.error(request, str(hindrance))
    else:
        messages.success(request, sentence)
    return redirect("sip", found.pk)
