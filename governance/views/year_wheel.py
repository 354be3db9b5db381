"""The year wheel: dates proposed, commented on and approved."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest
from consortium.formats import day, day_in_text
from consortium.methods import require_form_methods
from governance import calendar, meetings, year_wheel
from governance.calendar import IncompleteDate
from governance.forms.calendar import CommentForm, DeadlineForm, PlannedForm, YearForm
from governance.models import Body, MeetingSeries, PlannedMeeting
from governance.revising import ChangedMeanwhile, Refusal
from governance.views import finding
from governance.views.calendar import PLAN, calendar_file
from governance.views.consortia import crumbs
from governance.views.editing import Crumbs, Paper, press, write


def _series(request: StaffRequest, pk: int, *, may: Permission | None = None) -> MeetingSeries:
    return finding.find(request, MeetingSeries.objects.select_related("body__consortium"), pk=pk, may=may)


def _crumbs(series: MeetingSeries, *more: tuple[Any, str]) -> Crumbs:
    here = reverse("series", args=[series.pk]) if more else ""
    body = (series.body.name, reverse("body", args=[series.body_id]))
    return crumbs(series.place, body, (_("Årshjul %s") % series.year, here), *more)


@require_POST
def series_open(request: StaffRequest, body_id: int) -> HttpResponse:
    body = finding.find(request, Body.objects.select_related("consortium"), pk=body_id, may=PLAN)
    form = YearForm(request.POST)
    back = reverse("body", args=[body.pk])
    if not form.is_valid():
        messages.error(request, _("Skriv ett år med fyra siffror."))
        return redirect(back)
    try:
        series = year_wheel.propose(body, form.cleaned_data["year"], by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(back)
    return redirect("series", series.pk)


@require_form_methods
def series(request: StaffRequest, series_id: int) -> HttpResponse:
    """The proposal; whoever sees it may comment on it (POST)."""
    found = _series(request, series_id)
    form = CommentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        year_wheel.comment(found, form.cleaned_data["text"], by=request.user)
        messages.success(request, _("Din synpunkt är antecknad."))
        return redirect("series", found.pk)
    planned = found.meetings.select_related("deadline", "meeting")
    is_open = found.status == MeetingSeries.Status.PROPOSED
    return render(
        request,
        "governance/calendar_series.html",
        {
            "series": found,
            "crumbs": _crumbs(found),
            "status": {"kind": "waiting" if is_open else "good", "label": found.get_status_display()},
            "planned": [(each, year_wheel.days_before(each)) for each in planned],
            "conflicts": year_wheel.conflicts(found) if is_open else [],
            "suggested": [day(each) for each in year_wheel.carry_over(found)] if is_open else [],
            "comments": found.comments.select_related("made_by"),
            "form": form,
            "is_open": is_open,
            "may_edit": is_open and finding.edits(request, found.place, PLAN),
        },
        status=422 if form.errors else 200,
    )


@require_form_methods
def series_add(request: StaffRequest, series_id: int) -> HttpResponse:
    found = _series(request, series_id, may=PLAN)
    paper = Paper(
        title=_("Nytt datum i årshjulet"),
        submit=_("Lägg till datumet"),
        back=reverse("series", args=[found.pk]),
        lead=_("Krockar med avtalets tider, helger och andra organ visas i årshjulet."),
        crumbs=_crumbs(found, (_("Nytt datum"), "")),
    )
    return write(
        request,
        PlannedForm(request.POST or None, consortium=found.place),
        paper,
        lambda form: year_wheel.add(found, form.facts(), by=request.user),
        lambda made: _("%s är tillagt.") % day_in_text(made.on),
    )


@require_POST
def series_remove(request: StaffRequest, series_id: int, planned_id: int) -> HttpResponse:
    found = _series(request, series_id, may=PLAN)
    planned = get_object_or_404(PlannedMeeting, pk=planned_id, series=found)
    back = reverse("series", args=[found.pk])
    return press(request, lambda: year_wheel.remove(planned, by=request.user), _("Datumet är borttaget."), back)


@require_POST
def series_approve(request: StaffRequest, series_id: int) -> HttpResponse:
    found = _series(request, series_id, may=PLAN)
    seen = request.POST.get("seen", "")
    try:
        made = year_wheel.approve(found, seen=int(seen) if seen.isdecimal() else 0, by=request.user)
    except (Refusal, ChangedMeanwhile, meetings.NotNow) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("Årshjulet är fastställt och %s möten är upplagda. Kallelserna skickas från mötets sida.") % len(made),
        )
    return redirect("series", found.pk)


@require_form_methods
def deadline_add(request: StaffRequest, consortium_id: int) -> HttpResponse:
    consortium = finding.consortium(request, consortium_id, may=Permission.MEMBERS_EDIT)
    paper = Paper(
        title=_("Ny tid enligt avtalet"),
        submit=_("Lägg till tiden"),
        back=reverse("consortium", args=[consortium.pk]),
        lead=_("Återkommer varje år. Årshjulet visar om ett möte ligger för sent."),
        crumbs=crumbs(consortium, (_("Ny tid enligt avtalet"), "")),
    )
    return write(
        request,
        DeadlineForm(request.POST or None),
        paper,
        lambda form: year_wheel.add_deadline(consortium, form.facts(), by=request.user),
        _("Tiden är tillagd."),
    )


@require_safe
def planned_ics(request: StaffRequest, series_id: int, planned_id: int) -> HttpResponse:
    """A date of the wheel; an incomplete one gives a sentence instead of a file."""
    found = _series(request, series_id)
    planned = get_object_or_404(PlannedMeeting.objects.select_related("meeting"), pk=planned_id, series=found)
    try:
        return calendar_file(calendar.of_planned(planned), f"mote-{day(planned.on)}.ics")
    except IncompleteDate as incomplete:
        messages.error(request, str(incomplete))
        return redirect("series", found.pk)
