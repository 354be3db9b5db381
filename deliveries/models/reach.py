"""Whose joint matters one may read: the consortium's own people may, and those of municipalities that take part now."""

from django.db.models import Q, QuerySet

from consortium.access import policy
from consortium.access.permissions import Permission
from governance.models import Consortium, Municipality


def consortia_within_reach(user: policy.AnyUser) -> QuerySet[Consortium]:
    """Not those that the reader's municipality has left or never joined."""
    ours = Consortium.objects.where_may(user, Permission.PROJECT_READ)
    mine = list(Municipality.objects.where_may(user, Permission.PROJECT_READ).values_list("code", flat=True))
    touched = Consortium.objects.filter(memberships__municipality__in=mine).exclude(pk__in=ours).distinct()
    theirs = [each.pk for each in touched if each.members().filter(code__in=mine).exists()]
    return Consortium.objects.filter(Q(pk__in=ours) | Q(pk__in=theirs))
