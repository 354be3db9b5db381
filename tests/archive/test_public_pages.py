"""What a visitor meets: start, search, record and file, without logging in and without being shown too much."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import example as also
from hypothesis import strategies as st

from archive import indexing, publication, storage
from archive.models import ArchivalUnit, ContentFile, StorageCopy
from consortium.models import AuditEvent
from tests import factories
from tests.archive import deliveries
from tests.archive.stores import Filled, filled, folders
from tests.keeping import shared
from tests.packages import samples
from tests.personas import Personas

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path) -> Iterator[None]:
    with folders(tmp_path):
        yield


@pytest.fixture
def visitor() -> Client:
    return Client()


def page(client: Client, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status, (url, response.status_code)
    content = b"".join(response) if response.streaming else response.content
    return content.decode()


def text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("\xa0", " ")


@pytest.fixture
@shared
def kept(db: None) -> Filled[ArchivalUnit]:
    """The sample delivery, described and indexed; its public case."""

    def make(folder: Path) -> ArchivalUnit:
        samples.fgs(folder / "leverans")
        indexing.describe(deliveries.claimed(deliveries.stored(folder / "leverans")))
        indexing.follow()
        return ArchivalUnit.objects.get(reference="MBN 2014-000123")

    return filled(make)


@pytest.fixture
def archive(kept: Filled[ArchivalUnit], tmp_path: Path) -> ArchivalUnit:
    return kept.copied_to(tmp_path)


def test_start_page_tells_what_is_here_and_what_is_not(visitor: Client, archive: ArchivalUnit) -> None:
    factories.municipality("2029")
    start = text(page(visitor, "/"))
    assert "Vad finns här?" in start
    assert "Falu kommun" in start
    assert "2014–2016" in start
    assert "Leksands kommun Inget publicerat än" in start
    assert "Vad finns inte här?" in start
    for example in ("MBN 2014-000123", "Viared 5:12"):
        assert example in start
    assert "Till exempel bygglov" not in start  # nothing here would answer


def test_start_page_stands_without_an_index(visitor: Client) -> None:
    factories.municipality()
    assert "Vad finns här?" in page(visitor, "/")
    assert "byggs upp just nu" in page(visitor, "/sok/?q=bygglov", status=503)


def test_citizen_finds_the_case_and_reads_about_it(visitor: Client, archive: ArchivalUnit) -> None:
    results = page(visitor, "/sok/?q=viared+5:12")
    assert "träff" in text(results)
    assert reverse("record", args=[archive.pk]) in results
    record = text(page(visitor, reverse("record", args=[archive.pk])))
    for said in (
        "Offentlig handling",
        "Falu kommun",
        "MBN 2014-000123",
        "Så hänvisar du hit",
        "Beslut om föreläggande",
    ):
        assert said in record
    assert "Sökande" not in record  # correspondents are nobody's business
    assert "kopior skrevs och lästes tillbaka" in record


def test_words_found_are_marked_and_nothing_else_is_markup(visitor: Client) -> None:
    factories.unit(title="Bygglov <b>X</b> & Y", description="<script>alert(1)</script> om bygglov " + "ord " * 200)
    indexing.follow()
    html = page(visitor, "/sok/?q=bygglov")
    assert "<mark>Bygglov</mark> &lt;b&gt;X&lt;/b&gt; &amp; Y" in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; om <mark>bygglov</mark>" in html
    assert "<script>alert" not in html
    assert html.count("ord ") < 100


def test_question_comes_back_escaped(visitor: Client) -> None:
    indexing.follow()
    html = page(visitor, '/sok/?q="><script>alert(1)</script>&kommun=<x>&typ=<y>')
    assert "<script>alert" not in html
    assert "<y>" not in html


def test_facets_narrow_and_chips_take_away(visitor: Client) -> None:
    for code, kind in (("2080", "Bygglov"), ("2080", "Protokoll"), ("2029", "Protokoll")):
        factories.unit(factories.municipality(code), title="Garage", kind=kind)
    indexing.follow()
    html = page(visitor, "/sok/?q=garage&kommun=2080&typ=Protokoll")
    assert "1 träff på ”garage”" in text(html)
    assert 'name="kommun" value="2080" checked' in html
    assert 'name="kommun" value="2029"' in html  # the other is still offered, with its count
    assert "?q=garage&amp;typ=Protokoll" in html
    assert page(visitor, "/sok/?kommun=2029").count('class="hit"') == 1


def test_pages_and_orders_keep_the_question(visitor: Client) -> None:
    aip = factories.aip()
    for number in range(45):
        factories.unit(aip=aip, title=f"Garage {number}")
    indexing.follow()
    titles = re.findall(r"Garage</mark> (\d+)", page(visitor, "/sok/?q=garage&ordna=titel&sida=2"))
    assert titles == [str(number) for number in range(20, 40)]
    assert "ordna=titel&amp;sida=3" in page(visitor, "/sok/?q=garage&ordna=titel&sida=2")
    for odd in ("0", "-1", "x", "99999", "1e3", ""):
        page(visitor, f"/sok/?q=garage&sida={odd}")


def test_no_hits_help_on(visitor: Client) -> None:
    factories.unit(title="Garage i Falun")
    indexing.follow()
    html = page(visitor, "/sok/?q=garage+kyrka&kommun=2029")
    assert "Inga träffar" in text(html)
    assert "Sök ”garage” 1 träff" in text(html)
    assert "Se vad som finns från varje kommun" in html
    assert "Här är träffar på ”garage”" in text(page(visitor, "/sok/?q=garrage"))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.sampled_from('§"*-:1 \tparagf') | st.characters(codec="utf-8", exclude_characters="\0"), max_size=120)
)
@also("§\u202f18")
@also("1" * 81)
@also(f'"{"a" * 90} {"b" * 90}"')
def test_any_pasted_text_is_answered(visitor: Client, archive: ArchivalUnit, asked: str) -> None:
    assert visitor.get("/sok/", {"q": asked}, follow=True).status_code == 200


def test_personal_number_is_not_searched_nor_repeated(visitor: Client) -> None:
    indexing.follow()
    for asked in ("q=19121212-1212", "q=121212-1212", "q=191212121212", "q=person+121212+1212", "q=a&typ=121212-1212"):
        response = visitor.get(f"/sok/?{asked}", follow=True)
        assert response.redirect_chain == [("/sok/?personnummer=1", 302)]
        html = response.content.decode()
        assert "Här går det inte att söka på personnummer" in html
        assert "1212" not in html
    assert visitor.get("/sok/forslag/", {"q": "19121212-1212"}).json() == {"titles": []}


def test_suggestions_are_titles_of_public_units(visitor: Client) -> None:
    factories.unit(title="Bygglov för garage")
    factories.unit(title="Bygglov hemligt", public=False)
    indexing.follow()
    assert visitor.get("/sok/forslag/", {"q": "bygg"}).json() == {"titles": ["Bygglov för garage"]}


def test_withdrawn_record_is_gone_from_the_next_request(
    visitor: Client, archive: ArchivalUnit, people: Personas
) -> None:
    document = archive.children.get(title="Beslut om föreläggande")
    file = document.files.get()
    urls = [
        reverse("record", args=[archive.pk]),
        reverse("record", args=[document.pk]),
        reverse("record_file", args=[document.pk, file.pk]),
        reverse("record_view", args=[document.pk, file.pk]),
    ]
    for url in urls:
        page_or_file(visitor, url, 200)
    publication.withdraw(archive, "Personuppgift.", by=people.archivist_falun)
    for url in urls:
        page_or_file(visitor, url, 404)
    assert "Inga träffar" in text(page(visitor, "/sok/?q=avlopp"))
    assert visitor.get("/sok/forslag/", {"q": "avlopp"}).json() == {"titles": []}


def page_or_file(client: Client, url: str, status: int) -> None:
    response = client.get(url)
    assert response.status_code == status
    if response.streaming:
        b"".join(response)


def file_of(archive: ArchivalUnit, name: str = "beslut.pdf") -> tuple[str, ContentFile]:
    file = ContentFile.objects.get(path__endswith=name)
    return reverse("record_file", args=[file.units.get().pk, file.pk]), file


def test_file_is_the_very_bytes_that_came_in(visitor: Client, archive: ArchivalUnit) -> None:
    url, _file = file_of(archive)
    response = visitor.get(url)
    assert b"".join(response) == samples.pdf("Beslut om föreläggande")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'inline; filename="beslut.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Resource-Policy"] == "same-site"
    assert response["Content-Security-Policy"].startswith("sandbox; default-src 'none'; frame-ancestors 'self'")
    assert "X-Frame-Options" not in response
    assert response["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in response
    assert visitor.get(url + "?spara=1")["Content-Disposition"].startswith("attachment")
    shown = page(visitor, url + "visa/")
    assert f'<iframe src="{url}"' in shown


@pytest.mark.parametrize(
    ("asked", "status", "piece"),
    [
        ("bytes=0-4", 206, slice(0, 5)),
        ("bytes=5-", 206, slice(5, None)),
        ("bytes=-7", 206, slice(-7, None)),
        ("bytes=10-999999", 206, slice(10, None)),
        ("bytes=999999-", 416, slice(0, 0)),
        ("bytes=-0", 416, slice(0, 0)),
        ("bytes=0-1,3-4", 200, slice(None)),
        ("bytes=5-2", 200, slice(None)),
        ("lines=1-2", 200, slice(None)),
        ("bytes=-", 200, slice(None)),
        ("bytes=" + "9" * 40 + "-", 200, slice(None)),
    ],
)
def test_range(visitor: Client, archive: ArchivalUnit, asked: str, status: int, piece: slice) -> None:
    url, file = file_of(archive)
    whole = samples.pdf("Beslut om föreläggande")
    response = visitor.get(url, headers={"Range": asked})
    body = b"".join(response) if response.streaming else response.content
    assert (response.status_code, body) == (status, whole[piece])
    if status == 206:
        assert response["Content-Length"] == str(len(body))
        begin = whole.find(body)
        assert response["Content-Range"] == f"bytes {begin}-{begin + len(body) - 1}/{file.size}"
    if status == 416:
        assert response["Content-Range"] == f"bytes */{file.size}"


def test_head_and_unchanged_cost_no_bytes(visitor: Client, archive: ArchivalUnit) -> None:
    url, file = file_of(archive)
    head = visitor.head(url)
    assert (head.status_code, head["Content-Length"], b"".join(head)) == (200, str(file.size), b"")
    assert visitor.get(url, headers={"If-None-Match": f'"{file.sha256}"'}).status_code == 304
    stale = visitor.get(url, headers={"Range": "bytes=0-1", "If-Range": '"other"'})
    assert (stale.status_code, len(b"".join(stale))) == (200, file.size)


def test_what_is_not_a_picture_or_pdf_is_saved_never_run(visitor: Client, archive: ArchivalUnit) -> None:
    url, file = file_of(archive)
    for path, mime in (
        ("a.html", "text/html"),
        ("a.svg", "image/svg+xml"),
        ("a.pdf", "application/pdf"),
        ("a.exe", ""),
    ):
        ContentFile.objects.filter(pk=file.pk).update(path=path, mime=mime, offset=0, size=300)  # the tar's own header
        response = visitor.get(url)
        assert response["Content-Type"] == "application/octet-stream"
        assert response["Content-Disposition"] == f'attachment; filename="{path}"'


def test_file_names_do_no_harm(visitor: Client, archive: ArchivalUnit) -> None:
    url, file = file_of(archive)
    for path, name in {
        "mapp/rcs\u202efdp.exe": "rcs_fdp.exe",
        'x/"; filename=y.html\r\nX-A: 1': "1",
        "betyg 19121212-1212.pdf": "••••",
    }.items():
        ContentFile.objects.filter(pk=file.pk).update(path=path)
        disposition = visitor.get(url)["Content-Disposition"]
        assert "\u202e" not in disposition
        assert "%E2%80%AE" not in disposition
        assert "1212" not in disposition
        assert "\n" not in disposition
        assert name


def test_content_host_serves_files_and_nothing_else(visitor: Client, archive: ArchivalUnit, settings) -> None:  # type: ignore[no-untyped-def]
    settings.CONTENT_HOST = "innehall.example"
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "innehall.example"]
    url, _file = file_of(archive)
    assert f'<iframe src="https://innehall.example{url}"' in page(visitor, url + "visa/")
    assert b"".join(visitor.get(url, headers={"Host": "innehall.example"}))
    for other in ("/", "/sok/?q=a", reverse("record", args=[archive.pk]), "/konto/logga-in/", url + "visa/"):
        assert visitor.get(other, headers={"Host": "innehall.example"}).status_code == 404


def test_both_copies_damaged_is_said_kindly(visitor: Client, archive: ArchivalUnit) -> None:
    url, file = file_of(archive)
    StorageCopy.objects.filter(store="a").update(state=StorageCopy.State.DAMAGED)
    page_or_file(visitor, url, 200)
    StorageCopy.objects.update(state=StorageCopy.State.MISSING)
    with pytest.raises(storage.NoCopyAnswers):
        storage.read_range(file.aip, 0, 1)
    assert "tillfälligt otillgänglig" in page(visitor, url, status=503)


def test_file_belongs_to_its_record(visitor: Client, archive: ArchivalUnit) -> None:
    _url, file = file_of(archive)
    assert visitor.get(reverse("record_file", args=[archive.pk, file.pk])).status_code == 404


def test_staff_open_closed_files_and_leave_a_trace(archive: ArchivalUnit, people: Personas) -> None:
    secret = ArchivalUnit.objects.get(reference="MBN 2015-000007:1")
    file = secret.files.get(path__endswith="yttrande.txt")
    url = reverse("staff_file", args=[secret.pk, file.pk])
    client = Client()
    client.force_login(people.archivist_falun)
    assert "OSL 18 kap. 13 §" in page(client, reverse("staff_record", args=[secret.pk]))
    assert b"".join(client.get(url)) == b"Inget att erinra.\n"
    assert AuditEvent.objects.filter(what="closed_file_opened", target_id=str(secret.pk)).count() == 1
    found = text(page(client, "/arkivet/?q=skyddsobjekt"))
    assert "Remiss om skyddsobjekt" in found
    for other in (people.archivist_leksand, people.it_archivist, people.producer_falun):
        client.force_login(other)
        assert client.get(url).status_code == 404
    client.force_login(people.archivist_leksand)
    assert "Inga träffar" in text(page(client, "/arkivet/?q=skyddsobjekt"))


def test_searches_are_limited_by_address_and_go_on_without_redis(visitor: Client, settings) -> None:  # type: ignore[no-untyped-def]
    indexing.follow()
    settings.SEARCH_RATE, settings.SEARCH_BURST = 0.5, 3
    answers = [visitor.get("/sok/?q=a", REMOTE_ADDR="192.0.2.7") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert int(answers[-1]["Retry-After"]) in (1, 2)
    assert "För många" in answers[-1].content.decode()
    assert visitor.get("/sok/?q=a", REMOTE_ADDR="192.0.2.8").status_code == 200
    near = [visitor.get("/sok/?q=a", REMOTE_ADDR=f"2001:db8:1:2::{last}").status_code for last in range(4)]
    assert near == [200, 200, 200, 429]
    mapped = [visitor.get("/sok/?q=a", REMOTE_ADDR=f"::ffff:198.51.100.{last}").status_code for last in range(4)]
    assert mapped == [200, 200, 200, 200]
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    from consortium import rate_limit

    rate_limit._client.cache_clear()
    try:
        assert visitor.get("/sok/?q=a", REMOTE_ADDR="192.0.2.7").status_code == 200
    finally:
        rate_limit._client.cache_clear()


def test_question_takes_few_queries(visitor: Client, archive: ArchivalUnit, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_max_num_queries(6):
        page(visitor, "/sok/?q=avlopp")


def test_first_page_is_light(visitor: Client, archive: ArchivalUnit) -> None:
    assert len(page(visitor, "/").encode()) < 30_000
