"""Mitt: what a member of the co-operation needs before the next meeting, gathered from every room."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consortium.access.views import StaffRequest
from consortium.formats import clock_span, day, day_in_text, money
from consortium.models import User
from consortium.swedish import swedish_key, swedish_order
from deliveries.models import DeliveryProject, Participation
from governance import adjustment, follow_up, inquiries
from governance.models import (
    ActionItem,
    Attachment,
    Attendance,
    Budget,
    CostShare,
    Meeting,
    Minutes,
    Municipality,
)

SHOWN = 20
STATUS_KINDS = {
    DeliveryProject.Status.PLANNED: "waiting",
    DeliveryProject.Status.ONGOING: "working",
    DeliveryProject.Status.RECURRING: "working",
    DeliveryProject.Status.COMPLETED: "good",
}


@dataclass(frozen=True)
class NextMeeting:
    meeting: Meeting
    when: str
    answer: str
    papers: list[Attachment]


@require_safe
def mine(request: StaffRequest) -> HttpResponse:
    user = request.user
    codes = municipalities_of(user)
    following = next_meeting(user)
    return render(
        request,
        "site/mine.html",
        {
            "following": following,
            "waiting": waiting(user),
            "actions": [_action(each) for each in actions_of(user)[:SHOWN]],
            "municipalities": [
                {"name": each.official_name, "projects": projects_of(each, user), "costs": costs_of(each, user)}
                for each in sorted(Municipality.objects.filter(code__in=codes), key=lambda each: swedish_key(each.name))
            ],
        },
    )


def municipalities_of(user: User) -> set[str]:
    """Those the user sits for in some body, and those the user works for."""
    held = user.assignments.in_force(timezone.localdate()).filter(where_type__model="municipality")
    sits_for = user.seats.in_force().exclude(municipality=None).values_list("municipality", flat=True)
    return {*sits_for, *map(str, held.values_list("where_id", flat=True))}


def next_meeting(user: User) -> NextMeeting | None:
    """Of a body the user sits in; who sits in none gets the next that may be read."""
    coming = Meeting.objects.visible_to(user).upcoming().select_related("body")
    sits = coming.filter(body__seats__in=user.seats.in_force()).distinct()
    meeting = sits.first() or (coming.first() if not user.seats.in_force().exists() else None)
    if not meeting:
        return None
    own = meeting.attendances.filter(user=user).first()
    return NextMeeting(
        meeting,
        f"{day_in_text(meeting.held_on)} {clock_span(meeting.start, meeting.end)}",
        str(own.get_answer_display()) if own and own.answer else "",
        list(
            Attachment.objects.filter(item__meeting=meeting)
            .defer("content")
            .order_by("item__position", swedish_order("name"))
        ),
    )


def waiting(user: User) -> list[dict[str, Any]]:
    """What nobody but this person can answer: notices, questions and minutes to sign."""
    unanswered = Attendance.objects.filter(
        user=user,
        answer="",
        meeting__in=Meeting.objects.visible_to(user).upcoming().filter(status=Meeting.Status.CALLED),
    ).select_related("meeting__body")
    rows = [
        _item(
            _("Kommer du? %(what)s") % {"what": each.meeting},
            each.meeting.get_absolute_url(),
            _by(each.meeting.answer_by),
        )
        for each in unanswered
    ]
    rows += [
        _item(
            str(reply.inquiry),
            reverse("inquiry", args=[reply.inquiry_id]),
            [reply.municipality.name, *_by(reply.inquiry.answer_by)],
        )
        for reply in inquiries.waiting_for(user)
    ]
    return rows + [
        _item(
            _("Justera %(what)s") % {"what": minutes.meeting},
            reverse("adjustment", args=[minutes.meeting_id]),
            _by(adjustment.adjust_by(minutes.meeting)),
        )
        for minutes in to_sign(user)
    ]


def to_sign(user: User) -> Iterable[Minutes]:
    under_way = Minutes.objects.visible_to(user).filter(status=Minutes.Status.SIGNING, meeting__attendances__user=user)
    for minutes in under_way.select_related("meeting__body").distinct():
        signer = adjustment.next_signer(minutes)
        if signer and signer.user_id == user.pk:
            yield minutes


def actions_of(user: User) -> QuerySet[ActionItem]:
    found = ActionItem.objects.visible_to(user).open().filter(follow_up.own(user))
    return found.select_related("paragraph").distinct()


def _action(action: ActionItem) -> dict[str, Any]:
    meta = [action.responsible, *([_("klart senast %(day)s") % {"day": day(action.due_on)}] if action.due_on else [])]
    item = _item(action.task, reverse("follow_up_note", args=[action.pk]), meta)
    return item | ({"status": {"kind": "warn", "label": _("Försenad")}} if action.is_overdue() else {})


def _by(until: Any) -> list[str]:
    return [_("senast %(day)s") % {"day": day(until)}] if until else []


def _item(title: str, url: str, meta: list[str]) -> dict[str, Any]:
    return {"title": title, "url": url, "meta": meta}


def projects_of(municipality: Municipality, user: User) -> list[dict[str, Any]]:
    parts = (
        Participation.objects.filter(municipality=municipality, project__in=DeliveryProject.objects.visible_to(user))
        .select_related("project")
        .order_by("project__status", swedish_order("project__name"))
    )
    return [
        _item(part.project.name, reverse("project", args=[part.project_id]), [part.project.phase_name])
        | {
            "status": {
                "kind": STATUS_KINDS.get(DeliveryProject.Status(part.project.status), "closed"),
                "label": part.project.get_status_display(),
            }
        }
        for part in parts[:SHOWN]
    ]


def costs_of(municipality: Municipality, user: User) -> list[dict[str, Any]]:
    """This municipality's share in each year's decided budget, and in what is proposed."""
    told = Budget.objects.visible_to(user).filter(
        Q(pk__in=Budget.objects.in_force()) | Q(status=Budget.Status.PROPOSAL)
    )
    shares = CostShare.objects.filter(municipality=municipality, allocation__budget__in=told).select_related(
        "allocation__budget__consortium"
    )
    return [
        _item(
            _("%(kronor)s för %(year)s") % {"kronor": money(share.kronor), "year": share.allocation.budget.year},
            reverse("budget", args=[share.allocation.budget_id]),
            [str(share.allocation.budget.consortium)],
        )
        | {
            "status": {
                "kind": "good" if share.allocation.budget.is_closed else "waiting",
                "label": share.allocation.budget.get_status_display(),
            }
        }
        for share in shares.order_by("-allocation__budget__year")[:SHOWN]
    ]
