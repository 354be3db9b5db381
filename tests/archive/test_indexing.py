"""Förteckning and index: the rows follow from the package, the index from the rows, whatever happens in between."""

import contextlib
import datetime
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from archive import describing, indexing, ingest, publication, search, storage
from archive.models import AIP, ArchivalUnit, StorageCopy
from archive.packages import build
from archive.packages.erms import Case, Document, Party, Restriction, RestrictionKind
from archive.search import generations, schema
from consortium.audit_events import Event
from consortium.models import AuditEvent
from consortium.models.leases import MAX_TRIES, database_now
from deliveries.models import SubmissionAgreement
from tests import factories
from tests.archive import deliveries
from tests.archive.stores import folders
from tests.packages import samples
from tests.packages.test_vendor_xml import MAPPING, XML
from tests.personas import Personas

pytestmark = pytest.mark.django_db
Access = ArchivalUnit.Access
NUMBER = "19121212-1212"


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path) -> Iterator[None]:
    with folders(tmp_path):
        yield


def found(question: str = "") -> list[str]:
    return [unit.title for unit in search.public(question).units]


def described(source: Path) -> AIP:
    aip = deliveries.stored(source)
    indexing.describe(deliveries.claimed(aip))
    aip.refresh_from_db()
    assert aip.status == AIP.Status.DESCRIBED, aip.trouble
    return aip


def facts() -> list[tuple[object, ...]]:
    columns = ("pk", "place_in_aip", "parent", "title", "access", "public_from", "files__path")
    return sorted(ArchivalUnit.objects.values_list(*columns), key=str)


@pytest.mark.parametrize("make", [samples.fgs, samples.eark])
def test_cases_and_documents_become_units(tmp_path: Path, make) -> None:  # type: ignore[no-untyped-def]
    make(tmp_path / "leverans.tar")
    described(tmp_path / "leverans.tar")
    case = ArchivalUnit.objects.get(reference="MBN 2014-000123")
    assert case.title == "Tillsyn av enskilt avlopp, Viared 5:12"
    assert (case.level, case.property_designation) == ("case", "Viared 5:12")
    assert case.dated_from == datetime.date(2014, 5, 9)
    assert case.access == Access.PUBLIC
    decision = case.children.get(title="Beslut om föreläggande")
    assert [file.path.rpartition("/")[2] for file in decision.files.all()] == ["beslut.pdf"]
    assert decision.access == Access.PUBLIC


def test_secrecy_goes_down_to_the_documents(tmp_path: Path) -> None:
    samples.fgs(tmp_path / "leverans")
    described(tmp_path / "leverans")
    case = ArchivalUnit.objects.get(reference="MBN 2015-000007")
    for unit in (case, *case.children.all()):
        assert (unit.access, unit.secrecy_provision) == (Access.SECRET, "OSL 18 kap. 13 §")
        assert unit.secrecy_until == datetime.date(2055, 1, 1)
        assert unit.public_from is None


def test_what_calls_for_a_person_is_not_opened(tmp_path: Path) -> None:
    cases = [
        Case("1", "Anmälan", restrictions=(Restriction(RestrictionKind.GDPR),), documents=(Document("1:1", "Bilaga"),)),
        Case(
            "2",
            "Tillstånd",
            documents=(Document("2:1", "Ansökan", parties=(Party("avsändare", protected_identity=True),)),),
        ),
        Case("3", f"Ärende om {NUMBER}"),
        Case("4", "Yttrande"),
    ]
    packed(tmp_path / "leverans", cases)
    described(tmp_path / "leverans")
    by_reference = {unit.reference: unit for unit in ArchivalUnit.objects.all()}
    assert {key: unit.access for key, unit in by_reference.items()} == {
        **dict.fromkeys(("1", "1:1", "2:1"), Access.NOT_ASSESSED),
        **dict.fromkeys(("2", "3", "4"), Access.PUBLIC),
    }
    assert by_reference["3"].holds_personal_number
    assert [unit.reference for unit in ArchivalUnit.objects.public().order_by("reference")] == ["2", "4"]


