"""The consortium and its members. Municipalities are known by SCB code and stored official name (never derived).

Membership is history: rows are added, none is changed or removed; the newest tells how it stands.
"""

import datetime
from collections.abc import Iterable
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.models import User
from consortium.precision import Precision
from consortium.swedish import swedish_order


def luhn(value: str) -> None:
    """Organisation numbers end in a check digit; 212000-1008 is a known misprint that must not pass."""
    digits = [int(figure) for figure in value if figure.isdigit()]
    doubled = [sum(divmod(digit * 2, 10)) if place % 2 == 0 else digit for place, digit in enumerate(digits)]
    if len(digits) != 10 or sum(doubled) % 10:
        raise ValidationError(
            _("%(value)s är inget giltigt organisationsnummer: kontrollsiffran stämmer inte."), params={"value": value}
        )


class ConsortiumQuerySet(models.QuerySet["Consortium"]):
    def where_may(self, user: policy.AnyUser, permission: Permission) -> "ConsortiumQuerySet":
        return self.filter(pk__in=policy.places(user, permission, Consortium))

    def visible_to(self, user: policy.AnyUser) -> "ConsortiumQuerySet":
        """Where the user has a task: in the consortium itself or in a municipality that is on its way in or part."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        held = user.assignments.in_force(timezone.localdate()).select_related("where_type")
        places = {
            name: {row.where_id for row in held if row.where_type.model == name}
            for name in ("consortium", "municipality")
        }
        around = Membership.objects.newest().filter(municipality__in=places["municipality"])
        return self.filter(
            Q(pk__in=[int(pk) for pk in places["consortium"]])
            | Q(pk__in=[row.consortium_id for row in around if row.status in Membership.INVOLVED])
        )

    def within_reach(self, user: policy.AnyUser, permission: Permission) -> "ConsortiumQuerySet":
        """Whose joint matters one may read: the consortium's own people, and those of municipalities that take part.

        Not those that the reader's municipality has left or never joined.
        """
        around = Membership.objects.newest().filter(municipality__in=policy.places(user, permission, Municipality))
        theirs = [row.consortium_id for row in around if row.status in Membership.TAKES_PART]
        return self.filter(Q(pk__in=policy.places(user, permission, Consortium)) | Q(pk__in=theirs))

    def in_swedish_order(self) -> "ConsortiumQuerySet":
        return self.order_by(swedish_order("name"))


class Benefit(models.TextChoices):
    """Why municipalities do this together, as the steering group's consultation group counted them."""

    TIME = "time", _("Sparar tid vid sökning och utlämnande")
    BUSINESS = "business", _("Verksamheten når sin egen information")
    RETIREMENT = "retirement", _("Gamla system kan avställas")
    DEMOCRACY = "democracy", _("Insyn och demokrati")
    SERVICE = "service", _("Bättre service")
    RESEARCH = "research", _("Underlag för forskning")
    DIGITALISATION = "digitalisation", _("Ett steg i digitaliseringen")


