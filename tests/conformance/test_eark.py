"""The public E-ARK cases: how many checks are judged as the corpus judges them, and which are not and why."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.corpora import corpus, unpacked

ROOT = Path(__file__).resolve().parents[2]
WORDS = ROOT / "docs" / "conformance.md"
Check = tuple[str, str]


def explained(heading: str) -> set[Check]:
    """Requirement and package of each row of the table under a heading of docs/conformance.md."""
    section = WORDS.read_text("utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return {(rule, package) for rule, package in re.findall(r"^\| (\w+) \| `([^`]+)` \|", section, re.MULTILINE)}


def checks_not(score: dict[str, Any], name: str) -> set[Check]:
    return {
        (case, check["package"])
        for case, result in score["cases"].items()
        for check in result["checks"]
        if not check[name]
    }


@pytest.mark.conformance
def test_the_e_ark_cases_are_judged_right(tmp_path: Path) -> None:
    runner, place = corpus("tools/run_eark_corpus.py"), unpacked("corpus/e-ark-open-cases.tar.xz", tmp_path / "cases")
    cases = next(place.glob("**/corpus/CSIP")).parent.parent
    out = tmp_path / "score.json"
    command = [sys.executable, str(runner), "--corpus", str(cases), "--restore-crlf", "--out", str(out)]
    command += ["--callable", "tests.conformance.engine:judge"]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=ROOT)
    score = json.loads(out.read_text("utf-8"))
    print(json.dumps({"requirement": score["scores"]["requirement"], "cases": score["case_right"]}))
    wrong, of_other_weight = checks_not(score, "requirement"), checks_not(score, "level")
    assert score["crashed_packages"] == 0
    assert score["scores"]["requirement"]["share"] >= 0.95
    assert score["case_right"]["share"] >= 0.90
    assert wrong == explained("E-ARK cases judged otherwise")
    assert of_other_weight - wrong == explained("E-ARK cases of other weight")
