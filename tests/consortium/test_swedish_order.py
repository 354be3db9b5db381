import random

import pytest

from consortium.swedish import swedish_key, swedish_order
from governance.models import Municipality

MUNICIPALITIES = ["Vänersborg", "Ystad", "Åmål", "Åstorp", "Älvdalen", "Ängelholm", "Örkelljunga"]
DALARNA = [
    *("Avesta", "Borlänge", "Falun", "Gagnef", "Hedemora", "Leksand", "Ludvika", "Malung-Sälen", "Mora", "Orsa"),
    *("Rättvik", "Smedjebacken", "Säter", "Vansbro", "Älvdalen"),
]


@pytest.mark.parametrize("names", [MUNICIPALITIES, DALARNA])
def test_municipalities_in_swedish_order(names: list[str]) -> None:
    shuffled = random.Random(1).sample(names, len(names))
    assert sorted(shuffled, key=swedish_key) == names


def test_plain_code_points_would_be_wrong() -> None:
    assert sorted(MUNICIPALITIES) != MUNICIPALITIES


def test_letters_of_other_languages_sort_as_their_nearest() -> None:
    assert sorted(["Kaffe", "Kafé", "Kafel"], key=swedish_key) == ["Kafé", "Kafel", "Kaffe"]
    assert sorted(["Öd", "Ærø", "Zorn"], key=swedish_key) == ["Zorn", "Ærø", "Öd"]
    assert sorted(["Myst", "Müller", "Muller"], key=swedish_key) == ["Muller", "Müller", "Myst"]


def test_capitals_do_not_matter() -> None:
    assert swedish_key("ÅMÅL") == swedish_key("åmål")


@pytest.mark.django_db
def test_postgresql_sorts_exactly_as_python() -> None:
    names = [*MUNICIPALITIES, *DALARNA[:-1], "Kafé", "Kaffe", "Müller", "Myst", "Ærø", "ÖREBRO", "Zorn", "å", "10 §"]
    Municipality.objects.bulk_create(
        Municipality(code=f"{i:04}", name=name, official_name=name) for i, name in enumerate(names, 1)
    )
    found = Municipality.objects.order_by(swedish_order("name")).values_list("name", flat=True)
    assert list(found) == sorted(names, key=swedish_key)
