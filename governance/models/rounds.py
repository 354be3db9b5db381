"""Growing and shrinking: extension rounds with what they wait for, and a member's way out with its records returned."""

import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consortium.access import policy
from consortium.precision import Precision
from governance.models.members import Consortium, Municipality


class ExtensionRoundQuerySet(models.QuerySet["ExtensionRound"]):
    def visible_to(self, user: policy.AnyUser) -> "ExtensionRoundQuerySet":
        return self.filter(consortium__in=Consortium.objects.visible_to(user))


class ExtensionRound(models.Model):
    class Status(models.TextChoices):
        ONGOING = "ongoing", _("Pågår")
        COMPLETED = "completed", _("Avslutad")
        CANCELLED = "cancelled", _("Inställd")

    consortium = models.ForeignKey(Consortium, on_delete=models.PROTECT, related_name="rounds")
    name = models.CharField(_("namn"), max_length=120)
    new_name = models.CharField(_("samarbetets nya namn"), max_length=120, blank=True)
    status = models.CharField(_("läge"), max_length=12, choices=Status.choices, default=Status.ONGOING)
    opened_on = models.DateField(_("började"))
    decisions_by = models.DateField(
        _("alla beslut väntades senast"), help_text=_("Dagen som tidsplanen bygger på. Senare beslut flyttar planen.")
    )
    expected_joiners = models.PositiveSmallIntegerField(_("väntat antal nya kommuner"), null=True, blank=True)
    note = models.TextField(_("anteckning"), blank=True)
    version = models.PositiveIntegerField(default=1)
    joining = models.ManyToManyField(Municipality, verbose_name=_("nya kommuner"), blank=True, related_name="joining")

    objects: ClassVar[ExtensionRoundQuerySet] = ExtensionRoundQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> Consortium:
        return self.consortium

    def hold(self, on: datetime.date | None = None) -> "Hold | None":
        """What the round waits for on that day."""
        day = on or timezone.localdate()
        return self.holds.filter(from_on__lte=day).filter(Q(until_on=None) | Q(until_on__gte=day)).first()


class Hold(models.Model):
    """A reason to wait with decisions: a letter, another body's meeting."""

    round = models.ForeignKey(ExtensionRound, on_delete=models.CASCADE, related_name="holds")
    reason = models.CharField(_("skäl"), max_length=300)
    from_on = models.DateField(_("från och med"))
    until_on = models.DateField(_("till och med"), null=True, blank=True)

    class Meta:
        ordering = ["from_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="hold_ends_after_it_begins"
            )
        ]

    def __str__(self) -> str:
        return self.reason


class Dependency(models.Model):
    """What must have happened before anybody can join."""

    class Kind(models.TextChoices):
        ALL_DECIDE = "all_decide", _("Alla medlemmar har beslutat")
        OTHER = "other", _("Annan händelse")

    round = models.ForeignKey(ExtensionRound, on_delete=models.CASCADE, related_name="dependencies")
    kind = models.CharField(_("slag"), max_length=12, choices=Kind.choices, default=Kind.OTHER)
    text = models.CharField(_("vad som väntas"), max_length=200, blank=True)
    met_on = models.DateField(_("uppfyllt"), null=True, blank=True)

    def __str__(self) -> str:
        return self.text or str(self.get_kind_display())


class RoundDecision(models.Model):
    """A present member's own decision that the consortium may grow."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Ej beslutat")
        YES = "yes", _("Ja")
        NO = "no", _("Nej")

    round = models.ForeignKey(ExtensionRound, on_delete=models.CASCADE, related_name="decisions")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(_("beslut"), max_length=10, choices=Outcome.choices, default=Outcome.WAITING)
    planned_on = models.DateField(_("planerat"), null=True, blank=True)
    planned_precision = models.CharField(max_length=10, choices=Precision.choices, default=Precision.DAY)
    decided_on = models.DateField(_("beslutsdag"), null=True, blank=True)
    reference = models.CharField(_("organ, § och diarienummer"), max_length=120, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "municipality"], name="one_decision_a_member"),
            models.CheckConstraint(
                condition=Q(outcome="waiting", decided_on=None) | (~Q(outcome="waiting") & ~Q(decided_on=None)),
                name="a_decision_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.municipality}: {self.get_outcome_display()}"


class Milestone(models.Model):
    """A date in the round's plan. Those that wait for the members' decisions move with the last of them."""

    class Lane(models.TextChoices):
        CONSORTIUM = "consortium", _("Samarbetet")
        JOINING = "joining", _("Nya kommuner")

    round = models.ForeignKey(ExtensionRound, on_delete=models.CASCADE, related_name="milestones")
    lane = models.CharField(_("gäller"), max_length=12, choices=Lane.choices)
    name = models.CharField(_("delmål"), max_length=120)
    planned_on = models.DateField(_("planerat"))
    waits = models.BooleanField(_("väntar på medlemmarnas beslut"), default=True)

    class Meta:
        ordering = ["planned_on", "id"]

    def __str__(self) -> str:
        return self.name


class WithdrawalQuerySet(models.QuerySet["Withdrawal"]):
    def visible_to(self, user: policy.AnyUser) -> "WithdrawalQuerySet":
        return self.filter(consortium__in=Consortium.objects.visible_to(user))


class Withdrawal(models.Model):
    """A member has given notice. It stays a member until the day it leaves; then its records are its own again."""

    class Status(models.TextChoices):
        RUNNING = "running", _("Uppsägningstid löper")
        TAKEN_BACK = "taken_back", _("Återtagen")
        COMPLETED = "completed", _("Utträdd")

    consortium = models.ForeignKey(Consortium, on_delete=models.PROTECT, related_name="withdrawals")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="withdrawals")
    status = models.CharField(_("läge"), max_length=12, choices=Status.choices, default=Status.RUNNING)
    notified_on = models.DateField(_("uppsagd"))
    months_of_notice = models.PositiveSmallIntegerField(_("uppsägningstid, månader"))
    leaves_on = models.DateField(_("utträder"))
    reference = models.CharField(_("beslut"), max_length=200, blank=True)
    remaining_costs = models.TextField(_("kvarstående kostnader"), blank=True)

    objects: ClassVar[WithdrawalQuerySet] = WithdrawalQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["consortium", "municipality"], condition=Q(status="running"), name="one_running_withdrawal"
            )
        ]

    def __str__(self) -> str:
        return f"{self.municipality}, {self.leaves_on}"

    @property
    def place(self) -> Consortium:
        return self.consortium


class ReturnItem(models.Model):
    """One thing the owner gets back before it leaves."""

    class What(models.TextChoices):
        PACKAGES = "packages", _("Arkivpaket (AIP) med kontrollsummor")
        FINDING_AID = "finding_aid", _("Arkivförteckning")
        LOG = "log", _("Händelselogg")
        DELETION = "deletion", _("Radering hos värdkommunen, efter kvittens")

    withdrawal = models.ForeignKey(Withdrawal, on_delete=models.CASCADE, related_name="items")
    what = models.CharField(_("vad"), max_length=12, choices=What.choices)
    done_on = models.DateField(_("klart"), null=True, blank=True)
    note = models.CharField(_("anteckning"), max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["withdrawal", "what"], name="returned_once")]

    def __str__(self) -> str:
        return str(self.get_what_display())
