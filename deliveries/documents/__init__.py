"""Agreements on paper: typeset as PDF/A from the same sections as the page."""

from deliveries.documents.agreement import agreement_pdf

__all__ = ["agreement_pdf"]
