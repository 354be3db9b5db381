"""Adjusted minutes go into the archive by themselves, once, whatever dies on the way; public ones are found there."""

import dataclasses
import datetime
import json
import os
import signal
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from archive import acceptance, own_records, tasks
from archive.models import AIP, SIP, ArchivalUnit, OwnRecord, Upload
from archive.packages.container import open_package
from consortium.access.roles import Role
from consortium.models import AuditEvent
from consortium.models.leases import database_now
from governance import adjustment, publication
from governance.models import Consortium, Minutes, Publication
from tests import factories
from tests.archive.stores import Filled, filled, folders
from tests.governance import publishing, steering
from tests.governance.publishing import CONTENT
from tests.governance.steering import Steering
from tests.keeping import shared

pytestmark = pytest.mark.django_db
SECRET = dataclasses.replace(
    CONTENT, title="Upphandling", summary="Anbuden är tre.", withheld=True, withheld_reason="OSL 19:3"
)


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path) -> Iterator[None]:
    with folders(tmp_path):
        yield


@pytest.fixture
@shared
def group(db: None) -> Steering:
    return hosted()


def hosted() -> Steering:
    made = steering.group()
    host = factories.municipality("2082")
    Consortium.objects.filter(pk=made.consortium.pk).update(host=host)
    agreement(host)
    return made


def agreement(host: Any) -> None:
    system = factories.system("Samarkiv")
    system.slug = own_records.SYSTEM
    system.save()
    factories.agreement(host, system=system, public_by_default=False, records_creator="Styrgruppen")


def time_passes() -> None:
    for rows in (Minutes.objects.waiting_for_publication(), OwnRecord.objects.all(), Publication.objects.all()):
        rows.exclude(due_at=None).update(due_at=database_now(), lease_until=None)
    AIP.objects.exclude(due_at=None).update(due_at=database_now(), lease_until=None)


def work() -> None:
    """What the workers do for a while, the doorbell left out: each task twice, as they may run."""
    for _ in range(3):
        time_passes()
        for _ in range(2):
            tasks.keep_own_records()
        for sip in SIP.objects.waiting_for_validation():
            tasks.validate(str(sip.pk))
            tasks.validate(str(sip.pk))
        for aip in AIP.objects.filter(status__in=tasks.STEPS):
            tasks.store(str(aip.pk))
            tasks.store(str(aip.pk))
    time_passes()
    tasks.keep_own_records()
    tasks.index()


def found(words: str) -> str:
    return Client().get("/sok/", {"q": words}).content.decode()


def test_from_the_last_signature_to_public_search(group: Steering) -> None:
    minutes = publishing.adjusted(group)
    work()
    row = OwnRecord.objects.get()
    assert row.sip
    assert (row.sip.status, row.trouble) == (SIP.Status.ARCHIVED, ""), row.sip.trouble
    aip = AIP.objects.get()
    assert (aip.status, aip.owner_id, str(aip.records_creator)) == (AIP.Status.CONFIRMED, "2082", "Styrgruppen")
    assert aip.number in row.told
    assert "Inga träffar" in found("samverkan")  # adjusted, but nobody has looked for personal data yet

    publication.publish(minutes, by=group.member)
    work()
    for words in ("utökad samverkan", "KS 2022/17", "Styrgruppen 2022-11-24", "sju kommuner"):
        assert "Inga träffar" not in found(words), words
    assert ArchivalUnit.objects.public().count() == 3  # the minutes, the whole PDF, the §
    assert (SIP.objects.count(), AIP.objects.count(), OwnRecord.objects.count()) == (1, 1, 1)

    publication.withdraw(Publication.objects.get(), "En privatperson nämns.", by=group.chair)
    work()
    assert not ArchivalUnit.objects.public().exists()
    assert "Inga träffar" in found("utökad samverkan")

    publication.publish(Minutes.objects.get(pk=minutes.pk), by=group.member)
    work()
    assert ArchivalUnit.objects.public().count() == 3


def test_the_package_holds_the_signed_pdf_and_its_facts(group: Steering) -> None:
    minutes = publishing.adjusted(group)
    minutes = Minutes.objects.waiting_for_publication().claim(minutes.pk) or minutes
    row = own_records.hand_in(minutes)
    assert row.sip
    with open_package(row.sip.path) as tree:
        names = [tree.member(number).path for number in range(len(tree))]
    assert any(name.endswith("protokoll.pdf") for name in names)
    assert any(name.endswith("protokoll.json") for name in names)


