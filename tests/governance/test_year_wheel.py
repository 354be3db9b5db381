"""The year wheel of the steering group's own four dates, and the conflicts it should show."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from consortium.models import User
from governance import bodies, year_wheel
from governance.models import AgreementDeadline, Body, MeetingSeries, PlannedMeeting
from governance.revising import ChangedMeanwhile
from governance.year_wheel import AlreadyApproved, Kind, NothingPlanned, OtherYear, TwiceTheSame
from tests.governance import steering
from tests.governance.steering import Steering
from tests.keeping import shared

pytestmark = pytest.mark.django_db
Deadline = AgreementDeadline.Kind
DATES = [((2, 13), 9, Deadline.ACCOUNTS), ((4, 17), 10, Deadline.BUDGET), ((9, 26), 10, Deadline.INTERIM)]


@pytest.fixture
@shared
def group() -> Steering:
    made = steering.group()
    for kind, month, day in ((Deadline.ACCOUNTS, 2, 15), (Deadline.BUDGET, 4, None), (Deadline.INTERIM, 9, None)):
        AgreementDeadline.objects.create(consortium=made.consortium, kind=kind, month=month, day=day)
    return made


@pytest.fixture
@shared
def series(group: Steering) -> MeetingSeries:
    return year_wheel.propose(group.body, 2023, by=group.secretary)


def plan(series: MeetingSeries, by: User, month: int, day: int, hour: int | None = 10, **fields: Any) -> PlannedMeeting:
    hours = {"start": datetime.time(hour), "end": datetime.time(hour + 1)} if hour else {}
    added = year_wheel.add(series, {"on": datetime.date(series.year, month, day), **hours, **fields}, by=by)
    series.refresh_from_db()
    return added


def bound(group: Steering, kind: str) -> AgreementDeadline:
    return group.consortium.deadlines.get(kind=kind)


def kinds(series: MeetingSeries) -> list[str]:
    return [each.kind.value for each in year_wheel.conflicts(series)]


def test_the_four_dates_of_2023_keep_every_deadline(group: Steering, series: MeetingSeries) -> None:
    for (month, day), hour, kind in DATES:
        plan(series, group.secretary, month, day, hour, deadline=bound(group, kind))
    plan(series, group.secretary, 11, 23, 11)
    assert kinds(series) == []
    accounts = series.meetings.get(deadline__kind=Deadline.ACCOUNTS)
    assert year_wheel.days_before(accounts) == 2
    made = year_wheel.approve(series, seen=series.version, by=group.secretary)
    assert [f"{each.held_on} {each.starts_at:%H}–{each.ends_at:%H}" for each in made] == [
        "2023-02-13 09–10",
        "2023-04-17 10–11",
        "2023-09-26 10–11",
        "2023-11-23 11–12",
    ]


def test_a_month_ends_with_its_last_day(group: Steering, series: MeetingSeries) -> None:
    plan(series, group.secretary, 4, 28, deadline=bound(group, Deadline.BUDGET))
    assert "after_deadline" not in kinds(series)
    plan(series, group.secretary, 5, 2, deadline=bound(group, Deadline.BUDGET))
    assert "after_deadline" in kinds(series)


def test_a_deadline_without_meeting_is_shown(series: MeetingSeries) -> None:
    texts = " ".join(each.text for each in year_wheel.conflicts(series))
    assert "Inget möte är knutet till bokslut, senast 15\u00a0februari\u00a02023." in texts
    assert kinds(series) == ["no_meeting"] * 3


@pytest.mark.parametrize("day", [(6, 6), (6, 23), (4, 10), (5, 18), (3, 4), (12, 24)])
def test_weekends_and_holidays_are_shown(group: Steering, series: MeetingSeries, day: tuple[int, int]) -> None:
    plan(series, group.secretary, *day)
    assert "free_day" in kinds(series)


def test_two_bodies_at_once_are_shown_and_one_after_the_other_are_not(group: Steering, series: MeetingSeries) -> None:
    other = Body.objects.create(
        consortium=group.consortium,
        name="Samrådsgruppen",
        kind=Body.Kind.CONSULTATION_GROUP,
        legal_regime=Body.LegalRegime.NONE,
        from_on=steering.LONG_AGO,
    )
    theirs = year_wheel.propose(other, 2023, by=group.secretary)
    plan(theirs, group.secretary, 10, 3, 10)
    plan(series, group.secretary, 10, 3, 11)
    assert "two_at_once" not in kinds(series)
    plan(theirs, group.secretary, 10, 4, 10)
    year_wheel.approve(theirs, seen=theirs.version, by=group.secretary)
    plan(series, group.secretary, 10, 4, 10)
    (conflict,) = [each for each in year_wheel.conflicts(series) if each.kind is Kind.TWO_AT_ONCE]
    assert conflict.text.startswith("Samrådsgruppen möts samtidigt")


def test_a_day_without_hours_becomes_no_meeting(group: Steering, series: MeetingSeries) -> None:
    held_free = plan(series, group.secretary, 5, 22, None)
    assert "no_hours" in kinds(series)
    assert year_wheel.approve(series, seen=series.version, by=group.secretary) == []
    held_free.refresh_from_db()
    assert held_free.meeting is None


def test_what_is_approved_is_changed_no_more(group: Steering, series: MeetingSeries) -> None:
    with pytest.raises(NothingPlanned):
        year_wheel.approve(series, seen=series.version, by=group.secretary)
    planned = plan(series, group.secretary, 3, 6)
    with pytest.raises(ChangedMeanwhile):
        year_wheel.approve(series, seen=series.version + 1, by=group.secretary)
    year_wheel.approve(series, seen=series.version, by=group.secretary)
    with pytest.raises(AlreadyApproved):
        year_wheel.remove(planned, by=group.secretary)
    with pytest.raises(AlreadyApproved):
        plan(series, group.secretary, 3, 7)


def test_dates_that_came_or_went_after_the_page_was_opened_are_not_approved_unseen(
    group: Steering, series: MeetingSeries
) -> None:
    first = plan(series, group.secretary, 3, 6)
    for act in (lambda: plan(series, group.chair, 7, 3), lambda: year_wheel.remove(first, by=group.chair)):
        seen = MeetingSeries.objects.get(pk=series.pk).version
        act()
        with pytest.raises(ChangedMeanwhile):
            year_wheel.approve(series, seen=seen, by=group.secretary)
    assert not group.body.meetings.exists()


def test_a_time_that_the_body_meets_at_already_is_told_and_nothing_is_planned(
    group: Steering, series: MeetingSeries, client: Client
) -> None:
    plan(series, group.secretary, 2, 13)
    day = plan(series, group.secretary, 3, 6).on
    steering.meeting(group, held_on=day)
    client.force_login(group.secretary)
    url = reverse("series_approve", args=[series.pk])
    page = client.post(url, {"seen": series.version}, follow=True).content.decode().replace("\xa0", " ")
    assert "har redan ett möte 6 mars 2023 kl. 10.00" in page
    assert group.body.meetings.count() == 1


def test_a_day_belongs_to_its_year_and_stands_once(group: Steering, series: MeetingSeries) -> None:
    plan(series, group.secretary, 3, 6)
    with pytest.raises(TwiceTheSame):
        plan(series, group.secretary, 3, 6)
    with pytest.raises(OtherYear, match="2023"):
        year_wheel.add(series, {"on": datetime.date(2024, 1, 1)}, by=group.secretary)


def test_a_resting_body_plans_no_year(group: Steering) -> None:
    resting = bodies.pause(group.body, by=group.secretary)
    with pytest.raises(bodies.BodyPaused):
        year_wheel.propose(resting, 2024, by=group.secretary)


def test_next_year_begins_from_this_years_weekdays(group: Steering, series: MeetingSeries) -> None:
    monday = plan(series, group.secretary, 2, 13).on
    later = year_wheel.propose(group.body, 2024, by=group.secretary)
    (day,) = year_wheel.carry_over(later)
    assert (day.weekday(), day) == (monday.weekday(), datetime.date(2024, 2, 12))
