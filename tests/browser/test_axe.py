"""Every page of the access matrix, for every persona that may see it: axe finds nothing, light and dark, and nothing
scrolls sideways on a small screen."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import APIResponse, Page, ViewportSize

from archive.models import SIP
from consortium.models import User
from tests import factories, personas
from tests.browser.conftest import SignIn
from tests.personas import Personas
from tests.test_access_matrix import MATRIX

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WCAG: dict[str, Any] = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "resultTypes": ["violations"]}
CONTRAST: dict[str, Any] = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
IN_THE_DARK = ("archivist_falun", "visitor")  # between them they see every kind of page
SMALLEST: ViewportSize = {"width": 320, "height": 640}  # 400 % zoom on a common screen (WCAG 1.4.10)


@pytest.fixture
def objects(people: Personas) -> dict[str, str]:
    """What the addresses of the matrix stand for; everything is Falun's."""
    falun = factories.municipality("2080")
    sip = factories.sip(falun, status=SIP.Status.VALID, received_by=people.producer_falun)
    factories.report(sip)
    faulty = factories.sip(falun, status=SIP.Status.FAULTY)
    factories.report(faulty)
    aip = factories.aip(falun)
    unit = factories.unit(aip=aip)
    factories.project(falun)
    running, stuck = (factories.sip(falun, status=status) for status in (SIP.Status.RECEIVED, SIP.Status.NEEDS_PERSON))
    upload = factories.upload(falun, people.producer_falun)
    rows = {
        "upload": upload,
        "sip": sip,
        "aip": aip,
        "unit": unit,
        "faulty": faulty,
        "running": running,
        "stuck": stuck,
    }
    return {name: str(row.pk) for name, row in rows.items()}


def addresses(persona: str, objects: dict[str, str]) -> Iterator[str]:
    """Each page that opens, and one of those that refuse, which all look the same."""
    column = personas.NAMES.index(persona)
    refused = {}
    for name, row in MATRIX.items():
        url = reverse(name, args=[objects.get(arg, arg) for arg in row.args])
        expected = row.expected.split()[column] if row.method == "get" else ""
        if expected == "200":
            yield url
        elif expected in ("403", "404"):
            refused[expected] = url
    yield from refused.values()
    if persona in ("archivist_falun", "producer_falun"):
        yield from (reverse("sip", args=[objects[state]]) for state in ("faulty", "running", "stuck"))


def is_page(answer: APIResponse) -> bool:
    """Not a file to keep, and not a part that htmx fetches."""
    kind = answer.headers.get("content-type", "")
    return (
        kind.startswith("text/html")
        and "attachment" not in answer.headers.get("content-disposition", "")
        and ("<!doctype html>" in answer.text())
    )


@pytest.mark.parametrize("persona", personas.NAMES)
def test_axe_finds_nothing(
    persona: str, page: Page, sign_in: SignIn, people: Personas, objects: dict[str, str]
) -> None:
    user = getattr(people, persona)
    if isinstance(user, User):
        sign_in(page, user)
    complaints: list[str] = []
    for url in addresses(persona, objects):
        if not is_page(page.request.get(url)):
            continue
        page.goto(url)
        complaints += [f"{url}: {each}" for each in axe(page, WCAG)]
        if persona in IN_THE_DARK:
            page.emulate_media(color_scheme="dark")
            complaints += [f"{url} i mörkt: {each}" for each in axe(page, CONTRAST)]
            page.emulate_media(color_scheme="light")
        complaints += [f"{url}: {each}" for each in sideways(page)]
    assert not complaints, "\n".join(complaints)


def axe(page: Page, options: dict[str, Any]) -> list[str]:
    found = Axe().run(page, options=options).response["violations"]
    return [f"{each['id']} {node['html'][:160]}" for each in found for node in each["nodes"]]


def sideways(page: Page) -> list[str]:
    before = page.viewport_size
    page.set_viewport_size(SMALLEST)
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if before:
        page.set_viewport_size(before)
    return [f"rullar {over} px i sidled vid 320 px"] if over > 0 else []
