"""How the web is served, in trial and production: threads, so that a body streams to the view that asked for it."""

import contextlib
import ctypes
import gc
import os
from typing import Any

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
graceful_timeout = 10
keepalive = 5
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 - the heartbeat file, made by gunicorn
control_socket_disable = True
# No access log: what people search for is theirs.
accesslog = None
errorlog = "-"

_M_ARENA_MAX = -8  # malloc.h


def post_fork(server: Any, worker: Any) -> None:
    """Few heaps for many threads: glibc would keep one for each, with what every request left in it."""
    with contextlib.suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)


def post_worker_init(worker: Any) -> None:
    """Load every page now instead of during the first request, and give back what loading needed for a moment."""
    from django.urls import get_resolver

    list(get_resolver().reverse_dict)
    gc.collect()
    gc.freeze()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
