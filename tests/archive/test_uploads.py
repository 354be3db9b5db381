"""tus 1.0.0 as a client meets it: what is promised, what is refused, and in which words."""

import base64
import hashlib
import json
import os
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from archive import quarantine, reception
from archive.models import SIP, Upload
from consortium.access import grants
from consortium.access.roles import Role
from consortium.models import AuditEvent
from deliveries.models import SubmissionAgreement
from tests import factories
from tests.archive.tus_client import COLLECTION, Tus, encoded, told
from tests.keeping import shared
from tests.personas import Personas

pytestmark = pytest.mark.django_db
BODY = b"0123456789abcdef" * 4


@pytest.fixture
@shared
def agreement(people: Personas) -> SubmissionAgreement:
    return factories.agreement(factories.municipality("2080"), number="KS 2021/0117")


@pytest.fixture
def tus(people: Personas, agreement: SubmissionAgreement) -> Tus:
    return Tus(people.producer_falun, agreement)


def key(url: str) -> UUID:
    return UUID(url.strip("/").rsplit("/", 1)[-1])


# The protocol


def test_options_tell_what_the_server_can(tus: Tus) -> None:
    answer = tus.ask("OPTIONS", COLLECTION)
    assert answer.status_code == 204
    assert answer["Tus-Version"] == "1.0.0"
    assert answer["Tus-Extension"] == "creation,creation-with-upload,checksum,termination,expiration"
    assert answer["Tus-Checksum-Algorithm"] == "sha256,sha1,md5"
    assert int(answer["Tus-Max-Size"]) == 1024**4


def test_a_file_in_one_request_is_received_with_its_digest(tus: Tus) -> None:
    sip = SIP.objects.get(pk=key(tus.upload(BODY)))
    assert sip.status == SIP.Status.RECEIVED
    assert sip.sha256 == hashlib.sha256(BODY).hexdigest()
    assert sip.path.read_bytes() == BODY


def test_a_file_in_many_requests_is_whole(tus: Tus) -> None:
    url = tus.begin(64)
    for at in range(0, 64, 16):
        assert tus.offset(url) == at
        assert tus.patch(url, at, BODY[at : at + 16])["Upload-Offset"] == str(at + 16)
    assert SIP.objects.get(pk=key(url)).path.read_bytes() == BODY


def test_creation_can_bring_the_first_bytes(tus: Tus) -> None:
    answer = tus.create(64, BODY[:20])
    assert (answer.status_code, answer["Upload-Offset"]) == (201, "20")
    assert tus.patch(answer["Location"], 20, BODY[20:]).status_code == 204


def test_head_tells_where_it_stands_and_is_not_cached(tus: Tus) -> None:
    url = tus.begin(64, kind="test")
    tus.patch(url, 0, BODY[:10])
    answer = tus.head(url)
    assert (answer["Upload-Offset"], answer["Upload-Length"], answer["Cache-Control"]) == ("10", "64", "no-store")
    assert f"filename {base64.b64encode(b'leverans.zip').decode()}" in answer["Upload-Metadata"]
    assert "GMT" in answer["Upload-Expires"]


def test_the_page_learns_number_and_address_of_the_delivery(tus: Tus) -> None:
    url = tus.upload(BODY)
    state = tus.ask("GET", url).json()
    sip = SIP.objects.get()
    assert (state["status"], state["number"], state["url"]) == ("complete", sip.number, f"/leveranser/{sip.pk}/")
    assert state["sha256"] == sip.sha256


def test_without_the_version_nothing_is_done(tus: Tus) -> None:
    answer = tus.ask("POST", COLLECTION, Tus_Resumable="0.2.2", Upload_Length=64)
    assert (answer.status_code, answer["Tus-Version"]) == (412, "1.0.0")


