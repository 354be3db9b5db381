"""The board in a browser: a project is moved with the keyboard alone, and without scripts."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from consortium.access.roles import Role
from consortium.models import User
from deliveries import projects
from deliveries.models import Participation, Phase, Status
from tests import factories
from tests.browser.conftest import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def by(transactional_db: None) -> User:
    return factories.user_with(Role.IT_ARCHIVIST, factories.consortium())


@pytest.fixture
def part(by: User) -> Participation:
    falun = factories.municipality("2080")
    project = projects.create(
        factories.consortium(), factories.system(), "ECOS 2", [falun], by=by, status=Status.ONGOING
    )
    return project.participations.get()


def move(page: Page) -> None:
    """From the menu button to the phase, by keys."""
    page.goto(f"{reverse('board')}?vy=faser")
    page.locator("summary", has_text="Flytta till").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("ECOS 2, Falun är nu i Fas 0 Undersöka.")).to_be_visible()


def test_moved_with_the_keyboard(page: Page, sign_in: SignIn, by: User, part: Participation) -> None:
    sign_in(page, by)
    move(page)
    lane = page.get_by_role("region", name="Fas 0 Undersöka")
    expect(lane.get_by_role("link", name="ECOS 2")).to_be_visible()
    part.refresh_from_db()
    assert part.phase == Phase.EXPLORE


def test_moved_without_scripts(
    chromium: Browser, live_server: LiveServer, sign_in: SignIn, by: User, part: Participation
) -> None:
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, by)
    page.goto(f"{reverse('board')}?vy=faser")
    page.locator("summary", has_text="Flytta till").click()
    page.get_by_role("button", name="Fas 0 Undersöka").click()
    expect(page.get_by_text("ECOS 2, Falun är nu i Fas 0 Undersöka.")).to_be_visible()
    context.close()


def test_a_closed_gate_shows_the_way(page: Page, sign_in: SignIn, by: User, part: Participation) -> None:
    Participation.objects.update(phase=Phase.EXPLORE)
    sign_in(page, by)
    page.goto(f"{reverse('board')}?vy=faser")
    page.locator("summary", has_text="Flytta till").click()
    page.get_by_role("button", name="Fas 1 Inventera").click()
    expect(page.get_by_role("heading", name="Det här saknas innan Fas 1 Inventera")).to_be_visible()
    page.locator("#saknas").get_by_role("link", name="Ange verksamhetsansvarig").click()
    page.get_by_label("Funktion", exact=True).fill("Miljöchef")
    page.get_by_role("button", name="Spara funktionen").click()
    expect(page.get_by_text("Funktionen är sparad.")).to_be_visible()
    page.get_by_label("Flytta till").select_option(label="Fas 1 Inventera")
    page.get_by_role("button", name="Flytta", exact=True).click()
    expect(page.get_by_text("är nu i Fas 1 Inventera")).to_be_visible()
