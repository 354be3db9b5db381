"""Rows of systems, inventory, plans and their order, as addresses ask for them. Everything is Falun's."""

from consortium.models import User
from deliveries import inventory, inventory_import, planning, prioritisation, sharing
from deliveries.models import InventoryImport, Prioritisation, SourceSystem
from tests import factories


def scored(consortium_system: SourceSystem, by: User) -> Prioritisation:
    row = prioritisation.begin(factories.consortium(), 2023, by=by)
    each = {"system": consortium_system, "need": 5, "ease": 3, "saving": 2, "motive": "Stödet upphör"}
    return prioritisation.score(row, [each], seen=1, by=by)


def sent(by: User, text: str) -> InventoryImport:
    return inventory_import.upload(text.encode(), "inventering.csv", by=by)


def addressed(by: User) -> dict[str, str]:
    falun, system = factories.municipality("2080"), factories.system("ECOS")
    row = inventory.add(falun, system, {"records": 1200, "confidentiality": 2}, by=by)
    planning.write(planning.plan_of(falun, 2023), {"status": "draft", "mandate_holder": "Kanslichef"}, seen=1, by=by)
    assert sharing.holders(factories.consortium())
    return {
        "system": system.slug,
        "inventory_row": str(row.pk),
        "import": str(sent(by, "Kommun;System;Antal poster\nFalun;ECOS;1300\nFalum;EKOS;x\n").pk),
        "prioritisation": str(scored(system, by).pk),
    }
