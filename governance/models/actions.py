"""Åtgärder: what somebody is to do after a decision, by function and day. Followed up across meetings until done.

What the § says (task, who, when) is locked with the § it stands in; how far it has come goes on changing.
"""

import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.constraints import paired
from governance.models.bodies import Body
from governance.models.members import Consortium, Municipality
from governance.models.minutes import Paragraph


class ActionItemQuerySet(models.QuerySet["ActionItem"]):
    def visible_to(self, user: policy.AnyUser) -> "ActionItemQuerySet":
        return self.filter(body__consortium__in=Consortium.objects.where_may(user, Permission.MINUTES_READ))

    def open(self) -> "ActionItemQuerySet":
        return self.filter(status=ActionItem.Status.OPEN)

    def overdue(self, on: datetime.date | None = None) -> "ActionItemQuerySet":
        return self.open().filter(due_on__lt=on or timezone.localdate())


class ActionItem(models.Model):
    class Status(models.TextChoices):
        OPEN = "open", _("Öppen")
        DONE = "done", _("Klar")
        DROPPED = "dropped", _("Utgår")

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="actions")
    paragraph = models.ForeignKey(Paragraph, null=True, blank=True, on_delete=models.CASCADE, related_name="actions")
    position = models.PositiveSmallIntegerField(default=1)
    task = models.CharField(_("åtgärd"), max_length=300)
    responsible = models.CharField(
        _("ansvarig"), max_length=120, help_text=_("En funktion, till exempel Enhetschef, e-arkivcentrum.")
    )
    responsible_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="actions"
    )
    addressees = models.ManyToManyField(Municipality, blank=True, related_name="+")
    due_on = models.DateField(_("klart senast"), null=True, blank=True)
    status = models.CharField(_("läge"), max_length=10, choices=Status.choices, default=Status.OPEN)
    note = models.CharField(_("anteckning"), max_length=300, blank=True)
    done_at = models.DateTimeField(null=True, editable=False)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[ActionItemQuerySet] = ActionItemQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [paired("done_at", "done_by")]

    def __str__(self) -> str:
        return self.task

    @property
    def place(self) -> Consortium:
        return self.body.consortium

    def is_overdue(self, on: datetime.date | None = None) -> bool:
        return (
            self.status == self.Status.OPEN and self.due_on is not None and self.due_on < (on or timezone.localdate())
        )
