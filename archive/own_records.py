"""Egna handlingar: adjusted minutes go into the archive by themselves, the way everybody's records go.

Under a standing agreement of the host (its system is Samarkiv) they are built into a package, received, judged by the
engine and accepted by the portal, which leaves the same traces as a person would. The rows that say what is due are the
minutes' own, then OwnRecord, then the publication that opens or closes the archive's copy. Each step may run twice: the
delivery has a key drawn from the minutes and their digest, and the package's bytes come from rows alone.
"""

import datetime
import json
import logging
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from archive import acceptance, making, publication, quarantine, reception
from archive.models import AIP, SIP, ArchivalUnit, OwnRecord, Upload
from archive.packages import build
from archive.packages.erms import Attachment, Case, Dates, Document, Restriction, RestrictionKind
from archive.refusals import Refused
from consortium import audit
from consortium.access import grants
from consortium.access.roles import Role
from consortium.audit_events import Event
from consortium.models import User
from consortium.models.leases import database_now
from deliveries.models import SubmissionAgreement
from governance.models import Consortium, Minutes, Municipality, Paragraph, Publication

SYSTEM = "samarkiv"
WHOLE, PARAGRAPH = "Protokoll", "Protokollsparagraf"
SOON, LATER = datetime.timedelta(seconds=20), datetime.timedelta(hours=1)
_KEYS = uuid.UUID("7f1c1c5e-52e0-5b5c-9a53-2f3f1c0f7a11")
log = logging.getLogger(__name__)


def standing_agreement(consortium: Consortium) -> SubmissionAgreement | None:
    """The host's agreement with itself for what the portal writes; the newest version in force."""
    if consortium.host is None:
        return None
    mine = SubmissionAgreement.objects.in_force().filter(owner=consortium.host, system__slug=SYSTEM)
    return mine.select_related("owner", "system").order_by("-version", "-pk").first()


# From minutes to a delivery


def hand_in(minutes: Minutes) -> OwnRecord:
    """One try on claimed minutes: the delivery is received, or there is a row that says what a person must do."""
    key = uuid.uuid5(_KEYS, f"{minutes.pk} {minutes.document_digest}")
    row, _made = OwnRecord.objects.get_or_create(minutes=minutes, defaults={"id": key})
    agreement = standing_agreement(minutes.place)
    if agreement is None:
        return _wait(row, minutes, _no_agreement(minutes.place))
    try:
        sip = SIP.objects.filter(pk=row.pk).first() or _deliver(row, minutes, agreement)
    except Refused as refused:
        return _wait(row, minutes, str(refused))
    with transaction.atomic():
        OwnRecord.objects.filter(pk=row.pk).update(sip=sip, trouble="", due_at=database_now())
        minutes.done()
    row.refresh_from_db()
    return row


def _no_agreement(consortium: Consortium) -> str:
    if consortium.host is None:
        return _("Samarbetet har ingen värdkommun. Ange den, så lämnas protokollet till dess arkiv.")
    return _(
        "%(host)s har ingen leveransöverenskommelse för systemet Samarkiv. Teckna en, så lämnas protokollet "
        "till arkivet av sig självt."
    ) % {"host": consortium.host}


def _wait(row: OwnRecord, minutes: Minutes, trouble: str) -> OwnRecord:
    OwnRecord.objects.filter(pk=row.pk).update(trouble=trouble)
    minutes.retry_later(LATER)
    row.refresh_from_db()
    return row


def _deliver(row: OwnRecord, minutes: Minutes, agreement: SubmissionAgreement) -> SIP:
    carrier = _carrier(agreement.owner)
    built = _build(row, minutes, agreement)
    upload, _made = Upload.objects.update_or_create(
        pk=row.pk,
        defaults={
            "owner": agreement.owner,
            "agreement": agreement,
            "filename": f"protokoll-{minutes.meeting.held_on:%Y-%m-%d}-{minutes.pk}.tar",
            "size": built.size,
            "offset": 0,
            "status": Upload.Status.OPEN,
            "uploaded_by": carrier,
            "expires_at": database_now() + datetime.timedelta(days=settings.UPLOAD_EXPIRES_DAYS),
        },
    )
    upload.path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    quarantine.move(built.path, upload.path)
    shutil.rmtree(_folder(row), ignore_errors=True)
    sip = reception.receive(upload, by=carrier, sha256=built.sha256 or "")
    audit.record(
        by=None,
        what=Event.OWN_RECORDS_DELIVERED,
        target=minutes,
        place=minutes.place,
        sip=str(sip.pk),
        number=sip.number,
    )
    return sip


def _carrier(host: Municipality) -> User:
    """The function that hands in for the portal. It has no password; its one role is given in the log."""
    user, made = User.objects.get_or_create(
        email=f"egna-handlingar-{host.pk}@samarkiv.invalid", defaults={"function": "Samarkiv, egna handlingar"}
    )
    if made:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    held = user.assignments.in_force(timezone.localdate()).filter(role=Role.PRODUCER, where_id=str(host.pk))
    if not held.exists():
        grants.assign(user, Role.PRODUCER, host, by=None)
    return user


