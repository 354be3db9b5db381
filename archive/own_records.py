"""Egna handlingar: adjusted minutes go into the archive by themselves, the way everybody's records go.

Under a standing agreement of the host (its system is Samarkiv) they are built into a package, received, judged by the
engine and accepted by the portal, which leaves the same traces as a person would. The rows that say what is due are the
minutes' own, then OwnRecord, then the publication that opens or closes the archive's copy. Each step may run twice: the
delivery has a key drawn from the minutes and their digest, and the package's bytes come from rows alone. A correction
written afterwards follows when its public copy has been checked, as a delivery of its own.
"""

import datetime
import logging
import shutil
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from archive import acceptance, making, own_packages, publication, quarantine, reception
from archive.models import AIP, SIP, ArchivalUnit, OwnRecord, Upload
from archive.own_packages import WHOLE, Contents
from archive.packages import build
from archive.refusals import Refused
from consortium import audit
from consortium.access import grants
from consortium.access.roles import Role
from consortium.audit_events import Event
from consortium.models import User
from consortium.models.leases import database_now
from deliveries.models import SubmissionAgreement
from governance.models import Consortium, Minutes, Municipality, Publication

SYSTEM = "samarkiv"
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
    row, _made = OwnRecord.objects.get_or_create(minutes=minutes, correction=None, defaults={"id": key})
    sip = _sent(row, lambda: own_packages.of_minutes(minutes))
    with transaction.atomic():
        if sip:
            _await_judgement(row, sip)
            minutes.done()
        else:
            minutes.retry_later(LATER)
    row.refresh_from_db()
    return row


def _hand_in_corrections(public: Publication, corrected: AIP) -> list[SIP]:
    """A delivery of its own for each correction that the public copy holds and the archive has not received."""
    notes = public.minutes.corrections.filter(at__lte=public.checked_at, own_record__sip=None)
    sent = []
    for note in notes.select_related("paragraph", "minutes__meeting__body__consortium__host"):
        row, _made = OwnRecord.objects.get_or_create(
            correction=note,
            defaults={"id": uuid.uuid5(_KEYS, f"{note.minutes_id} rättelse {note.pk}"), "minutes": note.minutes},
        )
        if not SIP.objects.filter(pk=row.pk).exists():
            OwnRecord.objects.filter(pk=row.pk).update(masked=public.masked)
        if sip := _sent(row, partial(own_packages.of_correction, note, public, corrected)):
            _await_judgement(row, sip)
            sent.append(sip)
    return sent


def _sent(row: OwnRecord, contents: Callable[[], Contents]) -> SIP | None:
    """The delivery, made once; None when the row says what hinders it."""
    agreement = standing_agreement(row.minutes.place)
    if agreement is None:
        trouble = _no_agreement(row.minutes.place)
    else:
        try:
            return SIP.objects.filter(pk=row.pk).first() or _deliver(row, contents(), agreement)
        except Refused as refused:
            trouble = str(refused)
    OwnRecord.objects.filter(pk=row.pk).update(trouble=trouble)
    return None


def _await_judgement(row: OwnRecord, sip: SIP) -> None:
    OwnRecord.objects.filter(pk=row.pk).update(sip=sip, trouble="", due_at=database_now())


def _no_agreement(consortium: Consortium) -> str:
    if consortium.host is None:
        return _("Samarbetet har ingen värdkommun. Ange den, så lämnas protokollet till dess arkiv.")
    return _(
        "%(host)s har ingen leveransöverenskommelse för systemet Samarkiv. Teckna en, så lämnas protokollet "
        "till arkivet av sig självt."
    ) % {"host": consortium.host}


