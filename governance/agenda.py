"""Dagordning: items with type, responsible and length, whose starts follow from their order (times are "ca").

Standing items and what earlier meetings left over come by themselves.
"""

import datetime
import hashlib
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef
from django.utils import translation
from django.utils.translation import gettext as _

from consortium import audit, personal_numbers
from consortium.audit_events import Event
from consortium.models import User
from governance import standing
from governance.models import AgendaItem, Attachment, Meeting

PAPER_MAX_BYTES = 20_000_000
# Told by their first bytes, not by their name or what the browser says.
PAPERS = {
    "pdf": ("application/pdf", b"%PDF-"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK\x03\x04"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK\x03\x04"),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", b"PK\x03\x04"),
    "odt": ("application/vnd.oasis.opendocument.text", b"PK\x03\x04"),
    "ods": ("application/vnd.oasis.opendocument.spreadsheet", b"PK\x03\x04"),
    "odp": ("application/vnd.oasis.opendocument.presentation", b"PK\x03\x04"),
    "png": ("image/png", b"\x89PNG\r\n"),
    "jpg": ("image/jpeg", b"\xff\xd8\xff"),
}


class AgendaIsClosed(Exception):
    """The meeting is held or cancelled; its agenda is history."""


class ItemChangedMeanwhile(Exception):
    def __init__(self, text: str, theirs: AgendaItem) -> None:
        super().__init__(text)
        self.theirs = theirs


class PaperRefused(Exception):
    """The file is too large, of an unknown kind, or named after somebody's personal number."""


@dataclass(frozen=True)
class Slot:
    item: AgendaItem
    start: datetime.time
    end: datetime.time
    overlap: int = 0  # minutes that the item before runs into this one's fixed time
    gap: int = 0


@dataclass(frozen=True)
class Timetable:
    slots: tuple[Slot, ...]
    end: datetime.time
    length: int
    over: int  # minutes past the announced end


def timetable(meeting: Meeting) -> Timetable:
    """Each item starts where the one before ends, or at its fixed time."""
    begins = at = _minutes(meeting.starts_at)
    slots = []
    for item in meeting.items.all():
        fixed = _minutes(item.fixed_start) if item.fixed_start else at
        slots.append(
            Slot(item, _time(fixed), _time(fixed + item.length), overlap=max(0, at - fixed), gap=max(0, fixed - at))
        )
        at = fixed + item.length
    last = at if slots else begins
    return Timetable(
        tuple(slots),
        _time(last),
        sum(slot.item.length for slot in slots),
        max(0, last - _minutes(meeting.ends_at)),
    )


def _minutes(at: datetime.time) -> int:
    return at.hour * 60 + at.minute


def _time(minutes: int) -> datetime.time:
    hour, minute = divmod(minutes % (24 * 60), 60)
    return datetime.time(hour, minute)


@translation.override(settings.LANGUAGE_CODE)
def fill(meeting: Meeting) -> None:
    """Standing items, then what was carried. Safe to run again: nothing comes twice."""
    here = set(meeting.items.values_list("standing_key", flat=True))
    for each in standing.items():
        if each.key in here or not _belongs(each.key, meeting):
            continue
        _append(meeting, title=str(each.title), type=each.type, length=each.length, standing_key=each.key)
    carry(meeting)


def _belongs(key: str, meeting: Meeting) -> bool:
    if key == standing.CHOOSE_ADJUSTER:
        return meeting.kind == Meeting.Kind.MINUTES
    return key != standing.PREVIOUS_MINUTES or meeting.previous is not None


def carry(meeting: Meeting) -> list[AgendaItem]:
    """Items that an earlier meeting of the body tabled or put off, and that no meeting has taken up or will."""
    not_cancelled = AgendaItem.objects.exclude(meeting__status=Meeting.Status.CANCELLED)
    left = not_cancelled.filter(meeting__body=meeting.body, meeting__held_on__lt=meeting.held_on).filter(
        ~Exists(not_cancelled.filter(carried_from=OuterRef("pk")))
    )
    return [
        _append(
            meeting,
            title=item.title,
            type=item.type,
            length=item.length,
            responsible=item.responsible,
            description=item.description,
            registry_number=item.registry_number,
            carried_from=item,
        )
        for item in left.order_by("meeting__held_on", "position")
        if item.goes_on and not item.standing_key
    ]


