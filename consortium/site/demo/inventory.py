"""What the municipalities say of their systems, in which order they are to be connected, and who has a delivery plan.

Invented, all of it; drawn by the municipality's code, so that every first start shows the same.
"""

import datetime
import random
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.utils import timezone

from consortium.models import User
from deliveries import inventory, planning, prioritisation, study, systems
from deliveries.models import DeliveryPlan, Participation, PersonalData, Retention, Sector, SourceSystem, StudyItem
from governance.models import Consortium, Municipality

Status = DeliveryPlan.Status
K, P = Retention, PersonalData
AFTER_THE_MEETING = 2023

# slug: vendor, delivered as, recipe, retention, information class, personal data, records in thousands, GB
KNOWN: dict[str, tuple[str, str, str, Retention, tuple[int, int, int], PersonalData, int, int]] = {
    "ecos": ("Sokigo", "erms", "ecos", K.PARTLY, (1, 3, 2), P.ORDINARY, 40, 60),
    "schoolsoft": ("", "files", "schoolsoft", K.PARTLY, (3, 3, 2), P.DELICATE, 90, 25),
    "procapita": ("Tietoevry", "vendor_xml", "procapita", K.PARTLY, (3, 3, 3), P.SENSITIVE, 120, 80),
    "evolution": ("", "erms", "evolution", K.KEEP, (2, 3, 2), P.ORDINARY, 60, 140),
    "ciceron": ("", "erms", "ciceron", K.KEEP, (2, 3, 2), P.ORDINARY, 55, 110),
    "pmo": ("CGM", "vendor_xml", "pmo", K.KEEP, (4, 3, 2), P.SENSITIVE, 30, 15),
    "elected": ("", "files", "elected", K.KEEP, (1, 3, 1), P.ORDINARY, 3, 1),
    "public-360": ("Tietoevry", "erms", "public-360", K.KEEP, (2, 3, 3), P.ORDINARY, 70, 150),
    "byggr": ("Sokigo", "erms", "byggr", K.KEEP, (1, 3, 2), P.ORDINARY, 80, 320),
    "edp-vision-miljo": ("EDP Consult", "erms", "edp-vision", K.PARTLY, (1, 2, 2), P.ORDINARY, 25, 30),
    "capella": ("", "files", "capella", K.UNKNOWN, (2, 2, 2), P.UNKNOWN, 10, 8),
}
# systems that no project has come to yet, with the municipalities that have them
MORE: dict[str, tuple[str, tuple[str, ...]]] = {
    "Treserva": ("Socialtjänst", ("2080", "2031", "2081")),
    "Platina": ("Diarium", ("2080",)),
    "Castor": ("Miljöärenden", ("2081", "2083")),
    "PMO": ("Elevhälsa", ("2080", "2081", "2085", "2062")),
    "SchoolSoft": ("Skola", ("2061",)),
}
NOT_YET = ("2031", "2039")  # have not inventoried

LESSONS = (
    "Exempel. Be om export av ett enda avslutat ärende först: det visar hur bilagor och fastighet kommer ut. "
    "Bestäm vilka ärendetyper som gallras innan leverantören räknar på exporten."
)

# need, ease, saving, motive
SCORES: dict[str, tuple[int, int, int, str]] = {
    "public-360": (5, 4, 4, "Fyra kommuner byter system"),
    "procapita": (5, 2, 5, "Dyrt att hålla kvar för läsning"),
    "evolution": (4, 4, 3, "Tre kommuner, samma export"),
    "ciceron": (4, 4, 3, "Uppstartsmöte hållet"),
    "ecos": (4, 3, 3, "ECOS 1 saknar stöd"),
    "byggr": (3, 4, 2, ""),
    "elected": (2, 5, 1, "Litet och enkelt"),
    "pmo": (5, 3, 2, "Lagkrav, varje år"),
    "schoolsoft": (3, 2, 2, ""),
    "capella": (2, 2, 2, "Exporten är okänd"),
}


def load(consortium: Consortium, by: User) -> None:
    _describe(by)
    _take_stock(by)
    _plan(AFTER_THE_MEETING, by)
    _plan(timezone.localdate().year, by)
    _put_in_order(consortium, by)
    _study(consortium, by)


def _describe(by: User) -> None:
    for slug, (vendor, delivered_as, recipe, *_rest) in KNOWN.items():
        known = {"vendor": vendor, "delivered_as": delivered_as, "recipe": recipe}
        SourceSystem.objects.filter(slug=slug).update(**known, revision=F("revision") + 1)
    SourceSystem.objects.filter(slug="byggr").update(lessons=LESSONS)
    for name, (information, _codes) in MORE.items():
        if not SourceSystem.objects.named(name).exists():
            systems.register({"name": name, "information_type": information}, by=by)


def _take_stock(by: User) -> None:
    """Those who take part in a project have the system, and some have others besides."""
    having = {
        (code, slug)
        for code, slug in Participation.objects.delivering().values_list("municipality", "project__system__slug")
        if code not in NOT_YET
    }
    for name, (_information, codes) in MORE.items():
        slug = SourceSystem.objects.named(name).get().slug
        having |= {(code, slug) for code in codes if code not in NOT_YET}
    places = {each.code: each for each in Municipality.objects.all()}
    registered = {each.slug: each for each in SourceSystem.objects.all()}
    for code, slug in sorted(having):
        inventory.add(places[code], registered[slug], _facts(code, slug), by=by)


