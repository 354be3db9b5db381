"""Rows that many tests begin with are made once and kept in an open transaction; each test undoes its own changes only.

A fixture marked `@shared` (below `@pytest.fixture`) is called for the first test that asks and stands until a test asks
for something else. Every test gets copies of what it returned. Tests see what they would see if it were made for each:
one that does not ask finds an empty database, and one that commits has it made anew.
"""

import copy
import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, ParamSpec, TypeVar

import pytest
from django.db import transaction

Given = ParamSpec("Given")
Made = TypeVar("Made")
Make = Callable[..., Any]


@dataclass
class Layer:
    """One fixture's rows, in a savepoint of their own upon the layers before."""

    make: Make
    value: Any
    undo: ExitStack


_layers: list[Layer] = []
_copies: dict[Make, Any] = {}


def shared(make: Callable[Given, Made]) -> Callable[Given, Made]:
    """A fixture that makes rows and asks for nothing but `db` and other shared fixtures."""

    @functools.wraps(make)
    def fixture(*args: Given.args, **named: Given.kwargs) -> Made:
        if make not in _copies:
            return make(*args, **named)
        found: Made = _copies[make]
        return found

    fixture.makes_rows = make  # type: ignore[attr-defined]
    return fixture


def prepare(item: pytest.Item) -> None:
    """Before the test's own transaction begins: undo what it does not ask for, make what it asks for."""
    wanted = {} if _commits(item) else _wanted(item)
    common = len(list(takewhile(lambda pair: pair[0].make is pair[1], zip(_layers, wanted, strict=False))))
    undo(common)
    for make, needs in list(wanted.items())[common:]:
        values = {layer.make: layer.value for layer in _layers}
        _layers.append(_layer(make, {name: values[by] if by else None for name, by in needs.items()}))
    copies = copy.deepcopy([layer.value for layer in _layers])
    _copies.clear()
    _copies.update(zip([layer.make for layer in _layers], copies, strict=True))


@contextmanager
def undone() -> Iterator[None]:
    """What is done inside is undone at its end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def undo(leave: int = 0) -> None:
    """Take layers away from the top until so many are left."""
    _copies.clear()
    while len(_layers) > leave:
        _layers.pop().undo.close()


def _layer(make: Make, given: dict[str, Any]) -> Layer:
    with ExitStack() as undoing:
        undoing.enter_context(undone())
        return Layer(make, make(**given), undoing.pop_all())


def _commits(item: pytest.Item) -> bool:
    marks = item.iter_markers("django_db")
    return "transactional_db" in _names(item) or any(mark.kwargs.get("transaction") for mark in marks)


def _names(item: pytest.Item) -> list[str]:
    return list(getattr(item, "fixturenames", ()))


def _wanted(item: pytest.Item) -> dict[Make, dict[str, Make | None]]:
    """Each shared fixture of the test after those it asks for, with what each of its arguments is made by."""
    known = item._fixtureinfo.name2fixturedefs  # type: ignore[attr-defined]
    found: dict[Make, dict[str, Make | None]] = {}

    def add(name: str) -> Make | None:
        if name not in known:  # asked for by hand, as `request` is
            return None
        definition = known[name][-1]
        make: Make | None = getattr(definition.func, "makes_rows", None)
        if make and make not in found:
            needs = {need: add(need) for need in definition.argnames}
            strangers = [need for need, by in needs.items() if by is None and need != "db"]
            assert not strangers, f"the shared fixture {name} asks for {strangers}, which are not shared"
            found[make] = needs
        return make

    for name in sorted(_names(item)):
        add(name)
    return found
