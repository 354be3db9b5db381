"""From what somebody typed to what the index is asked, term by term; the index library's query language is never used.

Blank means and. "Quoted words" stand together, bygg* is a beginning. Register numbers, property designations and § are
recognised without quotes. A word is looked for as stem, inside compounds, and without å, ä, ö when typed so; only
when the collection has none of these is a misspelling assumed, and the answer says so.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import tantivy

from archive.search import language
from archive.search.generations import Open
from archive.search.schema import schema

LONGEST_QUESTION = 200
MOST_TERMS = 20
MOST_BEGINNINGS = 100
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
    plain: list[tuple[str, int]] = field(default_factory=list)  # stems and in how many units, for nearness
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
        if near := self._nearness():
            wanted.append((tantivy.Occur.Should, near))
        return tantivy.Query.boolean_query(wanted)

    def _nearness(self) -> tantivy.Query | None:
        if len(self.plain) < 2 or min(count for _, count in self.plain) > RARE_ENOUGH_FOR_NEARNESS:
            return None
        return tantivy.Query.phrase_query(schema(), "text", [stem for stem, _ in self.plain], slop=NEAR)


def plan(question: str, index: Open) -> Plan:
    made = Plan()
    text = question.strip()
    made.cut = len(text) > LONGEST_QUESTION
    terms = list(_terms(language.prepare(text[:LONGEST_QUESTION])))
    made.cut = made.cut or len(terms) > MOST_TERMS
    optional = [term for term in terms if term[0] == "word" and term[1].lower() in language.FUNCTION_WORDS]
    for kind, term in terms[:MOST_TERMS]:
        if (kind, term) in optional and len(optional) < len(terms):
            continue
        _Planner(made, index).add(kind, term)
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

    def add(self, kind: str, term: str) -> None:
        self.made.has_terms = True
        clause = getattr(self, f"_{kind}")(term)
        if clause is None:
            self.made.impossible = True
        else:
            self.made.clauses.append(clause)

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
        return tantivy.Query.phrase_query(schema(), "text", list(found))

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
        found = self.index.units.terms_with_prefix("text", word, limit=MOST_BEGINNINGS) if word else []
        if not found:
            stems = language.stems(word)
            return self._stem(stems[0], word) if stems else None
        return self._any_of([stem for stem, _ in found], max(count for _, count in found), 1.0)

    def _stem(self, stem: str, typed: str, *, guess: bool = True) -> tantivy.Query | None:
        count = self._count("text", stem)
        ways = []
        if count:
            self.made.stems.add(stem)
            self.made.plain.append((stem, count))
            ways.append(tantivy.Query.term_query(schema(), "text", stem))
        if inside := [*self.index.words.compounds(stem), *self._bases(stem)]:
            ways.append(self._any_of(inside, count, COMPOUND))
        if stem.isascii() and (folded := self._count("folded", stem)):
            query = tantivy.Query.term_query(schema(), "folded", stem, index_option="basic")
            ways.append(tantivy.Query.const_score_query(query, FOLDED * self._weight(count or folded)))
        if not ways and guess:
            ways.extend(self._guessed(stem, typed))
        return _either(ways)

    def _bases(self, stem: str) -> list[str]:
        return [base for base in self.index.words.bases(stem) if self._count("text", base)]

    def _guessed(self, stem: str, typed: str) -> list[tantivy.Query]:
        if around := self.index.words.around(stem):
            return [self._any_of(around, 1, COMPOUND)]
        apart = [self._stem(part, part, guess=False) for part in self.index.words.taken_apart(stem)]
        if apart and all(apart):
            return [_all([part for part in apart if part])]
        meant = [word for word in self.index.words.meant(stem) if self.alive(word)]
        if not meant:
            return []
        self.made.replaced[typed] = surface(meant[0], self.index)
        return [self._any_of(meant[:1], 1, MEANT)]

    def alive(self, stem: str) -> bool:
        """Some unit that is still there holds the word: the dictionary remembers removed units for a while."""
        query = tantivy.Query.term_query(schema(), "text", stem)
        return bool(self.index.units.search(query, 1, count=False).hits)

    def _any_of(self, stems: list[str], count: int, worth: float) -> tantivy.Query:
        self.made.stems.update(stems)
        if len(stems) == 1:
            query = tantivy.Query.term_query(schema(), "text", stems[0], index_option="basic")
        else:
            query = tantivy.Query.term_set_query(schema(), "text", stems)
        return tantivy.Query.const_score_query(query, worth * self._weight(count))

    def _count(self, field_name: str, term: str) -> int:
        return self.index.units.doc_freq(field_name, term)

    def _weight(self, count: int) -> float:
        """About what a word in so many units scores by BM25, so that other ways to match can be set against it."""
        return math.log(1 + (self.index.units.num_docs - min(count, self.index.units.num_docs) + 0.5) / (count + 0.5))


def surface(stem: str, index: Open) -> str:
    """The stem as people write it: the most used word of titles with that stem."""
    for word, _ in index.units.terms_with_prefix("title_words", stem, limit=20):
        if language.stems(word) == [stem]:
            return str(word)
    return stem


def _either(ways: list[tantivy.Query]) -> tantivy.Query | None:
    if len(ways) < 2:
        return ways[0] if ways else None
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, way) for way in ways])


def _all(clauses: list[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, clause) for clause in clauses])
