"""The pages of a project: who sees which tab, two editors at once, documents as attachments, steps that ask first."""

import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consortium.access.roles import Role
from consortium.models import AuditEvent, User
from deliveries import closing, journal, projects
from deliveries.documents.final_report import final_report_pdf
from deliveries.models import (
    Decommissioning,
    DeliveryProject,
    FileStream,
    LogEntry,
    Milestone,
    Occurrence,
    Participation,
    Phase,
    ProjectDocument,
    Status,
)
from governance.models import Membership
from tests import factories
from tests.consortium.pdf import Read
from tests.deliveries import projecting
from tests.keeping import shared
from tests.personas import Personas

pytestmark = pytest.mark.django_db


@pytest.fixture
@shared
def by() -> User:
    return factories.user_with(Role.IT_ARCHIVIST, factories.consortium())


@pytest.fixture
@shared
def project(by: User) -> DeliveryProject:
    falun, leksand = factories.municipality("2080"), factories.municipality("2029")
    return projects.create(
        factories.consortium(), factories.system(), "ECOS", [falun, leksand], by=by, status=Status.ONGOING
    )


def client(user: User) -> Client:
    made = Client()
    made.force_login(user)
    return made


def url(project: DeliveryProject, name: str, *args: Any) -> str:
    return reverse(name, args=[project.pk, *args])


def test_a_municipalitys_tab_is_its_own(project: DeliveryProject, people: Personas, by: User) -> None:
    falun = factories.municipality("2080")
    journal.log(project, "Bara för Falun.", by=by, municipality=falun)
    journal.log(project, "För alla.", by=by)
    own, other = client(people.archivist_falun), client(people.archivist_leksand)
    assert "Bara för Falun." in own.get(url(project, "project_part", "2080")).content.decode()
    assert other.get(url(project, "project_part", "2080")).status_code == 404
    joint = other.get(url(project, "project")).content.decode()
    assert "För alla." in joint
    assert "Bara för Falun." not in joint
    assert url(project, "project_part", "2080") not in joint


def test_the_first_line_of_a_long_log_is_found_by_turning_pages(project: DeliveryProject, by: User) -> None:
    LogEntry.objects.bulk_create(
        LogEntry(project=project, text=f"Anteckning {n}.", at=timezone.now() - datetime.timedelta(hours=200 - n))
        for n in range(101)
    )
    page = client(by).get(url(project, "project")).content.decode()
    assert "Anteckning 100." in page
    assert "Anteckning 0." not in page
    assert 'href="?sida=2"' in page
    assert "Anteckning 0." in client(by).get(url(project, "project"), {"sida": "2"}).content.decode()


def test_a_document_of_one_is_not_fetched_by_the_other(project: DeliveryProject, people: Personas, by: User) -> None:
    falun = factories.municipality("2080")
    row = journal.add_document(project, "Utdrag", "utdrag åäö.txt", b"text", by=by, municipality=falun)
    address = url(project, "project_document", row.pk)
    assert client(people.archivist_leksand).get(address).status_code == 404
    answer = client(people.archivist_falun).get(address)
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert "utdrag%20%C3%A5%C3%A4%C3%B6.txt" in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer.content == b"text"
    assert AuditEvent.objects.filter(what="project_document_read").count() == 1


