"""E-ARK CSIP, the file section: groups by use, and one entry for each file (CSIP58–79, 113, 114).

A file entry that is in order in the ordinary way never reaches the rules on "file"; see mets.FileEntry.is_plain.
"""

from collections.abc import Iterator

from archive.packages import grammar
from archive.packages.grammar import XLINK
from archive.packages.mets import CSIP, HREF, Document, FileEntry, Node
from archive.packages.report import Severity
from archive.packages.rules import Trouble, attribute, claim, fault, requirement
from archive.packages.rules.csip_metadata import files_below, is_known_media_type
from archive.packages.rules.vocabularies import CONTENT_TYPES, USES

DATETIME = "YYYY-MM-DDThh:mm:ss"
_MOST_NAMES = 100
"""Of the sections that one attribute names."""


def used_for(group: Node, use: str) -> bool:
    """ "Representations/rep1/data" is a use of Representations, "representations2" is not."""
    head = group.get("USE").replace("\\", "/").partition("/")[0]
    return head.casefold() == use.casefold()


claim("CSIP58", "mets/fileSec", "several")


@requirement("CSIP58", on="mets/end")
def there_is_a_file_section(node: Node, document: Document) -> Iterator[Trouble]:
    count = node.counts.get("fileSec", 0)
    if count != 1:
        severity = Severity.ERROR if count else None
        yield fault(count or None, "fileSec", reason="several" if count else "missing", severity=severity)


attribute("CSIP59", "fileSec", "ID", form=grammar.is_identifier)


def _group_for(rule: str, use: str, folder: str) -> None:
    """A group for the use must be there when the package has files of that use.

    A warning: the files are listed all the same, in a group of another name, or SK-FILE-UNLISTED stops the package.
    """

    @requirement(rule, on="mets/end")
    def judge(node: Node, document: Document) -> Iterator[Trouble]:
        if not document.is_root or any(used_for(group, use) for group in document.groups):
            return
        if files_below(document, folder):
            yield fault(f"{folder}/", f'fileGrp USE="{use}"', severity=Severity.WARNING)


_group_for("CSIP60", "Documentation", "documentation")
_group_for("CSIP113", "Schemas", "schemas")
_group_for("CSIP114", "Representations", "representations")


@requirement("CSIP61", on="mets/end")
def groups_may_name_their_administrative_metadata(node: Node, document: Document) -> Iterator[Trouble]:
    if document.groups and not any(group.get("ADMID") for group in document.groups):
        yield fault(expected="fileGrp/@ADMID")


def describes_content(group: Node) -> bool:
    return used_for(group, "Representations")


@requirement("CSIP62", on="fileGrp")
def content_says_what_type_it_is(node: Node, document: Document) -> Iterator[Trouble]:
    written = node.attributes.get(CSIP + "CONTENTINFORMATIONTYPE")
    if written is None:
        if describes_content(node):
            yield fault(expected="csip:CONTENTINFORMATIONTYPE", reason="missing")
    elif written not in CONTENT_TYPES:
        yield fault(written, ", ".join(CONTENT_TYPES), reason="value", severity=Severity.ERROR)


@requirement("CSIP63", on="fileGrp")
def another_type_of_content_is_named(node: Node, document: Document) -> Iterator[Trouble]:
    other = node.attributes.get(CSIP + "OTHERCONTENTINFORMATIONTYPE")
    if node.get(CSIP + "CONTENTINFORMATIONTYPE") != "OTHER":
        if other is not None:
            wanted = 'csip:CONTENTINFORMATIONTYPE="OTHER"'
            yield fault(other, wanted, reason="not-other", severity=Severity.ERROR)
    elif not (other or "").strip():
        yield fault(other, "csip:OTHERCONTENTINFORMATIONTYPE", reason="missing", severity=Severity.ERROR)
    elif other in CONTENT_TYPES and other != "OTHER":
        yield fault(other, f'csip:CONTENTINFORMATIONTYPE="{other}"', reason="listed", severity=Severity.ERROR)


attribute("CSIP64", "fileGrp", "USE", expected="Documentation, Schemas, Representations/…")


