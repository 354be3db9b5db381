"""An empty portal gets its first consortium and administrator by one command, once."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from consortium.access.permissions import Permission
from consortium.access.policy import may
from consortium.models import User
from governance.models import Consortium

pytestmark = pytest.mark.django_db


def begin(email: str = "admin@exempel.se") -> str:
    said = StringIO()
    call_command("begin", "E-arkiv i Bergslagen", email, stdout=said)
    return said.getvalue()


def test_the_administrator_chooses_a_password_and_looks_after_the_consortium() -> None:
    link = begin().split()[-1]
    path = "/" + link.split("/", 3)[3]
    assert Client().get(path, follow=True).status_code == 200
    consortium, administrator = Consortium.objects.get(), User.objects.get()
    assert not administrator.has_usable_password()
    assert may(administrator, Permission.MEMBERS_EDIT, consortium)
    client = Client()
    client.force_login(administrator)
    facts = {"code": "1885", "name": "Lindesberg", "official_name": "Lindesbergs kommun", "county": "Örebro län"}
    assert client.post(reverse("municipality_add", args=[consortium.pk]), facts).status_code == 302
    step = {"status": "interest", "when": "2026"}
    assert client.post(reverse("member_step", args=[consortium.pk, "1885"]), step).status_code == 302
    assert "Lindesberg" in client.get(reverse("consortium", args=[consortium.pk])).content.decode()


def test_a_portal_in_use_is_left_alone() -> None:
    begin()
    with pytest.raises(CommandError, match="redan i gång"):
        begin("annan@exempel.se")


def test_a_wrong_address_makes_nothing() -> None:
    with pytest.raises(CommandError, match="e-postadress"):
        begin("ingen adress")
    assert not Consortium.objects.exists()
