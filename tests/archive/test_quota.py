"""Utrymme: what counts, once; where it stops, in which words; and that two at the same time do not both get past."""

import datetime
import io
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from archive import assembling, packaging, quota, refusals, uploading
from archive.models import AIP, SIP, Draft, Upload
from consortium.access.roles import Role
from consortium.models import AuditEvent, User
from consortium.models.leases import database_now
from deliveries.models import SubmissionAgreement
from governance import quota as limits
from governance.models import Municipality, Quota
from governance.quota import Usage
from governance.revising import ChangedMeanwhile
from tests import factories
from tests.archive.tus_client import Tus, told
from tests.keeping import shared
from tests.personas import Personas

pytestmark = pytest.mark.django_db
GB = 10**9


@pytest.fixture
@shared
def falun(people: Personas) -> Municipality:
    return factories.municipality("2080")


@pytest.fixture
@shared
def producer(people: Personas) -> User:
    return people.producer_falun


@pytest.fixture
@shared
def agreement(falun: Municipality) -> SubmissionAgreement:
    return factories.agreement(falun, number="KS 2022/0117")


def limit(place: Municipality, octets: int | None) -> None:
    Quota.objects.update_or_create(municipality=place, defaults={"bytes": octets})


def used(place: Municipality) -> Usage:
    return quota.used([place.pk])[place.pk]


def begin(agreement: SubmissionAgreement, by: User, size: int = 64) -> Upload:
    return uploading.begin(agreement, kind="production", filename="leverans.zip", size=size, by=by)


# What counts


def test_nothing_is_nothing(falun: Municipality) -> None:
    assert used(falun) == Usage()


def test_each_kind_is_summed_by_itself_and_others_are_left_out(falun: Municipality, producer: User) -> None:
    factories.aip(falun, size=1000, sha256="a" * 64)
    factories.aip(falun, size=500, sha256="b" * 64)
    factories.sip(falun, size=70)
    factories.upload(falun, producer, size=40)
    factories.draft_file(factories.draft(falun, producer), "a.pdf", b"12345", size=9)
    leksand = factories.municipality("2029")
    factories.sip(leksand, size=3)
    assert quota.used(["2080", "2029"]) == {"2080": Usage(1500, 70, 40, 9), "2029": Usage(quarantined=3)}
    assert used(falun).total == 1619


def test_a_package_counts_once_while_its_aip_is_written_and_after(falun: Municipality) -> None:
    aip = factories.aip(falun, size=None)  # factories: of a SIP of 1000 bytes
    assert used(falun) == Usage(quarantined=1000)
    AIP.objects.filter(pk=aip.pk).update(size=1200)
    assert used(falun) == Usage(kept=1200)
    SIP.objects.filter(pk=aip.sip_id).update(status=SIP.Status.ARCHIVED)
    assert used(falun) == Usage(kept=1200)


def test_copies_do_not_count(falun: Municipality) -> None:
    aip = factories.aip(falun, size=1000, sha256="a" * 64)
    for store in ("a", "b", "c"):
        aip.copies.create(store=store, key=aip.key, sha256=aip.sha256, verified_at=timezone.now())
    assert used(falun) == Usage(kept=1000)


@pytest.mark.parametrize("status", ["given_back", "test_passed"])
def test_what_was_decided_counts_until_the_sweep_has_taken_it(status: str, falun: Municipality) -> None:
    sip = factories.sip(falun, size=70, status=status, decided_at=timezone.now(), decided_by=factories.user())
    assert used(falun).quarantined == 70
    SIP.objects.filter(pk=sip.pk).update(decided_at=timezone.now() - datetime.timedelta(days=8))
    assert used(falun).quarantined == 0


@pytest.mark.parametrize("status", ["complete", "cancelled", "expired"])
def test_an_upload_counts_while_it_is_open(status: str, falun: Municipality, producer: User) -> None:
    factories.upload(falun, producer, status=status)
    assert used(falun).uploads == 0


def test_a_draft_counts_by_its_declared_length_until_its_package_does(falun: Municipality, producer: User) -> None:
    draft = factories.draft(falun, producer, "kf 2010.pdf")
    factories.draft_file(draft, "kf 2011.pdf", b"123", size=1000)
    assert used(falun).drafts == 1011
    draft.files.filter(path="kf 2011.pdf").delete()
    assembling.submit(draft, by=producer)
    assert used(falun).drafts == 11
    claim = Draft.objects.to_build().claim(draft.pk)
    assert claim
    sip = packaging.package(claim)
    assert sip
    assert used(falun) == Usage(quarantined=sip.size)


