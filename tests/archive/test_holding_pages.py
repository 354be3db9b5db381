"""The pages of an archival package: where it stands, and what the public sees of it."""

import pytest
from django.test import Client
from django.urls import reverse

from archive.models import AIP, ArchivalUnit
from consortium.models import AuditEvent, User
from tests import factories
from tests.personas import Personas

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_host_staff_see_that_a_package_stands_but_not_what_it_holds(people: Personas) -> None:
    aip = factories.aip()
    page = signed_in(people.it_archivist).get(reverse("aip_list")).content.decode()
    assert aip.number in page
    assert "Kommunstyrelsen" not in page
    assert reverse("aip", args=[aip.pk]) not in page


def test_a_package_on_its_way_is_followed_and_a_finished_one_is_not(people: Personas) -> None:
    aip, client = factories.aip(), signed_in(people.archivist_falun)
    state = reverse("aip_state", args=[aip.pk])
    assert "hx-get" in client.get(state).content.decode()
    AIP.objects.filter(pk=aip.pk).update(status=AIP.Status.CONFIRMED, sha256="a" * 64, size=10, files=1)
    assert "hx-get" not in client.get(state).content.decode()


def test_a_stopped_package_says_why_and_goes_on_when_told(people: Personas) -> None:
    aip = factories.aip(
        status=AIP.Status.NEEDS_PERSON, stopped_at_status=AIP.Status.STORING, trouble="Lager b svarar inte."
    )
    client = signed_in(people.archivist_falun)
    page = client.get(reverse("aip", args=[aip.pk])).content.decode()
    assert "Lager b svarar inte." in page
    assert "Fortsätt arkiveringen" in page
    client.post(reverse("try_aip_again", args=[aip.pk]))
    aip.refresh_from_db()
    assert aip.status == AIP.Status.STORING
    assert aip.due_at is not None
    assert AuditEvent.objects.latest("id").what == "aip_tried_again"


def test_a_package_without_a_copy_that_answers_is_told_as_such(people: Personas) -> None:
    aip = factories.aip(status=AIP.Status.CONFIRMED, sha256="a" * 64, size=10, files=1)
    client, url = signed_in(people.archivist_falun), reverse("aip_download", args=[aip.pk])
    assert client.get(url).status_code == 404
    aip.copies.create(store="a", key=aip.key, sha256=aip.sha256, verified_at=aip.created_at)
    assert client.get(url).status_code == 503
    assert not AuditEvent.objects.filter(what="aip_downloaded").exists()


def test_a_unit_is_withdrawn_with_a_reason_and_shown_again(people: Personas) -> None:
    unit, client = factories.unit(), signed_in(people.archivist_falun)
    withdraw = reverse("withdraw_unit", args=[unit.pk])
    assert "Skriv varför" in client.post(withdraw, {"reason": ""}, follow=True).content.decode()
    assert unit in ArchivalUnit.objects.public()
    assert "visas inte längre" in client.post(withdraw, {"reason": "Fel handling."}, follow=True).content.decode()
    assert unit not in ArchivalUnit.objects.public()
    assert "visas åter" in client.post(reverse("restore_unit", args=[unit.pk]), follow=True).content.decode()
    assert unit in ArchivalUnit.objects.public()


def test_a_secret_unit_is_not_published_by_a_button(people: Personas) -> None:
    unit, client = factories.unit(public=False), signed_in(people.archivist_falun)
    page = client.post(reverse("publish_unit", args=[unit.pk]), follow=True).content.decode()
    assert "är nu offentlig" not in page
    assert unit not in ArchivalUnit.objects.public()
