"""Lämna paket in a real browser against the real web server: what happens to networks, tabs and people in between."""

import hashlib
import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from archive.models import SIP, Upload
from consortium.models import User
from deliveries.models import SubmissionAgreement
from tests import factories, personas
from tests.browser.conftest import SignIn, late
from tests.personas import Personas
from tests.web import Web, cookies, gunicorn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
VENDOR = Path(__file__).parent / "vendor"
SIZE = 20_000_000


@pytest.fixture(scope="module")
def web(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    call_command("collectstatic", interactive=False, verbosity=0)
    log = tmp_path_factory.mktemp("web") / "log"
    with gunicorn(log, UPLOAD_PATIENCE_SECONDS="3", LOG_LEVEL="CRITICAL") as started:
        yield started


@pytest.fixture
def context(chromium: Browser, web: Web, transactional_db: None) -> Iterator[BrowserContext]:
    """As in the other browser tests, but against gunicorn: how it ends connections is part of what is tried here."""
    made = chromium.new_context(base_url=web.url, locale="sv-SE", viewport={"width": 1280, "height": 800})
    made.set_default_timeout(10_000)
    yield made
    made.close()


@pytest.fixture
def sign_in(web: Web) -> SignIn:
    def enter(page: Page, user: User) -> None:
        pairs = [pair.split("=") for pair in cookies(user).split("; ")]
        page.context.add_cookies([{"name": name, "value": value, "url": web.url} for name, value in pairs])

    return enter


@pytest.fixture
def people(transactional_db: None) -> Personas:
    return personas.make()


@pytest.fixture
def agreement(people: Personas) -> SubmissionAgreement:
    return factories.agreement(factories.municipality("2080"), number="KS 2022/0117")


@pytest.fixture
def upload_page(page: Page, sign_in: SignIn, people: Personas, agreement: SubmissionAgreement) -> Page:
    sign_in(page, people.producer_falun)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/ladda-upp/")
    return page


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "leverans.tar"
    path.write_bytes(os.urandom(SIZE))
    return path


@pytest.fixture
def slow(upload_page: Page) -> Callable[[float], None]:
    """The line carries this many bytes a second; 0 is as fast as it goes."""
    session = upload_page.context.new_cdp_session(upload_page)

    def set_speed(bytes_per_second: float) -> None:
        session.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_per_second or -1},
        )

    return set_speed


def choose(page: Page, *paths: Path) -> None:
    page.get_by_label("Paket (zip, tar eller tar.gz)").set_input_files(list(paths))


def line(page: Page, name: str = "leverans.tar") -> Locator:
    return page.locator("#transfer-list > li").filter(has_text=name)


def received(page: Page, name: str = "leverans.tar") -> SIP:
    expect(line(page, name)).to_contain_text("Paketet är mottaget och har nummer", timeout=30_000)
    return SIP.objects.get(filename=name)


def until_half_way(page: Page) -> None:
    ends = time.monotonic() + 15
    while page.locator("#transfer-list progress").first.evaluate("bar => bar.value") <= 20:
        assert time.monotonic() < ends, page.locator("#transfer-list").inner_text()
        page.wait_for_timeout(50)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_package_goes_up_and_gets_a_number(
    upload_page: Page, package: Path, picture: Callable[[Page, str], None], slow: Callable[[float], None]
) -> None:
    picture(upload_page, "upload-choose")
    slow(4_000_000)
    choose(upload_page, package)
    until_half_way(upload_page)
    expect(line(upload_page)).to_contain_text(re.compile(r"\d+.*MB av 20.MB, .*/s, .* kvar"))
    picture(upload_page, "upload-sending")
    slow(0)
    sip = received(upload_page)
    assert sip.sha256 == digest(package)
    expect(line(upload_page)).to_contain_text("Kontrollsumman stämmer med filen på din dator.")
    expect(line(upload_page).get_by_role("link")).to_have_attribute("href", f"/leveranser/{sip.pk}/")
    picture(upload_page, "upload-received")


def test_a_package_chosen_before_the_script_has_come_goes_up_all_the_same(upload_page: Page, package: Path) -> None:
    with late(upload_page, "upload.js"):
        upload_page.goto("/ladda-upp/", wait_until="commit")
        choose(upload_page, package)
    received(upload_page)


def test_reload_in_the_middle_and_the_same_file_goes_on(
    upload_page: Page, package: Path, slow: Callable[[float], None]
) -> None:
    slow(4_000_000)
    choose(upload_page, package)
    until_half_way(upload_page)
    upload_page.reload()
    expect(upload_page.get_by_role("heading", name="Påbörjade uppladdningar")).to_be_visible()
    slow(0)
    choose(upload_page, package)
    expect(upload_page.get_by_role("heading", name="Påbörjade uppladdningar")).to_have_count(1)
    expect(line(upload_page)).to_contain_text(re.compile(r"Fortsätter där den slutade|mottaget och har nummer"))
    assert received(upload_page).sha256 == digest(package)
    assert Upload.objects.count() == 1


