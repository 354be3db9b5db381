"""How fast a package is judged, against programs that only hash the same bytes, in the same run.

    python tests/benchmarks/validate.py                     10,000 × 10 kB and one file of 2 GB
    python tests/benchmarks/validate.py --files 100000      100,000 × 10 kB instead
    python tests/benchmarks/validate.py --entries 1000000   METS with a million entries
    python tests/benchmarks/validate.py --peers FOLDER/bin  bagit and eark-validator, installed there, beside it
    python tests/benchmarks/validate.py --vendor-mb 2000    a vendor's XML of 2 GB against its schema
    python tests/benchmarks/validate.py --formats           what it costs to identify each file's format

Every measurement runs in a process of its own, so that its peak memory is its own.
"""

import argparse
import contextlib
import hashlib
import io
import json
import os
import resource
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATE = "2024-01-15T10:00:00+01:00"
PROFILE = "https://earkcsip.dilcis.eu/profile/E-ARK-CSIP.xml"
MB = 1_000_000


@dataclass(frozen=True)
class Run:
    seconds: float
    cpu: float
    """Processor time, which a busy machine does not stretch as it does the wall clock."""
    peak: float
    out: str = ""


def measured(*command: str, cwd: Path | None = None, may_fail: bool = False) -> Run:
    """Wall time and peak memory of one program; ours must not fail."""
    begun = time.perf_counter()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(command, cwd=cwd, stdout=out, stderr=subprocess.STDOUT)
        peaks: list[int] = [0]
        watcher = threading.Thread(target=_watch, args=(process.pid, peaks))
        watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
        watcher.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - begun
        out.seek(0)
        said = out.read()
    if process.returncode and not may_fail:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}: {said[-2000:]}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, max(peaks) / 1000, said)


def _watch(pid: int, peaks: list[int]) -> None:
    """The kernel's own high-water mark of that program, kB; ru_maxrss would count the memory of whoever started it."""
    with contextlib.suppress(OSError, StopIteration):
        while True:
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
            peaks.append(int(next(line for line in lines if line.startswith("VmHWM")).split()[1]))
            time.sleep(0.01)


def contents(files: int, size: int) -> Iterator[tuple[str, bytes]]:
    block = os.urandom(size)
    for number in range(files):
        yield f"data/{number // 1000:04d}/fil-{number:08d}.txt", number.to_bytes(8, "big") + block[8:]


def mets_lines(entries: Iterable[tuple[str, int, str]]) -> Iterator[str]:
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<mets xmlns="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink" '
        'xmlns:csip="https://DILCIS.eu/XML/METS/CSIPExtensionMETS" '
        f'OBJID="paket" TYPE="Mixed" csip:CONTENTINFORMATIONTYPE="MIXED" PROFILE="{PROFILE}">\n'
        f'<metsHdr CREATEDATE="{DATE}" LASTMODDATE="{DATE}" csip:OAISPACKAGETYPE="SIP">'
        '<agent ROLE="CREATOR" TYPE="OTHER" OTHERTYPE="SOFTWARE"><name>benchmark</name>'
        '<note csip:NOTETYPE="SOFTWARE VERSION">1</note></agent></metsHdr>\n'
        '<fileSec ID="fs"><fileGrp ID="g1" USE="Representations/rep1" csip:CONTENTINFORMATIONTYPE="MIXED">\n'
    )
    for number, (path, size, digest) in enumerate(entries):
        yield (
            f'<file ID="ID-{number:08d}" MIMETYPE="text/plain" SIZE="{size}" CREATED="{DATE}" '
            f'CHECKSUM="{digest}" CHECKSUMTYPE="SHA-256"><FLocat LOCTYPE="URL" xlink:type="simple" '
            f'xlink:href="representations/rep1/{path}"/></file>\n'
        )
    yield (
        '</fileGrp></fileSec><structMap ID="sm" TYPE="PHYSICAL" LABEL="CSIP"><div ID="d" LABEL="paket">'
        '<div ID="d1" LABEL="Metadata"/><div ID="d2" LABEL="Representations"><fptr FILEID="g1"/></div>'
        "</div></structMap></mets>\n"
    )


