"""Packages without METS: bags, delivery notes, tables of files, databases. One thing broken, one finding."""

import hashlib
import json
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive.packages import texts
from archive.packages.check import check
from archive.packages.container import Member
from archive.packages.limits import Limits
from archive.packages.profile import Expectation, Profile
from archive.packages.report import Report, Severity, Verdict
from archive.packages.rules.siard import Siard
from archive.packages.xml import XMLLimits
from archive.packages.zip_reader import ZipTree
from tests.packages import samples, specimens
from tests.packages.test_erms import cits

Files = dict[str, bytes]


def laid_out(folder: Path, files: Files) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def zipped(path: Path, files: Files, folders: tuple[str, ...] = ()) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for folder in folders:
            archive.writestr(zipfile.ZipInfo(folder + "/"), b"")
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return path


def rules(report: Report) -> list[str]:
    """Each finding's rule once; every one of them must have words."""
    for group in report.groups:
        assert texts.known(group.rule), group.rule
        assert texts.message(group.findings[0])
    return [group.rule for group in report.groups if group.severity is not Severity.INFO]


# BagIt


def bag() -> Files:
    payload = {"data/2014/beslut å.txt": b"Beslut\n", "data/protokoll.txt": b"Protokoll\n"}
    manifest = "".join(f"{hashlib.sha512(data).hexdigest()}  {name}\n" for name, data in payload.items())
    tags = {
        "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": b"Source-Organization: Falu kommun\nPayload-Oxum: %d.2\n" % sum(map(len, payload.values())),
        "manifest-sha512.txt": manifest.encode(),
    }
    listed = "".join(f"{hashlib.md5(data, usedforsecurity=False).hexdigest()}  {name}\n" for name, data in tags.items())
    return {**payload, **tags, "tagmanifest-md5.txt": listed.encode()}


def test_a_bag_is_recognised_and_valid(tmp_path: Path) -> None:
    for path in (laid_out(tmp_path / "bag", bag()), zipped(tmp_path / "bag.zip", bag())):
        report = check(path)
        assert (report.profile, report.verdict, rules(report)) == ("bagit", Verdict.VALID, [])


BAG_FAULTS: dict[str, Callable[[Files], object]] = {
    "BAGIT-VERSION": lambda files: files.update({"bagit.txt": files["bagit.txt"].replace(b"1.0", b"7")}),
    "BAGIT-MANIFEST": lambda files: files.pop("manifest-sha512.txt"),
    "BAGIT-RAD": lambda files: files.update({"manifest-sha512.txt": files["manifest-sha512.txt"] + b"rubbish\n"}),
    "BAGIT-FIL": lambda files: files.pop("data/protokoll.txt"),
    "BAGIT-SUMMA": lambda files: files.update({"data/protokoll.txt": b"Protokolk\n"}),
    "BAGIT-OLISTAD": lambda files: files.update({"data/extra.txt": b"1"}),
    "BAGIT-FETCH": lambda files: files.update({"fetch.txt": b"http://example.invalid/a 1 data/a\n"}),
    "BAGIT-OXUM": lambda files: files.update({"bag-info.txt": b"Payload-Oxum: 1.1\n"}),
}


@pytest.mark.parametrize("rule", BAG_FAULTS)
def test_one_fault_in_a_bag_gives_its_finding(tmp_path: Path, rule: str) -> None:
    files = bag()
    BAG_FAULTS[rule](files)
    if rule not in ("BAGIT-SUMMA",):
        files.pop("tagmanifest-md5.txt")
    if rule in ("BAGIT-FIL", "BAGIT-OLISTAD"):
        files.pop("bag-info.txt")
    report = check(laid_out(tmp_path / "bag", files))
    assert (report.verdict, rules(report)) == (Verdict.FAULTY, [rule])


