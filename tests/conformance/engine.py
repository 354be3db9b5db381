"""The engine as the corpus runner calls it: a path in, the report out."""

from pathlib import Path
from typing import Any

from archive.packages.check import check


def judge(path: Path) -> dict[str, Any]:
    return check(path).as_dict()