def member(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mtime = size, 1_700_000_000
    return info


def write_many(folder: Path, files: int, size: int) -> None:
    """The same content unpacked with a sums file, as tar, as tar.gz and as zip."""
    unpacked, entries = folder / "unpacked", []
    for path, data in contents(files, size):
        place = unpacked / "representations/rep1" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        entries.append((path, size, hashlib.sha256(data).hexdigest()))
    mets = "".join(mets_lines(entries)).encode()
    (folder / "SUMS").write_text("".join(f"{digest}  representations/rep1/{path}\n" for path, _, digest in entries))
    with (
        tarfile.open(folder / "many.tar", "w") as tar,
        zipfile.ZipFile(folder / "many.zip", "w", zipfile.ZIP_STORED) as zipped,
    ):
        tar.addfile(member("paket/METS.xml", len(mets)), io.BytesIO(mets))
        zipped.writestr("paket/METS.xml", mets)
        for path, _, _ in entries:
            data = (unpacked / "representations/rep1" / path).read_bytes()
            tar.addfile(member(f"paket/representations/rep1/{path}", len(data)), io.BytesIO(data))
            zipped.writestr(f"paket/representations/rep1/{path}", data)


def write_single(folder: Path, size: int) -> None:
    place = folder / "single/representations/rep1/data/stor.bin"
    place.parent.mkdir(parents=True)
    digest, block = hashlib.sha256(), os.urandom(1 << 20)
    with place.open("wb") as out:
        left = size
        while left:
            piece = block[: min(left, len(block))]
            out.write(piece)
            digest.update(piece)
            left -= len(piece)
    mets = "".join(mets_lines([("data/stor.bin", size, digest.hexdigest())])).encode()
    (folder / "SINGLE").write_text(f"{digest.hexdigest()}  representations/rep1/data/stor.bin\n")
    with tarfile.open(folder / "single.tar", "w") as tar, place.open("rb") as data:
        tar.addfile(member("paket/METS.xml", len(mets)), io.BytesIO(mets))
        tar.addfile(member("paket/representations/rep1/data/stor.bin", size), data)


def many_paths(count: int) -> Iterator[str]:
    return (f"data/{number // 1000:04d}/fil-{number:08d}.txt" for number in range(count))


def write_entries(folder: Path, count: int) -> Path:
    """A tar of so many small files that METS and the names are what costs; nothing of it is held in memory here."""
    digest = hashlib.sha256(b"x").hexdigest()
    place, mets = folder / f"entries-{count}.tar", folder / "METS.xml"
    with mets.open("w", encoding="utf-8") as out:
        out.writelines(mets_lines((path, 1, digest) for path in many_paths(count)))
    with tarfile.open(place, "w", format=tarfile.USTAR_FORMAT) as tar, mets.open("rb") as data:
        tar.addfile(member("paket/METS.xml", mets.stat().st_size), data)
        for path in many_paths(count):
            tar.addfile(member(f"paket/representations/rep1/{path}", 1), io.BytesIO(b"x"))
            tar.members.clear()  # type: ignore[attr-defined]
    mets.unlink()
    return place


HASH_LOOP = """
import hashlib, os, sys
for line in open(sys.argv[1]):
    wanted, path = line.rstrip("\\n").split("  ", 1)
    digest, descriptor = hashlib.sha256(), os.open(path, os.O_RDONLY)
    while piece := os.read(descriptor, 1 << 20):
        digest.update(piece)
    os.close(descriptor)
    assert digest.hexdigest() == wanted
"""


def baselines(runs: int, sums: Path, folder: Path) -> tuple[Run, Run]:
    """sha256sum over the files, and the barest loop that Python can run over them."""
    return (
        best(runs, lambda: measured("sha256sum", "-c", "--quiet", str(sums), cwd=folder)),
        best(runs, lambda: measured(sys.executable, "-c", HASH_LOOP, str(sums), cwd=folder)),
    )


def check(path: Path, *options: str) -> Run:
    return measured(sys.executable, "-m", "archive.packages", "check", "--json", str(path), *options, cwd=ROOT)


def best(runs: int, run: Callable[[], Run]) -> Run:
    return min((run() for _ in range(runs)), key=lambda each: each.seconds)


def line(name: str, run: Run, size: float, against: Run | None = None) -> dict[str, object]:
    ratio = f"{run.seconds / against.seconds:5.2f} × ({run.cpu / against.cpu:.2f} × cpu)" if against else ""
    speed = f"{run.seconds:8.2f} s {run.cpu:7.2f} s cpu {size / run.seconds:7.0f} MB/s"
    print(f"{name:44} {speed} {run.peak:6.0f} MB {ratio}", flush=True)
    return {"name": name, "seconds": run.seconds, "cpu": run.cpu, "peak_mb": run.peak, "ratio": ratio.strip()}


def write_bag(folder: Path) -> Path:
    """The same files as a bag, by hard links."""
    bag = folder / "bag"
    shutil.copytree(folder / "unpacked", bag / "data", copy_function=os.link)
    (bag / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    sums = (folder / "SUMS").read_text().splitlines()
    (bag / "manifest-sha256.txt").write_text("".join(f"{line[:64]}  data/{line[66:]}\n" for line in sums))
    return bag


def others(folder: Path, peers: Path, total: float, ours: Run) -> Iterator[dict[str, object]]:
    """Programs of other makers on the same content. eark-validator checks no checksums here."""
    bag = write_bag(folder)
    bagit = measured(str(peers / "bagit.py"), "--validate", "--processes", "2", "--quiet", str(bag))
    yield line("bagit --processes 2 (against our tar)", bagit, total, ours)
    validator = measured(str(peers / "eark-validator"), str(folder / "many.tar"), may_fail=True)
    yield line("eark-validator (against our tar)", validator, total, ours)
    if "Traceback" in validator.out:
        print(f"{'':44} which crashed: {validator.out.strip().splitlines()[-1]}")


ALONE = """
import sys
from pathlib import Path
import pygfried
for path in Path(sys.argv[1]).rglob("*.txt"):
    pygfried.identify(str(path))
"""


def identified(folder: Path, runs: int, total: float, tar: Run) -> Iterator[dict[str, object]]:
    """Formats by the same library alone over the unpacked files, and what they add to the check."""
    alone = best(runs, lambda: measured(sys.executable, "-c", ALONE, str(folder / "unpacked")))
    yield line("pygfried alone, unpacked", alone, total)
    run = best(runs, lambda: check(folder / "many.tar", "--formats"))
    yield line("check, tar, --formats (against the tar)", run, total, tar)
    print(f"{'':44} adds {(run.seconds - tar.seconds) / alone.seconds:.2f} × what pygfried needs alone")


def many(folder: Path, options: argparse.Namespace) -> list[dict[str, object]]:
    files, size, runs, jobs = options.files, options.file_size, options.runs, options.jobs
    write_many(folder, files, size)
    total, unpacked = files * size / MB, folder / "unpacked"
    print(f"\n{files} files of {size} bytes, {total:.0f} MB")
    sums, loop = baselines(runs, folder / "SUMS", unpacked)
    out = [line("sha256sum -c, unpacked", sums, total), line("hashlib loop, unpacked", loop, total, sums)]
    tar = best(runs, lambda: check(folder / "many.tar"))
    out.append(line("check, tar (against sha256sum)", tar, total, sums))
    out.append(line("check, tar (against hashlib)", tar, total, loop))
    if jobs > 1:
        parallel = best(runs, lambda: check(folder / "many.tar", "--jobs", str(jobs)))
        out.append(line(f"check, tar, --jobs {jobs}", parallel, total, sums))
    out.append(line("check, zip (against the tar)", best(runs, lambda: check(folder / "many.zip")), total, tar))
    if options.formats:
        out.extend(identified(folder, runs, total, tar))
    if options.peers:
        out.extend(others(folder, options.peers, total, tar))
    return out


def small(folder: Path, runs: int) -> list[dict[str, object]]:
    """From start to exit for a package of ten files."""
    write_many(folder, 10, 10_000)
    print("\nten files of 10000 bytes, from start to exit")
    return [line("check, tar", best(5 * runs, lambda: check(folder / "many.tar")), 0.1)]


def single(folder: Path, size: int, runs: int) -> list[dict[str, object]]:
    write_single(folder, size)
    total, unpacked = size / MB, folder / "single"
    print(f"\none file of {total:.0f} MB")
    place = str(unpacked / "representations/rep1/data/stor.bin")
    out = []
    sums, loop = baselines(runs, folder / "SINGLE", unpacked)
    out.append(line("sha256sum -c", sums, total))
    against = sums
    if shutil.which("openssl"):
        against = best(runs, lambda: measured("openssl", "dgst", "-sha256", place))
        out.append(line("openssl dgst -sha256", against, total, sums))
    out.append(line("hashlib loop", loop, total, sums))
    run = best(runs, lambda: check(folder / "single.tar"))
    out.append(line("check, tar (against sha256sum)", run, total, sums))
    out.append(line("check, tar (against openssl or sha256sum)", run, total, against))
    return out


def entries(folder: Path, count: int) -> list[dict[str, object]]:
    out = []
    print("\nentries in METS")
    for number in (count // 10, count):
        place = write_entries(folder, number)
        run = check(place)
        out.append(line(f"{number} entries, {run.cpu / number * 1e6:.1f} µs cpu each", run, place.stat().st_size / MB))
        place.unlink()
    return out


VENDOR_SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified">
 <xs:simpleType name="kind"><xs:restriction base="xs:string"><xs:enumeration value="besök"/>
  <xs:enumeration value="brev"/></xs:restriction></xs:simpleType>
 <xs:element name="journal"><xs:complexType><xs:sequence>
  <xs:element name="note" maxOccurs="unbounded"><xs:complexType><xs:sequence>
   <xs:element name="written" type="xs:date"/><xs:element name="kind" type="kind"/><xs:element name="text"/>
  </xs:sequence><xs:attribute name="id" type="xs:positiveInteger" use="required"/></xs:complexType></xs:element>
 </xs:sequence></xs:complexType></xs:element></xs:schema>"""


def write_vendor(folder: Path, size: int) -> Path:
    """A tar with one XML document of about that size, its schema in a register, and a profile that demands it."""
    place = folder / "journal.xml"
    note = "<note id='{}'><written>2020-01-02</written><kind>besök</kind><text>{}</text></note>\n"
    words, digest, number = "Anteckning om ett besök. " * 8, hashlib.sha256(), 0
    with place.open("wb") as out:

        def write(text: str) -> None:
            out.write(text.encode())
            digest.update(text.encode())

        write("<journal>\n")
        while out.tell() < size:
            number += 1
            write(note.format(number, words))
        write("</journal>\n")
    mets = "".join(mets_lines([("data/journal.xml", place.stat().st_size, digest.hexdigest())])).encode()
    with tarfile.open(folder / "vendor.tar", "w") as tar, place.open("rb") as data:
        tar.addfile(member("paket/METS.xml", len(mets)), io.BytesIO(mets))
        tar.addfile(member("paket/representations/rep1/data/journal.xml", place.stat().st_size), data)
    place.unlink()
    (folder / "journal.xsd").write_text(VENDOR_SCHEMA)
    settings = {"schemas": {"representations/rep1/data/*.xml": "journal-1"}}
    (folder / "agreement.json").write_text(json.dumps({"base": "e-ark-csip-2.1.0", "settings": settings}))
    register = ("schemas", str(folder / "register"), "--load", str(folder / "journal.xsd"), "--key", "journal-1")
    measured(*(sys.executable, "-m", "archive.packages", *register, "--version", "1", "--licence", "egen"), cwd=ROOT)
    return folder / "vendor.tar"


def vendor(folder: Path, size: int) -> list[dict[str, object]]:
    place = write_vendor(folder, size)
    print(f"\na vendor's XML of {size / MB:.0f} MB against its schema")
    plain = check(place)
    run = check(place, "--profile", str(folder / "agreement.json"), "--schemas", str(folder / "register"))
    if '"SK-SCHEMA' in run.out:
        raise SystemExit(run.out[-2000:])
    total = size / MB
    return [line("check without the schema", plain, total), line("check against it", run, total, plain)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--file-size", type=int, default=10_000)
    parser.add_argument("--single-mb", type=int, default=2000)
    parser.add_argument("--entries", type=int, default=0)
    parser.add_argument("--runs", type=int, default=2, help="the best of so many counts")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--vendor-mb", type=int, default=0)
    parser.add_argument("--formats", action="store_true", help="measure format identification too")
    parser.add_argument("--peers", type=Path, help="the folder of bagit.py and eark-validator")
    parser.add_argument("--scratch", type=Path, help="where the test data is written")
    parser.add_argument("--out", type=Path, help="the figures as JSON")
    options = parser.parse_args()
    figures: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory(dir=options.scratch) as scratch:
        folder = Path(scratch)
        if options.files:
            figures += many(folder, options)
            shutil.rmtree(folder / "unpacked")
            figures += small(folder, options.runs)
        if options.single_mb:
            figures += single(folder, options.single_mb * MB, options.runs)
        if options.entries:
            figures += entries(folder, options.entries)
        if options.vendor_mb:
            figures += vendor(folder, options.vendor_mb * MB)
    print(f"\npeak of this program itself {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:.0f} MB")
    if options.out:
        options.out.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
