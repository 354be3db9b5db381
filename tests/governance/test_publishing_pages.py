"""The pages of what comes after the minutes: what a person sees, presses, and is told when it cannot be done."""

import datetime
import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from consortium.models import OutgoingMail, User
from governance import agenda, dispatch, importing, inquiries, publication
from governance.models import (
    Contact,
    Dispatch,
    DispatchGroup,
    Extract,
    Inquiry,
    Minutes,
    OldMinutes,
    Posting,
    Publication,
)
from tests import factories
from tests.governance import publishing, steering
from tests.governance.steering import Steering
from tests.keeping import shared

pytestmark = pytest.mark.django_db
OLD = """Styrgruppsmöte 2019-03-14

Tid och plats: onsdagen den 14 februari, kl 9-10, i Säter

Närvarande: A (chef, Säters kommun, ordförande), B (kanslichef, Falu kommun)

§ 1 Plan

Beslut

Planen godkänns.
"""


@pytest.fixture
@shared
def group() -> Steering:
    made = steering.group()
    for code in ("2080", "2062"):
        Contact.objects.create(
            municipality=factories.municipality(code), function="registry", email=f"registrator{code}@exempel.se"
        )
    return made


@pytest.fixture
@shared
def minutes(group: Steering) -> Minutes:
    return publishing.adjusted(group)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def words(response: object) -> str:
    return response.content.decode().replace("\xa0", " ")  # type: ignore[attr-defined, no-any-return]


def publish(group: Steering, minutes: Minutes, **form: str) -> str:
    client = signed_in(group.chair)
    url = reverse("publication_check", args=[minutes.pk])
    if "masked" in form:
        page = words(client.post(url, {"masked": form["masked"], "preview": "1"}))
    else:
        page = words(client.get(url))
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found
    return words(client.post(url, {"seen": found[1], "publish": "1", **form}, follow=True))


def test_the_checker_publishes_what_stands_on_the_screen(minutes: Minutes, group: Steering) -> None:
    assert "granskat och publicerat" in publish(group, minutes)
    made = Publication.objects.get()
    page = words(Client().get(made.get_absolute_url()))
    assert "§ 1 Utökad samverkan" in page
    assert 'id="p1"' in page
    assert "Styrgruppen godkänner planen." in page
    assert minutes.meeting.body.name in words(Client().get("/protokoll/"))
    assert f'href="{made.get_absolute_url()}"' in words(Client().get("/"))


def test_what_is_left_out_is_shown_before_it_is_published(minutes: Minutes, group: Steering) -> None:
    client = signed_in(group.chair)
    url = reverse("publication_check", args=[minutes.pk])
    page = words(client.post(url, {"masked": "Sju kommuner", "preview": "1"}))
    assert "[uppgift utelämnad]" in page
    assert not Publication.objects.exists()
    old = re.search(r'name="seen" value="(\w+)"', words(client.get(url)))
    assert old
    refused = client.post(url, {"masked": "Sju kommuner", "seen": old[1], "publish": "1"})
    assert refused.status_code == 409
    assert "har ändrats sedan du öppnade sidan" in words(refused)
    assert "Sju kommuner" in words(refused)  # nothing of what was typed is lost


def test_the_secretary_reads_but_cannot_publish(minutes: Minutes, group: Steering) -> None:
    client = signed_in(group.secretary)
    url = reverse("publication_check", args=[minutes.pk])
    page = words(client.get(url))
    assert "Du skrev protokollet" in page
    assert 'name="publish"' not in page
    assert client.post(url, {"publish": "1"}).status_code == 409
    assert not Publication.objects.exists()


def test_page_pdf_and_json_come_from_one_copy(minutes: Minutes, group: Steering) -> None:
    made = publication.publish(minutes, by=group.chair)
    visitor = Client()
    told = json.loads(visitor.get(reverse("public_minutes_file", args=[made.pk, "json"])).content)
    assert told["paragraphs"][0]["decisions"] == ["Styrgruppen godkänner planen."]
    assert told["pdf_sha256"] == made.sha256
    pdf = visitor.get(reverse("public_minutes_file", args=[made.pk, "pdf"]))
    assert (pdf["Content-Type"], pdf.content) == ("application/pdf", bytes(made.pdf))


