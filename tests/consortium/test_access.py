"""The door: what roles allow, where, for how long, and that it is so from the very next request."""

import datetime
import threading
import time
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.utils import timezone

from archive.models import SIP
from consortium.access import grants, places, policy
from consortium.access.permissions import Permission
from consortium.access.roles import PERMISSIONS, SENTENCES, Role
from consortium.models import AuditEvent, User
from governance.models import Membership, Municipality
from tests import factories
from tests.personas import Personas

pytestmark = pytest.mark.django_db
TODAY = datetime.timedelta(0)


def test_every_role_has_permissions_and_a_sentence() -> None:
    assert set(PERMISSIONS) == set(SENTENCES) == set(Role)


def test_no_role_on_a_consortium_opens_closed_content() -> None:
    closed = {Permission.RECORD_READ_CLOSED, Permission.SIP_READ, Permission.AIP_READ}
    for role in (Role.IT_ARCHIVIST, Role.CONSORTIUM_ADMIN, Role.STEERING_MEMBER, Role.CHAIR, Role.AUDITOR):
        assert not PERMISSIONS[role] & closed


def test_a_right_holds_where_it_was_given_and_nowhere_else(people: Personas) -> None:
    falun, leksand = factories.municipality("2080"), factories.municipality("2029")
    assert policy.may(people.archivist_falun, Permission.SIP_ACCEPT, falun)
    assert not policy.may(people.archivist_falun, Permission.SIP_ACCEPT, leksand)


def test_a_right_on_the_consortium_holds_for_its_members_only(people: Personas) -> None:
    stranger = factories.municipality("1280", member=False)
    assert policy.may(people.it_archivist, Permission.SIP_STATUS, factories.municipality("2080"))
    assert not policy.may(people.it_archivist, Permission.SIP_STATUS, stranger)
    seen = Municipality.objects.where_may(people.it_archivist, Permission.SIP_STATUS)
    assert stranger not in seen
    assert seen.count() == 2


def test_a_member_that_left_is_seen_no_longer(people: Personas) -> None:
    falun = factories.municipality("2080")
    Membership.objects.create(
        consortium=factories.consortium(),
        municipality=falun,
        status=Membership.Status.LEFT,
        effective_on=timezone.localdate(),
    )
    assert not policy.may(people.it_archivist, Permission.SIP_STATUS, falun)


def test_a_role_that_ends_is_gone_from_the_next_question(people: Personas) -> None:
    user = people.archivist_falun
    grants.end(user.assignments.get(), by=people.consortium_admin)
    assert not SIP.objects.visible_to(user).exists()
    assert not policy.may_anywhere(user, Permission.SIP_READ)
    assert AuditEvent.objects.latest("id").what == "role_ended"


@pytest.mark.parametrize(
    ("from_days", "until_days", "holds"),
    [(-10, None, True), (-10, 0, True), (-10, -1, False), (1, None, False), (0, 5, True)],
)
def test_a_role_holds_between_its_days(from_days: int, until_days: int | None, holds: bool) -> None:
    falun, user, today = factories.municipality("2080"), factories.user(), timezone.localdate()
    until_on = None if until_days is None else today + datetime.timedelta(days=until_days)
    grants.assign(
        user, Role.ARCHIVIST, falun, by=None, from_on=today + datetime.timedelta(days=from_days), until_on=until_on
    )
    assert policy.may(user, Permission.SIP_READ, falun) is holds


def test_a_role_that_ran_out_overnight_is_gone_without_anybody_doing_anything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    falun, user, today = factories.municipality("2080"), factories.user(), timezone.localdate()
    grants.assign(user, Role.ARCHIVIST, falun, by=None, from_on=today, until_on=today)
    user.refresh_from_db()
    assert policy.may(user, Permission.SIP_READ, falun)
    monkeypatch.setattr(timezone, "localdate", lambda *_: today + datetime.timedelta(days=1))
    assert not policy.may(user, Permission.SIP_READ, falun)


def test_everything_about_one_user_is_one_question_to_the_database(
    people: Personas, django_assert_num_queries: Any
) -> None:
    user, falun = User.objects.get(pk=people.archivist_falun.pk), factories.municipality("2080")
    with django_assert_num_queries(1):
        assert policy.may(user, Permission.SIP_READ, falun)
        assert not policy.may(user, Permission.USERS_EDIT, falun)
        assert policy.places(user, Permission.SIP_ACCEPT, Municipality) == {"2080"}
        assert Permission.SIP_ACCEPT in policy.held_anywhere(user)


def test_what_was_taken_away_elsewhere_is_gone_from_an_object_that_lingers(
    people: Personas, monkeypatch: pytest.MonkeyPatch
) -> None:
    lingering, falun = User.objects.get(pk=people.archivist_falun.pk), factories.municipality("2080")
    assert policy.may(lingering, Permission.SIP_ACCEPT, falun)
    grants.end(people.archivist_falun.assignments.get(), by=people.consortium_admin)
    later = time.monotonic() + grants.FRESH_SECONDS
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert not policy.may(lingering, Permission.SIP_ACCEPT, falun)


def test_a_deactivated_user_may_nothing(people: Personas) -> None:
    user = people.archivist_falun
    User.objects.filter(pk=user.pk).update(is_active=False)
    user.refresh_from_db()
    assert not Municipality.objects.where_may(user, Permission.SIP_READ).exists()
    assert not policy.may_anywhere(user, Permission.SIP_READ)


def test_a_visitor_may_nothing() -> None:
    assert not policy.may(AnonymousUser(), Permission.SIP_READ, factories.municipality())


def test_a_municipalitys_administrator_keeps_what_is_its_own_there_and_nowhere_else(people: Personas) -> None:
    falun, leksand = factories.municipality("2080"), factories.municipality("2029")
    user = factories.user_with(Role.MUNICIPALITY_ADMIN, falun)
    assert policy.may(user, Permission.MUNICIPALITY_EDIT, falun)
    assert not policy.may(user, Permission.MUNICIPALITY_EDIT, leksand)
    assert not policy.may(user, Permission.MEMBERS_EDIT, falun)


def test_a_closed_account_holds_nothing(people: Personas) -> None:
    places.set_active(people.archivist_falun, False, by=people.consortium_admin)
    assert grants.held(people.archivist_falun) == {}
    people.producer_falun.is_active = False  # closed meanwhile: what is written down is not asked
    assert grants.held(people.producer_falun)
    assert not policy.held_anywhere(people.producer_falun)


@pytest.mark.django_db(transaction=True)
def test_a_role_that_ends_while_grants_are_made_is_not_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    falun, administrator = factories.municipality("2080"), factories.user()
    user = factories.user_with(Role.ARCHIVIST, falun)
    assignment = user.assignments.get()

    def end() -> None:
        grants.end(assignment, by=administrator)
        connection.close()

    class EndedMeanwhile(dict[Role, frozenset[Permission]]):
        """What the roles allow is looked up when the assignments are read and the grants not yet."""

        def __getitem__(self, role: Role) -> frozenset[Permission]:
            if not ending.ident:
                ending.start()
                ending.join(0.5)
            return super().__getitem__(role)

    ending = threading.Thread(target=end)
    monkeypatch.setattr(grants, "PERMISSIONS", EndedMeanwhile(PERMISSIONS))
    grants.refresh(user)
    ending.join(10)
    assert not policy.may(User.objects.get(pk=user.pk), Permission.SIP_ACCEPT, falun)
