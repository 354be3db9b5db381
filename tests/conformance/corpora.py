"""Where the package corpora lie: beside the repository, never in it. A test that needs one and finds none says so."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared"


def corpus(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"The corpus {name} lies outside the repository and is not here.")
    return path
