"""What recurs is planned by the calendar, reminded of, and escalated when missed; twice is once."""

import datetime
from uuid import uuid4

import pytest
from django.utils import timezone

from consortium.models import User
from deliveries import progress, projects, recurrence, tasks
from deliveries.models import DeliveryOutcome, DeliveryProject, News, Occurrence, Status
from deliveries.project_refusals import NotNow
from tests import factories
from tests.keeping import shared

pytestmark = pytest.mark.django_db
DAY = datetime.date


@pytest.fixture
@shared
def by() -> User:
    return factories.user("IT-arkivarie")


@pytest.fixture
@shared
def pmo(by: User) -> DeliveryProject:
    project = projects.create(factories.consortium(), factories.system("PMO"), "PMO", by=by, status=Status.RECURRING)
    recurrence.set_rhythm(project, by=by, every_months=12, first_due_on=DAY(2022, 9, 1), remind_days=30)
    Occurrence.objects.all().delete()
    return project


def due_days() -> list[str]:
    return [occurrence.due_on.isoformat() for occurrence in Occurrence.objects.all()]


def test_the_next_occurrence_is_made_by_itself_and_once(pmo: DeliveryProject) -> None:
    for _ in range(2):
        recurrence.follow(DAY(2022, 8, 1))
    assert due_days() == ["2022-09-01"]
    for _ in range(2):
        recurrence.follow(DAY(2022, 9, 2))
    assert due_days() == ["2022-09-01", "2023-09-01"]


def test_a_reminder_comes_once_in_time(pmo: DeliveryProject) -> None:
    recurrence.follow(DAY(2022, 8, 1))
    assert not News.objects.exists()
    for _ in range(2):
        recurrence.follow(DAY(2022, 8, 2))
    assert News.objects.get().text == "PMO: nästa leverans ska vara inne senast 2022-09-01."


def test_what_does_not_come_is_missed_and_told_once(pmo: DeliveryProject) -> None:
    for day in (1, 15, 16, 17):
        recurrence.follow(DAY(2022, 9, day))
    missed = News.objects.filter(kind=News.Kind.MISSED)
    assert missed.count() == 1
    assert Occurrence.objects.get(due_on=DAY(2022, 9, 1)).missed_at


def test_a_paused_project_is_left_alone(pmo: DeliveryProject) -> None:
    DeliveryProject.objects.update(status=Status.PAUSED)
    recurrence.follow(DAY(2023, 9, 1))
    assert not Occurrence.objects.exists()


def test_who_joins_what_recurs_makes_it_no_ordinary_project(by: User) -> None:
    yearly = projects.create(factories.consortium(), factories.system("PMO"), "PMO", by=by, status=Status.RECURRING)
    projects.join(yearly, factories.municipality("2080"), by=by)
    yearly.refresh_from_db()
    assert yearly.status == Status.RECURRING


def test_the_last_of_a_month_stays_the_last() -> None:
    assert recurrence.months_after(DAY(2023, 1, 31), 1) == DAY(2023, 2, 28)
    assert recurrence.months_after(DAY(2022, 12, 31), 12) == DAY(2023, 12, 31)


def test_ticked_off_by_hand_once(pmo: DeliveryProject, by: User) -> None:
    recurrence.follow(DAY(2022, 8, 1))
    occurrence = Occurrence.objects.get()
    recurrence.tick_off(occurrence, by=by, note="Levererad på annat sätt.")
    with pytest.raises(NotNow):
        recurrence.tick_off(occurrence, by=by)
    recurrence.follow(DAY(2022, 10, 1))
    assert not News.objects.exists()


def test_ticked_off_when_the_last_municipality_has_its_receipt(pmo: DeliveryProject, by: User) -> None:
    falun, leksand = factories.municipality("2080"), factories.municipality("2029")
    for place in (falun, leksand):
        projects.join(pmo, place, by=by)
    pmo.refresh_from_db()
    assert pmo.status == Status.RECURRING
    recurrence.follow(DAY(2022, 8, 1))
    for place, delivered in ((falun, False), (leksand, True)):
        progress.record_outcome(
            package=uuid4(),
            number="SIP-2022-00001",
            owner=place,
            agreement=factories.agreement(place, system=pmo.system, project=pmo),
            kind="production",
            received_at=timezone.now(),
            outcome=DeliveryOutcome.Kind.RECEIPTED,
            at=timezone.now(),
        )
        occurrence = Occurrence.objects.get()
        assert bool(occurrence.delivered_at) is delivered
    assert occurrence.delivery
    assert occurrence.delivery.owner == leksand


def test_the_task_may_run_twice(pmo: DeliveryProject) -> None:
    tasks.follow_calendar()
    made = set(due_days())
    tasks.follow_calendar()
    assert set(due_days()) == made