def test_what_is_taken_down_answers_as_what_never_was(minutes: Minutes, group: Steering) -> None:
    made = publication.publish(minutes, by=group.chair)
    signed_in(group.chair).post(reverse("publication_withdraw", args=[minutes.pk]), {"reason": "En privatperson."})
    visitor = Client()
    missing = "00000000-0000-0000-0000-000000000000"
    for name, rest in (("public_minutes", []), ("public_minutes_file", ["pdf"]), ("public_minutes_file", ["json"])):
        gone = visitor.get(reverse(name, args=[made.pk, *rest]))
        never = visitor.get(reverse(name, args=[missing, *rest]))
        assert gone.status_code == never.status_code == 404
        assert gone.content.replace(str(made.pk).encode(), b"") == never.content.replace(missing.encode(), b"")
    assert "Styrgruppen 2022" not in words(visitor.get("/protokoll/"))


def test_unpublished_minutes_are_on_no_public_page(minutes: Minutes) -> None:
    page = words(Client().get("/protokoll/"))
    assert "Inget protokoll är publicerat ännu" in page
    assert "Utökad samverkan" not in page


def test_an_extract_is_made_sent_and_confirmed(minutes: Minutes, group: Steering) -> None:
    client = signed_in(group.secretary)
    assert "är bestyrkt av" in words(client.post(reverse("extract_certify", args=[minutes.pk, 1]), follow=True))
    extract = Extract.objects.get()
    assert client.get(reverse("extract_pdf", args=[extract.pk])).content == bytes(extract.pdf)
    url = f"{reverse('dispatch_new', args=[minutes.pk])}?utdrag={extract.pk}"
    shown = words(client.post(url, {"lines": "Falu kommun\nKommunförbundet", "show": "1"}))
    assert "registrator2080@exempel.se" in shown
    assert "Ingen: skickas som brev" in shown
    assert not Dispatch.objects.exists()
    client.post(url, {"lines": "Falu kommun\nKommunförbundet", "send": "1"})
    falun, union = Dispatch.objects.order_by("pk")
    assert (falun.mail is None, union.mail is None) == (False, True)

    receipt = reverse("dispatch_receipt", args=[falun.token])
    visitor = Client()
    assert "Har Falu kommun tagit emot" in words(visitor.get(receipt))
    falun.refresh_from_db()
    assert falun.received_at is None  # a mail filter that follows the link confirms nothing
    assert "Tack, mottagandet är bekräftat" in words(visitor.post(receipt))
    assert "Mottaget" in words(client.get(reverse("minutes_after", args=[minutes.pk])))


def test_a_bounce_is_noted_and_seen_in_the_work_list(minutes: Minutes, group: Steering) -> None:
    client = signed_in(group.secretary)
    client.post(reverse("dispatch_new", args=[minutes.pk]), {"lines": "Falun", "send": "1"})
    row = Dispatch.objects.get()
    url = reverse("dispatch_row", args=[row.pk])
    assert client.post(url, {"act": "bounce", "reason": ""}).status_code == 422
    client.post(url, {"act": "bounce", "reason": "Okänd"})
    assert "kom i retur" in words(client.get(reverse("minutes_after", args=[minutes.pk])))
    assert "Falu kommun" in words(client.get(reverse("work")))
    client.post(url, {"act": "address", "email": "ny@exempel.se"})
    row.refresh_from_db()
    assert row.mail
    assert row.mail.to == "ny@exempel.se"
    assert OutgoingMail.objects.count() == 2


def test_a_list_of_ones_own_is_made_changed_and_removed(group: Steering) -> None:
    client = signed_in(group.secretary)
    form = {"consortium": group.consortium.pk, "name": "Revisorerna", "kind": "addresses", "body": "", "addresses": ""}
    assert client.post(reverse("dispatch_groups"), form).status_code == 422
    client.post(reverse("dispatch_groups"), {**form, "addresses": "revision@exempel.se"})
    made = DispatchGroup.objects.get()
    client.post(reverse("dispatch_group", args=[made.pk]), {**form, "name": "Revisionen", "addresses": "a@exempel.se"})
    made.refresh_from_db()
    assert (made.name, made.addresses) == ("Revisionen", "a@exempel.se")
    client.post(reverse("dispatch_group", args=[made.pk]), {"remove": "1"})
    assert not DispatchGroup.objects.exists()


