"""From recipe to signed agreement and on to the next version: who may say yes to what, and what then stands still."""

import dataclasses
import datetime

import pytest

from consortium.models import AuditEvent, User
from deliveries import agreement_contents, agreements, signing
from deliveries.agreements import Side
from deliveries.models import SourceSystem, SubmissionAgreement, SystemAlias
from governance.models import Municipality
from tests import factories
from tests.keeping import shared
from tests.personas import Personas

pytestmark = pytest.mark.django_db


@pytest.fixture
@shared
def falun(people: Personas) -> Municipality:
    return factories.municipality("2080")


@pytest.fixture
@shared
def writer(people: Personas) -> User:
    return people.archivist_falun


@pytest.fixture
@shared
def draft(falun: Municipality, writer: User) -> SubmissionAgreement:
    return agreements.draft(falun, factories.system("ECOS"), "KS 2024/17", by=writer)


def sign(agreement: SubmissionAgreement, producer: User, archivist: User) -> SubmissionAgreement:
    agreements.sign(agreement, Side.PRODUCER, digest=agreement.digest(), by=producer)
    return agreements.sign(agreement, Side.ARCHIVE, digest=agreement.digest(), by=archivist)


def test_a_draft_says_what_the_recipe_says(draft: SubmissionAgreement) -> None:
    assert draft.recipe == "ecos"
    assert draft.profile == "fgs-1.2"
    assert draft.public_by_default
    assert {row["puid"] for row in draft.formats} >= {"fmt/95", "fmt/412"}
    assert any(row["secrecy"] == "OSL 30 kap. 27 §" for row in draft.object_types)
    assert agreements.objections(draft) == []
    assert draft.hindrance() is not None


def test_an_alias_finds_the_recipe_and_an_unknown_system_gets_the_neutral_form(
    falun: Municipality, writer: User
) -> None:
    lifecare = agreements.draft(falun, factories.system("Lifecare"), "KS 2024/1", by=writer)
    unknown = agreements.draft(falun, factories.system("Ett eget system"), "KS 2024/2", by=writer)
    assert (lifecare.recipe, unknown.recipe) == ("procapita", "neutral")
    assert lifecare.mapping["record"]["path"] == "Akter/Akt"


def test_the_same_number_is_not_used_twice(draft: SubmissionAgreement, writer: User) -> None:
    with pytest.raises(agreements.NumberTaken, match="KS 2024/17"):
        agreements.draft(draft.owner, draft.system, draft.number, by=writer)


def test_both_sides_sign_the_same_text_and_it_is_in_force(draft: SubmissionAgreement, people: Personas) -> None:
    signed = sign(draft, people.producer_falun, people.archivist_falun)
    assert signed.hindrance() is None
    assert signed.producer_signature["digest"] == signed.archive_signature["digest"] == signed.digest()
    assert signed.producer_signature["method"] == "logged-approval"
    assert signed.producer_signature["function"] == "Producent, Falun"
    events = AuditEvent.objects.filter(what="agreement_signed", target_id=str(draft.pk)).order_by("id")
    assert [event.details["side"] for event in events] == ["producer", "archive"]
    assert {event.details["digest"] for event in events} == {signed.digest()}


def test_nobody_signs_for_both_sides(draft: SubmissionAgreement, people: Personas) -> None:
    agreements.sign(draft, Side.ARCHIVE, digest=draft.digest(), by=people.archivist_falun)
    with pytest.raises(agreements.SameHand):
        agreements.sign(draft, Side.PRODUCER, digest=draft.digest(), by=people.archivist_falun)
    draft.refresh_from_db()
    assert not draft.is_signed


