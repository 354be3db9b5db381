"""Expediering: names of groups become addressees, each gets a letter of its own, and what did not arrive is seen."""

import datetime
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from consortium import audit, post
from consortium.audit_events import Event
from consortium.models import OutgoingMail, User
from consortium.models.leases import database_now
from consortium.swedish import swedish_key
from governance.meetings import NotNow
from governance.models import Consortium, Contact, Dispatch, DispatchGroup, Extract, Minutes, Municipality, Seat

MEMBERS = "Medlemskommunerna"
_ADDRESS = re.compile(r"[\w.+%-]+@[\w-]+(\.[\w-]+)+")


class NobodyToSendTo(NotNow):
    pass


class NotAdjusted(NotNow):
    pass


@dataclass(frozen=True)
class Addressee:
    name: str
    email: str = ""
    municipality: Municipality | None = None
    group: str = ""


def expand(line: str, consortium: Consortium, on: datetime.date | None = None) -> list[Addressee]:
    """One line of "Expedieras till": a group, a municipality, an address, or somebody who is reached by post."""
    name = " ".join(line.split()).strip(" .,;")
    if not name:
        return []
    if group := DispatchGroup.objects.filter(consortium=consortium, name__iexact=name).select_related("body").first():
        return _of_group(group, on)
    if name.casefold() in (MEMBERS.casefold(), "medlemskommuner", "samtliga medlemskommuner"):
        return _members(consortium, MEMBERS, on)
    if found := _ADDRESS.search(name):
        return [Addressee(name.replace(found[0], "").strip(" ,<>:") or found[0], found[0])]
    if municipality := _municipality(name, consortium, on):
        return [Addressee(municipality.official_name, address_of(municipality), municipality)]
    return [Addressee(name)]


def expand_all(lines: Iterable[str], consortium: Consortium, on: datetime.date | None = None) -> list[Addressee]:
    """Everybody once. Where several share a name, as two of the same function do, the address tells them apart."""
    found: dict[tuple[str, str], Addressee] = {}
    for line in lines:
        for each in expand(line, consortium, on):
            found.setdefault((each.name.casefold(), each.email.casefold()), each)
    names = Counter(name for name, _email in found)
    return [
        replace(each, name=_with_address(each.name, each.email)) if each.email and names[name] > 1 else each
        for (name, _email), each in found.items()
    ]


def _with_address(name: str, email: str | None) -> str:
    return f"{name}, {email}"


def _of_group(group: DispatchGroup, on: datetime.date | None) -> list[Addressee]:
    if group.kind == DispatchGroup.Kind.MEMBERS:
        return _members(group.consortium, group.name, on)
    if group.kind == DispatchGroup.Kind.BODY:
        seats = Seat.objects.filter(body=group.body_id).in_force(on).filled().select_related("user", "municipality")
        return [Addressee(str(seat), seat.address, seat.municipality, group.name) for seat in seats]
    lines = [line for line in group.addresses.splitlines() if line.strip()]
    return [
        Addressee(each.name, each.email, each.municipality, group.name)
        for line in lines
        for each in expand(line, group.consortium, on)
    ]


def _members(consortium: Consortium, group: str, on: datetime.date | None) -> list[Addressee]:
    members = sorted(consortium.members(on), key=lambda each: swedish_key(each.name))
    return [Addressee(each.official_name, address_of(each), each, group) for each in members]


def _municipality(name: str, consortium: Consortium, on: datetime.date | None) -> Municipality | None:
    wanted = name.casefold()
    return next((each for each in consortium.members(on) if wanted in spellings(each)), None)


def spellings(municipality: Municipality) -> set[str]:
    names = (
        municipality.official_name,
        municipality.name,
        f"{municipality.name} kommun",
        f"{municipality.name}s kommun",
    )
    return {name.casefold() for name in names}


def address_of(municipality: Municipality) -> str:
    """The registry takes what is addressed to the municipality; failing that, its administration."""
    order = [Contact.Function.REGISTRY, Contact.Function.MANAGEMENT, Contact.Function.OTHER]
    contacts = {contact.function: contact.email for contact in municipality.contacts.order_by("-pk")}
    return next((contacts[function] for function in order if function in contacts), "")


