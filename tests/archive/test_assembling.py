"""A delivery put together in the browser: files and rows in, faults told, a package out that goes the usual way."""

import datetime
import io
import os
import time
import unicodedata
from pathlib import Path
from typing import Any, Literal

import pytest
from django.conf import settings
from django.utils import timezone
from openpyxl import Workbook

from archive import assembling, collection_table, draft_files, packaging, reception, refusals, tasks
from archive.collection_table import TableRow
from archive.models import SIP, Draft, DraftFile, Upload
from archive.packages.build import Built
from archive.packages.check import check
from archive.packages.erms import Case, Document
from archive.packages.profile import Profile
from archive.packages.report import Verdict
from consortium import tables
from consortium.models import AuditEvent, OutgoingMail, User
from consortium.models.leases import database_now
from deliveries.models import SubmissionAgreement
from tests import factories
from tests.keeping import shared
from tests.personas import Personas

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2024, 1, 15)
HEADS = "Fil;Titel;Datum;Diarienummer;Ärendemening;Handlingstyp;Sekretess"


@pytest.fixture
@shared
def producer(people: Personas) -> User:
    return people.producer_falun


@pytest.fixture
@shared
def agreement(people: Personas) -> SubmissionAgreement:
    return factories.agreement(factories.municipality("2080"), number="KS 2024/5")


@pytest.fixture
@shared
def draft(agreement: SubmissionAgreement, producer: User) -> Draft:
    return assembling.start(agreement, label="Protokoll 2010", kind="production", by=producer)


def add(draft: Draft, path: str, body: bytes = b"%PDF-1.4 exempel") -> DraftFile:
    file = draft_files.begin(draft, path, len(body))
    draft_files.append(file, offset=0, length=len(body), read=io.BytesIO(body).read)
    return file


def table(*lines: str, heads: str = HEADS) -> bytes:
    return "\n".join([heads, *lines]).encode()


def claimed(draft: Draft) -> Draft:
    Draft.objects.filter(pk=draft.pk).update(lease_until=None, due_at=database_now())
    taken = Draft.objects.to_build().claim(draft.pk)
    assert taken
    return taken


def sentences(draft: Draft) -> list[str]:
    return [fault.sentence for fault in assembling.review(draft).stops]


# Beginning


def test_an_agreement_not_in_force_begins_nothing(producer: User) -> None:
    unsigned = factories.agreement(factories.municipality("2080"), signed=False)
    with pytest.raises(refusals.AgreementHinders):
        assembling.start(unsigned, label="Protokoll", kind="production", by=producer)


def test_a_profile_that_is_not_built_here_begins_nothing(producer: User) -> None:
    siard = factories.agreement(factories.municipality("2080"), profile="siard")
    with pytest.raises(assembling.NotBuildable, match="färdigt paket"):
        assembling.start(siard, label="Databas", kind="production", by=producer)


# Files


def test_a_file_comes_in_pieces_and_is_whole(draft: Draft) -> None:
    file = draft_files.begin(draft, "2010\\kf.pdf", 10)
    assert file.path == "2010/kf.pdf"
    draft_files.append(file, offset=0, length=4, read=io.BytesIO(b"0123").read)
    assert draft_files.begin(draft, "2010/kf.pdf", 10) == file  # the same file goes on where it was
    with pytest.raises(refusals.WrongOffset):
        draft_files.append(file, offset=0, length=4, read=io.BytesIO(b"0123").read)
    with pytest.raises(refusals.BeyondEnd):
        draft_files.append(file, offset=4, length=7, read=io.BytesIO(b"4567890").read)
    with pytest.raises(refusals.Cut):
        draft_files.append(file, offset=4, length=6, read=io.BytesIO(b"45").read)
    assert (file.offset, file.is_whole) == (6, False)
    draft_files.append(file, offset=6, length=4, read=io.BytesIO(b"6789").read)
    assert file.is_whole
    assert file.source.read_bytes() == b"0123456789"


