"""Publicering: adjusted minutes become public only after a second person has looked for personal data (GDPR, KL 8:12).

What is public is a copy of its own, frozen when it is published: HTML, PDF and JSON say the same. It can be taken down
at once; the adjusted minutes themselves are never touched by it.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.constraints import paired
from consortium.models import Claimable, ClaimableQuerySet
from governance.models.members import Consortium
from governance.models.minutes import Minutes


class PublicationQuerySet(ClaimableQuerySet["Publication"]):
    def public(self) -> "PublicationQuerySet":
        """What anyone may read, now. Every public page of minutes starts here."""
        return self.filter(published_at__isnull=False, withdrawn_at=None)

    def visible_to(self, user: policy.AnyUser) -> "PublicationQuerySet":
        return self.filter(
            minutes__meeting__body__consortium__in=Consortium.objects.where_may(user, Permission.MINUTES_READ)
        )


class Publication(Claimable):
    """`due_at`: the archive has still to open or close its own copy of these minutes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    minutes = models.OneToOneField(Minutes, on_delete=models.PROTECT, related_name="publication")
    masked = models.TextField(
        _("utelämnas i den offentliga kopian"), blank=True, help_text=_("Ett ord eller en mening på varje rad.")
    )
    checked_at = models.DateTimeField()
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    content = models.JSONField(help_text="Everything the public copy says, as the page, the PDF and JSON show it.")
    pdf = models.BinaryField()
    sha256 = models.CharField(max_length=64, help_text="Of the public PDF.")
    published_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_reason = models.CharField(_("skäl"), max_length=300, blank=True)

    objects: ClassVar[PublicationQuerySet] = PublicationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            paired("withdrawn_at", "withdrawn_by"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | ~Q(withdrawn_reason=""), name="withdrawn_minutes_have_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.minutes}"

    def get_absolute_url(self) -> str:
        return reverse("public_minutes", args=[self.pk])

    @property
    def place(self) -> Consortium:
        return self.minutes.place

    @property
    def is_public(self) -> bool:
        return self.published_at is not None and self.withdrawn_at is None
