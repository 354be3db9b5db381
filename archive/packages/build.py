"""Packages made by the engine itself: a SIP from files and a table of cases, an AIP from a submission, a DIP.

Equal input gives equal bytes (dates are parameters), memory is flat in the number of files, and nothing stands under
the target's name before it is whole.

The archival package (AIP) is an E-ARK AIP in one uncompressed tar, which explains itself without this program:

    <OBJID>/README.txt                                what this is, in plain Swedish
    <OBJID>/representations/submission/data/…         the submission: every file as it came, byte by byte
    <OBJID>/representations/submission/metadata/…     PREMIS: identity, digest and format of each of these files
    <OBJID>/representations/submission/METS.xml       all of them with digest and size
    <OBJID>/metadata/preservation/premis.xml          the package, its events, agents and rights
    <OBJID>/METS.xml                                  whose it is, under which agreement, and where the rest is

The submission is unpacked rather than kept as one file, so that every document is one range of bytes in the tar. What
it came in (name, size, SHA-256 of the zip or tar) is recorded in PREMIS; its top folder, if it had one, likewise.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple

from archive.packages import erms_cits_writer, erms_fgs_writer, mets_writer, premis, readme
from archive.packages.container import Tree, open_package
from archive.packages.description import Agreement, Organisation, PackageDescription, System
from archive.packages.eark_package import EarkPackage, maker, object_id, representation
from archive.packages.erms import Attachment, Case, Document
from archive.packages.ledger import Ledger
from archive.packages.limits import Limits
from archive.packages.mets_writer import MetadataFile, PackageType
from archive.packages.packing import digest_of
from archive.packages.workbench import Progress, SourceFile, Workbench, plain_path, stored_path

__all__ = [
    "SUBMISSION",
    "Agreement",
    "Built",
    "BuiltAIP",
    "Organisation",
    "PackageDescription",
    "Received",
    "SourceFile",
    "StoredMember",
    "System",
    "UnknownFile",
    "aip",
    "dip",
    "files_in",
    "object_id",
    "sip",
]
FGS_1_2 = "fgs-1.2"
EARK_SIP = "e-ark-sip-2.1.0"
SUBMISSION = "representations/submission/data/"
ContainerKind = Literal["tar", "zip", "folder"]
Formats = Callable[[str], premis.Format | None]


class UnknownFile(ValueError):
    """A case names a file that is not among the files of the package."""


class Built(NamedTuple):
    path: Path
    sha256: str | None
    """None for a folder, which has no digest of its own."""
    size: int


class StoredMember(NamedTuple):
    """A file of the AIP and the range of bytes where it lies in the tar."""

    path: str
    offset: int
    size: int
    sha256: str
    mime: str
    object_id: str

    @property
    def submission_path(self) -> str | None:
        """Its path in the submission, None for what the archive added."""
        return self.path.removeprefix(SUBMISSION) if self.path.startswith(SUBMISSION) else None


@dataclass(frozen=True, slots=True)
class Received:
    """The file in which a submission arrived."""

    name: str
    size: int
    sha256: str


class BuiltAIP:
    """The finished tar. `members` may be walked as often as needed and is not held in memory."""

    def __init__(self, path: Path, sha256: str, size: int, objid: str, root: str, ledger: Ledger) -> None:
        self.path, self.sha256, self.size = path, sha256, size
        self.objid = objid
        self.root = root
        """The tar's top folder, with its slash; members are counted from there."""
        self._ledger = ledger

    @property
    def members(self) -> Iterator[StoredMember]:
        for entry in self._ledger:
            offset = entry.offset or 0
            identity = object_id(self.objid, entry.path)
            yield StoredMember(entry.path, offset, entry.size, entry.sha256, entry.mime, identity)

    def __len__(self) -> int:
        return len(self._ledger)