def test_another_file_with_the_same_name_is_another_upload(
    upload_page: Page, package: Path, slow: Callable[[float], None]
) -> None:
    slow(4_000_000)
    choose(upload_page, package)
    until_half_way(upload_page)
    upload_page.reload()
    slow(0)
    os.utime(package, times=(time.time() + 60,) * 2)
    choose(upload_page, package)
    received(upload_page)
    assert sorted(Upload.objects.values_list("status", flat=True)) == ["complete", "open"]


def test_a_lost_network_comes_back_and_the_upload_goes_on_by_itself(
    upload_page: Page, package: Path, slow: Callable[[float], None]
) -> None:
    slow(4_000_000)
    choose(upload_page, package)
    until_half_way(upload_page)
    upload_page.context.set_offline(True)
    expect(line(upload_page)).to_contain_text("Nätet är borta. Uppladdningen fortsätter av sig själv")
    upload_page.context.set_offline(False)
    slow(0)
    assert received(upload_page).sha256 == digest(package)
    assert Upload.objects.count() == 1


def test_pause_and_go_on_with_the_keyboard(upload_page: Page, package: Path, slow: Callable[[float], None]) -> None:
    slow(4_000_000)
    choose(upload_page, package)
    until_half_way(upload_page)
    line(upload_page).get_by_role("button", name="Pausa leverans.tar").focus()
    upload_page.keyboard.press("Enter")
    expect(line(upload_page)).to_contain_text("Pausad")
    expect(line(upload_page).get_by_role("button", name="Fortsätt leverans.tar")).to_be_focused()
    paused_at = upload_page.locator("#transfer-list progress").get_attribute("value")
    upload_page.wait_for_timeout(700)
    assert upload_page.locator("#transfer-list progress").get_attribute("value") == paused_at
    slow(0)
    upload_page.keyboard.press("Enter")
    assert received(upload_page).sha256 == digest(package)


def test_cancel_asks_first_and_then_forgets(upload_page: Page, package: Path, slow: Callable[[float], None]) -> None:
    asked: list[str] = []
    upload_page.on("dialog", lambda dialog: asked.append(dialog.message))
    slow(4_000_000)
    choose(upload_page, package)
    until_half_way(upload_page)
    line(upload_page).get_by_role("button", name="Avbryt leverans.tar").click()
    expect(line(upload_page)).to_contain_text("Avbruten")
    assert asked == ["Avbryta uppladdningen av leverans.tar? Det som är skickat tas bort."]
    assert Upload.objects.get().status == Upload.Status.CANCELLED
    assert upload_page.evaluate("localStorage.length") == 0


def test_several_files_go_side_by_side(upload_page: Page, tmp_path: Path) -> None:
    paths = [tmp_path / f"paket-{number}.zip" for number in range(5)]
    for path in paths:
        path.write_bytes(os.urandom(300_000))
    choose(upload_page, *paths)
    for path in paths:
        assert received(upload_page, path.name).sha256 == digest(path)


def test_screen_readers_hear_every_tenth_percent(
    upload_page: Page, package: Path, slow: Callable[[float], None]
) -> None:
    upload_page.evaluate(
        """() => {
            window.heard = [];
            const live = document.getElementById("live");
            new MutationObserver(() => window.heard.push(live.textContent)).observe(live, { childList: true });
        }"""
    )
    slow(8_000_000)
    choose(upload_page, package)
    received(upload_page)
    heard = upload_page.evaluate("window.heard")
    assert 5 <= len(heard) <= 10
    assert all(re.fullmatch(r"leverans\.tar: \d0 procent skickat", said) for said in heard)


def test_an_empty_file_and_one_received_before_are_told_in_words(upload_page: Page, tmp_path: Path) -> None:
    empty, first = tmp_path / "tom.zip", tmp_path / "paket.zip"
    empty.write_bytes(b"")
    first.write_bytes(os.urandom(50_000))
    choose(upload_page, empty, first)
    expect(line(upload_page, "tom.zip")).to_contain_text("Filen är tom (0 byte).")
    sip = received(upload_page, "paket.zip")
    again = tmp_path / "samma.zip"
    again.write_bytes(first.read_bytes())
    choose(upload_page, again)
    expect(line(upload_page, "samma.zip")).to_contain_text("Paketet är redan mottaget. Producent, Falun lämnade in det")
    link = line(upload_page, "samma.zip").get_by_role("link", name=f"Öppna {sip.number}")
    expect(link).to_have_attribute("href", f"/leveranser/{sip.pk}/")
    assert Upload.objects.count() == 1, "not a byte was sent the second time"


