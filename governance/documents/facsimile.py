"""A text file as it came, set line by line, for minutes whose original was never a PDF."""

from pathlib import Path

from django.utils.translation import gettext as _

from consortium import documents
from consortium.formats import moment
from governance.models import OldMinutes
from governance.old_minutes.source import decoded

TEMPLATE = Path(__file__).with_suffix(".typ")


def facsimile_pdf(old: OldMinutes) -> bytes:
    return documents.typeset(
        TEMPLATE,
        {
            "facts": [
                [_("Fil"), old.filename],
                [_("Inläst"), moment(old.uploaded_at)],
                [_("SHA-256"), old.sha256, "digest"],
            ],
            "lines": decoded(bytes(old.content)).expandtabs(4).splitlines(),
        },
        title=_("Avskrift av inläst protokoll"),
        reference=str(old.body),
        publisher=str(old.place),
        at=old.uploaded_at,
    )
