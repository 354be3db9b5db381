"""Leveransöverenskommelser: drafted from a recipe, changed while nobody has signed, signed by both sides, replaced.

Who may is the door's question; here stands what must hold whoever asks: nobody signs for both sides, nobody signs
another text than the one on the screen, and what is signed is replaced by a new version, never changed.
"""

import copy
import datetime
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consortium import audit
from consortium.audit_events import Event
from consortium.models import User
from consortium.models.leases import database_now
from deliveries import recipes, signing
from deliveries.engine import the_engine
from deliveries.models import DeliveryProject, SourceSystem, SubmissionAgreement
from governance.models import Municipality


class Side(TextChoices):
    PRODUCER = "producer", gettext_lazy("Levererande verksamhet")
    ARCHIVE = "archive", gettext_lazy("Arkivmyndigheten")


class AgreementRefusal(Exception):
    """Why this cannot be done with the agreement, as a sentence."""


class NumberTaken(AgreementRefusal):
    """The municipality has an agreement with this register number already."""


class Stands(AgreementRefusal):
    """Somebody has signed, so the content is not changed any more."""


class ChangedMeanwhile(AgreementRefusal):
    """The text is not the one the person had on the screen. `theirs` is how it stands now."""

    def __init__(self, theirs: SubmissionAgreement) -> None:
        self.theirs = theirs
        super().__init__(_("Någon annan har ändrat överenskommelsen medan du skrev. Jämför och spara igen."))


class SameHand(AgreementRefusal):
    """Four eyes: the same person does not sign for both sides."""


class NotReady(AgreementRefusal):
    """Something is missing or wrong in the agreement. `sentences` say what."""

    def __init__(self, sentences: list[str]) -> None:
        self.sentences = sentences
        super().__init__(" ".join(sentences))


@transaction.atomic
def draft(
    owner: Municipality,
    system: SourceSystem,
    number: str,
    *,
    by: User,
    records_creator: str = "",
    project: DeliveryProject | None = None,
    valid_from: datetime.date | None = None,
    recipe_slug: str = "",
) -> SubmissionAgreement:
    """A first version, written after the chosen recipe, the system's own, or the neutral form when it has none."""
    recipe = recipes.get(recipe_slug) if recipe_slug else recipes.for_system(system)
    if SubmissionAgreement.objects.filter(owner=owner, number=number).exists():
        raise NumberTaken(
            _("%(owner)s har redan en överenskommelse med diarienummer %(number)s. Gör en ny version av den i stället.")
            % {"owner": owner.official_name, "number": number}
        )
    made = SubmissionAgreement.objects.create(
        owner=owner,
        system=system,
        project=project,
        number=number,
        recipe=recipe.slug,
        records_creator=records_creator or owner.archival_authority,
        valid_from=valid_from or timezone.localdate(),
        **recipe.terms(),
    )
    audit.record(by=by, what=Event.AGREEMENT_DRAFTED, target=made, place=owner, recipe=recipe.slug)
    return made


@transaction.atomic
def change(
    agreement: SubmissionAgreement, changes: Mapping[str, Any], *, revision: int, by: User
) -> SubmissionAgreement:
    """Write into the draft what the person saw as revision `revision`."""
    row = _locked(agreement)
    if not row.is_draft:
        raise Stands(
            _(
                "Överenskommelsen är undertecknad och ändras inte längre. "
                "Dra tillbaka underskriften eller gör en ny version."
            )
        )
    if row.revision != revision:
        raise ChangedMeanwhile(row)
    for name, value in changes.items():
        setattr(row, name, value)
    row.revision += 1
    row.edited_at = database_now()
    try:
        with transaction.atomic():
            row.save(update_fields=[*changes, "revision", "edited_at"])
    except IntegrityError as error:
        if "agreement_version_once" not in str(error):
            raise
        raise NumberTaken(_("Diarienumret används redan för en annan överenskommelse. Välj ett annat.")) from error
    audit.record(by=by, what=Event.AGREEMENT_CHANGED, target=row, place=row.owner, fields=sorted(changes))
    return row


def objections(agreement: SubmissionAgreement) -> list[str]:
    """What must be mended before anybody can sign."""
    found = []
    if not agreement.records_creator.strip():
        found.append(_("Arkivbildaren saknas."))
    if not agreement.scope.strip():
        found.append(_("Omfattningen saknas: skriv vad som levereras."))
    if not agreement.contacts:
        found.append(_("Kontakter saknas: skriv minst en funktion."))
    if agreement.valid_until and agreement.valid_until < timezone.localdate():
        found.append(_("Giltighetstiden har redan gått ut."))
    found += the_engine().objections(agreement.engine_profile(), agreement.mapping)
    return found


