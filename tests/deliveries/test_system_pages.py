"""The pages of systems, inventories, their order and the plans, as people walk through them."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consortium.models import User
from deliveries import departures, inventory, planning, prioritisation, projects
from deliveries.models import (
    DeliveryPlan,
    DeliveryProject,
    InventoryImport,
    Prioritisation,
    SourceSystem,
    SystemInventory,
)
from deliveries.views import system_frame
from governance.models import Membership
from tests import factories
from tests.deliveries.inventorying import scored
from tests.keeping import shared
from tests.personas import Personas

pytestmark = pytest.mark.django_db


@pytest.fixture
def archivist(people: Personas) -> Client:
    return signed_in(people.archivist_falun)


@pytest.fixture
def coordinator(people: Personas) -> Client:
    return signed_in(people.it_archivist)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content.decode()[:2000]
    return str(response.content.decode())


def leave() -> None:
    """Falun leaves the consortium today."""
    Membership.objects.create(
        consortium=factories.consortium(),
        municipality=factories.municipality(),
        status=Membership.Status.LEFT,
        effective_on=timezone.localdate(),
    )


def send(client: Client, content: str, **fields: Any) -> Any:
    sent = SimpleUploadedFile("inventering.csv", content.encode())
    return client.post(reverse("import_inventory"), {"file": sent, **fields}, follow=True)


def row(by: User, **values: Any) -> SystemInventory:
    return inventory.add(factories.municipality(), factories.system("ECOS"), values, by=by)


def test_a_file_is_shown_before_it_is_read_in(archivist: Client) -> None:
    factories.system("ECOS")
    page = text(send(archivist, "Kommun;System;Antal poster\nFalun;ECOS;12 500\n"))
    assert "1 nya och 0 ändrade system. Inget är sparat än." in page
    assert not SystemInventory.objects.exists()
    sent = InventoryImport.objects.get()
    done = archivist.post(reverse("confirm_inventory", args=[sent.pk]), follow=True)
    assert "Filen är inläst: 1 nya" in text(done)
    assert SystemInventory.objects.get().records == 12500
    again = archivist.post(reverse("confirm_inventory", args=[sent.pk]), follow=True)
    assert "redan inläst" in text(again)


def test_faults_are_listed_and_nothing_can_be_confirmed(archivist: Client) -> None:
    factories.system("ECOS")
    page = text(send(archivist, "Kommun;System;Antal poster\nFalum;EKOS;x\n"))
    assert "Filen har 3 fel. Inget är inläst." in page
    assert "Menade du Falun?" in page
    assert "Menade du ECOS?" in page
    sent = InventoryImport.objects.get()
    assert reverse("confirm_inventory", args=[sent.pk]) not in page
    refused = archivist.post(reverse("confirm_inventory", args=[sent.pk]), follow=True)
    assert "kan inte läsas in" in text(refused)
    faults = archivist.get(reverse("inventory_faults", args=[sent.pk])).content.decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(faults), delimiter=";"))) == 4


@pytest.mark.parametrize(
    ("content", "says"),
    [("Kommun;Antal\nFalun;1\n", "Kolumnen ”System” saknas"), ("\x00\x01", "inte en tabell"), ("", "Filen är tom")],
)
def test_a_file_that_cannot_be_read_is_refused_beside_the_field(archivist: Client, content: str, says: str) -> None:
    response = send(archivist, content)
    assert says in text(response, 422)
    assert "error-summary" in response.content.decode()


def test_a_file_is_nobody_elses(archivist: Client, people: Personas) -> None:
    factories.system("ECOS")
    send(archivist, "Kommun;System\nFalun;ECOS\n")
    address = reverse("confirm_inventory", args=[InventoryImport.objects.get().pk])
    assert signed_in(people.archivist_leksand).post(address).status_code == 404
    assert not SystemInventory.objects.exists()


def test_a_municipality_sees_its_own_inventory_and_exports_it_harmlessly(archivist: Client, people: Personas) -> None:
    row(people.archivist_falun, note="=1+1")
    other = factories.municipality("2029")
    inventory.add(other, factories.system("Hemligsystemet"), {"records": 777}, by=people.archivist_leksand)
    page = text(archivist.get(reverse("inventory")))
    assert "ECOS" in page
    assert "Hemligsystemet" not in page
    exported = archivist.get(reverse("inventory_export", args=["csv"])).content.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(exported), delimiter=";"))
    assert [line[:2] for line in lines[1:]] == [["Falun", "ECOS"]]
    assert lines[1][-1] == "'=1+1"
    assert archivist.get(reverse("municipality_inventory", args=[other.code])).status_code == 404


def test_filters_stand_in_the_address(coordinator: Client, people: Personas) -> None:
    row(people.it_archivist, in_use=False, retention="keep")
    inventory.add(
        factories.municipality("2029"), factories.system("PMO"), {"retention": "dispose"}, by=people.it_archivist
    )
    for query, seen, unseen in (
        ("?kommun=2029", ">PMO<", ">ECOS<"),
        ("?lage=avstallt", ">ECOS<", ">PMO<"),
        ("?bevarande=dispose", ">PMO<", ">ECOS<"),
        ("?q=eco", ">ECOS<", ">PMO<"),
    ):
        page = text(coordinator.get(reverse("inventory") + query))
        assert seen in page
        assert unseen not in page
    assert "Ta bort" in text(coordinator.get(reverse("inventory") + "?lage=avstallt"))
    assert "Inga system motsvarar" in text(coordinator.get(reverse("inventory") + "?q=zzz"))


def test_the_second_of_two_writers_sees_both_texts_and_decides(archivist: Client, people: Personas) -> None:
    made = row(people.archivist_falun, size_gb=Decimal("1.500"))
    address = reverse("edit_inventory_row", args=["2080", made.system.slug])
    form = {"in_use": "on", "retention": "keep", "personal_data": "unknown", "size_gb": "1,5", "revision": "1"}
    inventory.change(made, {"records": 100, "note": "Deras"}, seen=1, by=people.it_archivist)
    page = text(archivist.post(address, {**form, "records": "12 500", "note": "Min text"}), 409)
    assert "Någon annan har sparat medan du skrev" in page
    assert "<td>12500</td><td>100</td>" in page
    assert "Storlek i GB</th>" not in page  # alike, however many noughts are stored
    assert "<td>Min text</td><td>Deras</td>" in page
    assert 'name="revision" value="2"' in page
    assert SystemInventory.objects.get().records == 100
    archivist.post(address, {**form, "records": "200", "note": "Min text", "revision": "2"})
    assert (SystemInventory.objects.get().records, SystemInventory.objects.get().note) == (200, "Min text")


def test_a_contradiction_is_told_at_its_field_and_nothing_typed_is_lost(archivist: Client) -> None:
    system = factories.system("ECOS")
    form = {
        "system": system.pk,
        "retention": "keep",
        "personal_data": "none",
        "used_from": "2020-01-01",
        "retired_on": "1/2 2019",
        "note": "Kvar i fältet",
        "revision": "1",
    }
    page = text(archivist.post(reverse("new_inventory_row", args=["2080"]), form), 422)
    assert "avställt före 2020-01-01" in page
    assert "Kvar i fältet" in page
    assert not SystemInventory.objects.exists()


def test_removing_asks_first(archivist: Client, people: Personas) -> None:
    made = row(people.archivist_falun)
    address = reverse("remove_inventory_row", args=["2080", made.system.slug])
    assert "Ta bort ECOS ur inventeringen?" in text(archivist.post(address))
    assert SystemInventory.objects.exists()
    archivist.post(address, {"bekrafta": "ja"})
    assert not SystemInventory.objects.exists()


def test_a_system_is_found_by_all_its_names_and_the_nearest_is_suggested(archivist: Client) -> None:
    made = archivist.post(
        reverse("new_system"), {"name": "Procapita", "aliases": "Lifecare\nProcapita 9 (version 9)", "revision": "1"}
    )
    assert made["Location"] == reverse("system", args=["procapita"])
    for asked in ("lifecare", "Life-Care", "PROCAP"):
        assert ">Procapita<" in text(archivist.get(reverse("systems"), {"q": asked}))
    assert "Menade du Lifecare?" in text(archivist.get(reverse("systems"), {"q": "livecare"}))
    page = text(archivist.get(reverse("system", args=["procapita"])))
    assert "Procapita 9 (version 9)" in page
    taken = text(archivist.post(reverse("new_system"), {"name": "Life care", "revision": "1"}), 422)
    assert "redan ett namn på systemet Procapita" in taken


@pytest.mark.parametrize("name", ["systems", "inventory"])
def test_signs_alone_find_no_system(archivist: Client, people: Personas, name: str) -> None:
    inventory.add(factories.municipality(), factories.system("ECOS"), {}, by=people.archivist_falun)
    assert ">ECOS<" in text(archivist.get(reverse(name), {"q": "e-cos"}))
    assert ">ECOS<" not in text(archivist.get(reverse(name), {"q": "-"}))


def test_two_who_edit_a_system_are_told(archivist: Client) -> None:
    system = factories.system("ECOS")
    address = reverse("edit_system", args=[system.slug])
    archivist.post(address, {"name": "ECOS", "lessons": "Först", "revision": "1"})
    page = text(archivist.post(address, {"name": "ECOS", "lessons": "Sedan", "revision": "1"}), 409)
    assert "<td>Sedan</td><td>Först</td>" in page
    assert SourceSystem.objects.get(pk=system.pk).lessons == "Först"


def test_a_joint_project_is_shown_before_it_is_made(coordinator: Client, people: Personas) -> None:
    pmo = factories.system("PMO")
    for code in ("2080", "2029"):
        inventory.add(factories.municipality(code), pmo, {}, by=people.it_archivist)
    assert "Föreslå" in text(coordinator.get(reverse("shared_systems")))
    address = reverse("propose_project", args=[pmo.slug])
    assert text(coordinator.get(address)).count("checked") == 2
    form = {"name": "PMO gemensamt", "delivering": ["2080", "2029"], "planned_from": "hösten 2023"}
    assert "Lägg upp PMO gemensamt?" in text(coordinator.post(address, form))
    assert not DeliveryProject.objects.exists()
    coordinator.post(address, {**form, "bekrafta": "ja"})
    project = DeliveryProject.objects.get()
    assert (project.name, project.planned_from_precision, project.participations.count()) == (
        "PMO gemensamt",
        "season",
        2,
    )
    again = text(coordinator.post(address, {**form, "bekrafta": "ja"}), 422)
    assert "deltar redan i projektet PMO gemensamt" in again
    assert DeliveryProject.objects.count() == 1


def test_who_cannot_edit_for_the_consortium_is_not_offered_joint_projects(archivist: Client, people: Personas) -> None:
    pmo = factories.system("PMO")
    for code in ("2080", "2029"):
        inventory.add(factories.municipality(code), pmo, {}, by=people.it_archivist)
    page = text(archivist.get(reverse("shared_systems")))
    assert "Falun, Leksand" in page
    assert "gemensamt-projekt" not in page


@pytest.fixture
@shared
def draft(people: Personas) -> Prioritisation:
    made = scored(factories.system("ECOS"), people.it_archivist)
    each = {"system": factories.system("PMO"), "need": 2, "ease": 3, "saving": 5, "motive": ""}
    ecos = {"system": factories.system("ECOS"), "need": 5, "ease": 3, "saving": 2, "motive": ""}
    return prioritisation.score(made, [ecos, each], seen=2, by=people.it_archivist)


def test_weights_on_trial_change_the_order_and_save_nothing(coordinator: Client, draft: Prioritisation) -> None:
    address = reverse("prioritisation_version", args=[draft.pk])

    def order(**query: int) -> list[str]:
        part = text(coordinator.get(address, query, headers={"HX-Request": "true"}))
        assert "<html" not in part
        return sorted(("ECOS", "PMO"), key=lambda name: part.index(f">{name}<"))

    assert order(need=10, ease=1, saving=1) == ["ECOS", "PMO"]
    assert order(need=1, ease=1, saving=10) == ["PMO", "ECOS"]
    page = text(coordinator.get(address, {"need": 1, "ease": 1, "saving": 10}))
    assert "På prov: vikterna är inte sparade." in page
    assert "55/12" in page
    draft.refresh_from_db()
    assert draft.weight_saving == 5


@pytest.mark.parametrize(
    ("query", "says"),
    [({"need": 0, "ease": 0, "saving": 0}, "större än 0"), ({"need": 11, "ease": 1, "saving": 1}, "10")],
)
def test_weights_that_do_not_weigh_are_refused_in_words(
    coordinator: Client, draft: Prioritisation, query: dict[str, int], says: str
) -> None:
    page = text(coordinator.get(reverse("prioritisation_version", args=[draft.pk]), query))
    assert says in page
    assert "field-error" in page


def test_weights_are_saved_by_one_at_a_time(coordinator: Client, draft: Prioritisation) -> None:
    address = reverse("weigh_prioritisation", args=[draft.pk])
    coordinator.post(address, {"need": 9, "ease": 1, "saving": 1, "revision": draft.revision})
    page = text(coordinator.post(address, {"need": 1, "ease": 1, "saving": 9, "revision": draft.revision}, follow=True))
    assert "andra vikter: 9/1/1. Dina är 1/1/9" in page
    draft.refresh_from_db()
    assert draft.weight_need == 9


def test_scores_are_given_in_one_table(coordinator: Client, draft: Prioritisation) -> None:
    systems = {each.name: f"s{each.pk}" for each in SourceSystem.objects.all()}
    form = {f"{systems['ECOS']}-{part}": "4" for part in ("need", "ease", "saving")}
    address = reverse("score_prioritisation", args=[draft.pk])
    half = {**form, f"{systems['PMO']}-need": "3", "revision": str(draft.revision)}
    assert "PMO: fyll i alla tre, eller ingen." in text(coordinator.post(address, half), 422)
    coordinator.post(address, {**form, "revision": str(draft.revision)})
    assert [each.system.name for each in prioritisation.ranking(draft)] == ["ECOS"]
    stale = text(coordinator.post(address, {**form, "revision": str(draft.revision)}), 409)
    assert "Sparat: 4, 4, 4" in stale


def test_a_decision_is_asked_for_once_more_and_then_locked(coordinator: Client, draft: Prioritisation) -> None:
    address = reverse("decide_prioritisation", args=[draft.pk])
    form = {"function": "Styrgruppen", "on": "13 februari 2023", "paragraph": "§ 4", "revision": str(draft.revision)}
    assert "Lås prioritering 2023, version 1?" in text(coordinator.post(address, form))
    draft.refresh_from_db()
    assert not draft.is_locked
    page = text(coordinator.post(address, {**form, "bekrafta": "ja"}, follow=True))
    assert "Beslutad och låst" in page
    assert "Styrgruppen" in page
    refused = coordinator.post(
        reverse("weigh_prioritisation", args=[draft.pk]), {"need": 1, "ease": 1, "saving": 1}, follow=True
    )
    assert "beslutad och låst" in text(refused)


def test_the_steering_groups_question_is_answered_in_one_click(coordinator: Client, people: Personas) -> None:
    falun = factories.municipality("2080")
    planning.write(
        planning.plan_of(falun, 2023),
        {"status": "draft", "mandate_holder": "Kanslichef"},
        seen=1,
        by=people.it_archivist,
    )
    page = text(coordinator.get(reverse("plans"), {"ar": "2023"}))
    assert "1 av 2 har en plan, 0 beslutade, 1 med mandatägare." in page
    address = reverse("plan", args=["2080"]) + "?ar=2023"
    assert address in page
    assert "Kanslichef" in text(coordinator.get(address))


def test_a_municipality_sees_the_figures_of_all_and_the_line_of_its_own(archivist: Client, people: Personas) -> None:
    leksand = factories.municipality("2029")
    planning.write(
        planning.plan_of(leksand, 2023), {"mandate_holder": "Hemlig chef"}, seen=1, by=people.archivist_leksand
    )
    page = text(archivist.get(reverse("plans"), {"ar": "2023"}))
    assert "1 med mandatägare" in page
    assert "Hemlig chef" not in page
    exported = archivist.get(reverse("plans"), {"ar": "2023", "som": "csv"}).content.decode()
    assert "Hemlig chef" not in exported
    assert archivist.get(reverse("plan", args=["2029"])).status_code == 404


def test_a_plan_is_not_decided_without_a_decision(archivist: Client) -> None:
    address = reverse("edit_plan", args=["2080", "2023"])
    form = {"status": "decided", "deciding_body": "Kommunstyrelsen", "revision": "1"}
    assert "beslutsdatum" in text(archivist.post(address, form), 422)
    assert not DeliveryPlan.objects.exists()
    archivist.post(address, {**form, "decided_on": "14/2 2023", "paragraph": "§ 18", "sectors": ["social", "school"]})
    plan = DeliveryPlan.objects.get()
    assert (plan.status, str(plan.decided_on), plan.sectors) == ("decided", "2023-02-14", ["social", "school"])
    stale = text(archivist.post(address, {"status": "draft", "revision": "1"}), 409)
    assert "<td>Utkast</td><td>Beslutad</td>" in stale


def test_a_municipality_without_an_archivist_is_told_what_it_means(archivist: Client) -> None:
    archivist.post(reverse("edit_staffing", args=["2080"]), {"has_archivist": "no", "revision": "2"})
    page = text(archivist.get(reverse("plan", args=["2080"])))
    assert "Förutsättningar saknas" in page
    assert "Medlemskapet påverkas inte." in page
    assert "Förutsättningar saknas" in text(archivist.get(reverse("municipality_inventory", args=["2080"])))
    stale = {"has_archivist": "yes", "note": "Sedan", "revision": "2"}
    told = text(archivist.post(reverse("edit_staffing", args=["2080"]), stale), 409)
    assert "<td>ja</td><td>nej</td>" in told
    assert "<td>Sedan</td>" in told


def test_a_municipality_that_has_left_keeps_its_own_pages_and_sees_no_more_of_the_others(archivist: Client) -> None:
    leave()
    system = factories.system("ECOS")
    for name, args, status in (
        ("systems", [], 200),
        ("system", [system.slug], 200),
        ("inventory", [], 200),
        ("inventory_template", ["csv"], 200),
        ("municipality_inventory", ["2080"], 200),
        ("plan", ["2080"], 200),
        ("shared_systems", [], 200),
        ("prioritisation", [], 200),
        ("plans", [], 200),
        ("study", [], 200),
    ):
        assert (name, archivist.get(reverse(name, args=args)).status_code) == (name, status)


@pytest.fixture
def left(archivist: Client) -> Client:
    """Falun's archivist, when Falun has left and Leksand is still there."""
    factories.municipality("2029")
    leave()
    return archivist


