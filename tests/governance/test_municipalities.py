"""What is known of a municipality: numbers that add up, functions instead of persons, fees as decided."""

import datetime

import pytest

from consortium.models import User
from governance import municipalities
from governance.models import FeeSchedule, Municipality
from governance.revising import ChangedMeanwhile
from tests import factories
from tests.keeping import shared

pytestmark = pytest.mark.django_db


@pytest.fixture
@shared
def admin() -> User:
    return factories.user("Konsortieadministratör")


@pytest.fixture
@shared
def falun() -> Municipality:
    return factories.municipality("2080")


@pytest.mark.parametrize(
    ("address", "personal"),
    [
        ("anna.exempelsson@falun.se", True),
        ("eva-lena.svensson2@falun.se", True),
        ("kommunarkivet@falun.se", False),
        ("kommun.arkiv@falun.se", False),
        ("arkiv.falun@falun.se", False),
        ("falun.kontaktcenter@falun.se", False),
    ],
)
def test_a_persons_own_address_is_noticed(falun: Municipality, address: str, personal: bool) -> None:
    assert municipalities.seems_personal(address) is personal


def test_a_personal_address_is_warned_about_and_kept(falun: Municipality, admin: User) -> None:
    facts = {"function": "archive", "email": "anna.exempelsson@falun.se"}
    contact, warning = municipalities.add_contact(falun, facts, by=admin)
    assert "funktionsadress" in warning
    assert falun.contacts.get() == contact
    municipalities.remove_contact(contact, by=admin)
    assert not falun.contacts.exists()


def test_the_same_contact_twice_is_told(falun: Municipality, admin: User) -> None:
    facts = {"function": "archive", "email": "kommunarkivet@falun.se"}
    municipalities.add_contact(falun, facts, by=admin)
    with pytest.raises(municipalities.ContactGiven, match="finns redan"):
        municipalities.add_contact(falun, facts, by=admin)
    municipalities.add_contact(falun, facts | {"function": "registry"}, by=admin)
    assert falun.contacts.count() == 2


@pytest.mark.parametrize(("pages", "fee"), [(0, 0), (9, 0), (10, 50), (15, 60)])
def test_nine_pages_are_free(falun: Municipality, admin: User, pages: int, fee: int) -> None:
    municipalities.set_fees(falun, {"valid_from": datetime.date(2022, 1, 1)}, by=admin)
    schedule = FeeSchedule.objects.filter(municipality=falun).on()
    assert schedule
    assert schedule.fee(pages) == fee


def test_the_tariff_of_the_day_counts(falun: Municipality, admin: User) -> None:
    for year, fee in ((2020, 40), (2023, 60)):
        municipalities.set_fees(falun, {"valid_from": datetime.date(year, 1, 1), "first_fee": fee}, by=admin)
    on = FeeSchedule.objects.filter(municipality=falun).on(datetime.date(2022, 6, 1))
    assert on
    assert on.first_fee == 40


def test_two_who_change_at_once_are_told(falun: Municipality, admin: User) -> None:
    municipalities.change_facts(falun, {"appeal_court": "Kammarrätten i Sundsvall"}, seen=falun.version, by=admin)
    with pytest.raises(ChangedMeanwhile):
        municipalities.change_facts(falun, {"has_archivist": True}, seen=falun.version, by=admin)


def test_without_an_archivist_membership_stands_but_delivery_waits(falun: Municipality, admin: User) -> None:
    changed = municipalities.change_facts(falun, {"has_archivist": False}, seen=falun.version, by=admin)
    assert changed.lacks_readiness
    assert falun in factories.consortium().members()
