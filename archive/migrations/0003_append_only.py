from django.db import migrations

from consortium.constraints import append_only


class Migration(migrations.Migration):
    dependencies = [("archive", "0002_initial"), ("consortium", "0002_append_only")]
    operations = [append_only(f"archive_{name}") for name in ("preservationevent", "receipt", "fixitycheck")]