@pytest.mark.parametrize(
    "path", ["", "../hemligt", "a/../../b", "a//b", "/", "a/\x00b", "a/\u202eb", " a/ b", "x" * 501]
)
def test_paths_that_lead_astray_are_refused(path: str, draft: Draft) -> None:
    with pytest.raises(refusals.BadPath):
        draft_files.begin(draft, path, 1)


def test_bytes_on_disk_lie_under_keys_of_ours(draft: Draft) -> None:
    file = add(draft, "hemlig mapp/19121212-1212.pdf")
    assert file.source == Path(settings.QUARANTINE_DIR) / "drafts" / str(draft.pk) / str(file.pk)


def test_another_file_of_the_same_name_does_not_replace_a_whole_one(draft: Draft) -> None:
    add(draft, "kf.pdf", b"ett")
    with pytest.raises(refusals.PathTaken, match=r"kf\.pdf"):
        draft_files.begin(draft, "kf.pdf", 99)


def test_a_file_changed_since_it_was_begun_starts_again(draft: Draft) -> None:
    old = draft_files.begin(draft, "kf.pdf", 8, modified=1)
    draft_files.append(old, offset=0, length=4, read=io.BytesIO(b"AAAA").read)
    assert draft_files.begin(draft, "kf.pdf", 8, modified=1) == old
    new = draft_files.begin(draft, "kf.pdf", 8, modified=2)
    assert new.offset == 0
    draft_files.append(new, offset=0, length=8, read=io.BytesIO(b"BBBBBBBB").read)
    assert draft.files.get().source.read_bytes() == b"BBBBBBBB"
    with pytest.raises(refusals.PathTaken):
        draft_files.begin(draft, "kf.pdf", 8, modified=3)


def test_a_file_that_comes_whole_is_never_put_upon_a_beginning(draft: Draft) -> None:
    old = draft_files.begin(draft, "kf.pdf", 8)
    draft_files.append(old, offset=0, length=4, read=io.BytesIO(b"AAAA").read)
    draft_files.put(draft, "kf.pdf", 8, io.BytesIO(b"BBBBBBBB").read)
    assert draft.files.get().source.read_bytes() == b"BBBBBBBB"
    with pytest.raises(refusals.PathTaken):
        draft_files.put(draft, "kf.pdf", 8, io.BytesIO(b"CCCCCCCC").read)


def test_empty_files_and_too_many_are_refused(draft: Draft, settings: Any) -> None:
    with pytest.raises(refusals.Empty):
        draft_files.begin(draft, "tom.pdf", 0)
    settings.DRAFT_MOST_FILES = 1
    add(draft, "ett.pdf")
    with pytest.raises(refusals.DraftFull):
        draft_files.begin(draft, "två.pdf", 1)


# The table


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso-8859-1", "utf-16"])
def test_every_usual_encoding_is_read(encoding: str, draft: Draft) -> None:
    add(draft, "åäö.pdf")
    content = f"{HEADS}\nåäö.pdf;Årsmöte;24/3 2010;;;;\n".encode(encoding)
    assert assembling.import_table(draft, content) == 1
    assert sentences(draft) == []
    assert draft.rows.get().title == "Årsmöte"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_file_is_found_however_its_name_is_spelt(form: Literal["NFC", "NFD"], draft: Draft) -> None:
    path = unicodedata.normalize(form, "Mapp\\Årsbok.pdf")
    add(draft, path)
    assembling.import_table(draft, table(f"{path};Årsbok", heads="Fil;Titel"))
    assert sentences(draft) == []


def test_a_table_of_more_rows_than_a_draft_has_room_for_changes_nothing(draft: Draft, settings: Any) -> None:
    settings.DRAFT_MOST_FILES = 2
    assembling.import_table(draft, table("a.pdf;A", "b.pdf;B", heads="Fil;Titel"))
    with pytest.raises(assembling.TooManyRows, match="3 rader"):
        assembling.import_table(draft, table("c.pdf;C", "d.pdf;D", "e.pdf;E", heads="Fil;Titel"))
    assert [row.path for row in assembling.rows_of(draft)] == ["a.pdf", "b.pdf"]