def packed(path: Path, cases: Sequence[Case | Document], **changes: object) -> None:
    about = samples.description(**changes)  # type: ignore[arg-type]
    build.sip(path, files=[], description=about, cases=cases, created=samples.CREATED, container="tar")


def test_agreement_decides_when_nothing_is_said(tmp_path: Path) -> None:
    samples.fgs(tmp_path / "leverans")
    aip = deliveries.stored(tmp_path / "leverans", agreement=factories.agreement(public_by_default=False))
    indexing.describe(deliveries.claimed(aip))
    assert set(ArchivalUnit.objects.values_list("access", flat=True)) == {Access.SECRET, Access.NOT_ASSESSED}


def test_files_without_case_metadata_are_listed(tmp_path: Path) -> None:
    files = [
        build.SourceFile("Protokoll/KF_2015-03-12.pdf", samples.pdf("Protokoll")),
        build.SourceFile(f"Protokoll/{NUMBER}.pdf", samples.pdf("Betyg")),
    ]
    about = samples.description(content="Unstructured", label="Protokoll 2015")
    build.sip(tmp_path / "leverans", files=files, description=about, created=samples.CREATED, container="tar")
    described(tmp_path / "leverans")
    collection = ArchivalUnit.objects.get(parent=None)
    assert (collection.title, collection.level) == ("Protokoll 2015", "collection")
    assert {unit.title: unit.holds_personal_number for unit in collection.children.all()} == {
        "KF 2015-03-12": False,
        NUMBER: True,
    }


def test_xml_that_nobody_read_keeps_its_files_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(describing, "MOST_XML_TRIED", 1)
    files = [build.SourceFile(f"{number}.xml", b"<brev/>") for number in range(2)]
    about = samples.description(content="Unstructured")
    build.sip(tmp_path / "leverans", files=files, description=about, created=samples.CREATED, container="tar")
    described(tmp_path / "leverans")
    assert set(ArchivalUnit.objects.values_list("level", "access")) == {
        ("collection", Access.NOT_ASSESSED),
        ("document", Access.NOT_ASSESSED),
    }


# The vendor's own XML


@pytest.fixture
def agreement() -> SubmissionAgreement:
    return factories.agreement(mapping=MAPPING | {"files": "content/*uttag.xml"})


def with_vendor_xml(path: Path, agreement: SubmissionAgreement, name: str = "uttag.xml", xml: bytes = XML) -> AIP:
    files = [build.SourceFile(name, xml), build.SourceFile("akter/7/a.pdf", samples.pdf("Akt"))]
    about = samples.description(content="Unstructured")
    build.sip(path, files=files, description=about, created=samples.CREATED, container="tar")
    aip = deliveries.stored(path, agreement=agreement)
    indexing.describe(deliveries.claimed(aip))
    aip.refresh_from_db()
    return aip


@pytest.mark.parametrize("name", ["uttag.xml", "Uttag.XML"])
def test_vendor_xml_is_read_as_the_agreement_says_in_capitals_or_not(
    name: str, tmp_path: Path, agreement: SubmissionAgreement
) -> None:
    aip = with_vendor_xml(tmp_path / "leverans", agreement, name)
    assert (aip.status, aip.trouble) == (AIP.Status.DESCRIBED, "")
    first, second = ArchivalUnit.objects.filter(level="case").order_by("place_in_aip")
    assert (first.title, first.access, first.secrecy_provision) == ("Akt om något", Access.SECRET, "OSL 26 kap. 1 §")
    assert first.secrecy_until == datetime.date(2079, 12, 31)
    assert second.access == Access.NOT_ASSESSED
    document = first.children.get()
    assert (document.access, document.files.get().path) == (Access.SECRET, "content/akter/7/a.pdf")


