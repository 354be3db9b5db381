"""Two samples in a real browser, from the keyboard: Public 360's package through the upload page, and a file collection
through the builder. Pictures at 1280 and 360 px are left in artefacts/."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from archive import sampling, tasks
from archive.models import SIP, ArchivalUnit, Draft, DraftFile
from archive.packages.build import files_in
from consortium import sheets
from deliveries import agreements, recipes
from deliveries.agreements import Side
from deliveries.models import SubmissionAgreement
from tests import factories
from tests.archive.stores import folders
from tests.browser.conftest import SignIn, late
from tests.personas import Personas

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_TABS = 80
HEADS = ["Fil", "Titel", "Datum", "Handlingstyp", "Sekretess"]
ROWS = [
    ["2010/kf 2010-06-14.pdf", "Protokoll 14 juni 2010", "2010-06-14", "Protokoll", ""],
    ["2011/bilaga § 12.pdf", "Bilaga till § 12", "21/2 2011", "Sekretessbilaga", "OSL 39 kap. 1 §"],
]
Picture = Callable[[Page, str], None]


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path) -> Iterator[None]:
    with folders(tmp_path):
        yield


def signed(slug: str, people: Personas) -> SubmissionAgreement:
    system = factories.system(recipes.get(slug).systems[0])
    made = agreements.draft(factories.municipality("2080"), system, "KS 2024/17", by=people.archivist_falun)
    agreements.sign(made, Side.PRODUCER, digest=made.digest(), by=people.producer_falun)
    return agreements.sign(made, Side.ARCHIVE, digest=made.digest(), by=people.archivist_falun)


def tab_to(page: Page, target: Locator) -> Locator:
    for _ in range(MOST_TABS):
        if target.evaluate("element => element === document.activeElement"):
            return target
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} is not reached by Tab")


def press(page: Page, name: str | re.Pattern[str]) -> None:
    """By keyboard alone."""
    tab_to(page, page.get_by_role("button", name=name).first)
    page.keyboard.press("Enter")


def archive(page: Page, sip: SIP, people: Personas, sign_in: SignIn) -> None:
    """As the worker and then the archivist do it."""
    tasks.validate(str(sip.pk))
    page.context.clear_cookies()
    sign_in(page, people.archivist_falun)
    page.goto(f"/leveranser/{sip.pk}/")
    expect(page.locator(".verdict")).to_contain_text("kan tas emot")
    press(page, "Godkänn leveransen")
    expect(page.get_by_role("heading", level=1)).to_contain_text("AIP")
    sip.refresh_from_db()
    tasks.store(str(sip.aip.pk))


def search(page: Page, words: str) -> None:
    page.context.clear_cookies()
    page.goto("/")
    tab_to(page, page.locator("input[name=q]").first)
    page.keyboard.type(words)
    page.keyboard.press("Enter")


def test_the_public_360_sample_goes_from_the_recipe_to_public_search(
    page: Page, sign_in: SignIn, people: Personas, picture: Picture, tmp_path: Path
) -> None:
    agreement = signed("public-360", people)
    page.goto("/recept/public-360/")
    picture(page, "recipe")
    package = sampling.build_sample(recipes.get("public-360"), tmp_path / "public-360.zip", agreement).path
    sign_in(page, people.producer_falun)
    page.goto("/ladda-upp/")
    page.locator("input[type=file]").first.set_input_files(package)
    link = page.get_by_role("link", name=re.compile(r"SIP-\d{4}-\d{5}"))
    expect(link).to_be_visible(timeout=30_000)
    archive(page, SIP.objects.get(), people, sign_in)
    search(page, "kulturmiljöer")
    expect(page.locator(".hits")).to_contain_text("Strategi för kommunens kulturmiljöer")
    search(page, "omplacering")
    expect(page.get_by_role("main")).not_to_contain_text("Beslut om omplacering")


def test_a_file_collection_goes_through_the_builder_to_public_search(
    page: Page, sign_in: SignIn, people: Personas, picture: Picture, tmp_path: Path
) -> None:
    signed("protokoll", people)
    folder = tmp_path / "samling"
    for path, title, *_rest in ROWS:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(b"%PDF-1.4 " + title.encode())
    sign_in(page, people.producer_falun)

    page.goto("/satt-samman/")
    radio = page.get_by_role("radio").first
    tab_to(page, radio)
    page.keyboard.press("Space")
    tab_to(page, page.get_by_label("Benämning"))
    page.keyboard.type("Protokoll 2010–2011")
    press(page, "Börja")
    expect(page.get_by_role("heading", level=1)).to_have_text("Protokoll 2010–2011")

    # A folder with its subfolders, the folder's own name left out.
    page.get_by_label("Eller en hel mapp").set_input_files(folder)
    expect(page.get_by_text("2 filer,")).to_be_visible(timeout=30_000)
    expect(page.locator("#filer")).to_contain_text("2011/bilaga § 12.pdf")
    expect(page.locator("#granska")).to_contain_text("2 fel att rätta")
    picture(page, "draft-with-faults")

    # One row by hand, then the whole table from a spreadsheet.
    tab_to(page, page.get_by_role("link", name="Fyll i här"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Vad filerna är")
    picture(page, "draft-rows")
    press(page, "Spara raderna")
    table = tmp_path / "tabell.xlsx"
    table.write_bytes(sheets.to_xlsx("Tabell", HEADS, ROWS))
    page.locator("#id_table").set_input_files(table)
    press(page, "Läs in tabellen")
    expect(page.locator("#granska")).to_contain_text("Inga fel att rätta")
    expect(page.locator("#granska")).to_contain_text("OSL 39 kap. 1 §")
    picture(page, "draft-ready")
    press(page, "Bygg paketet och lämna in")
    expect(page.locator("#draft-state")).to_contain_text("Paketet byggs")
    tasks.package_draft(str(Draft.objects.get().pk))  # the page finds out by itself
    expect(page.locator("#draft-state")).to_contain_text("Leveransen är inlämnad", timeout=15_000)

    archive(page, SIP.objects.get(), people, sign_in)
    assert ArchivalUnit.objects.count() == len(ROWS)
    search(page, "protokoll juni")
    expect(page.locator(".hits")).to_contain_text("Protokoll 14 juni 2010")
    search(page, "bilaga")
    expect(page.get_by_role("main")).not_to_contain_text("Bilaga till § 12")
    assert [file.path for file in files_in(folder)]  # the person's own files are where they were


def test_files_that_stop_halfway_go_on_after_a_reload(
    page: Page, sign_in: SignIn, people: Personas, tmp_path: Path
) -> None:
    agreement = signed("protokoll", people)
    draft = factories.draft(agreement.owner, people.producer_falun, agreement=agreement)
    whole = b"x" * 300_000
    half = factories.draft_file(draft, "stor.pdf", whole[:100_000], size=len(whole))
    (tmp_path / "stor.pdf").write_bytes(whole)
    os.utime(tmp_path / "stor.pdf", (1_700_000_000, 1_700_000_000))
    DraftFile.objects.filter(pk=half.pk).update(modified=1_700_000_000_000)
    (tmp_path / "tom.pdf").write_bytes(b"")
    sign_in(page, people.producer_falun)
    page.goto(f"/satt-samman/{draft.pk}/")
    expect(page.locator("#filer")).to_contain_text("inte helt uppladdad")
    page.locator("#id_files").set_input_files([tmp_path / "stor.pdf", tmp_path / "tom.pdf"])
    expect(page.locator("#draft-trouble")).to_contain_text("tom.pdf: Filen är tom", timeout=15_000)
    expect(page.locator("#draft-progress")).to_contain_text("1 av 2 filer", timeout=15_000)
    half.refresh_from_db()
    assert half.source.read_bytes() == whole


def test_a_file_chosen_before_the_script_has_come_goes_up_all_the_same(
    page: Page, sign_in: SignIn, people: Personas, tmp_path: Path
) -> None:
    agreement = signed("protokoll", people)
    draft = factories.draft(agreement.owner, people.producer_falun, agreement=agreement)
    (tmp_path / "kf.pdf").write_bytes(b"%PDF-1.4 x")
    sign_in(page, people.producer_falun)
    with late(page, "draft.js"):
        page.goto(f"/satt-samman/{draft.pk}/", wait_until="commit")
        page.locator("#id_files").set_input_files(tmp_path / "kf.pdf")
    expect(page.locator("#filer")).to_contain_text("1 fil,", timeout=15_000)


def test_the_builder_works_without_scripts(
    page: Page, sign_in: SignIn, people: Personas, live_server: Any, tmp_path: Path
) -> None:
    agreement = signed("protokoll", people)
    draft = factories.draft(agreement.owner, people.producer_falun, agreement=agreement)
    (tmp_path / "kf.pdf").write_bytes(b"%PDF-1.4 x")
    browser = page.context.browser
    assert browser
    plain = browser.new_context(base_url=live_server.url, java_script_enabled=False, locale="sv-SE").new_page()
    sign_in(plain, people.producer_falun)
    plain.goto(f"/satt-samman/{draft.pk}/")
    plain.get_by_label("Lägg till filer").set_input_files(tmp_path / "kf.pdf")
    plain.get_by_role("button", name="Lägg till filerna").click()
    expect(plain.locator(".messages")).to_contain_text("1 fil är tillagd")
    plain.get_by_role("link", name="Fyll i här").click()
    plain.get_by_role("button", name="Spara raderna").click()
    expect(plain.locator("#granska")).to_contain_text("Inga fel att rätta")
    plain.get_by_role("button", name="Bygg paketet och lämna in").click()
    expect(plain.locator("#draft-state")).to_contain_text("Paketet byggs")
    plain.context.close()
