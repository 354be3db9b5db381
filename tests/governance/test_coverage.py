"""Who has a seat and who has not, as the sources count."""

import datetime

import pytest

from governance.coverage import coverage
from governance.models import Body, Consortium, Membership, Municipality, Party, Seat
from tests.keeping import shared

pytestmark = pytest.mark.django_db
START = datetime.date(2020, 1, 1)
FYRBODAL = ["Bengtsfors", "Dals-Ed", "Färgelanda", "Lysekil", "Mellerud", "Munkedal", "Orust", "Sotenäs", "Strömstad"]
FYRBODAL += ["Tanum", "Trollhättan", "Uddevalla", "Vänersborg", "Åmål"]


@pytest.fixture
@shared
def body() -> Body:
    consortium = Consortium.objects.create(
        name="E-råd Fyrbodal", slug="fyrbodal", stage="project", legal_form="projekt"
    )
    for number, name in enumerate(FYRBODAL):
        municipality = Municipality.objects.create(code=f"14{number:02}", name=name, official_name=name, county="X")
        Membership.objects.create(
            consortium=consortium, municipality=municipality, status=Membership.Status.INTEREST, effective_on=START
        )
    return Body.objects.create(
        consortium=consortium, name="Styrgruppen", kind="steering_group", legal_regime="none", from_on=START
    )


def sit(body: Body, name: str, **fields: object) -> Seat:
    return Seat.objects.create(
        body=body,
        municipality=Municipality.objects.get(name=name),
        from_on=START,
        **{"function": "IT-chef", **fields},
    )


def test_a_tentative_seat_counts_and_is_said(body: Body) -> None:
    for name in set(FYRBODAL) - {"Bengtsfors", "Dals-Ed", "Tanum", "Uddevalla"}:
        sit(body, name)
    sit(body, "Uddevalla", status=Seat.Status.TENTATIVE)
    found = coverage(body, START)
    assert len(found.firm) == 10
    assert found.sentence() == (
        "11 av 14 kommuner är representerade. Preliminärt: Uddevalla. Saknas: Bengtsfors, Dals-Ed, Tanum."
    )


def test_several_seats_of_one_municipality_count_once(body: Body) -> None:
    for name in set(FYRBODAL) - {"Bengtsfors", "Dals-Ed", "Munkedal", "Tanum"}:
        sit(body, name)
    for _ in range(6):
        sit(body, "Trollhättan")
    found = coverage(body, START)
    assert (found.seats, found.represented) == (16, 10)
    assert [each.name for each in found.missing] == ["Bengtsfors", "Dals-Ed", "Munkedal", "Tanum"]
    assert found.by_organisation["Trollhättan"] == 7


def test_a_vacant_seat_is_neither_represented_nor_forgotten(body: Body) -> None:
    for name in set(FYRBODAL) - {"Åmål"}:
        sit(body, name)
    sit(body, "Åmål", status=Seat.Status.VACANT, function="")
    found = coverage(body, START)
    assert found.sentence() == "13 av 14 kommuner är representerade. Vakant plats: Åmål."


def test_substitutes_staff_and_regions_represent_no_municipality(body: Body) -> None:
    sit(body, "Orust", is_substitute=True)
    sit(body, "Tanum", role=Seat.Role.COOPTED)
    region = Party.objects.create(kind=Party.Kind.REGION, name="Västra Götalandsregionen")
    Seat.objects.create(body=body, party=region, function="Strateg", from_on=START)
    found = coverage(body, START)
    assert (found.represented, found.parties, found.seats) == (0, ["Västra Götalandsregionen"], 1)


def test_coverage_has_a_day(body: Body) -> None:
    sit(body, "Orust", until_on=datetime.date(2020, 6, 30))
    assert coverage(body, datetime.date(2020, 6, 30)).represented == 1
    assert coverage(body, datetime.date(2020, 7, 1)).represented == 0


def test_those_who_have_left_are_not_missing(body: Body) -> None:
    Membership.objects.create(
        consortium=body.consortium,
        municipality=Municipality.objects.get(name="Tanum"),
        status=Membership.Status.NO_INTENT,
        effective_on=datetime.date(2020, 3, 1),
    )
    assert coverage(body, datetime.date(2020, 3, 1)).total == 13
