"""Every URL for every persona. A new URL without a row fails, and so does a row without a URL.

The object behind a URL belongs to Falun. The answers: 200 page, 302 to log-in or onward, 403 known but not allowed,
404 not told, 405 wrong method; POST rows are tried with POST.
"""

import copy
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

import django.test.client
import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import DjangoDbBlocker

from archive.models import SIP
from consortium.models import User
from tests import factories, keeping, personas
from tests.deliveries import inventorying, projecting
from tests.governance import costing, meeting_rows, membering, publishing
from tests.personas import Personas

# Columns in the order of personas.NAMES:
#   archivist Falun, producer Falun, archivist Leksand, IT archivist, steering member, chair, administrator, visitor
OPEN = "200 200 200 200 200 200 200 200"
SIGNED_IN = "200 200 200 200 200 200 200 login"
WITHOUT_PASSWORD = "403 403 403 403 403 403 403 login"  # the personas sign in without one, so cannot repeat it
NOTHING_TO_SHOW = "404 404 404 404 404 404 404 login"  # no second factor yet
ACCOUNT = "302 302 302 302 302 302 302 200"
MEMBERS_ACT = "403 403 403 403 403 403 302 login"
SECRETARIAT = "403 403 403 403 403 200 200 login"
SECRETARIAT_ACT = "403 403 403 403 403 302 302 login"
ADMINISTRATOR = "403 403 403 403 403 403 200 login"
SIP_LIST = "200 200 200 200 403 403 200 login"
SIP_PAGE = "200 200 404 403 404 404 403 login"
SIP_DECIDE = "302 403 404 403 404 404 403 login"
SIP_RUN = "302 302 404 403 404 404 403 login"
AIP_PAGE = "200 403 404 403 404 404 403 login"
DRAFT_PAGE = "404 200 404 404 404 404 404 login"
DRAFT_ACT = "404 302 404 404 404 404 404 login"
AGREEMENT_LIST = "200 200 200 200 403 403 200 login"
AGREEMENT_PAGE = "200 200 404 200 404 404 200 login"
AGREEMENT_EDIT = "200 403 404 200 404 404 200 login"
COSTS_PAGE = "404 404 404 404 200 200 200 login"
COSTS_WRITE = "403 403 403 403 403 403 403 login"
BUDGET_WRITE = "404 404 404 404 403 403 403 login"
NOT_YET = "404 404 404 404 404 404 404 login"  # the accounts are not confirmed
NO_SUCH_FILE = "404 404 404 404 404 404 404 404"
PROJECT_PAGE = "200 200 404 200 200 200 200 login"
PROJECT_WRITE = "200 403 404 200 403 403 403 login"
PROJECT_START = "200 403 200 200 403 403 403 login"
CONSORTIUM_WRITE = "403 403 403 200 403 403 403 login"
IMPORT_OWN = "200 403 404 404 403 403 403 login"
MINUTES_READER_ACT = "404 404 404 404 302 302 302 login"  # who may sign is the act's question
UNIT_ACT = "302 404 404 404 404 404 404 login"

MINUTES_LIST = "403 403 403 403 200 200 200 login"
MINUTES_PAGE = "404 404 404 404 200 200 200 login"
MINUTES_EDIT = "404 404 404 404 403 200 200 login"
MINUTES_ACT = "404 404 404 404 403 302 302 login"


@dataclass(frozen=True)
class Row:
    expected: str
    args: tuple[str, ...] = ()
    method: str = "get"
    data: tuple[tuple[str, str], ...] = ()


