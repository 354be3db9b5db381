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