def test_a_package_of_a_draft_is_not_counted_beside_the_draft(falun: Municipality, producer: User) -> None:
    draft = factories.draft(falun, producer, "kf 2010.pdf", status=Draft.Status.BUILDING, sent_at=database_now())
    factories.upload(falun, producer, pk=draft.pk, size=5000)
    assert used(falun) == Usage(uploads=5000)


def test_all_municipalities_take_as_many_questions_as_one(
    falun: Municipality, django_assert_num_queries: Callable[[int], Any]
) -> None:
    factories.municipality("2029")
    places = list(Municipality.objects.all())
    assert len(places) > 1
    with django_assert_num_queries(2):
        limits.standings(places)


# Setting the limit


def test_every_change_leaves_a_trace_and_a_second_writer_is_told(falun: Municipality, people: Personas) -> None:
    admin = people.consortium_admin
    limits.set_limit(falun, 50 * GB, seen=1, by=admin)
    event = AuditEvent.objects.get(what="quota_changed")
    assert (event.place, event.details) == ("municipality:2080", {"was": None, "bytes": 50 * GB})
    with pytest.raises(ChangedMeanwhile):
        limits.set_limit(falun, 60 * GB, seen=1, by=admin)
    limits.set_limit(falun, 50 * GB, seen=2, by=admin)  # the same again is no change
    assert AuditEvent.objects.filter(what="quota_changed").count() == 1
    limits.set_limit(falun, None, seen=2, by=admin)
    assert AuditEvent.objects.filter(what="quota_changed").latest("id").details == {"was": 50 * GB, "bytes": None}
    assert limits.standing(falun).limit is None


@pytest.mark.parametrize(("size", "percent", "near"), [(899, 89, False), (900, 90, True), (999, 99, True)])
def test_from_ninety_per_cent_it_is_near(size: int, percent: int, near: bool, falun: Municipality) -> None:
    limit(falun, 1000)
    factories.sip(falun, size=size)
    stands = limits.standing(falun)
    assert (stands.percent, stands.is_near, stands.left) == (percent, near, 1000 - size)


# Where it stops


def test_without_a_limit_nothing_stops(agreement: SubmissionAgreement, producer: User) -> None:
    limit(agreement.owner, None)
    assert begin(agreement, producer, 10 * GB)


def test_to_the_last_byte_and_not_one_more(agreement: SubmissionAgreement, producer: User) -> None:
    limit(agreement.owner, 1000)
    begin(agreement, producer, 900)
    with pytest.raises(refusals.QuotaReached):
        begin(agreement, producer, 101)
    begin(agreement, producer, 100)


def test_another_municipality_is_not_held_back(agreement: SubmissionAgreement, people: Personas) -> None:
    limit(agreement.owner, 1)
    assert begin(factories.agreement(factories.municipality("2029")), people.archivist_leksand)


def test_tus_is_told_how_much_and_who_can_raise_it(agreement: SubmissionAgreement, producer: User) -> None:
    limit(agreement.owner, 2 * GB)
    factories.aip(agreement.owner, size=1_500_000_000, sha256="a" * 64)
    SIP.objects.update(status=SIP.Status.ARCHIVED)
    status, code, sentence = told(Tus(producer, agreement).create(600_000_000))
    assert (status, code) == (413, "E_UPLOAD_QUOTA")
    assert sentence == (
        "Falu kommun har använt 1,5\xa0GB av sitt utrymme på 2\xa0GB, och leveransen behöver 600\xa0MB. Ta bort utkast "
        "eller avbryt uppladdningar som inte behövs. Konsortieadministratören i E-arkivcentrum Dalarna kan höja "
        "gränsen. Det som redan är mottaget finns kvar."
    )
    assert not Upload.objects.exists()


def test_what_had_begun_before_the_limit_was_lowered_may_finish(agreement: SubmissionAgreement, producer: User) -> None:
    tus = Tus(producer, agreement)
    url = tus.begin(64)
    tus.patch(url, 0, b"x" * 10)
    limit(agreement.owner, 5)
    assert told(tus.create(1))[1] == "E_UPLOAD_QUOTA"
    assert tus.patch(url, 10, b"y" * 54).status_code == 204
    assert SIP.objects.get().size == 64


