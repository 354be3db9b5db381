"""Utrymme: what a municipality takes up in the archive, summed by the database, and the stop at its limit.

A package counts once on its whole way: as the files of a draft, as the length an upload has declared, as a SIP for as
long as that lies in quarantine, and as an AIP from when the AIP is written, not per copy.
"""

import datetime
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Sum, Value
from django.utils.translation import gettext as _

from archive.models import AIP, SIP, Draft, DraftFile, Upload
from archive.reception import NO_LONGER_NEEDED
from archive.refusals import QuotaReached
from consortium import formats
from consortium.models.leases import DatabaseNow
from governance import quota
from governance.models import Municipality
from governance.quota import Usage

HANDED_OVER = (Upload.Status.OPEN, Upload.Status.COMPLETE)


def used(codes: Collection[str]) -> dict[str, Usage]:
    """A sum for each kind, in one statement: a package that moves on meanwhile is seen once, not twice or never."""
    kept = _sums("kept", AIP.objects.filter(owner__in=codes))
    sums = kept.union(
        _sums("quarantined", _in_quarantine().filter(owner__in=codes)),
        _sums("uploads", Upload.objects.open().filter(owner__in=codes)),
        _sums("drafts", _in_drafts().filter(draft__owner__in=codes), "draft__owner"),
        all=True,
    )
    found: dict[str, dict[str, int]] = {code: {} for code in codes}
    for code, kind, total in sums:
        found[code][kind] = int(total or 0)
    return {code: Usage(**kinds) for code, kinds in found.items()}


def _sums(kind: str, rows: QuerySet[Any], owner: str = "owner") -> Any:
    return rows.order_by().values_list(owner, Value(kind, CharField())).annotate(total=Sum("size"))


def _in_quarantine() -> QuerySet[SIP]:
    """Until the sweep has taken what was given back, and without those that already count as AIPs."""
    swept = DatabaseNow() - datetime.timedelta(days=settings.UPLOAD_EXPIRES_DAYS)
    return (
        SIP.objects.exclude(status=SIP.Status.ARCHIVED)
        .exclude(status__in=NO_LONGER_NEEDED, decided_at__lt=swept)
        .filter(Q(aip=None) | Q(aip__size=None))
    )


def _in_drafts() -> QuerySet[DraftFile]:
    """Until the package that was built of them counts as an upload or a SIP."""
    built = Upload.objects.filter(pk=OuterRef("draft"), status__in=HANDED_OVER)
    return DraftFile.objects.filter(draft__status__in=(Draft.Status.OPEN, Draft.Status.BUILDING)).exclude(Exists(built))


def demand_room(owner: Municipality, size: int, *, counted: bool = False) -> None:
    """Raises QuotaReached unless so many bytes fit; nobody else gets past until the transaction ends.

    `counted` says that they are among those used already, as a draft's are.
    """
    if (limit := quota.held_limit(owner)) is None:
        return
    before = used([owner.pk])[owner.pk].total - (size if counted else 0)
    if before + size > limit:
        raise QuotaReached(
            place=str(owner),
            used=formats.size(before),
            limit=formats.size(limit),
            size=formats.size(size),
            where=", ".join(str(each) for each in owner.above()) or _("samarbetet"),
        )
