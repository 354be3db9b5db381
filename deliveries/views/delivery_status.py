"""What the steering group asks: the list as of a day, and what an empty municipality could join."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand_anywhere
from consortium.dates import NotADay, read_day
from consortium.formats import day_in_text
from consortium.swedish import swedish_key
from deliveries import sharing, status
from deliveries.views.board import shared_url
from deliveries.views.project_words import STATUS_KINDS
from governance.models import Consortium, Municipality


@require_safe
def delivery_status(request: StaffRequest) -> HttpResponse:
    """The list is the consortium's: read by those who may read in all of it."""
    demand_anywhere(request, Permission.PROJECT_READ)
    consortium = _consortium(request)
    asked, fault = request.GET.get("datum", ""), ""
    on = timezone.localdate()
    try:
        on = read_day(asked, on) if asked else on
    except NotADay:
        fault = _("”%(asked)s” är inget datum. Skriv till exempel 2022-11-24.") % {"asked": asked[:40]}
    told = status.as_of(consortium, on)
    groups = [
        {"title": _("Pågår"), "rows": _entries(told.ongoing)},
        {"title": _("Återkommande"), "rows": _entries(told.recurring)},
        {"title": _("Kommande"), "rows": _entries(told.upcoming)},
    ]
    return render(
        request,
        "deliveries/delivery_status.html",
        {
            "told": told,
            "asked": asked or on.isoformat(),
            "fault": fault,
            "day": day_in_text(on),
            "groups": groups,
            "stats": [
                {"label": _("pågår"), "value": len(told.named_ongoing)},
                {"label": _("planerade"), "value": len(told.upcoming)},
                {"label": _("filsamlingar"), "value": len(told.streams)},
                {"label": _("kommuner utan projekt"), "value": len(told.without_projects)},
            ],
            "crumbs": [(_("Leveransprojekt"), reverse("board")), (_("Läget per datum"), "")],
        },
    )


def _consortium(request: StaffRequest) -> Consortium:
    found = Consortium.objects.where_may(request.user, Permission.PROJECT_READ).order_by("pk")
    slug = request.GET.get("samverkan", "")
    chosen = found.filter(slug=slug).first() if slug else found.first()
    if chosen is None:
        raise Http404(_("Listan gäller hela samverkan och läses av dess styrgrupp."))
    return chosen


def _entries(entries: tuple[status.Entry, ...]) -> list[dict[str, Any]]:
    return [
        {
            "url": reverse("project", args=[entry.project_id]),
            "entry": entry,
            "status": {"kind": STATUS_KINDS[entry.status], "label": entry.state},
        }
        for entry in entries
    ]


@require_safe
def delivery_suggestions(request: StaffRequest, code: str) -> HttpResponse:
    """For a municipality without projects: what the others run."""
    municipality = get_object_or_404(Municipality.objects.where_may(request.user, Permission.PROJECT_READ), pk=code)
    found: list[dict[str, Any]] = []
    for consortium in Consortium.objects.within_reach(request.user, Permission.PROJECT_READ):
        names = dict(consortium.members().values_list("code", "name"))
        if municipality.code in names:
            common = sharing.common_elsewhere(consortium, municipality, limit=12)
            found += [_suggestion(each, names, municipality) for each in common]
    return render(
        request,
        "deliveries/delivery_suggestions.html",
        {
            "municipality": municipality,
            "found": found,
            "may_begin": Municipality.objects.where_may(request.user, Permission.PROJECT_EDIT).filter(pk=code).exists(),
            "shared_url": shared_url(),
            "crumbs": [(_("Leveransprojekt"), reverse("board")), (municipality.name, "")],
        },
    )


def _suggestion(each: sharing.SharedSystem, names: dict[str, str], municipality: Municipality) -> dict[str, Any]:
    return {
        "system": each.system,
        "names": ", ".join(sorted((names[code] for code in each.delivering if code in names), key=swedish_key)),
        "count": each.count,
        "has_it": municipality.code in each.inventoried,
        "new_url": f"{reverse('project_new')}?system={each.system.slug}&kommun={municipality.code}",
    }
