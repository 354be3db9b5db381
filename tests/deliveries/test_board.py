"""The board shows everybody's row, says states in words, and asks the database equally often however large it is."""

import csv
import datetime
import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consortium.access.roles import Role
from consortium.models import User
from deliveries import board, projects
from deliveries.board import Filters
from deliveries.models import DeliveryProject, FileStream, Participation, Phase, Status
from governance.models import Membership
from tests import factories
from tests.keeping import shared
from tests.personas import Personas

pytestmark = pytest.mark.django_db


@pytest.fixture
@shared
def by() -> User:
    return factories.user_with(Role.IT_ARCHIVIST, factories.consortium())


def begin(name: str, codes: tuple[str, ...], by: User, **facts: Any) -> DeliveryProject:
    places = [factories.municipality(code) for code in codes]
    listeners = [factories.municipality(code) for code in facts.pop("listeners", ())]
    status = facts.pop("status", Status.ONGOING)
    system = factories.system(facts.pop("system", name))
    return projects.create(
        factories.consortium(), system, name, places, observers=listeners, by=by, status=status, **facts
    )


def page(user: User, **asked: str) -> str:
    client = Client()
    client.force_login(user)
    return client.get(reverse("board"), asked).content.decode()


def test_each_cell_says_its_state_in_words(by: User) -> None:
    begin("ECOS", ("2080",), by, listeners=("2029",), phase=Phase.CONTROL)
    begin("Evolution", ("2029",), by)
    shown = board.show(by, Filters())
    said = {row.municipality.name: [[item.words for item in cell] for cell in row.cells] for row in shown.rows}
    assert [name for _slug, name in shown.systems] == ["ECOS", "Evolution"]
    assert said == {"Falun": [["Fas 4 Kontrollera"], []], "Leksand": [["(lyssnar)"], ["Fas ej angiven"]]}


def test_empty_municipalities_have_a_row_with_suggestions(by: User) -> None:
    factories.municipality("2062")
    begin("ECOS", ("2080",), by, listeners=("2029",))
    html = page(by)
    assert html.count("Inga projekt") == 2
    assert reverse("delivery_suggestions", args=["2062"]) in html
    client = Client()
    client.force_login(by)
    suggested = client.get(reverse("delivery_suggestions", args=["2062"])).content.decode()
    assert "ECOS" in suggested
    assert "Falun" in suggested


def test_a_municipality_alone_without_projects_is_shown_the_suggestions(people: Personas) -> None:
    html = page(people.archivist_falun)
    assert reverse("delivery_suggestions", args=["2080"]) in html
    for closed in ("delivery_status", "stream_new"):
        assert reverse(closed) not in html, "no link to a page that would not open"


def test_the_archivist_sees_own_projects_with_their_other_participants(people: Personas, by: User) -> None:
    begin("Gemensamt", ("2080", "2029"), by, system="ECOS")
    begin("Leksands eget", ("2029",), by, system="Elected")
    shown = board.show(people.archivist_falun, Filters())
    assert {item.name for item in shown.items} == {"Gemensamt"}
    assert [row.municipality.name for row in shown.rows] == ["Falun", "Leksand"]


def test_filters_stand_in_the_address(by: User) -> None:
    project = begin("ECOS", ("2080",), by, phase=Phase.DETAIL, benefits=["research"])
    assert f'href="{reverse("project", args=[project.pk])}"' in page(by)
    begin("Elected", ("2029",), by, status=Status.PLANNED)
    begin("Gammalt", ("2029",), by, status=Status.CANCELLED)

    def names(**asked: str) -> set[str]:
        return {item.name for item in board.show(by, Filters(**asked)).items}

    assert names() == {"ECOS", "Elected"}
    assert names(status="cancelled") == {"Gammalt"}
    assert names(phase="2") == names(municipality="2080") == names(benefit="research") == {"ECOS"}
    assert names(phase="okand", status="planned") == {"Elected"}
    assert "Elected" not in page(by, fas="2").split("</form>", 2)[2]


def test_nonsense_in_the_address_shows_everything(by: User) -> None:
    begin("ECOS", ("2080",), by)
    assert "Fas ej angiven" in page(by, lage="x'", fas="99", nytta="?", vy="rita")


