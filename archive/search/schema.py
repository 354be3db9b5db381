"""What the index holds of a unit. Change a field here, or how language.py reads text, and raise SHAPE: indexes of
another shape are rebuilt by themselves.

`text` holds the stems of everything that may be found, the title twice so that it weighs more. `folded` holds words
with Swedish letters once more without them, `codes` the numbers records are quoted by, `title_words` the title as
written (for suggestions). The index stores nothing but keys: what is shown comes from the database.
"""

import datetime
import uuid
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from typing import Any

import tantivy

from archive.search import language

SHAPE = f"2 {version('tantivy')}"
RAW = "raw"


@dataclass(frozen=True, slots=True)
class Entry:
    """A unit as the index sees it."""

    id: uuid.UUID
    title: str
    municipality: str
    parent: uuid.UUID | None = None  # withdrawn with it
    kind: str = ""
    body: str = ""
    numbers: tuple[str, ...] = ()  # register number, property designation: quoted in full
    dated_from: datetime.date | None = None
    dated_to: datetime.date | None = None
    title_order: str = field(default="")


@cache
def schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name=RAW, index_option="basic")
    builder.add_text_field("parent", tokenizer_name=RAW, index_option="basic")
    builder.add_text_field("text", tokenizer_name=language.STEMS, index_option="position")
    builder.add_text_field("title_words", tokenizer_name=language.WORDS, index_option="basic")
    builder.add_text_field("folded", tokenizer_name=language.STEMS, index_option="basic")
    builder.add_text_field("codes", tokenizer_name=RAW, index_option="basic")
    builder.add_text_field("municipality", tokenizer_name=RAW, index_option="basic", fast=True)
    builder.add_text_field("kind", tokenizer_name=RAW, index_option="basic", fast=True)
    builder.add_unsigned_field("year", indexed=True, fast=True)
    builder.add_unsigned_field("newest", fast=True)
    builder.add_unsigned_field("oldest", fast=True)
    builder.add_text_field("title_order", tokenizer_name=RAW, index_option="basic", fast=True)
    return builder.build()


@cache
def words_schema() -> tantivy.Schema:
    """The vocabulary beside it: each word of the collection, backwards too, and the words it is made of."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("word", stored=True, tokenizer_name=RAW, index_option="basic")
    builder.add_text_field("backwards", tokenizer_name=RAW, index_option="basic")
    builder.add_text_field("parts", tokenizer_name=RAW, index_option="basic")
    builder.add_unsigned_field("count", stored=True, fast=True)
    return builder.build()


def register(index: tantivy.Index) -> tantivy.Index:
    index.register_tokenizer(language.WORDS, language.words_analyser())
    index.register_tokenizer(language.STEMS, language.stems_analyser())
    return index


_LAST_DAY = datetime.date.max.toordinal()
LONGEST_SPAN = 150  # years; a longer span says nothing of any one year


def document(entry: Entry) -> tantivy.Document:
    title, _, body = language.prepare(f"{entry.title}\n{entry.body}").partition("\n")
    first = entry.dated_from or entry.dated_to
    fields: dict[str, Any] = {
        "id": entry.id.hex,
        "text": [title, title, body, *entry.numbers],
        "title_words": title,
        "municipality": entry.municipality,
        "kind": entry.kind,
        "year": years(entry),
        "newest": first.toordinal() if first else 0,
        "oldest": _LAST_DAY - first.toordinal() if first else 0,
        "title_order": entry.title_order,
        "codes": sorted(codes(entry)),
    }
    if entry.parent:
        fields["parent"] = entry.parent.hex
    if folded := folds(f"{title} {body}"):
        fields["folded"] = folded
    return tantivy.Document.from_dict(fields, schema())


def years(entry: Entry) -> list[int]:
    first, last = entry.dated_from or entry.dated_to, entry.dated_to or entry.dated_from
    if first is None or last is None or not 0 <= last.year - first.year <= LONGEST_SPAN:
        return [day.year for day in (entry.dated_from, entry.dated_to) if day]
    return list(range(first.year, last.year + 1))


def codes(entry: Entry) -> set[str]:
    found = language.codes(f"{entry.title} {entry.body}")
    for number in entry.numbers:
        found |= language.codes(number) | language.quoted_codes(number)
    return found


def folds(text: str) -> str:
    """The words that are typed otherwise on a keyboard without å, ä and ö, as they are typed there."""
    if text.isascii():
        return ""
    return language.fold(" ".join({word for word in text.lower().split() if not word.isascii()}))
