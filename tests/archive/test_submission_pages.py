"""The pages where a delivery is followed, judged and decided."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from archive.models import AIP, SIP
from archive.models.submissions import DeliveryKind
from archive.packages.report import Severity
from consortium.models import AuditEvent, User
from consortium.models.leases import database_now
from tests import factories
from tests.keeping import shared
from tests.personas import Personas

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
@shared
def sip(people: Personas) -> SIP:
    sip = factories.sip(status=SIP.Status.VALID, objid="UUID:prov", received_by=people.producer_falun)
    factories.report(sip, factories.group("CSIP5", Severity.WARNING, "METS.xml"))
    return sip


def test_the_list_shows_own_deliveries_and_no_others(people: Personas, sip: SIP) -> None:
    assert sip.number in signed_in(people.archivist_falun).get(reverse("sip_list")).content.decode()
    assert sip.number not in signed_in(people.archivist_leksand).get(reverse("sip_list")).content.decode()


def test_host_staff_see_where_a_delivery_stands_but_not_what_it_is_called(people: Personas, sip: SIP) -> None:
    page = signed_in(people.it_archivist).get(reverse("sip_list")).content.decode()
    assert sip.number in page
    assert sip.filename not in page
    assert reverse("sip", args=[sip.pk]) not in page


def test_the_list_is_narrowed_by_state(people: Personas, sip: SIP) -> None:
    client = signed_in(people.archivist_falun)
    assert sip.number in client.get(reverse("sip_list"), {"lage": "valid"}).content.decode()
    assert sip.number not in client.get(reverse("sip_list"), {"lage": "faulty"}).content.decode()


def test_the_report_stands_on_the_page(people: Personas, sip: SIP) -> None:
    page = signed_in(people.archivist_falun).get(reverse("sip", args=[sip.pk])).content.decode()
    assert "CSIP5" in page
    assert "Godkänn leveransen" in page


def test_a_running_validation_is_asked_for_again_and_a_finished_one_is_not(people: Personas, sip: SIP) -> None:
    client, state = signed_in(people.producer_falun), reverse("sip_state", args=[sip.pk])
    assert "hx-get" not in client.get(state).content.decode()
    SIP.objects.filter(pk=sip.pk).update(status=SIP.Status.RECEIVED, due_at=database_now())
    page = client.get(state).content.decode()
    assert "hx-get" in page
    assert "Väntar på sin tur" in page
    assert SIP.objects.claim(sip.pk)
    SIP.objects.filter(pk=sip.pk).update(stage="files", bytes_done=500, bytes_total=1000, files_done=5, files_total=10)
    page = client.get(state).content.decode()
    assert "50 %" in page
    assert "5 av 10 filer" in page.replace("\xa0", " ")


def test_accepting_leads_to_the_archival_package(people: Personas, sip: SIP) -> None:
    answer = signed_in(people.archivist_falun).post(reverse("accept_sip", args=[sip.pk]))
    assert answer["Location"] == reverse("aip", args=[AIP.objects.get(sip=sip).pk])


def test_a_test_delivery_is_accepted_without_being_archived(people: Personas, sip: SIP) -> None:
    SIP.objects.filter(pk=sip.pk).update(kind=DeliveryKind.TEST)
    answer = signed_in(people.archivist_falun).post(reverse("accept_sip", args=[sip.pk]), follow=True)
    assert "Testleveransen är godkänd" in answer.content.decode()


def test_a_producer_may_not_accept(people: Personas, sip: SIP) -> None:
    assert signed_in(people.producer_falun).post(reverse("accept_sip", args=[sip.pk])).status_code == 403


def test_own_delivery_is_refused_with_a_sentence(people: Personas, sip: SIP) -> None:
    SIP.objects.filter(pk=sip.pk).update(received_by=people.archivist_falun)
    answer = signed_in(people.archivist_falun).post(reverse("accept_sip", args=[sip.pk]), follow=True)
    assert "Be en kollega" in answer.content.decode()
    assert not AIP.objects.exists()


def test_giving_back_needs_a_reason(people: Personas, sip: SIP) -> None:
    client, url = signed_in(people.archivist_falun), reverse("give_back_sip", args=[sip.pk])
    empty = client.post(url, {"reason": ""})
    assert empty.status_code == 422
    assert "Skriv skälen" in empty.content.decode()
    given = client.post(url, {"reason": "Bilaga 3 saknas."}, follow=True)
    assert "Bilaga 3 saknas." in given.content.decode()


def test_a_decision_in_the_wrong_state_is_explained(people: Personas, sip: SIP) -> None:
    SIP.objects.filter(pk=sip.pk).update(status=SIP.Status.FAULTY)
    answer = signed_in(people.archivist_falun).post(reverse("accept_sip", args=[sip.pk]), follow=True)
    assert "Ladda om sidan" in answer.content.decode()


@pytest.mark.parametrize(("form", "start"), [("json", b"{"), ("csv", "\ufeffRegel".encode()), ("pdf", b"%PDF-1.7")])
def test_the_report_is_downloaded_and_that_is_noted(people: Personas, sip: SIP, form: str, start: bytes) -> None:
    answer = signed_in(people.archivist_falun).get(reverse("sip_report", args=[sip.pk, form]))
    assert answer.content.startswith(start)
    assert answer["Content-Disposition"].startswith("attachment")
    event = AuditEvent.objects.latest("id")
    assert (event.what, event.details["form"]) == ("report_downloaded", form)


def test_an_earlier_round_can_be_downloaded(people: Personas, sip: SIP) -> None:
    factories.report(sip)
    client, url = signed_in(people.archivist_falun), reverse("sip_report", args=[sip.pk, "json"])
    assert json.loads(client.get(url).content)["messages"] == []
    assert json.loads(client.get(url, {"omgang": "1"}).content)["messages"][0]["rule_id"] == "CSIP5"
    assert client.get(url, {"omgang": "7"}).status_code == 404


def test_ten_thousand_findings_open_quickly_because_the_report_is_bounded(people: Personas) -> None:
    sip = factories.sip(status=SIP.Status.FAULTY)
    groups = [
        factories.group(f"CSIP{number}", Severity.ERROR, *(f"fil-{n}.pdf" for n in range(50)), count=200)
        for number in range(1, 51)
    ]
    factories.report(sip, *groups)
    page = signed_in(people.archivist_falun).get(reverse("sip", args=[sip.pk]))
    assert page.status_code == 200
    assert len(page.content) < 3_000_000


def test_work_waits_for_those_who_may_decide(people: Personas, sip: SIP) -> None:
    assert sip.number in signed_in(people.archivist_falun).get(reverse("work")).content.decode()
    assert "Ingenting väntar på dig" in signed_in(people.chair).get(reverse("work")).content.decode()