def test_every_tab_opens_for_a_municipality_that_has_left(left: Client) -> None:
    system = factories.system("ECOS")
    for each in system_frame.tabs("systems"):
        assert (each["label"], left.get(each["url"]).status_code) == (each["label"], 200)
    for name in ("shared_systems", "prioritisation", "study"):
        page = text(left.get(reverse(name)))
        assert "inte med i någon samverkan nu" in page
        assert reverse("inventory") in page
        assert system.name not in page
        assert left.get(reverse(name), {"konsortium": factories.consortium().slug}).status_code == 404


def test_what_is_joint_stays_closed_to_a_municipality_that_has_left(left: Client, people: Personas) -> None:
    row = prioritisation.begin(factories.consortium(), 2023, by=people.it_archivist)
    assert left.get(reverse("prioritisation_version", args=[row.pk])).status_code == 404
    assert left.post(reverse("begin_prioritisation")).status_code == 404
    assert left.get(reverse("edit_study", args=["law"])).status_code == 404
    assert left.get(reverse("propose_project", args=[factories.system().slug])).status_code == 404


def test_a_municipality_that_has_left_sees_its_own_plans_and_projects(left: Client, people: Personas) -> None:
    by = people.it_archivist
    falun, leksand = factories.municipality(), factories.municipality("2029")
    for place in (falun, leksand):
        planning.write(
            planning.plan_of(place, 2023), {"status": "draft", "mandate_holder": f"Chef {place.name}"}, seen=1, by=by
        )
    page = text(left.get(reverse("plans"), {"ar": "2023"}))
    assert "Chef Falun" in page
    assert "Leksand" not in page
    assert "1 av 1 har en plan" in page
    assert reverse("study") not in page
    export = left.get(reverse("plans"), {"ar": "2023", "som": "csv"}).content.decode("utf-8-sig")
    assert "Chef Falun" in export
    assert "Leksand" not in export
    assert left.get(reverse("plans"), {"konsortium": factories.consortium().slug}).status_code == 404


def test_a_municipality_that_has_left_sees_its_own_projects_and_systems(archivist: Client, people: Personas) -> None:
    falun, leksand = factories.municipality(), factories.municipality("2029")
    system = factories.system("ECOS")
    project = projects.create(factories.consortium(), system, "ECOS 2", [falun, leksand], by=people.it_archivist)
    row(people.archivist_falun)
    leave()
    departures.follow()
    assert archivist.get(reverse("project_part", args=[project.pk, "2080"])).status_code == 200
    assert archivist.get(reverse("project_part", args=[project.pk, "2029"])).status_code == 404
    page = text(archivist.get(reverse("system", args=[system.slug])))
    assert reverse("municipality_inventory", args=["2080"]) in page
    assert "ECOS 2</a>, Lämnat" in page
    assert "Leksand" not in page


def test_personal_numbers_are_kept_out(archivist: Client) -> None:
    system = factories.system("ECOS")
    form = {"system": system.pk, "retention": "keep", "personal_data": "none", "note": "19121212-1212", "revision": "1"}
    assert "personnummer" in text(archivist.post(reverse("new_inventory_row", args=["2080"]), form), 422)
