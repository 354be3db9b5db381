"""The members' pages: nothing typed is lost, strangers are not told, two writers see both texts."""

import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from consortium.access.roles import Role
from governance import calendar, membership
from governance.forms.members import MunicipalityFacts
from governance.models import (
    Body,
    Consortium,
    Contact,
    Feedback,
    FeedbackTopic,
    FeedToken,
    Inquiry,
    Membership,
    Population,
    Seat,
)
from tests import factories
from tests.governance import membering, steering
from tests.personas import Personas

pytestmark = pytest.mark.django_db


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def admin(people: Personas) -> Client:
    return signed_in(people.consortium_admin)


@pytest.fixture
def at(people: Personas) -> dict[str, str]:
    return membering.addressed()


def page(client: Client, name: str, *args: str) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200, answer
    return answer.content.decode()


def test_a_step_is_added_through_the_page_and_the_history_shows_it(admin: Client, at: dict[str, str]) -> None:
    url = reverse("member_step", args=[at["m_consortium"], "2080"])
    seen = membership.newest(factories.consortium(), factories.municipality("2080"))
    assert seen
    sent = {"status": "extended", "when": "hösten 2022", "comment": "Driver samrådet", "seen": str(seen.pk)}
    assert admin.post(url, sent).status_code == 302
    shown = page(admin, "member", at["m_consortium"], "2080")
    assert "hösten 2022" in shown
    assert "Utökad roll" in shown
    assert "I drift" in shown


def test_questions_that_are_many_are_found_by_turning_pages(admin: Client, at: dict[str, str]) -> None:
    consortium = factories.consortium()
    for n in range(11):
        Inquiry.objects.create(consortium=consortium, question=f"Fråga {n}?", kind=Inquiry.Kind.TEXT)
        FeedbackTopic.objects.create(consortium=consortium, title=f"Ämne {n}")
    assert "Fråga 0?" not in page(admin, "consortium", at["m_consortium"])
    assert "Ämne 0" in page(admin, "consortium", at["m_consortium"])
    url = reverse("consortium", args=[at["m_consortium"]])
    assert "Fråga 0?" in admin.get(url, {"sida": "2"}).content.decode()


def test_what_was_typed_stays_when_the_act_says_no(admin: Client, at: dict[str, str]) -> None:
    url = reverse("member_step", args=[at["m_consortium"], "2080"])
    seen = membership.newest(factories.consortium(), factories.municipality("2080"))
    assert seen
    sent = {"status": "interest", "when": "2022-11-24", "comment": "Ett långt resonemang", "seen": str(seen.pk)}
    answer = admin.post(url, sent)
    assert answer.status_code == 422
    assert "Ett långt resonemang" in answer.content.decode()
    assert "kan inte bli" in answer.content.decode()


def test_the_second_writer_sees_both_texts_and_may_save_over(admin: Client, at: dict[str, str]) -> None:
    url = reverse("body_edit", args=[at["m_body"]])
    sent = {"name": "Arkivgruppen", "kind": "network", "legal_regime": "none", "numbering": "year"}
    sent |= {"notice_days": "7", "from_on": "2023-02-01", "note": "Min text", "seen": "1"}
    assert admin.post(url, {**sent, "note": "Den andras text"}).status_code == 302
    answer = admin.post(url, sent)
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "Den andras text" in shown
    assert "Min text" in shown
    assert 'name="seen" value="2"' in shown
    assert admin.post(url, {**sent, "seen": "2"}).status_code == 302
    assert Body.objects.get(pk=at["m_body"]).note == "Min text"


def test_a_wrong_check_digit_is_said_in_words(admin: Client, at: dict[str, str]) -> None:
    url = reverse("municipality_edit", args=[at["m_consortium"], "2080"])
    facts = {"official_name": "Falu kommun", "county": "Dalarnas län", "archival_authority": "Kommunstyrelsen"}
    facts |= {"host_capacity": "storage", "organisation_number": "212000-1008", "seen": "1"}
    answer = admin.post(url, facts)
    assert answer.status_code == 422
    assert "kontrollsiffran stämmer inte" in answer.content.decode()
    assert admin.post(url, {**facts, "organisation_number": "212000-2973", "has_archivist": "no"}).status_code == 302
    assert "Förutsättningar saknas" in page(admin, "member", at["m_consortium"], "2080")


