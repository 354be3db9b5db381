"""The pages about costs: who may, what is shown, what is said when it cannot be."""

import csv
import datetime
import io
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consortium.access.roles import Role
from consortium.models import User
from governance import allocation, costs, settlement
from governance.models import Budget, Consortium, CostAllocation, CostReport, Membership
from governance.views import cost_words
from tests import factories
from tests.consortium.pdf import Read
from tests.governance import costing
from tests.keeping import shared

pytestmark = pytest.mark.django_db

SCREEN_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " "})


@pytest.fixture
@shared
def consortium() -> Consortium:
    return costing.members()


@pytest.fixture
@shared
def economist(consortium: Consortium) -> User:
    return costing.economist()


@pytest.fixture
def client(client: Client, economist: User) -> Client:
    client.force_login(economist)
    return client


def said(response: Any) -> str:
    """The page's words with plain spaces."""
    return str(response.content.decode()).translate(SCREEN_SPACES)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def form_of(client: Client, url: str) -> dict[str, Any]:
    """What the browser would send if nothing was changed."""
    context = client.get(url).context
    data: dict[str, Any] = {}
    forms = [context["form"], *([*context["lines"], context["lines"].management_form] if "lines" in context else [])]
    for form in forms:
        for field in form:
            value = field.field.prepare_value(field.value()) if hasattr(field.field, "prepare_value") else field.value()
            if value is not None and value is not False:
                data[field.html_name] = value
    return data


def test_every_refusal_has_words() -> None:
    def kinds(base: type[Exception]) -> set[type[Exception]]:
        return {base, *(each for sub in base.__subclasses__() for each in kinds(sub))}

    known = set.union(*(kinds(base) for base in cost_words.REFUSALS)) - set(cost_words.REFUSALS)
    assert known == set(cost_words.WORDS)


def test_from_an_empty_draft_to_a_decided_budget(client: Client, consortium: Consortium) -> None:
    client.post(reverse("new_budget"), {"consortium": consortium.pk, "year": costing.YEAR})
    budget = Budget.objects.get()
    edit = reverse("edit_budget", args=[budget.pk])
    data = form_of(client, edit) | {
        "rad-0-label": "Drift",
        "rad-0-amount": "4 000 000 kr",
        "pasted": "Personal\t1 000 000",
    }
    answer = client.post(edit, data)
    assert answer.status_code == 302, answer.context["form"].errors or answer.context["lines"].errors
    share = reverse("share_budget", args=[budget.pk])
    data = form_of(client, share) | {"version": Budget.objects.get().version}
    assert data["population_on"] == costing.ON
    assert client.post(share, data).status_code == 302
    client.post(reverse("propose_budget", args=[budget.pk]))
    secretary = signed_in(factories.user_with(Role.SECRETARY, consortium))
    typed = {"body": "Styrgruppen", "on": "13/2 2024", "paragraph": "§ 4"}
    secretary.post(reverse("decide_budget", args=[budget.pk]), typed)
    budget = Budget.objects.get()
    assert (budget.total, budget.decided_by_words) == (5_000_000, "Styrgruppen 2024-02-13, § 4")


@pytest.mark.parametrize(
    ("state", "mark"), [("draft", "Utkast"), ("proposal", "Ej fastställd"), ("decided", "Fastställd")]
)
def test_the_status_is_seen_on_screen_and_on_paper(
    state: str, mark: str, client: Client, consortium: Consortium, economist: User
) -> None:
    made = getattr(costing, state)(consortium, by=economist)
    if state == "draft":
        made = costs.allocate(made, costing.choice(), version=made.version, by=economist)
    assert mark in said(client.get(reverse("budget", args=[made.pk])))
    pdf = client.get(reverse("budget_file", args=[made.pk, "pdf"]))
    with Read(pdf.content) as paper:
        assert paper.text().count(mark) >= 2, "in its own frame and in each page's foot"
        assert paper.claims() == {"PDF/A": "2a", "PDF/UA": "1"}


