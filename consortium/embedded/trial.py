"""The data folder of a trial: its secrets and where its servers answer."""

import json
import os
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

# The kernel takes 107 bytes of socket path, and PostgreSQL's own name for its lock file is the longest we make.
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432.lock")
SHARED_HOME = Path("/var/lib/samarkiv")


@dataclass(frozen=True)
class Trial:
    """Reading is free of side effects: a folder without a trial yields addresses where nobody answers."""

    data_dir: Path

    @property
    def file(self) -> Path:
        return self.data_dir / "trial.json"

    @cached_property
    def _state(self) -> dict[str, Any]:
        try:
            state: dict[str, Any] = json.loads(self.file.read_text())
        except FileNotFoundError:
            state = _new_state()
        return state

    def create(self) -> None:
        """Secrets are drawn once per data folder; they and the database must stay together."""
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.file.exists():
            return
        draft = self.data_dir / f".trial.{os.getpid()}.json"
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump(self._state, out, indent=1)
            out.flush()
            os.fsync(out.fileno())
        draft.rename(self.file)

    @property
    def id(self) -> str:
        return str(self._state["id"])

    @property
    def home(self) -> Path:
        """Where the servers live: in the data folder, but for root in a place their own user can reach."""
        return Path(self._state["home"] or self.data_dir / "servers")

    @property
    def run_dir(self) -> Path:
        """The folder of the sockets, mode 0700."""
        folder = self.home / "run"
        fits = len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER
        return folder if fits else Path("/tmp", f"samarkiv-{self.id}")  # noqa: S108 - see accounts.private_folder

    def secret_key(self) -> str:
        return str(self._state["secret_key"])

    def postgres_password(self, role: str = "samarkiv") -> str:
        return str(self._state["passwords"][role])

    def redis_password(self) -> str:
        return str(self._state["passwords"]["redis"])

    def database_url(self, role: str = "samarkiv", database: str = "samarkiv") -> str:
        """Says everything, so that PG* variables around us change nothing."""
        where = f"host={quote(str(self.run_dir), safe='')}&port=5432"
        return f"postgresql://{role}:{self.postgres_password(role)}@/{database}?{where}"

    def redis_url(self, number: int = 0) -> str:
        return f"unix://:{self.redis_password()}@{quote(str(self.run_dir))}/redis.sock?db={number}"


def _new_state() -> dict[str, Any]:
    identity = secrets.token_hex(8)
    return {
        "id": identity,
        "home": str(SHARED_HOME / identity) if os.geteuid() == 0 else None,
        "secret_key": secrets.token_urlsafe(48),
        "passwords": {name: secrets.token_urlsafe(24) for name in ("postgres", "samarkiv", "redis")},
    }
