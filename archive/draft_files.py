"""The files of a draft on their way in, each in as many requests as it takes; what is promised is on disk."""

import posixpath
import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from archive import quarantine
from archive.models import Draft, DraftFile
from archive.quarantine import BLOCK, Attendant, Inflow
from archive.refusals import (
    BadPath,
    BeyondEnd,
    Cut,
    DraftFull,
    DraftIsClosed,
    Empty,
    NoSpace,
    PathTaken,
    Stalled,
    TooLarge,
    WrongOffset,
)
from consortium import formats
from consortium.models.leases import DatabaseNow

LONGEST_PATH = 500


def plain_path(path: str) -> str:
    """One spelling of a path, whether macOS, Windows or a person wrote it."""
    return unicodedata.normalize("NFC", path).replace("\\", "/").strip().lstrip("/")


def clean_path(path: str) -> str:
    """A path below the draft from what browsers and people write. Raises BadPath."""
    plain = plain_path(path)
    parts = plain.split("/")
    if (
        not plain
        or len(plain) > LONGEST_PATH
        or any(part in ("", ".", "..") or part != part.strip() for part in parts)
        or any(unicodedata.category(letter)[0] == "C" for letter in plain)
    ):
        raise BadPath(path="".join(letter for letter in path if letter.isprintable())[:80])
    return posixpath.join(*parts)


def begin(draft: Draft, path: str, size: int, *, modified: int | None = None) -> DraftFile:
    """The file as it stands in the draft: new, or where it was left. Asking twice gives the same file, unless it was
    changed in between."""
    _demand_open(draft)
    if size == 0:
        raise Empty
    if size > settings.UPLOAD_MAX_BYTES:
        raise TooLarge(size=formats.size(size), limit=formats.size(settings.UPLOAD_MAX_BYTES))
    plain = clean_path(path)
    if known := DraftFile.objects.filter(draft=draft, path=plain).first():
        if (known.size, known.modified) == (size, modified):
            return known
        if known.is_whole:
            raise PathTaken(path=plain)
        remove(known)
    if draft.files.count() >= settings.DRAFT_MOST_FILES:
        raise DraftFull(most=formats.number(settings.DRAFT_MOST_FILES))
    quarantine.demand_room(size)
    try:
        with transaction.atomic():
            return DraftFile.objects.create(draft=draft, path=plain, size=size, modified=modified)
    except IntegrityError:  # the same file in two tabs
        if same := DraftFile.objects.filter(draft=draft, path=plain, size=size, modified=modified).first():
            return same
        raise PathTaken(path=plain) from None


def put(draft: Draft, path: str, size: int, read: Callable[[int], bytes | memoryview]) -> None:
    """A file that comes whole in one request. Nobody knows whether an earlier beginning was of the same content."""
    file = begin(draft, path, size)
    if file.is_whole:
        raise PathTaken(path=file.path)
    if file.offset:
        remove(file)
        file = begin(draft, path, size)
    append(file, offset=0, length=size, read=read)


def append(
    file: DraftFile,
    *,
    offset: int,
    length: int,
    read: Callable[[int], bytes | memoryview],
    hang_up: Callable[[], None] | None = None,
) -> None:
    """Take `length` bytes from `read` at `offset`; `file.offset` says what is kept, whatever breaks."""
    with DraftInflow(file) as inflow:
        file.refresh_from_db()
        _demand_open(file.draft)
        if offset != file.offset:
            raise WrongOffset(offset=file.offset)
        if offset + length > file.size:
            raise BeyondEnd(size=file.size)
        if (standing := inflow.start_at(offset)) != offset:
            _save(file, standing)
            raise WrongOffset(offset=standing)
        quarantine.demand_room(length)
        try:
            stalled = _pour(inflow, offset + length, read, hang_up)
        except OSError as trouble:
            _save(file, inflow.synced)
            raise NoSpace from trouble
        _save(file, inflow.synced)
        if inflow.position < offset + length:
            raise Stalled(seconds=settings.UPLOAD_PATIENCE_SECONDS) if stalled else Cut(offset=file.offset)


def _pour(
    inflow: Inflow, end: int, read: Callable[[int], bytes | memoryview], hang_up: Callable[[], None] | None
) -> bool:
    """Until `end` or until nothing more comes; synced. True when the client was hung up on."""
    with Attendant(inflow, hang_up) as attendant:
        while inflow.position < end and (block := read(min(BLOCK, end - inflow.position))):
            inflow.write(block)
            if attendant.trouble:
                break
    inflow.sync()
    if attendant.trouble:
        raise NoSpace
    return attendant.stalled


def remove(file: DraftFile) -> None:
    _demand_open(file.draft)
    path = file.source
    file.delete()
    _touch(file.draft_id)
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def remove_folder(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _demand_open(draft: Draft) -> None:
    if draft.status != Draft.Status.OPEN:
        raise DraftIsClosed


def _save(file: DraftFile, offset: int) -> None:
    DraftFile.objects.filter(pk=file.pk).update(offset=offset)
    file.offset = offset
    _touch(file.draft_id)


def _touch(draft_id: UUID) -> None:
    Draft.objects.filter(pk=draft_id).update(touched_at=DatabaseNow())


class DraftInflow(Inflow):
    """The same careful writer, in the draft's own folder."""

    def __init__(self, file: DraftFile) -> None:
        super().__init__(file.pk)
        self.path = self._moved = file.source
