"""BagIt (RFC 8493): a folder of files with manifests beside it. Versions 0.93 to 1.0."""

import re
from collections.abc import Iterator

from archive.packages.container import Member, Tree
from archive.packages.listing import Listing, lines_of

_VERSIONS = ("0.93", "0.94", "0.95", "0.96", "0.97", "1.0")
_MANIFEST = re.compile(r"(tag)?manifest-([a-z0-9]+)\.txt")
_LINE = re.compile(r"([0-9A-Fa-f]+)[ \t]+\*?(.+)")
_FORBIDDEN = re.compile(r"(?:^|/)\.\.?(?:/|$)|^[/~]")
_ENCODED = {"%0a": "\n", "%0d": "\r", "%25": "%"}
_MOST_BYTES = 1 << 30


def recognise(tree: Tree) -> bool:
    return tree.find_number("bagit.txt") is not None


def judge(listing: Listing) -> None:
    _declaration(listing)
    manifests = [(member.path, match) for member in _top_files(listing) if (match := _MANIFEST.fullmatch(member.path))]
    if not listing.tree.has_folder("data"):
        listing.add("BAGIT-DATA", "", expected="data/", reason="missing")
    if not any(match[1] is None for _, match in manifests):
        listing.add("BAGIT-MANIFEST", "", expected="manifest-sha256.txt", reason="missing")
    for path, match in manifests:
        _manifest(listing, path, match[2], is_tag=match[1] is not None)
    if listing.tree.find_number("fetch.txt") is not None:
        listing.add("BAGIT-FETCH", "fetch.txt")
    _payload_sum(listing)


def _top_files(listing: Listing) -> Iterator[Member]:
    return (member for member in listing.tree.members() if "/" not in member.path)


def _declaration(listing: Listing) -> None:
    said = dict(_labels(listing, "bagit.txt"))
    version, encoding = said.get("BagIt-Version"), said.get("Tag-File-Character-Encoding")
    if version not in _VERSIONS:
        listing.add("BAGIT-VERSION", "bagit.txt", version, ", ".join(_VERSIONS), reason="version")
    if (encoding or "").upper() != "UTF-8":
        listing.add("BAGIT-VERSION", "bagit.txt", encoding, "UTF-8", reason="encoding")


def _labels(listing: Listing, path: str) -> Iterator[tuple[str, str]]:
    label, value = "", ""
    for _, line in lines_of(listing.tree, path, _MOST_BYTES):
        if line[:1] in (" ", "\t") and label:
            value += " " + line.strip()
            continue
        if label:
            yield label, value
        label, _, rest = line.partition(":")
        label, value = label.strip(), rest.strip()
    if label:
        yield label, value


def _manifest(listing: Listing, path: str, algorithm: str, *, is_tag: bool) -> None:
    listed: set[int] = set()
    if not listing.knows(algorithm):
        listing.add("BAGIT-ALGORITM", path, algorithm, "sha256, sha512", reason="unknown")
    for number, line in lines_of(listing.tree, path, _MOST_BYTES):
        match = _LINE.fullmatch(line.strip())
        if match is None:
            listing.add("BAGIT-RAD", path, line[:100], "kontrollsumma  sökväg", line=number)
            continue
        name = _decoded(match[2]) if listing.tree.find_number(match[2]) is None else match[2]
        if _FORBIDDEN.search(name):
            listing.add("BAGIT-RAD", path, name, line=number, reason="climbs")
            continue
        if not is_tag and not name.startswith("data/"):
            listing.add("BAGIT-RAD", path, name, "data/…", line=number, reason="outside")
        there = listing.expect(name, path, number, digest=match[1], algorithm=algorithm)
        if there is not None:
            listed.add(there)
    if not is_tag:
        for at, member in listing.numbered():
            if member.startswith("data/") and at not in listed:
                listing.add("BAGIT-OLISTAD", member, member, path)


def _decoded(path: str) -> str:
    """Line ends and the percent sign itself are all that a manifest encodes (RFC 8493, 2.1.3)."""
    return re.sub("%(?:0[aAdD]|25)", lambda match: _ENCODED[match[0].lower()], path)


def _payload_sum(listing: Listing) -> None:
    """Payload-Oxum: bytes and number of files in data/."""
    if listing.tree.find_number("bag-info.txt") is None:
        return
    written = dict(_labels(listing, "bag-info.txt")).get("Payload-Oxum")
    if written is None:
        return
    sizes = [listing.tree.index.sizes[at] for at, member in listing.numbered() if member.startswith("data/")]
    real = f"{sum(sizes)}.{len(sizes)}"
    if written.strip() != real:
        listing.add("BAGIT-OXUM", "bag-info.txt", written, real)
