"""The sign of life that a load balancer and an operator look at."""

import datetime
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from archive.models import AIP, SIP, ArchiveStore, Draft, OwnRecord
from consortium.models import Pulse
from consortium.models.leases import database_now
from governance.models import Minutes
from tests import factories
from tests.governance import publishing, steering
from tests.personas import Personas

pytestmark = pytest.mark.django_db


def test_a_portal_whose_sweep_goes_is_sound(client: Client) -> None:
    Pulse.beat("sweep")
    assert client.get(reverse("health")).status_code == 200


def test_a_silent_sweep_is_seen(client: Client) -> None:
    Pulse.objects.create(name="sweep", at=database_now() - datetime.timedelta(minutes=4))
    assert client.get(reverse("health")).status_code == 503


def test_strangers_are_told_nothing_more(client: Client) -> None:
    assert client.get(reverse("health")).json() == {"sound": False}


def test_what_is_stuck_or_needs_somebody_is_shown(client: Client, people: Personas) -> None:
    Pulse.beat("sweep")
    factories.sip(status=SIP.Status.RECEIVED, due_at=database_now() - datetime.timedelta(hours=2))
    factories.aip(status=AIP.Status.NEEDS_PERSON, stopped_at_status=AIP.Status.STORING)
    client.force_login(people.it_archivist)
    page = client.get(reverse("status")).content.decode()
    assert page.count("Behöver ses över") == 2


def test_a_draft_and_own_records_can_be_stuck_too(client: Client, people: Personas) -> None:
    client.force_login(people.it_archivist)
    assert stuck(client) == 0
    ago: dict[str, Any] = {"due_at": database_now() - datetime.timedelta(hours=2)}
    sent = {"status": Draft.Status.BUILDING, "sent_at": ago["due_at"]}
    factories.draft(factories.municipality("2080"), people.producer_falun, **sent, **ago)
    assert stuck(client) == 1
    minutes = publishing.adjusted(steering.group())
    Minutes.objects.filter(pk=minutes.pk).update(**ago)
    assert stuck(client) == 2
    OwnRecord.objects.create(minutes=minutes, **ago)
    assert stuck(client) == 3


def stuck(client: Client) -> int:
    page = client.get(reverse("status")).content.decode()
    found = re.search(r"Rader som har fastnat</dt>.*?<span class=\"quiet\">(\d+)</span>", page, re.DOTALL)
    assert found
    return int(found[1])


def test_a_package_that_waits_for_room_is_named_without_its_reason(client: Client, people: Personas) -> None:
    client.force_login(people.it_archivist)
    assert "Inget väntar" in client.get(reverse("status")).content.decode()
    aip = factories.aip(status=AIP.Status.STORING, trouble="Lagret b är fullt.")
    told = client.get(reverse("status")).content.decode()
    assert f"{aip.number} väntar." in told
    assert "Lagret b är fullt" not in told, "why may name what is in the package"


def test_a_store_in_trouble_is_shown_with_its_reason(client: Client, people: Personas) -> None:
    ArchiveStore.objects.create(name="b", opened_at=database_now(), trouble="Lager b svarar inte.")
    client.force_login(people.it_archivist)
    assert "Lager b svarar inte." in client.get(reverse("status")).content.decode()
