from django.db import migrations

from consortium.constraints import append_only


class Migration(migrations.Migration):
    dependencies = [("governance", "0007_rounds")]
    operations = [append_only("governance_stagechange"), append_only("governance_hostchange")]
