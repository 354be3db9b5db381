"""Containers that must be refused, each made by hand and called by its fault; nothing is ever written or opened."""

import gzip
import io
import os
import random
import socket
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.packages import tar_reader, texts
from archive.packages.check import check
from archive.packages.container import ContainerRefused, Fault, open_package
from archive.packages.limits import Limits
from archive.packages.report import Verdict
from tests.packages import specimens
from tests.packages.specimens import END, padded, pax, tar_header, zip_of

GOOD = tar_header(b"paket/a.txt", 1) + padded(b"x")


def longname(name: bytes) -> bytes:
    return tar_header(b"././@LongLink", len(name) + 1, b"L") + padded(name + b"\0")


def miscounted(member: bytes, by: int) -> bytes:
    """The same member with a header checksum that many too high."""
    return member[:148] + b"%06o\0 " % (int(member[148:154], 8) + by) + member[156:]


NO_SIZE = pax((b"size", b"9" * 20))
TARS: dict[str, bytes] = {
    "E_ARCHIVE_EMPTY no bytes": b"",
    "E_ARCHIVE_EMPTY only zeros": bytes(10240),
    "E_ARCHIVE_CORRUPT cut in a member": GOOD[:700],
    "E_ARCHIVE_CORRUPT cut after a member": GOOD,
    "E_ARCHIVE_CORRUPT one closing block": GOOD + bytes(512),
    "E_ARCHIVE_CORRUPT something after the end": GOOD + END + GOOD,
    "E_ARCHIVE_CORRUPT something between the closing blocks": GOOD + bytes(512) + GOOD + END,
    "E_ARCHIVE_CORRUPT header checksum": GOOD + GOOD[:20] + b"y" + GOOD[21:] + END,
    "E_ARCHIVE_CORRUPT header checksum wrong by 65521": GOOD + miscounted(GOOD, 65521) + END,
    "E_ARCHIVE_CORRUPT size beyond the end": tar_header(b"paket/a.txt", 1 << 33) + padded(b"x") + END,
    "E_ARCHIVE_CORRUPT size negative": tar_header(b"paket/a.txt", b"\xff" * 12) + END,
    "E_ARCHIVE_CORRUPT size not octal": tar_header(b"paket/a.txt", b"00000000009\0") + padded(b"x") + END,
    "E_ARCHIVE_CORRUPT pax length zero": tar_header(b"pax", 9, b"x") + padded(b"0 path=a\n") + GOOD + END,
    "E_ARCHIVE_CORRUPT pax length too long": tar_header(b"pax", 10, b"x") + padded(b"99 path=a\n") + GOOD + END,
    "E_ARCHIVE_CORRUPT pax size negative": pax((b"size", b"-1")) + GOOD + END,
    "E_ARCHIVE_CORRUPT pax key twice": pax((b"path", b"a"), (b"path", b"b")) + GOOD + END,
    "E_ARCHIVE_CORRUPT pax for nobody": GOOD + pax((b"path", b"a")) + END,
    "E_ARCHIVE_CORRUPT two long names": longname(b"a" * 120) + longname(b"b" * 120) + GOOD + END,
    "E_ARCHIVE_CORRUPT path for all": tar_header(b"pax", 10, b"g") + padded(b"10 path=a\n") + GOOD + END,
    "E_ARCHIVE_CORRUPT folder with bytes": tar_header(b"paket/", 5, b"5") + padded(b"12345") + END,
    "E_ARCHIVE_LIMIT long name of 2 MiB": longname(b"a/" * (1 << 20)) + GOOD + END,
    "E_ARCHIVE_LIMIT many pax records": pax(*((b"k%d" % number, b"v") for number in range(1500))) + GOOD + END,
    "E_ARCHIVE_LIMIT pax size": NO_SIZE + GOOD + END,
    "E_ARCHIVE_LIMIT pax size of a long link": NO_SIZE + tar_header(b"paket/b", 0, b"K") + END,
    "E_ARCHIVE_CORRUPT long link beyond the end": GOOD + tar_header(b"paket/b", 1 << 33, b"K") + END,
    "E_ARCHIVE_LIMIT too deep": longname(b"a/" * 70 + b"b") + GOOD + END,
    "E_ARCHIVE_LIMIT component": longname(b"paket/" + b"a" * 256) + GOOD + END,
    "E_ARCHIVE_PATH parent": tar_header(b"../a.txt", 1) + padded(b"x") + END,
    "E_ARCHIVE_PATH parent inside": tar_header(b"paket/../../a.txt", 1) + padded(b"x") + END,
    "E_ARCHIVE_PATH parent in the prefix": tar_header(b"a.txt", 1, prefix=b"paket/..") + padded(b"x") + END,
    "E_ARCHIVE_PATH parent by pax": pax((b"path", b"../a.txt")) + GOOD + END,
    "E_ARCHIVE_PATH parent by long name": longname(b"../a.txt") + GOOD + END,
    "E_ARCHIVE_PATH absolute": tar_header(b"/etc/passwd", 1) + padded(b"x") + END,
    "E_ARCHIVE_PATH backslash": tar_header(b"paket\\a.txt", 1) + padded(b"x") + END,
    "E_ARCHIVE_PATH drive": tar_header(b"C:/a.txt", 1) + padded(b"x") + END,
    "E_ARCHIVE_PATH home": tar_header(b"~/a.txt", 1) + padded(b"x") + END,
    "E_ARCHIVE_PATH only a dot": tar_header(b".", 1) + padded(b"x") + END,
    "E_ARCHIVE_PATH no name": tar_header(b"", 1) + padded(b"x") + END,
    "E_ARCHIVE_PATH empty component": tar_header(b"paket//a.txt", 1) + padded(b"x") + END,
    "E_ARCHIVE_NAME bell": tar_header(b"paket/a\a.txt", 1) + padded(b"x") + END,
    "E_ARCHIVE_NAME zero width": tar_header("paket/a\u200b.txt".encode(), 1) + padded(b"x") + END,
    "E_ARCHIVE_NAME right to left": tar_header("paket/a\u202etxt.exe".encode(), 1) + padded(b"x") + END,
    "E_ARCHIVE_NAME private use": tar_header("paket/a\ue000.txt".encode(), 1) + padded(b"x") + END,
    "E_ARCHIVE_NAME NUL by pax": pax((b"path", b"paket/a\0b")) + GOOD + END,
    "E_ARCHIVE_NAME_ENCODING latin-1": tar_header("paket/å.txt".encode("latin-1"), 1) + padded(b"x") + END,
    "E_ARCHIVE_NAME_ENCODING lone surrogate": tar_header(b"paket/\xed\xa0\x80.txt", 1) + padded(b"x") + END,
    "E_ARCHIVE_NAME_WINDOWS device": tar_header(b"paket/NUL.txt", 1) + padded(b"x") + END,
    "E_ARCHIVE_NAME_WINDOWS dot last": tar_header(b"paket/a.", 1) + padded(b"x") + END,
    "E_ARCHIVE_NAME_WINDOWS blank last": tar_header(b"paket/a ", 1) + padded(b"x") + END,
    "E_ARCHIVE_NAME_WINDOWS question": tar_header(b"paket/a?.txt", 1) + padded(b"x") + END,
    "E_ARCHIVE_NAME_WINDOWS superscript": tar_header("paket/COM¹".encode(), 1) + padded(b"x") + END,
    "E_ARCHIVE_NAME_COLLISION case": GOOD + tar_header(b"paket/A.TXT", 1) + padded(b"x") + END,
    "E_ARCHIVE_NAME_COLLISION case of a folder": GOOD + tar_header(b"PAKET/b.txt", 1) + padded(b"x") + END,
    "E_ARCHIVE_NAME_COLLISION normalisation": tar_header("paket/å".encode(), 1)
    + padded(b"x")
    + tar_header("paket/a\u030a".encode(), 1)
    + padded(b"x")
    + END,
    "E_ARCHIVE_NAME_COLLISION file and folder": GOOD + tar_header(b"paket/a.txt/b", 1) + padded(b"x") + END,
    "E_ARCHIVE_DUPLICATE": GOOD + GOOD + END,
    "E_ARCHIVE_LINK symbolic": GOOD + tar_header(b"paket/b", 0, b"2", b"a.txt") + END,
    "E_ARCHIVE_LINK hard": GOOD + tar_header(b"paket/b", 0, b"1", b"../../etc/passwd") + END,
    "E_ARCHIVE_SPECIAL character device": GOOD + tar_header(b"paket/b", 0, b"3") + END,
    "E_ARCHIVE_SPECIAL block device": GOOD + tar_header(b"paket/b", 0, b"4") + END,
    "E_ARCHIVE_SPECIAL fifo": GOOD + tar_header(b"paket/b", 0, b"6") + END,
    "E_ARCHIVE_SPECIAL contiguous": GOOD + tar_header(b"paket/b", 0, b"7") + END,
    "E_ARCHIVE_SPECIAL sparse": GOOD + tar_header(b"paket/b", 0, b"S") + END,
    "E_ARCHIVE_SPECIAL sparse by pax": pax((b"GNU.sparse.major", b"1")) + GOOD + END,
    "E_ARCHIVE_SPECIAL unknown type": GOOD + tar_header(b"paket/b", 0, b"Q") + END,
    "E_ARCHIVE_MACOS": GOOD + tar_header(b"paket/._a.txt", 1) + padded(b"x") + END,
}