def test_reading_that_fits_no_file_is_left_to_a_person_and_mended_by_a_new_version(
    tmp_path: Path, agreement: SubmissionAgreement
) -> None:
    aip = with_vendor_xml(tmp_path / "leverans", agreement, "export.xml")
    assert aip.status == AIP.Status.NEEDS_PERSON
    assert "passar mönstret ”content/*uttag.xml” i överenskommelsen" in aip.trouble
    assert not ArchivalUnit.objects.exists()
    factories.next_version(agreement, mapping=MAPPING | {"files": "*export.xml"})
    ingest.try_again(aip)
    indexing.describe(deliveries.claimed(aip))
    aip.refresh_from_db()
    assert (aip.status, aip.trouble) == (AIP.Status.DESCRIBED, "")
    assert ArchivalUnit.objects.filter(level="case").count() == 2


def test_cases_of_the_package_itself_need_no_vendor_xml(tmp_path: Path, agreement: SubmissionAgreement) -> None:
    samples.fgs(tmp_path / "leverans")
    aip = deliveries.stored(tmp_path / "leverans", agreement=agreement)
    indexing.describe(deliveries.claimed(aip))
    aip.refresh_from_db()
    assert (aip.status, aip.trouble) == (AIP.Status.DESCRIBED, "")


def test_cut_metadata_is_left_to_a_person_with_file_line_and_reason(
    tmp_path: Path, agreement: SubmissionAgreement
) -> None:
    aip = with_vendor_xml(tmp_path / "leverans", agreement, xml=XML[: XML.index(b"<Akt><Skydd>") + 20])
    assert (aip.status, aip.stopped_at_status) == (AIP.Status.NEEDS_PERSON, AIP.Status.STORED)
    assert aip.trouble.startswith("content/uttag.xml, rad 7: XML-filen är inte välformad.")
    assert "får ingen kvittens" in aip.trouble


def test_secrecy_with_one_mark_without_end_has_no_end(tmp_path: Path) -> None:
    def secret(*until: str | None) -> tuple[Restriction, ...]:
        return tuple(Restriction(RestrictionKind.SECRECY, "OSL 26 kap. 1 §", until=day) for day in until)

    packed(
        tmp_path / "leverans",
        [
            Case("1", "Utan slut", restrictions=secret(None)),
            Case("2", "Ett slut av två", restrictions=secret("2055-01-01", None)),
            Case("3", "Två slut", restrictions=secret("2055-01-01", "2060-01-01")),
        ],
    )
    described(tmp_path / "leverans")
    assert dict(ArchivalUnit.objects.values_list("reference", "secrecy_until")) == {
        "1": None,
        "2": None,
        "3": datetime.date(2060, 1, 1),
    }


def test_looking_through_a_slow_store_keeps_the_claim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [build.SourceFile(f"{number}.xml", b"<brev/>") for number in range(3)]
    about = samples.description(content="Unstructured")
    build.sip(tmp_path / "leverans", files=files, description=about, created=samples.CREATED, container="tar")
    aip = deliveries.stored(tmp_path / "leverans")
    rows, read, held = AIP.objects.filter(pk=aip.pk), storage.read_range, []

    def slow(*place: object) -> object:
        held.append(rows.filter(lease_until__gt=database_now()).exists())
        rows.update(lease_until=database_now())  # so long did the reading take
        return read(*place)  # type: ignore[arg-type]

    monkeypatch.setattr(ingest, "BEAT", 0)
    monkeypatch.setattr(storage, "read_range", slow)
    indexing.describe(deliveries.claimed(aip))
    assert len(held) > 3
    assert all(held)


def test_describing_twice_makes_the_same_rows_and_undoes_nothing(tmp_path: Path, people: Personas) -> None:
    samples.fgs(tmp_path / "leverans")
    aip = described(tmp_path / "leverans")
    case = ArchivalUnit.objects.get(reference="MBN 2014-000123")
    publication.withdraw(case, "Fel handling.", by=people.archivist_falun)
    before = facts()
    AIP.objects.filter(pk=aip.pk).update(status=AIP.Status.STORED)
    indexing.describe(deliveries.claimed(aip))
    assert facts() == before
    case.refresh_from_db()
    assert case.withdrawal is not None


