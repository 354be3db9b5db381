"""Publicering: a second person looks for personal data, then anyone may read. What is public can be taken down at once.

The secretary who finished the minutes does not check them (four eyes). The copy is frozen as it was checked.
"""

import hashlib
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from consortium import audit, personal_numbers
from consortium.audit_events import Event
from consortium.models import User
from consortium.models.leases import database_now
from governance.documents.public_copy import public_content, public_pdf, words
from governance.meetings import EditedMeanwhile, NotNow
from governance.models import Minutes, Publication


class NotAdjusted(NotNow):
    """Minutes become official when they are adjusted (TF 2:10), not before."""


class OwnMinutes(NotNow):
    """Four eyes: who wrote the minutes does not check them for personal data."""


class HoldsPersonalNumber(NotNow):
    """A personal identity number is never published."""


class AlreadyPublished(NotNow):
    pass


def masked_phrases(text: str) -> list[str]:
    """One on each line; the longest first, so that a part of one does not spoil another. Never less than two signs."""
    return sorted({line.strip() for line in text.splitlines() if len(line.strip()) > 1}, key=lambda each: -len(each))


def copy(minutes: Minutes, masked: str = "") -> dict[str, Any]:
    """The public copy as it would be, in the language of the minutes."""
    with translation.override(settings.LANGUAGE_CODE):
        return public_content(minutes, masked_phrases(masked))


def personal_numbers_in(content: dict[str, Any]) -> list[str]:
    """The texts that hold one, with the number hidden."""
    return [personal_numbers.hidden(text) for text in words(content) if personal_numbers.holds_one(text)]


@transaction.atomic
def publish(minutes: Minutes, *, masked: str = "", seen: str = "", by: User) -> Publication:
    """Checked and public in one act. `seen` is the digest of what the checker saw: nothing else is published."""
    minutes = (
        Minutes.objects.select_for_update(of=("self",)).select_related("meeting__body__consortium").get(pk=minutes.pk)
    )
    demand_may_check(minutes, by)
    earlier = Publication.objects.filter(minutes=minutes).first()
    if earlier and earlier.is_public and not corrected_since(earlier):
        raise AlreadyPublished(_("Protokollet är redan publicerat."))
    content = copy(minutes, masked)
    if seen and seen != digest(content):
        raise EditedMeanwhile(_("Kopian har ändrats sedan du öppnade sidan. Läs den igen innan du publicerar."))
    if personal_numbers_in(content):
        raise HoldsPersonalNumber(
            _("Kopian innehåller ett personnummer. Skriv det bland det som ska utelämnas och granska igen.")
        )
    now = database_now()
    with translation.override(settings.LANGUAGE_CODE):
        pdf = public_pdf(content, now)
    made, _new = Publication.objects.update_or_create(
        minutes=minutes,
        defaults={
            "masked": masked,
            "checked_at": now,
            "checked_by": by,
            "content": content,
            "pdf": pdf,
            "sha256": hashlib.sha256(pdf).hexdigest(),
            "published_at": now,
            "withdrawn_at": None,
            "withdrawn_by": None,
            "withdrawn_reason": "",
            "due_at": now,
            "tries": 0,
        },
    )
    audit.record(
        by=by,
        what=Event.MINUTES_PUBLISHED,
        target=minutes,
        place=minutes.place,
        sha256=made.sha256,
        masked=bool(masked),
    )
    return made


def corrected_since(public: Publication) -> bool:
    """A correction was written after the copy was checked: the public should read it too, after a new check."""
    return public.minutes.corrections.filter(at__gt=public.checked_at).exists()


def demand_may_check(minutes: Minutes, by: User) -> None:
    if not minutes.is_locked:
        raise NotAdjusted(_("Protokollet är inte justerat. Det blir allmän handling först när alla har skrivit under."))
    wrote = {minutes.finished_by_id} | {row.user_id for row in minutes.meeting.attendances.filter(is_secretary=True)}
    if by.pk in wrote:
        raise OwnMinutes(_("Du skrev protokollet. Låt en kollega granska det för personuppgifter och publicera."))


def may_check(minutes: Minutes, by: User) -> bool:
    try:
        demand_may_check(minutes, by)
    except NotNow:
        return False
    return True


def digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(repr(content).encode()).hexdigest()


@transaction.atomic
def withdraw(publication: Publication, reason: str, *, by: User) -> Publication:
    """Out of public sight from the commit on, here and in the archive's search."""
    publication = Publication.objects.select_for_update(of=("self",)).get(pk=publication.pk)
    if not publication.is_public:
        raise NotNow(_("Protokollet är inte publikt längre."))
    now = database_now()
    publication.withdrawn_at, publication.withdrawn_by = now, by
    publication.withdrawn_reason, publication.due_at = reason, now
    publication.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason", "due_at"])
    audit.record(by=by, what=Event.MINUTES_WITHDRAWN, target=publication.minutes, place=publication.place)
    return publication
