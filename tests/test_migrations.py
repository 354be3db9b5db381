"""The tables are what the models say."""

import datetime
from importlib import import_module
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from governance.models import Municipality
from tests import factories


@pytest.mark.django_db
def test_no_model_has_changed_without_a_migration() -> None:
    said = StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=said)
    except SystemExit:
        pytest.fail(said.getvalue())


@pytest.mark.django_db
def test_secrecy_kept_as_ending_in_the_year_1_has_no_end() -> None:
    endless = factories.unit(secrecy_until=datetime.date.min)
    ending = factories.unit(secrecy_until=datetime.date(2055, 1, 1))
    with connection.cursor() as cursor:
        cursor.execute(import_module("archive.migrations.0003_secrecy_without_end").Migration.operations[0].sql)
    for unit in (endless, ending):
        unit.refresh_from_db()
    assert (endless.secrecy_until, ending.secrecy_until) == (None, datetime.date(2055, 1, 1))


@pytest.mark.django_db
def test_what_was_said_of_archivists_among_the_plans_stands_among_the_facts() -> None:
    """The plan's answer wins over another; where it had none, the municipality's own stays."""
    facts = {"2080": None, "2029": True, "2062": False, "2021": True}
    plans = {"2080": True, "2029": False, "2062": False, "2021": None}
    for code, stood in facts.items():
        Municipality.objects.filter(pk=factories.municipality(code).pk).update(has_archivist=stood, version=1)
    before = MigrationLoader(connection).project_state(("deliveries", "0004_signed_agreement_stands")).apps
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE deliveries_archivestaffing ADD COLUMN has_archivist boolean")
    for code, said in plans.items():
        before.get_model("deliveries", "ArchiveStaffing").objects.create(municipality_id=code, has_archivist=said)
    import_module("deliveries.migrations.0005_archivist_in_one_place").move(before, None)
    found = {row.code: (row.has_archivist, row.version) for row in Municipality.objects.filter(pk__in=facts)}
    assert found == {"2080": (True, 2), "2029": (False, 2), "2062": (False, 1), "2021": (True, 1)}
