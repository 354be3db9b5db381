"""The delivery projects, for everybody who follows them."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand_anywhere
from deliveries.models import DeliveryProject, Participation

STATUS_KINDS = {
    DeliveryProject.Status.PLANNED: "waiting",
    DeliveryProject.Status.ONGOING: "working",
    DeliveryProject.Status.RECURRING: "working",
    DeliveryProject.Status.PAUSED: "closed",
    DeliveryProject.Status.COMPLETED: "good",
    DeliveryProject.Status.CANCELLED: "closed",
}


@require_GET
def board(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, Permission.PROJECT_READ)
    projects = (
        DeliveryProject.objects.visible_to(request.user)
        .select_related("system")
        .prefetch_related("participations__municipality")
        .order_by("status", "name")
    )
    return render(
        request,
        "deliveries/project_board.html",
        {
            "columns": [{"label": _("Projekt")}, {"label": _("Läge")}, {"label": _("Fas")}, {"label": _("Kommuner")}],
            "rows": [_row(project) for project in projects],
        },
    )


def _row(project: DeliveryProject) -> list[Any]:
    status = DeliveryProject.Status(project.status)
    return [
        project.name,
        {"kind": STATUS_KINDS[status], "label": project.get_status_display()},
        project.phase_name,
        ", ".join(_participant(each) for each in project.participations.all()) or _("Ej angivet vilka"),
    ]


def _participant(participation: Participation) -> str:
    name = participation.municipality.name
    return _("%(name)s (lyssnar)") % {"name": name} if participation.role == Participation.Role.OBSERVER else name
