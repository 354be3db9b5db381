"""Who has which role where: what an administrator gives and ends, and what nobody may do to himself."""

import datetime

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium import audit
from consortium.access import grants, invitation
from consortium.access.roles import Role
from consortium.audit_events import Event
from consortium.models import Assignment, User


class NotToOneself(Exception):
    """Rights are given by somebody else: two people stand behind every place."""


class HasRoleAlready(Exception):
    """The same role in the same place, at a time that overlaps."""


@transaction.atomic
def give(
    user: User,
    role: Role,
    where: models.Model,
    *,
    by: User,
    from_on: datetime.date | None = None,
    until_on: datetime.date | None = None,
) -> Assignment:
    """Raises NotToOneself and HasRoleAlready."""
    if user == by:
        raise NotToOneself(_("Du kan inte ge dig själv en roll. Be en annan administratör."))
    begins = from_on or timezone.localdate()
    for held in user.assignments.filter(role=role):
        over = (until_on and held.from_on > until_on) or (held.until_on and held.until_on < begins)
        if held.where == where and not over:
            raise HasRoleAlready(
                _("%(user)s är redan %(role)s där. Avsluta den rollen först, eller välj en senare dag.")
                % {"user": user, "role": role.label.lower()}
            )
    return grants.assign(user, role, where, by=by, from_on=begins, until_on=until_on)


@transaction.atomic
def welcome(
    email: str,
    function: str,
    role: Role,
    where: models.Model,
    *,
    by: User,
    from_on: datetime.date | None = None,
    until_on: datetime.date | None = None,
) -> User:
    """A new user with a first role and a letter; who is here already only gets the role."""
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        user = User.objects.create_user(email, None, function=function)
        invitation.invite(user, by=by)
    give(user, role, where, by=by, from_on=from_on, until_on=until_on)
    return user


@transaction.atomic
def end(assignment: Assignment, *, by: User) -> None:
    """Raises NotToOneself: whoever closes the door behind himself cannot open it again."""
    if assignment.user == by:
        raise NotToOneself(_("Du kan inte avsluta din egen roll. Be en annan administratör."))
    grants.end(assignment, by=by)


@transaction.atomic
def set_active(user: User, active: bool, *, by: User) -> None:
    """A closed account cannot log in and may do nothing; its trace and its roles stay. Raises NotToOneself."""
    if user == by:
        raise NotToOneself(_("Du kan inte stänga ditt eget konto. Be en annan administratör."))
    user.is_active = active
    user.save(update_fields=["is_active"])
    audit.record(by=by, what=Event.USER_OPENED if active else Event.USER_CLOSED, target=user)
    grants.refresh(user)