@transaction.atomic
def dispatch(minutes: Minutes, lines: Iterable[str], *, extract: Extract | None = None, by: User) -> list[Dispatch]:
    """A row and a letter for each addressee who has not had the same before. Without an address there is only a row."""
    minutes = (
        Minutes.objects.select_for_update(of=("self",)).select_related("meeting__body__consortium").get(pk=minutes.pk)
    )
    if extract is None and not minutes.is_locked:
        raise NotAdjusted(_("Protokollet är inte justerat. Expediera det när alla har skrivit under."))
    found = expand_all(lines, minutes.place, minutes.meeting.held_on)
    if not found:
        raise NobodyToSendTo(_("Ange minst en mottagare: en grupp, en kommun eller en e-postadress."))
    already = {
        name.casefold()
        for addressee, email in _of(minutes, extract).values_list("addressee", "mail__to")
        for name in (addressee, _with_address(addressee, email))
    }
    now, made = database_now(), []
    for each in found:
        if each.name[:160].casefold() in already:
            continue
        row = Dispatch(
            minutes=minutes,
            extract=extract,
            group=each.group,
            addressee=each.name[:160],
            municipality=each.municipality,
            made_at=now,
            made_by=by,
        )
        row.mail = _write(row, each.email, by=by) if each.email else None
        made.append(row)
    Dispatch.objects.bulk_create(made)
    audit.record(
        by=by,
        what=Event.MINUTES_DISPATCHED,
        target=minutes,
        place=minutes.place,
        addressees=len(made),
        paragraph=extract.paragraph.number if extract else None,
    )
    return made


def _of(minutes: Minutes, extract: Extract | None) -> QuerySet[Dispatch]:
    """The same § certified twice is still the same letter to the same addressee."""
    rows = Dispatch.objects.filter(minutes=minutes)
    return rows.filter(extract__paragraph=extract.paragraph_id) if extract else rows.filter(extract=None)


def _write(row: Dispatch, email: str, *, by: User) -> OutgoingMail:
    meeting, extract = row.minutes.meeting, row.extract
    what = (
        _("Protokollsutdrag %(label)s %(title)s") % {"label": extract.paragraph.label, "title": extract.paragraph.title}
        if extract
        else _("Protokoll")
    )
    link = f"{settings.SITE_URL.rstrip('/')}{reverse('dispatch_receipt', args=[row.token])}"
    text = _(
        "Till %(addressee)s\n\n%(what)s från %(body)s %(day)s bifogas.\n\nBekräfta gärna att ni har tagit emot det:\n"
        "%(link)s\n\n%(consortium)s"
    ) % {
        "addressee": row.addressee,
        "what": what,
        "body": meeting.body,
        "day": meeting.held_on.isoformat(),
        "link": link,
        "consortium": row.place,
    }
    day = f"{meeting.held_on:%Y-%m-%d}"
    if extract:
        attached = post.Attachment(f"utdrag-{day}-{extract.paragraph.number}.pdf", bytes(extract.pdf))
    else:
        attached = post.Attachment(f"protokoll-{day}.pdf", bytes(row.minutes.document.content))
    (mail,) = post.send(
        to=[email],
        subject=f"{what}, {meeting.body} {day}"[: post.SUBJECT_MAX],
        text=text,
        about=row.minutes,
        kind="dispatch",
        attachments=[attached],
        by=by,
    )
    return mail


@transaction.atomic
def note_sent_on_paper(row: Dispatch, on: datetime.date, *, by: User) -> Dispatch:
    row.sent_on_paper_on = on
    row.save(update_fields=["sent_on_paper_on"])
    audit.record(by=by, what=Event.DISPATCH_NOTED, target=row, place=row.place, paper=on.isoformat())
    return row


@transaction.atomic
def send_to_other_address(row: Dispatch, email: str, *, by: User) -> Dispatch:
    """After a bounce: the same letter to a mended address."""
    row.mail = post.send_again(row.mail, to=email, by=by) if row.mail else _write(row, email, by=by)
    row.save(update_fields=["mail"])
    audit.record(by=by, what=Event.DISPATCH_NOTED, target=row, place=row.place, mail=row.mail.pk)
    return row


@transaction.atomic
def note_bounce(row: Dispatch, reason: str, *, by: User) -> Dispatch:
    if row.mail is None:
        raise NotNow(_("Det finns inget brev att anteckna en retur för."))
    post.note_returned(row.mail, reason, by=by)
    return row


@transaction.atomic
def confirm_receipt(token: str) -> Dispatch | None:
    """Whoever holds the link says that it arrived; the first time counts."""
    row = Dispatch.objects.select_for_update(of=("self",)).filter(token=token).first()
    if row and row.received_at is None:
        row.received_at = database_now()
        row.save(update_fields=["received_at"])
        audit.record(by=None, what=Event.DISPATCH_NOTED, target=row, place=row.place, received=True)
    return row
