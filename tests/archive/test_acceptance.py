"""Taking custody, and saying no."""

from collections.abc import Callable
from typing import Any

import pytest

from archive import acceptance
from archive.models import AIP, SIP
from archive.models.submissions import DeliveryKind
from consortium.models import AuditEvent, User
from consortium.models.leases import database_now
from tests import factories
from tests.personas import Personas

pytestmark = pytest.mark.django_db


def valid_sip(people: Personas, **fields: Any) -> SIP:
    return factories.sip(status=SIP.Status.VALID, objid="UUID:prov-1", received_by=people.producer_falun, **fields)


def test_an_accepted_delivery_becomes_an_archival_package(people: Personas) -> None:
    sip = valid_sip(people)
    aip = acceptance.accept(sip, by=people.archivist_falun)
    assert aip is not None
    assert (aip.status, aip.objid, aip.owner) == (AIP.Status.STORING, "UUID:prov-1", sip.owner)
    assert aip.due_at is not None
    sip.refresh_from_db()
    assert (sip.status, sip.decided_by) == (SIP.Status.ACCEPTED, people.archivist_falun)
    assert AuditEvent.objects.latest("id").what == "sip_accepted"


def test_producer_cannot_accept_own_delivery(people: Personas) -> None:
    sip = factories.sip(status=SIP.Status.VALID, received_by=people.archivist_falun)
    with pytest.raises(acceptance.OwnDelivery, match="kollega"):
        acceptance.accept(sip, by=people.archivist_falun)
    assert not AIP.objects.exists()


@pytest.mark.parametrize("status", [status for status in SIP.Status if SIP.Status.ACCEPTED not in SIP.STEPS[status]])
def test_only_a_valid_delivery_is_accepted(people: Personas, status: SIP.Status) -> None:
    sip = factories.sip(status=status, received_by=people.producer_falun)
    with pytest.raises(acceptance.NotNow, match="Ladda om sidan"):
        acceptance.accept(sip, by=people.archivist_falun)


def test_the_same_package_is_not_archived_twice(people: Personas) -> None:
    acceptance.accept(valid_sip(people), by=people.archivist_falun)
    with pytest.raises(acceptance.AlreadyArchived, match="AIP-"):
        acceptance.accept(valid_sip(people), by=people.archivist_falun)


def test_another_municipality_may_use_the_same_identity(people: Personas) -> None:
    acceptance.accept(valid_sip(people), by=people.archivist_falun)
    leksand = factories.municipality("2029")
    sip = factories.sip(leksand, status=SIP.Status.VALID, objid="UUID:prov-1")
    assert acceptance.accept(sip, by=people.archivist_leksand)


def test_a_test_delivery_passes_without_being_archived(people: Personas) -> None:
    sip = valid_sip(people, kind=DeliveryKind.TEST)
    assert acceptance.accept(sip, by=people.archivist_falun) is None
    sip.refresh_from_db()
    assert sip.status == SIP.Status.TEST_PASSED
    assert not AIP.objects.exists()


def test_a_delivery_is_given_back_with_reasons(people: Personas) -> None:
    sip = acceptance.give_back(valid_sip(people), "Bilagor saknas.", by=people.archivist_falun)
    assert (sip.status, sip.decision_reason) == (SIP.Status.GIVEN_BACK, "Bilagor saknas.")
    with pytest.raises(acceptance.NotNow):
        acceptance.accept(sip, by=people.archivist_falun)


def test_a_faulty_delivery_is_checked_again(people: Personas) -> None:
    sip = factories.sip(status=SIP.Status.FAULTY, tries=3)
    sip = acceptance.validate_again(sip, by=people.producer_falun)
    assert (sip.status, sip.tries) == (SIP.Status.RECEIVED, 0)
    assert SIP.objects.waiting_for_validation().due().filter(pk=sip.pk).exists()


def test_cancelling_before_a_worker_has_begun_is_done_at_once(people: Personas) -> None:
    sip = factories.sip(status=SIP.Status.RECEIVED, due_at=database_now())
    sip = acceptance.cancel_validation(sip, by=people.producer_falun)
    assert sip.status == SIP.Status.CANCELLED
    assert SIP.objects.claim(sip.pk) is None


def test_cancelling_asks_the_worker_that_holds_the_row(people: Personas) -> None:
    sip = factories.sip(status=SIP.Status.RECEIVED, due_at=database_now())
    assert SIP.objects.claim(sip.pk)
    sip = acceptance.cancel_validation(sip, by=people.producer_falun)
    assert sip.status == SIP.Status.RECEIVED
    assert sip.cancel_requested_at is not None


Act = Callable[[SIP, User], object]
ACTS: list[Act] = [
    lambda sip, by: acceptance.give_back(sip, "skäl", by=by),
    lambda sip, by: acceptance.validate_again(sip, by=by),
    lambda sip, by: acceptance.cancel_validation(sip, by=by),
]


@pytest.mark.parametrize("act", ACTS)
def test_an_archived_delivery_stays_as_it_is(people: Personas, act: Act) -> None:
    sip = factories.sip(status=SIP.Status.ARCHIVED)
    with pytest.raises(acceptance.NotNow):
        act(sip, people.archivist_falun)
