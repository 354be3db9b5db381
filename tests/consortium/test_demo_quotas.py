"""The demo's limits: one member near its own, for the administrator to see, and the others far from theirs."""

import pytest

from consortium.site.demo import members, people, quotas
from governance import quota
from governance.models import Municipality, Quota
from tests import factories

pytestmark = pytest.mark.django_db


def test_one_municipality_is_near_its_limit_and_loading_twice_changes_nothing() -> None:
    people.load(members.load())
    factories.agreement(Municipality.objects.get(code=quotas.NEARLY_FULL))
    quotas.load()
    quotas.load()
    near = [each.municipality.name for each in quota.standings(Municipality.objects.all()) if each.is_near]
    assert near == ["Leksand"]
    assert Quota.objects.count() == len(quotas.LIMITS)
