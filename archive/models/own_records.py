"""The consortium's own records on their way into its own archive: which minutes or correction became which delivery."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from archive.models.submissions import SIP
from consortium.models import Claimable, ClaimableQuerySet
from governance.models import CorrectionNote, Minutes


class OwnRecordQuerySet(ClaimableQuerySet["OwnRecord"]):
    pass


class OwnRecord(Claimable):
    """`due_at`: the delivery waits to be judged and accepted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, help_text="Also the delivery's.")
    minutes = models.ForeignKey(Minutes, on_delete=models.PROTECT, related_name="own_records")
    correction = models.OneToOneField(CorrectionNote, null=True, on_delete=models.PROTECT, related_name="own_record")
    sip = models.OneToOneField(SIP, null=True, on_delete=models.PROTECT, related_name="own_record")
    trouble = models.TextField(blank=True, help_text="What a person has to do before it can go on.")
    masked = models.TextField(blank=True, help_text="What the handed-in public copy leaves out.")

    objects: ClassVar[OwnRecordQuerySet] = OwnRecordQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["minutes"], condition=Q(correction=None), name="minutes_handed_in_once")
        ]

    def __str__(self) -> str:
        return f"{self.minutes}"

    @property
    def told(self) -> str:
        """Where it stands, in a sentence."""
        if self.correction is None:
            return self._stands
        on = timezone.localdate(self.correction.at).isoformat()
        return _("Rättelsen %(on)s: %(told)s") % {"on": on, "told": self._stands}

    @property
    def _stands(self) -> str:
        if self.trouble:
            return self.trouble
        if self.sip is None:
            return _("Väntar på att lämnas till arkivet.")
        aip = getattr(self.sip, "aip", None)
        if aip is None:
            return _("Lämnat till arkivet som %(sip)s, kontrolleras nu.") % {"sip": self.sip.number}
        return _("Arkiverat som %(aip)s (%(status)s).") % {
            "aip": aip.number,
            "status": str(aip.get_status_display()).lower(),
        }
