"""Meetings: the list, one meeting with its notice and answers, and what chair and secretary do with it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from consortium import post
from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand, demand_anywhere, get_or_404
from consortium.formats import day, day_in_text, moment
from consortium.methods import require_form_methods
from consortium.models import OutgoingMail
from governance import agenda as agendas
from governance import attendance, meetings, minutes, notice
from governance.forms.meetings import AnswerForm, MeetingForm, NewMeetingForm, ReasonForm, next_weekday
from governance.models import Attendance, Body, Consortium, Meeting
from governance.views.meeting_words import frame, meeting_tag, minutes_of, minutes_tag, when

READ, EDIT = Permission.MINUTES_READ, Permission.MINUTES_EDIT
PER_PAGE = 40


@require_safe
def meeting_list(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, READ)
    mine = Meeting.objects.visible_to(request.user).select_related("body__consortium", "minutes")
    today = timezone.localdate()
    past = Paginator(mine.filter(held_on__lt=today), PER_PAGE).get_page(request.GET.get("sida"))
    coming = mine.filter(held_on__gte=today).order_by("held_on", "starts_at")
    may_plan = _bodies(request).exists()
    return render(
        request,
        "governance/meeting_list.html",
        {
            "coming": [_row(meeting) for meeting in coming] if past.number == 1 else [],
            "past": [_row(meeting) for meeting in past],
            "page_obj": past,
            "columns": [{"label": label} for label in (_("Dag"), _("Organ"), _("Möte"), _("Läge"), _("Protokoll"))],
            "may_plan": may_plan,
            "new": reverse("meeting_new"),
        },
    )


def _row(meeting: Meeting) -> list[Any]:
    kept = getattr(meeting, "minutes", None)
    return [
        {"label": day(meeting.held_on), "url": reverse("meeting", args=[meeting.pk])},
        str(meeting.body),
        meeting.title or when(meeting),
        meeting_tag(meeting),
        minutes_tag(kept) if kept else "–",
    ]


def _bodies(request: StaffRequest) -> Any:
    return Body.objects.filter(consortium__in=Consortium.objects.where_may(request.user, EDIT)).may_meet()


@require_form_methods
def meeting_new(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, EDIT)
    bodies = _bodies(request).select_related("consortium").in_swedish_order()
    initial = {"held_on": next_weekday(timezone.localdate()), "mode": Meeting.Mode.ONLINE, "body": bodies.first()}
    form = NewMeetingForm(request.POST or None, bodies=bodies, initial=initial)
    if request.method == "POST" and form.is_valid():
        body = form.cleaned_data["body"]
        demand(request, EDIT, body.consortium)
        try:
            made = meetings.plan(body, by=request.user, **_said(form, "body", "version"))
        except meetings.NotNow as hindrance:
            form.add_error(None, str(hindrance))
        else:
            messages.success(request, _("Mötet är planerat. Gör klart dagordningen och skicka sedan kallelsen."))
            return redirect("agenda", made.pk)
    status = 422 if form.errors else 200
    crumbs = [(_("Möten"), reverse("meeting_list")), (_("Nytt möte"), "")]
    return render(request, "governance/meeting_new.html", {"form": form, "crumbs": crumbs}, status=status)


def _said(form: MeetingForm, *but: str) -> dict[str, Any]:
    """What was filled in; a field left empty that has a default of its own is not sent on."""
    said = {name: value for name, value in form.cleaned_data.items() if name not in but}
    return {name: value for name, value in said.items() if name not in ("kind", "answer_by") or value}


@require_safe
def meeting(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_or_404(request, Meeting, pk, may=READ)
    return render(request, "governance/meeting_detail.html", _page(request, found))


def _page(request: StaffRequest, found: Meeting, answer: AnswerForm | None = None) -> dict[str, Any]:
    rows = list(found.attendances.select_related("municipality", "seat"))
    mine = next((row for row in rows if row.user_id == request.user.pk), None)
    kept = minutes_of(found)
    mails = OutgoingMail.objects.about(found).filter(kind="meeting_notice")
    open_for_answers = found.status in (Meeting.Status.PLANNED, Meeting.Status.CALLED) and found.end > timezone.now()
    return {
        **frame(request, found, "meeting"),
        "facts": _facts(found),
        "timetable": agendas.timetable(found),
        "answers": _answers(rows),
        "answer_columns": [{"label": label} for label in (_("Funktion"), _("Kommun"), _("Svar"), _("Meddelande"))],
        "counts": _counts(rows),
        "mine": mine,
        "answer_form": answer or _answer_form(mine),
        "may_answer": mine is not None and open_for_answers,
        "kept": minutes_tag(kept) if kept else None,
        "called": _called(found),
        "undelivered": list(mails.not_delivered()),
        "without_address": notice.without_address(found) if not found.called_at else [],
        "number_found": notice.number_found(found)
        if found.status in (found.Status.PLANNED, found.Status.CALLED)
        else "",
        "may_call": found.may_become(Meeting.Status.CALLED) and not found.called_at,
        "may_update": found.status == Meeting.Status.CALLED,
        "may_cancel": found.may_become(Meeting.Status.CANCELLED),
        "may_change": found.status in (Meeting.Status.PLANNED, Meeting.Status.CALLED),
        "may_begin": kept is None and found.status != Meeting.Status.CANCELLED,
        "by_itself_on": day_in_text(found.due_at) if found.due_at else "",
        "notice_on": day_in_text(found.notice_on),
        "body_meets": found.body.may_meet,
    }


def _facts(found: Meeting) -> list[tuple[str, str]]:
    return [
        (_("Organ"), f"{found.body}, {found.place}"),
        (_("Tid"), when(found)),
        (_("Mötesform"), str(found.get_mode_display())),
        (_("Plats"), found.place_text),
        (_("Dokumenteras med"), str(found.get_kind_display())),
        (_("Svar senast"), day_in_text(found.answer_by) if found.answer_by else ""),
    ]


def _called(found: Meeting) -> str:
    if not found.called_at:
        return ""
    return _("Kallelsen skickades %(when)s av %(who)s.") % {
        "when": moment(found.called_at),
        "who": found.called_by or "Samarkiv",
    }


def _answers(rows: list[Attendance]) -> list[list[Any]]:
    return [[row.function or _("Vakant"), row.organisation or "–", _answer(row), _message(row)] for row in rows]


def _answer(row: Attendance) -> Any:
    if row.is_vacant:
        return _("Vakant plats")
    if not row.answer:
        return {"kind": "waiting", "label": _("Inget svar")}
    label = str(row.get_answer_display())
    if row.answered_late:
        label = _("%(answer)s, sent svar") % {"answer": label}
    return {"kind": "good" if row.answer == Attendance.Answer.COMING else "closed", "label": label}


def _message(row: Attendance) -> str:
    instead = _("Ersättare: %(who)s") % {"who": row.substitute_text} if row.substitute_text else ""
    return ". ".join(part for part in (row.answer_note.rstrip("."), instead) if part) or "–"


def _counts(rows: list[Attendance]) -> list[dict[str, Any]]:
    said = [row for row in rows if not row.is_vacant]
    return [
        {"label": _("Kommer"), "value": sum(row.answer == Attendance.Answer.COMING for row in said)},
        {"label": _("Förhinder"), "value": sum(row.answer == Attendance.Answer.APOLOGY for row in said)},
        {"label": _("Har inte svarat"), "value": sum(not row.answer for row in said)},
    ]


def _answer_form(mine: Attendance | None) -> AnswerForm:
    if mine is None or not mine.answer:
        return AnswerForm()
    coming = 1 if mine.answer == Attendance.Answer.COMING else 0
    return AnswerForm(initial={"coming": coming, "note": mine.answer_note, "substitute": mine.substitute_text})


@require_POST
def answer_meeting(request: StaffRequest, pk: int) -> HttpResponse:
    """Only for one's own seat: who has none gets no page to answer on."""
    found = get_or_404(request, Meeting, pk, may=READ)
    mine = found.attendances.filter(user=request.user).first()
    if mine is None:
        raise Http404(_("Du har ingen plats på mötet."))
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return render(request, "governance/meeting_detail.html", _page(request, found, form), status=422)
    said = form.cleaned_data
    try:
        row = attendance.answer(
            mine, coming=said["coming"], note=said["note"], substitute=said["substitute"], by=request.user
        )
    except attendance.AnswersAreClosed as closed:
        messages.error(request, str(closed))
    else:
        late = _(" Svaret kom efter dagen vi bad om; det är noterat som sent.") if row.answered_late else ""
        messages.success(request, _("Tack, ditt svar är antecknat.") + late)
    return redirect("meeting", pk)


