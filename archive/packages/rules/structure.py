"""E-ARK CSIP, the folders of a package (CSIPSTR1–16)."""

import re
from collections.abc import Iterator
from typing import Any

from archive.packages.mets import HREF, Document
from archive.packages.references import resolve
from archive.packages.rules import Trouble, fault, requirement
from archive.packages.rules.csip_files import used_for
from archive.packages.rules.csip_root import folder_name

_REPRESENTATION = re.compile(r"^representations/[^/]+/")


@requirement("CSIPSTR1", on="package")
def one_root_folder_holds_everything(view: Any, document: Document) -> Iterator[Trouble]:
    tree = view.tree
    if tree.kind != "folder" and not tree.root:
        yield fault(", ".join(sorted(tree.tops)[:5]), "1")


@requirement("CSIPSTR2", on="package")
def the_root_folder_bears_the_packages_name(view: Any, document: Document) -> Iterator[Trouble]:
    name = folder_name(document)
    identity = document.root.get("OBJID") if document.root is not None else ""
    if name and identity and name != identity:
        yield fault(name, identity)


@requirement("CSIPSTR5", on="package")
def there_is_a_metadata_folder(view: Any, document: Document) -> Iterator[Trouble]:
    if not view.tree.has_folder("metadata"):
        near = [name for name in view.tree.subfolders("") if name.casefold().startswith("metadata")]
        yield fault(near[0] if near else None, "metadata/")


def _metadata_in(rule: str, kinds: tuple[str, ...], folder: str) -> None:
    @requirement(rule, on="package")
    def judge(view: Any, document: Document) -> Iterator[Trouble]:
        for section in document.sections:
            for reference in section.child("mdRef") if section.kind in kinds else ():
                path = resolve(reference.get(HREF), document.folder).path
                if reference.get(HREF) and not _REPRESENTATION.sub("", path).startswith(folder + "/"):
                    yield fault(path, folder + "/", at=document.place(reference))


_metadata_in("CSIPSTR6", ("digiprovMD",), "metadata/preservation")
_metadata_in("CSIPSTR7", ("dmdSec",), "metadata/descriptive")


def _describes_content(document: Document) -> bool:
    """A package may hold metadata only; then it lacks nothing by having no representations."""
    return any(used_for(group, "Representations") for group in document.groups)


@requirement("CSIPSTR9", on="package")
def content_lies_in_representations(view: Any, document: Document) -> Iterator[Trouble]:
    if _describes_content(document) and not view.tree.has_folder("representations"):
        near = [name for name in view.tree.subfolders("") if name.casefold().startswith("repres")]
        yield fault(near[0] if near else None, "representations/")


@requirement("CSIPSTR10", on="package")
def each_representation_has_its_folder(view: Any, document: Document) -> Iterator[Trouble]:
    tree = view.tree
    if tree.has_folder("representations") and not tree.subfolders("representations"):
        yield fault(expected="representations/rep1/")


@requirement("CSIPSTR11", on="package")
def content_lies_in_data(view: Any, document: Document) -> Iterator[Trouble]:
    for name in view.tree.subfolders("representations"):
        if not view.tree.has_folder(f"representations/{name}/data"):
            yield fault(f"representations/{name}/", f"representations/{name}/data/")


@requirement("CSIPSTR12", on="package")
def a_representation_has_its_own_mets(view: Any, document: Document) -> Iterator[Trouble]:
    described = {each.folder for each in view.documents}
    for name in view.tree.subfolders("representations"):
        if f"representations/{name}/" not in described:
            yield fault(f"representations/{name}/", f"representations/{name}/METS.xml")


@requirement("CSIPSTR13", on="package")
def metadata_about_a_representation_lies_with_it(view: Any, document: Document) -> Iterator[Trouble]:
    for name in view.tree.subfolders("representations"):
        folder = f"representations/{name}/"
        if not view.tree.has_folder(folder + "metadata"):
            yield fault(folder, folder + "metadata/")


def _lies_in(rule: str, use: str, folder: str) -> None:
    """What the METS counts as schemas or documentation lies in the folder of that name."""

    @requirement(rule, on="package")
    def judge(view: Any, document: Document) -> Iterator[Trouble]:
        if any(used_for(group, use) and group.counts.get("file") for group in document.groups):
            tree = view.tree
            below = [f"representations/{name}/{folder}" for name in tree.subfolders("representations")]
            if not any(tree.has_folder(each) for each in (folder, *below)):
                yield fault(expected=folder + "/")


_lies_in("CSIPSTR15", "Schemas", "schemas")
_lies_in("CSIPSTR16", "Documentation", "documentation")
