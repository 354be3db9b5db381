"""What is adjusted never changes, whoever asks: not through the portal and not by SQL as its own role."""

from django.db import migrations

from consortium.constraints import append_only

FUNCTIONS = """
create function governance_is_adjusted(kind text, stood boolean, line jsonb) returns boolean language plpgsql stable as $$
begin
    if line is null then
        return false;
    end if;
    case kind
        when 'minutes' then
            return stood and line->>'status' = 'adjusted';
        when 'paragraph' then
            return (stood and line->>'adjusted_at' is not null)
                or exists (select from governance_minutes
                           where id = (line->>'minutes_id')::bigint and status = 'adjusted');
        when 'in_paragraph' then
            return exists (select from governance_paragraph p join governance_minutes m on m.id = p.minutes_id
                           where p.id = (line->>'paragraph_id')::bigint
                             and (p.adjusted_at is not null or m.status = 'adjusted'));
        when 'meeting' then
            return exists (select from governance_minutes
                           where meeting_id = (line->>'id')::bigint and status = 'adjusted');
        else
            return exists (select from governance_minutes
                           where meeting_id = (line->>'meeting_id')::bigint and status = 'adjusted');
    end case;
end $$;

-- Arguments: what kind of row it is, and the columns that may change all the same.
create function governance_refuse_adjusted() returns trigger language plpgsql as $$
declare
    free text[] := string_to_array(coalesce(tg_argv[1], ''), ',');
    was jsonb := case when tg_op = 'INSERT' then null else to_jsonb(old) - free end;
    becomes jsonb := case when tg_op = 'DELETE' then null else to_jsonb(new) - free end;
begin
    if was is distinct from becomes and (
        governance_is_adjusted(tg_argv[0], true, was) or governance_is_adjusted(tg_argv[0], false, becomes)
    ) then
        raise exception 'adjusted minutes are never changed (%)', tg_table_name using errcode = 'restrict_violation';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end $$;
"""
NO_FUNCTIONS = """
drop function governance_refuse_adjusted();
drop function governance_is_adjusted(text, boolean, jsonb);
"""
CLAIM = "due_at,fence,tries,lease_until"
LOCKED = [
    ("minutes", "minutes", CLAIM),
    ("paragraph", "paragraph", ""),
    ("decision", "in_paragraph", ""),
    ("dissent", "in_paragraph", ""),
    ("comment", "in_paragraph", ""),
    ("actionitem", "in_paragraph", "status,note,done_at,done_by_id,responsible_user_id,version"),
    ("meeting", "meeting", CLAIM),
    ("agendaitem", "in_meeting", ""),
    ("attendance", "in_meeting", ""),
]
NEVER_EMPTIED = ["minutes", "paragraph", "decision", "dissent", "comment"]
ONLY_ADDED = ["paragraphversion", "signature", "minutesdocument", "correctionnote"]


def locked(table: str, kind: str, free: str) -> migrations.RunSQL:
    name = f"governance_{table}"
    return migrations.RunSQL(
        f"create trigger {name}_adjusted before insert or update or delete on {name} "
        f"for each row execute function governance_refuse_adjusted('{kind}', '{free}')",
        f"drop trigger {name}_adjusted on {name}",
    )


def never_emptied(table: str) -> migrations.RunSQL:
    name = f"governance_{table}"
    return migrations.RunSQL(
        f"create trigger {name}_not_truncated before truncate on {name} "
        "for each statement execute function samarkiv_refuse_change()",
        f"drop trigger {name}_not_truncated on {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("governance", "0002_append_only")]
    replaces = [("governance", "0005_adjusted_is_locked")]
    operations = [
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        *(locked(*each) for each in LOCKED),
        *(never_emptied(table) for table in NEVER_EMPTIED),
        *(append_only(f"governance_{table}") for table in ONLY_ADDED),
    ]
