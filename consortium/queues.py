"""Two queues, light and heavy, so that a package of 100 GB never keeps a notice waiting.

The row is the queue and the message only rings the bell: a ring that is lost costs at most a minute, until the sweep.
That is why ringing never fails the act that rang.
"""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any, ParamSpec, Protocol, cast

from celery import shared_task
from celery.contrib.django.task import DjangoTask
from celery.signals import beat_init
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

P = ParamSpec("P")
EACH_MINUTE = 60.0
LIGHT_AT_MOST = 3600  # seconds
log = logging.getLogger(__name__)


class Task(Protocol[P]):
    """What our code may do with a task: run it here, or have it run once what we wrote is committed."""

    name: str

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> None: ...

    def delay_on_commit(self, *args: P.args, **kwargs: P.kwargs) -> None: ...


class Doorbell(DjangoTask):  # type: ignore[misc]
    abstract = True
    rings_in = "light"

    def delay_on_commit(self, *args: Any, **kwargs: Any) -> None:
        transaction.on_commit(partial(self.ring, args, kwargs))

    def ring(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Redis away or full: what the person did is committed and must be answered; the sweep rings later."""
        try:
            self.apply_async(args, kwargs, retry=False, queue=self.rings_in)
        except (OperationalError, RedisError, OSError) as error:
            log.warning("Meddelandekön svarar inte (%s); svepet tar %s%r inom en minut.", error, self.name, args)


def light_task(function: Callable[P, None]) -> Task[P]:
    """For seconds: notices, indexing of one unit, sweeps."""
    limits = {"soft_time_limit": LIGHT_AT_MOST - 300, "time_limit": LIGHT_AT_MOST}
    return cast(Task[P], shared_task(base=Doorbell, rings_in="light", **limits)(function))


def heavy_task(function: Callable[P, None]) -> Task[P]:
    """For minutes or, with a package of a terabyte, days: reading whole packages, writing and re-reading copies.

    No clock stops it. One that hangs gives no more signs of life: another takes over its row, or the status page tells.
    """
    return cast(Task[P], shared_task(base=Doorbell, rings_in="heavy")(function))


@beat_init.connect  # type: ignore[untyped-decorator]
def begin_at_once(sender: Any, **_: Any) -> None:
    """The clock's first round comes with its start, not a minute later: what is due has waited long enough."""
    for entry in sender.app.conf.beat_schedule.values():
        if entry["schedule"] == EACH_MINUTE:
            sender.app.send_task(entry["task"], **entry["options"])