def test_a_bag_encodes_only_line_ends_and_the_percent_sign(tmp_path: Path) -> None:
    files = bag()
    files.pop("tagmanifest-md5.txt")
    files.pop("bag-info.txt")
    named = {"data/50%20rabatt.txt": "data/50%2520rabatt.txt", "data/100%25.txt": "data/100%25.txt"}
    for name, listed in named.items():
        files[name] = b"1"
        files["manifest-sha512.txt"] += f"{hashlib.sha512(b'1').hexdigest()}  {listed}\n".encode()
    assert rules(check(laid_out(tmp_path / "bag", files))) == []
    files["data/a b.txt"] = files.pop("data/50%20rabatt.txt")
    files["manifest-sha512.txt"] = files["manifest-sha512.txt"].replace(b"50%2520rabatt", b"a%20b")
    assert rules(check(laid_out(tmp_path / "bag2", files))) == ["BAGIT-FIL", "BAGIT-OLISTAD"]


def test_a_bag_path_that_climbs_is_not_followed(tmp_path: Path) -> None:
    files = bag()
    files["manifest-sha512.txt"] += b"00  data/../../etc/passwd\n"
    files.pop("tagmanifest-md5.txt")
    assert rules(check(laid_out(tmp_path / "bag", files))) == ["BAGIT-RAD"]


# A delivery note


def delivery(folder: Path, **changes: object) -> Path:
    """A note and the zip it names, one case with its two files."""
    case = cits([samples.cases()[0]]).replace(b"2014/Ans\xc3\xb6kan om avlopp.pdf", b"1_1_1.PDF")
    inner = {
        "content/748461/erms.xml": case.replace(b"2014/beslut.pdf", b"1_2_1.PDF"),
        "content/748461/1_1_1.PDF": samples.pdf("Ansökan"),
        "content/748461/1_2_1.PDF": samples.pdf("Beslut"),
    }
    if "inner" in changes:
        inner = changes.pop("inner")(inner)  # type: ignore[operator]
    folder.mkdir()
    data = zipped(folder / "leverans.zip", inner).read_bytes()
    note = {
        "leveransfil": "leverans.zip",
        "kontrollsumma": hashlib.md5(data, usedforsecurity=False).hexdigest().upper(),
        "algoritm": "md5",
        "startdatum": "2014-05-09T00:00:00",
        "slutdatum": "2016-03-01T12:00:00",
        "arkivbildare": "Miljö- och byggnadsnämnden",
        "arkivbildare_id": "2120002221",
        "arkivbildare_system": "Public 360",
        "leveransöverenskommelse": "KS 2025/0117",
        "gallring": "No",
        "sekretess": "",
    }
    note |= changes  # type: ignore[arg-type]
    text = json.dumps({name: value for name, value in note.items() if value is not None}, ensure_ascii=False)
    (folder / "leverans.json").write_text(text, "utf-8")
    return folder


def test_a_delivery_note_with_its_zip_is_valid_and_its_cases_are_read(tmp_path: Path) -> None:
    folder = delivery(tmp_path / "leverans")
    with tarfile.open(tmp_path / "leverans.tar", "w") as archive:
        for name in ("leverans.json", "leverans.zip"):
            archive.add(folder / name, name)
    for path in (folder, tmp_path / "leverans.tar"):
        report = check(path)
        assert (report.profile, report.verdict, rules(report)) == ("delivery-note", Verdict.VALID, [])
        assert report.facts.cases == 1
        assert report.facts.agreements == ("KS 2025/0117",)
        assert "2120002221" in report.facts.codes


def test_the_notes_agreement_and_owner_are_matched(tmp_path: Path) -> None:
    folder = delivery(tmp_path / "leverans")
    right = Expectation(agreements=("KS 2025/0117",), codes=("ORG:212000-2221",))
    assert rules(check(folder, expect=right)) == []
    wrong = Expectation(agreements=("KS 2024/0001",), codes=("2120002247",))
    assert rules(check(folder, expect=wrong)) == ["SK-AGREEMENT", "SK-OWNER"]


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("LB-UPPGIFT", {"arkivbildare": None}),
        ("LB-UPPGIFT", {"arkivbildare_id": ""}),
        ("LB-DATUM", {"startdatum": "9 maj 2014"}),
        ("LB-DATUM", {"startdatum": "2020-01-01"}),
        ("LB-DATUM", {"startdatum": "2014-02-31"}),
        ("LB-VARDE", {"sekretess": "Ja"}),
        ("LB-FIL", {"leveransfil": "annan.zip"}),
        ("LB-SUMMA", {"kontrollsumma": "0" * 32}),
        ("LB-SUMMA", {"kontrollsumma": "fel"}),
        ("LB-ALGORITM", {"algoritm": "crc32"}),
    ],
)
def test_one_fault_in_the_note_gives_its_finding(tmp_path: Path, rule: str, changes: dict[str, object]) -> None:
    found = rules(check(delivery(tmp_path / "leverans", **changes)))
    assert found == ([rule, "LB-OLISTAD"] if rule == "LB-FIL" else [rule])


