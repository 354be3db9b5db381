"""The board: municipality × system, by phase, over time; on paper and as a table to take along."""

import datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consortium import sheets
from consortium.access.permissions import Permission
from consortium.access.policy import may_anywhere
from consortium.access.views import StaffRequest, demand_anywhere
from deliveries import board as boards
from deliveries import decommissioning, timeline
from deliveries.board import Board, Filters, Item
from deliveries.models import Benefit, DeliveryProject, FileStream, Occurrence, Phase, Status
from deliveries.models.phases import phase_words
from deliveries.views.project_words import STATUS_KINDS, rough
from governance.models import Consortium, Municipality

VIEWS = {"tabell": "board_table", "faser": "board_phases", "tidslinje": "board_timeline"}
ASKED = {"kommun": "municipality", "system": "system", "lage": "status", "fas": "phase", "nytta": "benefit"}


@require_safe
def board(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, Permission.PROJECT_READ)
    filters = _filters(request)
    shown = boards.show(request.user, filters)
    chosen = request.GET.get("vy", "")
    view = chosen if chosen in VIEWS else "tabell"
    query = request.GET.copy()
    query.pop("vy", None)
    context: dict[str, Any] = {
        "board": shown,
        "view": view,
        "part": f"deliveries/{VIEWS[view]}.html",
        "tabs": _tabs(view, query.urlencode()),
        "fields": _fields(shown, filters),
        "chips": _chips(request, shown, filters),
        "query": request.GET.urlencode(),
        "stats": _stats(request, shown),
        "may_begin": may_anywhere(request.user, Permission.PROJECT_EDIT),
        "reads_all": Consortium.objects.where_may(request.user, Permission.PROJECT_READ).exists(),
        "edits_all": Consortium.objects.where_may(request.user, Permission.PROJECT_EDIT).exists(),
    }
    if view == "tabell":
        context |= {"rows": _rows(shown), "lanes": _lanes(request, shown)}
    elif view == "faser":
        context["phases"] = _phases(shown)
    else:
        context |= _timeline(shown)
    return render(request, "deliveries/board.html", context)


def _filters(request: StaffRequest) -> Filters:
    """What the address asks for; nonsense in it asks for everything."""
    asked = {field: request.GET.get(name, "") for name, field in ASKED.items()}
    if asked["status"] not in Status.values:
        asked["status"] = ""
    if asked["phase"] not in ("okand", *(str(phase.value) for phase in Phase)):
        asked["phase"] = ""
    if asked["benefit"] not in Benefit.values:
        asked["benefit"] = ""
    return Filters(**asked)


def _tabs(view: str, query: str) -> list[dict[str, Any]]:
    labels = {"tabell": _("Tabell"), "faser": _("Efter fas"), "tidslinje": _("Tidslinje")}
    return [
        {"label": label, "url": f"?{urlencode({'vy': key})}{'&' + query if query else ''}", "current": key == view}
        for key, label in labels.items()
    ]


def _fields(shown: Board, filters: Filters) -> list[dict[str, Any]]:
    """The five ways to narrow the board down, as selects."""
    phases = [(str(phase.value), phase_words(phase)) for phase in Phase]
    choices: dict[str, tuple[str, list[tuple[str, str]]]] = {
        "kommun": (_("Kommun"), [(each.code, each.name) for each in shown.municipalities]),
        "system": (_("System"), shown.all_systems),
        "lage": (_("Läge"), [(value, str(label)) for value, label in Status.choices]),
        "fas": (_("Fas"), [*phases, ("okand", _("Fas ej angiven"))]),
        "nytta": (_("Nytta"), [(value, str(label)) for value, label in Benefit.choices]),
    }
    return [
        {"name": name, "label": label, "options": options, "chosen": getattr(filters, ASKED[name])}
        for name, (label, options) in choices.items()
    ]


def _chips(request: StaffRequest, shown: Board, filters: Filters) -> list[dict[str, str]]:
    chips = []
    for field in _fields(shown, filters):
        label = dict(field["options"]).get(field["chosen"])
        if label:
            query = request.GET.copy()
            query.pop(field["name"], None)
            chips.append({"label": label, "url": f"?{query.urlencode()}"})
    return chips


def _stats(request: StaffRequest, shown: Board) -> list[dict[str, Any]]:
    going = (Status.ONGOING, Status.RECURRING, Status.PAUSED)
    states = [project.status for project in shown.projects]
    saved = decommissioning.saved_per_year(Municipality.objects.where_may(request.user, Permission.PROJECT_READ))
    linked = {item.code for item in shown.items if not item.is_observer}
    return [
        {"label": _("pågår eller återkommer"), "value": sum(state in going for state in states)},
        {"label": _("planerade"), "value": sum(state == Status.PLANNED for state in states)},
        *([_coverage(len(linked), len(shown.municipalities))] if len(shown.municipalities) > 1 else []),
        *([{"label": _("kronor sparas per år med avställda system"), "value": saved}] if saved else []),
    ]


def _coverage(linked: int, members: int) -> dict[str, Any]:
    return {"label": _("av %(all)d kommuner har projekt") % {"all": members}, "value": linked}


@cache
def _shape(kind: str) -> str:
    """Drawn once per kind: a board may have a thousand cells."""
    return get_template("components/shape.html").render({"kind": kind})


def _rows(shown: Board) -> list[dict[str, Any]]:
    return [
        {
            "name": row.municipality.name,
            "code": row.municipality.code,
            "empty": row.is_empty,
            "suggestions": _suggestions_url(row.municipality) if row.is_empty else "",
            "cells": [[_mark(item) for item in cell] for cell in row.cells],
        }
        for row in shown.rows
    ]


