"""Utrymme: limits as the consortium has set them, and a member that has nearly filled its own."""

import datetime

from django.db import transaction
from django.utils import timezone

from archive.models import Upload
from consortium.site.demo.people import named
from deliveries.models import SubmissionAgreement
from governance import quota
from governance.forms.quotas import GB
from governance.models import Municipality, Quota

LIMITS = {"2080": 500, "2081": 400, "2029": 1}
NEARLY_FULL = "2029"
BEGUN = 940_000_000  # declared, and not come yet: what has begun counts whole


@transaction.atomic
def load() -> None:
    """May be called again after a first start that was interrupted."""
    if Quota.objects.exists():
        return
    for code, gigabytes in LIMITS.items():
        municipality = Municipality.objects.get(code=code)
        quota.set_limit(municipality, gigabytes * GB, seen=1, by=named("administrator@exempel.se"))
    _begun()


def _begun() -> None:
    """A row of its own: the act would ask for the room on this disk, which an example need not have."""
    agreement = SubmissionAgreement.objects.in_force().filter(owner=NEARLY_FULL).order_by("number").first()
    if agreement:
        Upload.objects.create(
            owner=agreement.owner,
            agreement=agreement,
            filename="bygglov-2005-2009.zip",
            size=BEGUN,
            uploaded_by=named("arkivarie.leksand@exempel.se"),
            expires_at=timezone.now() + datetime.timedelta(days=365),
        )