def test_a_missing_file_inside_the_delivered_zip_is_found(tmp_path: Path) -> None:
    def without(inner: Files) -> Files:
        return {name: data for name, data in inner.items() if not name.endswith("1_2_1.PDF")}

    report = check(delivery(tmp_path / "leverans", inner=without))
    assert [(group.rule, group.findings[0].place.file) for group in report.groups] == [
        ("ERMS-BILAGA-FIL-INNEHALL", "leverans.zip/content/748461/erms.xml")
    ] or rules(report) == ["ERMS-BILAGA-FIL"]


def test_the_zip_alone_misses_its_note(tmp_path: Path) -> None:
    folder = delivery(tmp_path / "leverans")
    report = check(folder / "leverans.zip")
    assert (report.profile, rules(report)) == ("delivery-note", ["LB-SAKNAS"])


def test_a_note_that_is_no_json_is_said_to_be_none(tmp_path: Path) -> None:
    folder = delivery(tmp_path / "leverans")
    (folder / "leverans.json").write_bytes(b'{"leveransfil": ')
    assert rules(check(folder)) == ["LB-JSON"]


@pytest.mark.parametrize("name", ["leveransöverenskommelse", "arkivbildare_id", "leveransfil", "diarium_namn"])
@pytest.mark.parametrize("value", ["\\ud800", "KS\\u0000"])
def test_a_note_with_what_no_text_can_hold_is_not_read(tmp_path: Path, name: str, value: str) -> None:
    """Such values are JSON, but can neither be written as UTF-8 nor kept in a database."""
    folder = delivery(tmp_path / "leverans", **{name: "@"})
    note = (folder / "leverans.json").read_text("utf-8")
    (folder / "leverans.json").write_text(note.replace('"@"', f'"{value}"'), "utf-8")
    report = check(folder)
    assert "LB-JSON" in rules(report)
    assert "\\u0000" not in report.to_json().encode().decode()


# A table


DECISION, MINUTES = b"Beslut\n", b"Protokoll\n"
ROWS = (
    "\ufeffFil;Titel;Storlek;SHA-256",
    "2014\\beslut å.txt;Beslut;7;" + hashlib.sha256(DECISION).hexdigest().upper(),
    '"protokoll.txt";"Protokoll; justerat";10;' + hashlib.sha256(MINUTES).hexdigest(),
    "",
)
TABLE = {"filer.csv": "\r\n".join(ROWS).encode(), "2014/beslut å.txt": DECISION, "protokoll.txt": MINUTES}


def test_a_table_of_files_is_recognised_and_valid(tmp_path: Path) -> None:
    report = check(laid_out(tmp_path / "filer", TABLE))
    assert (report.profile, report.verdict, rules(report)) == ("file-table", Verdict.VALID, [])


def test_a_table_in_latin_1_with_commas_is_read(tmp_path: Path) -> None:
    table = f"Sökväg,Kontrollsumma\nå.txt,{hashlib.sha256(b'1').hexdigest()}\n"
    files = {"index.csv": table.encode("iso-8859-1"), "å.txt": b"1"}
    assert rules(check(laid_out(tmp_path / "filer", files))) == []


def test_a_table_as_excel_writes_it_is_read(tmp_path: Path) -> None:
    """Windows-1252 has an ellipsis where ISO-8859-1 has a line end, and a dash where it has nothing."""
    table = "Fil;Storlek;Titel\r\na–1.txt;1;Ansökan om…\r\nb.txt;1;y\r\n"
    files = {"filer.csv": table.encode("cp1252"), "a–1.txt": b"1", "b.txt": b"2"}
    assert rules(check(laid_out(tmp_path / "filer", files))) == []


