"""A profile: which requirements a package is held to, how severe each is, and what the agreement changes in that.

The published specifications are data files under rules/; an agreement is a profile that starts from one of them and
changes severities, always with a reason that the report prints.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Self

from archive.packages.limits import Limits
from archive.packages.report import Severity

RULES = Path(__file__).parent / "rules"
LEVELS = {
    "MUST": Severity.ERROR,
    "MUST NOT": Severity.ERROR,
    "SHOULD": Severity.WARNING,
    "SHOULD NOT": Severity.WARNING,
    "MAY": Severity.INFO,
}

CONTENT_RULES = ("fgs-arendehantering-1.0", "cits-erms", "premis-3", "siard", "schemas")
"""What a package holds is judged by its own specification, whatever the package's is."""


class UnknownProfile(ValueError):
    """No specification and no file of that name."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the portal's agreement says the package must name of itself; empty means "not asked"."""

    agreements: tuple[str, ...] = ()
    """Numbers of the submission agreement; the package names one of them."""
    codes: tuple[str, ...] = ()
    """Organisation numbers, municipality codes or local codes; an agent of the package carries one of them."""
    profile: str = ""
    """Key of the specification the agreement names."""


@dataclass(frozen=True, slots=True)
class Profile:
    key: str
    version: str
    name: str
    mets: tuple[str, ...]
    levels: Mapping[str, Severity]
    roles: Mapping[str, Mapping[str, str]]
    """For each kind of reference the rules that speak of a missing file, a wrong size and a wrong digest."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    changes: tuple[str, ...] = ()
    adjusted: frozenset[str] = frozenset()
    """Rules whose severity the agreement has settled."""
    limits: Mapping[str, int] = field(default_factory=dict)
    expect: Expectation = Expectation()

    def severity(self, rule: str) -> Severity | None:
        """None: the profile does not hold packages to this rule."""
        return self.levels.get(rule)

    @classmethod
    def load(cls, name: str | Path | Mapping[str, Any]) -> Self:
        """A published specification by key ("fgs-1.2"), an exported agreement by path, or one already read."""
        if isinstance(name, Mapping):
            return cls.from_agreement(name)
        if str(name) in published():
            return cls._published(str(name))
        path = Path(name)
        if not path.is_file():
            raise UnknownProfile(f"There is no profile called {name}. Known: {', '.join(published())}, or a JSON file.")
        return cls.from_agreement(json.loads(path.read_text("utf-8")))

    @classmethod
    def _published(cls, key: str) -> Self:
        merged = _merged(key)
        return cls(
            key=key,
            version=merged["version"],
            name=merged["name"],
            mets=tuple(merged["mets"]),
            levels=merged["levels"],
            roles=merged["roles"],
            settings=merged["settings"],
        )

    @classmethod
    def from_agreement(cls, value: Mapping[str, Any]) -> Self:
        """{"key", "version", "base", "severities": {rule: {"to", "because"}}, "settings", "limits", "expect"}."""
        base = cls._published(value["base"])
        levels, changes = dict(base.levels), []
        for rule, change in sorted(value.get("severities", {}).items()):
            before, reason = levels.get(rule), change["because"].strip()
            if not reason:
                raise ValueError(f"The severity of {rule} is changed without a reason.")
            if change["to"] == "OFF":
                levels.pop(rule, None)
            else:
                levels[rule] = Severity(change["to"])
            changes.append(f"{rule}: {before or 'OFF'} → {change['to']}, {reason}")
        limits = dict(value.get("limits", {}))
        Limits.from_mapping(limits)
        expected = value.get("expect", {})
        expect = Expectation(
            agreements=tuple(expected.get("agreements", ())),
            codes=tuple(expected.get("codes", ())),
            profile=expected.get("profile", ""),
        )
        return cls(
            key=value.get("key", base.key),
            version=str(value.get("version", base.version)),
            name=value.get("name", base.name),
            mets=base.mets,
            levels=levels,
            roles=base.roles,
            settings={**base.settings, **value.get("settings", {})},
            changes=tuple(changes),
            adjusted=frozenset(value.get("severities", {})),
            limits=limits,
            expect=expect,
        )


@cache
def published() -> tuple[str, ...]:
    """Keys of the specifications that packages can be held to."""
    return tuple(json.loads((RULES / "profiles.json").read_text("utf-8")))


@cache
def _profiles() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((RULES / "profiles.json").read_text("utf-8"))
    return loaded


@cache
def data(file: str) -> dict[str, Any]:
    """One data file: levels, cardinalities and paths of one specification version."""
    loaded: dict[str, Any] = json.loads((RULES / f"{file}.json").read_text("utf-8"))
    return loaded


@cache
def _merged(key: str) -> dict[str, Any]:
    entry = _profiles()[key]
    levels: dict[str, Severity] = {}
    roles: dict[str, Mapping[str, str]] = {}
    for file in ("core", *CONTENT_RULES, *entry["rules"]):
        loaded = data(file)
        for rule, level in loaded["levels"].items():
            levels[rule] = LEVELS.get(level) or Severity(level)
        roles.update(loaded.get("roles", {}))
    for rule, level in entry.get("levels", {}).items():
        levels[rule] = Severity(level)
    for rule in entry.get("without", ()):  # what the specification says otherwise
        levels.pop(rule, None)
    return {
        "version": entry["version"],
        "name": entry["name"],
        "mets": entry["mets"],
        "levels": levels,
        "roles": roles,
        "settings": entry.get("settings", {}),
    }


def detect(name: str, mets_profile: str, oais: str) -> str | None:
    """The specification a package says it follows: by the PROFILE of its METS, else by what its header says."""
    for key, entry in _profiles().items():
        if mets_profile in entry.get("urls", ()):
            return key
    if name == "sip.xml" or "CommonSpecificationSweden" in mets_profile:
        return "fgs-1.2"
    if name == "METS.xml":
        newer = "v2-2" in mets_profile
        kind = oais if oais in ("SIP", "DIP", "AIP") else "CSIP"
        return f"e-ark-{kind.lower()}-{'2.2.0' if newer else '2.1.0'}"
    return None