def test_patch_may_be_dressed_as_post_and_nothing_else_may(tus: Tus) -> None:
    url = tus.begin(64)
    kind = "application/offset+octet-stream"
    answer = tus.ask("POST", url, BODY, kind, Upload_Offset=0, X_HTTP_Method_Override="PATCH")
    assert answer.status_code == 204
    url = tus.begin(64)
    assert told(tus.ask("POST", url, X_HTTP_Method_Override="DELETE"))[:2] == (405, "E_METHOD")
    assert told(tus.ask("PUT", url))[:2] == (405, "E_METHOD")
    assert Upload.objects.get(pk=key(url)).status == Upload.Status.OPEN


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Upload_Length": "0x40"}, 400, "E_UPLOAD_LENGTH"),
        ({"Upload_Length": "-1"}, 400, "E_UPLOAD_LENGTH"),
        ({"Upload_Length": "٣"}, 400, "E_UPLOAD_LENGTH"),
        ({}, 400, "E_UPLOAD_LENGTH"),
        ({"Upload_Defer_Length": "1"}, 400, "E_UPLOAD_LENGTH"),
        ({"Upload_Length": "1", "Upload_Concat": "partial"}, 400, "E_UPLOAD_LENGTH"),
        ({"Upload_Length": "9223372036854775808"}, 413, "E_UPLOAD_LENGTH"),
        ({"Upload_Length": "1000000000000000"}, 413, "E_UPLOAD_LENGTH"),
        ({"Upload_Length": "0"}, 400, "E_UPLOAD_EMPTY"),
    ],
)
def test_lengths_that_cannot_be(tus: Tus, headers: dict[str, Any], status: int, code: str) -> None:
    answer = tus.ask("POST", COLLECTION, Upload_Metadata=encoded(filename="sip.tar"), **headers)
    assert told(answer)[:2] == (status, code)
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    "metadata",
    [
        "",
        encoded(other="x"),
        encoded(filename=""),
        encoded(filename="sip.tar", user_id="1", municipality="2029"),
        encoded(filename="sip.tar", owner="2029"),
        "filename ÅÄÖ",
        "filename c2lw,filename c2lw",
        f"filename {base64.b64encode(bytes([255, 254])).decode()}",
        encoded(filename="sip.tar", sha256="abc"),
        encoded(filename="sip.tar", kind="riktig"),
        encoded(filename="sip.tar", agreement="KS 2022/1"),
    ],
)
def test_metadata_that_cannot_be(tus: Tus, metadata: str) -> None:
    answer = tus.ask("POST", COLLECTION, Upload_Length=64, Upload_Metadata=metadata)
    assert told(answer)[:2] == (400, "E_UPLOAD_METADATA")


def test_a_file_name_is_only_a_label(tus: Tus) -> None:
    url = tus.upload(BODY, filename="../../../etc/cron.d/x\u202e\n.zip")
    sip = SIP.objects.get(pk=key(url))
    assert sip.filename == "x.zip"
    assert sip.path.parent == quarantine.sip_path(sip.pk).parent


@pytest.mark.parametrize(
    ("offset", "body", "status", "code"),
    [
        ("10", BODY, 409, "E_UPLOAD_OFFSET"),
        ("", BODY, 400, "E_UPLOAD_OFFSET"),
        ("nio", BODY, 400, "E_UPLOAD_OFFSET"),
        ("0", BODY + b"x", 413, "E_UPLOAD_DONE"),
    ],
)
def test_parts_that_do_not_fit(tus: Tus, offset: str, body: bytes, status: int, code: str) -> None:
    url = tus.begin(64)
    assert told(tus.patch(url, offset, body))[:2] == (status, code)
    assert tus.offset(url) == 0


def test_the_wrong_content_type_is_refused(tus: Tus) -> None:
    url = tus.begin(64)
    assert told(tus.ask("PATCH", url, BODY, "application/zip", Upload_Offset=0))[:2] == (415, "E_UPLOAD_TYPE")


