from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("archive", "0002_append_only")]
    operations = [
        migrations.AddField(
            "draftfile",
            "modified",
            models.BigIntegerField(
                null=True, help_text="When the sender's file was last changed, in milliseconds, as their browser says it."
            ),
        )
    ]
