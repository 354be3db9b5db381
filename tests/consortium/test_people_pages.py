"""An administrator gives places, the new colleague chooses a password alone, and nobody gives himself anything."""

import datetime
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consortium.access import grants, invitation
from consortium.access.permissions import Permission
from consortium.access.policy import may
from consortium.access.roles import IN_CONSORTIA, IN_MUNICIPALITIES, SENTENCES, Role
from consortium.audit_events import Event
from consortium.models import AuditEvent, OutgoingMail, User
from tests import factories
from tests.personas import Personas

pytestmark = pytest.mark.django_db
PASSWORD = "en mening som jag minns"
NEW = {
    "email": "arkivarie2.falun@exempel.se",
    "function": "Arkivarie 2, Falun",
    "role": "archivist",
    "where": "m2080",
    "from_on": "",
    "until_on": "",
}


@pytest.fixture
def admin(client: Client, people: Personas) -> Client:
    client.force_login(people.consortium_admin)
    return client


@pytest.fixture
def local(people: Personas) -> Client:
    """The administrator of Falun alone."""
    client = Client()
    client.force_login(factories.user_with(Role.MUNICIPALITY_ADMIN, factories.municipality("2080")))
    return client


def words(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def add(client: Client, **changed: str) -> Any:
    return client.post(reverse("add_person"), {**NEW, **changed})


def newcomer() -> User:
    return User.objects.get(email=NEW["email"])


def invitation_link() -> str:
    (mail,) = OutgoingMail.objects.filter(to=NEW["email"], kind=invitation.KIND)
    found = re.search(r"https?://[^/]+(/\S+)", mail.text)
    assert found
    return found[1]


def test_every_role_can_be_held_somewhere_and_says_what_it_is() -> None:
    assert {*IN_CONSORTIA, *IN_MUNICIPALITIES} == set(Role) == set(SENTENCES)


def test_a_new_colleague_chooses_the_password_and_works(admin: Client) -> None:
    assert add(admin).status_code == 302
    assert not newcomer().has_usable_password()
    visitor, link = Client(), invitation_link()
    assert visitor.get(link).status_code == 200
    assert visitor.post(link, {"password": PASSWORD}).status_code == 302
    assert newcomer().check_password(PASSWORD)
    assert may(newcomer(), Permission.SIP_ACCEPT, factories.municipality("2080"))
    assert not may(newcomer(), Permission.SIP_STATUS, factories.municipality("2029"))
    traces = set(AuditEvent.objects.filter(target_id=str(newcomer().pk)).values_list("what", flat=True))
    assert {Event.USER_INVITED, Event.PASSWORD_CHOSEN} <= traces


def test_the_link_works_once(admin: Client) -> None:
    add(admin)
    link = invitation_link()
    Client().post(link, {"password": PASSWORD})
    again = Client().get(link)
    assert again.status_code == 410
    assert "Länken gäller inte" in words(again)
    assert Client().post(link, {"password": "en helt annan mening"}).status_code == 410


def test_the_link_is_old_after_three_days(admin: Client, settings: Any) -> None:
    add(admin)
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert Client().get(invitation_link()).status_code == 410


def test_a_password_that_is_too_short_is_told_and_the_link_stays(admin: Client) -> None:
    add(admin)
    link = invitation_link()
    assert "minst 12 tecken" in words(Client().post(link, {"password": "kort"}))
    assert Client().get(link).status_code == 200


def test_who_is_here_already_gets_the_role_and_no_letter(admin: Client, people: Personas) -> None:
    add(admin, email=people.archivist_leksand.email.upper())
    assert people.archivist_leksand.assignments.count() == 2
    assert not OutgoingMail.objects.exists()
    people.archivist_leksand.refresh_from_db()
    assert people.archivist_leksand.function == "Arkivarie, Leksand"


def test_nobody_gives_himself_a_role(admin: Client, people: Personas) -> None:
    answer = add(admin, email=people.consortium_admin.email)
    assert answer.status_code == 422
    assert "Du kan inte ge dig själv en roll" in words(answer)
    assert 'value="Arkivarie 2, Falun"' in answer.content.decode()
    assert people.consortium_admin.assignments.count() == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"email": "arkivarien"}, "e-postadress"),
        ({"role": "chair"}, "gäller hela samarbetet"),
        ({"where": "c{consortium}"}, "hör till en kommun"),
        ({"until_on": "2001-01-01"}, "Slutdagen ligger före första dagen"),
        ({"from_on": "i morgon bitti"}, "Skriv dagen som"),
        ({"role": ""}, "måste fyllas i"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(admin: Client, changed: dict[str, str], said: str) -> None:
    filled = {name: value.format(consortium=factories.consortium().pk) for name, value in changed.items()}
    answer = add(admin, **filled)
    assert answer.status_code == 422
    assert said in words(answer)
    assert not User.objects.filter(email=NEW["email"]).exists()


def test_the_same_role_twice_at_one_time_is_refused(admin: Client, people: Personas) -> None:
    again = {"role": "producer", "where": "m2080", "from_on": "", "until_on": ""}
    page = reverse("person", args=[people.producer_falun.pk])
    assert "är redan producent där" in words(admin.post(page, again))
    (held,) = people.producer_falun.assignments.all()
    held.until_on = timezone.localdate()
    held.save()
    tomorrow = (timezone.localdate() + datetime.timedelta(days=1)).isoformat()
    assert admin.post(page, {**again, "from_on": tomorrow}).status_code == 302


def test_an_ended_role_ends_at_once_and_stays_in_the_history(admin: Client, people: Personas) -> None:
    falun, held = factories.municipality("2080"), people.producer_falun.assignments.get()
    assert "inte längre Producent" in words(admin.get(reverse("end_role", args=[held.pk])))
    assert may(people.producer_falun, Permission.SIP_UPLOAD, falun)
    admin.post(reverse("end_role", args=[held.pk]))
    assert not may(User.objects.get(pk=people.producer_falun.pk), Permission.SIP_UPLOAD, falun)
    assert "Producent" in words(admin.get(reverse("person", args=[people.producer_falun.pk])))


def test_a_closed_account_is_out_at_once_and_can_be_opened(admin: Client, people: Personas) -> None:
    theirs = Client()
    theirs.force_login(people.producer_falun)
    admin.post(reverse("person_act", args=[people.producer_falun.pk, "stang"]))
    assert theirs.get(reverse("work")).status_code == 302
    assert not may(User.objects.get(pk=people.producer_falun.pk), Permission.SIP_UPLOAD, factories.municipality("2080"))
    admin.post(reverse("person_act", args=[people.producer_falun.pk, "oppna"]))
    assert may(User.objects.get(pk=people.producer_falun.pk), Permission.SIP_UPLOAD, factories.municipality("2080"))


def test_a_municipality_sees_its_own_users_alone(local: Client, people: Personas) -> None:
    page = words(local.get(reverse("people")))
    assert people.archivist_falun.email in page
    assert people.archivist_leksand.email not in page
    assert people.chair.email not in page
    assert local.get(reverse("person", args=[people.archivist_leksand.pk])).status_code == 404
    theirs = people.archivist_leksand.assignments.get()
    assert local.post(reverse("end_role", args=[theirs.pk])).status_code == 404
    assert add(local, where="m2029").status_code == 422
    assert add(local, role="consortium_admin", where=f"c{factories.consortium().pk}").status_code == 422
    assert add(local).status_code == 302


def test_an_account_with_roles_elsewhere_is_not_closed_by_one_municipality(local: Client, people: Personas) -> None:
    grants.assign(people.archivist_falun, Role.ARCHIVIST, factories.municipality("2029"), by=None)
    answer = local.post(reverse("person_act", args=[people.archivist_falun.pk, "stang"]))
    assert answer.status_code == 403
    people.archivist_falun.refresh_from_db()
    assert people.archivist_falun.is_active
