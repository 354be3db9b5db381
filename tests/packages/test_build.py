"""Packages made by the engine: found without fault by its own check, the same bytes each time, in flat memory."""

import hashlib
import subprocess
import tarfile
import tracemalloc
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.packages import build, erms, premis
from archive.packages.build import SUBMISSION, SourceFile
from archive.packages.check import check
from archive.packages.container import open_package
from archive.packages.erms import Attachment
from archive.packages.ledger import PathTaken
from archive.packages.packing import SizeChanged, TarPacker, ZipPacker
from archive.packages.report import Report, Severity
from archive.packages.workbench import plain_path, stored_path
from archive.packages.xmlwriter import NotXML
from tests.packages import samples

OBJID = "uuid-0f2a7c1e-3b54-4c8e-9d3f-0a1b2c3d4e5f"
"""A package that is a folder bears its name."""
KINDS: list[build.ContainerKind] = ["tar", "zip", "folder"]
SPECIFICATIONS = [samples.fgs, samples.eark]


def complaints(report: Report) -> list[str]:
    """Errors and warnings; that something optional was left out is only information."""
    said = [group for group in report.groups if group.severity != Severity.INFO]
    return [f"{group.rule} {group.severity} {group.findings[0].place.file}" for group in said]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("make", SPECIFICATIONS)
def test_a_built_submission_has_no_fault(tmp_path: Path, make: type, kind: build.ContainerKind) -> None:
    report = check(make(tmp_path / OBJID, kind).path)
    assert (report.verdict, complaints(report)) == ("VALID", [])


@pytest.mark.parametrize("profile", ["fgs-1.2", "e-ark-sip-2.1.0"])
def test_a_submission_without_cases_has_no_fault(tmp_path: Path, profile: str) -> None:
    built = build.sip(
        tmp_path / "package.tar",
        profile=profile,
        files=samples.files(),
        description=samples.description(archive=None, contact=None),
        created=samples.CREATED,
    )
    assert complaints(check(built.path)) == []


def test_a_built_dissemination_package_has_no_fault(tmp_path: Path) -> None:
    built = build.dip(
        tmp_path / "dip.zip",
        files=samples.files(),
        cases=samples.cases(),
        description=samples.description(),
        created=samples.CREATED,
    )
    report = check(built.path)
    assert (report.profile, complaints(report)) == ("e-ark-dip-2.1.0", [])


@pytest.mark.parametrize("kind", ["tar", "zip"])
@pytest.mark.parametrize("make", SPECIFICATIONS)
def test_equal_input_gives_equal_bytes(tmp_path: Path, make: type, kind: build.ContainerKind) -> None:
    one, two = make(tmp_path / "one", kind), make(tmp_path / "two", kind)
    assert one.path.read_bytes() == two.path.read_bytes()
    assert one.sha256 == two.sha256 == hashlib.sha256(one.path.read_bytes()).hexdigest()
    assert one.size == one.path.stat().st_size


def test_the_date_of_creation_is_all_that_time_changes(tmp_path: Path) -> None:
    later = datetime(2027, 1, 1, tzinfo=UTC)
    built = [
        build.sip(
            tmp_path / f"{name}.tar", files=samples.files(), description=samples.description(), created=created
        ).sha256
        for name, created in (("a", samples.CREATED), ("b", later))
    ]
    assert built[0] != built[1]


def test_other_programs_read_the_containers(tmp_path: Path) -> None:
    samples.eark(tmp_path / "eark.tar")
    samples.eark(tmp_path / "eark.zip", "zip")
    listed = subprocess.run(["tar", "tf", tmp_path / "eark.tar"], capture_output=True, text=True, check=True).stdout
    with zipfile.ZipFile(tmp_path / "eark.zip") as archive:
        assert archive.testzip() is None
        names = archive.namelist()
    with tarfile.open(tmp_path / "eark.tar") as other:
        assert [member.name for member in other] == names
        assert {(member.uid, member.mode, member.uname) for member in other} == {(0, 0o644, "")}
    assert len(listed.splitlines()) == len(names)


