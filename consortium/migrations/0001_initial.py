import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [
        migrations.CreateModel(
            name='MailAttachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='filnamn')),
                ('mime', models.CharField(max_length=120, verbose_name='format')),
                ('content', models.BinaryField()),
                ('size', models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Pulse',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-post')),
                ('function', models.CharField(help_text='Till exempel Arkivarie, Falun.', max_length=120, verbose_name='funktion')),
                ('is_active', models.BooleanField(default=True, verbose_name='aktiv')),
                ('joined_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('grants_due_on', models.DateField(editable=False, help_text='Dagen då behörigheterna ändras nästa gång av sig själva.', null=True)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('actor_id', models.BigIntegerField(null=True)),
                ('actor', models.CharField(help_text='Function, not name.', max_length=120)),
                ('what', models.CharField(help_text='One of audit_events.Event.', max_length=60)),
                ('target_type', models.CharField(blank=True, max_length=60)),
                ('target_id', models.CharField(blank=True, max_length=60)),
                ('place', models.CharField(blank=True, help_text='Container, e.g. municipality:2080.', max_length=60)),
                ('details', models.JSONField(default=dict)),
                ('previous_hash', models.CharField(max_length=64)),
                ('hash', models.CharField(max_length=64, unique=True)),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(fields=['target_type', 'target_id'], name='consortium__target__d8ccd1_idx'), models.Index(fields=['place', 'id'], name='consortium__place_00d13d_idx')],
            },
        ),
        migrations.CreateModel(
            name='NumberSeries',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=10)),
                ('year', models.PositiveSmallIntegerField()),
                ('last', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('key', 'year'), name='one_series_per_year')],
            },
        ),
        migrations.CreateModel(
            name='Assignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='assignments', to=settings.AUTH_USER_MODEL)),
                ('role', models.CharField(choices=[('producer', 'Producent'), ('archivist', 'Arkivarie'), ('decision_maker', 'Arkivmyndighetens beslutsfattare'), ('it_archivist', 'IT-arkivarie vid e-arkivcentrum'), ('steering_member', 'Styrgruppsledamot'), ('chair', 'Ordförande'), ('secretary', 'Sekreterare'), ('adjuster', 'Justerare'), ('economist', 'Ekonom i värdkommunen'), ('consortium_admin', 'Konsortieadministratör'), ('municipality_admin', 'Kommunadministratör'), ('auditor', 'Revisor'), ('dpo', 'Dataskyddsombud')], max_length=40, verbose_name='roll')),
                ('where_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contenttypes.contenttype')),
                ('where_id', models.CharField(max_length=40)),
                ('from_on', models.DateField(verbose_name='från och med')),
                ('until_on', models.DateField(blank=True, null=True, verbose_name='till och med')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('until_on', None), ('until_on__gte', models.F('from_on')), _connector='OR'), name='assignment_ends_after_it_begins'), models.UniqueConstraint(fields=('user', 'role', 'where_type', 'where_id', 'from_on'), name='assignment_given_once')],
            },
        ),
        migrations.CreateModel(
            name='OutgoingMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fence', models.BigIntegerField(default=0, editable=False)),
                ('tries', models.PositiveIntegerField(default=0, editable=False)),
                ('lease_until', models.DateTimeField(editable=False, null=True)),
                ('due_at', models.DateTimeField(db_index=True, editable=False, null=True, verbose_name='att göra från')),
                ('to', models.EmailField(max_length=254, verbose_name='till')),
                ('subject', models.CharField(max_length=200, verbose_name='ämne')),
                ('text', models.TextField(verbose_name='text')),
                ('kind', models.CharField(max_length=40, verbose_name='slag')),
                ('about_type', models.CharField(blank=True, max_length=60)),
                ('about_id', models.CharField(blank=True, max_length=60)),
                ('message_id', models.UUIDField(default=uuid.uuid4, help_text='The same at every try, so that a receiver can drop a double.', unique=True)),
                ('once', models.CharField(blank=True, help_text='The same letter is written once per address.', max_length=120)),
                ('written_at', models.DateTimeField()),
                ('written_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('status', models.CharField(choices=[('waiting', 'Väntar på att skickas'), ('sending', 'Skickas'), ('sent', 'Skickat'), ('refused', 'Inte levererat: adressen tas inte emot'), ('given_up', 'Inte levererat: servern svarade inte'), ('returned', 'Inte levererat: kom i retur')], default='waiting', max_length=12, verbose_name='läge')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='skickat')),
                ('may_be_double', models.BooleanField(default=False, help_text='The sending was cut off after it had begun: the letter may have gone twice.')),
                ('answer', models.CharField(blank=True, max_length=300, verbose_name='serverns svar')),
                ('attachments', models.ManyToManyField(blank=True, related_name='mails', to='consortium.mailattachment')),
            ],
            options={
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['about_type', 'about_id'], name='consortium__about_t_20b927_idx')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('once', ''), _negated=True), fields=('once', 'to'), name='letter_once_per_address'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'sent'), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='sent_mail_has_time')],
            },
        ),
    ]
