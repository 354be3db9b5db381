"""What a file is by its bytes, held against what its name and METS say, and against what the agreement accepts.

Formats are judged by PUID and by the agreement's own dated list: accept, remark, convert or refuse. No list is built
in: which formats an archive takes is its decision, and changes.
"""

from archive.packages.formats import UNKNOWN, Format
from archive.packages.report import Place
from archive.packages.rulebook import Rulebook

ACCEPT, REMARK, CONVERT, REFUSE = "accept", "remark", "convert", "refuse"
_RULES = {REMARK: "SK-FORMAT-REMARK", CONVERT: "SK-FORMAT-CONVERT", REFUSE: "SK-FORMAT-REFUSED"}
_SAYS_NOTHING = frozenset(("", "application/octet-stream", "binary/octet-stream"))


def judge_format(book: Rulebook, number: int, found: Format) -> None:
    path = book.tree.member(number).path
    place = Place(path)
    if found.puid == UNKNOWN:
        book.add("SK-FORMAT-UNKNOWN", place)
    elif "extension mismatch" in found.warning:
        book.add("SK-FORMAT-EXTENSION", place, path.rpartition("/")[2], _named(found))
    declared = book.declared.media_type(number)
    if found.mime and declared.lower() not in _SAYS_NOTHING and not _agree(declared, found.mime):
        book.add("SK-FORMAT-MIME", place, declared, f"{found.mime} ({_named(found)})")
    _judge_by_agreement(book, found, place)


def _judge_by_agreement(book: Rulebook, found: Format, place: Place) -> None:
    accepted = book.profile.settings.get("formats", {})
    verdict = accepted.get(found.puid, accepted.get("*", ACCEPT)) if accepted else ACCEPT
    if verdict in _RULES:
        book.add(_RULES[verdict], place, f"{found.puid} {_named(found)}".strip())


def _agree(declared: str, identified: str) -> bool:
    """siegfried gives several types with commas; "x-" and parameters are matters of taste."""
    wanted = _plainly(declared)
    return any(_plainly(each) == wanted for each in identified.split(",")) or {wanted, _plainly(identified)} <= {
        "text/xml",
        "application/xml",
    }


def _plainly(mime: str) -> str:
    return mime.partition(";")[0].strip().lower().replace("/x-", "/")


def _named(found: Format) -> str:
    return f"{found.name} {found.version}".strip() or found.puid
