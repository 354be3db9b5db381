"""Outgoing e-mail: the rows are the outbox. One row per address, so that nobody sees the others' addresses.

What has been written to somebody is not changed afterwards; only how the sending went is.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consortium.models.leases import Claimable, ClaimableQuerySet


class MailAttachment(models.Model):
    """Kept once, however many it goes to."""

    name = models.CharField(_("filnamn"), max_length=120)
    mime = models.CharField(_("format"), max_length=120)
    content = models.BinaryField()
    size = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.name


class OutgoingMailQuerySet(ClaimableQuerySet["OutgoingMail"]):
    def about(self, row: models.Model) -> "OutgoingMailQuerySet":
        return self.filter(about_type=row._meta.label_lower, about_id=str(row.pk))

    def not_delivered(self) -> "OutgoingMailQuerySet":
        return self.filter(status__in=OutgoingMail.NOT_DELIVERED)

    def waiting(self) -> "OutgoingMailQuerySet":
        return self.filter(status__in=(OutgoingMail.Status.WAITING, OutgoingMail.Status.SENDING))


class OutgoingMail(Claimable):
    class Status(models.TextChoices):
        WAITING = "waiting", _("Väntar på att skickas")
        SENDING = "sending", _("Skickas")
        SENT = "sent", _("Skickat")
        REFUSED = "refused", _("Inte levererat: adressen tas inte emot")
        GIVEN_UP = "given_up", _("Inte levererat: servern svarade inte")
        RETURNED = "returned", _("Inte levererat: kom i retur")

    NOT_DELIVERED: ClassVar[tuple[str, ...]] = (Status.REFUSED, Status.GIVEN_UP, Status.RETURNED)

    to = models.EmailField(_("till"))
    subject = models.CharField(_("ämne"), max_length=200)
    text = models.TextField(_("text"))
    kind = models.CharField(_("slag"), max_length=40)
    about_type = models.CharField(max_length=60, blank=True)
    about_id = models.CharField(max_length=60, blank=True)
    attachments = models.ManyToManyField(MailAttachment, related_name="mails", blank=True)
    message_id = models.UUIDField(
        default=uuid.uuid4, unique=True, help_text="The same at every try, so that a receiver can drop a double."
    )
    once = models.CharField(max_length=120, blank=True, help_text="The same letter is written once per address.")
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    status = models.CharField(_("läge"), max_length=12, choices=Status.choices, default=Status.WAITING)
    sent_at = models.DateTimeField(_("skickat"), null=True, blank=True)
    may_be_double = models.BooleanField(
        default=False, help_text="The sending was cut off after it had begun: the letter may have gone twice."
    )
    answer = models.CharField(_("serverns svar"), max_length=300, blank=True)

    objects: ClassVar[OutgoingMailQuerySet] = OutgoingMailQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["about_type", "about_id"])]
        constraints = [
            models.UniqueConstraint(fields=["once", "to"], condition=~Q(once=""), name="letter_once_per_address"),
            models.CheckConstraint(condition=~Q(status="sent") | Q(sent_at__isnull=False), name="sent_mail_has_time"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to}"

    @property
    def delivered(self) -> bool:
        return self.status == self.Status.SENT
