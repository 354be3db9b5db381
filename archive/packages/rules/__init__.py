"""Requirements: small functions under their published ids; levels, cardinalities and words are data beside them.

A rule looks at one node of a METS document as it streams by (`on="agent"`, `on="file"`, …) and yields what is wrong
with it; which rules run, and how severe each is, the profile decides.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from archive.packages.report import Place, Severity


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a rule has seen; the rulebook adds id and severity."""

    found: str | None = None
    expected: str | None = None
    at: Place | None = None
    reason: str = ""
    severity: Severity | None = None
    """Another severity than the level of the requirement, where one id holds both a MUST and a SHOULD."""


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


def fault(
    found: object = None,
    expected: object = None,
    *,
    at: Place | None = None,
    reason: str = "",
    severity: Severity | None = None,
) -> Trouble:
    seen, wanted = (None if value is None else str(value) for value in (found, expected))
    return Trouble(seen, wanted, at, reason, severity)


def attribute(
    rule: str,
    on: str,
    name: str,
    *,
    form: Callable[[str], bool] | None = None,
    expected: str | None = None,
    value: str | None = None,
) -> None:
    """The commonest requirement: an attribute is there, is not empty, and has its form or its one value.

    Its absence has the severity of the requirement's level; a value that is there and wrong is always an error.
    """

    def judge(node: Any, document: Any) -> Iterator[Trouble]:
        written = node.attributes.get(name)
        short = name.rpartition("}")[2]
        wanted = value or expected or short
        if written is None:
            yield Trouble(None, wanted, reason="missing")
        elif not written.strip():
            yield Trouble(f'{short}=""', wanted, None, "empty", Severity.ERROR)
        elif (value is not None and written != value) or (form is not None and not form(written.strip())):
            yield Trouble(f'{short}="{written}"', wanted, None, "value", Severity.ERROR)

    REGISTRY.setdefault(on, []).append(Requirement(rule, on, judge))
    if value is not None or form is not None:
        claim(rule, on, name)


def claim(rule: str, on: str, name: str) -> None:
    """An attribute or a child has a requirement of its own, so that the grammar need not speak of it too."""
    CLAIMED.setdefault(on, {}).setdefault(name, []).append(rule)


CLAIMED: dict[str, dict[str, list[str]]] = {}


def load_all() -> None:
    """Fill the registry; each module registers its functions when it is imported."""
    from archive.packages.rules import (  # noqa: F401
        aip_dip,
        cits_siard,
        common,
        csip_files,
        csip_identifiers,
        csip_metadata,
        csip_representations,
        csip_root,
        csip_structmap,
        fgs12,
        sip,
        structure,
    )