def test_a_spreadsheet_is_read(draft: Draft) -> None:
    add(draft, "kf.pdf")
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Filnamn", "Rubrik", "Datum"])
    sheet.append(["kf.pdf", "Protokoll", datetime.date(2010, 3, 24)])
    out = io.BytesIO()
    book.save(out)
    assembling.import_table(draft, out.getvalue())
    assert (draft.rows.get().title, draft.rows.get().date) == ("Protokoll", "2010-03-24")


@pytest.mark.parametrize(
    ("heads", "says"),
    [
        ("Namn;Rubrik", "saknar kolumnen Fil"),
        ("Fil;Datum", "saknar kolumnen Titel"),
        ("Fil;Titel;Personnummer", "Kolumnen Personnummer känns inte igen"),
    ],
)
def test_wrong_columns_change_nothing(heads: str, says: str, draft: Draft) -> None:
    add(draft, "kf.pdf")
    assembling.import_table(draft, table("kf.pdf;Protokoll;;;;;"))
    with pytest.raises(collection_table.WrongColumns, match=says):
        assembling.import_table(draft, table("a;b;c", heads=heads))
    with pytest.raises(tables.Unreadable):
        assembling.import_table(draft, b"")
    assert draft.rows.get().title == "Protokoll"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("finns-inte.pdf;Protokoll;;;;;", "Filen finns inte bland utkastets filer"),
        ("kf.pdf;;;;;;", "Titeln saknas"),
        ("kf.pdf;Protokoll;31/2 2010;;;;", "Datumet ”31/2 2010” går inte att läsa"),
        ("kf.pdf;=SUMMA(A1);;;;;", "Titel innehåller en formel"),
        (";Protokoll;;;;;", "Filens namn saknas"),
        ("kf.pdf;Protokoll;;;;;" + "x" * 200, "längre än 120 tecken"),
    ],
)
def test_each_faulty_row_is_told_in_words(line: str, says: str, draft: Draft) -> None:
    add(draft, "kf.pdf")
    assembling.import_table(draft, table(line))
    assert any(says in sentence for sentence in sentences(draft)), sentences(draft)


def test_a_file_without_row_a_doubled_row_and_half_a_set_of_numbers_are_told(draft: Draft) -> None:
    for path in ("a.pdf", "b.pdf", "c.pdf"):
        add(draft, path)
    assembling.import_table(draft, table("a.pdf;A;;KS 1;;;", "a.pdf;A igen;;KS 1;;;", "b.pdf;B;;;;;"))
    told = {(fault.path, fault.line, fault.sentence.split(".")[0]) for fault in assembling.review(draft).stops}
    assert told == {
        ("a.pdf", 2, "Filen har redan en rad"),
        ("b.pdf", 3, "Diarienummer saknas, men andra rader har det"),
        ("c.pdf", None, "Filen har ingen rad i tabellen"),
    }


def test_a_personal_number_is_remarked_on_but_stops_nothing(draft: Draft) -> None:
    add(draft, "kf.pdf")
    assembling.import_table(draft, table("kf.pdf;Betyg 19121212-1212;;;;;"))
    look = assembling.review(draft)
    assert look.stops == []
    assert "personnummer" in look.remarks[0].sentence


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2010-03-24", "2010-03-24"),
        ("24/3 2010", "2010-03-24"),
        ("2010-03", "2010-03"),
        ("2010", "2010"),
        ("i mars", None),
    ],
)
def test_dates_are_as_exact_as_they_are_known(text: str, day: str | None) -> None:
    assert collection_table.day_of(text, TODAY) == day


