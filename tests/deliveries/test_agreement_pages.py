"""The agreement as people meet it: read, written in sections, compared, signed, taken home as document and profile."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from archive import sampling
from deliveries import agreement_contents, agreements, recipes
from deliveries.models import SubmissionAgreement
from tests import factories
from tests.consortium.pdf import Read
from tests.keeping import shared
from tests.personas import Personas

pytestmark = pytest.mark.django_db


@pytest.fixture
@shared
def draft(people: Personas) -> SubmissionAgreement:
    falun = factories.municipality("2080")
    return agreements.draft(falun, factories.system("Procapita"), "KS 2024/17", by=people.archivist_falun)


@pytest.fixture
def archivist(people: Personas) -> Client:
    client = Client()
    client.force_login(people.archivist_falun)
    return client


@pytest.fixture
def producer(people: Personas) -> Client:
    client = Client()
    client.force_login(people.producer_falun)
    return client


def page(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def said(client: Client, name: str, *args: object, **data: object) -> str:
    """The sentences on the page one is sent to."""
    answer = client.post(reverse(name, args=args), data, follow=True)
    return answer.content.decode()


def rows(slug: str, agreement: SubmissionAgreement, **more: str) -> dict[str, str]:
    """A section as the browser would send it unchanged."""
    table = next(each for each in agreement_contents.EDITABLE_TABLES if each.slug == slug)
    kept = agreement_contents.rows_of(agreement, table)
    data = {"rad-TOTAL_FORMS": str(len(kept) + 2), "rad-INITIAL_FORMS": str(len(kept))}
    for number, row in enumerate(kept):
        data |= {f"rad-{number}-{name}": value for name, value in row.items()}
    return {**data, "revision": str(agreement.revision), **more}


def test_a_draft_is_written_after_the_systems_recipe(archivist: Client) -> None:
    system = factories.system("Public 360")
    falun = factories.municipality("2080")
    body = said(archivist, "draft_agreement", owner=falun.pk, system=system.pk, number="KS 2024/99")
    assert "skrivet efter receptet ”Public 360”" in body
    assert "FGS Paketstruktur 2.0" in body
    body = said(archivist, "draft_agreement", owner=falun.pk, system=system.pk, number="KS 2024/99")
    assert "har redan en överenskommelse med diarienummer KS 2024/99" in body


def test_other_municipalities_are_not_offered(archivist: Client) -> None:
    factories.municipality("2029")
    body = page(archivist, "draft_agreement")
    assert "Falu kommun" in body
    assert "Leksands kommun" not in body


def test_every_section_opens_for_writing_and_is_saved_as_it_stands(
    archivist: Client, draft: SubmissionAgreement
) -> None:
    before = draft.content()
    for table in agreement_contents.EDITABLE_TABLES:
        assert str(table.title) in page(archivist, "edit_agreement", draft.pk, table.slug)
        draft.refresh_from_db()
        more = {
            "format": {"formats_otherwise": draft.formats_otherwise},
            "xml": {"which": "*uttag.xml", "record": "Akter/Akt", "document": "Handlingar/Handling"},
        }
        assert "är sparat" in said(
            archivist, "edit_agreement", draft.pk, table.slug, **rows(table.slug, draft, **more.get(table.slug, {}))
        )
    draft.refresh_from_db()
    assert {**draft.content(), "profile_changes": {}} == {**before, "profile_changes": {}}
    assert archivist.get(reverse("edit_agreement", args=[draft.pk, "hittepa"])).status_code == 404


def test_the_first_section_takes_dates_as_people_write_them(archivist: Client, draft: SubmissionAgreement) -> None:
    fields = {
        "number": draft.number,
        "records_creator": "Socialnämnden",
        "scope": "Akter.",
        "profile": "fgs-1.2",
        "valid_from": "1/2 2024",
        "valid_until": "240131",
        "revision": "1",
    }
    body = said(archivist, "edit_agreement", draft.pk, "grund", **fields)
    assert "Slutdagen ligger före startdagen" in body
    said(archivist, "edit_agreement", draft.pk, "grund", **{**fields, "valid_until": "31/1 2027"})
    draft.refresh_from_db()
    assert (draft.records_creator, str(draft.valid_from), str(draft.valid_until)) == (
        "Socialnämnden",
        "2024-02-01",
        "2027-01-31",
    )


def test_an_emptied_row_is_gone_and_a_faulty_one_keeps_what_was_written(
    archivist: Client, draft: SubmissionAgreement
) -> None:
    count = len(draft.formats)
    first = {f"rad-0-{column}": "" for column in ("puid", "name", "handling", "since")}
    sent = rows("format", draft, formats_otherwise="remark", **first)
    faulty = archivist.post(
        reverse("edit_agreement", args=[draft.pk, "format"]), {**sent, "rad-1-puid": "pdf/a", "rad-1-since": "nyss"}
    )
    body = faulty.content.decode()
    assert faulty.status_code == 422
    assert "Format 2, PUID: Skriv ett PUID" in body
    assert "Format 2, Från och med: Skriv dagen som 2024-01-31." in body
    assert 'value="pdf/a"' in body
    said(archivist, "edit_agreement", draft.pk, "format", **sent)
    draft.refresh_from_db()
    assert len(draft.formats) == count - 1


def test_more_rows_come_without_losing_what_was_written(archivist: Client, draft: SubmissionAgreement) -> None:
    sent = rows("kontakter", draft, **{"rad-0-function": "Registrator", "more": "1"})
    body = said(archivist, "edit_agreement", draft.pk, "kontakter", **sent)
    assert 'value="Registrator"' in body
    assert "Kontakt 8" in body
    draft.refresh_from_db()
    assert draft.revision == 1


def test_the_second_writer_sees_both_texts(archivist: Client, draft: SubmissionAgreement, people: Personas) -> None:
    mine = rows("kontakter", draft, **{"rad-0-function": "Min registrator"})
    agreements.change(
        draft,
        {"contacts": [{"function": "Deras registrator", "duty": "Svarar", "reach": ""}]},
        revision=1,
        by=people.it_archivist,
    )
    answer = archivist.post(reverse("edit_agreement", args=[draft.pk, "kontakter"]), mine)
    body = answer.content.decode()
    assert answer.status_code == 409
    assert "Två har skrivit samtidigt" in body
    assert "Deras registrator" in body
    assert 'value="Min registrator"' in body
    said(archivist, "edit_agreement", draft.pk, "kontakter", **{**mine, "revision": "2"})
    draft.refresh_from_db()
    assert draft.contacts[0]["function"] == "Min registrator"


def test_both_sides_sign_on_the_page(archivist: Client, producer: Client, draft: SubmissionAgreement) -> None:
    assert "inte en avancerad elektronisk underskrift" in page(archivist, "agreement", draft.pk)
    body = said(producer, "sign_agreement", draft.pk, "producer", digest=draft.digest())
    assert "Den andra parten återstår" in body
    body = said(archivist, "sign_agreement", draft.pk, "archive", digest=draft.digest())
    assert "Båda parter har undertecknat" in body
    assert "Producent, Falun" in body
    assert "Ändra<" not in body
    draft.refresh_from_db()
    assert draft.hindrance() is None


def test_who_signed_one_side_is_told_why_not_the_other(archivist: Client, draft: SubmissionAgreement) -> None:
    said(archivist, "sign_agreement", draft.pk, "producer", digest=draft.digest())
    body = page(archivist, "agreement", draft.pk)
    assert "En kollega undertecknar här" in body
    assert "Underteckna för arkivmyndigheten" not in body
    assert "undertecknat för den andra parten" in said(
        archivist, "sign_agreement", draft.pk, "archive", digest=draft.digest()
    )


def test_a_text_that_changed_is_not_signed(archivist: Client, draft: SubmissionAgreement) -> None:
    body = said(archivist, "sign_agreement", draft.pk, "archive", digest="0" * 64)
    assert "Texten ändrades medan du läste" in body


def test_versions_are_compared_and_the_old_one_is_ended_with_a_reason(archivist: Client) -> None:
    signed = factories.agreement(scope="Akter.", number="KS 2024/18")
    body = said(archivist, "new_agreement_version", signed.pk)
    assert "Version 2 är påbörjad" in body
    second = SubmissionAgreement.objects.get(version=2)
    SubmissionAgreement.objects.filter(pk=second.pk).update(scope="Akter och bilder.")
    body = page(archivist, "compare_agreement", second.pk)
    assert "Akter och bilder." in body
    assert archivist.get(reverse("compare_agreement", args=[signed.pk])).status_code == 404
    assert "Skriv skälet" in said(archivist, "end_agreement", signed.pk, reason="")
    body = said(archivist, "end_agreement", signed.pk, reason="Systemet är avställt.")
    assert "Skäl: Systemet är avställt." in body
    assert "är borttaget" in said(archivist, "discard_agreement", second.pk)


def test_the_list_leaves_out_what_is_replaced_unless_asked(archivist: Client) -> None:
    first = factories.agreement(number="KS 2020/1")
    factories.next_version(first)
    assert page(archivist, "agreements").count("KS 2020/1") == 1
    assert archivist.get(reverse("agreements") + "?alla").content.decode().count("KS 2020/1") == 2


def test_the_document_holds_every_section_and_is_archival(archivist: Client, draft: SubmissionAgreement) -> None:
    answer = archivist.get(reverse("agreement_file", args=[draft.pk, "pdf"]))
    assert answer["Content-Type"] == "application/pdf"
    with Read(answer.content) as document:
        text, claims = document.text().replace("\n", " "), document.claims()
    assert claims == {"PDF/A": "2a", "PDF/UA": "1"}
    for words in (
        "KS 2024/17",
        "OSL 26 kap. 1 §",
        "Sekretess och gallring",
        "inte en avancerad elektronisk",
        "Kontakter",
    ):
        assert words in text, words


def test_the_profile_is_what_the_engines_command_takes(
    archivist: Client, draft: SubmissionAgreement, people: Personas, tmp_path: Path
) -> None:
    severities = {"FGS12-FILE-CHECKSUM": {"to": "WARNING", "because": "Källsystemet räknar ingen kontrollsumma."}}
    agreements.change(draft, {"profile_changes": {"severities": severities}}, revision=1, by=people.archivist_falun)
    draft.refresh_from_db()
    answer = archivist.get(reverse("agreement_file", args=[draft.pk, "json"]))
    profile = tmp_path / "profil.json"
    profile.write_bytes(answer.content)
    assert json.loads(answer.content)["agreement"]["sha256"] == draft.digest()
    package = sampling.build_sample(recipes.get("procapita"), tmp_path / "paket.zip", draft).path
    done = check(package, profile)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Källsystemet räknar ingen kontrollsumma" in done.stdout
    other = sampling.build_sample(recipes.get("procapita"), tmp_path / "annat.zip").path
    assert check(other, profile).returncode == 1  # another agreement's number


def check(package: Path, profile: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "archive.packages", "check", "--profile", str(profile), "--formats", str(package)]
    return subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)


# Recipes


def test_a_recipe_tells_what_is_known_and_what_is_not(archivist: Client) -> None:
    visitor = Client()
    factories.system("Lifecare")
    assert "Inte känd" in page(visitor, "recipes")
    body = page(visitor, "recipe", "procapita")
    assert "Akter/Akt" in body
    assert "Ny överenskommelse" not in body
    assert "Ny överenskommelse" in page(archivist, "recipe", "procapita")
    assert "Inget är publicerat" in page(visitor, "recipe", "schoolsoft")
    assert visitor.get(reverse("recipe", args=["finns-inte"])).status_code == 404
    assert visitor.get(reverse("recipe_sample", args=["finns-inte"])).status_code == 404


def test_a_supplier_checks_the_sample_against_the_recipes_profile_without_an_account(tmp_path: Path) -> None:
    visitor: Any = Client()
    profile, package = tmp_path / "profil.json", tmp_path / "exempel.zip"
    profile.write_bytes(visitor.get(reverse("recipe_profile", args=["public-360"])).content)
    package.write_bytes(visitor.get(reverse("recipe_sample", args=["public-360"])).content)
    done = check(package, profile)
    assert done.returncode == 0, done.stdout + done.stderr
