from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("archive", "0003_secrecy_without_end")]
    operations = [
        migrations.AddField(
            "draftfile",
            "modified",
            models.BigIntegerField(
                null=True, help_text="When the sender's file was last changed, in milliseconds, as their browser says it."
            ),
        )
    ]
