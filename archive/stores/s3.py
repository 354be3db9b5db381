"""A store in an S3 bucket. Every write says If-None-Match: *, so that the store itself refuses to replace an object.

Large packages go in parts; what an interrupted writer had sent is not sent again. The whole is read back and hashed
afterwards by whoever keeps a copy, whatever the store says of it.
"""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage
from urllib3.exceptions import HTTPError

from archive.stores.base import PIECE, Alive, CopyDamaged, CopyMissing, Store, nobody_waits, pieces_of

PART_BYTES = 16 << 20
_MOST_PARTS = 9_000
_GONE = {"NoSuchKey", "404", "NotFound"}
_THERE = {"PreconditionFailed", "412", "ConditionalRequestConflict", "409"}
_FULL = {"QuotaExceeded", "InsufficientStorage", "507", "XMinioStorageFull"}
_PATIENCE = Config(
    connect_timeout=5,
    read_timeout=60,
    retries={"mode": "standard", "total_max_attempts": 3},
    # Stores that are not Amazon's know no trailing checksums; ours is taken over the whole, read back.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


class _AlreadyThere(Exception):
    """Something lies under the key, and If-None-Match kept it."""


class S3Store(Store):
    def __init__(self, name: str, storage: S3Storage) -> None:
        super().__init__(name)
        if not getattr(storage, "is_patient", False):
            storage.client_config = storage.client_config.merge(_PATIENCE)
            storage.is_patient = True
        self._storage = storage
        self.bucket: str = storage.bucket_name
        self.prefix = f"{storage.location}/" if storage.location else ""

    @property
    def client(self) -> Any:
        return self._storage.connection.meta.client

    def put(self, key: str, source: Path, alive: Alive = nobody_waits) -> bool:
        if self.size(key) is not None:
            return False
        size = source.stat().st_size
        if size <= PART_BYTES:
            return self.put_bytes(key, source.read_bytes())
        return self._put_parts(key, source, size, alive)

    def put_bytes(self, key: str, content: bytes) -> bool:
        try:
            with self._asking():
                self.client.put_object(**self._at(key), Body=content, IfNoneMatch="*")
        except _AlreadyThere:
            return False
        return True

    def read(self, key: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        if length == 0:
            return
        end = "" if length is None else offset + length - 1
        whole = {} if length is None and not offset else {"Range": f"bytes={offset}-{end}"}
        with self._asking(key):
            answer = self.client.get_object(**self._at(key), **whole)
            promised, given = answer["ContentLength"], 0
            for piece in answer["Body"].iter_chunks(PIECE):
                given += len(piece)
                yield piece
        if given != promised:
            raise self.refused(f"{given} av {promised} byte kom fram")
        if length is not None and given < length:
            raise CopyDamaged(f"slutar {length - given} byte för tidigt")

    def size(self, key: str) -> int | None:
        try:
            with self._asking(key):
                size: int = self.client.head_object(**self._at(key))["ContentLength"]
                return size
        except CopyMissing:
            self._demand_bucket()
            return None

    def sweep(self, older_than: datetime.timedelta) -> int:
        removed = 0
        oldest = datetime.datetime.now(datetime.UTC) - older_than
        for upload in self._unfinished(""):
            if upload["Initiated"] < oldest:
                with self._asking():
                    self.client.abort_multipart_upload(
                        Bucket=self.bucket, Key=upload["Key"], UploadId=upload["UploadId"]
                    )
                    removed += 1
        return removed

    def _at(self, key: str) -> dict[str, str]:
        return {"Bucket": self.bucket, "Key": self.prefix + key}

    def _put_parts(self, key: str, source: Path, size: int, alive: Alive) -> bool:
        part_bytes = max(PART_BYTES, -(-size // _MOST_PARTS))
        try:
            with self._asking():
                upload, there = self._begun(key, part_bytes)
                parts = []
                for number, offset in enumerate(range(0, size, part_bytes), start=1):
                    tag = there.get(number)
                    if tag is None:
                        body = b"".join(pieces_of(source, alive, offset, min(part_bytes, size - offset)))
                        tag = self._send(key, upload, number, body)
                    alive()
                    parts.append({"PartNumber": number, "ETag": tag})
                self.client.complete_multipart_upload(
                    **self._at(key), UploadId=upload, MultipartUpload={"Parts": parts}, IfNoneMatch="*"
                )
        except _AlreadyThere:
            return False
        return True

    def _send(self, key: str, upload: str, number: int, body: bytes) -> str:
        answer = self.client.upload_part(**self._at(key), UploadId=upload, PartNumber=number, Body=body)
        return str(answer["ETag"])

    def _begun(self, key: str, part_bytes: int) -> tuple[str, dict[int, str]]:
        """The upload to go on with, and the parts of it that lie there already at full length."""
        for upload in self._unfinished(self.prefix + key):
            if upload["Key"] == self.prefix + key:
                pages = self.client.get_paginator("list_parts").paginate(**self._at(key), UploadId=upload["UploadId"])
                parts = [part for page in pages for part in page.get("Parts", ())]
                whole = {part["PartNumber"]: part["ETag"] for part in parts if part["Size"] == part_bytes}
                return upload["UploadId"], whole
        return self.client.create_multipart_upload(**self._at(key))["UploadId"], {}

    def _unfinished(self, prefix: str) -> list[dict[str, Any]]:
        with self._asking():
            pages = self.client.get_paginator("list_multipart_uploads").paginate(
                Bucket=self.bucket, Prefix=prefix or self.prefix
            )
            return [upload for page in pages for upload in page.get("Uploads", ())]

    def _demand_bucket(self) -> None:
        """A missing bucket and a missing object both answer 404 to HEAD; only the second is a missing copy."""
        with self._asking():
            self.client.head_bucket(Bucket=self.bucket)

    @contextmanager
    def _asking(self, key: str = "") -> Iterator[None]:
        """The store's words in ours. Only where a key is named does "not found" mean a missing copy."""
        try:
            yield
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if key and code in _GONE:
                raise CopyMissing(key) from error
            if code == "InvalidRange":
                raise CopyDamaged("kortare än den ska vara") from error
            if code in _FULL:
                raise self.full() from error
            if code in _THERE:
                raise _AlreadyThere from error
            raise self.refused(code or error) from error
        except (BotoCoreError, HTTPError, OSError) as error:
            raise self.refused(type(error).__name__) from error
