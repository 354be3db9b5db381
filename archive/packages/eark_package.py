"""The parts that SIP, AIP and DIP of E-ARK have in common: schemas, representations, PREMIS and the METS above them."""

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from archive.packages import mets_writer, premis, readme
from archive.packages.description import PackageDescription
from archive.packages.ledger import Entry
from archive.packages.mets_writer import Group, MetadataFile, PackageType
from archive.packages.report import ENGINE_VERSION
from archive.packages.workbench import SourceFile, Workbench

_OBJECTS = uuid.UUID("6f6c2c0e-5a3f-5a0e-9d0b-0f5a7b1c2d3e")


def object_id(objid: str, path: str) -> str:
    """The identity of a file for all time: it follows from the package's OBJID and the file's path in it."""
    return str(uuid.uuid5(_OBJECTS, f"{objid}/{path}"))


def representation(
    about: PackageDescription, name: str, properties: tuple[tuple[str, str], ...], bench: Workbench | None = None
) -> Iterator[premis.Object]:
    """The representation, and each of its files when the workbench is given."""
    whole = premis.Identifier(object_id(about.objid, f"representations/{name}"))
    package = premis.Relation("structural", "is part of", premis.Identifier(about.objid, "local"))
    yield premis.Object(whole, "representation", name, properties=properties, relations=(package,))
    if bench is None:
        return
    part_of = (premis.Relation("structural", "is part of", whole),)
    for entry in bench.ledger.under(f"representations/{name}/data/"):
        yield premis.Object(
            identifier=premis.Identifier(object_id(about.objid, entry.path)),
            original_name=entry.path.removeprefix(f"representations/{name}/data/"),
            size=entry.size,
            digests=(("SHA-256", entry.sha256),),
            format=premis.Format(entry.format_name or entry.mime, entry.format_version, entry.puid),
            relations=part_of,
        )


def maker() -> premis.Agent:
    identifier = premis.Identifier("samarkiv", "local")
    return premis.Agent(identifier, "Samarkiv", "software", version=ENGINE_VERSION)


@dataclass(frozen=True, slots=True)
class EarkPackage:
    """The parts that SIP, AIP and DIP have in common, written one after the other."""

    bench: Workbench
    about: PackageDescription
    created: datetime
    kind: PackageType
    content_type: str

    def add_schemas(self, schemas: Iterable[SourceFile]) -> None:
        self.bench.add_written("schemas/catalog.xml", readme.schema_catalog)
        for schema in schemas:
            self.bench.add("schemas/" + schema.path, schema)

    def add_representation(self, name: str, objects: Iterable[premis.Object]) -> None:
        folder = f"representations/{name}/"
        bench = self.bench
        entry = bench.add_written(
            f"{folder}metadata/preservation/premis.xml", lambda sink: premis.write(sink, objects=objects)
        )
        proof = MetadataFile(entry._replace(path=entry.path.removeprefix(folder)), "PREMIS", version="3.0")
        use = f"Representations/{name}/data"
        listed = _below(bench, folder, "data/")
        groups = [Group(use, listed, self.content_type)] if bench.has(folder + "data/") else []
        write = partial(self._mets, objid=name, groups=groups, provenance=[proof], content_group=use)
        bench.add_written(folder + "METS.xml", write)

    def add_premis(self, write: Callable[[Callable[[bytes], object]], object]) -> None:
        self.bench.add_written("metadata/preservation/premis.xml", write)

    def add_mets(self, described: list[MetadataFile]) -> None:
        bench = self.bench
        provenance = bench.ledger.find("metadata/preservation/premis.xml")
        documents = [entry for entry in bench.ledger if _is_documentation(entry)]
        groups = [Group("Documentation", documents), Group("Schemas", list(bench.ledger.under("schemas/")))]
        for entry in bench.ledger:
            folder, _, name = entry.path.rpartition("/")
            if name == "METS.xml" and folder.count("/") == 1:
                use = "Representations" + folder.removeprefix("representations")
                groups.append(Group(use, [entry], self.content_type, is_representation=True))
        write = partial(
            self._mets,
            objid=self.about.objid,
            label=self.about.label,
            groups=groups,
            descriptive=described,
            provenance=[MetadataFile(provenance, "PREMIS", version="3.0")] if provenance else [],
        )
        bench.add_written("METS.xml", write)

    def _mets(self, sink: Callable[[bytes], object], **parts: object) -> None:
        mets_writer.write_eark(
            sink,
            self.about,
            self.created,
            package_type=self.kind,
            content_type=self.content_type,
            **parts,  # type: ignore[arg-type]
        )


def _below(bench: Workbench, folder: str, part: str) -> Iterator[Entry]:
    for entry in bench.entries(folder):
        if entry.path.startswith(part):
            yield entry


def _is_documentation(entry: Entry) -> bool:
    return entry.path.startswith("documentation/") or entry.path == "README.txt"
