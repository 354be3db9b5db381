"""How often words stand in what the asker may know of. Help with spelling, compounds and ranking rest on nothing else:
a word that only others' closed records hold, or one on its way out, must change no answer.
"""

from dataclasses import dataclass
from functools import cached_property

import tantivy

from archive.search.generations import Open
from archive.search.schema import schema
from archive.search.vocabulary import SEED

Bounds = list[tuple[tantivy.Occur, tantivy.Query]]


def total(result: tantivy.SearchResult) -> int:
    return int(result.count)  # type: ignore[attr-defined]  # missing in the library's stub


class Counts:
    """Counts under the bounds nobody chooses; without any, what the index's dictionary says at once."""

    def __init__(self, index: Open, bounds: Bounds) -> None:
        self.units, self.bounds = index.units, bounds
        self._counted: dict[tuple[str, str], int] = {}

    def of(self, field: str, term: str) -> int:
        if not self.bounds:
            return self.units.doc_freq(field, term)
        if (field, term) not in self._counted:
            self._counted[field, term] = self._within(field, term) if self.units.doc_freq(field, term) else 0
        return self._counted[field, term]

    def _within(self, field: str, term: str) -> int:
        return total(self.units.search(self._bound(_term(field, term)), 1))

    @cached_property
    def total(self) -> int:
        if not self.bounds:
            return self.units.num_docs
        return total(self.units.search(self._bound(tantivy.Query.all_query()), 1))

    def alive(self, stem: str) -> bool:
        """Some unit that is still there holds the word: the dictionary remembers removed units for a while."""
        return bool(self.units.search(self._bound(_term("text", stem)), 1, count=False).hits)

    def _bound(self, query: tantivy.Query) -> tantivy.Query:
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, query), *self.bounds]) if self.bounds else query


@dataclass(frozen=True, slots=True)
class Known:
    """The words that others may be made of."""

    counts: Counts
    at_least: int = 1

    def __contains__(self, stem: object) -> bool:
        return isinstance(stem, str) and (stem in SEED or self.counts.of("text", stem) >= self.at_least)


def _term(field: str, term: str) -> tantivy.Query:
    return tantivy.Query.term_query(schema(), field, term, index_option="basic")