A: tuple[bytes, bytes, dict[str, int | bytes]] = (b"paket/a.txt", b"x", {})
BIG = bytes(40 << 20)


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def one(**wrong: int | bytes) -> bytes:
    return zip_of((b"paket/a.txt", b"x", wrong))


ZIPS: dict[str, bytes] = {
    "E_ARCHIVE_EMPTY no members": zip_of(),
    "E_ARCHIVE_CORRUPT cut": zip_of(A)[:-30],
    "E_ARCHIVE_CORRUPT data after": zip_of(A, tail=b"more"),
    "E_ARCHIVE_CORRUPT data before": b"PK\x03\x04" + bytes(60) + zip_of(A),
    "E_ARCHIVE_CORRUPT second end record": zip_of(A) + zip_of(A)[-22:],
    "E_ARCHIVE_CORRUPT local name": one(local_name=b"paket/b.txt"),
    "E_ARCHIVE_CORRUPT local size": one(local_size=9),
    "E_ARCHIVE_CORRUPT local crc": one(local_crc=9),
    "E_ARCHIVE_CORRUPT crc": one(crc=9, local_crc=9),
    "E_ARCHIVE_CORRUPT not deflated": one(method=8),
    "E_ARCHIVE_CORRUPT overlap": zip_of(A, (b"paket/b.txt", b"x", {"at": 0, "local_name": b"paket/b.txt"})),
    "E_ARCHIVE_CORRUPT offset beyond": one(at=10_000),
    "E_ARCHIVE_CORRUPT zip64 size beyond the end": one(
        flags=0x808,
        packed=0xFFFFFFFF,
        size=0xFFFFFFFF,
        local_packed=0,
        local_size=0,
        local_crc=0,
        extra=struct.pack("<2H2Q", 1, 16, *[2**64 - 1] * 2),
    ),
    "E_ARCHIVE_CORRUPT folder without slash": one(mode=0o040755 << 16),
    "E_ARCHIVE_ENCRYPTED": one(flags=1),
    "E_ARCHIVE_ENCRYPTED aes": one(method=99),
    "E_ARCHIVE_UNSUPPORTED lzma": one(method=14),
    "E_ARCHIVE_UNSUPPORTED zstd": one(method=93),
    "E_ARCHIVE_LIMIT ratio": zip_of(
        (
            b"paket/a.txt",
            deflated(BIG),
            {
                "method": 8,
                "size": len(BIG),
                "local_size": len(BIG),
                "crc": zlib.crc32(BIG),
                "local_crc": zlib.crc32(BIG),
            },
        )
    ),
    "E_ARCHIVE_LIMIT size understated": zip_of(
        (b"paket/a.txt", deflated(BIG), {"method": 8, "size": 10, "local_size": 10})
    ),
    "E_ARCHIVE_PATH parent": zip_of((b"../a.txt", b"x", {})),
    "E_ARCHIVE_PATH absolute": zip_of((b"/a.txt", b"x", {})),
    "E_ARCHIVE_PATH drive": zip_of((b"C:a.txt", b"x", {})),
    "E_ARCHIVE_PATH backslash": zip_of((b"paket\\a.txt", b"x", {})),
    "E_ARCHIVE_PATH no name": zip_of((b"", b"x", {})),
    "E_ARCHIVE_PATH unicode path field": one(
        extra=b"up" + struct.pack("<HBI", 16, 1, zlib.crc32(b"paket/a.txt")) + b"../evil.txt"
    ),
    "E_ARCHIVE_NAME NUL": zip_of((b"paket/a\0.txt", b"x", {})),
    "E_ARCHIVE_NAME_ENCODING flag lies": zip_of(("paket/å.txt".encode("cp850"), b"x", {})),
    "E_ARCHIVE_DUPLICATE": zip_of(A, A),
    "E_ARCHIVE_LINK symbolic": one(mode=0o120777 << 16),
    "E_ARCHIVE_SPECIAL fifo": one(mode=0o010644 << 16),
    "E_ARCHIVE_MACOS": zip_of(A, (b"__MACOSX/paket/._a.txt", b"x", {})),
}
OTHERS: dict[str, bytes] = {
    "E_ARCHIVE_UNSUPPORTED 7z": b"7z\xbc\xaf\x27\x1c" + bytes(600),
    "E_ARCHIVE_UNSUPPORTED rar": b"Rar!\x1a\x07\x01\x00" + bytes(600),
    "E_ARCHIVE_UNSUPPORTED bzip2": b"BZh91AY" + bytes(600),
    "E_ARCHIVE_UNSUPPORTED a PDF": b"%PDF-1.4" + bytes(600),
    "E_ARCHIVE_UNSUPPORTED text": b"not an archive",
    "E_ARCHIVE_CORRUPT gzip cut": gzip.compress(GOOD + END)[:-9],
    "E_ARCHIVE_CORRUPT gzip crc": gzip.compress(GOOD + END)[:-8] + bytes(8),
    "E_ARCHIVE_CORRUPT gzip and more": gzip.compress(GOOD + END) + b"more",
    "E_ARCHIVE_CORRUPT gzip of text": gzip.compress(b"text" * 400),
    "E_ARCHIVE_LIMIT gzip bomb": gzip.compress(tar_header(b"paket/a", len(BIG)) + BIG + END),
    "E_ARCHIVE_LIMIT pax size in gzip": gzip.compress(NO_SIZE + GOOD + END),
    "E_ARCHIVE_LINK in gzip": gzip.compress(GOOD + tar_header(b"paket/b", 0, b"2", b"a.txt") + END),
}

