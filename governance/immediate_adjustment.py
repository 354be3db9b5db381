"""Omedelbar justering: one § signed by chair and adjusters alone, while the rest is still being written."""

import hashlib

from django.db import transaction
from django.utils.translation import gettext as _

from consortium import audit
from consortium.audit_events import Event
from consortium.models import User
from consortium.models.audit import canonical
from consortium.models.leases import database_now
from governance import checking
from governance.adjustment import NotChosen, NotReady, SecretaryCannotAdjust, facts_of, put_signature
from governance.minutes import Locked, freeze, open_minutes
from governance.models import Attendance, Minutes, Paragraph


@transaction.atomic
def adjust_at_once(paragraph: Paragraph, *, by: User) -> Paragraph:
    """Omedelbar justering of one §: chair and adjusters sign it alone, and when all have it is locked."""
    minutes = open_minutes(paragraph.minutes)
    paragraph = Paragraph.objects.select_for_update(of=("self",)).select_related("item").get(pk=paragraph.pk)
    paragraph.minutes = minutes
    if paragraph.adjusted_at:
        raise Locked(_("%(label)s är redan justerad.") % {"label": paragraph.label})
    row = next((each for each in immediate_signers(minutes) if each.user_id == by.pk), None)
    if row is None:
        raise NotChosen(_("En paragraf justeras omedelbart av mötets ordförande och justerare."))
    if not row.is_present:
        raise NotChosen(_("Den som justerar ska ha varit närvarande. Anteckna närvaron först."))
    if row.is_adjuster and any(each.is_secretary and each.user_id == by.pk for each in minutes.signers):
        raise SecretaryCannotAdjust(_("Den som skriver protokollet kan inte justera det. Välj en annan justerare."))
    findings = [each for each in checking.check_paragraph(paragraph) if each.stops]
    if findings:
        raise NotReady(_("Paragrafen kan inte justeras ännu."), findings)
    freeze(paragraph)
    signed = paragraph_digest(paragraph)
    if not paragraph.signatures.filter(attendance=row, digest=signed).exists():
        put_signature(minutes, row, signed, by, paragraph)
    done = set(paragraph.signatures.filter(digest=signed).values_list("attendance_id", flat=True))
    if all(each.pk in done for each in immediate_signers(minutes)):
        paragraph.adjusted_at = database_now()
        Paragraph.objects.filter(pk=paragraph.pk).update(adjusted_at=paragraph.adjusted_at)
        audit.record(
            by=by,
            what=Event.PARAGRAPH_ADJUSTED,
            target=minutes,
            place=minutes.place,
            paragraph=paragraph.number,
            digest=signed,
        )
    return paragraph


def immediate_signers(minutes: Minutes) -> list[Attendance]:
    """Chair and adjusters. With no adjuster chosen nobody can."""
    rows = minutes.people
    chairs, adjusters = [row for row in rows if row.is_chair], [row for row in rows if row.is_adjuster]
    return chairs + adjusters if chairs and adjusters else []


def paragraph_digest(paragraph: Paragraph) -> str:
    return hashlib.sha256(canonical(facts_of(paragraph))).hexdigest()
