"""Packages of FGS Paketstruktur 1.2 as they are delivered: right ones, the shape scripts produce, and named faults."""

import pytest

from archive.packages.check import check
from archive.packages.report import Severity, Verdict
from tests.conformance.corpora import corpus

EXPECTED = {
    "valid_fgs12": set(),
    "practice_shape_fgs12": set(),
    "old_namespace_eARDERMS": set(),
    "invalid_missing_file": {"FGS12-FILE-MISSING"},
    "invalid_two_agents": {"FGS12-AGENTS", "FGS12-SYSTEM"},
    "invalid_wrong_checksum": {"FGS12-CHECKSUM"},
}


@pytest.mark.conformance
@pytest.mark.parametrize("name", EXPECTED)
def test_fgs_package_is_judged_right(name: str) -> None:
    report = check(corpus("corpus/fgs-1.2") / f"{name}.zip")
    errors = {group.rule for group in report.groups if group.severity == Severity.ERROR}
    assert errors & EXPECTED[name] == EXPECTED[name]
    assert report.verdict == (Verdict.FAULTY if EXPECTED[name] else Verdict.VALID)
    assert report.profile == "fgs-1.2"
