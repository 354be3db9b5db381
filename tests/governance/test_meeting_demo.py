"""The example's November meeting stands as the steering group's minutes tell it, and goes on from there."""

import datetime

import pytest
from django.utils import timezone, translation

from consortium.site.demo import bodies, consortia, meetings, members, people, projects
from governance import adjustment, checking
from governance.documents.minutes import attendance_lists
from governance.models import ActionItem, Attendance, Meeting, Minutes
from tests.keeping import shared

pytestmark = pytest.mark.django_db


@pytest.fixture
@shared
def november() -> Minutes:
    with translation.override("sv"):
        dalarna = members.load()
        projects.load(dalarna)
        people.load(dalarna)
        consortia.load(people.named("administrator@exempel.se"))
        bodies.load(dalarna, people.named("administrator@exempel.se"))
        meetings.load(dalarna)
    return Minutes.objects.get(meeting__held_on=datetime.date(2022, 11, 24))


def test_it_stands_as_the_minutes_tell_and_goes_on(november: Minutes) -> None:
    meeting = november.meeting
    rows = meeting.attendances
    assert rows.filter(is_coopted=False).present().count() == 6
    assert rows.filter(is_coopted=True).present().count() == 2
    assert rows.absent().count() == 8
    assert [row.municipality_id for row in rows.filter(is_vacant=True)] == ["2084"]
    assert [each["title"] for each in attendance_lists(november)] == [
        *("Närvarande ledamöter (6)", "Adjungerade (2)", "Frånvarande (8)", "Vakanta platser (1)")
    ]
    assert [each.number for each in november.paragraphs.all()] == [1, 2, 3, 4, 5, 6, 7]
    assert (november.status, meeting.previous_outcome) == ("draft", Meeting.PreviousOutcome.NO_COMMENTS)
    assert adjustment.adjust_by(meeting) == datetime.date(2022, 12, 8)
    asked = ActionItem.objects.get(task__startswith="Fråga de kommuner")
    assert asked.addressees.count() == 9

    spring = [datetime.date(2023, 2, 13), datetime.date(2023, 4, 17)]
    year = Meeting.objects.filter(body=meeting.body, held_on__year=2023).values_list("held_on", flat=True)
    assert sorted(year)[:2] == spring
    doubts = [each.key for each in checking.check(november, timezone.localdate())]
    adjustment.finish(november, confirmed=doubts, by=people.named("sekreterare@exempel.se"))
    taken_up = Meeting.objects.get(body=meeting.body, held_on=spring[0])
    assert taken_up.items.filter(title="Utbildning för chefer", carried_from__meeting=meeting).exists()
    status = november.paragraphs.get(title="Status leveransprojekt")
    assert "Procapita Lifecare" in str(status.snapshot)
    assert Attendance.objects.filter(meeting=meeting, is_adjuster=True).get().municipality_id == "2021"
