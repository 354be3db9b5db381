"""What an economist does with costs, in a browser: slide, switch the rule, without scripts too; and axe."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from consortium.models import User
from governance import costs, settlement
from governance.models import Budget, CostReport
from tests.browser.conftest import SignIn
from tests.browser.test_axe import WCAG, axe, sideways
from tests.governance import costing

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def economist() -> User:
    costing.members()
    return costing.economist()


def test_the_slider_and_the_rule_count_at_once(page: Page, sign_in: SignIn, economist: User) -> None:
    sign_in(page, economist)
    page.goto(reverse("simulation"))
    page.get_by_label("Budget, kronor per år").fill("5")
    page.get_by_label("Fördelningsnyckel").select_option("equal")
    page.get_by_label("Avrundning").select_option("half_up_rows")
    expect(page.locator("tr", has_text="Avrundningsdifferens")).to_contain_text("+1")
    page.get_by_label("Avrundning").select_option("largest_remainder")
    expect(page.locator("tr", has_text="Avrundningsdifferens")).to_have_count(0)
    slider = page.get_by_label("Budget, reglage")
    slider.focus()
    slider.press("End")
    expect(page.get_by_label("Budget, kronor per år")).to_have_value(re.compile(r"2\s000\s000"))
    expect(page.locator("tfoot")).to_contain_text(re.compile(r"2\s000\s000\skr"))
    expect(page.locator("#live")).to_contain_text("3 kommuner")
    bars = page.locator(".bars li")
    expect(bars).to_have_count(3)
    assert bars.first.locator("rect").first.evaluate("bar => bar.getBoundingClientRect().width") > 100


def test_without_scripts_the_button_counts(
    chromium: Browser, live_server: LiveServer, sign_in: SignIn, economist: User
) -> None:
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False, locale="sv-SE")
    page = context.new_page()
    sign_in(page, economist)
    page.goto(reverse("simulation"))
    assert not page.get_by_label("Budget, reglage").is_visible()
    page.get_by_label("Budget, kronor per år").fill("900")
    page.get_by_role("button", name="Räkna").click()
    assert re.search(r"900\skr", page.locator("tfoot").inner_text())
    context.close()


def test_axe_finds_nothing_on_the_economists_pages(page: Page, sign_in: SignIn, economist: User) -> None:
    addressed = costing.addressed_by(economist)
    draft = Budget.objects.get(pk=addressed["budget_draft"])
    costs.edit(draft, costs.Content(costing.LINES), version=draft.version, by=economist)
    budget, report = addressed["budget"], addressed["cost_report"]
    half_year = settlement.open_report(Budget.objects.get(pk=budget), CostReport.Kind.HALF_YEAR, by=economist)
    sign_in(page, economist)
    complaints: list[str] = []
    pages: list[tuple[str, list[str]]] = [
        ("costs", []),
        ("new_budget", []),
        ("budget", [addressed["budget_draft"]]),
        ("budget", [addressed["budget_proposal"]]),
        ("budget", [budget]),
        ("edit_budget", [addressed["budget_draft"]]),
        ("share_budget", [addressed["budget_draft"]]),
        ("decide_budget", [addressed["budget_proposal"]]),
        ("simulation", []),
        ("invoices", [budget]),
        ("cost_report", [report]),
        ("edit_cost_report", [str(half_year.pk)]),
        ("confirm_cost_report", [report]),
        ("yearly_report", [budget, "2080"]),
        ("mine", []),
    ]
    for name, args in pages:
        url = reverse(name, args=args)
        page.goto(url)
        complaints += [f"{url}: {each}" for each in [*axe(page, WCAG), *sideways(page)]]
    assert not complaints, "\n".join(complaints)
