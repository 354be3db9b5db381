"""A project's pages: the joint one, and a tab for each municipality that only those who may read it see."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest
from consortium.formats import money
from consortium.swedish import swedish_key
from deliveries import closing, phases, progress
from deliveries.documents.final_report import final_report_pdf
from deliveries.models import (
    Cost,
    Delivery,
    DeliveryProject,
    Participation,
    Phase,
    Status,
)
from deliveries.models.phases import OVER, phase_words
from deliveries.views import project_words as words
from deliveries.views.project_journal import journal_of, milestone_words
from governance.models import Municipality


@require_safe
def project(request: StaffRequest, project_id: int) -> HttpResponse:
    found = words.project_or_404(request, project_id)
    may_edit = words.may_edit_jointly(request.user, found)
    parts = list(found.participations.select_related("municipality"))
    parts.sort(key=lambda part: (part.is_observer, swedish_key(part.municipality.name)))
    readable = set(Municipality.objects.where_may(request.user, Permission.PROJECT_READ).values_list("code", flat=True))
    recurrence = getattr(found, "recurrence", None)
    return render(
        request,
        "deliveries/project_detail.html",
        {
            **_frame(request, found, None),
            **journal_of(request, found, None, may_edit=may_edit),
            "facts": _facts(found),
            "parts": [_part_row(part, readable) for part in parts],
            "warnings": _warnings(found, parts),
            "recurrence": recurrence,
            "occurrences": list(recurrence.occurrences.order_by("-due_on")[:6]) if recurrence else [],
            "may_pause": may_edit and found.status in (Status.ONGOING, Status.RECURRING),
            "may_cancel": may_edit and not found.is_over,
            "may_resume": may_edit and found.status in (Status.PAUSED, Status.CANCELLED),
            "may_close": may_edit and found.status == Status.RECURRING and not any(not p.is_observer for p in parts),
        },
    )


@require_safe
def project_part(request: StaffRequest, project_id: int, code: str) -> HttpResponse:
    found = words.project_or_404(request, project_id)
    part = words.part_or_404(request, found, code)
    may_edit = policy.may(request.user, Permission.PROJECT_EDIT, part.municipality)
    return render(
        request,
        "deliveries/project_part.html",
        {
            **_frame(request, found, part.municipality),
            **journal_of(request, found, part.municipality, may_edit=may_edit),
            "part": part,
            "part_status": words.status_tag(part),
            "facts": _part_facts(part),
            "gates": _gates(part),
            "wanted": _wanted(part, request.GET.get("till", "")),
            "may_move": may_edit and not part.is_observer and part.status in (Status.PLANNED, Status.ONGOING),
            "phases": [(phase.value, phase_words(phase)) for phase in Phase if phase != part.phase],
            "seen": "" if part.phase is None else part.phase,
            "rounds": [_round(each) for kind in Delivery.Kind for each in progress.rounds(part, kind)],
            "counts": list(part.reconciliations.all()),
            "archived": progress.archived(part),
            "samples": list(part.samples.select_related("by")),
            "may_pause": may_edit and part.status == Status.ONGOING,
            "may_cancel": may_edit and part.status not in OVER,
            "may_resume": may_edit and part.status in (Status.PAUSED, *OVER),
            "may_close": may_edit and part.phase == Phase.CONTROL and part.status == Status.ONGOING,
            "may_note_return": may_edit and part.status == Status.LEFT,
        },
    )


def _frame(request: StaffRequest, found: DeliveryProject, municipality: Municipality | None) -> dict[str, Any]:
    """Header, crumbs and tabs: the joint page first, then each municipality that the reader may read."""
    readable = Municipality.objects.where_may(request.user, Permission.PROJECT_READ)
    own = Municipality.objects.filter(pk__in=readable.values("pk"), participations__project=found).in_swedish_order()
    tabs = [{"label": _("Gemensamt"), "url": words.page_of(found), "current": municipality is None}]
    tabs += [{"label": each.name, "url": words.page_of(found, each), "current": each == municipality} for each in own]
    crumbs = [(_("Leveransprojekt"), reverse("board")), (found.name, words.page_of(found) if municipality else "")]
    return {
        "project": found,
        "status": words.status_tag(found),
        "tabs": tabs,
        "crumbs": [*crumbs, *([(municipality.name, "")] if municipality else [])],
        "municipality": municipality,
        "query": f"?kommun={municipality.code}" if municipality else "",
    }


def _facts(found: DeliveryProject) -> list[tuple[str, Any]]:
    cost = money(found.cost_amount) if found.cost == Cost.EXTRA and found.cost_amount is not None else ""
    return [
        (_("System"), found.system.name),
        (_("Fas"), phase_words(found.phase)),
        (_("Planerat från"), words.rough(found.planned_from, found.planned_from_precision)),
        (_("Startade"), words.rough(found.started_on, found.started_precision)),
        (_("Avslutades"), words.rough(found.ended_on, found.ended_precision)),
        (_("Kostnad"), cost or str(found.get_cost_display())),
        (_("Nyttor"), ", ".join(found.benefit_names)),
        (_("Sekretess"), _("Varje kommun för sig") if found.separated_at else _("Ja") if found.has_secrets else ""),
        (_("Anteckning"), found.note),
    ]


def _part_facts(part: Participation) -> list[tuple[str, Any]]:
    return [
        (_("Roll"), part.get_role_display()),
        (_("Fas"), "" if part.is_observer else phase_words(part.phase)),
        (_("Startade"), words.rough(part.started_on, part.started_precision)),
        (_("Avslutades"), words.rough(part.ended_on)),
        (_("Skäl"), part.reason),
        (_("Återlämning"), part.data_return),
    ]


def _warnings(found: DeliveryProject, parts: list[Participation]) -> list[dict[str, str]]:
    warnings = []
    if not any(not part.is_observer for part in parts):
        link = words.add_url(found, "kommun")
        warnings.append({"text": _("Ange vilka kommuner som deltar."), "url": link, "link": _("Lägg till en kommun")})
    if not found.benefits:
        edit = reverse("project_edit", args=[found.pk])
        warnings.append({"text": _("Projektet har ingen nytta angiven."), "url": edit, "link": _("Ange nyttor")})
    if found.cost == Cost.UNKNOWN and not found.is_over:
        edit = reverse("project_edit", args=[found.pk])
        warnings.append({"text": _("Kostnaden är ej klarlagd."), "url": edit, "link": _("Ange kostnad")})
    return warnings


def _part_row(part: Participation, readable: set[str]) -> dict[str, Any]:
    return {
        "name": part.municipality.name,
        "url": words.page_of(part.project, part.municipality) if part.municipality_id in readable else "",
        "is_observer": part.is_observer,
        "status": words.status_tag(part),
        "phase": "–" if part.is_observer else phase_words(part.phase),
    }


def _gates(part: Participation) -> list[dict[str, Any]]:
    """Each phase with what it demands, met or not: a list of tasks."""
    if part.is_observer:
        return []
    gates: list[dict[str, Any]] = []
    for gate in (*Phase, phases.CLOSE):
        tasks = []
        for demand in phases.GATES[gate]:
            lack = demand(part)
            url = words.lack_url(lack, part) if lack else ""
            tasks.append({"label": str(phases.NAMES[demand]), "lack": lack, "url": url})
        at = len(Phase) if gate == phases.CLOSE else int(gate)
        now = -1 if part.phase is None else part.phase
        over = part.status == Status.COMPLETED
        gates.append(
            {
                "title": _("Avsluta") if gate == phases.CLOSE else phase_words(int(gate)),
                "tasks": tasks,
                "done": over or at < now,
                "current": not over and at == now,
            }
        )
    return gates


def _wanted(part: Participation, asked: str) -> dict[str, Any] | None:
    """After a refused move: what is lacking on the way there."""
    if not asked.isdecimal() or int(asked) not in Phase.values or part.is_observer:
        return None
    lacks = [lack for gate in phases.passed(part.phase, Phase(int(asked))) for lack in phases.lacking(part, gate)]
    shown = [{"text": lack.sentence, "url": words.lack_url(lack, part), "link": lack.link} for lack in lacks]
    return {"phase": phase_words(int(asked)), "lacks": shown} if shown else None


def _round(each: progress.Round) -> dict[str, Any]:
    newest = each.newest
    return {
        "number": each.number,
        "delivery": each.delivery,
        "kind": each.delivery.get_kind_display(),
        "outcome": {"kind": words.OUTCOME_KINDS[newest.kind], "label": newest.get_kind_display()} if newest else None,
        "judged": each.judged,
        "new": each.new,
        "kept": each.kept,
        "mended": each.mended,
        "reason": newest.reason if newest else "",
    }


@require_safe
def project_report(request: StaffRequest, project_id: int) -> HttpResponse:
    found = words.project_or_404(request, project_id)
    report = closing.report(found)
    crumbs = [(_("Leveransprojekt"), reverse("board")), (found.name, words.page_of(found)), (_("Slutrapport"), "")]
    return render(
        request,
        "deliveries/project_report.html",
        {
            "project": found,
            "status": words.status_tag(found),
            "report": report,
            "facts": _facts(found),
            "parts": [{"report": each, "status": words.status_tag(each.part)} for each in report.parts],
            "milestones": [milestone_words(each) for each in report.milestones],
            "crumbs": crumbs,
            "may_edit": words.may_edit_jointly(request.user, found),
        },
    )


@require_safe
def project_report_pdf(request: StaffRequest, project_id: int) -> HttpResponse:
    found = words.project_or_404(request, project_id)
    answer = HttpResponse(final_report_pdf(closing.report(found)), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="slutrapport-{found.pk}.pdf"'
    return answer
