"""What a schema validator says, taken apart: which element, what was found, what was expected."""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["unexpected", "incomplete", "value", "attribute-missing", "attribute-unknown", "other"]


@dataclass(frozen=True, slots=True)
class Violation:
    """`found` and `expected` are short; `words` is the validator's own English sentence."""

    kind: Kind
    line: int | None
    path: str | None
    found: str | None
    expected: str | None
    words: str


_NAME = re.compile(r"'?\{[^}]*\}")
_UNEXPECTED = re.compile(r"Element '(.+?)': This element is not expected\.(?: Expected is (?:one of )?\( (.*?) \)\.)?")
_INCOMPLETE = re.compile(r"Element '(.+?)': Missing child element\(s\)\.(?: Expected is (?:one of )?\( (.*?) \)\.)?")
_MISSING = re.compile(r"Element '(.+?)': The attribute '(.+?)' is required but missing\.")
_UNKNOWN = re.compile(r"Element '(.+?)', attribute '(.+?)': The attribute '.+?' is not allowed\.")
_LISTED = re.compile(
    r"Element '(.+?)'(?:, attribute '(.+?)')?: \[facet 'enumeration'\] The value '(.*?)' is not an element of the set"
    r" \{(.*)\}\.",
    re.DOTALL,
)
_FACET = re.compile(
    r"Element '(.+?)'(?:, attribute '(.+?)')?: \[facet '(.+?)'\] The value '(.*?)' "
    r"(?:is not accepted by the pattern '(.*)'|(.*))\.",
    re.DOTALL,
)
_TYPED = re.compile(
    r"Element '(.+?)'(?:, attribute '(.+?)')?: '(.*)' is not a valid value of the (?:atomic|union|list) type '(.+?)'\.",
    re.DOTALL,
)


def _short(name: str | None) -> str:
    return _NAME.sub("", name or "").replace("##other", "…")


def understood(code: str, message: str, line: int | None = None, path: str | None = None) -> Violation:
    """Take one of libxml2's sentences apart; what it does not know is passed on as it is."""
    words = " ".join(message.split())[:500]
    if match := _UNEXPECTED.match(message):
        return Violation("unexpected", line, path, f"<{_short(match[1])}>", _choices(match[2]), words)
    if match := _INCOMPLETE.match(message):
        return Violation("incomplete", line, path, f"<{_short(match[1])}>", _choices(match[2]), words)
    if match := _MISSING.match(message):
        return Violation("attribute-missing", line, path, f"<{_short(match[1])}>", _short(match[2]), words)
    if match := _UNKNOWN.match(message):
        return Violation("attribute-unknown", line, path, f"{_short(match[1])}/@{_short(match[2])}", None, words)
    if match := _LISTED.match(message):
        return Violation("value", line, path, _said(match[1], match[2], match[3]), match[4].replace("'", ""), words)
    if match := _TYPED.match(message):
        return Violation("value", line, path, _said(match[1], match[2], match[3]), _short(match[4]), words)
    if match := _FACET.match(message):
        expected = match[5] or f"{match[3]}: {match[6]}"
        return Violation("value", line, path, _said(match[1], match[2], match[4]), expected, words)
    return Violation("other", line, path, code, None, words)


def _said(element: str, attribute: str | None, value: str) -> str:
    place = _short(element) + (f"/@{_short(attribute)}" if attribute else "")
    return f'{place}="{value[:120]}"'


def _choices(written: str | None) -> str | None:
    if not written:
        return None
    return ", ".join(f"<{_short(each.strip())}>" for each in written.split(","))
