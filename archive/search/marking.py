"""The words that were found, marked in the text that is shown, and the piece of it around the first of them."""

import unicodedata
from collections.abc import Collection

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from archive.search import language

LENGTH = 240
BEFORE = 60


def marked(text: str, stems: Collection[str]) -> SafeString:
    """The whole text as safe HTML, found words in <mark>."""
    text = unicodedata.normalize("NFC", text)
    pieces, end = [], 0
    for begin, finish in _places(text, stems):
        pieces += [conditional_escape(text[end:begin]), mark_safe("<mark>"), conditional_escape(text[begin:finish])]
        pieces.append(mark_safe("</mark>"))
        end = finish
    return SafeString("".join([*pieces, conditional_escape(text[end:])]))


def snippet(text: str, stems: Collection[str]) -> SafeString:
    """About two lines around the first found word, cut at blanks."""
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    if len(text) <= LENGTH:
        return marked(text, stems)
    first = next(iter(_places(text, stems)), (0, 0))[0]
    begin = 0 if first <= BEFORE else text.rfind(" ", 0, first - BEFORE) + 1
    end = begin + LENGTH
    end = len(text) if end >= len(text) else max(text.rfind(" ", begin, end), begin + 1)
    cut = marked(text[begin:end], stems)
    return SafeString(("… " if begin else "") + cut + (" …" if end < len(text) else ""))


def _places(text: str, stems: Collection[str]) -> list[tuple[int, int]]:
    if not stems or not text:
        return []
    tokens = language.stems_analyser().pre_tokenize(text).tokens
    return [(token.char_offset_from, token.char_offset_to) for token in tokens if token.text in stems]
