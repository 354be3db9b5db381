"""The staff's menu: the room one stands in is marked, whatever its addresses begin with."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.urls import reverse

from consortium.models import User
from consortium.site import navigation
from tests.governance import membering
from tests.personas import Personas

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "row"),
    [
        *(("body", "m_body"), ("body_edit", "m_body"), ("seat_edit", "m_seat"), ("round", "m_round")),
        *(("round_edit", "m_round"), ("series", "m_series"), ("series_add", "m_series")),
        *(
            ("withdrawal", "m_withdrawal"),
            ("inquiry", "m_inquiry"),
            ("topic", "m_topic"),
            ("consortium", "m_consortium"),
        ),
    ],
)
def test_members_is_marked_on_every_page_of_its_room(people: Personas, name: str, row: str) -> None:
    at = membering.addressed()
    client = Client()
    client.force_login(people.consortium_admin)
    page = client.get(reverse(name, args=[at[row]])).content.decode()
    assert '<a href="/medlemmar/" aria-current="true"' in page
    assert page.count('aria-current="true"') == 1


def test_the_page_itself_and_other_rooms_are_told_apart(people: Personas) -> None:
    def marked(path: str) -> list[tuple[str, str]]:
        request = RequestFactory().get(path)
        request.user = people.consortium_admin
        groups = navigation.staff_links(request, 0)
        return [(link.url, link.current) for group in groups for link in group.links if link.current]

    assert marked("/medlemmar/") == [("/medlemmar/", "page")]
    assert marked("/kalender/") == [("/kalender/", "page")]
    assert marked("/organisationer/") == []


def test_the_public_start_is_marked_on_itself_alone() -> None:
    request = RequestFactory().get("/om/")
    request.user = AnonymousUser()
    assert ("/", "true") not in [(link.url, link.current) for link in navigation.public_links(request)]


def test_everybody_has_one_search_and_closed_content_is_searched_by_who_may_read_it(people: Personas) -> None:
    def searches(user: User) -> list[str]:
        request = RequestFactory().get("/arbete/")
        request.user = user
        links = [link for group in navigation.staff_links(request, 0) for link in group.links]
        return [link.url for link in links if link.label == "Sök i arkivet"]

    assert searches(people.archivist_falun) == [reverse("staff_search")]
    assert searches(people.steering_member) == [reverse("search")]