def files_in(folder: Path) -> Iterator[SourceFile]:
    """All files below a folder, in an order that does not depend on the file system."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield SourceFile(path.relative_to(folder).as_posix(), path)


def sip(
    target: Path,
    *,
    profile: str = FGS_1_2,
    files: Iterable[SourceFile],
    description: PackageDescription,
    cases: Iterable[Case | Document] | None = None,
    created: datetime,
    container: ContainerKind = "tar",
    schemas: Iterable[SourceFile] = (),
    progress: Progress | None = None,
) -> Built:
    """A submission in FGS Paketstruktur 1.2 with FGS Ärendehantering 1.0, or in E-ARK SIP 2.1.0 with CITS ERMS 3.0.

    The attachments of `cases` name files by the path given in `files`; link, size and digest are filled in.
    """
    if profile == FGS_1_2:
        return _fgs(target, files, description, cases, created, container, progress)
    if profile == EARK_SIP:
        return _eark("SIP", target, files, description, cases, created, container, schemas, progress)
    raise ValueError(f"Packages can be built as {FGS_1_2} or {EARK_SIP}, not as {profile!r}.")


def dip(
    target: Path,
    *,
    files: Iterable[SourceFile],
    description: PackageDescription,
    cases: Iterable[Case | Document] | None = None,
    created: datetime,
    container: ContainerKind = "zip",
    progress: Progress | None = None,
) -> Built:
    """What is handed out: an E-ARK DIP 2.1.0 with the chosen files and what is known of their cases."""
    return _eark("DIP", target, files, description, cases, created, container, (), progress)


# FGS Paketstruktur 1.2


def _fgs(
    target: Path,
    files: Iterable[SourceFile],
    about: PackageDescription,
    cases: Iterable[Case | Document] | None,
    created: datetime,
    container: ContainerKind,
    progress: Progress | None,
) -> Built:
    if cases is None and about.content == "ERMS":
        about = replace(about, content="No specification")
    with Workbench(target, container, created, "", progress) as bench:
        moved: dict[str, str] = {}
        for file in files:
            path = stored_path("content/" + file.path, lambda name: bench.ledger.find(name) is not None)
            if path != plain_path("content/" + file.path):
                moved[file.path] = path
            original = file.original_name or file.path.rpartition("/")[2]
            bench.add(path, replace(file, original_name=original))
        if cases is not None:
            linked = _linked(cases, bench, lambda path: moved.get(path) or plain_path("content/" + path))
            write = partial(erms_fgs_writer.write, cases=linked, creator=about.creator.name)
            bench.add_written("metadata/arenden.xml", write)
        listed = bench.entries("")
        bench.add_written("sip.xml", lambda sink: mets_writer.write_fgs(sink, about, created, listed))
        sha256, size = bench.finish()
        bench.ledger.close()
    return Built(target, sha256, size)


def _linked(
    cases: Iterable[Case | Document], bench: Workbench, stored: Callable[[str], str]
) -> Iterator[Case | Document]:
    """The cases with each attachment's link, size and digest as the files were really written."""

    def attachment(each: Attachment) -> Attachment:
        path = stored(each.path)
        entry = bench.ledger.find(path)
        if entry is None:
            raise UnknownFile(f"A case names the file {each.path!r}, which is not among the files of the package.")
        name = each.name or each.path.rpartition("/")[2]
        size, mime = str(entry.size), entry.mime
        return replace(each, link=path, name=name, size=size, digest=entry.sha256, algorithm="SHA-256", mime=mime)

    def document(each: Document) -> Document:
        return replace(each, files=tuple(attachment(file) for file in each.files))

    for each in cases:
        if isinstance(each, Document):
            yield document(each)
        else:
            documents = tuple(document(one) for one in each.documents)
            yield replace(each, files=tuple(attachment(file) for file in each.files), documents=documents)


# E-ARK


def _eark(
    kind: PackageType,
    target: Path,
    files: Iterable[SourceFile],
    about: PackageDescription,
    cases: Iterable[Case | Document] | None,
    created: datetime,
    container: ContainerKind,
    schemas: Iterable[SourceFile],
    progress: Progress | None,
) -> Built:
    data = "representations/rep1/data/"
    with Workbench(target, container, created, about.folder + "/", progress) as bench:
        for file in files:
            bench.add(data + file.path, file)
        described = []
        if cases is not None:
            write = partial(
                erms_cits_writer.write,
                cases=_linked(cases, bench, lambda path: data + path),
                creator=about.creator.name,
                creator_code=about.creator.code,
                system=about.system.name,
                created=created,
            )
            described.append(MetadataFile(bench.add_written("metadata/descriptive/erms.xml", write), other="ERMS"))
        bench.add_text("documentation/leveransbeskrivning.txt", readme.delivery(about, created))
        made_by = maker()
        event = premis.Event(
            identifier=premis.Identifier(object_id(about.objid, "creation")),
            kind="creation",
            at=mets_writer.moment(created),
            detail=f"{kind} skapat",
            outcome="success",
            agents=((made_by.identifier, "executing program"),),
            objects=(premis.Identifier(about.objid, "local"),),
        )
        content_type = "citserms_v3_0" if cases is not None else "MIXED"
        writing = EarkPackage(bench, about, created, kind, content_type)
        writing.add_schemas(schemas)
        writing.add_representation("rep1", objects=representation(about, "rep1", ()))
        package = premis.Object(premis.Identifier(about.objid, "local"), "intellectualEntity", about.label)
        writing.add_premis(partial(premis.write, objects=[package], events=[event], agents=[made_by]))
        writing.add_mets(described)
        sha256, size = bench.finish()
        bench.ledger.close()
    return Built(target, sha256, size)


