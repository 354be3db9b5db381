"""The source systems with their other names, and the delivery projects as they stood after the November meeting."""

import datetime
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from consortium.models import User
from deliveries import decommissioning, file_collections, history, journal, projects, recurrence
from deliveries.models import (
    Benefit,
    Cost,
    DeliveryProject,
    FileStream,
    Milestone,
    Phase,
    ProjectFunction,
    SourceSystem,
    Status,
    SystemAlias,
)
from governance.models import Consortium, Municipality

DAY = datetime.date
MEETING = DAY(2022, 11, 24)

# name, slug, other names and versions, information, secrecy as a rule
SYSTEMS: list[tuple[str, str, list[tuple[str, str]], str, str]] = [
    ("ECOS", "ecos", [("ECOS 1", "1"), ("ECOS 2", "2")], "Miljöärenden", "Blandat"),
    ("SchoolSoft", "schoolsoft", [], "Skola", "OSL 23:2"),
    (
        "Procapita",
        "procapita",
        [("Lifecare", ""), ("Procapita Lifecare", "")],
        "Socialtjänst och skola",
        "OSL 26:1, 23",
    ),
    ("Evolution", "evolution", [], "Diarium", "OSL 5:2 (register)"),
    ("Ciceron", "ciceron", [], "Diarium", "OSL 5:2 (register)"),
    ("PMO", "pmo", [], "Elevhälsa", "OSL 25:1, 23:2"),
    ("Elected", "elected", [], "Förtroendevalda", "OSL 21:3 (adresser)"),
    ("Public 360", "public-360", [("P360", "")], "Diarium", "OSL 5:2 (register)"),
    ("ByggR", "byggr", [], "Byggärenden", "OSL 18 kap. (säkerhet)"),
    ("EDP Vision Miljö", "edp-vision-miljo", [("EDP Vision", "")], "Miljöärenden", "Blandat"),
    ("Capella", "capella", [], "Ej angivet", ""),
    ("Filsamlingar", "filsamlingar", [("Protokoll", ""), ("Betyg", ""), ("Webbsidor", "")], "Filer", ""),
]


@dataclass(frozen=True)
class Plan:
    name: str
    system: str
    municipalities: tuple[str, ...]
    status: Status
    begun: datetime.date  # since when the project stands on the list
    phase: Phase | None = None
    observers: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)


NEXT_YEAR = {"planned_from": DAY(2023, 1, 1)}
IN_FEE = {"cost": Cost.INCLUDED}
AUTUMN, OCTOBER = DAY(2022, 9, 1), DAY(2022, 10, 1)
B = Benefit
PROJECTS = [
    Plan(
        *("ECOS 2", "ecos", ("2084",), Status.ONGOING, AUTUMN, Phase.CONTROL, ("2085",)),
        facts={**IN_FEE, "note": "Väntar på godkännande.", "benefits": [B.RETIREMENT, B.RETRIEVAL]},
    ),
    Plan(
        *("SchoolSoft", "schoolsoft", ("2026",), Status.ONGOING, AUTUMN),
        facts={"benefits": [B.BUSINESS_ACCESS], "has_secrets": True},
    ),
    Plan(
        *("Procapita Lifecare", "procapita", ("2085",), Status.ONGOING, OCTOBER, Phase.CONTROL),
        facts={
            **IN_FEE,
            "started_on": OCTOBER,
            "started_precision": "month",
            "has_secrets": True,
            "benefits": [B.RETIREMENT, B.BUSINESS_ACCESS],
            "lessons": "Exempel. Modellen för inleveranser fungerade: tätt mellan mötena och samma frågor varje gång.",
            "reusable": "Exempel. Mappningen och frågelistan kan användas av andra kommuner med samma system.",
        },
    ),
    Plan(
        *("Evolution", "evolution", ("2029", "2085", "2081"), Status.ONGOING, AUTUMN),
        facts={**IN_FEE, "benefits": [B.RETRIEVAL, B.INSIGHT, B.SERVICE]},
    ),
    Plan(
        *("Ciceron", "ciceron", ("2083", "2021", "2061"), Status.ONGOING, DAY(2022, 11, 1), Phase.EXPLORE),
        facts={**IN_FEE, "note": "Uppstartsmöte hållet.", "benefits": [B.RETRIEVAL, B.INSIGHT]},
    ),
    Plan(
        *("PMO, årlig leverans", "pmo", (), Status.RECURRING, AUTUMN),
        facts={**IN_FEE, "note": "Flyter på enligt planering.", "has_secrets": True, "benefits": [B.BUSINESS_ACCESS]},
    ),
    Plan("ECOS 1", "ecos", ("2029",), Status.PLANNED, OCTOBER, facts={**NEXT_YEAR, "benefits": [B.RETIREMENT]}),
    Plan("Elected", "elected", ("2029",), Status.PLANNED, OCTOBER, facts={**NEXT_YEAR, "benefits": [B.INSIGHT]}),
    Plan(
        *("Public 360", "public-360", ("2062", "2034", "2039", "2082"), Status.PLANNED, OCTOBER),
        facts={**NEXT_YEAR, **IN_FEE, "benefits": [B.RETRIEVAL, B.SERVICE]},
    ),
    Plan("ByggR", "byggr", ("2021", "2084"), Status.PLANNED, OCTOBER, facts={**NEXT_YEAR, "benefits": [B.SERVICE]}),
    Plan(
        *("EDP Vision Miljö", "edp-vision-miljo", ("2023",), Status.PLANNED, OCTOBER),
        facts={**NEXT_YEAR, "cost": Cost.EXTRA, "cost_amount": 45_000, "benefits": [B.DIGITALISATION]},
    ),
    Plan("Capella", "capella", ("2085",), Status.PLANNED, OCTOBER, facts=NEXT_YEAR),
]
STREAMS = (
    FileStream.Kind.GRADES,
    FileStream.Kind.MINUTES,
    FileStream.Kind.COUNCIL_FILMS,
    FileStream.Kind.WEBSITES,
)


