"""A budget in a few words, for tests that are about something else."""

import datetime

from consortium.access.roles import Role
from consortium.models import User
from governance import costs, settlement
from governance.cost_basis import Choice
from governance.models import Budget, Consortium, CostReport, Population
from tests import factories

ON = datetime.date(2023, 12, 31)
YEAR = 2024
PEOPLE = {"2080": 59_986, "2029": 16_043, "2082": 11_243}
LINES = [costs.Line("Drift", 4_000_000, "Grund"), costs.Line("Personal", 1_000_000, "Grund")]


def members() -> Consortium:
    """Falun, Leksand and Säter, the host, with inhabitants on a day."""
    consortium = factories.consortium()
    for code, count in PEOPLE.items():
        Population.objects.create(municipality=factories.municipality(code), on=ON, count=count, source="SCB")
    consortium.host = factories.municipality("2082")
    consortium.save()
    return consortium


def economist() -> User:
    return factories.user_with(Role.ECONOMIST, factories.consortium(), "Ekonom, Säter")


def choice(**fields: object) -> Choice:
    return Choice(**{"year": YEAR, "members_on": ON, "population_on": ON, **fields})  # type: ignore[arg-type]


def draft(consortium: Consortium | None = None, *, by: User, lines: list[costs.Line] | None = None) -> Budget:
    made = costs.open_budget(consortium or members(), YEAR, by=by)
    return costs.edit(made, costs.Content(LINES if lines is None else lines), version=made.version, by=by)


def proposal(consortium: Consortium | None = None, *, by: User, **fields: object) -> Budget:
    made = draft(consortium, by=by)
    return costs.propose(costs.allocate(made, choice(**fields), version=made.version, by=by), by=by)


REFERENCE = costs.Reference("Styrgruppen", datetime.date(2024, 2, 13), "§ 4")


def decided(consortium: Consortium | None = None, *, by: User | None = None, **fields: object) -> Budget:
    made = proposal(consortium, by=by or economist(), **fields)
    return costs.decide(made, by=factories.user("Sekreterare"), reference=REFERENCE)


def addressed() -> dict[str, str]:
    """A budget in each state and a report, as addresses name them."""
    members()
    return addressed_by(economist())


def addressed_by(by: User) -> dict[str, str]:
    consortium = factories.consortium()
    report = settlement.open_report(decided(consortium, by=by), CostReport.Kind.YEAR_END, by=by)
    following = costs.open_budget(consortium, YEAR + 1, by=by)
    shared = costs.allocate(following, choice(year=YEAR + 1), version=following.version, by=by)
    proposed = costs.propose(shared, by=by)
    draft = costs.open_budget(consortium, YEAR + 2, by=by)
    rows = {"budget": report.budget, "budget_proposal": proposed, "budget_draft": draft, "cost_report": report}
    return {name: str(row.pk) for name, row in rows.items()}
