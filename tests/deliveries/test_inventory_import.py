"""A file of inventory rows is read to its end and shown; confirmed, it is written whole or not at all."""

import datetime
import tracemalloc
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from consortium import sheets
from consortium.access import grants
from consortium.access.roles import Role
from consortium.models import AuditEvent, User
from consortium.tables import Unreadable
from deliveries import inventory, inventory_import, systems
from deliveries.inventory_columns import COLUMNS, WrongColumns
from deliveries.models import InventoryImport, SourceSystem, SystemInventory
from tests import factories
from tests.keeping import shared

pytestmark = pytest.mark.django_db
HEAD = "Kommun;System;Antal poster;Storlek (GB);Bevarande;K;R;T;Avtalet går ut;I drift;Anteckning\n"


@pytest.fixture
@shared
def user(db: None) -> User:
    """May edit in Falun and Leksand, and knows of Säter without editing there."""
    for name, aliases in {
        "Procapita": [("Lifecare", "")],
        "ECOS": [("ECOS 1", "1"), ("ECOS 2", "2")],
        "Public 360": [],
        "ByggR": [],
    }.items():
        systems.register({"name": name}, aliases, by=None)
    made = factories.user_with(Role.ARCHIVIST, factories.municipality("2080"))
    grants.assign(made, Role.ARCHIVIST, factories.municipality("2029"), by=None)
    grants.assign(made, Role.STEERING_MEMBER, factories.municipality("2082"), by=None)
    factories.municipality("1480", member=False)
    return made


def send(user: User, text: str, head: str = HEAD, **options: Any) -> InventoryImport:
    return inventory_import.upload((head + text).encode(), "inventering.csv", by=user, **options)


def faults(sent: InventoryImport) -> list[tuple[int, str, str]]:
    return [(each["line"], each["column"], each["found"]) for each in sent.summary["faults"]]


def remedies(sent: InventoryImport) -> str:
    return " ".join(each["remedy"] for each in sent.summary["faults"])


def test_nothing_is_written_before_it_is_confirmed(user: User) -> None:
    sent = send(user, "Falun;ECOS;12 500;1,5;Bevaras;3;2;1;2027-12-31;ja;Viktig\nLeksand;ByggR;;;;;;;;;\n")
    assert {name: sent.summary[name] for name in ("rows", "new", "changed", "unchanged", "fault_count")} == {
        "rows": 2,
        "new": 2,
        "changed": 0,
        "unchanged": 0,
        "fault_count": 0,
    }
    assert not SystemInventory.objects.exists()
    inventory_import.confirm(sent, by=user)
    row = SystemInventory.objects.get(municipality="2080")
    assert (row.records, row.size_gb, row.retention, row.information_class) == (
        12500,
        Decimal("1.5"),
        "keep",
        "K3 R2 T1",
    )
    assert (str(row.contract_ends_on), row.in_use, row.note, row.edited_by) == ("2027-12-31", True, "Viktig", user)
    assert set(AuditEvent.objects.filter(what="inventory_imported").values_list("place", flat=True)) == {
        "municipality:2080",
        "municipality:2029",
    }


def test_the_preview_tells_new_from_changed_and_unchanged(user: User) -> None:
    falun = factories.municipality("2080")
    for name, records in (("ECOS", 10), ("ByggR", 20)):
        inventory.add(falun, SourceSystem.objects.get(name=name), {"records": records, "note": "Kvar"}, by=user)
    sent = send(user, "Falun;ECOS;10;;;;;;;;\n2080;ByggR;30;;;;;;;;\nFalu kommun;Public360;;;;;;;;;\n")
    assert [sent.summary[kind] for kind in ("new", "changed", "unchanged")] == [1, 1, 1]
    (changed,) = [each for each in sent.summary["changes"] if each["kind"] == "changed"]
    assert changed["differences"] == [["Antal poster", "20", "30"]]
    inventory_import.confirm(sent, by=user)
    byggr = SystemInventory.objects.get(system__name="ByggR")
    assert (byggr.records, byggr.note, byggr.revision) == (30, "Kvar", 2)
    assert SystemInventory.objects.get(system__name="ECOS").revision == 1