def test_the_cases_name_the_files_as_they_lie_in_the_package(tmp_path: Path) -> None:
    for path, metadata in (
        (samples.fgs(tmp_path / "fgs.tar").path, "metadata/arenden.xml"),
        (samples.eark(tmp_path / "eark.tar").path, "metadata/descriptive/erms.xml"),
    ):
        with open_package(path) as tree:
            member = tree.find(metadata)
            assert member is not None
            specification = erms.specification_of(tree.chunks(member))
            assert specification is not None
            found = [
                erms.locate(file, metadata, lambda name: tree.find(name) is not None)
                for case in erms.read(tree.chunks(member), specification)
                if isinstance(case, erms.Case)
                for document in case.documents
                for file in document.files
            ]
            assert len(found) == 4
            assert None not in found


def test_fgs_names_lose_their_letters_but_not_their_origin(tmp_path: Path) -> None:
    path = samples.fgs(tmp_path / "fgs", "folder").path
    assert (path / "content/2014/Ansokan_om_avlopp.pdf").is_file()
    assert 'ext:ORIGINALFILENAME="Ansökan om avlopp.pdf"' in (path / "sip.xml").read_text("utf-8")


def test_two_names_that_become_one_are_told_apart() -> None:
    taken = {"a/ol.pdf", "a/ol-2.pdf", "a.b/ol"}
    assert plain_path("a/öl.pdf") == "a/ol.pdf"
    assert stored_path("a/öl.pdf", taken.__contains__) == "a/ol-3.pdf"
    assert stored_path("a.b/öl", taken.__contains__) == "a.b/ol-2"


def test_colliding_names_are_still_found_by_their_case(tmp_path: Path) -> None:
    files = [SourceFile("öl.txt", b"1"), SourceFile("ol.txt", b"22")]
    case = samples.cases()[0]
    case = replace(case, files=(Attachment("öl.txt"), Attachment("ol.txt")), documents=())
    built = build.sip(
        tmp_path / "p.tar", files=files, cases=[case], description=samples.description(), created=samples.CREATED
    )
    with open_package(built.path) as tree:
        member = tree.find("metadata/arenden.xml")
        assert member is not None
        (found,) = erms.read(tree.chunks(member), erms.Specification.FGS_1_0)
    assert [(file.link, file.size) for file in found.files] == [("content/ol.txt", "1"), ("content/ol-2.txt", "2")]


# The archival package


def aip(tmp_path: Path, submission: Path, name: str = "aip.tar", **more: object) -> build.BuiltAIP:
    return build.aip(
        tmp_path / name,
        submission=submission,
        description=samples.description("uuid-5d0c2a52-aip"),
        created=samples.CREATED,
        **more,  # type: ignore[arg-type]
    )


def gzipped(path: Path) -> Path:
    subprocess.run(["gzip", "-n", path], check=True)
    return path.with_name(path.name + ".gz")


@pytest.mark.parametrize("kind", ["tar", "zip", "folder", "tar.gz"])
@pytest.mark.parametrize("make", SPECIFICATIONS)
def test_each_document_is_one_range_of_bytes(tmp_path: Path, make: type, kind: str) -> None:
    submission = make(tmp_path / "sip.tar", kind.removesuffix(".gz")).path
    if kind == "tar.gz":
        submission = gzipped(submission)
    built = aip(tmp_path, submission)
    data = built.path.read_bytes()
    assert hashlib.sha256(data).hexdigest() == built.sha256
    assert len(data) == built.size
    seen = {}
    for member in built.members:
        piece = data[member.offset : member.offset + member.size]
        assert hashlib.sha256(piece).hexdigest() == member.sha256
        if member.submission_path:
            seen[member.submission_path] = piece
    with open_package(submission) as tree:
        assert seen == {member.path: b"".join(tree.chunks(member)) for member in tree.members()}


@pytest.mark.parametrize("make", SPECIFICATIONS)
def test_an_archival_package_has_no_fault(tmp_path: Path, make: type) -> None:
    built = aip(tmp_path, make(tmp_path / "sip.zip", "zip").path)
    report = check(built.path)
    assert (report.profile, report.verdict, complaints(report)) == ("e-ark-aip-2.2.0", "VALID", [])


