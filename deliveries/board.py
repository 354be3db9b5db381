"""Projekttavlan: municipality × system, by phase, over time, and lanes for what recurs. Values for the pages to draw.

A fixed number of questions to the database, whatever the number of municipalities and systems.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from consortium.access.permissions import Permission
from consortium.access.policy import AnyUser
from consortium.precision import in_words
from consortium.swedish import swedish_key
from deliveries.models import DeliveryProject, Participation, Phase, Status
from deliveries.models.phases import phase_words
from governance.models import Municipality

HIDDEN = (Status.CANCELLED, Status.LEFT)  # unless asked for


@dataclass(frozen=True)
class Filters:
    """As they stand in the address: codes and keys, empty means all."""

    municipality: str = ""
    system: str = ""
    status: str = ""
    phase: str = ""  # "0"–"4", or "okand"
    benefit: str = ""

    def keep(self, item: "Item") -> bool:
        return (
            self.municipality in ("", item.code)
            and self.system in ("", item.system_slug)
            and (item.status == self.status if self.status else item.status not in HIDDEN)
            and self.phase in ("", "okand" if item.phase is None else str(item.phase))
            and (not self.benefit or self.benefit in item.benefits)
        )


@dataclass(frozen=True, slots=True)
class Item:
    """One municipality's part of one project; without a municipality, a project nobody has joined."""

    part_id: int
    project_id: int
    name: str
    system_slug: str
    system: str
    code: str
    municipality: str
    status: str
    phase: int | None
    is_observer: bool
    benefits: tuple[str, ...] = ()
    started: str = ""
    ended: str = ""
    may_move: bool = False

    @property
    def is_waiting(self) -> bool:
        return self.status == Status.PLANNED and self.phase is None

    @property
    def words(self) -> str:
        """What a cell says: the phase where that is the news, else the status."""
        if self.is_observer:
            return _("(lyssnar)")
        if self.status == Status.ONGOING:
            return phase_words(self.phase)
        return str(Status(self.status).label)


@dataclass(frozen=True)
class Row:
    municipality: Municipality
    cells: list[list[Item]]

    @property
    def is_empty(self) -> bool:
        """Nobody delivers anything; listening is not a project of one's own."""
        return not any(not item.is_observer for cell in self.cells for item in cell)


@dataclass(frozen=True)
class Lane:
    title: str
    items: list[Item]


@dataclass(frozen=True)
class Board:
    items: list[Item]
    rows: list[Row] = field(default_factory=list)
    systems: list[tuple[str, str]] = field(default_factory=list)
    projects: list[DeliveryProject] = field(default_factory=list)
    municipalities: list[Municipality] = field(default_factory=list)
    all_systems: list[tuple[str, str]] = field(default_factory=list)

    @property
    def empty_rows(self) -> list[Row]:
        return [row for row in self.rows if row.is_empty]

    def lanes(self) -> list[Lane]:
        """Columns: what has not begun, an unknown phase when there is any, the five, and what is done."""
        own = [item for item in self.items if not item.is_observer]
        begun = [item for item in own if item.status != Status.COMPLETED and not item.is_waiting]
        unknown = [item for item in begun if item.phase is None]
        return [
            Lane(str(Status.PLANNED.label), [item for item in own if item.is_waiting]),
            *([Lane(phase_words(None), unknown)] if unknown else []),
            *(Lane(phase_words(phase), [item for item in begun if item.phase == phase]) for phase in Phase),
            Lane(str(Status.COMPLETED.label), [item for item in own if item.status == Status.COMPLETED]),
        ]


def show(user: AnyUser, filters: Filters) -> Board:
    readable = list(Municipality.objects.where_may(user, Permission.PROJECT_READ).in_swedish_order())
    editable = set(Municipality.objects.where_may(user, Permission.PROJECT_EDIT).values_list("code", flat=True))
    projects = list(DeliveryProject.objects.visible_to(user).select_related("system"))
    items = sorted(_items(projects, editable), key=lambda item: swedish_key(f"{item.name} {item.municipality}"))
    members = {each.code: each for each in readable}
    members |= {each.code: each for each in _others(items, members)}
    kept = [item for item in items if filters.keep(item)]
    systems = _systems(kept)
    rows = _rows(members.values(), systems, kept, filters)
    ids = {item.project_id for item in kept}
    return Board(
        items=kept,
        rows=rows,
        systems=systems,
        projects=[project for project in projects if project.pk in ids or _alone(project, items, filters)],
        municipalities=sorted(members.values(), key=lambda each: swedish_key(each.name)),
        all_systems=_systems(items),
    )


def _items(projects: Iterable[DeliveryProject], editable: set[str]) -> Iterable[Item]:
    by_key = {project.pk: project for project in projects}
    columns = ("pk", "project_id", "municipality_id", "municipality__name", "status", "phase", "role")
    dates = ("started_on", "started_precision", "ended_on")
    parts = Participation.objects.filter(project__in=by_key).values_list(*columns, *dates)
    for pk, project_id, code, name, status, phase, role, started_on, precision, ended_on in parts:
        project = by_key[project_id]
        yield Item(
            part_id=pk,
            project_id=project_id,
            name=project.name,
            system_slug=project.system.slug,
            system=project.system.name,
            code=code,
            municipality=name,
            status=status,
            phase=phase,
            is_observer=role == Participation.Role.OBSERVER,
            benefits=tuple(project.benefits),
            started=in_words(started_on, precision) if started_on else "",
            ended=ended_on.isoformat() if ended_on else "",
            may_move=code in editable,
        )


def _others(items: Iterable[Item], known: dict[str, Municipality]) -> Iterable[Municipality]:
    """Fellow participants whom the user may not read: their names and phases are no secret within the project."""
    codes = {item.code for item in items} - known.keys()
    return Municipality.objects.filter(code__in=codes) if codes else ()


def _systems(items: Iterable[Item]) -> list[tuple[str, str]]:
    return sorted({(item.system_slug, item.system) for item in items}, key=lambda each: swedish_key(each[1]))


def _rows(
    members: Iterable[Municipality], systems: list[tuple[str, str]], items: list[Item], filters: Filters
) -> list[Row]:
    cells: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        cells.setdefault((item.code, item.system_slug), []).append(item)
    chosen = [each for each in members if filters.municipality in ("", each.code)]
    chosen.sort(key=lambda each: swedish_key(each.name))
    return [Row(each, [cells.get((each.code, slug), []) for slug, _name in systems]) for each in chosen]


def _alone(project: DeliveryProject, items: list[Item], filters: Filters) -> bool:
    """A project that nobody has joined yet has no cell, but a lane."""
    if any(item.project_id == project.pk for item in items):
        return False
    as_item = Item(
        part_id=0,
        project_id=project.pk,
        name=project.name,
        system_slug=project.system.slug,
        system=project.system.name,
        code="",
        municipality="",
        status=project.status,
        phase=project.phase,
        is_observer=False,
        benefits=tuple(project.benefits),
    )
    return replace(filters, municipality="").keep(as_item) and not filters.municipality
