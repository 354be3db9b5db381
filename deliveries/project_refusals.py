"""Why an act in a delivery project was refused: each is named for the fact and says what to do instead."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Lack:
    """What is missing at a gate, as a sentence, and the place in the portal where it is put right."""

    sentence: str
    where: str
    link: str = ""


class Refused(Exception):
    """The act changed nothing; the text is for the person who tried."""


class GateClosed(Refused):
    """The phase demands something that is not there yet."""

    def __init__(self, lacks: Iterable[Lack]) -> None:
        self.lacks = tuple(lacks)
        super().__init__(" ".join(lack.sentence for lack in self.lacks))


class NotNow(Refused):
    """Lawful, but not as the project stands."""


class ChangedMeanwhile(Refused):
    """Somebody else changed the same project since the page was shown."""


class JointWorkEnded(Refused):
    """Secret content is handled: what is written now belongs to one municipality."""


class NotTheWriter(Refused):
    """A line of the log is its writer's to correct."""


class EndsBeforeStart(Refused):
    pass


class ReasonMissing(Refused):
    pass


class NotAMember(Refused):
    pass


class WrongFile(Refused):
    """Too large, empty, or of a kind that is not taken."""
