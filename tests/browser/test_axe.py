"""Every page, for every persona, light and dark: axe finds nothing and nothing scrolls sideways on a small screen."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page

from consortium.models import User
from tests.browser.conftest import SignIn
from tests.personas import Personas

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SMALLEST = {"width": 320, "height": 640}


@dataclass(frozen=True)
class Stop:
    """A page of the tour and the personas that may see it."""

    url: str
    who: tuple[str, ...] = field(default=())


STAFF = ("archivist_falun", "producer_falun", "it_archivist", "steering_member", "chair", "consortium_admin")
PUBLIC = ("visitor", "archivist_falun")


def stops() -> Iterator[Stop]:
    for name in ("about", "accessibility"):
        yield Stop(reverse(name), PUBLIC)
    yield Stop(reverse("account_login"), ("visitor",))
    yield Stop("/finns-inte/", PUBLIC)
    for name in ("work", "gallery"):
        yield Stop(reverse(name), STAFF)


def test_axe_finds_nothing_on_any_page(page: Page, sign_in: SignIn, people: Personas) -> None:
    complaints: list[str] = []
    for persona in ("visitor", *STAFF):
        page.context.clear_cookies()
        user = getattr(people, persona)
        if isinstance(user, User):
            sign_in(page, user)
        for stop in (stop for stop in stops() if persona in stop.who):
            page.goto(stop.url)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                complaints += [f"{persona} {stop.url} {scheme}: {each}" for each in axe(page)]
            complaints += [f"{persona} {stop.url}: {each}" for each in sideways(page)]
    assert not complaints, "\n".join(complaints)


def axe(page: Page) -> list[str]:
    found = Axe().run(page, options=WCAG).response["violations"]
    return [f"{each['id']} {node['html'][:160]}" for each in found for node in each["nodes"]]


def sideways(page: Page) -> list[str]:
    """320 px is 400 % zoom on a common screen (WCAG 1.4.10)."""
    before = page.viewport_size
    page.set_viewport_size(SMALLEST)
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if before:
        page.set_viewport_size(before)
    return [f"rullar {over} px i sidled vid 320 px"] if over > 0 else []
