from consortium.models.audit import AuditEvent
from consortium.models.leases import Claimable, ClaimableQuerySet, Superseded
from consortium.models.numbers import NumberSeries
from consortium.models.post import MailAttachment, OutgoingMail
from consortium.models.pulse import Pulse
from consortium.models.users import Assignment, User

__all__ = [
    "Assignment",
    "AuditEvent",
    "Claimable",
    "ClaimableQuerySet",
    "MailAttachment",
    "NumberSeries",
    "OutgoingMail",
    "Pulse",
    "Superseded",
    "User",
]
