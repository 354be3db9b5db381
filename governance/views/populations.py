"""Populations from a file: what it would change, then one button."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest
from consortium.formats import day, number, percent
from consortium.forms import sent_files
from consortium.methods import require_form_methods
from governance import populations
from governance.forms.members import PopulationFile
from governance.populations import NotConfirmable, Proposal, Row
from governance.views import finding
from governance.views.consortia import crumbs


@require_form_methods
def population_import(request: StaffRequest, consortium_id: int) -> HttpResponse:
    consortium = finding.consortium(request, consortium_id, may=Permission.MEMBERS_EDIT)
    form = PopulationFile(request.POST or None, sent_files(request) or None)
    context: dict[str, Any] = {
        "consortium": consortium,
        "form": form,
        "back": reverse("consortium", args=[consortium.pk]),
        "crumbs": crumbs(consortium, (_("Folkmängder från fil"), "")),
    }
    if request.method != "POST":
        return render(request, "governance/member_populations.html", context)
    if not form.is_valid():
        return render(request, "governance/member_populations.html", context, status=422)
    given = {"on": form.cleaned_data["on"], "source": form.cleaned_data["source"]}
    text = form.cleaned_data["text"]
    if "confirm" in request.POST:
        try:
            done = populations.confirm(text, place=consortium, by=request.user, **given)
        except NotConfirmable as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _done(done))
            return redirect("consortium", consortium.pk)
    proposal = populations.read(text, place=consortium, **given)
    context |= {"proposal": proposal, "text": text, "columns": _columns(), "rows": [_row(row) for row in proposal.rows]}
    return render(request, "governance/member_populations.html", context, status=422 if proposal.faults else 200)


def _done(proposal: Proposal) -> str:
    assert proposal.on
    words = ngettext(
        "Folkmängden för %(count)s kommun per den %(day)s är inläst, tillsammans %(total)s invånare.",
        "Folkmängden för %(count)s kommuner per den %(day)s är inläst, tillsammans %(total)s invånare.",
        len(proposal.rows),
    )
    return words % {"count": len(proposal.rows), "day": day(proposal.on), "total": number(proposal.total)}


def _columns() -> list[dict[str, Any]]:
    return [
        {"label": _("Kommun")},
        {"label": _("Folkmängd"), "number": True},
        {"label": _("Senast inläst"), "number": True},
        {"label": _("Skillnad"), "number": True},
        {"label": _("Att se på")},
    ]


def _row(row: Row) -> list[Any]:
    return [
        row.municipality.name,
        {"number": number(row.count)},
        {"number": number(row.before) if row.before is not None else "–"},
        {"number": _signed(row.change) if row.change is not None else "–"},
        {"kind": "warn", "label": _("Mer än tio procents skillnad")} if row.is_surprising else "–",
    ]


def _signed(change: float) -> str:
    sign = "+" if change > 0 else "−" if change < 0 else ""
    return f"{sign}{percent(abs(change), 1)}"
