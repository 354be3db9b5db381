"""Which member names are taken in: those that mean the same file everywhere and climb nowhere.

Ordinary names are let through by one pattern; everything else is looked at closely and refused with a reason.
"""

import re
import unicodedata

from archive.packages.limits import Limits

_PLAIN = re.compile(r"[A-Za-z0-9_åäöÅÄÖéÉ][A-Za-z0-9_åäöÅÄÖéÉ ,()+=&@#!.-]{0,98}[A-Za-z0-9_åäöÅÄÖéÉ()-]|[A-Za-z0-9_]")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\s*\..*|\s*)", re.IGNORECASE)
_MAYBE_DEVICE = frozenset("cpanlCPANL")
_WINDOWS = re.compile(r'[<>:"|?*]')
_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
_DRIVE = re.compile(r"[A-Za-z]:")

PATH, NAME, WINDOWS, LIMIT, MACOS = (
    "E_ARCHIVE_PATH",
    "E_ARCHIVE_NAME",
    "E_ARCHIVE_NAME_WINDOWS",
    "E_ARCHIVE_LIMIT",
    "E_ARCHIVE_MACOS",
)


def cleaned(path: str, *, is_folder: bool) -> str:
    """Without the leading "./" that `tar -C folder .` writes, and without the slash that marks a folder."""
    while path.startswith("./") and (is_folder or len(path) > 2):
        path = path[2:]
    return path[:-1] if is_folder and path.endswith("/") else path


def plain(component: str) -> bool:
    """An ordinary name, settled by one pattern; a name that is not plain may still be a good one."""
    return _PLAIN.fullmatch(component) is not None and not (
        component[0] in _MAYBE_DEVICE and _DEVICE.fullmatch(component)
    )


def fault(path: str, limits: Limits) -> tuple[str, str] | None:
    """(rule, reason) when a name is refused; `path` is cleaned."""
    if climbing := _climbs(path):
        return PATH, climbing
    components = path.split("/")
    if len(path.encode("utf-8", "surrogatepass")) > limits.max_path_bytes:
        return LIMIT, "max_path_bytes"
    if len(components) > limits.max_depth:
        return LIMIT, "max_depth"
    if components[0] == "__MACOSX" or components[-1] == ".DS_Store" or components[-1].startswith("._"):
        return MACOS, "macos"
    for component in components:
        if len(component.encode("utf-8", "surrogatepass")) > limits.max_component_bytes:
            return LIMIT, "max_component_bytes"
        if not plain(component) and (found := _odd(component)):
            return found
    return None


def _climbs(path: str) -> str | None:
    if not path:
        return "empty"
    if path.startswith("/"):
        return "absolute"
    if "\\" in path:
        return "backslash"
    if _DRIVE.match(path):
        return "drive"
    if path.startswith("~"):
        return "home"
    components = path.split("/")
    if ".." in components:
        return "parent"
    if "" in components or "." in components:
        return "empty-component"
    return None


def _odd(component: str) -> tuple[str, str] | None:
    for character in component:
        if not character.isprintable() and unicodedata.category(character) in _INVISIBLE:
            return NAME, f"U+{ord(character):04X}"
        if ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF:
            return NAME, f"U+{ord(character):04X}"
    if _WINDOWS.search(component):
        return WINDOWS, "character"
    if component[-1] in ". ":
        return WINDOWS, "trailing"
    if _DEVICE.fullmatch(component):
        return WINDOWS, "device"
    return None