def _mark(item: Item) -> dict[str, Any]:
    kind = "neutral" if item.is_observer else STATUS_KINDS[item.status]
    title = "" if item.name == item.system else item.name
    return {
        "url": f"/leveransprojekt/{item.project_id}/",
        "kind": kind,
        "shape": _shape(kind),
        "words": item.words,
        "name": title,
    }


def _suggestions_url(municipality: Municipality) -> str:
    return reverse("delivery_suggestions", args=[municipality.code])


def _lanes(request: StaffRequest, shown: Board) -> dict[str, Any]:
    """What comes again, and the file collections that fill the gaps: never in the matrix as projects."""
    recurring = [project for project in shown.projects if project.status == Status.RECURRING]
    names: dict[int, list[str]] = {}
    for item in shown.items:
        name = f"{item.municipality} {item.words}" if item.is_observer else item.municipality
        names.setdefault(item.project_id, []).append(name)
    waiting = Occurrence.objects.filter(recurrence__project__in=recurring, delivered_at=None).order_by("-due_on")
    due = {each.recurrence.project_id: each for each in waiting.select_related("recurrence")}
    streams = FileStream.objects.visible_to(request.user).running(timezone.localdate())
    return {
        "recurring": [_recurring(project, names, due.get(project.pk)) for project in recurring],
        "alone": [
            _recurring(project, names, None)
            for project in shown.projects
            if project.pk not in names and project.status != Status.RECURRING
        ],
        "streams": [
            {
                "row": stream,
                "names": ", ".join(each.name for each in stream.municipalities.all()) or _("Löpande, alla kommuner"),
            }
            for stream in streams.prefetch_related("municipalities")
        ],
    }


def _recurring(project: DeliveryProject, names: dict[int, list[str]], due: Occurrence | None) -> dict[str, Any]:
    return {
        "project": project,
        "url": reverse("project", args=[project.pk]),
        "names": ", ".join(names.get(project.pk, ())),
        "status": {"kind": STATUS_KINDS[project.status], "label": project.get_status_display()},
        "due": due,
    }


def _phases(shown: Board) -> list[dict[str, Any]]:
    every = [(phase.value, phase_words(phase)) for phase in Phase]
    return [
        {
            "title": lane.title,
            "items": [
                {
                    "item": item,
                    "kind": STATUS_KINDS[item.status],
                    "shape": _shape(STATUS_KINDS[item.status]),
                    "status": Status(item.status).label,
                    "url": f"/leveransprojekt/{item.project_id}/",
                    "moves": _moves(item, every),
                }
                for item in lane.items
            ],
        }
        for lane in shown.lanes()
    ]


def _moves(item: Item, every: list[tuple[int, str]]) -> list[dict[str, str]]:
    """The next phase and all before it, or any when none is known. The gates answer whether it may go there."""
    if not item.may_move or item.status not in (Status.PLANNED, Status.ONGOING):
        return []
    seen = "" if item.phase is None else item.phase
    furthest = len(every) if item.phase is None else item.phase + 1
    near = [(to, label) for to, label in every if to != item.phase and to <= furthest]
    return [{"value": f"{item.part_id}:{to}:{seen}", "label": label} for to, label in near]


def _timeline(shown: Board) -> dict[str, Any]:
    drawn = timeline.draw(shown.projects, timezone.localdate())
    names: dict[int, list[str]] = {}
    for item in shown.items:
        if not item.is_observer:
            names.setdefault(item.project_id, []).append(item.municipality)
    ordered = [bar.project for bar in drawn.bars] + drawn.undated
    return {
        "drawn": drawn,
        "timeline_rows": [
            {
                "name": project.name,
                "url": reverse("project", args=[project.pk]),
                "who": ", ".join(names.get(project.pk, ())) or "–",
                "start": rough(project.started_on, project.started_precision)
                or _planned(project.planned_from, project.planned_from_precision),
                "end": rough(project.ended_on, project.ended_precision) or "–",
                "status": {"kind": STATUS_KINDS[project.status], "label": project.get_status_display()},
            }
            for project in ordered
        ],
    }


def _planned(day: datetime.date | None, precision: str) -> str:
    return _("tidigast %(when)s") % {"when": rough(day, precision)} if day else "–"


@require_safe
def board_file(request: StaffRequest, form: str) -> HttpResponse:
    """One row for each municipality's part, narrowed down as on the page."""
    demand_anywhere(request, Permission.PROJECT_READ)
    shown = boards.show(request.user, _filters(request))
    heads = [_("Kommun"), _("System"), _("Projekt"), _("Roll"), _("Läge"), _("Fas"), _("Startade"), _("Avslutades")]
    rows = [
        [
            item.municipality,
            item.system,
            item.name,
            _("Lyssnar") if item.is_observer else _("Levererar"),
            str(Status(item.status).label),
            "" if item.is_observer else phase_words(item.phase),
            item.started,
            item.ended,
        ]
        for row in shown.rows
        for cell in row.cells
        for item in cell
    ]
    rows += [[row.municipality.name, "", "", "", _("Inga projekt"), "", "", ""] for row in shown.empty_rows]
    if form == "csv":
        content, kind = sheets.to_csv(heads, rows), sheets.CSV
    elif form == "xlsx":
        content, kind = sheets.to_xlsx(_("Leveransprojekt"), heads, rows), sheets.XLSX
    else:
        raise Http404(_("Sidan finns inte."))
    name = f"leveransprojekt-{timezone.localdate().isoformat()}.{form}"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def shared_url() -> str:
    """The page of shared systems, where it is installed."""
    try:
        return reverse("shared_systems")
    except NoReverseMatch:
        return ""
