"""Good packages are found good, however they are packed."""

import hashlib
from pathlib import Path

import pytest

from archive.packages.check import Progress, check
from archive.packages.fixity import Content
from archive.packages.report import Report, Severity, Verdict
from tests.packages import specimens

KINDS = ("folder", "tar", "tar.gz", "zip")


@pytest.mark.parametrize("kind", KINDS)
def test_fgs_1_2_is_valid(tmp_path: Path, kind: str) -> None:
    report = check(specimens.packed(specimens.fgs(), tmp_path, kind))
    assert (report.verdict, report.profile, report.rules()) == (Verdict.VALID, "fgs-1.2", set())
    assert report.facts.creator == "Miljönämnden"
    assert report.facts.agreements == ("MN 2024-0001; 2024-01-15",)
    assert report.facts.codes == ("ORG:2120002239",)
    assert report.facts.files == 3


@pytest.mark.parametrize("kind", KINDS)
def test_e_ark_sip_with_everything_lacks_only_what_a_representation_ought_to_have(tmp_path: Path, kind: str) -> None:
    """A METS and metadata of its own, which are a SHOULD."""
    report = check(specimens.packed(specimens.eark(), tmp_path, kind))
    assert (report.verdict, report.profile) == (Verdict.VALID, "e-ark-sip-2.1.0")
    assert report.rules() == {"CSIPSTR12", "CSIPSTR13"}


@pytest.mark.parametrize("kind", KINDS)
def test_representation_with_its_own_mets_is_valid(tmp_path: Path, kind: str) -> None:
    report = check(specimens.packed(specimens.eark_with_representation_mets(), tmp_path, kind))
    assert [group for group in report.groups if group.severity == Severity.ERROR] == []


def test_fgs_zip_without_root_folder_is_valid(tmp_path: Path) -> None:
    assert check(specimens.packed(specimens.fgs(), tmp_path, "zip", root="")).verdict == Verdict.VALID


def test_names_in_nfd_are_found_by_mets_in_nfc(tmp_path: Path) -> None:
    files = {path.replace("å", "a\u030a"): data for path, data in specimens.fgs().items()}
    assert check(specimens.packed(files, tmp_path)).verdict == Verdict.VALID


@pytest.mark.parametrize("encoding", ["cp437", "cp850", "utf-8"])
def test_zip_names_without_the_utf_8_flag_are_read_as_mets_spells_them(tmp_path: Path, encoding: str) -> None:
    members = [
        (path.encode() if path.isascii() else path.encode(encoding), data, {"flags": 0})
        for path, data in specimens.fgs().items()
    ]
    path = tmp_path / "paket.zip"
    path.write_bytes(specimens.zip_of(*members))  # type: ignore[arg-type]
    assert check(path).verdict == Verdict.VALID


def unflagged(files: specimens.Files, root: str, encoding: str, place: Path) -> Path:
    """A zip whose names are in another encoding and say nothing of it."""
    path = place / "paket.zip"
    members = [((root + name).encode(encoding), data, {"flags": 0}) for name, data in files.items()]
    path.write_bytes(specimens.zip_of(*members))  # type: ignore[arg-type]
    return path


@pytest.mark.parametrize("encoding", ["cp437", "cp850", "utf-8"])
def test_a_zip_without_the_utf_8_flag_may_have_a_root_of_any_name(tmp_path: Path, encoding: str) -> None:
    for content in (specimens.FGS_CONTENT, {"content/a.txt": b"a"}):
        files = {"sip.xml": specimens.fgs_mets(content).encode(), **content}
        assert check(unflagged(files, "Örebro/", encoding, tmp_path)).verdict == Verdict.VALID


@pytest.mark.parametrize("encoding", ["cp850", "utf-8"])
def test_names_that_the_mets_of_a_representation_lists_are_read_too(tmp_path: Path, encoding: str) -> None:
    files = specimens.eark_with_representation_mets(
        change_inner=lambda mets: mets.replace('href="data/protokoll.txt"', 'href="data/protokoll%20%C3%A5.txt"')
    )
    below = "representations/rep1/data/"
    files[below + "protokoll å.txt"] = files.pop(below + "protokoll.txt")
    assert check(unflagged(files, "paket-1/", encoding, tmp_path)).verdict == Verdict.VALID