def test_a_personal_address_is_warned_about(admin: Client, at: dict[str, str]) -> None:
    url = reverse("contact_add", args=[at["m_consortium"], "2080"])
    admin.post(url, {"function": "it", "email": "anna.exempelsson@falun.se"})
    assert Contact.objects.filter(email="anna.exempelsson@falun.se").exists()
    assert "ser ut att vara en persons adress" in page(admin, "member", at["m_consortium"], "2080")


def test_populations_are_shown_before_they_are_kept(admin: Client, at: dict[str, str]) -> None:
    url = reverse("population_import", args=[at["m_consortium"]])
    text = "kommunkod;folkmängd;per den;källa\n2080;59 986;2023-12-31;SCB\n"
    shown = admin.post(url, {"file": SimpleUploadedFile("f.csv", text.encode("cp1252"))})
    assert "59\u00a0986" in shown.content.decode()
    assert not Population.objects.exists()
    done = admin.post(url, {"text": text, "on": "2023-12-31", "source": "SCB", "confirm": "1"}, follow=True)
    assert "är inläst" in done.content.decode()
    assert Population.objects.get().count == 59_986


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kommun;folkmängd;källa\nFalun;59986;SCB", "Referensdatum saknas"),
        ("kommun;folkmängd;per den;källa\nFalum;59986;2023-12-31;SCB", "Menades Falun (2080)?"),
    ],
)
def test_a_faulty_file_is_kept_out_whole(admin: Client, at: dict[str, str], text: str, said: str) -> None:
    url = reverse("population_import", args=[at["m_consortium"]])
    answer = admin.post(url, {"text": text, "confirm": "1"})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Population.objects.exists()


def test_somebody_from_elsewhere_is_told_nothing(at: dict[str, str]) -> None:
    other = Consortium.objects.create(name="Annat", slug="annat", stage="study", legal_form="projekt")
    stranger = signed_in(factories.user_with(Role.CONSORTIUM_ADMIN, other))
    asked = [
        ("consortium", "m_consortium"),
        ("body", "m_body"),
        ("round", "m_round"),
        ("series", "m_series"),
        ("inquiry", "m_inquiry"),
        ("topic", "m_topic"),
        ("withdrawal", "m_withdrawal"),
        ("meeting_ics", "m_meeting"),
        ("body_edit", "m_body"),
        ("seat_edit", "m_seat"),
    ]
    for name, key in asked:
        assert stranger.get(reverse(name, args=[at[key]])).status_code == 404, name
    assert stranger.get(reverse("member", args=[other.pk, "2080"])).status_code == 404
    assert "Arkivgruppen" not in page(stranger, "calendar")


def test_whoever_works_in_a_municipality_that_has_left_sees_no_more(people: Personas, at: dict[str, str]) -> None:
    Membership.objects.create(
        consortium=factories.consortium(),
        municipality=factories.municipality("2029"),
        status=Membership.Status.LEFT,
        effective_on=datetime.date(2024, 1, 1),
    )
    assert signed_in(people.archivist_leksand).get(reverse("body", args=[at["m_body"]])).status_code == 404
    assert signed_in(people.archivist_falun).get(reverse("body", args=[at["m_body"]])).status_code == 200


def test_the_feed_needs_no_login_and_a_wrong_secret_opens_nothing(at: dict[str, str]) -> None:
    client = Client()
    answer = client.get(reverse("calendar_feed", args=[at["m_secret"]]))
    assert answer["Content-Type"].startswith("text/calendar")
    assert client.get(reverse("calendar_feed", args=["fel"])).status_code == 404
    calendar.revoke(FeedToken.objects.get(), by=factories.user())
    assert client.get(reverse("calendar_feed", args=[at["m_secret"]])).status_code == 404


def test_notice_is_offered_again_when_it_was_taken_back(admin: Client, at: dict[str, str]) -> None:
    offered = reverse("member_notice", args=[at["m_consortium"], "2029"])
    assert offered not in page(admin, "member", at["m_consortium"], "2029")
    assert "Följer på läget nu" not in page(admin, "member_step", at["m_consortium"], "2029")
    taken_back = {"on": "2023-02-02", "reason": "KF § 9"}
    assert admin.post(reverse("withdrawal_take_back", args=[at["m_withdrawal"]]), taken_back).status_code == 302
    assert offered in page(admin, "member", at["m_consortium"], "2029")
    assert "Följer på läget nu" in page(admin, "member_step", at["m_consortium"], "2029")


def test_the_secret_is_shown_once(people: Personas, at: dict[str, str]) -> None:
    chair = signed_in(people.chair)
    shown = chair.post(reverse("feed_open", args=[at["m_body"]])).content.decode()
    secret = shown.split("/kalender/flode/")[1].split(".ics")[0]
    assert calendar.body_of(secret) == Body.objects.get(pk=at["m_body"])
    assert secret not in page(chair, "body", at["m_body"])


