"""What a package says of itself: whose records they are, who sends them, under which agreement, from which system."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Status = Literal["NEW", "SUPPLEMENT", "REPLACEMENT", "TEST", "VERSION", "OTHER"]
ENGINE = "Samarkiv"


@dataclass(frozen=True, slots=True)
class Organisation:
    """`code` as packages write it: a prefix (ORG, VAT, DUNS, HSA, Local, URI) and the number, "ORG:2120002239"."""

    name: str
    code: str


@dataclass(frozen=True, slots=True)
class System:
    """The system the records come from."""

    name: str
    version: str = "okänd"
    kind: str | None = None
    """Such as Ärendehanteringssystem, in FGS 1.2 the attribute SYSTEMTYPE."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """The submission agreement: its register number and the day it was signed."""

    number: str
    signed_on: date

    def __str__(self) -> str:
        return f"{self.number}; {self.signed_on.isoformat()}"


@dataclass(frozen=True, slots=True)
class PackageDescription:
    objid: str
    """Never changes. For E-ARK also the name of the root folder: prefer "uuid-…" to "UUID:…"."""
    label: str
    creator: Organisation
    """Arkivbildare: whose records these are."""
    submitter: Organisation
    """Levererande organisation, usually the municipality."""
    agreement: Agreement
    system: System
    municipality_code: str | None = None
    """SCB's code, four digits; written as the first part of the reference code, SE/2080."""
    archive: Organisation | None = None
    """The receiver that preserves the package."""
    contact: str | None = None
    """A function and how to reach it, never a person's name."""
    reference_code: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    secrecy: bool = False
    personal_data: bool = False
    disposable: bool = False
    status: Status = "NEW"
    content: str = "ERMS"
    """FGS 1.2's TYPE: ERMS, Databases, Single records, Unstructured …"""

    @property
    def reference(self) -> str | None:
        return self.reference_code or (f"SE/{self.municipality_code}" if self.municipality_code else None)

    @property
    def folder(self) -> str:
        """The root folder's name: OBJID, with what some file system cannot hold replaced."""
        return "".join(c if c.isalnum() or c in "-_.+" else "_" for c in self.objid).strip(".") or "paket"
