"""A real Chromium against the real server. The browser speaks to nobody but this machine."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, sync_playwright
from pytest_django.live_server_helper import LiveServer

from consortium.models import User

# Playwright's own event loop runs in this thread; the database is still used by one thread at a time.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
ARTEFACTS = Path(settings.BASE_DIR) / "artefacts"
SignIn = Callable[[Page, User], None]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if not program:
        pytest.fail(
            'Chromium saknas. Installera det ("apt-get install chromium") eller kör proven med -m "not browser".'
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser, live_server: LiveServer) -> Iterator[BrowserContext]:
    """A visitor with a Swedish desktop browser."""
    made = chromium.new_context(
        base_url=live_server.url,
        locale="sv-SE",
        timezone_id="Europe/Stockholm",
        viewport={"width": 1280, "height": 800},
    )
    made.set_default_timeout(10_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Fails the test when the page complains in the console: a broken script or something the CSP refused."""
    made = context.new_page()
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        expected = ("Failed to load resource", "htmx:sendAbort", "htmx:afterRequest")  # a newer question replaced it
        if message.type == "error" and not any(each in message.text for each in expected):
            complaints.append(message.text)

    made.on("console", listen)
    made.on("pageerror", lambda error: complaints.append(str(error)))
    yield made
    assert not complaints


@contextmanager
def late(page: Page, script: str) -> Iterator[None]:
    """The script comes only after what is done inside."""
    held: list[Route] = []
    page.route(f"**/{script}", lambda route: held.append(route), times=1)
    yield
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()


@pytest.fixture
def sign_in(live_server: LiveServer) -> SignIn:
    """Signed in without the form, which has a test of its own."""

    def enter(page: Page, user: User) -> None:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])

    return enter


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    """Saves what a person would see, wide and narrow, under artefacts/."""

    def save(page: Page, name: str) -> None:
        ARTEFACTS.mkdir(exist_ok=True)
        before = page.viewport_size
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 800})
            page.screenshot(path=ARTEFACTS / f"{name}-{width}.png", full_page=True)
        if before:
            page.set_viewport_size(before)

    return save
