"""`make bench`: every benchmark in this folder, one after the other; each is also a program of its own."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    """Processes of their own, so that the memory one measures is its own."""
    failed = []
    for path in sorted(HERE.glob("[a-z]*.py")):
        print(f"\n== {path.stem}", flush=True)
        if subprocess.run([sys.executable, "-m", f"tests.benchmarks.{path.stem}"], check=False).returncode:
            failed.append(path.stem)
    if failed:
        print(f"\nUnder the mark: {', '.join(failed)}")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
