"""What waits for whom: agreements to sign and deliveries half put together stand under "Att göra"."""

import pytest
from django.test import Client
from django.urls import reverse

from deliveries import agreements
from deliveries.agreements import Side
from tests import factories
from tests.personas import Personas

pytestmark = pytest.mark.django_db


def test_a_half_signed_agreement_waits_for_the_other_side_alone(people: Personas) -> None:
    falun = factories.municipality("2080")
    made = agreements.draft(falun, factories.system("ECOS"), "KS 2024/17", by=people.archivist_falun)
    agreements.sign(made, Side.PRODUCER, digest=made.digest(), by=people.producer_falun)
    factories.draft(falun, people.producer_falun, label="Protokoll 1999")

    def todo(who: object) -> str:
        client = Client()
        client.force_login(who)  # type: ignore[arg-type]
        return client.get(reverse("work")).content.decode()

    assert "KS 2024/17" in todo(people.archivist_falun)
    assert "KS 2024/17" not in todo(people.producer_falun)
    assert "KS 2024/17" not in todo(people.archivist_leksand)
    assert "Protokoll 1999" in todo(people.producer_falun)
    assert "Protokoll 1999" not in todo(people.archivist_falun)
