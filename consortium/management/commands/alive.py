"""`manage.py alive web|light|heavy|beat`: does this program of the portal live? For a container's health check."""

import http.client
import socket
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from consortium.celery import app
from consortium.models import Pulse
from consortium.models.leases import database_now
from consortium.site.health import SWEEP_OVERDUE

PATIENCE = 8.0


class Command(BaseCommand):
    help = "Svarar om webben, en arbetare eller klockan lever; annars felkod."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("program", choices=["web", "light", "heavy", "beat"])
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        program = options["program"]
        if program == "web":
            lives = web_answers(options["port"])
        elif program == "beat":
            lives = sweep_is_on_time()
        else:
            lives = worker_answers(program)
        if not lives:
            raise CommandError(f"{program} svarar inte.")


def web_answers(port: int) -> bool:
    """That a worker or the clock is silent (503) is theirs to answer for."""
    host = next((name for name in settings.ALLOWED_HOSTS if not name.startswith((".", "*"))), "localhost")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", "/halsa/", headers={"Host": host, "X-Forwarded-Proto": "https"})
        return connection.getresponse().status in {200, 503}
    except OSError:
        return False
    finally:
        connection.close()


def sweep_is_on_time() -> bool:
    last = Pulse.objects.filter(name="sweep").first()
    return last is not None and database_now() - last.at < SWEEP_OVERDUE


def worker_answers(queue: str) -> bool:
    """On this host only: every container asks for itself."""
    name = f"{queue}@{socket.gethostname()}"
    return bool(app.control.inspect(destination=[name], timeout=PATIENCE).ping())
