"""How projects are said and linked on every page: the mark of a status, the way to what is lacking, who may write."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand
from consortium.precision import in_words
from deliveries.models import DeliveryOutcome, DeliveryProject, Participation, Status
from deliveries.project_refusals import Lack
from governance.models import Municipality

STATUS_KINDS: dict[str, str] = {
    Status.PLANNED: "waiting",
    Status.ONGOING: "working",
    Status.RECURRING: "working",
    Status.PAUSED: "fault",
    Status.COMPLETED: "good",
    Status.CANCELLED: "closed",
    Status.LEFT: "closed",
}
OUTCOME_KINDS: dict[str, str] = {
    DeliveryOutcome.Kind.VALID: "good",
    DeliveryOutcome.Kind.FAULTY: "bad",
    DeliveryOutcome.Kind.TEST_PASSED: "good",
    DeliveryOutcome.Kind.ACCEPTED: "working",
    DeliveryOutcome.Kind.GIVEN_BACK: "closed",
    DeliveryOutcome.Kind.RECEIPTED: "good",
}


def status_tag(row: DeliveryProject | Participation) -> dict[str, str]:
    return {"kind": STATUS_KINDS[row.status], "label": row.get_status_display()}


def rough(day: Any, precision: str = "day") -> str:
    return in_words(day, precision) if day else ""


def project_or_404(request: StaffRequest, project_id: int) -> DeliveryProject:
    """Whoever may know of the project may read its joint parts."""
    projects = DeliveryProject.objects.visible_to(request.user).select_related("system", "consortium")
    found = projects.filter(pk=project_id).first()
    if found is None:
        raise Http404(_("Sidan finns inte."))
    return found


def part_or_404(request: StaffRequest, project: DeliveryProject, code: str) -> Participation:
    """A municipality's tab is for those who may read that municipality."""
    readable = Municipality.objects.where_may(request.user, Permission.PROJECT_READ)
    found = (
        project.participations.filter(municipality=code, municipality__in=readable)
        .select_related("municipality", "project__system", "project__consortium")
        .first()
    )
    if found is None:
        raise Http404(_("Sidan finns inte."))
    return found


def may_edit_jointly(user: policy.AnyUser, project: DeliveryProject) -> bool:
    """The joint parts are the consortium's; a project with one's own municipalities alone is one's own."""
    if policy.may(user, Permission.PROJECT_EDIT, project.consortium):
        return True
    codes = set(project.participations.delivering().values_list("municipality", flat=True))
    own = set(Municipality.objects.where_may(user, Permission.PROJECT_EDIT).values_list("code", flat=True))
    return bool(codes) and codes <= own


def demand_jointly(request: HttpRequest, project: DeliveryProject) -> None:
    if not may_edit_jointly(request.user, project):
        demand(request, Permission.PROJECT_EDIT, project.consortium)


def page_of(project: DeliveryProject, municipality: Municipality | None = None) -> str:
    if municipality:
        return reverse("project_part", args=[project.pk, municipality.code])
    return reverse("project", args=[project.pk])


def add_url(project: DeliveryProject, what: str, municipality: Municipality | None = None) -> str:
    url = reverse("project_add", args=[project.pk, what])
    return f"{url}?kommun={municipality.code}" if municipality else url


def lack_url(lack: Lack, part: Participation) -> str:
    """Where it is put right."""
    project, municipality = part.project, part.municipality
    own = {"function": "funktion", "reconciliation": "avstamning", "sample": "stickprov"}
    if lack.where in own:
        return add_url(project, own[lack.where], municipality)
    if lack.where == "delivery":
        return f"{page_of(project, municipality)}#omgangar"
    elsewhere = {"agreement": ("agreements", ()), "readiness": ("plans", ())}
    name, args = elsewhere[lack.where]
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return page_of(project, municipality)


def differences(form: forms.BaseForm, saved: forms.BaseForm) -> list[list[str]]:
    """Where what was typed differs from what somebody else saved meanwhile: field, saved now, typed."""
    rows = []
    for bound, kept in zip(form, saved, strict=True):
        typed, now = _said(bound), _said(kept)
        if not bound.is_hidden and typed != now:
            rows.append([str(bound.label), now or "–", typed or "–"])
    return rows


def _said(field: forms.BoundField) -> str:
    """A field's value as a person reads it."""
    value = field.value()
    choices = dict(getattr(field.field, "choices", ()))
    if isinstance(value, list | tuple):
        return ", ".join(str(choices.get(each, each)) for each in value)
    if isinstance(value, bool) or value in ("on", None):
        return _("Ja") if value else ""
    return str(choices.get(value, value)).strip().replace("\r\n", "\n")


def form_page(request: StaffRequest, form: Any, title: str, submit: str) -> HttpResponse:
    """A form on a page of its own, reached from the board."""
    return render(
        request,
        "deliveries/project_form.html",
        {
            "form": form,
            "title": title,
            "submit": submit,
            "cancel_url": reverse("board"),
            "crumbs": [(_("Leveransprojekt"), reverse("board")), (title, "")],
        },
        status=422 if form.errors else 200,
    )


def project_form_page(
    request: StaffRequest,
    project: DeliveryProject,
    place: Municipality | None,
    form: Any,
    title: str | Promise,
    submit: str | Promise,
    **more: Any,
) -> HttpResponse:
    """A form about a project, on a page of its own."""
    crumbs = [(_("Leveransprojekt"), reverse("board")), (project.name, page_of(project))]
    if place:
        crumbs.append((place.name, page_of(project, place)))
    return render(
        request,
        "deliveries/project_form.html",
        {
            "project": project,
            "municipality": place,
            "form": form,
            "title": title,
            "submit": submit,
            "cancel_url": page_of(project, place),
            "crumbs": [*crumbs, (str(title), "")],
            **more,
        },
        status=422 if form.errors else 200,
    )