@requirement("CSIP64", on="fileGrp")
def the_use_is_a_folder(node: Node, document: Document) -> Iterator[Trouble]:
    """The use of a group is called by the folder of its files; capitals apart, "Representations/rep1/data"."""
    use = node.get("USE").strip("/ ")
    if use and use not in USES and not _is_folder(document, use):
        yield fault(use, ", ".join(USES), reason="no-folder", severity=Severity.WARNING)


def _is_folder(document: Document, use: str) -> bool:
    tree, lower = document.notes["package"], use[:1].lower() + use[1:]
    return any(tree.has_folder(base + path) for base in {"", document.folder} for path in (use, lower))


attribute("CSIP65", "fileGrp", "ID", form=grammar.is_identifier)


@requirement("CSIP66", on="fileGrp/end")
def a_group_has_files(node: Node, document: Document) -> Iterator[Trouble]:
    if not node.counts.get("file") and not node.counts.get("fileGrp"):
        yield fault(expected="file")


attribute("CSIP67", "file", "ID", form=grammar.is_identifier)
attribute("CSIP68", "file", "MIMETYPE", form=grammar.is_mime, expected="application/pdf")
is_known_media_type("CSIP68", "file")
attribute("CSIP69", "file", "SIZE", form=grammar.is_size, expected="0, 1, 2, …")
attribute("CSIP70", "file", "CREATED", form=grammar.is_datetime, expected=DATETIME)
attribute("CSIP71", "file", "CHECKSUM", expected="SHA-256")
attribute(
    "CSIP72",
    "file",
    "CHECKSUMTYPE",
    form=grammar.CHECKSUM_TYPES.__contains__,
    expected="MD5, SHA-1, SHA-256, SHA-384, SHA-512",
)


def _may_have(rule: str, name: str) -> None:
    """Said once for the whole document, when no file entry has the attribute."""
    key = f"a file has {name}"

    @requirement(rule, on="file")
    def remember(entry: FileEntry, document: Document) -> Iterator[Trouble]:
        if name in entry.attributes:
            document.notes[key] = True
        yield from ()

    @requirement(rule, on="mets/end")
    def judge(node: Node, document: Document) -> Iterator[Trouble]:
        if document.files and key not in document.notes:
            yield fault(expected=f"file/@{name.rpartition('}')[2]}")


for _rule, _name in (("CSIP73", "OWNERID"), ("CSIP74", "ADMID"), ("CSIP75", "DMDID")):
    _may_have(_rule, _name)


def _names_sections(rule: str, on: str, name: str) -> None:
    """What a group or a file says of its metadata leads to sections that are there; METS has them before the files."""

    @requirement(rule, on=on)
    def judge(node: Node | FileEntry, document: Document) -> Iterator[Trouble]:
        for identifier in node.get(name).split()[:_MOST_NAMES]:
            if identifier not in _sections(document):
                yield fault(identifier, f"{name} = dmdSec | amdSec", reason="unknown", severity=Severity.ERROR)


def _sections(document: Document) -> frozenset[str]:
    key = "ids of sections"
    if key not in document.notes:
        around = [section.parent for section in document.sections if section.parent is not None]
        document.notes[key] = frozenset(node.get("ID") for node in (*document.sections, *around))
    known: frozenset[str] = document.notes[key]
    return known


_names_sections("CSIP61", "fileGrp", "ADMID")
_names_sections("CSIP74", "file", "ADMID")
_names_sections("CSIP75", "file", "DMDID")


@requirement("CSIP76", on="file")
def a_file_has_one_location(entry: FileEntry, document: Document) -> Iterator[Trouble]:
    if len(entry.locations) != 1:
        yield fault(len(entry.locations) or None, "FLocat", reason="several" if entry.locations else "missing")


def _location(rule: str, name: str, value: str | None, expected: str) -> None:
    claim(rule, "file", name)

    @requirement(rule, on="file")
    def judge(entry: FileEntry, document: Document) -> Iterator[Trouble]:
        for location in entry.locations:
            written = location.get(name)
            if written is None or not written.strip():
                yield fault(None if written is None else '""', expected, reason="missing")
            elif value is not None and written != value:
                yield fault(written, expected, reason="value")


_location("CSIP77", "LOCTYPE", "URL", 'LOCTYPE="URL"')
_location("CSIP78", XLINK + "type", "simple", 'xlink:type="simple"')
_location("CSIP79", HREF, None, "xlink:href")
