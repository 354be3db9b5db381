"""The archival packages: where each copy is, what has happened, what the receipt says."""

from typing import Any, Protocol
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from archive import documents, ingest, publication, receipts, storage, tasks
from archive.forms import ReasonForm
from archive.models import AIP, ArchivalUnit, PreservationEvent
from consortium import audit
from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand_anywhere, get_or_404
from consortium.audit_events import Event
from consortium.formats import moment_in_table, number, size
from consortium.models import User
from governance.models import Municipality

PER_PAGE = 50
STATUS_KINDS = {
    AIP.Status.STORING: "working",
    AIP.Status.STORED: "working",
    AIP.Status.DESCRIBED: "working",
    AIP.Status.CONFIRMED: "good",
    AIP.Status.NEEDS_PERSON: "fault",
}


def status_tag(aip: AIP) -> dict[str, str]:
    return {"kind": STATUS_KINDS[AIP.Status(aip.status)], "label": aip.get_status_display()}


@require_safe
def aip_list(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, Permission.AIP_STATUS)
    aips = AIP.objects.visible_to(request.user).select_related("owner", "records_creator")
    page = Paginator(aips, PER_PAGE).get_page(request.GET.get("sida"))
    readable = set(Municipality.objects.where_may(request.user, Permission.AIP_READ).values_list("code", flat=True))
    return render(
        request,
        "archive/aip_list.html",
        {
            "page_obj": page,
            "columns": [
                {"label": _("Nummer")},
                {"label": _("Läge")},
                {"label": _("Arkivbildare")},
                {"label": _("Kommun")},
                {"label": _("Storlek"), "number": True},
                {"label": _("Skapat")},
            ],
            "rows": [_row(aip, linked=aip.owner_id in readable) for aip in page],
        },
    )


def _row(aip: AIP, *, linked: bool) -> list[Any]:
    return [
        {"label": aip.number, "url": reverse("aip", args=[aip.pk])} if linked else aip.number,
        status_tag(aip),
        str(aip.records_creator) if linked else "–",
        aip.owner.name,
        {"number": size(aip.size) if aip.size else "–"},
        moment_in_table(aip.created_at),
    ]


@require_safe
def aip(request: StaffRequest, aip_id: UUID) -> HttpResponse:
    return render(
        request, "archive/aip_detail.html", _page(request, get_or_404(request, AIP, aip_id, may=Permission.AIP_READ))
    )


@require_safe
def aip_state(request: StaffRequest, aip_id: UUID) -> HttpResponse:
    """The live part: copies, events and receipt, while the package is on its way into the stores."""
    found = get_or_404(request, AIP, aip_id, may=Permission.AIP_READ)
    return render(request, "archive/aip_state.html", _page(request, found))


def _page(request: StaffRequest, found: AIP) -> dict[str, Any]:
    units = Paginator(found.units.filter(parent=None).order_by("position"), PER_PAGE).get_page(request.GET.get("sida"))
    return {
        "aip": found,
        "status": status_tag(found),
        "may_try_again": found.status == AIP.Status.NEEDS_PERSON
        and policy.may(request.user, Permission.SIP_ACCEPT, found.owner),
        "running": found.status in (AIP.Status.STORING, AIP.Status.STORED, AIP.Status.DESCRIBED),
        "copies": list(found.copies.order_by("store")),
        "receipt": getattr(found, "receipt", None),
        "events": [
            _event(event) for event in PreservationEvent.objects.filter(sip_id=found.sip_id).select_related("agent")
        ],
        "page_obj": units,
        "unit_count": number(found.units.count()),
        "may_publish": policy.may(request.user, Permission.RECORD_PUBLISH, found.owner),
        "crumbs": [(_("Arkivpaket"), reverse("aip_list")), (found.number, "")],
    }


def _event(event: PreservationEvent) -> dict[str, Any]:
    store = event.detail.get("store")
    label = event.get_kind_display() + (f", {_('lager')} {store}" if store else "")
    return {"at": event.at, "label": label, "by": str(event.agent)}