def aip(
    target: Path,
    *,
    submission: Path | Tree,
    description: PackageDescription,
    created: datetime,
    events: Iterable[premis.Event] = (),
    agents: Iterable[premis.Agent] = (),
    objects: Iterable[premis.Object] = (),
    rights: Iterable[premis.Right] = (),
    formats: Formats | None = None,
    received: Received | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> BuiltAIP:
    """The archival package of a submission, as described at the top of this module.

    `formats` tells the format of a path in the submission; `received` the file it came in (computed when the
    submission is given as a file). `objects` are further PREMIS objects, such as those that events speak of.
    """
    if isinstance(submission, Path):
        if received is None and submission.is_file():
            received = Received(submission.name, submission.stat().st_size, digest_of(submission))
        with open_package(submission, limits) as tree:
            return _aip(
                target, tree, description, created, events, agents, objects, rights, formats, received, progress
            )
    return _aip(target, submission, description, created, events, agents, objects, rights, formats, received, progress)


def _aip(
    target: Path,
    tree: Tree,
    about: PackageDescription,
    created: datetime,
    events: Iterable[premis.Event],
    agents: Iterable[premis.Agent],
    objects: Iterable[premis.Object],
    rights: Iterable[premis.Right],
    formats: Formats | None,
    received: Received | None,
    progress: Progress | None,
) -> BuiltAIP:
    with Workbench(target, "tar", created, about.folder + "/", progress) as bench:
        for file in _submitted(tree, formats):
            bench.add(SUBMISSION + file.path, file)
        bench.add_text("documentation/leveransbeskrivning.txt", readme.delivery(about, created))
        bench.add_text("README.txt", readme.archival_package(about, created, received.name if received else None))
        writing = EarkPackage(bench, about, created, "AIP", "MIXED")
        writing.add_schemas(())
        came_in = _came_in(received, tree.root)
        writing.add_representation("submission", objects=representation(about, "submission", came_in, bench))
        package = premis.Object(premis.Identifier(about.objid, "local"), "intellectualEntity", about.label)

        def write(sink: Callable[[bytes], object]) -> None:
            makers = [maker(), *agents]
            premis.write(sink, objects=[package, *objects], events=events, agents=makers, rights=rights)

        writing.add_premis(write)
        writing.add_mets([])
        sha256, size = bench.finish()
        return BuiltAIP(target, sha256 or "", size, about.objid, bench.root, bench.ledger)


def _submitted(tree: Tree, formats: Formats | None) -> Iterator[SourceFile]:
    """The submission's files in stored order, each to be read before the next: a stream is unpacked only once."""
    sweep = tree.sweep()

    def bytes_of_one(first: tuple[memoryview, bool]) -> Iterator[bytes]:
        piece, last = first
        yield bytes(piece)
        while not last:
            _, piece, last = next(sweep)
            yield bytes(piece)

    for number, piece, last in sweep:
        member = tree.member(number)
        known = formats(member.path) if formats else None
        chunks = partial(bytes_of_one, (piece, last))
        yield SourceFile(member.path, chunks, size=member.size, format=known)


def _came_in(received: Received | None, root: str) -> tuple[tuple[str, str], ...]:
    properties: list[tuple[str, str]] = []
    if received is not None:
        properties += [
            ("levererad fil", received.name),
            ("levererad fil, byte", str(received.size)),
            ("levererad fil, SHA-256", received.sha256),
        ]
    if root:
        properties.append(("rotmapp i den levererade filen", root.rstrip("/")))
    return tuple(properties)
