"""Protokollföring: §§ made from the agenda, saved while they are written, every earlier wording kept.

Two people may write at once: whoever saves second is told and shown both texts; nothing is overwritten unseen.
"""

import datetime
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from consortium import audit
from consortium.audit_events import Event
from consortium.dates import WEEKDAYS
from consortium.formats import clock_span, day_in_text
from consortium.models import User
from consortium.models.leases import database_now
from governance import standing
from governance.meetings import EditedMeanwhile, NotNow
from governance.models import AgendaItem, Body, Meeting, Minutes, Paragraph, ParagraphVersion
from governance.models.minutes import read_paragraph
from governance.paragraphs import Content, content_of, put

# While one person types, what is saved within this time is one and the same wording; autosave comes every few seconds.
ONE_SITTING = datetime.timedelta(minutes=2)


class Locked(NotNow):
    """Adjusted: it stands as it was signed."""


class DuplicateParagraph(NotNow):
    """The body has a § of that number in the same year (or meeting) already."""


@transaction.atomic
def begin(meeting: Meeting, *, by: User | None, first: int | None = None) -> Minutes:
    """Minutes with a § for every item of the agenda. A second call gives the same minutes."""
    meeting = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if meeting.status == Meeting.Status.CANCELLED:
        raise NotNow(_("Mötet är inställt. Planera ett nytt möte om frågorna ska tas upp."))
    minutes, made = Minutes.objects.get_or_create(meeting=meeting, defaults={"time_and_place": time_and_place(meeting)})
    if not made:
        return minutes
    if meeting.start <= timezone.now():  # minutes may be prepared before the meeting
        Meeting.objects.filter(pk=meeting.pk).update(status=Meeting.Status.HELD, due_at=None)
        meeting.refresh_from_db()
    number = first or next_number(meeting)
    for item in meeting.items.all():
        _new(minutes, number, item.title, by, item=item, registry_number=item.registry_number)
        number += 1
    audit.record(by=by, what=Event.MINUTES_BEGUN, target=minutes, place=minutes.place)
    return minutes


@translation.override(settings.LANGUAGE_CODE)
def time_and_place(meeting: Meeting) -> str:
    """Minutes are written in Swedish, whatever language the secretary's pages have."""
    where = ", ".join(part for part in (meeting.place_text, str(meeting.get_mode_display()).lower()) if part)
    weekday = WEEKDAYS[meeting.held_on.weekday()]
    hours = clock_span(meeting.starts_at, meeting.ends_at)
    return f"{weekday}en den {day_in_text(meeting.held_on)}, {hours}, {where}"


def series_of(meeting: Meeting) -> str:
    """Where §§ are counted: the year, or the meeting itself."""
    by_year = meeting.body.numbering == Body.Numbering.YEAR
    return str(meeting.held_on.year) if by_year else meeting.held_on.isoformat()


def next_number(meeting: Meeting) -> int:
    taken = Paragraph.objects.filter(body=meeting.body, series=series_of(meeting))
    return (taken.aggregate(last=Max("number"))["last"] or 0) + 1


def _new(
    minutes: Minutes,
    number: int,
    title: str,
    by: User | None,
    *,
    item: AgendaItem | None = None,
    registry_number: str = "",
) -> Paragraph:
    return Paragraph.objects.create(
        minutes=minutes,
        body=minutes.meeting.body,
        series=series_of(minutes.meeting),
        number=number,
        title=title,
        item=item,
        registry_number=registry_number,
        saved_by=by,
    )


def open_minutes(minutes: Minutes) -> Minutes:
    """The row, locked for this transaction and open to change; else the reason why not."""
    stands = Minutes.objects.select_for_update().select_related("meeting__body").get(pk=minutes.pk)
    if stands.is_locked:
        raise Locked(
            _("Protokollet är justerat och ändras inte. Skriv en rättelse i stället; den fogas till protokollet.")
        )
    if stands.status == Minutes.Status.SIGNING:
        raise NotNow(_("Protokollet är under justering. Öppna det för ändring först; då börjar en ny omgång."))
    return stands


def _open_paragraph(paragraph: Paragraph) -> Paragraph:
    minutes = open_minutes(paragraph.minutes)
    stands = Paragraph.objects.select_for_update(of=("self",)).select_related("item", "saved_by").get(pk=paragraph.pk)
    stands.minutes = minutes
    if stands.adjusted_at:
        raise Locked(_("%(label)s är omedelbart justerad och ändras inte.") % {"label": stands.label})
    return stands