def test_the_second_editor_is_told_and_shown_both(project: DeliveryProject, by: User) -> None:
    form = {"name": "ECOS", "cost": "unknown", "version": "1"}
    first, second = client(by), client(by)
    assert first.post(url(project, "project_edit"), {**form, "note": "Den första texten"}).status_code == 302
    answer = second.post(url(project, "project_edit"), {**form, "note": "Den andra texten"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Två har ändrat samtidigt" in html
    assert "<td>Den första texten</td><td>Den andra texten</td>" in html
    assert 'name="version" value="2"' in html
    assert second.post(url(project, "project_edit"), {**form, "note": "Enad", "version": "2"}).status_code == 302
    project.refresh_from_db()
    assert project.note == "Enad"


def test_an_end_before_the_start_keeps_what_was_typed(project: DeliveryProject, by: User) -> None:
    form = {"name": "ECOS", "cost": "unknown", "version": "1", "started": "oktober 2022", "ended": "våren 2022"}
    answer = client(by).post(url(project, "project_edit"), form)
    html = answer.content.decode()
    assert "Projektet slutar innan det börjar" in html
    assert 'value="våren 2022"' in html


def test_an_amount_is_needed_when_the_cost_is_extra(project: DeliveryProject, by: User) -> None:
    form = {"name": "ECOS", "cost": "extra", "version": "1"}
    assert "Skriv beloppet" in client(by).post(url(project, "project_edit"), form).content.decode()
    assert client(by).post(url(project, "project_edit"), {**form, "cost_amount": "45 000 kr"}).status_code == 302
    assert "45\xa0000\xa0kr" in client(by).get(url(project, "project")).content.decode()


def test_a_project_without_benefit_cost_or_municipality_says_so(by: User) -> None:
    project = projects.create(factories.consortium(), factories.system("PMO"), "PMO", by=by, status=Status.RECURRING)
    html = client(by).get(url(project, "project")).content.decode()
    for sentence in ("Ange vilka kommuner som deltar.", "Projektet har ingen nytta", "Kostnaden är ej klarlagd."):
        assert sentence in html


def test_an_archivist_lays_up_a_project_for_the_own_municipality(people: Personas) -> None:
    system = factories.system("Elected")
    address = f"{reverse('project_new')}?system={system.slug}&kommun=2080"
    archivist = client(people.archivist_falun)
    html = archivist.get(address).content.decode()
    assert "Falun" in html
    assert "Leksand" not in html
    facts = {"consortium": factories.consortium().slug, "system": system.slug, "name": "Elected", "cost": "unknown"}
    assert "Välj minst en kommun." in archivist.post(address, facts).content.decode()
    assert (
        archivist.post(address, {**facts, "municipalities": ["2080"], "planned_from": "våren 2023"}).status_code == 302
    )
    made = DeliveryProject.objects.get(name="Elected")
    assert (made.planned_from, made.planned_from_precision) == (datetime.date(2023, 3, 1), "season")
    assert archivist.get(url(made, "project_edit")).status_code == 200, "one's own project is one's own"
    assert archivist.post(address, {**facts, "municipalities": ["2029"]}).status_code == 422


def test_who_has_left_lays_up_no_project_there(people: Personas) -> None:
    left = factories.consortium()
    Membership.objects.create(
        consortium=left,
        municipality=factories.municipality("2080"),
        status=Membership.Status.LEFT,
        effective_on=timezone.localdate(),
    )
    facts = {"consortium": left.slug, "system": factories.system("Elected").slug, "name": "Elected", "cost": "unknown"}
    answer = client(people.archivist_falun).post(reverse("project_new"), {**facts, "municipalities": ["2080"]})
    assert answer.status_code == 422
    assert not DeliveryProject.objects.exists()


@pytest.mark.parametrize(
    ("what", "data", "counts"),
    [
        ("anteckning", {"text": "Möte hållet."}, LogEntry),
        ("milstolpe", {"kind": "kickoff", "reached": "november 2022"}, Milestone),
    ],
)
def test_what_is_written_on_a_tab_is_the_municipalitys(
    project: DeliveryProject, people: Personas, what: str, data: dict[str, str], counts: Any
) -> None:
    address = f"{url(project, 'project_add', what)}?kommun=2080"
    assert client(people.archivist_falun).post(address, data).status_code == 302
    assert counts.objects.get().municipality_id == "2080"
    assert client(people.archivist_leksand).post(address, data).status_code == 404
    assert client(people.archivist_falun).post(url(project, "project_add", what), data).status_code == 403
    assert counts.objects.count() == 1


def test_a_personal_number_is_not_written_in_the_log(project: DeliveryProject, by: User) -> None:
    answer = client(by).post(url(project, "project_add", "anteckning"), {"text": "Akt 19121212-1212"})
    assert "personnummer" in answer.content.decode()
    assert not LogEntry.objects.exists()


def test_a_document_is_taken_through_the_form(project: DeliveryProject, by: User) -> None:
    address = url(project, "project_add", "dokument")
    wrong = SimpleUploadedFile("plan.exe", b"MZ")
    assert "Tillåtna slag" in client(by).post(address, {"title": "Plan", "file": wrong}).content.decode()
    right = SimpleUploadedFile("plan.pdf", b"%PDF-1.7 prov")
    assert client(by).post(address, {"title": "Plan", "file": right}).status_code == 302
    assert ProjectDocument.objects.get().size == 13


def test_counts_are_written_on_the_municipalitys_tab_only(project: DeliveryProject, by: User) -> None:
    facts = {"what": "cases", "in_source": "12", "left_out": "0"}
    assert client(by).post(url(project, "project_add", "avstamning"), facts).status_code == 404
    assert client(by).post(f"{url(project, 'project_add', 'avstamning')}?kommun=2080", facts).status_code == 302
    html = client(by).get(url(project, "project_part", "2080")).content.decode()
    assert "Stämmer inte" in html


def test_a_step_asks_first_and_needs_its_reason(project: DeliveryProject, by: User) -> None:
    address = url(project, "project_step", "pausa")
    assert client(by).get(address).status_code == 200
    assert client(by).post(address, {"reason": " "}).status_code == 422
    assert client(by).post(address, {"reason": "Väntar."}).status_code == 302
    project.refresh_from_db()
    assert project.status == Status.PAUSED


def test_closing_too_early_says_what_lacks_with_links(project: DeliveryProject, by: User) -> None:
    Participation.objects.filter(municipality="2080").update(phase=Phase.CONTROL)
    answer = client(by).post(f"{url(project, 'project_step', 'avsluta')}?kommun=2080")
    html = answer.content.decode()
    assert answer.status_code == 422
    for sentence in ("Kvittens saknas", "Antalen är inte avstämda", "Inget stickprov"):
        assert sentence in html
    assert f"{url(project, 'project_add', 'stickprov')}?kommun=2080" in html


def test_after_separation_nobody_writes_jointly(project: DeliveryProject, by: User) -> None:
    assert client(by).post(url(project, "project_step", "dela-upp")).status_code == 302
    answer = client(by).post(url(project, "project_add", "anteckning"), {"text": "Gemensamt."})
    assert "sekretessbelagt" in answer.content.decode()


def test_an_unknown_kind_of_anything_is_not_there(project: DeliveryProject, by: User) -> None:
    for name in ("project_add", "project_step"):
        assert client(by).get(url(project, name, "nytt-slag")).status_code == 404
    assert client(by).get(url(project, "project_done", "nytt-slag", 1)).status_code == 404


def test_an_occurrence_and_a_milestone_are_ticked_off(by: User) -> None:
    keys = projecting.addressed()
    yearly = DeliveryProject.objects.get(pk=keys["yearly"])
    assert client(by).post(url(yearly, "project_done", "leverans", keys["occurrence"])).status_code == 302
    assert Occurrence.objects.get(pk=keys["occurrence"]).delivered_by == by
    project = DeliveryProject.objects.get(pk=keys["project"])
    address = url(project, "project_done", "milstolpe", keys["milestone"])
    assert client(by).post(address, {"reached": "2022-11-10"}).status_code == 302
    assert Milestone.objects.get(pk=keys["milestone"]).reached_on == datetime.date(2022, 11, 10)


def test_the_rounds_tell_what_changed(by: User) -> None:
    project = projecting.whole()
    html = client(by).get(url(project, "project_part", "2080")).content.decode()
    assert "Nya: CSIP71" in html
    assert "Rättade: CSIP71" in html
    assert "Kvitterad" in html


def test_the_final_report_on_paper_says_what_the_page_says() -> None:
    project = projecting.whole()
    project.lessons = "Börja med mappningen."
    with Read(final_report_pdf(closing.report(project))) as pdf:
        text = pdf.text()
        assert pdf.claims() == {"PDF/A": "2a", "PDF/UA": "1"}
    for words in ("Slutrapport: ECOS 2", "Falu kommun", "KV-2022-00001", "Börja med mappningen.", "oktober 2022"):
        assert words in text


def test_municipalities_stand_in_swedish_order(by: User) -> None:
    places = [factories.municipality(code) for code in ("2080", "2029", "2082")]
    for place, name in zip(places, ("Örkelljunga", "Ängelholm", "Åre"), strict=True):
        place.name = name
        place.save()
    project = projects.create(factories.consortium(), factories.system(), "ECOS", places, by=by, status=Status.ONGOING)
    page = client(by).get(url(project, "project"))
    in_report = [each.part.municipality.name for each in closing.report(project).parts]
    assert [part["name"] for part in page.context["parts"]] == in_report == ["Åre", "Ängelholm", "Örkelljunga"]


def test_the_list_of_a_day_is_asked_for_in_the_address(by: User, project: DeliveryProject) -> None:
    asked = client(by)
    assert "ECOS" in asked.get(reverse("delivery_status")).content.decode()
    assert (
        "Status leveransprojekt 24" in asked.get(reverse("delivery_status"), {"datum": "24/11 2022"}).content.decode()
    )
    assert "är inget datum" in asked.get(reverse("delivery_status"), {"datum": "igår"}).content.decode()


def test_a_file_collection_is_changed_by_one_at_a_time(by: User) -> None:
    keys = projecting.addressed()
    address = reverse("stream_edit", args=[keys["stream"]])
    facts = {"kind": "grades", "priority": "low", "version": "1", "municipalities": ["2080"]}
    assert client(by).post(address, {**facts, "note": "Först"}).status_code == 302
    answer = client(by).post(address, {**facts, "note": "Sedan"})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "Någon annan har ändrat" in html
    assert "Sedan" in html
    assert 'name="version" value="2"' in html
    assert FileStream.objects.get(pk=keys["stream"]).note == "Först"


def test_savings_are_summed_on_the_board(by: User) -> None:
    system, falun = factories.system(), factories.municipality("2080")
    facts = {"system": system.slug, "municipality": falun.pk, "on": "hösten 2022", "saving_per_year": "85 000"}
    assert client(by).post(reverse("shut_down"), facts).status_code == 302
    assert "redan antecknat" in client(by).post(reverse("shut_down"), facts).content.decode()
    assert Decommissioning.objects.get().precision == "season"
    assert "85\xa0000" in client(by).get(reverse("board")).content.decode()


def test_what_one_wants_to_hear_of_is_chosen_on_a_page(people: Personas) -> None:
    reader = client(people.archivist_falun)
    assert reader.post(reverse("news_settings"), {"in_portal": ["missed"], "by_mail": []}).status_code == 302
    choice = people.archivist_falun.news_choice
    assert "missed" not in choice.not_in_portal
    assert "missed" in choice.not_by_mail
