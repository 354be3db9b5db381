"""Page furniture: letterheads, page numbers, marks for signatures and repeated headers stand between the sentences."""

import re
from collections import Counter
from collections.abc import Iterable

from governance.old_minutes.source import Line

_LABEL = re.compile(
    r"(post|besöks|leverans|faktura)adress|e-?post|webb(plats|adress)?|hemsida|telefon|tel|fax|org\.?\s?n(umme)?r|"
    r"bankgiro|plusgiro",
    re.IGNORECASE,
)
_SURE = re.compile(
    r"(telefon|tel|fax|växel|org\.?\s?nr|bankgiro|plusgiro|e-?post|webb)\w*\.?\s*:.*|"  # Telefon: 0225-55 000
    r".*\b\d{3} ?\d{2}\s+[A-ZÅÄÖ][A-Za-zÅÄÖåäö -]+|"  # Box 300, 783 27 Säter
    r"(\+46|0)[\d ()-]{6,}(\(vxl\))?|"
    r"[\w.+-]+@[\w-]+(\.[\w-]+)+|"
    r"(https?://|www\.)\S+|[\w-]+(\.[\w-]+)*\.(se|nu|com|org|eu)/?",
    re.IGNORECASE,
)
_PAGE = re.compile(r"(sida|sid\.?)?\s*\d{1,3}\s*(\(\d{1,3}\)|/\s*\d{1,3}|av\s+\d{1,3})|sida\s+\d{1,3}", re.IGNORECASE)
_MARKS = re.compile(
    r"\|?\s*(justerare\w*|justerandes?\s+sign\w*|sign\w*)\s*\|?\s+\|?\s*(utdragsbestyrkande|sign\w*)\s*\|?",
    re.IGNORECASE,
)
_RULE = re.compile(r"[\s|+-]*-{3,}[\s|+-]*")
SHORT = 60


def without_furniture(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """What is text, and what was taken away. A blank line stays where something was."""
    gone = _address_blocks(lines) | _repeated(lines)
    gone |= {
        line.number
        for line in lines
        if len(line.text) < 200
        and (_PAGE.fullmatch(line.text.strip()) or _MARKS.fullmatch(line.text.strip()) or _RULE.fullmatch(line.text))
    }
    removed = [line for line in lines if line.number in gone and not _RULE.fullmatch(line.text)]
    kept = [Line(line.number, "", line.page) if line.number in gone else line for line in lines]
    return kept, removed


def _address_blocks(lines: list[Line]) -> set[int]:
    """A label (Postadress) and what follows it, where at least one line is an address beyond doubt."""
    gone: set[int] = set()
    block: list[Line] = []
    sure = after_label = 0
    for line in [*lines, Line(0, "End.")]:
        text = line.text.strip()
        if not text:
            continue
        if len(text) <= SHORT and _LABEL.fullmatch(text):
            block, after_label = [*block, line], 1
        elif len(text) <= SHORT and _SURE.fullmatch(text):
            block, after_label, sure = [*block, line], 0, sure + 1
        elif after_label and len(text) <= SHORT and not text.endswith((".", ":")):
            block, after_label = [*block, line], 0
        else:
            if sure >= 1 and len(block) >= 2:
                gone |= {each.number for each in block}
            block, sure, after_label = [], 0, 0
    return gone


def _repeated(lines: Iterable[Line]) -> set[int]:
    """The first and last lines of pages, when the same (figures aside) stand on several."""
    pages: dict[int, list[Line]] = {}
    for line in lines:
        if not line.is_blank:
            pages.setdefault(line.page, []).append(line)
    edges = [line for page in pages.values() for line in {*page[:3], *page[-3:]}]
    counted = Counter(re.sub(r"\d+", "0", line.text.strip()) for line in edges)
    often = {text for text, times in counted.items() if times >= 2 and times * 2 > len(pages)}
    return {line.number for line in edges if len(pages) > 1 and re.sub(r"\d+", "0", line.text.strip()) in often}
