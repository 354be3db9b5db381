"""`manage.py up` as people meet it: start, start twice, pull the plug, start again."""

import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from django.core.management.base import CommandError

from consortium.embedded import address
from consortium.embedded.servers import Servers
from consortium.management.commands.up import refuse_foreign
from tests.portal import Portal, portal


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Portal]:
    with portal(tmp_path / "data") as made:
        yield made


def wait_until(seconds: float, happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, happened
        time.sleep(0.1)


def heavy_workers(house: Portal) -> list[psutil.Process]:
    """The programs themselves, not the processes they lend to tasks."""
    return [process for process in house.tree() if is_heavy_worker(process, house.process_id)]


def is_heavy_worker(process: psutil.Process, starter: int) -> bool:
    """The tree is looked at while it grows and falls: who has gone meanwhile is nobody."""
    try:
        return process.ppid() == starter and "heavy" in process.cmdline()
    except psutil.NoSuchProcess:
        return False


@pytest.mark.load
def test_a_day_with_the_portal(house: Portal) -> None:
    """One start takes seconds, so the day is one test: a second start, a death, a pulled plug, a good end."""
    house.start()
    assert house.status() == 404  # the folder of static files shows no list, but the web answers

    for program in ("web", "light", "heavy"):
        house.manage("alive", program, "--port", house.url.rpartition(":")[2])

    refused = house.manage("up", code=1)
    assert house.url in refused
    assert f"process {house.process_id}" in refused

    with house.database() as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'Leksand' AS name")
    worker = heavy_workers(house)[0]
    worker.kill()
    wait_until(20, lambda: [other for other in heavy_workers(house) if other.pid != worker.pid])
    assert "worker-heavy avslutades oväntat (signal SIGKILL)" in house.screen.read_text()

    house.kill_everything()
    wait_until(10, lambda: not house.tree())
    house.start()
    with house.database() as connection:
        assert connection.execute("SELECT name FROM kept").fetchall() == [("Leksand",)]

    assert house.stop(signal.SIGINT) == 0
    assert "Allt är sparat" in house.screen.read_text()
    assert house.tree() == []


@pytest.mark.load
def test_everybody_ends_when_only_the_starter_is_killed(house: Portal) -> None:
    house.start()
    assert house.process
    house.process.kill()
    house.process.wait()
    wait_until(15, lambda: not house.tree())


@pytest.mark.load
def test_given_servers_are_used_and_none_are_started(tmp_path: Path, servers: Servers) -> None:
    trial = servers.trial
    with psycopg.connect(trial.database_url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE given OWNER samarkiv")
    given = {
        "DATABASE_URL": trial.database_url(database="given"),
        "REDIS_URL": trial.redis_url(2),
        "SECRET_KEY": "x" * 50,
        "ALLOWED_HOSTS": "localhost",
        "SITE_URL": "http://localhost",
    }
    with portal(tmp_path / "data", **given) as house:
        house.start()
        assert house.status() == 404
        assert not house.trial.home.exists()
        assert {process.name() for process in house.tree()}.isdisjoint({"postgres", "redis-server"})
        assert house.stop(signal.SIGTERM) == 0


def test_a_busy_port_is_said_with_what_to_do(house: Portal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = house.manage("up", "--port", str(port), code=1)
    assert f"Port {port} är upptagen" in refused
    assert f"PORT={port + 1}" in refused


def test_without_a_wish_the_next_free_port_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(address, "FIRST_PORT", port)
        with address.listen("127.0.0.1", None) as listening:
            assert port < listening.getsockname()[1] < port + address.TRIES


def test_the_data_folder_of_somebody_else_is_refused(house: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Started by root in a colleague's folder, it would leave files that the colleague can no longer read."""
    monkeypatch.setattr("os.geteuid", lambda: house.data_dir.parent.stat().st_uid + 1)
    house.data_dir.mkdir()
    with pytest.raises(CommandError, match="tillhör en annan användare"):
        refuse_foreign(house.data_dir)
