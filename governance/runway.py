"""Hur länge pengarna räcker: funds on a day against what the year costs, and against the project's end."""

import datetime
from dataclasses import dataclass

from governance.models import Budget

DAYS = 365


@dataclass(frozen=True)
class Runway:
    """`ends_on` is the first day without money."""

    ends_on: datetime.date
    project_ends_on: datetime.date | None

    @property
    def is_too_short(self) -> bool:
        return self.project_ends_on is not None and self.ends_on <= self.project_ends_on


def of(budget: Budget) -> Runway | None:
    """At the pace of the budget; None when no funds are noted, or nothing costs anything."""
    if budget.funds is None or budget.funds_on is None or not budget.total:
        return None
    days = min(budget.funds * DAYS // budget.total, 100 * DAYS)
    return Runway(budget.funds_on + datetime.timedelta(days=days), budget.project_ends_on)
