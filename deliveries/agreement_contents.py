"""What stands in an agreement, section by section, as people read and write it.

Each list in the agreement is a small table with named columns. Screen, document, comparison and checks all read them
here, so that what was signed looks the same everywhere.
"""

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consortium import formats
from deliveries.models import SubmissionAgreement
from deliveries.models.agreements import FormatHandling

Row = Mapping[str, str]
Text = str | Promise
ALL_OTHERS = "*"
_PUID = re.compile(r"(?:x-)?fmt/\d{1,5}")


@dataclass(frozen=True)
class Column:
    name: str
    label: Text
    needed: bool = False
    choices: tuple[tuple[str, Text], ...] = ()
    hint: Text = ""
    is_day: bool = False
    is_number: bool = False
    longest: int = 200

    def shown(self, value: str) -> str:
        return str(dict(self.choices).get(value, value))


@dataclass(frozen=True)
class Table:
    """A list of the agreement. `field` is where it is kept; `one` names a single row."""

    slug: str
    title: Text
    one: Text
    lead: Text
    field: str
    columns: tuple[Column, ...]


FORMATS = Table(
    "format",
    gettext_lazy("Filformat"),
    gettext_lazy("Format"),
    gettext_lazy("Vilka filformat arkivet tar emot. Formatet anges med sitt PUID i PRONOM, och kan gälla från en dag."),
    "formats",
    (
        Column("puid", gettext_lazy("PUID"), needed=True, hint=gettext_lazy("Till exempel fmt/95."), longest=20),
        Column("name", gettext_lazy("Namn"), hint=gettext_lazy("Till exempel PDF/A-1a."), longest=80),
        Column("handling", gettext_lazy("Hantering"), needed=True, choices=tuple(FormatHandling.choices)),
        Column("since", gettext_lazy("Från och med"), is_day=True),
    ),
)
OBJECT_TYPES = Table(
    "sekretess",
    gettext_lazy("Sekretess och gallring"),
    gettext_lazy("Objekttyp"),
    gettext_lazy(
        "Vad som gäller för varje slag av ärende eller handling när leveransen inte säger något annat. "
        "Skriv * för alla övriga."
    ),
    "object_types",
    (
        Column("name", gettext_lazy("Objekttyp"), needed=True, hint=gettext_lazy("Ärendetyp eller handlingstyp.")),
        Column("secrecy", gettext_lazy("Lagrum"), hint=gettext_lazy("Till exempel OSL 26 kap. 1 §. Tomt: öppet.")),
        Column("years", gettext_lazy("Sekretesstid, år"), is_number=True, longest=3),
        Column("disposal", gettext_lazy("Gallras efter, år"), is_number=True, longest=3),
        Column("mandate", gettext_lazy("Gallringsbeslut"), hint=gettext_lazy("Diarienummer för beslutet.")),
    ),
)
VOLUMES = Table(
    "volymer",
    gettext_lazy("Volymer"),
    gettext_lazy("Uppgift"),
    gettext_lazy("Ungefär hur mycket som levereras, så att plats och tid kan planeras."),
    "volumes",
    (
        Column("what", gettext_lazy("Vad"), needed=True, hint=gettext_lazy("Till exempel ärenden per år.")),
        Column("amount", gettext_lazy("Hur mycket"), needed=True),
    ),
)
CALENDAR = Table(
    "kalender",
    gettext_lazy("Kalender"),
    gettext_lazy("Tidpunkt"),
    gettext_lazy("När leveranserna sker och vad som ska vara klart dessförinnan."),
    "calendar",
    (
        Column("when", gettext_lazy("När"), needed=True, hint=gettext_lazy("En dag, en månad eller ett skede.")),
        Column("what", gettext_lazy("Vad"), needed=True),
    ),
)
CONTACTS = Table(
    "kontakter",
    gettext_lazy("Kontakter"),
    gettext_lazy("Kontakt"),
    gettext_lazy("Funktioner och funktionsadresser, inga personer: den som slutar ska inte behöva en ny version."),
    "contacts",
    (
        Column("function", gettext_lazy("Funktion"), needed=True),
        Column("duty", gettext_lazy("Ansvarar för"), needed=True),
        Column("reach", gettext_lazy("Nås på")),
    ),
)
TABLES = (FORMATS, OBJECT_TYPES, VOLUMES, CALENDAR, CONTACTS)

