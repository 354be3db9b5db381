"""The words of the rules, in Swedish and English: what is wrong, why it matters, how it is mended and by whom."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from archive.packages import families
from archive.packages.report import Finding

TEXTS = Path(__file__).parent / "rules" / "texts"
LANGUAGES = ("sv", "en")
SUPPLIER, ARCHIVIST = "leverantör", "arkivarie"
_WHO = {SUPPLIER: {"sv": "Leverantören", "en": "The supplier"}, ARCHIVIST: {"sv": "Arkivarien", "en": "The archivist"}}
_GAP = re.compile(r"\{(found|expected|file)\}")
_FRAME = {
    "sv": {"found": "Hittade: {found}.", "expected": "Väntade: {expected}.", "missing": "Saknas."},
    "en": {"found": "Found: {found}.", "expected": "Expected: {expected}.", "missing": "Missing."},
}


@dataclass(frozen=True, slots=True)
class Text:
    rule: str
    title: str
    why: str
    mend: str
    who: str
    """The person's function as shown; `mends` is the key."""
    mends: str
    level: str
    example: str
    reasons: Mapping[str, str]


@cache
def _all() -> dict[str, Any]:
    texts: dict[str, Any] = dict(families.texts())
    for file in sorted(TEXTS.glob("*.json")):
        texts.update(json.loads(file.read_text("utf-8")))
    return texts


@cache
def levels_of(rule: str) -> dict[str, str]:
    """MUST, SHOULD or MAY (or our own severity) in each data file that has the rule."""
    return {file: levels[rule] for file, levels in _levels().items() if rule in levels}


@cache
def _levels() -> dict[str, dict[str, str]]:
    files = (file for file in sorted(TEXTS.parent.glob("*.json")) if file.name != "profiles.json")
    return {file.stem: json.loads(file.read_text("utf-8")).get("levels", {}) for file in files}


@cache
def describe(rule: str, lang: str = "sv") -> Text:
    """The words of a rule; a rule without words is a fault of ours, and says its id rather than nothing."""
    lang = lang if lang in LANGUAGES else "sv"
    entry = _all().get(rule)
    level = next(iter(levels_of(rule).values()), "")
    if entry is None:
        return Text(rule, rule, "", "", _WHO[SUPPLIER][lang], SUPPLIER, level, "", {})
    title, why, mend = entry[lang]
    who = entry.get("who", SUPPLIER)
    reasons = {name: said[lang] for name, said in entry.get("reasons", {}).items()}
    return Text(rule, title, why, mend, _WHO[who][lang], who, level, entry.get("example", ""), reasons)


def known(rule: str) -> bool:
    return rule in _all()


def message(finding: Finding, lang: str = "sv") -> str:
    """One sentence or two about this very finding."""
    lang = lang if lang in LANGUAGES else "sv"
    text, frame = describe(finding.rule, lang), _FRAME[lang]
    said = text.reasons.get(finding.params.get("reason", ""))
    values = {"found": finding.found or "–", "expected": finding.expected or "–", "file": finding.place.file or "–"}
    if said is not None:
        return _filled(said, values)
    parts = [text.title + "."]
    if finding.found is not None:
        parts.append(_filled(frame["found"], values))
    if finding.expected is not None:
        parts.append(_filled(frame["expected"], values))
    return " ".join(parts)


def _filled(sentence: str, values: Mapping[str, str]) -> str:
    """In one go and not by str.format: what was found in a package may hold braces and names of gaps."""
    return _GAP.sub(lambda gap: values[gap[1]], sentence)