def test_package_that_cannot_be_read_now_is_described_later(tmp_path: Path) -> None:
    samples.fgs(tmp_path / "leverans")
    aip = deliveries.stored(tmp_path / "leverans")
    StorageCopy.objects.filter(aip=aip).update(state=StorageCopy.State.DAMAGED)
    for _ in range(MAX_TRIES + 2):
        indexing.describe(deliveries.claimed(aip))
    aip.refresh_from_db()
    assert aip.status == AIP.Status.STORED
    assert aip.trouble
    assert aip.due_at
    assert aip.due_at > database_now()


def test_public_index_holds_public_units_and_nothing_else() -> None:
    factories.unit(title="Bygglov för garage")
    factories.unit(title="Bygglov hemligt", public=False)
    later = factories.unit(title="Bygglov senare", public_from=timezone.now() + datetime.timedelta(days=1))
    assert indexing.follow() == 3
    answer = search.public("bygglov")
    assert (answer.total, sum(answer.facets["municipality"].values())) == (1, 1)
    later.refresh_from_db()
    assert later.index_due == later.public_from
    assert not ArchivalUnit.objects.due_for_index().exists()


def test_staff_find_the_closed_units_of_their_own_municipality(people: Personas) -> None:
    factories.unit(title="Bygglov hemligt", internal_title="Sökandens adress", public=False)
    factories.unit(factories.municipality("2029"), title="Bygglov i Leksand", public=False)
    indexing.follow()
    assert found("bygglov") == []
    assert [unit.title for unit in search.staff(people.archivist_falun, "bygglov").units] == ["Bygglov hemligt"]
    assert search.staff(people.archivist_falun, "adress").total == 1
    assert [unit.title for unit in search.staff(people.archivist_leksand, "bygglov").units] == ["Bygglov i Leksand"]
    for other in (people.it_archivist, people.consortium_admin, people.visitor):
        answer = search.staff(other, "bygglov")
        assert (answer.total, answer.facets["municipality"]) == (0, {})


def test_withdrawn_case_is_gone_with_all_under_it_before_the_index_follows(people: Personas) -> None:
    case = factories.unit(title="Bygglov för garage")
    document = factories.unit(aip=case.aip, parent=case, level="document", title="Bygglovsritning")
    factories.unit(title="Bygglov för uthus")
    indexing.follow()
    assert search.public("bygglov").total == 3
    publication.withdraw(case, "Personuppgift i bilagan.", by=people.archivist_falun)
    answer = search.public("bygglov")
    assert [unit.title for unit in answer.units] == ["Bygglov för uthus"]
    assert (answer.total, answer.facets["municipality"]) == (1, {"2080": 1})
    assert search.suggestions("bygg") == ["Bygglov för uthus"]
    indexing.follow()
    assert search.public("bygglov").total == 1
    assert AuditEvent.objects.filter(what=Event.UNIT_WITHDRAWN, target_id=str(case.pk)).count() == 1
    document.refresh_from_db()
    with pytest.raises(publication.NotPublishable):
        publication.restore(document, by=people.archivist_falun)
    publication.restore(case, by=people.archivist_falun)
    indexing.follow()
    assert search.public("bygglov").total == 3


def test_withdrawn_words_help_nobody_on_before_the_index_follows(people: Personas) -> None:
    unit = factories.unit(title="Kvastfening hemlig")
    factories.unit(title="Bygglov för uthus")
    indexing.follow()
    assert search.public("kvastfenink").replaced == {"kvastfenink": "kvastfening"}
    assert [way.text for way in search.ways_on("kvastfening nytt", search.EVERYTHING)] == ["kvastfening"]
    assert search.coverage()["2080"].units == 2
    publication.withdraw(unit, "Personuppgift.", by=people.archivist_falun)
    assert search.public("kvastfenink").replaced == {}
    assert search.ways_on("kvastfening nytt", search.EVERYTHING) == []
    assert search.that_find(["kvastfening", "bygglov"]) == ["bygglov"]
    assert search.coverage()["2080"].units == 1