def test_the_same_file_again_changes_nothing(user: User) -> None:
    text = "Falun;ECOS;12500;1,5;Bevaras;3;2;1;2027-12-31;ja;Viktig\n"
    inventory_import.confirm(send(user, text), by=user)
    sent = send(user, text)
    assert [sent.summary[kind] for kind in ("new", "changed", "unchanged")] == [0, 0, 1]


def test_rows_about_one_system_under_two_names_become_one(user: User) -> None:
    sent = send(
        user, "Falun;Procapita;100;;;;;;;;\nFalun;Life-care;;2;;;;;;;\nFalun;ECOS1;;;;;;;;;\nFalun;Ecos 2;;;;;;;;;\n"
    )
    assert (sent.summary["new"], sent.summary["merged_count"]) == (2, 2)
    _ecos, procapita = sent.summary["merged"]
    assert (procapita["names"], procapita["lines"]) == (["Procapita", "Life-care"], [2, 3])
    inventory_import.confirm(sent, by=user)
    row = SystemInventory.objects.get(system__name="Procapita")
    assert (row.records, row.size_gb) == (100, Decimal(2))
    assert SystemInventory.objects.get(system__name="ECOS").version == "1, 2"


def test_rows_that_contradict_each_other_are_for_a_person_to_settle(user: User) -> None:
    sent = send(user, "Falun;Procapita;100;;;;;;;;\nFalun;Lifecare;200;;;;;;;;\n")
    assert faults(sent) == [(3, "Antal poster", "200")]
    assert "Rad 2 säger 100 om samma system (Procapita)" in remedies(sent)


@pytest.mark.parametrize(
    ("line", "column", "says"),
    [
        ("Falum;ECOS;;;;;;;;;", "Kommun", "Menade du Falun?"),
        ("Sätters kommun;ECOS;;;;;;;;;", "Kommun", "Menade du Säter?"),
        ("Qwerty;ECOS;;;;;;;;;", "Kommun", "fyrsiffriga kod"),
        (";ECOS;;;;;;;;;", "Kommun", "Skriv vilken kommun"),
        ("Kommun 1480;ECOS;;;;;;;;;", "Kommun", "okänd"),
        ("Säter;ECOS;;;;;;;;;", "Kommun", "Din roll får inte ändra inventeringen för Säter."),
        ("Falun;Prokapita;;;;;;;;;", "System", "Menade du Procapita?"),
        ("Falun;Zzyzx;;;;;;;;;", "System", "Lägg upp det i registret"),
        ("Falun;--;;;;;;;;;", "System", "Skriv vilket system"),
        ("Falun;ECOS;många;;;;;;;;", "Antal poster", "heltal"),
        ("Falun;ECOS;-5;;;;;;;;", "Antal poster", "heltal"),
        ("Falun;ECOS;1,5;;;;;;;;", "Antal poster", "heltal"),
        ("Falun;ECOS;;stor;;;;;;;", "Storlek (GB)", "GB med siffror"),
        ("Falun;ECOS;;;kanske;;;;;;", "Bevarande", "Bevaras; Bevaras delvis; Gallras; Ej utrett"),
        ("Falun;ECOS;;;;5;;;;;", "Konfidentialitet (K)", "0 till 4"),
        ("Falun;ECOS;;;;;;;2027-02-30;;", "Avtalet går ut", "2027-12-31"),
        ("Falun;ECOS;;;;;;;;kanske;", "I drift", "ja eller nej"),
    ],
)
def test_a_fault_tells_line_column_what_was_found_and_the_remedy(user: User, line: str, column: str, says: str) -> None:
    sent = send(user, f"Leksand;ByggR;;;;;;;;;\n{line}\n")
    assert [fault[:2] for fault in faults(sent)] == [(3, column)]
    assert says in remedies(sent)


def test_with_one_fault_nothing_at_all_is_read_in(user: User) -> None:
    sent = send(user, "Leksand;ByggR;;;;;;;;;\nFalum;ECOS;;;;;;;;;\n")
    with pytest.raises(inventory_import.HasFaults):
        inventory_import.confirm(sent, by=user)
    assert not SystemInventory.objects.exists()


