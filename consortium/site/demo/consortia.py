"""Four more consortia, each in another stage of life. What is assumed and not known says "Exempel" in its comment."""

import datetime
from dataclasses import dataclass, field

from consortium.access import grants
from consortium.access.roles import Role
from consortium.models import User
from consortium.precision import Precision
from governance.models import Consortium, HostChange, Membership, Municipality, Population, StageChange

Stage, Form, Status = Consortium.Stage, Consortium.LegalForm, Membership.Status
VG, AC, M = "Västra Götalands län", "Västerbottens län", "Skåne län"
DAY, MONTH, SEASON, YEAR = Precision.DAY, Precision.MONTH, Precision.SEASON, Precision.YEAR


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


# code, name, official name, population
FYRBODAL = [
    ("1460", "Bengtsfors", "Bengtsfors kommun", 9_750),
    ("1438", "Dals-Ed", "Dals-Eds kommun", 4_813),
    ("1439", "Färgelanda", "Färgelanda kommun", 6_637),
    ("1484", "Lysekil", "Lysekils kommun", 14_555),
    ("1461", "Mellerud", "Melleruds kommun", 9_310),
    ("1430", "Munkedal", "Munkedals kommun", 10_513),
    ("1421", "Orust", "Orust kommun", 15_218),
    ("1427", "Sotenäs", "Sotenäs kommun", 9_061),
    ("1486", "Strömstad", "Strömstads kommun", 13_218),
    ("1435", "Tanum", "Tanums kommun", 12_841),
    ("1488", "Trollhättan", "Trollhättans stad", 59_058),
    ("1485", "Uddevalla", "Uddevalla kommun", 56_703),
    ("1487", "Vänersborg", "Vänersborgs kommun", 39_591),
    ("1492", "Åmål", "Åmåls kommun", 12_610),
]
SJUHARAD = [
    ("1443", "Bollebygd", "Bollebygds kommun", 9_733),
    ("1490", "Borås", "Borås Stad", 114_592),
    ("1466", "Herrljunga", "Herrljunga kommun", 9_441),
    ("1463", "Mark", "Marks kommun", 35_287),
    ("1465", "Svenljunga", "Svenljunga kommun", 10_759),
    ("1452", "Tranemo", "Tranemo kommun", 11_937),
    ("1491", "Ulricehamn", "Ulricehamns kommun", 25_087),
    ("1442", "Vårgårda", "Vårgårda kommun", 12_474),
]
VASTERBOTTEN = [
    ("2401", "Nordmaling", "Nordmalings kommun", 7_033),
    ("2403", "Bjurholm", "Bjurholms kommun", 2_348),
    ("2404", "Vindeln", "Vindelns kommun", 5_461),
    ("2409", "Robertsfors", "Robertsfors kommun", 6_740),
    ("2417", "Norsjö", "Norsjö kommun", 3_924),
    ("2418", "Malå", "Malå kommun", 2_990),
    ("2421", "Storuman", "Storumans kommun", 5_621),
    ("2422", "Sorsele", "Sorsele kommun", 2_387),
    ("2425", "Dorotea", "Dorotea kommun", 2_339),
    ("2460", "Vännäs", "Vännäs kommun", 9_059),
    ("2462", "Vilhelmina", "Vilhelmina kommun", 6_263),
    ("2463", "Åsele", "Åsele kommun", 2_718),
    ("2480", "Umeå", "Umeå kommun", 133_091),
    ("2481", "Lycksele", "Lycksele kommun", 12_213),
    ("2482", "Skellefteå", "Skellefteå kommun", 76_542),
]
SKANE = [
    ("1281", "Lund", "Lunds kommun", 128_384),
    ("1257", "Örkelljunga", "Örkelljunga kommun", 10_455),
    ("1260", "Bjuv", "Bjuvs kommun", 16_062),
    ("1263", "Svedala", "Svedala kommun", 23_288),
    ("1264", "Skurup", "Skurups kommun", 16_731),
    ("1265", "Sjöbo", "Sjöbo kommun", 19_547),
    ("1266", "Hörby", "Hörby kommun", 15_718),
    ("1270", "Tomelilla", "Tomelilla kommun", 13_812),
    ("1275", "Perstorp", "Perstorps kommun", 7_442),
    ("1276", "Klippan", "Klippans kommun", 17_865),
    ("1277", "Åstorp", "Åstorps kommun", 16_341),
    ("1282", "Landskrona", "Landskrona stad", 47_004),
    ("1286", "Ystad", "Ystads kommun", 31_714),
    ("1287", "Trelleborg", "Trelleborgs kommun", 46_649),
    ("1291", "Simrishamn", "Simrishamns kommun", 19_074),
    ("1292", "Ängelholm", "Ängelholms kommun", 44_268),
]
ORGANISATION_NUMBERS = {
    **{"1443": "212000-2973", "1466": "212000-1520", "1463": "212000-1504", "1465": "212000-1512"},
    **{"1452": "212000-1462", "1491": "212000-1579", "1442": "212000-1454"},
}
COUNTED_ON = {"1442": "2024-12-31", "1452": "2021-12-31"}  # later and earlier than their neighbours
CAME_LATER = {"1286", "1291"}
ASSUMED = "Exempel: vilka två kommuner som kom till senare är ett antagande."


@dataclass(frozen=True)
class Plan:
    consortium: Consortium
    places: list[tuple[str, str, str, int]]
    county: str
    counted_on: str
    source: str
    status: str
    since: str
    precision: str
    stages: list[tuple[str, str, str, str]] = field(default_factory=list)


