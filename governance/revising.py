"""Changing a row that others may change at the same time: the second writer is told, and nothing is lost."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import models
from django.utils.translation import gettext as _

M = TypeVar("M", bound=models.Model)


class Refusal(Exception):
    """An act says no; the text says what, and what to do. Each reason is a class of its own."""


class ChangedMeanwhile(Exception):
    """Somebody saved after the form was opened; `current` is what stands now."""

    def __init__(self, current: models.Model) -> None:
        super().__init__(
            _("Någon annan har sparat medan du skrev. Jämför det som står nu med ditt, och spara det som ska gälla.")
        )
        self.current = current


def locked(row: M, seen: int | None) -> M:
    """The row as it stands, held until the transaction ends. `seen` is the version the writer had before the eyes."""
    found = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
    if seen is not None and found.version != seen:  # type: ignore[attr-defined]
        raise ChangedMeanwhile(found)
    return found


def revise(row: M, facts: Mapping[str, Any], *, seen: int | None) -> tuple[M, list[str]]:
    """Set what differs; returns the row and the names of the fields that changed. Inside a transaction."""
    found = locked(row, seen)
    changed = [name for name, value in facts.items() if getattr(found, name) != value]
    for name in changed:
        setattr(found, name, facts[name])
    if changed:
        found.version += 1  # type: ignore[attr-defined]
        found.save(update_fields=[*changed, "version"])
    return found, sorted(changed)
