"""PRONOM identification by siegfried, in a process of its own: it holds Python's lock while it looks at a file.

The checking process hands over files in batches and goes on reading; the answers are fetched a batch later. Files of
a folder are looked at where they are, members of an archive as copies that live as long as their batch. Of a very
large member only the beginning and the end are copied, with a hole between them.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

from archive.packages.limits import MIB

BATCH_FILES, BATCH_BYTES = 256, 32 * MIB
WHOLE_UP_TO, KEPT_OF_EACH_END = 64 * MIB, 8 * MIB
UNKNOWN = "UNKNOWN"
_ENDING = re.compile(r"\.([A-Za-z0-9]{1,12})$")
_HERE = Path(__file__).resolve()
_MEMORY = "/dev/shm"  # noqa: S108 - a folder in memory, where a short-lived file costs a tenth of one on disk
_ROOM_WANTED = 512 * MIB


@dataclass(frozen=True, slots=True)
class Format:
    puid: str
    mime: str = ""
    name: str = ""
    version: str = ""
    warning: str = ""


class IdentificationFailed(Exception):
    """The identifying process ended or answered nonsense: formats stay unknown, the package is judged all the same."""


class Identifier:
    """`add` and `write` while the bytes pass; (member number, format) comes back in the order of adding."""

    def __init__(self) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix="identify-", dir=_scratch_folder())
        self._process: subprocess.Popen[bytes] | None = None
        self._batch: list[tuple[int, str]] = []
        self._asked: list[tuple[int, str]] = []
        self._bytes = 0
        self._file: IO[bytes] | None = None
        self._left = self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
        if self._process is not None and self._process.stdin is not None and self._process.stdout is not None:
            self._process.stdin.close()
            self._process.kill()
            self._process.wait()
            self._process.stdout.close()
        self._scratch.cleanup()

    def add(self, number: int, path: str, size: int) -> None:
        """A member whose bytes follow by `write`."""
        ending = _ENDING.search(path)
        place = os.path.join(self._scratch.name, f"{number}.{ending[1] if ending else ''}".rstrip("."))
        self._batch.append((number, place))
        self._bytes += min(size, WHOLE_UP_TO)
        self._file, self._left, self._size = open(place, "wb"), size, size  # noqa: SIM115 - closed by write

        if not size:
            self._close()

    def add_in_place(self, number: int, path: Path) -> None:
        """A file of a folder, looked at where it lies."""
        self._batch.append((number, str(path)))

    def write(self, piece: bytes | memoryview) -> None:
        if self._file is None:
            return
        done = self._size - self._left
        if self._size <= WHOLE_UP_TO or done < KEPT_OF_EACH_END or self._left - len(piece) < KEPT_OF_EACH_END:
            self._file.seek(done)
            self._file.write(piece)
        self._left -= len(piece)
        if self._left <= 0:
            self._close()

    def _close(self) -> None:
        assert self._file is not None
        self._file.truncate(self._size)
        self._file.close()
        self._file = None

    def ready(self) -> Iterator[tuple[int, Format]]:
        """Answers of the batch before, when this batch is full; call it after each file."""
        if len(self._batch) >= BATCH_FILES or self._bytes >= BATCH_BYTES:
            yield from self._turn()

    def rest(self) -> Iterator[tuple[int, Format]]:
        """All answers that are still out."""
        yield from self._turn()
        yield from self._turn()

    def _turn(self) -> Iterator[tuple[int, Format]]:
        answered = list(self._fetch())
        self._asked, self._batch, self._bytes = self._batch, [], 0
        if self._asked:
            self._ask([place for _, place in self._asked])
        yield from answered

    def _ask(self, places: list[str]) -> None:
        try:
            process = self._process or self._start()
            assert process.stdin is not None
            process.stdin.write(json.dumps(places).encode() + b"\n")
            process.stdin.flush()
        except OSError as error:
            raise IdentificationFailed(str(error)) from error

    def _start(self) -> subprocess.Popen[bytes]:
        root = str(_HERE.parents[2])
        command = [sys.executable, "-m", "archive.packages.formats"]
        environment = {**os.environ, "PYTHONPATH": root}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, cwd=root
        )
        return self._process

    def _fetch(self) -> Iterator[tuple[int, Format]]:
        if not self._asked or self._process is None or self._process.stdout is None:
            return
        line = self._process.stdout.readline()
        try:
            answers = json.loads(line)
        except ValueError as error:
            raise IdentificationFailed("the identifying process ended") from error
        for (number, place), answer in zip(self._asked, answers, strict=True):
            if place.startswith(self._scratch.name):
                os.unlink(place)
            yield number, Format(*answer)


def _scratch_folder() -> str | None:
    """Memory when there is plenty of it, else (None) where temporary files usually lie."""
    try:
        room = os.statvfs(_MEMORY)
    except OSError:
        return None
    return _MEMORY if room.f_bavail * room.f_frsize >= _ROOM_WANTED and os.access(_MEMORY, os.W_OK) else None


def first_answer(matches: Sequence[Any]) -> tuple[str, str, str, str, str]:
    if not matches:
        return (UNKNOWN, "", "", "", "")
    first = matches[0]
    return (first["id"] or UNKNOWN, first["mime"], first["format"], first["version"], first["warning"])


def signatures() -> str:
    """Which signatures are used, as each PREMIS object says it."""
    import pygfried

    with tempfile.NamedTemporaryFile(suffix=".txt") as empty:
        said = pygfried.identify(empty.name, detailed=True)
    details = "; ".join(each["details"] for each in said["identifiers"])
    return f"siegfried {said['siegfried']}, {details}"


def main() -> None:
    """Lists of paths in, lists of formats out, one JSON line each, until the input ends."""
    import pygfried

    for line in sys.stdin.buffer:
        places = json.loads(line)
        found = {each["filename"]: first_answer(each["matches"]) for each in pygfried.identify_many(places)["files"]}
        answers = [found.get(place, (UNKNOWN, "", "", "", "")) for place in places]
        sys.stdout.write(json.dumps(answers) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
