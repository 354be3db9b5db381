"""The demo shows systems, inventories, plans and their order as a newcomer should find them."""

import pytest

from consortium.site.demo import inventory, members, projects
from deliveries import planning, prioritisation, sharing
from deliveries.models import Prioritisation, SourceSystem, SystemInventory
from governance.models import Consortium, Municipality
from tests import factories
from tests.keeping import shared

pytestmark = pytest.mark.django_db


@pytest.fixture
@shared
def dalarna(db: None) -> Consortium:
    consortium = members.load()
    projects.load(consortium)
    inventory.load(consortium, factories.user("IT-arkivarie"))
    return consortium


def test_a_newcomer_finds_every_page_filled(dalarna: Consortium) -> None:
    assert SystemInventory.objects.count() > 20
    assert SystemInventory.objects.exclude(in_use=True).exists()
    assert planning.overview(dalarna, 2023).sentence == "5 av 15 har en plan, 2 beslutade, 6 med mandatägare."
    assert SourceSystem.objects.exclude(lessons="").exists()
    decided, draft = Prioritisation.objects.order_by("year")
    assert (decided.is_locked, draft.is_locked) == (True, False)
    assert prioritisation.ranking(decided)[0].system.name == "Public 360"


def test_somebody_has_no_archivist_and_no_inventory(dalarna: Consortium) -> None:
    rattvik = planning.readiness(Municipality.objects.get(name="Rättvik"))
    assert (rattvik.is_ready, rattvik.has_inventory) == (False, False)


def test_some_could_deliver_together(dalarna: Consortium) -> None:
    assert [each.system.name for each in sharing.shared_systems(dalarna) if len(each.free) >= 2]
    counts = {each.system.name: each.count for each in sharing.shared_systems(dalarna, by_inventory=False)}
    assert counts == {"Public 360": 4, "Evolution": 3, "Ciceron": 3, "ByggR": 2, "ECOS": 2}
