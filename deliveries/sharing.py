"""Which systems do several municipalities have, who is next, and could they deliver together?

Who has a system is told by the delivery projects and by the inventories. A listener is shown, never counted.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from consortium.models import User
from consortium.swedish import swedish_key
from deliveries import projects
from deliveries.models import DeliveryProject, Participation, SourceSystem, Status, SystemInventory
from deliveries.project_refusals import Refused
from governance.models import Consortium, Municipality

FEWEST = 2
_GIVEN_UP = (Status.CANCELLED, Status.LEFT)


class TooFew(Refused):
    """A joint project needs two municipalities that deliver."""


class TakesPartAlready(Refused):
    """The municipality has a project of its own for the system that is not over."""


@dataclass
class SharedSystem:
    system: SourceSystem
    delivering: set[str] = field(default_factory=set)  # municipality codes, as are the others
    listening: set[str] = field(default_factory=set)
    inventoried: set[str] = field(default_factory=set)
    planned: dict[str, datetime.date | None] = field(default_factory=dict)
    under_way: set[str] = field(default_factory=set)
    archived: set[str] = field(default_factory=set)

    @property
    def having(self) -> set[str]:
        return self.delivering | self.inventoried

    @property
    def count(self) -> int:
        return len(self.having)

    @property
    def free(self) -> set[str]:
        """Those who have the system and no project for it: they could deliver together."""
        return self.having - self.delivering

    def next(self, names: Mapping[str, str]) -> list[str]:
        """Who is next: planned projects by their start, then those who have no project yet; each by name."""

        def by_name(code: str) -> str:
            return swedish_key(names.get(code, code))

        planned = sorted(self.planned, key=lambda code: (self.planned[code] or datetime.date.max, by_name(code)))
        return [*planned, *sorted(self.free, key=by_name)]


def shared_systems(consortium: Consortium, *, fewest: int = FEWEST, by_inventory: bool = True) -> list[SharedSystem]:
    """Systems that at least so many members have, the most common first; `by_inventory=False` asks projects alone."""
    found = [each for each in holders(consortium, by_inventory=by_inventory).values() if each.count >= fewest]
    return sorted(found, key=lambda each: (-each.count, swedish_key(each.system.name)))


def holders(consortium: Consortium, *, by_inventory: bool = True) -> dict[int, SharedSystem]:
    """By system: who has it. Two questions to the database."""
    found: dict[int, SharedSystem] = {}
    parts = (
        Participation.objects.filter(project__consortium=consortium)
        .exclude(Q(status__in=_GIVEN_UP) | Q(project__status__in=_GIVEN_UP))
        .select_related("project__system")
    )
    for part in parts:
        entry = found.setdefault(part.project.system_id, SharedSystem(part.project.system))
        _note(entry, part)
    if by_inventory:
        members = consortium.members().values("code")
        for row in SystemInventory.objects.filter(municipality__in=members).select_related("system"):
            entry = found.setdefault(row.system_id, SharedSystem(row.system))
            entry.inventoried.add(row.municipality_id)
    return found


def _note(entry: SharedSystem, part: Participation) -> None:
    code = part.municipality_id
    if part.role == Participation.Role.OBSERVER:
        entry.listening.add(code)
        return
    entry.delivering.add(code)
    if part.status == Status.COMPLETED:
        entry.archived.add(code)
    elif part.status == Status.PLANNED:
        entry.planned[code] = part.project.planned_from
    else:
        entry.under_way.add(code)


def sharing_counts(consortium: Consortium) -> dict[int, int]:
    """By system: how many municipalities have it."""
    return {pk: each.count for pk, each in holders(consortium).items()}


def common_elsewhere(consortium: Consortium, municipality: Municipality, limit: int = 5) -> list[SharedSystem]:
    """For a municipality without projects: the systems that most of the others run and it has no project for."""
    others = [each for each in shared_systems(consortium, fewest=1) if municipality.code not in each.delivering]
    return sorted(others, key=lambda each: municipality.code not in each.inventoried)[:limit]


@transaction.atomic
def propose(
    consortium: Consortium,
    system: SourceSystem,
    delivering: Collection[Municipality],
    *,
    name: str,
    by: User,
    listening: Collection[Municipality] = (),
    **facts: Any,
) -> DeliveryProject:
    """One planned project for all of them. Asked twice, the second is refused: they take part already."""
    SourceSystem.objects.select_for_update().get(pk=system.pk)
    if len({each.code for each in delivering}) < FEWEST:
        raise TooFew(_("Ett gemensamt projekt behöver minst två kommuner som levererar. Välj en till."))
    _demand_free(consortium, system, delivering)
    chosen = {each.code for each in delivering}
    return projects.create(
        consortium,
        system,
        name,
        delivering,
        observers=[each for each in listening if each.code not in chosen],
        by=by,
        **facts,
    )


def _demand_free(consortium: Consortium, system: SourceSystem, delivering: Collection[Municipality]) -> None:
    going = defaultdict(list)
    for part in (
        Participation.objects.delivering()
        .going_on()
        .filter(project__system=system, project__consortium=consortium, municipality__in=[m.code for m in delivering])
        .select_related("project", "municipality")
    ):
        going[part.project.name].append(part.municipality.name)
    for name, municipalities in going.items():
        raise TakesPartAlready(
            _("%(names)s deltar redan i projektet %(project)s för samma system. Ta bort kommunen, eller gå med där.")
            % {"names": ", ".join(sorted(municipalities, key=swedish_key)), "project": name}
        )
