"""Offentliggörande: what anyone may see is opened unit by unit, and taken back with everything under it at once.

Closing goes downwards by itself, opening never does (requirements 2.2 point 4). Each act leaves a trace and queues the
units for the search index; pages and search look at the rows, so what is withdrawn is gone with the commit.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from archive.models import ArchivalUnit, Withdrawal
from consortium import audit, personal_numbers
from consortium.audit_events import Event
from consortium.models import User
from consortium.models.leases import DatabaseNow, database_now


class NotPublishable(Exception):
    """Why the unit stays closed, as a sentence to the archivist."""


@transaction.atomic
def publish(unit: ArchivalUnit, *, by: User) -> None:
    """Make one unit public from now on, or from the day already decided."""
    unit = ArchivalUnit.objects.select_for_update(of=("self",)).select_related("parent").get(pk=unit.pk)
    if reason := _hindrance(unit):
        raise NotPublishable(reason)
    unit.access = ArchivalUnit.Access.PUBLIC
    unit.public_from = unit.public_from or database_now()
    unit.index_due = database_now()
    unit.save(update_fields=["access", "public_from", "index_due"])
    audit.record(by=by, what=Event.UNIT_PUBLISHED, target=unit, place=unit.owner)


@transaction.atomic
def withdraw(unit: ArchivalUnit, reason: str, *, by: User) -> Withdrawal:
    """Out of public sight with everything under it, from the commit on. What was withdrawn before stays as it is."""
    withdrawal = Withdrawal.objects.create(unit=unit, reason=reason, at=database_now(), by=by)
    covered = ArchivalUnit.objects.filter(pk__in=_with_all_under(unit), withdrawal=None)
    count = covered.update(withdrawal=withdrawal, index_due=DatabaseNow())
    audit.record(by=by, what=Event.UNIT_WITHDRAWN, target=unit, place=unit.owner, units=count)
    return withdrawal


@transaction.atomic
def restore(unit: ArchivalUnit, *, by: User) -> None:
    """Undo the unit's own withdrawal. Under a parent that is still withdrawn it stays out of sight with the parent."""
    unit = ArchivalUnit.objects.select_for_update(of=("self",)).select_related("withdrawal", "parent").get(pk=unit.pk)
    withdrawal = unit.withdrawal
    if withdrawal is None:
        return
    if withdrawal.unit_id != unit.pk:
        raise NotPublishable(
            _("Enheten drogs tillbaka tillsammans med ”%(title)s”. Visa den igen i stället.")
            % {"title": withdrawal.unit.title}
        )
    withdrawal.restored_at, withdrawal.restored_by = database_now(), by
    withdrawal.save(update_fields=["restored_at", "restored_by"])
    above = unit.parent.withdrawal_id if unit.parent else None
    count = withdrawal.covers.update(withdrawal_id=above, index_due=DatabaseNow())
    audit.record(by=by, what=Event.UNIT_RESTORED, target=unit, place=unit.owner, units=count)


def texts(unit: ArchivalUnit) -> Iterable[str]:
    """Everything of the unit that the public would meet, file names too."""
    yield from (unit.title, unit.description, unit.reference, unit.kind, unit.property_designation)
    yield from unit.files.values_list("path", flat=True)


def _hindrance(unit: ArchivalUnit) -> str | None:
    if unit.access == ArchivalUnit.Access.SECRET:
        return _("Sekretess kan gälla (%(law)s). Pröva sekretessen innan enheten görs offentlig.") % {
            "law": unit.secrecy_provision or _("lagrum saknas")
        }
    if unit.holds_personal_number or any(map(personal_numbers.holds_one, texts(unit))):
        return _("Titeln, beskrivningen eller ett filnamn innehåller ett personnummer. Ändra texten och försök igen.")
    if unit.parent and unit.parent.access != ArchivalUnit.Access.PUBLIC:
        return _("”%(title)s”, som enheten hör till, är inte offentlig. Börja med den.") % {"title": unit.parent.title}
    return None


def _with_all_under(unit: ArchivalUnit) -> list[UUID]:
    found, level = [unit.pk], [unit.pk]
    while level := list(ArchivalUnit.objects.filter(parent__in=level).values_list("pk", flat=True)):
        found += level
    return found
