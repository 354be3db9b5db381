"""The five published phases, and how a project or one municipality's part of it stands (requirements 3.2)."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Phase(models.IntegerChoices):
    """The consortium's published model. No phase means "Fas ej angiven"."""

    EXPLORE = 0, _("Undersöka")
    INVENTORY = 1, _("Inventera")
    DETAIL = 2, _("Detaljera")
    TRANSFER = 3, _("Överföra")
    CONTROL = 4, _("Kontrollera")


class Status(models.TextChoices):
    PLANNED = "planned", _("Planerat")
    ONGOING = "ongoing", _("Pågår")
    RECURRING = "recurring", _("Återkommande")
    PAUSED = "paused", _("Pausat")
    COMPLETED = "completed", _("Avslutat")
    CANCELLED = "cancelled", _("Avbrutet")
    LEFT = "left", _("Lämnat samverkan")


OVER = (Status.COMPLETED, Status.CANCELLED, Status.LEFT)

# The one table of statuses. What is missing here cannot happen.
STATUS_STEPS: dict[str, tuple[str, ...]] = {
    Status.PLANNED: (Status.ONGOING, Status.RECURRING, Status.CANCELLED, Status.LEFT),
    Status.ONGOING: (Status.PAUSED, Status.COMPLETED, Status.CANCELLED, Status.LEFT, Status.RECURRING),
    Status.RECURRING: (Status.PAUSED, Status.COMPLETED, Status.CANCELLED, Status.LEFT, Status.ONGOING),
    Status.PAUSED: (Status.ONGOING, Status.RECURRING, Status.CANCELLED, Status.LEFT),
    Status.COMPLETED: (Status.ONGOING,),
    Status.CANCELLED: (Status.PLANNED,),
    Status.LEFT: (Status.ONGOING,),
}

UNKNOWN: Promise = _("Fas ej angiven")


def phase_name(phase: int | None) -> str:
    return str(Phase(phase).label if phase is not None else UNKNOWN)


def phase_words(phase: int | None) -> str:
    """For cells and sentences: "Fas 4 Kontrollera"."""
    return f"{_('Fas')} {phase} {Phase(phase).label}" if phase is not None else str(UNKNOWN)
