"""Populations: always with a reference date and a source, never mixed dates in one allocation."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from governance.models.members import Municipality


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
