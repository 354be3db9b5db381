"""ClamAV looks at every byte the engine reads; what it has not looked at is never called clean."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archive import tasks
from archive.clamd import Clamd, ScannerDown
from archive.judgement import Judgement
from archive.models import SIP
from archive.packages.check import check
from archive.packages.report import Report, Severity, Verdict
from archive.packages.scanning import Scanned
from consortium.models.leases import DatabaseNow, database_now
from tests import factories
from tests.archive.scanners import NAME, VIRUS, Daemon, clamd_is_here, real_clamd
from tests.packages import samples, specimens

SCANNERS = ["own", *(["clamd"] if clamd_is_here() else [])]


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    made = Daemon(tmp_path)
    made.start()
    yield made
    made.stop()


@pytest.fixture(params=SCANNERS)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    folder = tmp_path / "scanner"
    folder.mkdir()
    if request.param == "clamd":
        with real_clamd(folder) as address:
            yield address
        return
    made = Daemon(folder, limit=1 << 20)
    made.start()
    yield made.address
    made.stop()


def asked(address: str, *pieces: bytes) -> Scanned:
    scanner = Clamd(address)
    scanner.begin()
    for piece in pieces:
        scanner.write(memoryview(piece))
    return scanner.end()


def package(folder: Path, **content: bytes) -> Path:
    files = {f"content/{name}.txt": data for name, data in content.items()}
    return specimens.packed({"sip.xml": specimens.fgs_mets(files).encode(), **files}, folder)


def found(report: Report, rule: str) -> list[str]:
    return [finding.place.file for finding in report.findings() if finding.rule == rule]


def test_the_scanner_says_who_it_is(address: str) -> None:
    assert Clamd(address).name.startswith("ClamAV ")


@pytest.mark.parametrize("pieces", [(VIRUS,), (VIRUS[:9], VIRUS[9:])])
def test_a_virus_is_known_in_one_piece_or_many(address: str, pieces: tuple[bytes, ...]) -> None:
    assert asked(address, *pieces).virus.startswith("Samarkiv.Test")


@pytest.mark.parametrize("pieces", [(b"harmless",), (), (b"",), (b"a" * 900_000,)])
def test_every_byte_known_is_what_clean_means(address: str, pieces: tuple[bytes, ...]) -> None:
    assert asked(address, *pieces) == Scanned()


def test_a_file_above_the_scanners_limit_is_not_scanned(address: str) -> None:
    answer = asked(address, *[b"a" * 1_000_000] * 12)
    assert answer.not_scanned
    assert not answer.virus


@pytest.mark.parametrize("fault", ["hangs up", "silent", "rubbish", "out of memory"])
def test_an_answer_that_cannot_be_believed_is_no_answer(tmp_path: Path, fault: str) -> None:
    daemon = Daemon(tmp_path, fault)
    daemon.start()
    scanner = Clamd(daemon.address, patience=0.5)
    scanner.begin()
    scanner.write(memoryview(b"harmless"))
    with pytest.raises(ScannerDown):
        scanner.end()
    daemon.stop()


@pytest.mark.parametrize("address", ["unix:/nowhere/clamd.ctl", "tcp://127.0.0.1:1"])
def test_nobody_listening_is_told(address: str) -> None:
    with pytest.raises(ScannerDown):
        Clamd(address).begin()


def test_the_engine_shows_the_scanner_every_file_once(tmp_path: Path, daemon: Daemon) -> None:
    files = {"a": b"first", "b": VIRUS, "c": b"x" * (3 << 20), "d": b""}
    report = check(package(tmp_path, **files), scanner=Clamd(daemon.address))
    assert sorted(data for data in daemon.files if not data.startswith(b"<?xml")) == sorted(files.values())
    assert len(daemon.files) == len(files) + 1
    assert found(report, "SK-VIRUS") == ["content/b.txt"]
    assert report.verdict == Verdict.FAULTY
    assert report.facts.scanner == NAME


def test_a_file_too_large_for_the_scanner_is_a_warning_with_its_name(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path, limit=1000)
    daemon.start()
    files = {"small": b"a", "large": b"x" * 50_000}
    report = check(package(tmp_path, **files), scanner=Clamd(daemon.address))
    daemon.stop()
    assert "content/large.txt" in found(report, "SK-NOT-SCANNED")
    assert "content/small.txt" not in found(report, "SK-NOT-SCANNED")
    assert {group.severity for group in report.groups if group.rule == "SK-NOT-SCANNED"} == {Severity.WARNING}


def test_more_jobs_do_not_pass_the_scanner_by(tmp_path: Path, daemon: Daemon) -> None:
    many = {f"f{number}": b"x" * 100 for number in range(400)}
    report = check(package(tmp_path, **many, bad=VIRUS), scanner=Clamd(daemon.address), jobs=2)
    assert found(report, "SK-VIRUS") == ["content/bad.txt"]


def test_without_a_scanner_nobody_has_looked(tmp_path: Path) -> None:
    report = check(package(tmp_path, a=VIRUS))
    assert (report.facts.scanner, report.verdict) == ("", Verdict.VALID)


# In the worker


@pytest.fixture
def sip(transactional_db: None) -> SIP:
    falun = factories.municipality("2080")
    falun.organisation_number = samples.FALUN_CODE.removeprefix("ORG:")
    falun.save()
    agreement = factories.agreement(falun, number=samples.AGREEMENT.number)
    sip = factories.sip(falun, agreement=agreement, due_at=database_now(), sha256="")
    sip.path.parent.mkdir(parents=True, exist_ok=True)
    samples.fgs(sip.path, "zip")
    return sip


def run(sip: SIP) -> SIP:
    SIP.objects.filter(pk=sip.pk).update(size=sip.path.stat().st_size, due_at=DatabaseNow())
    tasks.validate(str(sip.pk))
    sip.refresh_from_db()
    return sip


def scanned(sip: SIP) -> str:
    assert sip.latest_report
    return Judgement(sip.latest_report).scanned


def test_the_report_says_who_has_looked(sip: SIP, daemon: Daemon, settings: Any) -> None:
    settings.CLAMD = daemon.address
    assert run(sip).status == SIP.Status.VALID
    assert scanned(sip) == f"Genomsökt med {NAME}"


def test_the_report_says_that_nobody_has_looked(sip: SIP) -> None:
    assert run(sip).status == SIP.Status.VALID
    assert scanned(sip) == "Inte genomsökt efter virus"


def test_an_infected_package_cannot_be_accepted(sip: SIP, daemon: Daemon, settings: Any) -> None:
    settings.CLAMD = daemon.address
    with zipfile.ZipFile(sip.path, "a") as archive:
        archive.writestr("content/virus.bin", VIRUS)
    run(sip)
    assert sip.status == SIP.Status.FAULTY
    assert sip.latest_report
    assert "SK-VIRUS" in {group["rule_id"] for group in sip.latest_report.report["messages"]}


@pytest.mark.parametrize("fault", ["gone", "hangs up", "rubbish"])
def test_a_package_waits_for_a_scanner_that_is_down(sip: SIP, tmp_path: Path, settings: Any, fault: str) -> None:
    daemon = Daemon(tmp_path, "" if fault == "gone" else fault)
    daemon.start()
    settings.CLAMD = daemon.address if fault != "gone" else "unix:/nowhere/clamd.ctl"
    for _ in range(8):  # more often than a crash would be tried
        run(sip)
    assert (sip.status, sip.reports.count(), sip.tries) == (SIP.Status.RECEIVED, 0, 0)
    assert "Virusskyddet svarar inte" in sip.trouble
    assert sip.due_at is not None
    assert sip.due_at > database_now()
    daemon.fault, settings.CLAMD = "", daemon.address
    assert run(sip).status == SIP.Status.VALID
    assert not sip.trouble
    daemon.stop()
