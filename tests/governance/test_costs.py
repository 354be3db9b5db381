"""A budget from draft to decision, and what stops it."""

import datetime
import re
from fractions import Fraction
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from consortium.models import AuditEvent, User
from governance import allocation, budget_text, cost_basis, costs
from governance.models import Budget, BudgetLine, Consortium, CostAllocation, CostShare, Membership, Population
from governance.models.costs import MOST_KRONOR
from governance.paragraphs import Content, Decided
from tests import factories
from tests.governance import costing, publishing, steering
from tests.governance.costing import ON, YEAR
from tests.keeping import shared

pytestmark = pytest.mark.django_db


@pytest.fixture
@shared
def economist() -> User:
    return costing.economist()


@pytest.fixture
@shared
def consortium() -> Consortium:
    return costing.members()


def test_lines_make_the_total(consortium: Consortium, economist: User) -> None:
    assert costing.draft(consortium, by=economist).total == 5_000_000


def test_the_first_draft_of_a_year_has_last_years_lines(consortium: Consortium, economist: User) -> None:
    costing.decided(consortium, by=economist)
    following = costs.open_budget(consortium, YEAR + 1, by=economist)
    assert [line.label for line in following.lines.all()] == ["Drift", "Personal"]


@pytest.mark.parametrize("year", [1066, 20240])
def test_a_year_is_a_year(year: int, consortium: Consortium, economist: User) -> None:
    with pytest.raises(costs.AbsurdAmount):
        costs.open_budget(consortium, year, by=economist)


def test_there_is_one_draft_a_year(consortium: Consortium, economist: User) -> None:
    costs.open_budget(consortium, YEAR, by=economist)
    with pytest.raises(costs.YearIsTaken):
        costs.open_budget(consortium, YEAR, by=economist)


@pytest.mark.parametrize("amount", [-1, MOST_KRONOR + 1])
def test_absurd_amounts_are_refused(amount: int, consortium: Consortium, economist: User) -> None:
    with pytest.raises(costs.AbsurdAmount):
        costing.draft(consortium, by=economist, lines=[costs.Line("Drift", amount)])
    with pytest.raises(IntegrityError), transaction.atomic():
        BudgetLine.objects.create(budget=Budget.objects.get(), position=1, label="Drift", amount=amount)


def test_a_written_sum_that_is_not_the_rows_is_refused_with_both(consortium: Consortium, economist: User) -> None:
    budget = costs.open_budget(consortium, YEAR, by=economist)
    content = costs.Content(costing.LINES)
    with pytest.raises(costs.PrintedSumDiffers) as refusal:
        costs.edit(budget, content, version=budget.version, by=economist, printed_total=5_000_001)
    assert (refusal.value.printed, refusal.value.computed) == (5_000_001, 5_000_000)
    assert not budget.lines.exists()


def test_the_second_of_two_editors_is_told(consortium: Consortium, economist: User) -> None:
    budget = costs.open_budget(consortium, YEAR, by=economist)
    seen = budget.version
    costs.edit(budget, costs.Content(costing.LINES), version=seen, by=economist)
    with pytest.raises(costs.ChangedMeanwhile):
        costs.edit(budget, costs.Content([]), version=seen, by=factories.user("Ekonom, vikarie"))
    assert budget.lines.count() == 2


def test_shares_are_kept_with_what_they_were_counted_from(consortium: Consortium, economist: User) -> None:
    budget = costing.proposal(consortium, by=economist)
    rows = CostShare.objects.filter(allocation__budget=budget)
    assert {row.municipality_id: row.population for row in rows} == costing.PEOPLE
    assert {row.population_source for row in rows} == {"SCB"}
    assert sum(row.kronor for row in rows) == budget.total


