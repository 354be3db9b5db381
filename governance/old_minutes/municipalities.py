"""Municipalities by any of their spellings; a near miss is a suggestion, never a guess taken for granted."""

import difflib
import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from governance.old_minutes.proposal import KnownMunicipality, Proposal
from governance.old_minutes.source import Line

_NAMED = re.compile(r"\b([A-ZÅÄÖ][a-zåäöé]+(?:-[A-ZÅÄÖ][a-zåäöé]+)?)\s+(komm?un|stad)\b", re.IGNORECASE)
NEAR = 0.82


class Register:
    def __init__(self, known: Iterable[KnownMunicipality]) -> None:
        self.by_code = {each.code: each for each in known}
        self._spelt = {word.casefold(): each for each in self.by_code.values() for word in each.spellings}

    def find(self, text: str) -> KnownMunicipality | None:
        """Exactly so, by whatever way it is written."""
        return self._spelt.get(" ".join(text.split()).strip(" .").casefold())

    def within(self, text: str) -> KnownMunicipality | None:
        """The municipality that a part of the text names ("kanslichef, Falu kommun")."""
        for part in reversed(text.split(",")):
            if found := self.find(part) or self.near(part):
                return found
        for found_words in _NAMED.finditer(text):
            if found := self.find(found_words[0]) or self.near(found_words[0]):
                return found
        return None

    def near(self, text: str) -> KnownMunicipality | None:
        """A spelling that is almost one of ours: Sätters kommun."""
        word = " ".join(text.split()).strip(" .").casefold()
        if not _NAMED.fullmatch(word):
            return None
        close = difflib.get_close_matches(word, list(self._spelt), n=1, cutoff=NEAR)
        return self._spelt[close[0]] if close else None

    def name(self, code: str) -> str:
        return self.by_code[code].name if code in self.by_code else code


def look_for_misspelt(lines: list[Line], written: list[Line], register: Register, proposal: Proposal) -> None:
    """`lines` are whole paragraphs; `written` tells on which line of the source the words stand."""
    for line in lines:
        for words in _NAMED.finditer(line.text):
            if not words[1][0].isupper() or register.find(words[0]):
                continue
            if meant := register.near(words[0]):
                proposal.doubt(
                    "MUNICIPALITY_MISSPELT",
                    "check",
                    _("”%(found)s” är troligen %(meant)s. Så står det i registret.")
                    % {"found": words[0], "meant": meant.official_name},
                    next(
                        (at.number for at in written if at.number >= line.number and words[0] in at.text), line.number
                    ),
                    words[0],
                    meant.official_name,
                )


def _line_of(words: str, paragraph: Line, written: Iterable[Line]) -> int:
    return next((line.number for line in written if line.number >= paragraph.number and words in line.text), 0)
