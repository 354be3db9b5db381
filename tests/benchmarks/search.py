"""How fast the public search answers: the search module and the whole page, against bare tantivy in the same run.

    python -m tests.benchmarks.search                       100,000 units
    python -m tests.benchmarks.search --units 1000000       a million
    python -m tests.benchmarks.search --http                the page too: PostgreSQL, gunicorn, 1 and 8 clients

A page is 20 hits with the exact number of hits and three exact facets. Bare tantivy is the least that can give that
page: its own index of the same text in one field, the query written by hand, and no more said than asked. Words follow
Zipf's law; units have 100–300 of them, in 290 municipalities and 74 years. Both must find equally many.
"""

import argparse
import datetime
import itertools
import os
import random
import statistics
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

import tantivy  # noqa: E402

from archive.search import generations, language, vocabulary, writing  # noqa: E402
from archive.search.engine import Engine, Filters  # noqa: E402
from archive.search.schema import Entry  # noqa: E402
from tests import session  # noqa: E402

SEED = 20221124
FACETS = ("municipality", "kind", "year")
KINDS = [f"Ärendetyp {number}" for number in range(40)]
PLACES = [f"{number:04}" for number in range(1000, 1290)]
SYLLABLES = "ba be bi bo bå da de do dra fa fe fi fjä fre ga glå gra gre hu hä in jo ka ki klo kra ku la le li lo lä ma me mi mo må na ne ny nö ora pa pe pla ra re ri ro rå sa se ska ski sko sma spå sta sti stru sty så ta ti to tra tre tu ty tå va ve vi vå ö".split()  # noqa: E501, SIM905
ENDINGS = "r l n m g k t d lm nd ng rk rt st sk".split()  # noqa: SIM905


@dataclass
class Text:
    """Sentences drawn once by Zipf's law; a unit is made of some of them, so that a million take no hour to make."""

    chance: random.Random
    words: list[str] = field(default_factory=list)
    sentences: list[list[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.words = self._vocabulary(60_000)
        weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(self.words))))
        drawn = self.chance.choices(self.words, cum_weights=weights, k=100_000 * 10)
        self.sentences = [drawn[at : at + 10] for at in range(0, len(drawn), 10)]

    def _vocabulary(self, size: int) -> list[str]:
        made: dict[str, None] = {}
        while len(made) < size:
            syllables = self.chance.choices(SYLLABLES, k=self.chance.choice((1, 2, 2, 3, 3)))
            word = "".join(syllables) + self.chance.choice(ENDINGS)
            if len(word) >= 4 and language.stems(word) == [word]:
                made[word] = None
        return list(made)

    def again(self) -> "Text":
        """The same units will be made once more."""
        self.chance = random.Random(SEED + 1)
        return self

    def units(self, number: int) -> Iterator[Entry]:
        joined = [" ".join(sentence) for sentence in self.sentences]
        first = datetime.date(1950, 1, 1).toordinal()
        for _ in range(number):
            chosen = self.chance.choices(joined, k=self.chance.randint(10, 30))
            day = datetime.date.fromordinal(first + self.chance.randrange(27_000))
            yield Entry(
                id=uuid.UUID(int=self.chance.getrandbits(128)),
                title=chosen[0],
                municipality=self.chance.choice(PLACES),
                kind=self.chance.choice(KINDS),
                body=" ".join(chosen[1:]),
                dated_from=day,
                dated_to=day,
                title_order=chosen[0][:80],
            )


# Bare tantivy


