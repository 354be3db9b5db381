"""Days as people in Swedish offices write them: 2022-11-24, 24/11 2022, 221124, 24 november 2022."""

import datetime
import re

_MONTHS = [
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
]
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_SLASH = re.compile(r"(\d{1,2})/(\d{1,2})[ -]?(\d{4})")
_DIGITS = re.compile(r"(\d{2}|\d{4})(\d{2})(\d{2})")
_WORDS = re.compile(r"(\d{1,2})\.? ([a-zåäö]{3,})\.? (\d{4})")


class NotADay(ValueError):
    """The text names no day in any of the accepted ways."""


def read_day(text: str, today: datetime.date) -> datetime.date:
    """Two-digit years lie at most twenty years ahead of today, else in the century before."""
    text = " ".join(text.split()).lower()
    try:
        if found := _ISO.fullmatch(text):
            year, month, on = map(int, found.groups())
        elif found := _SLASH.fullmatch(text):
            on, month, year = map(int, found.groups())
        elif found := _DIGITS.fullmatch(text):
            year, month, on = map(int, found.groups())
            if len(found[1]) == 2:
                year += today.year // 100 * 100
                year -= 100 if year > today.year + 20 else 0
        elif found := _WORDS.fullmatch(text):
            on, year, month = int(found[1]), int(found[3]), month_named(found[2])
        else:
            raise NotADay(text)
        return datetime.date(year, month, on)
    except ValueError:
        raise NotADay(text) from None


def month_named(word: str) -> int:
    """1 for januari and jan; at least three letters decide."""
    for number, name in enumerate(_MONTHS, 1):
        if len(word) >= 3 and name.startswith(word):
            return number
    raise NotADay(word)


WEEKDAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")
_HOLIDAYS = {(1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31)}


def is_free(on: datetime.date) -> bool:
    """No day to act on: Saturday, Sunday, public holiday, and the eves counted with them by law (1930:173, 2 §)."""
    if on.weekday() >= 5 or (on.month, on.day) in _HOLIDAYS:
        return True
    if on.month == 6 and on.weekday() == 4 and 19 <= on.day <= 25:  # midsommarafton
        return True
    easter = easter_day(on.year)
    return (on - easter).days in (-2, 1, 39)  # långfredagen, annandag påsk, Kristi himmelsfärdsdag


def easter_day(year: int) -> datetime.date:
    """The Gregorian rule (Meeus, Jones, Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    rest = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * rest) // 451
    month, day = divmod(h + rest - 7 * m + 114, 31)
    return datetime.date(year, month, day + 1)


def last_day(from_on: datetime.date, days: int) -> datetime.date:
    """The last day to act when the law gives so many days: a free day moves it to the next working day (1930:173)."""
    last = from_on + datetime.timedelta(days=days)
    while is_free(last):
        last += datetime.timedelta(days=1)
    return last
