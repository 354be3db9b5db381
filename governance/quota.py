"""Utrymme: the limit that the consortium sets for each municipality, and how it stands to what is used.

What a municipality takes up only the archive upstairs can count; it registers how when the portal starts.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction

from consortium import audit
from consortium.audit_events import Event
from consortium.models import User
from governance.models import Municipality, Quota
from governance.revising import locked, revise

NEAR = 90  # per cent; from here the administrator is told


@dataclass(frozen=True)
class Usage:
    """Bytes of one municipality. A package counts once: on its way, and then as what is kept, not for each copy."""

    kept: int = 0
    quarantined: int = 0
    uploads: int = 0
    drafts: int = 0

    @property
    def total(self) -> int:
        return self.kept + self.quarantined + self.uploads + self.drafts


@dataclass(frozen=True)
class Standing:
    """How a municipality stands to its limit, if it has one."""

    municipality: Municipality
    limit: int | None
    usage: Usage

    @property
    def left(self) -> int:
        return max(0, (self.limit or 0) - self.usage.total)

    @property
    def percent(self) -> int:
        """Rounded down, so that 100 is said of what is full."""
        return 100 * self.usage.total // self.limit if self.limit else 0

    @property
    def is_near(self) -> bool:
        return self.percent >= NEAR


Count = Callable[[Collection[str]], Mapping[str, Usage]]  # by municipality code
_registered: list[Count] = [lambda codes: {}]


def register(count: Count) -> None:
    _registered[0] = count


def standings(municipalities: Iterable[Municipality]) -> list[Standing]:
    """As many questions for all of them as for one."""
    asked = list(municipalities)
    codes = [each.pk for each in asked]
    limits = dict(Quota.objects.filter(municipality__in=codes).values_list("municipality", "bytes"))
    used = _registered[0](codes) if codes else {}
    return [Standing(each, limits.get(each.pk), used.get(each.pk, Usage())) for each in asked]


def standing(municipality: Municipality) -> Standing:
    (found,) = standings([municipality])
    return found


def held_limit(municipality: Municipality) -> int | None:
    """The limit, held until the transaction ends, so that who looks next sees what came in meanwhile."""
    held = Quota.objects.select_for_update(no_key=True).filter(municipality=municipality, bytes__isnull=False)
    return held.values_list("bytes", flat=True).first()


def version(municipality: Municipality) -> int:
    """What a form has seen; a limit that nobody has set yet is as good as the first version."""
    return Quota.objects.filter(municipality=municipality).values_list("version", flat=True).first() or 1


@transaction.atomic
def set_limit(municipality: Municipality, limit: int | None, *, seen: int, by: User) -> Quota:
    """`None` lifts the limit. Below what is used nothing new comes in; what is on its way may finish."""
    row, _made = Quota.objects.get_or_create(municipality=municipality)
    was = locked(row, seen).bytes
    row, changed = revise(row, {"bytes": limit}, seen=seen)
    if changed:
        audit.record(by=by, what=Event.QUOTA_CHANGED, target=municipality, place=municipality, was=was, bytes=limit)
    return row