def bare_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("text", tokenizer_name=language.STEMS, index_option="position")
    builder.add_text_field("municipality", tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_text_field("kind", tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_unsigned_field("year", indexed=True, fast=True)
    return builder.build()


class Bare:
    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.schema = bare_schema()
        self.index = tantivy.Index(self.schema, path=str(folder))
        self.index.register_tokenizer(language.STEMS, language.stems_analyser())

    def build(self, entries: Iterator[Entry]) -> None:
        writer = self.index.writer(256_000_000, 2)
        for entry in entries:
            fields = {
                "id": entry.id.hex,
                "text": [entry.title, entry.body],
                "municipality": entry.municipality,
                "kind": entry.kind,
                "year": entry.dated_from.year if entry.dated_from else 0,
            }
            writer.add_document(tantivy.Document.from_dict(fields, self.schema))
        writer.commit()
        writer.wait_merging_threads()
        self.index.reload()
        self.searcher = self.index.searcher()

    def page(self, query: tantivy.Query, freed: dict[str, tantivy.Query]) -> int:
        """20 hits with their keys, the exact number, and the facets; one in use is counted without itself."""
        found = self.searcher.search(query, 20)
        for _, address in found.hits:
            self.searcher.doc(address).get_first("id")
        self.searcher.aggregate(query, counted(*(facet for facet in FACETS if facet not in freed)))
        for facet, without in freed.items():
            self.searcher.aggregate(without, counted(facet))
        return int(found.count)  # type: ignore[attr-defined]

    def word(self, word: str) -> tantivy.Query:
        return tantivy.Query.term_query(self.schema, "text", word)

    def all_of(self, *queries: tantivy.Query) -> tantivy.Query:
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in queries])

    def beginning(self, word: str) -> tantivy.Query:
        found = self.searcher.terms_with_prefix("text", word, limit=100)
        return tantivy.Query.term_set_query(self.schema, "text", [term for term, _ in found])


def counted(*facets: str) -> dict[str, Any]:
    return {facet: {"terms": {"field": facet, "size": 1000}} for facet in facets}


# Questions


@dataclass(frozen=True)
class Question:
    kind: str
    text: str
    filters: Filters
    bare: Callable[[Bare], tuple[tantivy.Query, dict[str, tantivy.Query]]]


def questions(text: Text, bare: Bare, engine: Engine, each: int) -> Iterator[Question]:
    chance = random.Random(SEED)
    units = bare.searcher.num_docs
    count = Counter({word: bare.searcher.doc_freq("text", word) for word in text.words})
    opened = engine.reader.open()

    def alone(word: str) -> bool:
        """Found as it stands only: no compounds, no other spelling, so that both are asked for the same."""
        bases = any(opened.units.doc_freq("text", base) for base in vocabulary.bases(word))
        return not (bases or opened.words.compounds(word, 1) or opened.units.doc_freq("folded", word))

    plain = [word for word in text.words if alone(word)]

    def between(low: float, high: float) -> list[str]:
        return [word for word in plain if low * units <= count[word] <= high * units]

    rare, middling, common = between(5 / units, 200 / units), between(0.005, 0.02), between(0.1, 1.0)
    for _ in range(each):
        for kind, words in (("rare", rare), ("middling", middling), ("common", common)):
            yield _plain(kind, chance.choice(words))
        one, two = chance.sample(common, 2)
        yield _plain("two common", one, two)
        sentence = next(s for s in iter(lambda: chance.choice(text.sentences), None) if set(s[2:5]) <= set(plain))
        yield _phrase(sentence[2:5])
        yield _prefix(chance.choice(middling)[:4])
        yield _limited(chance.choice(common), chance.sample(PLACES, 20), chance.sample(KINDS, 5))


def _plain(kind: str, *words: str) -> Question:
    def bare(index: Bare) -> tuple[tantivy.Query, dict[str, tantivy.Query]]:
        made = [index.word(word) for word in words]
        return (index.all_of(*made) if len(made) > 1 else made[0]), {}

    return Question(kind, " ".join(words), Filters(), bare)


def _phrase(words: list[str]) -> Question:
    return Question(
        "phrase",
        f'"{" ".join(words)}"',
        Filters(),
        lambda index: (tantivy.Query.phrase_query(index.schema, "text", list(words)), {}),
    )


def _prefix(word: str) -> Question:
    return Question("prefix", f"{word}*", Filters(), lambda index: (index.beginning(word), {}))


