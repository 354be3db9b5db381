"""Which meeting, when and where: the heading's day against the text's, as both are wrong now and then."""

import datetime
import re

from django.utils.translation import gettext as _

from consortium.dates import NotADay, read_day
from governance.old_minutes.proposal import Proposal
from governance.old_minutes.source import Line

MONTHS = "januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december"
_DAY = re.compile(
    rf"\b(\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}/\d{{1,2}}[ -]\d{{4}}|\d{{1,2}} (?:{MONTHS}) \d{{4}}|\d{{6}})\b",
    re.IGNORECASE,
)
_DAY_AND_MONTH = re.compile(
    rf"(?:(mån|tis|ons|tors|fre|lör|sön)dag(?:en)?\s+)?(?:den\s+)?(\d{{1,2}})(?:\s+({MONTHS})|/(\d{{1,2}}))\b(?:\s+(\d{{4}}))?",
    re.IGNORECASE,
)
_TIMES = re.compile(r"(?:kl\.?|klockan)\s*(\d{1,2})(?:[.:](\d{2}))?\s*(?:[-–—]|till)\s*(\d{1,2})(?:[.:](\d{2}))?")
_WHERE = re.compile(r",\s*(?:via|på|i|plats:?)\s+([^,]+?)\.?$", re.IGNORECASE)
_ONLINE = re.compile(r"teams|zoom|skype|meet|digitalt|distans", re.IGNORECASE)
_WEEKDAYS = ["mån", "tis", "ons", "tors", "fre", "lör", "sön"]
_NAMES = ["måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag"]
WHEN = re.compile(r"(?:tid och plats|tid|datum|sammanträdesdatum|plats och tid)\s*:\s*(.+)", re.IGNORECASE)


def read_heading(head: list[Line], proposal: Proposal) -> None:
    """`head` is what stands before the first § or the agenda."""
    today = datetime.date.today()
    for line in head:
        when = WHEN.fullmatch(line.text)
        if when is None and proposal.held_on is None and (found := _DAY.search(line.text)):
            proposal.held_on = _day(found[1], today)
        if not proposal.title and when is None and not re.fullmatch(r"[\d\W]+", line.text):
            proposal.title = _DAY.sub("", line.text).strip(" ,-–")[:120]
    for line in head:
        if found := WHEN.fullmatch(line.text):
            _time_and_place(found[1], line.number, proposal)
    if proposal.held_on is None:
        proposal.doubt(
            "DATE_MISSING", "choose", _("Dokumentet säger inte vilken dag mötet hölls. Ange dagen innan det sparas.")
        )


def _day(text: str, today: datetime.date) -> datetime.date | None:
    try:
        return read_day(text, today)
    except NotADay:
        return None


def _time_and_place(text: str, number: int, proposal: Proposal) -> None:
    if found := _TIMES.search(text):
        proposal.starts_at = f"{int(found[1]):02}:{found[2] or '00'}"
        proposal.ends_at = f"{int(found[3]):02}:{found[4] or '00'}"
    if found := _WHERE.search(text):
        proposal.place = found[1]
        proposal.mode = "online" if _ONLINE.search(found[1]) else "in_person"
    if found := _DAY.search(text):
        said = _day(found[1], datetime.date.today())
        _compare(said, "", found[0], number, proposal)
    elif found := _DAY_AND_MONTH.search(text):
        month = int(found[4]) if found[4] else MONTHS.split("|").index(found[3].lower()) + 1
        year = int(found[5]) if found[5] else (proposal.held_on.year if proposal.held_on else 0)
        said = _exists(year, month, int(found[2]))
        _compare(said, (found[1] or "").lower(), found[0].strip(), number, proposal)


def _exists(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


def _compare(said: datetime.date | None, weekday: str, words: str, number: int, proposal: Proposal) -> None:
    """Heading, text and weekday should name one day."""
    if said is None:
        return
    if proposal.held_on is None:
        proposal.held_on = said
    agrees = not weekday or _WEEKDAYS.index(weekday) == said.weekday()
    if said == proposal.held_on and agrees:
        return
    if said != proposal.held_on:
        proposal.other_days.append(said)
    proposal.doubt(
        "DATE_MISMATCH",
        "choose",
        _(
            "Rubriken säger %(heading)s, som är en %(heading_weekday)s. Texten säger %(words)s, och %(said)s är en "
            "%(said_weekday)s. Välj vilken dag mötet hölls."
        )
        % {
            "heading": proposal.held_on.isoformat(),
            "heading_weekday": _NAMES[proposal.held_on.weekday()],
            "words": f"”{words}”",
            "said": said.isoformat(),
            "said_weekday": _NAMES[said.weekday()],
        },
        number,
        words,
        proposal.held_on.isoformat(),
    )
