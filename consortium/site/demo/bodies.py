"""Who sits where: Dalarna's steering group as in its minutes, and the groups of the other consortia, by function."""

import datetime

from django.utils import timezone

from consortium.models import User
from consortium.precision import Precision
from consortium.site.demo.consortia import FYRBODAL, SKANE, day
from governance import feedback, inquiries, rounds, year_wheel
from governance.models import (
    AgreementDeadline,
    Body,
    Consortium,
    Contact,
    ExtensionRound,
    FeeSchedule,
    HostChange,
    Inquiry,
    Milestone,
    Municipality,
    Party,
    Seat,
    StageChange,
)

Kind, Regime, Role = Body.Kind, Body.LegalRegime, Seat.Role
HOST = "2082"
STEERING_GROUP = "Styrgruppen"

# code, function; an empty function is a vacant seat
STEERING = [
    ("2082", "Chef kommunstyrelsesektorn"),
    ("2021", "Sekretariatschef"),
    ("2081", "Chef för stöd och service"),
    ("2039", "Administrativ chef"),
    ("2023", "Kanslichef"),
    ("2062", "Kanslichef"),
    ("2080", "Kanslichef"),
    ("2034", "Chef gemensamt stöd"),
    ("2061", "Kommunchef"),
    ("2031", "Kommunchef"),
    ("2083", "Personalförvaltningschef"),
    ("2029", "Chef administrativ service"),
    ("2085", "Kanslichef"),
    ("2026", "Enhetschef"),
    ("2084", ""),
]
USERS = {"2082": "ordforande@exempel.se", "2062": "styrgrupp.mora@exempel.se"}
WERE_THERE = {"2082", "2021", "2081", "2039", "2023", "2062"}
WITHOUT_SEAT = {"1460", "1438", "1435"}  # Bengtsfors, Dals-Ed, Tanum
WITHOUT_PROJECT_SEAT = {*WITHOUT_SEAT, "1430"}  # and Munkedal
SAID = [
    ("Hos oss har ingen gjort någon plan för vad som ska levereras.", ["INGEN_PLAN"]),
    ("Verksamheten ser bara det som brinner just nu.", ["KORTSIKTIGT"]),
    ("Det är svårt att visa för ledningen vad vi tjänar på det.", ["NYTTA_SVAR"]),
    ("Argumenten finns, vi behöver bara samla dem.", ["ARGUMENT"]),
    ("Arkivarien får sällan bestämma ordningen.", ["MANDAT"]),
    ("Några saknar fortfarande någon i styrgruppen.", ["REPRESENTATION"]),
]


def load(dalarna: Consortium, administrator: User) -> None:
    _dalarna(dalarna, administrator)
    _fyrbodal()
    _sjuharad()
    _vasterbotten()
    _skane()


def _dalarna(consortium: Consortium, administrator: User) -> None:
    _tell_of(consortium)
    group = _body(consortium, STEERING_GROUP, Kind.STEERING_GROUP, Regime.AGREEMENT, "2019-01-01", Precision.YEAR)
    for code, function in STEERING:
        _seat(group, code, function, role=Role.CHAIR if code == HOST else Role.MEMBER)
    for function, role in (
        ("Enhetschef, e-arkivcentrum", Role.SECRETARY),
        ("Systemförvaltare, e-arkivcentrum", Role.COOPTED),
    ):
        user = User.objects.filter(email="sekreterare@exempel.se").first() if role == Role.SECRETARY else None
        email = "" if user else "e-arkivcentrum@sater.exempel.se"
        Seat.objects.create(body=group, role=role, function=function, user=user, email=email, from_on=group.from_on)
    talk = _body(consortium, "Samrådsgruppen", Kind.CONSULTATION_GROUP, Regime.NONE, "2019-01-01", Precision.YEAR)
    for code, _function in STEERING:
        if code != "2031":
            _seat(talk, code, "Kommunarkivarie")
    _contacts(consortium)
    _year_ahead(consortium, group, administrator)
    opened = _extension(consortium, administrator)
    _question(consortium, group, opened, administrator)
    topic = feedback.open_topic(
        consortium,
        {"title": "Samrådsgruppens heldag", "question": "Vad hindrar leveranserna, och vad skulle hjälpa?"},
        by=administrator,
    )
    for text, tags in SAID:
        feedback.give(topic, text, tags)


