"""The same search and record page for those who may see closed records, in their own municipality only.

Opening a file that is not public leaves a trace: who, which, when.
"""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from archive import search
from archive.models import ArchivalUnit, ContentFile
from archive.search import Found, IndexAway
from archive.views import content, records
from archive.views import search_words as words
from archive.views.public import refused
from consortium import audit
from consortium.access.permissions import Permission
from consortium.access.policy import may
from consortium.access.views import StaffRequest, demand_anywhere, get_or_404
from consortium.audit_events import Event
from consortium.formats import day_in_text


@require_safe
def staff_search(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, Permission.RECORD_READ_CLOSED)
    if words.holds_personal_number(request):
        return refused("staff_search")
    question = words.asked(request)
    context: dict[str, Any] = {"question": question, "q": question.text, "refused": words.REFUSED in request.GET}
    try:
        context |= _answered(request, question) if question.asks else {}
    except IndexAway:
        return render(request, "archive/staff_search.html", {**context, "away": True}, status=503)
    return render(request, "archive/staff_search.html", context)


def _answered(request: StaffRequest, question: words.Question) -> dict[str, Any]:
    found = search.staff(request.user, question.text, question.filters, order=question.order, page=question.page)
    names = words.names_shown(found, question)
    return {
        "found": found,
        "heading": words.heading(found, question),
        "hits": [_hit(unit, found) for unit in found.units],
        "facets": words.facets(found, question, names),
        "chips": words.chips(question, names),
        "orders": words.orders(question),
        "page_obj": words.page_of(found, question),
        "kept": question.hidden("kommun", "ar", "typ", "fran", "till"),
        "asked": question.hidden("q", "ordna"),
    }


def _hit(unit: ArchivalUnit, found: Found) -> words.Hit:
    return words.hit(unit, found, reverse("staff_record", args=[unit.pk]), status_of(unit))


def status_of(unit: ArchivalUnit) -> dict[str, str]:
    if unit.withdrawal_id:
        return {"kind": "closed", "label": _("Tillbakadragen")}
    if unit.holds_personal_number:
        return {"kind": "warn", "label": _("Innehåller personnummer")}
    kinds = {ArchivalUnit.Access.PUBLIC: "good", ArchivalUnit.Access.SECRET: "closed"}
    return {
        "kind": kinds.get(ArchivalUnit.Access(unit.access), "waiting"),
        "label": str(unit.get_access_display()),
    }


@require_safe
def staff_record(request: StaffRequest, unit_id: UUID) -> HttpResponse:
    unit = get_or_404(request, ArchivalUnit, unit_id, may=Permission.RECORD_READ_CLOSED)
    children = ArchivalUnit.objects.visible_to(request.user).filter(parent=unit)
    return render(
        request,
        "archive/staff_record.html",
        {
            **records.about(request, unit, children, "staff_record"),
            "status": status_of(unit),
            "reasons": _reasons(unit),
            "files": [_file(unit, file) for file in unit.files.order_by("path")],
            "is_public": ArchivalUnit.objects.public().filter(pk=unit.pk).exists(),
            "may_publish": may(request.user, Permission.RECORD_PUBLISH, unit.owner),
        },
    )


def _reasons(unit: ArchivalUnit) -> list[tuple[str, str]]:
    withdrawn = unit.withdrawal
    return [
        (_("Intern titel"), unit.internal_title),
        (_("Lagrum"), unit.secrecy_provision),
        (_("Sekretessen prövas om"), day_in_text(unit.secrecy_until) if unit.secrecy_until else ""),
        (_("Gallring"), unit.disposal),
        (_("Gallras tidigast"), day_in_text(unit.disposal_from) if unit.disposal_from else ""),
        (_("Offentlig från"), day_in_text(unit.public_from) if unit.public_from else ""),
        (_("Tillbakadragen"), day_in_text(withdrawn.at) if withdrawn else ""),
        (_("Skäl"), withdrawn.reason if withdrawn else ""),
    ]


def _file(unit: ArchivalUnit, file: ContentFile) -> dict[str, Any]:
    url = reverse("staff_file", args=[unit.pk, file.pk])
    return {
        "name": content.file_name(file),
        "url": url,
        "format": content.format_name(file),
        "size": file.size,
        "download_url": f"{url}?spara=1",
    }


@require_GET
def staff_file(request: StaffRequest, unit_id: UUID, file_id: int) -> HttpResponseBase:
    unit = get_or_404(request, ArchivalUnit, unit_id, may=Permission.RECORD_READ_CLOSED)
    file = unit.files.select_related("aip").filter(pk=file_id).first()
    if file is None:
        raise Http404(_("Sidan finns inte."))
    if not ArchivalUnit.objects.public().filter(pk=unit.pk).exists():
        audit.record(by=request.user, what=Event.CLOSED_FILE_OPENED, target=unit, place=unit.owner, file=file.pk)
    return content.serve(request, file, save="spara" in request.GET)
