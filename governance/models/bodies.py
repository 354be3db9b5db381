"""Bodies and seats: the steering group, the consultation group, a federation's board, working groups.

A seat belongs to a municipality or a party and is filled by a function ("Kanslichef"), never by a named person. Which
law a body works under decides its clocks and texts: a steering group of officials is no nämnd (kommunallagen 5:65–69
and 8:12 hold for political bodies), there the agreement rules.
"""

import datetime
from dataclasses import dataclass
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consortium.access import policy
from consortium.precision import Precision
from consortium.swedish import swedish_order
from governance.models.members import Consortium, Municipality
from governance.models.parties import Party


@dataclass(frozen=True)
class Regime:
    """What the law or the agreement asks of a body's minutes. None means that nothing is asked."""

    adjust_within_days: int | None
    posted_within_days: int | None
    appeal_weeks: int | None
    text: str | Promise


class BodyQuerySet(models.QuerySet["Body"]):
    def visible_to(self, user: policy.AnyUser) -> "BodyQuerySet":
        return self.filter(consortium__in=Consortium.objects.visible_to(user))

    def may_meet(self) -> "BodyQuerySet":
        return self.filter(status=Body.Status.ACTIVE)

    def in_swedish_order(self) -> "BodyQuerySet":
        return self.order_by(swedish_order("name"))


class Body(models.Model):
    class Kind(models.TextChoices):
        STEERING_GROUP = "steering_group", _("Styrgrupp")
        CONSULTATION_GROUP = "consultation_group", _("Samrådsgrupp")
        BOARD = "direktion", _("Direktion")
        JOINT_BOARD = "joint_board", _("Gemensam nämnd")
        WORKING_GROUP = "working_group", _("Arbetsgrupp")
        PROJECT_GROUP = "project_group", _("Projektgrupp")
        NETWORK = "network", _("Nätverk")
        COUNCIL = "council", _("Råd")

    class LegalRegime(models.TextChoices):
        LAW = "KL", _("Kommunallagen")
        AGREEMENT = "agreement", _("Samverkansavtalet")
        NONE = "none", _("Ingen särskild ordning")

    class Status(models.TextChoices):
        ACTIVE = "active", _("Aktivt")
        PAUSED = "paused", _("Vilande")
        ENDED = "ended", _("Avslutat")

    class Numbering(models.TextChoices):
        YEAR = "year", _("Paragrafer räknas för hela året")
        MEETING = "meeting", _("Paragrafer börjar om för varje möte")

    OF_A_FEDERATION = _(
        "Protokollet justeras inom 14 dagar. Justeringen anslås senast andra dagen därefter på kommunalförbundets "
        "anslagstavla, och beslut kan överklagas inom tre veckor från den dag då den har anslagits."
    )
    STEPS = {
        Status.ACTIVE: {Status.PAUSED, Status.ENDED},
        Status.PAUSED: {Status.ACTIVE, Status.ENDED},
        Status.ENDED: set(),
    }
    REGIMES = {
        LegalRegime.LAW: Regime(
            14,
            2,
            3,
            _(
                "Protokollet justeras inom 14 dagar. Justeringen anslås senast andra dagen därefter på varje kommuns "
                "anslagstavla, och beslut kan överklagas inom tre veckor från det att den sista kommunen har anslagit."
            ),
        ),
        LegalRegime.AGREEMENT: Regime(
            14, None, None, _("Gruppen är ingen nämnd: protokollet justeras så som samverkansavtalet säger.")
        ),
        LegalRegime.NONE: Regime(
            None, None, None, _("Gruppen för minnesanteckningar. De justeras inte och anslås inte.")
        ),
    }

    consortium = models.ForeignKey(
        Consortium, verbose_name=_("samarbete"), on_delete=models.PROTECT, related_name="bodies"
    )
    name = models.CharField(_("namn"), max_length=120)
    kind = models.CharField(_("slag"), max_length=20, choices=Kind.choices)
    legal_regime = models.CharField(_("ordning"), max_length=10, choices=LegalRegime.choices)
    agreed_adjustment_days = models.PositiveSmallIntegerField(
        _("dagar till justering enligt avtalet"),
        null=True,
        blank=True,
        help_text=_("Gäller bara när ordningen är samverkansavtalet. Tomt betyder 14 dagar."),
    )
    numbering = models.CharField(
        _("paragrafnumrering"), max_length=10, choices=Numbering.choices, default=Numbering.YEAR
    )
    notice_days = models.PositiveSmallIntegerField(
        _("kallelse, dagar före mötet"), default=10, help_text=_("Så många dagar före mötet går kallelsen ut.")
    )
    status = models.CharField(_("läge"), max_length=10, choices=Status.choices, default=Status.ACTIVE)
    from_on = models.DateField(_("från och med"))
    from_precision = models.CharField(max_length=10, choices=Precision.choices, default=Precision.DAY)
    until_on = models.DateField(_("till och med"), null=True, blank=True)
    note = models.TextField(_("anteckning"), blank=True)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[BodyQuerySet] = BodyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["consortium", "name"], name="body_named_once"),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="body_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> Consortium:
        return self.consortium

    @property
    def regime(self) -> Regime:
        return self.REGIMES[self.LegalRegime(self.legal_regime)]

    @property
    def regime_text(self) -> str:
        own_board = self.legal_regime == self.LegalRegime.LAW and self.consortium.has_own_board
        return str(self.OF_A_FEDERATION if own_board else self.regime.text)

    @property
    def adjustment_days(self) -> int | None:
        """Days from the meeting to the adjusted minutes. The law's fourteen cannot be agreed away."""
        agreed = self.agreed_adjustment_days if self.legal_regime == self.LegalRegime.AGREEMENT else None
        return agreed or self.regime.adjust_within_days

    @property
    def may_meet(self) -> bool:
        return self.status == self.Status.ACTIVE

    def may_become(self, status: str) -> bool:
        return status in self.STEPS[self.Status(self.status)]


