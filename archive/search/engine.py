"""One index answers one question: a page of keys, the exact number of units, and exact facets."""

import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import tantivy

from archive.search import asking, language
from archive.search.generations import Open, Reader
from archive.search.schema import schema

PAGE = 20
DEEPEST_PAGE = 1000
MOST_REMOVED = 500


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

    def without(self, facet: str) -> "Filters":
        return Filters(**{**asdict(self), FACETS[facet]: frozenset()})


EVERYTHING = Filters()
FACETS = {"municipality": "municipalities", "year": "years", "kind": "kinds"}
_MOST_VALUES = 1000
KINDS_NAMED = 3


@dataclass(frozen=True, slots=True)
class Answer:
    total: int
    ids: list[uuid.UUID]
    facets: dict[str, dict[str, int]]  # field → value → number of units, most first
    plan: asking.Plan


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
        """`within` limits to municipalities the asker may see; `without` are units removed but not yet followed."""
        index = self.reader.open()
        plan = asking.plan(question, index)
        bounds = _bounds(within, without)
        query = _limited(plan.query(), filters, bounds)
        offset = (max(1, min(page, DEEPEST_PAGE)) - 1) * PAGE
        if order is Order.RELEVANCE and not plan.clauses:
            order = Order.NEWEST
        if order is Order.RELEVANCE:
            result = index.units.search(query, PAGE, offset=offset)
        else:
            name, direction = _BY_FIELD[order]
            result = index.units.search(query, PAGE, offset=offset, order_by_field=name, order=direction)
        ids = [uuid.UUID(hex=str(index.units.doc(address).get_first("id"))) for _, address in result.hits]
        return Answer(_total(result), ids, _facets(index, plan, filters, bounds, query), plan)

    def count(self, question: str, filters: Filters, within: Iterable[str] | None = None) -> int:
        index = self.reader.open()
        query = _limited(asking.plan(question, index).query(), filters, _bounds(within, ()))
        return _total(index.units.search(query, 1))

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
        hits = index.units.search(query, limit, count=False).hits
        return [uuid.UUID(hex=str(index.units.doc(address).get_first("id"))) for _, address in hits]

    def coverage(self) -> dict[str, Coverage]:
        """By municipality code."""
        about = {
            "first": {"min": {"field": "year"}},
            "last": {"max": {"field": "year"}},
            "kinds": {"terms": {"field": "kind", "size": KINDS_NAMED}},
        }
        wanted = {"places": {"terms": {"field": "municipality", "size": _MOST_VALUES}, "aggs": about}}
        found = self.reader.open().units.aggregate(tantivy.Query.all_query(), wanted)
        return {row["key"]: _coverage(row) for row in found["places"]["buckets"]}


def _coverage(row: dict[str, Any]) -> Coverage:
    kinds = tuple(str(kind["key"]) for kind in row["kinds"]["buckets"])
    return Coverage(row["doc_count"], _year(row["first"]["value"]), _year(row["last"]["value"]), kinds)


def _total(result: tantivy.SearchResult) -> int:
    return int(result.count)  # type: ignore[attr-defined]  # missing in the library's stub


def _year(value: float | None) -> int | None:
    return None if value is None else int(value)


def _title_word(word: str) -> tantivy.Query:
    return tantivy.Query.term_query(schema(), "title_words", word, index_option="basic")


def _bounds(within: Iterable[str] | None, without: Iterable[uuid.UUID]) -> list[tuple[tantivy.Occur, tantivy.Query]]:
    bounds = []
    if within is not None:
        bounds.append((tantivy.Occur.Must, _one_of("municipality", within)))
    if removed := [unit.hex for unit in without]:
        bounds.append((tantivy.Occur.MustNot, tantivy.Query.term_set_query(schema(), "id", removed)))
    return bounds


def _limited(
    query: tantivy.Query, filters: Filters, bounds: list[tuple[tantivy.Occur, tantivy.Query]]
) -> tantivy.Query:
    limits = [*bounds, *((tantivy.Occur.Must, limit) for limit in _limits(filters))]
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, query), *limits]) if limits else query


def _limits(filters: Filters) -> Iterable[tantivy.Query]:
    if filters.municipalities:
        yield _one_of("municipality", filters.municipalities)
    if filters.kinds:
        yield _one_of("kind", filters.kinds)
    if filters.years:
        yield _one_of("year", filters.years)
    if filters.year_from is not None or filters.year_to is not None:
        low, high = filters.year_from or 0, filters.year_to or 9999
        span = tantivy.Query.range_query(schema(), "year", tantivy.FieldType.Unsigned, low, high)
        yield tantivy.Query.const_score_query(span, 0.0)


def _one_of(field: str, values: Iterable[str] | Iterable[int]) -> tantivy.Query:
    """Limits without weight in the ranking."""
    listed = sorted(values)
    if len(listed) == 1:
        query = tantivy.Query.term_query(schema(), field, listed[0], index_option="basic")
    else:
        query = tantivy.Query.term_set_query(schema(), field, listed)
    return tantivy.Query.const_score_query(query, 0.0)


def _facets(
    index: Open,
    plan: asking.Plan,
    filters: Filters,
    bounds: list[tuple[tantivy.Occur, tantivy.Query]],
    query: tantivy.Query,
) -> dict[str, dict[str, int]]:
    """Counts under all limits; a facet somebody has chosen from is counted as if it were not, to show the others."""
    chosen = [facet for facet, name in FACETS.items() if getattr(filters, name)]
    found = _counted(index, query, [facet for facet in FACETS if facet not in chosen])
    for facet in chosen:
        freed = filters.without(facet)
        found |= _counted(index, _limited(plan.query(), freed, bounds), [facet])
    return found


def _counted(index: Open, query: tantivy.Query, facets: list[str]) -> dict[str, dict[str, int]]:
    if not facets:
        return {}
    wanted = {facet: {"terms": {"field": facet, "size": _MOST_VALUES}} for facet in facets}
    found = index.units.aggregate(query, wanted)
    return {
        facet: {str(row["key"]): row["doc_count"] for row in found[facet]["buckets"] if row["key"] != ""}
        for facet in facets
    }
