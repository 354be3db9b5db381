"""The columns of an inventory in a file: what they may be called, how a cell is read, how it is written back.

What is written can be read in again without loss; an empty cell says nothing and changes nothing.
"""

import datetime
import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import TextChoices
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consortium.dates import NotADay, read_day
from consortium.sheets import Cell
from deliveries.models import PersonalData, Retention, SystemInventory
from deliveries.models.systems import folded

_NUMBER = re.compile(r"\d{1,3}(?:[ \u00a0\u202f.']\d{3})+|\d+")
_DECIMAL = re.compile(r"\d+(?:[.,]\d+)?")
_YES = {"ja", "j", "yes", "y", "x", "1", "sant", "true"}
_NO = {"nej", "n", "no", "0", "falskt", "false"}
MOST_RECORDS = 10**15


class Wrong(ValueError):
    """The cell cannot be read; the text is the remedy."""


@dataclass(frozen=True)
class Column:
    field: str
    label: Any
    also: tuple[str, ...]
    read: Callable[[str], Any]
    write: Callable[[SystemInventory], Cell]


@lru_cache(maxsize=4096)
def day(text: str) -> datetime.date:
    try:
        return read_day(text[:10] if re.match(r"\d{4}-\d\d-\d\d ", text) else text, timezone.localdate())
    except NotADay:
        raise Wrong(_("Skriv dagen som 2027-12-31.")) from None


def whole(text: str) -> int:
    compact = re.sub(r"[ \u00a0\u202f.']", "", text)
    if not _NUMBER.fullmatch(text) or int(compact) > MOST_RECORDS:
        raise Wrong(_("Skriv ett heltal med siffror, till exempel 12500."))
    return int(compact)


def gigabytes(text: str) -> Decimal:
    plain = re.sub(r"[ \u00a0\u202f]|gb$", "", text, flags=re.IGNORECASE)
    try:
        if not _DECIMAL.fullmatch(plain):
            raise InvalidOperation
        value = Decimal(plain.replace(",", ".")).quantize(Decimal("0.001"))
    except InvalidOperation:
        raise Wrong(_("Skriv storleken i GB med siffror, till exempel 12,5.")) from None
    if value >= 10**9:
        raise Wrong(_("Storleken är för stor. Skriv den i GB."))
    return value


def yes_or_no(text: str) -> bool:
    word = text.casefold()
    if word not in _YES | _NO:
        raise Wrong(_("Skriv ja eller nej."))
    return word in _YES


def level(text: str) -> int:
    figure = text[-1:] if re.fullmatch(r"[KRTkrt]?[ ]?[0-4]", text) else ""
    if not figure:
        raise Wrong(_("Skriv en klass från 0 till 4."))
    return int(figure)


def one_of(choices: type[TextChoices], words: dict[str, str]) -> Callable[[str], str]:
    known = {folded(word): value for word, value in words.items()}

    @lru_cache(maxsize=1)
    def labels() -> dict[str, str]:
        return {folded(word): each.value for each in choices for word in in_every_language(each.label)}

    def read(text: str) -> str:
        if value := known.get(folded(text)) or labels().get(folded(text)):
            return value
        raise Wrong(_("Skriv något av: %(words)s.") % {"words": "; ".join(str(label) for label in choices.labels)})

    return read


def in_every_language(words: object) -> list[str]:
    """A file fetched by an English reader is read in for a Swedish one."""
    said = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            said.append(str(words))
    return said


