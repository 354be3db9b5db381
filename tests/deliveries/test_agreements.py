"""What must hold before anything can be delivered under an agreement, and what the engine is told of it."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

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
    agreement = factories.agreement(signed=False)
    agreement.archive_signed_at = timezone.now()
    with pytest.raises(IntegrityError, match="paired"), transaction.atomic():
        agreement.save()


@pytest.mark.parametrize("side", ["producer", "archive"])
@pytest.mark.parametrize("field", SubmissionAgreement.CONTENT)
def test_the_database_refuses_to_change_what_somebody_has_signed(side: str, field: str) -> None:
    agreement = factories.agreement(signed=False)
    signature = {f"{side}_signed_at": timezone.now(), f"{side}_signed_by": factories.user()}
    SubmissionAgreement.objects.filter(pk=agreement.pk).update(**signature)
    other = {
        "owner_id": factories.municipality("2029").pk,
        "system_id": factories.system("Ett annat").pk,
        "valid_from": DAY,
        "valid_until": DAY,
    }
    is_json = isinstance(getattr(agreement, field), (list, dict))
    value = ["annat"] if is_json else other.get(field, 7 if field == "version" else "annat")
    value = not agreement.public_by_default if field == "public_by_default" else value
    with pytest.raises(IntegrityError, match="is signed"), transaction.atomic():
        SubmissionAgreement.objects.filter(pk=agreement.pk).update(**{field: value})


def test_a_signed_agreement_is_neither_removed_nor_unsigned_nor_revived() -> None:
    agreement = factories.agreement()
    row = SubmissionAgreement.objects.filter(pk=agreement.pk)
    with pytest.raises(IntegrityError, match="cannot be removed"), transaction.atomic():
        row.delete()
    with pytest.raises(IntegrityError, match="is signed"), transaction.atomic():
        row.update(archive_signed_at=None, archive_signed_by=None)
    factories.ended(agreement)
    with pytest.raises(IntegrityError, match="is signed"), transaction.atomic():
        row.update(ended_on=None, ended_by=None)


def test_a_newer_version_takes_over_when_it_is_signed_and_has_begun() -> None:
    first = factories.agreement(number="KS 2022/17")
    second = factories.next_version(first, signed=False)
    assert first.hindrance(DAY) is None
    third = SubmissionAgreement.objects.get(pk=first.pk)
    SubmissionAgreement.objects.filter(pk=second.pk).update(
        producer_signed_at=timezone.now(),
        producer_signed_by=factories.user(),
        archive_signed_at=timezone.now(),
        archive_signed_by=factories.user(),
    )
    assert third.hindrance(DAY) == "Överenskommelsen KS 2022/17 är ersatt av version 2. Välj den i stället."
    assert third.current(DAY) == second
    assert list(SubmissionAgreement.objects.in_force(DAY)) == [second]
    assert third.hindrance(datetime.date(2021, 12, 31)) == "Överenskommelsen KS 2022/17 börjar gälla först 2022-01-01."


def test_an_ended_agreement_takes_nothing_more() -> None:
    agreement = factories.agreement(number="KS 2022/17")
    factories.ended(agreement)
    agreement.refresh_from_db()
    assert agreement.hindrance(datetime.date(2022, 12, 30)) is None
    assert "avslutades 2022-12-31" in (agreement.hindrance(datetime.date(2022, 12, 31)) or "")
    assert not SubmissionAgreement.objects.in_force(datetime.date(2022, 12, 31)).exists()


def test_formats_are_told_to_the_engine_from_the_day_they_apply() -> None:
    agreement = factories.agreement(
        formats=[
            {"puid": "fmt/95", "handling": "accept", "since": ""},
            {"puid": "fmt/412", "handling": "accept", "since": ""},
            {"puid": "fmt/412", "handling": "convert", "since": "2023-01-01"},
        ],
        formats_otherwise="remark",
    )
    before = Profile.load(agreement.engine_profile(DAY)).settings["formats"]
    after = Profile.load(agreement.engine_profile(datetime.date(2023, 1, 1))).settings["formats"]
    assert before == {"fmt/95": "accept", "fmt/412": "accept", "*": "remark"}
    assert after == {"fmt/95": "accept", "fmt/412": "convert", "*": "remark"}


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