def _tell_of(consortium: Consortium) -> None:
    consortium.what = "Gemensamt e-arkiv för kommunerna i Dalarna"
    consortium.members_word = "kommuner i Dalarna"
    consortium.why = "Handlingar från gamla system bevaras och blir lätta att hitta"
    consortium.benefits = ["time", "business", "retirement", "democracy", "service", "research", "digitalisation"]
    consortium.started_on, consortium.started_precision = day("2019-01-01"), Precision.YEAR
    consortium.save()
    for stage, on, said in (
        (Consortium.Stage.OPERATION, "2019-01-01", "Exempel"),
        (Consortium.Stage.EXTENSION, "2022-01-01", "Fler kommuner vill ansluta sig."),
    ):
        StageChange.objects.create(
            consortium=consortium, stage=stage, effective_on=day(on), precision=Precision.YEAR, comment=said
        )
    HostChange.objects.create(
        consortium=consortium,
        municipality_id=HOST,
        effective_on=day("2019-01-01"),
        precision=Precision.YEAR,
        decision="Samverkansavtalet (exempel)",
    )
    deadline = AgreementDeadline.Kind
    for kind, month, last in ((deadline.ACCOUNTS, 2, 15), (deadline.BUDGET, 4, None), (deadline.INTERIM, 9, None)):
        AgreementDeadline.objects.create(
            consortium=consortium, kind=kind, month=month, day=last, source="Samverkansavtalet (exempel)"
        )


def _contacts(consortium: Consortium) -> None:
    members = consortium.members()
    members.update(appeal_court="Kammarrätten i Sundsvall")
    Contact.objects.bulk_create(
        Contact(municipality=each, function=Contact.Function.REGISTRY, email=f"registrator@{_host(each.name)}")
        for each in members
    )
    FeeSchedule.objects.bulk_create(
        FeeSchedule(municipality=each, valid_from=day("2022-01-01"), decision="Exempel") for each in members
    )


def _host(name: str) -> str:
    return f"{name.lower().translate(str.maketrans('åäö', 'aao', ' '))}.exempel.se"


def _year_ahead(consortium: Consortium, group: Body, by: User) -> None:
    """Next year's wheel as a proposal, with one date that comes too late and one without hours."""
    year = timezone.localdate().year + 1
    series = year_wheel.propose(group, year, by=by)
    bound = {each.kind: each for each in consortium.deadlines.all()}
    kind = AgreementDeadline.Kind
    for (month, on), hour, deadline in (
        ((2, 16), 9, kind.ACCOUNTS),
        ((4, 20), 10, kind.BUDGET),
        ((9, 22), 10, kind.INTERIM),
        ((11, 24), None, None),
    ):
        hours = {"start": datetime.time(hour), "end": datetime.time(hour + 1)} if hour else {}
        facts = {"on": datetime.date(year, month, on), "venue": "Teams", **hours}
        year_wheel.add(series, {**facts, "deadline": bound[deadline] if deadline else None}, by=by)
    mora = User.objects.get(email="styrgrupp.mora@exempel.se")
    year_wheel.comment(series, "Första mötet bör ligga före den 15 februari, då bokslutet ska vara klart.", by=mora)


def _extension(consortium: Consortium, by: User) -> ExtensionRound:
    facts = {
        "name": "Utökning 2023",
        "new_name": "E-arkiv Mitt",
        "opened_on": day("2022-09-01"),
        "decisions_by": day("2022-12-31"),
        "expected_joiners": 7,
        "note": "De sju är inte namngivna här. Exempel.",
    }
    opened = rounds.open_round(consortium, facts, joining=[], by=by)
    reason = "Kommunerna är ombedda att vänta tills ett kommunalförbund har beslutat"
    rounds.hold(opened, reason=reason, from_on=day("2022-11-22"), until_on=day("2022-12-07"), by=by)
    rounds.depend(opened, "Kommunalförbundet har beslutat", by=by)
    for lane, name, on, waits in (
        (Milestone.Lane.CONSORTIUM, "Nytt samverkansavtal gäller", "2023-02-01", True),
        (Milestone.Lane.JOINING, "Teknisk anslutning börjar", "2023-03-01", True),
        (Milestone.Lane.JOINING, "Informationsträff för arkivarier", "2023-01-18", False),
    ):
        rounds.plan_milestone(opened, {"lane": lane, "name": name, "planned_on": day(on), "waits": waits}, by=by)
    return opened


