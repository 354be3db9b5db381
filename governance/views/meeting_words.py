"""States of meetings and minutes as tags, and the frame that all pages of one meeting share."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest
from consortium.formats import clock_span, day_in_text
from governance.adjustment import adjust_by
from governance.models import Meeting, Minutes

MEETING_KINDS = {
    Meeting.Status.PLANNED: "waiting",
    Meeting.Status.CALLED: "working",
    Meeting.Status.HELD: "good",
    Meeting.Status.CANCELLED: "closed",
}
MINUTES_KINDS = {Minutes.Status.DRAFT: "waiting", Minutes.Status.SIGNING: "working", Minutes.Status.ADJUSTED: "good"}


def meeting_tag(meeting: Meeting) -> dict[str, str]:
    """A day that has passed without anybody writing what happened is said to have."""
    if meeting.status in (Meeting.Status.PLANNED, Meeting.Status.CALLED) and meeting.end < timezone.now():
        return {"kind": "warn", "label": _("Har varit")}
    return {"kind": MEETING_KINDS[Meeting.Status(meeting.status)], "label": str(meeting.get_status_display())}


def minutes_tag(minutes: Minutes) -> dict[str, str]:
    label = _("Färdigställt") if minutes.is_notes and minutes.is_locked else str(minutes.get_status_display())
    return {"kind": MINUTES_KINDS[Minutes.Status(minutes.status)], "label": label}


def minutes_of(meeting: Meeting) -> Minutes | None:
    return Minutes.objects.select_related("meeting__body__consortium").filter(meeting=meeting).first()


def when(meeting: Meeting) -> str:
    return f"{day_in_text(meeting.held_on)} {clock_span(meeting.starts_at, meeting.ends_at)}"


def frame(request: StaffRequest, meeting: Meeting, current: str) -> dict[str, Any]:
    """What every page of the meeting shows: where it is, its tabs, and what the reader may do."""
    minutes = minutes_of(meeting)
    pages = [("meeting", _("Mötet")), ("agenda", _("Dagordning")), ("attendance", _("Närvaro"))]
    if minutes:
        pages.append(("minutes", _("Anteckningar") if minutes.is_notes else _("Protokoll")))
        if not minutes.is_notes:
            pages.append(("adjustment", _("Justering")))
    return {
        "meeting": meeting,
        "minutes": minutes,
        "may_edit": policy.may(request.user, Permission.MINUTES_EDIT, meeting.place),
        "tabs": [
            {"label": label, "url": reverse(name, args=[meeting.pk]), "current": name == current}
            for name, label in pages
        ],
        "crumbs": [(_("Möten"), reverse("meeting_list")), (str(meeting), "")],
        "status": meeting_tag(meeting),
        "when": when(meeting),
    }


def clock_said(minutes: Minutes) -> str:
    """When it must be adjusted by, and how that stands."""
    last = adjust_by(minutes.meeting)
    if last is None or minutes.is_locked:
        return ""
    left = (last - timezone.localdate()).days
    day = day_in_text(last)
    if left < 0:
        return _("Protokollet skulle ha justerats senast %(day)s.") % {"day": day}
    return _("Protokollet ska justeras senast %(day)s.") % {"day": day}