def test_an_incomplete_date_gives_a_sentence_instead_of_a_file(admin: Client, at: dict[str, str]) -> None:
    answer = admin.get(reverse("planned_ics", args=[at["m_series"], at["m_planned"]]), follow=True)
    assert "saknar klockslag" in answer.content.decode()


def test_a_resting_body_says_so_and_opens_no_year(admin: Client, at: dict[str, str]) -> None:
    admin.post(reverse("body_status", args=[at["m_body"], "pausa"]))
    assert "Organet är vilande" in page(admin, "body", at["m_body"])
    refused = admin.post(reverse("series_open", args=[at["m_body"]]), {"year": "2030"}, follow=True)
    assert "kan inte kalla till möte" in refused.content.decode()


def test_a_seat_answers_through_the_page(at: dict[str, str]) -> None:
    group = steering.group()
    Inquiry.objects.filter(pk=at["m_inquiry"]).update(kind=Inquiry.Kind.DAY)
    inquiry = Inquiry.objects.get(pk=at["m_inquiry"])
    place = Seat.objects.get(user=group.member).municipality
    assert place
    reply = inquiry.replies.create(municipality=place)
    url = reverse("inquiry_answer", args=[inquiry.pk, reply.pk])
    client = signed_in(group.member)
    assert client.post(url, {"seen": "1"}).status_code == 422
    done = client.post(url, {"day": "20/1 2023", "seen": "1"}, follow=True)
    assert "2023-01-20" in done.content.decode()
    assert signed_in(group.chair).get(url).status_code == 403


def test_feedback_is_given_without_a_trace_and_hidden_while_few(people: Personas, at: dict[str, str]) -> None:
    client, url = signed_in(people.archivist_falun), reverse("topic", args=[at["m_topic"]])
    for number in range(4):
        client.post(url, {"text": f"Plan saknas, sak {number}.", "tags": ["INGEN_PLAN"]})
    assert "sak 3" not in page(client, "topic", at["m_topic"])
    refused = client.post(url, {"text": "Falun vill inte."})
    assert refused.status_code == 422
    assert "Falun vill inte." in refused.content.decode()
    client.post(url, {"text": "Sist sagt."})
    assert "sak 3" in page(client, "topic", at["m_topic"])
    assert Feedback.objects.count() == 5


def test_the_calendar_shows_a_year_and_no_other(admin: Client, at: dict[str, str]) -> None:
    shown = admin.get(reverse("calendar"), {"ar": "2023"}).content.decode()
    assert "Arkivgruppen" in shown
    assert "onsdag 1 februari" in shown
    assert "Inget är planerat det här året" in admin.get(reverse("calendar"), {"ar": "2001"}).content.decode()


def test_the_round_shows_what_an_answer_moves(admin: Client, at: dict[str, str]) -> None:
    url = reverse("round_decision", args=[at["m_round"], at["m_decision"]])
    admin.post(url, {"outcome": "waiting", "planned": "2023-02-11", "seen": "1"})
    shown = page(admin, "round", at["m_round"])
    assert "Planen flyttas 10 dagar" in shown


def test_whoever_belongs_nowhere_is_told_why_the_page_is_empty(db: None) -> None:
    assert "Du är inte med i något samarbete" in page(signed_in(factories.user()), "members")


def test_a_members_facts_are_changed_where_it_is_a_member(people: Personas, at: dict[str, str]) -> None:
    other = Consortium.objects.create(name="Annat", slug="annat", stage="study", legal_form="projekt")
    Membership.objects.create(
        consortium=other,
        municipality=factories.municipality("2080"),
        status=Membership.Status.INTEREST,
        effective_on=datetime.date(2024, 1, 1),
    )
    theirs = signed_in(factories.user_with(Role.CONSORTIUM_ADMIN, other))
    assert theirs.get(reverse("member", args=[other.pk, "2080"])).status_code == 200
    for name in ("municipality_edit", "contact_add", "fees_edit"):
        assert theirs.get(reverse(name, args=[other.pk, "2080"])).status_code == 403, name
    text = "kommunkod;folkmängd;per den;källa\n2029;1;2023-12-31;SCB\n"
    refused = theirs.post(reverse("population_import", args=[other.pk]), {"text": text, "confirm": "1"})
    assert "finns inte i registret" in refused.content.decode()
    assert not Population.objects.exists()


