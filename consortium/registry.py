"""Numbers that people quote: SIP-2026-00042. Drawn inside the transaction that uses them, so none is lost."""

from django.db import transaction
from django.utils import timezone

from consortium.models.numbers import NumberSeries


@transaction.atomic
def next_number(key: str) -> str:
    year = timezone.localdate().year
    NumberSeries.objects.bulk_create([NumberSeries(key=key, year=year)], ignore_conflicts=True)
    series = NumberSeries.objects.select_for_update().get(key=key, year=year)
    series.last += 1
    series.save(update_fields=["last"])
    return f"{key}-{year}-{series.last:05d}"
