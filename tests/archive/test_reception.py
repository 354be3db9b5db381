"""Mottagande: bytes first, row last; what the worker finds; what the sweep takes away and what it leaves."""

import datetime
import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import redis
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.test import Client
from django.urls import reverse

from archive import quarantine, reception, tasks, uploading
from archive.models import SIP, PreservationEvent, Upload
from archive.models.submissions import DeliveryKind
from archive.refusals import AlreadyReceived
from consortium.embedded.servers import Servers
from consortium.models import AuditEvent, Pulse, User
from consortium.models.leases import database_now
from deliveries.models import SubmissionAgreement
from tests import factories
from tests.archive.tus_client import Tus
from tests.keeping import shared
from tests.personas import Personas

pytestmark = pytest.mark.django_db
BODY = b"innehallet i ett paket" * 10
SHA256 = hashlib.sha256(BODY).hexdigest()
DAY = 86400


@pytest.fixture
@shared
def agreement(people: Personas) -> SubmissionAgreement:
    return factories.agreement(factories.municipality("2080"))


@pytest.fixture
@shared
def producer(people: Personas) -> User:
    return people.producer_falun


@pytest.fixture
def tus(producer: User, agreement: SubmissionAgreement) -> Tus:
    return Tus(producer, agreement)


def whole(agreement: SubmissionAgreement, by: User, body: bytes = BODY, promised: str = "") -> Upload:
    """An upload whose bytes are all on disk, one step before reception."""
    upload = uploading.begin(
        agreement, kind="production", filename="a.zip", size=len(body), by=by, sha256_promised=promised
    )
    upload.path.parent.mkdir(parents=True, exist_ok=True)
    upload.path.write_bytes(body)
    return upload


def aged(path: Path, days: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, times=(time.time() - days * DAY,) * 2)
    return path


def claimed(sip: SIP) -> SIP:
    taken = SIP.objects.waiting_for_validation().claim(sip.pk)
    assert taken
    return taken


# From upload to delivery


def test_a_whole_upload_becomes_a_delivery_that_waits_for_validation(
    agreement: SubmissionAgreement, producer: User
) -> None:
    upload = whole(agreement, producer)
    sip = reception.receive(upload, by=producer, sha256=SHA256)
    upload.refresh_from_db()
    assert (sip.status, sip.owner, sip.sha256) == (SIP.Status.RECEIVED, agreement.owner, SHA256)
    assert sip.number.startswith(f"SIP-{datetime.date.today().year}-")
    assert sip in SIP.objects.waiting_for_validation().due()
    assert (upload.status, upload.offset) == (Upload.Status.COMPLETE, len(BODY))
    assert sip.path.read_bytes() == BODY
    assert not upload.path.exists()


def test_reception_leaves_both_traces(agreement: SubmissionAgreement, producer: User) -> None:
    sip = reception.receive(whole(agreement, producer), by=producer, sha256=SHA256)
    assert AuditEvent.objects.filter(what="sip_received", target_id=str(sip.pk), actor_id=producer.pk).count() == 1
    event = PreservationEvent.objects.get(sip_id=sip.pk)
    assert event.kind == PreservationEvent.Kind.RECEPTION
    assert event.detail["sha256"] == SHA256


def test_receiving_twice_gives_the_same_delivery(agreement: SubmissionAgreement, producer: User) -> None:
    upload = whole(agreement, producer)
    first = reception.receive(upload, by=producer, sha256=SHA256)
    assert reception.receive(upload, by=producer, sha256=SHA256) == first
    assert SIP.objects.count() == PreservationEvent.objects.count() == 1


def test_the_number_of_a_refused_package_is_not_lost(agreement: SubmissionAgreement, producer: User) -> None:
    first = reception.receive(whole(agreement, producer), by=producer, sha256=SHA256)
    with pytest.raises(AlreadyReceived):
        reception.receive(whole(agreement, producer), by=producer, sha256=SHA256)
    other = b"annat innehall"
    second = reception.receive(whole(agreement, producer, other), by=producer, sha256=hashlib.sha256(other).hexdigest())
    assert int(second.number[-5:]) == int(first.number[-5:]) + 1