def test_rows_with_numbers_become_cases_and_others_loose_documents() -> None:
    numbered = [
        TableRow(2, "a", "Förslag", "2010-03-24", "KS 1", "Lekplats"),
        TableRow(3, "b", "Svar", "2010-05", "KS 1", secrecy="OSL 39 kap. 1 §"),
        TableRow(4, "c", "Annat", "", "KS 2", secrecy="nej"),
    ]
    first, second = collection_table.cases(numbered, TODAY)
    assert isinstance(first, Case)
    assert isinstance(second, Case)
    assert (first.title, first.dates.created, first.dates.closed, len(first.documents)) == (
        "Lekplats",
        "2010-03-24",
        "2010-05",
        2,
    )
    assert [len(document.restrictions) for document in first.documents] == [0, 1]
    assert (second.title, second.documents[0].restrictions) == ("Annat", ())
    (loose,) = collection_table.cases([TableRow(2, "a", "Protokoll")], TODAY)
    assert isinstance(loose, Document)


def test_rows_written_in_the_form_are_kept_by_path(draft: Draft) -> None:
    add(draft, "a_b.pdf")
    add(draft, "c.pdf")
    assert [row.title for row in assembling.suggested(draft)] == ["a b", "c"]
    assembling.save_rows(draft, [TableRow(0, "a_b.pdf", "Ett")])
    assembling.save_rows(draft, [TableRow(0, "a_b.pdf", "Ett till"), TableRow(0, "c.pdf", "Två")])
    assert [(row.path, row.title) for row in draft.rows.all()] == [("a_b.pdf", "Ett till"), ("c.pdf", "Två")]


def test_rows_that_lost_their_file_are_removed_together(draft: Draft) -> None:
    add(draft, "a.pdf")
    assembling.import_table(draft, table("a.pdf;A;;;;;", "b.pdf;B;;;;;"))
    assert assembling.remove_rows_without_file(draft) == 1
    assert sentences(draft) == []


# Handing in and building


@pytest.fixture
def ready(draft: Draft) -> Draft:
    add(draft, "2010/kf 2010-06-14.pdf")
    add(draft, "2010/bilaga § 12.pdf")
    assembling.import_table(
        draft,
        table(
            "2010/kf 2010-06-14.pdf;Protokoll 14 juni 2010;2010-06-14;;;Protokoll;",
            "2010/bilaga § 12.pdf;Bilaga till § 12;2010-06-14;;;Bilaga;OSL 39 kap. 1 §",
        ),
    )
    return draft


def test_a_large_draft_is_looked_through_in_two_questions(draft: Draft, django_assert_num_queries: Any) -> None:
    paths = [f"{number:03}.pdf" for number in range(200)]
    DraftFile.objects.bulk_create(DraftFile(draft=draft, path=path, size=9, offset=9) for path in paths)
    assembling.import_table(draft, table(*(f"{path};Protokoll" for path in paths), heads="Fil;Titel"))
    with django_assert_num_queries(2):
        look = assembling.review(draft)
    assert (look.files, look.bytes, look.faults) == (200, 1800, [])


def test_what_is_not_ready_is_not_handed_in(draft: Draft, producer: User) -> None:
    with pytest.raises(assembling.NotReady, match="inga filer"):
        assembling.submit(draft, by=producer)
    draft_files.begin(draft, "halv.pdf", 10)
    with pytest.raises(assembling.NotReady, match="2 fel återstår"):
        assembling.submit(draft, by=producer)
    assert draft.status == Draft.Status.OPEN


@pytest.mark.parametrize("profile", ["fgs-1.2", "e-ark-sip-2.1.0"])
def test_the_built_package_is_one_the_engine_accepts(profile: str, people: Personas) -> None:
    agreement = factories.agreement(factories.municipality("2080"), profile=profile)
    draft = factories.draft(agreement.owner, people.producer_falun, "a å.pdf", "b.pdf", agreement=agreement)
    assembling.submit(draft, by=people.producer_falun)
    sip = packaging.package(claimed(draft))
    assert sip
    report = check(sip.path, Profile.load(agreement.engine_profile()), identify=True)
    assert report.verdict == Verdict.VALID, report.as_dict()["messages"]
    draft.refresh_from_db()
    assert (draft.status, draft.sip, draft.folder.exists()) == (Draft.Status.SENT, sip, False)
    assert (sip.received_by, sip.kind, sip.agreement) == (people.producer_falun, "production", agreement)
    assert AuditEvent.objects.filter(what="draft_submitted", target_id=str(draft.pk)).count() == 1
    assert AuditEvent.objects.filter(what="sip_received", target_id=str(sip.pk)).count() == 1


