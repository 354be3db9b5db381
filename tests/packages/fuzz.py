"""Break packages at random for a while and see that the engine still says something sensible.

    python -m tests.packages.fuzz --minutes 5 [--seed 1] [--keep FOLDER]

Not run with the suite. A crash, a check that takes too long or a memory that grows is written down with its package;
what falls out is mended, and the package becomes a case of the suite. Good packages of every kind are the seeds; the
changes know a little of tar, zip and XML, so that they get past the first look.
"""

import argparse
import gzip
import random
import resource
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from archive.packages.check import check
from archive.packages.container import open_package
from archive.packages.limits import Limits
from tests.packages import samples, specimens

LIMITS = Limits(max_unpacked_bytes=64 << 20, max_members=10_000, max_xml_bytes=8 << 20)
SLOW_SECONDS = 5.0
GROWN_MEGABYTES = 400
_WORDS = (
    b"<",
    b">",
    b"&",
    b'"',
    b"\0",
    b"..",
    b"/",
    b"PK\x01\x02",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"ustar",
    b"\xff" * 8,
)
_XML = (
    b"<!DOCTYPE a>",
    b"<![CDATA[",
    b"<div>" * 300,
    b"&#0;",
    b"xmlns=''",
    b"<file/>",
    b"<mets/>",
    b"</mets>",
    b"\xc3",
)


def seeds() -> list[bytes]:
    made = []
    for files in (specimens.fgs(), specimens.eark(), specimens.eark_with_representation_mets()):
        tar = specimens.tar_bytes(files)
        made += [tar, gzip.compress(tar, mtime=0), specimens.zip_bytes(files), specimens.zip_bytes(files, method=0)]
    return made + [specimens.tar_bytes(files) for files in with_cases()]


def with_cases() -> list[specimens.Files]:
    """Packages with cases and preservation metadata in them, as build.py makes them."""
    made = []
    with tempfile.TemporaryDirectory() as scratch:
        for name, make in (("fgs", samples.fgs), ("eark", samples.eark)):
            with open_package(make(Path(scratch) / name, "tar").path) as tree:
                made.append({member.path: b"".join(tree.chunks(member)) for member in tree.members()})
    return made


def flip(data: bytearray, chance: random.Random) -> None:
    data[chance.randrange(len(data))] = chance.randrange(256)


def cut(data: bytearray, chance: random.Random) -> None:
    begins = chance.randrange(len(data))
    del data[begins : begins + chance.choice((1, 4, 100, 512, len(data)))]


def repeat(data: bytearray, chance: random.Random) -> None:
    begins = chance.randrange(len(data))
    size = chance.choice((1, 16, 512, 4096))
    data[begins:begins] = data[begins : begins + size]


def insert(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    data[at:at] = chance.choice(_WORDS + _XML)


def number(data: bytearray, chance: random.Random) -> None:
    """Somewhere a 16, 32 or 64 bit number becomes one of the famous ones."""
    size = chance.choice((2, 4, 8))
    at = chance.randrange(max(len(data) - size, 1))
    value = chance.choice(
        (0, 1, 0x7F, 0x80, 0xFF, (1 << 8 * size) - 1, 1 << (8 * size - 1), chance.getrandbits(8 * size))
    )
    data[at : at + size] = value.to_bytes(size, "little")


def mend_tar(data: bytearray, chance: random.Random) -> None:
    """A header is changed and gets a right sum again, so that the change is believed."""
    if data[257:262] != b"ustar":
        return
    at = chance.randrange(max(len(data) // 512, 1)) * 512
    header = data[at : at + 512]
    if len(header) == 512:
        header[chance.randrange(148)] = chance.randrange(256)
        if chance.random() < 0.3:
            header[156] = chance.randrange(256)
        header[148:156] = b"        "
        header[148:156] = b"%06o\0 " % sum(header)
        data[at : at + 512] = header


CHANGES: tuple[Callable[[bytearray, random.Random], None], ...] = (
    flip,
    cut,
    repeat,
    insert,
    number,
    mend_tar,
    mend_tar,
)


GOOD = (specimens.fgs(), specimens.eark(), specimens.eark_with_representation_mets())


def changed_xml(cases: list[specimens.Files], chance: random.Random) -> bytes:
    """A tar whose container is good and one of whose XML documents is not; METS mostly."""
    files = chance.choice((*GOOD, *cases))
    names = [name for name in files if name.endswith(".xml") and files[name]]
    top = [name for name in names if "/" not in name]
    name = chance.choice(names if files in cases and chance.random() < 0.7 else top)
    mets = bytearray(files[name])
    for _ in range(chance.randrange(1, 6)):
        chance.choice((flip, cut, repeat, insert))(mets, chance)
        mets = mets or bytearray(b" ")
    return specimens.tar_bytes({**files, name: bytes(mets)})


def one(made: list[bytes], cases: list[specimens.Files], chance: random.Random) -> bytes:
    if chance.random() < 0.4:
        return changed_xml(cases, chance)
    data = bytearray(chance.choice(made))
    if data[:2] == b"\x1f\x8b" and chance.random() < 0.5:
        inner = bytearray(gzip.decompress(data))
        chance.choice(CHANGES)(inner, chance)
        return gzip.compress(inner, mtime=0)
    for _ in range(chance.randrange(1, 8)):
        chance.choice(CHANGES)(data, chance)
        if not data:
            break
    return bytes(data)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--keep", type=Path, default=Path("artefacts/fuzz"), help="where what fell out is kept")
    options = parser.parse_args()
    chance, made, cases = random.Random(options.seed), seeds(), with_cases()
    ends, counts, bad = time.monotonic() + options.minutes * 60, Counter[str](), 0
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "paket"
        while time.monotonic() < ends:
            data = one(made, cases, chance)
            path.write_bytes(data)
            begun = time.process_time()
            try:
                counts[check(path, limits=LIMITS).verdict] += 1
                fell = "slow" if time.process_time() - begun > SLOW_SECONDS else ""
            except Exception:
                fell = traceback.format_exc()
            if fell:
                bad += 1
                options.keep.mkdir(parents=True, exist_ok=True)
                place = options.keep / f"{options.seed}-{bad}"
                place.write_bytes(data)
                print(f"{place}: {fell}", flush=True)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(f"seed {options.seed}: {sum(counts.values())} packages {dict(counts)}, {bad} fell out, {grown:.0f} MB")
    return 1 if bad or grown > GROWN_MEGABYTES else 0


if __name__ == "__main__":
    raise SystemExit(main())
