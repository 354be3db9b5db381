"""A round of extension: what it waits for, who has decided, and where its plan stands."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest
from consortium.formats import day
from consortium.methods import require_form_methods
from consortium.precision import in_words
from governance import rounds
from governance.forms.rounds import DependencyForm, HoldForm, MilestoneForm, RoundDecisionForm, RoundForm
from governance.forms.shapes import first_values
from governance.models import Dependency, ExtensionRound, Hold, RoundDecision
from governance.views import finding
from governance.views.consortia import crumbs, status_tag
from governance.views.editing import Crumbs, Paper, press, write

EDIT = Permission.MEMBERS_EDIT
OUTCOMES = {
    RoundDecision.Outcome.WAITING: "waiting",
    RoundDecision.Outcome.YES: "good",
    RoundDecision.Outcome.NO: "closed",
}


def _find(request: StaffRequest, pk: int, *, may: Permission | None = None) -> ExtensionRound:
    return finding.find(request, ExtensionRound.objects.select_related("consortium"), pk=pk, may=may)


def _crumbs(found: ExtensionRound, *more: tuple[Any, str]) -> Crumbs:
    return crumbs(found.consortium, (found.name, reverse("round", args=[found.pk]) if more else ""), *more)


@require_safe
def round_detail(request: StaffRequest, round_id: int) -> HttpResponse:
    found = _find(request, round_id)
    told = rounds.consequence(found)
    decisions = [*told.waiting, *told.decided, *told.refused]
    return render(
        request,
        "governance/round_detail.html",
        {
            "round": found,
            "crumbs": _crumbs(found),
            "told": told,
            "facts": [
                (_("Läge"), found.get_status_display()),
                (_("Samarbetets nya namn"), found.new_name),
                (_("Började"), day(found.opened_on)),
                (_("Alla beslut väntades senast"), day(found.decisions_by)),
                (_("Sista beslutet väntas nu"), day(told.last_on)),
                (_("Väntat antal nya kommuner"), found.expected_joiners),
                (_("Anteckning"), found.note),
            ],
            "counts": [
                {"label": _("Har sagt ja"), "value": len(told.decided), "kind": "good"},
                {"label": _("Har sagt nej"), "value": len(told.refused), "kind": "closed"},
                {"label": _("Återstår"), "value": len(told.waiting), "kind": "waiting"},
            ],
            "decisions": [
                (each, OUTCOMES[RoundDecision.Outcome(each.outcome)], _expected(each, told)) for each in decisions
            ],
            "joining": [(each, status_tag(step) if step else None) for each, step in rounds.joining_standing(found)],
            "inquiries": found.inquiries.all(),
            "may_edit": finding.edits(request, found.consortium),
        },
    )


def _expected(decision: RoundDecision, told: rounds.Consequence) -> str:
    if decision.decided_on:
        return day(decision.decided_on)
    if decision.planned_on:
        return in_words(decision.planned_on, decision.planned_precision)
    said = told.answers.get(decision.municipality_id)
    return _("%s enligt svar") % day(said) if said else _("inte känt")


@require_form_methods
def round_add(request: StaffRequest, consortium_id: int) -> HttpResponse:
    consortium = finding.consortium(request, consortium_id, may=EDIT)
    paper = Paper(
        title=_("Ny utökning"),
        submit=_("Lägg upp utökningen"),
        back=reverse("consortium", args=[consortium.pk]),
        lead=_("Varje nuvarande medlem får en egen rad för sitt beslut."),
        crumbs=crumbs(consortium, (_("Ny utökning"), "")),
    )
    return write(
        request,
        RoundForm(request.POST or None, consortium=consortium, initial={"opened_on": timezone.localdate()}),
        paper,
        lambda form: rounds.open_round(consortium, form.facts(), joining=form.joiners(), by=request.user),
        _("Utökningen är upplagd."),
        onward=lambda made: reverse("round", args=[made.pk]),
    )


@require_form_methods
def round_edit(request: StaffRequest, round_id: int) -> HttpResponse:
    found = _find(request, round_id, may=EDIT)
    initial = first_values(found, *RoundForm.NAMES) | {"joining": list(found.joining.all())}
    return write(
        request,
        RoundForm(request.POST or None, consortium=found.consortium, initial=initial),
        _paper(found, _("Ändra utökningen"), _("Spara utökningen"), theirs=RoundForm.NAMES),
        lambda form: rounds.change_round(
            found, form.facts(), joining=form.joiners(), seen=form.version_seen, by=request.user
        ),
        _("Utökningen är sparad."),
    )


def _paper(found: ExtensionRound, title: str, submit: str, lead: str = "", theirs: tuple[str, ...] = ()) -> Paper:
    return Paper(
        title=title,
        submit=submit,
        back=reverse("round", args=[found.pk]),
        lead=lead,
        crumbs=_crumbs(found, (title, "")),
        theirs=lambda row: [(row._meta.get_field(name).verbose_name, getattr(row, name)) for name in theirs],
    )


@require_form_methods
def round_decision(request: StaffRequest, round_id: int, decision_id: int) -> HttpResponse:
    found = _find(request, round_id, may=EDIT)
    decision = get_object_or_404(RoundDecision.objects.select_related("municipality"), pk=decision_id, round=found)
    initial = first_values(decision, "outcome", "decided_on", "reference")
    if decision.planned_on:
        initial["planned"] = (decision.planned_on, decision.planned_precision)
    return write(
        request,
        RoundDecisionForm(request.POST or None, initial=initial),
        _paper(
            *(found, _("Beslut i %s") % decision.municipality, _("Spara beslutet")),
            theirs=("outcome", "planned_on", "decided_on", "reference"),
        ),
        lambda form: rounds.decide(decision, form.facts(), seen=form.version_seen, by=request.user),
        _("Beslutet är sparat. Tidsplanen nedan är räknad på nytt."),
    )


@require_form_methods
def round_hold(request: StaffRequest, round_id: int) -> HttpResponse:
    found = _find(request, round_id, may=EDIT)
    return write(
        request,
        HoldForm(request.POST or None, initial={"from_on": timezone.localdate()}),
        _paper(found, _("Utökningen väntar"), _("Anteckna uppehållet"), _("Skälet visas för medlemmarna.")),
        lambda form: rounds.hold(found, by=request.user, **form.facts()),
        _("Uppehållet är antecknat."),
    )


@require_POST
def round_release(request: StaffRequest, round_id: int, hold_id: int) -> HttpResponse:
    found = _find(request, round_id, may=EDIT)
    held = get_object_or_404(Hold, pk=hold_id, round=found)
    back = reverse("round", args=[found.pk])
    return press(
        request,
        lambda: rounds.release(held, on=timezone.localdate(), by=request.user),
        _("Uppehållet är avslutat."),
        back,
    )


@require_form_methods
def round_dependency(request: StaffRequest, round_id: int) -> HttpResponse:
    found = _find(request, round_id, may=EDIT)
    return write(
        request,
        DependencyForm(request.POST or None),
        _paper(found, _("Nytt beroende"), _("Lägg till beroendet")),
        lambda form: rounds.depend(found, by=request.user, **form.facts()),
        _("Beroendet är tillagt."),
    )


@require_POST
def round_met(request: StaffRequest, round_id: int, dependency_id: int) -> HttpResponse:
    found = _find(request, round_id, may=EDIT)
    dependency = get_object_or_404(Dependency, pk=dependency_id, round=found, kind=Dependency.Kind.OTHER)
    back = reverse("round", args=[found.pk])
    return press(
        request,
        lambda: rounds.meet(dependency, on=timezone.localdate(), by=request.user),
        _("Beroendet är uppfyllt."),
        back,
    )


@require_form_methods
def round_milestone(request: StaffRequest, round_id: int) -> HttpResponse:
    found = _find(request, round_id, may=EDIT)
    return write(
        request,
        MilestoneForm(request.POST or None),
        _paper(found, _("Nytt delmål"), _("Lägg till delmålet")),
        lambda form: rounds.plan_milestone(found, form.facts(), by=request.user),
        _("Delmålet är tillagt."),
    )