def test_what_is_withheld_or_left_out_stays_closed_in_the_archive(group: Steering) -> None:
    named = dataclasses.replace(CONTENT, summary="Tolvan Exempelsson vill se planen.")
    minutes = publishing.adjusted(group, CONTENT, SECRET, named)
    publication.publish(minutes, masked="Tolvan Exempelsson", by=group.member)
    work()
    public = ArchivalUnit.objects.public()
    assert sorted(unit.title for unit in public) == ["Protokoll, Styrgruppen 2022-11-24", "§ 1 Utökad samverkan"]
    secret = ArchivalUnit.objects.get(title="§ 2")
    assert (secret.access, secret.secrecy_provision, secret.description) == ("secret", "OSL 19:3", "")
    for words in ("anbuden", "upphandling", "exempelsson"):
        assert "Inga träffar" in found(words), words


def test_without_a_standing_agreement_the_minutes_wait_and_say_why() -> None:
    group = steering.group()
    Consortium.objects.update(host=factories.municipality("2082"))
    minutes = publishing.adjusted(group)
    tasks.keep_own_records()
    row = OwnRecord.objects.get(minutes=minutes)
    assert "leveransöverenskommelse" in row.told
    assert not SIP.objects.exists()
    agreement(factories.municipality("2082"))
    work()
    assert OwnRecord.objects.get().trouble == ""
    assert AIP.objects.get().status == AIP.Status.CONFIRMED


def test_the_portal_leaves_the_traces_a_person_would(group: Steering) -> None:
    publishing.adjusted(group)
    work()
    sip = SIP.objects.get()
    assert sip.decided_by
    assert sip.received_by != sip.decided_by
    assert not sip.decided_by.is_active
    assert not sip.received_by.has_usable_password()
    held = sip.received_by.assignments.in_force(timezone.localdate())
    assert [(each.role, str(each.where_id)) for each in held] == [(Role.PRODUCER.value, "2082")]
    told = {
        event.what: event.actor
        for event in AuditEvent.objects.filter(target_type__in=("archive.sip", "governance.minutes"))
    }
    assert told["sip_received"] == "Samarkiv, egna handlingar"
    assert told["sip_accepted"] == "Samarkiv, enligt stående överenskommelse"
    assert told["own_records_delivered"] == "Samarkiv"


def test_notes_are_not_archived(group: Steering) -> None:
    minutes = publishing.adjusted(group)
    Minutes.objects.filter(pk=minutes.pk).update(due_at=None)
    tasks.keep_own_records()
    assert not OwnRecord.objects.exists()


def published(group: Steering) -> Minutes:
    minutes = publishing.adjusted(group)
    publication.publish(minutes, by=group.member)
    work()
    return minutes


@pytest.fixture
@shared
def kept(db: None, group: Steering) -> Filled[Minutes]:
    return filled(lambda _folder: published(group))


@pytest.fixture
def minutes(kept: Filled[Minutes], tmp_path: Path) -> Minutes:
    return kept.copied_to(tmp_path)


def correct(minutes: Minutes, group: Steering, text: str, masked: str = "") -> None:
    """Checked and published in its turn."""
    adjustment.correct(minutes, text, paragraph=minutes.paragraphs.get(), by=group.secretary)
    publication.publish(Minutes.objects.get(pk=minutes.pk), masked=masked, by=group.member)


def test_from_a_correction_to_public_search_beside_the_original(minutes: Minutes, group: Steering) -> None:
    correct(minutes, group, "Inbjudan ska gälla Vansbro.")
    kept = AIP.objects.get()
    before = (kept.objid, sorted(kept.content_files.values_list("path", "sha256")))
    assert "Inga träffar" in found("inbjudan vansbro")
    work()
    work()
    _original, row = OwnRecord.objects.order_by("sip__received_at")
    assert row.sip
    assert (row.sip.status, row.trouble, row.sip.agreement) == (SIP.Status.ARCHIVED, "", kept.sip.agreement)
    assert (SIP.objects.count(), AIP.objects.count(), Upload.objects.count()) == (2, 2, 2)
    assert row.sip.objid != kept.sip.objid
    kept.refresh_from_db()
    assert (kept.objid, sorted(kept.content_files.values_list("path", "sha256"))) == before
    assert [unit.title for unit in ArchivalUnit.objects.public().filter(aip=row.sip.aip).order_by("position")] == [
        f"Rättelse {timezone.localdate()} av protokoll, Styrgruppen 2022-11-24",
        "Rättelse av § 1",
        "Protokollet i sin helhet med rättelsen, offentlig kopia",
    ]
    assert f"i arkivpaket {kept.number}." in ArchivalUnit.objects.get(aip=row.sip.aip, parent=None).description
    assert "Inga träffar" not in found("inbjudan vansbro")
    both = found("Styrgruppen 2022-11-24")
    assert "Protokoll, " in both
    assert f"Rättelse {timezone.localdate()} av protokoll, " in both
    assert row.told.startswith(f"Rättelsen {timezone.localdate()}: Arkiverat som {row.sip.aip.number}")

    publication.withdraw(Publication.objects.get(), "En privatperson nämns.", by=group.chair)
    work()
    assert not ArchivalUnit.objects.public().exists()


