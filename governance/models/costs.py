"""What the co-operation costs and who pays: budget, allocation, follow-up and settlement (kommunallagen 9:37–38).

A budget is prepared, proposed and decided by a §; from then on the database refuses every change to it and to its
allocation, and what is to be otherwise becomes a new edition. Money is whole kronor.
"""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.constraints import paired
from governance.models.members import Consortium, Municipality
from governance.models.minutes import Decision

MOST_KRONOR = 100_000_000_000
YEARS = (1990, 2100)


class BudgetQuerySet(models.QuerySet["Budget"]):
    def visible_to(self, user: policy.AnyUser) -> "BudgetQuerySet":
        """Who follows the co-operation's costs, and who follows those of a municipality that takes part or paid."""
        ours = Consortium.objects.within_reach(user, Permission.COSTS_READ)
        mine = policy.places(user, Permission.COSTS_READ, Municipality)
        return self.filter(Q(consortium__in=ours) | Q(allocation__shares__municipality__in=mine)).distinct()

    def decided(self) -> "BudgetQuerySet":
        return self.filter(status=Budget.Status.DECIDED)

    def in_force(self) -> "BudgetQuerySet":
        """Of each year the latest decided edition."""
        later = Budget.objects.decided().filter(
            consortium=models.OuterRef("consortium"),
            year=models.OuterRef("year"),
            edition__gt=models.OuterRef("edition"),
        )
        return self.decided().filter(~models.Exists(later))

    def for_a_list(self) -> "BudgetQuerySet":
        """With the lines that make the total, and `later_edition`: the decided one that holds instead, if any."""
        later = Budget.objects.in_force().filter(
            consortium=models.OuterRef("consortium"),
            year=models.OuterRef("year"),
            edition__gt=models.OuterRef("edition"),
        )
        found = self.select_related("consortium").prefetch_related("lines")
        return found.annotate(later_edition=models.Subquery(later.values("edition")[:1]))


