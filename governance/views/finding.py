"""What a person may know of, and then do with it: the same question for all of the members' pages."""

from typing import Any, TypeVar

from django.db import models
from django.http import Http404
from django.utils.translation import gettext as _

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand
from governance.models import Consortium, Municipality

M = TypeVar("M", bound=models.Model)


def find(request: StaffRequest, rows: "models.QuerySet[M]", *, may: Permission | None = None, **lookup: Any) -> M:
    """The row if it belongs to a consortium where the user has a task (else 404); `may` asks for more (else 403)."""
    consortia = Consortium.objects.visible_to(request.user)
    found = rows.filter(**lookup).first()
    if found is None or not consortia.filter(pk=found.place.pk).exists():  # type: ignore[attr-defined]
        raise Http404(_("Sidan finns inte."))
    if may:
        demand(request, may, found.place)  # type: ignore[attr-defined]
    return found


def consortium(request: StaffRequest, pk: int, *, may: Permission | None = None) -> Consortium:
    return find(request, Consortium.objects.select_related("host"), pk=pk, may=may)


def member(
    request: StaffRequest, pk: int, code: str, *, may: Permission | None = None
) -> tuple[Consortium, Municipality]:
    """A municipality as the consortium knows it."""
    where = consortium(request, pk, may=may)
    municipality = Municipality.objects.filter(pk=code, memberships__consortium=where).first()
    if municipality is None:
        raise Http404(_("Kommunen finns inte i samarbetet."))
    return where, municipality


def municipality(request: StaffRequest, pk: int, code: str) -> tuple[Consortium, Municipality]:
    """To change what is known of it: the right in a consortium that it is a member of, if it is a member anywhere."""
    where, found = member(request, pk, code, may=Permission.MEMBERS_EDIT)
    if list(found.above()):
        demand(request, Permission.MEMBERS_EDIT, found)
    return where, found


def own_facts(request: StaffRequest, pk: int, code: str) -> tuple[Consortium, Municipality]:
    """To change what a municipality says of itself: its own administrator may, besides whoever keeps the members."""
    where, found = member(request, pk, code)
    return (where, found) if keeps_own_facts(request, found) else municipality(request, pk, code)


def keeps_own_facts(request: StaffRequest, found: Municipality) -> bool:
    return policy.may(request.user, Permission.MUNICIPALITY_EDIT, found)


def decides(request: StaffRequest, where: Consortium, found: Municipality) -> bool:
    """What the consortium decides of a municipality: the same question as `municipality` asks."""
    return edits(request, where) and (
        not list(found.above()) or policy.may(request.user, Permission.MEMBERS_EDIT, found)
    )


def edits(request: StaffRequest, place: Consortium, permission: Permission = Permission.MEMBERS_EDIT) -> bool:
    return policy.may(request.user, permission, place)
