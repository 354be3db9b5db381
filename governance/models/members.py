"""The consortium and its members. Municipalities are known by SCB code and stored official name (never derived).

Membership is history: rows are added, none is changed or removed (requirements 3.4); the newest tells how it stands.
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
        return self.filter(pk__in=[int(pk) for pk in policy.places(user, permission, Consortium)])


class Consortium(models.Model):
    class Stage(models.TextChoices):
        STUDY = "study", _("Förstudie")
        PROJECT = "project", _("Projekt")
        PROCUREMENT = "procurement", _("Upphandling")
        OPERATION = "operation", _("Drift")
        EXTENSION = "extension", _("Drift, utökning pågår")

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

    objects: ClassVar[ConsortiumQuerySet] = ConsortiumQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        permissions = Permission.declared()

    def __str__(self) -> str:
        return self.name

    def above(self) -> Iterable[policy.Container]:
        return ()

    def members(self, on: datetime.date | None = None) -> "MunicipalityQuerySet":
        """Municipalities whose newest membership row on that day is one that takes part."""
        return Municipality.objects.members_of(self, on or timezone.localdate())


class MunicipalityQuerySet(models.QuerySet["Municipality"]):
    def where_may(self, user: policy.AnyUser, permission: Permission) -> "MunicipalityQuerySet":
        """Where the user holds the permission, on the municipality itself or on a consortium it belongs to."""
        direct = policy.places(user, permission, Municipality)
        consortia = Consortium.objects.where_may(user, permission)
        return self.filter(Q(code__in=list(direct)) | Q(code__in=_current_members(consortia)))

    def members_of(self, consortium: Consortium, on: datetime.date) -> "MunicipalityQuerySet":
        newest = Membership.objects.filter(
            consortium=consortium, municipality=OuterRef("code"), effective_on__lte=on
        ).order_by("-effective_on", "-id")
        return self.annotate(membership_status=Subquery(newest.values("status")[:1])).filter(
            membership_status__in=Membership.TAKES_PART
        )

    def in_swedish_order(self) -> "MunicipalityQuerySet":
        return self.order_by(swedish_order("name"))


def _current_members(consortia: Iterable[Consortium]) -> set[str]:
    return {code for consortium in consortia for code in consortium.members().values_list("code", flat=True)}


class Municipality(models.Model):
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

    objects: ClassVar[MunicipalityQuerySet] = MunicipalityQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        permissions = Permission.declared()
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9]{4}$"), name="municipality_code_has_four_digits"),
        ]

    def __str__(self) -> str:
        return self.official_name

    def above(self) -> Iterable[policy.Container]:
        today = timezone.localdate()
        consortia = Consortium.objects.filter(memberships__municipality=self).distinct()
        return [consortium for consortium in consortia if consortium.members(today).filter(code=self.code).exists()]


class Population(models.Model):
    """Number of inhabitants with reference date and source; never mixed dates in one allocation."""

    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="populations")
    on = models.DateField(_("per den"))
    count = models.PositiveIntegerField(_("folkmängd"))
    source = models.CharField(_("källa"), max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality", "on"], name="one_population_per_date")]

    def __str__(self) -> str:
        return f"{self.municipality} {self.on}: {self.count}"


class Membership(models.Model):
    """One step of a municipality's way in or out of a consortium. Append-only: the database refuses change."""

    class Status(models.TextChoices):
        INTEREST = "interest", _("Intresse")
        INTENT = "intent", _("Avsiktsförklaring")
        NO_INTENT = "no_intent", _("Avböjt")
        WAITING = "waiting", _("Avvaktar")
        DECISION_PLANNED = "decision_planned", _("Beslut planerat")
        DECIDED = "decided", _("Beslutat")
        SIGNED = "signed", _("Avtal signerat")
        JOINING = "joining", _("Ansluter")
        ACTIVE = "active", _("I drift")
        LEAVING = "leaving", _("Uppsagd")
        LEFT = "left", _("Utträdd")

    TAKES_PART = (Status.SIGNED, Status.JOINING, Status.ACTIVE, Status.LEAVING)

    consortium = models.ForeignKey(Consortium, on_delete=models.PROTECT, related_name="memberships")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="memberships")
    status = models.CharField(_("läge"), max_length=20, choices=Status.choices)
    effective_on = models.DateField(_("gäller från"))
    precision = models.CharField(_("noggrannhet"), max_length=10, choices=Precision.choices, default=Precision.DAY)
    body = models.CharField(_("beslutande organ"), max_length=80, blank=True)
    paragraph = models.CharField(_("paragraf"), max_length=20, blank=True)
    registry_number = models.CharField(_("diarienummer"), max_length=40, blank=True)
    comment = models.TextField(_("kommentar"), blank=True)

    class Meta:
        ordering = ["effective_on", "id"]

    def __str__(self) -> str:
        return f"{self.municipality}, {self.consortium}: {self.get_status_display()} {self.effective_on}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise TypeError("Medlemshistorik ändras inte; lägg till en ny rad.")
        super().save(*args, **kwargs)
