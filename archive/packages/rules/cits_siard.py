"""E-ARK CITS SIARD 1.0: databases in an E-ARK package (SIARD_1–33).

What the specification asks of the submission agreement and of the quality of documentation (SIARD_23–29, 31–33) no
program can judge; those ids are listed in the data file and left to the archivist.
"""

import re
from collections.abc import Iterator
from typing import Any

from archive.packages.container import Member, Tree
from archive.packages.mets import CSIP, Document, FileEntry, Node
from archive.packages.rules import Trouble, fault, requirement
from archive.packages.rules.csip_files import used_for
from archive.packages.rules.siard import version_inside

ROOT_PROFILE = "https://citssiard.dilcis.eu/profile/E-ARK-SIARD-ROOT.xml"
REPRESENTATION_PROFILE = "https://citssiard.dilcis.eu/profile/E-ARK-SIARD-REPRESENTATION.xml"
TYPE = "citssiard_v1_0"
_TYPE, _OTHER = CSIP + "CONTENTINFORMATIONTYPE", CSIP + "OTHERCONTENTINFORMATIONTYPE"
_VERSION = re.compile(r"SIARD_?(1\.0|2\.0|2\.1|2\.2)")
_DUMP = "Database_dump"
_KINDS = "SIARD_1.0, SIARD_2.0, SIARD_2.1, SIARD_2.2, Database_dump"
_DIAGRAMS = re.compile(r"database_diagrams/|(?:er|diagram|schema)[^/]*\.(?:png|pdf|svg|tiff?)$", re.IGNORECASE)
_REPORT = re.compile(r"valid", re.IGNORECASE)


def _is_kind(value: str) -> bool:
    return value == _DUMP or _VERSION.fullmatch(value) is not None


def _root(rule: str, name: str, wanted: str, *, of_root: bool) -> None:
    """An attribute of mets with one allowed value, in the package's METS or in those of representations."""

    @requirement(rule, on="mets")
    def judge(node: Node, document: Document) -> Iterator[Trouble]:
        if document.is_root is of_root and node.get(name) != wanted:
            yield fault(node.attributes.get(name), wanted, reason="value" if node.get(name) else "missing")


_root("SIARD_2", "TYPE", "Databases", of_root=True)
_root("SIARD_3", _TYPE, TYPE, of_root=True)
_root("SIARD_5", "PROFILE", ROOT_PROFILE, of_root=True)
_root("SIARD_9", "TYPE", "Databases", of_root=False)
_root("SIARD_10", _TYPE, TYPE, of_root=False)
_root("SIARD_12", "PROFILE", REPRESENTATION_PROFILE, of_root=False)


@requirement("SIARD_4", on="mets")
def the_package_names_no_other_type(node: Node, document: Document) -> Iterator[Trouble]:
    if document.is_root and _OTHER in node.attributes:
        yield fault(node.get(_OTHER), None)


@requirement("SIARD_11", on="mets")
def a_representation_names_its_kind_of_database(node: Node, document: Document) -> Iterator[Trouble]:
    if not document.is_root and not _is_kind(node.get(_OTHER)):
        yield fault(node.attributes.get(_OTHER), _KINDS, reason="value" if node.get(_OTHER) else "missing")


@requirement("SIARD_1", on="package")
def there_is_a_representation_with_its_own_mets(view: Any, document: Document) -> Iterator[Trouble]:
    if len(view.documents) < 2:
        yield fault(len(view.documents) - 1, "representations/…/METS.xml")


def _representation_groups(document: Document) -> list[Node]:
    return [group for group in document.groups if used_for(group, "Representations")]


@requirement("SIARD_6", on="package")
def a_group_of_representations_is_marked_as_siard(view: Any, document: Document) -> Iterator[Trouble]:
    groups = _representation_groups(document)
    if not any(group.get(_TYPE) == TYPE for group in groups):
        place = document.place(groups[0]) if groups else None
        yield fault(groups[0].get(_TYPE) if groups else None, TYPE, at=place)


@requirement("SIARD_7", on="package")
def a_marked_group_names_its_kind_of_database(view: Any, document: Document) -> Iterator[Trouble]:
    for group in _representation_groups(document):
        if group.get(_TYPE) == TYPE and not _is_kind(group.get(_OTHER)):
            yield fault(group.attributes.get(_OTHER), _KINDS, at=document.place(group))


@requirement("SIARD_8", on="package")
def each_representation_has_its_own_division(view: Any, document: Document) -> Iterator[Trouble]:
    divisions = sum(
        node.get("LABEL").startswith("Representations")
        for structmap in document.structmaps
        if structmap.get("LABEL") == "CSIP"
        for top in structmap.child("div")
        for node in top.child("div")
    )
    wanted = len(view.documents) - 1
    if wanted > 0 and divisions < wanted:
        yield fault(divisions, wanted)


