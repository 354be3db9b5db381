"""Utrymme on the pages: the consortium sets it, the municipality's own see how it stands, and nobody else does."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from consortium.access.roles import Role
from consortium.models import AuditEvent
from governance import quota
from governance.models import Membership, Municipality, Quota
from tests import factories
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
def nearly_full(falun: Municipality) -> Quota:
    factories.aip(falun, size=920 * GB, sha256="a" * 64)
    factories.sip(falun, size=20 * GB)
    return Quota.objects.create(municipality=falun, bytes=1000 * GB)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(name: str) -> str:
    return reverse(name, args=[factories.consortium().pk, "2080"])


def page(user: Any, url: str) -> str:
    answer = signed_in(user).get(url)
    assert answer.status_code == 200
    return answer.content.decode()


# Setting it


def test_whole_gigabytes_become_bytes_and_nothing_lifts_the_limit(falun: Municipality, people: Personas) -> None:
    admin = signed_in(people.consortium_admin)
    answer = admin.post(address("quota"), {"gigabytes": "500", "seen": "1"}, follow=True)
    assert "0\xa0byte av 500\xa0GB används (0\xa0%). 500\xa0GB är kvar." in answer.content.decode()
    assert Quota.objects.get().bytes == 500 * GB
    assert 'value="500"' in page(people.consortium_admin, address("quota"))
    answer = admin.post(address("quota"), {"gigabytes": "", "seen": "2"}, follow=True)
    assert "0\xa0byte används. Ingen gräns är satt." in answer.content.decode()
    assert AuditEvent.objects.filter(what="quota_changed", place="municipality:2080").count() == 2


@pytest.mark.parametrize(
    ("given", "told"),
    [("0", "minst 1 GB"), ("-5", "minst 1 GB"), ("1,5", "hela GB"), ("mycket", "hela GB"), ("9999999", "högst 1 000")],
)
def test_what_is_no_limit_is_told(given: str, told: str, falun: Municipality, people: Personas) -> None:
    answer = signed_in(people.consortium_admin).post(address("quota"), {"gigabytes": given, "seen": "1"})
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Quota.objects.exists()


def test_the_second_of_two_writers_sees_what_stands_now(falun: Municipality, people: Personas) -> None:
    admin = signed_in(people.consortium_admin)
    admin.post(address("quota"), {"gigabytes": "500", "seen": "1"})
    answer = admin.post(address("quota"), {"gigabytes": "300", "seen": "1"})
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert "<dt>Gräns</dt><dd>500\xa0GB</dd>" in shown
    assert 'value="300"' in shown
    assert admin.post(address("quota"), {"gigabytes": "300", "seen": "2"}).status_code == 302
    assert Quota.objects.get().bytes == 300 * GB


def test_a_limit_below_what_is_used_is_kept_and_told(nearly_full: Quota, people: Personas) -> None:
    sent = {"gigabytes": "500", "seen": "1"}
    shown = signed_in(people.consortium_admin).post(address("quota"), sent, follow=True).content.decode()
    assert "940\xa0GB av 500\xa0GB används (188\xa0%). Nya leveranser tas inte emot" in shown
    assert "Fullt" in shown


def test_a_municipality_does_not_raise_its_own_limit(nearly_full: Quota, people: Personas) -> None:
    """Not even where it had the right to edit its members' page."""
    own = factories.user_with(Role.MUNICIPALITY_ADMIN, nearly_full.municipality)
    for user in (own, people.archivist_falun):
        assert signed_in(user).post(address("quota"), {"gigabytes": "5000", "seen": "1"}).status_code in (403, 404)
    assert Quota.objects.get().bytes == 1000 * GB


def test_a_consortium_that_only_hopes_does_not_set_a_members_limit(nearly_full: Quota, people: Personas) -> None:
    other = factories.consortium("Ett annat samarbete")
    interest = Membership.Status.INTEREST
    Membership.objects.create(
        consortium=other, municipality=nearly_full.municipality, status=interest, effective_on="2022-01-01"
    )
    hopeful = factories.user_with(Role.CONSORTIUM_ADMIN, other)
    url = reverse("quota", args=[other.pk, "2080"])
    assert signed_in(hopeful).post(url, {"gigabytes": "5000", "seen": "1"}).status_code == 403


# Reading it


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("archivist_falun", True),
        ("producer_falun", True),
        ("it_archivist", True),
        ("steering_member", True),
        ("consortium_admin", True),
        ("archivist_leksand", False),
    ],
)
def test_how_a_municipality_stands_is_for_its_own_and_for_who_answers_for_all(
    who: str, sees: bool, nearly_full: Quota, people: Personas
) -> None:
    shown = page(getattr(people, who), address("member"))
    assert ("940\xa0GB av 1\xa0TB används (94\xa0%). 60\xa0GB är kvar." in shown) is sees
    assert ("Arkiverat 920\xa0GB, i karantän 20\xa0GB" in shown) is sees
    assert ("Nästan fullt" in shown) is sees
    assert (address("quota") in shown) is (who == "consortium_admin")


def test_the_auditor_reads_it(nearly_full: Quota) -> None:
    assert "Nästan fullt" in page(factories.user_with(Role.AUDITOR, factories.consortium()), address("member"))


def test_the_meter_has_a_name_and_its_words(nearly_full: Quota, people: Personas) -> None:
    shown = page(people.archivist_falun, address("member"))
    assert (
        '<meter class="warn" max="100" value="94" aria-labelledby="utrymme-2080" aria-describedby="utrymme-2080-words">'
    ) in shown


def test_without_a_limit_there_are_words_and_no_meter(falun: Municipality, people: Personas) -> None:
    shown = page(people.archivist_falun, address("member"))
    assert "Ingen gräns är satt." in shown
    assert "<meter" not in shown


def test_the_upload_page_tells_how_much_room_there_is(nearly_full: Quota, people: Personas) -> None:
    factories.agreement(nearly_full.municipality)
    url = reverse("upload")
    assert "60\xa0GB är kvar" in page(people.producer_falun, url)
    assert "Utrymme i arkivet" not in page(people.archivist_leksand, url)


def test_a_draft_tells_it_before_files_are_brought(nearly_full: Quota, people: Personas) -> None:
    draft = factories.draft(nearly_full.municipality, people.producer_falun, "kf 2010.pdf")
    shown = page(people.producer_falun, reverse("draft", args=[draft.pk]))
    assert "60\xa0GB är kvar" in shown
    assert "i utkast 11\xa0byte" in shown


# Before it is full


def test_the_administrator_is_told_in_time_and_others_are_not(nearly_full: Quota, people: Personas) -> None:
    work = reverse("work")
    shown = page(people.consortium_admin, work)
    assert "Kommuner vars utrymme tar slut" in shown
    assert address("quota") in shown
    assert "94\xa0%" in shown
    for other in (people.archivist_falun, people.it_archivist, people.chair):
        assert "utrymme tar slut" not in page(other, work)
    quota.set_limit(nearly_full.municipality, 2000 * GB, seen=1, by=people.consortium_admin)
    assert "utrymme tar slut" not in page(people.consortium_admin, work)