def carry_on_from(meeting: Meeting) -> None:
    """Tell the body's next planned meeting what this one left over."""
    after = Meeting.objects.upcoming(meeting.held_on).filter(body=meeting.body, held_on__gt=meeting.held_on).first()
    if after:
        carry(after)


def _append(meeting: Meeting, **fields: Any) -> AgendaItem:
    last = meeting.items.aggregate(last=Max("position"))["last"] or 0
    return AgendaItem.objects.create(meeting=meeting, position=last + 1, **fields)


@transaction.atomic
def add(meeting: Meeting, *, by: User, **fields: Any) -> AgendaItem:
    _open(meeting)
    item = _append(meeting, **fields)
    _record(meeting, by)
    return item


@transaction.atomic
def change(item: AgendaItem, *, version: int, by: User, **fields: Any) -> AgendaItem:
    _open(item.meeting)
    stands = AgendaItem.objects.select_for_update().get(pk=item.pk)
    if stands.version != version:
        raise ItemChangedMeanwhile(_("Någon annan har ändrat punkten sedan du öppnade sidan."), stands)
    for name, value in fields.items():
        setattr(stands, name, value)
    stands.version += 1
    stands.save()
    _record(item.meeting, by)
    return stands


@transaction.atomic
def move(item: AgendaItem, steps: int, *, by: User) -> AgendaItem:
    """-1 is one step up. At either end nothing happens."""
    _open(item.meeting)
    order = list(item.meeting.items.select_for_update())
    place = next(n for n, each in enumerate(order) if each.pk == item.pk)
    target = min(max(place + steps, 0), len(order) - 1)
    if target != place:
        order.insert(target, order.pop(place))
        _number(order)
        _record(item.meeting, by)
    item.refresh_from_db()
    return item


@transaction.atomic
def remove(item: AgendaItem, *, by: User) -> None:
    meeting = item.meeting
    _open(meeting)
    item.delete()
    _number(list(meeting.items.select_for_update()))
    _record(meeting, by)


def _number(order: list[AgendaItem]) -> None:
    for position, item in enumerate(order, 1):
        if item.position != position:
            AgendaItem.objects.filter(pk=item.pk).update(position=position, version=F("version") + 1)


@transaction.atomic
def attach(item: AgendaItem, name: str, content: bytes, *, by: User) -> Attachment:
    """Lay a paper to the item. The same name again takes the place of the old one."""
    _open(item.meeting)
    ending = name.rpartition(".")[2].lower().replace("jpeg", "jpg")
    kind, begins = PAPERS.get(ending, ("", b""))
    if not kind or not content.startswith(begins):
        raise PaperRefused(
            _(
                "%(name)s kan inte läggas till. Tillåtna format är PDF, Word, Excel, PowerPoint, OpenDocument, "
                "PNG och JPEG."
            )
            % {"name": name}
        )
    if len(content) > PAPER_MAX_BYTES:
        raise PaperRefused(_("%(name)s är större än 20 MB. Gör filen mindre eller länka till den.") % {"name": name})
    if personal_numbers.holds_one(name):
        raise PaperRefused(_("Filnamnet innehåller ett personnummer. Byt namn på filen och försök igen."))
    item.attachments.filter(name=name).delete()
    paper = Attachment.objects.create(
        item=item,
        name=name,
        media_type=kind,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        added_by=by,
    )
    audit.record(by=by, what=Event.AGENDA_PAPER_ADDED, target=item.meeting, place=item.place, item=item.pk)
    return paper


@transaction.atomic
def detach(paper: Attachment, *, by: User) -> None:
    meeting = paper.item.meeting
    _open(meeting)
    paper.delete()
    audit.record(by=by, what=Event.AGENDA_PAPER_REMOVED, target=meeting, place=meeting.place, item=paper.item_id)


def _open(meeting: Meeting) -> None:
    meeting = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if meeting.status in (Meeting.Status.HELD, Meeting.Status.CANCELLED):
        raise AgendaIsClosed(_("Mötet är hållet eller inställt, så dagordningen ändras inte längre."))


def _record(meeting: Meeting, by: User | None) -> None:
    audit.record(by=by, what=Event.AGENDA_CHANGED, target=meeting, place=meeting.place)
