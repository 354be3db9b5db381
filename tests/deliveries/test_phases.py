"""The five phases: each gate says what it demands, and where that is mended."""

import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from consortium.models import AuditEvent, User
from deliveries import closing, halting, journal, phases, progress, projects, reconciliation
from deliveries.models import (
    DeliveryOutcome,
    DeliveryProject,
    News,
    Participation,
    Phase,
    ProjectFunction,
    ProjectState,
    Status,
)
from deliveries.project_refusals import ChangedMeanwhile, GateClosed, NotNow
from tests import factories
from tests.keeping import shared

pytestmark = pytest.mark.django_db
OWNER = ProjectFunction.Kind.BUSINESS_OWNER


@pytest.fixture
@shared
def by() -> User:
    return factories.user("Arkivarie, Falun")


@pytest.fixture
@shared
def part(by: User) -> Participation:
    falun = factories.municipality("2080")
    project = projects.create(factories.consortium(), factories.system(), "ECOS 2", [falun], by=by)
    return project.participations.get()


def at(part: Participation, phase: Phase | None, status: str = Status.ONGOING) -> Participation:
    part.phase, part.status = phase, status
    part.save()
    return part


def told(part: Participation, outcome: str, **facts: Any) -> None:
    agreement = factories.agreement(part.municipality, system=part.project.system, project=part.project)
    progress.record_outcome(
        **{
            "package": uuid4(),
            "number": f"SIP-{uuid4().hex[:8]}",
            "owner": part.municipality,
            "agreement": agreement,
            "kind": "production",
            "received_at": timezone.now(),
            "outcome": outcome,
            "at": timezone.now(),
            **facts,
        }
    )


def lacks(part: Participation, to: Phase, by: User) -> list[str]:
    with pytest.raises(GateClosed) as refused:
        phases.move(part, to, by=by)
    return [lack.where for lack in refused.value.lacks]


def test_every_phase_and_the_end_has_a_gate() -> None:
    assert set(phases.GATES) == {*Phase, phases.CLOSE}


def test_exploring_is_open_to_all_and_starts_a_planned_part(part: Participation, by: User) -> None:
    moved = phases.move(part, Phase.EXPLORE, by=by)
    assert (moved.phase, moved.status, moved.started_on) == (Phase.EXPLORE, Status.ONGOING, timezone.localdate())
    project = DeliveryProject.objects.get()
    assert (project.phase, project.status) == (Phase.EXPLORE, Status.ONGOING)


def test_no_inventory_without_a_business_owner(part: Participation, by: User) -> None:
    at(part, Phase.EXPLORE)
    assert lacks(part, Phase.INVENTORY, by) == ["function"]
    journal.name_function(part.project, OWNER, "Miljöchef", by=by, municipality=part.municipality)
    assert phases.move(part, Phase.INVENTORY, by=by).phase == Phase.INVENTORY


def test_an_owner_in_another_municipality_does_not_help(part: Participation, by: User) -> None:
    at(part, Phase.EXPLORE)
    leksand = factories.municipality("2029")
    journal.name_function(part.project, OWNER, "Miljöchef", by=by, municipality=leksand)
    assert lacks(part, Phase.INVENTORY, by) == ["function"]
    journal.name_function(part.project, OWNER, "Miljöchef, gemensam", by=by)
    assert phases.move(part, Phase.INVENTORY, by=by)


def test_no_inventory_without_an_archivist(part: Participation, by: User) -> None:
    from deliveries import planning

    at(part, Phase.EXPLORE)
    journal.name_function(part.project, OWNER, "Miljöchef", by=by)
    planning.state_staffing(part.municipality, False, seen=2, by=by)
    assert lacks(part, Phase.INVENTORY, by) == ["readiness"]


@pytest.mark.parametrize("signed", [True, False])
def test_no_transfer_without_an_agreement_in_force(part: Participation, by: User, signed: bool) -> None:
    at(part, Phase.DETAIL)
    assert lacks(part, Phase.TRANSFER, by) == ["agreement"]
    factories.agreement(part.municipality, system=part.project.system, signed=signed)
    if signed:
        assert phases.move(part, Phase.TRANSFER, by=by).phase == Phase.TRANSFER
    else:
        assert lacks(part, Phase.TRANSFER, by) == ["agreement"]


