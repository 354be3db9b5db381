"""The programs a portal consists of, as command lines: the same ones as in docker-compose.yml."""

import os
import sys

PYTHON = [sys.executable]
MANAGE = [*PYTHON, "manage.py"]
CELERY = [*PYTHON, "-m", "celery", "--app", "consortium.celery"]
# Workers tell each other nothing: the database knows all there is to know.
WORKER = ["worker", "--pool", "prefork", "--without-gossip", "--without-mingle", "--loglevel", "INFO"]


def web(listening: int) -> list[str]:
    """gunicorn reads gunicorn.conf.py; the socket is ours, so a restart refuses nobody."""
    return [*PYTHON, "-m", "gunicorn", "--bind", f"fd://{listening}", "consortium.wsgi"]


def worker(queue: str) -> list[str]:
    return [*CELERY, *WORKER, "--queues", queue, "--hostname", f"{queue}@%h", "--concurrency", str(_processes(queue))]


def _processes(queue: str) -> int:
    """Light work waits for nobody. Heavy work reads and hashes at full speed: one process per two cores."""
    return 2 if queue == "light" else max(1, (os.cpu_count() or 1) // 2)


def beat(schedule: str) -> list[str]:
    return [*CELERY, "beat", "--loglevel", "INFO", "--schedule", schedule, "--pidfile="]
