"""Stående punkter: items that every agenda of a steering group begins with, and what they show when the day comes.

An app further up registers its item when it starts (`register` from its AppConfig.ready), so that governance shows the
delivery status without knowing deliveries. What is shown lives until the minutes are finished; then it is frozen.
"""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from governance.models import Consortium
from governance.models.meetings import AgendaItem


@dataclass(frozen=True)
class Section:
    """A part with a heading: sentences, and a table when there are rows."""

    title: str = ""
    text: str = ""
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class StandingContent:
    """Plain words, ready for screen and print, true on the day `as_of`."""

    as_of: datetime.date
    sections: tuple[Section, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {"as_of": self.as_of.isoformat(), "sections": [asdict(section) for section in self.sections]}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "StandingContent":
        sections = tuple(
            Section(each["title"], each["text"], tuple(each["heads"]), tuple(tuple(row) for row in each["rows"]))
            for each in kept["sections"]
        )
        return cls(datetime.date.fromisoformat(kept["as_of"]), sections)


Provide = Callable[[Consortium, datetime.date], StandingContent]


@dataclass(frozen=True)
class StandingItem:
    key: str
    title: str | Promise
    provide: Provide | None
    type: str = AgendaItem.Type.INFORMATION
    length: int = 10
    order: int = field(default=50)  # low comes first


CHOOSE_ADJUSTER, PREVIOUS_MINUTES, OPEN_ACTIONS = "choose_adjuster", "previous_minutes", "open_actions"
_registered: dict[str, StandingItem] = {}


def register(
    key: str,
    title: str | Promise,
    provide: Provide | None,
    *,
    type: str = AgendaItem.Type.INFORMATION,  # noqa: A002 - the agenda's own word
    length: int = 10,
    order: int = 50,
) -> None:
    """Called once per item when the portal starts; the same key again replaces it, so that reloading does no harm."""
    _registered[key] = StandingItem(key, title, provide, type, length, order)


def items() -> Iterator[StandingItem]:
    yield from sorted(_registered.values(), key=lambda item: (item.order, item.key))


def find(key: str) -> StandingItem | None:
    return _registered.get(key)


def content(key: str, consortium: Consortium, on: datetime.date) -> StandingContent | None:
    """What the item shows that day; None when there is nothing to show by itself."""
    item = find(key)
    return item.provide(consortium, on) if item and item.provide else None


register(CHOOSE_ADJUSTER, _("Val av justerare"), None, type=AgendaItem.Type.DECISION, length=5, order=10)
register(PREVIOUS_MINUTES, _("Föregående protokoll"), None, length=5, order=20)
