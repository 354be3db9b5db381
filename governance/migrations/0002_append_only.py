from django.db import migrations

from consortium.constraints import append_only


class Migration(migrations.Migration):
    dependencies = [("governance", "0001_initial"), ("consortium", "0002_append_only")]
    operations = [append_only("governance_membership")]
