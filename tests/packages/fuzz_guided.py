"""The same as `fuzz`, led by which of our lines an input reaches: atheris (libFuzzer) changes what found something new.

    pip install -e .[fuzz]
    python -m tests.packages.fuzz_guided container FOLDER -max_total_time=1200
    python -m tests.packages.fuzz_guided xml FOLDER -max_total_time=1200
    python -m tests.packages.fuzz_guided mets FOLDER -max_total_time=1200

FOLDER keeps the inputs that reached something new and is begun with good packages; libFuzzer's options follow. What
falls out is written as crash-… or timeout-… in the current folder; it is mended, and becomes a case of the suite.
"""

import sys
import tempfile
from pathlib import Path

import atheris  # type: ignore[import-untyped]  # installed by who fuzzes

with atheris.instrument_imports(include=["archive.packages"]):
    from archive.packages.check import check
    from archive.packages.limits import Limits
    from tests.packages import fuzz, specimens

LIMITS = Limits(max_unpacked_bytes=16 << 20, max_members=2_000, max_xml_bytes=2 << 20)
_SCRATCH = Path(tempfile.mkdtemp(prefix="samarkiv-fuzz-"))


def container(data: bytes) -> None:
    """A folder is not made of bytes; tar, tar.gz and zip are."""
    place = _SCRATCH / "paket"
    place.write_bytes(data)
    check(place, limits=LIMITS)


def mets(data: bytes) -> None:
    """Good containers of both kinds whose METS is not."""
    for name in ("METS.xml", "sip.xml"):
        container(specimens.tar_bytes({name: data, "content/a.txt": b"a"}))


def xml(data: bytes) -> None:
    """The case metadata of a good FGS package: appendices, ERMS, whatever else the document claims to be."""
    files = {"content/arende.xml": data, "content/a.txt": b"a"}
    container(specimens.tar_bytes({"sip.xml": specimens.fgs_mets(files).encode(), **files}))


TARGETS = {"container": container, "mets": mets, "xml": xml}


def begin(target: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if target == "container":
        found = dict(enumerate(fuzz.seeds()))
    else:
        documents = [data for files in (*fuzz.GOOD, *fuzz.with_cases()) for name, data in files.items() if _xml(name)]
        found = dict(enumerate(documents))
    for number, data in found.items():
        (folder / f"good-{number}").write_bytes(data)


def _xml(name: str) -> bool:
    return name.endswith(".xml")


def main() -> None:
    target, folder, *options = sys.argv[1:]
    begin(target, Path(folder))
    atheris.Setup(
        [sys.argv[0], folder, "-timeout=20", "-rss_limit_mb=1000", "-max_len=200000", *options], TARGETS[target]
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
