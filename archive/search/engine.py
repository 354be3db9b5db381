"""One index answers one question: a page of keys, the exact number of units, and exact facets."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import tantivy

from archive.search import asking, language
from archive.search.counting import Bounds, total
from archive.search.generations import Open, Reader
from archive.search.schema import schema

PAGE = 20
DEEPEST_PAGE = 1000


class Order(StrEnum):
    RELEVANCE = "relevans"
    NEWEST = "nyast"
    OLDEST = "aldst"
    TITLE = "titel"


_BY_FIELD = {
    Order.NEWEST: ("newest", tantivy.Order.Desc),
    Order.OLDEST: ("oldest", tantivy.Order.Desc),
    Order.TITLE: ("title_order", tantivy.Order.Asc),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the hits are limited to. Within one of these, any value will do."""

    municipalities: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()
    year_from: int | None = None
    year_to: int | None = None

    def __bool__(self) -> bool:
        return self != Filters()


EVERYTHING = Filters()
FACETS = {"municipality": "municipalities", "year": "years", "kind": "kinds"}
_MOST_VALUES = 1000
KINDS_NAMED = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """As the index gave it; made into keys and counts when somebody looks."""

    total: int
    keys: list[str]
    buckets: dict[str, list[dict[str, Any]]]
    plan: asking.Plan

    @property
    def ids(self) -> list[uuid.UUID]:
        return [uuid.UUID(int=int(key, 16)) for key in self.keys]

    @property
    def facets(self) -> dict[str, dict[str, int]]:
        """Field → value → number of units, most first."""
        return {
            facet: {str(row["key"]): row["doc_count"] for row in rows if row["key"] != ""}
            for facet, rows in self.buckets.items()
        }


@dataclass(frozen=True, slots=True)
class Coverage:
    units: int
    first: int | None  # year
    last: int | None
    kinds: tuple[str, ...]  # the most frequent