def test_notices_are_written_posted_and_told_why_not() -> None:
    group = publishing.board()
    minutes = publishing.adjusted(group)
    client = signed_in(group.secretary)
    url = reverse("notice", args=[minutes.pk])
    assert "Skriv anslaget" in words(client.get(url))
    client.post(url, {"kept_at": "Kommunarkivet, Säter"})
    posting = Posting.objects.order_by("pk")[0]
    page = reverse("posting", args=[posting.pk])
    assert "Tillkännagivande av justerat protokoll" in words(client.get(page))
    early = client.post(page, {"act": "posted", "version": "1", "posted_on": "2020-01-01"})
    assert early.status_code == 422
    assert "kan inte ha anslagits tidigare" in words(early)
    today = timezone.localdate().isoformat()
    client.post(page, {"act": "posted", "version": "1", "posted_on": today})
    stale = client.post(page, {"act": "posted", "version": "1", "posted_on": today})
    assert stale.status_code == 422
    assert "Så här står det nu" in words(stale)
    assert 'name="version" value="2"' in words(stale)
    assert "Räknas från den dag den sista kommunen anslår" in words(client.get(url))


def test_old_minutes_are_handed_in_put_right_and_confirmed(group: Steering) -> None:
    client = signed_in(group.secretary)
    file = SimpleUploadedFile("gammalt.txt", OLD.encode())
    page = client.post(reverse("old_minutes_list"), {"body": group.body.pk, "file": file}, follow=True)
    said = words(page)
    assert "Rubriken säger 2019-03-14, som är en torsdag" in said
    assert "Du måste välja" in said
    assert "§ 1 Plan" in said
    old = OldMinutes.objects.get()
    url = reverse("old_minutes", args=[old.pk])
    form = {
        **{"title": "Styrgruppsmöte", "held_on": "", "starts_at": "09:00", "ends_at": "10:00", "place": "Säter"},
        **{"p-TOTAL_FORMS": "2", "p-INITIAL_FORMS": "1", "p-MIN_NUM_FORMS": "0", "p-MAX_NUM_FORMS": "300"},
        **{"p-0-number": "1", "p-0-title": "Planen", "p-0-decisions": "Planen godkänns.", "version": "1"},
    }
    refused = client.post(url, form)
    assert refused.status_code == 422
    assert "Planen" in words(refused)  # what was typed stays
    done = client.post(url, {**form, "held_on": "14/3 2019", "signed": "on"}, follow=True)
    assert "Protokollet är inläst" in words(done)
    minutes = Minutes.objects.get()
    assert (minutes.status, minutes.paragraphs.get().title) == ("adjusted", "Planen")
    assert minutes.paragraphs.get().decisions.get().kind == "approves"
    assert client.get(reverse("old_minutes_original", args=[old.pk])).content == OLD.encode()
    again = client.post(
        reverse("old_minutes_list"),
        {"body": group.body.pk, "file": SimpleUploadedFile("b.txt", OLD.encode())},
        follow=True,
    )
    assert "redan inläst" in words(again)


def test_old_minutes_half_done_are_taken_up_again(group: Steering) -> None:
    old = importing.propose(group.body, "gammalt.txt", OLD.encode(), by=group.secretary)
    client, url = signed_in(group.secretary), reverse("old_minutes", args=[old.pk])
    form = {
        **{"title": "Halvfärdig", "held_on": "någon gång i mars", "starts_at": "", "ends_at": "", "place": "Säter"},
        **{"p-TOTAL_FORMS": "2", "p-INITIAL_FORMS": "1", "p-0-number": "1", "p-0-title": "Planen", "p-0-DELETE": "on"},
        **{"p-1-number": "2", "p-1-title": "Den nya", "version": "1", "later": "1"},
    }
    assert "Det du har skrivit är sparat." in words(client.post(url, form, follow=True))
    page = words(client.get(url))
    for said in ('value="Halvfärdig"', 'value="någon gång i mars"', 'value="Planen"', 'value="Den nya"'):
        assert said in page
    assert re.search(r'name="p-0-DELETE"[^>]*checked', page)
    assert not re.search(r'name="p-1-DELETE"[^>]*checked', page)
    second = words(client.post(url, {**form, "title": "Min"}))
    assert "Någon annan har sparat inläsningen medan du skrev." in second
    assert 'value="Min"' in second
    assert 'name="version" value="2"' in second
    given = {"title": "Klar", "held_on": "2019-03-14", "starts_at": "9.00", "ends_at": "10.00", "version": "2"}
    assert "Protokollet är inläst" in words(
        client.post(url, {**{key: value for key, value in form.items() if key != "later"}, **given}, follow=True)
    )
    assert [each.title for each in Minutes.objects.get().paragraphs.all()] == ["Den nya"]