def test_a_changed_line_changes_the_shares(consortium: Consortium, economist: User) -> None:
    budget = costing.draft(consortium, by=economist)
    budget = costs.allocate(budget, costing.choice(), version=budget.version, by=economist)
    budget = costs.edit(budget, costs.Content([costs.Line("Drift", 300)]), version=budget.version, by=economist)
    assert sum(row.kronor for row in budget.allocation.shares.all()) == 300


def test_the_host_may_take_the_residual(consortium: Consortium, economist: User) -> None:
    rule = CostAllocation.Rule.RESIDUAL_TO_HOST
    budget = costing.proposal(consortium, by=economist, rule=rule)
    assert sum(row.kronor for row in budget.allocation.shares.all()) == budget.total


@pytest.mark.parametrize("fields", [{"population_on": None}, {"population_on": datetime.date(2020, 12, 31)}])
def test_population_needs_a_day_for_which_there_is_one(
    fields: dict[str, Any], consortium: Consortium, economist: User
) -> None:
    budget = costing.draft(consortium, by=economist)
    with pytest.raises(allocation.WithoutPopulation) as refusal:
        costs.allocate(budget, costing.choice(**fields), version=budget.version, by=economist)
    assert refusal.value.codes == sorted(costing.PEOPLE)


def test_a_population_of_another_day_is_never_borrowed(consortium: Consortium, economist: User) -> None:
    mora = factories.municipality("2062")
    Population.objects.create(municipality=mora, on=datetime.date(2021, 12, 31), count=20_000, source="SCB")
    budget = costing.draft(consortium, by=economist)
    with pytest.raises(allocation.WithoutPopulation) as refusal:
        costs.allocate(budget, costing.choice(), version=budget.version, by=economist)
    assert refusal.value.codes == ["2062"]


def test_members_are_those_of_the_reference_day(consortium: Consortium, economist: User) -> None:
    falun = factories.municipality("2080")
    Membership.objects.create(
        consortium=consortium,
        municipality=falun,
        status=Membership.Status.LEFT,
        effective_on=datetime.date(2024, 1, 1),
    )
    before = cost_basis.members(consortium, costing.choice())
    after = cost_basis.members(consortium, costing.choice(members_on=datetime.date(2024, 1, 1)))
    assert before - after == {"2080"}
    assert "2029" in after


def test_before_anybody_has_joined_those_on_their_way_share(consortium: Consortium) -> None:
    planned = factories.consortium("E-råd Exempel")
    for code, status in (("2080", Membership.Status.INTENT), ("2029", Membership.Status.NO_INTENT)):
        Membership.objects.create(
            consortium=planned, municipality=factories.municipality(code), status=status, effective_on=ON
        )
    assert cost_basis.members(planned, costing.choice()) == {"2080"}


def test_a_joiner_pays_from_the_month_it_joins_and_a_leaver_until_it_leaves(consortium: Consortium) -> None:
    mora = factories.municipality("2062", member=False)
    for municipality, status, day in [
        (mora, Membership.Status.JOINING, datetime.date(2024, 7, 1)),
        (factories.municipality("2029"), Membership.Status.LEFT, datetime.date(2024, 4, 1)),
    ]:
        Membership.objects.create(consortium=consortium, municipality=municipality, status=status, effective_on=day)
    assert cost_basis.months_of_membership(consortium, YEAR) == {"2080": 12, "2082": 12, "2029": 3, "2062": 6}
    basis = cost_basis.of(consortium, costing.choice(pro_rata=True, key=CostAllocation.Key.EQUAL))
    shared = costs.share(consortium, costing.choice(pro_rata=True, key=CostAllocation.Key.EQUAL), basis, 3300)
    assert shared.kronor == {"2080": 1200, "2082": 1200, "2029": 300, "2062": 600}


