"""Writing the index. Whoever writes holds the database's lock; killed at any moment, the last commit stands."""

import math
import uuid
from collections.abc import Iterable
from pathlib import Path

from archive.search import generations, schema, vocabulary

# Below this many units the vocabulary is taken anew at each commit, above it when a twentieth has been added.
SMALL = 20_000
GROWTH = 1.05

# The index library makes one segment of eight of like size. A question costs something for each segment there is.
MERGED_TOGETHER = 8
ROOM = 60_000  # units of ordinary length that a thread's share of the memory holds


class Writer:
    """Adds and removes units in one generation. What was not committed is not there."""

    def __init__(self, path: Path, *, memory: int = 30_000_000, threads: int = 1) -> None:
        self._vocabulary_mark = path / "vocabulary"
        self.units, self.words = generations.open_generation(path)
        self._writer = self.units.writer(memory, threads)
        self._changed = False  # since the last commit

    def put(self, entry: schema.Entry) -> None:
        self._changed = True
        self._writer.delete_documents_by_term("id", entry.id.hex)
        self._writer.add_document(schema.document(entry))

    def add(self, entry: schema.Entry) -> None:
        """For a generation that is being built: the unit is known not to be there."""
        self._changed = True
        self._writer.add_document(schema.document(entry))

    def remove(self, unit: uuid.UUID) -> None:
        self._changed = True
        self._writer.delete_documents_by_term("id", unit.hex)

    def commit(self) -> None:
        if self._changed:
            self._writer.commit()
        self._changed = False

    def close(self) -> None:
        """Commit what is left, let merges finish, and bring the vocabulary up to date."""
        self.commit()
        self._writer.wait_merging_threads()
        self.refresh_vocabulary()

    def refresh_vocabulary(self) -> None:
        self.units.reload()
        units = self.units.searcher()
        if units.num_docs <= SMALL or units.num_docs > GROWTH * self._units_then():
            vocabulary.refresh(units, self.words)
            self._vocabulary_mark.write_text(str(units.num_docs))

    def _units_then(self) -> int:
        """How many units there were when the vocabulary was taken."""
        return int(self._vocabulary_mark.read_text()) if self._vocabulary_mark.exists() else 0


def build(
    folder: Path,
    entries: Iterable[schema.Entry],
    *,
    total: int = 0,
    memory: int = 256_000_000,
    threads: int = 2,
) -> Path:
    """A whole new generation, not yet in use: `generations.take_into_use` switches to it.

    `total`, where it is known about, makes segments of like size and so many that they end as one.
    """
    path = generations.begin(folder)
    writer = Writer(path, memory=memory, threads=threads)
    step = _step(total, threads)
    for number, entry in enumerate(entries, 1):
        writer.add(entry)
        if step and number % step == 0:
            writer.commit()
    writer.close()
    return path


def _step(total: int, threads: int) -> int:
    """After how many units to commit; each thread leaves a segment behind."""
    if total < SMALL:
        return 0
    segments = MERGED_TOGETHER
    while total / segments > ROOM:
        segments *= MERGED_TOGETHER
    return math.ceil(total * threads / segments)
