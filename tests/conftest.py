"""Real PostgreSQL and Redis for every test that asks: `django_db` for the database, `servers` for both."""

import os
from collections.abc import Iterator

import pytest
from django.core.management.color import Style
from django.core.management.commands import migrate
from django.db.backends.postgresql.operations import DatabaseOperations
from pytest_django import DjangoDbBlocker

from consortium.embedded.servers import Servers
from tests import keeping, personas, schema, session
from tests.keeping import shared

SLOW = ("browser", "load")


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
def tests_may_empty_append_only_tables() -> Iterator[None]:
    """Transactional tests end by emptying every table, the append-only ones too, which only their owner can arrange."""
    flush = DatabaseOperations.sql_flush

    def with_triggers_off(self: DatabaseOperations, style: Style, tables: list[str], **options: bool) -> list[str]:
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT relname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid WHERE NOT tgisinternal"
            )
            guarded = sorted({name for (name,) in cursor.fetchall()}.intersection(tables))
        off = [f'alter table "{table}" disable trigger user' for table in guarded]
        on = [f'alter table "{table}" enable trigger user' for table in guarded]
        return off + flush(self, style, tables, **options) + on

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", with_triggers_off)
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


@pytest.fixture
@shared
def people(db: None) -> personas.Personas:
    return personas.make()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that start browsers or whole portals come last; first the long files that go through all rooms."""

    def place(item: pytest.Item) -> tuple[bool, int]:
        return any(item.get_closest_marker(kind) for kind in SLOW), len(item.path.parts)

    items.sort(key=place)


def pytest_unconfigure() -> None:
    if os.environ.get("SAMARKIV_TEST_SESSION") == os.environ.get("PYTEST_XDIST_WORKER", "main"):
        session.remove(session.data_dir())
