"""Lines become paragraphs again: wrapped lines, words parted at a line's end, sentences cut by a page's edge."""

import re

from django.utils.translation import gettext as _

from governance.old_minutes.proposal import Proposal
from governance.old_minutes.source import Line

_ENDS = re.compile(r"[.:;!?…)\]”\"»]$")
_BULLET = re.compile(r"[-–•]\s")


def paragraphs(lines: list[Line], removed: list[Line], proposal: Proposal) -> list[Line]:
    """One line per paragraph, table row or heading, under the number of its first line. Blank lines are gone."""
    edges = sorted(line.number for line in removed)
    made: list[Line] = []
    blank, last_number, last_page = True, 0, 1
    for line in lines:
        if line.is_blank:
            blank = True
            continue
        text = line.text.strip()
        crossed = blank and (any(last_number < edge < line.number for edge in edges) or line.page != last_page)
        if made and not blank and _wraps(made[-1].text, text):
            made[-1] = Line(made[-1].number, _joined(made[-1].text, text), line.page)
        elif made and crossed and _was_cut(made[-1].text, text):
            made[-1] = Line(made[-1].number, _joined(made[-1].text, text), line.page)
            proposal.doubt(
                "SENTENCE_JOINED",
                "note",
                _("En mening som delades av en sidbrytning är hopfogad."),
                line.number,
                text[:60],
            )
        else:
            made.append(Line(line.number, line.text if "\t" in line.text else text, line.page))
        blank, last_number, last_page = False, line.number, line.page
    return made


def _wraps(before: str, text: str) -> bool:
    if "\t" in before or "\t" in text or _BULLET.match(text):
        return False
    if before.endswith(("-", ",")) or text[0].islower():
        return True
    return text.startswith("(") and _BULLET.match(before) is not None


def _was_cut(before: str, text: str) -> bool:
    return text[0].islower() and not _ENDS.search(before) and "\t" not in before


def _joined(before: str, text: str) -> str:
    if re.search(r"\b[A-ZÅÄÖe]-$", before):  # E-arkiv keeps its hyphen
        return before + text
    if re.search(r"[a-zåäö]-$", before) and text[0].islower():
        return before[:-1] + text
    return f"{before} {text}"
