"""How text becomes words: one function for what is indexed and for what is asked, so that the two always meet.

Words are lower-cased and stemmed by the Snowball rules for Swedish inside the index library; before that, `prepare`
evens out spelling, and `codes` finds what archives are asked for by number: register numbers, property designations, §.
"""

import re
import unicodedata
from functools import cache

import tantivy

WORDS = "samarkiv_words"  # names under which the index knows the two analysers
STEMS = "samarkiv_stems"
LONGEST_WORD = 80

_E_WORD = re.compile(r"\b([ei])[-\u2010\u2011](?=[^\W\d]{3})", re.IGNORECASE)
_E_ARCHIVE = re.compile(r"\be (?=(?:arkiv|tjänst|post|handling|lednings))", re.IGNORECASE)
_FOLDS = (
    *(("å", "a"), ("ä", "a"), ("ö", "o"), ("é", "e"), ("ü", "u"), ("æ", "a"), ("ø", "o")),
    *((letter, "e") for letter in "èêë"),
    *((letter, "a") for letter in "áàâã"),
    *((letter, "i") for letter in "íìîï"),
    *((letter, "o") for letter in "óòôõ"),
    *((letter, "u") for letter in "úùû"),
    *(("ý", "y"), ("ñ", "n"), ("ç", "c")),
)

# Read alike in what is indexed and in what is asked, whatever blank stands before the number.
SECTION = r"(?:§+|\bparagraf(?:en)?|\bpar\.)\s?\d{1,4}\b"
DESIGNATION = r"\b[^\W\d_][\w-]*\s\d{1,4}:\d{1,4}(?![\d:])"
_SECTION = re.compile(SECTION, re.IGNORECASE)
_PARAGRAPH = re.compile(r"paragraf|par\.", re.IGNORECASE)
_DESIGNATION = re.compile(DESIGNATION)
_NUMBERS_WITH_COLON = re.compile(r"\d:\d")
_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"\d+")
_PIECES = re.compile(r"\d+|[^\W\d_]+")
LONGEST_CODE = 6  # pieces

# Function words carry no meaning of their own: a question may hold them, an answer need not.
FUNCTION_WORDS = frozenset(
    (
        *("och", "eller", "i", "på", "av", "om", "till", "för", "från", "med", "vid", "ur", "åt", "den", "det", "de"),
        *("en", "ett", "som", "att", "är", "var", "mot", "under", "över", "efter", "inför", "enligt"),
    )
)


@cache
def words_analyser() -> tantivy.TextAnalyzer:
    """Lower-cased words as they are written."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    return builder.filter(tantivy.Filter.remove_long(LONGEST_WORD)).filter(tantivy.Filter.lowercase()).build()


@cache
def stems_analyser() -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    lowered = builder.filter(tantivy.Filter.remove_long(LONGEST_WORD)).filter(tantivy.Filter.lowercase())
    return lowered.filter(tantivy.Filter.stemmer("swedish")).build()


def prepare(text: str) -> str:
    """Even out what people and systems write differently: composed letters, soft hyphens, e-arkiv and eArkiv."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).replace("\u00ad", "")
    if "-" in text or "\u2010" in text or "\u2011" in text:
        text = _E_WORD.sub(r"\1", text)
    return _E_ARCHIVE.sub("e", text) if "e " in text or "E " in text else text


def stems(text: str) -> list[str]:
    return list(stems_analyser().analyze(prepare(text)))


def words(text: str) -> list[str]:
    return list(words_analyser().analyze(prepare(text)))


def fold(text: str) -> str:
    """Without Swedish dots and rings, as on a foreign keyboard: Säter → sater. Expects lower case."""
    for letter, plain in _FOLDS:  # quicker than str.translate, and a rebuild folds a million texts
        if letter in text:
            text = text.replace(letter, plain)
    return text


def code(text: str) -> str:
    """A number as quoted, whatever the case and separators: 2022/SKF0106, 2022 skf 0106 → 2022skf0106; 5:12 → 5.12."""
    return _joined(_PIECES.findall(text.lower()))


def sections(text: str) -> list[str]:
    """§ 18, §18 and paragraf 18 are the same."""
    if "§" not in text and not _PARAGRAPH.search(text):
        return []
    return [f"§{int(_NUMBER.findall(found)[-1])}" for found in _SECTION.findall(text)]


def designations(text: str) -> list[str]:
    """Viared 5:12 as one code, name and all."""
    if not _NUMBERS_WITH_COLON.search(text):
        return []
    return [code(found) for found in _DESIGNATION.findall(text)]


def codes(text: str) -> set[str]:
    """Every code that text can be asked for by: whole numbers and their parts, from any piece to any later one."""
    if not _DIGIT.search(text):
        return set()
    numbered = [word for word in text.split() if not word.isalpha() and _DIGIT.search(word)]
    found = {*sections(text), *designations(text)}
    for word in numbered:
        found.update(_runs(_PIECES.findall(word.lower())[:LONGEST_CODE]))
    return found


def quoted_codes(number: str) -> set[str]:
    """A register number in full, blanks and all: KS 2022-123 is also asked for as ks2022/123."""
    return _runs(_PIECES.findall(number.lower())[:LONGEST_CODE])


def _runs(pieces: list[str]) -> set[str]:
    if len(pieces) < 2:
        return set()
    ends = range(1, len(pieces) + 1)
    return {_joined(pieces[begin:end]) for end in ends for begin in range(end)}


def _joined(pieces: list[str]) -> str:
    """A point keeps two numbers apart (5:12 is not 51:2); a letter beside a digit needs none."""
    joined = ""
    for piece in pieces:
        joined += "." + piece if joined and joined[-1].isdigit() == piece[0].isdigit() else piece
    return joined
