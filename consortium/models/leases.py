"""The row is the queue: a step claims its row for a while, and every write proves that the claim still holds.

A claim raises the fence; whoever wakes up later with an older fence changes nothing. Time is the database's, never the
worker's, so a skewed clock neither steals a lease nor keeps it for ever.
"""

import datetime
from typing import Any, Self, TypeVar

from django.db import connection, models, transaction
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _


class Superseded(Exception):
    """Another worker took over the row: stop, change nothing."""


class DatabaseNow(Func):
    """clock_timestamp(): moves on inside a transaction, unlike now()."""

    function = "clock_timestamp"
    template = "%(function)s()"
    output_field = models.DateTimeField()


T = TypeVar("T", bound="Claimable")
LEASE = datetime.timedelta(seconds=90)
MAX_TRIES = 20


def database_now() -> datetime.datetime:
    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        (now,) = cursor.fetchone()
    assert isinstance(now, datetime.datetime)
    return now


class ClaimableQuerySet(models.QuerySet[T]):
    def due(self) -> Self:
        """Rows with work to do now that nobody holds."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lt=DatabaseNow()), due_at__lte=DatabaseNow())

    def claim(self, pk: Any, lease: datetime.timedelta = LEASE) -> T | None:
        """Take the row if it is due and free; None when somebody else has it or nothing is to be done."""
        candidate = self.due().filter(pk=pk).select_for_update(skip_locked=True).values("pk")
        with transaction.atomic():
            taken = self.model._base_manager.filter(pk__in=candidate).update(
                fence=F("fence") + 1, tries=F("tries") + 1, lease_until=DatabaseNow() + lease
            )
        return self.model._base_manager.get(pk=pk) if taken else None

    def stuck(self, longer_than: datetime.timedelta) -> Self:
        """Due for so long, and nobody works on it."""
        return self.due().filter(due_at__lt=DatabaseNow() - longer_than)


class Claimable(models.Model):
    """Columns of a row that a worker works on. `due_at` empty means nothing is to be done."""

    fence = models.BigIntegerField(default=0, editable=False)
    tries = models.PositiveIntegerField(default=0, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    due_at = models.DateTimeField(_("att göra från"), null=True, editable=False, db_index=True)

    class Meta:
        abstract = True

    def write(self, **fields: Any) -> None:
        """Change the row as the holder of the claim. Raises Superseded when the claim is lost."""
        if not type(self)._base_manager.filter(pk=self.pk, fence=self.fence).update(**fields):
            raise Superseded(f"{self._meta.label} {self.pk}")
        for name, value in fields.items():
            if not hasattr(value, "resolve_expression"):
                setattr(self, name, value)

    def keep(self, lease: datetime.timedelta = LEASE, **fields: Any) -> None:
        """Heartbeat: hold the claim for another while, perhaps with progress figures."""
        self.write(lease_until=DatabaseNow() + lease, **fields)

    def done(self, *, next_due: datetime.datetime | Func | None = None, **fields: Any) -> None:
        """The step is finished: let go of the row; `next_due` rings for the step after it."""
        self.write(lease_until=None, due_at=next_due, tries=0, **fields)

    def retry_later(self, delay: datetime.timedelta, **fields: Any) -> None:
        self.write(lease_until=None, due_at=DatabaseNow() + delay, **fields)

    @property
    def tried_too_often(self) -> bool:
        return self.tries > MAX_TRIES
