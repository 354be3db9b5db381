"""The fault matrix of E-ARK: a package without fault, one change, and exactly the requirement it breaks is named."""

import json
from pathlib import Path

import pytest

from archive.packages.check import check
from archive.packages.profile import RULES
from archive.packages.report import Report, Severity, Verdict
from archive.packages.texts import describe
from tests.packages import eark_faults, eark_specimens
from tests.packages.eark_faults import Fault

VERSIONS = ("2.1.0", "2.2.0")
KINDS = {"csip": "sip", "csipstr": "sip", "sip": "sip", "dip": "dip", "aip": "aip"}
"""For each specification the kind of package that is broken."""
TABLES = {"MUST": eark_faults.FAULTS, "SHOULD": eark_faults.SHOULDS}
MATRIX = [
    pytest.param(specification, version, fault, id=f"{fault.rule}-{version}")
    for table in TABLES.values()
    for specification, faults in table.items()
    for version in VERSIONS
    for fault in faults
    if version in fault.versions
]
Named = set[tuple[str, str]]


def named(report: Report) -> Named:
    """What is wrong or unusual, and in which document; that something optional is not used does not count."""
    return {(finding.rule, finding.place.file) for finding in report.findings() if finding.severity != Severity.INFO}


def asked(specification: str, version: str, wanted: str) -> set[str]:
    file = RULES / (f"{specification}-{version}.json" if specification != "csipstr" else "csipstr.json")
    levels: dict[str, str] = json.loads(file.read_text("utf-8"))["levels"]
    return {rule for rule, level in levels.items() if level == wanted}


@pytest.fixture(scope="module")
def faultless(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Named]:
    """What is said of each package before anything is broken."""
    said = {}
    for kind in set(KINDS.values()):
        for version in VERSIONS:
            folder = tmp_path_factory.mktemp(f"{kind}-{version}")
            report = check(eark_specimens.packed(eark_specimens.package(kind, version), folder), profile(kind, version))
            assert report.verdict == Verdict.VALID, report.findings()
            said[kind, version] = named(report)
    return said


def profile(kind: str, version: str) -> str:
    return f"e-ark-{kind}-{version}"


@pytest.mark.parametrize(("specification", "version", "fault"), MATRIX)
def test_one_change_breaks_one_requirement(
    tmp_path: Path, faultless: dict[tuple[str, str], Named], specification: str, version: str, fault: Fault
) -> None:
    kind = KINDS[specification]
    files = eark_specimens.package(kind, version)
    fault.change(files)
    report = check(eark_specimens.packed(files, tmp_path, root=fault.root), profile(kind, version))
    new = {rule for rule, _ in named(report) - faultless[kind, version]}
    assert new == {fault.rule, *fault.also}
    finding = next(finding for finding in report.findings() if finding.rule == fault.rule)
    reason = finding.params.get("reason")
    assert reason is None or reason in describe(fault.rule).reasons


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("level", "specification"), [(level, each) for level in TABLES for each in TABLES[level]])
def test_every_must_and_should_has_a_change_that_breaks_it(level: str, specification: str, version: str) -> None:
    faults = [fault for fault in TABLES[level][specification] if version in fault.versions]
    alone = sum(not fault.also for fault in faults)
    print(
        f"{specification} {version}: {len(faults)} {level}s, {alone} broken alone, {len(faults) - alone} with another"
    )
    assert {fault.rule for fault in faults} == asked(specification, version, level)
