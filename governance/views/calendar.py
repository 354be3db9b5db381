"""The year at a glance, list first; the year wheel where it is planned; and what calendars fetch."""

import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest
from consortium.formats import clock_span
from governance import calendar
from governance.models import (
    AgreementDeadline,
    Body,
    Consortium,
    FeedToken,
    Meeting,
    PlannedMeeting,
)
from governance.views import finding
from governance.views.consortia import crumbs
from governance.views.editing import press

PLAN = Permission.MINUTES_EDIT
MEETING_KINDS = {
    Meeting.Status.PLANNED: "waiting",
    Meeting.Status.CALLED: "working",
    Meeting.Status.HELD: "good",
    Meeting.Status.CANCELLED: "closed",
}


@require_safe
def year(request: StaffRequest) -> HttpResponse:
    """Every meeting, proposal and deadline of a year in the consortia where the user has a task."""
    asked = request.GET.get("ar", "")
    shown = int(asked) if asked.isdecimal() and 2000 <= int(asked) <= 2100 else timezone.localdate().year
    consortia = list(Consortium.objects.visible_to(request.user))
    entries = sorted([*_meetings(consortia, shown), *_proposals(consortia, shown), *_deadlines(consortia, shown)])
    months: list[tuple[datetime.date, list[dict[str, Any]]]] = []
    for on, _order, entry in entries:
        first = on.replace(day=1)
        if not months or months[-1][0] != first:
            months.append((first, []))
        months[-1][1].append(entry)
    return render(
        request,
        "governance/calendar_year.html",
        {
            "year": shown,
            "months": months,
            "tabs": [
                {"label": str(each), "url": f"?ar={each}", "current": each == shown}
                for each in range(shown - 1, shown + 2)
            ],
            "bodies": _subscribable(consortia),
        },
    )


def _subscribable(consortia: list[Consortium]) -> list[tuple[Body, str]]:
    """Bodies that have meetings to follow; with the consortium's name where there are several."""
    found = (
        Body.objects.filter(consortium__in=consortia, meetings__isnull=False).distinct().select_related("consortium")
    )
    several = len(consortia) > 1
    return [(each, each.consortium.name if several else "") for each in found.in_swedish_order()]


Entry = tuple[datetime.date, tuple[int, str, int], dict[str, Any]]


def _meetings(consortia: list[Consortium], shown: int) -> list[Entry]:
    rows = Meeting.objects.filter(body__consortium__in=consortia, held_on__year=shown).select_related(
        "body__consortium"
    )
    return [
        (
            row.held_on,
            (1, row.starts_at.isoformat(), row.pk),
            {
                "on": row.held_on,
                "time": clock_span(row.starts_at, row.ends_at),
                "title": row.title or row.body.name,
                "url": reverse("meeting", args=[row.pk]),
                "where": row.place_text,
                "consortium": row.body.consortium.name,
                "status": {"kind": MEETING_KINDS[Meeting.Status(row.status)], "label": row.get_status_display()},
                "ics": reverse("meeting_ics", args=[row.pk]),
            },
        )
        for row in rows
    ]


def _proposals(consortia: list[Consortium], shown: int) -> list[Entry]:
    rows = PlannedMeeting.objects.filter(
        series__body__consortium__in=consortia, on__year=shown, meeting=None
    ).select_related("series__body__consortium")
    return [
        (
            row.on,
            (2, "", row.pk),
            {
                "on": row.on,
                "time": clock_span(row.start, row.end) if row.start and row.end else _("klockslag inte bestämt"),
                "title": row.series.body.name,
                "url": reverse("series", args=[row.series_id]),
                "where": row.venue,
                "consortium": row.series.body.consortium.name,
                "status": {"kind": "neutral", "label": _("Förslag")},
            },
        )
        for row in rows
    ]


def _deadlines(consortia: list[Consortium], shown: int) -> list[Entry]:
    rows = AgreementDeadline.objects.filter(consortium__in=consortia).select_related("consortium")
    return [
        (
            row.last_day(shown),
            (0, "", row.pk),
            {
                "on": row.last_day(shown),
                "by": _("senast") if row.day else "",
                "in_month": row.day is None,
                "time": "",
                "title": str(row),
                "url": "",
                "where": row.source,
                "consortium": row.consortium.name,
                "status": {"kind": "info", "label": _("Enligt avtalet")},
            },
        )
        for row in rows
    ]


@require_safe
def meeting_ics(request: StaffRequest, meeting_id: int) -> HttpResponse:
    meeting = finding.find(request, Meeting.objects.select_related("body__consortium"), pk=meeting_id)
    return calendar_file(calendar.invitation(meeting), calendar.file_name(meeting))


@require_POST
def feed_open(request: StaffRequest, body_id: int) -> HttpResponse:
    """The address is shown on the answer and never again."""
    body = finding.find(request, Body.objects.select_related("consortium"), pk=body_id, may=PLAN)
    secret = calendar.open_feed(body, by=request.user)
    return render(
        request,
        "governance/calendar_feed.html",
        {
            "body": body,
            "address": settings.SITE_URL.rstrip("/") + reverse("calendar_feed", args=[secret]),
            "crumbs": crumbs(body.consortium, (body.name, reverse("body", args=[body.pk])), (_("Kalenderadress"), "")),
        },
    )


@require_POST
def feed_revoke(request: StaffRequest, body_id: int, token_id: int) -> HttpResponse:
    body = finding.find(request, Body.objects.select_related("consortium"), pk=body_id, may=PLAN)
    token = get_object_or_404(FeedToken, pk=token_id, body=body)
    back = reverse("body", args=[body.pk])
    return press(request, lambda: calendar.revoke(token, by=request.user), _("Adressen är spärrad."), back)


@login_not_required
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """For calendar programs, which cannot log in: the secret is the key, and a wrong one opens nothing."""
    body = calendar.body_of(secret)
    if body is None:
        raise Http404(_("Sidan finns inte."))
    return calendar_file(calendar.feed(body), "kalender.ics")


def calendar_file(content: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=calendar.MIME, headers=headers)
