"""Folkmängder från fil: one reference date for the whole file, every municipality known, nothing half imported.

What is read is shown first; the same text is read again when it is confirmed, so nothing can slip in between.
"""

import csv
import datetime
import difflib
import io
import re
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium import audit
from consortium.audit_events import Event
from consortium.dates import NotADay, read_day
from consortium.models import User
from governance.models import Consortium, Municipality, Population
from governance.revising import Refusal

HEADS = {
    "code": ("kommunkod", "kod", "code", "regionkod"),
    "name": ("kommun", "namn", "name", "region"),
    "count": ("folkmängd", "invånare", "invånarantal", "antal", "population"),
    "on": ("per den", "per", "datum", "referensdatum", "date"),
    "source": ("källa", "source"),
}
LARGE_CHANGE = 0.1
_SPACES = re.compile(r"[\s\u00a0\u202f]")
_GROUPED = re.compile(r"\d{1,3}(?:[\s\u00a0\u202f]\d{3})+|\d+")


class NotConfirmable(Refusal):
    """The file has faults; nothing of it is imported."""


@dataclass(frozen=True)
class Fault:
    line: int  # 0: the whole file
    text: str


@dataclass(frozen=True)
class Row:
    line: int
    municipality: Municipality
    count: int
    before: int | None

    @property
    def change(self) -> float | None:
        return self.count / self.before - 1 if self.before else None

    @property
    def is_surprising(self) -> bool:
        return self.change is not None and abs(self.change) > LARGE_CHANGE


@dataclass
class Proposal:
    on: datetime.date | None = None
    source: str = ""
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(row.count for row in self.rows)


def read(text: str, *, on: datetime.date | None = None, source: str = "", place: Consortium | None = None) -> Proposal:
    """What the file would change. `on` and `source` fill in where the file has no column for them.

    With a `place` only municipalities that the consortium has a history with are known.
    """
    lines = _lines(text)
    heads = _heads(lines[0][1]) if lines else {}
    proposal = Proposal(source=source)
    if not {"count"} <= heads.keys() or not {"code", "name"} & heads.keys():
        wanted = _("Första raden ska ha rubrikerna kommunkod eller kommun, folkmängd och per den.")
        proposal.faults.append(Fault(0, wanted))
        return proposal
    if len(lines) == 1:
        proposal.faults.append(Fault(0, _("Filen har inga kommuner.")))
        return proposal
    register = Municipality.objects.filter(memberships__consortium=place) if place else Municipality.objects.all()
    known = {each.pk: each for each in register}
    days: dict[datetime.date, int] = {on: 0} if on and "on" not in heads else {}
    counts: dict[str, tuple[int, int]] = {}
    for line, cells in lines[1:]:
        row = {name: cells[at].strip() if at < len(cells) else "" for name, at in heads.items()}
        try:
            municipality = _municipality(row, known)
            count = read_count(row["count"])
            if "on" in heads:
                days.setdefault(_day(row["on"]), line)
        except ValueError as fault:
            proposal.faults.append(Fault(line, str(fault)))
            continue
        if municipality.pk in counts:
            same = _("%(name)s står också på rad %(line)s.") % {
                "name": municipality,
                "line": counts[municipality.pk][0],
            }
            proposal.faults.append(Fault(line, same))
        counts[municipality.pk] = (line, count)
        proposal.source = proposal.source or row.get("source", "")
    _settle_day(proposal, days)
    if not proposal.source:
        proposal.faults.append(Fault(0, _("Källa saknas. Ange var siffrorna kommer från, till exempel SCB.")))
    before = _before(counts)
    proposal.rows = [Row(line, known[pk], count, before.get(pk)) for pk, (line, count) in counts.items()]
    return proposal