def test_the_corrections_package_names_the_one_it_corrects_and_holds_the_new_copy(
    minutes: Minutes, group: Steering
) -> None:
    correct(minutes, group, "Inbjudan ska gälla Vansbro.")
    kept = AIP.objects.get()
    tasks.keep_own_records()
    sip = SIP.objects.get(own_record__correction__isnull=False)
    with open_package(sip.path) as tree:
        files = {each.path.rpartition("/")[2]: tree.read(each, 10_000_000) for each in tree.members()}
    said = json.loads(files["rattelse.json"])
    assert said["corrects"]["package"] == kept.number
    assert (said["paragraph"], said["text"]) == (1, "Inbjudan ska gälla Vansbro.")
    assert files["protokoll.pdf"] == bytes(Publication.objects.get().pdf)
    assert "Inbjudan ska gälla Vansbro." in files["protokoll.json"].decode()
    described = b"".join(content for name, content in files.items() if name.endswith(".xml")).decode()
    assert f'="Rättar arkivpaket">{kept.number}<' in described
    assert 'RECORDSTATUS="SUPPLEMENT"' in described


def test_a_correction_that_cannot_be_handed_in_waits_and_says_why(minutes: Minutes, group: Steering) -> None:
    correct(minutes, group, "Inbjudan ska gälla Vansbro.")
    Consortium.objects.update(host=None)
    tasks.keep_own_records()
    row = OwnRecord.objects.get(correction__minutes=minutes)
    assert "ingen värdkommun" in row.told
    assert SIP.objects.count() == 1
    publication.withdraw(Publication.objects.get(), "En privatperson nämns.", by=group.chair)
    work()
    assert not ArchivalUnit.objects.public().exists()  # what waits does not hold up the closing of what is kept
    Consortium.objects.update(host="2082")
    publication.publish(Minutes.objects.get(pk=minutes.pk), by=group.member)
    work()
    work()
    assert (SIP.objects.count(), OwnRecord.objects.exclude(trouble="").count()) == (2, 0)
    assert "Inga träffar" not in found("inbjudan vansbro")


def test_what_is_left_out_of_a_correction_stays_closed(minutes: Minutes, group: Steering) -> None:
    correct(minutes, group, "Det var Tolvan Exempelsson.", masked="Tolvan Exempelsson")
    work()
    work()
    public = ArchivalUnit.objects.public().filter(aip__sip__own_record__correction__minutes=minutes)
    assert [unit.kind for unit in public.order_by("parent_id")] == ["Protokoll", "Rättelse"]  # the copy and the case
    assert "Inga träffar" in found("exempelsson")

    publication.withdraw(Publication.objects.get(), "Mer ska utelämnas.", by=group.chair)
    masked = "Tolvan Exempelsson\nSju kommuner"
    publication.publish(Minutes.objects.get(pk=minutes.pk), masked=masked, by=group.member)
    work()
    assert [unit.kind for unit in public.all()] == ["Rättelse"]


@pytest.mark.load
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("where", ["_build", "_deliver"])
def test_killed_anywhere_a_correction_is_delivered_once(where: str) -> None:
    group = hosted()
    correct(published(group), group, "Inbjudan ska gälla Vansbro.")
    _die_at(where)
    Publication.objects.update(lease_until=None)
    work()
    work()
    assert (SIP.objects.count(), AIP.objects.count(), Upload.objects.count()) == (2, 2, 2)


@pytest.mark.load
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("where", ["_build", "_deliver", "OwnRecord", "accept"])
def test_killed_anywhere_it_is_delivered_once(where: str) -> None:
    publishing.adjusted(hosted())
    _die_at(where)
    work()
    assert (SIP.objects.count(), AIP.objects.count(), Upload.objects.count()) == (1, 1, 1)
    assert AIP.objects.get().status == AIP.Status.CONFIRMED
    assert SIP.objects.get().status == SIP.Status.ARCHIVED


def _die_at(where: str) -> None:
    """A worker of its own that kills itself right after the step of that name."""
    connections.close_all()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        try:
            _child(where)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL


def _child(where: str) -> None:
    def dying(act: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            act(*args, **kwargs)
            os.kill(os.getpid(), signal.SIGKILL)

        return run

    if where == "accept":
        tasks.keep_own_records()
        tasks.validate(str(SIP.objects.get().pk))
        OwnRecord.objects.update(due_at=database_now() - datetime.timedelta(seconds=1), lease_until=None)
        setattr(acceptance, "accept", dying(acceptance.accept))  # noqa: B010
    elif where == "OwnRecord":
        setattr(OwnRecord, "refresh_from_db", dying(OwnRecord.refresh_from_db))  # noqa: B010
    else:
        setattr(own_records, where, dying(getattr(own_records, where)))
    tasks.keep_own_records()
