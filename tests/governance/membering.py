"""What the addresses of the members' pages stand for: one of everything, Falun's where it is a municipality's."""

import datetime

from consortium.models import User
from governance import calendar, feedback, inquiries, rounds, withdrawal
from governance.models import (
    Body,
    Contact,
    FeedToken,
    Inquiry,
    Meeting,
    MeetingSeries,
    PlannedMeeting,
    ReturnItem,
    Seat,
    Withdrawal,
)
from tests import factories

DAY = datetime.date(2023, 2, 1)


def addressed() -> dict[str, str]:
    consortium, falun, leksand = factories.consortium(), factories.municipality("2080"), factories.municipality("2029")
    admin = factories.user("Administratör bakom raderna")
    kind, regime = Body.Kind.WORKING_GROUP, Body.LegalRegime.NONE
    body = Body.objects.create(consortium=consortium, name="Arkivgruppen", kind=kind, legal_regime=regime, from_on=DAY)
    seat = Seat.objects.create(body=body, municipality=falun, function="Arkivchef", from_on=DAY)
    contact = Contact.objects.create(municipality=falun, function="archive", email="arkivet@falun.exempel.se")
    opened = rounds.open_round(
        consortium, {"name": "Utökning", "opened_on": DAY, "decisions_by": DAY}, joining=[], by=admin
    )
    held = rounds.hold(opened, reason="Förbundet beslutar", from_on=DAY, until_on=None, by=admin)
    dependency = rounds.depend(opened, "Nytt avtal", by=admin)
    series = MeetingSeries.objects.create(body=body, year=2023)
    planned = PlannedMeeting.objects.create(series=series, on=DAY)
    nine, ten = datetime.time(9), datetime.time(10)
    meeting = Meeting.objects.create(body=body, held_on=DAY, starts_at=nine, ends_at=ten)
    secret = calendar.open_feed(body, by=admin)
    asked = inquiries.ask(consortium, {"question": "När beslutar ni?", "kind": Inquiry.Kind.DAY}, by=admin)
    topic = feedback.open_topic(consortium, {"title": "Heldagen"}, by=admin)
    leaving = _notice(leksand.pk, admin)
    rows = {
        "consortium": consortium,
        "body": body,
        "seat": seat,
        "contact": contact,
        "round": opened,
        "hold": held,
        "dependency": dependency,
        "decision": opened.decisions.get(municipality=falun),
        "series": series,
        "planned": planned,
        "meeting": meeting,
        "token": FeedToken.objects.get(body=body),
        "inquiry": asked,
        "reply": asked.replies.get(municipality=falun),
        "topic": topic,
        "withdrawal": leaving,
        "item": leaving.items.get(what=ReturnItem.What.PACKAGES),
    }
    named = {f"m_{name}": str(row.pk) for name, row in rows.items()}
    return named | {"m_slug": consortium.slug, "m_secret": secret}


def _notice(code: str, admin: User) -> Withdrawal:
    consortium, municipality = factories.consortium(), factories.municipality(code)
    last = consortium.memberships.filter(municipality=municipality).latest("id")
    return withdrawal.give_notice(consortium, municipality, notified_on=DAY, reference="KF § 4", seen=last.pk, by=admin)
