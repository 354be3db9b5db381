"""The builder as people meet it without JavaScript: choose, add files, fill in, read what is wrong, hand in, delete."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from archive import assembling, tasks
from archive.models import SIP, Draft, DraftFile
from consortium import tables
from deliveries.models import SubmissionAgreement
from tests import factories
from tests.archive.tus_client import encoded
from tests.keeping import shared
from tests.personas import Personas

pytestmark = pytest.mark.django_db


@pytest.fixture
@shared
def agreement(people: Personas) -> SubmissionAgreement:
    return factories.agreement(factories.municipality("2080"), number="KS 2024/5", public_by_default=True)


@pytest.fixture
def client(people: Personas) -> Client:
    made = Client()
    made.force_login(people.producer_falun)
    return made


@pytest.fixture
@shared
def draft(agreement: SubmissionAgreement, people: Personas) -> Draft:
    return factories.draft(agreement.owner, people.producer_falun, "kf 2010.pdf", "kf 2011.pdf", agreement=agreement)


def page(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def said(client: Client, name: str, *args: object, **data: Any) -> str:
    return client.post(reverse(name, args=args), data, follow=True).content.decode()


def test_the_whole_way_with_plain_forms(client: Client, agreement: SubmissionAgreement) -> None:
    said(client, "drafts", agreement=agreement.pk, label="Protokoll 2010", kind="test")
    draft = Draft.objects.get()
    files = [SimpleUploadedFile(name, b"%PDF-1.4 " + name.encode()) for name in ("kf 1.pdf", "kf 2.pdf")]
    assert "2 filer är tillagda" in said(client, "add_draft_files", draft.pk, files=files)
    body = page(client, "draft", draft.pk)
    assert "2 fel att rätta" in body
    assert "Bygg paketet" not in body
    assert 'value="kf 1"' in page(client, "draft_rows", draft.pk)
    rows = {
        f"{at}-{name}": value for at in (0, 1) for name, value in (("path", f"kf {at + 1}.pdf"), ("title", "Titel"))
    }
    body = said(client, "draft_rows", draft.pk, **rows)
    assert "Raderna är sparade" in body
    assert "Inga fel att rätta" in body
    assert "Paketet byggs nu" in said(client, "submit_draft", draft.pk)
    assert "Paketet byggs" in page(client, "draft_state", draft.pk)
    tasks.package_draft(str(draft.pk))
    sip = SIP.objects.get()
    assert f"Följ {sip.number}" in page(client, "draft_state", draft.pk)
    assert sip.kind == "test"
    assert "Inlämnad" in page(client, "drafts")


def test_other_content_under_a_known_name_is_said_and_not_taken_for_the_same(client: Client, draft: Draft) -> None:
    for content, says in ((b"GAMMALT!", "1 fil är tillagd"), (b"NYTT-!!!", "har redan en fil som heter a.pdf")):
        body = said(client, "add_draft_files", draft.pk, files=[SimpleUploadedFile("a.pdf", content)])
        assert says in body
    assert draft.files.get(path="a.pdf").source.read_bytes() == b"GAMMALT!"


def test_only_agreements_in_force_that_can_be_built_are_offered(client: Client) -> None:
    falun = factories.municipality("2080")
    fine = factories.agreement(falun, number="KS 1/GILTIG")
    factories.agreement(falun, number="KS 2/OSIGNERAD", signed=False)
    factories.agreement(falun, number="KS 3/SIARD", profile="siard")
    factories.ended(factories.agreement(falun, number="KS 4/AVSLUTAD"))
    factories.agreement(factories.municipality("2029"), number="KS 5/LEKSAND")
    body = page(client, "drafts")
    assert fine.number in body
    for other in ("OSIGNERAD", "SIARD", "AVSLUTAD", "LEKSAND"):
        assert other not in body


def test_the_table_goes_home_and_comes_back(client: Client, draft: Draft) -> None:
    draft.rows.all().delete()
    draft.files.filter(path="kf 2011.pdf").update(path="=kf.pdf")
    sent = client.get(reverse("draft_table", args=[draft.pk, "csv"])).content
    assert b"'=kf.pdf;=kf" not in sent  # no cell of ours starts a formula
    xlsx = client.get(reverse("draft_table", args=[draft.pk, "xlsx"]))
    for content in (sent, xlsx.content):
        body = said(client, "import_draft_table", draft.pk, table=io.BytesIO(content))
        assert "2 rader är inlästa" in body
        assert {row.path for row in draft.rows.all()} == {"kf 2010.pdf", "=kf.pdf"}


def test_a_table_that_cannot_be_read_is_told_beside_its_field(client: Client, draft: Draft) -> None:
    url = reverse("import_draft_table", args=[draft.pk])
    answer = client.post(url, {"table": SimpleUploadedFile("t.csv", b"Namn;Datum\na;b\n")})
    assert answer.status_code == 422
    assert "Tabellen saknar kolumnen Fil och Titel" in answer.content.decode()
    assert "Välj en tabell" in client.post(url).content.decode()
    assert draft.rows.count() == 2


def test_a_table_that_is_too_large_is_not_read_into_memory(
    client: Client, draft: Draft, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    taken: list[int] = []
    import_table = assembling.import_table

    def noting(found: Draft, content: bytes) -> int:
        taken.append(len(content))
        return import_table(found, content)

    monkeypatch.setattr(tables, "MAX_BYTES", 1000)
    monkeypatch.setattr(assembling, "import_table", noting)
    large = SimpleUploadedFile("t.csv", b"Fil;Titel\n" + b"a;b\n" * 100_000)
    assert "Filen är större än 10 MB" in said(client, "import_draft_table", draft.pk, table=large)
    assert taken == [1001]
    settings.UPLOAD_PLAIN_MAX_BYTES = 1000
    large.seek(0)
    assert "Filen är större än 10 MB" in said(client, "import_draft_table", draft.pk, table=large)
    assert taken == [1001]  # refused before it came so far


def test_a_draft_of_many_files_is_shown_in_pages(client: Client, draft: Draft, settings: Any) -> None:
    paths = [f"arkiv/{number:03}.pdf" for number in range(120)]
    DraftFile.objects.bulk_create(DraftFile(draft=draft, path=path, size=9, offset=9) for path in paths)
    first = page(client, "draft", draft.pk)
    assert "arkiv/010.pdf" in first
    assert "arkiv/119.pdf" not in first.split('id="granska"')[0]
    second = client.get(reverse("draft", args=[draft.pk]), {"sida": "2"}).content.decode()
    assert "arkiv/060.pdf" in second
    settings.DRAFT_MOST_FILES = 1
    sent = SimpleUploadedFile("t.csv", b"Fil;Titel\na.pdf;A\nb.pdf;B\n")
    answer = client.post(reverse("import_draft_table", args=[draft.pk]), {"table": sent})
    assert answer.status_code == 422
    assert "Tabellen har 2 rader" in answer.content.decode()


def test_the_preview_tells_who_will_see_what(client: Client, people: Personas) -> None:
    types = [{"name": "Bilaga", "secrecy": "OSL 39 kap. 1 §", "years": "50", "disposal": "", "mandate": ""}]
    agreement = factories.agreement(factories.municipality("2080"), object_types=types)
    draft = factories.draft(agreement.owner, people.producer_falun, "a.pdf", "b.pdf", agreement=agreement)
    draft.rows.filter(path="b.pdf").update(kind="Bilaga")
    body = page(client, "draft", draft.pk)
    assert "Alla" in body
    assert "OSL 39 kap. 1 §" in body


def test_an_agreement_that_has_ended_is_told_and_the_draft_is_kept(client: Client, draft: Draft) -> None:
    factories.ended(draft.agreement)
    body = page(client, "draft", draft.pk)
    assert "avslutades 2022-12-31" in body
    assert "Bygg paketet" not in body
    assert "avslutades" in said(client, "submit_draft", draft.pk)
    draft.refresh_from_db()
    assert (draft.status, draft.files.count()) == (Draft.Status.OPEN, 2)


def test_a_file_and_a_whole_draft_are_removed_after_a_question(client: Client, draft: Draft) -> None:
    assert "är borttagen" in said(client, "remove_draft_file", draft.pk, path="kf 2011.pdf")
    assert "finns inte i utkastet" in said(client, "remove_draft_file", draft.pk, path="kf 2011.pdf")
    assert "1 rad är borttagen" in said(client, "remove_draft_rows", draft.pk)
    assert "Det går inte att ångra" in page(client, "delete_draft", draft.pk)
    assert "är borttaget" in said(client, "delete_draft", draft.pk)
    assert not Draft.objects.exists()


def test_a_colleague_does_not_see_the_draft(people: Personas, draft: Draft) -> None:
    colleague = Client()
    colleague.force_login(people.archivist_falun)
    assert colleague.get(reverse("draft", args=[draft.pk])).status_code == 404


def ask(client: Client, method: str, url: str, body: bytes = b"", **headers: Any) -> Any:
    named = {name.replace("_", "-"): value for name, value in {"Tus_Resumable": "1.0.0", **headers}.items()}
    kind = "application/offset+octet-stream" if body else ""
    return client.generic(method, url, body, CONTENT_TYPE=kind, headers=named)


def test_a_file_with_its_folder_comes_by_tus_and_goes_on_where_it_was(client: Client, draft: Draft) -> None:
    url = reverse("draft_uploads", args=[draft.pk])
    facts: dict[str, Any] = {"Upload_Length": "10", "Upload_Metadata": encoded(relativePath="2012/å.pdf")}
    created = ask(client, "POST", url, **facts)
    assert (created.status_code, created["Upload-Offset"]) == (201, "0")
    assert ask(client, "PATCH", created["Location"], b"01234", Upload_Offset="0")["Upload-Offset"] == "5"
    again = ask(client, "POST", url, **facts)
    assert (again["Location"], again["Upload-Offset"]) == (created["Location"], "5")
    assert ask(client, "PATCH", created["Location"], b"56789", Upload_Offset="5").status_code == 204
    assert ask(client, "HEAD", created["Location"])["Upload-Offset"] == "10"
    assert draft.files.get(path="2012/å.pdf").source.read_bytes() == b"0123456789"


def test_a_file_edited_between_two_tries_is_sent_from_the_beginning(client: Client, draft: Draft) -> None:
    url = reverse("draft_uploads", args=[draft.pk])

    def begun(modified: str) -> Any:
        facts = encoded(relativePath="a.pdf", lastModified=modified)
        return ask(client, "POST", url, Upload_Length="10", Upload_Metadata=facts)

    ask(client, "PATCH", begun("1700000000000")["Location"], b"AAAA", Upload_Offset="0")
    assert begun("1700000000000")["Upload-Offset"] == "4"
    edited = begun("1700000000001")
    assert edited["Upload-Offset"] == "0"
    ask(client, "PATCH", edited["Location"], b"BBBBBBBBBB", Upload_Offset="0")
    assert draft.files.get(path="a.pdf").source.read_bytes() == b"BBBBBBBBBB"


def test_refusals_by_tus_say_why(client: Client, draft: Draft, people: Personas) -> None:
    url = reverse("draft_uploads", args=[draft.pk])
    answer = ask(client, "POST", url, Upload_Length="5", Upload_Metadata=encoded(relativePath="../x"))
    assert (answer.status_code, answer.json()["code"]) == (422, "E_DRAFT_PATH")
    stranger = Client()
    stranger.force_login(people.archivist_leksand)
    assert ask(stranger, "POST", url, Upload_Length="5").status_code == 404
    Draft.objects.filter(pk=draft.pk).update(status=Draft.Status.BUILDING, sent_at="2024-01-01T00:00Z")
    answer = ask(client, "POST", url, Upload_Length="5", Upload_Metadata=encoded(relativePath="x"))
    assert (answer.status_code, answer.json()["code"]) == (410, "E_DRAFT_CLOSED")