def test_a_replaced_edition_says_so(client: Client, consortium: Consortium, economist: User) -> None:
    first = costing.decided(consortium, by=economist)
    costing.decided(consortium, by=economist)
    assert "Version 2 är fastställd" in said(client.get(reverse("budget", args=[first.pk])))
    with Read(client.get(reverse("budget_file", args=[first.pk, "pdf"])).content) as paper:
        assert "Ersatt av version 2" in paper.text()


def test_a_replaced_edition_offers_neither_invoices_nor_reports(
    client: Client, consortium: Consortium, economist: User
) -> None:
    report = report_of(consortium, economist, CostReport.Kind.YEAR_END)
    invoices, edit = reverse("invoices", args=[report.budget_id]), reverse("edit_cost_report", args=[report.pk])
    second = costing.decided(consortium, by=economist)
    old = said(client.get(reverse("budget", args=[report.budget_id])))
    assert invoices not in old
    assert "Börja på" not in old
    assert client.get(invoices).status_code == 404
    assert edit not in said(client.get(reverse("cost_report", args=[report.pk])))
    assert "ersatt av version 2" in said(client.get(edit, follow=True))
    assert "Ersätter underlaget för version 1" in said(client.get(reverse("invoices", args=[second.pk])))


def test_the_list_asks_no_more_when_the_budgets_are_more(
    client: Client, consortium: Consortium, economist: User, django_assert_num_queries: Any
) -> None:
    costing.decided(consortium, by=economist)
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("costs"))
    costing.decided(consortium, by=economist)
    costs.open_budget(consortium, costing.YEAR + 1, by=economist)
    with django_assert_num_queries(len(one)):
        page = said(client.get(reverse("costs")))
    assert "Ersatt av version 2" in page
    assert page.count("5 000 000 kr") == 3


def test_the_second_editor_sees_both_texts(client: Client, consortium: Consortium, economist: User) -> None:
    budget = costing.draft(consortium, by=economist)
    url = reverse("edit_budget", args=[budget.pk])
    mine = form_of(client, url) | {"rad-0-label": "Min post"}
    other = costs.Content([costs.Line("Deras post", 7)])
    costs.edit(budget, other, version=budget.version, by=factories.user("Ekonom, vikarie"))
    answer = client.post(url, mine)
    assert answer.status_code == 422
    assert "Någon annan har sparat" in said(answer)
    assert "Deras post" in said(answer)
    assert 'value="Min post"' in said(answer)
    again = {**mine, "version": Budget.objects.get().version}
    assert client.post(url, again).status_code == 302


def test_a_fixed_part_larger_than_what_is_left_is_told_and_the_draft_can_be_mended(
    client: Client, consortium: Consortium, economist: User
) -> None:
    budget = costing.draft(consortium, by=economist)
    key = costing.choice(key=CostAllocation.Key.FIXED, fixed=100_000)
    budget = costs.allocate(budget, key, version=budget.version, by=economist)
    budget = costs.edit(budget, costs.Content([]), version=budget.version, by=economist)
    page = client.get(reverse("budget", args=[budget.pk]))
    assert page.status_code == 200
    assert "mer än hela summan. Sänk det fasta beloppet." in said(page)
    assert client.get(reverse("budget_file", args=[budget.pk, "csv"])).status_code == 404
    budget = costs.edit(budget, costs.Content([costs.Line("Drift", 0)]), version=budget.version, by=economist)
    with pytest.raises(allocation.FixedPartTooLarge):
        costs.propose(budget, by=economist)


def test_the_second_who_shares_sees_what_was_saved(client: Client, consortium: Consortium, economist: User) -> None:
    budget = costing.draft(consortium, by=economist)
    url = reverse("share_budget", args=[budget.pk])
    mine = form_of(client, url) | {"version": budget.version}
    equal = costing.choice(key=CostAllocation.Key.EQUAL)
    costs.allocate(budget, equal, version=budget.version, by=factories.user("Ekonom, vikarie"))
    answer = client.post(url, mine)
    assert "Någon annan har sparat" in said(answer)
    assert "<dd>Lika delar</dd>" in said(answer)
    assert client.post(url, mine | {"version": answer.context["version"]}).status_code == 302


