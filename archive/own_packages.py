"""What the consortium's own packages say: adjusted minutes, or a correction of minutes that the archive already keeps.

A correction is a supplement (FGS RECORDSTATUS) that names the package it corrects; the kept package is never touched.
"""

import datetime
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from archive.models import AIP
from archive.packages.description import Status
from archive.packages.erms import Attachment, Case, Dates, Document, Restriction, RestrictionKind
from archive.packages.workbench import SourceFile
from governance.models import CorrectionNote, Minutes, Paragraph, Publication

WHOLE, PARAGRAPH, CORRECTION = "Protokoll", "Protokollsparagraf", "Rättelse"


@dataclass(frozen=True)
class Contents:
    name: str
    label: str
    files: list[SourceFile]
    case: Case
    created: datetime.datetime
    secrecy: bool = False
    status: Status = "NEW"


def of_minutes(minutes: Minutes) -> Contents:
    assert minutes.adjusted_at
    return Contents(
        name=f"protokoll-{minutes.meeting.held_on:%Y-%m-%d}-{minutes.pk}",
        label=_label(minutes),
        files=list(_files(minutes)),
        case=_case(minutes),
        created=minutes.adjusted_at,
        secrecy=minutes.paragraphs.filter(withheld=True).exists(),
    )


def of_correction(note: CorrectionNote, public: Publication, corrected: AIP) -> Contents:
    """The note as it was written, and the minutes' public copy as it reads with it."""
    minutes = note.minutes
    return Contents(
        name=f"rattelse-{minutes.meeting.held_on:%Y-%m-%d}-{note.pk}",
        label=f"Rättelse {timezone.localdate(note.at):%Y-%m-%d}. {_label(minutes)}",
        files=list(_correction_files(note, public, corrected)),
        case=_correction_case(note, corrected),
        created=public.checked_at,
        secrecy=note.withheld_with is not None,
        status="SUPPLEMENT",
    )


# Adjusted minutes


def _label(minutes: Minutes) -> str:
    return f"Protokoll {minutes.meeting.body} {minutes.meeting.held_on:%Y-%m-%d}, {minutes.place}"


def _files(minutes: Minutes) -> Iterator[SourceFile]:
    yield SourceFile("protokoll.pdf", bytes(minutes.document.content))
    yield SourceFile("protokoll.json", _json(_facts(minutes)))
    old = getattr(minutes, "old_minutes", None)
    if old and not old.is_pdf:
        yield SourceFile("original.txt", bytes(old.content))


def _facts(minutes: Minutes) -> dict[str, object]:
    """For machines in a hundred years: what was decided and who vouched for it."""
    return {
        "body": str(minutes.meeting.body),
        "consortium": str(minutes.place),
        "held_on": minutes.meeting.held_on.isoformat(),
        "adjusted_at": minutes.adjusted_at.isoformat() if minutes.adjusted_at else "",
        "document_sha256": minutes.document_digest,
        "content_sha256": minutes.content_digest,
        "paragraphs": [
            {
                "number": each.number,
                "title": each.title,
                "registry_number": each.registry_number,
                "decisions": [{"kind": one.kind, "text": one.text} for one in each.decisions.all()],
                "summary": each.summary,
                "withheld": each.withheld_reason if each.withheld else "",
            }
            for each in minutes.paragraphs.all()
        ],
        "signatures": [
            {"role": each.role, "function": each.function, "organisation": each.organisation, "at": each.at.isoformat()}
            for each in minutes.signatures.filter(paragraph=None, digest=minutes.content_digest).order_by("at")
        ],
    }


