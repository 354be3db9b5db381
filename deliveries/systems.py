"""The register of source systems: one entry for each, whatever people call it, with what has been learnt of it."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from consortium import audit
from consortium.audit_events import Event
from consortium.models import User
from consortium.swedish import swedish_key
from deliveries import editing
from deliveries.models import SourceSystem, SystemAlias
from deliveries.models.systems import folded, without_version

_NEAR = 0.6
Alias = tuple[str, str]  # name, version


class NameTaken(Exception):
    """Another system goes by that name; the text says which."""


@transaction.atomic
def register(values: Mapping[str, Any], aliases: Sequence[Alias] = (), *, by: User | None) -> SourceSystem:
    _demand_free(None, [values["name"], *(name for name, _version in aliases)])
    system = SourceSystem.objects.create(slug=_free_slug(values["name"]), **values)
    _write_aliases(system, aliases)
    audit.record(by=by, what=Event.SYSTEM_REGISTERED, target=system)
    return system


@transaction.atomic
def change(
    system: SourceSystem, values: Mapping[str, Any], aliases: Sequence[Alias], *, seen: int, by: User
) -> SourceSystem:
    name = values.get("name", system.name)
    _demand_free(system, [name, *(alias for alias, _version in aliases)])
    changed = editing.revise(system, values, seen=seen, by=by)
    if _write_aliases(system, aliases):
        changed.append("aliases")
        if changed == ["aliases"]:
            SourceSystem.objects.filter(pk=system.pk).update(revision=seen + 1)
            system.refresh_from_db()
    if changed:
        audit.record(by=by, what=Event.SYSTEM_CHANGED, target=system, changed=changed)
    return system


def other_names(system: SourceSystem) -> list[SystemAlias]:
    """Aliases and versions without the system's own name."""
    return sorted(
        (alias for alias in system.aliases.all() if alias.folded != folded(system.name)),
        key=lambda each: swedish_key(each.name),
    )


def _demand_free(system: SourceSystem | None, names: Sequence[str]) -> None:
    others = SystemAlias.objects.filter(folded__in=[folded(name) for name in names]).exclude(system=system)
    if taken := others.select_related("system").first():
        raise NameTaken(
            _("”%(name)s” är redan ett namn på systemet %(system)s. Välj ett annat namn, eller ändra där.")
            % {"name": taken.name, "system": taken.system.name}
        )


def _write_aliases(system: SourceSystem, aliases: Sequence[Alias]) -> bool:
    wanted = {folded(name): (name, version) for name, version in [*aliases, (system.name, "")]}
    held = {alias.folded: (alias.name, alias.version) for alias in system.aliases.all()}
    if wanted == held:
        return False
    system.aliases.exclude(folded__in=[key for key in wanted if held.get(key) == wanted[key]]).delete()
    for key, (name, version) in wanted.items():
        if held.get(key) != (name, version):
            SystemAlias.objects.create(system=system, name=name, version=version)
    return True


def _free_slug(name: str) -> str:
    base = slugify(name.replace("å", "a").replace("ä", "a").replace("ö", "o"))[:45] or "system"
    taken = set(SourceSystem.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return base if base not in taken else next(f"{base}-{n}" for n in range(2, 10_000) if f"{base}-{n}" not in taken)


@dataclass
class Names:
    """All names of all systems at hand, for looking up many."""

    by_folded: dict[str, tuple[SourceSystem, str]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls) -> "Names":
        names = cls()
        for alias in SystemAlias.objects.select_related("system"):
            names.by_folded[alias.folded] = (alias.system, alias.version)
            names.labels[alias.folded] = alias.name
        return names

    def find(self, name: str) -> tuple[SourceSystem, str] | None:
        """The system and the version that the name tells of."""
        if known := self.by_folded.get(folded(name)):
            return known
        base, version = without_version(name)
        known = self.by_folded.get(folded(base)) if version else None
        return (known[0], version) if known else None

    def nearest(self, name: str) -> str:
        """What the writer may have meant, or nothing."""
        near = difflib.get_close_matches(folded(name), self.by_folded, n=1, cutoff=_NEAR)
        return self.labels[near[0]] if near else ""
