"""Swedish personal identity numbers in text: found so that they never become public, never so that anyone can be found.

Personnummer, samordningsnummer (day + 60) and temporary numbers written with T count: a real date and, where there is
a check digit, a right one (Skatteverket SKV 704, 707). Digits that merely look alike, such as register numbers, pass.
"""

import datetime
import re

_DATE = r"(?:1[89]|20)?\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01])"
_DASH = r"[ \u00a0]?[-+_\u2010-\u2015\u2212]?[ \u00a0]?"
_NUMBER = re.compile(rf"(?<![\d])({_DATE}){_DASH}(\d{{4}}|T[A-Z\d]\d\d|[A-Z]\d{{3}})(?![\d])", re.IGNORECASE)


# Every number begins with a date in six or eight figures: most texts are done with by looking for those.
_DATE_LIKE = re.compile(r"\d{6}")


def holds_one(text: str) -> bool:
    return _DATE_LIKE.search(text) is not None and any(_is_real(match) for match in _NUMBER.finditer(text))


def hidden(text: str) -> str:
    """The text with each number replaced, for places where the rest must be shown."""
    if not _DATE_LIKE.search(text):
        return text
    return _NUMBER.sub(lambda match: "••••••••-••••" if _is_real(match) else match[0], text)


def _is_real(match: re.Match[str]) -> bool:
    date, last = match[1], match[2]
    if not _is_date(date):
        return False
    return not last.isdigit() or _check_digit_holds(date[-6:] + last)


def _is_date(digits: str) -> bool:
    month, day = int(digits[-4:-2]), int(digits[-2:]) % 60
    centuries = [int(digits[:2])] if len(digits) == 8 else [19, 20, 18]
    return any(_exists(century * 100 + int(digits[-6:-4]), month, day) for century in centuries)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        datetime.date(year, month, day)
    except ValueError:
        return False
    return True


def _check_digit_holds(ten: str) -> bool:
    doubled = (int(figure) * (2 - place % 2) for place, figure in enumerate(ten))
    return sum(sum(divmod(product, 10)) for product in doubled) % 10 == 0
