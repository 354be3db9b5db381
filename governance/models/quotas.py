"""Utrymme: how much of the shared archive a municipality may take up. No row, or no figure, is no limit.

A row of its own, so that an upload can hold it while it looks without holding anybody who edits the municipality.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from governance.models.members import Municipality


class Quota(models.Model):
    municipality = models.OneToOneField(
        Municipality, primary_key=True, on_delete=models.PROTECT, related_name="quota", verbose_name=_("kommun")
    )
    bytes = models.BigIntegerField(_("gräns i byte"), null=True, help_text="Empty: no limit.")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(bytes__gt=0), name="quota_is_some_room_or_no_limit")]

    def __str__(self) -> str:
        return f"{self.municipality}: {self.bytes}"

    @property
    def place(self) -> Municipality:
        return self.municipality
