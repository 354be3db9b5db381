"""How fast the board is: 22 municipalities × 40 systems, the whole page, against the least that could be done.

    python -m tests.benchmarks.board

The least is one query for every part with its project, system and municipality, and a page of the same frame with
nothing in it. Both are taken in turns in the same run, so the ratio says what the board itself costs.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.template.loader import render_to_string  # noqa: E402
from django.test import Client, RequestFactory  # noqa: E402

from consortium.access.roles import Role  # noqa: E402
from consortium.models import User  # noqa: E402
from deliveries.models import DeliveryProject, Participation, Phase, Status  # noqa: E402
from tests import factories, session  # noqa: E402

MUNICIPALITIES, SYSTEMS = 22, 40
MARK = 0.300  # seconds of server time
VIEWS = ("tabell", "faser", "tidslinje")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    with session.running_servers() as servers:
        servers.create_database()
        call_command("migrate", verbosity=0)
        reader = fill()
        slow = [view for view in VIEWS if not measure(view, reader, rounds)]
        connection.close()
    session.remove(session.data_dir())
    return 1 if "tabell" in slow else 0


def fill() -> User:
    """A consortium where everybody delivers everything, in all phases."""
    settings.ALLOWED_HOSTS = ["*"]
    consortium = factories.consortium()
    places = [factories.municipality(f"2{number:03}") for number in range(100, 100 + MUNICIPALITIES)]
    phases = [None, *Phase]
    for number in range(SYSTEMS):
        project = DeliveryProject.objects.create(
            consortium=consortium,
            system=factories.system(f"System {number:02}"),
            name=f"Projekt {number:02}",
            status=Status.ONGOING,
        )
        Participation.objects.bulk_create(
            Participation(
                project=project, municipality=place, status=Status.ONGOING, phase=phases[(number + at) % len(phases)]
            )
            for at, place in enumerate(places)
        )
    return factories.user_with(Role.IT_ARCHIVIST, consortium)


def measure(view: str, reader: User, rounds: int) -> bool:
    client = Client()
    client.force_login(reader)

    def page() -> None:
        answer = client.get("/leveransprojekt/", {"vy": view})
        assert answer.status_code == 200
        assert answer.content.count(b"39") > 1

    request = RequestFactory().get("/leveransprojekt/")
    request.user = reader

    def least() -> None:
        parts = list(Participation.objects.select_related("project__system", "municipality"))
        assert len(parts) == MUNICIPALITIES * SYSTEMS
        render_to_string("staff.html", {}, request)

    for warm in (page, least):
        warm()
    taken: dict[Callable[[], None], list[float]] = {page: [], least: []}
    worked: list[float] = []
    for _ in range(rounds):
        for act, times in taken.items():
            began, busy = time.perf_counter(), time.process_time()
            act()
            times.append(time.perf_counter() - began)
            if act is page:
                worked.append(time.process_time() - busy)
    whole, bare = (statistics.median(times) for times in taken.values())
    worst = max(taken[page])
    good = whole < MARK
    print(
        f"{view}: {whole * 1000:.0f} ms (worst {worst * 1000:.0f} ms, "
        f"of which {statistics.median(worked) * 1000:.0f} ms Python's own work); "
        f"bare query and empty page {bare * 1000:.0f} ms; "
        f"ratio {whole / bare:.1f}; mark {MARK * 1000:.0f} ms {'held' if good else 'NOT held'}",
        flush=True,
    )
    return good


if __name__ == "__main__":
    sys.exit(main())
