"""The life of a consortium: study, project, procurement, operation; and who was host from when. Rows are only added."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from consortium.precision import Precision
from governance.models.members import Consortium, Municipality


class StageChange(models.Model):
    """From here on the consortium is in this stage. A day ahead of today is a plan: "Drift, sommaren 2020"."""

    consortium = models.ForeignKey(Consortium, on_delete=models.PROTECT, related_name="stages")
    stage = models.CharField(_("skede"), max_length=20, choices=Consortium.Stage.choices)
    effective_on = models.DateField(_("gäller från"))
    precision = models.CharField(_("noggrannhet"), max_length=10, choices=Precision.choices, default=Precision.DAY)
    comment = models.CharField(_("kommentar"), max_length=300, blank=True)

    class Meta:
        ordering = ["effective_on", "id"]

    def __str__(self) -> str:
        return f"{self.consortium}: {self.get_stage_display()} {self.effective_on}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise TypeError("Skedenas historik ändras inte; lägg till en ny rad.")
        super().save(*args, **kwargs)


class HostChange(models.Model):
    """Who is host from a day on, and on what decision. No municipality means that nobody is host yet."""

    consortium = models.ForeignKey(Consortium, on_delete=models.PROTECT, related_name="host_changes")
    municipality = models.ForeignKey(
        Municipality, verbose_name=_("värdkommun"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    effective_on = models.DateField(_("gäller från"))
    precision = models.CharField(_("noggrannhet"), max_length=10, choices=Precision.choices, default=Precision.DAY)
    decision = models.CharField(_("beslut"), max_length=200, help_text=_("Organ, datum och paragraf, eller avtalet."))

    class Meta:
        ordering = ["effective_on", "id"]

    def __str__(self) -> str:
        return f"{self.consortium}: {self.municipality} {self.effective_on}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise TypeError("Värdkommunens historik ändras inte; lägg till en ny rad.")
        super().save(*args, **kwargs)