def test_nobody_signs_another_text_than_the_one_shown(draft: SubmissionAgreement, people: Personas) -> None:
    shown = draft.digest()
    agreements.change(draft, {"scope": "Något annat."}, revision=1, by=people.archivist_falun)
    with pytest.raises(agreements.ChangedMeanwhile):
        agreements.sign(draft, Side.PRODUCER, digest=shown, by=people.producer_falun)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"scope": " "}, "Omfattningen saknas"),
        ({"records_creator": ""}, "Arkivbildaren saknas"),
        ({"contacts": []}, "Kontakter saknas"),
        ({"valid_from": datetime.date(2020, 1, 1), "valid_until": datetime.date(2020, 12, 31)}, "redan gått ut"),
        ({"profile": "hittepå"}, "Paketprofilen hittepå finns inte"),
        (
            {"profile_changes": {"severities": {"INGEN-REGEL": {"to": "OFF", "because": "skäl"}}}},
            "Kravet INGEN-REGEL finns inte",
        ),
        ({"mapping": {"files": "*.xml", "record": {"path": "//allt"}}}, "ingen sökväg"),
        ({"mapping": {"files": "", "record": {"path": "Akt"}}}, "vilka filer"),
    ],
)
def test_what_is_missing_or_unreadable_is_not_signed(
    changes: dict[str, object], says: str, draft: SubmissionAgreement, people: Personas
) -> None:
    changed = agreements.change(draft, changes, revision=1, by=people.archivist_falun)
    with pytest.raises(agreements.NotReady, match=says):
        agreements.sign(changed, Side.PRODUCER, digest=changed.digest(), by=people.producer_falun)


def test_the_second_writer_is_told_and_shown_what_stands(draft: SubmissionAgreement, people: Personas) -> None:
    agreements.change(draft, {"scope": "Den enas text."}, revision=1, by=people.archivist_falun)
    with pytest.raises(agreements.ChangedMeanwhile) as told:
        agreements.change(draft, {"scope": "Den andras text."}, revision=1, by=people.it_archivist)
    assert told.value.theirs.scope == "Den enas text."
    agreements.change(draft, {"scope": "Den andras text."}, revision=told.value.theirs.revision, by=people.it_archivist)


def test_what_somebody_signed_is_changed_only_after_the_signature_is_withdrawn(
    draft: SubmissionAgreement, people: Personas
) -> None:
    agreements.sign(draft, Side.PRODUCER, digest=draft.digest(), by=people.producer_falun)
    with pytest.raises(agreements.Stands):
        agreements.change(draft, {"scope": "Annat."}, revision=1, by=people.archivist_falun)
    with pytest.raises(agreements.Stands):
        agreements.discard(draft, by=people.archivist_falun)
    agreements.withdraw(draft, Side.PRODUCER, by=people.producer_falun)
    assert agreements.change(draft, {"scope": "Annat."}, revision=1, by=people.archivist_falun).scope == "Annat."


def test_a_signed_agreement_is_not_unsigned(draft: SubmissionAgreement, people: Personas) -> None:
    sign(draft, people.producer_falun, people.archivist_falun)
    with pytest.raises(agreements.Stands):
        agreements.withdraw(draft, Side.PRODUCER, by=people.producer_falun)


def test_the_next_version_begins_where_the_signed_one_stands(draft: SubmissionAgreement, people: Personas) -> None:
    first = sign(draft, people.producer_falun, people.archivist_falun)
    second = agreements.next_version(first, by=people.archivist_falun)
    assert (second.version, second.number, second.scope) == (2, first.number, first.scope)
    assert first.hindrance() is None  # until the new one is signed
    with pytest.raises(agreements.AgreementRefusal, match="Version 2 är redan påbörjad"):
        agreements.next_version(first, by=people.archivist_falun)
    changed = agreements.change(
        second, {"scope": "Även ritningar.", "formats": second.formats[1:]}, revision=1, by=people.archivist_falun
    )
    told = [(each.what, each.before, each.after) for each in agreement_contents.differences(first, changed)]
    assert ("Version", "1", "2") in told
    assert ("Omfattning", first.scope, "Även ritningar.") in told
    assert any(what == "Borttaget" and "fmt/95" in before for what, before, _after in told)
    sign(changed, people.producer_falun, people.archivist_falun)
    old = SubmissionAgreement.objects.get(pk=first.pk)
    assert old.standing() == SubmissionAgreement.Standing.REPLACED
    assert old.scope == first.scope
    assert old.current() == changed


def test_only_what_is_signed_gets_a_next_version_or_an_end(draft: SubmissionAgreement, writer: User) -> None:
    with pytest.raises(agreements.AgreementRefusal):
        agreements.next_version(draft, by=writer)
    with pytest.raises(agreements.AgreementRefusal):
        agreements.end(draft, "Systemet är avställt.", by=writer)
    agreements.discard(draft, by=writer)
    assert not SubmissionAgreement.objects.exists()


