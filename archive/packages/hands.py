"""More hands for the bytes: processes that compute digests while METS is still being read.

The members lie in portions; whoever is free takes the next, the checking process too when it has read METS. Digests
land in memory that all share. Which algorithm to use is guessed from the first file entry; what METS then wants
otherwise is computed afterwards in the ordinary way.
"""

import json
import mmap
import os
import struct
from collections.abc import Callable, Iterator

from archive.packages import checksums
from archive.packages.container import ContainerRefused, Fault, Tree
from archive.packages.index import FILE
from archive.packages.inspection import Look
from archive.packages.limits import MIB

_TOKEN = struct.Struct("<I")
_PORTION_BYTES, _MOST_PORTIONS = 32 * MIB, 4096
_FEWEST_FILES, _FEWEST_BYTES = 500, 64 * MIB
Compute = Callable[[int, int], Iterator[tuple[int, bytes, Look]]]
"""From a portion (first number, number after the last) to number, digest and look of each file in it."""


def worth_it(tree: Tree, jobs: int) -> bool:
    """A stream cannot be divided, and a small package is done before a process has started."""
    return jobs > 1 and tree.kind != "tar.gz" and (tree.files >= _FEWEST_FILES or tree.bytes >= _FEWEST_BYTES)


class Hands:
    """Begun with `start`, finished with `finish`; between the two the others work."""

    def __init__(self, tree: Tree, jobs: int, algorithm: int, compute: Compute) -> None:
        self.tree, self.algorithm, self._jobs, self._compute = tree, algorithm, jobs, compute
        self._length = checksums.LENGTHS[algorithm]
        self._digests = mmap.mmap(-1, max(self._length * len(tree.index), 1))
        self._portions = list(_portions(tree))
        self._take, give = os.pipe()
        self._others: list[tuple[int, int]] = []
        self._looks: list[tuple[int, Look]] = []
        os.write(give, b"".join(_TOKEN.pack(number) for number in range(len(self._portions))))
        os.close(give)

    def start(self) -> None:
        for _ in range(self._jobs - 1):
            answers, answer = os.pipe()
            process = os.fork()
            if not process:
                os.close(answers)
                self._be_another(answer)
            os.close(answer)
            self._others.append((process, answers))

    def digest(self, number: int) -> bytes:
        at = number * self._length
        return self._digests[at : at + self._length]

    def finish(self, progress: Callable[[int], None]) -> list[tuple[int, Look]]:
        """Help with what is left, wait for the others; what was seen of files that are worth a word."""
        try:
            self._looks += self._work(progress)
            for process, answers in self._others:
                with os.fdopen(answers, "rb") as stream:
                    said = stream.read()
                _, status = os.waitpid(process, 0)
                self._others = self._others[1:]
                self._hear(said, status)
        finally:
            self.close()
        return sorted(self._looks, key=lambda each: each[0])

    def close(self) -> None:
        """Let go; also when the check is broken off."""
        for process, answers in self._others:
            os.kill(process, 9)
            os.waitpid(process, 0)
            os.close(answers)
        self._others = []
        if self._take >= 0:
            os.close(self._take)
            self._take = -1

    def _hear(self, said: bytes, status: int) -> None:
        if status or not said:
            raise RuntimeError(f"A process that computed digests ended with status {status}.")
        answer = json.loads(said)
        if answer["fault"]:
            raise ContainerRefused(Fault(*answer["fault"]))
        self._looks += [(number, Look(encrypted, claim)) for number, encrypted, claim in answer["looks"]]

    def _work(self, progress: Callable[[int], None] = lambda _: None) -> list[tuple[int, Look]]:
        looks: list[tuple[int, Look]] = []
        while token := os.read(self._take, _TOKEN.size):
            begins, ends = self._portions[_TOKEN.unpack(token)[0]]
            for number, digest, look in self._compute(begins, ends):
                at = number * self._length
                self._digests[at : at + self._length] = digest
                if look.encrypted or look.claim:
                    looks.append((number, look))
            progress(ends)
        return looks

    def _be_another(self, answer: int) -> None:
        """What a forked process does, all of it: it never returns."""
        said: dict[str, object] = {"fault": None, "looks": []}
        status = 0
        try:
            said["looks"] = [(number, look.encrypted, look.claim) for number, look in self._work()]
        except ContainerRefused as refused:
            fault = refused.fault
            said["fault"] = (fault.rule, fault.reason, fault.path, fault.found, fault.expected)
        except BaseException:
            status = 1
        finally:
            with os.fdopen(answer, "wb") as stream:
                stream.write(json.dumps(said).encode() if not status else b"")
            os._exit(status)


def _portions(tree: Tree) -> Iterator[tuple[int, int]]:
    """Runs of members of about equal size."""
    size = max(_PORTION_BYTES, tree.bytes // (_MOST_PORTIONS - 1) + 1)
    fewest = len(tree.index) // 64 + 1
    begins = held = 0
    for number, kind in enumerate(tree.index.kinds):
        held += tree.index.sizes[number] if kind == FILE else 0
        if held >= size or number - begins >= fewest:
            yield begins, number + 1
            begins, held = number + 1, 0
    if begins < len(tree.index):
        yield begins, len(tree.index)
