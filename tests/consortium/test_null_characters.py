"""PostgreSQL keeps no null character: an address with one is refused before anything is asked."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.personas import Personas

pytestmark = pytest.mark.django_db

SEARCHES = [
    *(("systems", "q"), ("inventory", "q"), ("inventory", "kommun"), ("board", "q"), ("follow_up", "q")),
    *(
        ("search", "q"),
        ("suggestions", "q"),
        ("staff_search", "q"),
        ("simulation", "consortium"),
        ("sip_list", "lage"),
    ),
]


@pytest.mark.parametrize(("name", "field"), SEARCHES)
def test_a_search_with_a_null_character_is_refused(people: Personas, name: str, field: str) -> None:
    client = Client()
    client.force_login(people.it_archivist)
    answer = client.get(reverse(name), {field: "ECOS\0"})
    assert answer.status_code == 400
    assert "Förfrågan gick inte att läsa" in answer.content.decode()


def test_so_is_an_address_with_one_in_its_path(people: Personas) -> None:
    client = Client()
    client.force_login(people.it_archivist)
    assert client.get("/system/leveransplaner/20\0/").status_code == 400
    assert client.get("/system/leveransplaner/20%00/").status_code == 400
