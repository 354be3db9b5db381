"""Avstämning: the person says what the source system has, the archive says what it has, and both must agree."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium import audit
from consortium.audit_events import Event
from consortium.models import User
from deliveries import history, progress
from deliveries.models import Participation, Reconciliation, SampleCheck
from deliveries.phases import locked
from deliveries.project_refusals import NotNow, ReasonMissing


@transaction.atomic
def count(
    part: Participation, what: str, in_source: int, *, by: User, left_out: int = 0, why_left_out: str = ""
) -> Reconciliation:
    """Counted again, the line is replaced: what stands is how it is now, the audit log has how it was."""
    part = locked(part)
    if left_out and not why_left_out.strip():
        raise ReasonMissing(_("Skriv varför %(n)d rader inte ska arkiveras.") % {"n": left_out})
    if left_out > in_source:
        raise NotNow(_("Fler rader lämnas utanför än källsystemet har. Rätta antalen."))
    row, _made = Reconciliation.objects.update_or_create(
        participation=part,
        what=what,
        defaults={
            "in_source": in_source,
            "left_out": left_out,
            "why_left_out": why_left_out.strip(),
            "archived": progress.archived(part).get(what, 0),
            "checked_at": timezone.now(),
            "checked_by": by,
        },
    )
    history.touch(part.project)
    audit.record(
        by=by,
        what=Event.COUNTS_RECONCILED,
        target=part.project,
        place=part.municipality,
        counted=what,
        in_source=in_source,
        left_out=left_out,
        archived=row.archived,
    )
    return row


@transaction.atomic
def sample(part: Participation, what: str, outcome: str, *, by: User, note: str = "") -> SampleCheck:
    part = locked(part)
    row = SampleCheck.objects.create(participation=part, what=what, outcome=outcome, note=note, by=by)
    audit.record(
        by=by, what=Event.COUNTS_RECONCILED, target=part.project, place=part.municipality, sample=str(row.outcome)
    )
    return row