def test_the_same_submission_gives_the_same_archival_package(tmp_path: Path) -> None:
    submission = samples.eark(tmp_path / "sip.tar").path
    assert aip(tmp_path, submission, "one.tar").sha256 == aip(tmp_path, submission, "two.tar").sha256


def test_what_the_submission_came_in_is_recorded(tmp_path: Path) -> None:
    sip = samples.eark(tmp_path / "leverans.zip", "zip")
    built = aip(tmp_path, sip.path)
    with open_package(built.path) as tree:
        member = tree.find("representations/submission/metadata/preservation/premis.xml")
        assert member is not None
        whole, *files = premis.read(tree.chunks(member))
    assert isinstance(whole, premis.Object)
    properties = dict(whole.properties)
    assert properties["levererad fil"] == "leverans.zip"
    assert properties["levererad fil, SHA-256"] == sip.sha256
    assert properties["rotmapp i den levererade filen"] == samples.description().folder
    assert len(files) == sum(1 for member in built.members if member.submission_path)
    assert {each.identifier.value for each in files if isinstance(each, premis.Object)} == {
        member.object_id for member in built.members if member.submission_path
    }


def test_events_agents_and_formats_are_kept(tmp_path: Path) -> None:
    archivist = premis.Agent(premis.Identifier("a-1", "local"), "Arkivarie, Falun", "person")
    event = premis.Event(
        premis.Identifier("e-1", "local"), "validation", "2026-03-02T09:30:00+00:00", outcome="success"
    )
    pdf = premis.Format("PDF", "1.4", "fmt/18")
    built = aip(
        tmp_path,
        samples.fgs(tmp_path / "sip.tar").path,
        events=[event],
        agents=[archivist],
        formats=lambda path: pdf if path.endswith(".pdf") else None,
    )
    with open_package(built.path) as tree:
        package = tree.find("metadata/preservation/premis.xml")
        assert package is not None
        kept = list(premis.read(tree.chunks(package)))
        representation = tree.find("representations/submission/metadata/preservation/premis.xml")
        assert representation is not None
        objects = [each for each in premis.read(tree.chunks(representation)) if isinstance(each, premis.Object)]
    assert [each.outcome for each in kept if isinstance(each, premis.Event)] == ["success"]
    assert "Arkivarie, Falun" in [each.name for each in kept if isinstance(each, premis.Agent)]
    assert sum(each.format == pdf for each in objects) == 2


def test_the_readme_says_whose_records_these_are(tmp_path: Path) -> None:
    built = aip(tmp_path, samples.fgs(tmp_path / "sip.tar").path)
    with tarfile.open(built.path) as archive:
        file = archive.extractfile(built.root + "README.txt")
        assert file is not None
        words = file.read().decode()
    for fact in ("Falu kommun", samples.FALUN_CODE, "KS 2025/0117", "uuid-5d0c2a52-aip", "sip.tar"):
        assert fact in words


def test_the_finished_list_of_members_can_be_walked_twice(tmp_path: Path) -> None:
    built = aip(tmp_path, samples.fgs(tmp_path / "sip.tar").path)
    assert list(built.members) == list(built.members)
    assert len(built) == len(list(built.members))


# What goes wrong


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_changes_size_while_it_is_read_leaves_nothing(tmp_path: Path, kind: build.ContainerKind) -> None:
    files = [SourceFile("a.txt", lambda: [b"123"], size=4)]
    with pytest.raises(SizeChanged, match=r"a\.txt"):
        build.sip(
            tmp_path / "p", files=files, description=samples.description(), created=samples.CREATED, container=kind
        )
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("kind", KINDS)
def test_stopping_half_way_leaves_nothing(tmp_path: Path, kind: build.ContainerKind) -> None:
    def stop(files: int, size: int) -> None:
        if files == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build.sip(
            tmp_path / "p",
            files=samples.files(),
            description=samples.description(),
            created=samples.CREATED,
            container=kind,
            progress=stop,
        )
    assert leftovers(tmp_path) == []


def test_a_case_that_names_an_unknown_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(build.UnknownFile, match=r"Ans\S+kan om avlopp"):
        build.sip(
            tmp_path / "p.tar",
            files=samples.files()[1:],
            cases=samples.cases(),
            description=samples.description(),
            created=samples.CREATED,
        )
    assert leftovers(tmp_path) == []


