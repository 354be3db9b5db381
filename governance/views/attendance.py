"""Presence at a meeting: one row per seat, ticked all at once."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, get_or_404
from consortium.methods import require_form_methods
from governance import attendance as presence
from governance.documents.paragraph import people
from governance.forms.meetings import AttendanceRow
from governance.models import Attendance, Meeting
from governance.views.meeting_words import frame

READ, EDIT = Permission.MINUTES_READ, Permission.MINUTES_EDIT


@require_form_methods
def attendance(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_or_404(request, Meeting, pk, may=EDIT if request.method == "POST" else READ)
    rows = list(found.attendances.select_related("municipality"))
    may_edit = policy.may(request.user, EDIT, found.place) and not found.is_adjusted
    forms = [_row_form(row, request.POST if request.method == "POST" else None) for row in rows]
    refused, status_code = "", 200
    if request.method == "POST" and all(form.is_valid() for form in forms if form):
        try:
            presence.take(found, _ticks(request, rows, forms), by=request.user)
        except presence.AttendanceRefused as refusal:
            refused, status_code = str(refusal), 422
        else:
            messages.success(request, _("Närvaron är sparad."))
            return redirect("attendance", pk)
    elif request.method == "POST":
        refused, status_code = _("Skriv paragrafernas nummer med siffror."), 422
    context = {
        **frame(request, found, "attendance"),
        "rows": [_attendance_row(request, row, form) for row, form in zip(rows, forms, strict=True)],
        "may_take": may_edit,
        "refused": refused,
        "no_adjuster": found.kind == Meeting.Kind.NOTES,
    }
    return render(request, "governance/attendance_edit.html", context, status=status_code)


def _row_form(row: Attendance, data: Any) -> AttendanceRow | None:
    if row.is_vacant:
        return None
    initial = {"presence": row.presence, "arrived_at": row.arrived_at, "left_after": row.left_after}
    if not row.presence and row.answer == Attendance.Answer.APOLOGY:
        initial["presence"] = Attendance.Presence.ABSENT
    return AttendanceRow(data, prefix=str(row.pk), initial=initial)


def _attendance_row(request: StaffRequest, row: Attendance, form: AttendanceRow | None) -> dict[str, Any]:
    posted = request.POST if request.method == "POST" else None
    key = str(row.pk)
    return {
        "row": row,
        "form": form,
        "chair": posted.get("chair") == key if posted is not None else row.is_chair,
        "secretary": posted.get("secretary") == key if posted is not None else row.is_secretary,
        "adjuster": key in posted.getlist("adjuster") if posted is not None else row.is_adjuster,
        "said": people([row])[0],
    }


def _ticks(request: StaffRequest, rows: list[Attendance], forms: list[AttendanceRow | None]) -> list[presence.Tick]:
    post = request.POST
    return [
        presence.Tick(
            row.pk,
            presence=form.cleaned_data["presence"],
            arrived_at=form.cleaned_data["arrived_at"],
            left_after=form.cleaned_data["left_after"],
            is_chair=post.get("chair") == str(row.pk),
            is_secretary=post.get("secretary") == str(row.pk),
            is_adjuster=str(row.pk) in post.getlist("adjuster"),
        )
        for row, form in zip(rows, forms, strict=True)
        if form
    ]
