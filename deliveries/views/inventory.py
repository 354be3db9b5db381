"""Inventering: what each municipality has, the whole list with filters, and one system at a time in a form."""

import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand, demand_anywhere
from consortium.formats import number
from consortium.methods import require_form_methods
from consortium.swedish import swedish_order
from deliveries import inventory, planning
from deliveries.editing import ChangedMeanwhile
from deliveries.forms.systems import InventoryForm, NewInventoryForm
from deliveries.models import PersonalData, Retention, SystemInventory
from deliveries.models.systems import known_as
from deliveries.views.system_frame import (
    address,
    both_texts,
    may_edit,
    municipality_or_404,
    table_file,
    tabs,
    with_revision,
)
from governance.models import Municipality

PER_PAGE = 100
SOON = datetime.timedelta(days=365)
STATES = ("i-drift", "avstallt", "slutar-snart")


@require_safe
def inventory_list(request: StaffRequest) -> HttpResponse:
    """Every filter stands in the address, so that a list can be sent to somebody."""
    demand_anywhere(request, Permission.PROJECT_READ)
    rows, asked = _filtered(request)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("sida"))
    readable = Municipality.objects.where_may(request.user, Permission.PROJECT_READ).in_swedish_order()
    context = {
        "tabs": tabs("inventory"),
        "page_obj": page,
        "rows": [shown(row) for row in page],
        "asked": asked,
        "filters": _filters(asked, readable),
        "chips": _chips(asked, readable),
        "query": address("inventory", **asked).partition("?")[2],
        "may_import": policy.may_anywhere(request.user, Permission.PROJECT_EDIT),
        "municipalities": readable,
        "empty": not SystemInventory.objects.visible_to(request.user).exists(),
    }
    return render(request, "deliveries/inventory_list.html", context)


def _filtered(request: StaffRequest) -> tuple[QuerySet[SystemInventory], dict[str, str]]:
    names = ("q", "kommun", "lage", "bevarande", "personuppgifter")
    asked = {name: request.GET.get(name, "").strip() for name in names}
    visible = SystemInventory.objects.visible_to(request.user)
    rows: QuerySet[SystemInventory] = visible.select_related("system", "municipality")
    if asked["q"]:
        near = known_as(asked["q"], "system__aliases") | Q(system__vendor__icontains=asked["q"])
        rows = rows.filter(pk__in=SystemInventory.objects.filter(near))
    if asked["kommun"]:
        rows = rows.filter(municipality=asked["kommun"])
    if asked["bevarande"] in Retention.values:
        rows = rows.filter(retention=asked["bevarande"])
    if asked["personuppgifter"] in PersonalData.values:
        rows = rows.filter(personal_data=asked["personuppgifter"])
    if asked["lage"] in STATES:
        rows = _in_state(rows, asked["lage"])
    order = (swedish_order("municipality__name"), swedish_order("system__name"))
    return rows.order_by(*order), asked


def _in_state(rows: QuerySet[SystemInventory], state: str) -> QuerySet[SystemInventory]:
    today = timezone.localdate()
    used = Q(in_use=True) & (Q(retired_on=None) | Q(retired_on__gt=today))
    if state == "i-drift":
        return rows.filter(used)
    if state == "avstallt":
        return rows.exclude(used)
    soon = today + SOON
    return rows.filter(used & (Q(end_of_life_on__lte=soon) | Q(contract_ends_on__lte=soon) | Q(retired_on__lte=soon)))


def _state_words() -> dict[str, str]:
    return {
        "i-drift": _("I drift"),
        "avstallt": _("Avställda"),
        "slutar-snart": _("Stöd eller avtal slutar inom ett år"),
    }


def _filters(asked: dict[str, str], readable: QuerySet[Municipality]) -> list[dict[str, Any]]:
    lists: list[tuple[str, str, str, list[tuple[str, str]]]] = [
        ("kommun", _("Kommun"), _("Alla kommuner"), [(each.code, each.name) for each in readable]),
        ("lage", _("Läge"), _("Alla lägen"), list(_state_words().items())),
        ("bevarande", _("Bevarande"), _("Alla"), [(str(value), str(label)) for value, label in Retention.choices]),
        (
            "personuppgifter",
            _("Personuppgifter"),
            _("Alla"),
            [(str(value), str(label)) for value, label in PersonalData.choices],
        ),
    ]
    return [
        {"name": name, "label": label, "all": everything, "options": options, "chosen": asked[name]}
        for name, label, everything, options in lists
    ]


def _chips(asked: dict[str, str], readable: QuerySet[Municipality]) -> list[dict[str, str]]:
    labels = {value: label for each in _filters(asked, readable) for value, label in each["options"]}
    return [
        {"label": labels.get(value, value), "url": address("inventory", **{**asked, name: ""})}
        for name, value in asked.items()
        if value
    ]


