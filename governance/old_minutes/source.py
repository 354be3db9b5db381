"""From a file to lines of text with their numbers, page after page. PDF by pypdf, everything else as text."""

import io
import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

LARGEST = 20_000_000
MOST_PAGES = 400
MOST_LINES = 20_000


class Unreadable(Exception):
    """The file cannot be read as minutes; the text says why and what to do."""


@dataclass(frozen=True)
class Line:
    number: int
    text: str
    page: int = 1

    @property
    def is_blank(self) -> bool:
        return not self.text.strip()


def lines(content: bytes) -> list[Line]:
    if len(content) > LARGEST:
        raise Unreadable(_("Filen är större än 20 MB. Dela upp den, ett möte i varje fil."))
    pages = _pdf_pages(content) if content.startswith(b"%PDF-") else _text_pages(content)
    found = [(text, page) for page, whole in enumerate(pages, 1) for text in whole.split("\n")]
    if len(found) > MOST_LINES:
        raise Unreadable(_("Filen har för många rader för att vara ett protokoll."))
    if not any(text.strip() for text, _page in found):
        raise Unreadable(_("Filen innehåller ingen text. Är den skannad behöver den tolkas till text (OCR) först."))
    return [Line(number, _plain(text), page) for number, (text, page) in enumerate(found, 1)]


def _pdf_pages(content: bytes) -> list[str]:
    from pypdf import PdfReader  # eight megabytes that a web process without old minutes never needs
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            raise Unreadable(_("Filen är låst med lösenord. Spara den utan lösenord och försök igen."))
        if len(reader.pages) > MOST_PAGES:
            raise Unreadable(_("Filen har fler än 400 sidor. Dela upp den, ett möte i varje fil."))
        return [page.extract_text() for page in reader.pages]
    except Unreadable:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError) as error:
        raise Unreadable(_("Filen går inte att läsa som PDF. Öppna den och spara den på nytt som PDF.")) from error


def _text_pages(content: bytes) -> list[str]:
    if b"\0" in content[:4096]:
        raise Unreadable(_("Filen är varken text eller PDF. Spara protokollet som PDF och försök igen."))
    return decoded(content).split("\f")


def decoded(content: bytes) -> str:
    """UTF-8, or what Windows wrote before it."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _plain(text: str) -> str:
    """Without the signs of typewritten emphasis and headings; a lone star is kept, it may be a footnote."""
    text = re.sub(r"^#{1,6}\s+", "", text.replace("\u00a0", " ").replace("\u00ad", ""))
    text = re.sub(r"\*\*(.+?)\*\*", r"\1", text)
    return re.sub(r"\*([^*\s][^*]*[^*\s])\*", r"\1", text).rstrip()
