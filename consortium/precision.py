"""A date as exactly as it is known: "hösten 2022" is stored as its first day with the precision season."""

import datetime
import re

from django.db.models import TextChoices
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consortium.dates import NotADay, month_named, read_day


class Precision(TextChoices):
    DAY = "day", gettext_lazy("dag")
    MONTH = "month", gettext_lazy("månad")
    SEASON = "season", gettext_lazy("årstid")
    YEAR = "year", gettext_lazy("år")


# The season's word with its first month.
_SEASONS = {"vår": 3, "sommar": 6, "höst": 9, "vinter": 12}
_SEASON = re.compile(r"(vår|sommar|höst|vinter)(?:en|n)? (\d{4})")
_MONTH = re.compile(r"(?:([a-zåäö]{3,})\.? (\d{4})|(\d{4})-(\d{1,2}))")
_YEAR = re.compile(r"(\d{4})")


def read_rough(text: str, today: datetime.date) -> tuple[datetime.date, Precision]:
    """2022-10-03, 3/10 2022, oktober 2022, 2022-10, hösten 2022, 2022. Raises NotADay."""
    words = " ".join(text.split()).lower()
    if found := _YEAR.fullmatch(words):
        return _first(int(found[1]), 1, text), Precision.YEAR
    if found := _SEASON.fullmatch(words):
        return _first(int(found[2]), _SEASONS[found[1]], text), Precision.SEASON
    if found := _MONTH.fullmatch(words):
        month = int(found[4]) if found[4] else month_named(found[1])
        return _first(int(found[2] or found[3]), month, text), Precision.MONTH
    return read_day(text, today), Precision.DAY


def _first(year: int, month: int, text: str) -> datetime.date:
    try:
        return datetime.date(year, month, 1)
    except ValueError:
        raise NotADay(text) from None


def last_day(on: datetime.date, precision: str) -> datetime.date:
    """The latest day that the date may mean."""
    months = {Precision.DAY: 0, Precision.MONTH: 1, Precision.SEASON: 3, Precision.YEAR: 12}[Precision(precision)]
    if not months:
        return on
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return datetime.date(year, month + 1, 1) - datetime.timedelta(days=1)


def in_words(on: datetime.date, precision: str) -> str:
    """As exactly as it is known, for tables and sentences alike: 2022-11-24, oktober 2022, hösten 2022, 2022."""
    if precision == Precision.MONTH:
        return formats.date_format(on, "F Y")
    if precision == Precision.SEASON:
        names = {3: _("våren"), 6: _("sommaren"), 9: _("hösten"), 12: _("vintern")}
        return f"{names[max((start for start in names if start <= on.month), default=12)]} {on.year}"
    return str(on.year) if precision == Precision.YEAR else on.isoformat()


def as_typed(on: datetime.date | None, precision: str) -> str:
    """What `read_rough` reads back, for a form that is opened again; Swedish whatever the page's language."""
    if on is None:
        return ""
    if precision == Precision.MONTH:
        return f"{on.year}-{on.month:02}"
    if precision == Precision.SEASON:
        endings = {3: "våren", 6: "sommaren", 9: "hösten", 12: "vintern"}
        return f"{endings[max((start for start in endings if start <= on.month), default=12)]} {on.year}"
    return str(on.year) if precision == Precision.YEAR else on.isoformat()