@pytest.mark.parametrize("mark", ["\x0b", "\x85", "\u2028"])
def test_only_line_ends_end_a_row(tmp_path: Path, mark: str) -> None:
    files = {"filer.csv": f"Fil;Titel\r\na.txt;två{mark}rader\r\n".encode(), "a.txt": b"1"}
    assert rules(check(laid_out(tmp_path / "filer", files))) == []


@pytest.mark.parametrize("before", ["\n", 'a.txt;1;"två\nrader"\n', "a.txt;1;x\r\n\r\n"])
def test_a_row_is_told_by_the_line_it_begins_on(tmp_path: Path, before: str) -> None:
    table = f"Fil;Storlek;Titel\n{before}c.txt;1;x\n"
    report = check(laid_out(tmp_path / "filer", {"filer.csv": table.encode(), "a.txt": b"1"}))
    (found,) = [finding for finding in report.findings() if finding.rule == "TABELL-FIL"]
    assert found.place.line == table.replace("\r\n", "\n").partition("c.txt")[0].count("\n") + 1


def test_the_size_of_the_table_and_of_the_file_are_told_apart(tmp_path: Path) -> None:
    report = check(laid_out(tmp_path / "filer", {"filer.csv": b"Fil;Storlek\na.txt;99\n", "a.txt": b"1234"}))
    assert [texts.message(each) for each in report.findings()] == ["Tabellen säger 99 byte, filen har 4."]


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("TABELL-FIL", b"protokoll.txt", b"protokollet.txt"),
        ("TABELL-STORLEK", b";10;", b";11;"),
        ("TABELL-SUMMA", b"Protokoll\n", b""),
        ("TABELL-DUBBLETT", b'"protokoll.txt"', b'"2014/beslut \xc3\xa5.txt"'),
        ("TABELL-RAD", b'"protokoll.txt"', b'""'),
    ],
)
def test_one_fault_in_the_table_gives_its_finding(tmp_path: Path, rule: str, old: bytes, new: bytes) -> None:
    files = dict(TABLE)
    if rule == "TABELL-SUMMA":
        files["protokoll.txt"] = b"Protokol1\n"
    else:
        files["filer.csv"] = files["filer.csv"].replace(old, new)
    found = rules(check(laid_out(tmp_path / "filer", files)))
    assert rule in found
    assert set(found) <= {rule, "TABELL-OLISTAD", "TABELL-STORLEK", "TABELL-SUMMA"}


def test_a_file_outside_the_table_is_told(tmp_path: Path) -> None:
    report = check(laid_out(tmp_path / "filer", {**TABLE, "extra.txt": b"1"}))
    assert [(group.rule, group.findings[0].place.file) for group in report.groups] == [("TABELL-OLISTAD", "extra.txt")]


def test_an_agreement_that_asks_for_a_table_misses_it(tmp_path: Path) -> None:
    folder = laid_out(tmp_path / "filer", {"a.txt": b"1"})
    assert rules(check(folder, Profile.load({"base": "file-table", "key": "ls-2"}))) == ["TABELL-SAKNAS"]


# SIARD


def siard(version: str = "2.2") -> tuple[Files, tuple[str, ...]]:
    """A database of one table with two rows, one of them with a large object of its own."""
    image = b"\x89PNG" + bytes(3000)
    digest = hashlib.sha256(image).hexdigest()
    space = "http://www.bar.admin.ch/xmlns/siard/2/metadata.xsd"
    column = "<column><name>{}</name><type>{}</type><typeOriginal>x</typeOriginal><nullable>true</nullable></column>"
    header = f"""<?xml version="1.0" encoding="utf-8"?>
<siardArchive xmlns="{space}" version="{version}"><dbname>Betyg</dbname><dataOwner>Falu kommun</dataOwner>
<dataOriginTimespan>1998-2011</dataOriginTimespan><archivalDate>2026-03-02</archivalDate>
<schemas><schema><name>BETYG</name><folder>schema0</folder><tables><table><name>ELEV</name><folder>table0</folder>
<columns>{column.format("ID", "INTEGER")}{column.format("BILD", "BINARY LARGE OBJECT(4000)")}</columns>
<rows>2</rows></table></tables></schema></schemas><users><user><name>admin</name></user></users></siardArchive>"""
    rows = f"""<?xml version="1.0" encoding="utf-8"?>
<table xmlns="http://www.bar.admin.ch/xmlns/siard/2/table.xsd"><row><c1>1</c1>
<c2 file="content/schema0/table0/lob2/record0.bin" length="{len(image)}" digestType="SHA-256" digest="{digest}"/></row>
<row><c1>2</c1></row></table>"""
    files = {
        "content/schema0/table0/table0.xml": rows.encode(),
        "content/schema0/table0/table0.xsd": b"<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'/>",
        "content/schema0/table0/lob2/record0.bin": image,
        "header/metadata.xml": header.encode(),
        "header/metadata.xsd": b"<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'/>",
    }
    return files, (f"header/siardversion/{version}",)