def test_withdrawn_collection_of_any_size_is_in_no_count(people: Personas) -> None:
    top = factories.unit(title="Protokoll 1950–1990", level="collection")
    files = [{"title": f"Protokoll {number}", "place_in_aip": f"fil-{number}"} for number in range(600)]
    same = {"aip": top.aip, "owner": top.owner, "access": Access.PUBLIC, "public_from": top.public_from}
    under = [ArchivalUnit(**same, **file, parent=top, level="document", index_due=top.index_due) for file in files]
    ArchivalUnit.objects.bulk_create(under)
    factories.unit(title="Protokoll kvar")
    indexing.follow()
    assert search.public("protokoll").total == 602
    publication.withdraw(top, "Personuppgift.", by=people.archivist_falun)
    answer = search.public("protokoll")
    assert [unit.title for unit in answer.units] == ["Protokoll kvar"]
    assert (answer.total, answer.facets["municipality"]) == (1, {"2080": 1})
    assert search.coverage()["2080"].units == 1


def test_restoring_a_case_leaves_what_was_withdrawn_by_itself(people: Personas) -> None:
    case = factories.unit(title="Bygglov för garage")
    document = factories.unit(aip=case.aip, parent=case, level="document", title="Ritning")
    publication.withdraw(document, "Personuppgift.", by=people.archivist_falun)
    publication.withdraw(case, "Fel ärende.", by=people.archivist_falun)
    publication.restore(document, by=people.archivist_falun)
    assert not ArchivalUnit.objects.public().exists()
    publication.restore(case, by=people.archivist_falun)
    assert ArchivalUnit.objects.public().count() == 2


def test_publishing_opens_one_unit_and_says_why_not(people: Personas) -> None:
    by = people.archivist_falun
    case = factories.unit(public=False, access=Access.NOT_ASSESSED)
    document = factories.unit(aip=case.aip, parent=case, public=False, access=Access.NOT_ASSESSED)
    with pytest.raises(publication.NotPublishable, match="Börja med den"):
        publication.publish(document, by=by)
    publication.publish(case, by=by)
    publication.publish(document, by=by)
    assert ArchivalUnit.objects.public().count() == 2
    secret = factories.unit(public=False, secrecy_provision="OSL 26:1")
    with pytest.raises(publication.NotPublishable, match="OSL 26:1"):
        publication.publish(secret, by=by)
    numbered = factories.unit(public=False, access=Access.NOT_ASSESSED, description=f"Om {NUMBER}.")
    with pytest.raises(publication.NotPublishable, match="personnummer"):
        publication.publish(numbered, by=by)


def test_personal_number_found_late_closes_the_unit() -> None:
    unit = factories.unit(title="Bygglov", description=f"Sökande {NUMBER}")
    indexing.follow()
    assert search.public("bygglov").total == 0
    unit.refresh_from_db()
    assert unit.holds_personal_number
    shutil.rmtree(search.folder(search.STAFF))
    ArchivalUnit.objects.update(holds_personal_number=False)
    indexing.rebuild()
    assert ArchivalUnit.objects.get().holds_personal_number
    with pytest.raises(search.PersonalNumberAsked):
        search.public(f"bygglov {NUMBER}")


def test_following_twice_changes_nothing_and_a_change_meanwhile_stays_due() -> None:
    unit = factories.unit(title="Bygglov för garage")
    row = indexing._due(10)
    ArchivalUnit.objects.update(title="Bygglov för uthus", index_due=database_now())
    indexing._let_go(row)
    assert indexing.follow() == 1
    assert indexing.follow() == 0
    assert found("uthus") == ["Bygglov för uthus"]
    unit.refresh_from_db()
    assert unit.index_due is None


