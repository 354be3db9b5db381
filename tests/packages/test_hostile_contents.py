"""Metadata that means harm, or is only broken: always a report, never a crash, in bounded memory."""

import json
import random
import tracemalloc
from pathlib import Path

import pytest

from archive.packages import texts
from archive.packages.check import check
from archive.packages.limits import Limits
from archive.packages.report import Verdict
from tests.packages import samples, specimens
from tests.packages.test_without_mets import TABLE, bag, delivery, laid_out, rules, siard, zipped

SEEDS = range(60)


def mangled(data: bytes, seed: int) -> bytes:
    """One to three bites taken out, put in twice, or changed."""
    chance = random.Random(seed)
    out = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(out))
        size = chance.choice((1, 1, 2, 7, 40, 400))
        what = chance.randrange(5)
        if what == 0:
            del out[at : at + size]
        elif what == 1:
            out[at:at] = out[at : at + size]
        elif what == 2:
            out[at : at + size] = bytes(chance.randrange(256) for _ in range(min(size, 8)))
        elif what == 3:
            out[at:at] = chance.choice(
                (b"<", b">", b"&", b'"', b"\0", b"<!DOCTYPE x>", b"]]>", b"\xff\xfe", b"<a>" * 300)
            )
        else:
            out[at : at + size] = out[at : at + size].swapcase()
    return bytes(out)


@pytest.mark.parametrize("seed", SEEDS)
def test_mangled_case_metadata_ends_in_a_report(tmp_path: Path, seed: int) -> None:
    make, name = (samples.fgs, "metadata/arenden.xml") if seed % 2 else (samples.eark, "metadata/descriptive/erms.xml")
    folder = make(tmp_path / "p", "folder").path
    (folder / name).write_bytes(mangled((folder / name).read_bytes(), seed))
    assert check(folder).verdict in (Verdict.FAULTY, Verdict.VALID)


