"""What the engine says about a package: findings, grouped and counted, as values.

A finding is small; its words are looked up by rule and language in `texts` when somebody reads it. A report is
bounded: of each rule the first 50 findings are kept, the rest only counted and folded into a digest by which two
reports on the same package can be compared.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Self

REPORT_SCHEMA = "samarkiv-report-1"
ENGINE_VERSION = "1.0"
KEPT_PER_RULE = 50
LONGEST_QUOTE = 200
NOTHING: Mapping[str, str] = MappingProxyType({})


class Severity(StrEnum):
    """Fel som stoppar, Varning, Upplysning."""

    ERROR = "ERROR"
    WARNING = "WARNING"
    INFO = "INFO"


class Verdict(StrEnum):
    """UNREADABLE: the container itself is refused, so nothing could be said about its content."""

    VALID = "VALID"
    FAULTY = "FAULTY"
    UNREADABLE = "UNREADABLE"


@dataclass(frozen=True, slots=True)
class Place:
    """Where: a path inside the package ("" is the package itself), and for XML a line and an XPath."""

    file: str = ""
    line: int | None = None
    xpath: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {"file": self.file, "line": self.line, "xpath": self.xpath}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        return cls(value["file"], value.get("line"), value.get("xpath"))


def quote(text: str | None) -> str | None:
    """A foreign string, fit to be shown: one line, bounded, control characters made visible."""
    if text is None:
        return None
    short = text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…"
    return short if short.isprintable() else "".join(c if c.isprintable() else f"\\u{{{ord(c):x}}}" for c in short)


@dataclass(frozen=True, slots=True)
class Finding:
    rule: str
    severity: Severity
    place: Place = Place()
    found: str | None = None
    expected: str | None = None
    params: Mapping[str, str] = field(default_factory=lambda: NOTHING)

    def to_json(self) -> dict[str, Any]:
        return {
            "place": self.place.to_json(),
            "found": self.found,
            "expected": self.expected,
            "params": dict(self.params),
        }

    @classmethod
    def from_json(cls, rule: str, severity: Severity, value: Mapping[str, Any]) -> Self:
        place = Place.from_json(value["place"])
        return cls(rule, severity, place, value["found"], value["expected"], dict(value["params"]))

    def fingerprint(self) -> int:
        parts = (self.rule, self.severity, self.place.file, str(self.place.line), str(self.place.xpath))
        text = "\x1f".join((*parts, str(self.found), str(self.expected)))
        return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest(), "big")


@dataclass(frozen=True, slots=True)
class Group:
    """All findings of one rule at one severity: how many, the first 50, and a digest over all."""

    rule: str
    severity: Severity
    count: int
    digest: str
    findings: tuple[Finding, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "rule_id": self.rule,
            "severity": self.severity.value,
            "count": self.count,
            "digest": self.digest,
            "findings": [finding.to_json() for finding in self.findings],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        rule, severity = value["rule_id"], Severity(value["severity"])
        findings = tuple(Finding.from_json(rule, severity, each) for each in value["findings"])
        return cls(rule, severity, value["count"], value["digest"], findings)


@dataclass(slots=True)
class _Pile:
    count: int = 0
    folded: int = 0
    kept: list[Finding] = field(default_factory=list)


class Findings:
    """Collects findings while the package is read, in memory that does not grow with their number."""

    def __init__(self, keep: int = KEPT_PER_RULE) -> None:
        self._keep = keep
        self._piles: dict[tuple[str, Severity], _Pile] = {}

    def add(self, finding: Finding) -> None:
        pile = self._piles.setdefault((finding.rule, finding.severity), _Pile())
        pile.count += 1
        pile.folded = (pile.folded + finding.fingerprint()) % (1 << 128)
        if len(pile.kept) < self._keep:
            pile.kept.append(finding)

    def extend(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self.add(finding)

    def has(self, severity: Severity) -> bool:
        return any(at == severity for _, at in self._piles)

    def count(self, rule: str) -> int:
        return sum(pile.count for (name, _), pile in self._piles.items() if name == rule)

    def groups(self) -> Iterator[Group]:
        """What stops first, then warnings, then information; within each in the order they were met."""
        order = {severity: number for number, severity in enumerate(Severity)}
        for (rule, severity), pile in sorted(self._piles.items(), key=lambda item: order[item[0][1]]):
            yield Group(rule, severity, pile.count, f"{pile.folded:032x}", tuple(pile.kept))


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent of the METS header: who, in what role, with which identity codes ("ORG:2120002239")."""

    role: str
    type: str
    name: str
    othertype: str = ""
    otherrole: str = ""
    codes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "role": self.role,
            "type": self.type,
            "name": self.name,
            "othertype": self.othertype,
            "otherrole": self.otherrole,
            "codes": list(self.codes),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        return cls(**{**value, "codes": tuple(value["codes"])})