def test_every_fault_of_a_row_is_told_at_once(user: User) -> None:
    assert len(faults(send(user, "Falum;Prokapita;x;;;9;;;;;\n"))) == 4


def test_end_before_start_is_told_at_its_row(user: User) -> None:
    head = "Kommun;System;I drift från;Avställt;I drift\n"
    sent = send(user, "Falun;ECOS;2020-01-01;2019-01-01;nej\nFalun;ByggR;;2019-01-01;ja\n", head)
    assert [fault[:2] for fault in faults(sent)] == [(2, "Avställt"), (3, "I drift")]


def test_what_the_file_says_may_contradict_what_is_known(user: User) -> None:
    ecos = SourceSystem.objects.get(name="ECOS")
    inventory.add(factories.municipality("2080"), ecos, {"used_from": "2020-01-01"}, by=user)
    sent = send(user, "Falun;ECOS;2019-01-01\n", "Kommun;System;Avställt\n")
    assert [fault[:2] for fault in faults(sent)] == [(2, "Avställt")]


def test_a_day_of_shutting_down_that_has_passed_means_not_in_use(user: User) -> None:
    inventory_import.confirm(send(user, "Falun;ECOS;2019-01-01\n", "Kommun;System;Avställt\n"), by=user)
    assert SystemInventory.objects.get().in_use is False


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("Kommun;Antal\n", "Kolumnen ”System” saknas. Filens rubriker är: "),
        ("Kommun;Systm\n", "Döp om ”Systm” till ”System”"),
        ("Verksamhetssystem\n", "Kolumnen ”Kommun” saknas"),
        ("Kommun;System;Antal;Poster\n", "”Antal poster” finns mer än en gång: Antal, Poster"),
    ],
)
def test_wrong_columns_are_named(user: User, head: str, says: str) -> None:
    if "Antal\n" in head:
        says = says[:26]
    with pytest.raises(WrongColumns) as refused:
        send(user, "Falun;ECOS;1;1\n", head)
    assert says in str(refused.value)
    assert not InventoryImport.objects.exists()


def test_columns_we_do_not_know_are_named_and_left_out(user: User) -> None:
    sent = send(user, "ECOS;Falun;Anna\n", "IT-system;KOMMUNKOD;Handläggare\n")
    assert (sent.summary["ignored"], sent.summary["new"]) == (["Handläggare"], 1)


def test_a_file_for_one_municipality_needs_no_column_for_it(user: User) -> None:
    falun = factories.municipality("2080")
    sent = send(user, "ECOS;5\n", "System;Antal\n", municipality=falun)
    inventory_import.confirm(sent, by=user)
    assert SystemInventory.objects.get().municipality == falun
    sent = send(user, "Leksand;ECOS\n", "Kommun;System\n", municipality=falun)
    assert "Filen läses in för Falun" in remedies(sent)


def test_new_systems_are_registered_when_asked_but_slips_of_the_pen_are_not(user: User) -> None:
    head = "Kommun;System\n"
    sent = send(user, "Falun;Treserva\nLeksand;TRESERVA\nFalun;Procapitta\n", head, register_systems=True)
    assert sent.summary["new_systems"] == ["Treserva"]
    assert faults(sent) == [(4, "System", "Procapitta")]
    sent = send(user, "Falun;Treserva\nLeksand;TRESERVA\n", head, register_systems=True)
    inventory_import.confirm(sent, by=user)
    treserva = SourceSystem.objects.get(name="Treserva")
    assert treserva.inventory.count() == 2


def test_a_preview_that_has_become_outdated_is_not_written(user: User) -> None:
    ecos = SourceSystem.objects.get(name="ECOS")
    sent = send(user, "Falun;ECOS;500;;;;;;;;\nFalun;ByggR;;;;;;;;;\n")
    inventory.add(factories.municipality("2080"), ecos, {"records": 100}, by=user)
    with pytest.raises(inventory_import.PreviewOutdated):
        inventory_import.confirm(sent, by=user)
    assert SystemInventory.objects.get().records == 100
    sent.refresh_from_db()
    assert (sent.summary["new"], sent.summary["changed"]) == (1, 1)
    inventory_import.confirm(sent, by=user)
    assert SystemInventory.objects.get(system=ecos).records == 500


