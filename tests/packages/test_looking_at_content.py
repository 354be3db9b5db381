"""What is seen of files as their bytes pass: formats, locks, claims, empty files, identity numbers in names."""

import struct
import zipfile
from pathlib import Path

import pytest

from archive.packages.check import check
from archive.packages.fixity import Content
from archive.packages.inspection import Inspector, kind_of
from archive.packages.profile import Profile
from archive.packages.report import Report, Severity, Verdict
from tests.packages import specimens

XMP = (
    '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{}</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
NAMESPACE = "http://www.aiim.org/pdfa/ns/id/"
AS_ATTRIBUTES = f'<rdf:Description xmlns:pdfaid="{NAMESPACE}" pdfaid:part="1" pdfaid:conformance="B"/>'
AS_ELEMENTS = (
    f'<rdf:Description><p:part xmlns:p="{NAMESPACE}">3</p:part>'
    f'<p:conformance xmlns:p="{NAMESPACE}">U</p:conformance></rdf:Description>'
)


def pdf(trailer: str = "", body: bytes = b"") -> bytes:
    return b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n" + body + f"trailer<</Root 1 0 R{trailer}>>\n%%EOF\n".encode()


def zipped(*, locked: bool = False) -> bytes:
    return specimens.zip_of((b"word/document.xml", b"<w/>", {"flags": 1 if locked else 0}))


def word97(flags: int) -> bytes:
    head = bytearray(1024)
    head[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    head[512:514] = b"\xec\xa5"
    struct.pack_into("<H", head, 522, flags)
    return bytes(head)


def package(place: Path, **content: bytes) -> Path:
    files = {f"content/{name.replace('__', '.')}": data for name, data in content.items()}
    return specimens.packed({"sip.xml": specimens.fgs_mets(files).encode(), **files}, place)


LOCKED = {
    "pdf": pdf(" /Encrypt 9 0 R"),
    "pdf_dict": pdf("/Encrypt<</Filter/Standard>>"),
    "zip": zipped(locked=True),
    "office": b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
    "word97": word97(0x0100),
}
XREF_STREAM = (
    b"7 0 obj<</Type/XRef/Root 1 0 R/Encrypt 8 0 R/Length 80000>>stream\n" + bytes(80_000) + b"endstream endobj\n"
)
LOCKED["pdf_xref_stream"] = pdf(body=b"x" * 9000 + XREF_STREAM)
OPEN = {"pdf": pdf(), "zip": zipped(), "word97": word97(0), "text": b"/Encrypt 9 0 R", "pdf_text": pdf(body=b"x" * 99)}


@pytest.mark.parametrize("name", LOCKED)
def test_a_locked_file_stops_the_package(tmp_path: Path, name: str) -> None:
    report = check(package(tmp_path, fil__bin=LOCKED[name]))
    assert (report.verdict, report.rules()) == (Verdict.FAULTY, {"E_CONTENT_ENCRYPTED"})
    assert next(report.findings()).place.file == "content/fil.bin"


@pytest.mark.parametrize("name", OPEN)
def test_an_open_file_does_not(tmp_path: Path, name: str) -> None:
    assert check(package(tmp_path, fil__bin=OPEN[name])).verdict == Verdict.VALID


@pytest.mark.parametrize(("description", "claim"), [(AS_ATTRIBUTES, "PDF/A-1b"), (AS_ELEMENTS, "PDF/A-3u"), ("", "")])
def test_a_claim_of_pdf_a_is_read_and_counted(tmp_path: Path, description: str, claim: str) -> None:
    data = pdf(body=XMP.format(description).encode())
    told: list[Content] = []
    report = check(package(tmp_path, beslut__pdf=data), collect=told.append)
    assert dict(report.facts.claims) == ({claim: 1} if claim else {})
    assert {each.claim for each in told if each.path.endswith("pdf")} == {claim}


def test_a_claim_is_found_however_the_file_is_cut_into_pieces() -> None:
    data = pdf(body=b"y" * 300_000 + XMP.format(AS_ATTRIBUTES).encode() + b"z" * 300_000)
    for size in (1000, 65_536, 299_990, 300_200):
        inspector = Inspector(str(kind_of(data[:4])))
        for at in range(0, len(data), size):
            inspector.feed(data[at : at + size])
        assert inspector.look().claim == "PDF/A-1b"


def test_a_lock_is_found_however_the_file_is_cut_into_pieces() -> None:
    data = pdf(body=b"y" * 300_000 + XREF_STREAM + b"z" * 300_000)
    for size in (7001, 65_537, 300_062):
        inspector = Inspector("pdf")
        for at in range(0, len(data), size):
            inspector.feed(data[at : at + size])
        assert inspector.look().encrypted


def test_only_the_first_packets_are_read_for_a_claim() -> None:
    for empty, claim in ((15, "PDF/A-1b"), (16, "")):
        inspector = Inspector("pdf")
        inspector.feed(pdf(body=b"<x:xmpmeta></x:xmpmeta>" * empty + XMP.format(AS_ATTRIBUTES).encode()))
        assert inspector.look().claim == claim


def test_an_xmp_packet_that_is_no_xml_claims_nothing() -> None:
    inspector = Inspector("pdf")
    inspector.feed(pdf(body=b"<x:xmpmeta><!DOCTYPE a></x:xmpmeta><x:xmpmeta" + b"x" * 2_000_000))
    assert inspector.look().claim == ""


def test_empty_files_are_information(tmp_path: Path) -> None:
    report = check(package(tmp_path, tom__txt=b"", text__txt=b"x"))
    assert [(found.rule, found.severity, found.place.file) for found in report.findings()] == [
        ("SK-FILE-EMPTY", Severity.INFO, "content/tom.txt")
    ]


def test_an_identity_number_in_a_name_is_told_but_not_repeated(tmp_path: Path) -> None:
    files = {"content/19121212-1212/betyg 191212121212.pdf": pdf(), "content/2012121234567.txt": b"no number"}
    path = specimens.packed({"sip.xml": specimens.fgs_mets(files).encode(), **files}, tmp_path)
    report = check(path)
    assert [found.rule for found in report.findings()] == ["SK-PERSONAL-NUMBER"]
    assert "1212" not in report.to_json()
    assert next(report.findings()).place.file == "content/•••••••••••••/betyg ••••••••••••.pdf"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("191212121212/a.txt", "••••••••••••/a.txt"),
        ("content/19121212-1212-betyg.pdf", "content/•••••••••••••-betyg.pdf"),
        ("content/elev-19121212-1212.txt", "content/elev-•••••••••••••.txt"),
        ("content/betyg.19121212-1212.txt", "content/betyg.•••••••••••••.txt"),
        ("content/121212-1212.7z", "content/•••••••••••.7z"),
        ("content/19121212-1212-4abc-9def-0123456789ab.txt", ""),
        ("content/19121212-1212-abcd-9def-0123456789ab.txt", ""),
        ("content/0123abcd-1234-4abc-9def-191212121212.txt", ""),
        ("content/0123abcd-1234-4abc-adef-191212121212.txt", ""),
        ("content/1.2.752.19121212-1212.txt", ""),
        ("content/2019-19121212-1212.txt", ""),
    ],
)
def test_an_identity_number_is_found_among_words_but_not_in_other_numbers(
    tmp_path: Path, name: str, shown: str
) -> None:
    files = {name: b"text"}
    report = check(specimens.packed({"sip.xml": specimens.fgs_mets(files).encode(), **files}, tmp_path, "zip", root=""))
    assert [found.place.file for found in report.findings() if found.rule == "SK-PERSONAL-NUMBER"] == [shown] * bool(
        shown
    )


