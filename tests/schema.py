"""The tables of a test session, made once for each set of migrations and replayed as SQL after that.

Django draws every model anew at each step of a migration, which takes far longer than the SQL it ends in. The first
session runs the migrations and writes down what they said to the database; later ones say the same in one go. That
the migrations themselves work is seen wherever a whole portal is started (tests/consortium/test_up.py).
"""

import hashlib
import os
import re
from collections.abc import Callable
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.commands import migrate
from django.db import connection
from django.db.migrations.loader import MigrationLoader

KEPT = Path(settings.BASE_DIR) / ".cache" / "tests"
_NOT_REPEATED = re.compile(r"\s*(SELECT(?!.*\bsetval\()|SAVEPOINT|RELEASE|ROLLBACK)", re.IGNORECASE | re.DOTALL)
# Permissions are rows, made of the models and of what the door knows.
_MAKE_ROWS = ("consortium/access", "consortium/models", "governance/models", "deliveries/models", "archive/models")
_KEPT_AT_MOST = 8
Handle = Callable[..., str | None]


def prepared(run: Handle) -> Handle:
    """`migrate`, replayed where its outcome is known."""

    def handle(self: migrate.Command, *args: Any, **options: Any) -> str | None:
        script = KEPT / f"{_digest()}.sql"
        if script.exists():
            with connection.cursor() as cursor:
                cursor.execute(script.read_text())
            return None
        with _listening() as said:
            outcome = run(self, *args, **options)
        KEPT.mkdir(parents=True, exist_ok=True)
        draft = script.with_suffix(f".{os.getpid()}")
        draft.write_text("".join(f"{statement.rstrip().rstrip(';')};\n" for statement in said))
        draft.rename(script)
        for old in sorted(KEPT.glob("*.sql"), key=lambda path: path.stat().st_mtime)[:-_KEPT_AT_MOST]:
            old.unlink(missing_ok=True)
        return outcome

    return handle


def _digest() -> str:
    """Of every migration there is, and of Django itself, whose own rows are written after them."""
    found = hashlib.sha256(version("django").encode())
    loader = MigrationLoader(None)
    for key in sorted(loader.disk_migrations):
        module = __import__(type(loader.disk_migrations[key]).__module__, fromlist=["*"])
        found.update(repr(key).encode() + Path(str(module.__file__)).read_bytes())
    for folder in _MAKE_ROWS:
        for path in sorted(Path(settings.BASE_DIR, folder).glob("*.py")):
            found.update(path.read_bytes())
    return found.hexdigest()[:24]


@contextmanager
def _listening() -> Any:
    said: list[str] = []

    def listen(execute: Any, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        outcome = execute(sql, params, many, context)
        for each in params if many else [params]:
            statement = connection.ops.compose_sql(sql, each) if each else str(sql)  # type: ignore[attr-defined]
            if not _NOT_REPEATED.match(statement):
                said.append(statement)
        return outcome

    with connection.execute_wrapper(listen):
        yield said
