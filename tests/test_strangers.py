"""What is closed in one municipality leaves no trace with those who may not see it: no word, no figure, no longer list.

Falun gets an agreement, a delivery, a package and a secret record whose every text holds a word of its own, besides
what the access matrix has. Each page is read before and after.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from archive import indexing
from archive.models import SIP, ArchivalUnit, ContentFile
from archive.packages.report import Severity
from consortium.models import User
from tests import factories, keeping
from tests.test_access_matrix import MATRIX, House, address, db, house  # noqa: F401

pytestmark = pytest.mark.load
WORD = "Kvastfening"
AGREED = "Rundmunnsgök"  # who follows deliveries reads agreements, not what comes under them
OF_THE_MOMENT = {"mfa_activate_totp", "inventory_template"}  # a drawn secret, a file with its time
TOKEN = re.compile(rb"[A-Za-z0-9]{64}")
Page = tuple[int, dict[str, str], bytes]


def closed_rows(house: House) -> dict[str, str]:  # noqa: F811
    """Their addresses, where they have any."""
    falun, by = factories.municipality("2080"), User.objects.get(pk=house.objects["user"])
    under = factories.agreement(falun, number=f"{AGREED} 1", records_creator=AGREED, public_by_default=False)
    faulty = factories.sip(falun, agreement=under, filename=f"{WORD}.zip", objid=f"{WORD}-1", status=SIP.Status.FAULTY)
    factories.report(faulty, factories.group("CSIP60", Severity.ERROR, f"{WORD}/fil.pdf"))
    accepted = factories.sip(falun, agreement=under, filename=f"{WORD}-2.zip", status=SIP.Status.ACCEPTED)
    aip = factories.aip(falun, sip=accepted, label=f"{WORD} 2010", objid=f"{WORD}-2", trouble=f"{WORD} är borta.")
    unit = factories.unit(aip=aip, public=False, title=f"{WORD}, omplacering", reference=f"{WORD} 12/1")
    ArchivalUnit.objects.filter(pk=unit.pk).update(description=f"{WORD}s ärende", secrecy_provision="OSL 39:1")
    unit.files.add(ContentFile.objects.create(aip=aip, path=f"{WORD}/a.pdf", offset=0, size=10, sha256="0" * 64))
    upload = factories.upload(falun, by, agreement=under, filename=f"{WORD}-3.zip")
    draft = factories.draft(falun, by, f"{WORD}/b.pdf", agreement=under, label=f"{WORD} 3")
    rows = {"sip": faulty, "aip": aip, "unit": unit, "upload": upload, "agreement": under, "draft": draft}
    return {name: str(row.pk) for name, row in rows.items()}


def pages(who: str, house: House, objects: dict[str, str]) -> dict[str, Page]:  # noqa: F811
    client, seen = house.client(who), {}
    for name, row in MATRIX.items():
        if row.method == "get" and name not in OF_THE_MOMENT:
            with keeping.undone():
                response: Any = client.get(address(name, objects), dict(row.data))
                body = b"".join(response) if response.streaming else response.content
            headers = {key: value for key, value in response.headers.items() if key != "Expires"}
            seen[name] = response.status_code, headers, TOKEN.sub(b"", body)
    return seen


def telling(seen: dict[str, Page], *words: str) -> set[str]:
    def holds(page: Page) -> bool:
        return any(word.encode() in page[2] or word in str(page[1]) for word in words)

    return {name for name, page in seen.items() if holds(page)}


@pytest.mark.parametrize("who", ["archivist_leksand", "visitor"])
def test_a_stranger_sees_what_was_seen_before(who: str, house: House) -> None:  # noqa: F811
    before = pages(who, house, house.objects)
    with keeping.undone():
        theirs = closed_rows(house)
        after, asked_for = pages(who, house, house.objects), pages(who, house, {**house.objects, **theirs})
    assert [name for name in before if before[name] != after[name]] == []
    assert not telling(asked_for, WORD, AGREED)


def test_staff_search_is_helped_by_no_closed_word_elsewhere(
    house: House,  # noqa: F811
    tmp_path: Path,
    settings: Any,
) -> None:
    client, leksand = house.client("archivist_leksand"), factories.municipality("2029")
    questions = ("kvastfaning", "kvastfenin", "kvastfeningsakt", "kvast*", "fening", "saknas")

    def seen(folder: str) -> list[bytes]:
        settings.SEARCH_DIR = tmp_path / folder
        indexing.rebuild()
        asked = [client.get(reverse("staff_search"), {"q": each, "ordna": "titel"}) for each in questions]
        return [TOKEN.sub(b"", response.content) for response in asked]

    with keeping.undone():
        for title in ("Kvastfaningar", "Kvastfeningsakten", "Akt om fening"):
            factories.unit(leksand, title=title, public=False)
        before = seen("before")
        closed_rows(house)
        assert seen("after") == before


@pytest.mark.parametrize("who", ["it_archivist", "steering_member", "chair", "consortium_admin"])
def test_who_follows_deliveries_reads_no_titles(who: str, house: House) -> None:  # noqa: F811
    with keeping.undone():
        seen = pages(who, house, {**house.objects, **closed_rows(house)})
    assert not telling(seen, WORD)


def test_the_owners_archivist_does_read_it(house: House) -> None:  # noqa: F811
    with keeping.undone():
        seen = pages("archivist_falun", house, {**house.objects, **closed_rows(house)})
    assert {"sip", "sip_report", "aip", "staff_record"} <= telling(seen, WORD)
    assert "agreement" in telling(seen, AGREED)
