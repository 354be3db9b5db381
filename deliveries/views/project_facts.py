"""Laying up a project and changing its facts; the second of two editors is shown both texts."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand_anywhere
from consortium.methods import require_form_methods
from deliveries import projects
from deliveries.forms import projects as project_forms
from deliveries.models import DeliveryProject
from deliveries.project_refusals import ChangedMeanwhile, Refused
from deliveries.views import project_words as words
from governance.models import Consortium, Municipality


@require_form_methods
def project_new(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, Permission.PROJECT_EDIT)
    own = Municipality.objects.where_may(request.user, Permission.PROJECT_EDIT)
    consortia = Consortium.objects.within_reach(request.user, Permission.PROJECT_EDIT)
    initial = {"system": request.GET.get("system", ""), "municipalities": request.GET.getlist("kommun")}
    bound = (request.POST,) if request.method == "POST" else ()
    form = project_forms.NewProjectForm(*bound, consortia=consortia, municipalities=own, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        whole = Consortium.objects.where_may(request.user, Permission.PROJECT_EDIT)
        if not data["municipalities"] and data["consortium"] not in whole:
            form.add_error("municipalities", _("Välj minst en kommun."))
        else:
            try:
                made = projects.create(
                    data["consortium"],
                    data["system"],
                    data["name"],
                    data["municipalities"],
                    observers=data["observers"],
                    by=request.user,
                    **form.facts,
                )
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, _("Projektet är upplagt. Nästa steg: ange verksamhetsansvarig."))
                return redirect("project", made.pk)
    title = _("Nytt leveransprojekt")
    return render(
        request,
        "deliveries/project_form.html",
        {
            "form": form,
            "title": title,
            "submit": _("Lägg upp projektet"),
            "cancel_url": reverse("board"),
            "crumbs": [(_("Leveransprojekt"), reverse("board")), (title, "")],
        },
        status=422 if form.errors else 200,
    )


@require_form_methods
def project_edit(request: StaffRequest, project_id: int) -> HttpResponse:
    project = words.project_or_404(request, project_id)
    words.demand_jointly(request, project)
    form = (
        project_forms.ProjectForm(request.POST)
        if request.method == "POST"
        else project_forms.ProjectForm(initial=_initial(project))
    )
    differences: list[list[str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            projects.change(project, form.facts, seen=form.cleaned_data["version"], by=request.user)
        except ChangedMeanwhile as meanwhile:
            project.refresh_from_db()
            form, differences = _both(project, request)
            form.add_error(None, str(meanwhile))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Projektet är sparat."))
            return redirect("project", project.pk)
    return words.project_form_page(
        request, project, None, form, _("Ändra projektet"), _("Spara projektet"), differences=differences
    )


def _initial(project: DeliveryProject) -> dict[str, Any]:
    plain = ("name", "note", "benefits", "cost", "cost_amount", "has_secrets", "lessons", "reusable", "version")
    return {
        **{name: getattr(project, name) for name in plain},
        "planned_from": project.planned_from and (project.planned_from, project.planned_from_precision),
        "started": project.started_on and (project.started_on, project.started_precision),
        "ended": project.ended_on and (project.ended_on, project.ended_precision),
    }


def _both(project: DeliveryProject, request: StaffRequest) -> tuple[project_forms.ProjectForm, list[list[str]]]:
    """What is saved now beside what was typed; the form keeps the typed, and may be saved over the newer version."""
    posted = request.POST.copy()
    posted["version"] = str(project.version)
    form = project_forms.ProjectForm(posted)
    form.is_valid()
    return form, words.differences(form, project_forms.ProjectForm(initial=_initial(project)))
