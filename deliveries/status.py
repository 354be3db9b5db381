"""Status leveransprojekt: what the steering group asks each meeting, as it stood on a given day.

Told from the history of each project, so that the list of an earlier day is the list as it was then.
"""

import datetime
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext as _

from consortium.precision import in_words
from consortium.swedish import swedish_key
from deliveries.models import FileStream, Occurrence, Participation, ProjectState, Status
from deliveries.models.phases import phase_words
from governance.models import Consortium
from governance.standing import Section, StandingContent

JUST_ENDED = datetime.timedelta(days=1)
SHOWN = (Status.PLANNED, Status.ONGOING, Status.RECURRING, Status.PAUSED)


@dataclass(frozen=True)
class Part:
    code: str
    name: str
    status: str
    phase: int | None
    is_observer: bool


@dataclass(frozen=True)
class Entry:
    """One project on the list."""

    project_id: int
    name: str
    system: str
    status: str
    phase: int | None
    parts: tuple[Part, ...]
    note: str = ""
    reason: str = ""
    started: str = ""
    ended: str = ""
    planned: str = ""
    missed: tuple[str, ...] = ()

    @property
    def delivering(self) -> list[Part]:
        return [part for part in self.parts if not part.is_observer]

    @property
    def who(self) -> str:
        """Avesta, Ludvika (lyssnar)"""
        names = [part.name for part in self.delivering]
        names += [_("%(name)s (lyssnar)") % {"name": part.name} for part in self.parts if part.is_observer]
        return ", ".join(names) or _("Ej angivet vilka")

    @property
    def state(self) -> str:
        """The status, and the phase where one is known or ought to be."""
        status = str(Status(self.status).label)
        if self.status in (Status.PLANNED, Status.RECURRING) and self.phase is None:
            return status
        return f"{status}, {phase_words(self.phase)}"

    @property
    def words(self) -> str:
        """What there is to say beyond the state."""
        said = [self.note, self.reason]
        if self.status == Status.RECURRING and not self.delivering:
            said.append(_("Ange vilka kommuner som deltar."))
        if self.started and self.status != Status.PLANNED:
            said.append(_("Start %(when)s.") % {"when": self.started})
        if self.ended:
            said.append(_("Klart %(when)s.") % {"when": self.ended})
        if self.planned and self.status == Status.PLANNED:
            said.append(_("Tidigast %(when)s.") % {"when": self.planned})
        said += [_("Missad leverans: skulle ha kommit %(day)s.") % {"day": day} for day in self.missed]
        return " ".join(dict.fromkeys(each for each in said if each))


@dataclass(frozen=True)
class Stream:
    name: str
    municipalities: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class StatusList:
    as_of: datetime.date
    ongoing: tuple[Entry, ...] = ()
    recurring: tuple[Entry, ...] = ()
    upcoming: tuple[Entry, ...] = ()
    streams: tuple[Stream, ...] = ()
    members: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @property
    def named_ongoing(self) -> tuple[Entry, ...]:
        """As the minutes count: what recurs is among what goes on."""
        return self.ongoing + self.recurring

    @property
    def just_ended(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.ongoing if entry.status == Status.COMPLETED)

    @property
    def links(self) -> int:
        """A municipality that delivers in a project is a link."""
        return sum(len(entry.delivering) for entry in self._all)

    @property
    def observers(self) -> int:
        return sum(part.is_observer for entry in self._all for part in entry.parts)

    @property
    def without_projects(self) -> tuple[str, ...]:
        linked = {part.code for entry in self._all for part in entry.delivering}
        return tuple(name for code, name in self.members if code not in linked)

    @property
    def _all(self) -> tuple[Entry, ...]:
        return self.ongoing + self.recurring + self.upcoming


