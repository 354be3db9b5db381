"""Whatever happens to a worker, no accepted package is lost, stuck, stored twice or falsely called stored."""

import errno
import os
import random
import resource
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from archive import indexing, receipts, tasks
from archive.models import AIP, PreservationEvent, Receipt
from consortium.models.leases import database_now
from tests.archive import deliveries, faults
from tests.archive.faults import Points
from tests.archive.stores import stores

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.load]


@pytest.fixture(autouse=True)
def two_folders(tmp_path: Path) -> Iterator[None]:
    with stores(a=tmp_path / "a", b=tmp_path / "b"):
        yield
        shutil.rmtree(settings.WORK_DIR / "aips", ignore_errors=True)


@pytest.fixture
def fresh(tmp_path: Path) -> Callable[[], AIP]:
    """Another accepted delivery each time, as small as they come."""
    number = iter(range(1, 10_000))

    def make() -> AIP:
        return deliveries.accepted(deliveries.package(tmp_path, files=1, number=next(number)))

    return make


def test_killed_at_every_side_effect(fresh: Callable[[], AIP]) -> None:
    for n in faults.every_point():
        aip = fresh()
        end = faults.run(aip, Points(n, faults.die))
        faults.assert_nothing_lost(aip)
        if end == faults.FINISHED:
            break
        assert end == -signal.SIGKILL
        faults.finish(aip)
        assert aip.status == AIP.Status.CONFIRMED, (n, aip.trouble)
    print(f"{n - 1} points of death")
    assert n > 60
    faults.assert_nothing_lost(finished=True)
    faults.assert_tidy()


def test_killed_twice(fresh: Callable[[], AIP]) -> None:
    chance = random.Random(2026)
    for _ in range(30):
        aip = fresh()
        for _again in range(2):
            faults.run(aip, Points(chance.randrange(1, 90), faults.die))
            faults.time_passes(aip)
            faults.assert_nothing_lost(aip)
        faults.finish(aip)
    faults.assert_nothing_lost(finished=True)
    faults.assert_tidy()


def test_database_lost_at_every_statement(fresh: Callable[[], AIP]) -> None:
    for n in faults.every_point():
        aip = fresh()
        points = Points(n, faults.lose_the_database, only="sql")
        end = faults.run(aip, points)
        assert end in (faults.FINISHED, faults.FAILED), n
        faults.assert_nothing_lost(aip)
        faults.finish(aip)
        assert aip.status == AIP.Status.CONFIRMED, n
        if end == faults.FINISHED:
            break
    print(f"{n - 1} statements without an answer")
    assert n > 15
    faults.assert_nothing_lost(finished=True)