@pytest.mark.parametrize("algorithm", ["sha256", "sha1", "md5"])
def test_a_part_is_kept_only_when_its_checksum_agrees(tus: Tus, algorithm: str) -> None:
    url = tus.begin(64)
    right = base64.b64encode(hashlib.new(algorithm, BODY[:30]).digest()).decode()
    wrong = base64.b64encode(hashlib.new(algorithm, b"x").digest()).decode()
    refused = tus.patch(url, 0, BODY[:30], Upload_Checksum=f"{algorithm} {wrong}")
    assert told(refused)[:2] == (460, "E_UPLOAD_CHECKSUM")
    assert "Skicka samma del en gång till." in told(refused)[2]
    assert tus.offset(url) == 0
    assert tus.patch(url, 0, BODY[:30], Upload_Checksum=f"{algorithm} {right}").status_code == 204
    assert tus.patch(url, 30, BODY[30:]).status_code == 204
    assert SIP.objects.get(pk=key(url)).sha256 == hashlib.sha256(BODY).hexdigest()


@pytest.mark.parametrize("header", ["crc32 AAAA", "sha256", "sha256 AAAA", "sha1 ~~~"])
def test_checksums_that_cannot_be_read(tus: Tus, header: str) -> None:
    url = tus.begin(64)
    assert told(tus.patch(url, 0, BODY, Upload_Checksum=header))[:2] == (400, "E_UPLOAD_CHECKSUM")


def test_a_creation_with_a_checksum_that_cannot_be_read_begins_nothing(tus: Tus) -> None:
    assert tus.agreement
    facts = {"Upload_Length": 64, "Upload_Metadata": encoded(filename="a.zip", agreement=str(tus.agreement.pk))}
    answer = tus.ask("POST", COLLECTION, BODY, "application/offset+octet-stream", Upload_Checksum="sha256", **facts)
    assert told(answer)[:2] == (400, "E_UPLOAD_CHECKSUM")
    assert not Upload.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_delete_forgets_the_upload_and_its_bytes(tus: Tus) -> None:
    url = tus.begin(64)
    tus.patch(url, 0, BODY[:30])
    path = Upload.objects.get().path
    assert path.exists()
    assert tus.ask("DELETE", url).status_code == 204
    assert not path.exists()
    assert told(tus.patch(url, 0, BODY))[:2] == (410, "E_UPLOAD_GONE")
    assert tus.head(url).status_code == 410
    assert not path.exists()


def test_a_received_package_is_not_deleted_here(tus: Tus) -> None:
    url = tus.upload(BODY)
    assert told(tus.ask("DELETE", url))[:2] == (409, "E_UPLOAD_DONE")
    assert SIP.objects.get().path.exists()


def test_the_last_part_sent_twice_makes_one_delivery(tus: Tus) -> None:
    url = tus.upload(BODY)
    assert told(tus.patch(url, 0, BODY))[:2] == (409, "E_UPLOAD_OFFSET")
    assert tus.patch(url, 64, b"").status_code == 204
    assert told(tus.patch(url, 64, b"x"))[:2] == (413, "E_UPLOAD_DONE")
    assert SIP.objects.count() == 1


# The door


def test_whoever_is_not_logged_in_is_told_so_in_a_way_a_program_understands(tus: Tus) -> None:
    url = tus.begin(64)
    for method in ("OPTIONS", "HEAD", "GET", "PATCH", "DELETE"):
        assert Tus().ask(method, url).status_code == 401
    assert told(Tus().ask("POST", COLLECTION))[:2] == (401, "E_AUTH")


def test_somebody_elses_upload_does_not_exist(tus: Tus, people: Personas) -> None:
    url = tus.begin(64)
    for other in (people.archivist_leksand, people.archivist_falun, people.consortium_admin):
        stranger = Tus(other)
        assert stranger.head(url).status_code == 404
        assert told(stranger.patch(url, 0, BODY))[:2] == (404, "E_NOT_FOUND")
        assert stranger.ask("DELETE", url).status_code == 404
    assert Tus(people.producer_falun).patch(url, 0, BODY).status_code == 204


def test_nobody_uploads_under_another_municipalitys_agreement(people: Personas, agreement: SubmissionAgreement) -> None:
    assert told(Tus(people.archivist_leksand, agreement).create(64))[:2] == (404, "E_NOT_FOUND")


