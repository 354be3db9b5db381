"""The agenda: a list whose times follow from its order, moved by buttons or Alt with an arrow key."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand, get_or_404
from consortium.formats import clock, day
from consortium.forms import sent_files
from consortium.methods import require_form_methods
from governance import agenda as agendas
from governance import documents, standing
from governance.documents.agenda import legend
from governance.documents.paragraph import blocks, status
from governance.forms.meetings import ItemForm, PaperForm, ShortItemForm
from governance.models import AgendaItem, Attachment, Meeting
from governance.views.meeting_words import frame

READ, EDIT = Permission.MINUTES_READ, Permission.MINUTES_EDIT
CLOSED = (Meeting.Status.HELD, Meeting.Status.CANCELLED)


@require_form_methods
def agenda(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_or_404(request, Meeting, pk, may=EDIT if request.method == "POST" else READ)
    form = ShortItemForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            item = agendas.add(found, by=request.user, **form.cleaned_data)
        except agendas.AgendaIsClosed as closed:
            messages.error(request, str(closed))
        else:
            messages.success(request, _("”%(title)s” är tillagd.") % {"title": item.title})
        return redirect("agenda", pk)
    context = {**_page(request, found), "form": form}
    return render(request, "governance/agenda_detail.html", context, status=422 if form.errors else 200)


def _page(request: StaffRequest, found: Meeting) -> dict[str, Any]:
    context = frame(request, found, "agenda")
    table = agendas.timetable(found)
    return {
        **context,
        "table": table,
        "slots": [_slot(found, slot) for slot in table.slots],
        "may_move": context["may_edit"] and found.status not in CLOSED,
        "legend": legend(found),
        "warning": _("Dagordningen är %(n)s minuter längre än mötet.") % {"n": table.over} if table.over else "",
        "too_short": _("Kortast möjliga slut blir %(time)s.") % {"time": clock(table.end)} if table.over else "",
    }


def _slot(found: Meeting, slot: agendas.Slot) -> dict[str, Any]:
    item = slot.item
    content = standing.content(item.standing_key, found.place, found.held_on) if item.standing_key else None
    return {
        "item": item,
        "start": slot.start.strftime("%H.%M"),
        "overlap": _("Krockar: punkten före slutar %(n)s minuter efter den fasta tiden.") % {"n": slot.overlap}
        if slot.overlap
        else "",
        "origin": _("Stående punkt")
        if item.standing_key
        else _("Från mötet %(day)s") % {"day": day(item.carried_from.meeting.held_on)}
        if item.carried_from
        else "",
        "blocks": blocks(item.description),
        "status": status(content) if content else None,
        "papers": item.attachments.defer("content"),
    }


@require_safe
def agenda_pdf(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_or_404(request, Meeting, pk, may=READ)
    name = f"kallelse-{day(found.held_on)}.pdf"
    return HttpResponse(
        documents.agenda_pdf(found),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


def _item(request: StaffRequest, pk: int, permission: Permission) -> AgendaItem:
    """Found only by who may see its meeting."""
    item = (
        AgendaItem.objects.filter(meeting__in=Meeting.objects.visible_to(request.user))
        .select_related("meeting__body__consortium")
        .filter(pk=pk)
        .first()
    )
    if item is None:
        raise Http404(_("Sidan finns inte."))
    demand(request, permission, item.place)
    return item


@require_form_methods
def item_edit(request: StaffRequest, pk: int) -> HttpResponse:
    item = _item(request, pk, EDIT)
    form = ItemForm(request.POST) if request.method == "POST" else ItemForm.of(item)
    theirs = None
    if request.method == "POST" and form.is_valid():
        try:
            agendas.change(item, version=form.cleaned_data["version"] or 0, by=request.user, **form.values())
        except agendas.ItemChangedMeanwhile as told:
            theirs = told.theirs
            form.add_error(None, str(told))
        except agendas.AgendaIsClosed as closed:
            form.add_error(None, str(closed))
        else:
            messages.success(request, _("Punkten är ändrad."))
            return redirect("agenda", item.meeting_id)
    context = {
        **frame(request, item.meeting, "agenda"),
        "item": item,
        "form": form,
        "theirs": _theirs(theirs) if theirs else None,
        "their_version": theirs.version if theirs else None,
        "paper_form": PaperForm(),
        "papers": item.attachments.defer("content"),
        "back": reverse("agenda", args=[item.meeting_id]),
    }
    return render(request, "governance/agenda_item.html", context, status=422 if form.errors else 200)


def _theirs(item: AgendaItem) -> list[tuple[str, str]]:
    return [
        (_("Rubrik"), item.title),
        (_("Typ"), str(item.get_type_display())),
        (_("Ansvarig"), item.responsible),
        (_("Minuter"), str(item.length)),
        (_("Beskrivning"), item.description),
    ]


@require_POST
def move_item(request: StaffRequest, pk: int) -> HttpResponse:
    item = _item(request, pk, EDIT)
    steps = -1 if request.POST.get("to") == "up" else 1
    try:
        moved = agendas.move(item, steps, by=request.user)
    except agendas.AgendaIsClosed as closed:
        messages.error(request, str(closed))
        return redirect("agenda", item.meeting_id)
    said = _("%(title)s är nu punkt %(n)s.") % {"title": moved.title, "n": moved.position}
    if request.headers.get("HX-Request"):
        context = {**_page(request, moved.meeting), "said": said}
        return render(request, "governance/agenda_slots.html", context)
    messages.success(request, said)
    return redirect(f"{reverse('agenda', args=[item.meeting_id])}#punkt-{item.pk}")


@require_POST
def remove_item(request: StaffRequest, pk: int) -> HttpResponse:
    item = _item(request, pk, EDIT)
    try:
        agendas.remove(item, by=request.user)
    except agendas.AgendaIsClosed as closed:
        messages.error(request, str(closed))
    else:
        messages.success(request, _("”%(title)s” är borttagen ur dagordningen.") % {"title": item.title})
    return redirect("agenda", item.meeting_id)


@require_POST
def attach_paper(request: StaffRequest, pk: int) -> HttpResponse:
    item = _item(request, pk, EDIT)
    form = PaperForm(request.POST, sent_files(request))
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["paper"])))
        return redirect("item_edit", pk)
    file = form.cleaned_data["paper"]
    try:
        paper = agendas.attach(item, file.name, file.read(agendas.PAPER_MAX_BYTES + 1), by=request.user)
    except (agendas.PaperRefused, agendas.AgendaIsClosed) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("%(name)s är tillagd.") % {"name": paper.name})
    return redirect("item_edit", pk)


def _paper(request: StaffRequest, pk: int, permission: Permission) -> Attachment:
    paper = get_object_or_404(Attachment.objects.select_related("item"), pk=pk)
    paper.item = _item(request, paper.item_id, permission)
    return paper


@require_safe
def paper(request: StaffRequest, pk: int) -> HttpResponse:
    """What somebody laid in is never shown as ours: always a file to keep."""
    found = _paper(request, pk, READ)
    response = HttpResponse(bytes(found.content), content_type=found.media_type)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Disposition"] = content_disposition_header(True, found.name) or "attachment"
    return response


@require_POST
def remove_paper(request: StaffRequest, pk: int) -> HttpResponse:
    found = _paper(request, pk, EDIT)
    try:
        agendas.detach(found, by=request.user)
    except agendas.AgendaIsClosed as closed:
        messages.error(request, str(closed))
    else:
        messages.success(request, _("%(name)s är borttagen.") % {"name": found.name})
    return redirect("item_edit", found.item_id)
