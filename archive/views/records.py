"""The page of one record: what it is, where it belongs, its files, and how it has been kept. For everybody."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from archive.models import AIP, ArchivalUnit, ContentFile, PreservationEvent
from archive.views import content
from archive.views.public import not_for_robots
from archive.views.search_words import dates
from consortium import personal_numbers
from consortium.formats import day_in_text, number

PER_PAGE = 50
Kind = PreservationEvent.Kind


def find_public(unit_id: UUID) -> ArchivalUnit:
    """Hidden and missing are the same answer. A parent that is not public is as if it were not."""
    public = ArchivalUnit.objects.public()
    units = public.select_related("owner", "aip__records_creator").prefetch_related(Prefetch("parent", queryset=public))
    if found := units.filter(pk=unit_id).first():
        return found
    raise Http404(_("Sidan finns inte."))


@login_not_required
@require_safe
def record(request: HttpRequest, unit_id: UUID) -> HttpResponse:
    unit = find_public(unit_id)
    children = ArchivalUnit.objects.public().filter(parent=unit)
    context = about(request, unit, children, "record")
    context["files"] = [_file(unit, file) for file in unit.files.order_by("path")]
    return not_for_robots(render(request, "archive/record.html", context))


@login_not_required
@require_safe
def record_view(request: HttpRequest, unit_id: UUID, file_id: int) -> HttpResponse:
    """A PDF or a picture inside a page of ours, shut in a frame."""
    unit, file = _found(unit_id, file_id)
    if not content.may_be_shown(file):
        raise Http404(_("Sidan finns inte."))
    path = reverse("record_file", args=[unit.pk, file.pk])
    shown = {
        "unit": unit,
        "name": content.file_name(file),
        "source": content.url(request, path),
        "save": f"{path}?spara=1",
    }
    return not_for_robots(
        render(request, "archive/record_view.html", {**shown, "back": reverse("record", args=[unit.pk])})
    )


@login_not_required
@require_safe
def record_file(request: HttpRequest, unit_id: UUID, file_id: int) -> HttpResponseBase:
    _unit, file = _found(unit_id, file_id)
    return content.serve(request, file, save="spara" in request.GET)


def _found(unit_id: UUID, file_id: int) -> tuple[ArchivalUnit, ContentFile]:
    unit = find_public(unit_id)
    file = unit.files.select_related("aip").filter(pk=file_id).first()
    if file is None:
        raise Http404(_("Sidan finns inte."))
    return unit, file


def _file(unit: ArchivalUnit, file: ContentFile) -> dict[str, Any]:
    page = "record_view" if content.may_be_shown(file) else "record_file"
    save = reverse("record_file", args=[unit.pk, file.pk]) + "?spara=1"
    return {
        "name": content.file_name(file),
        "url": reverse(page, args=[unit.pk, file.pk]),
        "format": content.format_name(file),
        "size": file.size,
        "download_url": save,
    }


def about(request: HttpRequest, unit: ArchivalUnit, children: QuerySet[ArchivalUnit], page_name: str) -> dict[str, Any]:
    """What the record page says, for those who may see these children."""
    level = unit.get_level_display()
    return {
        "unit": unit,
        "eyebrow": f"{unit.kind or level} {unit.reference}".strip(),
        "crumbs": _crumbs(unit, page_name),
        "facts": _facts(unit),
        "tree": _tree(unit, page_name),
        "children": Paginator(children.order_by("position", "place_in_aip"), PER_PAGE).get_page(
            request.GET.get("sida")
        ),
        "children_page": page_name,
        "citation": _citation(unit),
        "events": history(unit.aip),
    }


def _crumbs(unit: ArchivalUnit, page_name: str) -> list[tuple[str, str]]:
    search_page = reverse("search" if page_name == "record" else "staff_search")
    above = [(unit.parent.title, reverse(page_name, args=[unit.parent.pk]))] if unit.parent else []
    here = unit.reference or unit.get_level_display()
    return [(_("Sök"), search_page), (str(unit.owner), f"{search_page}?kommun={unit.owner_id}"), *above, (here, "")]


def _facts(unit: ArchivalUnit) -> list[tuple[str, str]]:
    return [
        (_("Kommun"), str(unit.owner)),
        (_("Arkivbildare"), str(unit.aip.records_creator)),
        (_("Diarienummer"), unit.reference),
        (_("Typ"), unit.kind),
        (_("Fastighet"), unit.property_designation),
        (_("Datum"), dates(unit)),
        (_("Leverans"), _label(unit.aip)),
    ]


def _tree(unit: ArchivalUnit, page_name: str) -> list[dict[str, Any]]:
    """Municipality → records creator → delivery → case → document."""
    here: dict[str, Any] = {"label": unit.title, "current": True, "level": unit.get_level_display()}
    if unit.parent:
        url = reverse(page_name, args=[unit.parent.pk])
        level = unit.parent.get_level_display()
        here = {"label": unit.parent.title, "url": url, "level": level, "children": [here]}
    delivery = {"label": _label(unit.aip) or unit.aip.number, "level": _("leverans"), "children": [here]}
    creator = {"label": str(unit.aip.records_creator), "level": _("arkivbildare"), "children": [delivery]}
    return [{"label": str(unit.owner), "level": _("kommun"), "children": [creator]}]


def _label(aip: AIP) -> str:
    """What the producer called the package, unless a person got into it."""
    return "" if personal_numbers.holds_one(aip.label) else aip.label


def _citation(unit: ArchivalUnit) -> dict[str, str]:
    parts = (str(unit.owner), str(unit.aip.records_creator), unit.reference, unit.title)
    where = f"{settings.SITE_URL.rstrip('/')}{reverse('record', args=[unit.pk])}"
    today = day_in_text(timezone.localdate())
    return {"text": ", ".join(part for part in parts if part), "url": where, "read": today}


def history(aip: AIP) -> list[dict[str, Any]]:
    """What has happened to the package, in plain words; nothing of where it is stored or who handled it."""
    events = list(PreservationEvent.objects.filter(aip_id=aip.pk).order_by("at", "id"))
    events += PreservationEvent.objects.filter(sip_id=aip.sip_id, aip_id=None).order_by("at", "id")
    copies = [event for event in events if event.kind == Kind.REPLICATION and event.outcome == "success"]
    checks = [event for event in events if event.kind == Kind.FIXITY_CHECK and event.outcome == "success"]
    said = {
        Kind.RECEPTION: _("Kommunen lämnade paketet till e-arkivet."),
        Kind.VALIDATION: _("Paketet kontrollerades: varje fil finns, är hel och stämmer med sin kontrollsumma."),
        Kind.INGESTION: _("E-arkivet tog över ansvaret för paketet."),
        Kind.REPAIR: _("En skadad kopia ersattes från en hel."),
    }
    told = [(event.at, said[Kind(event.kind)]) for event in events if event.kind in said and event.outcome == "success"]
    if copies:
        sentence = ngettext(
            "%(n)s kopia skrevs och lästes tillbaka.", "%(n)s kopior skrevs och lästes tillbaka.", len(copies)
        )
        told.append((copies[-1].at, sentence % {"n": number(len(copies))}))
    if checks:
        told.append((checks[-1].at, _("Kopiorna lästes om och var oförändrade.")))
    return [{"at": at, "label": label} for at, label in sorted(told)]
