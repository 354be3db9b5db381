"""What people do with systems in a browser: try weights by slider, number or keyboard, and read in a file."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from deliveries.models import SystemInventory
from tests import factories
from tests.browser.conftest import SignIn
from tests.deliveries.inventorying import scored
from tests.personas import Personas

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_slider_and_number_say_the_same_and_the_order_follows(
    page: Page, sign_in: SignIn, people: Personas, picture: Callable[[Page, str], None]
) -> None:
    row = scored(factories.system("ECOS"), people.it_archivist)
    sign_in(page, people.it_archivist)
    page.goto("/system/prioritering/")
    slider, field = (
        page.get_by_label("Behov av arkivering, reglage"),
        page.get_by_role("spinbutton", name="Behov av arkivering"),
    )
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(field).to_have_value("6")
    expect(page.locator("#ranking")).to_contain_text("Behov × 6")
    field.fill("9")
    expect(slider).to_have_value("9")
    expect(page.locator("#ranking")).to_contain_text("Behov × 9")
    assert re.search(r"\?need=9&ease=5&saving=5$", page.url)  # to be sent to somebody, and nothing secret in it
    expect(page.locator("#live")).to_contain_text("vikterna 9, 5 och 5")
    picture(page, "prioritering")
    page.get_by_role("button", name="Spara vikterna").click()
    expect(page.get_by_text("Vikterna är sparade.")).to_be_visible()
    row.refresh_from_db()
    assert (row.weight_need, row.weight_ease) == (9, 5)


def test_a_file_is_read_in_after_a_look_at_it(
    page: Page, sign_in: SignIn, people: Personas, picture: Callable[[Page, str], None]
) -> None:
    factories.system("ECOS")
    sign_in(page, people.archivist_falun)
    page.goto("/system/inventering/")
    page.get_by_role("link", name="Läs in från fil").first.click()
    page.get_by_role("button", name="Förhandsvisa filen").click()
    expect(page.locator(".error-summary")).to_contain_text("Välj en fil.")

    def choose(text: str) -> None:
        page.set_input_files(
            "input[type=file]", {"name": "i.csv", "mimeType": "text/csv", "buffer": text.encode("latin-1")}
        )
        page.get_by_role("button", name="Förhandsvisa filen").click()

    choose("Kommun;System;Antal poster;Anteckning\nFalum;EKOS;x;\nFalun;ECOS;100;Öppna ärenden\n")
    expect(page.get_by_text("Menade du Falun?")).to_be_visible()
    expect(page.get_by_role("button", name="Läs in filen")).to_have_count(0)
    picture(page, "inventering-fel")
    page.get_by_role("link", name="Välj en annan fil").click()
    choose("Kommun;System;Antal poster;Anteckning\nFalun;ECOS;100;Öppna ärenden\n")
    picture(page, "inventering-forhandsvisning")
    page.get_by_role("button", name="Läs in filen").click()
    expect(page.get_by_text("Filen är inläst: 1 nya och 0 ändrade system.")).to_be_visible()
    assert SystemInventory.objects.get().note == "Öppna ärenden"
