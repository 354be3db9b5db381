"""The engine in a child of its own: `python -m archive.judging PATH` writes one JSON line per sign of life.

Runs without Django. The parent (validation.py) reads the lines, watches memory and time, and outlives any death here.
Lines: {"progress": {...}} now and then, last {"report": {...}} or {"scanner_down": "why"}. Per file, path, size, digest
and format go to the inventory, which ingest uses so that no byte is hashed or identified twice.
"""

import dataclasses
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

from archive.clamd import Clamd, ScannerDown
from archive.packages.check import Progress, check
from archive.packages.fixity import Content
from archive.packages.profile import Profile
from archive.packages.report import Report
from archive.packages.schemas import Register

OPEN_FILES = 256
BETWEEN_SIGNS = 0.25  # seconds


def main() -> None:
    order: dict[str, Any] = json.load(sys.stdin)
    _restrict(order)
    try:
        report = _judge(order)
    except ScannerDown as down:
        _say({"scanner_down": str(down)})
    else:
        _say({"report": report.as_dict()})


def _judge(order: dict[str, Any]) -> Report:
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

        return check(
            Path(order["package"]),
            Profile.load(order["profile"]),
            progress=tell,
            collect=keep,
            sha256=order["sha256"],
            identify=True,
            schemas=Register(Path(order["schemas"])),
            scanner=Clamd(order["clamd"]) if order["clamd"] else None,
        )


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