@pytest.mark.parametrize("seed", SEEDS)
def test_mangled_lists_end_in_a_report(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    folder = tmp_path / "p"
    if seed % 3 == 0:
        files = bag()
        name = chance.choice([name for name in files if not name.startswith("data")])
        laid_out(folder, files | {name: mangled(files[name], seed)})
    elif seed % 3 == 1:
        laid_out(folder, TABLE | {"filer.csv": mangled(TABLE["filer.csv"], seed)})
    else:
        note = delivery(folder) / "leverans.json"
        note.write_bytes(mangled(note.read_bytes(), seed))
    assert check(folder).verdict in (Verdict.FAULTY, Verdict.VALID)


@pytest.mark.parametrize("seed", SEEDS)
def test_mangled_databases_end_in_a_report(tmp_path: Path, seed: int) -> None:
    files, folders = siard()
    if seed % 2:
        name = random.Random(seed).choice(list(files))
        path = zipped(tmp_path / "p.siard", files | {name: mangled(files[name], seed)}, folders)
    else:
        path = zipped(tmp_path / "p.siard", files, folders)
        path.write_bytes(mangled(path.read_bytes(), seed))
    assert check(path).verdict in (Verdict.FAULTY, Verdict.VALID, Verdict.UNREADABLE)


def test_a_note_nested_without_end_is_no_note(tmp_path: Path) -> None:
    folder = delivery(tmp_path / "p")
    (folder / "leverans.json").write_bytes(b'{"leveransfil": ' + b"[" * 200_000)
    assert rules(check(folder)) == ["LB-JSON"]


def test_a_note_that_is_a_list_is_no_note(tmp_path: Path) -> None:
    folder = delivery(tmp_path / "p")
    (folder / "leverans.json").write_text(json.dumps(['"leveransfil"', {"leveransfil": 1}]), "utf-8")
    assert rules(check(folder)) == ["LB-JSON"]


def peak(path: Path) -> int:
    tracemalloc.start()
    check(path)
    top = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return top


def test_a_manifest_without_line_ends_does_not_fill_the_memory(tmp_path: Path) -> None:
    files = bag() | {"manifest-sha512.txt": b"0" * 40_000_000}
    assert peak(laid_out(tmp_path / "p", files)) < 25_000_000


def test_a_table_of_one_endless_cell_does_not_fill_the_memory(tmp_path: Path) -> None:
    files = {"filer.csv": b"Fil;Titel\n" + b'"' + b"x" * 40_000_000, "a.txt": b"1"}
    assert peak(laid_out(tmp_path / "p", files)) < 25_000_000


@pytest.mark.load
def test_elements_with_ever_new_names_do_not_fill_the_memory(tmp_path: Path) -> None:
    def with_names(count: int) -> Path:
        folder = samples.fgs(tmp_path / str(count), "folder").path
        names = "".join(f"<n{number}/>" for number in range(count))
        file = folder / "metadata/arenden.xml"
        file.write_text(file.read_text("utf-8").replace("<Klass>", names + "<Klass>", 1), "utf-8")
        return folder

    assert peak(with_names(60_000)) < peak(with_names(6_000)) + 4_000_000


def test_a_database_path_that_climbs_is_not_followed(tmp_path: Path) -> None:
    files, folders = siard()
    name = "content/schema0/table0/table0.xml"
    files[name] = files[name].replace(b"content/schema0/table0/lob2/record0.bin", b"../../../../etc/hostname")
    assert rules(check(zipped(tmp_path / "p.siard", files, folders))) == ["SIARD-LOB"]


LIMITS = [
    ({"max_xml_depth": 3}, "Elementen ligger djupare än gränsen, 3 nivåer."),
    ({"max_xml_attributes_per_element": 2}, "Ett element har fler attribut än gränsen, 2."),
    ({"max_xml_bytes": 100}, "Filen är större än gränsen, 100 byte."),
    ({"max_mets_files": 1}, "METS har fler filposter än gränsen, 1."),
    ({"max_mets_documents": 1}, "Paketet har fler METS-dokument än gränsen, 1."),
]


@pytest.mark.parametrize(("limit", "said"), LIMITS)
def test_every_limit_of_xml_holds_and_is_told(tmp_path: Path, limit: dict[str, int], said: str) -> None:
    path = specimens.packed(specimens.eark_with_representation_mets(), tmp_path)
    assert check(path).verdict == Verdict.VALID
    report = check(path, limits=Limits.from_mapping(limit))
    assert report.verdict == Verdict.FAULTY
    assert said in [texts.message(finding) for finding in report.findings() if finding.rule == "E_XML_LIMIT"]


BROKEN = {
    "<mets>": "Filen tar slut inne i ett element; den är troligen avbruten.",
    "<mets></mats>": "Ett element avslutas med ett annat namn än det började med.",
    "<p:mets/>": "Ett namn har ett prefix utan namnrymd (xmlns).",
    "{}": "Filen innehåller inget XML-element.",
    " ": "Filen innehåller inget XML-element.",
    "": "Filen innehåller inget XML-element.",
    "<mets>" * 300: "Elementen ligger djupare än gränsen, 256 nivåer.",
    "<mets a='<'/>": "Filen går inte att läsa som XML. XML-läsaren säger, på engelska: "
    "”Unescaped '<' not allowed in attributes values, line 1, column 10”.",
    "<?xml version='1.0' encoding='windows-1252'?><mets/>": "Filen är i windows-1252, som inte läses här.",
}


@pytest.mark.parametrize("mets", BROKEN)
def test_broken_xml_is_told_in_the_readers_language(tmp_path: Path, mets: str) -> None:
    report = check(specimens.packed(specimens.fgs(lambda _: mets), tmp_path))
    assert BROKEN[mets] in [texts.message(finding) for finding in report.findings()]
    assert report.profile == "fgs-1.2"


def test_what_a_package_says_of_itself_is_kept_short(tmp_path: Path) -> None:
    agent = f'<agent ROLE="EDITOR" TYPE="ORGANIZATION"><name>{"x" * 9000}</name>' + f"<note>{'y' * 9000}</note>" * 20
    many = (agent + "</agent>") * 200 + f'<altRecordID TYPE="SUBMISSIONAGREEMENT">{"z" * 9000}</altRecordID>' * 200
    path = specimens.packed(specimens.fgs(lambda mets: mets.replace("</metsHdr>", many + "</metsHdr>")), tmp_path)
    facts = check(path).facts
    assert (len(facts.agents), len(facts.agents[-1].name), len(facts.agents[-1].codes)) == (100, 1000, 10)
    assert (len(facts.agreements), max(map(len, facts.agreements)), max(map(len, facts.codes))) == (100, 1000, 1000)
