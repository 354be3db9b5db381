"""Post: what the portal writes to people. An act writes the rows in its own transaction; a task sends them.

Sending is at least once, and says so. The row is marked SENDING when the server has answered and before the letter is
handed over, and SENT when the server has taken it. A worker that dies in between leaves SENDING behind: nobody can know
whether the server took the letter, so it is sent again under the same Message-ID (most receivers drop the double) and
the row says that it may have gone twice. A death at any other moment is known to be before or after.
"""

import datetime
import re
import smtplib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email
from django.db import models, transaction
from django.utils.translation import gettext as _

from consortium import audit, personal_numbers
from consortium.audit_events import Event
from consortium.models import MailAttachment, OutgoingMail, Superseded, User
from consortium.models.leases import database_now

ATTACHED_MAX_BYTES = 10_000_000
SUBJECT_MAX = 200
FIRST_PAUSE = datetime.timedelta(minutes=1)
LONGEST_PAUSE = datetime.timedelta(hours=6)  # with 20 tries a server may be away for three days, as between servers
_MIME = re.compile(r"[\w.+-]+/[\w.+-]+(; ?\w+=[\w.-]+)*", re.ASCII)
_rings: list[Callable[[], None]] = []


class Unwritable(Exception):
    """The letter cannot be sent as it is; the text says what to mend."""


class NotAnAddress(Unwritable):
    pass


class NotOneLine(Unwritable):
    """A line break in a header would let whoever wrote it add headers and addresses."""


class HoldsPersonalNumber(Unwritable):
    pass


class AttachmentsTooLarge(Unwritable):
    pass


@dataclass(frozen=True)
class Attachment:
    name: str
    content: bytes
    mime: str = "application/pdf"


def when_written(ring: Callable[[], None]) -> None:
    """Who wants to know that there is something to send. The tasks register themselves; acts know nothing of them."""
    _rings.append(ring)


@transaction.atomic
def send(
    *,
    to: Iterable[str],
    subject: str,
    text: str,
    about: models.Model | None = None,
    kind: str,
    attachments: Sequence[Attachment] = (),
    by: User | None = None,
    once: str = "",
) -> list[OutgoingMail]:
    """Write one letter to each address; they are sent when the transaction is committed.

    `once` names the occasion: an address that already got this letter gets no second one, and its row is returned.
    """
    addresses = _addresses(to)
    subject = subject.replace("\u00a0", " ")  # "§ 18" is held together on pages, not in headers
    _demand_sendable(subject, text, attachments)
    already = OutgoingMail.objects.filter(once=once, to__in=addresses) if once else OutgoingMail.objects.none()
    earlier = {mail.to: mail for mail in already}
    now = database_now()
    written = OutgoingMail.objects.bulk_create(
        OutgoingMail(
            to=address,
            subject=subject,
            text=text,
            kind=kind,
            about_type=about._meta.label_lower if about else "",
            about_id=str(about.pk) if about else "",
            once=once,
            written_at=now,
            written_by=by,
            due_at=now,
        )
        for address in addresses
        if address not in earlier
    )
    _attach(written, attachments)
    if written:
        for ring in _rings:
            ring()
    mails = {mail.to: mail for mail in (*earlier.values(), *written)}
    return [mails[address] for address in addresses]


def _addresses(to: Iterable[str]) -> list[str]:
    """Bare addresses, each once, in the order given."""
    found: dict[str, str] = {}
    for given in to:
        address = given.strip()
        try:
            validate_email(address)
        except ValidationError:
            raise NotAnAddress(
                _("%(address)s är ingen e-postadress. Skriv den som namn@kommun.se.") % {"address": given}
            ) from None
        found.setdefault(address.casefold(), address)
    return list(found.values())


def _demand_sendable(subject: str, text: str, attachments: Sequence[Attachment]) -> None:
    if not subject.strip() or len(subject) > SUBJECT_MAX or not subject.isprintable():
        raise NotOneLine(_("Ämnet ska vara en rad med högst %(most)s tecken.") % {"most": SUBJECT_MAX})
    names = [attachment.name for attachment in attachments]
    if not all(name and len(name) <= 120 and name.isprintable() and "/" not in name for name in names):
        raise NotOneLine(_("Bilagans namn ska vara en rad utan snedstreck."))
    if not all(_MIME.fullmatch(attachment.mime) for attachment in attachments):
        raise NotOneLine(_("Bilagans format ska anges som till exempel application/pdf."))
    if any(map(personal_numbers.holds_one, (subject, text, *names))):
        raise HoldsPersonalNumber(_("Texten innehåller ett personnummer. E-post är inte skyddad: ta bort numret."))
    if sum(len(attachment.content) for attachment in attachments) > ATTACHED_MAX_BYTES:
        raise AttachmentsTooLarge(_("Bilagorna är tillsammans större än 10 MB. Länka till sidan i stället."))


