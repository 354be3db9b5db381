"""Valideringsrapporten på papper: the verdict first, then each rule with its places and how to mend them."""

from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from archive.judgement import Judgement, ReadGroup, severity_label
from archive.models import ValidationReport
from archive.packages import texts
from archive.packages.report import Severity
from consortium import documents
from consortium.formats import moment, number, size

PLACES_SHOWN = 50
TEMPLATE = Path(__file__).with_suffix(".typ")


def report_pdf(report: ValidationReport) -> bytes:
    """In the language that is active."""
    judgement, sip = Judgement(report), report.sip
    reference = f"{sip.number}, {_('omgång')} {report.round}"
    return documents.typeset(
        TEMPLATE,
        {
            "verdict": judgement.sentence,
            "counts_heads": [_("Allvar"), _("Antal")],
            "counts": [[stat["label"], number(stat["value"])] for stat in judgement.stats()],
            "package_title": _("Paketet"),
            "facts": _facts(judgement),
            "sections": _sections(judgement),
            "place_heads": [_("Ställe"), _("Vad som fanns där")],
            "mend_title": _("Så rättar du:"),
            "mended_title": _("Rättat sedan förra omgången"),
            "mended": [f"{group.title} ({group.rule_id})" for group in judgement.mended()],
            "changes_title": _("Avvikelser från profilen enligt överenskommelsen"),
            "changes": list(judgement.report.changes),
        },
        title=_("Valideringsrapport"),
        reference=reference,
        publisher=_("Samarkiv, e-arkivet för %(name)s") % {"name": sip.owner.official_name},
        at=report.finished_at,
    )


def _facts(judgement: Judgement) -> list[list[str]]:
    row, report = judgement.row, judgement.report
    sip, facts = row.sip, report.facts
    return [
        [_("Leverans"), f"{sip.number}, {sip.filename}"],
        [_("Kommun"), sip.owner.official_name],
        [_("Överenskommelse"), f"{sip.agreement.number}, {sip.agreement.system}"],
        [_("Kontrollerad"), moment(row.finished_at)],
        [_("Profil"), f"{row.profile}, {report.profile_version}"],
        [_("Identitet (OBJID)"), facts.objid or "–"],
        [_("Benämning"), facts.label or "–"],
        [_("Innehåll"), _("%(files)s filer, %(size)s") % {"files": number(facts.files), "size": size(facts.bytes)}],
        [_("Virusskydd"), judgement.scanned],
        [_("Paketets SHA-256"), sip.sha256, "digest"],
    ]


def _sections(judgement: Judgement) -> list[dict[str, Any]]:
    """One section for each severity that has anything in it, what stops first."""
    groups = judgement.groups()
    return [
        {"title": severity_label(severity), "groups": [_group(group) for group in found]}
        for severity in Severity
        if (found := [group for group in groups if group.group.severity == severity])
    ]


def _group(each: ReadGroup) -> dict[str, Any]:
    places = ngettext("%(n)s ställe", "%(n)s ställen", each.count) % {"n": number(each.count)}
    said = [each.rule_id, places, _("rättas av: %(who)s") % {"who": each.who}, each.change]
    kept = list(each.group.findings)[:PLACES_SHOWN]
    left = each.count - len(kept)
    return {
        "title": each.title,
        "line": " · ".join(part for part in said if part),
        "why": each.why,
        "mend": each.mend,
        "example": each.example,
        "places": [
            [place["where"], texts.message(finding, each.language)]
            for place, finding in zip(each.places(), kept, strict=False)
        ],
        "more": _("och %(n)s ställen till") % {"n": number(left)} if left else "",
    }
