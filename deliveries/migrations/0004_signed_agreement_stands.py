"""From the first signature on, the content of an agreement stands still, whoever asks the database to change it."""

from django.db import migrations

KEEP_SIGNED = migrations.RunSQL(
    """
    create function deliveries_keep_signed_agreement() returns trigger language plpgsql as $$
    declare
        signatures constant text[] := array[
            'producer_signed_at', 'producer_signed_by_id', 'producer_signature',
            'archive_signed_at', 'archive_signed_by_id', 'archive_signature'];
        free text[] := array['project_id', 'ended_on', 'ended_by_id', 'ended_reason'];
        whole constant boolean := old.producer_signed_at is not null and old.archive_signed_at is not null;
    begin
        if old.producer_signed_at is null and old.archive_signed_at is null then
            return case tg_op when 'DELETE' then old else new end;
        end if;
        if tg_op = 'DELETE' then
            raise exception 'agreement % is signed and cannot be removed', old.number
                using errcode = 'restrict_violation';
        end if;
        if old.ended_on is not null then
            free := array['project_id'];
        end if;
        if not whole then
            free := free || signatures;
        end if;
        if to_jsonb(new) - free is distinct from to_jsonb(old) - free then
            raise exception 'agreement % is signed: what was signed is not changed', old.number
                using errcode = 'restrict_violation';
        end if;
        return new;
    end $$;
    create trigger keep_signed before update or delete on deliveries_submissionagreement
        for each row execute function deliveries_keep_signed_agreement();
    """,
    """
    drop trigger keep_signed on deliveries_submissionagreement;
    drop function deliveries_keep_signed_agreement();
    """,
)


class Migration(migrations.Migration):
    dependencies = [("deliveries", "0003_decided_prioritisation_stands")]
    replaces = [("deliveries", "0007_signed_agreement_stands")]
    operations = [KEEP_SIGNED]
