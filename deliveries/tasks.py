"""Thin: the calendar looks at the rows, whatever it did the last time. Run by beat, and safe to run twice at once."""

from django.utils import translation

from consortium.models import Pulse
from consortium.queues import light_task
from deliveries import departures, recurrence, reminders


@light_task
def follow_calendar() -> None:
    """Each quarter of an hour: who has left, what recurs, and the morning's letters."""
    with translation.override("sv"):
        departures.follow()
        recurrence.follow()
        reminders.send_letters()
    Pulse.beat("delivery_calendar")
