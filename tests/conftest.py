"""Real PostgreSQL and Redis for every test that asks: `django_db` for the database, `servers` for both."""

import os
from collections.abc import Iterator

import pytest

from consortium.embedded.servers import Servers
from tests import session


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    with session.running_servers() as running:
        yield running


@pytest.fixture(scope="session")
def django_db_modify_db_settings(servers: Servers) -> None:
    """Starts the servers before the test database is made; no name per xdist worker, each has servers of its own."""


def pytest_unconfigure() -> None:
    if os.environ.get("SAMARKIV_TEST_SESSION") == os.environ.get("PYTEST_XDIST_WORKER", "main"):
        session.remove(session.data_dir())
