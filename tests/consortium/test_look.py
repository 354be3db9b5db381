"""The look as facts: size of the stylesheet, contrast of its colours, what templates may not contain."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.test import Client

ROOT = Path(settings.BASE_DIR)
CSS = (ROOT / "static" / "samarkiv.css").read_text()
ROOMS = (ROOT / "static" / "rooms.css").read_text()
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
COMPONENTS = sorted((ROOT / "templates" / "components").glob("*.html"))
LIGHT, DARK_BY_DEVICE, DARK_BY_CHOICE = (
    dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6})\b", block))
    for block in re.findall(r":root[^{]*\{([^}]*)\}", CSS.split("/* Elements */")[0])
)
DARK = LIGHT | DARK_BY_DEVICE
TEXT_PAIRS = [
    *[(ink, ground) for ink in ("ink", "soft", "link") for ground in ("paper", "wash")],
    *[("visited", "paper"), ("ink", "mark"), ("on-action", "action"), ("on-action", "action-hover")],
    *[("on-bar", "bar"), ("bar-soft", "bar"), ("on-ochre", "ochre"), ("bad", "paper"), ("bad", "bad-wash")],
    *[("ink", f"{tone}-wash") for tone in ("good", "warn", "bad", "info")],
    *[("link", f"{tone}-wash") for tone in ("good", "warn", "bad", "info")],
]
PART_PAIRS = [
    *[(tone, "paper") for tone in ("good", "warn", "bad", "info", "soft", "edge", "action")],
    *[(tone, f"{tone}-wash") for tone in ("good", "warn", "bad", "info")],
    *[("edge", "wash"), ("ochre", "bar"), ("action", "line")],
]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_has_contrast(theme: dict[str, str], ink: str, ground: str) -> None:
    assert contrast(theme[ink], theme[ground]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("part", "ground"), PART_PAIRS)
def test_shapes_and_borders_have_contrast(theme: dict[str, str], part: str, ground: str) -> None:
    assert contrast(theme[part], theme[ground]) >= 3


def test_dark_by_choice_is_dark_by_device() -> None:
    assert DARK_BY_DEVICE == DARK_BY_CHOICE
    assert DARK_BY_DEVICE.keys() == LIGHT.keys() - {"ochre", "on-ochre"}


def test_stylesheets_are_small_and_fetch_nothing() -> None:
    """One for everybody, and a smaller one beside it for the rooms of the staff."""
    assert {path.name for path in (ROOT / "static").rglob("*.css")} == {"samarkiv.css", "rooms.css"}
    assert len(CSS.encode()) < 30_000
    assert len(ROOMS.encode()) < 12_000
    assert "@import" not in CSS + ROOMS
    assert "url(" not in CSS + ROOMS


def test_colours_stand_among_the_tokens_only() -> None:
    rules, printed = CSS.split("/* Elements */")[1].split("@media print")
    rules += ROOMS
    assert set(re.findall(r"#[0-9a-f]{3,8}\b", rules)) <= {"#fff", "#0008"}
    assert printed


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_template_is_short_and_has_nothing_inline(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 60
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|javascript:", text)
    assert not re.search(r"<script(?![^>]*(?:src=|application/json))", text)
    assert not re.search(r"https?://[^\"' ]+\.(?:js|css|woff2?)", text)
    if "<img" in text:
        assert re.search(r"<img[^>]*\salt=", text)


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_component_is_small_and_used(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 40
    assert any(f"components/{path.name}" in other.read_text() for other in TEMPLATES if other != path) or any(
        f"components/{path.name}" in source.read_text() for source in (ROOT / "consortium").rglob("*.py")
    )


@pytest.mark.parametrize("code", [400, 403, 404, 413, 429, 500, 503])
def test_error_page_needs_no_request_and_no_database(code: int) -> None:
    html = get_template(f"{code}.html").render({})
    assert f"Fel {code}" in html
    assert 'lang="sv"' in html
    assert 'href="/"' in html


def test_missing_page_answers_in_swedish(client: Client) -> None:
    answer = client.get("/finns-inte/")
    assert answer.status_code == 404
    assert "Sidan finns inte" in answer.content.decode()


def test_a_browser_in_english_still_meets_swedish(client: Client) -> None:
    answer = client.get("/om/", headers={"accept-language": "en-GB,en"})
    assert '<html lang="sv">' in answer.content.decode()
    assert answer.headers["Content-Language"] == "sv"
    assert not answer.cookies


def test_chosen_language_keeps_the_page(client: Client) -> None:
    answer = client.post("/utseende/", {"language": "en", "next": "/om/?a=1"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/om/?a=1")
    assert '<html lang="en">' in client.get("/om/").content.decode()


def test_chosen_theme_is_remembered(client: Client) -> None:
    client.post("/utseende/", {"theme": "dark", "next": "/om/"})
    assert 'data-theme="dark"' in client.get("/om/").content.decode()
    client.post("/utseende/", {"theme": "system"})
    assert "data-theme" not in client.get("/om/").content.decode()


@pytest.mark.parametrize("elsewhere", ["https://exempel.se/", "//exempel.se", "javascript:alert(1)", ""])
def test_choosing_never_leads_out_of_the_portal(client: Client, elsewhere: str) -> None:
    assert client.post("/utseende/", {"theme": "dark", "next": elsewhere}).headers["Location"] == "/"


def test_strange_choices_are_left_alone(client: Client) -> None:
    assert not client.post("/utseende/", {"language": "xx", "theme": "pink"}).cookies
    assert client.get("/utseende/").status_code == 405


def test_accessibility_statement_says_what_the_law_asks(client: Client) -> None:
    text = client.get("/tillganglighet/").content.decode()
    for part in ("Kända brister", "Digg", "Säg till om något inte fungerar", "gicks senast igenom"):
        assert part in text
