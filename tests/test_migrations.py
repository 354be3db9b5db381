"""The tables are what the models say."""

import datetime
from importlib import import_module
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

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