class Consortium(models.Model):
    class Stage(models.TextChoices):
        STUDY = "study", _("Förstudie")
        PROJECT = "project", _("Projekt")
        PROCUREMENT = "procurement", _("Upphandling")
        OPERATION = "operation", _("Drift")
        EXTENSION = "extension", _("Drift, utökning pågår")

    STATUTORY_NOTICE_MONTHS = 36

    class LegalForm(models.TextChoices):
        PROJECT = "projekt", _("Projekt")
        AGREEMENT = "avtalssamverkan", _("Avtalssamverkan")
        JOINT_BOARD = "gemensam_namnd", _("Gemensam nämnd")
        FEDERATION = "kommunalforbund", _("Kommunalförbund")

    name = models.CharField(_("namn"), max_length=120, unique=True)
    slug = models.SlugField(unique=True)
    stage = models.CharField(_("skede"), max_length=20, choices=Stage.choices)
    legal_form = models.CharField(_("samverkansform"), max_length=20, choices=LegalForm.choices)
    host = models.ForeignKey(
        "Municipality",
        verbose_name=_("värdkommun"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="hosted",
    )
    what = models.CharField(_("vad"), max_length=200, blank=True, help_text=_("Till exempel Kommungemensamt e-arkiv."))
    members_word = models.CharField(
        _("vilka, i ord"), max_length=80, default="kommuner", help_text=_("Står efter antalet: 14 skånska kommuner.")
    )
    how = models.CharField(_("hur"), max_length=200, blank=True, help_text=_("Till exempel Projektform."))
    why = models.CharField(_("varför"), max_length=300, blank=True)
    benefits = models.JSONField(_("nyttor"), default=list, blank=True)
    started_on = models.DateField(_("började"), null=True, blank=True)
    started_precision = models.CharField(max_length=10, choices=Precision.choices, default=Precision.DAY)
    ended_on = models.DateField(_("upphörde"), null=True, blank=True)
    notice_months = models.PositiveSmallIntegerField(
        _("uppsägningstid, månader"),
        null=True,
        blank=True,
        help_text=_(
            "Enligt avtalet eller förbundsordningen. Tomt: tre år i ett kommunalförbund (KL 9:18), annars ett."
        ),
    )
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[ConsortiumQuerySet] = ConsortiumQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        permissions = Permission.declared()

    def __str__(self) -> str:
        return self.name

    def above(self) -> Iterable[policy.Container]:
        return ()

    @property
    def place(self) -> "Consortium":
        return self

    @property
    def has_own_board(self) -> bool:
        """A federation is a municipality of its own kind: it announces on one board, kept by its host."""
        return self.legal_form == self.LegalForm.FEDERATION and self.host_id is not None

    @property
    def months_of_notice(self) -> int:
        """A federation's members have three years unless its charter says less (KL 9:18); else the agreement rules."""
        statutory = self.STATUTORY_NOTICE_MONTHS if self.legal_form == self.LegalForm.FEDERATION else 12
        return self.notice_months or statutory

    def members(self, on: datetime.date | None = None) -> "MunicipalityQuerySet":
        """Municipalities whose newest membership row on that day is one that takes part."""
        return Municipality.objects.members_of(self, on or timezone.localdate())


class MunicipalityQuerySet(models.QuerySet["Municipality"]):
    def where_may(self, user: policy.AnyUser, permission: Permission) -> "MunicipalityQuerySet":
        """Where the user holds the permission, on the municipality itself or on a consortium it belongs to."""
        direct = policy.places(user, permission, Municipality)
        consortia = Consortium.objects.where_may(user, permission)
        return self.filter(Q(code__in=direct) | Q(code__in=_current_members(consortia)))

    def members_of(self, consortium: Consortium, on: datetime.date) -> "MunicipalityQuerySet":
        newest = Membership.objects.filter(
            consortium=consortium, municipality=OuterRef("code"), effective_on__lte=on
        ).order_by("-effective_on", "-id")
        return self.annotate(membership_status=Subquery(newest.values("status")[:1])).filter(
            membership_status__in=Membership.TAKES_PART
        )

    def visible_to(self, user: policy.AnyUser) -> "MunicipalityQuerySet":
        """The municipalities of the consortia where the user has a task."""
        return self.filter(memberships__consortium__in=Consortium.objects.visible_to(user)).distinct()

    def in_swedish_order(self) -> "MunicipalityQuerySet":
        return self.order_by(swedish_order("name"))


def _current_members(consortia: ConsortiumQuerySet) -> set[str]:
    newest = Membership.objects.filter(consortium__in=consortia).newest()
    return {row.municipality_id for row in newest if row.status in Membership.TAKES_PART}


class Municipality(models.Model):
    class HostCapacity(models.TextChoices):
        """Which secrecy rules follow to the host (OSL 11:4 a and 40:5, or 11:6)."""

        STORAGE = "storage", _("Teknisk lagring för kommunens räkning")
        AUTHORITY = "authority", _("Arkivmyndighet för kommunen")

    code = models.CharField(
        _("kommunkod"),
        max_length=4,
        primary_key=True,
        validators=[RegexValidator(r"^\d{4}$", _("Kommunkoden har fyra siffror."))],
    )
    name = models.CharField(_("namn"), max_length=60)
    official_name = models.CharField(
        _("formellt namn"), max_length=80, help_text=_("Skrivs in, härleds aldrig: Falu kommun.")
    )
    county = models.CharField(_("län"), max_length=60)
    organisation_number = models.CharField(_("organisationsnummer"), max_length=11, blank=True, validators=[luhn])
    archival_authority = models.CharField(_("arkivmyndighet"), max_length=80, default="Kommunstyrelsen")
    appeal_court = models.CharField(
        _("kammarrätt"), max_length=80, blank=True, help_text=_("Dit avslag överklagas: Kammarrätten i Sundsvall.")
    )
    host_capacity = models.CharField(
        _("värdens uppgift"), max_length=20, choices=HostCapacity.choices, default=HostCapacity.STORAGE
    )
    existing_solution = models.BooleanField(_("har redan ett e-arkiv"), default=False)
    has_archivist = models.BooleanField(_("har arkivarie"), null=True, blank=True)
    has_information_plan = models.BooleanField(_("har informationshanteringsplan"), null=True, blank=True)
    has_system_inventory = models.BooleanField(_("har inventerat sina system"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[MunicipalityQuerySet] = MunicipalityQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        permissions = Permission.declared()
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9]{4}$"), name="municipality_code_has_four_digits"),
        ]

    def __str__(self) -> str:
        return self.official_name

    @property
    def place(self) -> "Municipality":
        return self

    @property
    def lacks_readiness(self) -> bool:
        """ "Förutsättningar saknas": without an archivist a delivery cannot begin; membership is not affected."""
        return self.has_archivist is False

    def above(self) -> Iterable[policy.Container]:
        newest = Membership.objects.filter(municipality=self).newest().select_related("consortium")
        return [row.consortium for row in newest if row.status in Membership.TAKES_PART]


class MembershipQuerySet(models.QuerySet["Membership"]):
    def newest(self, on: datetime.date | None = None) -> "MembershipQuerySet":
        """How each municipality stands in each consortium that day: one row a pair."""
        return (
            self.filter(effective_on__lte=on or timezone.localdate())
            .order_by("consortium", "municipality", "-effective_on", "-id")
            .distinct("consortium", "municipality")
        )

    def standing_from(self, on: datetime.date) -> "MembershipQuerySet":
        """How each municipality stands in each consortium that day and on every later one: a row for each change."""
        changes = self.order_by("consortium", "municipality", "effective_on", "-id")
        standing = changes.distinct("consortium", "municipality", "effective_on")
        return standing.filter(Q(effective_on__gt=on) | Q(pk__in=self.newest(on).values("pk")))


class Membership(models.Model):
    """One step of a municipality's way in or out of a consortium. Append-only: the database refuses change."""

    class Status(models.TextChoices):
        UNKNOWN = "unknown", _("Okänd")
        INTEREST = "interest", _("Intresse")
        INTENT = "intent", _("Avsiktsförklaring")
        NO_INTENT = "no_intent", _("Avböjt")
        WAITING = "waiting", _("Avvaktar")
        OWN_SOLUTION = "own_solution", _("Egen lösning")
        DECISION_PLANNED = "decision_planned", _("Beslut planerat")
        BOARD_DECIDED = "board_decided", _("Beslut i kommunstyrelsen")
        DECIDED = "decided", _("Beslut i kommunfullmäktige")
        SIGNED = "signed", _("Avtal signerat")
        JOINING = "joining", _("Ansluter")
        ACTIVE = "active", _("I drift")
        EXTENDED = "extended", _("Utökad roll")
        LEAVING = "leaving", _("Uppsagd")
        LEFT = "left", _("Utträdd")
        CLOSED = "closed", _("Avslutad")

    TAKES_PART = (Status.SIGNED, Status.JOINING, Status.ACTIVE, Status.EXTENDED, Status.LEAVING)
    ON_THE_WAY = (
        *(Status.INTEREST, Status.INTENT, Status.WAITING),
        *(Status.DECISION_PLANNED, Status.BOARD_DECIDED, Status.DECIDED),
    )
    INVOLVED = (*ON_THE_WAY, *TAKES_PART)
    STEPS: ClassVar[dict[str, frozenset[str]]]
    UNDECIDED = (Status.UNKNOWN, Status.INTEREST, Status.INTENT, Status.WAITING, Status.DECISION_PLANNED)

    consortium = models.ForeignKey(Consortium, on_delete=models.PROTECT, related_name="memberships")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="memberships")
    status = models.CharField(_("läge"), max_length=20, choices=Status.choices)
    effective_on = models.DateField(_("gäller från"))
    precision = models.CharField(_("noggrannhet"), max_length=10, choices=Precision.choices, default=Precision.DAY)
    planned_on = models.DateField(_("beslut planeras till"), null=True, blank=True)
    planned_precision = models.CharField(max_length=10, choices=Precision.choices, default=Precision.MONTH)
    body = models.CharField(_("beslutande organ"), max_length=80, blank=True)
    paragraph = models.CharField(_("paragraf"), max_length=20, blank=True)
    registry_number = models.CharField(_("diarienummer"), max_length=40, blank=True)
    document = models.CharField(
        _("handling"), max_length=200, blank=True, help_text=_("Handlingens namn eller adress, så att den återfinns.")
    )
    comment = models.TextField(_("kommentar"), blank=True)
    is_correction = models.BooleanField(_("rättelse"), default=False)
    recorded_at = models.DateTimeField(_("antecknad"), default=timezone.now, editable=False)

    objects: ClassVar[MembershipQuerySet] = MembershipQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["effective_on", "id"]

    def __str__(self) -> str:
        return f"{self.municipality}, {self.consortium}: {self.get_status_display()} {self.effective_on}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise TypeError("Medlemshistorik ändras inte; lägg till en ny rad.")
        super().save(*args, **kwargs)

    def may_become(self, status: str) -> bool:
        return status in self.STEPS[self.status]


def _steps() -> dict[str, frozenset[str]]:
    """The lawful next steps. A municipality may skip what it does not need, but not sign before anybody has decided."""
    status = Membership.Status
    aside = {status.WAITING, status.NO_INTENT, status.OWN_SOLUTION}
    before = {status.INTEREST, status.INTENT, status.DECISION_PLANNED, status.BOARD_DECIDED, status.DECIDED, *aside}
    going = {status.JOINING, status.ACTIVE, status.EXTENDED}
    after_decision = {status.DECIDED, status.SIGNED, *aside}
    table = {
        **dict.fromkeys([status.UNKNOWN, status.INTEREST, status.INTENT, status.DECISION_PLANNED, *aside], before),
        status.BOARD_DECIDED: after_decision,
        status.DECIDED: after_decision,
        status.SIGNED: {*going, status.LEAVING},
        **{each: {*going, status.LEAVING} - {each} for each in going},
        status.LEAVING: {status.SIGNED, *going, status.LEFT},  # a notice can be taken back
        status.LEFT: {status.CLOSED, status.INTEREST},
        status.CLOSED: {status.INTEREST},
    }
    return {str(at): frozenset(map(str, to)) for at, to in table.items()}


Membership.STEPS = _steps()
