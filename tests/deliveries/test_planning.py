"""Which municipality has a plan, a mandate holder and the ground laid; one writer at a time."""

import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from consortium.models import AuditEvent, User
from deliveries import inventory, planning
from deliveries.editing import ChangedMeanwhile
from deliveries.models import DeliveryPlan
from governance import municipalities
from tests import factories
from tests.keeping import shared

pytestmark = pytest.mark.django_db
Status = DeliveryPlan.Status
YEAR = 2023
DECIDED: dict[str, Any] = {
    "status": Status.DECIDED,
    "mandate_holder": "Kanslichef",
    "deciding_body": "Kommunstyrelsen",
    "decided_on": datetime.date(2023, 2, 14),
    "paragraph": "§ 18",
}


@pytest.fixture
@shared
def user(db: None) -> User:
    return factories.user()


def write(code: str, user: User, seen: int = 1, **values: Any) -> DeliveryPlan:
    return planning.write(planning.plan_of(factories.municipality(code), YEAR), values, seen=seen, by=user)


def test_every_member_has_a_line_and_no_plan_until_somebody_writes_one(user: User) -> None:
    for code in ("2080", "2029", "2062", "2082"):
        factories.municipality(code)
    write("2080", user, **DECIDED)
    write("2029", user, status=Status.DRAFT)
    write("2062", user, mandate_holder="Administrativ chef")
    seen = planning.overview(factories.consortium(), YEAR)
    assert [(line.municipality.name, line.plan.status) for line in seen.lines] == [
        ("Falun", Status.DECIDED),
        ("Leksand", Status.DRAFT),
        ("Mora", Status.MISSING),
        ("Säter", Status.MISSING),
    ]
    assert seen.sentence == "2 av 4 har en plan, 1 beslutade, 2 med mandatägare."


def test_the_figures_of_another_year_are_its_own(user: User) -> None:
    write("2080", user, **DECIDED)
    assert planning.overview(factories.consortium(), YEAR + 1).with_plan == 0


def test_the_overview_asks_as_much_for_many_as_for_few(user: User, django_assert_max_num_queries: Any) -> None:
    for number in range(12):
        factories.municipality(f"19{number:02}")
    with django_assert_max_num_queries(3):
        assert planning.overview(factories.consortium(), YEAR).members == 12


@pytest.mark.parametrize(("without", "says"), [("decided_on", "beslutsdatum"), ("deciding_body", "beslutande organ")])
def test_a_decided_plan_says_when_and_by_whom(user: User, without: str, says: str) -> None:
    values = {name: value for name, value in DECIDED.items() if name != without}
    with pytest.raises(planning.DecisionMissing, match=says):
        write("2080", user, **values)
    assert not DeliveryPlan.objects.exists()


def test_the_database_agrees(user: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        DeliveryPlan.objects.create(municipality=factories.municipality(), year=YEAR, status=Status.DECIDED)


def test_two_who_write_the_first_plan_at_once_do_not_overwrite_each_other(user: User) -> None:
    write("2080", user, status=Status.DRAFT, note="Först")
    with pytest.raises(ChangedMeanwhile) as refused:
        write("2080", user, status=Status.DRAFT, note="Sedan")
    assert refused.value.current.note == "Först"  # type: ignore[attr-defined]
    plan = write("2080", user, seen=2, status=Status.DRAFT, note="Sedan")
    assert (plan.note, plan.revision, plan.edited_by) == ("Sedan", 3, user)
    assert AuditEvent.objects.filter(what="plan_changed", place="municipality:2080").count() == 2


def test_only_a_stated_lack_of_an_archivist_stops(user: User) -> None:
    falun = factories.municipality()
    unknown = planning.readiness(falun)
    assert (unknown.is_ready, unknown.label) == (True, "Något återstår")
    assert len(unknown.still_to_do) == 3
    planning.state_staffing(falun, False, seen=2, by=user)
    without = planning.readiness(falun)
    assert (without.is_ready, without.label) == (False, "Förutsättningar saknas")
    assert without.lacking == ["kommunen har ingen arkivarie"]


def test_what_the_member_page_says_of_an_archivist_decides_here_too(user: User) -> None:
    falun = factories.municipality()
    municipalities.change_facts(falun, {"has_archivist": False}, seen=falun.version, by=user)
    assert not planning.readiness(falun).is_ready
    (line,) = (each for each in planning.overview(factories.consortium(), YEAR).lines if each.municipality == falun)
    assert not line.readiness.is_ready
    falun.refresh_from_db()
    planning.state_staffing(falun, True, "Delas", seen=planning.staffing_of(falun).seen, by=user)
    falun.refresh_from_db()
    assert (falun.has_archivist, falun.lacks_readiness, falun.archive_staffing.note) == (True, False, "Delas")


@pytest.mark.parametrize("changed", ["the answer", "the note"])
def test_the_second_to_speak_of_the_archivist_is_told(user: User, changed: str) -> None:
    falun = factories.municipality()
    seen = planning.staffing_of(falun).seen
    if changed == "the answer":
        municipalities.change_facts(falun, {"has_archivist": False}, seen=falun.version, by=user)
    else:
        planning.state_staffing(falun, None, "Tillsätts i höst", seen=seen, by=user)
    with pytest.raises(ChangedMeanwhile):
        planning.state_staffing(falun, True, seen=seen, by=user)


def test_with_archivist_plan_and_inventory_the_ground_is_laid(user: User) -> None:
    falun = factories.municipality()
    planning.state_staffing(falun, True, seen=2, by=user)
    planning.write(planning.plan_of(falun, YEAR), {"status": Status.DRAFT}, seen=1, by=user)
    inventory.add(falun, factories.system(), {}, by=user)
    ready = planning.readiness(falun, datetime.date(YEAR, 6, 1))
    assert (ready.label, ready.still_to_do) == ("Förutsättningar finns", [])
    assert planning.readiness(falun, datetime.date(YEAR + 1, 1, 1)).still_to_do == ["gör en leveransplan"]
