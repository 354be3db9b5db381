"""In which order systems are connected: need, ease and saving, each 1 to 5, weighed together.

A prioritisation belongs to a consortium and a year. When it is decided, the database locks it with everything in it;
what is decided anew is a new version.
"""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.constraints import paired
from deliveries.models.systems import SourceSystem
from governance.models import Consortium

PARTS = ("need", "ease", "saving")
MAX_WEIGHT = 10


class PrioritisationQuerySet(models.QuerySet["Prioritisation"]):
    def visible_to(self, user: policy.AnyUser) -> "PrioritisationQuerySet":
        """Known to the consortium's own people and in all its municipalities."""
        return self.filter(consortium__in=Consortium.objects.within_reach(user, Permission.PROJECT_READ))

    def newest_first(self) -> "PrioritisationQuerySet":
        return self.order_by("-year", "-version")


def _weight(name: Any) -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField(name, default=5)


class Prioritisation(models.Model):
    consortium = models.ForeignKey(Consortium, on_delete=models.PROTECT, related_name="prioritisations")
    year = models.PositiveSmallIntegerField(_("år"))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    weight_need = _weight(_("vikt för behov"))
    weight_ease = _weight(_("vikt för enkelhet"))
    weight_saving = _weight(_("vikt för besparing"))
    decided_by_function = models.CharField(
        _("beslutad av"), max_length=120, blank=True, help_text=_("Funktion eller organ: till exempel Styrgruppen.")
    )
    decided_on = models.DateField(_("beslutad den"), null=True, blank=True)
    paragraph = models.CharField(_("paragraf"), max_length=20, blank=True)
    locked_at = models.DateTimeField(null=True, editable=False)
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[PrioritisationQuerySet] = PrioritisationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            paired("locked_at", "locked_by"),
            models.UniqueConstraint(fields=["consortium", "year", "version"], name="prioritisation_version_once"),
            models.CheckConstraint(
                condition=Q(locked_at=None) | (Q(decided_on__isnull=False) & ~Q(decided_by_function="")),
                name="decided_prioritisation_says_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(weight_need__lte=MAX_WEIGHT, weight_ease__lte=MAX_WEIGHT, weight_saving__lte=MAX_WEIGHT)
                & ~Q(weight_need=0, weight_ease=0, weight_saving=0),
                name="something_weighs",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consortium} {self.year}, {_('version')} {self.version}"

    @property
    def place(self) -> Consortium:
        return self.consortium

    @property
    def is_locked(self) -> bool:
        return self.locked_at is not None


class SystemScore(models.Model):
    """What one system scores. `shared_by` is counted, not typed; with the decision it is frozen."""

    prioritisation = models.ForeignKey(Prioritisation, on_delete=models.CASCADE, related_name="scores")
    system = models.ForeignKey(SourceSystem, on_delete=models.PROTECT, related_name="scores")
    need = models.PositiveSmallIntegerField(_("behov av arkivering"))
    ease = models.PositiveSmallIntegerField(_("lätt att ansluta"))
    saving = models.PositiveSmallIntegerField(_("besparing"))
    shared_by = models.PositiveSmallIntegerField(_("delas av"), default=0)
    motive = models.CharField(_("skäl"), max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["prioritisation", "system"], name="system_scored_once"),
            models.CheckConstraint(
                condition=Q(need__range=(1, 5), ease__range=(1, 5), saving__range=(1, 5)), name="scores_from_1_to_5"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system}: {self.need}, {self.ease}, {self.saving}"