def _attach(mails: list[OutgoingMail], attachments: Sequence[Attachment]) -> None:
    if not mails:
        return
    kept = MailAttachment.objects.bulk_create(
        MailAttachment(name=each.name, mime=each.mime, content=each.content, size=len(each.content))
        for each in attachments
    )
    through = OutgoingMail.attachments.through
    through.objects.bulk_create(
        through(outgoingmail_id=mail.pk, mailattachment_id=attachment.pk) for mail in mails for attachment in kept
    )


def deliver_due(most: int = 500) -> int:
    """Send what is due over one connection to the server. Safe to run twice and side by side; says how many went."""
    sent = 0
    connection: BaseEmailBackend = get_connection()
    try:
        for pk in OutgoingMail.objects.waiting().due().values_list("pk", flat=True)[:most]:
            if mail := OutgoingMail.objects.waiting().claim(pk):
                try:
                    sent += _deliver(mail, connection)
                except Superseded:
                    continue
    finally:
        connection.close()
    return sent


def _deliver(mail: OutgoingMail, connection: BaseEmailBackend) -> bool:
    cut_off = mail.status == OutgoingMail.Status.SENDING
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        _try_later(mail, str(error), doubt=cut_off)
        return False
    mail.keep(status=OutgoingMail.Status.SENDING, may_be_double=mail.may_be_double or cut_off)
    try:
        connection.send_messages([_message(mail, connection)])
    except smtplib.SMTPRecipientsRefused as refused:
        code, answer = next(iter(refused.recipients.values()))
        _refused(mail, code, answer)
    except smtplib.SMTPResponseException as error:
        _refused(mail, error.smtp_code, error.smtp_error)
    except (OSError, smtplib.SMTPException) as error:  # the line broke: what the server did is not known
        _try_later(mail, str(error), doubt=True)
    else:
        mail.done(status=OutgoingMail.Status.SENT, sent_at=database_now(), answer="")
        return True
    connection.close()  # after a refusal nobody knows what state the conversation is in
    return False


def _message(mail: OutgoingMail, connection: BaseEmailBackend) -> EmailMessage:
    sender = settings.DEFAULT_FROM_EMAIL
    domain = sender.rpartition("@")[2].strip("> ") or "localhost"
    message = EmailMessage(
        mail.subject,
        mail.text,
        sender,
        [mail.to],
        connection=connection,
        headers={"Message-ID": f"<{mail.message_id}@{domain}>", "Auto-Submitted": "auto-generated"},
    )
    for attachment in mail.attachments.all():
        message.attach(attachment.name, bytes(attachment.content), attachment.mime)
    return message


def _refused(mail: OutgoingMail, code: int, answer: bytes | str) -> None:
    """4xx is "not now", 5xx is "never" (RFC 5321, 4.2.1); either way the server did not take the letter."""
    said = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    if 500 <= code < 600:
        mail.done(status=OutgoingMail.Status.REFUSED, answer=f"{code} {said}"[:300])
    else:
        _try_later(mail, f"{code} {said}", doubt=False)


def _try_later(mail: OutgoingMail, answer: str, *, doubt: bool) -> None:
    status = OutgoingMail.Status.SENDING if doubt else OutgoingMail.Status.WAITING
    if mail.tried_too_often:
        return mail.done(status=OutgoingMail.Status.GIVEN_UP, answer=answer[:300])
    pause = min(FIRST_PAUSE * 2 ** (mail.tries - 1), LONGEST_PAUSE)
    return mail.retry_later(pause, status=status, answer=answer[:300])


@transaction.atomic
def note_returned(mail: OutgoingMail, reason: str, *, by: User) -> None:
    """The letter came back to the sender's own mailbox, which the portal does not read: somebody tells us."""
    OutgoingMail.objects.filter(pk=mail.pk).update(status=OutgoingMail.Status.RETURNED, answer=reason[:300])
    mail.refresh_from_db()
    audit.record(by=by, what=Event.MAIL_RETURNED, target=mail, kind=mail.kind)


@transaction.atomic
def send_again(mail: OutgoingMail, *, to: str, by: User) -> OutgoingMail:
    """The same letter to a mended address; the first row stays as it was."""
    attachments = [Attachment(each.name, bytes(each.content), each.mime) for each in mail.attachments.all()]
    (again,) = send(
        to=[to],
        subject=mail.subject,
        text=mail.text,
        kind=mail.kind,
        attachments=attachments,
        by=by,
        once=mail.once if to.casefold() != mail.to.casefold() else "",
    )
    OutgoingMail.objects.filter(pk=again.pk).update(about_type=mail.about_type, about_id=mail.about_id)
    audit.record(by=by, what=Event.MAIL_SENT_AGAIN, target=again, kind=mail.kind, earlier=mail.pk)
    again.refresh_from_db()
    return again
