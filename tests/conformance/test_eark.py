"""The public E-ARK cases: how many checks are judged as the corpus judges them, and which are not and why."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance.corpora import corpus

ROOT = Path(__file__).resolve().parents[2]
JUDGED_OTHERWISE = {
    ("CSIP24", "valid/IP_18000_CSIP24_2"),
    ("CSIP26", "invalid/IP_18000_CSIP26_3"),
    ("CSIP27", "invalid/IP_18000_CSIP27_2"),
}
"""Each with its reason in docs/conformance.md."""


@pytest.mark.conformance
def test_the_e_ark_cases_are_judged_right(tmp_path: Path) -> None:
    archive, runner = corpus("corpus/e-ark-open-cases.tar.xz"), corpus("tools/run_eark_corpus.py")
    out = tmp_path / "score.json"
    command = [sys.executable, str(runner), "--archive", str(archive), "--restore-crlf", "--out", str(out)]
    command += ["--callable", "tests.conformance.engine:judge"]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=ROOT)
    score = json.loads(out.read_text("utf-8"))
    print(json.dumps({"requirement": score["scores"]["requirement"], "cases": score["case_right"]}))
    wrong = {
        (case, check["package"])
        for case, result in score["cases"].items()
        for check in result["checks"]
        if not check["requirement"]
    }
    assert score["crashed_packages"] == 0
    assert score["scores"]["requirement"]["share"] >= 0.95
    assert score["case_right"]["share"] >= 0.90
    assert wrong <= JUDGED_OTHERWISE
