"""Old minutes: hand in a file, see what was read with every doubt, put it right, confirm."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand, demand_anywhere, get_or_404
from consortium.formats import day, moment_in_table
from consortium.forms import sent_files
from consortium.methods import require_form_methods
from governance import importing
from governance.forms.publishing import OldFileForm, OldMinutesForm, OldParagraphs
from governance.importing import Confirmed
from governance.meetings import EditedMeanwhile, NotNow
from governance.models import Body, Consortium, Municipality, OldMinutes
from governance.old_minutes import Proposal
from governance.old_minutes.source import LARGEST, Unreadable
from governance.views.publication import crumbs

WEIGHTS = {"choose": "bad", "check": "warn", "note": "info"}


@require_form_methods
def old_minutes_list(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, Permission.MINUTES_EDIT)
    bodies = Body.objects.filter(consortium__in=Consortium.objects.where_may(request.user, Permission.MINUTES_EDIT))
    form = OldFileForm(request.POST or None, sent_files(request) or None)
    field = form.fields["body"]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = bodies.in_swedish_order()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made = importing.propose(form.cleaned_data["body"], file.name, file.read(LARGEST + 1), by=request.user)
        except Unreadable as reason:
            form.add_error("file", str(reason))
        except importing.AlreadyRead as told:
            messages.info(request, str(told))
            return redirect("old_minutes", told.earlier.pk)
        else:
            return redirect("old_minutes", made.pk)
    found = OldMinutes.objects.visible_to(request.user).select_related("body", "minutes__meeting").defer("content")
    return render(
        request,
        "governance/import_list.html",
        {
            "form": form,
            "columns": [{"label": _("Fil")}, {"label": _("Läge")}, {"label": _("Organ")}, {"label": _("Inläst")}],
            "rows": [
                [
                    {"label": each.filename, "url": reverse("old_minutes", args=[each.pk])},
                    _status(each),
                    str(each.body),
                    moment_in_table(each.uploaded_at),
                ]
                for each in found
            ],
            "crumbs": crumbs((_("Gamla protokoll"), "")),
        },
        status=422 if form.errors else 200,
    )


def _status(each: OldMinutes) -> dict[str, str]:
    if each.confirmed_at:
        return {"kind": "good", "label": _("Bekräftat")}
    left = sum(1 for doubt in each.proposal["doubts"] if doubt["weight"] != "note")
    return {"kind": "waiting", "label": _("Väntar på dig, tvivel: %(n)s") % {"n": left}}


@require_form_methods
def old_minutes(request: StaffRequest, old_id: int) -> HttpResponse:
    old = get_or_404(request, OldMinutes, old_id, may=Permission.MINUTES_READ)
    proposal = Proposal.from_json(old.proposal)
    if old.confirmed_at:
        return render(request, "governance/import_done.html", {**_about(old, proposal), "minutes": old.minutes})
    demand(request, Permission.MINUTES_EDIT, old.place)
    typed = old.typed or {"form": _start(proposal), "paragraphs": _paragraphs(proposal)}
    sent = request.POST or None
    if "later" in request.POST:
        typed, version, sent = _typed(request.POST), request.POST.get("version", ""), None
        try:
            importing.keep(old, typed, version=int(version) if version.isdecimal() else 0)
        except EditedMeanwhile as told:
            messages.error(request, str(told))
            old = told.theirs
        except NotNow as hindrance:
            messages.error(request, str(hindrance))
            return redirect("old_minutes", old_id)
        else:
            messages.success(request, _("Det du har skrivit är sparat. Öppna filen igen för att fortsätta."))
            return redirect("old_minutes_list")
    form = OldMinutesForm(sent, initial={**typed["form"], "version": old.version})
    paragraphs = OldParagraphs(sent, initial=typed["paragraphs"], prefix="p")
    if sent and form.is_valid() and paragraphs.is_valid():
        try:
            version = form.cleaned_data["version"]
            minutes = importing.confirm(old, _confirmed(form, paragraphs, proposal), version=version, by=request.user)
        except EditedMeanwhile as told:
            form.add_error(None, str(told))
            form.data = {**request.POST.dict(), "version": str(told.theirs.version)}
        except NotNow as hindrance:
            form.add_error(None, str(hindrance))
        else:
            messages.success(request, _("Protokollet är inläst som %(what)s.") % {"what": minutes})
            return redirect("minutes_after", minutes.pk)
    return render(
        request,
        "governance/import_confirm.html",
        {**_about(old, proposal), "form": form, "paragraphs": paragraphs},
        status=422 if form.errors or request.method == "POST" else 200,
    )


def _start(proposal: Proposal) -> dict[str, Any]:
    return {
        "title": proposal.title,
        "held_on": None if any(each.code == "DATE_MISMATCH" for each in proposal.to_choose()) else proposal.held_on,
        "starts_at": proposal.starts_at or None,
        "ends_at": proposal.ends_at or None,
        "place": proposal.place,
        "signed": bool(proposal.signatures),
    }


def _paragraphs(proposal: Proposal) -> list[dict[str, Any]]:
    names = ("number", "title", "registry_number", "summary", "basis", "comment", "dispatch_to")
    return [
        {
            **{name: getattr(each, name) for name in names},
            "decisions": "\n".join(decision.text for decision in each.decisions),
        }
        for each in proposal.paragraphs
    ]


def _typed(post: QueryDict) -> dict[str, Any]:
    """As it was typed, right or wrong: it is judged when it is confirmed."""
    form, paragraphs = OldMinutesForm(post), OldParagraphs(post, prefix="p")
    rows = [{name: each[name].value() for name in each.fields} for each in paragraphs.forms]
    return {
        "form": {name: form[name].value() for name in form.fields if name != "version"},
        "paragraphs": [row for row in rows if any(row.values())],
    }


def _confirmed(form: OldMinutesForm, paragraphs: Any, proposal: Proposal) -> Confirmed:
    given = form.cleaned_data
    kinds = {decision.text: decision.kind for each in proposal.paragraphs for decision in each.decisions}
    rows = [
        each.as_row(kinds)
        for each in paragraphs.forms
        if each.has_changed() or each.initial
        if each.cleaned_data and not each.cleaned_data.get("DELETE")
    ]
    return Confirmed(
        title=given["title"],
        held_on=given["held_on"],
        starts_at=given["starts_at"],
        ends_at=given["ends_at"],
        place=given["place"],
        paragraphs=tuple(rows),
        signed=given["signed"],
        adjusted_on=given["adjusted_on"],
        note=given["note"],
    )


def _about(old: OldMinutes, proposal: Proposal) -> dict[str, Any]:
    vacant = Municipality.objects.filter(code__in=proposal.vacant).in_swedish_order()
    return {
        "old": old,
        "proposal": proposal,
        "doubts": [{"kind": WEIGHTS[each.weight], "doubt": each} for each in proposal.doubts],
        "days": [day(each) for each in (proposal.held_on, *proposal.other_days) if each],
        "lists": [
            (_("Närvarande"), [_person(each) for each in proposal.present()]),
            (_("Adjungerade"), [_person(each) for each in proposal.coopted()]),
            (_("Frånvarande"), [_person(each) for each in proposal.absent()]),
            (_("Vakanta platser"), [str(each) for each in vacant]),
        ],
        "agenda_columns": [
            {"label": _("Punkt")},
            {"label": _("Typ")},
            {"label": _("Början")},
            {"label": _("Minuter"), "number": True},
        ],
        "agenda": [
            [f"{each.number}. {each.title}", each.type, each.starts_at, {"number": str(each.length)}]
            for each in proposal.agenda
        ],
        "agenda_length": sum(each.length for each in proposal.agenda),
        "crumbs": crumbs((_("Gamla protokoll"), reverse("old_minutes_list")), (old.filename, "")),
    }


def _person(person: Any) -> str:
    roles = [
        (person.is_chair, _("ordförande")),
        (person.is_secretary, _("sekreterare")),
        (person.is_adjuster, _("justerare")),
    ]
    said = ", ".join(word for holds, word in roles if holds)
    name = ", ".join(part for part in (person.function, person.organisation) if part)
    return f"{name} ({said})" if said else name


@require_safe
def old_minutes_original(request: StaffRequest, old_id: int) -> HttpResponse:
    """The file as it came: never as a page of ours."""
    old = get_or_404(request, OldMinutes, old_id, may=Permission.MINUTES_READ)
    kind, name = ("application/pdf", "original.pdf") if old.is_pdf else ("text/plain; charset=utf-8", "original.txt")
    return HttpResponse(
        bytes(old.content),
        content_type=kind,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox",
        },
    )


@require_POST
def old_minutes_discard(request: StaffRequest, old_id: int) -> HttpResponse:
    old = get_or_404(request, OldMinutes, old_id, may=Permission.MINUTES_EDIT)
    try:
        importing.discard(old, by=request.user)
        messages.success(request, _("Inläsningen är kastad. Filen finns inte kvar i portalen."))
    except NotNow as hindrance:
        messages.error(request, str(hindrance))
    return redirect("old_minutes_list")