def _facts(code: str, slug: str) -> dict[str, Any]:
    chance = random.Random(f"{code} {slug}")  # noqa: S311, examples need no secrecy
    *_names, retention, (k, r, t), personal_data, records, size = KNOWN.get(
        slug, ("", "", "", K.UNKNOWN, (2, 2, 2), P.UNKNOWN, 20, 20)
    )
    today, share = timezone.localdate(), chance.uniform(0.2, 1.6)
    begun = datetime.date(chance.randint(1998, 2015), chance.randint(1, 12), 1)
    facts: dict[str, Any] = {
        "used_from": begun,
        "records": round(records * 1000 * share),
        "size_gb": Decimal(round(size * share * 10)) / 10,
        "retention": retention,
        "confidentiality": k,
        "correctness": r,
        "availability": t,
        "personal_data": personal_data,
        "contract_ends_on": today.replace(day=1) + datetime.timedelta(days=chance.randint(60, 1500)),
        "note": "Exempel",
    }
    if (code, slug) == ("2085", "procapita"):
        return {**facts, "in_use": False, "retired_on": datetime.date(2023, 1, 31), "contract_ends_on": None}
    if slug == "ecos":
        facts |= {"version": "1" if code == "2029" else "2"}
        facts |= {"end_of_life_on": today + datetime.timedelta(days=150)} if code == "2029" else {}
    return facts


# code: status, mandate holder, deciding body, forum, sectors
PLANS: dict[str, tuple[str, str, str, str, list[str]]] = {
    "2082": (
        Status.DECIDED,
        "Chef kommunstyrelsesektorn",
        "Kommunstyrelsen",
        "Ledningsgruppen",
        ["management", "building"],
    ),
    "2081": (
        Status.DECIDED,
        "Chef för stöd och service",
        "Kommunstyrelsen",
        "Förvaltningsledningen",
        ["social", "school"],
    ),
    "2062": (Status.ANCHORED, "Kanslichef", "Kommunstyrelsen", "Ledningsgruppen", ["management"]),
    "2085": (Status.DRAFT, "Kanslichef", "", "Samrådsgruppen", ["management", "social"]),
    "2029": (Status.DRAFT, "", "", "", ["environment"]),
    "2084": (Status.MISSING, "Kanslichef", "", "", []),
    "2021": (Status.MISSING, "Sekretariatschef", "", "", ["building"]),
}
WITHOUT_ARCHIVIST, WITH_ARCHIVIST = ("2031",), ("2080", "2029", "2062", "2081", "2082", "2085", "2084")


def _plan(year: int, by: User) -> None:
    places = {each.code: each for each in Municipality.objects.all()}
    for number, (code, (status, holder, body, forum, sectors)) in enumerate(PLANS.items(), 11):
        decided = {"decided_on": datetime.date(year, 1, number), "paragraph": f"§ {number}"}
        values = {
            "status": status,
            "mandate_holder": holder,
            "deciding_body": body,
            "anchoring_forum": forum,
            "sectors": [str(Sector(each)) for each in sectors],
            "note": "Exempel",
            **(decided if status == Status.DECIDED else {}),
        }
        planning.write(planning.plan_of(places[code], year), values, seen=1, by=by)
    if year == AFTER_THE_MEETING:
        for code in (*WITHOUT_ARCHIVIST, *WITH_ARCHIVIST):
            note = "Exempel. Delas med en grannkommun." if code == "2029" else ""
            seen = planning.staffing_of(places[code]).seen
            planning.state_staffing(places[code], code in WITH_ARCHIVIST, note, seen=seen, by=by)


def _put_in_order(consortium: Consortium, by: User) -> None:
    """One decided version, and a draft where weights can be tried."""
    registered = {each.slug: each for each in SourceSystem.objects.filter(slug__in=SCORES)}
    scores = [
        {"system": registered[slug], "need": need, "ease": ease, "saving": saving, "motive": motive}
        for slug, (need, ease, saving, motive) in SCORES.items()
    ]
    row = prioritisation.begin(consortium, AFTER_THE_MEETING, by=by)
    row = prioritisation.score(row, scores, seen=row.revision, by=by)
    prioritisation.decide(
        row,
        function="Styrgruppen (exempel)",
        on=datetime.date(2023, 2, 13),
        paragraph="§ 4",
        seen=row.revision,
        by=by,
    )
    prioritisation.begin(consortium, timezone.localdate().year, by=by)


def _study(consortium: Consortium, by: User) -> None:
    """Done long ago, all but one matter that is taken up again as the consortium grows."""
    for topic in StudyItem.Topic:
        status = StudyItem.Status.ONGOING if topic == StudyItem.Topic.COSTS else StudyItem.Status.DONE
        study.write(study.item_of(consortium, topic), status, "Exempel", seen=1, by=by)
