"""What the pages about systems have in common: tabs, whose consortium it is, and what is said when two people write."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Model, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from consortium import sheets
from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand
from consortium.formats import number
from consortium.swedish import swedish_order
from deliveries import sharing
from governance.models import Consortium, Municipality

TABS = ("systems", "inventory", "shared_systems", "prioritisation", "plans")


def tabs(current: str) -> list[dict[str, Any]]:
    labels = {
        "systems": _("System"),
        "inventory": _("Inventering"),
        "shared_systems": _("Delade system"),
        "prioritisation": _("Prioritering"),
        "plans": _("Leveransplaner"),
    }
    return [{"label": labels[name], "url": reverse(name), "current": name == current} for name in TABS]


def consortia(request: StaffRequest) -> QuerySet[Consortium]:
    """Those the reader works in, directly or through a municipality."""
    return Consortium.objects.within_reach(request.user, Permission.PROJECT_READ).order_by(swedish_order("name"))


def consortium(request: StaffRequest) -> Consortium:
    """The one asked for with `?konsortium=`, else the first; 404 where the reader works in none."""
    chosen = consortium_or_none(request)
    if chosen is None:
        raise Http404(_("Sidan finns inte."))
    return chosen


def consortium_or_none(request: StaffRequest) -> Consortium | None:
    """A municipality that has left keeps its own pages."""
    found, asked = consortia(request), request.GET.get("konsortium", "")
    return found.filter(slug=asked).first() if asked else found.first()


def outside(request: StaffRequest, current: str, title: str) -> HttpResponse:
    """The tab of a joint matter, for those whose municipality takes part in no consortium now."""
    if request.GET.get("konsortium"):
        raise Http404(_("Sidan finns inte."))
    return render(request, "deliveries/system_outside.html", {"tabs": tabs(current), "title": title})


def holders_here(request: StaffRequest) -> dict[int, sharing.SharedSystem]:
    here = consortium_or_none(request)
    return sharing.holders(here) if here else {}


def consortium_choices(request: StaffRequest, chosen: Consortium) -> list[dict[str, Any]]:
    """For a select, when there is anything to choose."""
    found = list(consortia(request))
    return [{"value": each.slug, "label": each.name, "chosen": each == chosen} for each in found] if found[1:] else []


def municipality_or_404(request: StaffRequest, code: str, *, may: Permission) -> Municipality:
    readable = Municipality.objects.where_may(request.user, Permission.PROJECT_READ)
    found = readable.filter(code=code).first()
    if found is None:
        raise Http404(_("Sidan finns inte."))
    demand(request, may, found)
    return found


def may_edit(request: StaffRequest, place: policy.Container) -> bool:
    return policy.may(request.user, Permission.PROJECT_EDIT, place)


def table_file(kind: str, name: str, heads: Sequence[object], rows: Sequence[Sequence[sheets.Cell]]) -> HttpResponse:
    content = sheets.to_xlsx(name, heads, rows) if kind == "xlsx" else sheets.to_csv(heads, rows)
    named = f'attachment; filename="{name}.{kind}"'
    content_type = sheets.XLSX if kind == "xlsx" else sheets.CSV
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": named})


def address(name: str, args: Sequence[Any] = (), **query: Any) -> str:
    """A page with what is asked of it, without what is not."""
    asked = {key: value for key, value in query.items() if value not in ("", None)}
    return reverse(name, args=args) + (f"?{urlencode(asked, doseq=True)}" if asked else "")


def both_texts(
    form: forms.BaseForm, current: Model, words: Mapping[str, str] | None = None
) -> list[tuple[str, str, str]]:
    """Where the writer's text differs from what somebody else saved meanwhile: field, the writer's, the other's."""
    theirs = {**_words(current), **(words or {})}
    mine = {**_words(_like(current, form)), **{name: str(form.cleaned_data.get(name, "")) for name in words or {}}}
    return [
        (str(form.fields[name].label), mine.get(name, ""), theirs.get(name, ""))
        for name in form.fields
        if name != "revision" and mine.get(name) != theirs.get(name)
    ]


def _like(current: Model, form: forms.BaseForm) -> Model:
    names = {field.attname for field in current._meta.concrete_fields}
    return type(current)(**{name: value for name, value in form.cleaned_data.items() if name in names})


def _words(row: Model) -> dict[str, str]:
    said = {}
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        display = getattr(row, f"get_{field.attname}_display", None)
        if isinstance(value, bool):
            said[field.attname] = _("ja") if value else _("nej")
        elif isinstance(value, Decimal):
            said[field.attname] = number(value.normalize())
        elif isinstance(value, list):
            said[field.attname] = ", ".join(map(str, value)) or "–"
        else:
            said[field.attname] = str(display() if display else value if value is not None else "") or "–"
    return said


def with_revision(form: forms.BaseForm, revision: int) -> forms.BaseForm:
    """The same form with the number of what is saved now, so that saving it once more is a decision."""
    data = form.data.copy()  # type: ignore[attr-defined]
    data[form.add_prefix("revision")] = str(revision)
    form.data = data
    return form
