"""Packages without METS: BagIt, a delivery note, a table of files, and SIARD, which is a package of its own.

Each is recognised by what lies in it, has a profile of its own, and is judged by the rules of that profile; the cases
in it are judged like anybody's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from archive.packages import xml
from archive.packages.container import ContainerRefused, Fault, Member, Tree
from archive.packages.contents import Contents
from archive.packages.limits import Limits
from archive.packages.listing import Listing
from archive.packages.report import Place
from archive.packages.rulebook import Rulebook
from archive.packages.rules import bagit, delivery_note, file_table, siard
from archive.packages.rules.delivery_note import Note
from archive.packages.rules.siard import Siard
from archive.packages.zip_reader import ZipTree

_RECOGNISERS: tuple[tuple[str, Callable[[Tree], bool]], ...] = (
    ("siard", siard.recognise),
    ("bagit", bagit.recognise),
    ("delivery-note", delivery_note.recognise),
    ("file-table", file_table.recognise),
)
_AS_STORED = ("folder", "tar")
"""The containers in which a member lies as it is, so that a zip within can be read where it lies."""
KEYS = tuple(key for key, _ in _RECOGNISERS)


@dataclass(slots=True)
class Inner:
    """A zip that lies in the package as it is and can be read where it lies."""

    tree: ZipTree
    within: str


def recognise(tree: Tree) -> str | None:
    """The profile of a package without METS, or None when it is nothing that we know."""
    return next((key for key, fits in _RECOGNISERS if fits(tree)), None)


def judge(key: str, book: Rulebook, limits: xml.XMLLimits) -> Note | None:
    """All but the digests, which the pass over the bytes proves afterwards."""
    if key == "siard":
        Siard(book.tree, book.add, limits).judge()
    elif key == "bagit":
        bagit.judge(Listing(book, "BAGIT"))
    elif key == "file-table":
        file_table.judge(Listing(book, "TABELL"))
    elif key == "delivery-note":
        listing = Listing(book, "LB")
        note = delivery_note.judge(listing)
        for number, path in listing.numbered():
            if note.delivered and not listing.listed[number]:
                listing.add("LB-OLISTAD", path, path, note.delivered)
        return note
    return None


def judge_delivered(book: Rulebook, path: str, limits: Limits, contents: Contents) -> None:
    """The cases inside the zip that a delivery note names, where it can be read as it lies."""
    member = book.tree.find(path)
    if member is None:
        return
    if book.tree.kind not in _AS_STORED:
        book.add("LB-INUTI", Place(path), book.tree.kind, "tar")
        return
    inner = open_inner(book.tree, member, limits, book)
    if inner is None:
        return
    with inner.tree as tree:
        contents.judge_within(tree, inner.within)


def judge_databases(book: Rulebook, limits: Limits, xml_limits: xml.XMLLimits) -> int:
    """The SIARD files that lie in a package; returns how many were judged."""
    judged = 0
    for member in book.tree.members_ending(".siard"):
        if book.tree.kind not in _AS_STORED:
            book.add("SIARD-INUTI", Place(member.path), book.tree.kind, "tar")
            continue
        if not next(iter(book.tree.chunks(member)), b"").startswith(b"PK"):
            book.add("SIARD-STRUKTUR", Place(member.path), None, "zip", reason="zip")
            continue
        inner = open_inner(book.tree, member, limits, book)
        if inner is None:
            continue
        with inner.tree as tree:
            Siard(tree, book.add, xml_limits, inner.within).judge()
        judged += 1
    return judged


def open_inner(tree: Tree, member: Member, limits: Limits, book: Rulebook) -> Inner | None:
    """The member as a zip of its own where its bytes lie uncompressed: in a folder or a plain tar."""

    def report(fault: Fault) -> None:
        book.add(
            fault.rule,
            Place(f"{member.path}/{fault.path}".rstrip("/")),
            fault.found,
            fault.expected,
            reason=fault.reason,
        )

    within = member.path + "/"
    try:
        if tree.kind == "folder":
            return Inner(ZipTree(Path(tree.path) / tree.root / member.path, limits, report), within)
        if tree.kind == "tar" and member.offset is not None:
            return Inner(ZipTree(tree.path, limits, report, (member.offset, member.size)), within)
    except ContainerRefused as refused:
        report(refused.fault)
    return None
