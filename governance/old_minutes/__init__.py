"""Gamla protokoll: from a text or PDF written elsewhere to a proposal that a person reads and confirms.

Nothing is taken in by itself. Whatever may be wrong is marked with a code, a sentence and its line; the source is kept
as it is. Persons are known by function and municipality, so names in attendance lists stay in the source.
"""

from governance.old_minutes.proposal import Doubt, KnownMunicipality, Proposal
from governance.old_minutes.read import read

__all__ = ["Doubt", "KnownMunicipality", "Proposal", "read"]