@pytest.mark.parametrize("version", ["2.1", "2.2"])
def test_a_database_is_recognised_and_valid(tmp_path: Path, version: str) -> None:
    report = check(zipped(tmp_path / "betyg.siard", *siard(version)))
    assert (report.profile, report.verdict, rules(report)) == ("siard", Verdict.VALID, [])


SIARD_FAULTS: dict[str, tuple[str, bytes, bytes]] = {
    "SIARD-dbname": ("header/metadata.xml", b"<dbname>Betyg</dbname>", b""),
    "SIARD-dataOwner": ("header/metadata.xml", b"<dataOwner>Falu kommun<", b"<dataOwner><"),
    "SIARD-archivalDate": ("header/metadata.xml", b"2026-03-02", b"i dag"),
    "SIARD-type": ("header/metadata.xml", b"<type>INTEGER<", b"<type>HELTAL<"),
    "SIARD-users": ("header/metadata.xml", b"<users><user><name>admin</name></user></users>", b""),
    "SIARD-OKANT": ("header/metadata.xml", b"<users>", b"<anv/><users>"),
    "SIARD-VERSION": ("header/metadata.xml", b'version="2.2"', b'version="1.0"'),
    "SIARD-RADER": ("header/metadata.xml", b"<rows>2<", b"<rows>3<"),
    "SIARD-TABELL": ("header/metadata.xml", b"table0", b"table9"),
    "SIARD-LOB": ("content/schema0/table0/lob2/record0.bin", b"PNG", b"PNF"),
    "E_XML_MALFORMED": ("content/schema0/table0/table0.xml", b"</table>", b""),
}


@pytest.mark.parametrize("rule", SIARD_FAULTS)
def test_one_fault_in_a_database_gives_its_finding(tmp_path: Path, rule: str) -> None:
    files, folders = siard()
    name, old, new = SIARD_FAULTS[rule]
    assert old in files[name]
    files[name] = files[name].replace(old, new)
    report = check(zipped(tmp_path / "betyg.siard", files, folders))
    assert (report.verdict, rules(report)) == (Verdict.FAULTY, [rule])


@pytest.mark.parametrize(
    ("rule", "gone"),
    [
        ("SIARD-SCHEMAFIL", "header/metadata.xsd"),
        ("SIARD-SCHEMAFIL", "content/schema0/table0/table0.xsd"),
        ("SIARD-LOB", "content/schema0/table0/lob2/record0.bin"),
    ],
)
def test_what_is_missing_in_a_database_is_told(tmp_path: Path, rule: str, gone: str) -> None:
    files, folders = siard()
    del files[gone]
    assert rules(check(zipped(tmp_path / "betyg.siard", files, folders))) == [rule]


LOB = b'<c2 file="content/schema0/table0/lob2/record0.bin"'
ROWS_XML, HEADER_XML = "content/schema0/table0/table0.xml", "header/metadata.xml"


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (b"<row><c1>2</c1></row>", b"<!-- <row> --><row><c1>2</c1></row>", []),
        (LOB, LOB.replace(b" ", b"\t") + b' xlength="1"', []),
        (b"</table>", b"<!-- </table>", ["E_XML_MALFORMED"]),
        (b" length=", b"\nlength=", []),
        (b"SHA-256", b"SHA256", []),
        (b"SHA-256", b"CRC32", ["SIARD-ALGORITM"]),
        (b' digestType="SHA-256"', b"", ["SIARD-ALGORITM"]),
    ],
)
def test_a_table_is_read_as_xml(tmp_path: Path, old: bytes, new: bytes, found: list[str]) -> None:
    files, folders = siard()
    assert old in files[ROWS_XML]
    files[ROWS_XML] = files[ROWS_XML].replace(old, new)
    assert rules(check(zipped(tmp_path / "a.siard", files, folders))) == found


