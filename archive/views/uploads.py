"""tus 1.0.0 endpoints. Any tus client works with a session cookie and the CSRF header; answers say why in Swedish."""

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from archive import refusals, tasks, uploading
from archive.models import SIP, Upload
from archive.refusals import Refused
from archive.uploading import Checksum
from archive.views import bodies, tus
from consortium import audit
from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, get_or_404
from consortium.audit_events import Event
from deliveries.models import SubmissionAgreement
from governance.models import Municipality

ANSWERS: dict[type[Refused], tuple[int, str]] = {
    refusals.Empty: (400, "E_UPLOAD_EMPTY"),
    refusals.TooLarge: (413, "E_UPLOAD_LENGTH"),
    refusals.TooManyAtOnce: (503, "E_UPLOAD_BUSY"),
    refusals.TooManyOpen: (429, "E_UPLOAD_TOO_MANY"),
    refusals.AgreementHinders: (422, "E_UPLOAD_AGREEMENT"),
    refusals.WaitsForAgreement: (422, "E_UPLOAD_AGREEMENT"),
    refusals.AlreadyReceived: (422, "E_UPLOAD_KNOWN"),
    refusals.NoSpace: (507, "E_UPLOAD_SPACE"),
    refusals.QuotaReached: (413, "E_UPLOAD_QUOTA"),
    refusals.Busy: (423, "E_UPLOAD_LOCKED"),
    refusals.WrongOffset: (409, "E_UPLOAD_OFFSET"),
    refusals.BeyondEnd: (413, "E_UPLOAD_DONE"),
    refusals.PartDiffers: (460, "E_UPLOAD_CHECKSUM"),
    refusals.OtherContent: (460, "E_UPLOAD_CHECKSUM"),
    refusals.Cut: (400, "E_UPLOAD_CUT"),
    refusals.Stalled: (408, "E_UPLOAD_TIMEOUT"),
    refusals.Gone: (410, "E_UPLOAD_GONE"),
    refusals.NotAllowed: (403, "E_UPLOAD_ACCESS"),
    refusals.BadPath: (422, "E_DRAFT_PATH"),
    refusals.PathTaken: (422, "E_DRAFT_PATH"),
    refusals.DraftFull: (422, "E_DRAFT_FULL"),
    refusals.DraftIsClosed: (410, "E_DRAFT_CLOSED"),
}
NOTED = (refusals.AgreementHinders, refusals.AlreadyReceived, refusals.OtherContent, refusals.NotAllowed)
View = Callable[..., HttpResponse]
turns = threading.BoundedSemaphore(settings.UPLOADS_AT_ONCE)


@contextmanager
def turn() -> Iterator[None]:
    """One of as many receptions as the server has room for at once."""
    if not turns.acquire(blocking=False):
        raise refusals.TooManyAtOnce
    try:
        yield
    finally:
        turns.release()


