"""Kallelser and protokoll on paper: the same facts as the pages, laid out by the .typ file beside."""

from governance.documents.agenda import agenda_pdf
from governance.documents.minutes import minutes_pdf

__all__ = ["agenda_pdf", "minutes_pdf"]
