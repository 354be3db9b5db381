from django.db import migrations

from consortium.constraints import REFUSE_CHANGE, append_only


class Migration(migrations.Migration):
    dependencies = [("consortium", "0001_initial")]
    operations = [REFUSE_CHANGE, append_only("consortium_auditevent")]
