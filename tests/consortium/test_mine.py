"""A member's own page: only what is theirs."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consortium.access.roles import Role
from consortium.models import User
from governance.models import ActionItem, Attachment, Attendance, Body, Inquiry, InquiryReply, Meeting, Seat
from tests import factories
from tests.governance import costing
from tests.keeping import shared

pytestmark = pytest.mark.django_db

TOMORROW = timezone.localdate() + datetime.timedelta(days=1)


@pytest.fixture
@shared
def member() -> User:
    return factories.user_with(Role.STEERING_MEMBER, factories.consortium(), "Kanslichef, Falun")


@pytest.fixture
@shared
def body() -> Body:
    return Body.objects.create(
        consortium=factories.consortium(),
        name="Styrgruppen",
        kind=Body.Kind.STEERING_GROUP,
        legal_regime=Body.LegalRegime.AGREEMENT,
        from_on=datetime.date(2019, 1, 1),
    )


@pytest.fixture
@shared
def seat(member: User, body: Body) -> Seat:
    return Seat.objects.create(
        body=body,
        municipality=factories.municipality("2080"),
        function="Kanslichef",
        user=member,
        from_on=datetime.date(2022, 1, 1),
    )


def planned(body: Body, **fields: Any) -> Meeting:
    times = {"starts_at": datetime.time(10), "ends_at": datetime.time(11, 30)}
    return Meeting.objects.create(body=body, held_on=TOMORROW, **{**times, **fields})


def page(member: User) -> Any:
    client = Client()
    client.force_login(member)
    return client.get(reverse("mine"))


def test_without_anything_each_part_says_so(member: User) -> None:
    said = page(member).content.decode()
    for words in ("Inget möte är planerat", "väntar på dig", "inga öppna åtgärder", "företräder ingen kommun"):
        assert words in said


def test_the_next_meeting_is_that_of_the_members_own_body(member: User, seat: Seat, body: Body) -> None:
    other = Body.objects.create(
        consortium=body.consortium,
        name="Samrådsgruppen",
        kind=Body.Kind.CONSULTATION_GROUP,
        legal_regime=Body.LegalRegime.NONE,
        from_on=body.from_on,
    )
    planned(other, starts_at=datetime.time(8))
    meeting = planned(body)
    item = meeting.items.create(position=1, title="Budget")
    Attachment.objects.create(
        item=item,
        name="budget.pdf",
        media_type="application/pdf",
        size=3,
        sha256="0" * 64,
        content=b"abc",
        added_by=member,
    )
    found = page(member).context["following"]
    assert (found.meeting, [paper.name for paper in found.papers]) == (meeting, ["budget.pdf"])


def test_a_notice_waits_until_it_is_answered(member: User, seat: Seat, body: Body) -> None:
    meeting = planned(body, status=Meeting.Status.CALLED)
    row = Attendance.objects.create(meeting=meeting, seat=seat, user=member, function="Kanslichef")
    assert [each["url"] for each in page(member).context["waiting"]] == [meeting.get_absolute_url()]
    Attendance.objects.filter(pk=row.pk).update(
        answer=Attendance.Answer.COMING, answered_at=timezone.now(), answered_by=member
    )
    assert page(member).context["waiting"] == []
    assert "kommer" in page(member).content.decode()


def test_a_question_to_the_members_municipality_waits(member: User, seat: Seat, body: Body) -> None:
    asked = Inquiry.objects.create(consortium=body.consortium, body=body, question="När kan ni besluta?")
    for code in ("2080", "2029"):
        InquiryReply.objects.create(inquiry=asked, municipality=factories.municipality(code))
    assert [each["title"] for each in page(member).context["waiting"]] == ["När kan ni besluta?"]


def test_actions_are_the_members_own(member: User, seat: Seat, body: Body) -> None:
    for task, holder in (("Min", member), ("Någon annans", factories.user())):
        ActionItem.objects.create(
            body=body, task=task, responsible="Kanslichef", responsible_user=holder, due_on=datetime.date(2023, 1, 1)
        )
    (action,) = page(member).context["actions"]
    assert (action["title"], action["status"]["label"]) == ("Min", "Försenad")


def test_actions_for_the_municipality_come_from_the_consortium_it_sits_in(member: User, seat: Seat, body: Body) -> None:
    other = factories.consortium("Annat")
    admin = factories.user_with(Role.CONSORTIUM_ADMIN, other)
    for consortium, task in ((body.consortium, "Vår"), (other, "Deras")):
        kind, regime = Body.Kind.WORKING_GROUP, Body.LegalRegime.NONE
        group = Body.objects.create(
            consortium=consortium, name="Arkivgruppen", kind=kind, legal_regime=regime, from_on=body.from_on
        )
        action = ActionItem.objects.create(body=group, task=task, responsible="Kanslichef")
        action.addressees.add(factories.municipality("2080"))
    assert [each["title"] for each in page(member).context["actions"]] == ["Vår"]
    Seat.objects.filter(pk=seat.pk).update(user=admin)
    assert page(admin).context["actions"] == []


def test_projects_and_costs_are_those_of_the_members_municipality(member: User, seat: Seat) -> None:
    factories.project(factories.municipality("2080"), name="ECOS 2")
    factories.project(factories.municipality("2029"), name="Evolution")
    costing.decided()
    costing.draft(factories.consortium(), by=costing.economist())
    (mine,) = page(member).context["municipalities"]
    assert [each["title"] for each in mine["projects"]] == ["ECOS 2"]
    assert len(mine["costs"]) == 1
    assert mine["costs"][0]["title"].endswith("2024")
