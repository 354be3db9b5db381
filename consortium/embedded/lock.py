"""One portal per data folder: the kernel holds the lock as long as its holder lives, however it dies."""

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path


class RunsAlready(Exception):
    """The message says who and where."""


@dataclass
class Lock:
    path: Path
    _held: int = -1

    def take(self) -> None:
        self._held = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._held)
            raise RunsAlready(_describe(self.path)) from None
        self.tell("")

    def tell(self, address: str) -> None:
        """What a second start will be told."""
        os.ftruncate(self._held, 0)
        os.pwrite(self._held, json.dumps({"pid": os.getpid(), "address": address}).encode(), 0)


def _describe(path: Path) -> str:
    try:
        holder = json.loads(path.read_text())
    except ValueError:
        return f"Samarkiv körs redan med datamappen {path.parent}."
    where = f"på {holder['address']}" if holder["address"] else "och håller på att starta"
    return (
        f"Samarkiv körs redan {where} (process {holder['pid']}, datamapp {path.parent}). "
        f"Avsluta med Ctrl-C där det startades eller med: kill {holder['pid']}"
    )
