"""What a role allows has changed: who holds it is asked anew at the next question to the door."""

from django.db import migrations
from django.utils import timezone


def due_today(apps, schema_editor):
    holders = apps.get_model("consortium", "Assignment").objects.filter(role="municipality_admin").values("user")
    apps.get_model("consortium", "User").objects.filter(pk__in=holders).update(grants_due_on=timezone.localdate())


class Migration(migrations.Migration):
    dependencies = [("consortium", "0003_outgoing_mail")]

    operations = [migrations.RunPython(due_today, migrations.RunPython.noop, elidable=True)]
