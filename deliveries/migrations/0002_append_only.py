from django.db import migrations

from consortium.constraints import append_only

TABLES = ("projectstate", "deliveryoutcome", "logcorrection")


class Migration(migrations.Migration):
    dependencies = [("deliveries", "0001_initial"), ("consortium", "0002_append_only")]
    replaces = [("deliveries", "0003_project_history")]
    operations = [append_only(f"deliveries_{table}") for table in TABLES]
