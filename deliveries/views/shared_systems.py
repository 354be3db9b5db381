"""Delade system: who has the same, who is next, and one project for those who could deliver together."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand, demand_anywhere
from consortium.methods import require_form_methods
from consortium.swedish import swedish_key
from deliveries import sharing
from deliveries.forms.systems import JointProjectForm
from deliveries.project_refusals import Refused
from deliveries.views.system_frame import consortium, consortium_choices, consortium_or_none, may_edit, outside, tabs
from deliveries.views.systems import system_or_404


@require_safe
def shared_systems(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, Permission.PROJECT_READ)
    here = consortium_or_none(request)
    if here is None:
        return outside(request, "shared_systems", _("Delade system"))
    by_inventory = request.GET.get("underlag") != "projekt"
    shared = sharing.shared_systems(here, by_inventory=by_inventory)
    names = {each.code: each.name for each in here.members()}
    context = {
        "tabs": tabs("shared_systems"),
        "consortium": here,
        "consortia": consortium_choices(request, here),
        "by_inventory": by_inventory,
        "may_propose": may_edit(request, here),
        "lines": [_line(each, names) for each in shared],
    }
    return render(request, "deliveries/system_shared.html", context)


def _line(each: sharing.SharedSystem, names: dict[str, str]) -> dict[str, Any]:
    def listed(codes: Any) -> list[str]:
        return sorted((names.get(code, code) for code in codes), key=swedish_key)

    return {
        "system": each.system,
        "count": each.count,
        "having": listed(each.having),
        "listening": listed(each.listening),
        "archived": listed(each.archived),
        "under_way": listed(each.under_way),
        "next": [names.get(code, code) for code in each.next(names)],
        "free": len(each.free),
    }


@require_form_methods
def propose_project(request: StaffRequest, slug: str) -> HttpResponse:
    """First the form, then the same once more to confirm: a project is seen by everybody."""
    demand_anywhere(request, Permission.PROJECT_READ)
    here, system = consortium(request), system_or_404(slug)
    demand(request, Permission.PROJECT_EDIT, here)
    held = sharing.holders(here).get(system.pk, sharing.SharedSystem(system))
    names = _("%(system)s, gemensamt") % {"system": system.name}
    form = JointProjectForm(request.POST or None, initial={"name": names, "delivering": held.free})
    for name in ("delivering", "listening"):
        field: Any = form.fields[name]
        field.queryset = here.members().in_swedish_order()
        field.label_from_instance = lambda place: _described(place, held)
    template = "deliveries/system_propose.html"
    if request.method == "POST" and form.is_valid() and "andra" not in request.POST:
        if "bekrafta" in request.POST:
            if (made := _make(request, form, here, system)) is not None:
                return made
        else:
            template = "deliveries/system_propose_confirm.html"
    context = {
        "tabs": tabs("shared_systems"),
        "form": form,
        "system": system,
        "consortium": here,
        "chosen": form.cleaned_data if form.is_bound and not form.errors else {},
        "crumbs": [(_("Delade system"), reverse("shared_systems")), (_("Föreslå gemensamt projekt"), "")],
    }
    return render(request, template, context, status=422 if form.errors else 200)


def _described(place: Any, held: sharing.SharedSystem) -> str:
    if place.code in held.archived:
        return _("%(name)s (har redan levererat)") % {"name": place.name}
    if place.code in held.delivering:
        return _("%(name)s (har redan ett projekt)") % {"name": place.name}
    return _("%(name)s (har systemet)") % {"name": place.name} if place.code in held.inventoried else str(place.name)


def _make(request: StaffRequest, form: JointProjectForm, here: Any, system: Any) -> HttpResponse | None:
    chosen = form.cleaned_data
    day, precision = chosen["planned_from"] or (None, "day")
    try:
        project = sharing.propose(
            here,
            system,
            list(chosen["delivering"]),
            name=chosen["name"],
            listening=list(chosen["listening"]),
            planned_from=day,
            planned_from_precision=precision,
            note=chosen["note"],
            by=request.user,
        )
    except Refused as refused:
        form.add_error("delivering", str(refused))
        return None
    messages.success(request, _("Projektet %(name)s är upplagt som planerat.") % {"name": project.name})
    return redirect("system", system.slug)