def test_a_sum_that_differs_is_told_with_both_figures_and_nothing_is_lost(
    client: Client, consortium: Consortium, economist: User
) -> None:
    url = reverse("edit_budget", args=[costing.draft(consortium, by=economist).pk])
    answer = client.post(url, form_of(client, url) | {"printed_total": "5 000 001", "note": "Skrivet"})
    assert "Summan enligt underlaget är 5 000 001 kr, men posterna blir 5 000 000 kr." in said(answer)
    assert "Skrivet" in said(answer)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"rad-0-amount": "-5"}, "inget rimligt tal"),
        ({"rad-0-amount": "9" * 13}, "inget rimligt tal"),
        ({"rad-0-amount": "tio"}, "hela kronor"),
        ({"rad-0-label": ""}, "Skriv vad beloppet avser"),
        ({"pasted": "Drift 12,50"}, "går inte att läsa som en post"),
        ({"pasted": "Belopp i tkr\nDrift\t500"}, "säger att beloppen inte står i hela kronor"),
        ({"pasted": "Resor 5 000\nDelsumma 6 000"}, "säger 6 000 kr, men posterna blir 5 000 kr"),
        ({"funds": "100"}, "vilken dag medlen är räknade"),
    ],
)
def test_bad_lines_are_told(
    typed: dict[str, str], words: str, client: Client, consortium: Consortium, economist: User
) -> None:
    url = reverse("edit_budget", args=[costing.draft(consortium, by=economist).pk])
    answer = client.post(url, form_of(client, url) | typed)
    assert answer.status_code == 422
    assert words in said(answer)


def test_a_decided_budget_cannot_be_opened_for_editing(client: Client, consortium: Consortium, economist: User) -> None:
    url = reverse("edit_budget", args=[costing.decided(consortium, by=economist).pk])
    assert "ändras inte" in said(client.get(url, follow=True))


def test_only_others_are_offered_to_register_the_decision(
    client: Client, consortium: Consortium, economist: User
) -> None:
    url = reverse("budget", args=[costing.proposal(consortium, by=economist).pk])
    secretary = signed_in(factories.user_with(Role.SECRETARY, consortium))
    assert "Registrera beslutet" not in said(client.get(url))
    assert "Du lade fram förslaget" in said(client.get(url))
    assert "Registrera beslutet" in said(secretary.get(url))


def test_who_proposed_is_told_to_ask_a_colleague(client: Client, consortium: Consortium, economist: User) -> None:
    url = reverse("decide_budget", args=[costing.proposal(consortium, by=economist).pk])
    answer = client.post(url, {"body": "Styrgruppen", "on": "2024-02-13", "paragraph": "§ 4"})
    assert "Be en kollega" in said(answer)
    assert "Utan paragraf är budgeten inte fastställd" in said(
        client.post(url, {"body": "Styrgruppen", "on": "2024-02-13"})
    )


SIMULATED: dict[str, Any] = {
    "year": costing.YEAR,
    "amount": "5 000 000",
    "key": "population",
    "rule": "half_up_rows",
    "population_on": "2023-12-31",
    "members_on": "2023-12-31",
}


def simulate(client: Client, consortium: Consortium, **changed: Any) -> Any:
    return client.get(reverse("simulation"), {**SIMULATED, "consortium": consortium.slug, **changed})


def test_the_simulation_begins_with_something_to_look_at(client: Client, consortium: Consortium) -> None:
    answer = client.get(reverse("simulation"))
    assert "Leksand" in said(answer)
    assert "1 000 000 kr" in said(answer)


def test_the_rule_shows_its_residual(client: Client, consortium: Consortium) -> None:
    """Three equal parts of five kronor: two each, and so one too many."""
    residual = said(simulate(client, consortium, key="equal", amount="5"))
    assert "Avrundningsdifferens +1 kr" in residual
    assert "Avrundningsdifferens" not in said(
        simulate(client, consortium, key="equal", amount="5", rule="largest_remainder")
    )


