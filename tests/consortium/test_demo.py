"""The demo holds what the minutes of the steering group say of projects and municipalities."""

import pytest
from django.core.management import CommandError, call_command

from consortium.site.demo import contents, members, people, projects
from deliveries.models import DeliveryProject, Participation, SourceSystem
from governance.models import Municipality
from tests import factories
from tests.keeping import shared

pytestmark = pytest.mark.django_db
Status = DeliveryProject.Status


@pytest.fixture
@shared
def dalarna(db: None) -> None:
    consortium = members.load()
    projects.load(consortium)
    people.load(consortium)


def test_fifteen_municipalities_with_the_countys_population(dalarna: None) -> None:
    assert Municipality.objects.count() == 15
    assert sum(each.populations.get().count for each in Municipality.objects.all()) == 287_253
    assert str(Municipality.objects.get(name="Falun")) == "Falu kommun"


def test_projects_and_links_are_those_of_the_minutes(dalarna: None) -> None:
    planned = DeliveryProject.objects.filter(status=Status.PLANNED)
    assert (DeliveryProject.objects.exclude(pk__in=planned).count(), planned.count()) == (6, 6)
    delivering = Participation.objects.filter(role=Participation.Role.DELIVERING)
    assert (delivering.count(), Participation.objects.exclude(pk__in=delivering).count()) == (19, 1)
    linked = set(delivering.values_list("municipality__name", flat=True))
    assert {each.name for each in Municipality.objects.all()} - linked == {"Falun", "Rättvik"}


@pytest.mark.parametrize(
    ("asked", "found"), [("Bygg-R", "ByggR"), ("Public360", "Public 360"), ("Lifecare", "Procapita")]
)
def test_systems_are_found_by_their_other_names(dalarna: None, asked: str, found: str) -> None:
    assert SourceSystem.objects.named(asked).get().name == found


def test_a_municipality_always_gets_the_same_examples() -> None:
    first, again = (list(contents.for_municipality("2080", "Falun")) for _ in range(2))
    assert first == again
    assert sum(len(each.cases) for each in first) > 10


def test_a_portal_in_use_is_not_filled_with_examples() -> None:
    factories.consortium("Ett eget konsortium")
    with pytest.raises(CommandError, match="tom portal"):
        call_command("demo")
