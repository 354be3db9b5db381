"""Corrections that were published before the archive took them in: their publications are followed once more."""

from django.db import migrations
from django.db.models import F
from django.utils import timezone


def follow_again(apps, schema_editor):
    notes = apps.get_model("governance", "CorrectionNote").objects.filter(at__lte=F("minutes__publication__checked_at"))
    publications = apps.get_model("governance", "Publication").objects.filter(withdrawn_at=None)
    publications.filter(minutes__in=notes.values("minutes")).update(due_at=timezone.now(), tries=0)


class Migration(migrations.Migration):
    dependencies = [("archive", "0008_own_corrections")]

    operations = [migrations.RunPython(follow_again, migrations.RunPython.noop, elidable=True)]