def speaks_tus(view: View) -> View:
    """Refusals become answers a program can read; nobody is sent to a log-in page in the middle of an upload."""

    @login_not_required
    @functools.wraps(view)
    def answered(request: HttpRequest, **key: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return tus.told(401, "E_AUTH", _("Du är utloggad. Logga in igen, så fortsätter uppladdningen där den var."))
        try:
            return view(request, **key)
        except tus.Malformed as fault:
            return tus.told(fault.status, fault.code, str(fault), {"Tus-Version": tus.VERSION})
        except Http404:
            return tus.told(404, "E_NOT_FOUND", _("Uppladdningen eller överenskommelsen finns inte."))
        except PermissionDenied as denial:
            return tus.told(403, "E_UPLOAD_ACCESS", str(denial))
        except Refused as refused:
            return _refuse(request, refused)

    return answered


def _refuse(request: HttpRequest, refused: Refused) -> HttpResponse:
    status, code = ANSWERS[type(refused)]
    if isinstance(refused, NOTED):
        audit.record(by=request.user, what=Event.UPLOAD_REFUSED, path=request.path, reason=code)
    more: dict[str, Any] = {}
    headers: dict[str, Any] = {}
    if isinstance(refused, refusals.AlreadyReceived):
        more = {"number": refused.earlier.number, "url": reverse("sip", args=[refused.earlier.pk])}
    if isinstance(refused, refusals.WrongOffset):
        headers["Upload-Offset"] = refused.facts["offset"]
    if isinstance(refused, refusals.TooManyAtOnce):
        headers["Retry-After"] = 10
    return tus.told(status, code, str(refused), headers, **more)


def method_of(request: HttpRequest, *allowed: str) -> str:
    """Where PATCH does not get through, POST may say that it is one; no other method may be dressed up."""
    method = request.method or ""
    if override := request.headers.get("X-HTTP-Method-Override"):
        method = "PATCH" if (method, override.upper()) == ("POST", "PATCH") else "?"
    if method not in allowed:
        raise tus.Malformed(
            405, "E_METHOD", _("Metoden går inte att använda här: %(method)s.") % {"method": request.method}
        )
    return method


@speaks_tus
def uploads(request: StaffRequest) -> HttpResponse:
    """Creation: a new upload, perhaps with its first bytes. Nothing is begun whose address could not be told."""
    if method_of(request, "OPTIONS", "POST") == "OPTIONS":
        return tus.capabilities()
    tus.demand_version(request)
    size, facts = tus.length(request), tus.metadata(request)
    body = tus.body_length(request) if request.content_type == tus.CONTENT_TYPE else 0
    checksum = tus.checksum(request)
    agreement = _agreement(request, facts.agreement)
    with turn() if body else nullcontext():
        upload = uploading.begin(
            agreement,
            kind=facts.kind,
            filename=facts.filename,
            size=size,
            sha256_promised=facts.sha256,
            by=request.user,
        )
        if body:
            _append(request, upload, 0, body, checksum)
    return tus.answer(
        201,
        Location=reverse("tus_upload", args=[upload.pk]),
        Upload_Offset=upload.offset,
        Upload_Expires=tus.expires(upload),
    )


def _agreement(request: StaffRequest, pk: str) -> SubmissionAgreement:
    """The one named, or the only one this person can deliver under."""
    if pk:
        return get_or_404(request, SubmissionAgreement, pk, may=Permission.SIP_UPLOAD)
    mine = SubmissionAgreement.objects.in_force().filter(
        owner__in=Municipality.objects.where_may(request.user, Permission.SIP_UPLOAD)
    )
    if len(found := list(mine[:2])) == 1:
        return found[0]
    if not policy.may_anywhere(request.user, Permission.SIP_UPLOAD):
        raise PermissionDenied(_("Din roll får inte lämna in paket. Be kommunens arkivarie om hjälp."))
    raise tus.Malformed(
        400, "E_UPLOAD_METADATA", _("Ange vilken leveransöverenskommelse paketet hör till (agreement).")
    )


@speaks_tus
def upload(request: StaffRequest, *, upload_id: UUID) -> HttpResponse:
    found = get_or_404(request, Upload, upload_id, may=Permission.SIP_UPLOAD)
    method = method_of(request, "HEAD", "GET", "PATCH", "DELETE", "OPTIONS")
    if method == "OPTIONS":
        return tus.capabilities()
    if method == "GET":
        return _state(found)
    tus.demand_version(request)
    return {"HEAD": _head, "PATCH": _patch, "DELETE": _delete}[method](request, found)


def _state(upload: Upload) -> HttpResponse:
    """Not part of tus: what became of the upload, for the page that shows the receipt line."""
    sip = SIP.objects.filter(pk=upload.pk).first()
    waits = upload.waits_for_agreement
    return tus.told(
        200,
        "E_UPLOAD_AGREEMENT" if waits else "OK",
        str(upload.agreement.current().hindrance() or "") if waits else upload.get_status_display(),
        status=upload.status,
        offset=upload.offset,
        size=upload.size,
        sha256=sip.sha256 if sip else "",
        number=sip.number if sip else "",
        url=reverse("sip", args=[sip.pk]) if sip else "",
    )


def _head(request: StaffRequest, upload: Upload) -> HttpResponse:
    if upload.status not in uploading.RECEIVING:
        raise refusals.Gone
    return tus.answer(
        200,
        Upload_Offset=upload.offset,
        Upload_Length=upload.size,
        Upload_Metadata=tus.shown_metadata(upload),
        Upload_Expires=tus.expires(upload),
    )


def _patch(request: StaffRequest, upload: Upload) -> HttpResponse:
    offset, length, checksum = tus.offset(request), tus.body_length(request), tus.checksum(request)
    with turn():
        _append(request, upload, offset, length, checksum)
    return tus.answer(Upload_Offset=upload.offset, Upload_Expires=tus.expires(upload))


def _append(request: StaffRequest, upload: Upload, offset: int, length: int, checksum: Checksum | None) -> None:
    sip = uploading.append(
        upload,
        offset=offset,
        length=length,
        read=bodies.reader(request),
        hang_up=bodies.hanger_up(request),
        checksum=checksum,
        by=request.user,
    )
    upload.refresh_from_db()
    if sip:
        tasks.validate.delay_on_commit(str(sip.pk))


def _delete(request: StaffRequest, upload: Upload) -> HttpResponse:
    if upload.status == Upload.Status.COMPLETE:
        return tus.told(409, "E_UPLOAD_DONE", _("Paketet är redan mottaget och kan inte avbrytas här."))
    uploading.cancel(upload, by=request.user)
    return tus.answer()
