"""The words of the collection, so that ritning finds bygglovsritning, and protokol means protokoll.

Taken from the index's own dictionary after indexing: a compound is a word of two or more words that the collection
(or the short list of archive words below) knows by themselves. Kept as a small index of its own beside the units.
"""

from collections.abc import Container, Iterator

import tantivy

from archive.search import language, schema

SHORTEST_PART = 3
SHORTEST_WORD = 3
LONGEST = 40
LINKS = ("", "s", "e", "o", "u", "a")  # bygglovs-, läke-, kyrko-, gatu-
# Endings that the Swedish stemmer leaves on: protokollet, skolans.
ENDINGS = ("ets", "et", "ans", "an", "ns", "n")

SEED = frozenset(
    language.stems(
        "akt anmälan ansökan arkiv arkivering avgift avtal bad barn beslut betyg bibliotek bidrag bild bilaga bostad "
        "brand brev budget bygg byggnad bygglov bygge byte cykel dagordning detalj diarium dokument drift elev "
        "energi fastighet film folk foto fritid fråga fullmäktige förskola förslag förvaltning gata god grund grupp "
        "handling hem hus hälsa idrott instans intyg inventering journal karta kommun kontor kontroll kort kultur "
        "kyrka kyrkogård lag ledamot leverans lista lov lärare löne mark mat medborgare miljö motion mål möte nämnd "
        "ombud område ordning park personal plan politik post program projekt protokoll pris rapport register regel "
        "renhållning revision ritning råd rätt samhälle skola skolor skog skrivelse sjukvård social stad stadga "
        "statistik styrelse system taxa tillstånd tillsyn tjänst tomt trafik undersökning upphandling utbildning "
        "utredning utskott vatten vård väg verk verksamhet vuxen ärende äldre ändring"
    )
)


def refresh(units: tantivy.Searcher, words: tantivy.Index) -> int:
    """Write the vocabulary anew from the dictionary of the units' index; readers see the old one until it is done."""
    counts = dict(_dictionary(units))
    known = SEED | {word for word, count in counts.items() if count >= often(units.num_docs)}
    writer = words.writer(32_000_000, 1)
    writer.delete_all_documents()
    for word, count in counts.items():
        fields = {"word": word, "backwards": word[::-1], "count": count, "parts": sorted(parts(word, known))}
        writer.add_document(tantivy.Document.from_dict(fields, schema.words_schema()))
    writer.commit()
    writer.wait_merging_threads()
    return len(counts)


def _dictionary(units: tantivy.Searcher) -> Iterator[tuple[str, int]]:
    for word, count in units.terms_with_prefix("text", ""):
        if SHORTEST_WORD <= len(word) <= LONGEST and word.isalpha():
            yield word, count


def often(units: int) -> int:
    """How many units must hold a word for it to count as a part of others: misspellings are seldom repeated."""
    return 1 if units < 10_000 else 3


def parts(word: str, known: Container[str], depth: int = 2) -> set[str]:
    """The stems that a stem is made of: bygglovsritning → bygglov, ritning; nothing for a simple word."""
    found: set[str] = {base for ending in ENDINGS if (base := _without(word, ending)) and base in known}
    for at in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1):
        if _is_part(tail := word[at:], known) and (head := _head(word[:at], known)):
            found |= {head, tail}
    if word.startswith("e") and (rest := word[1:]) in known:  # e-arkiv, e-tjänst
        found.add(rest)
    elif word.startswith("e") and not found and depth > 1:
        found |= parts(word[1:], known, depth - 1)
    if depth > 1:
        for part in tuple(found):
            found |= parts(part, known, depth - 1)
    return found - {word}


def bases(stem: str) -> list[str]:
    """The word without an ending that the stemmer leaves on."""
    return [base for ending in ENDINGS if (base := _without(stem, ending))]


def _head(text: str, known: Container[str]) -> str | None:
    """The first part without its link: bygglovs → bygglov, gatu → gat."""
    for link in LINKS:
        if len(text) - len(link) >= SHORTEST_PART and text.endswith(link):
            bare = text.removesuffix(link) if link else text
            if _is_part(bare, known):
                return bare
    stem = next(iter(language.stems(text)), text)
    return stem if stem in known and len(text) > SHORTEST_PART + 1 else None


def _is_part(text: str, known: Container[str]) -> bool:
    """Three letters are too easily found inside other words, unless the word is one that archives use."""
    return text in known and (len(text) > SHORTEST_PART or text in SEED)


def _without(word: str, ending: str) -> str | None:
    return word.removesuffix(ending) if word.endswith(ending) and len(word) - len(ending) >= 4 else None


MOST_COMPOUNDS = 100
MOST_GUESSES = 200
ENOUGH_LETTERS_FOR_TWO_FAULTS = 8


class Vocabulary:
    """Questions to the vocabulary as it stood when the searcher was opened."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self.searcher = searcher

    def compounds(self, stem: str, most: int) -> list[str]:
        """Words of the collection that hold this one, the most used first."""
        if not self.searcher.doc_freq("parts", stem):
            return []
        query = tantivy.Query.term_query(schema.words_schema(), "parts", stem, index_option="basic")
        return self._words(query, most)

    def around(self, stem: str, most: int) -> list[str]:
        """Words that begin or end with one that never stands alone in the collection."""
        if len(stem) < 4:
            return []
        after = self.searcher.terms_with_prefix("word", stem, limit=most)
        before = self.searcher.terms_with_prefix("backwards", stem[::-1], limit=most)
        return [word for word, _ in after] + [word[::-1] for word, _ in before]

    def near(self, stem: str) -> Iterator[list[str]]:
        """Words of one fault's distance, then of two."""
        if len(stem) < 4 or not stem.isalpha():
            return
        for distance in (1, 2) if len(stem) >= ENOUGH_LETTERS_FOR_TWO_FAULTS else (1,):
            query = tantivy.Query.fuzzy_term_query(schema.words_schema(), "word", stem, distance=distance)
            yield [word for word in self._words(query, MOST_GUESSES) if word != stem]

    def _words(self, query: tantivy.Query, limit: int) -> list[str]:
        result = self.searcher.search(query, limit, count=False, order_by_field="count")
        return [str(self.searcher.doc(address).get_first("word")) for _, address in result.hits]
