"""Municipalities and their membership as history."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction

from governance.models import Membership, Municipality
from governance.models.members import luhn
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("number", ["212000-2973", "212000-1520", "2120001579", "222000-1008"])
def test_a_true_organisation_number_passes(number: str) -> None:
    luhn(number)


@pytest.mark.parametrize("number", ["212000-1008", "212000-297", "abc", "2120002974"])
def test_a_wrong_check_digit_is_refused(number: str) -> None:
    with pytest.raises(ValidationError, match="kontrollsiffran"):
        luhn(number)


@pytest.mark.parametrize("code", ["208", "20800", "20a0", ""])
def test_a_municipality_code_has_four_digits(code: str) -> None:
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        Municipality.objects.create(code=code, name="X", official_name="X kommun", county="Y")


def step(code: str, status: Membership.Status, day: datetime.date) -> Membership:
    return Membership.objects.create(
        consortium=factories.consortium(),
        municipality=factories.municipality(code, member=False),
        status=status,
        effective_on=day,
    )


def test_members_are_those_whose_newest_step_takes_part() -> None:
    step("2080", Membership.Status.INTENT, datetime.date(2018, 1, 1))
    step("2080", Membership.Status.ACTIVE, datetime.date(2019, 1, 1))
    step("2080", Membership.Status.LEFT, datetime.date(2024, 1, 1))
    step("2029", Membership.Status.NO_INTENT, datetime.date(2019, 1, 1))
    consortium = factories.consortium()
    on = {
        year: [member.code for member in consortium.members(datetime.date(year, 6, 1))]
        for year in (2018, 2019, 2023, 2024)
    }
    assert on == {2018: [], 2019: ["2080"], 2023: ["2080"], 2024: []}


def test_membership_is_never_rewritten() -> None:
    first = step("2080", Membership.Status.ACTIVE, datetime.date(2019, 1, 1))
    with pytest.raises(TypeError, match="ny rad"):
        first.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        Membership.objects.filter(pk=first.pk).update(status="left")
    with pytest.raises(DatabaseError), transaction.atomic():
        first.delete()


def test_names_stand_in_swedish_order() -> None:
    for code, name in {"0001": "Östersund", "0002": "Åmål", "0003": "Älvdalen", "0004": "Ystad"}.items():
        Municipality.objects.create(code=code, name=name, official_name=name, county="X")
    assert [each.name for each in Municipality.objects.in_swedish_order()] == ["Ystad", "Åmål", "Älvdalen", "Östersund"]