def test_htmx_gets_the_result_alone(client: Client, consortium: Consortium) -> None:
    whole = simulate(client, consortium).content.decode()
    part = client.get(
        reverse("simulation"), {**SIMULATED, "consortium": consortium.slug}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "<html" in whole
    assert "<html" not in part
    assert "Leksand" in part


def test_a_municipalitys_own_member_may_follow_and_try(consortium: Consortium, economist: User) -> None:
    costing.decided(consortium, by=economist)
    falun = signed_in(factories.user_with(Role.STEERING_MEMBER, factories.municipality("2080")))
    assert "Budget 2024" in said(falun.get(reverse("costs")))
    assert "Leksand" in said(falun.get(reverse("simulation")))


def test_who_has_left_reads_the_budgets_it_paid_for_and_no_later_one(consortium: Consortium, economist: User) -> None:
    paid = costing.decided(consortium, by=economist)
    Membership.objects.create(
        consortium=consortium,
        municipality=factories.municipality("2029"),
        status=Membership.Status.LEFT,
        effective_on=datetime.date(2024, 12, 31),
    )
    later = costs.open_budget(consortium, costing.YEAR + 1, by=economist)
    leksand = signed_in(factories.user_with(Role.AUDITOR, factories.municipality("2029")))
    assert leksand.get(reverse("budget", args=[paid.pk])).status_code == 200
    assert leksand.get(reverse("budget", args=[later.pk])).status_code == 404
    page = said(leksand.get(reverse("costs")))
    assert "Budget 2024" in page
    assert "Budget 2025" not in page
    assert reverse("simulation") not in page, "no link to a page that would not open"


def test_members_can_be_tried(client: Client, consortium: Consortium) -> None:
    page = said(simulate(client, consortium, own_members="on", members=["2080", "2029"]))
    assert '<th scope="row">Falun' in page
    assert '<th scope="row">Säter' not in page
    assert "inga kommuner att fördela på" in said(simulate(client, consortium, own_members="on"))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"population_on": ""}, "Skriv vilken dag folkmängden gäller"),
        ({"population_on": "2020-12-31"}, "Falun, Leksand, Säter"),
        ({"amount": "-1"}, "inget rimligt tal"),
        ({"amount": "mycket"}, "hela kronor"),
        (
            {"key": "mixed", "population_percent": "50", "equal_percent": "30", "usage_percent": "10"},
            "blir tillsammans 90",
        ),
        ({"key": "fixed", "fixed": "2 000 000"}, "6 000 000 kr, mer än hela summan"),
        ({"key": "usage"}, "nyttjande i den enheten"),
    ],
)
def test_what_cannot_be_counted_is_told(
    changed: dict[str, str], words: str, client: Client, consortium: Consortium
) -> None:
    assert words in said(simulate(client, consortium, **changed))


def test_a_simulation_is_taken_along(client: Client, consortium: Consortium) -> None:
    asked = {**SIMULATED, "consortium": consortium.slug, "rule": "largest_remainder"}
    written = client.get(reverse("simulation_file", args=["csv"]), asked).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(written), delimiter=";"))
    assert [row["Kommun"] for row in rows] == ["Falun", "Leksand", "Säter", "Summa"]
    book = openpyxl.load_workbook(
        io.BytesIO(client.get(reverse("simulation_file", args=["xlsx"]), asked).content)
    ).worksheets[0]
    assert [row[6] for row in book.iter_rows(min_row=2, values_only=True)] == [int(row["Kostnad, kr"]) for row in rows]
    assert sum(int(row["Kostnad, kr"]) for row in rows[:-1]) == 5_000_000


def test_a_tried_key_can_be_used_for_the_draft(client: Client, consortium: Consortium, economist: User) -> None:
    draft = costing.draft(consortium, by=economist)
    page = simulate(client, consortium, key="equal")
    fields = dict(page.context["key_fields"]) | {"version": draft.version}
    assert client.post(reverse("share_budget", args=[draft.pk]), fields).status_code == 302
    assert CostAllocation.objects.get().key == "equal"


def test_the_difference_to_last_year_is_shown(client: Client, consortium: Consortium, economist: User) -> None:
    costing.decided(consortium, by=economist)
    page = simulate(client, consortium, year=costing.YEAR + 1, amount="5 500 000", rule="largest_remainder")
    assert page.context["table"].change == 500_000
    assert "+500 000 kr" in said(page)


