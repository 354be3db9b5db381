"""Projektens framdrift: the delivery projects are told what became of a package; nobody types what the archive knows.

Called inside the transaction of the act. Told twice, it is recorded once: the package's key decides.
"""

from collections import Counter

from archive.models import AIP, SIP, Receipt, ValidationReport
from consortium.models.leases import database_now
from deliveries import progress
from deliveries.models import DeliveryOutcome, Reconciliation

Outcome, What = DeliveryOutcome.Kind, Reconciliation.What
MOST_RULES = 200


def tell_judged(sip: SIP, report: ValidationReport) -> None:
    """Only which rules were broken and how often; places and file names stay in the archive."""
    groups = report.report.get("messages", [])[:MOST_RULES]
    _tell(
        sip,
        Outcome.FAULTY if report.verdict != ValidationReport.Verdict.VALID else Outcome.VALID,
        round=report.round,
        errors=report.errors,
        warnings=report.warnings,
        findings={group["rule_id"]: group["count"] for group in groups if group["severity"] == "ERROR"},
    )


def tell_accepted(sip: SIP) -> None:
    _tell(sip, Outcome.TEST_PASSED if sip.status == SIP.Status.TEST_PASSED else Outcome.ACCEPTED)


def tell_given_back(sip: SIP) -> None:
    _tell(sip, Outcome.GIVEN_BACK, reason=sip.decision_reason)


def tell_receipted(receipt: Receipt) -> None:
    aip = receipt.aip
    _tell(aip.sip, Outcome.RECEIPTED, counts=_counts(aip), reference=receipt.number)


def _counts(aip: AIP) -> dict[str, int]:
    """What a reconciliation may compare with the source system."""
    levels = Counter(aip.units.values_list("level", flat=True))
    return {
        What.CASES: levels["case"],
        What.DOCUMENTS: levels["document"],
        What.UNITS: sum(levels.values()),
        What.FILES: aip.files or 0,
    }


def _tell(sip: SIP, outcome: DeliveryOutcome.Kind, **facts: object) -> None:
    progress.record_outcome(
        package=sip.pk,
        number=sip.number,
        owner=sip.owner,
        agreement=sip.agreement,
        kind=sip.kind,
        received_at=sip.received_at,
        outcome=outcome,
        at=database_now(),
        **facts,  # type: ignore[arg-type]
    )
