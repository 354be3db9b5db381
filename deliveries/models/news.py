"""What happened that somebody may want to know: told once, read in the portal, gathered in a daily letter.

News hold ids and words about projects, never personal data, so that a letter may quote them.
"""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consortium.access import policy
from consortium.access.permissions import Permission
from deliveries.models.projects import DeliveryProject
from governance.models import Municipality


class NewsQuerySet(models.QuerySet["News"]):
    def visible_to(self, user: policy.AnyUser) -> "NewsQuerySet":
        return self.filter(
            Q(municipality=None, project__in=DeliveryProject.objects.visible_to(user))
            | Q(municipality__in=Municipality.objects.where_may(user, Permission.PROJECT_READ))
        )


class News(models.Model):
    class Kind(models.TextChoices):
        FAULTY = "faulty", _("En leverans har fel som ska rättas")
        GIVEN_BACK = "given_back", _("En leverans är tillbakalämnad")
        ACCEPTED = "accepted", _("En leverans är godkänd")
        RECEIPTED = "receipted", _("En kvittens är utfärdad")
        PHASE = "phase", _("Ett projekt har bytt fas")
        STATUS = "status", _("Ett projekt har pausats, återupptagits, avbrutits eller avslutats")
        JOINED = "joined", _("En kommun har gått med i ett projekt eller lämnat det")
        DUE = "due", _("En återkommande leverans närmar sig")
        MISSED = "missed", _("En återkommande leverans är missad")

    kind = models.CharField(max_length=12, choices=Kind.choices)
    project = models.ForeignKey(DeliveryProject, null=True, on_delete=models.CASCADE, related_name="news")
    municipality = models.ForeignKey(Municipality, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=300)
    once = models.CharField(max_length=120, unique=True, help_text="What makes it the same news when told again.")
    at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[NewsQuerySet] = NewsQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name_plural = "news"

    def __str__(self) -> str:
        return self.text


class NewsChoice(models.Model):
    """What a user wants to hear of, and how far the user has read."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="news_choice")
    not_in_portal = ArrayField(models.CharField(max_length=12, choices=News.Kind.choices), default=list, blank=True)
    not_by_mail = ArrayField(models.CharField(max_length=12, choices=News.Kind.choices), default=list, blank=True)
    read_until = models.DateTimeField(default=timezone.now)
    mailed_until = models.DateTimeField(default=timezone.now)
    mailed_on = models.DateField(null=True, editable=False)

    def __str__(self) -> str:
        return str(self.user)
