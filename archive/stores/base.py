"""What every store can do, and what can be wrong with one. A key is written once, and never over."""

import datetime
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path

PIECE = 1 << 20
Alive = Callable[[], None]


def nobody_waits() -> None:
    """The heartbeat of work that holds no claim."""


class StoreUnavailable(Exception):
    """The store does not answer, or is not the one we know: says nothing about the copies in it."""


class StoreFull(StoreUnavailable):
    """There is no room for the package."""


class CopyMissing(Exception):
    """The store answers, and has nothing under the key."""


class CopyDamaged(Exception):
    """The store gave other bytes than the ones that belong under the key."""

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found


class Store(ABC):
    def __init__(self, name: str) -> None:
        self.name = name

    @abstractmethod
    def put(self, key: str, source: Path, alive: Alive = nobody_waits) -> bool:
        """Write the file under the key, durable when this returns. False: something lies there already, and stays."""

    @abstractmethod
    def put_bytes(self, key: str, content: bytes) -> bool:
        """The same for something small."""

    @abstractmethod
    def read(self, key: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The bytes, in pieces. Raises CopyMissing, StoreUnavailable, and CopyDamaged where they end early."""

    @abstractmethod
    def size(self, key: str) -> int | None:
        """None when the store answers that it has nothing under the key."""

    @abstractmethod
    def sweep(self, older_than: datetime.timedelta) -> int:
        """Remove what interrupted writing left behind; never anything under a key."""

    def refused(self, why: object) -> StoreUnavailable:
        return StoreUnavailable(f"Lagret {self.name} svarar inte som det ska: {why}")

    def full(self) -> StoreFull:
        return StoreFull(f"Lagret {self.name} är fullt. Utöka det; lagringen fortsätter sedan av sig själv.")


def pieces_of(source: Path, alive: Alive = nobody_waits, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
    with open(source, "rb", buffering=0) as file:
        if offset:
            file.seek(offset)
        left = os.fstat(file.fileno()).st_size - offset if length is None else length
        while left > 0 and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            alive()
            yield piece
