"""E-ARK CSIP, descriptive and administrative metadata: sections and their references (CSIP17–57).

Each reference, wherever it stands, has the same nine requirements under ids of its own.
"""

from collections.abc import Iterator

from archive.packages import grammar
from archive.packages.grammar import XLINK
from archive.packages.media_registry import is_registered
from archive.packages.mets import Document, FileEntry, Node
from archive.packages.report import Severity
from archive.packages.rules import Trouble, attribute, claim, fault, requirement
from archive.packages.rules.vocabularies import STATUSES

REFERENCES = {"dmdSec": 22, "digiprovMD": 36, "rightsMD": 49}
"""The number of the first of the nine requirements on mdRef, in each kind of section."""
DATETIME = "YYYY-MM-DDThh:mm:ss"


def is_known_media_type(rule: str, on: str) -> None:
    """A warning only: IANA's list grows, and this copy of it has a date."""

    @requirement(rule, on=on)
    def judge(node: Node | FileEntry, document: Document) -> Iterator[Trouble]:
        written = node.get("MIMETYPE").strip()
        if grammar.is_mime(written) and not is_registered(written):
            yield fault(written, reason="unregistered", severity=Severity.WARNING)


for _section, _first in REFERENCES.items():
    _on = f"{_section}/mdRef"
    attribute(f"CSIP{_first}", _on, "LOCTYPE", value="URL")
    attribute(f"CSIP{_first + 1}", _on, XLINK + "type", value="simple")
    attribute(f"CSIP{_first + 2}", _on, XLINK + "href", expected="metadata/…")
    attribute(f"CSIP{_first + 3}", _on, "MDTYPE", form=grammar.MD_TYPES.__contains__, expected="EAD, PREMIS, OTHER, …")
    attribute(f"CSIP{_first + 4}", _on, "MIMETYPE", form=grammar.is_mime, expected="text/xml")
    attribute(f"CSIP{_first + 5}", _on, "SIZE", form=grammar.is_size, expected="0, 1, 2, …")
    attribute(f"CSIP{_first + 6}", _on, "CREATED", form=grammar.is_datetime, expected=DATETIME)
    attribute(f"CSIP{_first + 7}", _on, "CHECKSUM", expected="SHA-256")
    attribute(
        f"CSIP{_first + 8}",
        _on,
        "CHECKSUMTYPE",
        form=grammar.CHECKSUM_TYPES.__contains__,
        expected="MD5, SHA-1, SHA-256, SHA-384, SHA-512",
    )
    is_known_media_type(f"CSIP{_first + 4}", _on)

attribute("CSIP18", "dmdSec", "ID", form=grammar.is_identifier)
attribute("CSIP33", "digiprovMD", "ID", form=grammar.is_identifier)
attribute("CSIP46", "rightsMD", "ID", form=grammar.is_identifier)
attribute("CSIP19", "dmdSec", "CREATED", form=grammar.is_datetime, expected=DATETIME)
for _rule, _section in (("CSIP20", "dmdSec"), ("CSIP34", "digiprovMD"), ("CSIP47", "rightsMD")):
    attribute(_rule, _section, "STATUS", form=STATUSES.__contains__, expected=", ".join(STATUSES))


def _has_reference(rule: str, section: str) -> None:
    claim(rule, f"{section}/mdRef", "several")

    @requirement(rule, on=f"{section}/end")
    def judge(node: Node, document: Document) -> Iterator[Trouble]:
        count = node.counts.get("mdRef", 0)
        if count == 0:
            yield fault("mdWrap" if node.counts.get("mdWrap") else None, "mdRef", reason="missing")
        elif count > 1:
            yield fault(count, 1, reason="several", severity=Severity.ERROR)


_has_reference("CSIP21", "dmdSec")
_has_reference("CSIP35", "digiprovMD")
_has_reference("CSIP48", "rightsMD")


def files_below(document: Document, folder: str) -> bool:
    """Whether the package has a file in a folder that lies beside this METS document."""
    tree = document.notes["package"]
    below = tree.root + document.folder + folder + "/"
    known: dict[str, bool] = document.notes.setdefault("files below", {})
    if folder not in known:
        known[folder] = tree.has_folder(document.folder + folder) and any(
            True for member in tree.members() if (tree.root + member.path).startswith(below)
        )
    return known[folder]


@requirement("CSIP17", on="mets/end")
def descriptive_metadata_is_described(node: Node, document: Document) -> Iterator[Trouble]:
    """Asked for when there is such metadata; a package without any lacks no section."""
    if not node.counts.get("dmdSec") and files_below(document, "metadata/descriptive"):
        yield fault("metadata/descriptive", "dmdSec", reason="files", severity=Severity.ERROR)


@requirement("CSIP31", on="mets/end")
def administrative_metadata_is_described(node: Node, document: Document) -> Iterator[Trouble]:
    count = node.counts.get("amdSec", 0)
    if count > 1:
        yield fault(count, 1, reason="several", severity=Severity.ERROR)
    elif not count and files_below(document, "metadata/preservation"):
        yield fault("metadata/preservation", "amdSec", reason="files", severity=Severity.ERROR)
    elif not count:
        yield fault(expected="amdSec", reason="missing")


@requirement("CSIP31", on="amdSec/end")
def the_administrative_section_says_something(node: Node, document: Document) -> Iterator[Trouble]:
    if not node.counts:
        yield fault("amdSec", "digiprovMD", reason="empty")


@requirement("CSIP32", on="amdSec/end")
def provenance_is_recorded(node: Node, document: Document) -> Iterator[Trouble]:
    if not node.counts.get("digiprovMD"):
        yield fault(expected="digiprovMD")


@requirement("CSIP45", on="amdSec/end")
def rights_may_be_recorded(node: Node, document: Document) -> Iterator[Trouble]:
    if not node.counts.get("rightsMD"):
        yield fault(expected="rightsMD")
