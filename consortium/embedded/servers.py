"""One PostgreSQL and one Redis for one trial: closed to the network, safe to start after anything."""

import signal
import subprocess
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psycopg
import redis
from psycopg import sql

from consortium.embedded import processes
from consortium.embedded.accounts import Account, Programs, programs, server_account
from consortium.embedded.trial import SHARED_HOME, Trial

# Passwords only, and only through the socket in the folder that nobody else may open.
HBA = "local all all scram-sha-256\n"
# Whatever language the machine speaks: the order of our lists may not depend on it.
INITDB = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
FORGETFUL = ["fsync=off", "full_page_writes=off"]  # a killed server still loses nothing


OWNER = "data-folder"  # in the servers' home: whose it is, for whoever finds it


class ServerDidNotStart(Exception):
    """A server ended or stayed silent; the message carries the end of its log."""


@dataclass(frozen=True)
class Servers:
    """`forgetful` trades safety on power loss for speed, for tests."""

    trial: Trial
    forgetful: bool = False

    @cached_property
    def account(self) -> Account:
        return server_account()

    @cached_property
    def programs(self) -> Programs:
        return programs(self.account)

    @property
    def postgres_dir(self) -> Path:
        return self.trial.home / "postgresql"

    @property
    def redis_dir(self) -> Path:
        return self.trial.home / "redis"

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of ours: neither the machine's locale nor PG* variables may reach the servers."""
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", processes.TREE: str(self.trial.data_dir)}

    def prepare(self) -> None:
        """Folders, configuration and, the first time, the database cluster. Ends and clears what a killed tree left."""
        if not self.account.is_us:
            SHARED_HOME.mkdir(mode=0o755, exist_ok=True)
        for folder in (self.trial.home, self.trial.run_dir, self.redis_dir):
            self.account.private_folder(folder)
        processes.end_left_behind(self.trial.data_dir, self.trial.home)
        if not self.postgres_dir.exists():
            self._create_cluster()
        for stale in (self.postgres_dir / "postmaster.pid", *self.trial.run_dir.iterdir()):
            stale.unlink(missing_ok=True)
        self.account.private_file(self.trial.home / "redis.conf", self._redis_configuration())
        self.account.private_file(self.trial.home / OWNER, str(self.trial.data_dir))

    def _create_cluster(self) -> None:
        """Made beside and moved into place: a first start that was killed leaves no half cluster."""
        draft, password = self.trial.home / "postgresql.new", self.trial.home / "password"
        self.account.private_file(password, self.trial.postgres_password("postgres"))
        where = ["--pgdata", str(draft), "--username=postgres", "--auth=scram-sha-256", f"--pwfile={password}"]
        sync = ["--no-sync"] if self.forgetful else []
        try:
            self._run(["rm", "-rf", draft])
            self._run([self.programs.postgres / "initdb", *where, *INITDB, *sync, "--no-instructions"])
            self.account.private_file(draft / "pg_hba.conf", HBA)
            draft.rename(self.postgres_dir)
        finally:
            password.unlink()

    def _run(self, command: list[str | Path]) -> None:
        other = None if self.account.is_us else self.account
        done = subprocess.run(
            [str(part) for part in command],
            env=self.environment,
            cwd=self.trial.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            user=other.uid if other else None,
            group=other.gid if other else None,
            extra_groups=[] if other else None,
        )
        if done.returncode:
            raise ServerDidNotStart(f"{command[0]} misslyckades: {done.stderr.strip() or done.stdout.strip()}")

    def _redis_configuration(self) -> str:
        lines = {
            "port": "0",
            "unixsocket": f'"{self.trial.run_dir}/redis.sock"',
            "unixsocketperm": "700",
            "requirepass": self.trial.redis_password(),
            "dir": f'"{self.redis_dir}"',
            "appendonly": "yes",
            "appendfsync": "no" if self.forgetful else "everysec",
            "save": '""',
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        return "".join(f"{name} {value}\n" for name, value in lines.items())

    def start_postgres(self, log: Path) -> subprocess.Popen[bytes]:
        settings = [
            "listen_addresses=",
            f"unix_socket_directories={self.trial.run_dir}",
            "unix_socket_permissions=0700",
            "password_encryption=scram-sha-256",
            "log_min_messages=warning",
            "log_line_prefix=%m [%p] ",
            *(FORGETFUL if self.forgetful else []),
        ]
        options = [part for setting in settings for part in ("-c", setting)]
        # Gone when we are: without clients it has nothing to wait for.
        how = signal.SIGQUIT if self.forgetful else signal.SIGINT
        return self._start([self.programs.postgres / "postgres", "-D", self.postgres_dir, *options], log, how)

    def start_redis(self, log: Path) -> subprocess.Popen[bytes]:
        return self._start([self.programs.redis, self.trial.home / "redis.conf"], log, signal.SIGTERM)

    def _start(self, command: list[str | Path], log: Path, how: signal.Signals) -> subprocess.Popen[bytes]:
        with log.open("ab") as out:
            return processes.start(
                command,
                env=self.environment,
                log=out,
                cwd=self.trial.home,
                account=self.account,
                when_we_die=how,
            )

    def wait_for_postgres(self, child: subprocess.Popen[bytes], log: Path, patience: float = 60) -> None:
        """Answers, and has our role, which is no superuser."""
        deadline = time.monotonic() + patience
        while True:
            try:
                connection = psycopg.connect(self.trial.database_url("postgres", "postgres"), autocommit=True)
                break
            except psycopg.OperationalError as error:
                _again_or_give_up(child, log, deadline, error)
        with connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'samarkiv'").fetchone():
                make = sql.SQL("CREATE ROLE samarkiv LOGIN CREATEDB PASSWORD {}")
                connection.execute(make.format(sql.Literal(self.trial.postgres_password())))

    def create_database(self) -> None:
        with psycopg.connect(self.trial.database_url("postgres", "postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'samarkiv'").fetchone():
                connection.execute("CREATE DATABASE samarkiv OWNER samarkiv")

    def wait_for_redis(self, child: subprocess.Popen[bytes], log: Path, patience: float = 60) -> None:
        deadline = time.monotonic() + patience
        while True:
            try:
                with redis.Redis.from_url(self.trial.redis_url()) as client:
                    client.ping()
                return
            except redis.exceptions.RedisError as error:  # also "loading", while it reads its log
                _again_or_give_up(child, log, deadline, error)


def _again_or_give_up(child: subprocess.Popen[bytes], log: Path, deadline: float, error: Exception) -> None:
    if child.poll() is not None or time.monotonic() > deadline:
        end = log.read_text(errors="replace")[-1500:]
        raise ServerDidNotStart(f"Servern svarar inte ({error}). Slutet av {log}:\n{end}")
    time.sleep(0.05)
