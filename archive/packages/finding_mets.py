"""Where a package's METS lies, what it begins with, and what is said when it is not where it belongs."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from archive.packages import xml
from archive.packages.container import Fault, Tree
from archive.packages.mets import CSIP, HREF
from archive.packages.profile import Profile
from archive.packages.references import resolve

_ENDINGS = {"zip": (".zip",), "tar": (".tar",), "tar.gz": (".tar.gz", ".tgz", ".gz")}
_LIKE_METS = re.compile(r"(?:^|[/_. -])(?:mets|sip)\.xml$", re.IGNORECASE)
_LOOKED_THROUGH = 100_000
_ROOTS_SHOWN = 10


def foreign_extension(name: str, tree: Tree) -> Iterator[Fault]:
    """A zip called .tar is read all the same, and told."""
    own = _ENDINGS.get(tree.kind, ())
    foreign = tuple(end for kind, ends in _ENDINGS.items() if kind != tree.kind for end in ends)
    if tree.kind != "folder" and name.lower().endswith(foreign) and not name.lower().endswith(own):
        yield Fault("E_ARCHIVE_EXTENSION", "extension", "", name, own[0])


def none_there(tree: Tree, wanted: tuple[str, ...], profile: Profile) -> Iterator[Fault]:
    """The METS is not where it belongs: say where something like it lies instead."""
    paths = (member.path for member in islice(tree.members(), _LOOKED_THROUGH))
    deeper = [path for path in paths if _LIKE_METS.search(path)]
    roots = sorted(tree.tops)
    if not tree.root and len(roots) > 1 and any(path.count("/") == 1 for path in deeper):
        shown = ", ".join(roots[:_ROOTS_SHOWN])
        yield Fault("E_ARCHIVE_LAYOUT", "two-roots", "", shown, "1")
        if profile.severity("CSIPSTR1") is not None:
            yield Fault("CSIPSTR1", "two-roots", "", shown, "1")
        return
    shortest = min(deeper, key=lambda path: path.count("/"), default=None)
    yield Fault("SK-METS-MISSING", "elsewhere" if shortest else "missing", "", shortest, " / ".join(wanted))
    if profile.severity("CSIPSTR4") is not None and wanted[0] == "METS.xml":
        yield Fault("CSIPSTR4", "missing", "", shortest, "METS.xml")


def peek(source: Iterable[bytes], limits: xml.XMLLimits) -> tuple[dict[str, str], str]:
    """The root's attributes and what the header calls the package (SIP, AIP, DIP), from the first bytes."""
    root: dict[str, str] = {}
    for event, element in xml.every_event(source, limits=limits):
        if event != "start":
            continue
        if not root:
            root = {"": "", **dict(element.attrib.items())}
        elif element.tag.endswith("}metsHdr"):
            return root, element.get(CSIP + "OAISPACKAGETYPE", "")
        else:
            break
    return root, ""


def listed_paths(source: Iterable[bytes], base: str, limits: xml.XMLLimits) -> Iterator[str]:
    """Every path a METS in the folder `base` refers to, in both spellings where a reference has two."""
    for event, element in xml.every_event(source, limits=limits):
        if event == "start" and (href := element.get(HREF)):
            reference = resolve(href, base)
            yield reference.path
            if reference.literal:
                yield reference.literal
        elif event == "end":
            xml.forget(element)


def of_representations(tree: Tree) -> list[str]:
    paths = [f"representations/{name}/METS.xml" for name in tree.subfolders("representations")]
    return [path for path in paths if tree.find_number(path) is not None]