def _acceptor() -> User:
    """The second pair of eyes is the standing agreement itself, signed by the host's archivist; nobody can log in."""
    user, made = User.objects.get_or_create(
        email="staende-godkannande@samarkiv.invalid",
        defaults={"function": "Samarkiv, enligt stående överenskommelse", "is_active": False},
    )
    if made:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


# The package


def _folder(row: OwnRecord) -> Path:
    return Path(settings.WORK_DIR) / "own" / str(row.pk)


def _build(row: OwnRecord, minutes: Minutes, agreement: SubmissionAgreement) -> build.Built:
    folder = _folder(row)
    shutil.rmtree(folder, ignore_errors=True)  # of a try that died
    folder.mkdir(mode=0o750, parents=True)
    assert minutes.adjusted_at
    code = making.code_of(agreement.owner)
    signed = agreement.archive_signed_at
    return build.sip(
        folder / "paket.tar",
        profile=agreement.profile,
        files=list(_files(minutes)),
        description=build.PackageDescription(
            objid=f"uuid-{row.pk}",
            label=_label(minutes),
            creator=build.Organisation(agreement.records_creator, code),
            submitter=build.Organisation(agreement.owner.official_name, code),
            agreement=build.Agreement(
                agreement.number, timezone.localtime(signed).date() if signed else agreement.valid_from
            ),
            system=build.System(agreement.system.name, kind="Ärendehanteringssystem"),
            municipality_code=agreement.owner.code,
            secrecy=minutes.paragraphs.filter(withheld=True).exists(),
        ),
        cases=[_case(minutes)],
        created=minutes.adjusted_at.replace(microsecond=0),
        container="tar",
    )


def _label(minutes: Minutes) -> str:
    return f"Protokoll {minutes.meeting.body} {minutes.meeting.held_on:%Y-%m-%d}, {minutes.place}"


def _files(minutes: Minutes) -> Iterator[build.SourceFile]:
    yield build.SourceFile("protokoll.pdf", bytes(minutes.document.content))
    yield build.SourceFile("protokoll.json", json.dumps(_facts(minutes), ensure_ascii=False, indent=1).encode())
    old = getattr(minutes, "old_minutes", None)
    if old and not old.is_pdf:
        yield build.SourceFile("original.txt", bytes(old.content))


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


# From delivery to custody


def accept(row: OwnRecord) -> AIP | None:
    """One try on a claimed row: taken into custody when the engine found nothing that stops."""
    sip = row.sip
    assert sip
    if sip.status in (SIP.Status.RECEIVED, SIP.Status.CRASHED):
        row.retry_later(SOON)
        return None
    if sip.status in (SIP.Status.ACCEPTED, SIP.Status.ARCHIVED):
        row.done(trouble="")
        return None
    if sip.status != SIP.Status.VALID:
        told = _("Leveransen %(number)s blev inte godkänd (%(status)s). Värdkommunens arkivarie behöver titta på den.")
        row.done(trouble=told % {"number": sip.number, "status": str(sip.get_status_display()).lower()})
        return None
    with transaction.atomic():
        aip = acceptance.accept(sip, by=_acceptor())
        row.done(trouble="")
    return aip


# What the public may see of it


def follow_publication(public: Publication) -> None:
    """One try on a claimed publication: the archive's copy is opened, or closed, as the public copy was."""
    row = OwnRecord.objects.filter(minutes=public.minutes_id).first()
    if row is None and public.minutes.due_at is None:
        return public.done()  # notes, which are not archived
    units = list(ArchivalUnit.objects.filter(aip__sip__own_record=row).order_by("parent_id", "position")) if row else []
    case = next((unit for unit in units if unit.parent_id is None), None)
    described = case and case.aip.status in (AIP.Status.DESCRIBED, AIP.Status.CONFIRMED)
    if case is None or not described:
        return public.retry_later(min(SOON * 2 ** min(public.tries, 8), LATER))
    with transaction.atomic():
        if public.is_public:
            _open(case, [unit for unit in units if unit.parent_id], public)
        elif case.withdrawal_id is None and public.withdrawn_by:
            publication.withdraw(case, public.withdrawn_reason, by=public.withdrawn_by)
        return public.done()


def _open(case: ArchivalUnit, documents: list[ArchivalUnit], public: Publication) -> None:
    """What the checker left out stays closed here too: the whole PDF, and every § that says it."""
    masked = [line.strip().casefold() for line in public.masked.splitlines() if line.strip()]
    if case.withdrawal_id:
        publication.restore(case, by=public.checked_by)
    for unit in (case, *documents):
        said = f"{unit.title}\n{unit.description}".casefold()
        hidden = (masked and unit.kind == WHOLE and unit.parent_id) or any(words in said for words in masked)
        unit.refresh_from_db()
        if hidden and unit.access == ArchivalUnit.Access.PUBLIC and unit.withdrawal_id is None:
            publication.withdraw(unit, _("Utelämnas i den offentliga kopian."), by=public.checked_by)
        elif not hidden and unit.access == ArchivalUnit.Access.NOT_ASSESSED:
            try:
                publication.publish(unit, by=public.checked_by)
            except publication.NotPublishable as reason:
                log.info("%s öppnas inte: %s", unit.pk, reason)