SEVERITIES: tuple[tuple[str, Text], ...] = (
    ("ERROR", gettext_lazy("Fel som stoppar")),
    ("WARNING", gettext_lazy("Varning")),
    ("INFO", gettext_lazy("Upplysning")),
    ("OFF", gettext_lazy("Kontrolleras inte")),
)
CHANGES = Table(
    "avvikelser",
    gettext_lazy("Avvikelser från profilen"),
    gettext_lazy("Avvikelse"),
    gettext_lazy("Krav som parterna bedömer på annat sätt än specifikationen. Skälet skrivs ut i varje rapport."),
    "profile_changes",
    (
        Column("rule", gettext_lazy("Krav"), needed=True, hint=gettext_lazy("Till exempel CSIP71."), longest=60),
        Column("to", gettext_lazy("Bedöms som"), needed=True, choices=SEVERITIES),
        Column("because", gettext_lazy("Skäl"), needed=True),
    ),
)

# What a path in the system's XML can be read as. The values are the engine's names.
READ_AS: tuple[tuple[str, Text], ...] = (
    ("reference", gettext_lazy("Diarienummer eller annan beteckning")),
    ("title", gettext_lazy("Titel")),
    ("public_title", gettext_lazy("Titel som allmänheten ser")),
    ("kind", gettext_lazy("Typ av ärende eller handling")),
    ("description", gettext_lazy("Beskrivning")),
    ("classification", gettext_lazy("Klassificering")),
    ("property_designation", gettext_lazy("Fastighetsbeteckning")),
    ("created", gettext_lazy("Datum")),
    ("closed", gettext_lazy("Avslutat")),
    ("secrecy", gettext_lazy("Sekretess (lagrum)")),
    ("secrecy_until", gettext_lazy("Sekretess till")),
    ("disposal", gettext_lazy("Gallring")),
    ("disposal_from", gettext_lazy("Gallras tidigast")),
    ("protected", gettext_lazy("Skyddad identitet")),
    ("file", gettext_lazy("Fil")),
)
_LEVELS: tuple[tuple[str, Text], ...] = (
    ("record", gettext_lazy("Ärende")),
    ("document", gettext_lazy("Handling i ärendet")),
)
MAPPING = Table(
    "xml",
    gettext_lazy("Läsning av systemets XML"),
    gettext_lazy("Uppgift"),
    gettext_lazy(
        "Hur systemets egen XML läses när leveransen inte följer FGS Ärendehantering: varje uppgift hämtas med en "
        "XPath som räknas från ärendet eller handlingen."
    ),
    "mapping",
    (
        Column("level", gettext_lazy("Gäller"), needed=True, choices=_LEVELS),
        Column("field", gettext_lazy("Blir"), needed=True, choices=READ_AS),
        Column("path", gettext_lazy("XPath"), needed=True, hint=gettext_lazy("Till exempel Akt/@nummer.")),
    ),
)
EDITABLE_TABLES = (CHANGES, FORMATS, OBJECT_TYPES, MAPPING, VOLUMES, CALENDAR, CONTACTS)


def rows_of(agreement: SubmissionAgreement, table: Table) -> list[dict[str, str]]:
    value = getattr(agreement, table.field)
    if table is CHANGES:
        return [{"rule": rule, **change} for rule, change in sorted(value.get("severities", {}).items())]
    if table is MAPPING:
        return [
            {"level": level, "field": field, "path": fields[field]}
            for level in ("record", "document")
            for field, _label in READ_AS  # the database keeps no order
            if field in (fields := value.get(level, {}).get("fields", {}))
        ]
    return [dict(row) for row in value]


def value_of(agreement: SubmissionAgreement, table: Table, rows: Iterable[Row], **more: str) -> Any:
    """The rows as they are kept in the agreement's field. `more` are the mapping's places."""
    kept = [{column.name: row.get(column.name, "").strip() for column in table.columns} for row in rows]
    if table is CHANGES:
        severities = {row["rule"]: {"to": row["to"], "because": row["because"]} for row in kept}
        return {**agreement.profile_changes, "severities": severities}
    if table is MAPPING:
        return _mapping(kept, **more)
    return kept


def _mapping(rows: list[dict[str, str]], files: str = "", record: str = "", document: str = "") -> dict[str, Any]:
    if not files and not rows:
        return {}
    found: dict[str, Any] = {"files": files}
    for level, path in (("record", record), ("document", document)):
        fields = {row["field"]: row["path"] for row in rows if row["level"] == level}
        if path or fields:
            found[level] = {"path": path, "fields": fields}
    return found


def faults(table: Table, row: Row) -> Iterator[tuple[str, str]]:
    """What is wrong with one row: (column, sentence)."""
    for column in table.columns:
        value = row.get(column.name, "").strip()
        if sentence := _fault(column, value):
            yield column.name, sentence
    puid = row.get("puid", "").strip()
    if table is FORMATS and puid and not _PUID.fullmatch(puid):
        yield "puid", _("Skriv ett PUID som fmt/95 eller x-fmt/111. Listan finns hos PRONOM.")
    if table is OBJECT_TYPES and row.get("disposal", "").strip() and not row.get("mandate", "").strip():
        yield "mandate", _("Gallring kräver ett beslut. Skriv beslutets diarienummer.")