def test_paused_past_its_lease(fresh: Callable[[], AIP]) -> None:
    """The sleeper's work is done by another; when it wakes it changes nothing."""
    for n in range(1, 90, 4):
        aip = fresh()
        pid = faults.start(aip, Points(n, faults.sleep), prepare=impatient_database)
        _, status = os.waitpid(pid, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            break
        time.sleep(0.25)
        faults.time_passes(aip)
        while aip.status != AIP.Status.CONFIRMED:
            faults.finish(aip)
        before = (aip.fence, list(aip.copies.values_list("key", "verified_at").order_by("store")), aip.receipt.pk)
        os.kill(pid, signal.SIGCONT)
        assert faults.ended(pid) in (faults.FINISHED, faults.FAILED), n
        aip = AIP.objects.get(pk=aip.pk)
        after = (aip.fence, list(aip.copies.values_list("key", "verified_at").order_by("store")), aip.receipt.pk)
        assert before == after, n
        faults.assert_nothing_lost(aip, finished=True)
    assert n > 60


def impatient_database() -> None:
    """What the settings say with a minute, here with less than a second: nobody holds a row in their sleep."""
    with connection.cursor() as cursor:
        cursor.execute("set idle_in_transaction_session_timeout = '100ms'")


def test_the_same_message_ten_times_at_once(fresh: Callable[[], AIP]) -> None:
    aip = fresh()
    pids = [faults.start(aip, Points(0, faults.die)) for _ in range(10)]
    assert {faults.ended(pid) for pid in pids} == {faults.FINISHED}
    faults.work(aip.pk)
    faults.assert_nothing_lost(finished=True)
    assert Receipt.objects.count() == 1
    kinds = PreservationEvent.objects.filter(aip_id=aip.pk).values_list("kind", flat=True)
    assert sorted(kinds) == ["creation", "deletion", "ingestion", "replication", "replication"]


def test_messages_in_the_wrong_order_skip_nothing(fresh: Callable[[], AIP]) -> None:
    aip = fresh()
    tasks._step(str(aip.pk), AIP.Status.DESCRIBED, receipts.confirm)
    tasks._step(str(aip.pk), AIP.Status.STORED, indexing.describe)
    aip.refresh_from_db()
    assert (aip.status, aip.fence) == (AIP.Status.STORING, 0)


# No room


@pytest.mark.parametrize("limit", [0, 1, 512, 4_096, 10_000, 20_000, 30_000])
def test_no_room_for_a_file_of_that_size(fresh: Callable[[], AIP], tmp_path: Path, limit: int) -> None:
    def narrow() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    aip = fresh()
    assert faults.run(aip, Points(0, faults.die), prepare=narrow) == faults.FINISHED
    aip.refresh_from_db()
    if aip.status == AIP.Status.STORING:
        assert "full" in aip.trouble
        assert aip.due_at is not None
    assert [path for path in deliveries.all_files(tmp_path / "a") if path.parent.name == ".skrivs"] == []
    faults.assert_nothing_lost()
    faults.finish(aip)
    faults.assert_nothing_lost(finished=True)
    faults.assert_tidy()


@pytest.mark.parametrize("call", ["write", "fsync", "close", "link", "mkdir", "replace"])
@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_disk_that_fails_in_any_call(
    fresh: Callable[[], AIP], monkeypatch: pytest.MonkeyPatch, call: str, fault: int
) -> None:
    """Full at the n-th write, at fsync, at close where a quota speaks up; then there is room again."""
    aip = fresh()
    real = getattr(os, call)
    for n in range(1, 12):
        count = 0

        def failing(*args: Any, **kwargs: Any) -> Any:
            nonlocal count
            count += 1
            if count >= n:  # noqa: B023 - called within the same turn
                if call == "close":
                    real(*args)
                raise OSError(fault, os.strerror(fault))
            return real(*args, **kwargs)

        with monkeypatch.context() as patch:
            patch.setattr(os, call, failing)
            faults.time_passes(aip)
            faults.work(aip.pk)
        aip.refresh_from_db()
        faults.assert_nothing_lost()
        if aip.status != AIP.Status.STORING:
            break
        assert aip.trouble
    faults.finish(aip)
    faults.assert_nothing_lost(finished=True)
    faults.assert_tidy()


def test_a_full_store_is_known_before_a_byte_is_written(
    fresh: Callable[[], AIP], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    aip = fresh()
    faults.work(aip.pk)
    aip.refresh_from_db()
    assert "Lagret a är fullt" in aip.trouble
    assert "Lagret b är fullt" in aip.trouble
    monkeypatch.undo()
    faults.finish(aip)
    faults.assert_nothing_lost(finished=True)


def test_waiting_for_a_store_lasts_as_long_as_it_takes(fresh: Callable[[], AIP], tmp_path: Path) -> None:
    """I8"""
    aip = fresh()
    (tmp_path / "b").write_text("trasig")
    for _ in range(25):
        faults.time_passes(aip)
        faults.work(aip.pk)
        aip.refresh_from_db()
        assert aip.status == AIP.Status.STORING
        assert aip.due_at
        assert aip.due_at > database_now()
    assert "Lagret b" in aip.trouble
    faults.assert_nothing_lost()
    (tmp_path / "b").unlink()
    faults.finish(aip)
    faults.assert_nothing_lost(finished=True)
