"""Protokollsutdrag: a certified copy of one §, vouched for by whoever makes it, kept with its digest."""

import hashlib

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from consortium import audit
from consortium.audit_events import Event
from consortium.models import User
from consortium.models.leases import database_now
from governance.documents.extract import extract_pdf
from governance.meetings import NotNow
from governance.models import Extract, Paragraph


class NotAdjusted(NotNow):
    """What is not adjusted cannot be vouched for."""


@transaction.atomic
def certify(paragraph: Paragraph, *, by: User) -> Extract:
    paragraph = Paragraph.objects.select_related("minutes__meeting__body__consortium", "item").get(pk=paragraph.pk)
    if not paragraph.is_locked:
        raise NotAdjusted(
            _("%(label)s är inte justerad. Bestyrk utdraget när protokollet eller paragrafen är justerad.")
            % {"label": paragraph.label}
        )
    now = database_now()
    with translation.override(settings.LANGUAGE_CODE):
        pdf = extract_pdf(paragraph, certified_as=str(by), at=now)
    made = Extract.objects.create(
        paragraph=paragraph,
        pdf=pdf,
        sha256=hashlib.sha256(pdf).hexdigest(),
        certified_at=now,
        certified_by=by,
        certified_as=str(by)[:120],
    )
    audit.record(
        by=by,
        what=Event.EXTRACT_CERTIFIED,
        target=made,
        place=paragraph.place,
        paragraph=paragraph.number,
        sha256=made.sha256,
    )
    return made