def as_of(consortium: Consortium, date: datetime.date) -> StatusList:
    """The list as it stood at the end of that day. A fixed number of queries."""
    rows = list(
        ProjectState.objects.filter(project__consortium=consortium)
        .as_of(date)
        .select_related("project__system", "municipality")
    )
    missed = _missed(consortium, date)
    heads = [row for row in rows if row.municipality_id is None and _is_shown(row, date)]
    parts = _parts(rows)
    entries = sorted((_entry(row, parts, missed) for row in heads), key=lambda entry: swedish_key(entry.name))
    return StatusList(
        as_of=date,
        ongoing=tuple(e for e in entries if e.status in (Status.ONGOING, Status.PAUSED, Status.COMPLETED)),
        recurring=tuple(e for e in entries if e.status == Status.RECURRING),
        upcoming=tuple(e for e in entries if e.status == Status.PLANNED),
        streams=tuple(_streams(consortium, date)),
        members=tuple(consortium.members(date).in_swedish_order().values_list("code", "name")),
    )


def _is_shown(row: ProjectState, date: datetime.date) -> bool:
    if row.status == Status.COMPLETED:
        return (row.ended_on or row.effective_on) >= date - JUST_ENDED
    return row.status in SHOWN


def _parts(rows: list[ProjectState]) -> dict[int, list[Part]]:
    found: dict[int, list[Part]] = {}
    for row in rows:
        if row.municipality and row.status not in (Status.LEFT, Status.CANCELLED):
            observer = row.role == Participation.Role.OBSERVER
            part = Part(row.municipality.code, row.municipality.name, row.status, row.phase, observer)
            found.setdefault(row.project_id, []).append(part)
    for parts in found.values():
        parts.sort(key=lambda part: swedish_key(part.name))
    return found


def _entry(row: ProjectState, parts: dict[int, list[Part]], missed: dict[int, list[str]]) -> Entry:
    def rough(day: datetime.date | None, precision: str) -> str:
        return in_words(day, precision) if day else ""

    return Entry(
        project_id=row.project_id,
        name=row.project.name,
        system=row.project.system.name,
        status=row.status,
        phase=row.phase,
        parts=tuple(parts.get(row.project_id, ())),
        note=row.note,
        reason=row.reason if row.status == Status.PAUSED else "",
        started=rough(row.started_on, row.started_precision),
        ended=rough(row.ended_on, "day") if row.status == Status.COMPLETED else "",
        planned=rough(row.planned_from, row.planned_from_precision),
        missed=tuple(missed.get(row.project_id, ())),
    )


def _missed(consortium: Consortium, date: datetime.date) -> dict[int, list[str]]:
    """Occurrences that by that day were too late and not there: they are raised here until they are dealt with."""
    found: dict[int, list[str]] = {}
    late = Occurrence.objects.filter(recurrence__project__consortium=consortium, due_on__lt=date).filter(
        Q(delivered_at=None) | Q(delivered_at__date__gt=date)
    )
    for occurrence in late.select_related("recurrence").order_by("due_on"):
        recurrence = occurrence.recurrence
        if occurrence.due_on + datetime.timedelta(days=recurrence.missed_after_days) < date:
            found.setdefault(recurrence.project_id, []).append(occurrence.due_on.isoformat())
    return found


def _streams(consortium: Consortium, date: datetime.date) -> list[Stream]:
    streams = FileStream.objects.filter(consortium=consortium).running(date).prefetch_related("municipalities")
    return [
        Stream(
            str(stream),
            tuple(sorted((each.name for each in stream.municipalities.all()), key=swedish_key)),
            stream.note,
        )
        for stream in streams
    ]


# For the agenda


def standing_content(consortium: Consortium, date: datetime.date) -> StandingContent:
    """The list as a standing item shows it, in plain words that can be frozen in the minutes."""
    told = as_of(consortium, date)
    nothing = _("Inget att rapportera")
    heads = (_("Projekt"), _("Kommuner"), _("Läge"), _("Anteckning"))

    def section(title: str, entries: tuple[Entry, ...]) -> Section:
        rows = tuple((entry.name, entry.who, entry.state, entry.words or "–") for entry in entries)
        return Section(title, "" if rows else nothing, heads if rows else (), rows)

    streams = ", ".join(stream.name for stream in told.streams)
    return StandingContent(
        date,
        (
            section(_("Pågår"), told.ongoing),
            section(_("Återkommande"), told.recurring),
            Section(_("Filsamlingar mellan de större projekten"), streams or nothing),
            section(_("Kommande"), told.upcoming),
            Section(_("Kommuner utan projekt"), ", ".join(told.without_projects) or _("Alla kommuner har projekt.")),
        ),
    )
