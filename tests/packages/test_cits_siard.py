"""A database in an E-ARK package: CITS SIARD, one requirement broken at a time."""

import hashlib
import re
from pathlib import Path

import pytest

from archive.packages import build, texts
from archive.packages.check import check
from archive.packages.profile import Profile, data
from archive.packages.report import Report, Severity
from tests.packages import samples
from tests.packages.test_without_mets import siard, zipped

ROOT, REPRESENTATION = "METS.xml", "representations/rep1/METS.xml"
TYPED = 'csip:CONTENTINFORMATIONTYPE="MIXED"'
SIARD_TYPE = 'csip:CONTENTINFORMATIONTYPE="citssiard_v1_0"'
KIND = 'csip:OTHERCONTENTINFORMATIONTYPE="SIARD_2.2"'


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """What `build` writes, turned into CITS SIARD by hand."""
    source = build.SourceFile("betyg.siard", zipped(tmp_path / "x.siard", *siard()).read_bytes())
    about = samples.description(objid="uuid-siard", content="Databases")
    folder = build.sip(
        tmp_path / "uuid-siard",
        profile="e-ark-sip-2.1.0",
        files=[source],
        description=about,
        created=samples.CREATED,
        container="folder",
    ).path
    root, representation = (folder / name for name in (ROOT, REPRESENTATION))
    text = representation.read_text("utf-8").replace("E-ARK-SIP.xml", "E-ARK-SIARD-REPRESENTATION.xml")
    text = text.replace("earksip.dilcis", "citssiard.dilcis").replace('TYPE="Mixed"', 'TYPE="Databases"')
    text = text.replace(TYPED, f"{SIARD_TYPE} {KIND}", 1).replace(TYPED, SIARD_TYPE)
    text = text.replace('MIMETYPE="application/x-siard"', f'MIMETYPE="application/x-siard" {KIND}')
    representation.write_text(text, "utf-8")
    text = root.read_text("utf-8").replace(
        "earksip.dilcis.eu/profile/E-ARK-SIP.xml", "citssiard.dilcis.eu/profile/E-ARK-SIARD-ROOT.xml"
    )
    text = text.replace('TYPE="Mixed"', 'TYPE="Databases"').replace(TYPED, SIARD_TYPE, 1)
    root.write_text(text.replace(TYPED, f"{SIARD_TYPE} {KIND}"), "utf-8")
    return folder


def judged(folder: Path) -> Report:
    root = folder / ROOT
    new = (folder / REPRESENTATION).read_bytes()
    entry = re.search(r"<mets:file [^>]*>\s*<mets:FLocat [^>]*representations/rep1/METS.xml", root.read_text("utf-8"))
    assert entry
    told = re.sub(r'SIZE="\d+"', f'SIZE="{len(new)}"', entry[0])
    told = re.sub(r'CHECKSUM="\w+"', f'CHECKSUM="{hashlib.sha256(new).hexdigest()}"', told)
    root.write_text(root.read_text("utf-8").replace(entry[0], told), "utf-8")
    return check(folder)


def of_siard(report: Report) -> set[str]:
    """Documentation is wished for, and these small packages have none."""
    wished = {"SIARD_18", "SIARD_30"}
    return {group.rule for group in report.groups if group.severity is not Severity.INFO} - wished


def test_a_database_package_is_recognised_and_valid(package: Path) -> None:
    report = judged(package)
    assert report.profile == "cits-siard-1.0"
    assert of_siard(report) == set()
    assert {"SIARD_18", "SIARD_30"} <= {group.rule for group in report.groups}
    assert report.facts.specifications.count("SIARD") == 1


FAULTS = {
    "SIARD_2": (ROOT, 'TYPE="Databases"', 'TYPE="Mixed"'),
    "SIARD_3": (ROOT, SIARD_TYPE, TYPED),
    "SIARD_4": (ROOT, SIARD_TYPE, f"{SIARD_TYPE} {KIND}"),
    "SIARD_6": (ROOT, f"{SIARD_TYPE} {KIND}", TYPED),
    "SIARD_7": (ROOT, f"{SIARD_TYPE} {KIND}", SIARD_TYPE),
    "SIARD_9": (REPRESENTATION, 'TYPE="Databases"', 'TYPE="Mixed"'),
    "SIARD_10": (REPRESENTATION, SIARD_TYPE, TYPED),
    "SIARD_11": (REPRESENTATION, f"{SIARD_TYPE} {KIND}", SIARD_TYPE),
    "SIARD_12": (
        REPRESENTATION,
        "citssiard.dilcis.eu/profile/E-ARK-SIARD-REP",
        "earksip.dilcis.eu/profile/E-ARK-SIARD-REP",
    ),
    "SIARD_13": (REPRESENTATION, f'MIMETYPE="application/x-siard" {KIND}', 'MIMETYPE="application/x-siard"'),
    "SIARD_14": (ROOT, KIND, KIND.replace("2.2", "2.1")),
}


@pytest.mark.parametrize("rule", FAULTS)
def test_one_fault_gives_its_finding(package: Path, rule: str) -> None:
    name, old, new = FAULTS[rule]
    file = package / name
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    assert of_siard(judged(package)) == {rule}


def test_a_siard_of_another_version_is_told(package: Path) -> None:
    for name in (ROOT, REPRESENTATION):
        file = package / name
        file.write_text(file.read_text("utf-8").replace("SIARD_2.2", "SIARD_2.1"), "utf-8")
    assert of_siard(judged(package)) == {"SIARD_16"}


def test_every_published_id_is_judged_named_elsewhere_or_left_to_the_archivist() -> None:
    listed = data("cits-siard-1.0")
    ids = {*listed["levels"], *listed["by_other_rules"], *listed["by_hand"]}
    extra = {"19a", "19b", "22a", "22b", "22c", "29a", "30a", "30b", "30c", "30d"}
    published = {f"SIARD_{number}" for number in range(1, 34)} | {f"SIARD_{each}" for each in extra}
    assert ids == published
    for rule in listed["levels"]:
        assert Profile.load("cits-siard-1.0").severity(rule)
        assert texts.known(rule)