def test_building_twice_hands_in_once(ready: Draft, producer: User) -> None:
    assembling.submit(ready, by=producer)
    for _ in range(2):
        tasks.package_draft(str(ready.pk))
    assert SIP.objects.count() == 1
    Draft.objects.filter(pk=ready.pk).update(status=Draft.Status.BUILDING, due_at=database_now())
    tasks.package_draft(str(ready.pk))  # a worker that died after handing in, before it said so
    ready.refresh_from_db()
    assert (SIP.objects.count(), ready.status) == (1, Draft.Status.SENT)


def test_a_try_that_died_leaves_the_same_bytes_to_the_next(
    ready: Draft, producer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assembling.submit(ready, by=producer)

    def die(*_args: object, **_facts: object) -> SIP:
        raise OSError("disken är borta")

    with monkeypatch.context() as patch:
        patch.setattr(reception, "receive", die)
        assert packaging.package(claimed(ready)) is None
    first = Upload.objects.get(pk=ready.pk).path.read_bytes()
    ready.refresh_from_db()
    assert (ready.status, ready.tries) == (Draft.Status.BUILDING, 1)
    sip = packaging.package(claimed(ready))
    assert sip
    assert sip.path.read_bytes() == first


def test_one_large_file_keeps_the_claim(draft: Draft, producer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first sign of life comes after a megabyte, not after a file that may take hours."""
    add(draft, "film.pdf", b"%PDF-1.4 " + bytes(5 << 20))
    assembling.import_table(draft, table("film.pdf;Film från invigningen;2014-05-05;;;;"))
    claim = claimed(assembling.submit(draft, by=producer))
    leases: list[int] = []
    keep = Draft.keep

    def kept(self: Draft, **figures: Any) -> None:
        keep(self, **figures)
        leases.append(figures.get("files_done", 0))

    monkeypatch.setattr(Draft, "keep", kept)
    monkeypatch.setattr(packaging, "HEARTBEAT", -1.0)
    assert packaging.package(claim)
    assert leases[:5] == [0] * 5


def test_after_too_many_tries_it_is_a_draft_again_with_the_reason(ready: Draft, producer: User) -> None:
    assembling.submit(ready, by=producer)
    Draft.objects.filter(pk=ready.pk).update(tries=packaging.MAX_TRIES, trouble="Disken svarar inte.")
    assert packaging.package(claimed(ready)) is None
    ready.refresh_from_db()
    assert (ready.status, ready.trouble, ready.files.count()) == (Draft.Status.OPEN, "Disken svarar inte.", 2)


def test_an_agreement_that_ends_while_the_package_is_built_gives_the_draft_back(ready: Draft, producer: User) -> None:
    assembling.submit(ready, by=producer)
    factories.ended(ready.agreement)
    assert packaging.package(claimed(ready)) is None
    ready.refresh_from_db()
    assert ready.status == Draft.Status.OPEN
    assert "avslutades" in ready.trouble
    assert not Upload.objects.open().exists()
    newer = factories.next_version(ready.agreement)
    submitted = assembling.submit(ready, by=producer)
    assert submitted.agreement == newer
    assert packaging.package(claimed(submitted))


def test_a_draft_given_back_after_it_was_built_promises_nothing_of_the_package(
    ready: Draft, producer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assembling.submit(ready, by=producer)
    build = packaging._build

    def meanwhile(draft: Draft) -> Built:
        factories.ended(draft.agreement)
        return build(draft)

    monkeypatch.setattr(packaging, "_build", meanwhile)
    assert packaging.package(claimed(ready)) is None
    ready.refresh_from_db()
    assert (ready.status, ready.files.count()) == (Draft.Status.OPEN, 2)
    assert ready.trouble.endswith("avslutades 2022-12-31. Upprätta en ny version och försök igen.")
    assert not Upload.objects.open().exists()


def test_the_same_collection_twice_is_told_with_the_earlier_number(people: Personas, ready: Draft) -> None:
    assembling.submit(ready, by=people.producer_falun)
    sip = packaging.package(claimed(ready))
    assert sip
    other = factories.draft(ready.owner, people.producer_falun, "x.pdf", agreement=ready.agreement)
    assembling.submit(other, by=people.producer_falun)
    SIP.objects.filter(pk=sip.pk).update(sha256="")
    built = packaging._build(claimed(other))
    SIP.objects.filter(pk=sip.pk).update(sha256=built.sha256)
    packaging.package(claimed(other))
    other.refresh_from_db()
    assert other.status == Draft.Status.OPEN
    assert sip.number in other.trouble


def test_what_is_on_its_way_is_not_changed(ready: Draft, producer: User) -> None:
    assembling.submit(ready, by=producer)
    ready.refresh_from_db()
    with pytest.raises(refusals.DraftIsClosed):
        draft_files.begin(ready, "ny.pdf", 1)
    with pytest.raises(assembling.DraftClosed):
        assembling.import_table(ready, table())
    with pytest.raises(assembling.DraftClosed):
        assembling.delete(ready, by=producer)
    with pytest.raises(assembling.DraftClosed):
        assembling.submit(ready, by=producer)


# Deleting and sweeping


@pytest.mark.django_db(transaction=True)
def test_a_deleted_draft_is_gone_with_its_bytes(ready: Draft, producer: User) -> None:
    assert ready.folder.exists()
    assembling.delete(ready, by=producer)
    assert not Draft.objects.exists()
    assert not ready.folder.exists()


def test_a_death_while_deleting_leaves_no_bytes_for_good(ready: Draft, people: Personas, producer: User) -> None:
    """F41: the row is gone, its folder not yet; what a draft holds may be secret."""
    kept = factories.draft(ready.owner, producer, "b.pdf")
    assembling.delete(ready, by=producer)
    reception.expire_old()
    assert ready.folder.exists(), "somebody may be at it"
    for folder in (ready.folder, kept.folder):
        os.utime(folder, (time.time() - 7200,) * 2)
    reception.expire_old()
    assert not ready.folder.exists()
    assert kept.files.get().source.read_bytes() == b"b.pdf"


def test_a_worker_whose_clock_is_ahead_neither_warns_nor_deletes(
    ready: Draft, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F30, I10"""
    ahead = timezone.now() + datetime.timedelta(days=2 * settings.DRAFT_KEPT_DAYS)
    monkeypatch.setattr(timezone, "now", lambda: ahead)
    assembling.touch(ready)
    draft_files.remove(ready.files.all()[0])
    ready.refresh_from_db()
    assert ready.touched_at < ahead - datetime.timedelta(days=settings.DRAFT_KEPT_DAYS)
    assembling.sweep()
    assert Draft.objects.filter(pk=ready.pk).exists()
    assert not OutgoingMail.objects.exists()
    begun = assembling.start(ready.agreement, label="Nytt", kind="production", by=ready.started_by)
    assert begun.touched_at < ahead - datetime.timedelta(days=settings.DRAFT_KEPT_DAYS)


def test_an_old_draft_is_swept_and_warned_of_before(ready: Draft, settings: Any) -> None:
    def untouched_for(days: int) -> Draft:
        Draft.objects.filter(pk=ready.pk).update(touched_at=timezone.now() - datetime.timedelta(days=days))
        assembling.sweep()
        return Draft.objects.get(pk=ready.pk)

    assert not untouched_for(settings.DRAFT_KEPT_DAYS - settings.DRAFT_WARNED_DAYS - 1).is_swept_soon
    assert not OutgoingMail.objects.exists()
    for _ in range(2):
        assert untouched_for(settings.DRAFT_KEPT_DAYS - 1).is_swept_soon
    letter = OutgoingMail.objects.get()
    assert (letter.to, letter.about_id) == (ready.started_by.email, str(ready.pk))
    assert ready.label not in letter.text
    with pytest.raises(Draft.DoesNotExist):
        untouched_for(settings.DRAFT_KEPT_DAYS + 1)