def test_a_colleague_without_the_right_is_told_so(people: Personas, agreement: SubmissionAgreement) -> None:
    assert told(Tus(people.it_archivist, agreement).create(64))[:2] == (403, "E_UPLOAD_ACCESS")
    assert told(Tus(people.chair).create(64))[:2] == (403, "E_UPLOAD_ACCESS")


def test_the_only_agreement_need_not_be_named_but_one_of_two_must(
    people: Personas, agreement: SubmissionAgreement
) -> None:
    assert Tus(people.producer_falun).create(64).status_code == 201
    factories.agreement(agreement.owner)
    assert told(Tus(people.producer_falun).create(64))[:2] == (400, "E_UPLOAD_METADATA")


def test_a_session_alone_is_not_enough(people: Personas, agreement: SubmissionAgreement) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.producer_falun)
    facts = {"Tus-Resumable": "1.0.0", "Upload-Length": "64", "Upload-Metadata": encoded(filename="x")}
    assert client.post(COLLECTION, headers=facts).status_code == 403
    client.cookies["csrf"] = "a" * 32
    assert client.post(COLLECTION, headers={**facts, "X-CSRFToken": "b" * 32}).status_code == 403
    assert client.post(COLLECTION, headers={**facts, "X-CSRFToken": "a" * 32}).status_code == 201


def test_a_right_that_is_lost_under_way_stops_the_upload(tus: Tus, people: Personas) -> None:
    url = tus.begin(64)
    tus.patch(url, 0, BODY[:32])
    for assignment in people.producer_falun.assignments.all():
        grants.end(assignment, by=people.consortium_admin)
    assert tus.patch(url, 32, BODY[32:]).status_code == 404
    assert not SIP.objects.exists()