def test_whoever_is_logged_out_logs_in_and_goes_on(
    upload_page: Page, package: Path, slow: Callable[[float], None], sign_in: SignIn, people: Personas
) -> None:
    slow(4_000_000)
    choose(upload_page, package)
    until_half_way(upload_page)
    upload_page.context.clear_cookies(name="session")
    line(upload_page).get_by_role("button", name="Pausa leverans.tar").click()
    line(upload_page).get_by_role("button", name="Fortsätt leverans.tar").click()
    expect(line(upload_page)).to_contain_text("Du är utloggad. Logga in i en ny flik")
    expect(line(upload_page).get_by_role("link", name="Logga in i en ny flik")).to_be_visible()
    sign_in(upload_page, people.producer_falun)
    slow(0)
    line(upload_page).get_by_role("button", name="Fortsätt leverans.tar").click()
    assert received(upload_page).sha256 == digest(package)
    assert Upload.objects.count() == 1


def test_with_two_agreements_one_must_be_chosen_first(
    upload_page: Page, agreement: SubmissionAgreement, package: Path
) -> None:
    other = factories.agreement(agreement.owner, number="KS 2023/0008")
    upload_page.reload()
    choose(upload_page, package)
    expect(upload_page.get_by_role("alert")).to_contain_text(["Välj först vilken överenskommelse leveransen gäller."])
    upload_page.get_by_label("KS 2023/0008").check()
    upload_page.get_by_label("Testleverans").check()
    choose(upload_page, package)
    sip = received(upload_page)
    assert (sip.agreement, sip.kind) == (other, "test")


def test_axe_finds_nothing_while_files_go_up(
    upload_page: Page, package: Path, tmp_path: Path, slow: Callable[[float], None]
) -> None:
    empty = tmp_path / "tom.zip"
    empty.write_bytes(b"")
    slow(2_000_000)
    choose(upload_page, package, empty)
    until_half_way(upload_page)
    found = Axe().run(upload_page)
    assert found.violations_count == 0, found.generate_report()


def test_without_javascript_the_form_does_the_same(
    chromium: Browser, web: Web, sign_in: SignIn, people: Personas, agreement: SubmissionAgreement
) -> None:
    context = chromium.new_context(base_url=web.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, people.producer_falun)
    page.goto("/ladda-upp/")
    expect(page.get_by_text("Utan JavaScript går det att skicka en fil i taget, högst 210")).to_be_visible()
    page.get_by_label("Paket (zip, tar eller tar.gz)").set_input_files(
        {"name": "leverans.zip", "mimeType": "application/zip", "buffer": b"PK innehall"}
    )
    page.get_by_role("button", name="Lämna in paketet").click()
    expect(page).to_have_url(re.compile(r"/leveranser/[0-9a-f-]+/$"))
    assert SIP.objects.get().sha256 == hashlib.sha256(b"PK innehall").hexdigest()
    context.close()


# tus-js-client, the client most portals use

DRIVE = """
async ([size, chunkSize, stopAt]) => {
    const csrf = document.cookie.match(/csrf=([^;]+)/)[1];
    const bytes = new Uint8Array(size);
    for (let i = 0; i < size; i++) bytes[i] = (i * 7919 + (i >> 8)) & 255;
    const file = new File([bytes], "främmande.zip", { lastModified: 1 });
    const go = () => new Promise((resolve, reject) => {
        const upload = new tus.Upload(file, {
            endpoint: "/uppladdning/", chunkSize: chunkSize ?? Infinity, retryDelays: [0, 500],
            headers: { "X-CSRFToken": csrf },
            metadata: { filename: file.name, filetype: "application/zip" },
            onError: reject, onSuccess: () => resolve(upload.url),
            onChunkComplete: (_, sent) => {
                if (stopAt && sent >= stopAt) upload.abort().then(() => resolve(upload.url));
            },
        });
        upload.findPreviousUploads().then((earlier) => {
            if (earlier.length) upload.resumeFromPreviousUpload(earlier[0]);
            upload.start();
        });
    });
    return await Promise.race([go(), new Promise((_, no) => setTimeout(() => no(new Error("no answer")), 15000))]);
}
"""


def foreign(size: int) -> bytes:
    return bytes((i * 7919 + (i >> 8)) & 255 for i in range(size))


@pytest.fixture
def tus_js(upload_page: Page) -> Callable[[int, int | None, int], str]:
    upload_page.evaluate((VENDOR / "tus-js-client" / "tus.min.js").read_text())

    def drive(size: int, chunk: int | None, stop_at: int = 0) -> str:
        return str(upload_page.evaluate(DRIVE, [size, chunk, stop_at]))

    return drive


@pytest.mark.parametrize("chunk", [None, 400_000])
def test_the_javascript_tus_client_uploads(tus_js: Callable[..., str], chunk: int | None) -> None:
    tus_js(1_000_003, chunk)
    sip = SIP.objects.get()
    assert sip.filename == "främmande.zip"
    assert sip.sha256 == hashlib.sha256(foreign(1_000_003)).hexdigest()


def test_the_javascript_tus_client_resumes(tus_js: Callable[..., str]) -> None:
    first = tus_js(1_000_003, 200_000, 400_000)
    assert Upload.objects.get().offset == 400_000
    assert tus_js(1_000_003, 200_000) == first
    assert SIP.objects.get().sha256 == hashlib.sha256(foreign(1_000_003)).hexdigest()
