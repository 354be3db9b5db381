"""E-ARK CSIP, representations with METS documents of their own: a division and a pointer for each (CSIP105–112)."""

from collections.abc import Iterator

from archive.packages import grammar
from archive.packages.grammar import XLINK
from archive.packages.mets import HREF, Document, Node
from archive.packages.rules import Trouble, claim, fault, requirement
from archive.packages.rules.csip_divisions import (
    described_by_label,
    described_one_by_one,
    is_there,
    main_division,
    pointers,
    representation_divisions,
    some,
    target_of,
    unreferenced_groups,
)
from archive.packages.rules.csip_files import used_for


@requirement("CSIP105", on="package")
def each_representation_has_a_division(view: object, document: Document) -> Iterator[Trouble]:
    pointed = {target_of(pointer, document) for pointer in pointers(document)}
    main = main_division(document)
    documents = getattr(view, "documents", [])
    for other in documents[1:]:
        if other.path not in pointed and main is not None:
            yield fault(None, f'mptr xlink:href="{other.path}"', at=document.place(main), reason="missing")
    for div in representation_divisions(document):
        for pointer in div.child("mptr")[:1]:
            path = target_of(pointer, document)
            if pointer.get(HREF) and not is_there(document, path):
                yield fault(path, "METS.xml", at=document.place(div), reason="nothing")


@requirement("CSIP106", on="mets/end")
def a_representation_division_has_an_id(node: Node, document: Document) -> Iterator[Trouble]:
    for div in representation_divisions(document):
        if not grammar.is_identifier(div.get("ID")):
            yield fault(div.attributes.get("ID"), "ID", at=document.place(div))


@requirement("CSIP107", on="mets/end")
def a_representation_division_is_called_by_its_folder(node: Node, document: Document) -> Iterator[Trouble]:
    """Label and pointer name the same folder. Where they differ, the one with a METS in it is right."""
    for div in representation_divisions(document):
        label, agrees = div.get("LABEL"), True
        for pointer in div.child("mptr")[:1]:
            target = target_of(pointer, document)
            folder = target.removeprefix(document.folder).rpartition("/")[0]
            agrees = not folder or label.casefold() == folder.casefold()
            if not agrees and not described_by_label(div, document):
                wanted = folder[:1].upper() + folder[1:]
                yield fault(div.attributes.get("LABEL"), f'LABEL="{wanted}"', at=document.place(div))
        if agrees and not _has_folder(document, label[:1].lower() + label[1:]):
            yield fault(label, 'LABEL="Representations/…"', at=document.place(div), reason="no-folder")


def _has_folder(document: Document, folder: str) -> bool:
    return bool(document.notes["package"].has_folder(document.folder + folder.rstrip("/")))


@requirement("CSIP110", on="mets/end")
def the_pointer_leads_where_the_label_says(node: Node, document: Document) -> Iterator[Trouble]:
    for div in representation_divisions(document):
        for pointer in div.child("mptr")[:1]:
            said, target = described_by_label(div, document), target_of(pointer, document)
            if said and pointer.get(HREF) and target != said and is_there(document, target):
                yield fault(target, said, at=document.place(pointer), reason="other")


@requirement("CSIP108", on="mets/end")
def a_representation_pointer_names_its_group(node: Node, document: Document) -> Iterator[Trouble]:
    groups = {group.get("ID") for group in document.groups if used_for(group, "Representations")}
    for div in representation_divisions(document):
        for pointer in div.child("mptr"):
            title = pointer.get(XLINK + "title")
            if not title.strip() or (groups and title not in groups):
                found = pointer.attributes.get(XLINK + "title")
                yield fault(found, f"xlink:title: {some(groups)}", at=document.place(pointer))
    if described_one_by_one(document) and main_division(document) is not None and not _said_elsewhere(document):
        for group in unreferenced_groups(document, "Representations"):
            yield fault(None, f'xlink:title="{group.get("ID")}"', at=document.place(group), reason="missing")


def _said_elsewhere(document: Document) -> bool:
    """A pointer that names no group has been reported; its group need not be as well."""
    groups = {group.get("ID") for group in document.groups}
    return any(pointer.get(XLINK + "title") not in groups for pointer in pointers(document))


@requirement("CSIP109", on="mets/end")
def a_representation_division_has_one_pointer(node: Node, document: Document) -> Iterator[Trouble]:
    """Where the representation has a METS to point at; one alone may be described in the METS of the package."""
    for div in representation_divisions(document):
        count = div.counts.get("mptr", 0)
        if count > 1 or (count == 0 and described_by_label(div, document)):
            yield fault(count or None, "mptr", at=document.place(div), reason="several" if count else "missing")


def _pointer_attribute(rule: str, name: str, value: str | None, expected: str) -> None:
    claim(rule, "mptr", name)

    @requirement(rule, on="mptr")
    def judge(node: Node, document: Document) -> Iterator[Trouble]:
        written = node.attributes.get(name)
        if written is None or not written.strip() or (value is not None and written != value):
            yield fault(written, expected)


_pointer_attribute("CSIP110", HREF, None, "xlink:href")
_pointer_attribute("CSIP111", XLINK + "type", "simple", 'xlink:type="simple"')
_pointer_attribute("CSIP112", "LOCTYPE", "URL", 'LOCTYPE="URL"')
