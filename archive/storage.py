"""Förvaring: N stores, each with its own copy of every AIP under a key that is the digest of its bytes.

A copy counts when its bytes were read back from the store and hashed (reliability invariant I1). No path opens a
stored key for writing: what turns out damaged stays where it is, as evidence, and the good bytes go beside it.
"""

import datetime
import hashlib
import json
import logging
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from archive.models import AIP, ArchiveStore, StorageCopy
from archive.stores.base import (
    Alive,
    CopyDamaged,
    CopyMissing,
    Store,
    StoreFull,
    StoreUnavailable,
    nobody_waits,
)
from archive.stores.folder import FolderStore
from archive.stores.other import OtherStore
from consortium.models.leases import database_now

__all__ = [
    "CopyDamaged",
    "CopyMissing",
    "NoCopyAnswers",
    "StoreFull",
    "StoreUnavailable",
    "keep",
    "read_range",
    "verify",
]

MARKER = "samarkiv-lager.json"
PLACES_TO_TRY = 9
LEFT_BEHIND = datetime.timedelta(days=2)
log = logging.getLogger(__name__)


class NoCopyAnswers(Exception):
    """No copy of the package can be read just now; that says nothing about whether it is lost."""


def store_named(name: str) -> Store:
    storage = storages[f"archive_{name}"]
    if isinstance(storage, FileSystemStorage):
        return FolderStore(name, Path(storage.location))
    if type(storage).__module__ == "storages.backends.s3":
        from archive.stores.s3 import S3Store  # the S3 client takes a while to load, and most have folders

        return S3Store(name, storage)
    return OtherStore(name, storage)


def opened(name: str) -> Store:
    """The store, recognised by its marker. One that holds no copies yet gets its marker now."""
    known, _ = ArchiveStore.objects.get_or_create(name=name, defaults={"opened_at": database_now()})
    store = store_named(name)
    try:
        _recognise(store, known)
    except StoreUnavailable as problem:
        ArchiveStore.objects.filter(name=name).update(trouble=str(problem))
        raise
    if known.trouble:
        ArchiveStore.objects.filter(name=name).update(trouble="")
    return store


def put(name: str, key: str, source: Path, sha256: str, alive: Alive = nobody_waits) -> None:
    """Write under the key if nothing lies there, and prove that what lies there is this."""
    store = opened(name)
    store.put(key, source, alive)
    verify(store, key, sha256, alive)


def keep(name: str, key: str, source: Path, sha256: str, alive: Alive = nobody_waits) -> str:
    """Have one proven copy in the store and tell under which key: the given one, or one beside damaged bytes."""
    for number in range(1, PLACES_TO_TRY + 1):
        place = _beside(key, number)
        try:
            put(name, place, source, sha256, alive)
        except CopyDamaged as problem:
            log.error("Lager %s, %s: %s. Byten får ligga kvar; nästa försök läggs bredvid.", name, place, problem)
        except CopyMissing as problem:
            raise StoreUnavailable(
                f"Lagret {name} tog emot {place} men har det inte när det läses tillbaka."
            ) from problem
        else:
            return place
    raise StoreUnavailable(f"Lagret {name} ger gång på gång tillbaka andra byte än de som skrevs. Byt ut det.")


def verify(store: Store, key: str, sha256: str, alive: Alive = nobody_waits) -> None:
    """Read the copy to its end. Raises CopyMissing, CopyDamaged with what was found, or StoreUnavailable."""
    if (found := digest_of(store, key, alive)) != sha256:
        raise CopyDamaged(f"sha256 {found}")


def digest_of(store: Store, key: str, alive: Alive = nobody_waits) -> str:
    digest = hashlib.sha256()
    for piece in store.read(key):
        digest.update(piece)
        alive()
    return digest.hexdigest()


def read_range(aip: AIP, offset: int, length: int) -> Iterator[bytes]:
    """Bytes of the AIP from the first copy that gives them; another takes over in the middle if it must.

    The first piece is fetched before this returns, so NoCopyAnswers comes while there is still time to say so.
    """
    pieces = _range(aip, offset, length)
    return chain([next(pieces, b"")], pieces)


def copies_in_order(aip: AIP) -> list[StorageCopy]:
    """Sound copies, in the order in which the stores are listed: put the nearest first."""
    order = {name: number for number, name in enumerate(settings.ARCHIVE_STORES)}
    sound = aip.copies.filter(state=StorageCopy.State.VERIFIED, store__in=order)
    return sorted(sound, key=lambda copy: order[copy.store])


