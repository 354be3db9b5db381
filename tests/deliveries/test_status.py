"""The steering group's list as of a day: from history, and frozen with the minutes."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consortium.models import User
from deliveries import halting, phases, projects, status
from deliveries.models import FileStream, Occurrence, Phase, Recurrence, Status
from governance import standing
from governance.models import Consortium
from tests import factories
from tests.keeping import shared

pytestmark = pytest.mark.django_db
DAY = datetime.date


@pytest.fixture
@shared
def dalarna() -> Consortium:
    return factories.consortium()


@pytest.fixture
@shared
def by() -> User:
    return factories.user("IT-arkivarie")


def test_each_kind_has_its_place(dalarna: Consortium, by: User) -> None:
    falun, leksand = factories.municipality("2080"), factories.municipality("2029")
    system = factories.system()
    make: dict[str, Any] = {"by": by, "on": DAY(2022, 10, 1)}
    projects.create(dalarna, system, "Pågående", [falun], observers=[leksand], status=Status.ONGOING, **make)
    projects.create(dalarna, system, "Planerat", [falun], planned_from=DAY(2023, 1, 1), **make)
    projects.create(dalarna, system, "Årligt", status=Status.RECURRING, **make)
    FileStream.objects.create(consortium=dalarna, kind=FileStream.Kind.GRADES)
    told = status.as_of(dalarna, DAY(2022, 11, 25))
    assert [entry.name for entry in told.ongoing] == ["Pågående"]
    assert [entry.name for entry in told.recurring] == ["Årligt"]
    assert [entry.words for entry in told.upcoming] == ["Tidigast 2023-01-01."]
    assert [stream.name for stream in told.streams] == ["Betyg"]
    assert told.ongoing[0].who == "Falun, Leksand (lyssnar)"
    assert told.recurring[0].words == "Ange vilka kommuner som deltar."
    assert (told.links, told.observers, told.without_projects) == (2, 1, ("Leksand",))


def test_an_earlier_day_is_told_as_it_was_then(dalarna: Consortium, by: User) -> None:
    falun = factories.municipality("2080")
    project = projects.create(
        dalarna, factories.system(), "ECOS 2", [falun], by=by, on=DAY(2022, 10, 1), status=Status.ONGOING
    )
    phases.move(project.participations.get(), Phase.EXPLORE, by=by, on=DAY(2022, 11, 1))
    halting.pause(project, "Väntar.", by=by)
    assert status.as_of(dalarna, DAY(2022, 9, 30)).ongoing == ()
    (then,) = status.as_of(dalarna, DAY(2022, 10, 31)).ongoing
    assert (then.state, then.phase) == ("Pågår, Fas ej angiven", None)
    (later,) = status.as_of(dalarna, DAY(2022, 11, 24)).ongoing
    assert later.state == "Pågår, Fas 0 Undersöka"
    (now,) = status.as_of(dalarna, datetime.date.today() + datetime.timedelta(days=1)).ongoing
    assert (now.status, now.words) == (Status.PAUSED, "Väntar. Start 2022-11-01.")


def test_a_finished_project_leaves_the_list_after_the_meeting(dalarna: Consortium, by: User) -> None:
    falun = factories.municipality("2080")
    facts: dict[str, Any] = {"started_on": DAY(2022, 10, 1), "started_precision": "month"}
    project = projects.create(
        dalarna, factories.system(), "Procapita", [falun], by=by, on=DAY(2022, 10, 1), status=Status.ONGOING, **facts
    )
    part = project.participations.get()
    part.status, part.ended_on, part.phase = Status.COMPLETED, DAY(2022, 11, 24), Phase.CONTROL
    part.save()
    from deliveries import history

    history.remember(part, by=by, on=part.ended_on)
    history.summarise(project, by=by, on=part.ended_on)
    (entry,) = status.as_of(dalarna, DAY(2022, 11, 24)).ongoing
    assert entry.words == "Start oktober 2022. Klart 2022-11-24."
    assert [each.name for each in status.as_of(dalarna, DAY(2022, 11, 25)).just_ended] == ["Procapita"]
    assert status.as_of(dalarna, DAY(2022, 11, 26)).ongoing == ()


def test_a_missed_delivery_is_raised_until_it_comes(dalarna: Consortium, by: User) -> None:
    project = projects.create(
        dalarna, factories.system("PMO"), "PMO", by=by, on=DAY(2022, 1, 1), status=Status.RECURRING
    )
    recurrence = Recurrence.objects.create(project=project, first_due_on=DAY(2022, 9, 1), missed_after_days=14)
    Occurrence.objects.create(recurrence=recurrence, due_on=DAY(2022, 9, 1))
    assert "Missad" not in status.as_of(dalarna, DAY(2022, 9, 15)).recurring[0].words
    assert "Missad leverans: skulle ha kommit 2022-09-01." in status.as_of(dalarna, DAY(2022, 9, 16)).recurring[0].words


def test_what_one_municipality_is_paused_for_is_not_on_the_common_list(dalarna: Consortium, by: User) -> None:
    falun, leksand = factories.municipality("2080"), factories.municipality("2029")
    project = projects.create(dalarna, factories.system(), "ECOS", [falun, leksand], by=by, status=Status.ONGOING)
    halting.pause(project, "Intern sak i Falun.", by=by, municipality=falun)
    halting.pause(project, "Intern sak i Leksand.", by=by, municipality=leksand)
    told = status.as_of(dalarna, datetime.date.today() + datetime.timedelta(days=1))
    assert "Intern" not in told.ongoing[0].words


def test_the_standing_item_shows_the_list_and_can_be_frozen(dalarna: Consortium, by: User) -> None:
    falun = factories.municipality("2080")
    projects.create(dalarna, factories.system(), "ECOS 2", [falun], by=by, on=DAY(2022, 1, 1), status=Status.ONGOING)
    content = standing.content("delivery_status", dalarna, DAY(2022, 11, 24))
    assert content
    ongoing, recurring, streams, upcoming, empty = content.sections
    assert ongoing.rows == (("ECOS 2", "Falun", "Pågår, Fas ej angiven", "–"),)
    assert (recurring.text, streams.text, upcoming.text) == ("Inget att rapportera",) * 3
    assert empty.text == "Alla kommuner har projekt."
    assert standing.StandingContent.from_json(content.as_json()) == content


def test_the_number_of_questions_does_not_grow(dalarna: Consortium, by: User) -> None:
    system, falun = factories.system(), factories.municipality("2080")

    def questions() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            status.as_of(dalarna, DAY(2022, 11, 24))
        return len(asked)

    for number in range(2):
        projects.create(dalarna, system, f"P{number}", [falun], by=by, on=DAY(2022, 1, 1), status=Status.ONGOING)
    few = questions()
    for number in range(10):
        projects.create(dalarna, system, f"Q{number}", [falun], by=by, on=DAY(2022, 1, 1), status=Status.ONGOING)
    assert questions() == few <= 8
