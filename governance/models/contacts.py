"""How a municipality is reached, by function and not by person, and what it takes for copies."""

import datetime
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.models.members import Municipality


class Contact(models.Model):
    class Function(models.TextChoices):
        REGISTRY = "registry", _("Registrator")
        ARCHIVE = "archive", _("Arkiv")
        MANAGEMENT = "management", _("Administrativ ledning")
        IT = "it", _("IT")
        DATA_PROTECTION = "dpo", _("Dataskyddsombud")
        ECONOMY = "economy", _("Ekonomi")
        OTHER = "other", _("Annan funktion")

    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="contacts")
    function = models.CharField(_("funktion"), max_length=20, choices=Function.choices)
    title = models.CharField(_("benämning"), max_length=120, blank=True, help_text=_("Till exempel Kommunarkivet."))
    email = models.EmailField(_("e-post"), help_text=_("Helst en funktionsadress: kommunarkivet@…"))
    phone = models.CharField(_("telefon"), max_length=40, blank=True)

    class Meta:
        ordering = ["function", "email"]
        constraints = [models.UniqueConstraint(fields=["municipality", "function", "email"], name="contact_given_once")]

    def __str__(self) -> str:
        return f"{self.title or self.get_function_display()}, {self.municipality}"


class FeeScheduleQuerySet(models.QuerySet["FeeSchedule"]):
    def on(self, day: datetime.date | None = None) -> "FeeSchedule | None":
        return self.filter(valid_from__lte=day or timezone.localdate()).order_by("-valid_from").first()


class FeeSchedule(models.Model):
    """The council's tariff for copies: some pages free, then a sum for the next and so much for each after it."""

    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="fee_schedules")
    valid_from = models.DateField(_("gäller från"))
    free_pages = models.PositiveSmallIntegerField(_("sidor utan avgift"), default=9)
    first_fee = models.PositiveIntegerField(_("avgift för nästa sida, kr"), default=50)
    page_fee = models.PositiveIntegerField(_("avgift för varje sida därefter, kr"), default=2)
    decision = models.CharField(_("beslut"), max_length=200, blank=True)

    objects: ClassVar[FeeScheduleQuerySet] = FeeScheduleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality", "valid_from"], name="one_tariff_per_day")]

    def __str__(self) -> str:
        return f"{self.municipality}, {self.valid_from}"

    def fee(self, pages: int) -> int:
        """In kronor: with nine pages free, 9 pages cost 0, 10 cost 50 and 15 cost 60."""
        paid = pages - self.free_pages
        return self.first_fee + (paid - 1) * self.page_fee if paid > 0 else 0