def proven_copies(aip: AIP) -> int:
    """How many stores have given back exactly the bytes of this AIP."""
    proven = aip.copies.filter(state=StorageCopy.State.VERIFIED, sha256=aip.sha256, store__in=settings.ARCHIVE_STORES)
    return proven.values("store").distinct().count() if aip.sha256 else 0


def copies_wanted() -> int:
    return len(settings.ARCHIVE_STORES)


def packages_short_of_copies() -> QuerySet[AIP]:
    proven = Q(
        copies__state=StorageCopy.State.VERIFIED, copies__sha256=F("sha256"), copies__store__in=settings.ARCHIVE_STORES
    )
    return _in_custody().annotate(proven=Count("copies", filter=proven)).filter(proven__lt=copies_wanted())


def packages_without_copy_in(name: str) -> QuerySet[AIP]:
    return _in_custody().filter(~Exists(StorageCopy.objects.filter(aip=OuterRef("pk"), store=name)))


def _in_custody() -> QuerySet[AIP]:
    """Those that once had all their copies; until then ingest sees to them."""
    storing = AIP.Status.STORING
    return AIP.objects.exclude(status=storing).exclude(status=AIP.Status.NEEDS_PERSON, stopped_at_status=storing)


def sweep(older_than: datetime.timedelta = LEFT_BEHIND) -> int:
    """Remove what killed writers left in the stores."""
    removed = 0
    for name in settings.ARCHIVE_STORES:
        try:
            removed += opened(name).sweep(older_than)
        except StoreUnavailable as problem:
            log.warning("%s", problem)
    return removed


def _range(aip: AIP, offset: int, length: int) -> Iterator[bytes]:
    given = 0
    for copy in copies_in_order(aip):
        try:
            for piece in store_named(copy.store).read(copy.key, offset + given, length - given):
                given += len(piece)
                yield piece
        except (StoreUnavailable, CopyMissing, CopyDamaged) as problem:
            log.error("%s kunde inte läsas ur lager %s: %s", aip.number, copy.store, problem)
        else:
            return
    raise NoCopyAnswers(f"Ingen kopia av {aip.number} går att läsa just nu.")


def _beside(key: str, number: int) -> str:
    return key if number == 1 else key.replace(".tar", f".{number}.tar")


def _recognise(store: Store, known: ArchiveStore) -> None:
    ours = {"samarkiv": "lager", "name": store.name, "marker": str(known.marker)}
    found, free = _marker(store)
    if found is None and free and (_is_new(store) or (free != MARKER and _holds_our_copies(store))):
        if isinstance(store, FolderStore):
            store.prepare()
        store.put_bytes(free, json.dumps({**ours, "sha256": _seal(ours)}).encode())
        found, free = _marker(store)
    if found is None:
        raise StoreUnavailable(
            f"Lagret {store.name} saknar vår märkning ({MARKER}): det är inte anslutet, är tomt eller är ett annat. "
            "Anslut rätt lager. Kopiorna räknas inte som förlorade."
        )
    if found != ours:
        raise StoreUnavailable(
            f"Lagret {store.name} är märkt som ett annat lager ({MARKER}). "
            f"Kontrollera inställningen ARCHIVE_STORE_{store.name.upper()}."
        )


def _is_new(store: Store) -> bool:
    return not StorageCopy.objects.filter(store=store.name).exists()


def _holds_our_copies(store: Store) -> bool:
    """A store whose marker is damaged, not missing, may prove by its content that it is the right one."""
    copies = StorageCopy.objects.filter(store=store.name, state=StorageCopy.State.VERIFIED).order_by("aip__size")
    try:
        return any(digest_of(store, copy.key) == copy.sha256 for copy in copies[:3])
    except (CopyMissing, CopyDamaged):
        return False


def _marker(store: Store) -> tuple[dict[str, str] | None, str]:
    """The first whole marker, and where one may be written. A damaged one stays, like all bytes."""
    for number in range(1, PLACES_TO_TRY + 1):
        place = MARKER if number == 1 else MARKER.replace(".json", f".{number}.json")
        try:
            said = json.loads(b"".join(store.read(place)))
            if said.pop("sha256") == _seal(said):
                return said, ""
        except CopyMissing:
            return None, place
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    return None, ""


def _seal(marker: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(marker, sort_keys=True).encode()).hexdigest()
