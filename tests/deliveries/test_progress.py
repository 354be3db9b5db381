"""What the archive tells of a package is recorded once, in the right project, as rounds."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from archive import acceptance, project_progress
from archive.models import SIP, Receipt
from archive.models.submissions import DeliveryKind
from archive.packages.report import Severity
from consortium.models import User
from deliveries import progress, projects, reconciliation
from deliveries.models import Delivery, DeliveryOutcome, News, Participation, Status
from deliveries.project_refusals import NotNow, ReasonMissing
from tests import factories
from tests.keeping import shared

pytestmark = pytest.mark.django_db
Outcome = DeliveryOutcome.Kind


@pytest.fixture
@shared
def by() -> User:
    return factories.user("Arkivarie, Falun")


@pytest.fixture
@shared
def part(by: User) -> Participation:
    falun = factories.municipality("2080")
    project = projects.create(
        factories.consortium(), factories.system(), "ECOS 2", [falun], by=by, status=Status.ONGOING
    )
    return project.participations.get()


def tell(part: Participation, outcome: str, package: UUID | None = None, **facts: Any) -> Delivery:
    agreement = part.municipality.agreements.first() or factories.agreement(
        part.municipality, system=part.project.system
    )
    return progress.record_outcome(
        **{
            "package": package or uuid4(),
            "number": "SIP-2022-00001",
            "owner": part.municipality,
            "agreement": agreement,
            "kind": "test",
            "received_at": timezone.now(),
            "outcome": outcome,
            "at": timezone.now(),
            **facts,
        }
    )


def test_told_twice_it_is_recorded_once(part: Participation) -> None:
    package = uuid4()
    for _ in range(2):
        tell(part, Outcome.FAULTY, package, findings={"CSIP71": 3}, errors=3)
    assert DeliveryOutcome.objects.count() == 1
    assert News.objects.filter(kind=News.Kind.FAULTY).count() == 1


def test_outcomes_refuse_to_change(part: Participation) -> None:
    tell(part, Outcome.FAULTY)
    row = DeliveryOutcome.objects.get()
    with pytest.raises(TypeError):
        row.save()


def test_rounds_are_counted_and_compared(part: Participation) -> None:
    tell(part, Outcome.FAULTY, findings={"CSIP71": 3, "CSIP13": 1})
    tell(part, Outcome.FAULTY, findings={"CSIP13": 1, "CSIP60": 9})
    tell(part, Outcome.VALID)
    tell(part, Outcome.VALID, kind="production")
    first, second, third = progress.rounds(part, Delivery.Kind.TEST)
    assert [each.number for each in (first, second, third)] == [1, 2, 3]
    assert first.new == ["CSIP13", "CSIP71"]
    assert (second.new, second.kept, second.mended) == (["CSIP60"], ["CSIP13"], ["CSIP71"])
    assert (third.new, third.mended) == ([], ["CSIP13", "CSIP60"])
    assert progress.rounds(part, Delivery.Kind.PRODUCTION)[0].number == 1


def test_a_package_given_back_unjudged_mends_nothing(part: Participation) -> None:
    tell(part, Outcome.FAULTY, findings={"CSIP71": 3})
    tell(part, Outcome.GIVEN_BACK, reason="Fel system.")
    tell(part, Outcome.FAULTY, findings={"CSIP71": 1})
    _first, second, third = progress.rounds(part, Delivery.Kind.TEST)
    assert second.mended == []
    assert third.kept == ["CSIP71"]


def test_a_package_finds_its_project_by_agreement_or_as_the_only_one(part: Participation, by: User) -> None:
    system, falun = part.project.system, part.municipality
    assert tell(part, Outcome.VALID).participation == part
    other = projects.create(factories.consortium(), system, "ECOS 1", [falun], by=by, status=Status.ONGOING)
    assert tell(part, Outcome.VALID).participation is None, "two projects: nobody guesses which"
    agreement = factories.agreement(falun, system=system, project=other)
    assert tell(part, Outcome.VALID, agreement=agreement).participation == other.participations.get()


def test_another_municipalitys_package_is_not_this_projects(part: Participation) -> None:
    leksand = factories.municipality("2029")
    agreement = factories.agreement(leksand, system=part.project.system, project=part.project)
    assert tell(part, Outcome.VALID, owner=leksand, agreement=agreement).participation is None


def test_counts_are_the_archives_own(part: Participation, by: User) -> None:
    tell(part, Outcome.RECEIPTED, kind="production", counts={"cases": 10, "files": 40})
    tell(part, Outcome.RECEIPTED, kind="production", counts={"cases": 2})
    tell(part, Outcome.RECEIPTED, kind="test", counts={"cases": 99})
    row = reconciliation.count(part, "cases", 12, by=by)
    assert (row.archived, row.adds_up) == (12, True)
    assert reconciliation.count(part, "files", 41, by=by).difference == 1


def test_what_is_left_out_has_a_reason_and_is_not_more_than_all(part: Participation, by: User) -> None:
    with pytest.raises(ReasonMissing):
        reconciliation.count(part, "cases", 12, left_out=2, by=by)
    with pytest.raises(NotNow):
        reconciliation.count(part, "cases", 1, left_out=2, why_left_out="Gallrade.", by=by)


# As the archive calls it


def test_a_test_delivery_that_passes_is_told(part: Participation) -> None:
    agreement = factories.agreement(part.municipality, system=part.project.system)
    sip = factories.sip(part.municipality, agreement=agreement, kind=DeliveryKind.TEST, status=SIP.Status.VALID)
    report = factories.report(sip, factories.group("CSIP71", Severity.WARNING, "METS.xml"))
    project_progress.tell_judged(sip, report)
    acceptance.accept(sip, by=factories.user("Arkivarie"))
    (told,) = progress.rounds(part, Delivery.Kind.TEST)
    assert [each.kind for each in told.outcomes] == [Outcome.VALID, Outcome.TEST_PASSED]


def test_faults_are_told_by_rule_without_places(part: Participation) -> None:
    agreement = factories.agreement(part.municipality, system=part.project.system)
    sip = factories.sip(part.municipality, agreement=agreement, status=SIP.Status.FAULTY)
    group = factories.group("CSIP71", Severity.ERROR, "hemlig-fil.xml", count=70)
    project_progress.tell_judged(sip, factories.report(sip, group))
    row = DeliveryOutcome.objects.get()
    assert row.findings == {"CSIP71": 70}
    assert "hemlig" not in News.objects.get().text


def test_a_delivery_that_is_given_back_says_why(part: Participation) -> None:
    agreement = factories.agreement(part.municipality, system=part.project.system)
    sip = factories.sip(part.municipality, agreement=agreement, status=SIP.Status.FAULTY)
    acceptance.give_back(sip, "Filer saknas.", by=factories.user("Arkivarie"))
    assert DeliveryOutcome.objects.get().reason == "Filer saknas."


def test_a_receipt_tells_what_was_archived(part: Participation) -> None:
    agreement = factories.agreement(part.municipality, system=part.project.system)
    sip = factories.sip(part.municipality, agreement=agreement, status=SIP.Status.ARCHIVED)
    aip = factories.aip(sip=sip, files=7)
    factories.unit(aip=aip)
    receipt = Receipt.objects.create(aip=aip, number="KV-2022-00001", issued_at=timezone.now(), document={})
    project_progress.tell_receipted(receipt)
    assert progress.archived(part) == {"cases": 1, "documents": 0, "units": 1, "files": 7}
    assert DeliveryOutcome.objects.get().reference == "KV-2022-00001"
