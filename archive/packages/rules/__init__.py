"""Requirements: small functions under their published ids; levels, cardinalities and words are data beside them.

A rule looks at one node of a METS document as it streams by (`on="agent"`, `on="file"`, …) and yields what is wrong
with it; which rules run, and how severe each is, the profile decides.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from archive.packages.report import Place


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a rule has seen; the rulebook adds id and severity."""

    found: str | None = None
    expected: str | None = None
    at: Place | None = None
    reason: str = ""


Rule = Callable[[Any, Any], Iterator[Trouble]]


@dataclass(frozen=True, slots=True)
class Requirement:
    id: str
    on: str
    judge: Rule


REGISTRY: dict[str, list[Requirement]] = {}


def requirement(*ids: str, on: str) -> Callable[[Rule], Rule]:
    """Register a function under its published id; `on` is the kind of node it looks at."""

    def register(judge: Rule) -> Rule:
        for each in ids:
            REGISTRY.setdefault(on, []).append(Requirement(each, on, judge))
        return judge

    return register


def fault(found: object = None, expected: object = None, *, at: Place | None = None, reason: str = "") -> Trouble:
    return Trouble(None if found is None else str(found), None if expected is None else str(expected), at, reason)


def attribute(
    rule: str,
    on: str,
    name: str,
    *,
    form: Callable[[str], bool] | None = None,
    expected: str | None = None,
    value: str | None = None,
    when: Callable[[Any], bool] | None = None,
) -> None:
    """The commonest requirement: an attribute is there, is not empty, and has its form or its one value."""

    def judge(node: Any, document: Any) -> Iterator[Trouble]:
        if when is not None and not when(node):
            return
        written = node.attributes.get(name)
        short = name.rpartition("}")[2]
        wanted = value or expected or short
        if written is None:
            yield Trouble(None, wanted, reason="missing")
        elif not written.strip():
            yield Trouble(f'{short}=""', wanted, reason="empty")
        elif (value is not None and written != value) or (form is not None and not form(written.strip())):
            yield Trouble(f'{short}="{written}"', wanted, reason="value")

    REGISTRY.setdefault(on, []).append(Requirement(rule, on, judge))
    CLAIMED.setdefault(on, {})[name] = rule


CLAIMED: dict[str, dict[str, str]] = {}
"""Attributes that have a requirement of their own, so that the grammar need not speak of them too."""


def load_all() -> None:
    """Fill the registry; each module registers its functions when it is imported."""
    from archive.packages.rules import common, fgs12  # noqa: F401
