"""Thin: a key in, look at the row, may run twice. The row is the queue; the sweep rings for whatever is due."""

from consortium.models import Pulse
from consortium.queues import light_task
from governance import consortia, notice
from governance.models import Meeting


@light_task
def call(meeting_id: int) -> None:
    """Send the notice whose day has come."""
    if meeting := Meeting.objects.waiting_for_notice().claim(meeting_id):
        notice.call_due(meeting)


@light_task
def sweep() -> None:
    """Every few minutes: ring for each meeting whose notice is due, and let hosts and stages follow the calendar."""
    for pk in Meeting.objects.waiting_for_notice().due().values_list("pk", flat=True):
        call.delay_on_commit(pk)
    consortia.follow_calendar()
    Pulse.beat("meetings")
