"""What is decided or confirmed is closed by the database itself, whoever asks and however."""

from django.db import migrations

TABLES = ("budget", "budgetline", "costallocation", "costshare", "costreport", "reportline", "settlementshare")

# Of which row the state decides: a query over `row`, the old or the new row.
OF_A_BUDGET = {
    "budgetline": "select status = 'decided' from governance_budget where id = row.budget_id for share",
    "costallocation": "select status = 'decided' from governance_budget where id = row.budget_id for share",
    "costshare": (
        "select budget.status = 'decided' from governance_budget budget join governance_costallocation on "
        "budget.id = budget_id where governance_costallocation.id = row.allocation_id for share of budget"
    ),
}
OF_A_REPORT = {
    table: "select confirmed_at is not null from governance_costreport where id = row.report_id for share"
    for table in ("reportline", "settlementshare")
}


def closed(table: str, question: str, sentence: str) -> str:
    """Children of a closed row are neither added, changed nor removed; nor moved to another parent."""
    asked = question.replace("row.", "{0}.")
    return f"""
    create function governance_{table}_closed() returns trigger language plpgsql as $$
    declare is_closed boolean;
    begin
        if tg_op <> 'INSERT' then
            {asked.format("old").replace("select ", "select into is_closed ", 1)};
            if is_closed then raise exception '{sentence}' using errcode = 'restrict_violation'; end if;
        end if;
        if tg_op <> 'DELETE' then
            {asked.format("new").replace("select ", "select into is_closed ", 1)};
            if is_closed then raise exception '{sentence}' using errcode = 'restrict_violation'; end if;
            return new;
        end if;
        return old;
    end $$;
    create trigger governance_{table}_closed before insert or update or delete on governance_{table}
        for each row execute function governance_{table}_closed();
    """


def closes(table: str, condition: str, sentence: str) -> str:
    return f"""
    create function governance_{table}_closed() returns trigger language plpgsql as $$
    begin
        if {condition} then raise exception '{sentence}' using errcode = 'restrict_violation'; end if;
        return case when tg_op = 'DELETE' then old else new end;
    end $$;
    create trigger governance_{table}_closed before update or delete on governance_{table}
        for each row execute function governance_{table}_closed();
    """


BUDGET = "a decided budget is never changed or removed"
REPORT = "a confirmed report is never changed or removed"
FORWARD = "".join(
    [
        closes("budget", "old.status = 'decided'", BUDGET),
        closes("costreport", "old.confirmed_at is not null", REPORT),
        *(closed(table, question, BUDGET) for table, question in OF_A_BUDGET.items()),
        *(closed(table, question, REPORT) for table, question in OF_A_REPORT.items()),
        *(
            f"create trigger governance_{table}_not_truncated before truncate on governance_{table} "
            "for each statement execute function samarkiv_refuse_change();"
            for table in TABLES
        ),
    ]
)
BACK = "".join(
    f"drop trigger governance_{table}_closed on governance_{table}; drop function governance_{table}_closed();"
    f"drop trigger governance_{table}_not_truncated on governance_{table};"
    for table in TABLES
)


class Migration(migrations.Migration):
    dependencies = [("governance", "0003_adjusted_is_locked")]
    replaces = [("governance", "0009_costs_closed")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
