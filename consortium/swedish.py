"""Swedish order wherever names are sorted, alike in PostgreSQL and Python, without ICU or operating system locale.

å, ä and ö come after z; letters of other languages count as their nearest Swedish one (é as e, ü as y, ø as ö).
"""

from django.db.models import F, Func, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Collate, Lower

_FROM = "åäöæøéèêëüáàâãíìîïóòôõúùûçñ"
_TO = "{|}|}eeeeyaaaaiiiioooouuucn"
_TABLE = str.maketrans(_FROM, _TO)


def swedish_key(text: str) -> str:
    """Sort key for Python: `sorted(names, key=swedish_key)`."""
    return text.lower().translate(_TABLE)


def swedish_order(field: str | Combinable) -> Collate:
    """Order-by expression for a queryset, equal to `swedish_key`."""
    source = F(field) if isinstance(field, str) else field
    translated = Func(Lower(source), Value(_FROM), Value(_TO), function="translate", output_field=TextField())
    return Collate(translated, "C")
