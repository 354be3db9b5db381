"""Kontroll före justering: what a careful secretary would look for. A fault stops; a doubt is seen and confirmed."""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from itertools import pairwise

from django.utils.translation import gettext as _

from consortium import personal_numbers
from consortium.dates import WEEKDAYS, month_named
from consortium.formats import day_in_text
from governance.minutes import shown
from governance.models import AgendaItem, Attendance, Minutes, Municipality, Paragraph
from governance.paragraphs import content_of


class Code(StrEnum):
    DATE_MISMATCH = "date_mismatch"
    NOT_YET_HELD = "not_yet_held"
    NO_CHAIR = "no_chair"
    NO_SECRETARY = "no_secretary"
    NO_ADJUSTER = "no_adjuster"
    ADJUSTER_ABSENT = "adjuster_absent"
    SECRETARY_IS_ADJUSTER = "secretary_is_adjuster"
    SIGNER_WITHOUT_ACCOUNT = "signer_without_account"
    ATTENDANCE_OPEN = "attendance_open"
    UNDECIDED = "undecided"
    NO_PARAGRAPHS = "no_paragraphs"
    EMPTY = "empty"
    MISSPELT = "misspelt"
    PERSONAL_NUMBER = "personal_number"
    NUMBERS_SKIP = "numbers_skip"


STOPS = frozenset(Code) - {Code.DATE_MISMATCH, Code.EMPTY, Code.MISSPELT, Code.NUMBERS_SKIP}


@dataclass(frozen=True)
class Finding:
    code: Code
    text: str
    paragraph: Paragraph | None = None
    place: str = "head"  # head, attendance or paragraph
    suggestion: str = ""

    @property
    def stops(self) -> bool:
        return self.code in STOPS

    @property
    def key(self) -> str:
        """What is confirmed: this doubt in these words, not every one of its kind."""
        return f"{self.code}:{self.paragraph.pk if self.paragraph else ''}:{self.suggestion}"


def check(minutes: Minutes, today: datetime.date) -> list[Finding]:
    """Every finding, what stops first."""
    found = [*_head(minutes, today), *_people(minutes), *_paragraphs(minutes)]
    return sorted(found, key=lambda finding: not finding.stops)


def _head(minutes: Minutes, today: datetime.date) -> Iterator[Finding]:
    meeting = minutes.meeting
    if said := date_mismatch(minutes.time_and_place, meeting.held_on):
        yield Finding(Code.DATE_MISMATCH, said, suggestion=minutes.time_and_place)
    if meeting.held_on > today:
        yield Finding(
            Code.NOT_YET_HELD,
            _("Mötet hålls först den %(day)s. Protokollet lämnas till justering när mötet är hållet.")
            % {"day": day_in_text(meeting.held_on)},
        )
    for place in ("time_and_place",):
        if personal_numbers.holds_one(getattr(minutes, place)):
            yield _number_found(None)
    yield from misspelt(minutes.time_and_place, None)


_DATE_SAID = re.compile(
    r"(?:\b(?P<weekday>mån|tis|ons|tors|fre|lör|sön)dag(?:en)?\b)?\W*(?:den\s+)?"
    r"(?P<day>\d{1,2})\s+(?P<month>[a-zåäö]{3,9})\b(?:\s+(?P<year>\d{4}))?",
    re.IGNORECASE,
)


def date_mismatch(text: str, held_on: datetime.date) -> str:
    """What does not agree between "torsdagen den 24 september" and the day of the meeting; empty when all does."""
    for said in _DATE_SAID.finditer(text):
        try:
            month = month_named(said["month"].lower())
        except ValueError:
            continue
        year = int(said["year"] or held_on.year)
        weekday = f"{said['weekday'].lower()}dag" if said["weekday"] else ""
        return _disagreement(weekday, int(said["day"]), month, year, held_on)
    return ""


def _disagreement(weekday: str, day: int, month: int, year: int, held_on: datetime.date) -> str:
    right = WEEKDAYS[held_on.weekday()]
    if (day, month, year) == (held_on.day, held_on.month, held_on.year):
        if not weekday or weekday == right:
            return ""
        return _("Texten säger %(said)s, men %(day)s är en %(right)s.") % {
            "said": weekday,
            "day": day_in_text(held_on),
            "right": right,
        }
    try:
        named = datetime.date(year, month, day)
    except ValueError:
        return _("Texten nämner en dag som inte finns. Mötet är daterat %(day)s, en %(right)s.") % {
            "day": day_in_text(held_on),
            "right": right,
        }
    return _("Texten nämner %(named)s, som är en %(weekday)s. Mötet är daterat %(day)s, en %(right)s.") % {
        "named": day_in_text(named),
        "weekday": WEEKDAYS[named.weekday()],
        "day": day_in_text(held_on),
        "right": right,
    }


