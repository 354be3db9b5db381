"""What must hold before anything can be delivered under an agreement, and what the engine is told of it."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from archive.packages.profile import Profile
from deliveries.models import SubmissionAgreement
from tests import factories

pytestmark = pytest.mark.django_db
DAY = datetime.date(2022, 11, 24)


def test_a_signed_agreement_in_force_hinders_nothing() -> None:
    agreement = factories.agreement()
    assert agreement.hindrance(DAY) is None
    assert agreement in SubmissionAgreement.objects.in_force(DAY)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"signed": False}, "inte undertecknad"),
        ({"valid_until": datetime.date(2022, 11, 23)}, "gick ut 2022-11-23"),
        ({"valid_from": datetime.date(2022, 12, 1)}, "börjar gälla först 2022-12-01"),
    ],
)
def test_what_hinders_is_said_in_words(fields: dict[str, object], says: str) -> None:
    agreement = factories.agreement(**fields)  # type: ignore[arg-type]
    assert says in (agreement.hindrance(DAY) or "")
    assert agreement not in SubmissionAgreement.objects.in_force(DAY)


def test_a_signature_has_both_time_and_signer() -> None:
    agreement = factories.agreement()
    agreement.archive_signed_by = None
    with pytest.raises(IntegrityError), transaction.atomic():
        agreement.save()


def test_the_engine_reads_what_was_signed() -> None:
    agreement = factories.agreement(
        number="KS 2022/17",
        profile_changes={"severities": {"FGS12-FILE-CHECKSUM": {"to": "WARNING", "because": "avtal"}}},
    )
    profile = Profile.load(agreement.engine_profile())
    assert profile.key == "fgs-1.2"
    assert profile.expect.agreements == ("KS 2022/17",)
    assert "2080" in profile.expect.codes
    assert len(profile.changes) == 1