@transaction.atomic
def save(paragraph: Paragraph, content: Content, *, version: int, by: User) -> Paragraph:
    """Save what was written onto version `version`. The same words again change nothing."""
    stands = _open_paragraph(paragraph)
    stood = content_of(stands)
    content = content.keeping_keys_of(stood)
    if stood == content:
        return stands
    if stands.version != version:
        raise EditedMeanwhile(
            _("%(who)s har sparat %(label)s medan du skrev. Här är båda texterna; spara den som ska gälla.")
            % {"who": stands.saved_by or _("Någon annan"), "label": stands.label},
            stands,
        )
    _keep(stands, stood, by)
    stands.version, stands.saved_at, stands.saved_by = stands.version + 1, database_now(), by
    put(stands, content)
    return stands


def _keep(paragraph: Paragraph, stood: Content, by: User) -> None:
    """Keep the wording that is about to go, once per sitting, and leave a trace then (not at each autosave)."""
    last = paragraph.versions.first()
    if last and paragraph.saved_by_id == by.pk and database_now() - last.saved_at < ONE_SITTING:
        return
    ParagraphVersion.objects.create(
        paragraph=paragraph,
        version=paragraph.version,
        content=stood.as_json(),
        saved_at=database_now(),
        saved_by=paragraph.saved_by,
    )
    audit.record(
        by=by, what=Event.MINUTES_SAVED, target=paragraph.minutes, place=paragraph.place, paragraph=paragraph.number
    )


def _keep_as_it_stands(stands: Paragraph) -> None:
    """As it stands now, unless that very version is kept already."""
    ParagraphVersion.objects.get_or_create(
        paragraph=stands,
        version=stands.version,
        defaults={
            "content": content_of(stands).as_json(),
            "saved_at": database_now(),
            "saved_by": stands.saved_by,
        },
    )


@transaction.atomic
def restore(paragraph: Paragraph, kept: ParagraphVersion, *, by: User) -> Paragraph:
    """Let an earlier wording stand again. What stands now is kept first, so that nothing is lost by looking back."""
    stands = _open_paragraph(paragraph)
    content = Content.from_json(kept.content)
    _keep_as_it_stands(stands)
    stands.version, stands.saved_at, stands.saved_by = stands.version + 1, database_now(), by
    put(stands, content)
    audit.record(
        by=by, what=Event.MINUTES_SAVED, target=stands.minutes, place=stands.place, paragraph=stands.number, again=True
    )
    return stands


@transaction.atomic
def add(minutes: Minutes, title: str, *, by: User) -> Paragraph:
    """A matter that was not on the agenda: a § after the last one."""
    minutes = open_minutes(minutes)
    last = minutes.paragraphs.last()
    number = last.number + 1 if last else next_number(minutes.meeting)
    _demand_free(minutes, [number])
    made = _new(minutes, number, title, by)
    audit.record(by=by, what=Event.MINUTES_SAVED, target=minutes, place=minutes.place, paragraph=number)
    return made


@transaction.atomic
def remove(paragraph: Paragraph, *, by: User) -> None:
    """Its versions stay in the log; the §§ after it move up."""
    stands = _open_paragraph(paragraph)
    _keep_as_it_stands(stands)
    minutes, number = stands.minutes, stands.number
    stands.delete()
    _count(list(minutes.paragraphs.all()), first=_first(minutes, number))
    audit.record(by=by, what=Event.MINUTES_SAVED, target=minutes, place=minutes.place, removed=number)


def _first(minutes: Minutes, otherwise: int) -> int:
    first = minutes.paragraphs.first()
    return min(first.number, otherwise) if first else otherwise


@transaction.atomic
def move(paragraph: Paragraph, steps: int, *, by: User) -> Paragraph:
    """-1 is one step up; the §§ change numbers. At either end nothing happens."""
    stands = _open_paragraph(paragraph)
    order = list(stands.minutes.paragraphs.select_for_update())
    place = next(n for n, each in enumerate(order) if each.pk == stands.pk)
    target = min(max(place + steps, 0), len(order) - 1)
    if target != place:
        first = order[0].number
        order.insert(target, order.pop(place))
        _count(order, first=first)
        audit.record(by=by, what=Event.MINUTES_SAVED, target=stands.minutes, place=stands.place, moved=stands.number)
    stands.refresh_from_db()
    return stands