@requirement("SIARD_13", on="file")
def remember_marked_files(entry: FileEntry, document: Document) -> Iterator[Trouble]:
    if entry.get(_OTHER):
        document.notes.setdefault("siard files", []).append(entry.get(_OTHER))
    return iter(())


def _representations(view: Any) -> Iterator[tuple[Document, str]]:
    """The METS of each representation with the kind of database it names."""
    for document in view.documents:
        if not document.is_root and document.root is not None and _is_kind(document.root.get(_OTHER)):
            yield document, document.root.get(_OTHER)


@requirement("SIARD_13", on="package")
def one_file_is_marked_as_the_database(view: Any, _: Document) -> Iterator[Trouble]:
    for document, kind in _representations(view):
        marked = document.notes.get("siard files", [])
        if marked != [kind]:
            place = document.place(document.root)
            yield fault(", ".join(marked) or None, kind, at=place, reason="several" if len(marked) > 1 else "missing")


@requirement("SIARD_14", on="package")
def package_and_representation_name_the_same_kind(view: Any, root: Document) -> Iterator[Trouble]:
    said = {group.get("USE").partition("/")[2].partition("/")[0]: group for group in _representation_groups(root)}
    for document, kind in _representations(view):
        group = said.get(document.folder.rstrip("/").rpartition("/")[2])
        if group is not None and group.get(_OTHER) and group.get(_OTHER) != kind:
            yield fault(group.get(_OTHER), kind, at=root.place(group))


def _in_data(view: Any, document: Document) -> Iterator[Member]:
    folder = document.folder + "data/"
    return (member for member in view.tree.members() if member.path.startswith(folder))


def _databases(view: Any, document: Document) -> list[Member]:
    return [member for member in _in_data(view, document) if member.path.lower().endswith(".siard")]


@requirement("SIARD_15", on="package")
def the_siard_file_lies_in_data(view: Any, _: Document) -> Iterator[Trouble]:
    for document, kind in _representations(view):
        if kind != _DUMP and not _databases(view, document):
            yield fault(None, document.folder + "data/….siard", at=document.place(document.root))


@requirement("SIARD_16", on="package")
def the_siard_file_has_the_version_named(view: Any, _: Document) -> Iterator[Trouble]:
    tree: Tree = view.tree
    for document, kind in _representations(view):
        match = _VERSION.fullmatch(kind)
        for member in _databases(view, document) if match else ():
            found = version_inside(tree, member)
            if found and match and found != match[1]:
                yield fault(found, match[1], at=document.place(document.root))


def _documentation(view: Any) -> list[str]:
    return [member.path for member in view.tree.members() if "documentation/" in member.path]


@requirement("SIARD_18", on="package")
def the_validation_is_documented(view: Any, root: Document) -> Iterator[Trouble]:
    if not any(_REPORT.search(path.rpartition("/")[2]) for path in _documentation(view)):
        yield fault(None, "documentation/valideringsrapport…")


@requirement("SIARD_20", on="package")
def a_dump_lies_in_data(view: Any, _: Document) -> Iterator[Trouble]:
    for document, kind in _representations(view):
        if kind == _DUMP and next(_in_data(view, document), None) is None:
            yield fault(None, document.folder + "data/", at=document.place(document.root))


@requirement("SIARD_21", on="package")
def a_dump_is_described_by_preservation_metadata(view: Any, _: Document) -> Iterator[Trouble]:
    for document, kind in _representations(view):
        if kind == _DUMP and not any(section.kind == "digiprovMD" for section in document.sections):
            yield fault(None, "digiprovMD", at=document.place(document.root))


@requirement("SIARD_30", on="package")
def there_is_a_diagram_of_the_system(view: Any, root: Document) -> Iterator[Trouble]:
    if not any(_DIAGRAMS.search(path) for path in _documentation(view)):
        yield fault(None, "documentation/database_diagrams/")


@requirement("SIARD_30a", on="package")
def diagrams_lie_in_a_folder_of_their_own(view: Any, root: Document) -> Iterator[Trouble]:
    loose = [path for path in _documentation(view) if _DIAGRAMS.search(path) and "database_diagrams/" not in path]
    for path in loose[:50]:
        yield fault(path, "documentation/database_diagrams/")


@requirement("SIARD_30c", on="package")
def diagrams_say_what_they_show(view: Any, root: Document) -> Iterator[Trouble]:
    diagrams = [path for path in _documentation(view) if "database_diagrams/" in path]
    for path in diagrams[:50]:
        if not path.rpartition("/")[2].startswith(("Original_", "Archived_")):
            yield fault(path, "Original_…, Archived_…")
