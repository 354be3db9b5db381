"""Swedish personal identity numbers in text, told from other numbers by their date and check digit.

They are reported by place and never repeated: a report that prints them is itself a leak.
"""

import re

_BEFORE = r"(?<!\d)(?<!\d[.-])(?<!-[0-9a-fA-F]{4}-)"
_AFTER = r"(?!\d)(?!-\d)(?!-[0-9a-fA-F]{4}-)"
_CANDIDATE = re.compile(_BEFORE + r"(18|19|20)?(\d{2})(\d{2})(\d{2})[-+]?(\d{4})" + _AFTER, re.ASCII)
"""Alone or among words, but no part of a longer number or of a UUID."""
_DAYS = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_COORDINATION = 60
"""Samordningsnummer: the day plus sixty."""


def holds_identity_number(text: str) -> bool:
    """True for a personal or coordination number; organisation numbers have a third digit above 1 and are none."""
    return any(_is_identity_number(match) for match in _CANDIDATE.finditer(text))


def masked(text: str) -> str:
    """The text with every such number made unreadable, so that the place can be shown."""
    return _CANDIDATE.sub(lambda match: "•" * len(match[0]) if _is_identity_number(match) else match[0], text)


def _is_identity_number(match: re.Match[str]) -> bool:
    _, year, month, day, last = match.groups()
    number, day_number = int(month), int(day) % _COORDINATION if int(day) > _COORDINATION else int(day)
    if not 1 <= number <= 12 or not 1 <= day_number <= _DAYS[number]:
        return False
    return _luhn(year + month + day + last)


def _luhn(digits: str) -> bool:
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(digits))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0