@pytest.mark.parametrize("new", [LOB.replace(b" ", b"\t"), LOB.replace(b" ", b"\n"), LOB])
@pytest.mark.parametrize("named", [b"SHA-256", b"SHA256", b"sha-256"])
def test_a_changed_object_is_found_however_the_row_is_written(tmp_path: Path, new: bytes, named: bytes) -> None:
    files, folders = siard()
    files[ROWS_XML] = files[ROWS_XML].replace(LOB, new).replace(b"SHA-256", named)
    files["content/schema0/table0/lob2/record0.bin"] = b"\x89PNF" + bytes(3000)
    assert rules(check(zipped(tmp_path / "a.siard", files, folders))) == ["SIARD-LOB"]


def test_a_table_without_objects_must_be_well_formed_too(tmp_path: Path) -> None:
    files, folders = siard()
    files[ROWS_XML] = b"<table><row><c1>1</c1></row><row><c1>2</c1></row><oj></table>"
    assert rules(check(zipped(tmp_path / "a.siard", files, folders))) == ["E_XML_MALFORMED"]


LOB_FOLDERS = {
    ("", "content/schema0/table0/lob2"): "record0.bin",
    ("", "lob2"): "record0.bin",
    ("content", "schema0/table0/lob2"): "record0.bin",
    ("content/schema0/", "table0"): "lob2/record0.bin",
    ("content/schema0/table0/lob2", ""): "record0.bin",
}


def with_lob_folders(archive: str, column: str, name: str) -> tuple[Files, tuple[str, ...]]:
    files, folders = siard()
    header = files[HEADER_XML]
    if archive:
        header = header.replace(b"<archivalDate>", f"<lobFolder>{archive}</lobFolder><archivalDate>".encode())
    if column:
        header = header.replace(b"<name>BILD</name>", f"<name>BILD</name><lobFolder>{column}</lobFolder>".encode())
    files[HEADER_XML] = header
    files[ROWS_XML] = files[ROWS_XML].replace(b"content/schema0/table0/lob2/record0.bin", name.encode())
    return files, folders


@pytest.mark.parametrize("where", LOB_FOLDERS)
def test_an_object_lies_where_the_lob_folders_say(tmp_path: Path, where: tuple[str, str]) -> None:
    files, folders = with_lob_folders(*where, LOB_FOLDERS[where])
    assert rules(check(zipped(tmp_path / "a.siard", files, folders))) == []
    del files["content/schema0/table0/lob2/record0.bin"]
    assert rules(check(zipped(tmp_path / "b.siard", files, folders))) == ["SIARD-LOB"]


@pytest.mark.parametrize(
    "where", [("../external", ""), ("", "../external"), ("file:///srv/lobs", "lob2"), ("..", "lob2")]
)
def test_an_object_outside_the_archive_is_told_as_such(tmp_path: Path, where: tuple[str, str]) -> None:
    report = check(zipped(tmp_path / "a.siard", *with_lob_folders(*where, "record9.bin")))
    assert (report.verdict, rules(report)) == (Verdict.VALID, [])
    assert report.rules() == {"SIARD-UTANFOR"}


class Counting(ZipTree):
    """Counts how often each file is read."""

    def chunks(self, member: Member) -> Iterator[bytes]:
        read[member.path] += 1
        yield from super().chunks(member)


read: Counter[str] = Counter()


def test_an_object_that_many_rows_name_is_read_once(tmp_path: Path) -> None:
    files, folders = siard()
    cell = files[ROWS_XML].partition(b"<c2")[2].partition(b"/>")[0]
    files[ROWS_XML] = files[ROWS_XML].replace(b"</table>", b"<row><c2" + cell + b"/></row></table>")
    files[HEADER_XML] = files[HEADER_XML].replace(b"<rows>2<", b"<rows>3<")
    told: list[str] = []
    read.clear()
    with Counting(zipped(tmp_path / "a.siard", files, folders), Limits(), lambda _: None) as tree:
        Siard(tree, lambda rule, *_, **__: told.append(rule), XMLLimits()).judge()
    assert told == []
    assert read["content/schema0/table0/lob2/record0.bin"] == 1


