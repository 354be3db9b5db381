"""Minutes: the § list left and the § being written right, saved while it is written."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand, get_or_404
from consortium.formats import clock, day, moment
from consortium.methods import require_form_methods
from governance import documents, meetings
from governance import minutes as keeping
from governance.documents.minutes import attendance_lists, unadjusted_mark
from governance.documents.paragraph import people, status, told
from governance.forms.minutes import HeadForm, NewParagraphForm
from governance.models import Meeting, Minutes, Paragraph, ParagraphVersion
from governance.paragraphs import Content
from governance.views.meeting_words import clock_said, frame, minutes_tag
from governance.views.writing import Written

READ, EDIT = Permission.MINUTES_READ, Permission.MINUTES_EDIT


def minutes_or_404(request: StaffRequest, meeting_id: int, permission: Permission) -> Minutes:
    meeting = get_or_404(request, Meeting, meeting_id, may=permission)
    found = Minutes.objects.select_related("meeting__body__consortium").filter(meeting=meeting).first()
    if found is None:
        raise Http404(_("Mötet har inget protokoll än."))
    return found


def paragraph_or_404(request: StaffRequest, pk: int, permission: Permission) -> Paragraph:
    seen = Minutes.objects.visible_to(request.user)
    related = ("item", "minutes__meeting__body__consortium", "saved_by")
    found = Paragraph.objects.filter(minutes__in=seen).select_related(*related).filter(pk=pk).first()
    if found is None:
        raise Http404(_("Sidan finns inte."))
    demand(request, permission, found.place)
    return found


@require_safe
def minutes(request: StaffRequest, pk: int) -> HttpResponse:
    """The whole, as it reads; for the secretary with the way into each §."""
    return _whole(request, minutes_or_404(request, pk, READ))


def _whole(
    request: StaffRequest, kept: Minutes, head: HeadForm | None = None, theirs: Minutes | None = None
) -> HttpResponse:
    context = frame(request, kept.meeting, "minutes")
    writing = context["may_edit"] and kept.status == Minutes.Status.DRAFT
    return render(
        request,
        "governance/minutes_detail.html",
        {
            **context,
            "writing": writing,
            "tag": minutes_tag(kept),
            "mark": unadjusted_mark(kept),
            "clock_said": clock_said(kept),
            "lists": attendance_lists(kept),
            "paragraphs": [{"row": each, "told": told(each)} for each in kept.paragraphs.with_parts()],
            "head_form": (head or HeadForm(initial=_head(kept))) if writing else None,
            "theirs": _head_words(theirs) if theirs else None,
            "new_form": NewParagraphForm() if writing else None,
            "corrections": kept.corrections.select_related("paragraph", "by"),
            "facts": _facts(kept),
        },
        status=422 if head else 200,
    )


def _head(kept: Minutes) -> dict[str, Any]:
    return {
        "time_and_place": kept.time_and_place,
        "previous_outcome": kept.meeting.previous_outcome,
        "first": keeping.first_number(kept),
        "version": kept.version,
    }


def _head_words(kept: Minutes) -> list[tuple[str, str]]:
    return [
        (_("Tid och plats"), kept.time_and_place),
        (_("Föregående protokoll"), str(kept.meeting.get_previous_outcome_display())),
        (_("Första paragrafens nummer"), str(keeping.first_number(kept))),
    ]


def _facts(kept: Minutes) -> list[tuple[str, str]]:
    rows = list(kept.meeting.attendances.select_related("municipality"))
    meeting = kept.meeting
    return [
        (_("Tid och plats"), kept.time_and_place),
        (_("Ordförande"), "; ".join(str(row) for row in rows if row.is_chair)),
        (_("Sekreterare"), "; ".join(str(row) for row in rows if row.is_secretary)),
        (_("Justerare"), "; ".join(str(row) for row in rows if row.is_adjuster)),
        (_("Föregående protokoll"), str(meeting.get_previous_outcome_display()) if meeting.previous_outcome else ""),
        (_("Justerat"), moment(kept.adjusted_at) if kept.adjusted_at else ""),
        (_("Dokumentets SHA-256"), kept.document_digest),
    ]


@require_safe
def minutes_pdf(request: StaffRequest, pk: int) -> HttpResponse:
    """The preview is the document: until it is adjusted made anew each time, afterwards the one that was signed."""
    kept = minutes_or_404(request, pk, READ)
    content = bytes(kept.document.content) if kept.is_locked else documents.minutes_pdf(kept)
    name = f"{'anteckningar' if kept.is_notes else 'protokoll'}-{day(kept.meeting.held_on)}.pdf"
    return HttpResponse(
        content, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )


@require_POST
def minutes_head(request: StaffRequest, pk: int) -> HttpResponse:
    kept = minutes_or_404(request, pk, EDIT)
    form, theirs = HeadForm(request.POST), None
    if form.is_valid():
        try:
            keeping.write_head(kept, **form.cleaned_data, by=request.user)
        except meetings.EditedMeanwhile as stopped:
            theirs = stopped.theirs
            form.add_error(None, str(stopped))
            form.data = {**request.POST.dict(), "version": str(theirs.version)}
        except keeping.DuplicateParagraph as taken:
            form.add_error("first", str(taken))
        except meetings.NotNow as hindrance:
            messages.error(request, str(hindrance))
            return redirect("minutes", pk)
        else:
            messages.success(request, _("Uppgifterna om mötet är sparade."))
            return redirect("minutes", pk)
    return _whole(request, kept, form, theirs)


@require_POST
def add_paragraph(request: StaffRequest, pk: int) -> HttpResponse:
    kept = minutes_or_404(request, pk, EDIT)
    form = NewParagraphForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Skriv en rubrik på den nya paragrafen."))
        return redirect("minutes", pk)
    try:
        made = keeping.add(kept, form.cleaned_data["title"], by=request.user)
    except meetings.NotNow as hindrance:
        messages.error(request, str(hindrance))
        return redirect("minutes", pk)
    return redirect("paragraph", made.pk)


# One §


@require_form_methods
def paragraph(request: StaffRequest, pk: int) -> HttpResponse:
    found = paragraph_or_404(request, pk, EDIT)
    if request.method != "POST":
        return render(request, "governance/paragraph_edit.html", _editor(request, found, Written.of(found)))
    written = Written.from_post(request.POST, found)
    if not written.is_valid():
        return render(request, "governance/paragraph_edit.html", _editor(request, found, written), status=422)
    try:
        saved = keeping.save(found, written.content(), version=written.version, by=request.user)
    except meetings.EditedMeanwhile as stopped:
        theirs = paragraph_or_404(request, pk, EDIT)
        context = _editor(request, theirs, written)
        context |= {"conflict": str(stopped), "theirs": told(theirs), "their_version": theirs.version}
        return render(request, "governance/paragraph_edit.html", context, status=409)
    except meetings.NotNow as hindrance:
        messages.error(request, str(hindrance))
        return redirect("minutes", found.minutes.meeting_id)
    messages.success(request, _("%(label)s är sparad.") % {"label": saved.label})
    if "next" not in request.POST:
        return redirect("paragraph", pk)
    following = found.minutes.paragraphs.filter(number__gt=saved.number).first()
    return redirect("paragraph", following.pk) if following else redirect("minutes", found.minutes.meeting_id)


def _editor(request: StaffRequest, found: Paragraph, written: Written) -> dict[str, Any]:
    kept = found.minutes
    content = keeping.shown(found)
    return {
        **frame(request, kept.meeting, "minutes"),
        "paragraph": found,
        "written": written,
        "form": written.form,
        "list": _list(kept, found),
        "status_shown": status(content) if content else None,
        "frozen": found.snapshot is not None,
        "open": kept.status == Minutes.Status.DRAFT and found.adjusted_at is None,
        "present": people(kept.meeting.attendances.present().select_related("municipality")),
        "versions": found.versions.count(),
        "saved": _saved(found),
        "remarks": found.remarks.filter(resolved_at=None).select_related("made_by"),
    }


def _saved(found: Paragraph) -> str:
    if found.saved_by is None:
        return ""
    return _("Senast sparad %(when)s av %(who)s.") % {"when": moment(found.saved_at), "who": found.saved_by}


def _list(kept: Minutes, current: Paragraph) -> list[dict[str, Any]]:
    return [
        {
            "row": each,
            "label": each.label,
            "url": reverse("paragraph", args=[each.pk]),
            "current": each.pk == current.pk,
            "locked": each.adjusted_at is not None,
        }
        for each in kept.paragraphs.all()
    ]


@require_POST
def save_paragraph(request: StaffRequest, pk: int) -> HttpResponse:
    """Autosave: a line that says how it went, and the new version number for the form."""
    found = paragraph_or_404(request, pk, EDIT)
    written = Written.from_post(request.POST, found)
    context: dict[str, Any] = {"paragraph": found}
    if not written.is_valid():
        context["problem"] = _("Inte sparat: något behöver rättas. Välj Spara så visas vad.")
    else:
        try:
            saved = keeping.save(found, written.content(), version=written.version, by=request.user)
            context |= {"version": saved.version, "said": _("Sparat %(when)s.") % {"when": clock(saved.saved_at)}}
        except meetings.EditedMeanwhile as stopped:
            context["problem"] = f"{stopped} {_('Välj Spara så visas båda.')}"
        except meetings.NotNow as hindrance:
            context["problem"] = str(hindrance)
    return render(request, "governance/paragraph_saved.html", context)


@require_POST
def move_paragraph(request: StaffRequest, pk: int) -> HttpResponse:
    found = paragraph_or_404(request, pk, EDIT)
    try:
        moved = keeping.move(found, -1 if request.POST.get("to") == "up" else 1, by=request.user)
    except meetings.NotNow as hindrance:
        messages.error(request, str(hindrance))
        return redirect("paragraph", pk)
    said = _("%(title)s är nu %(label)s.") % {"title": moved.title, "label": moved.label}
    current = paragraph_or_404(request, int(request.POST.get("here", pk)), EDIT)
    if request.headers.get("HX-Request"):
        context = {"list": _list(current.minutes, current), "said": said, "open": True, "paragraph": current}
        return render(request, "governance/paragraph_list.html", context)
    messages.success(request, said)
    return redirect("paragraph", current.pk)


@require_form_methods
def remove_paragraph(request: StaffRequest, pk: int) -> HttpResponse:
    found = paragraph_or_404(request, pk, EDIT)
    if request.method == "POST":
        try:
            keeping.remove(found, by=request.user)
        except meetings.NotNow as hindrance:
            messages.error(request, str(hindrance))
        else:
            messages.success(request, _("”%(title)s” är borttagen ur protokollet.") % {"title": found.title})
        return redirect("minutes", found.minutes.meeting_id)
    context = {**frame(request, found.minutes.meeting, "minutes"), "paragraph": found}
    return render(request, "governance/paragraph_remove.html", context)


@require_safe
def paragraph_versions(request: StaffRequest, pk: int) -> HttpResponse:
    found = paragraph_or_404(request, pk, EDIT)
    versions = [
        {"row": row, "content": Content.from_json(row.content), "when": moment(row.saved_at)}
        for row in found.versions.select_related("saved_by")[:100]
    ]
    context = {**frame(request, found.minutes.meeting, "minutes"), "paragraph": found, "versions": versions}
    return render(request, "governance/paragraph_versions.html", {**context, "open": not found.is_locked})


@require_POST
def restore_paragraph(request: StaffRequest, pk: int, version: int) -> HttpResponse:
    found = paragraph_or_404(request, pk, EDIT)
    kept = get_object_or_404(ParagraphVersion, paragraph=found, version=version)
    try:
        keeping.restore(found, kept, by=request.user)
    except meetings.NotNow as hindrance:
        messages.error(request, str(hindrance))
    else:
        messages.success(request, _("Den tidigare texten gäller igen. Det som stod nyss finns kvar bland versionerna."))
    return redirect("paragraph", pk)


@require_POST
def thaw_paragraph(request: StaffRequest, pk: int) -> HttpResponse:
    found = paragraph_or_404(request, pk, EDIT)
    try:
        keeping.thaw(found, by=request.user)
    except meetings.NotNow as hindrance:
        messages.error(request, str(hindrance))
    else:
        messages.success(request, _("Läget är hämtat på nytt."))
    return redirect("paragraph", pk)
