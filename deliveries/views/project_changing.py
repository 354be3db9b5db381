"""Changing and taking away what was written in a project: milestones, lines of the log, documents.

Whoever saves second is shown both texts; whoever takes away is asked first, about the version that was seen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from consortium import formats
from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand
from consortium.forms import sent_files
from consortium.methods import require_form_methods
from consortium.models import User
from deliveries import correcting, journal
from deliveries.editing import ChangedMeanwhile
from deliveries.forms import projects as project_forms
from deliveries.models import DeliveryProject, LogEntry, Milestone, ProjectDocument
from deliveries.project_refusals import Refused
from deliveries.views import project_words as words
from deliveries.views.system_frame import with_revision

Act = Callable[[Any, dict[str, Any], User], object]


@dataclass(frozen=True)
class Change:
    """Something that can be changed and taken away: its form, how it stands, its words and its acts."""

    model: type[Any]
    form: type[forms.Form]
    initial: Callable[[Any], dict[str, Any]]  # of the row, or of what somebody else saved meanwhile
    revision: Callable[[Any], int]
    title: str | Promise
    submit: str | Promise
    said: str | Promise
    act: Act
    removal: str | Promise
    warning: str | Promise
    removed: str | Promise
    remove: Act
    kept: tuple[str, ...] = ()  # columns that are empty while it is there


def _milestone(row: Milestone) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "label": row.label,
        "planned": row.planned_on and (row.planned_on, row.planned_precision),
        "reached": row.reached_on and (row.reached_on, row.reached_precision),
    }


def _line(row: Any) -> dict[str, Any]:
    """The last wording: of the entry, or of its newest correction."""
    newest = row.corrections.last() if isinstance(row, LogEntry) else None
    return {"text": (newest or row).text}


def _document(row: ProjectDocument) -> dict[str, Any]:
    newest = correcting.newest_version(row)
    about = (newest.filename, formats.size(newest.size), formats.moment(newest.at), str(newest.by or "Samarkiv"))
    return {"title": newest.title, "file": ", ".join(about)}


def _new_version(row: ProjectDocument, data: dict[str, Any], by: User) -> object:
    upload = data["file"]
    content = upload.read(journal.DOCUMENT_MAX_BYTES + 1)
    return correcting.replace_document(row, data["title"], upload.name, content, seen=data["revision"], by=by)


CHANGES: dict[str, Change] = {
    "milstolpe": Change(
        Milestone,
        project_forms.MilestoneChangeForm,
        _milestone,
        lambda row: row.revision,
        gettext_lazy("Ändra milstolpen"),
        gettext_lazy("Spara milstolpen"),
        gettext_lazy("Milstolpen är ändrad."),
        lambda row, data, by: correcting.change_milestone(row, **_seen(data), by=by),
        gettext_lazy("Ta bort milstolpen"),
        gettext_lazy("Den försvinner ur projektet och ur slutrapporten. Det går inte att ångra."),
        gettext_lazy("Milstolpen är borttagen."),
        lambda row, data, by: correcting.remove_milestone(row, seen=data["revision"], by=by),
    ),
    "anteckning": Change(
        LogEntry,
        project_forms.CorrectionForm,
        _line,
        lambda row: (row if isinstance(row, LogEntry) else row.entry).corrections.count(),
        gettext_lazy("Rätta anteckningen"),
        gettext_lazy("Spara rättelsen"),
        gettext_lazy("Rättelsen är sparad. Det som stod från början står kvar."),
        lambda row, data, by: correcting.correct(row, data["text"], seen=data["revision"], by=by),
        gettext_lazy("Ta bort anteckningen"),
        gettext_lazy("I loggen står sedan att en anteckning är borttagen, när och av vilken funktion."),
        gettext_lazy("Anteckningen är borttagen."),
        lambda row, data, by: correcting.remove_entry(row, by=by),
        kept=("removed_at",),
    ),
    "dokument": Change(
        ProjectDocument,
        project_forms.DocumentVersionForm,
        _document,
        lambda row: correcting.newest_version(row).number,
        gettext_lazy("Ny version av dokumentet"),
        gettext_lazy("Spara den nya versionen"),
        gettext_lazy("Den nya versionen är sparad. De tidigare finns kvar under dokumentet."),
        _new_version,
        gettext_lazy("Ta bort dokumentet"),
        gettext_lazy("Dokumentet försvinner med alla sina versioner. Du hittar det under Borttagna dokument."),
        gettext_lazy("Dokumentet är borttaget. Det kan återställas under Borttagna dokument."),
        lambda row, data, by: correcting.remove_document(row, seen=data["revision"], by=by),
        kept=("removed_at", "first__removed_at"),
    ),
}


def _seen(data: dict[str, Any]) -> dict[str, Any]:
    return {"seen" if name == "revision" else name: value for name, value in data.items()}


@require_form_methods
def project_change(request: StaffRequest, project_id: int, what: str, row_id: int) -> HttpResponse:
    project, change, row = _found(request, project_id, what, row_id)
    initial = change.initial(row) | {"revision": change.revision(row)}
    form = change.form(request.POST, sent_files(request)) if request.method == "POST" else change.form(initial=initial)
    differences: list[list[str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            change.act(row, form.cleaned_data, request.user)
        except ChangedMeanwhile as meanwhile:
            differences = words.differences(form, change.form(initial=change.initial(meanwhile.current)))
            with_revision(form, change.revision(meanwhile.current))
            form.add_error(None, _("Någon annan har sparat medan du skrev. Jämför texterna och spara igen."))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, str(change.said))
            return redirect(words.page_of(project, row.municipality))
    return words.project_form_page(
        request, project, row.municipality, form, change.title, change.submit, differences=differences
    )


@require_form_methods
def project_remove(request: StaffRequest, project_id: int, what: str, row_id: int) -> HttpResponse:
    project, change, row = _found(request, project_id, what, row_id)
    page = words.page_of(project, row.municipality)
    form = project_forms.RemovalForm(request.POST or None, initial={"revision": change.revision(row)})
    if request.method == "POST" and form.is_valid():
        try:
            change.remove(row, form.cleaned_data, request.user)
        except ChangedMeanwhile as meanwhile:
            row = meanwhile.current
            with_revision(form, change.revision(row))
            form.add_error(
                None, _("Någon annan har ändrat den medan du läste. Så heter den nu: %(row)s.") % {"row": row}
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, str(change.removed))
            return redirect(page)
    title = f"{change.removal}: {row}"
    return render(
        request,
        "deliveries/project_step.html",
        {
            "project": project,
            "step": {"text": change.warning, "submit": change.removal, "danger": True},
            "form": form,
            "title": title,
            "cancel_url": page,
            "crumbs": [(_("Leveransprojekt"), reverse("board")), (project.name, page), (str(change.removal), "")],
        },
        status=422 if form.errors else 200,
    )


@require_POST
def restore_document(request: StaffRequest, project_id: int, document_id: int) -> HttpResponse:
    project = words.project_or_404(request, project_id)
    rows = ProjectDocument.objects.visible_to(request.user).filter(project=project).defer("content")
    row = get_object_or_404(rows, pk=document_id)
    _demand(request, project, row)
    correcting.restore_document(row, by=request.user)
    messages.success(request, _("%(title)s är återställt.") % {"title": row.title})
    return redirect(words.page_of(project, row.municipality))


def _found(request: StaffRequest, project_id: int, what: str, row_id: int) -> tuple[DeliveryProject, Change, Any]:
    """What is taken away has no page; who was writing about it meanwhile is told by the act, and keeps the text."""
    project, change = words.project_or_404(request, project_id), CHANGES.get(what)
    if change is None:
        raise Http404(_("Sidan finns inte."))
    rows = change.model.objects.visible_to(request.user).filter(project=project)
    if request.method != "POST":
        rows = rows.filter(**dict.fromkeys(change.kept))
    row = get_object_or_404(rows.select_related("municipality"), pk=row_id)
    _demand(request, project, row)
    if isinstance(row, LogEntry) and row.by_id != request.user.pk:
        raise PermissionDenied(_("Bara den som skrev anteckningen rättar eller tar bort den."))
    return project, change, row


def _demand(request: StaffRequest, project: DeliveryProject, row: Any) -> None:
    if row.municipality:
        demand(request, Permission.PROJECT_EDIT, row.municipality)
    else:
        words.demand_jointly(request, project)