def test_the_version_folder_ought_to_be_there_and_agree(tmp_path: Path) -> None:
    files, _ = siard()
    assert rules(check(zipped(tmp_path / "a.siard", files))) == ["SIARD-MARKE"]
    assert rules(check(zipped(tmp_path / "b.siard", files, ("header/siardversion/2.1",)))) == ["SIARD-MARKE"]


def test_a_digest_over_the_primary_data_is_proven(tmp_path: Path) -> None:
    files, folders = siard()
    path = zipped(tmp_path / "a.siard", {name: files[name] for name in files if name.startswith("content")}, ())
    with zipfile.ZipFile(path) as archive:
        ends = archive.start_dir
    digest = hashlib.sha256(path.read_bytes()[:ends]).hexdigest().upper()
    told = f"<messageDigest><digestType>SHA-256</digestType><digest>{digest}</digest></messageDigest><schemas>"
    files["header/metadata.xml"] = files["header/metadata.xml"].replace(b"<schemas>", told.encode())
    ordered = {name: files[name] for name in files}
    with zipfile.ZipFile(tmp_path / "b.siard", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in ordered.items():
            archive.writestr(zipfile.ZipInfo(name), data)
        archive.writestr(zipfile.ZipInfo(folders[0] + "/"), b"")
    assert rules(check(tmp_path / "b.siard")) == []
    files["header/metadata.xml"] = files["header/metadata.xml"].replace(digest.encode(), b"0" * 64)
    zipped(tmp_path / "c.siard", files)
    assert "SIARD-PRIMARDATA" in rules(check(tmp_path / "c.siard"))


def test_a_database_inside_a_package_is_judged_where_it_lies(tmp_path: Path) -> None:
    from archive.packages import build

    files, folders = siard()
    files["header/metadata.xml"] = files["header/metadata.xml"].replace(b"<rows>2<", b"<rows>3<")
    source = build.SourceFile("betyg.siard", zipped(tmp_path / "x.siard", files, folders).read_bytes())
    about = samples.description(content="Databases")
    kinds: list[build.ContainerKind] = ["tar", "folder", "zip"]
    for kind in kinds:
        built = build.sip(tmp_path / kind, files=[source], description=about, created=samples.CREATED, container=kind)
        report = check(built.path)
        found = [(group.rule, group.findings[0].place.file) for group in report.groups]
        if kind == "zip":
            assert found == [("SIARD-INUTI", "content/betyg.siard")]
        else:
            assert found == [("SIARD-RADER", "content/betyg.siard/content/schema0/table0/table0.xml")]


def test_nothing_we_know_is_still_a_package_without_mets(tmp_path: Path) -> None:
    report = check(laid_out(tmp_path / "x", {"a.txt": b"1", "b.txt": b"2"}))
    assert "SK-METS-MISSING" in rules(report)


def test_a_database_that_is_no_zip_is_told(tmp_path: Path) -> None:
    from archive.packages import build

    source = build.SourceFile("betyg.siard", b"7z\xbc\xaf\x27\x1c" + bytes(500))
    about = samples.description(content="Databases")
    built = build.sip(tmp_path / "p.tar", files=[source], description=about, created=samples.CREATED)
    assert rules(check(built.path)) == ["SIARD-STRUKTUR"]


@pytest.mark.parametrize("kind", ["zip", "tar.gz", "tar"])
def test_a_delivered_zip_that_lies_compressed_is_told(tmp_path: Path, kind: str) -> None:
    folder = delivery(tmp_path / "d")
    files = {file.name: file.read_bytes() for file in folder.iterdir()}
    report = check(specimens.packed(files, tmp_path, kind))
    assert (report.profile, report.facts.cases) == ("delivery-note", 0 if kind != "tar" else 1)
    assert ("LB-INUTI" in report.rules()) == (kind != "tar")
