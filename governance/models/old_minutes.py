"""A document from before the portal: the file as it came, what was read out of it, and what a person made of that."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.constraints import paired
from governance.models.bodies import Body
from governance.models.members import Consortium
from governance.models.minutes import Minutes


class OldMinutesQuerySet(models.QuerySet["OldMinutes"]):
    def visible_to(self, user: policy.AnyUser) -> "OldMinutesQuerySet":
        return self.filter(body__consortium__in=Consortium.objects.where_may(user, Permission.MINUTES_READ))

    def to_confirm(self) -> "OldMinutesQuerySet":
        return self.filter(confirmed_at=None)


class OldMinutes(models.Model):
    body = models.ForeignKey(Body, verbose_name=_("organ"), on_delete=models.PROTECT, related_name="old_minutes")
    filename = models.CharField(_("fil"), max_length=200)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    proposal = models.JSONField(help_text="As the reader made it, so that what a person changed is seen.")
    typed = models.JSONField(null=True, help_text="What a person has written so far, until it is confirmed.")
    version = models.PositiveIntegerField(default=1)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    minutes = models.OneToOneField(Minutes, null=True, on_delete=models.PROTECT, related_name="old_minutes")
    note = models.TextField(_("anteckning om inläsningen"), blank=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[OldMinutesQuerySet] = OldMinutesQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name_plural = "old minutes"
        ordering = ["-uploaded_at"]
        constraints = [
            paired("confirmed_at", "confirmed_by"),
            models.UniqueConstraint(fields=["body", "sha256"], name="old_minutes_read_once_per_body"),
        ]

    def __str__(self) -> str:
        return self.filename

    @property
    def place(self) -> Consortium:
        return self.body.consortium

    @property
    def is_pdf(self) -> bool:
        return bytes(self.content[:5]) == b"%PDF-"
