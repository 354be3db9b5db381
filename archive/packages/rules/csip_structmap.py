"""E-ARK CSIP, the structural map: one map called CSIP with a division for each kind of thing (CSIP80–104, 116–119)."""

from collections.abc import Iterator

from archive.packages import grammar
from archive.packages.mets import Document, Node
from archive.packages.report import Severity
from archive.packages.rules import Trouble, claim, fault, requirement
from archive.packages.rules.csip_divisions import (
    csip_map,
    described_one_by_one,
    divisions,
    main_division,
    representation_divisions,
    some,
    unreferenced_groups,
)
from archive.packages.rules.csip_files import used_for

DIVISIONS = ("Metadata", "Documentation", "Schemas", "Representations")


@requirement("CSIP80", on="mets/end")
def there_is_one_map_called_csip(node: Node, document: Document) -> Iterator[Trouble]:
    found = [each for each in document.structmaps if each.get("LABEL") == "CSIP"]
    if not found:
        yield fault(expected='structMap LABEL="CSIP"', reason="missing")
    elif len(found) > 1:
        yield fault(len(found), 1, at=document.place(found[1]), reason="several")


@requirement("CSIP81", on="mets/end")
def the_map_is_physical(node: Node, document: Document) -> Iterator[Trouble]:
    structmap = csip_map(document)
    if structmap is not None and structmap.get("TYPE") != "PHYSICAL":
        yield fault(structmap.attributes.get("TYPE"), 'TYPE="PHYSICAL"', at=document.place(structmap))


@requirement("CSIP82", on="mets/end")
def the_map_is_called_csip(node: Node, document: Document) -> Iterator[Trouble]:
    structmap = csip_map(document)
    if structmap is not None and structmap.get("LABEL") != "CSIP":
        yield fault(structmap.attributes.get("LABEL"), 'LABEL="CSIP"', at=document.place(structmap))


@requirement("CSIP83", on="mets/end")
def the_map_has_an_id(node: Node, document: Document) -> Iterator[Trouble]:
    structmap = csip_map(document)
    if structmap is not None and not grammar.is_identifier(structmap.get("ID")):
        yield fault(structmap.attributes.get("ID"), "ID", at=document.place(structmap))


claim("CSIP84", "structMap", "div")
claim("CSIP84", "structMap/div", "several")


@requirement("CSIP84", on="mets/end")
def the_map_has_one_main_division(node: Node, document: Document) -> Iterator[Trouble]:
    structmap = csip_map(document)
    if structmap is not None and structmap.counts.get("div", 0) != 1:
        yield fault(structmap.counts.get("div", 0) or None, "1 div", at=document.place(structmap))


@requirement("CSIP85", on="mets/end")
def the_main_division_has_an_id(node: Node, document: Document) -> Iterator[Trouble]:
    main = main_division(document)
    if main is not None and not grammar.is_identifier(main.get("ID")):
        yield fault(main.attributes.get("ID"), "ID", at=document.place(main))


@requirement("CSIP86", on="mets/end")
def the_main_division_bears_the_packages_name(node: Node, document: Document) -> Iterator[Trouble]:
    """Asked for until version 2.0.4; kept as information, since tools still write and expect it."""
    main = main_division(document)
    if main is not None and main.get("LABEL") != node.get("OBJID"):
        yield fault(main.attributes.get("LABEL"), node.get("OBJID"), at=document.place(main))


@requirement("CSIP88", on="mets/end")
def there_is_a_metadata_division(node: Node, document: Document) -> Iterator[Trouble]:
    main, found = main_division(document), divisions(document, "Metadata")
    if len(found) > 1:
        yield fault(len(found), 1, at=document.place(found[1]), reason="several")
    elif main is not None and not found and not _misspelled(main, "Metadata"):
        yield fault(expected='div LABEL="Metadata"', at=document.place(main), reason="missing")


@requirement("CSIP90", on="mets/end")
def the_metadata_division_is_called_that_once(node: Node, document: Document) -> Iterator[Trouble]:
    main, found = main_division(document), divisions(document, "Metadata")
    if main is None or len(found) == 1:
        return
    if len(found) > 1:
        yield fault(len(found), 1, at=document.place(found[1]), reason="several")
        return
    near = [div for div in main.child("div") if div.get("LABEL").strip().casefold().startswith("metadata")]
    said = near[0].get("LABEL") if near else None
    yield fault(said, 'LABEL="Metadata"', at=document.place(near[0] if near else main), reason="missing")


def _has_id(rule: str, label: str) -> None:
    @requirement(rule, on="mets/end")
    def judge(node: Node, document: Document) -> Iterator[Trouble]:
        for div in divisions(document, label):
            if not grammar.is_identifier(div.get("ID")):
                yield fault(div.attributes.get("ID"), "ID", at=document.place(div))


_has_id("CSIP89", "Metadata")
_has_id("CSIP94", "Documentation")
_has_id("CSIP98", "Schemas")
_has_id("CSIP102", "Representations")