def test_a_new_consortium_is_its_founders_to_look_after(admin: Client, at: dict[str, str]) -> None:
    facts = {"name": "E-arkiv i Bergslagen", "stage": "study", "legal_form": "projekt", "on": "2026-01-01"}
    done = admin.post(reverse("consortium_new"), facts, follow=True)
    assert "Ingen kommun än" in done.content.decode()
    again = admin.post(reverse("consortium_new"), facts)
    assert again.status_code == 422
    assert "Det finns redan ett samarbete" in again.content.decode()


def test_seats_are_filled_from_the_consortiums_own_people(admin: Client, at: dict[str, str]) -> None:
    other = Consortium.objects.create(name="Annat", slug="annat", stage="study", legal_form="projekt")
    factories.user_with(Role.STEERING_MEMBER, other, "Kanslichef någon annanstans")
    shown = page(admin, "seat_add", at["m_body"])
    assert "Arkivarie, Falun" in shown
    assert "någon annanstans" not in shown


# The municipality's own administrator


@pytest.fixture
def own(people: Personas) -> Client:
    return signed_in(factories.user_with(Role.MUNICIPALITY_ADMIN, factories.municipality("2080")))


def test_the_municipalitys_own_administrator_keeps_its_facts_contacts_and_fees(own: Client, at: dict[str, str]) -> None:
    here = (at["m_consortium"], "2080")
    shown = page(own, "member", *here)
    for name in ("municipality_edit", "contact_add", "fees_edit"):
        assert reverse(name, args=here) in shown
    assert reverse("contact_remove", args=[*here, at["m_contact"]]) in shown

    falun = factories.municipality("2080")
    facts = {"archival_authority": "Kulturnämnden", "appeal_court": "Kammarrätten i Sundsvall", "has_archivist": "yes"}
    assert own.post(reverse("municipality_edit", args=here), {**facts, "seen": falun.version}).status_code == 302
    contact = {"function": "registry", "email": "kommun@falun.exempel.se"}
    assert own.post(reverse("contact_add", args=here), contact).status_code == 302
    assert own.post(reverse("contact_remove", args=[*here, at["m_contact"]])).status_code == 302
    fees = {"valid_from": "2023-01-01", "free_pages": "9", "first_fee": "50", "page_fee": "2"}
    assert own.post(reverse("fees_edit", args=here), fees).status_code == 302
    falun.refresh_from_db()
    assert (falun.archival_authority, falun.appeal_court) == ("Kulturnämnden", "Kammarrätten i Sundsvall")
    assert falun.has_archivist is True
    assert [each.email for each in falun.contacts.all()] == ["kommun@falun.exempel.se"]


def test_what_the_consortium_decides_is_not_the_municipalitys_to_change(own: Client, at: dict[str, str]) -> None:
    here = (at["m_consortium"], "2080")
    falun = factories.municipality("2080")
    form = page(own, "municipality_edit", *here)
    before = {name: getattr(falun, name) for name in MunicipalityFacts.DECIDED}
    sent = {"archival_authority": "Kommunstyrelsen", "seen": falun.version}
    sent |= {"official_name": "Falu stad", "county": "Skåne län", "host_capacity": "authority", "code": "9999"}
    assert own.post(reverse("municipality_edit", args=here), sent).status_code == 302
    falun.refresh_from_db()
    assert {name: getattr(falun, name) for name in MunicipalityFacts.DECIDED} == before
    assert not [name for name in MunicipalityFacts.DECIDED if f'name="{name}"' in form]
    shown = page(own, "member", *here)
    for name in ("member_step", "member_notice"):
        assert own.get(reverse(name, args=here)).status_code == 403
        assert reverse(name, args=here) not in shown
    assert own.get(reverse("quota", args=here)).status_code == 403
    assert own.get(reverse("population_import", args=[at["m_consortium"]])).status_code == 403


def test_the_neighbours_facts_are_not_the_municipalitys_to_change(own: Client, at: dict[str, str]) -> None:
    there = (at["m_consortium"], "2029")
    shown = page(own, "member", *there)
    for name in ("municipality_edit", "contact_add", "fees_edit"):
        assert own.get(reverse(name, args=there)).status_code == 403
        assert reverse(name, args=there) not in shown


def test_the_consortiums_administrator_changes_all_of_it(admin: Client, at: dict[str, str]) -> None:
    form = page(admin, "municipality_edit", at["m_consortium"], "2080")
    assert all(f'name="{name}"' in form for name in MunicipalityFacts.DECIDED)