class Budget(models.Model):
    class Status(models.TextChoices):
        DRAFT = "draft", _("Utkast")
        PROPOSAL = "proposal", _("Ej fastställd")
        DECIDED = "decided", _("Fastställd")

    STEPS = {
        Status.DRAFT: {Status.PROPOSAL},
        Status.PROPOSAL: {Status.DRAFT, Status.DECIDED},
        Status.DECIDED: set(),
    }

    consortium = models.ForeignKey(
        Consortium, verbose_name=_("samarbete"), on_delete=models.PROTECT, related_name="budgets"
    )
    year = models.PositiveSmallIntegerField(
        _("år"), validators=[MinValueValidator(YEARS[0]), MaxValueValidator(YEARS[1])]
    )
    edition = models.PositiveSmallIntegerField(_("version"), default=1)
    status = models.CharField(_("läge"), max_length=10, choices=Status.choices, default=Status.DRAFT)
    note = models.TextField(_("kommentar"), blank=True)
    funds = models.BigIntegerField(_("medel att tillgå"), null=True, blank=True)
    funds_on = models.DateField(_("medlen räknade per den"), null=True, blank=True)
    project_ends_on = models.DateField(_("projektet slutar"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(null=True, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decision = models.ForeignKey(
        Decision, verbose_name=_("beslut"), null=True, blank=True, on_delete=models.PROTECT, related_name="budgets"
    )
    # Kept in words too: a decision of a body outside the portal has nothing else.
    decided_on = models.DateField(_("beslutsdag"), null=True, blank=True)
    decided_body = models.CharField(_("beslutande organ"), max_length=120, blank=True)
    decided_paragraph = models.CharField(_("paragraf"), max_length=20, blank=True)
    version = models.PositiveIntegerField(default=1)  # of the draft, so that two editors notice each other

    objects: ClassVar[BudgetQuerySet] = BudgetQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-year", "-edition"]
        constraints = [
            models.UniqueConstraint(fields=["consortium", "year", "edition"], name="budget_edition_once_a_year"),
            models.CheckConstraint(condition=Q(year__range=YEARS), name="budget_year_is_a_year"),
            models.CheckConstraint(
                condition=~Q(status="decided")
                | (
                    ~Q(decided_paragraph="")
                    & ~Q(decided_body="")
                    & Q(decided_on__isnull=False, decided_at__isnull=False)
                ),
                name="budget_is_decided_by_a_paragraph",
            ),
            models.CheckConstraint(condition=Q(funds=None) | Q(funds__range=(0, MOST_KRONOR)), name="funds_are_kronor"),
            models.CheckConstraint(
                condition=Q(funds=None, funds_on=None) | Q(funds__isnull=False, funds_on__isnull=False),
                name="funds_have_a_day",
            ),
            paired("proposed_at", "proposed_by"),
            paired("decided_at", "decided_by"),
        ]

    def __str__(self) -> str:
        return _("Budget %(year)s, version %(edition)s") % {"year": self.year, "edition": self.edition}

    @property
    def place(self) -> Consortium:
        return self.consortium

    @cached_property
    def total(self) -> int:
        return sum(line.amount for line in self.lines.all())

    @property
    def is_closed(self) -> bool:
        return self.status == self.Status.DECIDED

    @property
    def decided_by_words(self) -> str:
        """Styrgruppen 2023-04-17, § 4"""
        return f"{self.decided_body} {self.decided_on}, {self.decided_paragraph}" if self.is_closed else ""

    def may_become(self, status: str) -> bool:
        return status in self.STEPS[self.Status(self.status)]

    def replaced_by(self) -> "Budget | None":
        """The decided edition that holds instead of this one."""
        later = Budget.objects.in_force().filter(consortium=self.consortium_id, year=self.year)
        return later.filter(edition__gt=self.edition).first()

    def replaces(self) -> "Budget | None":
        """The decided edition that held before this one."""
        earlier = Budget.objects.decided().filter(consortium=self.consortium_id, year=self.year)
        return earlier.filter(edition__lt=self.edition).order_by("-edition").first()


class BudgetLine(models.Model):
    budget = models.ForeignKey(Budget, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    group = models.CharField(_("avsnitt"), max_length=80, blank=True)
    label = models.CharField(_("post"), max_length=120)
    amount = models.BigIntegerField(_("belopp"))

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["budget", "position"], name="budget_line_in_one_place"),
            models.CheckConstraint(condition=Q(amount__range=(0, MOST_KRONOR)), name="budget_line_in_kronor"),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.amount}"


class CostAllocation(models.Model):
    """How a budget is shared. What was counted with is kept in the shares, so that it can be counted again."""

    class Key(models.TextChoices):
        POPULATION = "population", _("Folkmängd")
        EQUAL = "equal", _("Lika delar")
        FIXED = "fixed", _("Fast belopp plus folkmängd")
        USAGE = "usage", _("Nyttjande")
        MIXED = "mixed", _("Blandad nyckel")

    class Rule(models.TextChoices):
        LARGEST_REMAINDER = "largest_remainder", _("Största rest (summan stämmer)")
        HALF_UP_ROWS = "half_up_rows", _("Rad för sig (differens visas)")
        RESIDUAL_TO_HOST = "residual_to_host", _("Rad för sig, värden tar differensen")

    class UsageUnit(models.TextChoices):
        GIGABYTES = "gigabytes", _("Lagrad mängd, GB")
        PROJECTS = "projects", _("Leveransprojekt, antal")

    budget = models.OneToOneField(Budget, on_delete=models.CASCADE, related_name="allocation")
    key = models.CharField(_("fördelningsnyckel"), max_length=12, choices=Key.choices, default=Key.POPULATION)
    rule = models.CharField(_("avrundning"), max_length=20, choices=Rule.choices, default=Rule.LARGEST_REMAINDER)
    population_on = models.DateField(_("folkmängd per den"), null=True, blank=True)
    members_on = models.DateField(_("medlemmar per den"))
    pro_rata = models.BooleanField(_("räkna månader för den som ansluter eller lämnar under året"), default=False)
    fixed = models.BigIntegerField(_("fast belopp per kommun"), default=0)
    population_percent = models.PositiveSmallIntegerField(_("folkmängd, procent"), default=100)
    equal_percent = models.PositiveSmallIntegerField(_("lika delar, procent"), default=0)
    usage_percent = models.PositiveSmallIntegerField(_("nyttjande, procent"), default=0)
    usage_unit = models.CharField(_("nyttjande mäts i"), max_length=10, choices=UsageUnit.choices, blank=True)
    host = models.ForeignKey(Municipality, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(population_percent=100 - F("equal_percent") - F("usage_percent")),
                name="parts_make_a_hundred",
            ),
            models.CheckConstraint(
                condition=Q(population_percent=0) | Q(population_on__isnull=False), name="population_has_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.budget}: {self.get_key_display()}"


class CostShare(models.Model):
    allocation = models.ForeignKey(CostAllocation, on_delete=models.CASCADE, related_name="shares")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="cost_shares")
    population = models.PositiveIntegerField(_("folkmängd"), null=True, blank=True)
    population_source = models.CharField(max_length=200, blank=True)
    usage = models.DecimalField(_("nyttjande"), max_digits=14, decimal_places=3, default=0)
    months = models.PositiveSmallIntegerField(_("månader"), default=12)
    kronor = models.BigIntegerField(_("kostnad"))

    class Meta:
        ordering = ["municipality__code"]
        constraints = [
            models.UniqueConstraint(fields=["allocation", "municipality"], name="municipality_pays_once"),
            models.CheckConstraint(condition=Q(months__range=(1, 12)), name="share_of_a_year"),
        ]

    def __str__(self) -> str:
        return f"{self.municipality}: {self.kronor}"


class CostReport(models.Model):
    """How the year went: budget, outcome and forecast in September, outcome and settlement by 15 February."""

    class Kind(models.TextChoices):
        HALF_YEAR = "half_year", _("Delårsrapport")
        YEAR_END = "year_end", _("Bokslut")

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="reports")
    kind = models.CharField(_("slag"), max_length=10, choices=Kind.choices)
    as_of = models.DateField(_("utfall till och med"))
    note = models.TextField(_("kommentar"), blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["budget", "kind"], name="one_report_of_each_kind"),
            paired("confirmed_at", "confirmed_by"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.budget.year}"

    @property
    def place(self) -> Consortium:
        return self.budget.consortium

    @property
    def is_closed(self) -> bool:
        return self.confirmed_at is not None


class ReportLine(models.Model):
    report = models.ForeignKey(CostReport, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="+")
    outcome = models.BigIntegerField(_("utfall"))
    forecast = models.BigIntegerField(_("prognos"), null=True, blank=True)

    class Meta:
        ordering = ["line__position"]
        constraints = [
            models.UniqueConstraint(fields=["report", "line"], name="line_reported_once"),
            models.CheckConstraint(condition=Q(outcome__range=(0, MOST_KRONOR)), name="outcome_in_kronor"),
            models.CheckConstraint(
                condition=Q(forecast=None) | Q(forecast__range=(0, MOST_KRONOR)), name="forecast_in_kronor"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line.label}: {self.outcome}"


class SettlementShare(models.Model):
    """Avräkning: what a municipality was charged and what the year's outcome makes its part, by the same key."""

    report = models.ForeignKey(CostReport, on_delete=models.CASCADE, related_name="settlement")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    charged = models.BigIntegerField(_("debiterat"))
    share = models.BigIntegerField(_("del av utfallet"))

    class Meta:
        ordering = ["municipality__code"]
        constraints = [models.UniqueConstraint(fields=["report", "municipality"], name="municipality_settled_once")]

    def __str__(self) -> str:
        return f"{self.municipality}: {self.difference:+}"

    @property
    def difference(self) -> int:
        """To pay (+) or to get back (−)."""
        return self.share - self.charged