class SeatQuerySet(models.QuerySet["Seat"]):
    def in_force(self, on: datetime.date | None = None) -> "SeatQuerySet":
        day = on or timezone.localdate()
        return self.filter(Q(until_on=None) | Q(until_on__gte=day), from_on__lte=day)

    def ordinary(self) -> "SeatQuerySet":
        """Seats of members: no substitutes and no co-opted staff."""
        return self.filter(is_substitute=False).exclude(role__in=Seat.WITHOUT_VOTE)

    def filled(self) -> "SeatQuerySet":
        return self.exclude(status=Seat.Status.VACANT)

    def of(self, user: policy.AnyUser) -> "SeatQuerySet":
        return self.filter(user=user.pk) if user.pk else self.none()

    def in_swedish_order(self) -> "SeatQuerySet":
        """Chair first, then members by municipality, co-opted last."""
        order = models.Case(
            *(models.When(role=role, then=place) for place, role in enumerate(Seat.Role.values)),
            output_field=models.SmallIntegerField(),
        )
        name = models.functions.Coalesce("municipality__name", "party__name", "function")
        return self.order_by(order, "is_substitute", swedish_order(name), "pk")


class Seat(models.Model):
    class Status(models.TextChoices):
        FIRM = "firm", _("Utsedd")
        TENTATIVE = "tentative", _("Preliminär")
        VACANT = "vacant", _("Vakant")

    class Role(models.TextChoices):
        CHAIR = "chair", _("Ordförande")
        VICE_CHAIR = "vice_chair", _("Vice ordförande")
        MEMBER = "member", _("Ledamot")
        SECRETARY = "secretary", _("Sekreterare")
        COOPTED = "coopted", _("Adjungerad")

    WITHOUT_VOTE = (Role.SECRETARY, Role.COOPTED)

    body = models.ForeignKey(Body, verbose_name=_("organ"), on_delete=models.PROTECT, related_name="seats")
    municipality = models.ForeignKey(
        Municipality,
        verbose_name=_("kommun"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="seats",
    )
    party = models.ForeignKey(
        Party,
        verbose_name=_("annan part"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="seats",
    )
    role = models.CharField(_("uppgift"), max_length=12, choices=Role.choices, default=Role.MEMBER)
    status = models.CharField(_("läge"), max_length=10, choices=Status.choices, default=Status.FIRM)
    is_substitute = models.BooleanField(_("ersättare"), default=False)
    function = models.CharField(
        _("funktion"), max_length=120, blank=True, help_text=_("Till exempel Kanslichef. Aldrig ett personnamn.")
    )
    email = models.EmailField(
        _("funktionsadress"), blank=True, help_text=_("Dit kallelser skickas. Tomt: användarens egen adress.")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("användare i portalen"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="seats",
    )
    from_on = models.DateField(_("från och med"))
    until_on = models.DateField(_("till och med"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[SeatQuerySet] = SeatQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(municipality=None) | Q(party=None), name="seat_belongs_to_municipality_or_party"
            ),
            models.CheckConstraint(
                condition=~Q(municipality=None, party=None) | Q(role__in=("secretary", "coopted")),
                name="only_staff_sit_for_nobody",
            ),
            models.CheckConstraint(
                condition=Q(status="vacant", function="") | (~Q(status="vacant") & ~Q(function="")),
                name="seat_is_vacant_or_filled",
            ),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="seat_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        """As printed in minutes: "Kanslichef, Mora kommun"."""
        parts = [self.function or str(self.get_status_display()), self.organisation]
        return ", ".join(part for part in parts if part)

    @property
    def place(self) -> Consortium:
        return self.body.consortium

    @property
    def organisation(self) -> str:
        holder = self.municipality or self.party
        return str(holder) if holder else ""

    @property
    def has_vote(self) -> bool:
        return self.role not in self.WITHOUT_VOTE

    @property
    def address(self) -> str:
        """Where mail to the seat goes; empty when nobody can be reached."""
        return self.email or (self.user.email if self.user else "")