def exported_profile(agreement: SubmissionAgreement) -> dict[str, Any]:
    """The file a supplier checks packages with at home: the engine's profile, and with it all that was agreed."""
    return {
        **agreement.engine_profile(),
        "name": str(agreement),
        "agreement": {
            **agreement.content(),
            "sha256": agreement.digest(),
            "producer_signature": agreement.producer_signature,
            "archive_signature": agreement.archive_signature,
        },
    }


@transaction.atomic
def sign(agreement: SubmissionAgreement, side: Side, *, digest: str, by: User) -> SubmissionAgreement:
    """Say yes for one side to the text whose digest the person was shown."""
    row = _locked(agreement)
    other = Side.ARCHIVE if side == Side.PRODUCER else Side.PRODUCER
    if getattr(row, f"{side}_signed_at"):
        raise Stands(_("%(side)s har redan undertecknat.") % {"side": side.label})
    if getattr(row, f"{other}_signed_by_id") == by.pk:
        raise SameHand(_("Du har undertecknat för den andra parten. Be en kollega underteckna för den här."))
    if row.digest() != digest:
        raise ChangedMeanwhile(row)
    if sentences := objections(row):
        raise NotReady(sentences)
    at = database_now()
    signature = signing.service().sign(text=str(row), digest=digest, by=by, at=at)
    setattr(row, f"{side}_signed_at", at)
    setattr(row, f"{side}_signed_by", by)
    setattr(row, f"{side}_signature", signature.as_dict())
    row.save(update_fields=[f"{side}_signed_at", f"{side}_signed_by", f"{side}_signature"])
    what = {"side": side.value, "method": signature.method, "digest": digest, "version": row.version}
    audit.record(by=by, what=Event.AGREEMENT_SIGNED, target=row, place=row.owner, **what)
    return row


@transaction.atomic
def withdraw(agreement: SubmissionAgreement, side: Side, *, by: User) -> SubmissionAgreement:
    """Take the yes back while the other side has not signed: the text is a draft again."""
    row = _locked(agreement)
    if row.is_signed or not getattr(row, f"{side}_signed_at"):
        raise Stands(_("Underskriften kan inte dras tillbaka: båda parter har undertecknat, eller ingen."))
    setattr(row, f"{side}_signed_at", None)
    setattr(row, f"{side}_signed_by", None)
    setattr(row, f"{side}_signature", {})
    row.save(update_fields=[f"{side}_signed_at", f"{side}_signed_by", f"{side}_signature"])
    audit.record(by=by, what=Event.AGREEMENT_SIGNATURE_WITHDRAWN, target=row, place=row.owner, side=side.value)
    return row


@transaction.atomic
def next_version(agreement: SubmissionAgreement, *, by: User) -> SubmissionAgreement:
    """A draft that begins where the signed version stands. The old one applies until the new one is signed."""
    row = _locked(agreement)
    if not row.is_signed:
        raise AgreementRefusal(_("Den här versionen är inte undertecknad än. Ändra utkastet i stället."))
    if newer := getattr(row, "replaced_by", None):
        raise AgreementRefusal(_("Version %(version)s är redan påbörjad.") % {"version": newer.version})
    copied = {name: copy.deepcopy(getattr(row, name)) for name in SubmissionAgreement.CONTENT}
    copied |= {"version": row.version + 1, "valid_from": timezone.localdate(), "valid_until": None}
    made = SubmissionAgreement.objects.create(**copied, previous=row, project=row.project)
    audit.record(by=by, what=Event.AGREEMENT_DRAFTED, target=made, place=made.owner, version=made.version)
    return made


@transaction.atomic
def end(agreement: SubmissionAgreement, reason: str, *, by: User) -> SubmissionAgreement:
    """From today nothing more is delivered under it. What was delivered stays as it is."""
    row = _locked(agreement)
    if not row.is_signed or row.ended_on:
        raise AgreementRefusal(_("Bara en överenskommelse som är undertecknad och inte avslutad kan avslutas."))
    row.ended_on, row.ended_by, row.ended_reason = timezone.localdate(), by, reason
    row.save(update_fields=["ended_on", "ended_by", "ended_reason"])
    audit.record(by=by, what=Event.AGREEMENT_ENDED, target=row, place=row.owner)
    return row


@transaction.atomic
def discard(agreement: SubmissionAgreement, *, by: User) -> None:
    """Remove a draft that nobody has signed."""
    row = _locked(agreement)
    if not row.is_draft:
        raise Stands(_("Överenskommelsen är undertecknad och kan inte tas bort. Avsluta den i stället."))
    audit.record(by=by, what=Event.AGREEMENT_DISCARDED, target=row, place=row.owner, number=row.number)
    row.delete()


def _locked(agreement: SubmissionAgreement) -> SubmissionAgreement:
    return (
        SubmissionAgreement.objects.select_for_update(of=("self",))
        .select_related("owner", "system", "project")
        .get(pk=agreement.pk)
    )
