"""May this user do this here? The one answer, for a single container and for lists.

A container may lie inside others (a municipality in a consortium); what is allowed on the outer holds for the inner.
Which those are, the container itself says with `above()`. Roles on a consortium never carry rights to closed content.
"""

from collections.abc import Iterable
from typing import Any, ClassVar, Protocol, cast

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone

from consortium.access import grants
from consortium.access.permissions import Permission
from consortium.models import User

AnyUser = User | AnonymousUser


class Container(Protocol):
    pk: Any
    _meta: ClassVar[Any]

    def above(self) -> Iterable["Container"]: ...


def places(user: AnyUser, permission: Permission, model: type[models.Model]) -> frozenset[str]:
    """Primary keys (as text) of the containers of this model where the user holds the permission."""
    return _held(user).get((permission, model._meta.label_lower), frozenset())


def may(user: AnyUser, permission: Permission, container: Container) -> bool:
    """True when the user holds the permission on the container or on one that it lies in."""

    def holds_on(place: Container) -> bool:
        return str(place.pk) in places(user, permission, cast(type[models.Model], type(place)))

    return holds_on(container) or (may_anywhere(user, permission) and any(map(holds_on, container.above())))


def may_anywhere(user: AnyUser, permission: Permission) -> bool:
    return permission in held_anywhere(user)


def held_anywhere(user: AnyUser) -> frozenset[Permission]:
    """Everything the user may do in some place or other: for menus."""
    return frozenset(permission for permission, _model in _held(user))


def _held(user: AnyUser) -> grants.Held:
    if not isinstance(user, User) or not user.is_active:
        return {}
    if user.grants_due_on and user.grants_due_on <= timezone.localdate():
        grants.refresh(user)
    return grants.held(user)
