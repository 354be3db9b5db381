"""What governance is told from above: usage to share costs by, and a municipality's year."""

import datetime
from fractions import Fraction

import pytest
from django.utils import timezone

from consortium.site import figures
from deliveries.models import DeliveryProject
from governance import cost_basis, yearly_report
from governance.models import CostAllocation
from tests import factories
from tests.governance import costing

pytestmark = pytest.mark.django_db


def test_every_unit_can_be_measured() -> None:
    assert set(CostAllocation.UsageUnit.values) <= cost_basis.units()


def test_stored_bytes_are_counted_by_owner() -> None:
    falun = factories.municipality("2080")
    factories.aip(falun, size=2_500_000_000)
    factories.aip(falun, size=500_000_000)
    today = timezone.localdate()
    assert figures.gigabytes(factories.consortium(), today) == {"2080": Fraction(3)}
    assert figures.gigabytes(factories.consortium(), today - datetime.timedelta(days=2)) == {}


def test_projects_that_have_begun_are_counted_for_each_participant() -> None:
    factories.project(factories.municipality("2080"), name="ECOS 2", status=DeliveryProject.Status.ONGOING)
    factories.project(factories.municipality("2080"), name="Evolution", status=DeliveryProject.Status.ONGOING)
    factories.project(factories.municipality("2029"), name="Ciceron", status=DeliveryProject.Status.PLANNED)
    assert figures.projects(factories.consortium(), timezone.localdate()) == {"2080": Fraction(2)}


def test_the_yearly_report_tells_of_projects_and_packages() -> None:
    budget = costing.decided()
    factories.project(factories.municipality("2080"), name="ECOS 2", status=DeliveryProject.Status.ONGOING)
    told = yearly_report.of(budget, "2080")
    assert [section.title for section in told.sections] == ["Leveransprojekt", "I e-arkivet"]
    assert told.sections[0].rows == [("ECOS 2", "Pågår")]
    assert told.members == 3
