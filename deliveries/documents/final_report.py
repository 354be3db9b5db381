"""Slutrapporten på papper: what a delivery project came to, for all members to learn from. No content, no persons."""

from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consortium import documents
from consortium.formats import day, moment_in_table, money, number
from consortium.precision import in_words
from deliveries.closing import FinalReport, PartReport
from deliveries.models import Cost, DeliveryProject
from deliveries.models.phases import phase_words

TEMPLATE = Path(__file__).with_suffix(".typ")


def final_report_pdf(report: FinalReport) -> bytes:
    """In the language that is active."""
    project = report.project
    return documents.typeset(
        TEMPLATE,
        {
            "facts": facts(project),
            "parts": [_part(each) for each in report.parts],
            "no_parts": "" if report.parts else _("Inga kommuner är angivna."),
            "listeners": ", ".join(part.municipality.name for part in report.observers),
            "listeners_title": _("Har lyssnat"),
            "texts": [
                {"title": _("Lärdomar"), "text": project.lessons or _("Inget är skrivet än.")},
                {"title": _("Återanvändbart för andra"), "text": project.reusable or _("Inget är skrivet än.")},
            ],
        },
        title=_("Slutrapport: %(name)s") % {"name": project.name},
        reference=str(project.get_status_display()),
        publisher=str(project.consortium),
        at=timezone.now(),
    )


def facts(project: DeliveryProject) -> list[list[str]]:
    """Facts that are known; the others are left out."""
    cost = money(project.cost_amount) if project.cost == Cost.EXTRA and project.cost_amount is not None else ""
    dates = [
        in_words(on, precision) if on else ""
        for on, precision in (
            (project.started_on, project.started_precision),
            (project.ended_on, project.ended_precision),
        )
    ]
    rows = [
        [_("System"), project.system.name],
        [_("Läge"), str(project.get_status_display())],
        [_("Fas"), phase_words(project.phase)],
        [_("Startade"), dates[0]],
        [_("Avslutades"), dates[1]],
        [_("Kostnad"), cost or str(project.get_cost_display())],
        [_("Nyttor"), ", ".join(project.benefit_names)],
        [_("Anteckning"), project.note],
    ]
    return [row for row in rows if row[1]]


def _part(each: PartReport) -> dict[str, Any]:
    part = each.part
    counts = [
        [
            str(row.get_what_display()),
            number(row.in_source),
            number(row.left_out),
            number(row.archived),
            _("Stämmer") if row.adds_up else _("Stämmer inte"),
        ]
        for row in each.counts
    ]
    rounds = [
        [
            str(round_.delivery.get_kind_display()),
            number(round_.number),
            round_.delivery.number,
            moment_in_table(round_.delivery.received_at),
            str(round_.newest.get_kind_display()) if round_.newest else "–",
        ]
        for round_ in (*each.tests, *each.production)
    ]
    samples = ngettext("%(n)s stickprov stämmer.", "%(n)s stickprov stämmer.", each.samples_equal)
    return {
        "title": part.municipality.official_name,
        "sentence": " ".join(
            [
                _("Läge: %(status)s.") % {"status": part.get_status_display()},
                _("Avslutades %(day)s.") % {"day": day(part.ended_on)} if part.ended_on else "",
                samples % {"n": number(each.samples_equal)},
                _("Kvittenser: %(numbers)s.") % {"numbers": ", ".join(each.receipts)} if each.receipts else "",
            ]
        ),
        "rounds_heads": [_("Slag"), _("Omgång"), _("Leverans"), _("Mottagen"), _("Utfall")],
        "rounds": rounds,
        "counts_heads": [_("Räknat"), _("I källsystemet"), _("Ska inte arkiveras"), _("I arkivet"), _("Avstämning")],
        "counts": counts,
    }
