"""A whole portal on one machine: servers, tables, web, workers and clock, from nothing or from after any death."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import IO

from consortium.embedded import commands, processes
from consortium.embedded.servers import Servers
from consortium.embedded.supervisor import Member, Supervisor
from consortium.embedded.trial import Trial

LOG_BYTES = 10_000_000
START_PATIENCE = 90.0


class StepFailed(Exception):
    """The message names the step and shows the end of its log."""


@dataclass
class Portal:
    trial: Trial
    base_dir: Path
    embedded: bool
    listening: socket.socket
    variables: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def supervisor(self) -> Supervisor:
        return Supervisor(say)

    @cached_property
    def environment(self) -> dict[str, str]:
        own = {"SAMARKIV_DATA": str(self.trial.data_dir), processes.TREE: str(self.trial.data_dir)}
        return {**os.environ, "PYTHONUNBUFFERED": "1", **self.variables, **own}

    def log(self, name: str) -> Path:
        folder = self.trial.data_dir / "log"
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / f"{name}.log"
        if path.exists() and path.stat().st_size > LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        path.touch(0o600)
        return path

    def start_servers(self) -> None:
        servers = Servers(self.trial)
        database = Member("PostgreSQL", partial(servers.start_postgres, self.log("postgresql")), signal.SIGINT, True)
        broker = Member("Redis", partial(servers.start_redis, self.log("redis")), signal.SIGTERM, True)
        with step("Databas och kö"):
            servers.prepare()
            servers.wait_for_redis(self.supervisor.add(broker), self.log("redis"))
            servers.wait_for_postgres(self.supervisor.add(database), self.log("postgresql"))
            servers.create_database()

    def end_left_behind(self) -> None:
        if count := processes.end_left_behind(self.trial.data_dir, self.trial.home):
            say(f"Avslutade {count} processer som blivit kvar efter ett avbrott.")

    def manage(self, what: str, *arguments: str, shown: bool = False) -> None:
        """One management command as a step of its own, with the environment of the rest."""
        log = self.log("up")
        with step(what), log.open("ab") as out:
            child = self._start([*commands.MANAGE, *arguments], out, shown=shown)
            if code := self.supervisor.run(child):
                raise StepFailed(f"{what} misslyckades (kod {code}). Slutet av {log}:\n{tail(log)}")

    def start_programs(self) -> None:
        schedule = self.trial.data_dir / "beat"
        schedule.mkdir(mode=0o700, exist_ok=True)
        for name, command in {
            "web": commands.web(self.listening.fileno()),
            "worker-light": commands.worker("light"),
            "worker-heavy": commands.worker("heavy"),
            "beat": commands.beat(str(schedule / "schedule")),
        }.items():
            self.supervisor.add(Member(name, partial(self._start_logged, name, command)))
        with step("Webb"):
            self._wait_for_web()

    def _start_logged(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        # Their servers go when we go, so there is nobody left to finish work for; every step may run twice.
        with self.log(name).open("ab") as out:
            return self._start(command, out, signal.SIGTERM if name == "web" else signal.SIGKILL)

    def _start(
        self,
        command: list[str],
        out: IO[bytes],
        when_we_die: signal.Signals = signal.SIGTERM,
        *,
        shown: bool = False,
    ) -> subprocess.Popen[bytes]:
        return processes.start(
            command,
            env=self.environment,
            log=out,
            cwd=self.base_dir,
            when_we_die=when_we_die,
            pass_fds=[self.listening.fileno()],
            shown=shown,
        )

    def _wait_for_web(self) -> None:
        deadline = time.monotonic() + START_PATIENCE
        web = next(member for member in self.supervisor.members if member.name == "web")
        while not self._answers():
            self.supervisor.pause(0.1)
            if web.deaths > 2 or time.monotonic() > deadline:
                raise StepFailed(f"Webben svarar inte. Slutet av {self.log('web')}:\n{tail(self.log('web'))}")

    def _answers(self) -> bool:
        """Any answer will do: whether the pages are right is not for the starter to judge."""
        host, port = self.listening.getsockname()[:2]
        connection = http.client.HTTPConnection(host, port, timeout=0.5)
        try:
            connection.request("HEAD", "/static/", headers={"Host": "localhost"})
            return connection.getresponse().status > 0
        except OSError:
            return False
        finally:
            connection.close()


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - the terminal is this program's screen


@contextmanager
def step(what: str) -> Iterator[None]:
    """What is being done and how long it took; on one line where a person watches."""
    started = time.monotonic()
    if sys.stdout.isatty():
        print(f"  {what} …", end="\r", flush=True)  # noqa: T201
    yield
    took = f"{time.monotonic() - started:.1f}".replace(".", ",")
    say(f"  {what}: klart på {took} s")


def tail(log: Path, size: int = 2000) -> str:
    return log.read_text(errors="replace")[-size:]