def _deliver(row: OwnRecord, contents: Contents, agreement: SubmissionAgreement) -> SIP:
    carrier = _carrier(agreement.owner)
    built = _build(row, contents, agreement)
    upload, _made = Upload.objects.update_or_create(
        pk=row.pk,
        defaults={
            "owner": agreement.owner,
            "agreement": agreement,
            "filename": f"{contents.name}.tar",
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
        target=row.minutes,
        place=row.minutes.place,
        sip=str(sip.pk),
        number=sip.number,
        correction=row.correction_id,
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


def _build(row: OwnRecord, contents: Contents, agreement: SubmissionAgreement) -> build.Built:
    folder = _folder(row)
    shutil.rmtree(folder, ignore_errors=True)  # of a try that died
    folder.mkdir(mode=0o750, parents=True)
    code = making.code_of(agreement.owner)
    signed = agreement.archive_signed_at
    return build.sip(
        folder / "paket.tar",
        profile=agreement.profile,
        files=contents.files,
        description=build.PackageDescription(
            objid=f"uuid-{row.pk}",
            label=contents.label,
            creator=build.Organisation(agreement.records_creator, code),
            submitter=build.Organisation(agreement.owner.official_name, code),
            agreement=build.Agreement(
                agreement.number, timezone.localtime(signed).date() if signed else agreement.valid_from
            ),
            system=build.System(agreement.system.name, kind="Ärendehanteringssystem"),
            municipality_code=agreement.owner.code,
            secrecy=contents.secrecy,
            status=contents.status,
        ),
        cases=[contents.case],
        created=contents.created.replace(microsecond=0),
        container="tar",
    )


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


def follow_publication(public: Publication) -> list[SIP]:
    """One try on a claimed publication: the archive's copies are opened, or closed, as the public copy was.

    A correction that the copy now holds is handed in first, once there is a kept package for it to name.
    """
    rows = list(OwnRecord.objects.filter(minutes=public.minutes_id).order_by(F("correction").asc(nulls_first=True)))
    if not rows and public.minutes.due_at is None:
        public.done()  # notes, which are not archived
        return []
    cases = {row: _case_of(row) for row in rows}
    first = next((case for row, case in cases.items() if row.correction_id is None), None)
    if public.is_public and first and (sent := _hand_in_corrections(public, first.aip)):
        public.retry_later(SOON)
        return sent
    with transaction.atomic():
        for row, case in cases.items():
            if case:
                _follow(row, case, public)
        waiting = [row for row, case in cases.items() if case is None and (row.sip_id or public.is_public)]
        if waiting or not rows:
            public.retry_later(min(SOON * 2 ** min(public.tries, 8), LATER))
        else:
            public.done()
    return []


def _case_of(row: OwnRecord) -> ArchivalUnit | None:
    """The package's one case, when all its units are described."""
    described = (AIP.Status.DESCRIBED, AIP.Status.CONFIRMED)
    cases = ArchivalUnit.objects.filter(aip__sip__own_record=row, aip__status__in=described, parent=None)
    return cases.select_related("aip").first()


def _follow(row: OwnRecord, case: ArchivalUnit, public: Publication) -> None:
    if public.is_public:
        _open(row, case, public)
    elif case.withdrawal_id is None and public.withdrawn_by:
        publication.withdraw(case, public.withdrawn_reason, by=public.withdrawn_by)


def _open(row: OwnRecord, case: ArchivalUnit, public: Publication) -> None:
    """What the checker left out stays closed here too: each § that says it, and whole copies that may."""
    masked, gone = _phrases(public.masked), _phrases(row.masked)  # a correction's copy is without the latter already
    if case.withdrawal_id:
        publication.restore(case, by=public.checked_by)
    for unit in (case, *ArchivalUnit.objects.filter(parent=case).order_by("position")):
        said = f"{unit.title}\n{unit.description}".casefold()
        hidden = (masked - gone and unit.kind == WHOLE and unit.parent_id) or any(words in said for words in masked)
        unit.refresh_from_db()
        if hidden and unit.access == ArchivalUnit.Access.PUBLIC and unit.withdrawal_id is None:
            publication.withdraw(unit, _("Utelämnas i den offentliga kopian."), by=public.checked_by)
        elif not hidden and unit.access == ArchivalUnit.Access.NOT_ASSESSED:
            try:
                publication.publish(unit, by=public.checked_by)
            except publication.NotPublishable as reason:
                log.info("%s öppnas inte: %s", unit.pk, reason)


def _phrases(text: str) -> set[str]:
    return {line.strip().casefold() for line in text.splitlines() if line.strip()}
