"""The demo's projects give the figures of the steering group's meeting, on its day and the day after."""

import datetime

import pytest

from consortium.site.demo import members, people, projects
from deliveries import sharing, status
from deliveries.models import DeliveryProject, FileStream, News
from governance import standing
from governance.models import Consortium
from tests.keeping import shared

pytestmark = pytest.mark.django_db
MEETING = datetime.date(2022, 11, 24)
DAY_AFTER = datetime.date(2022, 11, 25)


@pytest.fixture
@shared
def dalarna(db: None) -> Consortium:
    consortium = members.load()
    projects.load(consortium)
    return consortium


def test_the_figures_of_the_dashboard(dalarna: Consortium) -> None:
    told = status.as_of(dalarna, DAY_AFTER)
    assert (len(told.named_ongoing), len(told.just_ended), len(told.recurring)) == (6, 1, 1)
    assert (len(told.upcoming), len(told.streams)) == (6, 4)
    assert (told.links, told.observers) == (19, 1)
    assert (len(told.members), told.without_projects) == (15, ("Falun", "Rättvik"))


def test_the_list_of_the_meeting(dalarna: Consortium) -> None:
    told = status.as_of(dalarna, MEETING)
    said = {entry.name: f"{entry.who}: {entry.words}" for entry in told.named_ongoing}
    assert said["ECOS 2"] == "Avesta, Ludvika (lyssnar): Väntar på godkännande."
    assert said["Procapita Lifecare"] == "Ludvika: Start oktober 2022. Klart 2022-11-24."
    assert said["PMO, årlig leverans"].endswith("Ange vilka kommuner som deltar.")
    phases = {entry.name: entry.state for entry in told.ongoing}
    assert phases["SchoolSoft"] == "Pågår, Fas ej angiven"
    assert phases["Ciceron"] == "Pågår, Fas 0 Undersöka"
    assert [stream.name for stream in told.streams] == ["Betyg", "Protokoll", "Fullmäktigefilmer", "Webbsidor"]


def test_the_finished_project_has_left_two_days_later(dalarna: Consortium) -> None:
    later = status.as_of(dalarna, MEETING + datetime.timedelta(days=2))
    assert len(later.named_ongoing) == 5


def test_before_the_autumn_there_was_nothing_to_tell(dalarna: Consortium) -> None:
    assert status.as_of(dalarna, datetime.date(2022, 8, 31)).named_ongoing == ()


def test_the_minutes_get_the_list_as_plain_words(dalarna: Consortium) -> None:
    content = standing.content("delivery_status", dalarna, MEETING)
    assert content
    assert [len(section.rows) for section in content.sections] == [5, 1, 0, 6, 0]
    assert content.sections[-1].text == "Falun, Rättvik"


def test_shared_systems_are_those_of_the_projects(dalarna: Consortium) -> None:
    counts = {each.system.name: each.count for each in sharing.shared_systems(dalarna, by_inventory=False)}
    assert (counts["Public 360"], counts["Evolution"], counts["Ciceron"], counts["ByggR"]) == (4, 3, 3, 2)


def test_furnished_the_demo_tells_of_people_by_function_only(dalarna: Consortium) -> None:
    people.load(dalarna)
    projects.furnish(people.named("it-arkivarie@exempel.se"))
    assert FileStream.objects.count() == 4
    assert not News.objects.filter(kind=News.Kind.MISSED).exists()
    procapita = DeliveryProject.objects.get(name="Procapita Lifecare")
    assert procapita.separated_at
