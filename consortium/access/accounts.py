"""allauth's hooks: nobody signs up by himself, and log-ins leave a trace."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from consortium import audit
from consortium.audit_events import Event
from consortium.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


@receiver(user_logged_in)
def note_login(user: User, **_: Any) -> None:
    audit.record(by=user, what=Event.LOGGED_IN)


@receiver(user_logged_out)
def note_logout(user: User | None, **_: Any) -> None:
    if user:
        audit.record(by=user, what=Event.LOGGED_OUT)


@receiver(user_login_failed)
def note_failed_login(**_: Any) -> None:
    audit.record(by=None, what=Event.LOGIN_FAILED)
