"""May this user do this here? The one answer, for a single container and for lists.

A container may lie inside others (a municipality in a consortium); what is allowed on the outer holds for the inner.
Which those are, the container itself says with `above()`. Roles on a consortium never carry rights to closed content.
"""

from collections.abc import Iterable
from typing import Any, ClassVar, Protocol, cast

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone
from guardian.models import UserObjectPermission  # noqa: TID251

from consortium.access import grants
from consortium.access.permissions import Permission
from consortium.models import User

AnyUser = User | AnonymousUser


class Container(Protocol):
    pk: Any
    _meta: ClassVar[Any]

    def above(self) -> Iterable["Container"]: ...


def places(user: AnyUser, permission: Permission, model: type[models.Model]) -> models.QuerySet[Any, str]:
    """Primary keys (as text) of the containers of this model where the user holds the permission."""
    if not isinstance(user, User) or not user.is_active:
        return UserObjectPermission.objects.none().values_list("object_pk", flat=True)
    if user.grants_due_on and user.grants_due_on <= timezone.localdate():
        grants.refresh(user)
    return UserObjectPermission.objects.filter(
        user=user,
        permission__codename=permission.value,
        content_type__app_label=model._meta.app_label,
        content_type__model=model._meta.model_name,
    ).values_list("object_pk", flat=True)


def may(user: AnyUser, permission: Permission, container: Container) -> bool:
    """True when the user holds the permission on the container or on one that it lies in."""
    return any(
        places(user, permission, cast(type[models.Model], type(place))).filter(object_pk=str(place.pk)).exists()
        for place in (container, *container.above())
    )


def may_anywhere(user: AnyUser, permission: Permission) -> bool:
    return permission in held_anywhere(user)


def held_anywhere(user: AnyUser) -> frozenset[Permission]:
    """Everything the user may do in some place or other, in one question to the database: for menus."""
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    if user.grants_due_on and user.grants_due_on <= timezone.localdate():
        grants.refresh(user)
    names = UserObjectPermission.objects.filter(user=user).values_list("permission__codename", flat=True).distinct()
    return frozenset(Permission(name) for name in names)
