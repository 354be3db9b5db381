"""Any other Django storage (Azure, SFTP …). It has no word for "only if nothing lies there", so we look first; what was
written is read back and hashed all the same."""

import datetime
from collections.abc import Iterator
from pathlib import Path

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import Storage

from archive.stores.base import PIECE, Alive, CopyDamaged, CopyMissing, Store, nobody_waits


class OtherStore(Store):
    def __init__(self, name: str, storage: Storage) -> None:
        super().__init__(name)
        self._storage = storage

    def put(self, key: str, source: Path, alive: Alive = nobody_waits) -> bool:
        with open(source, "rb") as file:
            return self._save(key, File(file))

    def put_bytes(self, key: str, content: bytes) -> bool:
        return self._save(key, ContentFile(content))

    def _save(self, key: str, content: "File[bytes]") -> bool:
        try:
            if self._storage.exists(key):
                return False
            if (given := self._storage.save(key, content)) != key:
                raise self.refused(f"lade filen som {given}")
        except OSError as error:
            raise self.refused(error) from error
        return True

    def read(self, key: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        left = length
        try:
            if not self._storage.exists(key):
                raise CopyMissing(key)
            with self._storage.open(key, "rb") as file:
                file.seek(offset)
                while (left is None or left > 0) and (piece := file.read(PIECE if left is None else min(PIECE, left))):
                    left = None if left is None else left - len(piece)
                    yield piece
        except OSError as error:
            raise self.refused(error) from error
        if left:
            raise CopyDamaged(f"slutar {left} byte för tidigt")

    def size(self, key: str) -> int | None:
        try:
            return self._storage.size(key) if self._storage.exists(key) else None
        except OSError as error:
            raise self.refused(error) from error

    def sweep(self, older_than: datetime.timedelta) -> int:
        """Nothing is known of how such a store writes."""
        return 0
