"""The frame around every page, by keyboard and without choices that follow anybody around."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.personas import Personas

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RING = "e => { const s = getComputedStyle(e); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 }"


def test_first_tab_leads_past_the_header(page: Page) -> None:
    page.goto("/om/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_every_stop_of_the_tab_key_shows_where_it_is(page: Page, sign_in: SignIn, people: Personas) -> None:
    sign_in(page, people.archivist_falun)
    page.goto("/komponenter/")
    seen: set[str] = set()
    for _ in range(110):
        page.keyboard.press("Tab")
        focused = page.evaluate_handle("document.activeElement").as_element()
        assert focused
        if focused.evaluate("e => e === document.body"):
            continue  # round the end of the page
        where = str(focused.evaluate("e => e.outerHTML.slice(0, 120)"))
        assert focused.evaluate(RING), f"ingen synlig fokus: {where}"
        box = focused.bounding_box()
        assert box, where
        assert box["width"] * box["height"] > 0, where
        seen.add(where)
    assert len(seen) > 40


def test_menu_opens_and_closes_by_keyboard_on_a_small_screen(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 700})
    page.goto("/om/")
    menu = page.get_by_role("navigation", name="Huvudmeny")
    expect(menu).to_be_hidden()
    page.get_by_role("button", name="Meny").focus()
    page.keyboard.press("Enter")
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(page.get_by_role("button", name="Meny")).to_be_focused()


def test_a_chosen_look_and_language_stay_and_the_page_too(page: Page) -> None:
    page.goto("/om/?a=1")
    assert not page.context.cookies()
    page.get_by_role("button", name="Mörkt").click()
    expect(page).to_have_url("/om/?a=1")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="English").click()
    expect(page).to_have_url("/om/?a=1")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    assert {cookie["name"] for cookie in page.context.cookies()} == {"theme", "django_language"}


def test_wrong_form_puts_the_focus_on_what_to_mend(page: Page) -> None:
    page.goto("/konto/logga-in/")
    page.get_by_role("button", name="Logga in").click()
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(page).to_have_title("Fel: Logga in – Samarkiv")
    summary.get_by_role("link").first.click()
    expect(page.get_by_label("E-post")).to_be_focused()


def test_nothing_moves_for_those_who_asked_for_calm(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto("/om/")
    moving = "[...document.querySelectorAll('*')].filter(e => getComputedStyle(e).transitionDuration !== '0s').length"
    assert page.evaluate(moving) == 0


def test_printed_page_has_no_navigation_but_its_address(page: Page) -> None:
    page.goto("/om/")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Huvudmeny")).to_be_hidden()
    expect(page.locator("footer")).to_be_hidden()
    expect(page.locator(".print-url")).to_contain_text("/om/")


def test_targets_are_large_enough_to_hit(page: Page, sign_in: SignIn, people: Personas) -> None:
    """24 px (WCAG 2.5.8); links inside sentences are exempt."""
    sign_in(page, people.archivist_falun)
    page.set_viewport_size({"width": 360, "height": 700})
    page.goto("/komponenter/")
    small = page.evaluate(
        """() => [...document.querySelectorAll('a, button, input, select, summary')].filter(e => {
             const box = e.getBoundingClientRect();
             return box.height && box.height < 24 && getComputedStyle(e).display !== 'inline';
           }).map(e => e.outerHTML.slice(0, 120))"""
    )
    assert not small


def test_page_is_small(page: Page) -> None:
    """The first visit, everything counted as it travels uncompressed: under 100 kB."""
    sizes: list[int] = []
    page.on("response", lambda response: sizes.append(len(response.body())))
    page.goto("/om/", wait_until="networkidle")
    assert sum(sizes) < 100_000
