"""Words for rules that come in families: one per element and attribute of a specification, said in the same way.

A family file names each element in Swedish and English once; the sentences are put together here.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

FAMILIES = Path(__file__).parent / "rules" / "families"
SHAPES = Path(__file__).parent / "rules" / "shapes"
LANGUAGES = ("sv", "en")


@cache
def texts() -> dict[str, dict[str, Any]]:
    """Entries of the same form as in rules/texts, by rule id."""
    found: dict[str, dict[str, Any]] = {}
    for file in sorted(FAMILIES.glob("*.json")):
        family = json.loads(file.read_text("utf-8"))
        for name in names_in(family["shapes"]):
            found[family["prefix"] + name] = _entry(family, name)
    return found


def names_in(shapes: list[str]) -> list[str]:
    """Every element, and every attribute as "element-attribute", of some shapes."""
    names: dict[str, None] = {}
    for shape in shapes:
        table = json.loads((SHAPES / f"{shape}.json").read_text("utf-8"))
        elements = table["elements"]
        kinds = {(table["root"], table["root"]): None}
        for key, written in elements.items():
            if not key.endswith(("@", "=")) and not written.startswith("…"):
                kinds |= {_element_and_kind(each): None for each in re.split(r"[()|\s]+[?*+]?", written) if each}
        for element, kind in kinds:
            names[element] = None
            attributes = elements.get(f"{kind}@", "").split()
            names |= {f"{element}-{each.partition(':')[0].rstrip('!')}": None for each in attributes}
    return list(names)


def _element_and_kind(written: str) -> tuple[str, str]:
    element, _, kind = written.rstrip("?*+").partition(":")
    return element, kind or element


def _entry(family: dict[str, Any], name: str) -> dict[str, Any]:
    named = family.get("rules", {}).get(name) or [family.get("what", {}).get(lang, name) for lang in LANGUAGES]
    entry: dict[str, Any] = {"who": family["who"], "example": named[2] if len(named) > 2 else "", "reasons": {}}
    for number, lang in enumerate(LANGUAGES):
        words = family[lang]
        values = {"{name}": name.replace("-", "/@"), "{what}": named[number]}
        entry[lang] = [_filled(words[part], values) for part in ("title", "why", "mend")]
        for reason, sentence in words["reasons"].items():
            entry["reasons"].setdefault(reason, {})[lang] = _filled(sentence, values)
    return entry


def _filled(sentence: str, values: dict[str, str]) -> str:
    for mark, value in values.items():
        sentence = sentence.replace(mark, value)
    return sentence
