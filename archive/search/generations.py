"""Where an index lies, and how another takes its place while people search.

    SEARCH_DIR/public/current        the name of the generation in use
    SEARCH_DIR/public/<generation>/  shape (which fields), units/ and words/ (the index and its vocabulary)

A new generation is built beside the old and put in its place by one rename. Any number of processes read; each looks
at three time stamps per question and so sees a commit at once. There is one writer, by a lock in the database.
"""

import contextlib
import logging
import os
import shutil
import threading
import uuid
from dataclasses import dataclass
from pathlib import Path

import tantivy

from archive.search import schema
from archive.search.vocabulary import Vocabulary

log = logging.getLogger(__name__)
PARTS = ("units", "words")
REPLACED_MEANWHILE = 2  # a new generation may take over between two looks


class IndexAway(Exception):
    """There is no index to ask right now: it is being built, and will be there within minutes."""


@dataclass(frozen=True, slots=True)
class Open:
    """Searchers over one state of the index; safe to use from many threads."""

    units: tantivy.Searcher
    words: Vocabulary
    state: tuple[tuple[int, int, int], ...]


class Reader:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._open: Open | None = None
        self._watched: tuple[str, ...] = (f"{folder}/current",)
        self._indexes: tuple[str, tantivy.Index, tantivy.Index] | None = None

    def open(self) -> Open:
        """The index as it stands now. Raises IndexAway."""
        opened = self._open
        with contextlib.suppress(IndexAway):  # replaced, or lost: looked into below
            if opened is not None and opened.state == _stamps(self._watched):
                return opened
        with self._lock:
            for _ in range(REPLACED_MEANWHILE):
                with contextlib.suppress(IndexAway):
                    return self._reopen()
            return self._reopen()

    def _reopen(self) -> Open:
        name = _current_name(self.folder)
        self._watched = (f"{self.folder}/current", *(f"{self.folder}/{name}/{part}/meta.json" for part in PARTS))
        state = _stamps(self._watched)
        if self._open is not None and self._open.state == state:
            return self._open
        try:
            if self._indexes is None or self._indexes[0] != name:
                self._indexes = (name, *open_generation(self.folder / name))
            _, units, words = self._indexes
            units.reload()
            words.reload()
            self._open = Open(units.searcher(), Vocabulary(words.searcher()), state)
        except (ValueError, OSError) as error:
            self._indexes = None
            raise IndexAway(str(error)) from error
        return self._open


def _current_name(folder: Path) -> str:
    try:
        return (folder / "current").read_text()
    except OSError as error:
        raise IndexAway(str(error)) from error


def _stamps(paths: tuple[str, ...]) -> tuple[tuple[int, int, int], ...]:
    """Changes with every commit and every new generation. Asked before each question, so it must cost nothing."""
    try:
        found = [os.stat(path) for path in paths]
    except OSError as error:
        raise IndexAway(str(error)) from error
    return tuple((each.st_ino, each.st_mtime_ns, each.st_size) for each in found)


def open_generation(path: Path) -> tuple[tantivy.Index, tantivy.Index]:
    """Raises ValueError or OSError when it is lost, damaged or of another shape."""
    if (path / "shape").read_text() != schema.SHAPE:
        raise ValueError(f"{path.name} has another shape.")
    units = schema.register(tantivy.Index(schema.schema(), path=str(path / "units"), reuse=True))
    words = tantivy.Index(schema.words_schema(), path=str(path / "words"), reuse=True)
    for index in (units, words):
        index.config_reader("manual")
    return units, words


def current(folder: Path) -> Path | None:
    """The generation in use, None when there is none that can be opened."""
    try:
        path = folder / (folder / "current").read_text()
        if not all((path / part / "meta.json").exists() for part in PARTS):
            return None
        open_generation(path)
    except (ValueError, OSError):
        return None
    return path


def begin(folder: Path) -> Path:
    """A new, empty generation that nobody sees yet."""
    path = folder / uuid.uuid4().hex
    for part in PARTS:
        (path / part).mkdir(parents=True)
    (path / "shape").write_text(schema.SHAPE)
    return path


def take_into_use(path: Path) -> None:
    """Switch by rename, then remove what is no longer used. A reader that has the old one open keeps it."""
    pointer = path.parent / f"current.{path.name}"
    with pointer.open("w") as file:
        file.write(path.name)
        file.flush()
        os.fsync(file.fileno())
    pointer.rename(path.parent / "current")
    tidy(path.parent)


def tidy(folder: Path) -> None:
    """Remove every generation but the one in use: replaced, or left by a writer that was killed."""
    pointer = folder / "current"
    used = {pointer.read_text(), "current"} if pointer.exists() else set()
    for path in folder.iterdir():
        if path.name not in used:
            log.info("Removing search index generation %s", path.name)
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
