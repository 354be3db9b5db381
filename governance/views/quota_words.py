"""How a municipality stands to its limit, in words and as a meter: for its own staff and for who answers for all."""

from typing import Any

from django.utils.translation import gettext as _

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.access.policy import AnyUser
from consortium.formats import NBSP, number, size
from governance import quota
from governance.models import Municipality
from governance.models.members import MunicipalityQuerySet
from governance.quota import Standing

# Who sees how packages stand sees what they take up, and so does who sees the figures of the co-operation.
READERS = (Permission.AIP_STATUS, Permission.COSTS_READ)


def shown_to(user: AnyUser, municipality: Municipality) -> dict[str, Any] | None:
    """The meter on the municipality's page, or nothing for whom it is not."""
    if not any(policy.may(user, permission, municipality) for permission in READERS):
        return None
    return meter(quota.standing(municipality))


def limited(places: MunicipalityQuerySet) -> list[dict[str, Any]]:
    """The meters of those that have a limit; of the others there is nothing to say to who delivers."""
    return [meter(stands) for stands in quota.standings(places.filter(quota__bytes__isnull=False).in_swedish_order())]


def meter(stands: Standing) -> dict[str, Any]:
    return {
        "id": f"utrymme-{stands.municipality.pk}",
        "label": str(stands.municipality),
        "limited": stands.limit is not None,
        "percent": min(100, stands.percent),
        "sentence": sentence(stands),
        "detail": parts(stands),
        "status": status_tag(stands),
    }


def status_tag(stands: Standing) -> dict[str, str] | None:
    if stands.limit is None or not stands.is_near:
        return None
    if stands.left:
        return {"kind": "warn", "label": _("Nästan fullt")}
    return {"kind": "bad", "label": _("Fullt")}


def sentence(stands: Standing) -> str:
    used = size(stands.usage.total)
    if stands.limit is None:
        return _("%(used)s används. Ingen gräns är satt.") % {"used": used}
    facts = {
        "used": used,
        "limit": size(stands.limit),
        "percent": f"{number(stands.percent)}{NBSP}%",
        "left": size(stands.left),
    }
    if stands.left:
        return _("%(used)s av %(limit)s används (%(percent)s). %(left)s är kvar.") % facts
    return (
        _("%(used)s av %(limit)s används (%(percent)s). Nya leveranser tas inte emot; de som är på väg får bli klara.")
        % facts
    )


def parts(stands: Standing) -> str:
    """What it is made of, so that one sees what could be removed."""
    usage = stands.usage
    named = [
        (_("arkiverat"), usage.kept),
        (_("i karantän"), usage.quarantined),
        (_("påbörjade uppladdningar"), usage.uploads),
        (_("i utkast"), usage.drafts),
    ]
    told = ", ".join(f"{name} {size(octets)}" for name, octets in named if octets)
    return told[:1].upper() + told[1:]
