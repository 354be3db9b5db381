"""Whether a municipality has an archivist stands among its facts alone; what was said here moves there."""

from typing import Any

from django.db import migrations
from django.db.models import F


def move(apps: Any, _schema: Any) -> None:
    """This answer decided whether a project could begin phase 1, so where the two differ it is the one kept."""
    municipalities = apps.get_model("governance", "Municipality").objects
    for row in apps.get_model("deliveries", "ArchiveStaffing").objects.exclude(has_archivist=None):
        municipalities.filter(pk=row.municipality_id).exclude(has_archivist=row.has_archivist).update(
            has_archivist=row.has_archivist, version=F("version") + 1
        )


class Migration(migrations.Migration):
    dependencies = [("deliveries", "0004_signed_agreement_stands"), ("governance", "0004_costs_closed")]

    operations = [
        migrations.RunPython(move, migrations.RunPython.noop),
        migrations.RemoveField("archivestaffing", "has_archivist"),
    ]
