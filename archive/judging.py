"""The engine in a child of its own: `python -m archive.judging PATH` writes one JSON line per sign of life.

Runs without Django. The parent (validation.py) reads the lines, watches memory and time, and outlives any death here.
Lines: {"progress": {...}} now and then, last {"report": {...}}. Per file, path, size, digest and format go to the
inventory, which ingest uses so that no byte is hashed or identified twice.
"""

import dataclasses
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

from archive.packages.check import Progress, check
from archive.packages.fixity import Content
from archive.packages.profile import Profile
from archive.packages.schemas import Register

OPEN_FILES = 256
BETWEEN_SIGNS = 0.25  # seconds


def main() -> None:
    order: dict[str, Any] = json.load(sys.stdin)
    _restrict(order)
    told = 0.0

    def tell(progress: Progress) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= BETWEEN_SIGNS:
            told = now
            _say({"progress": dataclasses.asdict(progress)})

    with Path(order["inventory"]).open("w", encoding="utf-8") as inventory:

        def keep(file: Content) -> None:
            inventory.write(json.dumps(dataclasses.asdict(file), ensure_ascii=False) + "\n")

        report = check(
            Path(order["package"]),
            Profile.load(order["profile"]),
            progress=tell,
            collect=keep,
            sha256=order["sha256"],
            identify=True,
            schemas=Register(Path(order["schemas"])),
        )
    _say({"report": report.as_dict()})


def _restrict(order: dict[str, Any]) -> None:
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (order["cpu_seconds"], order["cpu_seconds"] + 5))


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
