"""What has been written into a package so far: a million files in flat memory, in a private table gone when closed."""

import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple

_COLUMNS = "path, size, sha256, offset, mime, created, original, format_name, format_version, puid"


class Entry(NamedTuple):
    """One file of the package being written; `path` is that inside the package, without its root folder."""

    path: str
    size: int
    sha256: str
    offset: int | None
    mime: str
    created: str
    original: str | None = None
    format_name: str | None = None
    format_version: str | None = None
    puid: str | None = None


class PathTaken(Exception):
    """Two files would get the same name in the package."""

    def __init__(self, path: str) -> None:
        super().__init__(f"Two files would both be called {path!r} in the package; give one of them another name.")
        self.path = path


class Ledger:
    """Iterates in the order in which the files were written, as often as one likes."""

    def __init__(self) -> None:
        self._table = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._table.execute("PRAGMA journal_mode = OFF")
        self._table.execute("PRAGMA synchronous = OFF")
        self._table.execute("PRAGMA cache_size = -4096")
        self._table.execute(
            "CREATE TABLE entry (number INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, size INTEGER, sha256 BLOB,"
            " offset INTEGER, mime TEXT, created TEXT, original TEXT, format_name TEXT, format_version TEXT, puid TEXT)"
        )
        self._table.execute("BEGIN")
        self._count = 0

    def add(self, entry: Entry) -> None:
        try:
            self._table.execute(
                f"INSERT INTO entry ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?)",  # noqa: S608 - our own column names
                entry._replace(sha256=bytes.fromhex(entry.sha256)),  # type: ignore[arg-type]
            )
        except sqlite3.IntegrityError:
            raise PathTaken(entry.path) from None
        self._count += 1

    def find(self, path: str) -> Entry | None:
        row = self._table.execute(f"SELECT {_COLUMNS} FROM entry WHERE path = ?", (path,)).fetchone()  # noqa: S608
        return None if row is None else _entry(row)

    def under(self, prefix: str) -> Iterator[Entry]:
        """Those below a folder (`prefix` ends with a slash), in written order."""
        for entry in self:
            if entry.path.startswith(prefix):
                yield entry

    def __iter__(self) -> Iterator[Entry]:
        for row in self._table.execute(f"SELECT {_COLUMNS} FROM entry ORDER BY number"):  # noqa: S608
            yield _entry(row)

    def __len__(self) -> int:
        return self._count

    def close(self) -> None:
        self._table.close()


def _entry(row: Any) -> Entry:
    return Entry(*row)._replace(sha256=row[2].hex())
