"""A small steering group for tests: chair, adjuster, two more members, a vacant seat, and a secretary."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from consortium.access.roles import Role
from consortium.models import User
from governance import attendance, meetings
from governance.attendance import Tick
from governance.models import Body, Consortium, Meeting, Seat
from tests import factories

TEN, HALF_PAST_ELEVEN = datetime.time(10), datetime.time(11, 30)
THE_DAY = datetime.date(2022, 11, 24)  # a Thursday
LONG_AGO = datetime.date(2019, 1, 1)


@dataclass(frozen=True)
class Steering:
    consortium: Consortium
    body: Body
    chair: User
    secretary: User
    adjuster: User
    member: User


def group(**fields: Any) -> Steering:
    consortium = factories.consortium()
    body = Body.objects.create(
        consortium=consortium,
        **{
            "name": "Styrgruppen",
            "kind": Body.Kind.STEERING_GROUP,
            "legal_regime": Body.LegalRegime.AGREEMENT,
            "from_on": LONG_AGO,
            **fields,
        },
    )
    chair = factories.user_with(Role.CHAIR, consortium, "Chef kommunstyrelsesektorn")
    secretary = factories.user_with(Role.SECRETARY, consortium, "Enhetschef, e-arkivcentrum")
    adjuster = factories.user_with(Role.ADJUSTER, consortium, "Sekretariatschef")
    member = factories.user_with(Role.STEERING_MEMBER, consortium, "Kanslichef")
    _seat(body, "2082", "Chef kommunstyrelsesektorn", chair, role=Seat.Role.CHAIR)
    _seat(body, "2021", "Sekretariatschef", adjuster)
    _seat(body, "2062", "Kanslichef", member)
    _seat(body, "2080", "Kanslichef", None, email="kansli@falun.exempel.se")
    _seat(body, "2084", "", None, status=Seat.Status.VACANT)
    Seat.objects.create(
        body=body, role=Seat.Role.SECRETARY, function="Enhetschef, e-arkivcentrum", user=secretary, from_on=LONG_AGO
    )
    return Steering(consortium, body, chair, secretary, adjuster, member)


def _seat(body: Body, code: str, function: str, user: User | None, **fields: Any) -> Seat:
    return Seat.objects.create(
        body=body,
        municipality=factories.municipality(code),
        function=function,
        user=user,
        from_on=LONG_AGO,
        **fields,
    )


def meeting(of: Steering, **fields: Any) -> Meeting:
    defaults: dict[str, Any] = {
        "held_on": THE_DAY,
        "starts_at": TEN,
        "ends_at": HALF_PAST_ELEVEN,
        "place_text": "Teams",
    }
    return meetings.plan(of.body, by=of.secretary, **{**defaults, **fields})


def coming(of: Steering, days: int = 20, **fields: Any) -> Meeting:
    return meeting(of, held_on=timezone.localdate() + datetime.timedelta(days=days), **fields)


def everybody_came(of: Steering, to: Meeting, *, but: tuple[str, ...] = ("2080",), adjuster: bool = True) -> None:
    """Everybody with a seat is there but Falun; chair and secretary as the seats say."""
    ticks = [
        Tick(
            row.pk,
            presence="absent" if row.municipality_id in but else "present",
            is_chair=row.user_id == of.chair.pk,
            is_secretary=row.user_id == of.secretary.pk,
            is_adjuster=adjuster and row.user_id == of.adjuster.pk,
        )
        for row in to.attendances.filter(is_vacant=False)
    ]
    attendance.take(to, ticks, by=of.secretary)
