"""Every page of the access matrix, for every persona that may see it: axe finds nothing, light and dark, and nothing
scrolls sideways on a small screen."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import APIResponse, Page, ViewportSize
from pytest_django.fixtures import Settings

from archive import indexing
from archive.models import SIP
from consortium.models import User
from governance.models import Quota
from tests import factories, personas
from tests.browser.conftest import SignIn
from tests.deliveries import inventorying, projecting
from tests.governance import costing, meeting_rows, membering, publishing
from tests.personas import Personas
from tests.test_access_matrix import MATRIX

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WCAG: dict[str, Any] = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
CONTRAST: dict[str, Any] = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
IN_THE_DARK = ("archivist_falun", "visitor")  # between them they see every kind of page
JUDGED: set[str] = set()
SMALLEST: ViewportSize = {"width": 320, "height": 640}  # 400 % zoom on a common screen (WCAG 1.4.10)


@pytest.fixture
def objects(people: Personas, tmp_path: Path, settings: Settings) -> dict[str, str]:
    """What the addresses of the matrix stand for; everything is Falun's."""
    falun = factories.municipality("2080")
    sip = factories.sip(falun, status=SIP.Status.VALID, received_by=people.producer_falun)
    factories.report(sip)
    faulty = factories.sip(falun, status=SIP.Status.FAULTY)
    factories.report(faulty)
    aip = factories.aip(falun)
    unit = factories.unit(aip=aip)
    running, stuck = (factories.sip(falun, status=status) for status in (SIP.Status.RECEIVED, SIP.Status.NEEDS_PERSON))
    upload = factories.upload(falun, people.producer_falun)
    agreement = factories.agreement(falun)
    Quota.objects.create(municipality=falun, bytes=10_000)
    settings.SEARCH_DIR, settings.SEARCH_RATE = tmp_path, 0
    indexing.follow()
    rows = {
        "upload": upload,
        "sip": sip,
        "aip": aip,
        "unit": unit,
        "faulty": faulty,
        "running": running,
        "stuck": stuck,
        "agreement": agreement,
        "draft": factories.draft(falun, people.producer_falun, "kf 2010.pdf", "kf 2011.pdf"),
        "agreement_draft": factories.next_version(agreement, signed=False),
        "user": people.producer_falun,
        "assignment": people.producer_falun.assignments.get(),
    }
    told = (
        {name: str(row.pk) for name, row in rows.items()}
        | costing.addressed()
        | projecting.addressed()
        | membering.addressed()
    )
    told |= meeting_rows.addressed(people) | publishing.addressed()
    return told | inventorying.addressed(people.archivist_falun)


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
    if persona in IN_THE_DARK:
        yield from ("/sok/?q=bygglov", "/sok/?q=finnsinte", "/sok/?q=19121212-1212")
    if persona == "archivist_falun":
        yield f"{reverse('staff_search')}?q=bygglov"
    if persona in ("archivist_falun", "producer_falun"):
        yield from (reverse("sip", args=[objects[state]]) for state in ("faulty", "running", "stuck"))


def bones(html: str) -> str:
    """The page's own part without words, addresses and keys: what axe has judged once, it need not judge again."""
    own = html[html.index("<main") : html.index("</main>")]
    tags = re.sub(r">[^<]*[^<\s][^<]*<", ">x<", own)
    return re.sub(
        r'\b(href|value|action|content|src|datetime|id|for|data-[a-z]+)="[^"]*"|\s+|[0-9a-f]{8}-[0-9a-f-]{27}', "", tags
    )


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
    for number, url in enumerate(addresses(persona, objects)):
        answer = page.request.get(url)
        if not is_page(answer):
            continue
        own = bones(answer.text())
        if own in JUDGED and number and persona not in IN_THE_DARK:
            continue  # the first page is always looked at, for the persona's own menu
        page.goto(url)
        complaints += [f"{url}: {each}" for each in [*axe(page, WCAG), *sideways(page)]]
        if persona in IN_THE_DARK:
            page.emulate_media(color_scheme="dark")
            complaints += [f"{url} i mörkt: {each}" for each in axe(page, CONTRAST)]
            page.emulate_media(color_scheme="light")
        JUDGED.add(own)
    assert not complaints, "\n".join(complaints)


def axe(page: Page, options: dict[str, Any]) -> list[str]:
    found = Axe().run(page, options=options).response["violations"]
    return [f"{each['id']} {node['html'][:160]}" for each in found for node in each["nodes"]]


# What reaches furthest out of a page that is too wide, with none of its parents.
STICKING_OUT = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const reach = (each) => each.getBoundingClientRect().right;
  const wide = [...document.body.querySelectorAll("*")].filter((each) => reach(each) > root.clientWidth);
  const inner = wide.filter((each) => !wide.some((other) => other !== each && each.contains(other)));
  return (inner.length ? inner : [root]).slice(0, 5).map((each) => each.outerHTML.slice(0, 200));
}"""


def sideways(page: Page) -> list[str]:
    before = page.viewport_size
    page.set_viewport_size(SMALLEST)
    over = page.evaluate(STICKING_OUT)
    if before:
        page.set_viewport_size(before)
    return [f"rullar i sidled vid 320 px: {each}" for each in over]
