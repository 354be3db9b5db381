"""Find in what the archive holds. One index of what is public, another for those who may see more (design 11).

The index answers with keys only. What is shown is fetched from the database through `.public()` or `.visible_to(user)`,
so a unit that was withdrawn a moment ago is neither shown nor counted, whatever the index still says. Nobody is found
by personal number: such a question is not asked at all.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db.models import Case, Prefetch, QuerySet, When

from archive.models import ArchivalUnit
from archive.search.asking import LONGEST_QUESTION, MOST_TERMS
from archive.search.engine import DEEPEST_PAGE, EVERYTHING, PAGE, Answer, Coverage, Engine, Filters, Order
from archive.search.generations import IndexAway
from consortium import personal_numbers
from consortium.access import policy
from consortium.access.permissions import Permission
from governance.models import Municipality

__all__ = [
    "DEEPEST_PAGE",
    "EVERYTHING",
    "LONGEST_QUESTION",
    "MOST_TERMS",
    "PAGE",
    "Coverage",
    "Filters",
    "Found",
    "IndexAway",
    "Order",
    "PersonalNumberAsked",
    "Way",
    "coverage",
    "folder",
    "public",
    "staff",
    "suggestions",
    "that_find",
    "ways_on",
]

PUBLIC, STAFF = "public", "staff"
SUGGESTIONS = 8
MOST_WAYS = 5


class PersonalNumberAsked(Exception):
    """The archive is not searched by personal identity number; the question was neither asked nor kept."""


@dataclass(frozen=True, slots=True)
class Found:
    total: int
    units: list[ArchivalUnit]
    facets: dict[str, dict[str, int]]
    stems: frozenset[str] = frozenset()  # what to mark in the text shown
    replaced: dict[str, str] = field(default_factory=dict)  # typed → looked for instead
    cut: bool = False  # only the first part of the question was read

    @property
    def pages(self) -> int:
        return min(DEEPEST_PAGE, -(-self.total // PAGE))


def folder(which: str) -> Path:
    return settings.SEARCH_DIR / which


def public(question: str, filters: Filters = EVERYTHING, *, order: Order = Order.RELEVANCE, page: int = 1) -> Found:
    """Raises PersonalNumberAsked and IndexAway."""
    _refuse_personal_numbers(question)
    answer = _engine(folder(PUBLIC)).find(question, filters, order=order, page=page, without=_leaving())
    return _shown(answer, ArchivalUnit.objects.public())


def staff(
    user: policy.AnyUser, question: str, filters: Filters = EVERYTHING, *, order: Order = Order.RELEVANCE, page: int = 1
) -> Found:
    """Everything in the municipalities whose closed records the user may read."""
    _refuse_personal_numbers(question)
    places = Municipality.objects.where_may(user, Permission.RECORD_READ_CLOSED).values_list("code", flat=True)
    answer = _engine(folder(STAFF)).find(question, filters, order=order, page=page, within=list(places))
    return _shown(answer, ArchivalUnit.objects.visible_to(user))


def suggestions(typed: str) -> list[str]:
    """Titles of public units that hold what has been typed so far."""
    if personal_numbers.holds_one(typed):
        return []
    ids = _engine(folder(PUBLIC)).by_title(typed, 3 * SUGGESTIONS)
    titles = dict(ArchivalUnit.objects.public().filter(pk__in=ids).values_list("pk", "title"))
    return list(dict.fromkeys(titles[pk] for pk in ids if pk in titles))[:SUGGESTIONS]


def that_find(questions: Iterable[str]) -> list[str]:
    """Those of the questions that find something public."""
    engine, leaving = _engine(folder(PUBLIC)), _leaving()
    return [question for question in questions if engine.count(question, without=leaving)]


@dataclass(frozen=True, slots=True)
class Way:
    """A nearby question that does find something."""

    text: str
    total: int


def ways_on(question: str, filters: Filters) -> list[Way]:
    """When nothing was found: the same without limits, or with a word less; what finds least stands first."""
    words = question.split()
    tried = [question] if filters and words else []
    if 1 < len(words) <= MOST_TERMS:
        tried += [" ".join(words[:at] + words[at + 1 :]) for at in range(len(words))]
    engine, leaving = _engine(folder(PUBLIC)), _leaving()
    ways = [Way(text, engine.count(text, without=leaving)) for text in dict.fromkeys(tried)]
    return sorted((way for way in ways if way.total), key=lambda way: way.total)[:MOST_WAYS]


def coverage() -> dict[str, Coverage]:
    """What is public of each municipality, by its code."""
    return _engine(folder(PUBLIC)).coverage(without=_leaving())


@cache
def _engine(path: Path) -> Engine:
    return Engine(path)


def _refuse_personal_numbers(question: str) -> None:
    if personal_numbers.holds_one(question):
        raise PersonalNumberAsked


def _leaving() -> list[uuid.UUID]:
    """Withdrawn, but perhaps still in the index: kept out of hits, counts and facets alike. One key stands for
    everything right under a withdrawn unit, so that a large collection costs a question no more than a single unit."""
    leaving = ArchivalUnit.objects.filter(withdrawal__isnull=False, index_due__isnull=False)
    topmost = Case(When(parent__withdrawal__isnull=False, then="parent_id"), default="pk")
    return list(leaving.order_by().values_list(topmost, flat=True).distinct())


def _shown(answer: Answer, allowed: QuerySet[ArchivalUnit]) -> Found:
    # A parent that may not be seen is as if it were not: its title must not come in by way of the child.
    parents = Prefetch("parent", queryset=allowed.all())
    rows = allowed.select_related("owner", "aip__records_creator").prefetch_related("files", parents)
    ids = answer.ids
    units = rows.in_bulk(ids)
    shown = [units[pk] for pk in ids if pk in units]
    return Found(
        total=answer.total - (len(ids) - len(shown)),
        units=shown,
        facets=answer.facets,
        stems=frozenset(answer.plan.stems),
        replaced=answer.plan.replaced,
        cut=answer.plan.cut,
    )
