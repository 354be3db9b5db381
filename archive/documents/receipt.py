"""Kvittensen på papper: whose package was taken into custody, where its copies are, and each file with its digest."""

from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from archive import receipts
from archive.models import Receipt
from consortium import documents
from consortium.formats import moment, moment_in_table, number, size

MOST_OBJECTS = 2000
TEMPLATE = Path(__file__).with_suffix(".typ")


def receipt_pdf(receipt: Receipt) -> bytes:
    """In the language that is active. A delivery of very many files is listed in full in the JSON receipt only."""
    said = receipt.document
    return documents.typeset(
        TEMPLATE,
        {**_words(said), "facts": _facts(receipt), "copies": _copies(said), "objects": _objects(receipt)},
        title=_("Kvittens %(number)s") % {"number": receipt.number},
        reference=receipt.number,
        publisher=_("Samarkiv, e-arkivet för %(name)s") % {"name": said["municipality"]["name"]},
        at=receipt.issued_at,
    )


def _words(said: dict[str, Any]) -> dict[str, Any]:
    files = said["files"]
    return {
        "sentence": _(
            "Leveransen är mottagen och bevaras nu i arkivet. Alla filer är kontrollerade och lagrade i lika kopior, "
            "som har lästs tillbaka. Arkivet ansvarar från och med nu för handlingarna; de får gallras i källsystemet "
            "om det finns ett gallringsbeslut."
        ),
        "copies_title": _("Kopior"),
        "copies_sentence": _("Varje kopia har lästs tillbaka från sitt lager och har arkivpaketets kontrollsumma."),
        "copies_heads": [_("Lager"), _("Kontrollerad")],
        "objects_title": _("Filer"),
        "objects_heads": [_("Fil"), _("Storlek"), "SHA-256"],
        "objects_sentence": (
            ngettext("Leveransen har %(n)s fil.", "Leveransen har %(n)s filer.", files)
            if files <= MOST_OBJECTS
            else _(
                "Leveransen har %(n)s filer. De räknas upp i kvittensens JSON-form, med identitet och kontrollsumma; "
                "listans egen SHA-256 är %(digest)s."
            )
        )
        % {"n": number(files), "digest": said["files_digest"]["sha256"]},
    }


def _facts(receipt: Receipt) -> list[list[str]]:
    said = receipt.document
    package, delivery, agreement = said["archive_package"], said["submission"], said["agreement"]
    return [
        [_("Kvittensens nummer"), receipt.number],
        [_("Utfärdad"), moment(receipt.issued_at)],
        [_("Kommun"), said["municipality"]["name"]],
        [_("Arkivbildare"), said["records_creator"]],
        [_("Överenskommelse"), f"{agreement['number']}, {agreement['system']}"],
        [_("Leverans"), f"{delivery['number']}, {delivery['filename']}"],
        [_("Mottagen"), moment(_time(delivery["received_at"]))],
        [_("Leveransens SHA-256"), delivery["sha256"], "digest"],
        [_("Arkivpaket"), f"{package['number']}, {package['label']}" if package["label"] else package["number"]],
        [_("Identitet (OBJID)"), package["objid"]],
        [_("Arkivpaketets storlek"), size(package["size"])],
        [_("Arkivpaketets SHA-256"), package["sha256"], "digest"],
        [_("Förtecknade arkivenheter"), number(said["units"])],
    ]


def _copies(said: dict[str, Any]) -> list[list[str]]:
    return [[copy["store"], moment_in_table(_time(copy["verified_at"]))] for copy in said["copies"]]


def _objects(receipt: Receipt) -> list[list[str]]:
    if receipt.document["files"] > MOST_OBJECTS:
        return []
    rows = islice(receipts.objects(receipt.aip), MOST_OBJECTS)
    return [[each["path"], size(each["size"]), each["sha256"]] for each in rows]


def _time(written: str) -> Any:
    return parse_datetime(written)
