"""Källsystem: the register, a page for each, and what several municipalities could do together."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.forms import Select
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand_anywhere
from consortium.methods import require_form_methods
from consortium.swedish import swedish_order
from deliveries import recipes, sharing, systems
from deliveries.editing import ChangedMeanwhile
from deliveries.forms.systems import SystemForm
from deliveries.models import (
    DeliveryProject,
    Participation,
    SourceSystem,
    Status,
    SubmissionAgreement,
    SystemInventory,
)
from deliveries.models.systems import known_as
from deliveries.views.system_frame import both_texts, consortium_or_none, holders_here, may_edit, tabs, with_revision
from governance.models import Municipality

NAMES_IN_TABLE = 4


@require_safe
def system_list(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, Permission.PROJECT_READ)
    asked = request.GET.get("q", "").strip()
    found = SourceSystem.objects.prefetch_related("aliases").in_swedish_order()
    if asked:
        near = known_as(asked, "aliases") | Q(vendor__icontains=asked)
        found = found.filter(pk__in=SourceSystem.objects.filter(near | Q(information_type__icontains=asked)))
    holders = holders_here(request)
    nobody = sharing.SharedSystem(SourceSystem())
    names = systems.Names.load() if asked and not found else None
    context = {
        "tabs": tabs("systems"),
        "q": asked,
        "may_register": policy.may_anywhere(request.user, Permission.PROJECT_EDIT),
        "nearest": names.nearest(asked) if names else "",
        "columns": [
            {"label": _("System")},
            {"label": _("Andra namn")},
            {"label": _("Leverantör")},
            {"label": _("Informationstyp")},
            {"label": _("Kommuner"), "number": True},
            {"label": _("I arkivet"), "number": True},
        ],
        "rows": [_row(system, holders.get(system.pk, nobody)) for system in found],
    }
    return render(request, "deliveries/system_list.html", context)


def _row(system: SourceSystem, held: sharing.SharedSystem) -> list[Any]:
    others = [alias.name for alias in systems.other_names(system)]
    more = f" +{len(others) - NAMES_IN_TABLE}" if len(others) > NAMES_IN_TABLE else ""
    return [
        {"label": system.name, "url": reverse("system", args=[system.slug])},
        ", ".join(others[:NAMES_IN_TABLE]) + more or "–",
        system.vendor or "–",
        system.information_type or "–",
        {"number": str(held.count)},
        {"number": str(len(held.archived))},
    ]


def system_or_404(slug: str) -> SourceSystem:
    found = SourceSystem.objects.filter(slug=slug).first()
    if found is None:
        raise Http404(_("Sidan finns inte."))
    return found


@require_safe
def system(request: StaffRequest, slug: str) -> HttpResponse:
    demand_anywhere(request, Permission.PROJECT_READ)
    found, here = system_or_404(slug), consortium_or_none(request)
    held = holders_here(request).get(found.pk, sharing.SharedSystem(found))
    projects = DeliveryProject.objects.visible_to(request.user).filter(system=found)
    agreements = SubmissionAgreement.objects.visible_to(request.user).filter(system=found)
    recipe = recipes.everything().get(found.recipe) if found.recipe else None
    context = {
        "tabs": tabs("systems"),
        "system": found,
        "crumbs": [(_("System"), reverse("systems")), (found.name, "")],
        "facts": _facts(found),
        "holders": _holders(request, held, found),
        "held": held,
        "may_edit": policy.may_anywhere(request.user, Permission.PROJECT_EDIT),
        "may_propose": here is not None and may_edit(request, here) and len(held.free) >= sharing.FEWEST,
        "recipe": recipe,
        "reusable": projects.exclude(reusable="").order_by(swedish_order("name")),
        "lessons": projects.exclude(lessons="").order_by(swedish_order("name")),
        "agreements": agreements.in_force().select_related("owner").order_by("number"),
    }
    return render(request, "deliveries/system_detail.html", context)


def _facts(found: SourceSystem) -> list[tuple[str, str]]:
    names = [
        f"{alias.name} ({_('version')} {alias.version})" if alias.version else alias.name
        for alias in systems.other_names(found)
    ]
    return [
        (_("Andra namn och versioner"), ", ".join(names)),
        (_("Leverantör"), found.vendor),
        (_("Informationstyp"), found.information_type),
        (_("Sekretess i regel"), found.secrecy_default),
        (_("Levereras som"), found.get_delivered_as_display() if found.delivered_as else ""),
    ]


def _holders(request: StaffRequest, held: sharing.SharedSystem, found: SourceSystem) -> list[dict[str, Any]]:
    """A line for each municipality that has the system or listens; details only where the reader may read them.

    What the reader's own municipality has and did is there after it has left the consortium, too.
    """
    readable = {each.code for each in Municipality.objects.where_may(request.user, Permission.PROJECT_READ)}
    inventory = {
        row.municipality_id: row for row in SystemInventory.objects.visible_to(request.user).filter(system=found)
    }
    codes = held.having | held.listening | readable
    visible = Participation.objects.visible_to(request.user).filter(project__system=found, municipality__in=codes)
    parts = {part.municipality_id: part for part in visible.select_related("project").order_by("project__id")}
    past = {code for code in readable & set(parts) if parts[code].status in (Status.LEFT, Status.COMPLETED)}
    having = held.having | set(inventory) | {code for code in past if not parts[code].is_observer}
    codes = having | held.listening | past
    return [
        {
            "municipality": place,
            "url": reverse("municipality_inventory", args=[place.code]) if place.code in readable else "",
            "inventory": inventory.get(place.code),
            "part": parts.get(place.code),
            "archived": place.code in held.archived
            or (place.code in past and parts[place.code].status == Status.COMPLETED),
            "listening": place.code not in having,
        }
        for place in Municipality.objects.filter(code__in=codes).in_swedish_order()
    ]


@require_form_methods
def new_system(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, Permission.PROJECT_EDIT)
    form = _form(request, initial={"name": request.GET.get("namn", "")[:80]})
    if request.method == "POST" and form.is_valid():
        values = form.values
        aliases = values.pop("aliases")
        try:
            made = systems.register(values, aliases, by=request.user)
        except systems.NameTaken as taken:
            form.add_error("name", str(taken))
        else:
            messages.success(request, _("%(name)s är upplagt i registret.") % {"name": made.name})
            return redirect("system", made.slug)
    status = 422 if form.errors else 200
    context = {"form": form, "title": _("Lägg upp ett system"), "back": reverse("systems"), "tabs": tabs("systems")}
    return render(request, "deliveries/system_form.html", context, status=status)


@require_form_methods
def edit_system(request: StaffRequest, slug: str) -> HttpResponse:
    demand_anywhere(request, Permission.PROJECT_EDIT)
    found = system_or_404(slug)
    names = [
        f"{each.name} (version {each.version})" if each.version else each.name for each in systems.other_names(found)
    ]
    form = _form(request, instance=found, initial={"aliases": "\n".join(names), "revision": found.revision})
    context: dict[str, Any] = {"back": reverse("system", args=[slug]), "tabs": tabs("systems")}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = form.values
            aliases = values.pop("aliases")
            try:
                systems.change(
                    system_or_404(slug), values, aliases, seen=form.cleaned_data["revision"], by=request.user
                )
            except systems.NameTaken as taken:
                form.add_error("aliases", str(taken))
            except ChangedMeanwhile as changed:
                context["both_texts"] = both_texts(form, changed.current)
                form, status = with_revision(form, changed.current.revision), 409  # type: ignore[attr-defined, assignment]
            else:
                messages.success(request, _("Uppgifterna om %(name)s är sparade.") % {"name": values["name"]})
                return redirect("system", slug)
    context |= {"form": form, "title": _("Ändra %(name)s") % {"name": found.name}}
    return render(request, "deliveries/system_form.html", context, status=status)


def _form(request: StaffRequest, **options: Any) -> SystemForm:
    form = SystemForm(request.POST or None, **options)
    choices = [("", _("Inget recept")), *((slug, recipe.name) for slug, recipe in recipes.everything().items())]
    field: Any = form.fields["recipe"]
    if form.initial.get("recipe") and form.initial["recipe"] not in dict(choices):
        choices.append((form.initial["recipe"], form.initial["recipe"]))
    field.widget = Select(choices=choices)
    return form
