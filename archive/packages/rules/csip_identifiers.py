"""E-ARK CSIP: an id that two elements share is no id (CSIP18, 33, 46, 59, 65, 67, 83, 85, 89, 94, 98, 102, 106).

That an id is there and has its form, the modules say that own the element.
"""

from collections.abc import Callable, Iterable, Iterator

from archive.packages.mets import Document, FileEntry, Node
from archive.packages.rules import Trouble, fault, requirement
from archive.packages.rules.csip_divisions import csip_map, divisions, main_division, representation_divisions

Elements = Callable[[Document], Iterable[Node | None]]


def _own(rule: str, elements: Elements) -> None:
    @requirement(rule, on="mets/end")
    def judge(node: Node, document: Document) -> Iterator[Trouble]:
        for each in elements(document) if document.repeated else ():
            if each is not None and each.get("ID") in document.repeated:
                yield fault(f'ID="{each.get("ID")}"', at=document.place(each), reason="repeated")


def _sections(kind: str) -> Elements:
    return lambda document: (section for section in document.sections if section.kind == kind)


def _divisions(label: str) -> Elements:
    return lambda document: divisions(document, label)


_own("CSIP18", _sections("dmdSec"))
_own("CSIP33", _sections("digiprovMD"))
_own("CSIP46", _sections("rightsMD"))
_own("CSIP59", lambda document: (document.filesec,))
_own("CSIP65", lambda document: document.groups)
_own("CSIP83", lambda document: (csip_map(document),))
_own("CSIP85", lambda document: (main_division(document),))
_own("CSIP89", _divisions("Metadata"))
_own("CSIP94", _divisions("Documentation"))
_own("CSIP98", _divisions("Schemas"))
_own("CSIP102", _divisions("Representations"))
_own("CSIP106", lambda document: representation_divisions(document))


@requirement("CSIP67", on="file")
def a_file_has_an_id_of_its_own(entry: FileEntry, document: Document) -> Iterator[Trouble]:
    if entry.get("ID") in document.repeated:
        yield fault(f'ID="{entry.get("ID")}"', reason="repeated")
