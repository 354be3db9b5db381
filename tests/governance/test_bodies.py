"""Bodies meet, rest and end; seats are filled by functions and belong to somebody."""

import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from consortium.models import User
from governance import bodies
from governance.bodies import BodyPaused, NotThisStatus, SeatOfNobody, SeatOfStranger
from governance.models import Body, Party, Seat
from governance.revising import ChangedMeanwhile
from tests import factories
from tests.governance import steering
from tests.keeping import shared

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2022, 11, 24)


@pytest.fixture
@shared
def admin() -> User:
    return factories.user("Konsortieadministratör")


@pytest.fixture
@shared
def body() -> Body:
    return steering.group().body


def test_a_resting_body_calls_no_meeting_until_it_is_taken_up_again(body: Body, admin: User) -> None:
    resting = bodies.pause(body, by=admin)
    with pytest.raises(BodyPaused, match="Återuppta"):
        bodies.demand_may_meet(resting)
    bodies.demand_may_meet(bodies.reactivate(resting, by=admin))


def test_what_has_ended_stays_ended(body: Body, admin: User) -> None:
    ended = bodies.end(body, by=admin)
    assert ended.until_on
    with pytest.raises(NotThisStatus, match="avslutat"):
        bodies.reactivate(ended, by=admin)
    with pytest.raises(BodyPaused, match="upphört"):
        bodies.demand_may_meet(ended)


@pytest.mark.parametrize(
    ("regime", "agreed", "days", "appeal"),
    [
        ("KL", None, 14, 3),
        ("KL", 30, 14, 3),
        ("agreement", None, 14, None),
        ("agreement", 30, 30, None),
        ("none", 30, None, None),
    ],
)
def test_the_legal_regime_sets_the_clocks(
    body: Body, regime: str, agreed: int | None, days: int | None, appeal: int | None
) -> None:
    body.legal_regime, body.agreed_adjustment_days = regime, agreed
    assert (body.adjustment_days, body.regime.appeal_weeks) == (days, appeal)


def test_a_region_can_hold_a_seat(body: Body, admin: User) -> None:
    region = Party.objects.create(kind=Party.Kind.REGION, name="Region Västerbotten")
    seat = bodies.give_seat(body, {"party": region, "function": "Projektledare", "from_on": TODAY}, by=admin)
    assert str(seat) == "Projektledare, Region Västerbotten"
    assert seat.has_vote


def test_only_staff_sit_for_nobody(body: Body, admin: User) -> None:
    facts: dict[str, Any] = {"function": "Systemförvaltare", "from_on": TODAY}
    with pytest.raises(SeatOfNobody):
        bodies.give_seat(body, facts, by=admin)
    staff = bodies.give_seat(body, {**facts, "role": Seat.Role.COOPTED}, by=admin)
    assert staff not in body.seats.ordinary()
    with pytest.raises(SeatOfNobody):
        bodies.change_seat(staff, {"role": Seat.Role.MEMBER}, seen=staff.version, by=admin)


def test_a_municipality_that_nobody_has_heard_of_has_no_seat(body: Body, admin: User) -> None:
    stranger = factories.municipality("1281", member=False)
    with pytest.raises(SeatOfStranger):
        bodies.give_seat(body, {"municipality": stranger, "function": "Arkivchef", "from_on": TODAY}, by=admin)


def test_a_vacant_seat_is_filled_once_and_the_second_is_told(body: Body, admin: User) -> None:
    vacant = body.seats.get(status=Seat.Status.VACANT)
    filled = bodies.change_seat(
        vacant, {"status": Seat.Status.FIRM, "function": "Kanslichef"}, seen=vacant.version, by=admin
    )
    assert str(filled).startswith("Kanslichef, ")
    with pytest.raises(ChangedMeanwhile):
        bodies.change_seat(vacant, {"function": "Annan"}, seen=vacant.version, by=admin)


@pytest.mark.parametrize("facts", [{"status": "vacant", "function": "Kanslichef"}, {"status": "firm", "function": ""}])
def test_a_seat_is_vacant_or_filled(body: Body, facts: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Seat.objects.create(body=body, municipality=factories.municipality(), from_on=TODAY, **facts)


def test_a_seat_that_has_ended_is_history(body: Body, admin: User) -> None:
    seat = body.seats.get(municipality="2062")
    bodies.end_seat(seat, on=TODAY, by=admin)
    assert seat in body.seats.in_force(TODAY)
    assert seat not in body.seats.in_force(TODAY + datetime.timedelta(days=1))