def test_usage_is_measured_by_whoever_knows(consortium: Consortium, economist: User) -> None:
    cost_basis.measure_usage("provenhet", lambda _where, _on: {"2080": Fraction(2, 3), "2029": Fraction(1, 3)})
    choice = costing.choice(key=CostAllocation.Key.USAGE, usage_unit="provenhet")
    basis = cost_basis.of(consortium, choice)
    assert [payer.usage for payer in basis.payers] == [Fraction(333, 1000), Fraction(667, 1000), 0]
    assert costs.share(consortium, choice, basis, 1000).kronor == {"2080": 667, "2029": 333, "2082": 0}


def test_what_is_settled_again_is_counted_with_the_same_figures(consortium: Consortium, economist: User) -> None:
    fields = {"key": CostAllocation.Key.MIXED, "population_percent": 60, "equal_percent": 40, "fixed": 100_000}
    budget = costing.proposal(consortium, by=economist, **fields)
    again = cost_basis.again(budget.allocation, budget.total)
    assert again.kronor == {row.municipality_id: row.kronor for row in budget.allocation.shares.all()}


def test_nothing_is_proposed_before_it_is_shared(consortium: Consortium, economist: User) -> None:
    with pytest.raises(costs.NothingToDecide):
        costs.propose(costing.draft(consortium, by=economist), by=economist)


@pytest.mark.parametrize(
    "reference",
    [
        None,
        costs.Reference("", ON, "§ 4"),
        costs.Reference("Styrgruppen", None, "§ 4"),
        costs.Reference("Styrgruppen", ON, " "),
    ],
)
def test_a_budget_is_not_decided_without_a_paragraph(
    reference: costs.Reference | None, consortium: Consortium, economist: User
) -> None:
    budget = costing.proposal(consortium, by=economist)
    with pytest.raises(costs.NoParagraph):
        costs.decide(budget, by=factories.user("Sekreterare"), reference=reference)
    with pytest.raises(IntegrityError), transaction.atomic():
        Budget.objects.filter(pk=budget.pk).update(status=Budget.Status.DECIDED)


ADOPTED = Content("Budget 2024", decisions=(Decided("Styrgruppen fastställer budgeten."),))


def test_a_budget_is_bound_to_a_paragraph_of_the_portals_own_minutes(consortium: Consortium, economist: User) -> None:
    budget = costing.proposal(consortium, by=economist)
    group = steering.group()
    decision = publishing.adjusted(group, ADOPTED).paragraphs.get().decisions.get()
    budget = costs.decide(budget, by=group.secretary, decision=decision)
    assert (budget.decision, budget.decided_by_words) == (decision, "Styrgruppen 2022-11-24, §\u00a01")


def test_a_paragraph_decides_nothing_before_it_is_adjusted(consortium: Consortium, economist: User) -> None:
    budget = costing.proposal(consortium, by=economist)
    group = steering.group()
    decision = publishing.written(group, ADOPTED).paragraphs.get().decisions.get()
    with pytest.raises(costs.ParagraphNotAdjusted):
        costs.decide(budget, by=group.secretary, decision=decision)


def test_another_co_operations_paragraph_decides_nothing(consortium: Consortium, economist: User) -> None:
    budget = costing.proposal(consortium, by=economist)
    group = steering.group()
    decision = publishing.adjusted(group, ADOPTED).paragraphs.get().decisions.get()
    Budget.objects.filter(pk=budget.pk).update(consortium=factories.consortium("Ett annat"))
    with pytest.raises(costs.NoParagraph):
        costs.decide(budget, by=group.secretary, decision=decision)


def test_whoever_proposed_does_not_register_the_decision(consortium: Consortium, economist: User) -> None:
    budget = costing.proposal(consortium, by=economist)
    with pytest.raises(costs.OwnProposal):
        costs.decide(budget, by=economist, reference=costing.REFERENCE)


def test_a_decision_leaves_its_paragraph_and_a_trace(consortium: Consortium, economist: User) -> None:
    budget = costing.decided(consortium, by=economist)
    assert budget.decided_by_words == "Styrgruppen 2024-02-13, § 4"
    assert AuditEvent.objects.filter(what="budget_decided", target_id=str(budget.pk)).exists()