CASES = [*TARS.items(), *ZIPS.items(), *OTHERS.items()]


def faults_of(path: Path, limits: Limits | None = None) -> list[Fault]:
    """All that the reader says, from the walk and from reading every byte."""
    faults: list[Fault] = []
    try:
        with open_package(path, limits, faults.append) as tree:
            for _ in tree.sweep():
                pass
    except ContainerRefused as refused:
        faults.append(refused.fault)
    return faults


@pytest.mark.parametrize(("name", "data"), CASES, ids=[f"{name} {number}" for number, (name, _) in enumerate(CASES)])
def test_container_is_refused(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / "paket"
    path.write_bytes(data)
    assert name.split()[0] in {fault.rule for fault in faults_of(path)}
    assert check(path).verdict != Verdict.VALID
    assert [each.name for each in tmp_path.iterdir()] == ["paket"]


@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_a_name_that_is_not_utf8_is_told(tmp_path: Path, kind: str) -> None:
    name = "paket/å.txt".encode("latin-1")
    path = tmp_path / "paket"
    path.write_bytes(tar_header(name, 1) + padded(b"x") + END if kind == "tar" else zip_of((name, b"x", {})))
    (finding,) = check(path).findings()
    assert texts.message(finding) == "Namnet paket/\\xe5.txt är inte giltig UTF-8."


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ((b"size", b"-1"), "Storleken för pax går inte att läsa: -1."),
        ((b"hdrcharset", b"BINARY"), "Namnet pax anges i en annan teckenkodning än UTF-8."),
    ],
)
def test_an_extended_header_that_cannot_be_read_is_named(
    tmp_path: Path, record: tuple[bytes, bytes], said: str
) -> None:
    path = tmp_path / "paket"
    path.write_bytes(pax(record) + GOOD + END)
    (finding,) = check(path).findings()
    assert texts.message(finding) == said