def short(most: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        if len(text) > most:
            raise Wrong(_("Korta texten till högst %(most)s tecken.") % {"most": most})
        return text

    return read


retention = one_of(
    Retention,
    {"ja": "keep", "bevara": "keep", "nej": "dispose", "gallra": "dispose", "delvis": "partly", "vet ej": "unknown"},
)
personal_data = one_of(
    PersonalData,
    {
        "nej": "none",
        "inga": "none",
        "ja": "ordinary",
        "vanliga": "ordinary",
        "integritetskänsliga": "delicate",
        "känsliga": "sensitive",
        "vet ej": "unknown",
    },
)


def _iso(value: datetime.date | None) -> str | None:
    return value.isoformat() if value else None


COLUMNS: tuple[Column, ...] = (
    Column(
        "municipality",
        gettext_lazy("Kommun"),
        ("kommunkod", "kommunnamn", "municipality"),
        str,
        lambda row: row.municipality.name,
    ),
    Column(
        "system",
        gettext_lazy("System"),
        ("systemnamn", "verksamhetssystem", "it-system", "källsystem"),
        str,
        lambda row: row.system.name,
    ),
    Column("version", gettext_lazy("Version"), ("systemversion",), short(40), lambda row: row.version),
    Column(
        "in_use",
        gettext_lazy("I drift"),
        ("används", "aktivt", "in use"),
        yes_or_no,
        lambda row: _("ja") if row.in_use else _("nej"),
    ),
    Column("used_from", gettext_lazy("I drift från"), ("togs i drift", "från"), day, lambda row: _iso(row.used_from)),
    Column(
        "retired_on",
        gettext_lazy("Avställt"),
        ("avställd", "avvecklat", "avvecklas", "avställs"),
        day,
        lambda row: _iso(row.retired_on),
    ),
    Column(
        "records", gettext_lazy("Antal poster"), ("poster", "antal ärenden", "antal"), whole, lambda row: row.records
    ),
    Column(
        "size_gb",
        gettext_lazy("Storlek (GB)"),
        ("storlek", "volym (gb)", "gb", "storlek i gb"),
        gigabytes,
        lambda row: row.size_gb,
    ),
    Column(
        "retention",
        gettext_lazy("Bevarande"),
        ("bevaras", "bevarandebehov", "gallring", "bevara/gallra"),
        retention,
        lambda row: row.get_retention_display(),
    ),
    Column(
        "confidentiality",
        gettext_lazy("Konfidentialitet (K)"),
        ("k", "konfidentialitet"),
        level,
        lambda row: row.confidentiality,
    ),
    Column("correctness", gettext_lazy("Riktighet (R)"), ("r", "riktighet"), level, lambda row: row.correctness),
    Column(
        "availability",
        gettext_lazy("Tillgänglighet (T)"),
        ("t", "tillgänglighet"),
        level,
        lambda row: row.availability,
    ),
    Column(
        "personal_data",
        gettext_lazy("Personuppgifter"),
        ("personuppgiftsklass", "gdpr"),
        personal_data,
        lambda row: row.get_personal_data_display(),
    ),
    Column(
        "end_of_life_on",
        gettext_lazy("Stödet upphör"),
        ("end of life", "supporten upphör", "slutdatum"),
        day,
        lambda row: _iso(row.end_of_life_on),
    ),
    Column(
        "contract_ends_on",
        gettext_lazy("Avtalet går ut"),
        ("avtalsslut", "avtal till", "avtalet upphör"),
        day,
        lambda row: _iso(row.contract_ends_on),
    ),
    Column("note", gettext_lazy("Anteckning"), ("kommentar", "anmärkning"), short(4000), lambda row: row.note),
)
BY_FIELD = {column.field: column for column in COLUMNS}


class WrongColumns(Exception):
    """The heading cannot be read; the text names each column that is missing, unknown or there twice."""


@dataclass(frozen=True)
class Heading:
    places: dict[int, Column]  # by position in the row
    ignored: list[str]

    @property
    def fields(self) -> set[str]:
        return {column.field for column in self.places.values()}


def heading(cells: Sequence[str], *, municipality_given: bool) -> Heading:
    """Which column is which. Columns we do not know are named and left out; those that must be there must be."""
    known = {
        folded(name): column
        for column in COLUMNS
        for name in (*in_every_language(column.label), column.field, *column.also)
    }
    places = {at: column for at, cell in enumerate(cells) if (column := known.get(folded(cell)))}
    ignored = [cell for at, cell in enumerate(cells) if cell and at not in places]
    fields = [column.field for column in places.values()]
    needed = ["system"] if municipality_given else ["municipality", "system"]
    wrong = [_missing(str(BY_FIELD[name].label), ignored) for name in needed if name not in fields]
    wrong += [
        _("Kolumnen ”%(name)s” finns mer än en gång: %(cells)s. Behåll en.")
        % {"name": BY_FIELD[name].label, "cells": ", ".join(cells[at] for at in places if places[at].field == name)}
        for name in dict.fromkeys(fields)
        if fields.count(name) > 1
    ]
    if wrong:
        raise WrongColumns(" ".join(wrong))
    return Heading(places, ignored)


def _missing(label: str, candidates: list[str]) -> str:
    near = difflib.get_close_matches(folded(label), [folded(each) for each in candidates], n=1, cutoff=0.6)
    if near:
        meant = next(each for each in candidates if folded(each) == near[0])
        return _("Kolumnen ”%(name)s” saknas. Döp om ”%(meant)s” till ”%(name)s” om det är den.") % {
            "name": label,
            "meant": meant,
        }
    found = ", ".join(f"”{each[:40]}”" for each in candidates[:5])
    if found:
        return _("Kolumnen ”%(name)s” saknas. Filens rubriker är: %(found)s. Utgå från mallen.") % {
            "name": label,
            "found": found,
        }
    return _("Kolumnen ”%(name)s” saknas. Utgå från mallen.") % {"name": label}