@require_GET
def aip_download(request: StaffRequest, aip_id: UUID) -> HttpResponseBase:
    """The whole package as it is stored, one uncompressed tar."""
    found = get_or_404(request, AIP, aip_id, may=Permission.AIP_READ)
    if not found.copies.exists() or found.size is None:
        raise Http404(_("Paketet är inte lagrat än."))
    try:
        content = storage.read_range(found, 0, found.size)
    except storage.NoCopyAnswers:
        return render(request, "503.html", status=503)
    audit.record(by=request.user, what=Event.AIP_DOWNLOADED, target=found, place=found.owner)
    return StreamingHttpResponse(
        content,
        content_type="application/x-tar",
        headers={
            "Content-Disposition": f'attachment; filename="{found.number}.tar"',
            "Content-Length": str(found.size),
            "X-Content-Type-Options": "nosniff",
        },
    )


@require_GET
def receipt(request: StaffRequest, aip_id: UUID, form: str) -> HttpResponseBase:
    """The receipt for people (PDF) and for the source system (JSON); the producer may read it too."""
    found = get_or_404(request, AIP, aip_id, may=Permission.SIP_READ)
    issued = getattr(found, "receipt", None)
    if issued is None:
        raise Http404(_("Kvittensen är inte utfärdad än."))
    audit.record(by=request.user, what=Event.RECEIPT_DOWNLOADED, target=found, place=found.owner, form=form)
    headers = {"Content-Disposition": f'attachment; filename="{issued.number}.{form}"'}
    if form == "json":
        return StreamingHttpResponse(receipts.as_json(issued), content_type="application/json", headers=headers)
    return HttpResponse(documents.receipt_pdf(issued), content_type="application/pdf", headers=headers)


@require_POST
def try_aip_again(request: StaffRequest, aip_id: UUID) -> HttpResponse:
    """What stopped the package has been mended: go on from the step where it stood."""
    found = get_or_404(request, AIP, aip_id, may=Permission.SIP_ACCEPT)
    with transaction.atomic():
        ingest.try_again(found)
        audit.record(by=request.user, what=Event.AIP_TRIED_AGAIN, target=found, place=found.owner)
    tasks.go_on.delay_on_commit(str(found.pk))
    messages.success(request, _("Arkiveringen fortsätter. Du kan följa den här."))
    return redirect("aip", aip_id)


@require_POST
def publish_unit(request: StaffRequest, unit_id: UUID) -> HttpResponse:
    return _change_sight(request, unit_id, publication.publish, _("”%(title)s” är nu offentlig."))


@require_POST
def withdraw_unit(request: StaffRequest, unit_id: UUID) -> HttpResponse:
    form = ReasonForm(request.POST)

    def withdraw(unit: ArchivalUnit, *, by: User) -> None:
        if not form.is_valid():
            raise publication.NotPublishable(_("Skriv varför enheten dras tillbaka."))
        publication.withdraw(unit, form.cleaned_data["reason"], by=by)

    return _change_sight(request, unit_id, withdraw, _("”%(title)s” visas inte längre för allmänheten."))


@require_POST
def restore_unit(request: StaffRequest, unit_id: UUID) -> HttpResponse:
    return _change_sight(request, unit_id, publication.restore, _("”%(title)s” visas åter som förut."))


class _Act(Protocol):
    def __call__(self, unit: ArchivalUnit, *, by: User) -> object: ...


def _change_sight(request: StaffRequest, unit_id: UUID, act: _Act, sentence: str) -> HttpResponse:
    """What the public sees of a unit changes: do it, ring for the index, say so; or say why not."""
    unit = get_or_404(request, ArchivalUnit, unit_id, may=Permission.RECORD_PUBLISH)
    try:
        act(unit, by=request.user)
    except publication.NotPublishable as hindrance:
        messages.error(request, str(hindrance))
    else:
        tasks.index.delay_on_commit()
        messages.success(request, sentence % {"title": unit.title})
    return redirect("aip", unit.aip_id)
