from django.db import migrations

from consortium.constraints import append_only

TABLES = ("membership", "stagechange", "hostchange", "extract")


class Migration(migrations.Migration):
    dependencies = [("governance", "0001_initial"), ("consortium", "0002_append_only")]
    operations = [append_only(f"governance_{table}") for table in TABLES]
