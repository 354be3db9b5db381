"""Every recipe's sample goes the whole way: received, judged, accepted, stored, described, confirmed and found.

What is open is found by everybody; what the agreement closes is found by the archive's staff and by nobody else.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from archive import acceptance, reception, sampling, tasks
from archive.models import AIP, SIP, ArchivalUnit, Upload
from deliveries import agreements, recipes
from deliveries.agreements import Side
from deliveries.models import SubmissionAgreement
from deliveries.recipes import Recipe
from tests import factories
from tests.archive.stores import folders
from tests.personas import Personas

pytestmark = pytest.mark.django_db(transaction=True)
RECIPES = recipes.everything()
OPEN = {
    *("byggr", "ciceron", "ecos", "edp-vision", "evolution", "fullmaktigefilmer", "protokoll", "public-360"),
    "webbsidor",
}
# A title of the sample that must not meet the public, where the sample has both open and closed.
CLOSED = {
    "ecos": "Kontrollrapport, livsmedelsanläggning",
    "edp-vision": "Kontrollrapport",
    "evolution": "Utredning",
    "ciceron": "Utredning",
    "public-360": "Beslut om omplacering",
    "byggr": "Planritning",
    "protokoll": "Bilaga till § 12",
}


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path) -> Iterator[None]:
    with folders(tmp_path):
        yield


def signed(recipe: Recipe, people: Personas) -> SubmissionAgreement:
    """Written after the recipe and signed as it stands, by two people."""
    system = factories.system(recipe.systems[0] if recipe.systems else "Ett okänt system")
    falun = factories.municipality("2080")
    made = agreements.draft(falun, system, f"KS 2024/{recipe.slug}", by=people.archivist_falun)
    assert made.recipe == recipe.slug
    agreements.sign(made, Side.PRODUCER, digest=made.digest(), by=people.producer_falun)
    return agreements.sign(made, Side.ARCHIVE, digest=made.digest(), by=people.archivist_falun)


def archived(recipe: Recipe, agreement: SubmissionAgreement, people: Personas) -> AIP:
    upload = Upload(
        owner=agreement.owner,
        agreement=agreement,
        filename=f"{recipe.slug}.zip",
        size=0,
        uploaded_by=people.producer_falun,
        expires_at=timezone.now(),
    )
    upload.path.parent.mkdir(parents=True, exist_ok=True)
    sampling.build_sample(recipe, upload.path, agreement)
    upload.size = upload.offset = upload.path.stat().st_size
    upload.save(force_insert=True)
    sip = reception.receive(upload, by=people.producer_falun)
    tasks.validate(str(sip.pk))
    sip.refresh_from_db()
    report = sip.latest_report
    assert report
    assert sip.status == SIP.Status.VALID, report.report["messages"]
    aip = acceptance.accept(sip, by=people.archivist_falun)
    assert aip
    tasks.store(str(aip.pk))
    aip.refresh_from_db()
    assert (aip.status, aip.trouble) == (AIP.Status.CONFIRMED, "")
    return aip


def found(client: Client, page: str, words: str) -> bool:
    """Whether a hit of the page has the words as its title; the search field repeats what was asked, hits link."""
    body = client.get(reverse(page), {"q": words}).content.decode()
    return f"{words}</a>" in body.replace("<mark>", "").replace("</mark>", "")


@pytest.mark.load
@pytest.mark.parametrize("slug", RECIPES)
def test_the_sample_of_every_recipe_is_found_where_it_should_be(slug: str, people: Personas) -> None:
    recipe = RECIPES[slug]
    archived(recipe, signed(recipe, people), people)
    visitor, staff, neighbour = Client(), Client(), Client()
    staff.force_login(people.archivist_falun)
    neighbour.force_login(people.archivist_leksand)

    title = recipe.sample.finds
    assert ArchivalUnit.objects.filter(title__startswith=title).exists()
    assert found(staff, "staff_search", title)
    assert found(visitor, "search", title) == (slug in OPEN)
    assert not found(neighbour, "staff_search", title)
    if closed := CLOSED.get(slug):
        assert found(staff, "staff_search", closed)
        assert not found(visitor, "search", closed)
    if slug not in OPEN:
        assert not ArchivalUnit.objects.public().exists()
    assert recipe.public_by_default == (slug in OPEN)


def test_vendor_xml_decides_titles_secrecy_and_disposal(people: Personas) -> None:
    recipe = RECIPES["procapita"]
    aip = archived(recipe, signed(recipe, people), people)
    marked, typed = aip.units.filter(level="case").order_by("position")
    assert (marked.reference, marked.access, marked.secrecy_provision) == ("2015-0007", "secret", "OSL 26 kap. 1 §")
    assert (typed.reference, typed.access, typed.secrecy_provision) == ("2015-0015", "secret", "OSL 26 kap. 1 §")
    assert str(typed.secrecy_until) == "2081-05-02"  # seventy years, as the agreement says
    assert typed.disposal == "Gallras fem år efter sista anteckningen"
    assert str(typed.disposal_from) == "2020-12-31"
    decision = marked.children.get(title="Beslut om insats")
    assert [file.path for file in decision.files.all()] == ["content/akter/2015-0007/beslut.pdf"]


def test_a_recipe_without_known_export_says_so_and_uses_the_neutral_form() -> None:
    for recipe in RECIPES.values():
        assert recipe.export
        if not recipe.known:
            assert recipe.form == "files"
            assert "neutrala formen" in recipe.export or recipe.slug == recipes.NEUTRAL