def test_an_ended_agreement_is_ended_once_with_its_reason(draft: SubmissionAgreement, people: Personas) -> None:
    sign(draft, people.producer_falun, people.archivist_falun)
    ended = agreements.end(draft, "Systemet är avställt.", by=people.archivist_falun)
    assert ended.standing() == SubmissionAgreement.Standing.ENDED
    with pytest.raises(agreements.AgreementRefusal):
        agreements.end(ended, "Igen.", by=people.archivist_falun)


class Refusing(signing.LoggedApproval):
    method = "tjänst"

    def sign(self, **facts: object) -> signing.Signature:
        raise signing.NotSigned("Tjänsten svarade att signeringen avbröts.")


class Certified(signing.LoggedApproval):
    method = "certifikat"

    def sign(self, *, text: str, digest: str, by: User, at: datetime.datetime) -> signing.Signature:
        plain = super().sign(text=text, digest=digest, by=by, at=at)
        return dataclasses.replace(plain, method=self.method, evidence={"reference": "A1"})


def test_a_signing_service_takes_the_place_of_the_logged_approval(
    draft: SubmissionAgreement, people: Personas, settings: object
) -> None:
    settings.SIGNING_SERVICE = f"{__name__}.Refusing"  # type: ignore[attr-defined]
    with pytest.raises(signing.NotSigned):
        agreements.sign(draft, Side.PRODUCER, digest=draft.digest(), by=people.producer_falun)
    settings.SIGNING_SERVICE = f"{__name__}.Certified"  # type: ignore[attr-defined]
    signed = agreements.sign(draft, Side.PRODUCER, digest=draft.digest(), by=people.producer_falun)
    assert signed.producer_signature["method"] == "certifikat"
    assert signed.producer_signature["evidence"] == {"reference": "A1"}


def test_the_logged_approval_says_what_it_is_not() -> None:
    assert "inte en avancerad elektronisk underskrift" in signing.LoggedApproval().explained()


def test_rows_say_what_is_wrong_with_them() -> None:
    def told(table: agreement_contents.Table, **row: str) -> dict[str, str]:
        return dict(agreement_contents.faults(table, row))

    contents = agreement_contents
    assert told(contents.FORMATS, puid="fmt/95", handling="accept") == {}
    assert "PRONOM" in told(contents.FORMATS, puid="pdf", handling="accept")["puid"]
    assert "2024-01-31" in told(contents.FORMATS, puid="fmt/95", handling="accept", since="31/1")["since"]
    assert "Gallring kräver ett beslut" in told(contents.OBJECT_TYPES, name="*", disposal="5")["mandate"]
    assert "antal år" in told(contents.OBJECT_TYPES, name="*", years="sjuttio")["years"]
    assert told(contents.CHANGES, rule="CSIP71", to="WARNING")["because"] == "Fyll i skäl."


def test_what_is_written_in_a_table_is_what_is_read(draft: SubmissionAgreement) -> None:
    for table in agreement_contents.EDITABLE_TABLES:
        rows = agreement_contents.rows_of(draft, table)
        places = {"files": "*.xml", "record": "Akt", "document": "Handling"}
        more = places if table is agreement_contents.MAPPING else {}
        setattr(draft, table.field, agreement_contents.value_of(draft, table, rows, **more))
        assert agreement_contents.rows_of(draft, table) == rows


def test_a_system_of_many_collections_takes_the_recipe_one_chooses(falun: Municipality, writer: User) -> None:
    files = factories.system("Filsamlingar")
    SystemAlias.objects.create(system=files, name="Betyg")
    assert agreements.draft(falun, files, "KS 2024/4", by=writer).recipe == "protokoll"
    assert agreements.draft(falun, files, "KS 2024/5", by=writer, recipe_slug="betyg").recipe == "betyg"


def test_systems_may_name_their_recipe(falun: Municipality, writer: User) -> None:
    system = factories.system("Diarium X")
    SourceSystem.objects.filter(pk=system.pk).update(recipe="public-360")
    system.refresh_from_db()
    assert agreements.draft(falun, system, "KS 2024/3", by=writer).profile == "e-ark-sip-2.1.0"