MATRIX: dict[str, Row] = {
    # consortium
    "about": Row(OPEN),
    "accessibility": Row(OPEN),
    "preferences": Row("302 302 302 302 302 302 302 302", method="post"),
    "gallery": Row(SIGNED_IN),
    "health": Row("503 503 503 503 503 503 503 503"),
    "status": Row("403 403 403 200 403 403 200 login"),
    "work": Row(SIGNED_IN),
    "mine": Row(SIGNED_IN),
    "people": Row(ADMINISTRATOR),
    "add_person": Row(ADMINISTRATOR),
    "person": Row("403 403 403 403 403 403 200 login", ("user",)),
    "person_act": Row("403 403 403 403 403 403 302 login", ("user", "stang"), "post"),
    "end_role": Row("403 403 403 403 403 403 302 login", ("assignment",), "post"),
    "choose_password": Row("410 410 410 410 410 410 410 410", ("MQ", "x-y")),
    "account_login": Row(ACCOUNT),
    "account_logout": Row("200 200 200 200 200 200 200 302"),
    "account_change_password": Row("302 302 302 302 302 302 302 login"),  # nobody here has a password to change
    "account_set_password": Row(SIGNED_IN),
    "account_reauthenticate": Row(WITHOUT_PASSWORD),
    "mfa_index": Row(SIGNED_IN),
    "mfa_authenticate": Row("302 302 302 302 302 302 302 login"),
    "mfa_reauthenticate": Row(WITHOUT_PASSWORD),
    "mfa_activate_totp": Row(SIGNED_IN),
    "mfa_deactivate_totp": Row(NOTHING_TO_SHOW),
    "mfa_view_recovery_codes": Row(NOTHING_TO_SHOW),
    "mfa_generate_recovery_codes": Row(SIGNED_IN),
    "mfa_download_recovery_codes": Row(NOTHING_TO_SHOW),
    # governance: costs
    "costs": Row("403 403 403 403 200 200 200 login"),
    "simulation": Row("403 403 403 403 200 200 200 login"),
    "simulation_file": Row("403 403 403 403 200 200 200 login", ("csv",), data=(("key", "equal"),)),
    "new_budget": Row(COSTS_WRITE),
    "budget": Row(COSTS_PAGE, ("budget",)),
    "edit_budget": Row(BUDGET_WRITE, ("budget_draft",)),
    "share_budget": Row(BUDGET_WRITE, ("budget_draft",)),
    "budget_file": Row(COSTS_PAGE, ("budget", "csv")),
    "propose_budget": Row(BUDGET_WRITE, ("budget_draft",), "post"),
    "take_back_budget": Row(BUDGET_WRITE, ("budget_proposal",), "post"),
    "decide_budget": Row("404 404 404 404 403 200 200 login", ("budget_proposal",)),
    "renew_budget": Row(BUDGET_WRITE, ("budget",), "post"),
    "open_cost_report": Row(BUDGET_WRITE, ("budget", "half_year"), "post"),
    "invoices": Row(BUDGET_WRITE, ("budget",)),
    "invoice_file": Row(BUDGET_WRITE, ("budget", "2080", "pdf")),
    "yearly_report": Row(COSTS_PAGE, ("budget", "2080")),
    "yearly_report_file": Row(COSTS_PAGE, ("budget", "2080", "pdf")),
    "cost_report": Row(COSTS_PAGE, ("cost_report",)),
    "edit_cost_report": Row(BUDGET_WRITE, ("cost_report",)),
    "confirm_cost_report": Row(BUDGET_WRITE, ("cost_report",)),
    "settlement_invoices": Row(NOT_YET, ("cost_report",)),
    "settlement_invoice_file": Row(NOT_YET, ("cost_report", "2080", "pdf")),
    # deliveries
    "board": Row(SIGNED_IN),
    "board_file": Row(SIGNED_IN, ("csv",)),
    "delivery_status": Row("404 404 404 200 200 200 200 login"),
    "delivery_suggestions": Row(PROJECT_PAGE, ("2080",)),
    "move_part": Row("404 404 404 404 404 404 404 login", (), "post", (("till", "0:0:"),)),
    "project_new": Row("200 403 200 200 403 403 403 login"),
    "project": Row(PROJECT_PAGE, ("project",)),
    "project_part": Row(PROJECT_PAGE, ("project", "2080")),
    "project_edit": Row(PROJECT_WRITE, ("project",)),
    "project_add": Row(PROJECT_WRITE, ("project", "anteckning")),
    "project_step": Row(PROJECT_WRITE, ("project", "pausa")),
    "project_done": Row(PROJECT_WRITE, ("project", "milstolpe", "milestone")),
    "project_change": Row(PROJECT_WRITE, ("project", "milstolpe", "milestone")),
    "project_remove": Row(PROJECT_WRITE, ("project", "dokument", "document")),
    "restore_document": Row("302 403 404 302 403 403 403 login", ("project", "document"), "post"),
    "project_document": Row(PROJECT_PAGE, ("project", "document")),
    "project_report": Row(PROJECT_PAGE, ("project",)),
    "project_report_pdf": Row(PROJECT_PAGE, ("project",)),
    "stream_new": Row("404 403 404 200 403 403 403 login"),
    "stream_edit": Row("404 403 404 200 403 403 403 login", ("stream",)),
    "decommissionings": Row(SIGNED_IN),
    "shut_down": Row("200 403 200 200 403 403 403 login"),
    "news": Row(SIGNED_IN),
    "news_settings": Row(SIGNED_IN),
    # deliveries: systems, inventory, their order, and plans
    "systems": Row(SIGNED_IN),
    "new_system": Row(PROJECT_START),
    "system": Row(SIGNED_IN, ("system",)),
    "edit_system": Row(PROJECT_START, ("system",)),
    "shared_systems": Row(SIGNED_IN),
    "propose_project": Row(CONSORTIUM_WRITE, ("system",)),
    "inventory": Row(SIGNED_IN),
    "inventory_export": Row(SIGNED_IN, ("csv",)),
    "inventory_template": Row(SIGNED_IN, ("xlsx",)),
    "import_inventory": Row(PROJECT_START),
    "inventory_preview": Row(IMPORT_OWN, ("import",)),
    "confirm_inventory": Row("302 403 404 404 403 403 403 login", ("import",), "post"),
    "inventory_faults": Row(IMPORT_OWN, ("import",)),
    "municipality_inventory": Row(PROJECT_PAGE, ("2080",)),
    "new_inventory_row": Row(PROJECT_WRITE, ("2080",)),
    "edit_inventory_row": Row(PROJECT_WRITE, ("2080", "system")),
    "remove_inventory_row": Row(PROJECT_WRITE, ("2080", "system"), "post"),
    "prioritisation": Row(SIGNED_IN),
    "prioritisation_version": Row(SIGNED_IN, ("prioritisation",)),
    "begin_prioritisation": Row("403 403 403 302 403 403 403 login", (), "post", (("year", "2024"),)),
    "weigh_prioritisation": Row("403 403 403 302 403 403 403 login", ("prioritisation",), "post"),
    "score_prioritisation": Row(CONSORTIUM_WRITE, ("prioritisation",)),
    "decide_prioritisation": Row("403 403 403 422 403 403 403 login", ("prioritisation",), "post"),
    "plans": Row(SIGNED_IN),
    "plan": Row(PROJECT_PAGE, ("2080",)),
    "edit_plan": Row(PROJECT_WRITE, ("2080", "2023")),
    "edit_staffing": Row(PROJECT_WRITE, ("2080",)),
    "study": Row(SIGNED_IN),
    "edit_study": Row(CONSORTIUM_WRITE, ("law",)),
    # deliveries: agreements and recipes
    "agreements": Row(AGREEMENT_LIST),
    "draft_agreement": Row("200 403 200 200 403 403 200 login"),
    "agreement": Row(AGREEMENT_PAGE, ("agreement",)),
    "edit_agreement": Row(AGREEMENT_EDIT, ("agreement_draft", "format")),
    "compare_agreement": Row(AGREEMENT_PAGE, ("agreement_draft",)),
    "sign_agreement": Row("302 302 404 403 404 404 403 login", ("agreement_draft", "producer"), "post"),
    "withdraw_signature": Row("302 403 404 403 404 404 403 login", ("agreement_draft", "archive"), "post"),
    "new_agreement_version": Row("302 403 404 302 404 404 302 login", ("agreement",), "post"),
    "end_agreement": Row(AGREEMENT_EDIT, ("agreement",)),
    "discard_agreement": Row(AGREEMENT_EDIT, ("agreement_draft",)),
    "agreement_file": Row(AGREEMENT_PAGE, ("agreement", "json")),
    "recipes": Row(OPEN),
    "recipe": Row(OPEN, ("ecos",)),
    "recipe_profile": Row(OPEN, ("ecos",)),
    "recipe_sample": Row(OPEN, ("ecos",)),
    # governance: what comes after the minutes
    "public_minutes_list": Row(OPEN),
    "public_minutes": Row(OPEN, ("publication",)),
    "public_minutes_file": Row(OPEN, ("publication", "json")),
    "dispatch_receipt": Row(OPEN, ("receipt_token",)),
    "publishing": Row(MINUTES_LIST),
    "minutes_after": Row(MINUTES_PAGE, ("adjusted",)),
    "publication_check": Row(MINUTES_EDIT, ("adjusted",)),
    "publication_withdraw": Row(MINUTES_EDIT, ("adjusted",)),
    "extract_certify": Row(MINUTES_ACT, ("adjusted", "1"), "post"),
    "extract_pdf": Row(MINUTES_PAGE, ("extract",)),
    "dispatch_new": Row(MINUTES_EDIT, ("adjusted",)),
    "dispatch_row": Row(MINUTES_EDIT, ("dispatch",)),
    "dispatch_groups": Row("403 403 403 403 403 200 200 login"),
    "dispatch_group": Row(MINUTES_EDIT, ("dispatch_group",)),
    "notice": Row(MINUTES_PAGE, ("adjusted",)),
    "paragraph_notice": Row(MINUTES_PAGE, ("adjusted", "1")),
    "posting": Row(MINUTES_EDIT, ("posting",)),
    "follow_up": Row(MINUTES_LIST),
    "follow_up_csv": Row(MINUTES_LIST),
    "follow_up_note": Row(MINUTES_PAGE, ("followed_up",)),
    "old_minutes_list": Row("403 403 403 403 403 200 200 login"),
    "old_minutes": Row(MINUTES_EDIT, ("old_minutes",)),
    "old_minutes_original": Row(MINUTES_PAGE, ("old_minutes",)),
    "old_minutes_discard": Row(MINUTES_ACT, ("old_minutes",), "post"),
    # governance: meetings and minutes
    "meeting_list": Row(MINUTES_LIST),
    "meeting_new": Row(SECRETARIAT),
    "meeting": Row(MINUTES_PAGE, ("meeting",)),
    "meeting_edit": Row(MINUTES_EDIT, ("meeting",)),
    "call_meeting": Row(MINUTES_ACT, ("meeting",), "post"),
    "call_meeting_later": Row(MINUTES_ACT, ("meeting",), "post", (("wanted", "1"),)),
    "update_notice": Row(MINUTES_ACT, ("meeting",), "post"),
    "cancel_meeting": Row(MINUTES_EDIT, ("meeting",)),
    "answer_meeting": Row("404 404 404 404 302 404 404 login", ("meeting",), "post", (("coming", "1"),)),
    "agenda": Row(MINUTES_PAGE, ("meeting",)),
    "agenda_pdf": Row(MINUTES_PAGE, ("meeting",)),
    "item_edit": Row(MINUTES_EDIT, ("item",)),
    "move_item": Row(MINUTES_ACT, ("item",), "post", (("to", "up"),)),
    "remove_item": Row(MINUTES_ACT, ("item",), "post"),
    "attach_paper": Row(MINUTES_ACT, ("item",), "post"),
    "paper": Row(MINUTES_PAGE, ("paper",)),
    "remove_paper": Row(MINUTES_ACT, ("paper",), "post"),
    "attendance": Row(MINUTES_PAGE, ("kept",)),
    "minutes": Row(MINUTES_PAGE, ("kept",)),
    "begin_minutes": Row(MINUTES_ACT, ("unwritten",), "post"),
    "minutes_head": Row(
        MINUTES_ACT, ("kept",), "post", (("time_and_place", "Teams"), ("first", "1"), ("version", "1"))
    ),
    "add_paragraph": Row(MINUTES_ACT, ("kept",), "post", (("title", "Övrigt"),)),
    "minutes_pdf": Row(MINUTES_PAGE, ("kept",)),
    "minutes_check": Row(MINUTES_EDIT, ("kept",)),
    "paragraph": Row(MINUTES_EDIT, ("paragraph",)),
    "save_paragraph": Row(MINUTES_EDIT, ("paragraph",), "post"),
    "move_paragraph": Row(MINUTES_ACT, ("paragraph",), "post", (("to", "down"),)),
    "remove_paragraph": Row(MINUTES_EDIT, ("paragraph",)),
    "paragraph_versions": Row(MINUTES_EDIT, ("paragraph",)),
    "restore_paragraph": Row(MINUTES_ACT, ("paragraph", "kept_version"), "post"),
    "thaw_paragraph": Row(MINUTES_ACT, ("paragraph",), "post"),
    "adjust_paragraph": Row(MINUTES_READER_ACT, ("paragraph",), "post"),
    "adjustment": Row(MINUTES_PAGE, ("kept",)),
    "sign_minutes": Row(MINUTES_READER_ACT, ("kept",), "post"),
    "reopen_minutes": Row(MINUTES_ACT, ("kept",), "post"),
    "remark_minutes": Row(MINUTES_READER_ACT, ("kept",), "post", (("text", "Fel ord."),)),
    "correct_minutes": Row(MINUTES_ACT, ("kept",), "post", (("rattelse-text", "Fel dag."),)),
    "answer_remark": Row(MINUTES_ACT, ("remark",), "post", (("answer", "Rättat."),)),
    # governance: members, bodies, rounds, the calendar and questions
    "consortia": Row(OPEN),
    "consortium_facts": Row(OPEN, ("m_slug",)),
    "calendar_feed": Row(OPEN, ("m_secret",)),
    "members": Row("302 302 302 302 302 302 302 login"),
    "consortium": Row(SIGNED_IN, ("m_consortium",)),
    "member": Row(SIGNED_IN, ("m_consortium", "2080")),
    "withdrawal": Row(SIGNED_IN, ("m_withdrawal",)),
    "body": Row(SIGNED_IN, ("m_body",)),
    "round": Row(SIGNED_IN, ("m_round",)),
    "calendar": Row(SIGNED_IN),
    "meeting_ics": Row(SIGNED_IN, ("m_meeting",)),
    "planned_ics": Row("302 302 302 302 302 302 302 login", ("m_series", "m_planned")),
    "series": Row(SIGNED_IN, ("m_series",)),
    "inquiry": Row(SIGNED_IN, ("m_inquiry",)),
    "topic": Row(SIGNED_IN, ("m_topic",)),
    "consortium_edit": Row(ADMINISTRATOR, ("m_consortium",)),
    "consortium_stage": Row(ADMINISTRATOR, ("m_consortium",)),
    "consortium_host": Row(ADMINISTRATOR, ("m_consortium",)),
    "population_import": Row(ADMINISTRATOR, ("m_consortium",)),
    "consortium_new": Row(ADMINISTRATOR),
    "municipality_add": Row(ADMINISTRATOR, ("m_consortium",)),
    "member_new": Row(ADMINISTRATOR, ("m_consortium",)),
    "body_add": Row(ADMINISTRATOR, ("m_consortium",)),
    "deadline_add": Row(ADMINISTRATOR, ("m_consortium",)),
    "round_add": Row(ADMINISTRATOR, ("m_consortium",)),
    "member_step": Row(ADMINISTRATOR, ("m_consortium", "2080")),
    "member_notice": Row(ADMINISTRATOR, ("m_consortium", "2080")),
    "municipality_edit": Row(ADMINISTRATOR, ("m_consortium", "2080")),
    "contact_add": Row(ADMINISTRATOR, ("m_consortium", "2080")),
    "fees_edit": Row(ADMINISTRATOR, ("m_consortium", "2080")),
    "quota": Row(ADMINISTRATOR, ("m_consortium", "2080")),
    "withdrawal_end": Row(ADMINISTRATOR, ("m_withdrawal",)),
    "withdrawal_take_back": Row(ADMINISTRATOR, ("m_withdrawal",)),
    "withdrawal_return": Row(ADMINISTRATOR, ("m_withdrawal", "m_item")),
    "body_edit": Row(ADMINISTRATOR, ("m_body",)),
    "seat_add": Row(ADMINISTRATOR, ("m_body",)),
    "party_add": Row(ADMINISTRATOR, ("m_body",)),
    "seat_edit": Row(ADMINISTRATOR, ("m_seat",)),
    "seat_end": Row(ADMINISTRATOR, ("m_seat",)),
    "round_edit": Row(ADMINISTRATOR, ("m_round",)),
    "round_decision": Row(ADMINISTRATOR, ("m_round", "m_decision")),
    "round_hold": Row(ADMINISTRATOR, ("m_round",)),
    "round_dependency": Row(ADMINISTRATOR, ("m_round",)),
    "round_milestone": Row(ADMINISTRATOR, ("m_round",)),
    "inquiry_answer": Row(ADMINISTRATOR, ("m_inquiry", "m_reply")),
    "contact_remove": Row(MEMBERS_ACT, ("m_consortium", "2080", "m_contact"), "post"),
    "body_status": Row(MEMBERS_ACT, ("m_body", "pausa"), "post"),
    "round_release": Row(MEMBERS_ACT, ("m_round", "m_hold"), "post"),
    "round_met": Row(MEMBERS_ACT, ("m_round", "m_dependency"), "post"),
    "inquiry_ask": Row(SECRETARIAT, ("m_consortium",)),
    "topic_add": Row(SECRETARIAT, ("m_consortium",)),
    "inquiry_presume": Row(SECRETARIAT, ("m_inquiry", "m_reply")),
    "series_add": Row(SECRETARIAT, ("m_series",)),
    "feed_open": Row(SECRETARIAT, ("m_body",), "post"),
    "feed_revoke": Row(SECRETARIAT_ACT, ("m_body", "m_token"), "post"),
    "series_open": Row(SECRETARIAT_ACT, ("m_body",), "post", (("year", "2024"),)),
    "series_remove": Row(SECRETARIAT_ACT, ("m_series", "m_planned"), "post"),
    "series_approve": Row(SECRETARIAT_ACT, ("m_series",), "post", (("seen", "1"),)),
    "inquiry_remind": Row(SECRETARIAT_ACT, ("m_inquiry",), "post"),
    "inquiry_close": Row(SECRETARIAT_ACT, ("m_inquiry",), "post"),
    # archive
    "start": Row(OPEN),
    "search": Row(OPEN),
    "suggestions": Row(OPEN),
    "record": Row(OPEN, ("unit",)),
    "record_file": Row(NO_SUCH_FILE, ("unit", "1")),
    "record_view": Row(NO_SUCH_FILE, ("unit", "1")),
    "staff_search": Row("200 403 200 403 403 403 403 login"),
    "staff_record": Row("200 404 404 404 404 404 404 login", ("unit",)),
    "staff_file": Row("404 404 404 404 404 404 404 login", ("unit", "1")),
    "upload": Row("200 200 200 403 403 403 403 login"),
    "cancel_upload": Row("404 302 404 404 404 404 404 login", ("upload",), "post"),
    "tus_uploads": Row("204 204 204 204 204 204 204 401", method="options"),
    "tus_upload": Row("404 200 404 404 404 404 404 401", ("upload",)),
    "drafts": Row("200 200 200 403 403 403 403 login"),
    "draft": Row(DRAFT_PAGE, ("draft",)),
    "draft_state": Row(DRAFT_PAGE, ("draft",)),
    "add_draft_files": Row(DRAFT_ACT, ("draft",), "post"),
    "remove_draft_file": Row(DRAFT_ACT, ("draft",), "post"),
    "draft_uploads": Row("404 204 404 404 404 404 404 401", ("draft",), "options"),
    "draft_upload": Row("404 204 404 404 404 404 404 401", ("draft", "upload"), "options"),
    "draft_table": Row(DRAFT_PAGE, ("draft", "csv")),
    "import_draft_table": Row("404 422 404 404 404 404 404 login", ("draft",), "post"),
    "draft_rows": Row(DRAFT_PAGE, ("draft",)),
    "remove_draft_rows": Row(DRAFT_ACT, ("draft",), "post"),
    "submit_draft": Row(DRAFT_ACT, ("draft",), "post"),
    "delete_draft": Row(DRAFT_PAGE, ("draft",)),
    "sip_list": Row(SIP_LIST),
    "sip": Row(SIP_PAGE, ("sip",)),
    "sip_state": Row(SIP_PAGE, ("sip",)),
    "sip_report": Row(SIP_PAGE, ("sip", "json")),
    "accept_sip": Row(SIP_DECIDE, ("sip",), "post"),
    "give_back_sip": Row(SIP_DECIDE, ("sip",), "post", (("reason", "Filer saknas."),)),
    "validate_sip_again": Row(SIP_RUN, ("sip",), "post"),
    "cancel_sip_validation": Row(SIP_RUN, ("sip",), "post"),
    "aip_list": Row(SIP_LIST),
    "aip": Row(AIP_PAGE, ("aip",)),
    "aip_state": Row(AIP_PAGE, ("aip",)),
    "try_aip_again": Row(SIP_DECIDE, ("aip",), "post"),
    "aip_download": Row("404 403 404 403 404 404 403 login", ("aip",)),
    "receipt": Row("404 404 404 403 404 404 403 login", ("aip", "json")),
    "publish_unit": Row(UNIT_ACT, ("unit",), "post"),
    "withdraw_unit": Row(UNIT_ACT, ("unit",), "post", (("reason", "Fel handling."),)),
    "restore_unit": Row(UNIT_ACT, ("unit",), "post"),
}


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            yield entry


