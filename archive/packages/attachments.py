"""The files that case metadata names: are they in the package, and are they what the metadata says?

Sizes are compared at once. Digests that METS has declared already in the same words need no second look; others are
added to what the pass over the bytes proves.
"""

from collections.abc import Iterator

from archive.packages import checksums
from archive.packages.checksums import Declarations, Declared
from archive.packages.container import Tree
from archive.packages.erms import Attachment, locate

_METHODS = {"MD5": 1, "SHA1": 2, "SHA256": 3, "SHA384": 4, "SHA512": 5}
Trouble = tuple[str, str, str | None, str | None]
"""What of the attachment (FIL, STORLEK, SUMMA, METOD, LANK), why, found, expected."""


class Attachments:
    def __init__(self, tree: Tree, declared: Declarations, metadata_path: str, role: int) -> None:
        self.tree, self.declared, self.metadata_path, self.role = tree, declared, metadata_path, role
        self.named = 0

    def check(self, attachment: Attachment) -> Iterator[Trouble]:
        self.named += 1
        if "\\" in attachment.link:
            yield "LANK", "backslash", attachment.link, attachment.path
        path = locate(attachment, self.metadata_path, self._is_file)
        if path is None:
            yield "FIL", "missing", attachment.link, None
            return
        number = self.tree.find_number(path)
        assert number is not None
        stored, said = self.tree.index.sizes[number], (attachment.size or "").strip()
        if said.isascii() and said.isdigit() and len(said) < 19 and int(said) != stored:
            yield "STORLEK", "differs", said, str(stored)
        yield from self._digest(attachment, number)

    def _is_file(self, path: str) -> bool:
        return self.tree.find_number(path) is not None

    def _digest(self, attachment: Attachment, number: int) -> Iterator[Trouble]:
        written, method = (attachment.digest or "").strip(), (attachment.algorithm or "").strip()
        if not written:
            return
        algorithm = _METHODS.get(method.upper().replace("-", "").replace("_", ""), 0)
        if not algorithm:
            yield "METOD", "algorithm" if method else "missing", method or None, "SHA-256"
            return
        digest = checksums.declared_digest(written, algorithm)
        if digest is None:
            yield "SUMMA", "form", written, f"{2 * checksums.LENGTHS[algorithm]} × 0–9, a–f"
            return
        declared = self.declared
        if declared.algorithms[number] == algorithm and declared.digest(number) == digest:
            return
        statement = Declared(number, algorithm, digest, self.role, attachment.line or 0, 0)
        declared.more.setdefault(number, []).append(statement)
