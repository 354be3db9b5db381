"""Finding one's way in the structural map: its divisions, what they point at, and how representations are described."""

from collections.abc import Iterator

from archive.packages.grammar import XLINK
from archive.packages.mets import HREF, Document, Node
from archive.packages.references import resolve
from archive.packages.rules.csip_files import used_for


def csip_map(document: Document) -> Node | None:
    """The map called CSIP; when none is, the physical one or the first, so that its own faults can be named."""
    maps = document.structmaps
    for wanted in (("LABEL", "CSIP"), ("TYPE", "PHYSICAL")):
        for node in maps:
            if node.get(wanted[0]) == wanted[1]:
                return node
    return maps[0] if maps else None


def main_division(document: Document) -> Node | None:
    structmap = csip_map(document)
    divisions = structmap.child("div") if structmap is not None else []
    return divisions[0] if divisions else None


def divisions(document: Document, label: str) -> list[Node]:
    main = main_division(document)
    return [div for div in main.child("div") if div.get("LABEL") == label] if main is not None else []


def pointers(document: Document) -> list[Node]:
    main = main_division(document)
    return [pointer for div in (main.child("div") if main is not None else ()) for pointer in div.child("mptr")]


def representation_divisions(document: Document) -> list[Node]:
    main = main_division(document)
    found = [] if main is None else main.child("div")
    return [div for div in found if div.child("mptr") or div.get("LABEL").casefold().startswith("representations/")]


def target_of(pointer: Node, document: Document) -> str:
    return resolve(pointer.get(HREF), document.folder).path


def is_there(document: Document, path: str) -> bool:
    return document.notes["package"].find_number(path) is not None


def described_by_label(div: Node, document: Document) -> str:
    """The METS of the folder that the division is called by; "" when there is none."""
    top, _, folder = div.get("LABEL").partition("/")
    path = f"{document.folder}{top[:1].lower()}{top[1:]}/{folder.strip('/')}/METS.xml"
    return path if is_there(document, path) else ""


def unreferenced_groups(document: Document, label: str) -> Iterator[Node]:
    """Groups that neither the division of their kind nor one further down, of a representation, mentions."""
    pointed: dict[str, dict[str, Node]] = document.notes.get("pointed", {})
    mentioned = {pointer.get(XLINK + "title") for pointer in pointers(document)}
    mentioned |= pointed.get(label, {}).keys() | pointed.get("", {}).keys()
    for group in document.groups:
        if used_for(group, label) and group.get("ID") not in mentioned:
            yield group


def described_one_by_one(document: Document) -> bool:
    """Each representation has a division of its own, so that CSIP105–112 are asked and not CSIP101–104 and 119."""
    return any(div.child("mptr") for div in representation_divisions(document)) or (
        document.is_root and any(True for _ in _representation_documents(document))
    )


def _representation_documents(document: Document) -> Iterator[str]:
    tree = document.notes["package"]
    for name in tree.subfolders("representations"):
        if is_there(document, f"representations/{name}/METS.xml"):
            yield f"representations/{name}/METS.xml"


def some(identifiers: set[str]) -> str:
    shown = sorted(identifiers)
    return " ".join(shown[:5]) + (" …" if len(shown) > 5 else "")