@dataclass(frozen=True, slots=True)
class Facts:
    """What the package says of itself, for the page above the findings and for the portal's own matching."""

    container: str = ""
    root: str = ""
    mets: str = ""
    objid: str = ""
    label: str = ""
    type: str = ""
    mets_profile: str = ""
    created: str = ""
    record_status: str = ""
    oais_status: str = ""
    content_specification: str = ""
    agreements: tuple[str, ...] = ()
    agents: tuple[Agent, ...] = ()
    codes: tuple[str, ...] = ()
    files: int = 0
    bytes: int = 0
    formats: Mapping[str, int] = field(default_factory=dict)
    """PUID → number of files; empty when formats were not identified."""
    claims: Mapping[str, int] = field(default_factory=dict)
    """What files say of themselves ("PDF/A-1b") → number of files."""
    cases: int = 0
    records: int = 0
    specifications: tuple[str, ...] = ()
    """Of what the package holds besides METS: case metadata, PREMIS, SIARD."""
    scanner: str = ""
    """Who looked for viruses in every file, with the version of the signatures; empty when nobody did."""

    @property
    def creator(self) -> str:
        """The records creator (arkivbildare), or "" when the package names none."""
        named = [agent.name for agent in self.agents if agent.role == "ARCHIVIST" and agent.type == "ORGANIZATION"]
        return named[0] if named else ""

    def to_json(self) -> dict[str, Any]:
        value = {name: getattr(self, name) for name in self.__slots__}
        agents = [agent.to_json() for agent in self.agents]
        formats, claims = dict(sorted(self.formats.items())), dict(sorted(self.claims.items()))
        return value | {
            "agreements": list(self.agreements),
            "agents": agents,
            "codes": list(self.codes),
            "formats": formats,
            "claims": claims,
            "specifications": list(self.specifications),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        lists = {name: tuple(value.get(name, ())) for name in ("agreements", "codes", "specifications")}
        return cls(**{**value, **lists, "agents": tuple(Agent.from_json(agent) for agent in value["agents"])})


@dataclass(frozen=True, slots=True)
class Report:
    package: str
    size: int
    sha256: str | None
    profile: str
    profile_version: str
    verdict: Verdict
    groups: tuple[Group, ...] = ()
    facts: Facts = Facts()
    changes: tuple[str, ...] = ()
    """Severities and lists that the agreement changed, each as "CSIP66: ERROR → WARNING, because …"."""
    engine: str = ENGINE_VERSION
    started: str = ""
    seconds: float = 0.0

    @property
    def counts(self) -> dict[Severity, int]:
        return {at: sum(group.count for group in self.groups if group.severity == at) for at in Severity}

    def findings(self) -> Iterator[Finding]:
        """The kept findings, group by group."""
        for group in self.groups:
            yield from group.findings

    def rules(self) -> set[str]:
        return {group.rule for group in self.groups}

    def compared(self) -> dict[str, Any]:
        """The part that is equal for an equal package judged by an equal profile."""
        return {
            "schema": REPORT_SCHEMA,
            "engine": self.engine,
            "package": {"name": self.package, "size": self.size, "sha256": self.sha256},
            "profile": {"key": self.profile, "version": self.profile_version, "changes": list(self.changes)},
            "verdict": self.verdict.value,
            "counts": {severity.value: count for severity, count in self.counts.items()},
            "messages": [group.to_json() for group in self.groups],
            "facts": self.facts.to_json(),
        }

    def as_dict(self) -> dict[str, Any]:
        return self.compared() | {"run": {"started": self.started, "seconds": self.seconds}}

    def to_json(self) -> str:
        return json.dumps(self.as_dict(), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | bytes | Mapping[str, Any]) -> Self:
        value = json.loads(text) if isinstance(text, (str, bytes)) else text
        if value.get("schema") != REPORT_SCHEMA:
            raise ValueError(f"Not a {REPORT_SCHEMA} document: {value.get('schema')!r}")
        return cls(
            package=value["package"]["name"],
            size=value["package"]["size"],
            sha256=value["package"]["sha256"],
            profile=value["profile"]["key"],
            profile_version=value["profile"]["version"],
            changes=tuple(value["profile"]["changes"]),
            verdict=Verdict(value["verdict"]),
            groups=tuple(Group.from_json(group) for group in value["messages"]),
            facts=Facts.from_json(value["facts"]),
            engine=value["engine"],
            started=value["run"]["started"],
            seconds=value["run"]["seconds"],
        )