@pytest.mark.parametrize("act", ["edit", "allocate", "propose", "take_back", "decide"])
def test_a_decided_budget_is_not_edited(act: str, consortium: Consortium, economist: User) -> None:
    budget = costing.decided(consortium, by=economist)
    steps: dict[str, Any] = {
        "edit": lambda: costs.edit(budget, costs.Content([]), version=budget.version, by=economist),
        "allocate": lambda: costs.allocate(budget, costing.choice(), version=budget.version, by=economist),
        "propose": lambda: costs.propose(budget, by=economist),
        "take_back": lambda: costs.take_back(budget, by=economist),
        "decide": lambda: costs.decide(budget, by=economist, reference=costing.REFERENCE),
    }
    with pytest.raises(costs.NotInThisState):
        steps[act]()


@pytest.mark.parametrize(
    "statement",
    [
        "update governance_budget set note = 'x' where id = %(budget)s",
        "update governance_budget set status = 'draft' where id = %(budget)s",
        "delete from governance_budget where id = %(budget)s",
        "update governance_budgetline set amount = 1 where budget_id = %(budget)s",
        "update governance_budgetline set budget_id = %(draft)s where budget_id = %(budget)s",
        "delete from governance_budgetline where budget_id = %(budget)s",
        'insert into governance_budgetline (budget_id, position, "group", label, amount)'
        " values (%(budget)s, 9, '', 'x', 1)",
        "update governance_costallocation set rule = 'half_up_rows' where budget_id = %(budget)s",
        "update governance_costshare set kronor = kronor + 1",
        "delete from governance_costshare",
        "truncate governance_costshare",
        "truncate governance_budget cascade",
    ],
)
def test_the_database_refuses_to_change_a_decided_budget(
    statement: str, consortium: Consortium, economist: User
) -> None:
    budget = costing.decided(consortium, by=economist)
    draft = costs.open_budget(consortium, YEAR + 1, by=economist)
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, {"budget": budget.pk, "draft": draft.pk})


def test_a_new_edition_replaces_the_decided_one(consortium: Consortium, economist: User) -> None:
    first = costing.decided(consortium, by=economist)
    second = costing.decided(consortium, by=economist, rule=CostAllocation.Rule.HALF_UP_ROWS)
    assert (second.edition, first.replaced_by(), second.replaced_by()) == (2, second, None)
    assert list(Budget.objects.in_force()) == [second]


def test_a_proposal_can_be_taken_back_and_changed(consortium: Consortium, economist: User) -> None:
    budget = costs.take_back(costing.proposal(consortium, by=economist), by=economist)
    costs.edit(budget, costs.Content([costs.Line("Drift", 1)]), version=budget.version, by=economist)
    assert budget.lines.get().amount == 1


PRINTED = """
Förvaltning	1 000 000kr/år
Nätverk	4 000 000kr/år
Samordnare	4 000 000kr/år

Totalt grundverksamhet: 9 000 000kr/år

Projektorganisation	6 000 000kr/år
-------------------	----------------
Totalt inkl. projekt: 15 000 000kr/år
"""


def test_pasted_lines_are_read_with_their_sums() -> None:
    lines = budget_text.read(PRINTED)
    assert [(line.group, line.amount) for line in lines] == [
        ("Grundverksamhet", 1_000_000),
        ("Grundverksamhet", 4_000_000),
        ("Grundverksamhet", 4_000_000),
        ("", 6_000_000),
    ]


@pytest.mark.parametrize(
    ("was", "written", "computed"), [("9 000 000", 9_000_001, 9_000_000), ("15 000 000", 14_999_999, 15_000_000)]
)
def test_a_pasted_sum_that_does_not_match_is_refused_with_both(was: str, written: int, computed: int) -> None:
    with pytest.raises(costs.PrintedSumDiffers) as refusal:
        budget_text.read(PRINTED.replace(f": {was}", f": {written}"))
    assert (refusal.value.printed, refusal.value.computed) == (written, computed)


