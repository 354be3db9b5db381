"""A worker judges a claimed SIP: every way it can end, and none where it stays stuck."""

import datetime
import os
import signal
import subprocess
import sys
import threading
import zipfile
from typing import Any

import pytest
from django.db import connection

from archive import tasks, validation
from archive.models import SIP, PreservationEvent
from consortium.models.leases import DatabaseNow, database_now
from tests import factories
from tests.packages import samples

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sip() -> SIP:
    """A sound FGS 1.2 package in quarantine, waiting."""
    falun = factories.municipality("2080")
    falun.organisation_number = samples.FALUN_CODE.removeprefix("ORG:")
    falun.save()
    agreement = factories.agreement(falun, number=samples.AGREEMENT.number)
    sip = factories.sip(falun, agreement=agreement, due_at=database_now(), sha256="")
    sip.path.parent.mkdir(parents=True, exist_ok=True)
    samples.fgs(sip.path, "zip")
    SIP.objects.filter(pk=sip.pk).update(size=sip.path.stat().st_size)
    return sip


def run(sip: SIP) -> SIP:
    tasks.validate(str(sip.pk))
    sip.refresh_from_db()
    return sip


def test_a_sound_package_is_valid(sip: SIP) -> None:
    run(sip)
    report = sip.latest_report
    assert report is not None
    assert (sip.status, report.errors) == (SIP.Status.VALID, 0), report.report["messages"]
    assert sip.objid
    assert sip.due_at is None
    assert len(sip.sha256) == 64
    assert validation.inventory_path(sip).read_text()


def test_a_task_delivered_twice_judges_once(sip: SIP) -> None:
    run(run(sip))
    assert sip.reports.count() == 1
    assert PreservationEvent.objects.filter(sip_id=sip.pk, kind=PreservationEvent.Kind.VALIDATION).count() == 1


@pytest.mark.parametrize("content", [b"", b"not an archive at all, just words", b"PK\x03\x04 cut short"])
def test_what_is_no_archive_is_faulty_with_a_report(sip: SIP, content: bytes) -> None:
    sip.path.write_bytes(content)
    run(sip)
    report = sip.latest_report
    assert report is not None
    assert (sip.status, report.verdict) == (SIP.Status.FAULTY, "UNREADABLE")


def test_the_wrong_municipality_is_named(sip: SIP) -> None:
    sip.owner.organisation_number = ""
    sip.owner.save()
    run(sip)
    assert sip.status == SIP.Status.FAULTY


def test_a_missing_file_is_named(sip: SIP) -> None:
    whole = sip.path.with_suffix(".whole")
    sip.path.rename(whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(sip.path, "w") as target:
        names = [name for name in source.namelist() if name.lower().startswith("content/")]
        for name in source.namelist():
            if name != names[0]:
                target.writestr(name, source.read(name))
    run(sip)
    report = sip.latest_report
    assert report is not None
    assert sip.status == SIP.Status.FAULTY
    assert names[0] in str(report.report)


def test_the_engines_death_is_a_technical_fault_and_tried_again(sip: SIP, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    run(sip)
    assert sip.status == SIP.Status.CRASHED
    assert "kod 1" in sip.trouble
    assert sip.due_at is not None
    assert sip.due_at > database_now()
    monkeypatch.undo()
    SIP.objects.filter(pk=sip.pk).update(due_at=database_now())
    assert run(sip).status == SIP.Status.VALID
    assert sip.trouble == ""


def test_a_package_that_kills_the_engine_each_time_ends_with_a_person(
    sip: SIP, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    for _ in range(validation.MAX_CRASHES + 1):
        SIP.objects.filter(pk=sip.pk).update(due_at=database_now())
        run(sip)
    assert sip.status == SIP.Status.NEEDS_PERSON
    assert sip.due_at is None


def test_a_killed_engine_is_told_as_a_signal(sip: SIP, monkeypatch: pytest.MonkeyPatch) -> None:
    real = subprocess.Popen

    def killed(*args: Any, **kwargs: Any) -> Any:
        child = real(*args, **kwargs)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        return child

    monkeypatch.setattr(subprocess, "Popen", killed)
    run(sip)
    assert sip.status == SIP.Status.CRASHED


def test_too_much_memory_stops_the_engine(sip: SIP, settings: Any) -> None:
    settings.ENGINE_MEMORY_BYTES = 1_000_000
    run(sip)
    assert sip.status == SIP.Status.CRASHED
    assert "mer än 1 MB minne" in sip.trouble


def test_cancel_is_heard(sip: SIP) -> None:
    SIP.objects.filter(pk=sip.pk).update(cancel_requested_at=DatabaseNow())
    run(sip)
    assert (sip.status, sip.cancel_requested_at) == (SIP.Status.CANCELLED, None)


def test_a_worker_that_was_overtaken_changes_nothing(sip: SIP, monkeypatch: pytest.MonkeyPatch) -> None:
    judge = validation._judge

    def slow(claim: SIP) -> dict[str, Any]:
        SIP.objects.filter(pk=sip.pk).update(fence=claim.fence + 1)
        return judge(claim)

    monkeypatch.setattr(validation, "_judge", slow)
    run(sip)
    assert sip.status == SIP.Status.RECEIVED
    assert not sip.reports.exists()


def test_a_worker_that_died_leaves_a_row_that_the_next_one_takes(sip: SIP) -> None:
    assert SIP.objects.claim(sip.pk, lease=datetime.timedelta(seconds=0))
    assert run(sip).status == SIP.Status.VALID


def test_two_workers_do_not_judge_the_same_package(sip: SIP) -> None:
    both = [threading.Thread(target=_in_thread, args=(sip,)) for _ in range(2)]
    for worker in both:
        worker.start()
    for worker in both:
        worker.join()
    assert sip.reports.count() == 1


def _in_thread(sip: SIP) -> None:
    try:
        tasks.validate(str(sip.pk))
    finally:
        connection.close()
