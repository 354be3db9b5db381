"""Frågor till alla medlemmar: asked once, answered by each municipality's own seat, reminded only where silent."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from consortium import audit, post
from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.audit_events import Event
from consortium.formats import day_in_text
from consortium.models import User
from governance import membership
from governance.models import Consortium, Contact, Inquiry, InquiryReply, Municipality, Seat
from governance.revising import Refusal, locked

FUNCTIONS = (Contact.Function.MANAGEMENT, Contact.Function.REGISTRY, Contact.Function.ARCHIVE)


class InquiryClosed(Refusal):
    """Answers are no longer taken."""


class NothingAnswered(Refusal):
    """The answer is empty, or of another kind than asked for."""


class NotYours(Refusal):
    """Each municipality speaks for itself."""


class NobodyToRemind(Refusal):
    pass


@dataclass(frozen=True)
class Tally:
    asked: int
    answered: int  # by themselves
    presumed: int  # by the asker, from the meeting
    waiting: int

    @property
    def share(self) -> float:
        return (self.answered + self.presumed) / self.asked if self.asked else 0.0


@transaction.atomic
def ask(
    consortium: Consortium, facts: Mapping[str, Any], *, presumed: Mapping[str, str] | None = None, by: User
) -> Inquiry:
    """Ask every municipality that is in or on its way in. `presumed` tells what some of them said at the meeting."""
    inquiry = Inquiry.objects.create(consortium=consortium, asked_by=by, **facts)
    said = presumed or {}
    InquiryReply.objects.bulk_create(
        InquiryReply(inquiry=inquiry, municipality=each, presumed=said.get(each.pk, ""))
        for each in membership.involved(consortium)
    )
    audit.record(by=by, what=Event.INQUIRY_ASKED, target=inquiry, place=consortium)
    return inquiry


@transaction.atomic
def presume(reply: InquiryReply, text: str, *, seen: int, by: User) -> InquiryReply:
    """What the asker believes; it stands until the municipality answers, and an empty text takes it back."""
    reply = locked(reply, seen)
    reply.presumed = text
    reply.version += 1
    reply.save(update_fields=["presumed", "version"])
    place = reply.inquiry.consortium
    audit.record(by=by, what=Event.INQUIRY_ANSWERED, target=reply, place=place, presumed=bool(text))
    return reply


@transaction.atomic
def answer(
    reply: InquiryReply,
    *,
    day: datetime.date | None = None,
    yes: bool | None = None,
    text: str = "",
    seen: int,
    by: User,
) -> InquiryReply:
    """A municipality's own answer. It may be changed as long as the question is open; the log tells that it was."""
    reply = locked(reply, seen)
    if reply.inquiry.closed_at:
        raise InquiryClosed(_("Frågan är avslutad. Kontakta sekreteraren om svaret har ändrats."))
    if not may_answer(by, reply):
        raise NotYours(_("Du kan bara svara för den kommun vars plats du har."))
    _demand_an_answer(reply.inquiry, day=day, yes=yes, text=text)
    reply.day, reply.yes, reply.text = day, yes, text
    reply.replied_at, reply.replied_by = timezone.now(), by
    reply.version += 1
    reply.save(update_fields=["day", "yes", "text", "replied_at", "replied_by", "version"])
    audit.record(
        by=by,
        what=Event.INQUIRY_ANSWERED,
        target=reply,
        place=reply.inquiry.consortium,
        municipality=reply.municipality_id,
    )
    return reply


def _demand_an_answer(inquiry: Inquiry, *, day: datetime.date | None, yes: bool | None, text: str) -> None:
    wanted = {
        Inquiry.Kind.DAY: (day is not None, _("Ange en dag, eller skriv en kommentar om varför den inte är känd.")),
        Inquiry.Kind.YES_NO: (yes is not None, _("Svara ja eller nej.")),
        Inquiry.Kind.TEXT: (bool(text), _("Skriv ett svar.")),
    }
    given, sentence = wanted[Inquiry.Kind(inquiry.kind)]
    if not given and not (inquiry.kind == Inquiry.Kind.DAY and text):
        raise NothingAnswered(sentence)


