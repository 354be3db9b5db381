"""What is written along a project is changed and taken away, and nobody's text is lost on the way.

Milestones are changed as they stand. The log is a journal: an entry is corrected below what was written, by its
writer, and one that is taken away leaves a line. A document gets versions, and what is taken away comes back if wanted.
"""

import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium.audit_events import Event
from consortium.models import User
from deliveries import editing
from deliveries.journal import demand_open, document_facts, noted
from deliveries.models import LogCorrection, LogEntry, Milestone, ProjectDocument
from deliveries.project_refusals import NotNow, NotTheWriter, ReasonMissing

RoughDay = tuple[datetime.date, str] | None


@transaction.atomic
def change_milestone(
    milestone: Milestone, *, kind: str, label: str, planned: RoughDay, reached: RoughDay, seen: int, by: User
) -> Milestone:
    """Raises editing.ChangedMeanwhile. Without a day it was reached it is not reached any more."""
    if planned is None and reached is None:
        raise ReasonMissing(_("Ange när milstolpen är planerad eller nådd."))
    values = {"kind": kind, "label": label, **_day("planned", planned), **_day("reached", reached)}
    if editing.revise(milestone, values, seen=seen, by=by):
        noted(milestone, by=by, what=Event.PROJECT_NOTE_CHANGED)
    return milestone


def _day(name: str, rough: RoughDay) -> dict[str, datetime.date | str | None]:
    day, precision = rough or (None, "day")
    return {f"{name}_on": day, f"{name}_precision": precision}


@transaction.atomic
def remove_milestone(milestone: Milestone, *, seen: int, by: User) -> None:
    """Raises editing.ChangedMeanwhile, so that nobody removes another milestone than the one that was shown."""
    current = Milestone.objects.select_for_update(of=("self",)).get(pk=milestone.pk)
    if current.revision != seen:
        raise editing.ChangedMeanwhile(current)
    noted(current, by=by, what=Event.PROJECT_NOTE_REMOVED)
    current.delete()


@transaction.atomic
def correct(entry: LogEntry, text: str, *, seen: int, by: User) -> LogCorrection:
    """`seen` is how many corrections there were. Raises editing.ChangedMeanwhile with the last of them."""
    entry = _own(entry, by)
    demand_open(entry.project, entry.municipality)
    made = list(entry.corrections.all())
    if len(made) != seen:
        raise editing.ChangedMeanwhile(made[-1] if made else entry)
    noted(entry, by=by, what=Event.PROJECT_NOTE_CHANGED)
    return LogCorrection.objects.create(entry=entry, text=text, by=by)


@transaction.atomic
def remove_entry(entry: LogEntry, *, by: User) -> None:
    """The row is kept; its place in the log says that it was taken away, when and by which function."""
    entry = _own(entry, by)
    entry.removed_at, entry.removed_by = timezone.now(), by
    entry.save(update_fields=["removed_at", "removed_by"])
    noted(entry, by=by, what=Event.PROJECT_NOTE_REMOVED)


def may_correct(entry: LogEntry, user: User) -> bool:
    return entry.by_id == user.pk and entry.removed_at is None


def _own(entry: LogEntry, by: User) -> LogEntry:
    entry = LogEntry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    if entry.by_id != by.pk:
        raise NotTheWriter(_("Bara den som skrev anteckningen rättar eller tar bort den."))
    if entry.removed_at:
        raise NotNow(_("Anteckningen är redan borttagen."))
    return entry


@transaction.atomic
def replace_document(
    document: ProjectDocument, title: str, filename: str, content: bytes, *, seen: int, by: User
) -> ProjectDocument:
    """A version after the newest, which `seen` names; the earlier ones stay. Raises editing.ChangedMeanwhile."""
    first = _first(document)
    demand_open(first.project, first.municipality)
    if first.removed_at:
        raise NotNow(_("Dokumentet är borttaget. Återställ det först."))
    newest = _newest_as_seen(first, seen)
    made = ProjectDocument.objects.create(
        project=first.project,
        municipality=first.municipality,
        title=title,
        **document_facts(filename, content),
        by=by,
        first=first,
        number=newest.number + 1,
    )
    return noted(made, by=by, what=Event.PROJECT_NOTE_CHANGED)


@transaction.atomic
def remove_document(document: ProjectDocument, *, seen: int, by: User) -> None:
    """With all its versions, until somebody restores it. Raises editing.ChangedMeanwhile."""
    first = _first(document)
    if first.removed_at:
        raise NotNow(_("Dokumentet är redan borttaget."))
    _newest_as_seen(first, seen)
    first.removed_at, first.removed_by = timezone.now(), by
    first.save(update_fields=["removed_at", "removed_by"])
    noted(first, by=by, what=Event.PROJECT_NOTE_REMOVED)


@transaction.atomic
def restore_document(document: ProjectDocument, *, by: User) -> None:
    """Asked twice, the second changes nothing."""
    first = _first(document)
    if first.removed_at:
        first.removed_at = first.removed_by = None
        first.save(update_fields=["removed_at", "removed_by"])
        noted(first, by=by, what=Event.PROJECT_NOTE_RESTORED)


def newest_version(document: ProjectDocument) -> ProjectDocument:
    """The last of the document's versions, without its bytes."""
    first = document.first_id or document.pk
    return ProjectDocument.objects.filter(first=first).defer("content").order_by("-number").first() or document


def _newest_as_seen(first: ProjectDocument, seen: int) -> ProjectDocument:
    newest = newest_version(first)
    if newest.number != seen:
        raise editing.ChangedMeanwhile(newest)
    return newest


def _first(document: ProjectDocument) -> ProjectDocument:
    """Whoever changes a document holds its first version, so that two do it one after the other."""
    locked = ProjectDocument.objects.select_for_update(of=("self",)).defer("content")
    return locked.select_related("project", "municipality").get(pk=document.first_id or document.pk)