def test_an_expired_agreement_opens_nothing(part: Participation, by: User) -> None:
    at(part, Phase.DETAIL)
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    factories.agreement(part.municipality, system=part.project.system, valid_until=yesterday)
    assert lacks(part, Phase.TRANSFER, by) == ["agreement"]


def test_no_control_without_an_accepted_production_delivery(part: Participation, by: User) -> None:
    at(part, Phase.TRANSFER)
    told(part, DeliveryOutcome.Kind.TEST_PASSED, kind="test")
    assert lacks(part, Phase.CONTROL, by) == ["delivery"]
    told(part, DeliveryOutcome.Kind.ACCEPTED)
    assert phases.move(part, Phase.CONTROL, by=by).phase == Phase.CONTROL


def test_a_skipped_gate_is_refused_with_all_that_lacks(part: Participation, by: User) -> None:
    at(part, Phase.EXPLORE)
    assert lacks(part, Phase.TRANSFER, by) == ["function", "agreement"]
    assert Participation.objects.get().phase == Phase.EXPLORE


def test_phases_come_one_by_one_even_when_nothing_lacks(part: Participation, by: User) -> None:
    at(part, Phase.EXPLORE)
    journal.name_function(part.project, OWNER, "Miljöchef", by=by)
    with pytest.raises(NotNow, match="i tur och ordning"):
        phases.move(part, Phase.DETAIL, by=by)


def test_an_unknown_phase_may_be_told_if_its_gates_are_open(part: Participation, by: User) -> None:
    at(part, None)
    assert part.phase_name == "Fas ej angiven"
    assert lacks(part, Phase.DETAIL, by) == ["function"]
    journal.name_function(part.project, OWNER, "Miljöchef", by=by)
    assert phases.move(part, Phase.DETAIL, by=by).phase == Phase.DETAIL


def test_back_is_always_open(part: Participation, by: User) -> None:
    assert phases.move(at(part, Phase.TRANSFER), Phase.EXPLORE, by=by).phase == Phase.EXPLORE


def test_who_saw_another_phase_is_told(part: Participation, by: User) -> None:
    at(part, Phase.INVENTORY)
    with pytest.raises(ChangedMeanwhile, match="Inventera"):
        phases.move(part, Phase.EXPLORE, by=by, seen=Phase.EXPLORE)


def test_an_observer_has_no_phase(part: Participation, by: User) -> None:
    leksand = factories.municipality("2029")
    listening = projects.join(part.project, leksand, Participation.Role.OBSERVER, by=by)
    with pytest.raises(NotNow, match="lyssnar"):
        phases.move(listening, Phase.EXPLORE, by=by)


def test_a_paused_part_stands_still(part: Participation, by: User) -> None:
    at(part, Phase.EXPLORE)
    halting.pause(part.project, "Väntar på leverantören.", by=by, municipality=part.municipality)
    with pytest.raises(NotNow, match="Återuppta"):
        phases.move(part, Phase.INVENTORY, by=by)


def test_each_move_leaves_a_trace_a_history_and_news(part: Participation, by: User) -> None:
    phases.move(part, Phase.EXPLORE, by=by)
    assert AuditEvent.objects.filter(what="project_phase", place="municipality:2080").count() == 1
    assert ProjectState.objects.filter(municipality="2080", phase=Phase.EXPLORE).count() == 1
    assert ProjectState.objects.filter(municipality=None, phase=Phase.EXPLORE).count() == 1
    assert News.objects.get(kind=News.Kind.PHASE).text == "ECOS 2, Falun: nu i Fas 0 Undersöka."


