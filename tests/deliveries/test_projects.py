"""Projects: begun, joined, listened in to, changed by one at a time, halted and gone on with."""

import datetime
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from consortium.models import User
from deliveries import departures, halting, journal, projects
from deliveries.models import DeliveryProject, LogEntry, News, Participation, Phase, ProjectState, Status
from deliveries.project_refusals import (
    ChangedMeanwhile,
    EndsBeforeStart,
    JointWorkEnded,
    NotAMember,
    NotNow,
    ReasonMissing,
    WrongFile,
)
from governance.models import Membership
from tests import factories
from tests.keeping import shared

pytestmark = pytest.mark.django_db
Role = Participation.Role
DAY = datetime.date


@pytest.fixture
@shared
def by() -> User:
    return factories.user("IT-arkivarie")


@pytest.fixture
@shared
def project(by: User) -> DeliveryProject:
    falun, leksand = factories.municipality("2080"), factories.municipality("2029")
    return projects.create(
        factories.consortium(),
        factories.system("Evolution"),
        "Evolution",
        [falun],
        observers=[leksand],
        by=by,
        status=Status.ONGOING,
    )


def test_a_project_begins_with_its_participants_and_its_history(project: DeliveryProject) -> None:
    assert {(part.municipality.name, part.role) for part in project.participations.all()} == {
        ("Falun", Role.DELIVERING),
        ("Leksand", Role.OBSERVER),
    }
    assert ProjectState.objects.filter(project=project).count() == 3


def test_only_members_take_part(by: User) -> None:
    stranger = factories.municipality("2062", member=False)
    with pytest.raises(NotAMember, match="Mora kommun är inte med"), transaction.atomic():
        projects.create(factories.consortium(), factories.system(), "ECOS", [stranger], by=by)
    assert not DeliveryProject.objects.exists()


def test_an_end_before_the_start_is_refused(by: User, project: DeliveryProject) -> None:
    facts: dict[str, Any] = {"started_on": DAY(2022, 10, 3), "ended_on": DAY(2022, 9, 30)}
    with pytest.raises(EndsBeforeStart), transaction.atomic():
        projects.create(factories.consortium(), factories.system(), "ECOS", by=by, **facts)
    with pytest.raises(EndsBeforeStart):
        projects.change(project, facts, seen=1, by=by)


def test_a_month_that_holds_the_starting_day_is_no_end_before_it(by: User, project: DeliveryProject) -> None:
    """Started the 3rd, ended "in October": the month is stored as its first day, yet nothing is wrong."""
    with pytest.raises(EndsBeforeStart):
        projects.change(project, {"started_on": DAY(2022, 11, 1), "ended_on": DAY(2022, 10, 1)}, seen=1, by=by)
    facts = {"started_on": DAY(2022, 10, 3), "ended_on": DAY(2022, 10, 1), "ended_precision": "month"}
    assert projects.change(project, facts, seen=1, by=by).ended_precision == "month"


def test_the_second_of_two_editors_is_told(by: User, project: DeliveryProject) -> None:
    projects.change(project, {"note": "Först"}, seen=project.version, by=by)
    with pytest.raises(ChangedMeanwhile):
        projects.change(project, {"note": "Sedan"}, seen=project.version, by=by)
    project.refresh_from_db()
    assert (project.note, project.version) == ("Först", 2)


def test_a_changed_note_is_remembered_by_day(by: User, project: DeliveryProject) -> None:
    projects.change(project, {"note": "Återstår godkännande."}, seen=1, by=by)
    assert ProjectState.objects.as_of(timezone.localdate()).get(municipality=None).note == "Återstår godkännande."


def test_a_listener_may_begin_to_deliver(by: User, project: DeliveryProject) -> None:
    leksand = factories.municipality("2029")
    assert projects.join(project, leksand, by=by).role == Role.DELIVERING
    with pytest.raises(NotNow, match="deltar redan"):
        projects.join(project, leksand, by=by)


def test_history_refuses_to_change(project: DeliveryProject) -> None:
    row = ProjectState.objects.first()
    assert row
    with pytest.raises(TypeError):
        row.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        ProjectState.objects.filter(pk=row.pk).update(note="annat")


# Halts


def test_a_pause_needs_a_reason(by: User, project: DeliveryProject) -> None:
    with pytest.raises(ReasonMissing):
        halting.pause(project, "  ", by=by)


def test_paused_and_gone_on_with_where_it_stopped(by: User, project: DeliveryProject) -> None:
    Participation.objects.filter(role=Role.DELIVERING).update(phase=Phase.INVENTORY)
    halting.pause(project, "Leverantören byter version.", by=by)
    project.refresh_from_db()
    assert project.status == Status.PAUSED
    halting.resume(project, by=by)
    project.refresh_from_db()
    assert (project.status, project.phase) == (Status.ONGOING, Phase.INVENTORY)


def test_a_paused_project_without_phase_or_start_goes_on_as_ongoing(by: User) -> None:
    project = factories.project(factories.municipality(), status=Status.ONGOING)
    halting.pause(project, "Leverantören byter version.", by=by)
    halting.resume(project, by=by)
    project.refresh_from_db()
    assert project.status == Status.ONGOING


def test_a_project_whose_start_was_moved_ahead_ends_when_it_would_have_begun(by: User) -> None:
    falun, ahead = factories.municipality(), timezone.localdate() + datetime.timedelta(days=30)
    project = projects.create(factories.consortium(), factories.system(), "ECOS", [falun], by=by, status=Status.ONGOING)
    start = {"started_on": ahead, "started_precision": "day"}
    project = projects.change(project, start, seen=project.version, by=by)
    halting.cancel(project, "Systemet byts ut.", by=by)
    project.refresh_from_db()
    assert (project.status, project.ended_on) == (Status.CANCELLED, ahead)


