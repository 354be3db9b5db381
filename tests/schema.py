"""The tables of a test session, made from the models in one go, with the triggers that the migrations add.

Django draws every model anew at each step of a migration, which takes far longer than the SQL it ends in. That the
migrations lead to these very models is its own test (tests/test_migrations.py), and that they run at all is seen
wherever a whole portal is started (tests/consortium/test_up.py).
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from django.core.management.commands import migrate
from django.db import connection
from django.db.migrations import RunSQL

APPS = ("consortium", "governance", "deliveries", "archive")  # each knows only those before it
Handle = Callable[..., str | None]


def with_triggers(run: Handle) -> Handle:
    """`migrate` as it is called for a test database without migrations, and what models cannot say after it."""

    def handle(self: migrate.Command, *args: Any, **options: Any) -> str | None:
        outcome = run(self, *args, **options)
        with connection.cursor() as cursor:
            for statement in _statements():
                cursor.execute(statement)
        return outcome

    return handle


def _statements() -> Iterator[str]:
    for app in APPS:
        folder = Path(str(import_module(f"{app}.migrations").__file__)).parent
        for path in sorted(folder.glob("0*.py")):
            for operation in import_module(f"{app}.migrations.{path.stem}").Migration.operations:
                if isinstance(operation, RunSQL):
                    assert isinstance(operation.sql, str)
                    yield operation.sql