def test_a_right_lost_while_bytes_arrive_stops_the_reception(
    tus: Tus, people: Personas, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = tus.begin(64)
    write = quarantine.Inflow.write

    def write_and_lose_the_right(inflow: quarantine.Inflow, block: bytes) -> None:
        write(inflow, block)
        for assignment in people.producer_falun.assignments.all():
            grants.end(assignment, by=people.consortium_admin)

    monkeypatch.setattr(quarantine.Inflow, "write", write_and_lose_the_right)
    assert told(tus.patch(url, 0, BODY)) == (
        403,
        "E_UPLOAD_ACCESS",
        "Du får inte längre lämna in paket för Falu kommun. Be kommunens arkivarie om hjälp.",
    )
    assert not SIP.objects.exists()


# What is refused, and what is said


def test_an_empty_file(tus: Tus) -> None:
    sentence = "Filen är tom (0 byte). Kontrollera att exporten blev klar och välj filen igen."
    assert told(tus.create(0)) == (400, "E_UPLOAD_EMPTY", sentence)


def test_too_large_a_file(tus: Tus, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1_000_000
    sentence = "Filen är 2\u00a0MB, men en leverans får vara högst 1\u00a0MB. Dela upp leveransen i flera paket."
    assert told(tus.create(2_000_000)) == (413, "E_UPLOAD_LENGTH", sentence)


def test_no_signed_agreement(people: Personas) -> None:
    unsigned = factories.agreement(factories.municipality("2080"), signed=False, number="KS 2021/0042")
    status, code, sentence = told(Tus(people.producer_falun, unsigned).create(64))
    assert (status, code) == (422, "E_UPLOAD_AGREEMENT")
    assert sentence.startswith("Överenskommelsen KS 2021/0042 är inte undertecknad av båda parter.")
    assert AuditEvent.objects.filter(what="upload_refused", details__reason="E_UPLOAD_AGREEMENT").exists()


def test_an_agreement_that_runs_out_under_way(tus: Tus, agreement: SubmissionAgreement) -> None:
    url = tus.begin(64)
    factories.ended(agreement)
    status, code, sentence = told(tus.patch(url, 0, BODY))
    assert (status, code) == (422, "E_UPLOAD_AGREEMENT")
    assert sentence.startswith("Överenskommelsen KS 2021/0117 avslutades 2022-12-31.")
    assert "sparas till" in sentence
    assert not SIP.objects.exists()
    assert tus.offset(url) == 64  # every byte is kept
    newer = factories.next_version(agreement)
    assert tus.patch(url, 64, b"").status_code == 204
    assert SIP.objects.get().agreement == newer


def test_what_came_whole_is_received_by_itself_when_a_new_version_is_signed(
    tus: Tus, agreement: SubmissionAgreement
) -> None:
    url = tus.begin(64)
    factories.ended(agreement)
    tus.patch(url, 0, BODY)
    state = json.loads(tus.client.get(url).content)
    assert (state["code"], state["number"]) == ("E_UPLOAD_AGREEMENT", "")
    assert list(reception.receive_waiting()) == []
    newer = factories.next_version(agreement)
    (sip,) = reception.receive_waiting()
    assert (sip.agreement, sip.size, sip.sha256) == (newer, 64, hashlib.sha256(BODY).hexdigest())
    assert sip.path.read_bytes() == BODY
    assert list(reception.receive_waiting()) == []


def test_other_content_than_promised(tus: Tus) -> None:
    url = tus.begin(64, sha256=hashlib.sha256(BODY).hexdigest())
    tus.patch(url, 0, BODY[:40])
    status, code, sentence = told(tus.patch(url, 40, b"x" * 24))
    assert (status, code) == (460, "E_UPLOAD_CHECKSUM")
    assert sentence.startswith("Innehållet är inte den fil som uppladdningen började med")
    assert tus.offset(url) == 40, "what came before is kept"
    assert tus.patch(url, 40, BODY[40:]).status_code == 204
    assert SIP.objects.get().sha256 == hashlib.sha256(BODY).hexdigest()


def test_a_package_received_before_is_recognised_when_it_is_whole(tus: Tus) -> None:
    first = SIP.objects.get(pk=key(tus.upload(BODY)))
    url = tus.begin(64)
    answer = tus.patch(url, 0, BODY)
    status, code, sentence = told(answer)
    assert (status, code) == (422, "E_UPLOAD_KNOWN")
    assert sentence.startswith("Paketet är redan mottaget. Producent, Falun lämnade in det ")
    assert first.number in sentence
    assert answer.json()["url"] == f"/leveranser/{first.pk}/"
    assert SIP.objects.count() == 1
    assert not quarantine.upload_path(key(url)).exists()


def test_a_package_received_before_is_recognised_before_a_byte_is_sent(tus: Tus) -> None:
    tus.upload(BODY)
    assert told(tus.create(64, sha256=hashlib.sha256(BODY).hexdigest().upper()))[:2] == (422, "E_UPLOAD_KNOWN")


def test_what_other_municipalities_have_handed_in_is_not_told(tus: Tus, people: Personas) -> None:
    tus.upload(BODY)
    leksand = Tus(people.archivist_leksand, factories.agreement(factories.municipality("2029")))
    leksand.upload(BODY, sha256=hashlib.sha256(BODY).hexdigest())
    assert SIP.objects.count() == 2


def test_the_same_bytes_may_be_a_test_first_and_then_for_real_and_again_after_a_return(tus: Tus) -> None:
    tus.upload(BODY, kind="test")
    SIP.objects.filter(pk=key(tus.upload(BODY))).update(status=SIP.Status.GIVEN_BACK)
    tus.upload(BODY)
    assert SIP.objects.count() == 3


def test_too_many_open_uploads(tus: Tus, settings: Any) -> None:
    settings.UPLOADS_OPEN_PER_USER = 2
    tus.begin(64)
    url = tus.begin(64)
    status, code, sentence = told(tus.create(64))
    assert (status, code) == (429, "E_UPLOAD_TOO_MANY")
    assert sentence.startswith("Du har redan 2 påbörjade uppladdningar.")
    tus.ask("DELETE", url)
    assert tus.create(64).status_code == 201


def test_no_room_is_said_before_a_byte_is_taken(tus: Tus, settings: Any) -> None:
    url = tus.begin(64)
    settings.UPLOAD_RESERVE_BYTES = 1 << 62
    for answer in (tus.create(64), tus.patch(url, 0, BODY)):
        status, code, sentence = told(answer)
        assert (status, code) == (507, "E_UPLOAD_SPACE")
        assert sentence.startswith("Det finns inte plats för filen hos e-arkivet just nu.")
    assert tus.offset(url) == 0


@pytest.mark.parametrize("call", ["pwrite", "fdatasync"])
def test_a_disk_that_fills_up_in_the_middle(tus: Tus, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    url = tus.begin(64)
    tus.patch(url, 0, BODY[:10])
    with monkeypatch.context() as patch:
        patch.setattr(os, call, lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        assert told(tus.patch(url, 10, BODY[10:]))[:2] == (507, "E_UPLOAD_SPACE")
        assert tus.offset(url) == 10
    assert tus.patch(url, 10, BODY[10:]).status_code == 204
    assert SIP.objects.get().path.read_bytes() == BODY


def test_a_second_writer_is_told_to_wait(tus: Tus) -> None:
    url = tus.begin(64)
    with quarantine.Inflow(key(url)):
        status, code, sentence = told(tus.patch(url, 0, BODY))
    assert (status, code) == (423, "E_UPLOAD_LOCKED")
    assert sentence.startswith("Filen tas redan emot från en annan flik")
    assert tus.patch(url, 0, BODY).status_code == 204


def test_more_uploads_at_once_than_there_are_threads_for(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    url = tus.begin(64)
    monkeypatch.setattr("archive.views.uploads.turns", type("Full", (), {"acquire": lambda *_, **__: False})())
    answer = tus.patch(url, 0, BODY)
    assert told(answer)[:2] == (503, "E_UPLOAD_BUSY")
    assert answer["Retry-After"] == "10"
    for _ in range(3):
        assert told(tus.create(64, BODY))[:2] == (503, "E_UPLOAD_BUSY")
    assert Upload.objects.count() == 1  # what nobody was told the address of would only take room


def test_bytes_lost_from_disk_are_asked_for_again(tus: Tus) -> None:
    url = tus.begin(64)
    tus.patch(url, 0, BODY[:40])
    os.truncate(quarantine.upload_path(key(url)), 8)
    answer = tus.patch(url, 40, BODY[40:])
    assert (answer.status_code, answer["Upload-Offset"]) == (409, "8")
    assert tus.patch(url, 8, BODY[8:]).status_code == 204
    assert SIP.objects.get().path.read_bytes() == BODY


def test_a_crash_between_rename_and_commit_loses_nothing(tus: Tus) -> None:
    url = tus.begin(64)
    tus.patch(url, 0, BODY[:40])
    quarantine.move(quarantine.upload_path(key(url)), quarantine.sip_path(key(url)))
    assert tus.patch(url, 40, BODY[40:]).status_code == 204
    assert SIP.objects.get().path.read_bytes() == BODY


@pytest.mark.django_db(transaction=True)
def test_a_database_that_refuses_the_row_leaves_the_bytes_where_they_were(
    tus: Tus, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = tus.begin(64)
    tus.client.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr(SIP, "save", lambda *_, **__: connection.cursor().execute("select 1/0"))
        assert tus.patch(url, 0, BODY).status_code == 500
    assert quarantine.upload_path(key(url)).exists()
    assert not quarantine.sip_path(key(url)).exists()
    assert tus.patch(url, tus.offset(url), BODY).status_code == 204


def test_an_upload_under_way_leaves_a_trace(tus: Tus) -> None:
    tus.upload(BODY)
    assert list(AuditEvent.objects.filter(target_id=str(SIP.objects.get().pk)).values_list("what", flat=True)) == [
        "upload_started",
        "sip_received",
    ]


def test_a_role_on_the_consortium_does_not_carry_the_right_to_upload(people: Personas) -> None:
    helper = factories.user_with(Role.CONSORTIUM_ADMIN, factories.consortium())
    assert told(Tus(helper, factories.agreement(factories.municipality("2080"))).create(64))[:2] == (
        403,
        "E_UPLOAD_ACCESS",
    )
