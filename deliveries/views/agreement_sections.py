"""Writing in the draft, section by section. Two who write at once are told, and both texts are shown."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.forms import BaseFormSet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, get_or_404
from consortium.methods import require_form_methods
from deliveries import agreement_contents as contents
from deliveries import agreements
from deliveries.agreement_contents import Table
from deliveries.engine import profile_name, the_engine
from deliveries.models import SubmissionAgreement
from deliveries.views import agreement_forms as written
from deliveries.views.agreement_forms import RowForm

BASICS = "grund"
TABLES = {table.slug: table for table in contents.EDITABLE_TABLES}


@dataclass
class Section:
    """One section being written: perhaps a form, perhaps rows."""

    slug: str
    title: str
    lead: str
    form: forms.Form | None
    rows: "BaseFormSet[RowForm] | None" = None
    table: Table | None = None

    def is_valid(self) -> bool:
        fine = self.form.is_valid() if self.form else True
        return (self.rows.is_valid() if self.rows else True) and fine

    def changes(self, agreement: SubmissionAgreement) -> dict[str, Any]:
        said = self.form.cleaned_data if self.form else {}
        if self.table is None or self.rows is None:
            return said
        kept = written.kept_rows(self.rows)
        if self.table is contents.MAPPING:
            return {"mapping": contents.value_of(agreement, self.table, kept, files=said.pop("which"), **said)}
        return {self.table.field: contents.value_of(agreement, self.table, kept), **said}

    def errors(self) -> list[tuple[str, str, str]]:
        """(id of the field, its name, sentence) for the summary above the form."""
        found = []
        for number, form in enumerate([self.form, *(self.rows.forms if self.rows else [])]):
            for field in form or ():
                where = f"{self.table.one} {number}, {field.label}" if number and self.table else str(field.label)
                found += [(field.id_for_label, where, str(error)) for error in field.errors]
        return found


def _section(slug: str, agreement: SubmissionAgreement, data: Any = None) -> Section:
    if slug == BASICS:
        return Section(slug, _("Leveransen"), "", written.BasicsForm(agreement, data))
    if slug not in TABLES:
        raise Http404(_("Sidan finns inte."))
    table = TABLES[slug]
    rows = written.rows_formset(table, contents.rows_of(agreement, table), data)
    form: forms.Form | None = None
    if table is contents.FORMATS:
        form = written.FormatsForm(data, initial={"formats_otherwise": agreement.formats_otherwise})
    if table is contents.MAPPING:
        places = {level: agreement.mapping.get(level, {}).get("path", "") for level in ("record", "document")}
        form = written.PlacesForm(data, initial={"which": agreement.mapping.get("files", ""), **places})
    return Section(slug, str(table.title), str(table.lead), form, rows, table)


@require_form_methods
def edit_agreement(request: StaffRequest, agreement_id: int, slug: str) -> HttpResponse:
    agreement = get_or_404(request, SubmissionAgreement, agreement_id, may=Permission.AGREEMENT_EDIT)
    if not agreement.is_draft:
        messages.error(request, _("Överenskommelsen är undertecknad och ändras inte längre."))
        return redirect("agreement", agreement.pk)
    if request.method != "POST":
        return _page(request, agreement, _section(slug, agreement))
    if "more" in request.POST:
        return _page(request, agreement, _section(slug, agreement, written.with_more_rows(request.POST)), silent=True)
    section = _section(slug, agreement, request.POST)
    if not section.is_valid():
        return _page(request, agreement, section, status=422)
    revision = request.POST.get("revision", "")
    try:
        agreements.change(
            agreement,
            section.changes(agreement),
            revision=int(revision) if revision.isdecimal() else 0,
            by=request.user,
        )
    except agreements.ChangedMeanwhile as told:
        return _page(request, told.theirs, section, status=409, conflict=str(told))
    except agreements.AgreementRefusal as refusal:
        messages.error(request, str(refusal))
        return _page(request, agreement, section, status=422)
    messages.success(request, _("Avsnittet ”%(title)s” är sparat.") % {"title": section.title})
    return redirect(reverse("agreement", args=[agreement.pk]) + f"#{slug}")


def _page(
    request: StaffRequest,
    agreement: SubmissionAgreement,
    section: Section,
    *,
    status: int = 200,
    conflict: str = "",
    silent: bool = False,
) -> HttpResponse:
    """`agreement` is how it stands; the section holds what the person wrote."""
    for number, row in enumerate(section.rows.forms if section.rows else ()):
        row.dress(first=number == 0)
    theirs = [
        shown
        for shown in contents.sections(agreement, profile_name(agreement.profile))
        if conflict and shown.slug == section.slug
    ]
    context = {
        "agreement": agreement,
        "section": section,
        "errors": [] if silent else section.errors() if status != 200 else [],
        "conflict": conflict,
        "theirs": theirs[0] if theirs else None,
        "rules": the_engine().rules(agreement.profile) if section.table is contents.CHANGES else (),
        "crumbs": [
            (_("Överenskommelser"), reverse("agreements")),
            (agreement.number, reverse("agreement", args=[agreement.pk])),
            (section.title, ""),
        ],
    }
    return render(request, "deliveries/agreement_edit.html", context, status=status)
