from django.db import migrations


class Migration(migrations.Migration):
    """Secrecy whose end nobody had written was kept as ending in the year 1."""

    dependencies = [("archive", "0002_append_only")]
    operations = [
        migrations.RunSQL(
            "update archive_archivalunit set secrecy_until = null where secrecy_until = '0001-01-01'",
            migrations.RunSQL.noop,
        )
    ]