def _question(consortium: Consortium, group: Body, opened: ExtensionRound, by: User) -> None:
    facts = {
        "question": "När kan ni fatta beslut om utökningen efter den 7 december?",
        "background": "Svaren avgör när de nya kommunerna kan ansluta sig.",
        "kind": Inquiry.Kind.DAY,
        "body": group,
        "round": opened,
        "answer_by": day("2022-12-16"),
        "asked_at": datetime.datetime(2022, 11, 24, 11, tzinfo=datetime.UTC),
    }
    presumed = dict.fromkeys(WERE_THERE, "Svarade på mötet")
    asked = inquiries.ask(consortium, facts, presumed=presumed, by=by)
    asked.replies.filter(municipality="2081").update(day=day("2023-01-23"), presumed="Svarade på mötet: 23 januari")


def _fyrbodal() -> None:
    consortium = Consortium.objects.get(slug="fyrbodal")
    group = _body(consortium, STEERING_GROUP, Kind.STEERING_GROUP, Regime.NONE, "2020-09-10")
    team = _body(consortium, "Projektgruppen", Kind.PROJECT_GROUP, Regime.NONE, "2020-09-10")
    for code, name, _official, _count in FYRBODAL:
        if code not in WITHOUT_SEAT:
            tentative = Seat.Status.TENTATIVE if name == "Uddevalla" else Seat.Status.FIRM
            _seat(group, code, "Digitaliseringsansvarig", status=tentative)
        if code not in WITHOUT_PROJECT_SEAT:
            for _number in range({"Trollhättan": 3, "Uddevalla": 3, "Vänersborg": 2, "Lysekil": 2}.get(name, 1)):
                _seat(team, code, "Utvecklingsledare")


def _sjuharad() -> None:
    consortium = Consortium.objects.get(slug="sjuharad")
    _body(consortium, "Direktionen", Kind.BOARD, Regime.LAW, "2015-01-01", Precision.YEAR)
    council = _body(consortium, "eLedningsrådet", Kind.COUNCIL, Regime.NONE, "2015-01-01", Precision.YEAR)
    council.status, council.note = Body.Status.PAUSED, "Vilar sedan årsskiftet 2020/2021."
    council.save()
    for each in consortium.memberships.select_related("municipality"):
        _seat(council, each.municipality_id, "Kommunchef")
    for name in ("Biblioteksdatasystem", "Digitalisering i välfärden", "Informationssäkerhet", "eSamhälle"):
        _body(consortium, f"Nätverk {name}", Kind.NETWORK, Regime.NONE, "2021-09-01", Precision.SEASON)


def _vasterbotten() -> None:
    consortium = Consortium.objects.get(slug="vasterbotten")
    group = _body(consortium, "Arbetsgruppen", Kind.WORKING_GROUP, Regime.NONE, "2015-05-07")
    for code in ("2482", "2482", "2481", "2481", "2422", "2425"):
        _seat(group, code, "Arkivarie")
    for name, function in (("Västerbottens läns landsting", "Arkivarie"), ("Region Västerbotten", "Projektledare")):
        region = Party.objects.create(kind=Party.Kind.REGION, name=name)
        Seat.objects.create(body=group, party=region, function=function, from_on=group.from_on)


def _skane() -> None:
    group = _body(
        *(Consortium.objects.get(slug="skanearkiv"), STEERING_GROUP, Kind.STEERING_GROUP, Regime.AGREEMENT),
        *("2019-01-01", Precision.YEAR),
    )
    for code, *_rest in SKANE:
        _seat(group, code, "Kanslichef", role=Role.CHAIR if code == "1281" else Role.MEMBER)


def _body(
    consortium: Consortium, name: str, kind: str, regime: str, since: str, precision: str = Precision.DAY
) -> Body:
    return Body.objects.create(
        consortium=consortium,
        name=name,
        kind=kind,
        legal_regime=regime,
        from_on=day(since),
        from_precision=precision,
        numbering=Body.Numbering.MEETING if kind == Kind.STEERING_GROUP else Body.Numbering.YEAR,
    )


def _seat(body: Body, code: str, function: str, **fields: str) -> Seat:
    municipality = Municipality.objects.get(code=code)
    user = User.objects.filter(email=USERS.get(code, "")).first() if body.name == STEERING_GROUP else None
    email = (
        ""
        if user or not function
        else f"{'styrgrupp' if body.name == STEERING_GROUP else 'arkiv'}@{_host(municipality.name)}"
    )
    return Seat.objects.create(
        body=body,
        municipality=municipality,
        function=function,
        user=user,
        email=email,
        from_on=body.from_on,
        **{"status": Seat.Status.FIRM if function else Seat.Status.VACANT, **fields},
    )
