"""A throw-away trial per test session: own PostgreSQL, own Redis, own folders, so that sessions never meet."""

import contextlib
import fcntl
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

from consortium.embedded import processes
from consortium.embedded.servers import OWNER, Servers
from consortium.embedded.trial import SHARED_HOME, Trial

PREFIX = "samarkiv-test-"
_locks: list[int] = []  # held open as long as this session lives


def data_dir() -> Path:
    """This session's folder. Programs the tests start inherit it; each xdist worker is a session of its own."""
    who = os.environ.get("PYTEST_XDIST_WORKER", "main")
    if os.environ.get("SAMARKIV_TEST_SESSION") != who:
        folder = _locked_folder()
        Trial(folder).create()
        for name in ("static", "log"):
            (folder / name).mkdir()
        os.environ.update(SAMARKIV_TEST_SESSION=who, SAMARKIV_DATA=str(folder))
    return Path(os.environ["SAMARKIV_DATA"])


def _locked_folder() -> Path:
    """Another session may take a folder for abandoned before its lock is held; then there is another."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / "lock").exists():
            _locks.append(lock)
            return folder
        os.close(lock)


def remove(folder: Path) -> None:
    trial = Trial(folder)
    if trial.file.exists():
        processes.end_left_behind(folder, trial.home, patience=3)
        shutil.rmtree(trial.home, ignore_errors=True)
        shutil.rmtree(trial.run_dir, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def remove_abandoned() -> None:
    """Sessions that were killed could not clean up; the kernel freed their lock. Nothing outside /tmp is touched."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            lock = os.open(folder / "lock", os.O_RDWR)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                remove(folder)
            finally:
                os.close(lock)
    for owner in SHARED_HOME.glob(f"*/{OWNER}"):
        with contextlib.suppress(OSError):
            folder = Path(owner.read_text())
            if folder.is_relative_to(tempfile.gettempdir()) and not folder.exists():
                shutil.rmtree(owner.parent, ignore_errors=True)


@contextlib.contextmanager
def running_servers() -> Iterator[Servers]:
    remove_abandoned()
    servers = Servers(Trial(data_dir()), forgetful=True)
    servers.prepare()
    log = data_dir() / "log"
    database = servers.start_postgres(log / "postgresql.log")
    broker = servers.start_redis(log / "redis.log")
    try:
        servers.wait_for_postgres(database, log / "postgresql.log")
        servers.wait_for_redis(broker, log / "redis.log")
        yield servers
    finally:
        processes.stop(broker, signal.SIGKILL, 5)
        processes.stop(database, signal.SIGQUIT, 10)
