"""A portal started as people start it: `manage.py up` with a data folder of its own."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg
from django.conf import settings

from consortium.embedded import processes
from consortium.embedded.trial import Trial
from tests import session

# What the test session set for itself must not reach a portal of its own.
FOREIGN = ("SAMARKIV_", "DJANGO_", "PYTEST_", "SITE_URL")


@dataclass
class Portal:
    data_dir: Path
    options: tuple[str, ...] = ("--no-demo",)
    extra: Mapping[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None
    url: str = ""

    @property
    def process_id(self) -> int:
        assert self.process
        return self.process.pid

    @property
    def trial(self) -> Trial:
        return Trial(self.data_dir)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        return {**kept, "SAMARKIV_DATA": str(self.data_dir), **self.extra}

    @property
    def screen(self) -> Path:
        """What the person who started it sees."""
        return self.data_dir.with_suffix(".screen")

    def start(self, *options: str, patience: float = 120) -> None:
        command = [sys.executable, "manage.py", "up", *self.options, *options]
        with self.screen.open("wb") as screen:
            self.process = subprocess.Popen(
                command, cwd=settings.BASE_DIR, env=self.environment, stdout=screen, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + patience
        while "Samarkiv är igång: " not in (said := self.screen.read_text()):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"Portalen startade inte:\n{said}")
            time.sleep(0.1)
        self.url = said.split("Samarkiv är igång: ")[1].split()[0]

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        assert self.process
        self.process.send_signal(how)
        return self.process.wait(60)

    def manage(self, *arguments: str, code: int = 0) -> str:
        """A management command against this portal, as in a second terminal: what it says."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command,
            cwd=settings.BASE_DIR,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        said = done.stdout + done.stderr
        assert done.returncode == code, said
        return said

    def status(self, path: str = "/static/") -> int:
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def database(self) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(self.trial.database_url(), autocommit=True)

    def tree(self) -> list[psutil.Process]:
        """Everybody who works for this portal, but the starter."""
        starter = self.process.pid if self.process else -1
        pids = processes.left_behind(self.data_dir, self.trial.home)
        return [process for pid in pids if pid != starter and (process := alive(pid))]

    def kill_everything(self) -> None:
        """kill -9 of the whole tree at once: nobody gets to clean up after anybody."""
        assert self.process
        for process in [psutil.Process(self.process.pid), *self.tree()]:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait()


def alive(pid: int) -> psutil.Process | None:
    """Processes come and go while somebody looks."""
    try:
        return psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None


@contextmanager
def portal(data_dir: Path, *options: str, **extra: str) -> Iterator[Portal]:
    """Not yet started; gone with everything it made at the end."""
    made = Portal(data_dir, ("--no-demo", *options), extra)
    try:
        yield made
    finally:
        if made.process and made.process.poll() is None:
            made.process.terminate()
            made.process.wait(60)
        session.remove(data_dir)
