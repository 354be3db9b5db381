"""Steps that change how a project stands: phase, pause, cancel, resume, close, separate; and what is ticked off."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand
from consortium.methods import require_form_methods
from consortium.models import User
from deliveries import closing, departures, halting, journal, phases, projects, recurrence
from deliveries.forms import projects as project_forms
from deliveries.models import Barrier, DeliveryProject, Milestone, Occurrence, Participation, Phase, ProjectFunction
from deliveries.models.phases import phase_words
from deliveries.project_refusals import GateClosed, Refused
from deliveries.views import project_words as words
from governance.models import Municipality

Place = Municipality | None
Act = Callable[[DeliveryProject, Place, dict[str, Any], User], object]


@dataclass(frozen=True)
class Step:
    """A page that asks before anything is lost."""

    title: str | Promise
    text: str | Promise
    submit: str | Promise
    said: str | Promise
    act: Act
    form: type[forms.Form] = forms.Form
    danger: bool = False
    own: bool = False


def _close(project: DeliveryProject, place: Place, data: dict[str, Any], by: User) -> object:
    if place is None:
        return closing.close_without_parts(project, by=by)
    return closing.close(project.participations.get(municipality=place), by=by)


STEPS: dict[str, Step] = {
    "pausa": Step(
        gettext_lazy("Pausa"),
        gettext_lazy("Inget tas bort. Projektet kan återupptas där det stannade."),
        gettext_lazy("Pausa projektet"),
        gettext_lazy("Projektet är pausat."),
        lambda project, place, data, by: halting.pause(project, data["reason"], by=by, municipality=place),
        project_forms.ReasonForm,
    ),
    "avbryt": Step(
        gettext_lazy("Avbryt"),
        gettext_lazy("Projektet lämnar tavlan. Det som är antecknat och arkiverat finns kvar."),
        gettext_lazy("Avbryt projektet"),
        gettext_lazy("Projektet är avbrutet."),
        lambda project, place, data, by: halting.cancel(project, data["reason"], by=by, municipality=place),
        project_forms.ReasonForm,
        danger=True,
    ),
    "ateruppta": Step(
        gettext_lazy("Återuppta"),
        gettext_lazy("Projektet fortsätter i den fas där det stannade."),
        gettext_lazy("Återuppta projektet"),
        gettext_lazy("Projektet är återupptaget."),
        lambda project, place, data, by: halting.resume(project, by=by, municipality=place),
    ),
    "avsluta": Step(
        gettext_lazy("Avsluta"),
        gettext_lazy("Kvittenser, avstämning och stickprov ska vara klara. Lärdomarna delas i slutrapporten."),
        gettext_lazy("Avsluta projektet"),
        gettext_lazy("Projektet är avslutat."),
        _close,
    ),
    "dela-upp": Step(
        gettext_lazy("Var för sig"),
        gettext_lazy(
            "Från och med nu skriver varje kommun på sin egen flik, som de andra inte ser. Det går inte att ångra."
        ),
        gettext_lazy("Arbeta var för sig"),
        gettext_lazy("Kommunerna arbetar nu var för sig."),
        lambda project, place, data, by: projects.separate(project, by=by),
        danger=True,
    ),
    "aterlamning": Step(
        gettext_lazy("Anteckna återlämning"),
        gettext_lazy("Kommunen har lämnat samverkan och ska få tillbaka arkivpaket, arkivförteckning och loggar."),
        gettext_lazy("Spara anteckningen"),
        gettext_lazy("Återlämningen är antecknad."),
        lambda project, place, data, by: departures.note_data_return(
            project.participations.get(municipality=place), data["text"], by=by
        ),
        project_forms.DataReturnForm,
        own=True,
    ),
}


@require_form_methods
def project_step(request: StaffRequest, project_id: int, what: str) -> HttpResponse:
    project = words.project_or_404(request, project_id)
    step = STEPS.get(what)
    if step is None:
        raise Http404(_("Sidan finns inte."))
    place = _place(request, project, own=step.own)
    form = step.form(request.POST if request.method == "POST" else None)
    lacks: list[dict[str, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            step.act(project, place, form.cleaned_data, request.user)
        except GateClosed as closed:
            lacks = _lacks(closed, project, place)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, str(step.said))
            return redirect(words.page_of(project, place))
    name = f"{project.name}, {place.name}" if place else project.name
    return render(
        request,
        "deliveries/project_step.html",
        {
            "project": project,
            "step": step,
            "form": form,
            "lacks": lacks,
            "title": f"{step.title}: {name}",
            "cancel_url": words.page_of(project, place),
            "crumbs": [
                (_("Leveransprojekt"), reverse("board")),
                (name, words.page_of(project, place)),
                (str(step.title), ""),
            ],
        },
        status=422 if form.errors or lacks else 200,
    )


def _place(request: StaffRequest, project: DeliveryProject, *, own: bool) -> Place:
    if code := request.GET.get("kommun", ""):
        part = words.part_or_404(request, project, code)
        demand(request, Permission.PROJECT_EDIT, part.municipality)
        return part.municipality
    if own:
        raise Http404(_("Ange vilken kommun det gäller."))
    words.demand_jointly(request, project)
    return None


def _lacks(closed: GateClosed, project: DeliveryProject, place: Place) -> list[dict[str, str]]:
    part = project.participations.select_related("municipality").get(municipality=place)
    return [{"text": lack.sentence, "url": words.lack_url(lack, part), "link": lack.link} for lack in closed.lacks]


@require_POST
def move_part(request: StaffRequest) -> HttpResponse:
    """From the board and the tab alike: `till` is part:phase:phase that was seen (empty for none)."""
    pk, to, seen = [*request.POST.get("till", "").split(":"), "", ""][:3]
    if not (pk.isdecimal() and to.isdecimal() and int(to) in Phase.values and (seen == "" or seen.isdecimal())):
        raise Http404(_("Sidan finns inte."))
    part = _movable(request, int(pk))
    page = words.page_of(part.project, part.municipality)
    try:
        phases.move(part, Phase(int(to)), by=request.user, seen=int(seen) if seen else None)
    except GateClosed:
        messages.error(
            request,
            _("%(name)s kan inte flyttas till %(phase)s än. Det här saknas:")
            % {"name": part.municipality.name, "phase": phase_words(int(to))},
        )
        return redirect(f"{page}?till={to}#saknas")
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(
            request,
            _("%(project)s, %(name)s är nu i %(phase)s.")
            % {"project": part.project.name, "name": part.municipality.name, "phase": phase_words(int(to))},
        )
    return redirect(_back(request) or page)


def _movable(request: StaffRequest, pk: int) -> Participation:
    parts = Participation.objects.visible_to(request.user).select_related("project", "municipality")
    part = parts.filter(pk=pk).first()
    if part is None:
        raise Http404(_("Sidan finns inte."))
    words.part_or_404(request, part.project, part.municipality_id)
    demand(request, Permission.PROJECT_EDIT, part.municipality)
    return part


def _back(request: StaffRequest) -> str:
    """Only to the board, and only with what the board itself writes in its address."""
    query = request.POST.get("tavla", "")
    return f"{reverse('board')}?{query}" if query and "\n" not in query and "\r" not in query else ""


@require_form_methods
def project_done(request: StaffRequest, project_id: int, what: str, row_id: int) -> HttpResponse:
    """A milestone reached, a barrier solved, an occurrence ticked off, a function taken away."""
    project = words.project_or_404(request, project_id)
    if what not in DONE:
        raise Http404(_("Sidan finns inte."))
    model, form_class, title, submit, act = DONE[what]
    if model is Occurrence:
        row: Any = get_object_or_404(Occurrence, recurrence__project=project, pk=row_id)
        place = None
    else:
        row = get_object_or_404(model.objects.visible_to(request.user), project=project, pk=row_id)
        place = row.municipality
    if place:
        demand(request, Permission.PROJECT_EDIT, place)
    else:
        words.demand_jointly(request, project)
    form = form_class(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            act(row, form.cleaned_data, request.user)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Sparat."))
            return redirect(words.page_of(project, place))
    return render(
        request,
        "deliveries/project_form.html",
        {
            "project": project,
            "form": form,
            "title": title,
            "lead": str(row),
            "submit": submit,
            "cancel_url": words.page_of(project, place),
            "crumbs": [
                (_("Leveransprojekt"), reverse("board")),
                (project.name, words.page_of(project, place)),
                (str(title), ""),
            ],
        },
        status=422 if form.errors else 200,
    )


Done = tuple[type[Any], type[forms.Form], str | Promise, str | Promise, Callable[[Any, dict[str, Any], User], object]]
DONE: dict[str, Done] = {
    "milstolpe": (
        Milestone,
        project_forms.ReachedForm,
        gettext_lazy("Milstolpen är nådd"),
        gettext_lazy("Spara milstolpen"),
        lambda row, data, by: journal.reach(row, by=by, on=data["reached"][0], precision=data["reached"][1]),
    ),
    "hinder": (
        Barrier,
        project_forms.SolutionForm,
        gettext_lazy("Hindret är löst"),
        gettext_lazy("Spara lösningen"),
        lambda row, data, by: journal.solve_barrier(row, data["solution"], by=by),
    ),
    "leverans": (
        Occurrence,
        project_forms.TickForm,
        gettext_lazy("Bocka av leveransen"),
        gettext_lazy("Bocka av leveransen"),
        lambda row, data, by: recurrence.tick_off(row, by=by, note=data["note"]),
    ),
    "funktion": (
        ProjectFunction,
        forms.Form,
        gettext_lazy("Ta bort funktionen"),
        gettext_lazy("Ta bort funktionen"),
        lambda row, data, by: journal.remove_function(row, by=by),
    ),
}