def test_one_may_finish_before_the_others(part: Participation, by: User) -> None:
    leksand = factories.municipality("2029")
    other = projects.join(part.project, leksand, by=by)
    at(other, Phase.EXPLORE)
    _ready_to_close(at(part, Phase.CONTROL), by)
    closing.close(part, by=by)
    project = DeliveryProject.objects.get()
    assert (project.status, project.phase, project.ended_on) == (Status.ONGOING, Phase.EXPLORE, None)
    _ready_to_close(at(other, Phase.CONTROL), by)
    closing.close(other, by=by)
    project.refresh_from_db()
    assert (project.status, project.phase) == (Status.COMPLETED, Phase.CONTROL)
    assert project.ended_on == timezone.localdate()


def _ready_to_close(part: Participation, by: User, in_source: int = 12) -> None:
    package = uuid4()
    told(part, DeliveryOutcome.Kind.ACCEPTED, package=package)
    told(part, DeliveryOutcome.Kind.RECEIPTED, package=package, counts={"cases": 12}, reference="KV-1")
    reconciliation.count(part, "cases", in_source, by=by)
    reconciliation.sample(part, "MN 2015-0001", "equal", by=by)


def test_closing_demands_receipt_counts_and_a_sample(part: Participation, by: User) -> None:
    at(part, Phase.CONTROL)
    with pytest.raises(GateClosed) as refused:
        closing.close(part, by=by)
    assert [lack.where for lack in refused.value.lacks] == ["delivery", "reconciliation", "sample"]


def test_closing_with_unreconciled_counts_is_refused(part: Participation, by: User) -> None:
    at(part, Phase.CONTROL)
    _ready_to_close(part, by, in_source=15)
    with pytest.raises(GateClosed, match=r"Antalen går inte ihop: Ärenden \(skillnad \+3\)"):
        closing.close(part, by=by)
    reconciliation.count(part, "cases", 15, left_out=3, why_left_out="Gallrade enligt beslut.", by=by)
    assert closing.close(part, by=by).status == Status.COMPLETED


def test_a_package_without_receipt_keeps_the_project_open(part: Participation, by: User) -> None:
    at(part, Phase.CONTROL)
    _ready_to_close(part, by)
    told(part, DeliveryOutcome.Kind.ACCEPTED)
    with pytest.raises(GateClosed, match="1 av 2 godkända leveranser är kvitterade"):
        closing.close(part, by=by)


def test_only_the_last_phase_can_be_closed(part: Participation, by: User) -> None:
    _ready_to_close(at(part, Phase.TRANSFER), by)
    with pytest.raises(NotNow, match="fas 4"):
        closing.close(part, by=by)


def test_the_final_report_tells_figures_and_rounds(part: Participation, by: User) -> None:
    at(part, Phase.CONTROL)
    told(part, DeliveryOutcome.Kind.FAULTY, kind="test", errors=2, findings={"CSIP71": 2})
    _ready_to_close(part, by)
    (told_of,) = closing.report(part.project).parts
    assert (len(told_of.tests), len(told_of.production), told_of.receipts) == (1, 1, ["KV-1"])
    assert told_of.adds_up
    assert told_of.samples_equal == 1


def test_counts_from_before_the_last_package_are_not_enough(part: Participation, by: User) -> None:
    at(part, Phase.CONTROL)
    _ready_to_close(part, by)
    package = uuid4()
    told(part, DeliveryOutcome.Kind.ACCEPTED, package=package)
    told(part, DeliveryOutcome.Kind.RECEIPTED, package=package, counts={"cases": 1})
    with pytest.raises(GateClosed, match="Stäm av igen"):
        closing.close(part, by=by)


def test_secret_content_parts_the_joint_work_from_the_transfer_on(part: Participation, by: User) -> None:
    project = part.project
    projects.change(project, {"has_secrets": True}, seen=project.version, by=by)
    assert DeliveryProject.objects.get().separated_at is None
    factories.agreement(part.municipality, system=project.system)
    phases.move(at(part, Phase.DETAIL), Phase.TRANSFER, by=by)
    assert DeliveryProject.objects.get().separated_at


def test_secrets_found_during_the_transfer_part_it_at_once(part: Participation, by: User) -> None:
    at(part, Phase.TRANSFER)
    projects.change(part.project, {"has_secrets": True}, seen=1, by=by)
    assert DeliveryProject.objects.get().separated_at