@pytest.mark.parametrize("harm", ["lost", "older shape", "no pointer", "cut"])
def test_unusable_index_is_rebuilt_by_itself(harm: str) -> None:
    factories.unit(title="Bygglov för garage")
    indexing.follow()
    folder = search.folder(search.PUBLIC)
    path = generations.current(folder)
    assert path
    if harm == "lost":
        shutil.rmtree(folder)
    elif harm == "older shape":
        (path / "shape").write_text("0")
    elif harm == "no pointer":
        (folder / "current").unlink()
    else:
        (path / "units" / "meta.json").write_text("{")
    with pytest.raises(search.IndexAway):
        search.public("bygglov")
    indexing.follow()
    assert found("bygglov") == ["Bygglov för garage"]
    assert len([each for each in folder.iterdir() if each.is_dir()]) == 1


def test_rebuild_tells_how_far_it_is() -> None:
    for title in ("Bygglov", "Marklov"):
        factories.unit(title=title)
    told: list[tuple[str, int, int]] = []
    indexing.rebuild(lambda *progress: told.append(progress))
    assert told == [("public", 2, 2), ("staff", 2, 2)]


@pytest.mark.django_db(transaction=True)
def test_one_writer_at_a_time() -> None:
    factories.unit(title="Bygglov")
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("select pg_advisory_lock(%s)", [indexing._ONE_WRITER])
        assert indexing.follow() == 0
        with pytest.raises(indexing.BeingWritten):
            indexing.rebuild()
    finally:
        other.close()
    while not indexing.follow():
        time.sleep(0.01)
    assert found() == ["Bygglov"]


@pytest.mark.load
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["follow", "rebuild"])
def test_killed_writer_loses_nothing(act: str, settings) -> None:  # type: ignore[no-untyped-def]
    """SIGKILL at a different moment each time, then once to the end: the index equals the database."""
    factories.unit(title="Ärende 0")
    indexing.follow()
    aip = factories.aip()
    units = (ArchivalUnit(**fields(aip, number)) for number in range(1, 1501))
    ArchivalUnit.objects.bulk_create(units)
    for delay in (0.0, 0.1, 0.3):
        begun = time.time()
        with run(act, settings.SEARCH_DIR) as process:
            while process.poll() is None and newest(settings.SEARCH_DIR) < begun:
                time.sleep(0.005)
            time.sleep(delay)
            process.send_signal(signal.SIGKILL)
        assert search.public("ärende").total >= 1
    indexing.heal()
    deadline = time.monotonic() + 30
    while ArchivalUnit.objects.due_for_index().exists() and time.monotonic() < deadline:
        indexing.follow()
    answer = search.public("ärende")
    assert answer.total == ArchivalUnit.objects.count() == 1501
    assert answer.facets["municipality"] == {"2080": 1501}


def fields(aip: AIP, number: int) -> dict[str, object]:
    return {
        "aip": aip,
        "owner": aip.owner,
        "title": f"Ärende {number}",
        "place_in_aip": str(number),
        "level": "case",
        "access": Access.PUBLIC,
        "public_from": timezone.now(),
        "index_due": timezone.now(),
    }


def newest(folder: Path) -> float:
    """When something was last written there. Files come and go while we look."""
    latest = 0.0
    for place, _folders, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                latest = max(latest, os.stat(Path(place, name)).st_mtime)
    return latest


def run(act: str, folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "manage.py", "search", act]
    environment = {**os.environ, "SEARCH_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "consortium.settings"}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_entry_of_a_document_knows_the_number_of_an_open_case_only() -> None:
    case = factories.unit(reference="BN 2019-77", property_designation="Viared 5:12")
    factories.unit(aip=case.aip, parent=case, level="document", title="Ritning")
    closed = factories.unit(public=False, reference="BN 2019-88")
    factories.unit(aip=closed.aip, parent=closed, level="document", title="Skiss")
    indexing.follow()
    assert set(found("bn 2019-77")) == {"Bygglov för uthus", "Ritning"}
    assert found("viared 5:12 ritning") == ["Ritning"]
    assert found("bn 2019-88") == []


def test_shape_names_the_library() -> None:
    assert schema.SHAPE.split()[1][0].isdigit()
