"""What a reader made of an old document. Plain values, to and from JSON, so that a page can show and change them."""

import datetime
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class KnownMunicipality:
    code: str
    name: str
    official_name: str

    @property
    def spellings(self) -> set[str]:
        """Säters kommun, Säter kommun and Säter are one; what is not here is misspelt or somebody else."""
        return {
            self.official_name,
            self.name,
            f"{self.name} kommun",
            f"{self.name}s kommun",
            f"{self.name} stad",
            f"{self.name}s stad",
        }


@dataclass(frozen=True)
class Doubt:
    """`choose`: somebody must decide. `check`: read once more. `note`: what was done, for the record."""

    code: str
    weight: str
    sentence: str
    line: int = 0
    found: str = ""
    suggestion: str = ""


@dataclass
class Person:
    function: str
    code: str = ""
    """Of the municipality; empty for the consortium's own staff."""
    organisation: str = ""
    present: bool = True
    is_chair: bool = False
    is_secretary: bool = False
    is_adjuster: bool = False

    @property
    def is_coopted(self) -> bool:
        return not self.code


@dataclass
class ProposedDecision:
    kind: str
    text: str


@dataclass
class ProposedParagraph:
    number: int
    title: str
    registry_number: str = ""
    summary: str = ""
    basis: str = ""
    dispatch_to: str = ""
    comment: str = ""
    decisions: list[ProposedDecision] = field(default_factory=list)
    line: int = 0


@dataclass
class ProposedItem:
    number: int
    type: str
    title: str
    responsible: str
    starts_at: str
    length: int


@dataclass
class Group:
    """A list of who takes part, such as a project's steering group."""

    title: str
    codes: list[str] = field(default_factory=list)
    tentative: list[str] = field(default_factory=list)
    seats: int = 0
    missing: list[str] = field(default_factory=list)


@dataclass
class CostTable:
    codes: list[str]
    populations: list[int]
    costs: list[int]
    printed_sum: int

    @property
    def residual(self) -> int:
        return sum(self.costs) - self.printed_sum


@dataclass
class BudgetSum:
    title: str
    printed: int
    computed: int


@dataclass
class Proposal:
    title: str = ""
    held_on: datetime.date | None = None
    other_days: list[datetime.date] = field(default_factory=list)
    """Days the document also names as the meeting's."""
    starts_at: str = ""
    ends_at: str = ""
    place: str = ""
    mode: str = ""
    people: list[Person] = field(default_factory=list)
    vacant: list[str] = field(default_factory=list)
    paragraphs: list[ProposedParagraph] = field(default_factory=list)
    agenda: list[ProposedItem] = field(default_factory=list)
    signatures: list[tuple[str, str]] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    budget: list[BudgetSum] = field(default_factory=list)
    costs: CostTable | None = None
    doubts: list[Doubt] = field(default_factory=list)

    def doubt(
        self, code: str, weight: str, sentence: str, line: int = 0, found: str = "", suggestion: str = ""
    ) -> None:
        self.doubts.append(Doubt(code, weight, sentence, line, found, suggestion))

    @property
    def codes(self) -> list[str]:
        return sorted({doubt.code for doubt in self.doubts})

    def to_choose(self) -> list[Doubt]:
        return [doubt for doubt in self.doubts if doubt.weight == "choose"]

    def present(self) -> list[Person]:
        return [person for person in self.people if person.present and not person.is_coopted]

    def coopted(self) -> list[Person]:
        return [person for person in self.people if person.present and person.is_coopted]

    def absent(self) -> list[Person]:
        return [person for person in self.people if not person.present]

    def as_json(self) -> dict[str, Any]:
        told = asdict(self)
        told["held_on"] = self.held_on.isoformat() if self.held_on else ""
        told["other_days"] = [day.isoformat() for day in self.other_days]
        return told

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> "Proposal":
        def many(kind: Any, rows: Iterable[dict[str, Any]]) -> list[Any]:
            return [kind(**row) for row in rows]

        paragraphs = [
            ProposedParagraph(**{**row, "decisions": many(ProposedDecision, row["decisions"])})
            for row in told["paragraphs"]
        ]
        return cls(
            **{
                **told,
                "held_on": datetime.date.fromisoformat(told["held_on"]) if told["held_on"] else None,
                "other_days": [datetime.date.fromisoformat(day) for day in told["other_days"]],
                "people": many(Person, told["people"]),
                "paragraphs": paragraphs,
                "agenda": many(ProposedItem, told["agenda"]),
                "signatures": [tuple(each) for each in told["signatures"]],
                "groups": many(Group, told["groups"]),
                "budget": many(BudgetSum, told["budget"]),
                "costs": CostTable(**told["costs"]) if told["costs"] else None,
                "doubts": many(Doubt, told["doubts"]),
            }
        )