def load(consortium: Consortium) -> None:
    """What stands on the steering group's list; `furnish` adds what people have written."""
    for name, slug, aliases, information, secrecy in SYSTEMS:
        system = SourceSystem.objects.create(
            name=name, slug=slug, information_type=information, secrecy_default=secrecy
        )
        for alias, version in [(name, ""), *aliases]:
            SystemAlias.objects.create(system=system, name=alias, version=version)
    for plan in PROJECTS:
        projects.create(
            consortium,
            SourceSystem.objects.get(slug=plan.system),
            plan.name,
            _named(plan.municipalities),
            observers=_named(plan.observers),
            status=plan.status,
            phase=plan.phase,
            on=plan.begun,
            by=None,
            **plan.facts,
        )
    _finish(DeliveryProject.objects.get(name="Procapita Lifecare"))
    for kind in STREAMS:
        file_collections.begin(consortium, {"kind": kind, "from_on": AUTUMN}, by=None)


def _finish(project: DeliveryProject) -> None:
    """Done on the day of the meeting, before there was a portal to count receipts in."""
    part = project.participations.get()
    part.status, part.ended_on = Status.COMPLETED, MEETING
    part.save()
    history.remember(part, by=None, on=MEETING)
    history.summarise(project, by=None, on=MEETING)


def _named(codes: tuple[str, ...]) -> list[Municipality]:
    return list(Municipality.objects.filter(code__in=codes))


def furnish(by: User) -> None:
    """What a newcomer finds in the projects: functions, milestones, a barrier and its answer. All of it examples."""
    kinds, owner = Milestone.Kind, ProjectFunction.Kind.BUSINESS_OWNER
    ecos, ciceron, evolution, school, pmo = (
        DeliveryProject.objects.get(name=name)
        for name in ("ECOS 2", "Ciceron", "Evolution", "SchoolSoft", "PMO, årlig leverans")
    )
    journal.name_function(ecos, owner, "Miljöchef, Avesta", by=by, municipality=_one("2084"))
    journal.name_function(evolution, owner, "Kanslichef, gemensam för projektet", by=by)
    for project in (ecos, evolution, ciceron):
        journal.name_function(project, ProjectFunction.Kind.PROJECT_LEADER, "IT-arkivarie, e-arkivcentrum", by=by)
    for code in ("2083", "2021", "2061"):
        reached = (DAY(2022, 11, 1), "month")
        journal.plan_milestone(ciceron, kinds.KICKOFF, reached=reached, by=by, municipality=_one(code))
    journal.plan_milestone(ciceron, kinds.STUDY, planned=(DAY(2023, 3, 1), "season"), by=by)
    journal.plan_milestone(ecos, kinds.PRODUCTION, reached=(DAY(2022, 11, 10), "day"), by=by)
    journal.plan_milestone(ecos, kinds.APPROVAL, planned=(DAY(2022, 12, 1), "month"), by=by)
    time = journal.raise_barrier(evolution, "Exempel. Verksamheten säger att den varken har tid eller pengar.", by=by)
    journal.solve_barrier(time, "Kostnaden ingår i medlemsavgiften. Två halvdagar är avsatta.", by=by)
    journal.raise_barrier(school, "Exempel. Leverantören har inte svarat om export.", by=by, municipality=_one("2026"))
    journal.log(ecos, "Exempel. Ludvika har suttit med och lyssnat in inför sin egen leverans.", by=by)
    journal.log(ciceron, "Exempel. Första gemensamma mötet: samma system, tre kommuner, en mappning.", by=by)
    plan = "Exempel. Projektplan: fas 0 till 2 görs gemensamt.".encode()
    journal.add_document(ciceron, "Projektplan", "projektplan.txt", plan, by=by)
    rhythm = recurrence.set_rhythm(pmo, every_months=12, first_due_on=DAY(2022, 12, 15), by=by)
    for occurrence in rhythm.occurrences.filter(due_on__lt=timezone.localdate()):
        recurrence.tick_off(occurrence, note="Exempel. Levererad enligt plan.", by=by)
    procapita = SourceSystem.objects.get(slug="procapita")
    decommissioning.shut_down(
        procapita, _one("2085"), DAY(2023, 1, 1), 85_000, precision="month", note="Exempel", by=by
    )


def _one(code: str) -> Municipality:
    return Municipality.objects.get(code=code)
