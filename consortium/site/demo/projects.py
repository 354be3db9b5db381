"""The source systems with their other names, and the delivery projects as they stood after the November meeting."""

import datetime
from dataclasses import dataclass, field

from consortium.precision import Precision
from deliveries.models import DeliveryProject, Participation, SourceSystem, SystemAlias
from deliveries.models.projects import Phase
from governance.models import Consortium, Municipality

Status = DeliveryProject.Status

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
    phase: Phase | None = None
    observers: tuple[str, ...] = ()
    note: str = ""
    started_on: datetime.date | None = None
    ended_on: datetime.date | None = None
    started_precision: Precision = field(default=Precision.DAY)


AFTER_NEW_YEAR = datetime.date(2023, 1, 1)
PROJECTS = [
    Plan("ECOS 2", "ecos", ("2084",), Status.ONGOING, Phase.CONTROL, ("2085",), "Väntar på godkännande."),
    Plan("SchoolSoft", "schoolsoft", ("2026",), Status.ONGOING),
    Plan(
        *("Procapita Lifecare", "procapita", ("2085",), Status.COMPLETED, Phase.CONTROL),
        started_on=datetime.date(2022, 10, 1),
        started_precision=Precision.MONTH,
        ended_on=datetime.date(2022, 11, 24),
    ),
    Plan("Evolution", "evolution", ("2029", "2085", "2081"), Status.ONGOING),
    Plan("Ciceron", "ciceron", ("2083", "2021", "2061"), Status.ONGOING, Phase.EXPLORE, note="Uppstartsmöte hållet."),
    Plan("PMO, årlig leverans", "pmo", (), Status.RECURRING, note="Ange vilka kommuner som deltar."),
    Plan("ECOS 1", "ecos", ("2029",), Status.PLANNED),
    Plan("Elected", "elected", ("2029",), Status.PLANNED),
    Plan("Public 360", "public-360", ("2062", "2034", "2039", "2082"), Status.PLANNED),
    Plan("ByggR", "byggr", ("2021", "2084"), Status.PLANNED),
    Plan("EDP Vision Miljö", "edp-vision-miljo", ("2023",), Status.PLANNED),
    Plan("Capella", "capella", ("2085",), Status.PLANNED),
]


def load(consortium: Consortium) -> None:
    for name, slug, aliases, information, secrecy in SYSTEMS:
        system = SourceSystem.objects.create(
            name=name, slug=slug, information_type=information, secrecy_default=secrecy
        )
        for alias, version in [(name, ""), *aliases]:
            SystemAlias.objects.create(system=system, name=alias, version=version)
    for plan in PROJECTS:
        project = DeliveryProject.objects.create(
            consortium=consortium,
            system=SourceSystem.objects.get(slug=plan.system),
            name=plan.name,
            status=plan.status,
            phase=plan.phase,
            planned_from=AFTER_NEW_YEAR if plan.status == Status.PLANNED else None,
            started_on=plan.started_on,
            started_precision=plan.started_precision,
            ended_on=plan.ended_on,
            note=plan.note,
        )
        for code in plan.municipalities:
            _join(project, code, Participation.Role.DELIVERING)
        for code in plan.observers:
            _join(project, code, Participation.Role.OBSERVER)


def _join(project: DeliveryProject, code: str, role: Participation.Role) -> None:
    Participation.objects.create(project=project, municipality=Municipality.objects.get(code=code), role=role)
