"""Avställning: a system is shut down in a municipality because its records are in the archive, and money is saved."""

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium import audit
from consortium.audit_events import Event
from consortium.models import User
from deliveries.models import Decommissioning, SourceSystem
from deliveries.project_refusals import NotNow
from governance.models import Municipality


@transaction.atomic
def shut_down(
    system: SourceSystem,
    municipality: Municipality,
    on: datetime.date,
    saving_per_year: int,
    *,
    by: User | None,
    precision: str = "day",
    note: str = "",
) -> Decommissioning:
    if Decommissioning.objects.filter(system=system, municipality=municipality).exists():
        raise NotNow(
            _("%(system)s är redan antecknat som avställt i %(name)s.") % {"system": system, "name": municipality.name}
        )
    row = Decommissioning.objects.create(
        system=system,
        municipality=municipality,
        on=on,
        precision=precision,
        saving_per_year=saving_per_year,
        note=note,
        recorded_by=by,
    )
    audit.record(by=by, what=Event.SYSTEM_SHUT_DOWN, target=row, place=municipality, saving=saving_per_year)
    return row


def saved_per_year(municipalities: Iterable[Municipality], on: datetime.date | None = None) -> int:
    """What the shut-down systems would have cost each year."""
    rows = Decommissioning.objects.filter(municipality__in=municipalities, on__lte=on or timezone.localdate())
    return rows.aggregate(total=Sum("saving_per_year"))["total"] or 0
