"""Nothing of a person leaks to the public, wherever it stands, and what is hidden answers as what does not exist.

Tolvan Exempelsson, an invented person with an invented number, is placed wherever requirements 2.2 lists. A visitor
then asks in every way there is.
"""

import dataclasses
import datetime
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from archive import indexing, publication
from archive.models import ArchivalUnit, ContentFile
from archive.search.generations import Reader
from governance import publication as minutes_publication
from tests import factories
from tests.archive.stores import Filled, filled, folders
from tests.governance import publishing, steering
from tests.keeping import shared
from tests.personas import Personas

pytestmark = pytest.mark.django_db

NUMBER = "19121212-1212"
WHO = f"Tolvan Exempelsson {NUMBER}"
SIGNS = ("Tolvan", "tolvan", "Exempelsson", "exempelsson", "19121212", "121212-1212", "1212121212")
Access = ArchivalUnit.Access


def file(unit: ArchivalUnit, path: str) -> ContentFile:
    made = ContentFile.objects.create(aip=unit.aip, path=path, offset=0, size=10, sha256="0" * 64)
    unit.files.add(made)
    return made


def titled(**fields: Any) -> Callable[[Personas], ArchivalUnit]:
    return lambda _: factories.unit(**fields)


def withdrawn(people: Personas) -> ArchivalUnit:
    unit = factories.unit(title=f"Ärende om Tolvan Exempelsson {uuid.uuid4()}")
    publication.withdraw(unit, f"Gällde {WHO}.", by=people.archivist_falun)
    return unit


def reason_only(people: Personas) -> ArchivalUnit:
    """Withdrawn for a reason that names a person, and shown again."""
    unit = factories.unit(title="Ärende som visas igen")
    publication.withdraw(unit, f"Gällde {WHO}.", by=people.archivist_falun)
    publication.restore(unit, by=people.archivist_falun)
    return unit


def file_named(_: Personas) -> ArchivalUnit:
    unit = factories.unit(title="Ärende med namngiven fil")
    file(unit, f"elever/{WHO}.pdf")
    return unit


def folder_named(_: Personas) -> ArchivalUnit:
    unit = factories.unit(title="Ärende med namngiven mapp")
    file(unit, f"{WHO}/beslut.pdf")
    return unit


def under_secret(_: Personas) -> ArchivalUnit:
    case = factories.unit(title=f"Utredning om {WHO}", public=False)
    return factories.unit(aip=case.aip, parent=case, title=f"Journal Tolvan Exempelsson {uuid.uuid4()}", public=False)


def open_under_numbered(_: Personas) -> ArchivalUnit:
    """The document is public, its case is not: the case's title must not come in with the document."""
    case = factories.unit(title=f"Ansökan från {WHO}", holds_personal_number=True, reference="TOLVAN 1912-12")
    return factories.unit(aip=case.aip, parent=case, title="Beslut i ärendet", level="document")


def labelled(_: Personas) -> ArchivalUnit:
    return factories.unit(aip=factories.aip(label=f"Akt {WHO}"), title="Ärende i märkt leverans")


def package_names(_: Personas) -> ArchivalUnit:
    sip = factories.sip(filename=f"{WHO}.zip", status="accepted", objid=f"objid {WHO}", trouble=WHO)
    return factories.unit(aip=factories.aip(sip=sip, trouble=WHO, label="Leverans"), title="Ärende ur namngivet paket")


