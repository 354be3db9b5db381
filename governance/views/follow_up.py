"""The list that keeps actions and decisions alive between meetings."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consortium import sheets
from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand_anywhere, get_or_404
from consortium.formats import day
from consortium.methods import require_form_methods
from governance import follow_up as following
from governance.follow_up import Wanted
from governance.forms.publishing import ActionForm
from governance.meetings import EditedMeanwhile
from governance.models import ActionItem, Body, Consortium, Decision

PER_PAGE = 50


@require_safe
def follow_up(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, Permission.MINUTES_READ)
    wanted = _wanted(request)
    of_decisions = request.GET.get("visa") == "beslut"
    found: Any = following.decisions(request.user, wanted) if of_decisions else following.actions(request.user, wanted)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("sida"))
    asked = request.GET.copy()
    for name in ("visa", "sida"):
        asked.pop(name, None)
    query = asked.urlencode()
    return render(
        request,
        "governance/followup_list.html",
        {
            "page_obj": page,
            "of_decisions": of_decisions,
            "wanted": wanted,
            "states": [
                (following.OPEN, _("Öppna")),
                (following.OVERDUE, _("Försenade")),
                (following.DONE, _("Avslutade")),
                (following.ALL, _("Alla")),
            ],
            "bodies": Body.objects.filter(
                consortium__in=Consortium.objects.where_may(request.user, Permission.MINUTES_READ)
            ).in_swedish_order(),
            "tabs": [
                {"label": _("Åtgärder"), "url": f"?{query}", "current": not of_decisions},
                {"label": _("Beslut"), "url": f"?visa=beslut&{query}", "current": of_decisions},
            ],
            "csv_url": f"{reverse('follow_up_csv')}?{query}",
            **(_decision_table(page) if of_decisions else _action_table(page)),
        },
    )


def _wanted(request: StaffRequest) -> Wanted:
    state, body = request.GET.get("lage", following.OPEN), request.GET.get("organ", "")
    return Wanted(
        state=state if state in following.STATES else following.OPEN,
        body=int(body) if body.isdecimal() and len(body) < 12 else None,
        words=request.GET.get("q", "")[:100],
        mine=request.GET.get("mina") == "1",
    )


def _action_table(found: Any) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "columns": [
            {"label": _("Åtgärd")},
            {"label": _("Läge")},
            {"label": _("Klart senast")},
            {"label": _("Ansvarig")},
            {"label": _("Beslutat")},
            {"label": _("Anteckning")},
        ],
        "rows": [
            [
                {"label": each.task, "url": reverse("follow_up_note", args=[each.pk])},
                _action_status(each, each.is_overdue(today)),
                day(each.due_on) if each.due_on else _("Ingen dag"),
                each.responsible,
                _where(each),
                each.note or "–",
            ]
            for each in found
        ],
    }


def _where(action: ActionItem) -> Any:
    if action.paragraph is None:
        return str(action.body)
    meeting = action.paragraph.minutes.meeting
    label = f"{meeting.body} {day(meeting.held_on)} {action.paragraph.label}"
    return {"label": label, "url": reverse("minutes_after", args=[action.paragraph.minutes_id])}


def _action_status(action: ActionItem, overdue: bool) -> dict[str, str]:
    if overdue:
        return {"kind": "bad", "label": _("Försenad")}
    kinds = {ActionItem.Status.OPEN: "waiting", ActionItem.Status.DONE: "good", ActionItem.Status.DROPPED: "closed"}
    return {"kind": kinds[ActionItem.Status(action.status)], "label": str(action.get_status_display())}


def _decision_table(found: Any) -> dict[str, Any]:
    return {
        "columns": [
            {"label": _("Beslut")},
            {"label": _("Slag")},
            {"label": _("Paragraf")},
            {"label": _("Diarienummer")},
        ],
        "rows": [
            [
                each.text,
                str(each.get_kind_display()),
                {"label": str(each), "url": reverse("minutes_after", args=[each.paragraph.minutes_id])},
                each.paragraph.registry_number or "–",
            ]
            for each in found
            if isinstance(each, Decision)
        ],
    }


@require_safe
def follow_up_csv(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, Permission.MINUTES_READ)
    content = following.as_csv(following.actions(request.user, _wanted(request))[:5000])
    headers = {"Content-Disposition": 'attachment; filename="uppfoljning.csv"'}
    return HttpResponse(content, content_type=sheets.CSV, headers=headers)


@require_form_methods
def follow_up_note(request: StaffRequest, action_id: int) -> HttpResponse:
    """Whoever answers for an action notes how it goes; so does the secretary."""
    action = get_or_404(request, ActionItem, action_id, may=Permission.MINUTES_READ)
    may_note = action.responsible_user_id == request.user.pk or policy.may(
        request.user, Permission.MINUTES_EDIT, action.place
    )
    start = {"version": action.version, "status": action.status, "note": action.note}
    form = ActionForm(request.POST or None, initial=start)
    theirs: ActionItem | None = None
    if request.method == "POST" and may_note and form.is_valid():
        given = form.cleaned_data
        try:
            following.note(
                action, status=given["status"], text=given["note"], version=given["version"], by=request.user
            )
        except EditedMeanwhile as told:
            theirs = told.theirs
            form.add_error(None, str(told))
            form.data = {**request.POST.dict(), "version": str(told.theirs.version)}
        else:
            messages.success(request, _("Antecknat. Tack!"))
            return redirect("follow_up")
    return render(
        request,
        "governance/followup_note.html",
        {
            "action": action,
            "where": _where(action),
            "status": _action_status(action, action.is_overdue()),
            "form": form if may_note else None,
            "theirs": theirs,
            "crumbs": [(_("Uppföljning"), reverse("follow_up")), (action.task[:60], "")],
        },
        status=422 if form.errors else 200,
    )
