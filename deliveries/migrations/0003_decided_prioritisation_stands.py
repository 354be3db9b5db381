"""What is decided about the order of systems stands still, with every score in it, whoever asks the database."""

from django.db import migrations

KEEP_DECIDED = migrations.RunSQL(
    """
    create function deliveries_keep_prioritisation() returns trigger language plpgsql as $$
    begin
        if old.locked_at is not null then
            raise exception 'prioritisation % is decided; make a new version instead', old.id
                using errcode = 'restrict_violation';
        end if;
        return case tg_op when 'DELETE' then old else new end;
    end $$;

    create function deliveries_keep_score() returns trigger language plpgsql as $$
    declare asked bigint[];
    begin
        asked := case tg_op
            when 'INSERT' then array[new.prioritisation_id]
            when 'DELETE' then array[old.prioritisation_id]
            else array[old.prioritisation_id, new.prioritisation_id] end;
        if exists (
            select from deliveries_prioritisation where id = any (asked) and locked_at is not null
        ) then
            raise exception 'prioritisation % is decided; make a new version instead', asked[1]
                using errcode = 'restrict_violation';
        end if;
        return case tg_op when 'DELETE' then old else new end;
    end $$;

    create trigger deliveries_prioritisation_kept before update or delete on deliveries_prioritisation
        for each row execute function deliveries_keep_prioritisation();
    create trigger deliveries_systemscore_kept before insert or update or delete on deliveries_systemscore
        for each row execute function deliveries_keep_score();
    """,
    """
    drop trigger deliveries_systemscore_kept on deliveries_systemscore;
    drop trigger deliveries_prioritisation_kept on deliveries_prioritisation;
    drop function deliveries_keep_score();
    drop function deliveries_keep_prioritisation();
    """,
)


class Migration(migrations.Migration):
    dependencies = [("deliveries", "0002_append_only")]
    replaces = [("deliveries", "0005_decided_prioritisation_stands")]
    operations = [KEEP_DECIDED]
