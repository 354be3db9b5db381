"""Milestones, lines of the log and documents are changed and taken away; no text is lost, and no tab is looked into."""

import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from consortium.access.roles import Role
from consortium.models import AuditEvent, User
from deliveries import correcting, editing, journal, projects
from deliveries.models import DeliveryProject, LogCorrection, LogEntry, Milestone, ProjectDocument, Status
from deliveries.project_refusals import JointWorkEnded, NotNow, NotTheWriter
from tests import factories
from tests.keeping import shared
from tests.personas import Personas

pytestmark = pytest.mark.django_db

AUTUMN = (datetime.date(2022, 9, 1), "season")


@pytest.fixture
@shared
def by() -> User:
    return factories.user_with(Role.IT_ARCHIVIST, factories.consortium(), function="IT-arkivarie")


@pytest.fixture
@shared
def other() -> User:
    return factories.user_with(Role.IT_ARCHIVIST, factories.consortium(), function="Projektledare")


@pytest.fixture
@shared
def project(by: User) -> DeliveryProject:
    falun, leksand = factories.municipality("2080"), factories.municipality("2029")
    return projects.create(
        factories.consortium(), factories.system(), "ECOS", [falun, leksand], by=by, status=Status.ONGOING
    )


@pytest.fixture
@shared
def milestone(project: DeliveryProject, by: User) -> Milestone:
    return journal.plan_milestone(project, "kickoff", planned=AUTUMN, by=by)


@pytest.fixture
@shared
def entry(project: DeliveryProject, by: User) -> LogEntry:
    return journal.log(project, "Mötet hölls i mars.", by=by)


@pytest.fixture
@shared
def document(project: DeliveryProject, by: User) -> ProjectDocument:
    return journal.add_document(project, "Projektplan", "plan.txt", b"Plan 1", by=by)


def client(user: User) -> Client:
    made = Client()
    made.force_login(user)
    return made


def address(name: str, row: Any, what: str) -> str:
    return reverse(name, args=[row.project_id, what, row.pk])


def page(user: User, project: DeliveryProject) -> str:
    return client(user).get(reverse("project", args=[project.pk])).content.decode()


