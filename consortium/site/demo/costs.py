"""What the example co-operation costs: a year that is closed, one that goes on and one that is proposed."""

import datetime

from consortium.access import grants
from consortium.access.roles import Role
from consortium.models import User
from consortium.site.demo.members import POPULATION_ON
from governance import costs, settlement
from governance.cost_basis import Choice
from governance.models import Budget, Consortium, CostAllocation, CostReport, Municipality

ECONOMIST, CHAIR, MEMBER = "ekonom@exempel.se", "ordforande@exempel.se", "styrgrupp.mora@exempel.se"
HOME = "2062"
Rule, Key = CostAllocation.Rule, CostAllocation.Key

LINES = {
    2025: [(2_600_000, 1_450_000), (500_000, 450_000)],
    2026: [(2_750_000, 1_500_000), (520_000, 530_000)],
    2027: [(2_900_000, 1_550_000), (560_000, 590_000)],
}
OUTCOME = {2025: (2_641_300, 1_402_750, 488_120, 371_900), 2026: (1_390_200, 742_000, 301_450, 190_300)}
FORECAST = (2_800_000, 1_500_000, 560_000, 480_000)
DECIDED = {2025: (datetime.date(2024, 4, 18), "§ 14"), 2026: (datetime.date(2025, 4, 17), "§ 12")}


COUNTED_ON = datetime.date(2019, 12, 31)
REGIONAL = [
    costs.Line("VästKom centralt", 1_000_000, "Grundverksamhet"),
    costs.Line("GITS", 4_000_000, "Grundverksamhet"),
    costs.Line("E-samordnare", 4_000_000, "Grundverksamhet"),
    costs.Line("Regional projektorganisation", 6_000_000, "Projekt"),
]


def load(consortium: Consortium) -> None:
    economist, chair = User.objects.get(email=ECONOMIST), User.objects.get(email=CHAIR)
    closed = _decided(consortium, 2025, economist, chair, rule=Rule.HALF_UP_ROWS)
    going = _decided(consortium, 2026, economist, chair, key=Key.FIXED, fixed=60_000)
    _accounts(closed, by=economist)
    _half_year(going, by=economist)
    _proposed(consortium, 2027, economist, key=Key.FIXED, fixed=60_000)
    if council := Consortium.objects.filter(slug="fyrbodal").first():
        grants.assign(economist, Role.ECONOMIST, council, by=None, from_on=datetime.date(2022, 1, 1))
        _council(council, by=economist)
    home = Municipality.objects.get(code=HOME)
    grants.assign(
        User.objects.get(email=MEMBER), Role.STEERING_MEMBER, home, by=None, from_on=datetime.date(2022, 1, 1)
    )


def _proposed(consortium: Consortium, year: int, by: User, **key: object) -> Budget:
    (centre, operation), (training, support) = LINES[year]
    content = costs.Content(
        [
            costs.Line("E-arkivcentrum, personal", centre, "Grundverksamhet"),
            costs.Line("Drift och lagring", operation, "Grundverksamhet"),
            costs.Line("Leveransprojekt", training, "Utveckling"),
            costs.Line("Utbildning och samråd", support, "Utveckling"),
        ],
        note="Exempel",
    )
    budget = costs.open_budget(consortium, year, by=by)
    budget = costs.edit(budget, content, version=budget.version, by=by)
    choice = Choice(year, members_on=POPULATION_ON, population_on=POPULATION_ON, **key)  # type: ignore[arg-type]
    return costs.propose(costs.allocate(budget, choice, version=budget.version, by=by), by=by)


def _decided(consortium: Consortium, year: int, by: User, chair: User, **key: object) -> Budget:
    on, paragraph = DECIDED[year]
    reference = costs.Reference("Styrgruppen", on, paragraph)
    return costs.decide(_proposed(consortium, year, by, **key), by=chair, reference=reference)


def _accounts(budget: Budget, *, by: User) -> None:
    report = settlement.open_report(budget, CostReport.Kind.YEAR_END, by=by)
    rows = zip(report.lines.all(), OUTCOME[budget.year], strict=True)
    figures = {row.pk: settlement.Figures(outcome) for row, outcome in rows}
    note = "Utbildningarna hölls digitalt och kostade mindre än väntat."
    report = settlement.edit_report(report, figures, as_of=report.as_of, note=note, version=report.version, by=by)
    settlement.confirm(report, version=report.version, by=by)


def _half_year(budget: Budget, *, by: User) -> None:
    report = settlement.open_report(budget, CostReport.Kind.HALF_YEAR, by=by)
    rows = zip(report.lines.all(), OUTCOME[budget.year], FORECAST, strict=True)
    figures = {row.pk: settlement.Figures(outcome, forecast) for row, outcome, forecast in rows}
    note = "Fler leveransprojekt än planerat startar efter sommaren."
    settlement.edit_report(report, figures, as_of=report.as_of, note=note, version=report.version, by=by)


def _council(council: Consortium, *, by: User) -> None:
    """A table that misses its budget by a krona, and a regional budget whose money ends before the project."""
    shared = costs.open_budget(council, 2021, by=by)
    content = costs.Content([costs.Line("E-rådets samverkan", 1_500_000)], note="Exempel")
    shared = costs.edit(shared, content, version=shared.version, by=by)
    on = datetime.date(2020, 9, 10)
    choice = Choice(2021, members_on=on, population_on=COUNTED_ON, rule=Rule.HALF_UP_ROWS)
    costs.propose(costs.allocate(shared, choice, version=shared.version, by=by), by=by)
    regional = costs.open_budget(council, 2020, by=by)
    content = costs.Content(
        REGIONAL,
        note="Exempel: den regionala budgeten. Den fördelas inte på kommunerna här.",
        funds=34_500_000,
        funds_on=on,
        project_ends_on=datetime.date(2023, 12, 31),
    )
    costs.edit(regional, content, version=regional.version, by=by)
