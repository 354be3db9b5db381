"""Leveransöverenskommelsen på papper: every section, both signatures, and what kind of signatures they are."""

from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from consortium import documents
from consortium.formats import moment
from deliveries import agreement_contents, signing
from deliveries.agreements import Side
from deliveries.engine import profile_name
from deliveries.models import SubmissionAgreement

TEMPLATE = Path(__file__).with_suffix(".typ")


def agreement_pdf(agreement: SubmissionAgreement) -> bytes:
    """In the language that is active."""
    shown = agreement_contents.sections(agreement, profile_name(agreement.profile))
    return documents.typeset(
        TEMPLATE,
        {
            "status": str(agreement.standing().label),
            "sections": [_section(each) for each in shown if not each.is_empty],
            "signatures_title": _("Underskrifter"),
            "signatures_heads": [_("Part"), _("Underskrift")],
            "signatures": [_signature(agreement, side) for side in Side],
            "explained": signing.service().explained(),
            "digest_label": _("Kontrollsumma för innehållet (SHA-256)"),
            "digest": agreement.digest(),
        },
        title=_("Leveransöverenskommelse"),
        reference=_("%(number)s, version %(version)s") % {"number": agreement.number, "version": agreement.version},
        publisher=agreement.owner.official_name,
        at=agreement.archive_signed_at or agreement.edited_at,
    )


def _section(shown: agreement_contents.Shown) -> dict[str, Any]:
    return {
        "title": shown.title,
        "facts": [[label, value] for label, value in shown.facts if value],
        "heads": shown.heads if shown.rows else [],
        "rows": shown.rows,
    }


def _signature(agreement: SubmissionAgreement, side: Side) -> list[str]:
    at = getattr(agreement, f"{side}_signed_at")
    if at is None:
        return [str(side.label), _("Inte undertecknad")]
    said = getattr(agreement, f"{side}_signature")
    who = said.get("function") or str(getattr(agreement, f"{side}_signed_by"))
    return [str(side.label), f"{who}, {moment(at)}"]