def _limited(word: str, places: list[str], kinds: list[str]) -> Question:
    def bare(index: Bare) -> tuple[tantivy.Query, dict[str, tantivy.Query]]:
        limits = {
            facet: tantivy.Query.term_set_query(index.schema, facet, values)
            for facet, values in (("municipality", places), ("kind", kinds))
        }
        found = index.word(word)
        freed = {
            "municipality": index.all_of(found, limits["kind"]),
            "kind": index.all_of(found, limits["municipality"]),
        }
        return index.all_of(found, *limits.values()), freed

    filters = Filters(municipalities=frozenset(places), kinds=frozenset(kinds))
    return Question("with filters", word, filters, bare)


# Measuring


Call = Callable[[], object]
Taken = dict[str, list[float]]


def times(asked: list[tuple[str, Call]], clients: int) -> Taken:
    """Milliseconds of each named call, when so many clients ask one after another at the same time."""
    queue, lock = iter(asked), threading.Lock()
    taken: Taken = {name: [] for name, _ in asked}

    def client() -> None:
        while True:
            with lock:
                name, call = next(queue, ("", None))
            if call is None:
                return
            begun = time.perf_counter()
            call()
            taken[name].append((time.perf_counter() - begun) * 1000)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


def p95(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1]


def compare(asked: list[Question], bare: Bare, engine: Engine, clients: int, rounds: int) -> None:
    print(f"\n{clients} client{'s' if clients > 1 else ''}, milliseconds per page")
    head = ("kind", "hits", "bare", "p95", "module", "p95", "ratio")
    print(f"{head[0]:14}{head[1]:>10}{head[2]:>10}{head[3]:>9}{head[4]:>10}{head[5]:>9}{head[6]:>8}")
    for kind in dict.fromkeys(question.kind for question in asked):
        some = [question for question in asked if question.kind == kind]
        hits = [_same_total(question, bare, engine) for question in some]
        calls: list[tuple[str, Call]] = []
        for question in some:  # by turns, so that what else the machine does falls on both
            calls.append(("bare", partial(_bare_page, bare, question)))
            calls.append(("ours", partial(engine.find, question.text, question.filters)))
        taken = times(calls * rounds, clients)
        middle = {who: statistics.median(each) for who, each in taken.items()}
        print(
            f"{kind:14}{statistics.median(hits):>10.0f}{middle['bare']:>10.2f}{p95(taken['bare']):>9.2f}"
            f"{middle['ours']:>10.2f}{p95(taken['ours']):>9.2f}{middle['ours'] / middle['bare']:>8.2f}"
        )


def _bare_page(bare: Bare, question: Question) -> int:
    return bare.page(*question.bare(bare))


def _same_total(question: Question, bare: Bare, engine: Engine) -> int:
    ours, theirs = engine.find(question.text, question.filters).total, bare.page(*question.bare(bare))
    if ours != theirs:
        raise SystemExit(f"{question.kind} {question.text!r}: {ours} hits against {theirs}")
    return ours


def size(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--units", type=int, default=100_000)
    parser.add_argument("--each", type=int, default=20, help="questions of each kind")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--http", action="store_true", help="measure the page over HTTP too")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="samarkiv-bench-") as made:
        folder = Path(made)
        text = Text(random.Random(SEED))
        bare, engine = Bare(folder / "bare"), Engine(folder / "ours")
        engine.folder.mkdir()
        begun = time.perf_counter()
        bare.build(text.again().units(chosen.units))
        print(f"bare index:   {time.perf_counter() - begun:7.1f} s, {size(folder / 'bare'):8.0f} MB")
        begun = time.perf_counter()
        generations.take_into_use(writing.build(engine.folder, text.again().units(chosen.units), total=chosen.units))
        print(
            f"module index: {time.perf_counter() - begun:7.1f} s, {size(engine.folder):8.0f} MB (with its vocabulary)"
        )
        asked = list(questions(text, bare, engine, chosen.each))
        for clients in (1, 8):
            compare(asked, bare, engine, clients, chosen.rounds)
        if chosen.http:
            from tests.benchmarks import _search_pages

            try:
                _search_pages.measure(text.again(), chosen.units, asked)
            finally:
                session.remove(session.data_dir())


if __name__ == "__main__":
    main()
