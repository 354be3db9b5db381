"""Two people may open one page. The first to save wins; the second is told, and loses nothing of what was typed."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils import timezone

from consortium.models import User
from deliveries.models.systems import Edited

M = TypeVar("M", bound=models.Model)


class ChangedMeanwhile(Exception):
    """Somebody else saved after the writer opened the page; `current` is the row as it stands now."""

    def __init__(self, current: models.Model) -> None:
        super().__init__(str(current))
        self.current = current


@transaction.atomic
def revise(row: M, values: Mapping[str, Any], *, seen: int, by: User) -> list[str]:
    """Write the values to a row with a `revision`, if it is still the one that was seen. Says which fields changed."""
    current: Any = type(row)._default_manager.select_for_update().get(pk=row.pk)
    if current.revision != seen:
        raise ChangedMeanwhile(current)
    changed = [name for name, value in values.items() if getattr(current, name) != value]
    if not changed:
        return []
    for name in changed:
        setattr(current, name, values[name])
    current.revision += 1
    sign(current, by=by)
    current.save()
    row.refresh_from_db()
    return changed


def sign(row: models.Model, *, by: User) -> None:
    if isinstance(row, Edited):
        row.edited_at, row.edited_by = timezone.now(), by
