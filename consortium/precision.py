"""A date as exactly as it is known: "hösten 2022" is stored as its first day with the precision season."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Precision(TextChoices):
    DAY = "day", _("dag")
    MONTH = "month", _("månad")
    SEASON = "season", _("årstid")
    YEAR = "year", _("år")