def test_a_name_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PathTaken):
        build.sip(
            tmp_path / "p.tar",
            profile="e-ark-sip-2.1.0",
            files=[SourceFile("a", b""), SourceFile("a", b"")],
            description=samples.description(),
            created=samples.CREATED,
        )


def test_a_character_that_xml_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotXML, match=r"U\+0001"):
        build.sip(
            tmp_path / "p.tar",
            files=samples.files(),
            description=samples.description(label="Ärenden\x01"),
            created=samples.CREATED,
        )


def test_an_unknown_profile_or_container_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"fgs-1\.2"):
        build.sip(tmp_path / "p", profile="x", files=[], description=samples.description(), created=samples.CREATED)
    with pytest.raises(ValueError, match="tar, zip, folder"):
        samples.fgs(tmp_path / "p", "7z")  # type: ignore[arg-type]


def test_a_function_as_source_must_say_its_size() -> None:
    with pytest.raises(ValueError, match="how large"):
        SourceFile("a", lambda: [b""]).length()


# Containers


def test_long_and_swedish_names_survive_the_tar(tmp_path: Path) -> None:
    names = ["å" * 60 + ".txt", "/".join(["mapp" * 10] * 5) + "/fil.txt", "x" * 100, "y" * 101, "ä/ö.txt"]
    with TarPacker(tmp_path / "t.tar", samples.CREATED) as packer:
        for name in names:
            packer.add(name, 1, [b"1"])
        packer.finish()
    with tarfile.open(tmp_path / "t.tar") as other:
        assert other.getnames() == names
    with open_package(tmp_path / "t.tar") as tree:
        assert [tree.root + member.path for member in tree.members()] == names


def test_a_size_beyond_eight_gibibytes_goes_into_a_pax_record(tmp_path: Path) -> None:
    packer = TarPacker(tmp_path / "t.tar", samples.CREATED)
    headers = packer._headers("stor.bin", 9 * 1024**3)
    packer.abandon()
    assert b"17 size=9663676416\n"[3:] in headers
    assert len(headers) == 3 * 512
    assert tarfile.TarInfo.frombuf(headers[:512], "utf-8", "strict").type == b"x"


def test_more_files_than_a_plain_zip_can_count(tmp_path: Path) -> None:
    with ZipPacker(tmp_path / "z.zip", samples.CREATED) as packer:
        for number in range(65_600):
            packer.add(f"{number % 100}/{number}", 0, [])
        packer.finish()
    with open_package(tmp_path / "z.zip") as tree:
        assert len(tree) == 65_600
    with zipfile.ZipFile(tmp_path / "z.zip") as other:
        assert len(other.namelist()) == 65_600


def test_what_a_killed_process_left_behind_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / ".p.part").mkdir()
    (tmp_path / ".p.part" / "half").write_text("x")
    assert check(samples.fgs(tmp_path / "p", "folder").path).verdict == "VALID"


@pytest.mark.load
@pytest.mark.parametrize("profile", ["fgs-1.2", "e-ark-sip-2.1.0"])
def test_memory_does_not_grow_with_the_number_of_files(tmp_path: Path, profile: str) -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        built = build.sip(
            tmp_path / f"{profile}-{count}.tar",
            profile=profile,
            files=samples.many(count, 100),
            cases=samples.many_cases(count),
            description=samples.description(),
            created=samples.CREATED,
        )
        archived = aip(tmp_path, built.path, f"aip-{count}.tar")
        assert len(archived) > count
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    assert peak(3000) < peak(500) + 1_000_000


def test_files_in_a_folder_come_in_a_fixed_order(tmp_path: Path) -> None:
    for name in ("b/2.txt", "a.txt", "b/1.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "link").symlink_to("/etc/hostname")
    assert [file.path for file in build.files_in(tmp_path)] == ["a.txt", "b/1.txt", "b/2.txt"]


def test_object_identities_never_change() -> None:
    assert build.object_id("uuid-1", SUBMISSION + "a.pdf") == "bb4976a2-e325-56a0-a697-d0df4b2f29fe"
