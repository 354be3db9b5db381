"""A delivery without METS: a JSON note (leveransbeskrivning) that names a delivery file, its digest, and its origin.

The shape in which Public 360 delivers: the note, a zip, and in the zip one erms.xml for each case beside its files.
"""

import json
import re
from dataclasses import dataclass, field

from archive.packages import grammar
from archive.packages.container import Tree
from archive.packages.listing import Listing

_REQUIRED = (
    "leveransfil",
    "kontrollsumma",
    "algoritm",
    "startdatum",
    "slutdatum",
    "arkivbildare",
    "arkivbildare_id",
    "arkivbildare_system",
    "leveransöverenskommelse",
)
_ALLOWED = {"gallring": ("", "Yes", "No"), "sekretess": ("", "Secrecy", "GDPR", "Secrecy and GDPR")}
_MOMENT = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:T(?:[01]\d|2[0-3]):?[0-5]\d:?[0-5]\d)?")
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
"""What JSON can write but no text can hold: the empty character, and halves of characters."""
_LARGEST_NOTE = 1 << 20


@dataclass(slots=True)
class Note:
    """What the note says that the portal matches with the agreement."""

    path: str = ""
    delivered: str = ""
    agreements: tuple[str, ...] = ()
    creator: str = ""
    codes: tuple[str, ...] = ()
    label: str = ""
    values: dict[str, str] = field(default_factory=dict)


def recognise(tree: Tree) -> bool:
    return _note_path(tree) is not None or (_has_cases(tree) and not tree.find_number("METS.xml"))


def _note_path(tree: Tree) -> str | None:
    for member in tree.members():
        if "/" in member.path or not member.path.lower().endswith(".json") or member.size > _LARGEST_NOTE:
            continue
        if b'"leveransfil"' in tree.read(member, _LARGEST_NOTE):
            return member.path
    return None


def _has_cases(tree: Tree) -> bool:
    folders = set(tree.subfolders("content"))
    return any(tree.find_number(f"content/{folder}/erms.xml") is not None for folder in folders)


def judge(listing: Listing) -> Note:
    path = _note_path(listing.tree)
    if path is None:
        listing.add("LB-SAKNAS", "", expected="leveransbeskrivning.json", reason="missing")
        return Note()
    member = listing.tree.find(path)
    assert member is not None
    listing.listed[member.number] = 1
    try:
        said = json.loads(listing.tree.read(member, _LARGEST_NOTE).decode("utf-8-sig"))
        if not isinstance(said, dict):
            raise ValueError("inte ett objekt")
        values = {str(key): str(value).strip() for key, value in said.items() if isinstance(value, str | int | float)}
        if broken := next((key for key, value in values.items() if _NO_TEXT.search(key + value)), None):
            raise ValueError(f"{broken}: {values[broken]}")
    except (ValueError, RecursionError) as error:
        listing.add("LB-JSON", path, str(error)[:120])
        return Note(path)
    _values(listing, path, values)
    return _delivered(listing, path, values)


def _values(listing: Listing, path: str, values: dict[str, str]) -> None:
    for key in _REQUIRED:
        if not values.get(key):
            listing.add("LB-UPPGIFT", path, values.get(key), key, reason="empty" if key in values else "missing")
    for key in ("startdatum", "slutdatum"):
        if values.get(key) and not (_MOMENT.fullmatch(values[key]) and grammar.is_date(values[key][:10])):
            listing.add("LB-DATUM", path, f"{key}: {values[key]}", "ÅÅÅÅ-MM-DDThh:mm:ss", reason="value")
    if values.get("startdatum", "") > values.get("slutdatum", "9"):
        listing.add("LB-DATUM", path, values["startdatum"], values["slutdatum"], reason="order")
    for key, allowed in _ALLOWED.items():
        if values.get(key, "") not in allowed:
            listing.add("LB-VARDE", path, f"{key}: {values[key]}", ", ".join(each for each in allowed if each))


def _delivered(listing: Listing, path: str, values: dict[str, str]) -> Note:
    name = values.get("leveransfil", "")
    if name:
        algorithm, digest = values.get("algoritm", ""), values.get("kontrollsumma", "")
        if algorithm and not listing.knows(algorithm):
            listing.add("LB-ALGORITM", path, algorithm, "md5, sha256, sha512")
        listing.expect(name, path, 1, digest=digest, algorithm=algorithm)
    numbers = (values.get("leveransöverenskommelse", ""), values.get("leveransöverenskommelse_essarch", ""))
    codes = (values.get("arkivbildare_id", ""), values.get("informationsägare_id", ""))
    return Note(
        path=path,
        delivered=name,
        agreements=tuple(each for each in numbers if each),
        creator=values.get("arkivbildare", ""),
        codes=tuple(dict.fromkeys(each for each in codes if each)),
        label=values.get("diarium_namn") or values.get("arkiv", ""),
        values=values,
    )
