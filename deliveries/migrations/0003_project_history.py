"""Parts of projects get the state their project has, history begins there, and is only added to from then on."""

from django.db import migrations

from consortium.constraints import append_only

BEGIN_HISTORY = """
    update deliveries_participation part
       set status = case project.status when 'recurring' then 'ongoing' else project.status end,
           phase = project.phase, started_on = project.started_on,
           started_precision = project.started_precision, ended_on = project.ended_on
      from deliveries_deliveryproject project where project.id = part.project_id;
    insert into deliveries_projectstate (project_id, municipality_id, role, status, phase, note, reason, started_on,
           started_precision, ended_on, planned_from, planned_from_precision, effective_on, recorded_at)
    select id, null, '', status, phase, note, '', started_on, started_precision, ended_on, planned_from,
           planned_from_precision, coalesce(ended_on, current_date), now()
      from deliveries_deliveryproject;
    insert into deliveries_projectstate (project_id, municipality_id, role, status, phase, note, reason, started_on,
           started_precision, ended_on, planned_from_precision, effective_on, recorded_at)
    select project_id, municipality_id, role, status, phase, '', '', started_on, started_precision, ended_on, 'day',
           coalesce(ended_on, current_date), now()
      from deliveries_participation;
"""


class Migration(migrations.Migration):
    dependencies = [("deliveries", "0002_projects"), ("governance", "0002_append_only")]

    operations = [
        migrations.RunSQL(BEGIN_HISTORY, migrations.RunSQL.noop),
        append_only("deliveries_projectstate"),
        append_only("deliveries_deliveryoutcome"),
    ]
