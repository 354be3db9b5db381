"""Guardian's rows follow from assignments: given, ended or outdated, they are made right here and nowhere else."""

import datetime
import time
from collections import defaultdict
from collections.abc import Mapping

from django.contrib.auth.models import Permission as PermissionRow
from django.db import models, transaction
from django.utils import timezone
from guardian.models import UserObjectPermission  # noqa: TID251

from consortium import audit
from consortium.access.permissions import Permission
from consortium.access.roles import PERMISSIONS, Role
from consortium.audit_events import Event
from consortium.models import Assignment, User

Held = Mapping[tuple[Permission, str], frozenset[str]]  # (permission, "app.model") → primary keys as text
KEPT = "_grants_held"
FRESH_SECONDS = 5.0


def held(user: User) -> Held:
    """What the user may do and where. Asked once per user object, which a request makes for itself; one that lingers
    (an upload of hours) asks again after `FRESH_SECONDS`."""
    kept: tuple[float, Held] | None = user.__dict__.get(KEPT)
    if kept and time.monotonic() - kept[0] < FRESH_SECONDS:
        return kept[1]
    found: dict[tuple[Permission, str], set[str]] = defaultdict(set)
    rows = UserObjectPermission.objects.filter(user=user).values_list(
        "permission__codename", "content_type__app_label", "content_type__model", "object_pk"
    )
    for codename, app, model, place in rows:
        found[Permission(codename), f"{app}.{model}"].add(place)
    answer = {key: frozenset(pks) for key, pks in found.items()}
    user.__dict__[KEPT] = (time.monotonic(), answer)
    return answer


@transaction.atomic
def assign(
    user: User,
    role: Role,
    where: models.Model,
    *,
    by: User | None,
    from_on: datetime.date | None = None,
    until_on: datetime.date | None = None,
) -> Assignment:
    """Give a role at a container. `by=None` is the portal itself (first start)."""
    stored = _alone_with(user)
    assignment = Assignment.objects.create(
        user=user, role=role, where=where, from_on=from_on or timezone.localdate(), until_on=until_on
    )
    audit.record(by=by, what=Event.ROLE_GIVEN, target=assignment, place=where, role=role, user=user.pk)
    _make_equal(user, stored.is_active)
    return assignment


@transaction.atomic
def end(assignment: Assignment, *, by: User) -> None:
    """From now on the role is gone; the row stays as history, ended yesterday."""
    stored = _alone_with(assignment.user)
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    if assignment.from_on > yesterday:
        assignment.from_on = yesterday
    assignment.until_on = yesterday
    assignment.save(update_fields=["from_on", "until_on"])
    place = assignment.where
    audit.record(by=by, what=Event.ROLE_ENDED, target=assignment, place=place, role=assignment.role)
    _make_equal(assignment.user, stored.is_active)


@transaction.atomic
def refresh(user: User) -> None:
    """Make the user's grants equal to the assignments in force today, and note the day they change next."""
    _make_equal(user, _alone_with(user).is_active)


def _alone_with(user: User) -> User:
    """As stored, locked to the end of the transaction: roles read here are still the user's when the rows are made."""
    return User.objects.select_for_update().get(pk=user.pk)


def _make_equal(user: User, is_active: bool) -> None:
    today = timezone.localdate()
    assignments = list(user.assignments.all())
    wanted = {
        (assignment.where_type_id, str(assignment.where_id), permission.value)
        for assignment in assignments
        if is_active and assignment.from_on <= today and (assignment.until_on or today) >= today
        for permission in PERMISSIONS[Role(assignment.role)]
    }
    rows = {
        (row.content_type_id, row.object_pk, row.permission.codename): row
        for row in UserObjectPermission.objects.filter(user=user).select_related("permission")
    }
    if gone := [row.pk for key, row in rows.items() if key not in wanted]:
        UserObjectPermission.objects.filter(pk__in=gone).delete()
    if fresh := sorted(wanted - rows.keys()):
        _add(user, fresh)
    user.__dict__.pop(KEPT, None)
    user.grants_due_on = min(_changes_after(assignments, today), default=None)
    User.objects.filter(pk=user.pk).update(grants_due_on=user.grants_due_on)


def _add(user: User, fresh: list[tuple[int, str, str]]) -> None:
    """(content type, primary key as text, codename) of each grant."""
    named = PermissionRow.objects.filter(codename__in={codename for _, _, codename in fresh})
    rows = {(kind, codename): pk for pk, kind, codename in named.values_list("pk", "content_type_id", "codename")}
    UserObjectPermission.objects.bulk_create(
        UserObjectPermission(user=user, content_type_id=kind, object_pk=where, permission_id=rows[kind, codename])
        for kind, where, codename in fresh
    )


def _changes_after(assignments: list[Assignment], today: datetime.date) -> list[datetime.date]:
    begins = [each.from_on for each in assignments if each.from_on > today]
    ends = [
        each.until_on + datetime.timedelta(days=1) for each in assignments if each.until_on and each.until_on >= today
    ]
    return begins + ends