def test_a_file_is_read_in_once_and_then_forgotten(user: User) -> None:
    sent = send(user, "Falun;ECOS;;;;;;;;;\n")
    inventory_import.confirm(sent, by=user)
    with pytest.raises(inventory_import.ReadInAlready):
        inventory_import.confirm(sent, by=user)
    assert bytes(InventoryImport.objects.get().content) == b""


def test_a_role_that_ended_after_the_preview_stops_the_file(user: User) -> None:
    sent = send(user, "Falun;ECOS;;;;;;;;;\n")
    grants.end(user.assignments.get(role=Role.ARCHIVIST, where_id="2080"), by=user)
    with pytest.raises(inventory_import.HasFaults):
        inventory_import.confirm(sent, by=user)
    assert not SystemInventory.objects.exists()


def test_an_earlier_file_that_was_never_confirmed_goes(user: User) -> None:
    first, other = send(user, "Falun;ECOS;;;;;;;;;\n"), factories.user_with(Role.IT_ARCHIVIST, factories.consortium())
    theirs = send(other, "Falun;ByggR;;;;;;;;;\n")
    send(user, "Falun;ByggR;;;;;;;;;\n")
    assert not InventoryImport.objects.filter(pk=first.pk).exists()
    assert InventoryImport.objects.filter(pk=theirs.pk).exists()
    InventoryImport.objects.filter(pk=theirs.pk).update(uploaded_at=timezone.now() - datetime.timedelta(days=8))
    send(user, "Falun;ByggR;;;;;;;;;\n")
    assert not InventoryImport.objects.filter(pk=theirs.pk).exists()


@pytest.mark.parametrize("write", [sheets.to_csv, lambda heads, rows: sheets.to_xlsx("Inventering", heads, rows)])
def test_what_is_fetched_can_be_read_in_again_without_loss(user: User, write: Any) -> None:
    text = "Falun;ECOS 2;12500;1,5;Bevaras delvis;3;2;1;2027-12-31;nej;=2+2\nLeksand;ByggR;;;;;;;;;\n"
    inventory_import.confirm(send(user, text), by=user)
    rows = SystemInventory.objects.select_related("municipality", "system").order_by("pk")
    before: list[dict[str, Any]] = [dict(row) for row in rows.values()]
    content = write([column.label for column in COLUMNS], inventory.table(rows))
    sent = inventory_import.upload(content, "ut", by=user)
    assert [sent.summary[kind] for kind in ("rows", "unchanged", "fault_count")] == [2, 2, 0]
    SystemInventory.objects.all().delete()
    inventory_import.confirm(inventory_import.upload(content, "ut", by=user), by=user)
    again: list[dict[str, Any]] = [dict(row) for row in rows.values()]
    for old, new in zip(before, again, strict=True):
        for name in ("id", "edited_at", "revision"):
            old.pop(name), new.pop(name)
    assert again == before


def test_an_unreadable_file_leaves_nothing(user: User) -> None:
    with pytest.raises(Unreadable):
        inventory_import.upload(b"PK\x03\x04", "x.xlsx", by=user)
    assert not InventoryImport.objects.exists()


@pytest.mark.load
def test_fifty_thousand_rows_take_little_memory(user: User) -> None:
    """Mostly duplicates and faults, as a dump of a whole register would give."""
    good = "".join(f"Falun;{'ECOS' if n % 2 else 'Lifecare'};;;;;;;;;Rad\n" for n in range(25_000))
    bad = "".join(f"Falum;System{n};x;;;;;;;;\n" for n in range(25_000))
    content = (HEAD + good + bad).encode()
    tracemalloc.start()
    sent = inventory_import.upload(content, "stor.csv", by=user)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (sent.summary["rows"], sent.summary["new"], sent.summary["fault_count"]) == (50_000, 2, 75_000)
    assert len(sent.summary["faults"]) == 1_000
    assert peak < 60_000_000