def test_every_url_has_a_row_and_every_row_a_url() -> None:
    names = {pattern.name for pattern in patterns(get_resolver())}
    assert None not in names, "a URL without a name cannot be checked"
    assert names == set(MATRIX)


@dataclass(frozen=True)
class House:
    objects: dict[str, str]
    clients: dict[str, Client]
    cookies: dict[str, SimpleCookie]

    def client(self, persona: str) -> Client:
        """As it was when the persona had just logged in."""
        client = self.clients[persona]
        client.cookies = copy.deepcopy(self.cookies[persona])
        return client


@pytest.fixture(scope="module")
def db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One transaction around all rows, never committed; making everything anew for each row would take minutes.

    Nor is anything kept of how a page was made, which costs a copy of all it knows for each template in it, and who
    asks is in the cookie: two thousand questions to the database fewer.
    """
    cookies = override_settings(SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies")
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), cookies:
        patch.setattr(django.test.client, "store_rendered_templates", lambda *_, **__: None)
        keeping.undo()
        with keeping.undone():
            yield


@pytest.fixture(scope="module")
def house(db: None) -> House:
    people = personas.make()
    clients = {name: signed_in(getattr(people, name)) for name in personas.NAMES}
    return House(one_of_everything(people), clients, {name: client.cookies for name, client in clients.items()})


def signed_in(who: User | AnonymousUser) -> Client:
    client = Client()
    if isinstance(who, User):
        client.force_login(who)
    return client


def one_of_everything(people: Personas) -> dict[str, str]:
    falun = factories.municipality("2080")
    sip = factories.sip(falun, status=SIP.Status.VALID, objid="UUID:prov")
    factories.report(sip)
    aip = factories.aip(falun)
    unit = factories.unit(aip=aip)
    upload = factories.upload(falun, people.producer_falun)
    signed = factories.agreement(falun)
    unsigned = factories.next_version(signed, signed=False)
    return {
        "upload": str(upload.pk),
        "sip": str(sip.pk),
        "aip": str(aip.pk),
        "unit": str(unit.pk),
        "agreement": str(signed.pk),
        "draft": str(factories.draft(falun, people.producer_falun, "kf 2010.pdf").pk),
        "agreement_draft": str(unsigned.pk),
        "user": str(people.producer_falun.pk),
        "assignment": str(people.producer_falun.assignments.get().pk),
        "missing": "0" * 8,
        **costing.addressed(),
        **projecting.addressed(),
        **publishing.addressed(),
        **membering.addressed(),
        **meeting_rows.addressed(people),
        **inventorying.addressed(people.archivist_falun),
    }


def address(name: str, objects: dict[str, str]) -> str:
    return reverse(name, args=[objects.get(arg, arg) for arg in MATRIX[name].args])


def answer(client: Client, name: str, row: Row, objects: dict[str, str]) -> str:
    response: Any = getattr(client, row.method)(address(name, objects), dict(row.data))
    if response.status_code == 302 and response["Location"].startswith(reverse(settings.LOGIN_URL)):
        return "login"
    return str(response.status_code)


@pytest.mark.parametrize("name", MATRIX)
def test_access(name: str, house: House) -> None:
    """Nobody meets what another persona did."""
    row, answers = MATRIX[name], []
    with keeping.undone():
        for persona in personas.NAMES:
            with keeping.undone() if row.method == "post" else nullcontext():
                answers.append(answer(house.client(persona), name, row, house.objects))
    assert dict(zip(personas.NAMES, answers, strict=True)) == dict(
        zip(personas.NAMES, row.expected.split(), strict=True)
    )
