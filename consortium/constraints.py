"""Constraints that many tables share."""

from django.db import migrations
from django.db.models import CheckConstraint, Q


def paired(at: str, by: str) -> CheckConstraint:
    """When and who come together or not at all."""
    both = Q(**{f"{at}__isnull": True, f"{by}__isnull": True}) | Q(**{f"{at}__isnull": False, f"{by}__isnull": False})
    return CheckConstraint(condition=both, name=f"%(class)s_{at}_paired")


def append_only(table: str) -> migrations.RunSQL:
    """Migration step: from here on the database refuses to change or remove rows of the table, whoever asks."""
    return migrations.RunSQL(
        f"""
        create trigger {table}_append_only before update or delete on {table}
            for each row execute function samarkiv_refuse_change();
        create trigger {table}_not_truncated before truncate on {table}
            for each statement execute function samarkiv_refuse_change();
        """,
        f"""
        drop trigger {table}_append_only on {table};
        drop trigger {table}_not_truncated on {table};
        """,
    )


REFUSE_CHANGE = migrations.RunSQL(
    """
    create function samarkiv_refuse_change() returns trigger language plpgsql as $$
    begin
        raise exception 'rows of % are only added, never changed or removed', tg_table_name
            using errcode = 'restrict_violation';
    end $$;
    """,
    "drop function samarkiv_refuse_change();",
)