@transaction.atomic
def confirm(
    text: str, *, on: datetime.date | None = None, source: str = "", place: Consortium | None = None, by: User
) -> Proposal:
    """Read again and keep all of it, or nothing. A figure that stands already for the day is corrected."""
    proposal = read(text, on=on, source=source, place=place)
    if proposal.faults or proposal.on is None:
        raise NotConfirmable(_("Filen har fel och ingenting är inläst. Rätta filen och läs in den igen."))
    Population.objects.bulk_create(
        [
            Population(municipality=row.municipality, on=proposal.on, count=row.count, source=proposal.source)
            for row in proposal.rows
        ],
        update_conflicts=True,
        unique_fields=["municipality", "on"],
        update_fields=["count", "source"],
    )
    audit.record(
        by=by,
        what=Event.POPULATIONS_IMPORTED,
        place=place,
        on=proposal.on.isoformat(),
        municipalities=len(proposal.rows),
        total=proposal.total,
    )
    return proposal


def read_count(text: str) -> int:
    """11243, 11 243 with any space; nothing else, so that 11,243 is not read as eleven."""
    if not _GROUPED.fullmatch(text) or int(_SPACES.sub("", text)) == 0:
        raise ValueError(_("Folkmängden ”%s” är inget heltal. Skriv 11243 eller 11 243.") % text)
    return int(_SPACES.sub("", text))


def _lines(text: str) -> list[tuple[int, list[str]]]:
    text = text.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    mark = max(";\t,", key=first.count)
    return [
        (number, cells)
        for number, cells in enumerate(csv.reader(io.StringIO(text), delimiter=mark), 1)
        if any(cell.strip() for cell in cells)
    ]


def _heads(cells: list[str]) -> dict[str, int]:
    written = [" ".join(cell.lower().split()) for cell in cells]
    return {name: at for name, words in HEADS.items() for at, word in enumerate(written) if word in words}


def _municipality(row: dict[str, str], known: dict[str, Municipality]) -> Municipality:
    code, name = row.get("code", "").zfill(4) if row.get("code") else "", row.get("name", "")
    if code:
        if found := known.get(code):
            return found
        raise ValueError(_unknown(f"{code} {name}".strip(), name or code, known))
    names = {each.name.lower(): each for each in known.values()}
    names |= {each.official_name.lower(): each for each in known.values()}
    if found := names.get(" ".join(name.lower().split())):
        return found
    raise ValueError(_unknown(name, name, known))


def _unknown(shown: str, asked: str, known: dict[str, Municipality]) -> str:
    """The nearest by name, or by code when only a code was given."""
    names = {each.name.lower(): each for each in known.values()} | known
    near = difflib.get_close_matches(asked.lower(), list(names), n=1, cutoff=0.6)
    said = _("Kommunen ”%s” finns inte i registret.") % shown
    if near:
        nearest = names[near[0]]
        said += " " + _("Menades %(name)s (%(code)s)?") % {"name": nearest.name, "code": nearest.code}
    return said


def _day(text: str) -> datetime.date:
    try:
        return read_day(text, timezone.localdate())
    except NotADay:
        missing = _("Datum saknas. Folkmängd utan referensdatum tas inte emot.")
        raise ValueError(missing if not text else _("”%s” är inget datum. Skriv 2023-12-31.") % text) from None


def _settle_day(proposal: Proposal, days: dict[datetime.date, int]) -> None:
    if len(days) > 1:
        listed = ", ".join(f"{day.isoformat()} (rad {line})" for day, line in sorted(days.items()))
        mixed = _("Filen blandar referensdatum: %s. Läs in ett datum i taget.") % listed
        proposal.faults.insert(0, Fault(0, mixed))
    elif not days and not any(fault.line for fault in proposal.faults):
        missing = _("Referensdatum saknas. Lägg till kolumnen ”per den” eller fyll i dagen här.")
        proposal.faults.insert(0, Fault(0, missing))
    proposal.on = next(iter(days)) if len(days) == 1 else None
    if proposal.on and proposal.on > timezone.localdate():
        proposal.faults.insert(0, Fault(0, _("Referensdatumet %s har inte varit än.") % proposal.on.isoformat()))


def _before(codes: dict[str, tuple[int, int]]) -> dict[str, int]:
    rows = Population.objects.filter(municipality__in=codes).order_by("on")
    return {row.municipality_id: row.count for row in rows}