def test_the_plain_form_tells_and_keeps_nothing(agreement: SubmissionAgreement, producer: User) -> None:
    limit(agreement.owner, 10)
    client = Client()
    client.force_login(producer)
    file = io.BytesIO(b"x" * 64)
    file.name = "leverans.zip"
    answer = client.post("/ladda-upp/", {"agreement": agreement.pk, "kind": "production", "file": file})
    assert answer.status_code == 422
    assert "leveransen behöver 64\xa0byte" in answer.content.decode()
    assert 'href="#id_file"' in answer.content.decode()
    assert not Upload.objects.exists()


def test_a_draft_over_the_limit_stays_a_draft(falun: Municipality, producer: User) -> None:
    draft = factories.draft(falun, producer, "kf 2010.pdf")
    factories.sip(falun, size=1000)
    limit(falun, 1010)
    client = Client()
    client.force_login(producer)
    page = client.post(f"/satt-samman/{draft.pk}/lamna-in/", follow=True).content.decode()
    assert "har använt 1\xa0kB av sitt utrymme på 1\xa0kB, och leveransen behöver 11\xa0byte" in page
    draft.refresh_from_db()
    assert (draft.status, draft.files.count()) == (Draft.Status.OPEN, 1)
    limit(falun, 1011)
    assert assembling.submit(draft, by=producer).status == Draft.Status.BUILDING


def test_a_draft_on_its_way_when_the_limit_is_lowered_is_built(falun: Municipality, producer: User) -> None:
    draft = assembling.submit(factories.draft(falun, producer, "kf 2010.pdf"), by=producer)
    limit(falun, 1)
    claim = Draft.objects.to_build().claim(draft.pk)
    assert claim
    assert packaging.package(claim)


# Two at the same time


def in_another_connection(act: Callable[[], object], outcome: list[object]) -> threading.Thread:
    def run() -> None:
        try:
            outcome.append(act())
        except refusals.Refused as refused:
            outcome.append(refused)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def waits(thread: threading.Thread) -> bool:
    """True as soon as somebody stands in line for a row in this database; it must not have got through instead."""
    ends = time.monotonic() + 10
    while thread.is_alive() and time.monotonic() < ends:
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from pg_locks where not granted and locktype in ('transactionid', 'tuple')")
            if cursor.fetchone()[0]:
                return True
        time.sleep(0.02)
    return False


@pytest.mark.django_db(transaction=True)
def test_two_uploads_side_by_side_do_not_both_slip_past(agreement: SubmissionAgreement, producer: User) -> None:
    limit(agreement.owner, 100)
    other = factories.user_with(Role.PRODUCER, agreement.owner)
    outcome: list[object] = []
    with transaction.atomic():
        begin(agreement, producer)
        second = in_another_connection(lambda: begin(agreement, other), outcome)
        assert waits(second)
    second.join()
    assert [type(each) for each in outcome] == [refusals.QuotaReached]
    assert Upload.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_upload_and_a_draft_side_by_side_do_not_both_slip_past(
    agreement: SubmissionAgreement, producer: User
) -> None:
    draft = factories.draft(agreement.owner, producer, "kf 2010.pdf")
    limit(agreement.owner, 70)
    other = factories.user_with(Role.PRODUCER, agreement.owner)
    outcome: list[object] = []
    with transaction.atomic():
        assembling.submit(draft, by=producer)
        second = in_another_connection(lambda: begin(agreement, other), outcome)
        assert waits(second)
    second.join()
    assert [type(each) for each in outcome] == [refusals.QuotaReached]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_never_pass_the_limit(agreement: SubmissionAgreement) -> None:
    limit(agreement.owner, 200)
    people = [factories.user_with(Role.PRODUCER, agreement.owner) for _ in range(6)]
    outcome: list[object] = []
    threads = [in_another_connection(lambda who=who: begin(agreement, who), outcome) for who in people]  # type: ignore[misc]
    for thread in threads:
        thread.join()
    assert sum(isinstance(each, Upload) for each in outcome) == 3
    assert used(agreement.owner).total == 192
