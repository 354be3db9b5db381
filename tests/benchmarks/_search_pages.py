"""The whole way of a public search: HTTP, gunicorn, the index, PostgreSQL. Run by `tests.benchmarks.search --http`."""

import http.client
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from archive import indexing, search
from archive.models import AIP, ArchivalUnit
from governance.models import Municipality
from tests import factories, session, web
from tests.benchmarks.search import Call, Question, Text, p95, size, times

Values = tuple[object, ...]
COLUMNS = [field.attname for field in ArchivalUnit._meta.concrete_fields]
GOAL = 100.0  # ms, p95 with one client at a million units


def measure(text: Text, units: int, asked: list[Question]) -> None:
    with session.running_servers() as servers, tempfile.TemporaryDirectory() as folder:
        servers.create_database()
        call_command("migrate", verbosity=0)
        begun = time.perf_counter()
        _fill(text, units)
        print(f"\nPostgreSQL filled with {units} units in {time.perf_counter() - begun:.1f} s")
        begun = time.perf_counter()
        indexing._rebuild(search.PUBLIC, None)
        space = size(search.folder(search.PUBLIC))
        print(f"public index rebuilt from it in {time.perf_counter() - begun:.1f} s, {space:.0f} MB", flush=True)
        with web.gunicorn(Path(folder) / "log", SEARCH_RATE="0") as server:
            for clients in (1, 8):
                _compare(asked, server.port, clients)
        connection.close()


def _fill(text: Text, units: int) -> None:
    """Straight into the table: a million units by the front door would take hours."""
    packages: dict[str, AIP] = {}
    now = timezone.now()
    statement = f"copy {ArchivalUnit._meta.db_table} ({', '.join(COLUMNS)}) from stdin"
    agreement = factories.agreement(factories.municipality("1000"))
    rows: list[Values] = []
    for entry in text.units(units):
        if entry.municipality not in packages:
            owner = factories.municipality(entry.municipality)
            packages[entry.municipality] = factories.aip(
                owner, sip=factories.sip(owner, agreement=agreement, status="accepted")
            )
        aip = packages[entry.municipality]
        numbered = f"BN {entry.dated_from:%Y}-{len(rows):06}" if entry.dated_from else ""
        unit = ArchivalUnit(
            id=entry.id,
            aip=aip,
            owner_id=aip.owner_id,
            place_in_aip=entry.id.hex,
            level=ArchivalUnit.Level.CASE,
            kind=entry.kind,
            reference=numbered,
            title=entry.title,
            description=entry.body,
            dated_from=entry.dated_from,
            dated_to=entry.dated_to,
            access=ArchivalUnit.Access.PUBLIC,
            public_from=now,
        )
        rows.append(tuple(getattr(unit, name) for name in COLUMNS))
        if len(rows) == 20_000:
            _copy(statement, rows)
    _copy(statement, rows)
    with connection.cursor() as cursor:
        cursor.execute("analyze")
    assert Municipality.objects.count() >= len(packages)


def _copy(statement: str, rows: list[Values]) -> None:
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
    rows.clear()


def _compare(asked: list[Question], port: int, clients: int) -> None:
    print(f"\nThe page over HTTP, {clients} client{'s' if clients > 1 else ''}, milliseconds")
    print(f"{'kind':14}{'median':>10}{'p95':>9}")
    everything: list[float] = []
    for kind in dict.fromkeys(question.kind for question in asked):
        calls: list[tuple[str, Call]] = [
            (kind, partial(_get, port, question)) for question in asked if question.kind == kind
        ]
        times(calls[:3], 1)
        taken = times(calls * 2, clients)[kind]
        everything += taken
        print(f"{kind:14}{statistics.median(taken):>10.1f}{p95(taken):>9.1f}")
    print(f"{'all':14}{statistics.median(everything):>10.1f}{p95(everything):>9.1f}")
    if clients == 1 and p95(everything) > GOAL:
        print(f"Over the goal of {GOAL:.0f} ms.")


def _get(port: int, question: Question) -> None:
    limits = question.filters
    asked = [
        ("q", question.text),
        *(("kommun", code) for code in limits.municipalities),
        *(("typ", k) for k in limits.kinds),
    ]
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    client.request("GET", f"/sok/?{urlencode(asked)}", headers={"Accept-Language": "sv"})
    answer = client.getresponse()
    body = answer.read()
    client.close()
    if answer.status != 200 or b'class="hit"' not in body:
        raise SystemExit(f"{question.kind} {question.text!r}: {answer.status}")
