"""Number series: one row per series and year, counted up under its lock, so numbers are unique and without gaps."""

from django.db import models


class NumberSeries(models.Model):
    key = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "year"], name="one_series_per_year")]

    def __str__(self) -> str:
        return f"{self.key} {self.year}: {self.last}"
