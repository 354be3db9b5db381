"""Looking for viruses while the bytes pass. The engine opens no socket: who calls it brings the scanner along."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scanner says of one file. Neither name means that it looked at every byte and knew none of it."""

    virus: str = ""
    not_scanned: str = ""
    """Why it could not look; such a file is never called clean."""


class Scanner(Protocol):
    """Takes one file after the other. Raises what its owner can answer when it cannot be asked at all."""

    @property
    def name(self) -> str:
        """The product with its version and that of its signatures."""

    def begin(self) -> None: ...

    def write(self, piece: memoryview) -> None: ...

    def end(self) -> Scanned: ...
