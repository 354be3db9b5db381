"""Recept: what is known of each system's export, as a data file per system that new agreements are written after.

A recipe holds the package profile, what is secret and disposed of, how the vendor's XML is read, and a small sample.
Where nothing public is known of a system's export, its recipe says so and uses the neutral form: files with a table.
"""

import copy
import tomllib
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any, Literal

from django.utils import timezone

from deliveries.models import SourceSystem, SubmissionAgreement
from deliveries.models.systems import folded

FOLDER = Path(__file__).parent
COMMON = "common"  # what every recipe has unless it says otherwise
NEUTRAL = "neutral"
Form = Literal["erms", "vendor_xml", "files"]


@dataclass(frozen=True)
class Sample:
    """A delivery small enough to read, from which our own builder makes the sample package.

    `table` is the neutral form's table; `xml` the vendor's own, for systems that keep theirs.
    """

    label: str
    creator: str
    kind: str = "ERMS"
    table: str = ""
    xml: str = ""
    xml_path: str = ""
    files: tuple[str, ...] = ()
    finds: str = ""


@dataclass(frozen=True)
class Recipe:
    slug: str
    name: str
    form: Form
    known: bool
    export: str
    """What is known of the system's export, or that nothing is."""
    steps: tuple[str, ...]
    scope: str
    profile: str
    system_kind: str
    public_by_default: bool
    secrecy: str
    sample: Sample
    systems: tuple[str, ...] = ()
    formats: tuple[dict[str, str], ...] = ()
    formats_otherwise: str = "remark"
    object_types: tuple[dict[str, str], ...] = ()
    mapping: dict[str, Any] = field(default_factory=dict)
    volumes: tuple[dict[str, str], ...] = ()
    calendar: tuple[dict[str, str], ...] = ()
    contacts: tuple[dict[str, str], ...] = ()

    def terms(self) -> dict[str, Any]:
        """The fields of a new agreement."""
        return {
            "scope": self.scope,
            "profile": self.profile,
            "public_by_default": self.public_by_default,
            "formats_otherwise": self.formats_otherwise,
            "mapping": copy.deepcopy(self.mapping),
            **{
                name: [dict(row) for row in getattr(self, name)]
                for name in ("formats", "object_types", "volumes", "calendar", "contacts")
            },
        }

    def engine_profile(self) -> dict[str, Any]:
        """What packages are held to before there is any agreement, for `python -m archive.packages check --profile`."""
        terms = self.terms()
        agreement = SubmissionAgreement(formats=terms["formats"], formats_otherwise=self.formats_otherwise)
        accepted = agreement.accepted_formats(timezone.localdate())
        return {
            "base": self.profile,
            "name": self.name,
            "version": self.slug,
            **({"settings": {"formats": accepted}} if accepted else {}),
        }


class UnknownRecipe(KeyError):
    """No data file of that name."""


@cache
def everything() -> dict[str, Recipe]:
    """All recipes by slug, the neutral one last."""
    found = sorted(path.stem for path in FOLDER.glob("*.toml") if path.stem not in (COMMON, NEUTRAL))
    return {slug: _read(slug) for slug in (*found, NEUTRAL)}


def get(slug: str) -> Recipe:
    try:
        return everything()[slug]
    except KeyError:
        raise UnknownRecipe(slug) from None


def for_system(system: SourceSystem) -> Recipe:
    """The one the system names; else the one that knows the system's name; else the neutral form."""
    if system.recipe in everything():
        return everything()[system.recipe]
    aliases = sorted(folded(alias.name) for alias in system.aliases.all())
    for name in (folded(system.name), folded(system.slug), *aliases):
        for recipe in everything().values():
            if name in map(folded, recipe.systems):
                return recipe
    return everything()[NEUTRAL]


def _read(slug: str) -> Recipe:
    values = {**_load(COMMON), **_load(slug)}
    values["sample"] = Sample(**{name: _frozen(value) for name, value in values["sample"].items()})
    unknown = values.keys() - {each.name for each in fields(Recipe)}
    if unknown:
        raise ValueError(f"deliveries/recipes/{slug}.toml: unknown {', '.join(sorted(unknown))}")
    return Recipe(slug=slug, **{name: _frozen(value) for name, value in values.items()})


def _load(slug: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{slug}.toml").read_text("utf-8"))


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