def plans() -> list[Plan]:
    return [
        Plan(
            Consortium(
                name="E-råd Fyrbodal",
                slug="fyrbodal",
                stage=Stage.PROJECT,
                legal_form=Form.PROJECT,
                what="Gemensam modell för digital samverkan och dess kostnader",
                members_word="kommuner i Fyrbodal",
                how="Nätverk med styrgrupp och projektgrupp",
            ),
            *(FYRBODAL, VG, "2019-12-31", "E-rådets tabell 2020-09-10; dagen är antagen (Exempel)"),
            *(Status.INTEREST, "2020-09-10", DAY),
            [(Stage.PROJECT, "2020-09-10", DAY, "Kostnadsmodellen föreslås.")],
        ),
        Plan(
            Consortium(
                name="E-arkiv i Sjuhärad",
                slug="sjuharad",
                stage=Stage.PROJECT,
                legal_form=Form.PROJECT,
                what="Förberedelser för ett gemensamt e-arkiv",
                members_word="kommuner i Sjuhärad",
                how="Projekt hos kommunalförbundet, på väg mot avtalssamverkan",
                why="Frågan väcktes av Ulricehamn och Tranemo",
                started_on=day("2022-09-01"),
            ),
            *(SJUHARAD, VG, "2023-12-31", "SCB"),
            *(Status.INTENT, "2022-01-01", MONTH),
            [
                (Stage.STUDY, "2021-06-01", SEASON, "Underlag för samverkan visas för kommuncheferna."),
                (Stage.PROJECT, "2022-09-01", SEASON, "Treårigt projekt till 2025-09-01. Målet är en upphandling."),
            ],
        ),
        Plan(
            Consortium(
                name="Länsövergripande e-arkiv Västerbotten",
                slug="vasterbotten",
                stage=Stage.STUDY,
                legal_form=Form.PROJECT,
                what="Förstudie om ett e-arkiv för hela länet",
                members_word="kommuner i Västerbotten",
                how="Arbetsgrupp med kommuner, landsting och region",
                benefits=["time", "service", "digitalisation"],
                started_on=day("2015-05-07"),
            ),
            *(VASTERBOTTEN, AC, "2023-12-31", "SCB"),
            *(Status.INTEREST, "2015-05-07", DAY),
            [(Stage.STUDY, "2015-05-07", DAY, "Regiondirektören får uppdraget att utreda.")],
        ),
        Plan(
            Consortium(
                name="SkånEarkiv",
                slug="skanearkiv",
                stage=Stage.OPERATION,
                legal_form=Form.AGREEMENT,
                host_id="1281",
                what="Kommungemensamt e-arkiv",
                members_word="skånska kommuner",
                how="Projektform",
                why="Värde för medborgare och kommuner",
                benefits=["retirement", "business", "service", "democracy"],
                started_on=day("2016-01-01"),
                started_precision=YEAR,
            ),
            *(SKANE, M, "2022-12-31", "SCB"),
            *(Status.SIGNED, "2019-01-01", YEAR),
            [
                (Stage.STUDY, "2016-01-01", YEAR, ""),
                (Stage.PROJECT, "2019-01-01", YEAR, "Projektplanen godkänns på styrgruppens första möte."),
                (Stage.PROCUREMENT, "2019-06-01", SEASON, ""),
                (Stage.OPERATION, "2020-06-01", SEASON, ""),
            ],
        ),
    ]


def load(administrator: User) -> None:
    for plan in plans():
        plan.consortium.save()
        _places(plan)
        Membership.objects.bulk_create(_steps(plan))
        StageChange.objects.bulk_create(
            StageChange(
                consortium=plan.consortium, stage=stage, effective_on=day(on), precision=precision, comment=said
            )
            for stage, on, precision, said in plan.stages
        )
        grants.assign(administrator, Role.CONSORTIUM_ADMIN, plan.consortium, by=None, from_on=day("2022-02-01"))
    _first_host("skanearkiv", "1281", "2019-01-01", "Avtalet mellan de 14 kommunerna")


def _places(plan: Plan) -> None:
    Municipality.objects.bulk_create(
        Municipality(
            code=code,
            name=name,
            official_name=official,
            county=plan.county,
            organisation_number=ORGANISATION_NUMBERS.get(code, ""),
            existing_solution=name == "Borås",
        )
        for code, name, official, _count in plan.places
    )
    Population.objects.bulk_create(
        Population(municipality_id=code, on=day(COUNTED_ON.get(code, plan.counted_on)), count=count, source=plan.source)
        for code, _name, _official, count in plan.places
    )


def _steps(plan: Plan) -> list[Membership]:
    return [_step(plan, code, name) for code, name, _official, _count in plan.places]


def _step(plan: Plan, code: str, name: str) -> Membership:
    step = Membership(
        consortium=plan.consortium,
        municipality_id=code,
        status=plan.status,
        effective_on=day(plan.since),
        precision=plan.precision,
    )
    if name == "Bollebygd":
        step.status, step.comment = Status.NO_INTENT, "Har meddelat att kommunen inte deltar i projektet."
    if name == "Borås":
        step.comment = "Har redan ett e-arkiv, men är med i projektet."
    if name == "Vårgårda":
        step.planned_on, step.planned_precision = day("2022-02-01"), MONTH
        step.body, step.comment = "Kommunfullmäktige", "Exempel: vilken kommun som beslutar sist är ett antagande."
    if code in CAME_LATER:
        step.effective_on, step.comment = day("2022-01-01"), ASSUMED
    return step


def _first_host(slug: str, code: str, on: str, decision: str) -> None:
    HostChange.objects.create(
        consortium=Consortium.objects.get(slug=slug),
        municipality_id=code,
        effective_on=day(on),
        precision=YEAR,
        decision=decision,
    )