def _refers_to_all(rule: str, name: str, kinds: tuple[str, ...]) -> None:
    """The metadata division lists the current sections of a kind, and nothing that is not one."""

    @requirement(rule, on="mets/end")
    def judge(node: Node, document: Document) -> Iterator[Trouble]:
        sections = [section for section in document.sections if section.kind in kinds and section.get("ID")]
        current = {section.get("ID") for section in sections if section.get("STATUS") != "SUPERSEDED"}
        known = {section.get("ID") for section in sections} | {
            section.parent.get("ID") for section in sections if section.parent is not None
        }
        for div in divisions(document, "Metadata")[:1]:
            listed = set(div.get(name).split())
            place = document.place(div)
            if current and not listed:
                yield fault(expected=f"{name}: {some(current)}", at=place, reason="missing")
            elif not _covers(listed, current, sections):
                yield fault(some(listed), some(current - listed), at=place, reason="incomplete")
            if unknown := listed - known:
                yield fault(some(unknown), some(current), at=place, reason="unknown")


def _covers(listed: set[str], current: set[str], sections: list[Node]) -> bool:
    """A reference to the amdSec around them stands for all sections in it."""
    around = {section.get("ID"): section.parent.get("ID") for section in sections if section.parent is not None}
    return all(each in listed or around.get(each) in listed for each in current)


_refers_to_all("CSIP91", "ADMID", ("digiprovMD", "rightsMD", "techMD", "sourceMD"))
_refers_to_all("CSIP92", "DMDID", ("dmdSec",))


def _division(should: str, label_rule: str, label: str) -> None:
    """A division is there when there are groups for it, once, and spelled as the list spells it."""

    @requirement(should, on="mets/end")
    def is_there(node: Node, document: Document) -> Iterator[Trouble]:
        main, found = main_division(document), divisions(document, label)
        if main is None:
            return
        if len(found) > 1:
            place = document.place(found[1])
            yield fault(len(found), 1, at=place, reason="several", severity=Severity.ERROR)
        elif not found and _is_called_for(document, label) and not _misspelled(main, label):
            yield fault(expected=f'div LABEL="{label}"', at=document.place(main), reason="missing")

    @requirement(label_rule, on="mets/end")
    def is_spelled_right(node: Node, document: Document) -> Iterator[Trouble]:
        main = main_division(document)
        for div in _misspelled(main, label) if main is not None else ():
            yield fault(div.get("LABEL"), f'LABEL="{label}"', at=document.place(div))


def _misspelled(main: Node, label: str) -> list[Node]:
    named = [div for div in main.child("div") if div.get("LABEL") != label]
    return [div for div in named if div.get("LABEL").strip().casefold() == label.casefold()]


def _is_called_for(document: Document, label: str) -> bool:
    """Content is described in one division only when no representation has a division of its own."""
    if label == "Representations" and (representation_divisions(document) or described_one_by_one(document)):
        return False
    return document.is_root and any(used_for(group, label) for group in document.groups)


_division("CSIP93", "CSIP95", "Documentation")
_division("CSIP97", "CSIP99", "Schemas")
_division("CSIP101", "CSIP103", "Representations")


@requirement("CSIP96", "CSIP100", "CSIP104", "CSIP116", "CSIP118", "CSIP119", on="fptr")
def remember_what_divisions_point_at(node: Node, document: Document) -> Iterator[Trouble]:
    """Which groups each division refers to; judged when the document has ended."""
    label = node.parent.get("LABEL") if node.parent is not None else ""
    pointed: dict[str, dict[str, Node]] = document.notes.setdefault("pointed", {})
    many = pointed.setdefault(label if label in DIVISIONS else "", {})
    if len(many) < 10_000:
        many.setdefault(node.get("FILEID"), node)
    yield from ()


def _points_at_groups(rules: tuple[str, str], label: str) -> None:
    references, pointer = rules

    def unreferenced(document: Document) -> Iterator[Node]:
        if label != "Representations" or not described_one_by_one(document):
            yield from unreferenced_groups(document, label)

    @requirement(references, on="mets/end")
    def all_groups_are_referred_to(node: Node, document: Document) -> Iterator[Trouble]:
        if main_division(document) is None:
            return
        for group in unreferenced(document):
            yield fault(None, f'fptr FILEID="{group.get("ID")}"', at=document.place(group), reason="missing")
        yield from _wrong_groups(document, label)

    @requirement(pointer, on="mets/end")
    def pointers_name_a_group(node: Node, document: Document) -> Iterator[Trouble]:
        pointed: dict[str, Node] = document.notes.get("pointed", {}).get(label, {})
        if main_division(document) is None:
            return
        if "" in pointed:
            yield fault(expected="FILEID", at=document.place(pointed[""]), reason="empty")
        for group in unreferenced(document):
            yield fault(None, f'FILEID="{group.get("ID")}"', at=document.place(group), reason="missing")
        yield from _wrong_groups(document, label)


def _wrong_groups(document: Document, label: str) -> Iterator[Trouble]:
    groups = {group.get("ID"): group for group in document.groups}
    for identifier, node in document.notes.get("pointed", {}).get(label, {}).items():
        group = groups.get(identifier)
        if group is not None and not used_for(group, label):
            found = f'{identifier}: USE="{group.get("USE")}"'
            yield fault(found, f'USE="{label}"', at=document.place(node), reason="other-group")
        elif identifier and group is None and identifier not in document.ids:
            yield fault(identifier, f'fileGrp USE="{label}"', at=document.place(node), reason="nothing")


_points_at_groups(("CSIP96", "CSIP116"), "Documentation")
_points_at_groups(("CSIP100", "CSIP118"), "Schemas")
_points_at_groups(("CSIP104", "CSIP119"), "Representations")