def _case(minutes: Minutes) -> Case:
    meeting = minutes.meeting
    held = meeting.held_on.isoformat()
    adjusted = timezone.localtime(minutes.adjusted_at).date().isoformat() if minutes.adjusted_at else held
    withheld = [each for each in minutes.paragraphs.all() if each.withheld]
    files = [Attachment("protokoll.pdf"), Attachment("protokoll.json")]
    old = getattr(minutes, "old_minutes", None)
    files += [Attachment("original.txt")] if old and not old.is_pdf else []
    whole = Document(
        f"{held}:protokoll",
        _("Protokollet i sin helhet"),
        kind=WHOLE,
        dates=Dates(created=held, prepared=adjusted),
        files=tuple(files),
        restrictions=tuple(_restriction(each) for each in withheld),
    )
    return Case(
        reference=f"{meeting.body} {held}",
        title=f"Protokoll, {meeting.body} {held}",
        kind=WHOLE,
        status="Stängt",
        description=f"Justerat protokoll från {meeting.body}, {minutes.place}.",
        dates=Dates(created=held, decided=held, closed=adjusted),
        documents=(whole, *(_document(each, held, adjusted) for each in minutes.paragraphs.all())),
    )


def _document(paragraph: Paragraph, held: str, adjusted: str) -> Document:
    said = [*(decision.text for decision in paragraph.decisions.all()), paragraph.summary]
    title = f"§ {paragraph.number}" if paragraph.withheld else f"§ {paragraph.number} {paragraph.title}"
    return Document(
        paragraph.registry_number or f"{held}:{paragraph.number}",
        title,
        kind=PARAGRAPH,
        description=None if paragraph.withheld else "\n".join(text for text in said if text.strip()) or None,
        dates=Dates(created=held, prepared=adjusted),
        restrictions=(_restriction(paragraph),) if paragraph.withheld else (),
    )


def _restriction(paragraph: Paragraph) -> Restriction:
    return Restriction(RestrictionKind.SECRECY, paragraph.withheld_reason or "OSL", f"§ {paragraph.number}")


# A correction


def _correction_files(note: CorrectionNote, public: Publication, corrected: AIP) -> Iterator[SourceFile]:
    minutes = note.minutes
    corrects = {
        "package": corrected.number,
        "delivery": f"uuid-{corrected.sip_id}",
        "document_sha256": minutes.document_digest,
    }
    said = {
        "corrects": corrects,
        "at": note.at.isoformat(),
        "paragraph": note.paragraph.number if note.paragraph else None,
        "text": note.text,
    }
    yield SourceFile("rattelse.json", _json(said))
    yield SourceFile("protokoll.pdf", bytes(public.pdf))
    yield SourceFile("protokoll.json", _json({"corrects": corrects, **public.content}))


def _correction_case(note: CorrectionNote, corrected: AIP) -> Case:
    meeting = note.minutes.meeting
    held, on = meeting.held_on.isoformat(), timezone.localdate(note.at).isoformat()
    relation = (("Rättar arkivpaket", corrected.number), ("Rättar leverans", f"uuid-{corrected.sip_id}"))
    said = Document(
        f"{held}:rattelse-{note.pk}",
        f"Rättelse av § {note.paragraph.number}" if note.paragraph else "Rättelse av protokollet",
        kind=CORRECTION,
        description=None if note.withheld_with else note.text,
        dates=Dates(created=on),
        files=(Attachment("rattelse.json"),),
        restrictions=(_restriction(note.withheld_with),) if note.withheld_with else (),
        extra=relation,
    )
    whole = Document(
        f"{held}:protokoll-rattat-{note.pk}",
        "Protokollet i sin helhet med rättelsen, offentlig kopia",
        kind=WHOLE,
        dates=Dates(created=on),
        files=(Attachment("protokoll.pdf"), Attachment("protokoll.json")),
        extra=relation,
    )
    return Case(
        reference=f"{meeting.body} {held}",
        title=f"Rättelse {on} av protokoll, {meeting.body} {held}",
        kind=CORRECTION,
        status="Stängt",
        description=f"Rättar protokollet från {meeting.body}, {note.minutes.place}, i arkivpaket {corrected.number}.",
        dates=Dates(created=on, closed=on),
        documents=(said, whole),
        extra=relation,
    )


def _json(facts: Mapping[str, object]) -> bytes:
    return json.dumps(facts, ensure_ascii=False, indent=1).encode()
