"""How a draft carries its limit: 20,000 small files through the acts, a table of as many rows, and the package.

    python -m tests.benchmarks.draft

Each step says its seconds and the peak of this process's memory while it went on. The pages are asked for as the
producer's browser asks, whole, without the network. The mark is for a page that somebody waits for.
"""

import argparse
import io
import os
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from archive import assembling, collection_table, draft_files, packaging  # noqa: E402
from archive.models import Draft  # noqa: E402
from consortium import sheets  # noqa: E402
from consortium.access.roles import Role  # noqa: E402
from consortium.models import User  # noqa: E402
from consortium.models.leases import database_now  # noqa: E402
from tests import factories, session  # noqa: E402

MARK = 2.0  # seconds for a page
BODY = b"%PDF-1.4\n" + b"exempel " * 128
PER_CASE = 8


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    settings.DRAFT_MOST_FILES, settings.ALLOWED_HOSTS = asked.files, ["*"]
    with session.running_servers() as servers:
        servers.create_database()
        call_command("migrate", verbosity=0)
        slow = measure(asked.files, asked.rounds)
        connection.close()
    session.remove(session.data_dir())
    return 1 if slow else 0


def measure(files: int, rounds: int) -> list[str]:
    falun = factories.municipality("2080")
    by = factories.user_with(Role.PRODUCER, falun)
    draft = assembling.start(factories.agreement(falun), label="Protokoll", kind="production", by=by)
    fill(draft, files)
    slow = [] if page("the draft", draft, by, files, rounds, "before the table") else ["without table"]
    heads, rows = collection_table.headings(), table(files)
    for kind, content in (("csv", sheets.to_csv(heads, rows)), ("xlsx", sheets.to_xlsx("Tabell", heads, rows))):
        with step(f"import of the table, {kind}"):
            assert assembling.import_table(draft, content) == files
    slow += [name for name in PAGES if not page(name, draft, by, files, rounds)]
    save_one_page(draft, by, files)
    build(draft, by, files)
    return slow


def fill(draft: Draft, files: int) -> None:
    begun, tenth = time.perf_counter(), files // 10 or 1
    with step(f"{files} files through the acts"):
        for number in range(files):
            file = draft_files.begin(draft, path(number), len(BODY))
            draft_files.append(file, offset=0, length=len(BODY), read=io.BytesIO(BODY).read)
            if number + 1 in (tenth, files - tenth, files):
                print(f"    {number + 1} files after {time.perf_counter() - begun:.1f} s", flush=True)


def path(number: int) -> str:
    return f"{number // 100:03}/Protokoll {number:05}.pdf"


def table(files: int) -> list[list[str]]:
    return [
        [
            path(number),
            f"Protokoll {number}",
            f"20{number % 20:02}-03-0{1 + number % 9}",
            f"KS 2010-{number // PER_CASE}",
            f"Ärende {number // PER_CASE}",
            "Protokoll",
            "",
        ]
        for number in range(files)
    ]


PAGES: dict[str, Callable[[Draft, int], str]] = {
    "the draft": lambda draft, _files: reverse("draft", args=[draft.pk]),
    "the draft, last page": lambda draft, _files: reverse("draft", args=[draft.pk]) + "?sida=last",
    "rows, page in the middle": lambda draft, files: reverse("draft_rows", args=[draft.pk]) + f"?sida={files // 50}",
    "table to fill in, csv": lambda draft, _files: reverse("draft_table", args=[draft.pk, "csv"]),
}


def page(name: str, draft: Draft, by: User, files: int, rounds: int, when: str = "") -> bool:
    client = Client()
    client.force_login(by)
    url, taken = PAGES[name](draft, files), []
    with step(f"page: {name} {when or 'with its table'}, {rounds} times"):
        for _ in range(rounds):
            begun = time.perf_counter()
            answer = client.get(url)
            taken.append(time.perf_counter() - begun)
            assert answer.status_code == 200
    middle = statistics.median(taken)
    print(
        f"    {middle:.2f} s (worst {max(taken):.2f} s), {len(answer.content) / 1000:.0f} kB; "
        f"mark {MARK:.0f} s {'held' if middle < MARK else 'NOT held'}",
        flush=True,
    )
    return middle < MARK


def save_one_page(draft: Draft, by: User, files: int) -> None:
    client = Client()
    client.force_login(by)
    url = PAGES["rows, page in the middle"](draft, files)
    html = client.get(url).content.decode()
    fields = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', html))
    with step("saving one page of rows"):
        assert client.post(url, fields).status_code == 302


def build(draft: Draft, by: User, files: int) -> None:
    with step("handing in"):
        assembling.submit(draft, by=by)
    Draft.objects.filter(pk=draft.pk).update(lease_until=None, due_at=database_now())
    claimed = Draft.objects.to_build().claim(draft.pk)
    assert claimed
    with step("building the package"):
        sip = packaging.package(claimed)
    assert sip
    print(f"    {sip.size / 1_000_000:.0f} MB in {files} files", flush=True)


@contextmanager
def step(name: str) -> Iterator[None]:
    before = forget_peak()
    begun, busy = time.perf_counter(), time.process_time()
    yield
    seconds, worked = time.perf_counter() - begun, time.process_time() - busy
    told = f"peak {peak():.0f} MB (before {before:.0f} MB)"
    print(f"{name}: {seconds:.1f} s ({worked:.1f} s our own work), {told}", flush=True)


def forget_peak() -> float:
    """Linux forgets the peak so far; what remains is what is held now."""
    Path("/proc/self/clear_refs").write_text("5")
    return peak()


def peak() -> float:
    said = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    assert said
    return int(said[1]) * 1024 / 1_000_000


if __name__ == "__main__":
    sys.exit(main())
