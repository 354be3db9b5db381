"""The seeded mutants: every check they take away still stands where they look for it."""

import pytest

from tests.mutants import MUTANTS, ROOT, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_check_can_be_taken_away(mutant: Mutant) -> None:
    source = (ROOT / mutant.path).read_text()
    assert mutant.made_of(source) != source
    assert all((ROOT / test).exists() for test in mutant.tests.split())
