"""Real PostgreSQL and Redis for every test that asks: `django_db` for the database, `servers` for both."""

import gc
import os
from collections.abc import Iterator

import pytest
from django.core.management.color import Style
from django.core.management.commands import migrate
from django.db.backends.postgresql.operations import DatabaseOperations
from hypothesis import HealthCheck, settings
from pytest_django import DjangoDbBlocker
from pytest_django.plugin import blocking_manager_key

from consortium.embedded.servers import Servers
from tests import keeping, personas, schema, session
from tests.keeping import shared

REFERENCE = ("django_content_type", "auth_permission")  # the same for every test
SLOW = ("browser", "load")
# The same examples each time, however slow the machine: a test that fails here fails everywhere.
settings.register_profile(
    "same-everywhere", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("same-everywhere")


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    with session.running_servers() as running:
        yield running


@pytest.fixture(scope="session")
def django_db_modify_db_settings(servers: Servers) -> Iterator[None]:
    """Starts the servers before the test database is made; no name per xdist worker, each has servers of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrate.Command, "handle", schema.with_triggers(migrate.Command.handle))
        yield


@pytest.fixture(scope="session", autouse=True)
def transactional_tests_end_by_emptying_tables() -> Iterator[None]:
    """The locked ones too, which only their owner can arrange. Truncating all would take longer than most tests do."""

    def emptying(self: DatabaseOperations, style: Style, tables: list[str], **options: bool) -> list[str]:
        with self.connection.cursor() as cursor:
            emptied = [name for name in tables if name not in REFERENCE]
            cursor.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in emptied))
            full = sorted(name for (name,) in cursor.fetchall())
            cursor.execute("SELECT relname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid WHERE NOT tgisinternal")
            locked = sorted({name for (name,) in cursor.fetchall()}.intersection(full))
        return [
            *(f"ALTER TABLE {name} DISABLE TRIGGER USER" for name in locked),
            *(f"DELETE FROM {name}" for name in full),
            "SET CONSTRAINTS ALL IMMEDIATE",
            *(f"ALTER TABLE {name} ENABLE TRIGGER USER" for name in locked),
        ]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", emptying)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    yield
    with django_db_blocker.unblock():
        keeping.undo()


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest) -> None:
    """The helper begins the test's transaction; what tests share is made before it, in one around it."""
    if fixturedef.argname == "_django_db_helper":
        with request.getfixturevalue("django_db_blocker").unblock():
            keeping.prepare(request.node)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """What is shared ends before a browser starts: Django has other connections where an event loop runs."""
    if item.get_closest_marker("browser"):
        with item.config.stash[blocking_manager_key].unblock():
            keeping.undo()


@pytest.fixture
@shared
def people(db: None) -> personas.Personas:
    return personas.make()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that start browsers or whole portals come last; first the long files that go through all rooms."""

    def place(item: pytest.Item) -> tuple[bool, int]:
        return any(item.get_closest_marker(kind) for kind in SLOW), len(item.path.parts)

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """What was loaded stays to the end, so the collector need not walk through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_unconfigure() -> None:
    if os.environ.get("SAMARKIV_TEST_SESSION") == os.environ.get("PYTEST_XDIST_WORKER", "main"):
        session.remove(session.data_dir())
