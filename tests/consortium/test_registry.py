"""Numbers that people quote."""

import threading

import pytest
from django.db import connection, transaction

from consortium import registry


@pytest.mark.django_db
def test_numbers_count_up_per_series() -> None:
    first, second, other = registry.next_number("SIP"), registry.next_number("SIP"), registry.next_number("AIP")
    assert first.endswith("-00001")
    assert second.endswith("-00002")
    assert other.startswith("AIP-")
    assert other.endswith("-00001")


@pytest.mark.django_db
def test_a_number_that_was_not_used_is_given_again() -> None:
    with transaction.atomic():
        registry.next_number("SIP")
        transaction.set_rollback(True)
    assert registry.next_number("SIP").endswith("-00001")


@pytest.mark.django_db(transaction=True)
def test_two_at_once_get_different_numbers() -> None:
    drawn: list[str] = []

    def draw() -> None:
        drawn.extend(registry.next_number("SIP") for _ in range(10))
        connection.close()

    both = [threading.Thread(target=draw) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert len(set(drawn)) == 20
