"""A file of inventory rows: sent, shown, and read in when somebody has looked at it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from consortium import sheets, tables
from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand_anywhere
from consortium.forms import sent_files
from consortium.methods import require_form_methods
from deliveries import inventory, inventory_import, sharing
from deliveries.forms.systems import ImportForm
from deliveries.inventory_columns import WrongColumns
from deliveries.inventory_file import MOST_FAULTS
from deliveries.models import InventoryImport
from deliveries.views.system_frame import consortium_or_none, table_file, tabs
from governance.models import Municipality

FAULTS_SHOWN = 50


@require_form_methods
def import_inventory(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, Permission.PROJECT_EDIT)
    mine = Municipality.objects.where_may(request.user, Permission.PROJECT_EDIT).in_swedish_order()
    form = ImportForm(
        request.POST or None, sent_files(request) or None, initial={"municipality": request.GET.get("kommun")}
    )
    field: Any = form.fields["municipality"]
    field.queryset = mine
    field.label_from_instance = lambda place: place.name
    if request.method == "POST" and form.is_valid() and (sent := _read(request, form)):
        return redirect("inventory_preview", sent.pk)
    context = {
        "tabs": tabs("inventory"),
        "form": form,
        "columns": inventory.HEADS,
        "crumbs": [(_("Inventering"), reverse("inventory")), (_("Läs in från fil"), "")],
    }
    return render(request, "deliveries/inventory_import.html", context, status=422 if form.errors else 200)


def _read(request: StaffRequest, form: ImportForm) -> InventoryImport | None:
    sent = form.cleaned_data["file"]
    if sent.size > tables.MAX_BYTES:
        form.add_error("file", tables.TOO_LARGE)
        return None
    try:
        return inventory_import.upload(
            sent.read(),
            sent.name,
            municipality=form.cleaned_data["municipality"],
            register_systems=form.cleaned_data["register_systems"],
            by=request.user,
        )
    except (tables.Unreadable, WrongColumns) as refused:
        form.add_error("file", str(refused))
        return None


def _own_or_404(request: StaffRequest, import_id: UUID) -> InventoryImport:
    """A file is its sender's business until it is read in."""
    demand_anywhere(request, Permission.PROJECT_EDIT)
    found = InventoryImport.objects.filter(pk=import_id, uploaded_by=request.user).first()
    if found is None:
        raise Http404(_("Sidan finns inte."))
    return found


@require_safe
def inventory_preview(request: StaffRequest, import_id: UUID) -> HttpResponse:
    sent = _own_or_404(request, import_id)
    summary = sent.summary
    context = {
        "tabs": tabs("inventory"),
        "sent": sent,
        "summary": summary,
        "stats": [
            {"label": _("Nya"), "value": summary["new"]},
            {"label": _("Ändrade"), "value": summary["changed"]},
            {"label": _("Oförändrade"), "value": summary["unchanged"]},
            {"label": _("Sammanslagna"), "value": summary["merged_count"]},
            {"label": _("Fel"), "value": summary["fault_count"], "kind": "bad" if summary["fault_count"] else ""},
        ],
        "faults": summary["faults"][:FAULTS_SHOWN],
        "more_faults": max(0, summary["fault_count"] - FAULTS_SHOWN),
        "most_faults": MOST_FAULTS,
        "nothing_to_do": not (summary["new"] or summary["changed"]),
        "crumbs": [
            (_("Inventering"), reverse("inventory")),
            (_("Läs in från fil"), reverse("import_inventory")),
            (_("Förhandsvisning"), ""),
        ],
    }
    return render(request, "deliveries/inventory_preview.html", context)


@require_POST
def confirm_inventory(request: StaffRequest, import_id: UUID) -> HttpResponse:
    sent = _own_or_404(request, import_id)
    try:
        done = inventory_import.confirm(sent, by=request.user)
    except inventory_import.ReadInAlready as already:
        messages.info(request, str(already))
        return redirect("inventory")
    except (inventory_import.HasFaults, inventory_import.PreviewOutdated) as refused:
        messages.error(request, str(refused))
        return redirect("inventory_preview", import_id)
    messages.success(
        request,
        _("Filen är inläst: %(new)s nya och %(changed)s ändrade system.") % done.summary,
    )
    return redirect("municipality_inventory", done.municipality_id) if done.municipality_id else redirect("inventory")


@require_safe
def inventory_faults(request: StaffRequest, import_id: UUID) -> HttpResponse:
    """All kept faults as a file, to mend the rows by."""
    sent = _own_or_404(request, import_id)
    heads = [_("Rad"), _("Kolumn"), _("Funnet"), _("Så rättar du")]
    rows: list[list[sheets.Cell]] = [
        [each["line"], each["column"], each["found"], each["remedy"]] for each in sent.summary["faults"]
    ]
    return table_file("csv", _("fel-i-inventering"), heads, rows)


@require_safe
def inventory_template(request: StaffRequest, form: str) -> HttpResponse:
    """An empty table with the right columns and the systems that most municipalities have."""
    demand_anywhere(request, Permission.PROJECT_READ)
    mine = Municipality.objects.where_may(request.user, Permission.PROJECT_EDIT)
    name = only.name if mine.count() == 1 and (only := mine.first()) else ""
    here = consortium_or_none(request)
    common = sharing.shared_systems(here, fewest=1) if here else []
    rows = inventory.template_rows([each.system.name for each in common], name)
    return table_file(form, _("mall-systeminventering"), inventory.HEADS, rows)