def behind_a_question(page: str, action: str) -> bool:
    """Pressed only after something has been opened that says what it does."""
    before = page.partition(action)[0]
    return action in page and before.count("<details") > before.count("</details>")


def test_what_cannot_be_undone_is_asked_about_first(group: Steering) -> None:
    client = signed_in(group.secretary)
    item = agenda.add(steering.coming(group), title="Budget", by=group.secretary)
    paper = agenda.attach(item, "budget.pdf", b"%PDF-1.7", by=group.secretary)
    named = DispatchGroup.objects.create(consortium=group.consortium, name="Revisorerna", kind="members")
    old = importing.propose(group.body, "gammalt.txt", OLD.encode(), by=group.secretary)
    asked = inquiries.ask(group.consortium, {"question": "När?", "kind": Inquiry.Kind.TEXT}, by=group.secretary)
    for page, act in (
        (reverse("item_edit", args=[item.pk]), f'action="{reverse("remove_paper", args=[paper.pk])}"'),
        (reverse("dispatch_group", args=[named.pk]), 'name="remove"'),
        (reverse("old_minutes", args=[old.pk]), f'action="{reverse("old_minutes_discard", args=[old.pk])}"'),
        (reverse("inquiry", args=[asked.pk]), f'action="{reverse("inquiry_close", args=[asked.pk])}"'),
    ):
        assert behind_a_question(words(client.get(page)), act), page


def test_a_file_that_cannot_be_read_says_why(group: Steering) -> None:
    client = signed_in(group.secretary)
    file = SimpleUploadedFile("trasig.pdf", b"%PDF-1.7 trasig")
    page = client.post(reverse("old_minutes_list"), {"body": group.body.pk, "file": file})
    assert page.status_code == 422
    assert "går inte att läsa som PDF" in words(page)


def test_actions_are_narrowed_and_noted_by_who_answers_for_them(minutes: Minutes, group: Steering) -> None:
    client = signed_in(group.secretary)
    assert "Fråga de frånvarande" in words(client.get(reverse("follow_up"), {"q": "frånvarande"}))
    assert "Inga åtgärder här" in words(client.get(reverse("follow_up"), {"q": "finns inte"}))
    assert "Styrgruppen godkänner planen." in words(client.get(reverse("follow_up"), {"visa": "beslut"}))
    action = minutes.paragraphs.get().actions.get()
    url = reverse("follow_up_note", args=[action.pk])
    client.post(url, {"version": action.version, "status": "done", "note": "Alla har svarat."})
    stale = client.post(url, {"version": action.version, "status": "open", "note": "Min text"})
    assert stale.status_code == 422
    assert "Alla har svarat." in words(stale)
    assert "Min text" in words(stale)
    member = signed_in(group.member)
    assert "<form method" not in words(member.get(url)).partition("<main")[2]
    member.post(url, {"version": "2", "status": "open", "note": "Nej"})
    action.refresh_from_db()
    assert (action.status, action.note) == ("done", "Alla har svarat.")
    assert client.get(reverse("follow_up_csv"), {"lage": "alla"}).content.startswith("\ufeffÅtgärd;".encode())


def test_the_list_asks_the_database_as_little_for_many_as_for_few(
    minutes: Minutes, group: Steering, django_assert_num_queries: Callable[..., AbstractContextManager[object]]
) -> None:
    client = signed_in(group.secretary)
    client.get(reverse("publishing"))  # the session is warm
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("publishing"))
    dispatch.dispatch(minutes, ["Falun", "Mora"], by=group.secretary)
    for day in (1, 8, 15):
        publication.publish(publishing.adjusted(group, held_on=datetime.date(2022, 12, day)), by=group.chair)
    with django_assert_num_queries(len(few)):
        assert "2</td>" in words(client.get(reverse("publishing")))