def _fault(column: Column, value: str) -> str:
    facts = {"label": str(column.label).lower(), "longest": column.longest}
    if not value:
        return _("Fyll i %(label)s.") % facts if column.needed else ""
    if column.choices and value not in dict(column.choices):
        return _("Välj ett av alternativen.")
    if column.is_number and not value.isdecimal():
        return _("Skriv ett helt antal år, till exempel 70.")
    if len(value) > column.longest:
        return _("Högst %(longest)s tecken.") % facts
    if column.is_day and not _is_day(value):
        return _("Skriv dagen som 2024-01-31.")
    return ""


def _is_day(value: str) -> bool:
    try:
        datetime.date.fromisoformat(value)
    except ValueError:
        return False
    return True


# As people read it


@dataclass(frozen=True)
class Shown:
    """One section of the agreement ready to be shown: facts, a table, or both."""

    slug: str
    title: str
    lead: str
    facts: list[tuple[str, str]]
    heads: list[str]
    rows: list[list[str]]

    @property
    def is_empty(self) -> bool:
        return not self.rows and not any(value for _label, value in self.facts)


def sections(agreement: SubmissionAgreement, profile_name: str = "") -> list[Shown]:
    return [
        Shown("grund", _("Leveransen"), "", _facts(agreement, profile_name), [], []),
        *(shown(agreement, table) for table in EDITABLE_TABLES),
    ]


def _facts(agreement: SubmissionAgreement, profile_name: str) -> list[tuple[str, str]]:
    begins = formats.day(agreement.valid_from)
    until = agreement.valid_until
    return [
        (_("Diarienummer"), agreement.number),
        (_("Version"), str(agreement.version)),
        (_("Kommun"), agreement.owner.official_name),
        (_("Arkivbildare"), agreement.records_creator),
        (_("Arkivmyndighet"), agreement.owner.archival_authority),
        (_("System"), str(agreement.system)),
        (_("Omfattning"), agreement.scope),
        (_("Paketprofil"), profile_name or agreement.profile),
        (
            _("Gäller"),
            _("%(from)s till %(until)s") % {"from": begins, "until": formats.day(until)}
            if until
            else _("%(from)s och tills vidare") % {"from": begins},
        ),
        (
            _("Utan sekretessuppgift"),
            _("blir handlingarna offentliga") if agreement.public_by_default else _("prövas handlingarna av arkivarie"),
        ),
    ]


def shown(agreement: SubmissionAgreement, table: Table) -> Shown:
    facts: list[tuple[str, str]] = []
    if table is FORMATS and agreement.formats:
        facts = [(_("Övriga format"), str(FormatHandling(agreement.formats_otherwise).label))]
    if table is MAPPING and (mapping := agreement.mapping):
        facts = [
            (_("Filer"), mapping.get("files", "")),
            (_("Ärende"), mapping.get("record", {}).get("path", "")),
            (_("Handling"), mapping.get("document", {}).get("path", "")),
        ]
    rows = rows_of(agreement, table)
    used = [column for column in table.columns if column.needed or any(row.get(column.name) for row in rows)]
    cells = [[column.shown(row.get(column.name, "")) for column in used] for row in rows]
    for row in cells if table is OBJECT_TYPES else ():
        row[0] = _("Alla övriga") if row[0] == ALL_OTHERS else row[0]
    lead = str(table.lead)
    return Shown(table.slug, str(table.title), lead, facts, [str(column.label) for column in used], cells)


@dataclass(frozen=True)
class Difference:
    section: str
    what: str
    before: str
    after: str


def differences(before: SubmissionAgreement, after: SubmissionAgreement) -> list[Difference]:
    """What the newer version says otherwise, in the order of the agreement."""
    found = []
    for old, new in zip(sections(before), sections(after), strict=True):
        was, is_now = dict(old.facts), dict(new.facts)
        found += [
            Difference(new.title, label, was.get(label, ""), is_now.get(label, ""))
            for label in {**was, **is_now}
            if was.get(label, "") != is_now.get(label, "")
        ]
        gone = [row for row in _lines(old) if row not in _lines(new)]
        come = [row for row in _lines(new) if row not in _lines(old)]
        found += [Difference(new.title, _("Borttaget"), row, "") for row in gone]
        found += [Difference(new.title, _("Tillagt"), "", row) for row in come]
    return found


def _lines(shown: Shown) -> list[str]:
    return [
        "; ".join(f"{head}: {cell}" for head, cell in zip(shown.heads, row, strict=True) if cell) for row in shown.rows
    ]
