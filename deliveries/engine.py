"""What agreements need to know of the engine that will check packages: its profiles, its rules, and what it refuses.

The engine lives upstairs, in the archive, which registers it here when the portal starts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Profile:
    """A published specification that packages can be held to."""

    key: str
    name: str


@dataclass(frozen=True)
class Rule:
    id: str
    title: str
    severity: str


class Engine(Protocol):
    def profiles(self) -> Sequence[Profile]: ...

    def rules(self, profile: str) -> Sequence[Rule]: ...

    def objections(self, profile: Mapping[str, Any], mapping: Mapping[str, Any]) -> Sequence[str]:
        """Why packages could not be checked and described like this, as sentences; none when they can."""
        ...


class Unregistered:
    """Before the archive has come: nothing to choose, nothing to object to."""

    def profiles(self) -> Sequence[Profile]:
        return ()

    def rules(self, profile: str) -> Sequence[Rule]:
        return ()

    def objections(self, profile: Mapping[str, Any], mapping: Mapping[str, Any]) -> Sequence[str]:
        return ()


_registered: list[Engine] = [Unregistered()]


def register(engine: Engine) -> None:
    _registered[0] = engine


def the_engine() -> Engine:
    return _registered[0]


def profile_name(key: str) -> str:
    return next((profile.name for profile in the_engine().profiles() if profile.key == key), key)
