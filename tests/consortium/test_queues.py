"""The doorbell: after the commit, on the right queue, and never in the way of the act."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from celery.signals import beat_init
from django.conf import settings
from django.db import transaction

from consortium.embedded.servers import Servers
from consortium.queues import LIGHT_AT_MOST, Task, heavy_task, light_task


@light_task
def notice(row: int) -> None:
    """Stands for something quick."""


@heavy_task
def package(row: int) -> None:
    """Stands for something slow."""


@pytest.fixture
def broker(servers: Servers) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(servers.trial.redis_url()) as client:
        client.flushdb()
        yield client


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("task", "queue"), [(notice, "light"), (package, "heavy")])
def test_rings_on_its_own_queue_once_the_row_is_committed(broker: redis.Redis, task: Task[[int]], queue: str) -> None:
    with transaction.atomic():
        task.delay_on_commit(1)
        assert broker.llen(queue) == 0
    assert broker.llen(queue) == 1


def test_a_large_package_takes_the_time_it_takes() -> None:
    """The pool's own limit would hold for every task, so there is none."""
    from consortium.celery import app

    assert (app.conf.task_time_limit, app.conf.task_soft_time_limit) == (None, None)
    limits = {task.name: (task.soft_time_limit, task.time_limit) for task in app.tasks.values()}
    assert limits[package.name] == limits["archive.tasks.audit_fixity"] == (None, None)
    assert limits[notice.name] == (LIGHT_AT_MOST - 300, LIGHT_AT_MOST)


@pytest.mark.django_db(transaction=True)
def test_an_act_that_was_undone_rings_nowhere(broker: redis.Redis) -> None:
    with transaction.atomic():
        notice.delay_on_commit(1)
        transaction.set_rollback(True)
    assert broker.llen("light") == 0


def test_without_redis_the_act_succeeds_at_once(tmp_path: Path) -> None:
    """What the person did is committed and must be answered; the sweep rings within a minute."""
    environment = {"SAMARKIV_DATA": str(tmp_path / "nobody-answers"), "DJANGO_SETTINGS_MODULE": "consortium.settings"}
    question = (
        "import time, django; django.setup()\n"
        "from tests.consortium.test_queues import notice\n"
        "started = time.monotonic(); notice.ring((1,), {}); print(time.monotonic() - started)\n"
    )
    command = [sys.executable, "-c", question]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=True)
    assert float(done.stdout) < 2
    assert "svepet tar" in done.stderr


def test_the_clock_rings_at_its_start(broker: redis.Redis) -> None:
    """A portal is sound when its sweep has gone; nobody should wait a minute to hear so."""
    from consortium.celery import app

    beat_init.send(sender=app.Beat())
    rung = [json.loads(message)["headers"]["task"] for message in broker.lrange("light", 0, -1)]
    assert "archive.tasks.sweep" in rung
