"""A real Celery worker: killed in the middle of a package, and with a Redis that has forgotten everything."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import redis
from django.conf import settings

from archive import tasks
from archive.models import AIP
from archive.packages import build
from tests.archive import deliveries, faults
from tests.archive.stores import stores
from tests.packages import samples

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.load]


@pytest.fixture(autouse=True)
def same_folders(tmp_path: Path) -> Iterator[None]:
    """For this process and for the worker."""
    with stores(a=tmp_path / "a", b=tmp_path / "b"):
        yield
        shutil.rmtree(settings.WORK_DIR / "aips", ignore_errors=True)
        redis.Redis.from_url(settings.REDIS_URL).flushall()


@contextmanager
def worker(tmp_path: Path) -> Iterator[psutil.Process]:
    command = [sys.executable, "-m", "celery", "--app=consortium.celery", "worker", "--queues=light,heavy"]
    places = {"ARCHIVE_STORE_A": str(tmp_path / "a"), "ARCHIVE_STORE_B": str(tmp_path / "b"), "ARCHIVE_STORES": "a,b"}
    log = tmp_path / "worker.log"
    with log.open("wb") as said:
        process = subprocess.Popen(
            [*command, "--concurrency=2", "--without-gossip", "--without-mingle", "--loglevel=info"],
            cwd=settings.BASE_DIR,
            env={**os.environ, **places},
            stdout=said,
            stderr=subprocess.STDOUT,
        )
    try:
        until(lambda: " ready." in log.read_text(), 120)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(60)


def until(true: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def confirmed(aip: AIP) -> bool:
    aip.refresh_from_db()
    return aip.status == AIP.Status.CONFIRMED


def test_killed_worker_and_forgetful_redis_lose_nothing(tmp_path: Path) -> None:
    large = tmp_path / "stor"
    build.sip(
        large,
        files=samples.many(8, 20_000_000),
        description=samples.description(content="Unstructured"),
        created=samples.CREATED,
    )
    aip = deliveries.accepted(large)
    tasks.store.delay_on_commit(str(aip.pk))
    redis.Redis.from_url(settings.REDIS_URL).flushall()  # what was rung is forgotten
    with worker(tmp_path) as main:
        tasks.sweep()
        for _ in range(2):
            until(lambda: started(aip))
            for child in main.children():
                child.kill()  # as the OOM killer does
            faults.assert_nothing_lost(aip)
            redis.Redis.from_url(settings.REDIS_URL).flushall()
            until(lambda: len(main.children()) == 2)
            faults.time_passes(aip)
            shutil.rmtree(settings.WORK_DIR / "aips", ignore_errors=True)
            tasks.sweep()
        until(lambda: confirmed(aip), 120)
        assert aip.fence >= 3
    faults.assert_nothing_lost(aip, finished=True)
    faults.assert_tidy()


def started(aip: AIP) -> bool:
    return any((settings.WORK_DIR / "aips").glob(f"*{aip.pk}*"))