def file(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("plan.txt", content)


# Milestones


def test_a_milestone_gets_another_day_and_is_reached_or_not(milestone: Milestone, by: User) -> None:
    change = address("project_change", milestone, "milstolpe")
    assert 'value="hösten 2022"' in client(by).get(change).content.decode()
    facts = {"kind": "other", "label": "Uppstart", "planned": "2022-10-03", "reached": "oktober 2022", "revision": "1"}
    assert client(by).post(change, facts).status_code == 302
    milestone.refresh_from_db()
    assert (str(milestone), milestone.planned_on) == ("Uppstart", datetime.date(2022, 10, 3))
    assert (milestone.reached_precision, milestone.revision) == ("month", 2)
    assert client(by).post(change, {**facts, "reached": "", "revision": "2"}).status_code == 302
    milestone.refresh_from_db()
    assert milestone.reached_on is None
    assert AuditEvent.objects.filter(what="project_note_changed").count() == 2


def test_a_milestone_without_any_day_is_refused(milestone: Milestone, by: User) -> None:
    answer = client(by).post(address("project_change", milestone, "milstolpe"), {"kind": "kickoff", "revision": "1"})
    assert answer.status_code == 422
    assert "planerad eller nådd" in answer.content.decode()


def test_the_second_to_change_a_milestone_is_shown_both(milestone: Milestone, by: User, other: User) -> None:
    change = address("project_change", milestone, "milstolpe")
    facts = {"kind": "kickoff", "revision": "1"}
    assert client(by).post(change, {**facts, "planned": "våren 2023"}).status_code == 302
    answer = client(other).post(change, {**facts, "planned": "2023-05-02"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Två har ändrat samtidigt" in html
    assert "<td>våren 2023</td><td>2023-05-02</td>" in html
    assert 'name="revision" value="2"' in html
    assert client(other).post(change, {**facts, "planned": "2023-05-02", "revision": "2"}).status_code == 302


def test_a_milestone_is_removed_after_a_question_about_what_was_seen(milestone: Milestone, by: User) -> None:
    remove = address("project_remove", milestone, "milstolpe")
    html = client(by).get(remove).content.decode()
    assert "Ta bort milstolpen: Uppstartsmöte" in html
    journal.reach(milestone, by=by)
    assert client(by).post(remove, {"revision": "1"}).status_code == 422
    assert Milestone.objects.exists()
    assert client(by).post(remove, {"revision": "2"}).status_code == 302
    assert not Milestone.objects.exists()
    assert AuditEvent.objects.filter(what="project_note_removed").count() == 1


# The log


def test_a_line_of_the_log_is_corrected_below_what_was_written(entry: LogEntry, by: User) -> None:
    change = address("project_change", entry, "anteckning")
    assert "Mötet hölls i mars." in client(by).get(change).content.decode()
    assert client(by).post(change, {"text": "Mötet hölls i april.", "revision": "0"}).status_code == 302
    html = page(by, entry.project)
    assert "Mötet hölls i mars." in html
    assert "Rättelse:" in html
    assert "Mötet hölls i april." in html
    assert "– IT-arkivarie" in html
    assert "Mötet hölls i april." in client(by).get(change).content.decode(), "the last wording is gone on with"


def test_only_its_writer_corrects_and_removes_a_line(entry: LogEntry, by: User, other: User) -> None:
    for name in ("project_change", "project_remove"):
        assert client(other).get(address(name, entry, "anteckning")).status_code == 403
        assert address(name, entry, "anteckning") not in page(other, entry.project)
        assert address(name, entry, "anteckning") in page(by, entry.project)
    with pytest.raises(NotTheWriter):
        correcting.correct(entry, "Nej.", seen=0, by=other)
    with pytest.raises(NotTheWriter):
        correcting.remove_entry(entry, by=other)


def test_the_same_line_in_two_tabs_is_shown_in_both_wordings(entry: LogEntry, by: User) -> None:
    correcting.correct(entry, "Mötet hölls i april.", seen=0, by=by)
    change = address("project_change", entry, "anteckning")
    html = client(by).post(change, {"text": "Mötet hölls i maj.", "revision": "0"}).content.decode()
    assert "<td>Mötet hölls i april.</td><td>Mötet hölls i maj.</td>" in html
    assert LogCorrection.objects.count() == 1
    with pytest.raises(editing.ChangedMeanwhile):
        correcting.correct(entry, "Mötet hölls i maj.", seen=3, by=by)


def test_a_removed_line_leaves_a_line(entry: LogEntry, by: User, other: User) -> None:
    assert client(by).post(address("project_remove", entry, "anteckning"), {"revision": "0"}).status_code == 302
    html = page(other, entry.project)
    assert "Mötet hölls i mars." not in html
    assert "Anteckningen är borttagen av IT-arkivarie" in html
    assert LogEntry.objects.get().text == "Mötet hölls i mars.", "the row is kept"
    change = address("project_change", entry, "anteckning")
    assert client(by).get(change).status_code == 404
    late = client(by).post(change, {"text": "Mötet hölls i maj.", "revision": "0"}).content.decode()
    assert "redan borttagen" in late
    assert "Mötet hölls i maj." in late, "what was typed meanwhile is not lost"


def test_a_correction_stands(entry: LogEntry, by: User) -> None:
    made = correcting.correct(entry, "Mötet hölls i april.", seen=0, by=by)
    with pytest.raises(TypeError):
        made.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        LogCorrection.objects.update(text="Något annat.")


def test_a_personal_number_is_not_written_in_a_correction(entry: LogEntry, by: User) -> None:
    facts = {"text": "Akt 19121212-1212", "revision": "0"}
    assert "personnummer" in client(by).post(address("project_change", entry, "anteckning"), facts).content.decode()


# Documents


def test_a_document_gets_a_new_version_and_the_old_is_reached(document: ProjectDocument, by: User) -> None:
    change = address("project_change", document, "dokument")
    facts = {"title": "Projektplan", "file": file(b"Plan 2"), "revision": "1"}
    assert client(by).post(change, facts).status_code == 302
    newest = ProjectDocument.objects.get(number=2)
    html = page(by, document.project)
    assert "Tidigare versioner" in html
    for row, content in ((document, b"Plan 1"), (newest, b"Plan 2")):
        where = reverse("project_document", args=[row.project_id, row.pk])
        assert where in html
        assert client(by).get(where).content == content
    assert address("project_change", newest, "dokument") in html


def test_the_second_to_replace_a_document_is_told(document: ProjectDocument, by: User, other: User) -> None:
    correcting.replace_document(document, "Plan från Falun", "falun.txt", b"Falun", seen=1, by=by)
    change = address("project_change", document, "dokument")
    facts = {"title": "Projektplan", "file": file(b"Leksand"), "revision": "1"}
    html = client(other).post(change, facts).content.decode()
    assert "<td>Plan från Falun</td><td>Projektplan</td>" in html
    assert "falun.txt" in html
    assert 'name="revision" value="2"' in html
    again = {**facts, "file": file(b"Leksand"), "revision": "2"}
    assert client(other).post(change, again).status_code == 302
    assert sorted(ProjectDocument.objects.values_list("number", flat=True)) == [1, 2, 3]


def test_a_new_version_is_looked_at_as_the_first_was(document: ProjectDocument, by: User) -> None:
    wrong = SimpleUploadedFile("plan.exe", b"MZ")
    facts = {"title": "Projektplan", "file": wrong, "revision": "1"}
    assert "Tillåtna slag" in client(by).post(address("project_change", document, "dokument"), facts).content.decode()


def test_a_document_is_taken_away_with_its_versions_and_comes_back(document: ProjectDocument, by: User) -> None:
    newest = correcting.replace_document(document, "Projektplan", "plan.txt", b"Plan 2", seen=1, by=by)
    remove = address("project_remove", newest, "dokument")
    assert client(by).post(remove, {"revision": "1"}).status_code == 422, "another version than the one asked about"
    assert client(by).post(remove, {"revision": "2"}).status_code == 302
    addresses = [reverse("project_document", args=[row.project_id, row.pk]) for row in (document, newest)]
    assert [client(by).get(each).status_code for each in addresses] == [404, 404]
    assert client(by).get(remove).status_code == 404
    html = page(by, document.project)
    assert "Borttagna dokument" in html
    back = reverse("restore_document", args=[document.project_id, document.pk])
    assert back in html
    for _twice in range(2):
        assert client(by).post(back).status_code == 302
    assert [client(by).get(each).status_code for each in addresses] == [200, 200]
    assert AuditEvent.objects.filter(what="project_note_restored").count() == 1


def test_what_is_taken_away_gets_no_new_version(document: ProjectDocument, by: User) -> None:
    correcting.remove_document(document, seen=1, by=by)
    with pytest.raises(NotNow):
        correcting.replace_document(document, "Projektplan", "plan.txt", b"Plan 2", seen=1, by=by)
    with pytest.raises(NotNow):
        correcting.remove_document(document, seen=1, by=by)


# Tabs


def test_another_municipalitys_tab_is_neither_changed_nor_seen(
    project: DeliveryProject, people: Personas, by: User
) -> None:
    falun, archivist = factories.municipality("2080"), people.archivist_falun
    rows = {
        "milstolpe": journal.plan_milestone(project, "kickoff", planned=AUTUMN, by=archivist, municipality=falun),
        "anteckning": journal.log(project, "Bara för Falun.", by=archivist, municipality=falun),
        "dokument": journal.add_document(project, "Utdrag", "u.txt", b"text", by=archivist, municipality=falun),
    }
    own, stranger = client(archivist), client(people.archivist_leksand)
    for what, row in rows.items():
        for name in ("project_change", "project_remove"):
            assert own.get(address(name, row, what)).status_code == 200
            assert stranger.get(address(name, row, what)).status_code == 404
            assert stranger.post(address(name, row, what), {"revision": "1"}).status_code == 404
    document = rows["dokument"]
    back = reverse("restore_document", args=[project.pk, document.pk])
    assert own.post(address("project_remove", document, "dokument"), {"revision": "1"}).status_code == 302
    assert stranger.post(back).status_code == 404
    joint = page(people.archivist_leksand, project)
    assert "Borttagna dokument" not in joint
    assert own.post(back).headers["Location"] == reverse("project_part", args=[project.pk, "2080"])


def test_the_joint_parts_are_not_one_municipalitys_to_change(milestone: Milestone, people: Personas) -> None:
    assert client(people.archivist_falun).get(address("project_change", milestone, "milstolpe")).status_code == 403
    assert address("project_change", milestone, "milstolpe") not in page(people.archivist_falun, milestone.project)


def test_after_separation_nothing_joint_is_rewritten_but_it_is_taken_away(
    entry: LogEntry, document: ProjectDocument, by: User
) -> None:
    projects.separate(entry.project, by=by)
    for row in (entry, document):
        row.refresh_from_db()
    with pytest.raises(JointWorkEnded):
        correcting.correct(entry, "Hemligt.", seen=0, by=by)
    with pytest.raises(JointWorkEnded):
        correcting.replace_document(document, "Plan", "plan.txt", b"Hemligt", seen=1, by=by)
    html = page(by, entry.project)
    assert address("project_change", entry, "anteckning") not in html
    assert client(by).post(address("project_remove", entry, "anteckning"), {"revision": "0"}).status_code == 302
    assert client(by).post(address("project_remove", document, "dokument"), {"revision": "1"}).status_code == 302


def test_what_cannot_be_changed_is_not_there(project: DeliveryProject, by: User) -> None:
    for name in ("project_change", "project_remove"):
        assert client(by).get(reverse(name, args=[project.pk, "hinder", 1])).status_code == 404
