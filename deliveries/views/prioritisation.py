"""Prioritering: the order of systems with every part shown, weights on trial, and what was decided."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand, demand_anywhere
from consortium.formats import day, number
from consortium.methods import require_form_methods
from consortium.sheets import Cell
from deliveries import prioritisation, sharing
from deliveries.editing import ChangedMeanwhile
from deliveries.forms.plans import DecisionForm, ScoreForm, WeightsForm
from deliveries.models import Prioritisation, SourceSystem
from deliveries.models.prioritisation import PARTS
from deliveries.prioritisation import Weights
from deliveries.views.system_frame import (
    consortium,
    consortium_choices,
    consortium_or_none,
    may_edit,
    outside,
    table_file,
    tabs,
)

REFUSALS = (
    prioritisation.Locked,
    prioritisation.NothingScored,
    prioritisation.DecisionMissing,
    prioritisation.NothingWeighs,
    prioritisation.OutOfRange,
)


@require_safe
def latest(request: StaffRequest) -> HttpResponse:
    """The newest version, decided or not."""
    demand_anywhere(request, Permission.PROJECT_READ)
    here = consortium_or_none(request)
    if here is None:
        return outside(request, "prioritisation", _("Prioritering"))
    found = Prioritisation.objects.filter(consortium=here).newest_first().first()
    if found is None:
        context = {
            "tabs": tabs("prioritisation"),
            "consortium": here,
            "year": timezone.localdate().year,
            "may_edit": may_edit(request, here),
        }
        return render(request, "deliveries/prioritisation_empty.html", context)
    return _page(request, found)


@require_safe
def version(request: StaffRequest, pk: int) -> HttpResponse:
    return _page(request, _visible(request, pk))


def _visible(request: StaffRequest, pk: int) -> Prioritisation:
    demand_anywhere(request, Permission.PROJECT_READ)
    found = Prioritisation.objects.visible_to(request.user).filter(pk=pk).select_related("consortium").first()
    if found is None:
        raise Http404(_("Sidan finns inte."))
    return found


def _page(
    request: StaffRequest, row: Prioritisation, decision: DecisionForm | None = None, status: int = 200
) -> HttpResponse:
    weights, form, on_trial = _weights(request, row)
    ranked = prioritisation.ranking(row, weights)
    context: dict[str, Any] = {
        "row": row,
        "lines": [_line(each, weights) for each in ranked],
        "weights": weights,
        "on_trial": on_trial,
        "sum": sum(weights.all),
        "form": form,
        "may_edit": may_edit(request, row.consortium) and not row.is_locked,
    }
    if request.headers.get("HX-Request"):
        return render(request, "deliveries/prioritisation_ranking.html", context)
    if request.GET.get("som") in ("csv", "xlsx"):
        name = f"{_('prioritering')}-{row.year}-{row.version}"
        return table_file(request.GET["som"], name, _heads(), [_cells(each) for each in ranked])
    context |= {
        "tabs": tabs("prioritisation"),
        "consortium": row.consortium,
        "consortia": consortium_choices(request, row.consortium),
        "sliders": [_slider(form, name, getattr(weights, name)) for name in PARTS],
        "may_begin": row.is_locked and may_edit(request, row.consortium),
        "facts": _facts(row),
        "versions": Prioritisation.objects.filter(consortium=row.consortium).newest_first(),
        "decision": decision or DecisionForm(initial={"revision": row.revision}),
    }
    return render(request, "deliveries/prioritisation_detail.html", context, status=status)


def _weights(request: StaffRequest, row: Prioritisation) -> tuple[Weights, WeightsForm | None, bool]:
    """Those of the address while somebody tries, else the saved ones. The form comes back only when it has faults."""
    saved = Weights.of(row)
    if not any(name in request.GET for name in PARTS):
        return saved, None, False
    form = WeightsForm(request.GET)
    if not form.is_valid():
        return saved, form, False
    try:
        asked = Weights(**form.cleaned_data)
    except prioritisation.NothingWeighs as refused:
        form.add_error(None, str(refused))
        return saved, form, False
    return asked, None, asked != saved


def _slider(form: WeightsForm | None, name: str, value: int) -> dict[str, Any]:
    label = WeightsForm.base_fields[name].label
    typed = form.data.get(name, value) if form else value
    return {"name": name, "label": label, "value": typed, "errors": form.errors.get(name) if form else None}


def _line(each: prioritisation.Ranked, weights: Weights) -> dict[str, Any]:
    return {
        "ranked": each,
        "score": number(round(each.score.numerator / each.score.denominator, 2), 2),
        "exact": f"{sum(each.products)}/{sum(weights.all)}",
        "parts": [
            {"value": getattr(each.parts, name), "weight": weight, "product": product}
            for name, weight, product in zip(PARTS, weights.all, each.products, strict=True)
        ],
    }


def _facts(row: Prioritisation) -> list[tuple[str, str]]:
    if not row.is_locked:
        return []
    return [
        (_("Beslutad av"), row.decided_by_function),
        (_("Beslutsdag"), day(row.decided_on) if row.decided_on else ""),
        (_("Paragraf"), row.paragraph),
    ]


def _heads() -> list[str]:
    return [_("Plats"), _("System"), _("Behov"), _("Enkelhet"), _("Besparing"), _("Poäng"), _("Delas av"), _("Skäl")]


def _cells(each: prioritisation.Ranked) -> list[Cell]:
    parts = each.parts
    exact = f"{each.score.numerator}/{each.score.denominator}" if each.score.denominator > 1 else str(each.score)
    return [each.rank, each.system.name, parts.need, parts.ease, parts.saving, exact, parts.shared_by, each.motive]


def _own(request: StaffRequest, pk: int) -> Prioritisation:
    row = _visible(request, pk)
    demand(request, Permission.PROJECT_EDIT, row.consortium)
    return row


@require_POST
def begin(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, Permission.PROJECT_READ)
    here = consortium(request)
    demand(request, Permission.PROJECT_EDIT, here)
    asked = request.POST.get("year", "")
    year = int(asked) if asked.isdecimal() and 2000 <= int(asked) <= 2100 else timezone.localdate().year
    row = prioritisation.begin(here, year, by=request.user)
    messages.success(request, _("Version %(version)s för %(year)s är ett utkast. Bedöm systemen.") % vars(row))
    return redirect("prioritisation_version", row.pk)


@require_POST
def weigh(request: StaffRequest, pk: int) -> HttpResponse:
    row, form = _own(request, pk), WeightsForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("En vikt är ett heltal från 0 till 10."))
        return redirect("prioritisation_version", pk)
    try:
        prioritisation.weigh(row, Weights(**form.cleaned_data), seen=_seen(request), by=request.user)
    except ChangedMeanwhile as changed:
        current = Weights.of(changed.current)  # type: ignore[arg-type]
        told = {"mine": "/".join(map(str, form.cleaned_data.values())), "theirs": "/".join(map(str, current.all))}
        words = _(
            "Någon annan har sparat andra vikter: %(theirs)s. Dina är %(mine)s och står kvar. Spara igen om de gäller."
        )
        messages.error(request, words % told)
        query = "&".join(f"{name}={form.cleaned_data[name]}" for name in PARTS)
        return redirect(f"{reverse('prioritisation_version', args=[pk])}?{query}")
    except REFUSALS as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Vikterna är sparade."))
    return redirect("prioritisation_version", pk)


def _seen(request: StaffRequest) -> int:
    seen = request.POST.get("revision", "")
    return int(seen) if seen.isdecimal() else 0


@require_form_methods
def score(request: StaffRequest, pk: int) -> HttpResponse:
    """One table for all systems that somebody has. When two people score at once, the second is shown both."""
    row = _own(request, pk)
    held = {each.system_id: each for each in row.scores.all()}
    counts = sharing.sharing_counts(row.consortium)
    asked = SourceSystem.objects.filter(pk__in={*counts, *held}).in_swedish_order()
    systems = sorted(asked, key=lambda each: -counts.get(each.pk, 0))
    forms = [
        ScoreForm(
            request.POST or None,
            system=each,
            shared_by=counts.get(each.pk, 0),
            initial={name: getattr(held[each.pk], name) for name in (*PARTS, "motive")} if each.pk in held else {},
        )
        for each in systems
    ]
    revision, status, meanwhile = row.revision, 200, False
    if request.method == "POST":
        status = 422
        if not [form for form in forms if not form.is_valid()]:
            scores = [{"system": form.system, **form.cleaned_data} for form in forms if form.is_scored]
            try:
                prioritisation.score(row, scores, seen=_seen(request), by=request.user)
            except ChangedMeanwhile as changed:
                revision, status, meanwhile = changed.current.revision, 409, True  # type: ignore[attr-defined]
            except REFUSALS as refused:
                messages.error(request, str(refused))
                return redirect("prioritisation_version", pk)
            else:
                messages.success(request, _("Bedömningen är sparad."))
                return redirect("prioritisation_version", pk)
    context = {
        "tabs": tabs("prioritisation"),
        "row": row,
        "forms": [(form, held.get(form.system.pk) if meanwhile else None) for form in forms],
        "revision": revision,
        "meanwhile": meanwhile,
        "faults": [(form, name, error) for form in forms for name, errors in form.errors.items() for error in errors],
        "crumbs": [(_("Prioritering"), reverse("prioritisation_version", args=[pk])), (_("Bedöm systemen"), "")],
    }
    return render(request, "deliveries/prioritisation_score.html", context, status=status)


@require_POST
def decide(request: StaffRequest, pk: int) -> HttpResponse:
    """Asked once more before it is locked: what is decided cannot be changed."""
    row, form = _own(request, pk), DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form, 422)
    chosen = form.cleaned_data
    if "bekrafta" not in request.POST:
        lines = [_line(each, Weights.of(row)) for each in prioritisation.ranking(row)]
        context = {"tabs": tabs("prioritisation"), "row": row, "form": form, "chosen": chosen, "lines": lines}
        return render(request, "deliveries/prioritisation_confirm.html", context)
    try:
        prioritisation.decide(
            row,
            function=chosen["function"],
            on=chosen["on"],
            paragraph=chosen["paragraph"],
            seen=chosen["revision"],
            by=request.user,
        )
    except ChangedMeanwhile:
        messages.error(
            request, _("Någon annan har ändrat prioriteringen sedan du öppnade den. Granska den och besluta igen.")
        )
    except REFUSALS as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Prioriteringen är låst som beslutad."))
    return redirect("prioritisation_version", pk)