@transaction.atomic
def number_from(minutes: Minutes, text: str, *, by: User) -> None:
    """Let the first § have this number ("18", "§18" or "§ 18") and the others follow."""
    minutes = open_minutes(minutes)
    first, order = read_paragraph(text), list(minutes.paragraphs.all())
    _demand_free(minutes, range(first, first + len(order)))
    _count(order, first=first)
    audit.record(by=by, what=Event.MINUTES_SAVED, target=minutes, place=minutes.place, first=first)


def _demand_free(minutes: Minutes, numbers: Iterable[int]) -> None:
    taken = (
        Paragraph.objects.filter(body=minutes.meeting.body, series=series_of(minutes.meeting), number__in=numbers)
        .exclude(minutes=minutes)
        .select_related("minutes__meeting")
        .first()
    )
    if taken:
        raise DuplicateParagraph(
            _("%(label)s finns redan: %(body)s, %(day)s. Välj ett nummer efter %(last)s.")
            % {
                "label": taken.label,
                "body": taken.body,
                "day": taken.minutes.meeting.held_on,
                "last": next_number(minutes.meeting) - 1,
            }
        )


def _count(order: list[Paragraph], *, first: int) -> None:
    """Numbers are checked when the transaction ends, so they may cross on the way.

    A number is no part of the text: whoever is writing a § goes on from the version they read.
    """
    changed = [(number, each) for number, each in enumerate(order, first) if each.number != number]
    if any(each.adjusted_at for _number, each in changed):
        raise Locked(_("En paragraf är omedelbart justerad, så paragraferna kan inte byta nummer."))
    for number, each in changed:
        Paragraph.objects.filter(pk=each.pk).update(number=number)


@transaction.atomic
def write_head(
    minutes: Minutes, *, time_and_place: str, previous_outcome: str, first: str = "", version: int, by: User
) -> None:
    """The line on time and place, what was said of the previous minutes, and the number of the first §."""
    minutes = open_minutes(minutes)
    stands = first_number(minutes)
    number = read_paragraph(first) if first else stands
    said = (time_and_place, previous_outcome, number)
    if said == (minutes.time_and_place, minutes.meeting.previous_outcome, stands):
        return
    if minutes.version != version:
        raise EditedMeanwhile(
            _("Någon annan har sparat uppgifterna om mötet medan du skrev. Båda visas; spara den som ska gälla."),
            minutes,
        )
    Minutes.objects.filter(pk=minutes.pk).update(time_and_place=time_and_place, version=version + 1)
    Meeting.objects.filter(pk=minutes.meeting_id).update(previous_outcome=previous_outcome)
    audit.record(by=by, what=Event.MINUTES_SAVED, target=minutes, place=minutes.place, head=True)
    if number != stands:
        number_from(minutes, first, by=by)


def first_number(minutes: Minutes) -> int:
    first = minutes.paragraphs.first()
    return first.number if first else next_number(minutes.meeting)


def shown(paragraph: Paragraph) -> standing.StandingContent | None:
    """What a standing § shows: frozen when the minutes were finished, live as of the meeting before that."""
    if paragraph.snapshot:
        return standing.StandingContent.from_json(paragraph.snapshot)
    if not paragraph.item or not paragraph.item.standing_key:
        return None
    meeting = paragraph.minutes.meeting
    return standing.content(paragraph.item.standing_key, meeting.place, meeting.held_on)


def freeze(paragraph: Paragraph) -> None:
    """Keep what the § shows now. What is frozen stays frozen, also through a new round."""
    if paragraph.snapshot is not None:
        return
    with translation.override(settings.LANGUAGE_CODE):
        content = shown(paragraph)
    if content:
        paragraph.snapshot = content.as_json()
        Paragraph.objects.filter(pk=paragraph.pk).update(snapshot=paragraph.snapshot)


@transaction.atomic
def thaw(paragraph: Paragraph, *, by: User) -> None:
    """Fetch the status anew, for minutes that were opened again."""
    stands = _open_paragraph(paragraph)
    Paragraph.objects.filter(pk=stands.pk).update(snapshot=None, version=F("version") + 1)
    audit.record(by=by, what=Event.MINUTES_SAVED, target=stands.minutes, place=stands.place, paragraph=stands.number)
