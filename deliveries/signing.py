"""Underskrift: how somebody says yes to exactly this text.

What comes with the portal is a logged approval: who, when, and the digest of what was on the screen, kept with the
agreement and in the audit log. It is not an advanced electronic signature, and says so wherever it is shown. A signing
service takes its place by a class of its own, named in SIGNING_SERVICE.
"""

import datetime
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from consortium.models import User


@dataclass(frozen=True)
class Signature:
    """`evidence` is what a service gives back: a reference, a certificate, a validation report."""

    method: str
    function: str
    at: datetime.datetime
    digest: str
    evidence: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {
            "method": self.method,
            "function": self.function,
            "at": self.at.isoformat(timespec="seconds"),
            "digest": self.digest,
            "evidence": self.evidence,
        }


class NotSigned(Exception):
    """The service, or the person in it, did not sign; the text says why."""


class SigningService(Protocol):
    method: str

    def sign(self, *, text: str, digest: str, by: User, at: datetime.datetime) -> Signature:
        """Raises NotSigned. `text` is what the person reads in the service, `digest` what is signed."""
        ...

    def explained(self) -> str:
        """What kind of signature this is, for screen and document."""
        ...


class LoggedApproval:
    method = "logged-approval"

    def sign(self, *, text: str, digest: str, by: User, at: datetime.datetime) -> Signature:
        return Signature(self.method, by.function, at, digest)

    def explained(self) -> str:
        return _(
            "Underskriften är ett loggat godkännande: vem som godkände, när, och kontrollsumman för det som godkändes. "
            "Den är inte en avancerad elektronisk underskrift."
        )


def service() -> SigningService:
    chosen: SigningService = import_string(settings.SIGNING_SERVICE)()
    return chosen