@pytest.mark.parametrize("row", ["Drift 12,50", "5 000", "1 200 000 kr"])
def test_ore_and_amounts_without_a_name_are_refused(row: str) -> None:
    with pytest.raises(budget_text.NotALine):
        budget_text.read(row)


@pytest.mark.parametrize(
    "row",
    ["Licenser 2024 150 000", "Etapp 2 1 500 000", "Lokal 2 12 000 kr", "Resor 12.50 kr", "Resor 12.50", "Hyra 1,500"],
)
def test_figures_that_run_on_into_the_amount_are_refused(row: str) -> None:
    with pytest.raises(budget_text.NotALine, match=row):
        budget_text.read(row)


@pytest.mark.parametrize(
    ("row", "label", "amount"),
    [
        ("Licenser 2024\t150 000", "Licenser 2024", 150_000),
        ("Etapp 2: 1 500 000 kr", "Etapp 2", 1_500_000),
        ("Lokal 2 – 12\u2009000 kr", "Lokal 2", 12_000),
        ("Konsult (2 st) 1.200.000", "Konsult (2 st)", 1_200_000),
    ],
)
def test_a_tab_or_a_sign_keeps_the_label_and_the_amount_apart(row: str, label: str, amount: int) -> None:
    assert budget_text.read(row) == [costs.Line(label, amount)]


@pytest.mark.parametrize(
    ("row", "amount"),
    [
        ("Drift 500 tkr", 500_000),
        ("Drift: 1 200 TKR", 1_200_000),
        ("Drift\t-75 kkr", -75_000),
        ("Drift 0,5 tkr/år", 500),
        ("Drift 1,25 mnkr", 1_250_000),
        ("Drift 2 Mkr.", 2_000_000),
        ("Drift 3 miljoner kronor", 3_000_000),
        ("Drift 1 miljon", 1_000_000),
        ("Drift 40 tusen kr", 40_000),
    ],
)
def test_thousands_and_millions_are_read_as_such(row: str, amount: int) -> None:
    assert budget_text.read(row) == [costs.Line("Drift", amount)]


def test_a_sum_in_thousands_is_compared_with_lines_in_kronor() -> None:
    assert [line.amount for line in budget_text.read("Drift 500 000 kr\nSumma: 500 tkr")] == [500_000]
    with pytest.raises(costs.PrintedSumDiffers):
        budget_text.read("Drift 500 000 kr\nSumma: 501 tkr")


@pytest.mark.parametrize("row", ["Drift 1,0005 tkr", "Drift 2024 500 tkr", "500 tkr"])
def test_thousands_that_are_no_whole_kronor_or_belong_to_nothing_are_refused(row: str) -> None:
    with pytest.raises(budget_text.NotALine, match=row):
        budget_text.read(row)


@pytest.mark.parametrize("heading", ["Belopp i tkr", "Budget 2025 (mnkr)", "Tusentals kronor"])
def test_a_heading_in_thousands_is_refused_before_the_amounts_are_taken_for_kronor(heading: str) -> None:
    with pytest.raises(budget_text.NotInKronor, match=re.escape(heading)):
        budget_text.read(f"{heading}\nDrift\t500")


def test_a_heading_names_the_lines_below_it() -> None:
    lines = budget_text.read(
        "Etapp 1\nPersonal 1.200.000,00\nHyra 300 kr\nDelsumma 1 200 300\nEtapp 2\nResor\t50\nSumma 1 200 350"
    )
    assert [(line.group, line.label, line.amount) for line in lines] == [
        ("Etapp 1", "Personal", 1_200_000),
        ("Etapp 1", "Hyra", 300),
        ("Etapp 2", "Resor", 50),
    ]
