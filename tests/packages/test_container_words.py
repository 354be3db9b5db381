"""Every reason for which a container is refused has its sentence, in Swedish and in English."""

import re
from pathlib import Path

import pytest

from archive.packages import tar_reader, xml
from archive.packages.check import check
from archive.packages.report import Finding, Place, Severity
from archive.packages.texts import LANGUAGES, describe, message
from tests.packages import specimens
from tests.packages.test_hostile_containers import CASES

ENGINE = Path(__file__).parents[2] / "archive" / "packages"
RAISED = re.compile(r'(?:refuse|Fault)\(\s*"((?:E_|SK-)[A-Z_-]+)",\s*"([a-z0-9_-]+)"')


REFUSED = re.compile(r'Refusal\.([A-Z]+),[^)]*?why="([a-z]+)"')


def reasons() -> set[tuple[str, str]]:
    found = {pair for file in ENGINE.glob("*.py") for pair in RAISED.findall(file.read_text("utf-8"))}
    found |= {(f"E_XML_{rule}", why) for file in ENGINE.glob("*.py") for rule, why in REFUSED.findall(file.read_text())}
    found |= {("E_XML_MALFORMED", why) for why in xml._WHY.values()} | {("E_XML_LIMIT", "depth")}
    links = {("E_ARCHIVE_LINK", reason) for reason in tar_reader._LINKS.values()}
    return found | links | {("E_ARCHIVE_SPECIAL", reason) for reason in tar_reader._SPECIAL.values()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_a_sentence(language: str) -> None:
    missing = {(rule, reason) for rule, reason in reasons() if reason not in describe(rule, language).reasons}
    assert missing == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_left_with_a_gap(tmp_path: Path, language: str) -> None:
    path = tmp_path / "paket"
    for _, data in CASES:
        path.write_bytes(data)
        for finding in check(path).findings():
            said = message(finding, language)
            assert said.endswith((".", "…"))
            assert not re.search(r"\{(found|expected|file)\}", said)


CLASHES = {
    ("Content/a.txt", "content/b.txt"): "content och Content är samma namn på många datorer.",
    ("content/a.txt", "content/A.txt"): "content/A.txt och content/a.txt är samma namn på många datorer.",
    ("content/a", "content/a/b"): "content/a: namnet används både för en fil och en mapp.",
    ("content/a/b", "content/a"): "content/a: namnet används både för en fil och en mapp.",
    ("content/a", "content/a/"): "content/a: namnet används både för en fil och en mapp.",
    ("content/a", "content/a"): "content/a finns två gånger i arkivfilen.",
}


@pytest.mark.parametrize("names", CLASHES)
def test_names_that_clash_are_told_apart(tmp_path: Path, names: tuple[str, str]) -> None:
    path = tmp_path / "paket.zip"
    path.write_bytes(specimens.zip_of(*((name.encode(), b"x"[: not name.endswith("/")], {}) for name in names)))
    said = [message(finding) for finding in check(path).findings() if finding.rule.startswith("E_ARCHIVE")]
    assert said == [CLASHES[names]]


@pytest.mark.parametrize(("name", "like"), [("gossip.xml", False), ("Mets.xml", True), ("paket_METS.xml", True)])
def test_only_what_is_called_mets_is_taken_for_a_misplaced_one(tmp_path: Path, name: str, like: bool) -> None:
    report = check(specimens.packed({"content/" + name: b"<a/>", "content/a.txt": b"a"}, tmp_path))
    (finding,) = (finding for finding in report.findings() if finding.rule == "SK-METS-MISSING")
    assert ("ligger för djupt" in message(finding)) == like


def test_what_a_package_writes_cannot_change_the_sentence() -> None:
    finding = Finding("E_ARCHIVE_PATH", Severity.ERROR, Place("{expected}"), "{file} {0} %s", "x")
    assert "{file} {0} %s" in message(finding, "sv")