def report_of(consortium: Consortium, economist: User, kind: str) -> CostReport:
    return settlement.open_report(costing.decided(consortium, by=economist), kind, by=economist)


def test_annual_accounts_from_figures_to_settlement(client: Client, consortium: Consortium, economist: User) -> None:
    report = report_of(consortium, economist, CostReport.Kind.YEAR_END)
    first, second = report.lines.all()
    url = reverse("edit_cost_report", args=[report.pk])
    data = form_of(client, url) | {f"outcome_{first.pk}": "3 900 000", f"outcome_{second.pk}": "1 000 000"}
    assert "inget rimligt" in said(client.post(url, data | {f"outcome_{first.pk}": "-1"}))
    assert "posterna blir 4 900 000 kr" in said(client.post(url, data | {"printed_total": "4 900 001"}))
    assert client.post(url, data).status_code == 302
    client.post(reverse("confirm_cost_report", args=[report.pk]), {"version": 2})
    page = said(client.get(reverse("cost_report", args=[report.pk])))
    assert "−68 735 kr" in page or "−68 734 kr" in page
    assert "Fastställd" in page
    assert client.get(reverse("settlement_invoices", args=[report.pk])).status_code == 200


def test_the_half_year_report_shows_the_forecast(client: Client, consortium: Consortium, economist: User) -> None:
    report = report_of(consortium, economist, CostReport.Kind.HALF_YEAR)
    page = said(client.get(reverse("cost_report", args=[report.pk])))
    assert "Prognos för året" in page
    assert "30 september 2024" in page


def test_money_that_ends_too_early_is_warned_of(client: Client, consortium: Consortium, economist: User) -> None:
    url = reverse("edit_budget", args=[costing.draft(consortium, by=economist).pk])
    typed = {"funds": "10 000 000", "funds_on": "2024-01-01", "project_ends_on": "2026-06-30"}
    client.post(url, form_of(client, url) | typed)
    assert "Medlen räcker till 2025-12-31" in said(client.get(reverse("costs")))


def test_the_invoice_basis_is_the_economists_and_the_municipalitys_own(
    consortium: Consortium, economist: User, client: Client
) -> None:
    budget = costing.decided(consortium, by=economist)
    falun, leksand = (
        signed_in(factories.user_with(Role.STEERING_MEMBER, factories.municipality(code))) for code in ("2080", "2029")
    )
    steering = signed_in(factories.user_with(Role.STEERING_MEMBER, consortium))
    stranger = signed_in(factories.user_with(Role.ARCHIVIST, factories.municipality("2080")))
    url = reverse("invoice_file", args=[budget.pk, "2080", "pdf"])
    answers = [who.get(url).status_code for who in (client, falun, leksand, steering, stranger)]
    assert answers == [200, 200, 404, 403, 404]
    everything = client.get(reverse("invoice_file", args=[budget.pk, "alla", "csv"])).content.decode("utf-8-sig")
    own = falun.get(reverse("invoice_file", args=[budget.pk, "alla", "csv"])).content.decode("utf-8-sig")
    assert (everything.count("Avgift 2024"), own.count("Avgift 2024")) == (3, 1)
    with Read(client.get(url).content) as paper:
        assert "Fakturaunderlag 2024-1-2080" in paper.title
        assert "Falu kommun" in paper.text()


def test_the_yearly_report_is_a_page_and_a_paper(client: Client, consortium: Consortium, economist: User) -> None:
    budget = costing.decided(consortium, by=economist)
    page = said(client.get(reverse("yearly_report", args=[budget.pk, "2080"])))
    assert "Årsrapport 2024 för Falu kommun" in page
    with Read(client.get(reverse("yearly_report_file", args=[budget.pk, "2080", "pdf"])).content) as paper:
        assert paper.claims() == {"PDF/A": "2a", "PDF/UA": "1"}
        assert "9 kap. 38 §" in paper.text()
    assert client.get(reverse("yearly_report", args=[budget.pk, "2062"])).status_code == 404
