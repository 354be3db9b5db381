from django.db import migrations

from consortium.constraints import append_only


class Migration(migrations.Migration):
    dependencies = [("archive", "0001_initial"), ("consortium", "0002_append_only")]
    replaces = [("archive", "0003_append_only")]
    operations = [append_only(f"archive_{name}") for name in ("preservationevent", "receipt", "fixitycheck")]
