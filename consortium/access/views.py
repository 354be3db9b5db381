"""How a view asks the door: the stranger gets 404, the colleague without the right 403."""

from typing import Any, Protocol, TypeVar, cast

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import models
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from consortium.access.permissions import Permission
from consortium.access.policy import AnyUser, Container, may, may_anywhere
from consortium.models import User

M = TypeVar("M", bound=models.Model)


class StaffRequest(HttpRequest):
    """A request past the log-in: the user is a User."""

    user: User


class _Visible(Protocol):
    def visible_to(self, user: AnyUser) -> models.QuerySet[Any]: ...


def get_or_404(request: HttpRequest, model: type[M], pk: Any, *, may: Permission) -> M:
    """The row if the user may know of it (else 404) and may do this with it (else 403).

    The model offers `objects.visible_to(user)` and a `place` property, the container that the right stands on.
    """
    manager = cast(_Visible, model._default_manager)
    try:
        found = cast(M, manager.visible_to(request.user).get(pk=pk))
    except (ObjectDoesNotExist, ValidationError, ValueError):
        raise Http404(_("Sidan finns inte.")) from None
    demand(request, may, found.place)  # type: ignore[attr-defined]
    return found


def demand(request: HttpRequest, permission: Permission, place: Container) -> None:
    if not may(request.user, permission, place):
        raise PermissionDenied(_("Din roll får inte göra detta. Be kommunens arkivarie om hjälp."))


def demand_anywhere(request: HttpRequest, permission: Permission) -> None:
    """For pages without an object, such as a form: the right must be held somewhere."""
    if not may_anywhere(request.user, permission):
        raise PermissionDenied(_("Din roll får inte göra detta. Be kommunens arkivarie om hjälp."))