class Engine:
    """A folder with an index, and the searchers over it that this process holds open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reader = Reader(folder)
        self._covered: tuple[Open, frozenset[uuid.UUID], dict[str, Coverage]] | None = None

    def find(
        self,
        question: str,
        filters: Filters = EVERYTHING,
        *,
        order: Order = Order.RELEVANCE,
        page: int = 1,
        within: Iterable[str] | None = None,
        without: Iterable[uuid.UUID] = (),
    ) -> Answer:
        """`within` limits to municipalities the asker may see; `without` are units removed, with all right under
        them, but not yet followed."""
        index, bounds = self.reader.open(), _bounds(within, without)
        plan = asking.plan(question, index, bounds)
        limited = _Limited(plan.query(), _limits(filters), bounds)
        query = limited.query()
        offset = (max(1, min(page, DEEPEST_PAGE)) - 1) * PAGE
        if order is Order.RELEVANCE and not plan.clauses:
            order = Order.NEWEST
        if order is Order.RELEVANCE:
            result = index.units.search(query, PAGE, offset=offset)
        else:
            name, direction = _BY_FIELD[order]
            result = index.units.search(query, PAGE, offset=offset, order_by_field=name, order=direction)
        return Answer(total(result), _keys(index, result), _facets(index, limited), plan)

    def count(self, question: str, *, without: Iterable[uuid.UUID] = ()) -> int:
        index, bounds = self.reader.open(), _bounds(None, without)
        limited = _Limited(asking.plan(question, index, bounds).query(), {}, bounds)
        return total(index.units.search(limited.query(), 1))

    def by_title(self, typed: str, limit: int) -> list[uuid.UUID]:
        """Units whose title holds these words, the last one perhaps unfinished."""
        index = self.reader.open()
        words = language.words(typed[: asking.LONGEST_QUESTION])[: asking.MOST_TERMS]
        if not words or len(words[-1]) < 2:
            return []
        clauses = [_title_word(word) for word in words[:-1]]
        beginnings = index.units.terms_with_prefix("title_words", words[-1], limit=asking.MOST_BEGINNINGS)
        clauses.append(tantivy.Query.term_set_query(schema(), "title_words", [word for word, _ in beginnings]))
        query = tantivy.Query.boolean_query([(tantivy.Occur.Must, clause) for clause in clauses])
        return [uuid.UUID(hex=key) for key in _keys(index, index.units.search(query, limit, count=False))]

    def coverage(self, *, without: Iterable[uuid.UUID] = ()) -> dict[str, Coverage]:
        """By municipality code. Looked up anew when something has changed: it goes through every unit."""
        index, removed = self.reader.open(), frozenset(without)
        covered = self._covered
        if covered is None or covered[0] is not index or covered[1] != removed:
            covered = self._covered = (index, removed, _covered(index, _bounds(None, removed)))
        return covered[2]


def _covered(index: Open, bounds: Bounds) -> dict[str, Coverage]:
    about = {
        "first": {"min": {"field": "year"}},
        "last": {"max": {"field": "year"}},
        "kinds": {"terms": {"field": "kind", "size": KINDS_NAMED}},
    }
    wanted = {"places": {"terms": {"field": "municipality", "size": _MOST_VALUES}, "aggs": about}}
    found = index.units.aggregate(_Limited(tantivy.Query.all_query(), {}, bounds).query(), wanted)
    return {row["key"]: _coverage(row) for row in found["places"]["buckets"]}


def _coverage(row: dict[str, Any]) -> Coverage:
    kinds = tuple(str(kind["key"]) for kind in row["kinds"]["buckets"])
    return Coverage(row["doc_count"], _year(row["first"]["value"]), _year(row["last"]["value"]), kinds)


def _keys(index: Open, result: tantivy.SearchResult) -> list[str]:
    doc = index.units.doc
    return [str(doc(address).get_first("id")) for _, address in result.hits]


def _year(value: float | None) -> int | None:
    return None if value is None else int(value)


def _title_word(word: str) -> tantivy.Query:
    return tantivy.Query.term_query(schema(), "title_words", word, index_option="basic")


def _bounds(within: Iterable[str] | None, without: Iterable[uuid.UUID]) -> Bounds:
    bounds: Bounds = []
    if within is not None:
        bounds.append((tantivy.Occur.Must, _in_any(within)))
    if removed := [unit.hex for unit in without]:
        bounds += [(tantivy.Occur.MustNot, _one_of(field, removed)) for field in ("id", "parent")]
    return bounds


def _in_any(municipalities: Iterable[str]) -> tantivy.Query:
    """Asked with every word that is counted; a few terms side by side are quicker than a set of them."""
    places = [
        tantivy.Query.term_query(schema(), "municipality", place, index_option="basic") for place in municipalities
    ]
    either = tantivy.Query.boolean_query([(tantivy.Occur.Should, place) for place in places])
    return tantivy.Query.const_score_query(either, 0.0)


@dataclass(frozen=True, slots=True)
class _Limited:
    """A query, the limits chosen for it, by facet, and the bounds nobody chooses."""

    asked: tantivy.Query
    limits: dict[str, tantivy.Query]
    bounds: Bounds

    def query(self, but: str | None = None) -> tantivy.Query:
        limits = [(tantivy.Occur.Must, limit) for facet, limit in self.limits.items() if facet != but]
        if not limits and not self.bounds:
            return self.asked
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, self.asked), *limits, *self.bounds])


def _limits(filters: Filters) -> dict[str, tantivy.Query]:
    limits = {facet: _one_of(facet, values) for facet, name in FACETS.items() if (values := getattr(filters, name))}
    if filters.year_from is not None or filters.year_to is not None:
        low, high = filters.year_from or 0, filters.year_to or 9999
        span = tantivy.Query.range_query(schema(), "year", tantivy.FieldType.Unsigned, low, high)
        limits["span"] = tantivy.Query.const_score_query(span, 0.0)
    return limits


def _one_of(field: str, values: Iterable[str] | Iterable[int]) -> tantivy.Query:
    """Any of the values; weighs the same for every hit, and so nothing in the ranking."""
    listed = sorted(values)
    if len(listed) == 1:
        query = tantivy.Query.term_query(schema(), field, listed[0], index_option="basic")
    else:
        query = tantivy.Query.term_set_query(schema(), field, listed)
    return query


Buckets = dict[str, list[dict[str, Any]]]


def _facets(index: Open, limited: _Limited) -> Buckets:
    """Counts under all limits; a facet somebody has chosen from is counted as if it were not, to show the others."""
    found = _counted(index, limited.query(), tuple(facet for facet in FACETS if facet not in limited.limits))
    for facet in FACETS:
        if facet in limited.limits:
            found |= _counted(index, limited.query(but=facet), (facet,))
    return found


def _counted(index: Open, query: tantivy.Query, facets: tuple[str, ...]) -> Buckets:
    if not facets:
        return {}
    wanted = {facet: {"terms": {"field": facet, "size": _MOST_VALUES}} for facet in facets}
    found = index.units.aggregate(query, wanted)
    return {facet: found[facet]["buckets"] for facet in facets}