def shown(row: SystemInventory) -> dict[str, Any]:
    today = timezone.localdate()
    used = row.is_in_use(today)
    ends = [end for end in (row.end_of_life_on, row.contract_ends_on, row.retired_on if used else None) if end]
    first = min(ends, default=None)
    return {
        "row": row,
        "state": {"kind": "good", "label": _("I drift")} if used else {"kind": "closed", "label": _("Avställt")},
        "size": f"{number(row.size_gb.normalize())} GB" if row.size_gb is not None else "–",
        "ends": first,
        "soon": bool(used and first and first <= today + SOON),
        "information_class": row.information_class or "–",
    }


@require_safe
def municipality_inventory(request: StaffRequest, code: str) -> HttpResponse:
    place = municipality_or_404(request, code, may=Permission.PROJECT_READ)
    rows = place.inventory.select_related("system", "municipality").order_by(swedish_order("system__name"))
    context = {
        "tabs": tabs("inventory"),
        "municipality": place,
        "rows": [shown(row) for row in rows],
        "readiness": planning.readiness(place),
        "may_edit": may_edit(request, place),
        "crumbs": [(_("Inventering"), reverse("inventory")), (place.name, "")],
    }
    return render(request, "deliveries/inventory_municipality.html", context)


@require_form_methods
def new_inventory_row(request: StaffRequest, code: str) -> HttpResponse:
    place = municipality_or_404(request, code, may=Permission.PROJECT_EDIT)
    form = NewInventoryForm(request.POST or None, initial={"system": request.GET.get("system", "")})
    context: dict[str, Any] = {"title": _("Lägg till ett system")}
    if request.method == "POST" and form.is_valid():
        values = form.values
        try:
            row = inventory.add(place, values.pop("system"), values, by=request.user)
        except inventory.Contradiction as contradiction:
            form.add_error(contradiction.field, str(contradiction))
        except inventory.InventoriedAlready as already:
            form.add_error("system", _("Systemet finns redan i inventeringen."))
            context["existing"] = already.row
        else:
            messages.success(request, _("%(name)s är tillagt.") % {"name": row.system.name})
            return redirect("municipality_inventory", code)
    return _form_page(request, form, place, context, 422 if form.errors else 200)


@require_form_methods
def edit_inventory_row(request: StaffRequest, code: str, slug: str) -> HttpResponse:
    place, row = _row_or_404(request, code, slug)
    form = InventoryForm(request.POST or None, instance=row, initial={"revision": row.revision})
    context: dict[str, Any] = {"title": row.system.name, "row": row}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            fresh = SystemInventory.objects.get(pk=row.pk)
            try:
                inventory.change(fresh, form.values, seen=form.cleaned_data["revision"], by=request.user)
            except inventory.Contradiction as contradiction:
                form.add_error(contradiction.field, str(contradiction))
            except ChangedMeanwhile as changed:
                context["both_texts"], status = both_texts(form, changed.current), 409
                with_revision(form, changed.current.revision)  # type: ignore[attr-defined]
            else:
                messages.success(request, _("Uppgifterna om %(name)s är sparade.") % {"name": row.system.name})
                return redirect("municipality_inventory", code)
    return _form_page(request, form, place, context, status)


def _row_or_404(request: StaffRequest, code: str, slug: str) -> tuple[Municipality, SystemInventory]:
    place = municipality_or_404(request, code, may=Permission.PROJECT_READ)
    row = place.inventory.select_related("system", "municipality").filter(system__slug=slug).first()
    if row is None:
        raise Http404(_("Sidan finns inte."))
    demand(request, Permission.PROJECT_EDIT, place)
    return place, row


def _form_page(
    request: StaffRequest, form: InventoryForm, place: Municipality, context: dict[str, Any], status: int
) -> HttpResponse:
    back = reverse("municipality_inventory", args=[place.code])
    crumbs = [(_("Inventering"), reverse("inventory")), (place.name, back), (context["title"], "")]
    context |= {"form": form, "municipality": place, "back": back, "crumbs": crumbs, "tabs": tabs("inventory")}
    return render(request, "deliveries/inventory_form.html", context, status=status)


@require_POST
def remove_inventory_row(request: StaffRequest, code: str, slug: str) -> HttpResponse:
    place, row = _row_or_404(request, code, slug)
    if "bekrafta" not in request.POST:
        context = {
            "tabs": tabs("inventory"),
            "row": row,
            "municipality": place,
            "back": reverse("edit_inventory_row", args=[code, slug]),
        }
        return render(request, "deliveries/inventory_remove.html", context)
    inventory.remove(row, by=request.user)
    messages.success(request, _("%(name)s är borttaget ur inventeringen.") % {"name": row.system.name})
    return redirect("municipality_inventory", code)


@require_safe
def inventory_export(request: StaffRequest, form: str) -> HttpResponse:
    """What the list shows, in a file that can be changed and read in again."""
    demand_anywhere(request, Permission.PROJECT_READ)
    rows, _asked = _filtered(request)
    return table_file(form, _("systeminventering"), inventory.HEADS, inventory.table(rows))
