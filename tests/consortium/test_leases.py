"""Claims on rows: one holder at a time, and a holder that was overtaken changes nothing."""

import datetime

import pytest

from archive.models import SIP
from consortium.models.leases import MAX_TRIES, DatabaseNow, Superseded, database_now
from tests import factories

pytestmark = pytest.mark.django_db


def due_sip() -> SIP:
    return factories.sip(due_at=database_now())


def test_a_claimed_row_is_not_claimed_again() -> None:
    sip = due_sip()
    assert SIP.objects.claim(sip.pk)
    assert SIP.objects.claim(sip.pk) is None


def test_a_row_that_is_not_due_is_not_claimed() -> None:
    later = database_now() + datetime.timedelta(hours=1)
    assert SIP.objects.claim(factories.sip(due_at=later).pk) is None
    assert SIP.objects.claim(factories.sip(due_at=None).pk) is None


def test_a_lease_that_ran_out_passes_on_and_the_first_holder_is_told() -> None:
    sip = due_sip()
    first = SIP.objects.claim(sip.pk, lease=datetime.timedelta(0))
    second = SIP.objects.claim(sip.pk)
    assert first
    assert second
    assert (second.fence, second.tries) == (first.fence + 1, 2)
    with pytest.raises(Superseded):
        first.write(stage="files")
    with pytest.raises(Superseded):
        first.done(status=SIP.Status.VALID)
    second.done(status=SIP.Status.VALID)
    sip.refresh_from_db()
    assert (sip.status, sip.due_at, sip.lease_until, sip.tries) == (SIP.Status.VALID, None, None, 0)


def test_a_filter_on_the_claim_is_kept() -> None:
    assert SIP.objects.filter(status=SIP.Status.VALID).claim(due_sip().pk) is None


def test_a_heartbeat_prolongs_the_lease() -> None:
    claim = SIP.objects.claim(due_sip().pk, lease=datetime.timedelta(seconds=1))
    assert claim
    claim.keep(stage="files")
    claim.refresh_from_db()
    assert claim.lease_until
    assert claim.lease_until > database_now() + datetime.timedelta(seconds=30)


def test_a_retry_waits_and_is_seen_as_due_afterwards() -> None:
    claim = SIP.objects.claim(due_sip().pk)
    assert claim
    claim.retry_later(datetime.timedelta(minutes=5), trouble="Lagret svarade inte.")
    assert SIP.objects.claim(claim.pk) is None
    SIP.objects.filter(pk=claim.pk).update(due_at=DatabaseNow())
    again = SIP.objects.claim(claim.pk)
    assert again
    assert again.tries == 2


def test_only_what_nobody_works_on_is_stuck() -> None:
    long_ago = database_now() - datetime.timedelta(hours=2)
    sip = factories.sip(due_at=long_ago)
    assert list(SIP.objects.stuck(datetime.timedelta(minutes=30))) == [sip]
    claim = SIP.objects.claim(sip.pk)
    assert claim
    assert not SIP.objects.stuck(datetime.timedelta(minutes=30)).exists()
    claim.keep(datetime.timedelta(0))
    assert SIP.objects.stuck(datetime.timedelta(minutes=30)).exists()


def test_too_many_tries_are_noticed() -> None:
    assert SIP(tries=MAX_TRIES + 1).tried_too_often
    assert not SIP(tries=MAX_TRIES).tried_too_often
