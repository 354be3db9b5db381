"""Godkännande: an archivist takes custody of a delivery or gives it back with reasons.

Who may is the door's question; here stands what must hold whoever asks (four eyes, a report without stopping faults,
a package that is not in the archive already).
"""

from django.db import transaction
from django.utils.translation import gettext as _

from archive import ingest, project_progress
from archive.models import AIP, SIP
from archive.models.submissions import DeliveryKind
from consortium import audit
from consortium.audit_events import Event
from consortium.models import User
from consortium.models.leases import DatabaseNow, database_now


class NotNow(Exception):
    """The step is lawful, but not in the state the delivery is in; the text says what to do instead."""


class OwnDelivery(Exception):
    """Four eyes: whoever handed in a delivery does not approve it."""


class AlreadyArchived(Exception):
    """The archive keeps a package with the same OBJID from the same municipality."""


@transaction.atomic
def accept(sip: SIP, *, by: User) -> AIP | None:
    """Take custody: from here the archive answers for this package. A test delivery is only noted as passed."""
    sip = _locked(sip)
    _demand(sip, SIP.Status.TEST_PASSED if sip.kind == DeliveryKind.TEST else SIP.Status.ACCEPTED)
    if sip.received_by_id == by.pk:
        raise OwnDelivery(_("Du lämnade själv in den här leveransen. Be en kollega granska och godkänna den."))
    if sip.kind == DeliveryKind.TEST:
        _decide(sip, SIP.Status.TEST_PASSED, by=by)
        project_progress.tell_accepted(sip)
        audit.record(by=by, what=Event.SIP_ACCEPTED, target=sip, place=sip.owner, kind=sip.kind)
        return None
    if earlier := AIP.objects.filter(owner=sip.owner, objid=sip.objid).first():
        raise AlreadyArchived(
            _("Ett paket med samma identitet (OBJID) finns redan i arkivet som %(number)s. Lämna tillbaka leveransen.")
            % {"number": earlier.number}
        )
    _decide(sip, SIP.Status.ACCEPTED, by=by)
    aip = ingest.take_in(sip, by=by)
    project_progress.tell_accepted(sip)
    audit.record(by=by, what=Event.SIP_ACCEPTED, target=sip, place=sip.owner, aip=str(aip.pk))
    return aip


@transaction.atomic
def give_back(sip: SIP, reason: str, *, by: User) -> SIP:
    """Say no, with the reasons the producer will read. The package stays in quarantine until it is swept."""
    sip = _locked(sip)
    _demand(sip, SIP.Status.GIVEN_BACK)
    _decide(sip, SIP.Status.GIVEN_BACK, by=by, reason=reason)
    project_progress.tell_given_back(sip)
    audit.record(by=by, what=Event.SIP_GIVEN_BACK, target=sip, place=sip.owner)
    return sip


@transaction.atomic
def validate_again(sip: SIP, *, by: User) -> SIP:
    """A new round: after a cancelled or failed one, or when the agreement's profile has changed."""
    sip = _locked(sip)
    _demand(sip, SIP.Status.RECEIVED)
    _set(sip, status=SIP.Status.RECEIVED, due_at=DatabaseNow(), tries=0, cancel_requested_at=None, trouble="", stage="")
    audit.record(by=by, what=Event.SIP_VALIDATION_RESTARTED, target=sip, place=sip.owner)
    return sip


@transaction.atomic
def cancel_validation(sip: SIP, *, by: User) -> SIP:
    """Ask the worker to stop; if none has begun yet, the row is cancelled here and now."""
    sip = _locked(sip)
    _demand(sip, SIP.Status.CANCELLED)
    if sip.lease_until and sip.lease_until > database_now():
        _set(sip, cancel_requested_at=DatabaseNow())
    else:
        _set(sip, status=SIP.Status.CANCELLED, due_at=None, fence=sip.fence + 1, stage="")
    audit.record(by=by, what=Event.SIP_VALIDATION_CANCELLED, target=sip, place=sip.owner)
    return sip


def _locked(sip: SIP) -> SIP:
    return SIP.objects.select_for_update().get(pk=sip.pk)


def _demand(sip: SIP, status: str) -> None:
    if not sip.may_become(status):
        raise NotNow(
            _("Det går inte nu: leveransen %(number)s har läget ”%(status)s”. Ladda om sidan och se vad som har hänt.")
            % {"number": sip.number, "status": sip.get_status_display()}
        )


def _decide(sip: SIP, status: SIP.Status, *, by: User, reason: str = "") -> None:
    _set(sip, status=status, due_at=None, decided_at=database_now(), decided_by=by, decision_reason=reason)


def _set(sip: SIP, **fields: object) -> None:
    SIP.objects.filter(pk=sip.pk).update(**fields)
    sip.refresh_from_db()
