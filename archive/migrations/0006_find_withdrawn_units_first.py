from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("archive", "0005_same_bytes_may_be_test_and_production")]

    operations = [
        migrations.AddIndex(
            model_name="archivalunit",
            index=models.Index(
                condition=models.Q(("withdrawal__isnull", False)),
                fields=["index_due"],
                name="withdrawn_unit_index_due",
            ),
        ),
    ]