def may_answer(user: policy.AnyUser, reply: InquiryReply) -> bool:
    """The municipality's seat in the consortium that asks, or the administrator for somebody who called."""
    consortium = reply.inquiry.consortium
    seats = Seat.objects.in_force().of(user).filter(municipality=reply.municipality_id, body__consortium=consortium)
    return seats.exists() or policy.may(user, Permission.MEMBERS_EDIT, consortium)


def waiting_for(user: policy.AnyUser) -> Iterable[InquiryReply]:
    """Questions that wait for this person's answer."""
    rows = InquiryReply.objects.filter(
        inquiry__closed_at=None,
        replied_at=None,
        municipality__seats__in=Seat.objects.in_force().of(user),
        municipality__seats__body__consortium=F("inquiry__consortium"),
    )
    return rows.select_related("inquiry", "municipality").order_by("inquiry__answer_by", "pk").distinct()


@transaction.atomic
def remind(inquiry: Inquiry, *, by: User) -> list[Municipality]:
    """Write to those who have said nothing, and to nobody else. Returns those that could not be reached."""
    if inquiry.closed_at:
        raise InquiryClosed(_("Frågan är avslutad, så ingen påminns."))
    silent = list(inquiry.replies.waiting().select_related("municipality"))
    if not silent:
        raise NobodyToRemind(_("Alla har svarat. Ingen påminnelse behövs."))
    letters = {reply.pk: addresses(inquiry, reply.municipality) for reply in silent}
    reached = [reply for reply in silent if letters[reply.pk]]
    for reply in reached:
        _write(inquiry, reply, letters[reply.pk], by=by)
    InquiryReply.objects.filter(pk__in=[reply.pk for reply in reached]).update(
        reminded_at=timezone.now(), reminders=F("reminders") + 1
    )
    audit.record(
        by=by, what=Event.INQUIRY_REMINDED, target=inquiry, place=inquiry.consortium, municipalities=len(reached)
    )
    return [reply.municipality for reply in silent if not letters[reply.pk]]


def addresses(inquiry: Inquiry, municipality: Municipality) -> list[str]:
    """The municipality's seats in the asking body, else in any body, else its contact by function."""
    seats = Seat.objects.in_force().filled().filter(municipality=municipality, body__consortium=inquiry.consortium)
    in_body = seats.filter(body=inquiry.body) if inquiry.body else seats.none()
    found = [seat.address for seat in (in_body or seats).select_related("user") if seat.address]
    if found:
        return found
    contacts = {each.function: each.email for each in municipality.contacts.all()}
    return next(([contacts[name]] for name in FUNCTIONS if name in contacts), [])


def _write(inquiry: Inquiry, reply: InquiryReply, to: list[str], *, by: User) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        address = settings.SITE_URL.rstrip("/") + reverse("inquiry", args=[inquiry.pk])
        until = _("Svara senast %s.") % day_in_text(inquiry.answer_by) if inquiry.answer_by else ""
        parts = [_("En fråga väntar på svar från %s:") % reply.municipality, inquiry.question, until, address]
        post.send(
            to=to,
            subject=_("Påminnelse: fråga från %s") % inquiry.consortium,
            text="\n\n".join(part for part in parts if part),
            about=inquiry,
            kind="inquiry_reminder",
            by=by,
        )


@transaction.atomic
def close(inquiry: Inquiry, *, by: User) -> Inquiry:
    inquiry = Inquiry.objects.select_for_update(of=("self",)).get(pk=inquiry.pk)
    if inquiry.closed_at:
        raise InquiryClosed(_("Frågan är redan avslutad."))
    inquiry.closed_at = timezone.now()
    inquiry.save(update_fields=["closed_at"])
    audit.record(by=by, what=Event.INQUIRY_CLOSED, target=inquiry, place=inquiry.consortium)
    return inquiry


def tally(inquiry: Inquiry) -> Tally:
    replies = list(inquiry.replies.all())
    answered = sum(reply.replied_at is not None for reply in replies)
    waiting = sum(reply.is_waiting for reply in replies)
    return Tally(len(replies), answered, len(replies) - answered - waiting, waiting)
