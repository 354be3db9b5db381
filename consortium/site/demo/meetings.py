"""The steering group's meetings: one adjusted, one in draft the day after, the next year's, and one to come.

Everything is told in our own words, and everybody is a function.
"""

import datetime
from typing import Any

from django.utils import timezone

from consortium.models import User
from governance import adjustment, agenda, attendance, checking, meetings, minutes, notice
from governance.attendance import Tick
from governance.models import ActionItem, AgendaItem, Body, Consortium, Decision, Meeting, Minutes, Municipality, Seat
from governance.paragraphs import Commented, Content, Decided, ToDo

SECRETARY = "Enhetschef, e-arkivcentrum"
CHAIR, ADJUSTER, MORA = "2082", "2021", "2062"
PRESENT = ("2082", "2021", "2081", "2039", "2023", "2062")
NOVEMBER = datetime.date(2022, 11, 24)
NEXT_YEAR = [
    (datetime.date(2023, 2, 13), 9, 10),
    (datetime.date(2023, 4, 17), 10, 11),
    (datetime.date(2023, 9, 26), 10, 11),
    (datetime.date(2023, 11, 23), 11, 12),
]
UNANSWERED = ("2080", "2034", "2061", "2031", "2083", "2029", "2085", "2026", "2084")


def load(consortium: Consortium) -> None:
    body = _body(consortium)
    secretary = User.objects.get(email="sekreterare@exempel.se")
    _september(body, secretary)
    _november(body, secretary)
    for day, begins, ends in NEXT_YEAR:
        _plan(body, secretary, day, begins, ends)
    _coming(body, secretary)
    if fyrbodal := Consortium.objects.filter(name__icontains="Fyrbodal").first():
        _council(fyrbodal, secretary)


def _body(consortium: Consortium) -> Body:
    """The group as it is loaded, with §§ that begin anew at each meeting, and accounts for those who sign."""
    body = Body.objects.get(consortium=consortium, kind=Body.Kind.STEERING_GROUP)
    Body.objects.filter(pk=body.pk).update(numbering=Body.Numbering.MEETING)
    body.refresh_from_db()
    for found, email in (
        ({"municipality_id": CHAIR}, "ordforande@exempel.se"),
        ({"municipality_id": ADJUSTER}, "justerare@exempel.se"),
        ({"municipality_id": MORA}, "styrgrupp.mora@exempel.se"),
        ({"role": Seat.Role.SECRETARY}, "sekreterare@exempel.se"),
    ):
        body.seats.filter(user=None, **found).update(user=User.objects.get(email=email))
    return body


def _plan(body: Body, by: User, day: datetime.date, begins: int, ends: float, **fields: Any) -> Meeting:
    known = body.meetings.filter(held_on=day).first()
    end = datetime.time(int(ends), int(ends % 1 * 60))
    return known or meetings.plan(
        body, held_on=day, starts_at=datetime.time(begins), ends_at=end, place_text="Teams", by=by, **fields
    )


def _take(meeting: Meeting, present: tuple[str, ...]) -> None:
    """Members by municipality; the staff of the centre are there."""
    ticks = [
        Tick(
            row.pk,
            presence="present" if row.is_coopted or row.municipality_id in present else "absent",
            is_chair=row.municipality_id == CHAIR,
            is_secretary=row.function == SECRETARY or (row.seat is not None and row.seat.role == Seat.Role.SECRETARY),
            is_adjuster=row.municipality_id == ADJUSTER,
        )
        for row in meeting.attendances.filter(is_vacant=False).select_related("seat")
    ]
    attendance.take(meeting, ticks, by=None)


def _write(kept: Minutes, title: str, by: User, **parts: Any) -> None:
    paragraph = kept.paragraphs.get(title=title)
    minutes.save(paragraph, Content(title=title, **parts), version=paragraph.version, by=by)


def _september(body: Body, by: User) -> None:
    """Adjusted by all three, so that locked minutes can be seen."""
    meeting = _plan(body, by, datetime.date(2022, 9, 22), 13, 14)
    item = agenda.add(meeting, title="Budgetuppföljning efter augusti", type="I", length=15, by=by)
    agenda.change(item, version=item.version, responsible=SECRETARY, by=by)
    _take(meeting, (*PRESENT, "2080", "2029"))
    kept = minutes.begin(meeting, by=by)
    _write(kept, "Val av justerare", by, decisions=(_chosen(),))
    _write(
        kept,
        "Budgetuppföljning efter augusti",
        by,
        decisions=(Decided("Styrgruppen tar uppföljningen till protokollet.", Decision.Kind.NOTED),),
        summary="Kostnaderna följer budgeten. Två leveransprojekt har flyttats till hösten och kostar inget mer.",
        actions=(ToDo("Föreslå mötesdagar för 2023", SECRETARY, datetime.date(2022, 11, 10)),),
        dispatch_to="Medlemskommunerna",
    )
    passed = [each.key for each in checking.check(kept, timezone.localdate()) if not each.stops]
    adjustment.finish(kept, confirmed=passed, by=by)
    for email in ("ordforande@exempel.se", "justerare@exempel.se"):
        adjustment.sign(kept, by=User.objects.get(email=email))
    ActionItem.objects.filter(paragraph__minutes=kept).update(
        status=ActionItem.Status.DONE, done_at=timezone.now(), done_by=by
    )


def _chosen() -> Decided:
    return Decided("Sekretariatschefen i Vansbro kommun utses att justera protokollet.", Decision.Kind.CHOOSES)


