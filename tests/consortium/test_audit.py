"""The log of what people did: sealed row by row, and nobody may rewrite it."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from consortium import audit
from consortium.audit_events import Event
from consortium.models import AuditEvent
from tests import factories

pytestmark = pytest.mark.django_db


def test_an_act_is_recorded_with_function_and_place() -> None:
    falun, archivist = factories.municipality("2080"), factories.user("Arkivarie, Falun")
    event = audit.record(by=archivist, what=Event.SIP_ACCEPTED, target=archivist, place=falun, files=3)
    event.refresh_from_db()
    assert (event.actor, event.place, event.details) == ("Arkivarie, Falun", "municipality:2080", {"files": 3})
    assert list(audit.breaks()) == []


@pytest.mark.parametrize(
    "statement",
    [
        "update consortium_auditevent set actor = 'Någon annan'",
        "delete from consortium_auditevent",
        "truncate consortium_auditevent",
    ],
)
def test_the_database_refuses_to_change_the_log(statement: str) -> None:
    audit.record(by=None, what=Event.LOGGED_IN)
    with pytest.raises(DatabaseError, match="never changed or removed"), transaction.atomic():
        connection.cursor().execute(statement)


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("update consortium_auditevent set actor = 'Någon annan' where id = 2", "ändrad"),
        ("delete from consortium_auditevent where id = 2", "saknas"),
        ("update consortium_auditevent set previous_hash = repeat('0', 64) where id = 3", "bygger inte"),
    ],
)
def test_an_altered_log_names_the_first_bad_row(statement: str, says: str) -> None:
    for _ in range(4):
        audit.record(by=None, what=Event.LOGGED_IN)
    with connection.cursor() as cursor:
        cursor.execute("alter table consortium_auditevent disable trigger user")
        cursor.execute(statement)
        cursor.execute("alter table consortium_auditevent enable trigger user")
    _, sentence = next(audit.breaks())
    assert says in sentence


def test_events_survive_the_user_they_name() -> None:
    user = factories.user("Producent, Falun")
    audit.record(by=user, what=Event.LOGGED_IN)
    user.delete()
    assert AuditEvent.objects.latest("id").actor == "Producent, Falun"


def test_the_command_says_whether_the_log_holds() -> None:
    audit.record(by=None, what=Event.LOGGED_IN)
    said = io.StringIO()
    call_command("audit", "verify", stdout=said)
    assert "Loggen är hel: 1 händelser" in said.getvalue()
    with connection.cursor() as cursor:
        cursor.execute("alter table consortium_auditevent disable trigger user")
        cursor.execute("update consortium_auditevent set actor = 'Någon annan'")
        cursor.execute("alter table consortium_auditevent enable trigger user")
    complaint = io.StringIO()
    with pytest.raises(CommandError, match="håller inte"):
        call_command("audit", "verify", stderr=complaint)
    assert "Händelse 1 är ändrad" in complaint.getvalue()