LATER = timezone.now() + datetime.timedelta(days=1)
HIDDEN: dict[str, Callable[[Personas], ArchivalUnit]] = {
    "title": titled(title=f"Bygglov för {WHO}"),
    "title, ten digits": titled(title="Bygglov för Tolvan Exempelsson 121212-1212"),
    "title, no dash": titled(title="Bygglov för Tolvan Exempelsson 191212121212"),
    "title, over a hundred": titled(title="Tolvan Exempelsson 121212+1212"),
    "description": titled(description=f"Sökande: {WHO}"),
    "reference": titled(reference=f"BN 2019 {WHO}"),
    "kind": titled(kind=f"Betyg {WHO}"),
    "property": titled(property_designation=f"{WHO} 1:1"),
    "file name": file_named,
    "folder name": folder_named,
    "secret": titled(title="Tolvan Exempelsson", public=False, secrecy_provision=f"OSL 26:1 {WHO}"),
    "not assessed": titled(title="Tolvan Exempelsson", public=False, access=Access.NOT_ASSESSED),
    "public later": titled(title="Tolvan Exempelsson", public_from=LATER),
    "known to hold a number": titled(title="Tolvan Exempelsson", holds_personal_number=True),
    "withdrawn": withdrawn,
    "under what is secret": under_secret,
}
SHOWN: dict[str, Callable[[Personas], ArchivalUnit]] = {
    "internal title": titled(title="Ärende med intern titel", internal_title=f"Rör {WHO}"),
    "reason of a withdrawal": reason_only,
    "parent": open_under_numbered,
    "label of the delivery": labelled,
    "package": package_names,
}


@pytest.fixture
@shared
def everything(people: Personas) -> Filled[dict[str, ArchivalUnit]]:
    def make(_folder: Path) -> dict[str, ArchivalUnit]:
        units = {name: place(people) for name, place in {**HIDDEN, **SHOWN}.items()}
        factories.unit(title="Bygglov för uthus", description="Beslut om lov.")
        indexing.follow()
        return units

    return filled(make)


@pytest.fixture
def placed(everything: Filled[dict[str, ArchivalUnit]], tmp_path: Path) -> Iterator[dict[str, ArchivalUnit]]:
    with folders(tmp_path):
        yield everything.copied_to(tmp_path)


QUESTIONS = (
    *("", "Tolvan", "tolvan exempelsson", "Exempelsson*", '"Tolvan Exempelsson"', "exempelson", "tolvn", "121212"),
    *("1212", "19121212", "19121212-121", "1912*", "§ 1212", "beslut", "bygglov", "ärende", "journal", "kind:Tolvan"),
    *("TOLVAN 1912-12", "tolvan1912", "utredning", "ansökan", "betyg"),
)


def body(client: Client, url: str, **parameters: str) -> str:
    response = client.get(url, parameters)
    assert response.status_code in (200, 302), (url, parameters)
    return response.content.decode()


def leaks(html: str, asked: str = "") -> list[str]:
    """Signs of the person in the answer, the question itself left out (it is repeated in the search field)."""
    seen = html
    for said in sorted({asked, quote_plus(asked), asked.replace('"', "&quot;")}, key=len, reverse=True):
        seen = seen.replace(said, "") if said else seen
    return [sign for sign in SIGNS if sign in seen]


def test_search_and_suggestions_leak_nothing(placed: dict[str, ArchivalUnit]) -> None:
    visitor = Client()
    for question in QUESTIONS:
        quoted = question.replace(" ", "+").replace('"', "%22")
        for limits in ("", "&ordna=titel", "&typ=Bygglov", "&kommun=2080", "&alla=typ&kommun=2080"):
            html = body(visitor, f"/sok/?q={quoted}{limits}")
            assert not leaks(html.replace(quoted, ""), question), (question, limits)
        assert not leaks(body(visitor, "/sok/forslag/", q=question)), question


def test_open_pages_leak_nothing(placed: dict[str, ArchivalUnit]) -> None:
    visitor = Client()
    for url in ("/", "/om/", "/tillganglighet/", "/sok/"):
        assert not leaks(body(visitor, url)), url
    for name in SHOWN:
        html = body(visitor, reverse("record", args=[placed[name].pk]))
        assert not leaks(html), name


