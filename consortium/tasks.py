"""Thin: look at the rows, may run twice. The rows are the queue; the sweep rings for whatever is due."""

from consortium import post
from consortium.models import Pulse
from consortium.queues import light_task


@light_task
def deliver_post() -> None:
    """Rung when a letter is written, and each minute for those that wait for another try."""
    post.deliver_due()
    Pulse.beat("post")


post.when_written(deliver_post.delay_on_commit)
