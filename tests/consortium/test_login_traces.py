"""Who comes, goes and fails to come in is in the audit trail."""

import pytest
from django.test import Client

from consortium.audit_events import Event
from consortium.models import AuditEvent
from tests import factories

pytestmark = pytest.mark.django_db


def traces() -> list[tuple[str, int | None]]:
    return list(AuditEvent.objects.order_by("pk").values_list("what", "actor_id"))


def test_coming_and_going_leave_a_trace_whoever_lets_in() -> None:
    user, client = factories.user(), Client()
    client.force_login(user)
    client.logout()
    assert traces() == [(Event.LOGGED_IN, user.pk), (Event.LOGGED_OUT, user.pk)]


def test_a_wrong_password_leaves_a_trace_without_the_name_tried() -> None:
    factories.user(email="arkivarie@exempel.se", password=factories.PASSWORD)
    assert not Client().login(email="arkivarie@exempel.se", password="fel")
    assert traces() == [(Event.LOGIN_FAILED, None)]
    assert "exempel" not in str(AuditEvent.objects.get().details)
