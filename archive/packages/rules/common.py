"""What every package needs whatever its specification: an identity that can be kept, shown and searched for."""

import re
from collections.abc import Iterator

from archive.packages.mets import Document, Node
from archive.packages.rules import Trouble, fault, requirement

LONGEST_OBJID = 255
_UNFIT = re.compile(r"[<>\"\x00-\x1f\x7f]")


@requirement("SK-OBJID", on="mets")
def the_package_has_an_identity(node: Node, document: Document) -> Iterator[Trouble]:
    identity = node.get("OBJID")
    if not document.is_root:
        return
    if not identity.strip():
        yield fault(None if "OBJID" not in node.attributes else 'OBJID=""', "OBJID", reason="missing")
    elif len(identity) > LONGEST_OBJID:
        yield fault(len(identity), f"≤ {LONGEST_OBJID}", reason="long")
    elif _UNFIT.search(identity):
        yield fault(identity, reason="characters")
