"""Recept: what is known of each system's export. Open to everybody, since suppliers have no account here."""

import csv
import json
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consortium.access import policy
from consortium.access.permissions import Permission
from deliveries import agreement_contents as contents
from deliveries import recipes
from deliveries.engine import profile_name
from deliveries.models import SourceSystem, SubmissionAgreement
from deliveries.recipes import Recipe

SHOWN = (contents.FORMATS, contents.OBJECT_TYPES, contents.MAPPING, contents.VOLUMES, contents.CALENDAR)


@login_not_required
@require_safe
def recipe_list(request: HttpRequest) -> HttpResponse:
    context = {
        "base": _base(request),
        "columns": [{"label": _("Recept")}, {"label": _("Export")}, {"label": _("Form")}, {"label": _("Sekretess")}],
        "rows": [_row(recipe) for recipe in recipes.everything().values()],
    }
    return render(request, "deliveries/recipe_list.html", context)


def _base(request: HttpRequest) -> str:
    return "staff.html" if request.user.is_authenticated else "public.html"


def known_tag(recipe: Recipe) -> dict[str, str]:
    if recipe.known:
        return {"kind": "good", "label": _("Exporten är känd")}
    return {"kind": "neutral", "label": _("Exporten är inte känd")}


def form_name(recipe: Recipe) -> str:
    names = {"erms": _("FGS Ärendehantering"), "vendor_xml": _("Leverantörens XML"), "files": _("Filer med tabell")}
    return names[recipe.form]


def _row(recipe: Recipe) -> list[Any]:
    return [
        {"label": recipe.name, "url": reverse("recipe", args=[recipe.slug])},
        {**known_tag(recipe), "label": _("Känd") if recipe.known else _("Inte känd")},
        form_name(recipe),
        recipe.secrecy,
    ]


@login_not_required
@require_safe
def recipe(request: HttpRequest, slug: str) -> HttpResponse:
    found = _found(slug)
    example = SubmissionAgreement(**found.terms())
    sections = [shown for table in SHOWN if not (shown := contents.shown(example, table)).is_empty]
    systems = SourceSystem.objects.filter(pk__in=[each.pk for each in _systems(found)]).in_swedish_order()
    context = {
        "base": _base(request),
        "recipe": found,
        "status": known_tag(found),
        "facts": [
            (_("Form"), form_name(found)),
            (_("Paketprofil"), profile_name(found.profile)),
            (_("Omfattning"), found.scope),
            (_("Sekretess i regel"), found.secrecy),
            (
                _("Utan sekretessuppgift"),
                _("blir handlingarna offentliga") if found.public_by_default else _("prövas handlingarna av arkivarie"),
            ),
        ],
        "sections": sections,
        "sample": list(csv.reader(found.sample.table.strip().splitlines(), delimiter=";")),
        "sample_xml": found.sample.xml.strip(),
        "systems": systems,
        "may_draft": policy.may_anywhere(request.user, Permission.AGREEMENT_EDIT),
        "crumbs": [(_("Recept"), reverse("recipes")), (found.name, "")],
    }
    return render(request, "deliveries/recipe_detail.html", context)


def _systems(found: Recipe) -> list[SourceSystem]:
    everything = SourceSystem.objects.prefetch_related("aliases")
    return [system for system in everything if recipes.for_system(system).slug == found.slug]


@login_not_required
@require_safe
def recipe_profile(request: HttpRequest, slug: str) -> HttpResponse:
    """For the engine's command line, so that a supplier can check before anything is agreed."""
    found = _found(slug)
    content = json.dumps(found.engine_profile(), ensure_ascii=False, indent=1).encode()
    name = f"profil-{found.slug}.json"
    return HttpResponse(
        content,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _found(slug: str) -> Recipe:
    try:
        return recipes.get(slug)
    except recipes.UnknownRecipe:
        raise Http404(_("Receptet finns inte.")) from None