@pytest.mark.parametrize(("name", "data"), CASES, ids=[f"{name} {number}" for number, (name, _) in enumerate(CASES)])
def test_without_a_listener_the_first_fault_raises(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / "paket"
    path.write_bytes(data)
    with pytest.raises(ContainerRefused), open_package(path) as tree:
        for _ in tree.sweep():
            pass


class Unseekable(io.BytesIO):
    """What a zip is written to when it is sent as it is made: sizes come after the data."""

    def seekable(self) -> bool:
        return False

    def seek(self, offset: int, whence: int = 0, /) -> int:
        raise io.UnsupportedOperation

    def tell(self) -> int:
        raise io.UnsupportedOperation


def test_what_is_lawful_is_read(tmp_path: Path) -> None:
    """Long names by GNU and PAX, "./" in front, folders, big numbers, a zip with descriptors and one with a comment."""
    name = b"paket/" + b"m" * 120 + b"/" + b"n" * 120
    tar = (
        tar_header(b"./", 0, b"5")
        + longname(name)
        + GOOD
        + pax((b"path", "paket/ö".encode()), (b"mtime", b"1.5"))
        + GOOD
    )
    tar += tar_header(b"./paket/b", b"\x80" + (1).to_bytes(11, "big")) + padded(b"x") + END
    path = tmp_path / "paket.tar"
    path.write_bytes(tar)
    with open_package(path) as tree:
        assert [member.path for member in tree.members()] == [name.decode()[6:], "ö", "b"]
        assert tree.root == "paket/"
    zipped = Unseekable()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("paket/", "")
        out.writestr("paket/a.txt", "x" * 1000)
        out.comment = b"a comment"
    path = tmp_path / "paket.zip"
    path.write_bytes(zipped.getvalue())
    with open_package(path) as tree:
        (member,) = tree.members()
        assert b"".join(tree.chunks(member)) == b"x" * 1000


def test_a_member_of_a_gzip_costs_no_second_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In whatever order they are asked for, members come with the bytes they have, and few others are unpacked."""
    chance = random.Random(1)
    files = {f"content/{number}.bin": chance.randbytes(1 << 19) for number in range(96)}
    unpacked = 0
    real_fill = tar_reader._GzipStream._fill

    def counted(stream: tar_reader._GzipStream) -> bool:
        nonlocal unpacked
        unpacked += 1
        return real_fill(stream)

    with open_package(specimens.packed(files, tmp_path, "tar.gz")) as tree:
        monkeypatch.setattr(tar_reader._GzipStream, "_fill", counted)
        members = [member for member in tree.members() for _ in range(3)]
        for order, most in ((members, 400), (members[::-1], 2000)):
            unpacked = 0
            for member in order:
                assert b"".join(tree.chunks(member)) == files[member.path]
            assert unpacked < most


def test_folder_with_links_and_fifos(tmp_path: Path) -> None:
    place = specimens.as_folder(specimens.fgs(), tmp_path)
    (place / "content/lank").symlink_to("/etc/passwd")
    os.mkfifo(place / "content/ror")
    (place / "content/utanfor").symlink_to("/etc")
    assert {fault.rule for fault in faults_of(place)} == {"E_ARCHIVE_LINK", "E_ARCHIVE_SPECIAL"}


@pytest.mark.parametrize(
    "limits",
    [
        {"max_members": 5},
        {"max_package_bytes": 100},
        {"max_unpacked_bytes": 100},
        {"max_path_bytes": 20},
        {"max_component_bytes": 5},
        {"max_depth": 2},
    ],
)
@pytest.mark.parametrize("kind", ["tar", "tar.gz", "zip"])
def test_every_limit_of_the_container_holds(tmp_path: Path, kind: str, limits: dict[str, int]) -> None:
    path = specimens.packed(specimens.eark(), tmp_path, kind)
    assert "E_ARCHIVE_LIMIT" in {fault.rule for fault in faults_of(path, Limits.from_mapping(limits))}


def test_unknown_limit_is_an_error() -> None:
    with pytest.raises(ValueError, match="no limit called max_memmbers"):
        Limits.from_mapping({"max_memmbers": 5})


def test_nothing_outside_the_package_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With sockets shut and every file that is opened written down."""
    opened: list[str] = []
    real_open = os.open

    def noted(path: object, *arguments: object, **keywords: object) -> int:
        opened.append(os.fspath(path))  # type: ignore[call-overload]
        return real_open(path, *arguments, **keywords)  # type: ignore[arg-type]

    def shut(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", shut)
    monkeypatch.setattr(os, "open", noted)
    mets = specimens.eark_mets().replace("<mets ", '<mets xsi:schemaLocation="http://x http://127.0.0.1:1/x.xsd" ')
    files = {**specimens.EARK_CONTENT, "METS.xml": mets.encode()}
    path = specimens.packed(files, tmp_path)
    assert check(path).verdict == Verdict.VALID
    assert set(opened) <= {str(path)}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_tar_with_one_byte_changed_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    """Never a crash, never a member that lies outside the file."""
    whole = bytearray(specimens.tar_bytes(specimens.fgs()))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, 3000))] = data.draw(st.integers(0, 255))
    path = tmp_path / "paket.tar"
    path.write_bytes(whole)
    report = check(path)
    assert report.facts.bytes <= len(whole)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_zip_with_bytes_changed_or_cut_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray(specimens.zip_bytes(specimens.fgs()))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        whole = whole[: data.draw(st.integers(0, len(whole)))]
    path = tmp_path / "paket.zip"
    path.write_bytes(whole)
    check(path)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.text(min_size=1, max_size=30), st.binary(max_size=50)), max_size=8))
def test_what_tarfile_wrote_is_read_alike_or_refused(tmp_path: Path, members: list[tuple[str, bytes]]) -> None:
    """The library is a second opinion on everything we take in."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in members:
            info = tarfile.TarInfo(name.encode("utf-8", "replace").decode())
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    path = tmp_path / "paket.tar"
    path.write_bytes(out.getvalue())
    if faults_of(path):
        return
    with open_package(path) as tree, tarfile.open(path) as theirs:
        ours = {tree.root + member.path: b"".join(tree.chunks(member)) for member in tree.members()}
        assert ours == {each.name: theirs.extractfile(each).read() for each in theirs if each.isfile()}  # type: ignore[union-attr]