def test_a_planned_project_that_was_paused_is_planned_again(by: User) -> None:
    project = projects.create(factories.consortium(), factories.system(), "ECOS", [factories.municipality()], by=by)
    with pytest.raises(NotNow):
        halting.pause(project, "Väntar.", by=by)
    halting.cancel(project, "Systemet byts ut.", by=by)
    halting.resume(project, by=by)
    project.refresh_from_db()
    assert project.status == Status.PLANNED


def test_one_part_is_cancelled_and_the_others_go_on(by: User, project: DeliveryProject) -> None:
    mora = factories.municipality("2062")
    projects.join(project, mora, by=by)
    halting.cancel(project, "Har bytt system.", by=by, municipality=mora)
    project.refresh_from_db()
    assert project.status == Status.ONGOING
    assert project.participations.get(municipality=mora).reason == "Har bytt system."
    assert News.objects.filter(kind=News.Kind.STATUS, municipality=mora).count() == 1


def test_the_last_part_cancels_the_project(by: User, project: DeliveryProject) -> None:
    halting.cancel(project, "Systemet är tomt.", by=by, municipality=factories.municipality("2080"))
    project.refresh_from_db()
    assert project.status == Status.CANCELLED
    with pytest.raises(NotNow):
        halting.cancel(project, "Igen.", by=by)


# A member leaves


def test_a_member_that_leaves_is_marked_and_the_project_goes_on(by: User, project: DeliveryProject) -> None:
    mora = factories.municipality("2062")
    projects.join(project, mora, by=by)
    Membership.objects.create(
        consortium=factories.consortium(),
        municipality=mora,
        status=Membership.Status.LEFT,
        effective_on=timezone.localdate(),
    )
    assert [departures.follow(), departures.follow()] == [1, 0]
    part = project.participations.get(municipality=mora)
    assert part.status == Status.LEFT
    assert "lämnas tillbaka" in part.data_return
    project.refresh_from_db()
    assert project.status == Status.ONGOING
    assert LogEntry.objects.filter(municipality=mora).count() == 1
    departures.note_data_return(part, "Arkivpaketen överlämnade till kanslichef.", by=by)
    assert project.participations.get(municipality=mora).data_return.startswith("Arkivpaketen")


# Joint work and secrets


def test_joint_writing_ends_when_secret_content_begins(by: User, project: DeliveryProject) -> None:
    falun = factories.municipality("2080")
    journal.log(project, "Gemensam uppstart.", by=by)
    project = projects.separate(project, by=by)
    with pytest.raises(JointWorkEnded):
        journal.log(project, "Detta är gemensamt.", by=by)
    with pytest.raises(JointWorkEnded):
        journal.add_document(project, "Utdrag", "utdrag.txt", b"text", by=by)
    assert journal.log(project, "Detta är Faluns.", by=by, municipality=falun).municipality == falun


def test_what_one_municipality_writes_the_others_do_not_see(by: User) -> None:
    from consortium.access.roles import Role as AccessRole

    falun, leksand = factories.municipality("2080"), factories.municipality("2029")
    project = projects.create(factories.consortium(), factories.system(), "ECOS", [falun, leksand], by=by)
    for place in (None, falun, leksand):
        journal.log(project, f"Rad för {place}", by=by, municipality=place)
    archivist = factories.user_with(AccessRole.ARCHIVIST, falun)
    seen = {entry.municipality_id for entry in LogEntry.objects.visible_to(archivist)}
    assert seen == {None, "2080"}
    stranger = factories.user_with(AccessRole.ARCHIVIST, factories.municipality("2062"))
    assert not LogEntry.objects.visible_to(stranger).exists()
    assert not DeliveryProject.objects.visible_to(stranger).exists()


@pytest.mark.parametrize(
    ("filename", "content", "says"),
    [
        ("tom.pdf", b"", "tom"),
        ("prov.exe", b"MZ", "Tillåtna slag"),
        ("sida.html", b"<script>", "Tillåtna slag"),
        ("utan-ändelse", b"text", "Tillåtna slag"),
        ("prov.pdf", b"<html>", "stämmer inte"),
        ("prov.txt", b"a\0b", "stämmer inte"),
        ("stor.pdf", b"%PDF-" + bytes(journal.DOCUMENT_MAX_BYTES), "högst 10"),
    ],
)
def test_files_that_are_not_taken(by: User, project: DeliveryProject, filename: str, content: bytes, says: str) -> None:
    with pytest.raises(WrongFile, match=says):
        journal.add_document(project, "Prov", filename, content, by=by)


def test_a_document_keeps_its_name_without_its_folder(by: User, project: DeliveryProject) -> None:
    row = journal.add_document(project, "Plan", 'C:\\hemligt\\plan "1".pdf', b"%PDF-1.7", by=by)
    assert (row.filename, row.content_type, row.size) == ("plan 1.pdf", "application/pdf", 8)


def test_a_barrier_is_solved_once(by: User, project: DeliveryProject) -> None:
    barrier = journal.raise_barrier(project, "Ingen tid i verksamheten.", by=by)
    journal.solve_barrier(barrier, "Kostnaden ingår; tid avsatt.", by=by)
    with pytest.raises(NotNow):
        journal.solve_barrier(barrier, "Igen.", by=by)


def test_a_milestone_says_when(by: User, project: DeliveryProject) -> None:
    with pytest.raises(ReasonMissing):
        journal.plan_milestone(project, "kickoff", by=by)
    made = journal.plan_milestone(project, "kickoff", by=by, planned=(DAY(2022, 9, 1), "season"))
    assert str(made) == "Uppstartsmöte"
    assert journal.reach(made, by=by, on=DAY(2022, 10, 4)).reached_on == DAY(2022, 10, 4)
