"""Leveransplaner: how many have one, who has the mandate, and the answer for each municipality on one page."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand_anywhere
from consortium.formats import day
from consortium.methods import require_form_methods
from deliveries import planning, sharing
from deliveries.editing import ChangedMeanwhile
from deliveries.forms.plans import FIRST_YEAR, LAST_YEAR, PlanForm, StaffingForm
from deliveries.models import DeliveryPlan, Sector
from deliveries.views.system_frame import (
    address,
    both_texts,
    consortium_choices,
    consortium_or_none,
    may_edit,
    municipality_or_404,
    table_file,
    tabs,
    with_revision,
)
from governance.models import Municipality

STATUS_KINDS = {
    DeliveryPlan.Status.MISSING: "warn",
    DeliveryPlan.Status.DRAFT: "working",
    DeliveryPlan.Status.ANCHORED: "waiting",
    DeliveryPlan.Status.DECIDED: "good",
}


def status_tag(plan: DeliveryPlan) -> dict[str, str]:
    return {"kind": STATUS_KINDS[DeliveryPlan.Status(plan.status)], "label": str(plan.get_status_display())}


def readiness_tag(readiness: planning.Readiness) -> dict[str, str]:
    kind = "good" if readiness.is_ready and not readiness.still_to_do else "neutral" if readiness.is_ready else "bad"
    return {"kind": kind, "label": readiness.label}


def year_asked(request: StaffRequest) -> int:
    asked = request.GET.get("ar", "")
    if asked.isdecimal() and FIRST_YEAR <= int(asked) <= LAST_YEAR:
        return int(asked)
    newest = DeliveryPlan.objects.order_by("-year").values_list("year", flat=True).first()
    return max(newest or 0, timezone.localdate().year) if newest is None else newest


@require_safe
def plans(request: StaffRequest) -> HttpResponse:
    """The figures are everybody's; the lines are of the municipalities the reader may read.

    A municipality that is in no consortium now has its own plans alone.
    """
    demand_anywhere(request, Permission.PROJECT_READ)
    own = Municipality.objects.where_may(request.user, Permission.PROJECT_READ)
    here, year = consortium_or_none(request), year_asked(request)
    if here is None and request.GET.get("konsortium"):
        raise Http404(_("Sidan finns inte."))
    seen = planning.overview(here, year) if here else planning.overview_of(own, year)
    readable = {each.code for each in own}
    lines = [line for line in seen.lines if line.municipality.code in readable]
    if request.GET.get("som") in ("csv", "xlsx"):
        return table_file(
            request.GET["som"], f"{_('leveransplaner')}-{year}", _heads(), [_cells(line) for line in lines]
        )
    context = {
        "tabs": tabs("plans"),
        "consortium": here,
        "consortia": consortium_choices(request, here) if here else [],
        "overview": seen,
        "year": year,
        "before": address("plans", ar=year - 1, konsortium=request.GET.get("konsortium")),
        "after": address("plans", ar=year + 1, konsortium=request.GET.get("konsortium")),
        "stats": [
            {"label": _("Kommuner"), "value": seen.members},
            {"label": _("Har en plan"), "value": seen.with_plan},
            {"label": _("Beslutad plan"), "value": seen.decided},
            {"label": _("Med mandatägare"), "value": seen.with_mandate_holder},
        ],
        "lines": [
            {
                "line": line,
                "status": status_tag(line.plan),
                "readiness": readiness_tag(line.readiness),
                "url": address("plan", [line.municipality.code], ar=year),
            }
            for line in lines
        ],
        "hidden": len(seen.lines) - len(lines),
    }
    return render(request, "deliveries/plan_list.html", context)


def _heads() -> list[str]:
    return [
        *(_("Kommun"), _("År"), _("Plan"), _("Mandatägare"), _("Beslutande organ"), _("Beslutad"), _("Paragraf")),
        *(_("Förankras i"), _("Förvaltningar"), _("Förutsättningar")),
    ]


def _cells(line: planning.Line) -> list[Any]:
    plan = line.plan
    return [
        *(line.municipality.name, plan.year, str(plan.get_status_display()), plan.mandate_holder, plan.deciding_body),
        *(plan.decided_on.isoformat() if plan.decided_on else "", plan.paragraph, plan.anchoring_forum),
        *(", ".join(sectors(plan)), line.readiness.label),
    ]


def sectors(plan: DeliveryPlan) -> list[str]:
    return [str(Sector(code).label) for code in plan.sectors if code in Sector.values]


@require_safe
def plan(request: StaffRequest, code: str) -> HttpResponse:
    """The five questions of the steering group, answered for one municipality."""
    place = municipality_or_404(request, code, may=Permission.PROJECT_READ)
    year = year_asked(request)
    found = planning.plan_of(place, year)
    readiness = planning.readiness(place)
    here = consortium_or_none(request)
    unknown = _("Ej angivet")
    decided = (
        ", ".join(part for part in (day(found.decided_on), found.paragraph, found.registry_number) if part)
        if (found.decided_on)
        else ""
    )
    context = {
        "tabs": tabs("plans"),
        "municipality": place,
        "plan": found,
        "year": year,
        "status": status_tag(found),
        "years": place.plans.order_by("-year").values_list("year", flat=True),
        "answers": [
            (_("Finns en aktuell plan?"), str(found.get_status_display())),
            (_("Vem har mandatet?"), found.mandate_holder or unknown),
            (_("Vem beslutar om planen?"), found.deciding_body or unknown),
            (_("När beslutades den?"), decided or unknown),
            (_("Var förankras den?"), found.anchoring_forum or unknown),
            (_("Vilka förvaltningar har behov?"), ", ".join(sectors(found)) or unknown),
        ],
        "readiness": readiness,
        "readiness_tag": readiness_tag(readiness),
        "staffing": planning.staffing_of(place),
        "shared": [each for each in sharing.shared_systems(here) if place.code in each.having] if here else [],
        "suggested": sharing.common_elsewhere(here, place) if here else [],
        "may_edit": may_edit(request, place),
        "crumbs": [(_("Leveransplaner"), address("plans", ar=year)), (place.name, "")],
    }
    return render(request, "deliveries/plan_detail.html", context)


@require_form_methods
def edit_plan(request: StaffRequest, code: str, year: int) -> HttpResponse:
    place = municipality_or_404(request, code, may=Permission.PROJECT_EDIT)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404(_("Sidan finns inte."))
    found = planning.plan_of(place, year)
    form = PlanForm(
        request.POST or None, instance=found, initial={"revision": found.revision, "sectors": found.sectors}
    )
    context: dict[str, Any] = {
        "title": _("Leveransplan %(year)s, %(name)s") % {"year": year, "name": place.name},
        "back": address("plan", [code], ar=year),
    }
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                planning.write(
                    planning.plan_of(place, year), form.values, seen=form.cleaned_data["revision"], by=request.user
                )
            except planning.DecisionMissing as missing:
                form.add_error("deciding_body" if form.cleaned_data["decided_on"] else "decided_on", str(missing))
            except ChangedMeanwhile as changed:
                context["both_texts"], status = both_texts(form, changed.current), 409
                with_revision(form, changed.current.revision)  # type: ignore[attr-defined]
            else:
                messages.success(request, _("Leveransplanen är sparad."))
                return redirect(address("plan", [code], ar=year))
    return _form_page(request, form, place, context, status)


@require_form_methods
def edit_staffing(request: StaffRequest, code: str) -> HttpResponse:
    place = municipality_or_404(request, code, may=Permission.PROJECT_EDIT)
    found = planning.staffing_of(place)
    word = {True: "yes", False: "no", None: ""}[place.has_archivist]
    form = StaffingForm(
        request.POST or None, initial={"revision": found.seen, "has_archivist": word, "note": found.note}
    )
    context: dict[str, Any] = {
        "title": _("Förutsättningar, %(name)s") % {"name": place.name},
        "back": reverse("plan", args=[code]),
    }
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            chosen = form.cleaned_data
            try:
                planning.state_staffing(
                    place, chosen["has_archivist"], chosen["note"], seen=chosen["revision"], by=request.user
                )
            except ChangedMeanwhile:
                stands = planning.staffing_of(place)
                context["both_texts"], status = both_texts(form, stands.municipality, {"note": stands.note}), 409
                with_revision(form, stands.seen)
            else:
                messages.success(request, _("Uppgiften är sparad."))
                return redirect("plan", code)
    return _form_page(request, form, place, context, status)


def _form_page(
    request: StaffRequest, form: Any, place: Municipality, context: dict[str, Any], status: int
) -> HttpResponse:
    crumbs = [(_("Leveransplaner"), reverse("plans")), (place.name, context["back"]), (context["title"], "")]
    context |= {"form": form, "municipality": place, "crumbs": crumbs, "tabs": tabs("plans")}
    return render(request, "deliveries/plan_form.html", context, status=status)