def test_names_in_nfd_without_the_utf_8_flag_are_found_too(tmp_path: Path) -> None:
    files = {path.replace("å", "a\u030a"): data for path, data in specimens.fgs().items()}
    assert check(unflagged(files, "paket-1/", "utf-8", tmp_path)).verdict == Verdict.VALID


def test_a_file_that_mets_does_not_list_does_not_hide_the_encoding_of_the_others(tmp_path: Path) -> None:
    report = check(unflagged(specimens.fgs() | {"content/3/bilaga ä.txt": b"x"}, "paket-1/", "cp850", tmp_path))
    found = [(found.rule, found.place.file) for found in report.findings() if found.severity == Severity.ERROR]
    assert found == [("SK-FILE-UNLISTED", "content/3/bilaga ä.txt")]


def test_a_name_that_mets_lists_in_two_encodings_is_refused(tmp_path: Path) -> None:
    """One byte is å in CP850 and † in CP1252."""
    mets = specimens.fgs_mets({"content/å.txt": b"x", "content/†.txt": b"x"})
    files = {"sip.xml": mets.encode(), "content/å.txt": b"x"}
    assert "E_ARCHIVE_NAME_ENCODING" in check(unflagged(files, "paket-1/", "cp850", tmp_path)).rules()


@pytest.mark.parametrize(
    ("name", "algorithm"),
    [("MD5", "md5"), ("SHA-1", "sha1"), ("SHA-256", "sha256"), ("SHA-384", "sha384"), ("SHA-512", "sha512")],
)
def test_all_usual_digests_are_verified_in_any_case(tmp_path: Path, name: str, algorithm: str) -> None:
    data = specimens.FGS_CONTENT["content/1/beslut.pdf"]
    good = specimens.sums(data, algorithm, name)
    digest = good.split('CHECKSUM="')[1].split('"')[0]
    before = specimens.sums(data)
    for written in (good, good.replace(digest, digest.upper()), good.replace(digest, f" {digest} ")):
        files = specimens.fgs(lambda mets, written=written: mets.replace(before, written))  # type: ignore[misc]
        report = check(specimens.packed(files, tmp_path))
        assert report.verdict == Verdict.VALID
    wrong = good.replace(digest, ("0" if digest[0] != "0" else "1") + digest[1:])
    report = check(specimens.packed(specimens.fgs(lambda mets: mets.replace(before, wrong)), tmp_path))
    assert "FGS12-CHECKSUM" in report.rules()


def test_an_empty_file_is_a_record_too(tmp_path: Path) -> None:
    content = {**specimens.FGS_CONTENT, "content/3/tom.txt": b""}
    files = {"sip.xml": specimens.fgs_mets(content).encode(), **content}
    assert check(specimens.packed(files, tmp_path)).verdict == Verdict.VALID


def test_report_survives_json_and_is_the_same_twice(tmp_path: Path) -> None:
    path = specimens.packed(specimens.eark(lambda mets: mets.replace(' ID="D1"', "")), tmp_path)
    first, second = check(path), check(path)
    assert first.compared() == second.compared()
    assert Report.from_json(first.to_json()) == first


def test_content_is_told_with_its_digest_and_its_place_in_the_tar(tmp_path: Path) -> None:
    path = specimens.packed(specimens.eark(), tmp_path)
    told: list[Content] = []
    check(path, collect=told.append)
    whole = path.read_bytes()
    assert {each.path for each in told} == set(specimens.eark())
    for each in told:
        assert each.offset is not None
        data = whole[each.offset : each.offset + each.size]
        assert data == specimens.eark()[each.path]
        assert each.sha256 == hashlib.sha256(data).hexdigest()


def test_progress_reaches_the_end_and_can_cancel(tmp_path: Path) -> None:
    path = specimens.packed(specimens.eark(), tmp_path)
    seen: list[Progress] = []
    check(path, progress=seen.append)
    assert seen[0].stage == "container"
    assert seen[-1].bytes_done == seen[-1].bytes_total > 0

    class Cancelled(Exception):
        pass

    def cancel(_: object) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        check(path, progress=cancel)
