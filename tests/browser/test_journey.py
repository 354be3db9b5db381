"""The main job through real web, worker, PostgreSQL and Redis, in a real browser: from a SIP on disk to public search.

The portal is started as a newcomer starts it, and everything but choosing the file is done from the keyboard.
Pictures at 1280 and 360 px are left in artefacts/journey/.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from consortium.site.demo.people import PASSWORD

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "artefacts" / "journey"
STARTS_WITHIN = 240.0
MOST_TABS = 80


class Portal:
    def __init__(self, data: Path) -> None:
        self.data = data
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SAMARKIV_")}
        environment |= {"SAMARKIV_DATA": str(data), "PYTHONUNBUFFERED": "1"}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        self.log = (data.parent / "up.log").open("w+b")
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--port", "0"],
            cwd=ROOT,
            env=environment,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )
        self.address = ""

    def wait(self) -> None:
        ends = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < ends and self.process.poll() is None:
            said = Path(self.log.name).read_text()
            if "Lösenord för alla" in said and (found := re.search(r"http://\S+:\d+", said)):
                self.address = found[0]
                return
            time.sleep(0.5)
        raise AssertionError(Path(self.log.name).read_text())

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)
        self.log.close()


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    started = Portal(tmp_path_factory.mktemp("portal") / "data")
    try:
        started.wait()
        yield started
    finally:
        started.stop()


@pytest.fixture
def page(chromium: Browser, portal: Portal) -> Iterator[Page]:
    context = chromium.new_context(base_url=portal.address, viewport={"width": 1280, "height": 900}, locale="sv-SE")
    yield context.new_page()
    context.close()


def picture(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=str(PICTURES / f"{name}-{width}.png"), full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})


def tab_to(page: Page, target: Locator) -> None:
    """As somebody without a mouse: forward by Tab until the thing has focus."""
    for _ in range(MOST_TABS):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} is not reached by Tab")


def sign_in(page: Page, email: str) -> None:
    page.context.clear_cookies()
    page.goto("/konto/logga-in/")
    tab_to(page, page.get_by_label("E-post"))
    page.keyboard.type(email)
    tab_to(page, page.get_by_label("Lösenord"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Att göra")


def upload(page: Page, package: Path) -> None:
    page.goto("/ladda-upp/")
    choose_agreement(page)
    page.locator("input[type=file]").first.set_input_files(package)
    link = page.get_by_role("link", name=re.compile(r"SIP-\d{4}-\d{5}"))
    expect(link).to_be_visible(timeout=30_000)
    picture(page, f"upload-{package.stem}")
    tab_to(page, link)
    page.keyboard.press("Enter")


def choose_agreement(page: Page) -> None:
    choice = page.get_by_role("radio").first
    tab_to(page, choice)
    page.keyboard.press("Space")
    expect(page.get_by_role("radio", name=re.compile("ByggR"))).to_be_checked()


def test_a_package_goes_from_the_browser_to_public_search(page: Page, portal: Portal) -> None:
    examples: Any = portal.data / "exempelpaket"
    page.goto("/")
    picture(page, "start")

    # The producer hands in a package with faults and reads what is wrong.
    sign_in(page, "producent.falun@exempel.se")
    picture(page, "work-producer")
    upload(page, examples / "bygglov-med-fel.zip")
    expect(page.locator(".verdict")).to_contain_text("måste rättas", timeout=30_000)
    picture(page, "report-faulty")

    # Then the mended one, which she watches becoming valid without reloading.
    upload(page, examples / "bygglov-felfritt.zip")
    expect(page.locator(".verdict")).to_be_visible(timeout=30_000)
    expect(page.locator(".verdict")).to_contain_text("kan tas emot")
    picture(page, "report-valid")
    delivery = page.url
    expect(page.get_by_role("button", name="Godkänn leveransen")).to_have_count(0)

    # The archivist reads it and takes custody.
    sign_in(page, "arkivarie.falun@exempel.se")
    picture(page, "work-archivist")
    page.goto(delivery)
    tab_to(page, page.get_by_role("button", name="Godkänn leveransen"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Kvittens")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Kontrollerad", exact=True)).to_have_count(2)
    picture(page, "aip")
    with page.expect_download() as receipt:
        page.get_by_role("link", name="Kvittens som PDF").click()
    assert Path(receipt.value.path()).read_bytes().startswith(b"%PDF")
    title = page.locator("#units ~ ul a").first.inner_text()

    # A citizen finds the case without log-in, and opens a document.
    page.context.clear_cookies()
    page.goto("/")
    tab_to(page, page.locator("input[name=q]").first)
    page.keyboard.type(title)
    page.keyboard.press("Enter")
    expect(page.locator(".hits")).to_contain_text(title, timeout=15_000)
    picture(page, "search")
    tab_to(page, page.locator(".hits a").first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    picture(page, "record")
    expect(page.get_by_role("main")).to_contain_text("Falun")


def test_a_neighbour_sees_nothing_of_it(page: Page) -> None:
    sign_in(page, "arkivarie.leksand@exempel.se")
    page.goto("/leveranser/")
    expect(page.get_by_role("main")).not_to_contain_text("Falu")
    picture(page, "list-leksand")