def test_what_recurs_and_file_collections_have_lanes_of_their_own(by: User) -> None:
    begin("PMO", (), by, status=Status.RECURRING)
    html = page(by)
    assert "Återkommande leveranser" in html
    assert "Ange vilka kommuner som deltar" in html


def test_moving_needs_neither_drag_nor_script(by: User) -> None:
    project = begin("ECOS", ("2080",), by)
    part = project.participations.get()
    html = page(by, vy="faser")
    assert f'name="till" value="{part.pk}:0:"' in html
    client = Client()
    client.force_login(by)
    answer = client.post(reverse("move_part"), {"till": f"{part.pk}:0:", "tavla": "vy=faser"})
    assert answer["Location"] == f"{reverse('board')}?vy=faser"
    part.refresh_from_db()
    assert part.phase == Phase.EXPLORE


def test_a_closed_gate_leads_to_what_is_lacking(by: User) -> None:
    part = begin("ECOS", ("2080",), by, phase=Phase.EXPLORE).participations.get()
    client = Client()
    client.force_login(by)
    answer = client.post(reverse("move_part"), {"till": f"{part.pk}:1:0"}, follow=True)
    html = answer.content.decode()
    assert "Det här saknas innan Fas 1 Inventera" in html
    assert "Ange verksamhetsansvarig" in html


def test_the_reader_gets_no_buttons(people: Personas, by: User) -> None:
    part = begin("ECOS", ("2080",), by).participations.get()
    assert "Flytta till" not in page(people.steering_member, vy="faser")
    client = Client()
    client.force_login(people.steering_member)
    assert client.post(reverse("move_part"), {"till": f"{part.pk}:0:"}).status_code == 403
    client.force_login(people.archivist_leksand)
    assert client.post(reverse("move_part"), {"till": f"{part.pk}:0:"}).status_code == 404


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_taken_home_no_cell_is_a_formula(by: User, form: str) -> None:
    begin('=HYPERLINK("x")', ("2080",), by, system="ECOS")
    factories.municipality("2029")
    client = Client()
    client.force_login(by)
    content = client.get(reverse("board_file", args=[form])).content
    if form == "csv":
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
        assert rows[1][:3] == ["Falun", "ECOS", '\'=HYPERLINK("x")']
        assert rows[2][0] == "Leksand"
    else:
        from openpyxl import load_workbook

        cell = load_workbook(io.BytesIO(content)).worksheets[0]["C2"]
        assert (cell.value, cell.data_type) == ('=HYPERLINK("x")', "s")


def test_the_timeline_says_in_a_table_what_it_draws(by: User) -> None:
    begin("ECOS", ("2080",), by, started_on=datetime.date(2022, 10, 1), started_precision="month")
    html = page(by, vy="tidslinje")
    assert '<svg class="gantt"' in html
    assert "oktober 2022" in html


@pytest.mark.parametrize("view", ["tabell", "faser", "tidslinje"])
def test_the_number_of_questions_does_not_grow(by: User, view: str) -> None:
    client = Client()
    client.force_login(by)

    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("board"), {"vy": view})
        return len(asked)

    begin("S0", ("2080",), by)
    questions()  # what is loaded once
    few = questions()
    codes = tuple(str(2100 + number) for number in range(8))
    for number in range(1, 6):
        begin(f"S{number}", codes, by)
    assert Participation.objects.count() == 41
    assert questions() == few <= 45


@pytest.mark.parametrize("status", [Membership.Status.LEFT, Membership.Status.NO_INTENT])
def test_who_takes_no_part_is_not_told_what_the_others_run(by: User, status: str) -> None:
    mora = factories.municipality("2062", member=status == Membership.Status.LEFT)
    Membership.objects.create(
        consortium=factories.consortium(), municipality=mora, status=status, effective_on=datetime.date(2022, 1, 1)
    )
    begin("ECOS", ("2080",), by)
    stream = FileStream.objects.create(consortium=factories.consortium(), kind=FileStream.Kind.GRADES)
    reader = factories.user_with(Role.AUDITOR, mora)
    client = Client()
    client.force_login(reader)
    suggested = client.get(reverse("delivery_suggestions", args=["2062"]))
    assert suggested.status_code == 200
    assert "Falun" not in suggested.content.decode()
    assert stream not in FileStream.objects.visible_to(reader)
    assert stream in FileStream.objects.visible_to(by)
