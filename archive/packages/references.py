"""From what METS writes in xlink:href to the path of a file in the package, and nothing else.

Read are relative references and the `file:///content/…` that FGS writers use for package-relative paths, with or
without percent-encoding. What points outside, or could be read in two ways, is refused with a reason.
"""

import re
from dataclasses import dataclass

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_PLAIN = re.compile(
    r"(?:[A-Za-z0-9_()åäöÅÄÖ,-][A-Za-z0-9_().åäöÅÄÖ, -]*/)*[A-Za-z0-9_()åäöÅÄÖ,-][A-Za-z0-9_().åäöÅÄÖ, -]*"
)


@dataclass(frozen=True, slots=True)
class Reference:
    """Where an href points: a path below `base`, or the reason why it points nowhere in the package."""

    path: str
    reason: str = ""
    literal: str = ""
    """The path without percent-decoding and with "#" and "?" as letters, for names that were not encoded."""


def is_plain(href: str) -> bool:
    """A relative path of ordinary characters, which means itself."""
    return _PLAIN.fullmatch(href) is not None


def resolve(href: str, base: str = "") -> Reference:
    """`base` is the folder of the METS document with its closing slash, "" at the root."""
    if _PLAIN.fullmatch(href):
        return Reference(base + href)
    path, package_relative, reason = _without_scheme(href)
    if reason:
        return Reference(path, reason)
    base = "" if package_relative else base
    literal = _joined(base, path.removeprefix("./"))
    if path.startswith("/"):
        return Reference(path, "absolute")
    if "#" in path or "?" in path:
        reason = "fragment" if "#" in path else "query"
        return Reference(path, reason, literal or "")
    if _PERCENT.search(path):
        try:
            path = re.sub(rb"%([0-9A-Fa-f]{2})", lambda m: bytes.fromhex(m[1].decode()), path.encode()).decode()
        except UnicodeDecodeError:
            return Reference(path, "percent", literal or "")
    return _judged(path, base, literal or "")


def _judged(path: str, base: str, literal: str) -> Reference:
    if any(ord(character) < 32 or ord(character) == 127 for character in path):
        return Reference(path, "control")
    if "\\" in path:
        return Reference(path, "backslash", (_joined(base, path.replace("\\", "/")) or ""))
    if path.startswith("/"):
        return Reference(path, "absolute")
    if path.endswith("/"):
        return Reference(path, "folder")
    components = path.removeprefix("./").split("/")
    if "" in components:
        return Reference(path, "empty" if path in ("", "./") else "double-slash")
    if "." in components or ".." in components:
        joined = _joined(base, path)
        if joined is None:
            return Reference(path, "parent")
        return Reference(joined, "" if base and path.startswith("../") else "not-canonical", joined)
    return Reference(base + path.removeprefix("./"), "", literal)


def _without_scheme(href: str) -> tuple[str, bool, str]:
    """The path part, whether it counts from the package root, and why it is refused."""
    if not href.strip():
        return href, False, "empty"
    if href[:5].lower() == "file:":
        path = href[5:]
        if path.startswith("//"):
            path = path[2:]
            if not path.startswith(("/", ".")) and "/" in path:
                return _host_or_folder(path)
        if path.startswith("//"):
            return path, False, "absolute"
        stripped = path.lstrip("/")
        if re.match(r"[A-Za-z]:", stripped):
            return path, False, "drive"
        return stripped.removeprefix("./"), True, ""
    if href.startswith("//"):
        return href, False, "remote"
    if match := _SCHEME.match(href):
        return href, False, "drive" if len(match[1]) == 1 else "scheme"
    return href, False, ""


def _host_or_folder(path: str) -> tuple[str, bool, str]:
    """`file://content/1.pdf`: the standard calls "content" a host, the writers mean a folder."""
    host = path.partition("/")[0]
    return (path, False, "remote") if "." in host or host == "localhost" else (path, True, "")


def _joined(base: str, path: str) -> str | None:
    """The path with "." and ".." taken away, None when it climbs out of the package."""
    kept: list[str] = []
    for component in (base + path).split("/"):
        if component == "..":
            if not kept:
                return None
            kept.pop()
        elif component not in ("", "."):
            kept.append(component)
    return "/".join(kept)