def identified(path: Path, profile: Profile | None = None) -> tuple[Report, dict[str, str]]:
    told: list[Content] = []
    report = check(path, profile, identify=True, collect=told.append)
    return report, {each.path: each.puid for each in told}


@pytest.mark.parametrize("kind", ["folder", "tar", "tar.gz", "zip"])
def test_formats_are_identified_as_the_bytes_pass(tmp_path: Path, kind: str) -> None:
    report, puids = identified(specimens.packed(specimens.fgs(), tmp_path, kind))
    assert puids["content/1/beslut.pdf"] == "fmt/18"
    assert puids["content/2/protokoll å.txt"] == "x-fmt/111"
    assert report.facts.formats["fmt/18"] == 1
    assert sum(report.facts.formats.values()) == report.facts.files


def test_many_files_come_back_each_with_its_own_format(tmp_path: Path) -> None:
    """More than one batch, and one file of several pieces."""
    files = {
        f"content/{number}.{'pdf' if number % 2 else 'txt'}": pdf() if number % 2 else b"text\n"
        for number in range(700)
    }
    files["content/stor.txt"] = b"a line of text\n" * 200_000
    path = specimens.packed({"sip.xml": specimens.fgs_mets(files).encode(), **files}, tmp_path)
    report, puids = identified(path)
    assert len(puids) == 702
    assert {puids[f"content/{number}.pdf"] for number in range(1, 700, 2)} == {"fmt/276"}
    assert {puids[f"content/{number}.txt"] for number in range(0, 700, 2)} == {"x-fmt/111"}
    assert puids["content/stor.txt"] == "x-fmt/111"
    assert report.verdict == Verdict.VALID


def test_name_type_and_content_are_compared(tmp_path: Path) -> None:
    files = {"content/beslut.txt": pdf(), "content/okand.qqq": b"\x00\x01\x02\x03" * 50}
    mets = specimens.fgs_mets(files).replace('MIMETYPE="text/plain"', 'MIMETYPE="image/png"', 1)
    report, _ = identified(specimens.packed({"sip.xml": mets.encode(), **files}, tmp_path))
    found = {(each.rule, each.place.file) for each in report.findings()}
    assert ("SK-FORMAT-EXTENSION", "content/beslut.txt") in found
    assert ("SK-FORMAT-MIME", "content/beslut.txt") in found
    assert ("SK-FORMAT-UNKNOWN", "content/okand.qqq") in found


def test_the_agreement_decides_which_formats_are_taken(tmp_path: Path) -> None:
    formats = {"fmt/18": "refuse", "x-fmt/111": "convert", "*": "accept"}
    agreement = Profile.load({"base": "fgs-1.2", "key": "avtal", "settings": {"formats": formats}})
    report, _ = identified(specimens.packed(specimens.fgs(), tmp_path), agreement)
    assert {"SK-FORMAT-REFUSED", "SK-FORMAT-CONVERT"} <= report.rules()
    assert report.verdict == Verdict.FAULTY


def test_a_locked_member_deep_in_a_large_zip_is_seen(tmp_path: Path) -> None:
    place = tmp_path / "inner.zip"
    with zipfile.ZipFile(place, "w") as out:
        for number in range(50):
            out.writestr(f"{number}.txt", b"x" * 100)
    data = bytearray(place.read_bytes())
    last = data.rindex(b"PK\x01\x02")
    data[last + 8] |= 1
    report = check(package(tmp_path, paket__zip=bytes(data)))
    assert "E_CONTENT_ENCRYPTED" in report.rules()
