"""Which systems several municipalities have, and one project for all who could deliver together."""

from typing import Any

import pytest

from consortium.models import AuditEvent, User
from consortium.site.demo import members, projects
from deliveries import inventory, sharing
from deliveries.models import DeliveryProject, Participation, SourceSystem, Status
from deliveries.project_refusals import NotAMember, Refused
from governance.models import Consortium, Municipality
from tests import factories
from tests.keeping import shared

pytestmark = pytest.mark.django_db


@pytest.fixture
@shared
def dalarna(db: None) -> Consortium:
    consortium = members.load()
    projects.load(consortium)
    return consortium


@pytest.fixture
@shared
def user(db: None) -> User:
    return factories.user("IT-arkivarie")


def named(consortium: Consortium, name: str, **options: Any) -> sharing.SharedSystem:
    return next(each for each in sharing.shared_systems(consortium, **options) if each.system.name == name)


def place(*names: str) -> list[Municipality]:
    return list(Municipality.objects.filter(name__in=names))


def test_projects_alone_give_the_figures_of_the_minutes(dalarna: Consortium) -> None:
    shared = sharing.shared_systems(dalarna, by_inventory=False)
    assert [(each.system.name, each.count, len(each.listening)) for each in shared] == [
        ("Public 360", 4, 0),
        ("Ciceron", 3, 0),
        ("Evolution", 3, 0),
        ("ByggR", 2, 0),
        ("ECOS", 2, 1),
    ]


def test_an_inventory_adds_those_who_have_no_project(dalarna: Consortium, user: User) -> None:
    system = SourceSystem.objects.get(name="Ciceron")
    (falun,) = place("Falun")
    inventory.add(falun, system, {}, by=user)
    ciceron = named(dalarna, "Ciceron")
    assert (ciceron.count, ciceron.free) == (4, {falun.code})
    assert named(dalarna, "Ciceron", by_inventory=False).count == 3


def test_who_listens_is_never_counted(dalarna: Consortium) -> None:
    ecos = named(dalarna, "ECOS")
    (ludvika,) = place("Ludvika")
    assert ecos.listening == {ludvika.code}
    assert ludvika.code not in ecos.having | ecos.free


def test_next_are_those_with_the_earliest_start_and_then_those_without_a_project(
    dalarna: Consortium, user: User
) -> None:
    (gagnef,) = place("Gagnef")
    inventory.add(gagnef, SourceSystem.objects.get(name="ByggR"), {}, by=user)
    names = {each.code: each.name for each in dalarna.members()}
    assert [names[code] for code in named(dalarna, "ByggR").next(names)] == ["Avesta", "Vansbro", "Gagnef"]


def test_what_was_given_up_does_not_count(dalarna: Consortium) -> None:
    Participation.objects.filter(project__name="Ciceron", municipality__name="Hedemora").update(status=Status.LEFT)
    DeliveryProject.objects.filter(name="Evolution").update(status=Status.CANCELLED)
    counts = {each.system.name: each.count for each in sharing.shared_systems(dalarna)}
    assert counts["Ciceron"] == 2
    assert "Evolution" not in counts


def test_a_municipality_without_projects_is_shown_what_others_have(dalarna: Consortium, user: User) -> None:
    (falun,) = place("Falun")
    inventory.add(falun, SourceSystem.objects.get(name="PMO"), {}, by=user)
    suggested = [each.system.name for each in sharing.common_elsewhere(dalarna, falun)]
    assert suggested[:2] == ["PMO", "Public 360"]


def test_one_project_is_made_for_all_who_deliver(dalarna: Consortium, user: User) -> None:
    system = SourceSystem.objects.get(name="PMO")
    project = sharing.propose(
        dalarna, system, place("Falun", "Rättvik"), name="PMO tillsammans", listening=place("Mora", "Falun"), by=user
    )
    roles = dict(project.participations.values_list("municipality__name", "role"))
    assert roles == {"Falun": "delivering", "Rättvik": "delivering", "Mora": "observer"}
    assert (project.status, project.phase) == (Status.PLANNED, None)
    assert AuditEvent.objects.filter(what="project_created", target_id=str(project.pk)).count() == 1


def test_asked_twice_there_is_one_project(dalarna: Consortium, user: User) -> None:
    system = SourceSystem.objects.get(name="PMO")
    sharing.propose(dalarna, system, place("Falun", "Rättvik"), name="PMO tillsammans", by=user)
    with pytest.raises(sharing.TakesPartAlready, match="Falun, Rättvik deltar redan i projektet PMO tillsammans"):
        sharing.propose(dalarna, system, place("Falun", "Rättvik"), name="PMO igen", by=user)
    assert DeliveryProject.objects.filter(name__startswith="PMO tillsammans").count() == 1
    assert not DeliveryProject.objects.filter(name="PMO igen").exists()


def test_whoever_has_finished_may_deliver_again(dalarna: Consortium, user: User) -> None:
    procapita = SourceSystem.objects.get(name="Procapita")
    Participation.objects.filter(project__system=procapita).update(status=Status.COMPLETED)
    sharing.propose(dalarna, procapita, place("Ludvika", "Falun"), name="Lifecare 2", by=user)


@pytest.mark.parametrize("names", [("Falun",), ()])
def test_one_municipality_alone_is_no_joint_project(dalarna: Consortium, user: User, names: tuple[str, ...]) -> None:
    with pytest.raises(sharing.TooFew):
        sharing.propose(dalarna, SourceSystem.objects.get(name="PMO"), place(*names), name="PMO", by=user)


def test_only_members_take_part(dalarna: Consortium, user: User) -> None:
    stranger = factories.municipality("1480", member=False)
    with pytest.raises((NotAMember, Refused), match=stranger.name):
        sharing.propose(dalarna, SourceSystem.objects.get(name="PMO"), [stranger, *place("Falun")], name="PMO", by=user)
    assert not DeliveryProject.objects.filter(name="PMO").exists()
