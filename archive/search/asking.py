"""From what somebody typed to what the index is asked, term by term; the index library's query language is never used.

Blank means and. "Quoted words" stand together, bygg* is a beginning. Register numbers, property designations and § are
recognised without quotes. A word is looked for as stem, inside compounds, and without å, ä, ö when typed so; only
when the collection has none of these is a misspelling assumed, and the answer says so.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import tantivy

from archive.search import language, vocabulary
from archive.search.counting import Bounds, Counts, Known
from archive.search.generations import Open
from archive.search.schema import schema
from archive.search.vocabulary import MOST_COMPOUNDS

LONGEST_QUESTION = 200
MOST_TERMS = 20
MOST_BEGINNINGS = 100
MOST_LOOKED_AT = 1000  # words of the whole index, to find those among them that the asker may know of
# Nearness of the words is weighed only where it is cheap to look at.
RARE_ENOUGH_FOR_NEARNESS = 2_000
NEAR = 10

COMPOUND, FOLDED, MEANT = 0.4, 0.5, 0.3  # worth of a match against one on the word itself

_PARTS = re.compile(
    r'"(?P<phrase>[^"]*)"'
    rf"|(?P<section>{language.SECTION})"
    rf"|(?P<designation>{language.DESIGNATION})"
    r"|(?P<word>[^\s\"]+)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Plan:
    """What will be asked, and what the page should say about it."""

    clauses: list[tantivy.Query] = field(default_factory=list)
    stems: set[str] = field(default_factory=set)  # to mark in the text shown
    near: tantivy.Query | None = None  # weighs more when the words stand close
    replaced: dict[str, str] = field(default_factory=dict)  # what was typed → what was looked for
    impossible: bool = False  # some word is nowhere
    cut: bool = False  # the question was longer than is read
    has_terms: bool = False

    def query(self) -> tantivy.Query:
        if self.impossible:
            return tantivy.Query.empty_query()
        if not self.clauses:
            return tantivy.Query.all_query()
        if len(self.clauses) == 1:
            return self.clauses[0]
        wanted = [(tantivy.Occur.Must, clause) for clause in self.clauses]
        if self.near:
            wanted.append((tantivy.Occur.Should, self.near))
        return tantivy.Query.boolean_query(wanted)


def plan(question: str, index: Open, bounds: Bounds) -> Plan:
    """`bounds` are what limits every answer to this asker: nothing outside them is counted here either."""
    made = Plan()
    text = question.strip()
    made.cut = len(text) > LONGEST_QUESTION
    terms = list(_terms(language.prepare(text[:LONGEST_QUESTION])))
    made.cut = made.cut or len(terms) > MOST_TERMS
    optional = [term for term in terms if term[0] == "word" and term[1].lower() in language.FUNCTION_WORDS]
    planner = _Planner(made, index, Counts(index, bounds))
    for kind, term in terms[:MOST_TERMS]:
        if (kind, term) in optional and len(optional) < len(terms):
            continue
        planner.add(kind, term)
    made.near = planner.nearness()
    return made


def _terms(text: str) -> Iterator[tuple[str, str]]:
    for match in _PARTS.finditer(text):
        kind = str(match.lastgroup)
        if any(map(str.isalnum, match[kind])):
            yield kind, match[kind]


@dataclass(slots=True)
class _Planner:
    made: Plan
    index: Open
    counts: Counts
    plain: list[str] = field(default_factory=list)  # stems that stand as they are, for nearness

    def add(self, kind: str, term: str) -> None:
        self.made.has_terms = True
        clause = getattr(self, f"_{kind}")(term)
        if clause is None:
            self.made.impossible = True
        else:
            self.made.clauses.append(clause)

    def nearness(self) -> tantivy.Query | None:
        if len(self.plain) < 2 or min(self._count("text", stem) for stem in self.plain) > RARE_ENOUGH_FOR_NEARNESS:
            return None
        near = tantivy.Query.phrase_query(schema(), "text", list(self.plain), slop=NEAR)
        return self._scored(near, self.plain)

    def _section(self, term: str) -> tantivy.Query | None:
        return self._code(language.sections(term)[0]) or self._every_word(term)

    def _designation(self, term: str) -> tantivy.Query | None:
        return self._code(language.code(term)) or self._every_word(term)

    def _phrase(self, term: str) -> tantivy.Query | None:
        found = language.stems(term)
        if len(found) == 1:
            return self._word(term)
        if not found:
            return None
        self.made.stems.update(found)
        return self._scored(tantivy.Query.phrase_query(schema(), "text", list(found)), found)

    def _word(self, term: str) -> tantivy.Query | None:
        if term.endswith("*") and len(term) > 2:
            return self._beginning(term)
        found = language.stems(term)
        if any(map(str.isdigit, term)):
            return self._number(term, found)
        return self._stem(found[0], language.words(term)[0]) if len(found) == 1 else self._every_word(term)

    def _number(self, term: str, found: list[str]) -> tantivy.Query | None:
        """2022/SKF0106, 5:12, 2019: as a code, else as the words in it, side by side."""
        as_code = self._code(language.code(term))
        if len(found) != 1:
            return as_code or self._phrase(term)
        as_word = self._stem(found[0], found[0], guess=as_code is None)
        return _either([query for query in (as_word, as_code) if query])

    def _code(self, code: str) -> tantivy.Query | None:
        count = self._count("codes", code)
        if not count:
            return None
        return tantivy.Query.term_query(schema(), "codes", code, index_option="basic")

    def _every_word(self, term: str) -> tantivy.Query | None:
        """Malung-Sälen, or a number that is nowhere as such: all its words."""
        clauses = [self._stem(stem, stem) for stem in language.stems(term)]
        return _all([clause for clause in clauses if clause]) if clauses and all(clauses) else None

    def _beginning(self, term: str) -> tantivy.Query | None:
        word = (language.words(term) or [""])[-1]
        most = MOST_LOOKED_AT if self.counts.bounds else MOST_BEGINNINGS
        begun = self.index.units.terms_with_prefix("text", word, limit=most) if word else []
        if not (found := self._held([stem for stem, _ in begun], MOST_BEGINNINGS)):
            stems = language.stems(word)
            return self._stem(stems[0], word) if stems else None
        return self._any_of(found, max(self._count("text", stem) for stem in found), 1.0)

    def _stem(self, stem: str, typed: str, *, guess: bool = True) -> tantivy.Query | None:
        count = self._count("text", stem)
        ways = []
        if count:
            self.made.stems.add(stem)
            self.plain.append(stem)
            ways.append(self._scored(tantivy.Query.term_query(schema(), "text", stem), [stem]))
        if inside := [*self._compounds(stem), *self._bases(stem)]:
            ways.append(self._any_of(inside, count, COMPOUND))
        if stem.isascii() and (folded := self._count("folded", stem)):
            query = tantivy.Query.term_query(schema(), "folded", stem, index_option="basic")
            ways.append(tantivy.Query.const_score_query(query, FOLDED * self._weight(count or folded)))
        if not ways and guess:
            ways.extend(self._guessed(stem, typed))
        return _either(ways)

    def _compounds(self, stem: str) -> list[str]:
        """Words that hold this one. The vocabulary judged by all words there are; here only those known count."""
        if not self.counts.bounds:
            return self.index.words.compounds(stem, MOST_COMPOUNDS)
        known = Known(self.counts, vocabulary.often(self.index.units.num_docs))
        held = self._held(self.index.words.compounds(stem, MOST_LOOKED_AT), MOST_LOOKED_AT)
        return list(islice((word for word in held if stem in vocabulary.parts(word, known)), MOST_COMPOUNDS))

    def _bases(self, stem: str) -> list[str]:
        return [base for base in vocabulary.bases(stem) if self._count("text", base)]

    def _guessed(self, stem: str, typed: str) -> list[tantivy.Query]:
        most = MOST_LOOKED_AT if self.counts.bounds else MOST_COMPOUNDS
        if around := self._held(self.index.words.around(stem, most), 2 * MOST_COMPOUNDS):
            return [self._any_of(around, 1, COMPOUND)]
        taken_apart = vocabulary.parts(stem, Known(self.counts), depth=1) if stem.isalpha() else ()
        apart = [self._stem(part, part, guess=False) for part in taken_apart]
        if apart and all(apart):
            return [_all([part for part in apart if part])]
        if not (meant := self._meant(stem)):
            return []
        self.made.replaced[typed] = self._surface(meant)
        return [self._any_of([meant], 1, MEANT)]

    def _meant(self, stem: str) -> str | None:
        """What a misspelt word may have been: nearest first, then the most used."""
        for near in self.index.words.near(stem):
            used = sorted(self._held(near, len(near)), key=lambda word: (-self._count("text", word), word))
            if word := next(filter(self.counts.alive, used), None):
                return word
        return None

    def _held(self, stems: Iterable[str], most: int) -> list[str]:
        return list(islice((stem for stem in stems if self._count("text", stem)), most))

    def _surface(self, stem: str) -> str:
        """The stem as people write it: a word of titles with that stem."""
        for word, _ in self.index.units.terms_with_prefix("title_words", stem, limit=MOST_BEGINNINGS):
            if language.stems(word) == [stem] and self._count("title_words", word):
                return str(word)
        return stem

    def _any_of(self, stems: list[str], count: int, worth: float) -> tantivy.Query:
        self.made.stems.update(stems)
        if len(stems) == 1:
            query = tantivy.Query.term_query(schema(), "text", stems[0], index_option="basic")
        else:
            query = tantivy.Query.term_set_query(schema(), "text", stems)
        return tantivy.Query.const_score_query(query, worth * self._weight(count))

    def _count(self, field_name: str, term: str) -> int:
        return self.counts.of(field_name, term)

    def _weight(self, count: int) -> float:
        """About what a word in so many units scores by BM25, so that other ways to match can be set against it."""
        return _rarity(count, self.counts.total)

    def _scored(self, query: tantivy.Query, stems: Sequence[str]) -> tantivy.Query:
        """By how rare the words are among what the asker may know of, not in the whole index."""
        units = self.index.units
        if not self.counts.bounds:
            return query
        here = sum(self._weight(self._count("text", stem)) for stem in stems)
        everywhere = sum(_rarity(units.doc_freq("text", stem), units.num_docs) for stem in stems)
        return tantivy.Query.boost_query(query, here / everywhere)


def _rarity(count: int, total: int) -> float:
    return math.log(1 + (total - min(count, total) + 0.5) / (count + 0.5))


def _either(ways: list[tantivy.Query]) -> tantivy.Query | None:
    if len(ways) < 2:
        return ways[0] if ways else None
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, way) for way in ways])


def _all(clauses: list[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, clause) for clause in clauses])