def _people(minutes: Minutes) -> Iterator[Finding]:
    rows = minutes.people
    chair, secretary = (
        next((row for row in rows if getattr(row, role)), None) for role in ("is_chair", "is_secretary")
    )
    adjusters = [row for row in rows if row.is_adjuster]
    if any(not row.presence and not row.is_vacant and not row.is_substitute for row in rows):
        yield _of_people(
            Code.ATTENDANCE_OPEN, _("Närvaron är inte antecknad för alla. Kryssa närvarande eller frånvarande.")
        )
    if not chair or not chair.is_present:
        yield _of_people(Code.NO_CHAIR, _("Mötet saknar en närvarande ordförande. Ange vem som ledde mötet."))
    if not secretary:
        yield _of_people(Code.NO_SECRETARY, _("Mötet saknar sekreterare. Ange vem som skrev protokollet."))
    if not minutes.is_notes:
        yield from _adjusters(adjusters, secretary)
    for row in minutes.signers:
        if row.user is None:
            yield _of_people(
                Code.SIGNER_WITHOUT_ACCOUNT,
                _("%(who)s ska skriva under men har inget konto i portalen. Koppla platsen till en användare.")
                % {"who": row},
            )


def _adjusters(adjusters: list[Attendance], secretary: Attendance | None) -> Iterator[Finding]:
    if not adjusters:
        yield _of_people(Code.NO_ADJUSTER, _("Ingen justerare är vald. Välj en bland de närvarande."))
    for row in adjusters:
        if not row.is_present:
            yield _of_people(
                Code.ADJUSTER_ABSENT,
                _("%(who)s är vald till justerare men var inte närvarande. Välj en annan justerare.") % {"who": row},
            )
        if secretary and row.user_id and row.user_id == secretary.user_id:
            yield _of_people(
                Code.SECRETARY_IS_ADJUSTER,
                _("%(who)s är samma person som sekreteraren. Den som skriver protokollet kan inte justera det.")
                % {"who": row},
            )


def _of_people(code: Code, text: str) -> Finding:
    return Finding(code, text, place="attendance")


def _paragraphs(minutes: Minutes) -> Iterator[Finding]:
    paragraphs = list(minutes.paragraphs.select_related("item", "minutes__meeting__body"))
    if not paragraphs:
        yield Finding(Code.NO_PARAGRAPHS, _("Protokollet har inga paragrafer. Lägg till minst en."))
    for paragraph in paragraphs:
        yield from check_paragraph(paragraph)
    for earlier, later in pairwise(paragraphs):
        if later.number != earlier.number + 1:
            yield Finding(
                Code.NUMBERS_SKIP,
                _("Efter %(earlier)s kommer %(later)s. Numren ska följa på varandra.")
                % {"earlier": earlier.label, "later": later.label},
                later,
                "paragraph",
            )


def check_paragraph(paragraph: Paragraph) -> Iterator[Finding]:
    content, item = content_of(paragraph), paragraph.item
    if item and item.type == AgendaItem.Type.DECISION and not content.decisions and not _put_off(item):
        yield Finding(
            Code.UNDECIDED,
            _("%(label)s är en beslutspunkt utan beslut. Skriv beslutet, eller ange att punkten bordläggs eller utgår.")
            % {"label": paragraph.label},
            paragraph,
            "paragraph",
        )
    elif content.says_nothing and not shown(paragraph) and not (item and _put_off(item)):
        yield Finding(Code.EMPTY, _("%(label)s har ingen text.") % {"label": paragraph.label}, paragraph, "paragraph")
    words = content.words()
    if any(personal_numbers.holds_one(text) for text in words.values()):
        yield _number_found(paragraph)
    seen = set()
    for text in words.values():
        for finding in misspelt(text, paragraph):
            if finding.suggestion not in seen:
                seen.add(finding.suggestion)
                yield finding


def _put_off(item: AgendaItem) -> bool:
    return item.outcome in (AgendaItem.Outcome.TABLED, AgendaItem.Outcome.WITHDRAWN)


def _number_found(paragraph: Paragraph | None) -> Finding:
    where = paragraph.label if paragraph else _("Tid och plats")
    text = _("%(where)s innehåller ett personnummer. Personnummer skrivs inte i protokoll: ta bort det.")
    return Finding(Code.PERSONAL_NUMBER, text % {"where": where}, paragraph, "paragraph" if paragraph else "head")


_NAMED = re.compile(r"\b([A-ZÅÄÖ][\w-]*(?: [A-ZÅÄÖ][\w-]*)?) (kommun|stad)\b")


def misspelt(text: str, paragraph: Paragraph | None) -> Iterator[Finding]:
    """ "Sätters kommun", when there is a Säters kommun: official names are known, so a near miss is a slip."""
    said = {match[0] for match in _NAMED.finditer(text)}
    if not said:
        return
    official = list(Municipality.objects.values_list("official_name", flat=True))
    for name in sorted(said - set(official)):
        if near := nearest(name, official):
            yield Finding(
                Code.MISSPELT,
                _("%(where)s: ”%(said)s” ska troligen vara ”%(right)s”.")
                % {"where": paragraph.label if paragraph else _("Tid och plats"), "said": name, "right": near},
                paragraph,
                "paragraph" if paragraph else "head",
                suggestion=f"{name} → {near}",
            )


def nearest(name: str, official: list[str]) -> str:
    """The official name meant, if one is near enough. Compared without the word kommun, which all have in common."""
    bare = {each.rpartition(" ")[0]: each for each in official}
    if any(name.lower().endswith(each.lower()) for each in official):
        return ""  # "Även Mora kommun": the name is right, a word stands before it
    near = get_close_matches(name.rpartition(" ")[0], bare, n=1, cutoff=0.75)
    return bare[near[0]] if near else ""
