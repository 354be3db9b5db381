"""Children that do not outlive us, and a way to find those that did."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from consortium.embedded.accounts import Account

PR_SET_PDEATHSIG = 1
TREE = "SAMARKIV_TREE"  # in the environment of everything `up` starts: the data folder it works for
SERVERS = {"postgres", "redis-server"}
_libc = ctypes.CDLL(None, use_errno=True)


def start(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    log: IO[bytes],
    cwd: Path,
    account: Account | None = None,
    when_we_die: signal.Signals = signal.SIGTERM,
    pass_fds: Collection[int] = (),
    shown: bool = False,
) -> subprocess.Popen[bytes]:
    """A child in a session of its own, so that Ctrl-C reaches it by us; the kernel tells it when we are gone.

    What is `shown` to people goes to the terminal, only complaints to the log. Call from the main thread: the kernel
    watches the thread that started the child, not the process.
    """
    other = account if account and not account.is_us else None
    return subprocess.Popen(
        [str(part) for part in command],
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=None if shown else log,
        stderr=log,
        cwd=cwd,
        start_new_session=True,
        preexec_fn=_die_with(os.getpid(), when_we_die),
        user=other.uid if other else None,
        group=other.gid if other else None,
        extra_groups=[] if other else None,
        umask=0o077,
        pass_fds=pass_fds,
    )


def _die_with(parent: int, how: signal.Signals) -> Callable[[], None]:
    def in_child() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, int(how), 0, 0, 0)
        if os.getppid() != parent:  # gone before we asked to be told
            os._exit(1)

    return in_child


def ask(child: subprocess.Popen[bytes], how: signal.Signals) -> None:
    if child.poll() is None:
        child.send_signal(how)


def finish(child: subprocess.Popen[bytes], patience: float) -> None:
    """Wait for a child that was asked to end; then end it and everything it started."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(patience)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def stop(child: subprocess.Popen[bytes], how: signal.Signals, patience: float) -> None:
    ask(child, how)
    finish(child, patience)


def left_behind(data_dir: Path, home: Path) -> Iterator[int]:
    """Processes of a former tree: they carry its mark or, as servers overwrite theirs, work in its folder."""
    mark = f"{TREE}={data_dir}".encode()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            program = (entry / "exe").readlink().name.removesuffix(" (deleted)")
            is_server = program in SERVERS and (entry / "cwd").readlink().is_relative_to(home)
            if is_server or mark in (entry / "environ").read_bytes().split(b"\0"):
                yield int(entry.name)
        except OSError:
            continue  # ended meanwhile, or not ours to look at


def end_left_behind(data_dir: Path, home: Path, patience: float = 10) -> int:
    """End what a killed tree left; how many there were."""
    found = set(left_behind(data_dir, home))
    for pid in found:
        _signal(pid, signal.SIGINT if _is_postmaster(pid) else signal.SIGTERM)
    deadline = time.monotonic() + patience
    while remaining := found & set(left_behind(data_dir, home)):
        if time.monotonic() > deadline:
            for pid in remaining:
                _signal(pid, signal.SIGKILL)
        time.sleep(0.1)
    return len(found)


def _is_postmaster(pid: int) -> bool:
    """The process that answers for the cluster; its children are told by it."""
    try:
        return b"\0-D\0" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _signal(pid: int, which: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, which)
