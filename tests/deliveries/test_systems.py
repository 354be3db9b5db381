"""Systems by all the names people use."""

import pytest

from deliveries.models import SourceSystem, SystemAlias
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("asked", ["ByggR", "Bygg-R", "bygg r", "BYGGR"])
def test_spelling_does_not_matter(asked: str) -> None:
    system = factories.system("ByggR")
    assert SourceSystem.objects.named(asked).get() == system


@pytest.mark.parametrize("asked", ["Procapita", "Lifecare", "procapita lifecare"])
def test_another_name_finds_the_same_system(asked: str) -> None:
    system = factories.system("Procapita")
    for name in ("Lifecare", "Procapita Lifecare"):
        SystemAlias.objects.create(system=system, name=name)
    assert SourceSystem.objects.named(asked).get() == system