@require_form_methods
def meeting_edit(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_or_404(request, Meeting, pk, may=EDIT)
    form = MeetingForm(request.POST or None, initial={name: getattr(found, name) for name in MeetingForm.base_fields})
    theirs = None
    if request.method == "POST" and form.is_valid():
        try:
            version = form.cleaned_data["version"] or 0
            found = meetings.change(found, version=version, by=request.user, **_said(form, "version"))
        except meetings.EditedMeanwhile as told:
            theirs = told.theirs
            form.add_error(None, str(told))
        except meetings.NotNow as hindrance:
            form.add_error(None, str(hindrance))
        else:
            word = _("Mötet är ändrat.")
            if found.called_at:
                word += " " + _("De kallade har inte fått veta det än: skicka en ändrad kallelse.")
            messages.success(request, word)
            return redirect("meeting", pk)
    context = {
        **frame(request, found, "meeting"),
        "form": form,
        "theirs": _facts(theirs) if theirs else None,
        "their_version": theirs.version if theirs else None,
    }
    return render(request, "governance/meeting_edit.html", context, status=422 if form.errors else 200)


@require_POST
def call_meeting(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_or_404(request, Meeting, pk, may=EDIT)
    return _answer_act(
        request,
        found,
        lambda: notice.call(found, by=request.user),
        lambda called: _("Kallelsen är skickad till %(n)s adresser.") % {"n": len(notice.receivers(called))},
    )


@require_POST
def call_meeting_later(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_or_404(request, Meeting, pk, may=EDIT)
    wanted = request.POST.get("wanted") == "1"
    sentence = (
        _("Kallelsen går ut av sig själv %(day)s kl. 8.") % {"day": day_in_text(found.notice_on)}
        if wanted
        else _("Kallelsen går inte ut av sig själv. Skicka den när dagordningen är klar.")
    )
    return _answer_act(request, found, lambda: notice.call_by_itself(found, wanted, by=request.user), sentence)


@require_POST
def update_notice(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_or_404(request, Meeting, pk, may=EDIT)
    sentence = _("Den ändrade kallelsen är skickad och uppdaterar mötet i mottagarnas kalendrar.")
    return _answer_act(request, found, lambda: notice.send_update(found, by=request.user), sentence)


@require_form_methods
def cancel_meeting(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_or_404(request, Meeting, pk, may=EDIT)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        return _answer_act(
            request, found, lambda: notice.cancel(found, reason, by=request.user), _("Mötet är inställt.")
        )
    context = {**frame(request, found, "meeting"), "form": form, "receivers": len(notice.receivers(found))}
    return render(request, "governance/meeting_cancel.html", context, status=422 if form.errors else 200)


@require_POST
def begin_minutes(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_or_404(request, Meeting, pk, may=EDIT)
    try:
        minutes.begin(found, by=request.user)
    except meetings.NotNow as hindrance:
        messages.error(request, str(hindrance))
        return redirect("meeting", pk)
    return redirect("minutes", pk)


def _answer_act(
    request: StaffRequest, found: Meeting, act: Callable[[], Any], sentence: str | Callable[[Any], str]
) -> HttpResponse:
    try:
        result = act()
    except (meetings.NotNow, post.Unwritable) as hindrance:
        messages.error(request, str(hindrance))
    else:
        messages.success(request, sentence(result) if callable(sentence) else sentence)
    return redirect("meeting", found.pk)
