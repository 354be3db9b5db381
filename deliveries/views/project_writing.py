"""Writing in a project: one page with one form for each kind of thing that is added, and the project's own facts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand
from consortium.forms import sent_files
from consortium.methods import require_form_methods
from consortium.models import User
from deliveries import journal, projects, reconciliation, recurrence
from deliveries.forms import projects as project_forms
from deliveries.models import DeliveryProject
from deliveries.project_refusals import Refused
from deliveries.views import project_words as words
from governance.models import Municipality

Place = Municipality | None
Act = Callable[[DeliveryProject, Place, dict[str, Any], User], object]


@dataclass(frozen=True)
class Kind:
    """Something that can be added: its form, its words, and the act. `own` needs a municipality, `joint` has none."""

    form: type[forms.Form]
    title: str | Promise
    submit: str | Promise
    said: str | Promise
    act: Act
    own: bool = False
    joint: bool = False


def _document(project: DeliveryProject, place: Place, data: dict[str, Any], by: User) -> object:
    upload = data["file"]
    # Read no more than is taken: the act says no to what is larger.
    content = upload.read(journal.DOCUMENT_MAX_BYTES + 1)
    return journal.add_document(project, data["title"], upload.name, content, by=by, municipality=place)


def _part(project: DeliveryProject, place: Place) -> Any:
    return project.participations.get(municipality=place)


KINDS: dict[str, Kind] = {
    "anteckning": Kind(
        project_forms.LogForm,
        gettext_lazy("Skriv i loggen"),
        gettext_lazy("Spara anteckningen"),
        gettext_lazy("Anteckningen är sparad."),
        lambda project, place, data, by: journal.log(project, data["text"], by=by, municipality=place),
    ),
    "funktion": Kind(
        project_forms.FunctionForm,
        gettext_lazy("Ange en funktion"),
        gettext_lazy("Spara funktionen"),
        gettext_lazy("Funktionen är sparad."),
        lambda project, place, data, by: journal.name_function(project, **data, by=by, municipality=place),
    ),
    "milstolpe": Kind(
        project_forms.MilestoneForm,
        gettext_lazy("Lägg till en milstolpe"),
        gettext_lazy("Spara milstolpen"),
        gettext_lazy("Milstolpen är sparad."),
        lambda project, place, data, by: journal.plan_milestone(project, **data, by=by, municipality=place),
    ),
    "hinder": Kind(
        project_forms.BarrierForm,
        gettext_lazy("Anteckna ett hinder"),
        gettext_lazy("Spara hindret"),
        gettext_lazy("Hindret är sparat."),
        lambda project, place, data, by: journal.raise_barrier(project, data["text"], by=by, municipality=place),
    ),
    "dokument": Kind(
        project_forms.DocumentForm,
        gettext_lazy("Lägg till ett dokument"),
        gettext_lazy("Spara dokumentet"),
        gettext_lazy("Dokumentet är sparat."),
        _document,
    ),
    "avstamning": Kind(
        project_forms.ReconciliationForm,
        gettext_lazy("Stäm av antalen"),
        gettext_lazy("Spara avstämningen"),
        gettext_lazy("Avstämningen är sparad. Arkivets antal är hämtat ur kvittenserna."),
        lambda project, place, data, by: reconciliation.count(_part(project, place), **data, by=by),
        own=True,
    ),
    "stickprov": Kind(
        project_forms.SampleForm,
        gettext_lazy("Anteckna ett stickprov"),
        gettext_lazy("Spara stickprovet"),
        gettext_lazy("Stickprovet är sparat."),
        lambda project, place, data, by: reconciliation.sample(_part(project, place), **data, by=by),
        own=True,
    ),
    "kommun": Kind(
        project_forms.JoinForm,
        gettext_lazy("Lägg till en kommun"),
        gettext_lazy("Lägg till kommunen"),
        gettext_lazy("Kommunen är med i projektet."),
        lambda project, place, data, by: projects.join(project, data["municipality"], data["role"], by=by),
        joint=True,
    ),
    "rytm": Kind(
        project_forms.RhythmForm,
        gettext_lazy("Hur ofta projektet levererar"),
        gettext_lazy("Spara rytmen"),
        gettext_lazy("Rytmen är sparad. Nästa leverans planeras av sig själv."),
        lambda project, place, data, by: recurrence.set_rhythm(project, **data, by=by),
        joint=True,
    ),
}


@require_form_methods
def project_add(request: StaffRequest, project_id: int, what: str) -> HttpResponse:
    project = words.project_or_404(request, project_id)
    kind = KINDS.get(what)
    if kind is None:
        raise Http404(_("Sidan finns inte."))
    place = _place(request, project, kind)
    form = _form(kind, project, request)
    if request.method == "POST" and form.is_valid():
        try:
            kind.act(project, place, form.cleaned_data, request.user)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, str(kind.said))
            return redirect(words.page_of(project, place))
    return words.project_form_page(request, project, place, form, kind.title, kind.submit)


def _place(request: StaffRequest, project: DeliveryProject, kind: Kind) -> Place:
    """The municipality whose tab it is written on; the door is asked for that, or for the joint parts."""
    code = request.GET.get("kommun", "")
    if code and not kind.joint:
        part = words.part_or_404(request, project, code)
        demand(request, Permission.PROJECT_EDIT, part.municipality)
        return part.municipality
    if kind.own:
        raise Http404(_("Ange vilken kommun det gäller."))
    words.demand_jointly(request, project)
    return None


def _form(kind: Kind, project: DeliveryProject, request: StaffRequest) -> forms.Form:
    data, files = (request.POST, sent_files(request)) if request.method == "POST" else (None, None)
    if kind.form is project_forms.JoinForm:
        left = project.consortium.members().exclude(pk__in=_delivering(project))
        return project_forms.JoinForm(data, municipalities=left)
    recurrence_row = getattr(project, "recurrence", None)
    if kind.form is project_forms.RhythmForm and recurrence_row:
        names = ("every_months", "first_due_on", "remind_days", "missed_after_days")
        return kind.form(data, initial={name: getattr(recurrence_row, name) for name in names})
    return kind.form(data, files)


def _delivering(project: DeliveryProject) -> Any:
    return project.participations.delivering().going_on().values("municipality")
