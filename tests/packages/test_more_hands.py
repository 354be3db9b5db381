"""Many processes at the bytes say exactly what one says."""

import json
import os
import zlib
from pathlib import Path

import pytest

from archive.packages import hands
from archive.packages.check import check
from archive.packages.fixity import Content
from archive.packages.report import Report, Verdict
from tests.packages import specimens


@pytest.fixture(autouse=True)
def _even_small_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hands, "_FEWEST_FILES", 1)
    monkeypatch.setattr(hands, "_PORTION_BYTES", 1000)


def many(*, broken: bool = False, algorithm: str = "SHA-256") -> specimens.Files:
    files = {f"content/{number}.bin": bytes([number % 256]) * (number * 37) for number in range(300)}
    files["content/stor.bin"] = b"0123456789abcdef" * 200_000
    files["content/last.pdf"] = b"%PDF-1.4\ntrailer<</Encrypt 9 0 R>>\n%%EOF\n"
    mets = specimens.fgs_mets(files)
    if algorithm == "MD5":
        for number in range(0, 300, 2):
            data = files[f"content/{number}.bin"]
            mets = mets.replace(specimens.sums(data), specimens.sums(data, "md5", "MD5"), 1)
    if broken:
        files |= {f"content/{number}.bin": b"\xff" * (number * 37) for number in range(10, 300, 50)}
        files["content/stor.bin"] = b"0123456789abcdeF" * 200_000
    return {"sip.xml": mets.encode(), **files}


def comparable(report: Report) -> str:
    return json.dumps(report.compared(), sort_keys=True)


@pytest.mark.parametrize("algorithm", ["SHA-256", "MD5"])
@pytest.mark.parametrize("broken", [False, True])
@pytest.mark.parametrize("kind", ["tar", "zip", "folder", "tar.gz"])
def test_three_hands_say_what_one_says(tmp_path: Path, kind: str, broken: bool, algorithm: str) -> None:
    path = specimens.packed(many(broken=broken, algorithm=algorithm), tmp_path, kind)
    told: dict[int, list[Content]] = {1: [], 3: []}
    reports = {jobs: check(path, jobs=jobs, collect=told[jobs].append) for jobs in told}
    assert comparable(reports[1]) == comparable(reports[3])
    assert told[1] == told[3]
    assert ("FGS12-CHECKSUM" in reports[3].rules()) is broken
    assert "E_CONTENT_ENCRYPTED" in reports[3].rules()


def test_a_fault_met_by_another_hand_is_told(tmp_path: Path) -> None:
    members: list[tuple[bytes, bytes, dict[str, int | bytes]]] = [
        (path.encode(), data, {}) for path, data in many().items()
    ]
    name, data, _ = members[-2]
    members[-2] = (name, data, {"crc": zlib.crc32(b"wrong"), "local_crc": zlib.crc32(b"wrong")})
    path = tmp_path / "paket.zip"
    path.write_bytes(specimens.zip_of(*members))
    report = check(path, jobs=3)
    assert (report.verdict, "E_ARCHIVE_CORRUPT" in report.rules()) == (Verdict.UNREADABLE, True)


def children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


def test_a_check_that_is_broken_off_leaves_nobody_behind(tmp_path: Path) -> None:
    class Cancelled(Exception):
        pass

    def cancel(progress: object) -> None:
        if getattr(progress, "stage", "") != "container":
            raise Cancelled

    before = children()
    with pytest.raises(Cancelled):
        check(specimens.packed(many(), tmp_path), jobs=3, progress=cancel)
    assert children() == before
