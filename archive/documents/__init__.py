"""Receipts and validation reports on paper: the same facts as the pages and JSON, laid out by the .typ file beside."""

from archive.documents.receipt import receipt_pdf
from archive.documents.report import report_pdf

__all__ = ["receipt_pdf", "report_pdf"]