def _november(body: Body, by: User) -> None:
    meeting = _plan(body, by, NOVEMBER, 10, 11.5)
    for title, type_, length in (
        ("Status utökad samverkan", "D", 20),
        ("Mötesdagar 2023", "B", 10),
        ("Samrådsgruppens heldag", "I", 20),
        ("Utbildning för chefer", "D", 15),
    ):
        if not meeting.items.filter(title=title).exists():
            agenda.add(meeting, title=title, type=type_, length=length, responsible=SECRETARY, by=by)
    _take(meeting, PRESENT)
    kept = minutes.begin(meeting, by=by)
    minutes.write_head(
        kept,
        time_and_place=kept.time_and_place,
        previous_outcome=Meeting.PreviousOutcome.NO_COMMENTS,
        version=kept.version,
        by=by,
    )
    _write(kept, "Val av justerare", by, decisions=(_chosen(),))
    _write(
        kept,
        "Föregående protokoll",
        by,
        comments=(Commented("Inga synpunkter på föregående protokoll.", "Styrgruppen"),),
    )
    _extension(kept, by)
    _write(
        kept,
        "Mötesdagar 2023",
        by,
        decisions=(Decided("Styrgruppen godkänner de fyra föreslagna mötesdagarna.", Decision.Kind.APPROVES),),
        summary="Dagarna följer vad samverkansavtalet kräver under året:\n\n"
        "- 13 februari kl. 9–10, före bokslutet som ska vara kommunerna till handa 15 februari\n"
        "- 17 april kl. 10–11, inför budgetförslaget i april\n"
        "- 26 september kl. 10–11, inför delårsrapporten\n"
        "- 23 november kl. 11–12",
        actions=(ToDo("Skicka kalenderbokningar", SECRETARY, datetime.date(2022, 12, 2)),),
    )
    _write(
        kept,
        "Samrådsgruppens heldag",
        by,
        decisions=(Decided("Styrgruppen tar informationen till protokollet.", Decision.Kind.NOTED),),
        summary="Samrådsgruppen har talat om hur kommunerna väljer vad som ska levereras. Flera saknar en plan, och "
        "det är oklart vem som får besluta om den. Synpunkterna är sammanställda utan att visa vem som sagt vad.",
        comments=(Commented("Vi behöver den utbildning för chefer som vi har talat om.", "Styrgruppen"),),
        actions=(ToDo("Sammanställa synpunkterna från heldagen", SECRETARY, datetime.date(2022, 11, 24)),),
    )
    _write(
        kept,
        "Utbildning för chefer",
        by,
        outcome=AgendaItem.Outcome.WITHDRAWN,
        carry_over=True,
        comments=(Commented("Önskemål om innehåll lämnas till e-arkivcentrum.", ""),),
        actions=(ToDo("Ordna utbildning för chefer under våren", SECRETARY, datetime.date(2023, 4, 17)),),
    )
    done = ("Skicka kalenderbokningar", "Sammanställa synpunkterna från heldagen")
    ActionItem.objects.filter(paragraph__minutes=kept, task__in=done).update(
        status=ActionItem.Status.DONE, done_at=timezone.now(), done_by=by
    )


def _extension(kept: Minutes, by: User) -> None:
    _write(
        kept,
        "Status utökad samverkan",
        by,
        summary="Kommunförbundet har bett kommunerna att vänta med sina beslut tills förbundet har behandlat frågan "
        "den 7 december. Enligt värdkommunen finns inget känt motstånd. E-arkivcentrum behöver veta när varje kommun "
        "nu kan besluta, för att se om tidsplanen håller.",
        comments=(
            Commented(
                "De sex som är här räknar med små ändringar. De som inte är här får frågan skriftligt.", "Styrgruppen"
            ),
        ),
        actions=(
            ToDo("Fråga de kommuner som inte var med när beslut kan fattas", SECRETARY, datetime.date(2022, 12, 7)),
        ),
    )
    action = ActionItem.objects.get(paragraph__minutes=kept, task__startswith="Fråga de kommuner")
    action.addressees.set(Municipality.objects.filter(code__in=UNANSWERED))


def _coming(body: Body, by: User) -> None:
    """In three weeks, called, with some answers: what a member meets first."""
    day = timezone.localdate() + datetime.timedelta(days=21)
    meeting = _plan(
        body, by, day + datetime.timedelta(days=(7 - day.weekday()) % 7 if day.weekday() > 4 else 0), 10, 11
    )
    for title, type_, length in (("Delårsrapport", "I", 15), ("Leveransplaner i kommunerna", "D", 20)):
        agenda.add(meeting, title=title, type=type_, length=length, responsible=SECRETARY, by=by)
    notice.call(meeting, by=by)
    for code, coming in (("2082", True), ("2021", True), ("2081", False)):
        row = meeting.attendances.get(municipality_id=code)
        attendance.answer(row, coming=coming, note="" if coming else "Krock med nämndmöte.", by=row.user or by)


def _council(consortium: Consortium, by: User) -> None:
    """An afternoon with its kinds of items and the times that follow from them."""
    body, _made = Body.objects.get_or_create(
        consortium=consortium,
        kind=Body.Kind.COUNCIL,
        defaults={"name": "E-rådet", "legal_regime": Body.LegalRegime.NONE, "from_on": datetime.date(2020, 1, 1)},
    )
    meeting = _plan(body, by, datetime.date(2020, 9, 10), 13, 16)
    meeting.items.all().delete()
    for title, type_, responsible, length in (
        ("Välkommen och föregående möte", "I", "Ordförande", 10),
        ("Hur e-rådets arbete går", "D", "E-samordnare", 20),
        ("Underlaget för samordnarens roll efter årsskiftet", "I", "E-samordnare", 20),
        ("Inför arbetspasset", "I", "E-samordnare", 10),
        ("Arbetspass: rådets väg framåt", "A", "E-samordnare", 120),
    ):
        agenda.add(meeting, title=title, type=type_, responsible=responsible, length=length, by=by)
