"""One process tree: everything started here is watched, started again when it dies, and gone when we are."""

import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

from consortium.embedded import processes

LONGEST_WAIT = 30.0
STEADY = 60.0  # seconds of life after which a death counts as the first again


class Stopped(Exception):
    """Somebody asked us to end while something was still being started."""


@dataclass
class Member:
    """A program of the tree. The others stand on a server, so it ends last."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    ends_on: signal.Signals = signal.SIGTERM
    is_server: bool = False
    child: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    started: float = 0.0
    due: float = 0.0

    def begin(self) -> subprocess.Popen[bytes]:
        self.child, self.started = self.start(), time.monotonic()
        return self.child

    def look_after(self, say: Callable[[str], None]) -> None:
        now = time.monotonic()
        if self.child is None:
            if now >= self.due:
                self.begin()
                say(f"{self.name} är startad igen.")
        elif (code := self.child.poll()) is not None:
            processes.finish(self.child, 0)  # and whatever it had started
            self.child = None
            self.deaths = 1 if now - self.started > STEADY else self.deaths + 1
            wait = min(2.0 ** (self.deaths - 1), LONGEST_WAIT)
            self.due = now + wait
            say(f"{self.name} avslutades oväntat ({_reason(code)}), se loggen. Startas igen om {wait:.0f} s.")


@dataclass
class Supervisor:
    say: Callable[[str], None]
    patience: float = 15.0  # seconds everybody has to end in good order
    members: list[Member] = field(default_factory=list)
    _asked: threading.Event = field(default_factory=threading.Event)

    def obey_signals(self) -> None:
        for which in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(which, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._asked.set()

    def add(self, member: Member) -> subprocess.Popen[bytes]:
        child = member.begin()
        self.members.append(member)
        return child

    def pause(self, seconds: float) -> None:
        """Wait while looking after the members; `Stopped` when we are asked to end."""
        for member in self.members:
            member.look_after(self.say)
        if self._asked.wait(seconds):
            raise Stopped

    def run(self, child: subprocess.Popen[bytes]) -> int:
        """A step with an end, such as a migration: its exit code."""
        try:
            while child.poll() is None:
                self.pause(0.05)
        finally:
            processes.stop(child, signal.SIGTERM, 5)
        return child.returncode

    def watch(self) -> None:
        while True:
            self.pause(0.5)

    def stop(self) -> None:
        for servers in (False, True):
            group = [(member.child, member.ends_on) for member in self.members if member.is_server == servers]
            for child, how in group:
                if child:
                    processes.ask(child, how)
            deadline = time.monotonic() + self.patience
            for child, _how in group:
                if child:
                    processes.finish(child, max(0, deadline - time.monotonic()))


def _reason(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"kod {code}"