def test_counts_are_of_open_units_alone(placed: dict[str, ArchivalUnit]) -> None:
    html = Client().get("/sok/?kommun=2080").content.decode()
    assert f"{len(SHOWN) + 1} träffar" in html.replace("\xa0", " ")
    for person in ("exempelsson", "Exempelsson*", "tolvan", "Tolvn"):
        assert "Inga träffar" in Client().get(f"/sok/?q={person}").content.decode()


def test_hidden_answers_as_missing(placed: dict[str, ArchivalUnit]) -> None:
    visitor = Client()
    for name in HIDDEN:
        unit = placed[name]
        held = unit.files.first() or file(unit, "beslut.pdf")
        for url_name, args in (("record", ()), ("record_file", (held.pk,)), ("record_view", (held.pk,))):
            hidden = visitor.get(reverse(url_name, args=[unit.pk, *args]))
            missing = visitor.get(reverse(url_name, args=[uuid.uuid4(), *args]))
            assert hidden.status_code == missing.status_code == 404, name
            assert strip(hidden.content) == strip(missing.content)
            assert dict(hidden.headers) == dict(missing.headers)


def strip(content: bytes) -> bytes:
    """But for the address asked for, which the page repeats as the way back from a change of language."""
    return re.sub(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", b"", content)


def test_index_on_disk_holds_no_sign_of_the_person(placed: dict[str, ArchivalUnit], settings) -> None:  # type: ignore[no-untyped-def]
    opened = Reader(settings.SEARCH_DIR / "public").open()
    for field in ("text", "title_words", "folded", "codes", "kind"):
        words = {word for word, _count in opened.units.terms_with_prefix(field, "")}
        assert not {word for word in words if any(sign.lower() in word.lower() for sign in SIGNS)}, field
    for path in (settings.SEARCH_DIR / "public").rglob("*"):
        content = path.read_bytes().lower() if path.is_file() else b""
        assert b"tolvan" not in content, path.name
        assert b"exempelsson" not in content, path.name


def test_records_are_not_for_robots(placed: dict[str, ArchivalUnit]) -> None:
    visitor = Client()
    for url in (reverse("record", args=[placed["package"].pk]), "/sok/?q=bygglov", "/sok/forslag/?q=bygg"):
        response = visitor.get(url)
        assert response["X-Robots-Tag"] == "noindex"
        assert response["Cache-Control"] == "private, no-cache"
        assert not response.cookies


def test_minutes_show_nothing_but_their_checked_copy() -> None:
    """Drafts, adjusted minutes nobody has checked, withheld §§ and what was taken down: on no public page or file."""
    group = steering.group()
    named = dataclasses.replace(publishing.CONTENT, title="Plan", summary="Tolvan Exempelsson vill se planen.")
    closed = dataclasses.replace(named, title="Tolvan Exempelsson", withheld=True, withheld_reason="OSL 21:1")
    publishing.written(group, named, held_on=datetime.date(2022, 12, 1))
    unchecked = publishing.adjusted(group, named, held_on=datetime.date(2022, 12, 8))
    shown = minutes_publication.publish(
        publishing.adjusted(group, named, closed), masked="Tolvan Exempelsson", by=group.member
    )
    down = publishing.adjusted(group, named, held_on=datetime.date(2022, 12, 15))
    minutes_publication.withdraw(minutes_publication.publish(down, by=group.member), f"Gällde {WHO}.", by=group.chair)
    visitor = Client()
    for url in (
        "/protokoll/",
        "/protokoll/?organ=1",
        reverse("public_minutes", args=[shown.pk]),
        reverse("public_minutes_file", args=[shown.pk, "json"]),
    ):
        assert not leaks(body(visitor, url)), url
    assert not hasattr(unchecked, "publication")
    for name, rest in (("public_minutes", []), ("public_minutes_file", ["pdf"]), ("public_minutes_file", ["json"])):
        assert visitor.get(reverse(name, args=[down.publication.pk, *rest])).status_code == 404
