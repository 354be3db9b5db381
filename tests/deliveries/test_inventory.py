"""What a municipality says of its systems, row by row."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from consortium.models import AuditEvent, User
from deliveries import inventory
from deliveries.editing import ChangedMeanwhile
from deliveries.models import SystemInventory
from tests import factories
from tests.keeping import shared

pytestmark = pytest.mark.django_db
DAY = datetime.date(2019, 6, 30)


@pytest.fixture
@shared
def user(db: None) -> User:
    return factories.user()


def test_a_system_stands_once_in_a_municipalitys_inventory(user: User) -> None:
    falun, ecos = factories.municipality(), factories.system()
    row = inventory.add(falun, ecos, {"records": 100}, by=user)
    with pytest.raises(inventory.InventoriedAlready) as refused:
        inventory.add(falun, ecos, {"records": 200}, by=user)
    assert refused.value.row == row
    assert SystemInventory.objects.get().records == 100
    inventory.add(factories.municipality("2029"), ecos, {}, by=user)


def test_the_second_of_two_writers_is_told_and_nothing_is_lost(user: User) -> None:
    row = inventory.add(factories.municipality(), factories.system(), {}, by=user)
    inventory.change(row, {"records": 100}, seen=1, by=user)
    with pytest.raises(ChangedMeanwhile) as refused:
        inventory.change(row, {"records": 200}, seen=1, by=user)
    assert refused.value.current.records == 100  # type: ignore[attr-defined]
    assert SystemInventory.objects.get().revision == 2


def test_saving_without_change_leaves_no_trace(user: User) -> None:
    row = inventory.add(factories.municipality(), factories.system(), {"records": 100}, by=user)
    inventory.change(row, {"records": 100}, seen=1, by=user)
    assert SystemInventory.objects.get().revision == 1
    assert AuditEvent.objects.filter(what="inventory_changed").count() == 1


def test_no_system_is_shut_down_before_it_was_taken_into_use(user: User) -> None:
    values = {"used_from": DAY, "retired_on": DAY - datetime.timedelta(days=1), "in_use": False}
    with pytest.raises(inventory.Contradiction, match="före 2019-06-30") as refused:
        inventory.add(factories.municipality(), factories.system(), values, by=user)
    assert refused.value.field == "retired_on"
    row = inventory.add(factories.municipality(), factories.system(), {"used_from": DAY}, by=user)
    with pytest.raises(inventory.Contradiction):
        inventory.change(row, {"retired_on": datetime.date(2018, 1, 1), "in_use": False}, seen=1, by=user)
    with pytest.raises(IntegrityError), transaction.atomic():
        SystemInventory.objects.update(retired_on=datetime.date(2018, 1, 1))


def test_what_is_shut_down_is_not_in_use(user: User) -> None:
    with pytest.raises(inventory.Contradiction) as refused:
        inventory.add(factories.municipality(), factories.system(), {"in_use": True, "retired_on": DAY}, by=user)
    assert refused.value.field == "in_use"


def test_a_system_to_be_shut_down_later_is_still_in_use(user: User) -> None:
    row = inventory.add(
        factories.municipality(), factories.system(), {"retired_on": datetime.date(2999, 1, 1)}, by=user
    )
    assert row.is_in_use()
    assert not row.is_in_use(datetime.date(2999, 1, 1))


def test_what_never_was_there_is_removed_with_a_trace(user: User) -> None:
    row = inventory.add(factories.municipality(), factories.system(), {}, by=user)
    inventory.remove(row, by=user)
    assert not SystemInventory.objects.exists()
    assert AuditEvent.objects.get(what="inventory_removed").place == "municipality:2080"


def test_the_information_class_names_what_is_classed(user: User) -> None:
    row = inventory.add(
        factories.municipality(), factories.system(), {"confidentiality": 3, "availability": 0}, by=user
    )
    assert row.information_class == "K3 T0"
    with pytest.raises(IntegrityError), transaction.atomic():
        SystemInventory.objects.update(correctness=5)


def test_an_end_within_reach_is_urgent_only_while_the_system_runs(user: User) -> None:
    row = inventory.add(factories.municipality(), factories.system(), {"contract_ends_on": DAY}, by=user)
    assert inventory.ends_before(row, DAY)
    assert not inventory.ends_before(row, DAY - datetime.timedelta(days=1))
    inventory.change(row, {"in_use": False}, seen=1, by=user)
    assert not inventory.ends_before(row, DAY)
