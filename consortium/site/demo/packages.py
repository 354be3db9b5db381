"""The demo's packages go the ordinary way: built, received, judged, accepted, stored and indexed like all others."""

import datetime
import random
import uuid
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from archive import acceptance, reception, tasks
from archive.models import SIP, Upload
from archive.packages import build
from consortium.access import grants
from consortium.access.roles import Role
from consortium.models import User
from consortium.models.leases import DatabaseNow
from consortium.site.demo import contents
from consortium.site.demo.members import COUNTY
from deliveries import recipes
from deliveries.models import SourceSystem, SubmissionAgreement
from governance.models import Municipality

CREATED = datetime.datetime(2022, 11, 1, 9, 0, tzinfo=datetime.UTC)
SIGNED_ON = datetime.date(2022, 3, 1)
SENDER, RECEIVER = "demo.lamnar@exempel.se", "demo.godkanner@exempel.se"
TRIES = 3
Tell = Callable[[str], None]


def load(tell: Tell) -> None:
    sender, receiver = staff()
    for number, municipality in enumerate(Municipality.objects.filter(county=COUNTY).order_by("code"), 1):
        for each in contents.for_municipality(municipality.code, municipality.name):
            if SIP.objects.filter(owner=municipality, filename=_filename(each)).exists():
                continue  # from a first start that was interrupted
            sip = _deliver(municipality, each, sender=sender)
            aip = acceptance.accept(SIP.objects.get(pk=sip.pk), by=receiver)
            assert aip
            tasks.store(str(aip.pk))
        tell(f"  {number} av 15: {municipality.official_name}")
    _left_for_the_visitor(sender)
    for user in (sender, receiver):
        user.is_active = False
        user.save(update_fields=["is_active"])
        grants.refresh(user)


@transaction.atomic
def staff() -> tuple[User, User]:
    """Two functions that exist only while the demo is loaded: four eyes hold here too."""
    if earlier := User.objects.filter(email=SENDER).first():
        return earlier, User.objects.get(email=RECEIVER)
    sender = User.objects.create_user(SENDER, function="Systemförvaltare, e-arkivcentrum")
    receiver = User.objects.create_user(RECEIVER, function="Arkivarie, e-arkivcentrum")
    for municipality in Municipality.objects.filter(county=COUNTY):
        grants.assign(sender, Role.PRODUCER, municipality, by=None)
        grants.assign(receiver, Role.ARCHIVIST, municipality, by=None)
    return sender, receiver


def unfinished() -> bool:
    """A first start was interrupted before everything was in place."""
    return User.objects.filter(email=SENDER, is_active=True).exists()


def _left_for_the_visitor(sender: User) -> None:
    """In Falun something waits to be decided, something to be mended, and something may be uploaded."""
    falun = Municipality.objects.get(code="2080")
    chance = random.Random("exempel")  # noqa: S311, examples need no secrecy
    _deliver(falun, contents.permits(falun.name, chance), sender=sender)
    _deliver(falun, contents.environment(falun.name, chance), sender=sender, harm=_damage)
    SubmissionAgreement.objects.create(
        owner=falun,
        system=SourceSystem.objects.get(slug="public-360"),
        number="KS 2022/0999",
        records_creator="Kommunstyrelsen",
        profile="e-ark-sip-2.1.0",
        valid_from=SIGNED_ON,
    )
    examples = settings.DATA_DIR / "exempelpaket"
    examples.mkdir(exist_ok=True)
    agreement = _agreement(falun, "byggr", "Byggnadsnämnden")
    for name, harm in (("felfritt", None), ("med-fel", _damage)):
        package = examples / f"bygglov-{name}.zip"
        chance = random.Random(name)  # noqa: S311, examples need no secrecy
        _build(package, agreement, contents.permits(falun.name, chance))
        if harm:
            harm(package)


def _filename(each: contents.Contents) -> str:
    return f"{each.label.lower().replace(' ', '-')}.zip"


def _deliver(
    owner: Municipality, each: contents.Contents, *, sender: User, harm: Callable[[Path], None] | None = None
) -> SIP:
    agreement = _agreement(owner, each.system, each.creator)
    upload = Upload(
        owner=owner,
        agreement=agreement,
        filename=_filename(each),
        uploaded_by=sender,
        expires_at=timezone.now() + datetime.timedelta(days=1),
        size=0,
    )
    upload.path.parent.mkdir(parents=True, exist_ok=True)
    _build(upload.path, agreement, each)
    if harm:
        harm(upload.path)
    upload.size = upload.offset = upload.path.stat().st_size
    upload.save(force_insert=True)
    return _judged(reception.receive(upload, by=sender))


def _judged(sip: SIP) -> SIP:
    """A technical fault on the way is tried again, here as everywhere."""
    for _ in range(TRIES):
        tasks.validate(str(sip.pk))
        sip.refresh_from_db()
        if sip.status != SIP.Status.CRASHED:
            break
        SIP.objects.filter(pk=sip.pk).update(due_at=DatabaseNow())
    return sip


def _agreement(owner: Municipality, system: str, creator: str) -> SubmissionAgreement:
    signer = User.objects.get(email=RECEIVER)
    signed_at = timezone.make_aware(datetime.datetime.combine(SIGNED_ON, datetime.time(10)))
    order = SourceSystem.objects.get(slug=system)
    recipe = recipes.for_system(order)
    return SubmissionAgreement.objects.get_or_create(
        owner=owner,
        system=order,
        defaults={
            "number": f"KS 2022/{owner.code[1:]}{order.pk:02}",
            "records_creator": creator,
            "profile": "fgs-1.2" if system == "byggr" else "e-ark-sip-2.1.0",
            "public_by_default": True,
            "recipe": recipe.slug,
            **{name: recipe.terms()[name] for name in ("scope", "volumes", "calendar", "contacts")},
            "valid_from": SIGNED_ON,
            "producer_signed_at": signed_at,
            "producer_signed_by": signer,
            "archive_signed_at": signed_at,
            "archive_signed_by": signer,
        },
    )[0]


def _build(target: Path, agreement: SubmissionAgreement, each: contents.Contents) -> None:
    owner = agreement.owner
    code = f"Local:{owner.code}"
    description = build.PackageDescription(
        objid=f"uuid-{uuid.uuid5(uuid.NAMESPACE_URL, f'{agreement.number} {each.label} {target.name}')}",
        label=f"{each.label}, {owner.name}",
        creator=build.Organisation(f"{each.creator}, {owner.official_name}", code),
        submitter=build.Organisation(owner.official_name, code),
        agreement=build.Agreement(agreement.number, SIGNED_ON),
        system=build.System(agreement.system.name, "1", "Ärendehanteringssystem"),
        municipality_code=owner.code,
    )
    build.sip(
        target,
        profile=agreement.profile,
        files=each.files,
        description=description,
        cases=each.cases,
        created=CREATED,
        container="zip",
    )


def _damage(package: Path) -> None:
    """One byte of one document is changed and another document forgotten, as happens on the way out of a system."""
    whole = package.with_suffix(".whole")
    package.rename(whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as target:
        documents = [name for name in source.namelist() if name.endswith(".pdf")]
        for name, content in _members(source):
            if name == documents[0]:
                content = content.replace(b"Exempel", b"exempel")
            if name != documents[1]:
                target.writestr(name, content)
    whole.unlink()


def _members(source: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    for name in source.namelist():
        if not name.endswith("/"):
            yield name, source.read(name)
