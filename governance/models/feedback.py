"""Feedback that cannot be traced to anybody: no municipality, no user, no time."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.models.members import Consortium


class FeedbackTopic(models.Model):
    """Something people may speak their mind about. What they say is counted first when five have spoken."""

    consortium = models.ForeignKey(Consortium, on_delete=models.PROTECT, related_name="feedback_topics")
    title = models.CharField(_("ämne"), max_length=120)
    question = models.TextField(_("fråga"), blank=True)
    open_until = models.DateField(_("öppet till och med"), null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def place(self) -> Consortium:
        return self.consortium

    @property
    def is_open(self) -> bool:
        return not self.open_until or self.open_until >= timezone.localdate()


class Feedback(models.Model):
    """Words and tags; no municipality, no user, no time, and a key without order: nothing leads back."""

    class Tag(models.TextChoices):
        NO_PLAN = "INGEN_PLAN", _("Plan saknas")
        SHORT_TERM = "KORTSIKTIGT", _("Behov här och nu styr")
        BENEFIT = "NYTTA_SVAR", _("Nyttan är svår att visa")
        ARGUMENT = "ARGUMENT", _("Argument finns")
        MANDATE = "MANDAT", _("Oklart mandat")
        REPRESENTATION = "REPRESENTATION", _("Representation saknas")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    topic = models.ForeignKey(FeedbackTopic, on_delete=models.CASCADE, related_name="feedback")
    text = models.TextField(_("synpunkt"))
    tags = models.JSONField(_("gäller"), default=list, blank=True)

    def __str__(self) -> str:
        return self.text[:60]
