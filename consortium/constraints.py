"""Constraints that many tables share."""

from django.db.models import CheckConstraint, Q


def paired(at: str, by: str) -> CheckConstraint:
    """When and who come together or not at all."""
    both = Q(**{f"{at}__isnull": True, f"{by}__isnull": True}) | Q(**{f"{at}__isnull": False, f"{by}__isnull": False})
    return CheckConstraint(condition=both, name=f"%(class)s_{at}_has_{by}"[:60] if len(at) < 20 else f"%(class)s_{at}")