def test_bytes_are_in_place_before_the_row_commits(
    agreement: SubmissionAgreement, producer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F35: file synced, renamed, both folders synced, then the row."""
    order: list[str] = []

    def watch(owner: Any, name: str, word: str) -> None:
        real = getattr(owner, name)

        def noted(*args: Any, **kwargs: Any) -> Any:
            order.append(word)
            return real(*args, **kwargs)

        monkeypatch.setattr(owner, name, noted)

    watch(Path, "rename", "rename")
    watch(os, "fsync", "fsync")
    watch(SIP, "save", "row")
    reception.receive(whole(agreement, producer), by=producer, sha256=SHA256)
    assert order == ["rename", "fsync", "fsync", "row"]


# What the worker computes when the bytes came in several requests


@pytest.fixture
@shared
def undigested(agreement: SubmissionAgreement, producer: User) -> SIP:
    return claimed(reception.receive(whole(agreement, producer), by=producer))


def test_the_worker_computes_a_digest_that_was_not_ready(undigested: SIP) -> None:
    assert reception.digest(undigested)
    undigested.refresh_from_db()
    assert undigested.sha256 == SHA256
    assert PreservationEvent.objects.get(kind=PreservationEvent.Kind.DIGEST).detail["sha256"] == SHA256
    assert reception.digest(undigested), "a second time it is known"


def test_the_worker_recognises_a_package_received_before(
    agreement: SubmissionAgreement, producer: User, undigested: SIP
) -> None:
    earlier = reception.receive(whole(agreement, producer), by=producer, sha256=SHA256)
    assert not reception.digest(undigested)
    undigested.refresh_from_db()
    assert undigested.status == SIP.Status.FAULTY
    assert undigested.due_at is None
    assert undigested.trouble.startswith("Paketet är redan mottaget. Producent, Falun lämnade in det ")
    assert earlier.number in undigested.trouble
    client = Client()
    client.force_login(producer)
    assert undigested.trouble in client.get(reverse("sip", args=[undigested.pk])).content.decode()


def test_the_worker_refuses_other_content_than_promised(agreement: SubmissionAgreement, producer: User) -> None:
    sip = claimed(reception.receive(whole(agreement, producer, promised="0" * 64), by=producer))
    assert not reception.digest(sip)
    sip.refresh_from_db()
    assert sip.status == SIP.Status.FAULTY
    assert sip.trouble.startswith("Innehållet är inte den fil som uppladdningen började med")


def test_the_digest_can_be_cancelled(undigested: SIP, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reception, "HEARTBEAT", -1.0)
    SIP.objects.filter(pk=undigested.pk).update(cancel_requested_at=database_now())
    assert not reception.digest(undigested)
    undigested.refresh_from_db()
    assert undigested.status == SIP.Status.CANCELLED


# The broker


@pytest.fixture
def broker(servers: Servers) -> Iterator[redis.Redis]:
    made = redis.Redis.from_url(servers.trial.redis_url())
    yield made
    made.close()


@pytest.mark.django_db(transaction=True)
def test_the_broker_may_be_away_when_the_last_byte_arrives(servers: Servers, broker: redis.Redis, tus: Tus) -> None:
    """F09: what the person did is committed and answered; the sweep rings later."""
    url = tus.begin(len(BODY))
    door = servers.trial.run_dir / "redis.sock"
    broker.client_kill_filter(_type="normal", skipme=True)
    hidden = door.rename(door.with_suffix(".hidden"))
    try:
        assert tus.patch(url, 0, BODY).status_code == 204
    finally:
        hidden.rename(door)
    assert SIP.objects.get() in SIP.objects.waiting_for_validation().due()


@pytest.mark.django_db(transaction=True)
def test_the_broker_may_be_full_when_the_last_byte_arrives(broker: redis.Redis, tus: Tus) -> None:
    """F10"""
    broker.config_set("maxmemory", "1")
    try:
        tus.upload(BODY)
    finally:
        broker.config_set("maxmemory", "0")
    assert SIP.objects.get() in SIP.objects.waiting_for_validation().due()


# The sweep


def test_an_upload_nobody_came_back_to_expires_with_its_bytes(agreement: SubmissionAgreement, producer: User) -> None:
    old, young = whole(agreement, producer), whole(agreement, producer)
    Upload.objects.filter(pk=old.pk).update(expires_at=database_now() - datetime.timedelta(seconds=1))
    reception.expire_old()
    assert [Upload.objects.get(pk=upload.pk).status for upload in (old, young)] == ["expired", "open"]
    assert not old.path.exists()
    assert young.path.exists()


def test_an_upload_that_is_being_written_does_not_expire(agreement: SubmissionAgreement, producer: User) -> None:
    upload = whole(agreement, producer)
    Upload.objects.update(expires_at=database_now() - datetime.timedelta(seconds=1))
    with quarantine.Inflow(upload.pk):
        reception.expire_old()
    upload.refresh_from_db()
    assert upload.status == Upload.Status.OPEN
    assert upload.path.exists()


def test_the_disk_is_asked_to_begin_with_each_byte_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []
    begin = quarantine._sync_file_range
    assert begin

    def start(file: int, offset: Any, count: Any, flags: int) -> int:
        asked.append((offset.value, count.value))
        return int(begin(file, offset, count, flags))

    monkeypatch.setattr(quarantine, "_sync_file_range", start)
    with quarantine.Inflow(uuid4()) as inflow:
        inflow.start_at(0)
        for block in (b"a" * 10_000, b"b" * 5_000):
            inflow.write(block)
            inflow.push()
        inflow.push()
        inflow.remove()
    assert asked == [(0, 10_000), (10_000, 5_000)]


def test_each_part_gives_the_upload_another_week(tus: Tus) -> None:
    url = tus.begin(len(BODY))
    Upload.objects.update(expires_at=database_now())
    tus.patch(url, 0, BODY[:10])
    assert Upload.objects.get().expires_at > database_now() + datetime.timedelta(days=6)


def test_files_that_no_row_knows_are_removed_when_they_are_old(agreement: SubmissionAgreement, producer: User) -> None:
    """F41"""
    forgotten = [aged(quarantine.upload_path(uuid4()), 1), aged(quarantine.sip_path(uuid4()), 30)]
    fresh = [aged(quarantine.upload_path(uuid4()), 0), aged(quarantine.sip_path(uuid4()), 1)]
    foreign = aged(quarantine.upload_path(uuid4()).with_name("notering.txt"), 30)
    waiting = aged(whole(agreement, producer).path, 30)
    reception.expire_old()
    assert [path.exists() for path in forgotten] == [False, False]
    assert [path.exists() for path in (*fresh, foreign, waiting)] == [True] * 4


@pytest.mark.parametrize("status", SIP.Status.values)
def test_a_package_is_kept_until_it_is_returned_or_passed_as_a_test(people: Personas, status: str) -> None:
    long_ago = database_now() - datetime.timedelta(days=30)
    sip = factories.sip(status=status, decided_at=long_ago, decided_by=people.archivist_falun)
    paths = [aged(sip.path, 30), aged(sip.path.with_suffix(".inventory"), 30)]
    reception.expire_old()
    gone = status in (SIP.Status.GIVEN_BACK, SIP.Status.TEST_PASSED)
    assert [path.exists() for path in paths] == [not gone] * 2


def test_a_package_returned_yesterday_is_still_there(people: Personas) -> None:
    yesterday = database_now() - datetime.timedelta(days=1)
    sip = factories.sip(status=SIP.Status.GIVEN_BACK, decided_at=yesterday, decided_by=people.archivist_falun)
    path = aged(sip.path, 30)
    reception.expire_old()
    assert path.exists()


def test_two_sweeps_at_once_do_no_harm(agreement: SubmissionAgreement, producer: User) -> None:
    upload = whole(agreement, producer)
    Upload.objects.update(expires_at=database_now() - datetime.timedelta(seconds=1))
    with transaction.atomic():
        reception.expire_old()
        reception.expire_old()
    assert not upload.path.exists()


def test_a_death_between_rename_and_commit_stops_no_sweep(agreement: SubmissionAgreement, producer: User) -> None:
    """F01: what lies among the deliveries without a row is put back and received; what lost its bytes is open again."""
    died, lost, sound = (whole(agreement, producer, body) for body in (BODY, BODY[1:], BODY[2:]))
    Upload.objects.update(offset=F("size"))
    quarantine.move(died.path, died.path.parents[1] / "sips" / died.path.name)
    lost.path.unlink()
    assert {sip.pk for sip in reception.receive_waiting()} == {died.pk, sound.pk}
    assert SIP.objects.get(pk=died.pk).path.read_bytes() == BODY
    lost.refresh_from_db()
    assert (lost.status, lost.offset) == (Upload.Status.OPEN, 0)
    assert list(reception.receive_waiting()) == []


def test_what_is_being_written_waits_for_the_next_sweep(agreement: SubmissionAgreement, producer: User) -> None:
    upload = whole(agreement, producer)
    Upload.objects.update(offset=F("size"))
    with quarantine.Inflow(upload.pk):
        assert list(reception.receive_waiting()) == []
    assert [sip.pk for sip in reception.receive_waiting()] == [upload.pk]


def test_a_disk_that_refuses_one_upload_stops_no_other(
    agreement: SubmissionAgreement, producer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused, sound = whole(agreement, producer), whole(agreement, producer, BODY[1:])
    Upload.objects.update(offset=F("size"))
    move = quarantine.move

    def moving(source: Path, target: Path) -> None:
        if source == refused.path:
            raise OSError(5, "Input/output error")
        move(source, target)

    monkeypatch.setattr(quarantine, "move", moving)
    assert [sip.pk for sip in reception.receive_waiting()] == [sound.pk]


def test_a_part_of_the_sweep_that_fails_stops_no_other_and_is_seen(
    agreement: SubmissionAgreement, producer: User, people: Personas, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = whole(agreement, producer)
    Upload.objects.update(expires_at=database_now() - datetime.timedelta(seconds=1))
    client = Client()
    client.force_login(people.it_archivist)
    with monkeypatch.context() as patch:
        patch.setattr(reception, "receive_waiting", lambda: 1 / 0)
        tasks.sweep()
    assert not old.path.exists()
    assert Pulse.objects.filter(name="sweep").exists()
    assert "Orsaken står i arbetarens logg." in client.get(reverse("status")).content.decode()
    Pulse.objects.filter(name="sweep trouble").update(at=database_now() - datetime.timedelta(minutes=4))
    assert "Orsaken står i arbetarens logg." not in client.get(reverse("status")).content.decode()


# Without JavaScript


@pytest.fixture
def page(producer: User) -> Client:
    client = Client()
    client.force_login(producer)
    return client


def post(page: Client, agreement: SubmissionAgreement, body: bytes = BODY, name: str = "leverans.zip") -> Any:
    path = Path(settings.DATA_DIR) / name
    path.write_bytes(body)
    with path.open("rb") as file:
        return page.post(
            reverse("upload"), {"agreement": agreement.pk, "kind": DeliveryKind.TEST, "file": file}, follow=False
        )


def in_quarantine() -> set[Path]:
    folder = quarantine.upload_path(uuid4()).parent
    return set(folder.iterdir()) if folder.exists() else set()


def test_a_plain_form_brings_a_package_in(page: Client, agreement: SubmissionAgreement) -> None:
    before = in_quarantine()
    answer = post(page, agreement)
    sip = SIP.objects.get()
    assert answer["Location"] == reverse("sip", args=[sip.pk])
    assert (sip.sha256, sip.kind, sip.filename) == (SHA256, DeliveryKind.TEST, "leverans.zip")
    assert sip.path.read_bytes() == BODY
    assert in_quarantine() == before


@pytest.mark.parametrize(
    ("body", "limit", "status", "sentence"),
    [
        (b"", 10**6, 422, "Filen är tom (0 byte)."),
        (b"x" * 200_000, 10_000, 413, "Utan JavaScript går det att skicka högst 10"),
    ],
)
def test_the_plain_form_says_what_is_wrong_with_the_file(
    page: Client, agreement: SubmissionAgreement, settings: Any, body: bytes, limit: int, status: int, sentence: str
) -> None:
    settings.UPLOAD_PLAIN_MAX_BYTES = limit
    before = in_quarantine()
    answer = post(page, agreement, body)
    assert answer.status_code == status
    assert sentence in answer.content.decode()
    assert in_quarantine() == before
    assert not SIP.objects.exists()


def test_the_plain_form_says_when_there_is_no_room(page: Client, agreement: SubmissionAgreement, settings: Any) -> None:
    settings.UPLOAD_RESERVE_BYTES = 1 << 62
    assert "Det finns inte plats för filen" in post(page, agreement).content.decode()


def test_the_plain_form_keeps_nothing_of_a_disk_that_filled_up(
    page: Client, agreement: SubmissionAgreement, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = in_quarantine()
    monkeypatch.setattr(os, "pwrite", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    assert "Det finns inte plats för filen" in post(page, agreement).content.decode()
    assert in_quarantine() == before


def test_the_plain_form_recognises_a_package_and_links_to_it(page: Client, agreement: SubmissionAgreement) -> None:
    post(page, agreement)
    before = in_quarantine()
    answer = post(page, agreement)
    content = answer.content.decode()
    assert answer.status_code == 422
    assert "Paketet är redan mottaget. Producent, Falun lämnade in det" in content
    assert reverse("sip", args=[SIP.objects.get().pk]) in content
    assert in_quarantine() == before


def test_the_plain_form_without_choices_names_each(page: Client, agreement: SubmissionAgreement) -> None:
    answer = page.post(reverse("upload"), {})
    content = answer.content.decode()
    assert answer.status_code == 422
    for sentence in ("Välj vilken överenskommelse leveransen gäller.", "Välj en fil att lämna in."):
        assert sentence in content


def test_the_plain_form_refuses_another_municipalitys_agreement(page: Client, agreement: SubmissionAgreement) -> None:
    before = in_quarantine()
    other = factories.agreement(factories.municipality("2029"))
    assert post(page, other).status_code == 422
    assert not Upload.objects.exists()
    assert in_quarantine() == before


def test_the_plain_form_says_why_an_agreement_hinders(page: Client, people: Personas) -> None:
    unsigned = factories.agreement(factories.municipality("2080"), signed=False, number="KS 2022/0042")
    assert "KS 2022/0042 är inte undertecknad" in post(page, unsigned).content.decode()


def test_nobody_fills_the_disk_without_logging_in(agreement: SubmissionAgreement) -> None:
    before = in_quarantine()
    answer = post(Client(), agreement)
    assert answer.status_code == 302
    assert in_quarantine() == before


def test_a_form_without_its_token_brings_nothing_in(producer: User, agreement: SubmissionAgreement) -> None:
    before = in_quarantine()
    page = Client(enforce_csrf_checks=True)
    page.force_login(producer)
    assert post(page, agreement).status_code == 403
    assert in_quarantine() == before


# The page


def test_the_only_agreement_is_chosen_and_an_unsigned_one_says_why_not(
    page: Client, agreement: SubmissionAgreement
) -> None:
    unsigned = factories.agreement(agreement.owner, signed=False)
    content = page.get(reverse("upload")).content.decode()
    assert f'id="agreement-{agreement.pk}" aria-describedby="agreement-{agreement.pk}-facts" checked>' in content
    assert f'id="agreement-{unsigned.pk}" aria-describedby="agreement-{unsigned.pk}-facts" disabled>' in content
    assert str(unsigned.hindrance()) in content
    assert "högst 210\u00a0MB" in content


def test_without_any_agreement_the_page_says_what_to_do(page: Client) -> None:
    assert "Det finns ingen överenskommelse att leverera under" in page.get(reverse("upload")).content.decode()


def test_the_page_is_for_those_who_may_upload(people: Personas) -> None:
    client = Client()
    client.force_login(people.chair)
    assert client.get(reverse("upload")).status_code == 403


def test_unfinished_uploads_are_listed_and_can_be_cancelled(page: Client, tus: Tus, people: Personas) -> None:
    url = tus.begin(len(BODY))
    tus.patch(url, 0, BODY[:20])
    content = page.get(reverse("upload")).content.decode()
    assert "20\u00a0byte av 220\u00a0byte mottaget" in content
    cancel = reverse("cancel_upload", args=[Upload.objects.get().pk])
    stranger = Client()
    stranger.force_login(people.archivist_falun)
    assert stranger.post(cancel).status_code == 404
    answer = page.post(cancel, follow=True)
    assert "Uppladdningen av leverans.zip är avbruten." in answer.content.decode()
    assert Upload.objects.get().status == Upload.Status.CANCELLED
