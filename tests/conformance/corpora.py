"""Where the package corpora lie: beside the repository, never in it. A test that needs one and finds none says so."""

import tarfile
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared"


def corpus(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"The corpus {name} lies outside the repository and is not here.")
    return path


def unpacked(name: str, place: Path) -> Path:
    safely: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # from Python 3.11.4
    with tarfile.open(corpus(name)) as tar:
        tar.extractall(place, **safely)
    return place
