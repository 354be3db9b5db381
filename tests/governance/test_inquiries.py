"""A question to all: everybody is asked, the silent are reminded, each speaks for itself."""

import datetime

import pytest

from consortium.access.roles import Role
from consortium.models import OutgoingMail, User
from governance import inquiries
from governance.inquiries import InquiryClosed, NobodyToRemind, NothingAnswered, NotYours
from governance.models import Body, Contact, Inquiry, InquiryReply, Seat
from governance.revising import ChangedMeanwhile
from tests import factories
from tests.governance import steering
from tests.governance.steering import Steering
from tests.keeping import shared

pytestmark = pytest.mark.django_db
DAY = datetime.date(2023, 1, 20)


@pytest.fixture
@shared
def group() -> Steering:
    return steering.group()


@pytest.fixture
@shared
def asked(group: Steering) -> Inquiry:
    """Säter, Vansbro and Mora said something at the meeting; Falun was away and Avesta has nobody."""
    facts = {"body": group.body, "question": "När kan ni fatta beslut efter den 7 december?", "kind": Inquiry.Kind.DAY}
    presumed = dict.fromkeys(["2082", "2021"], "Svarade på mötet")
    return inquiries.ask(group.consortium, facts, presumed=presumed, by=group.secretary)


def reply(asked: Inquiry, code: str) -> InquiryReply:
    return asked.replies.get(municipality=code)


def test_everybody_has_a_row_and_the_split_can_be_edited(group: Steering, asked: Inquiry) -> None:
    assert inquiries.tally(asked) == inquiries.Tally(asked=5, answered=0, presumed=2, waiting=3)
    inquiries.presume(reply(asked, "2062"), "Svarade på mötet", seen=1, by=group.secretary)
    inquiries.presume(reply(asked, "2082"), "", seen=1, by=group.secretary)
    assert inquiries.tally(asked).presumed == 2
    assert reply(asked, "2082").is_waiting


def test_a_seat_answers_for_its_municipality_and_for_no_other(group: Steering, asked: Inquiry) -> None:
    inquiries.answer(reply(asked, "2062"), day=DAY, seen=1, by=group.member)
    assert reply(asked, "2062").replied_by == group.member
    with pytest.raises(NotYours):
        inquiries.answer(reply(asked, "2080"), day=DAY, seen=1, by=group.member)
    admin = factories.user_with(Role.CONSORTIUM_ADMIN, group.consortium)
    inquiries.answer(reply(asked, "2080"), day=DAY, seen=1, by=admin)
    assert inquiries.tally(asked).share == pytest.approx(4 / 5)


def test_a_seat_in_another_consortium_speaks_for_nobody_here(group: Steering, asked: Inquiry) -> None:
    stranger = factories.user()
    theirs = Body.objects.create(
        consortium=factories.consortium("Annat"),
        name="Styrgruppen",
        kind=Body.Kind.STEERING_GROUP,
        legal_regime=Body.LegalRegime.AGREEMENT,
        from_on=steering.LONG_AGO,
    )
    falun = factories.municipality("2080")
    Seat.objects.create(body=theirs, municipality=falun, function="Kanslichef", user=stranger, from_on=DAY)
    with pytest.raises(NotYours):
        inquiries.answer(reply(asked, "2080"), day=DAY, seen=1, by=stranger)
    assert list(inquiries.waiting_for(stranger)) == []


def test_two_who_answer_at_once_are_told(group: Steering, asked: Inquiry) -> None:
    inquiries.answer(reply(asked, "2062"), day=DAY, seen=1, by=group.member)
    with pytest.raises(ChangedMeanwhile):
        inquiries.answer(reply(asked, "2062"), day=DAY, seen=1, by=group.member)


@pytest.mark.parametrize("kind", Inquiry.Kind.values)
def test_an_answer_is_of_the_kind_asked_for(group: Steering, asked: Inquiry, kind: str) -> None:
    Inquiry.objects.filter(pk=asked.pk).update(kind=kind)
    with pytest.raises(NothingAnswered):
        inquiries.answer(reply(asked, "2062"), seen=1, by=group.member)
    inquiries.answer(reply(asked, "2062"), day=DAY, yes=False, text="Vet ej", seen=1, by=group.member)


def test_only_the_silent_are_reminded(group: Steering, asked: Inquiry) -> None:
    inquiries.answer(reply(asked, "2062"), day=DAY, seen=1, by=group.member)
    unreached = inquiries.remind(asked, by=group.secretary)
    assert list(OutgoingMail.objects.values_list("to", flat=True)) == ["kansli@falun.exempel.se"]
    assert [each.code for each in unreached] == ["2084"]
    assert (reply(asked, "2080").reminders, reply(asked, "2084").reminders) == (1, 0)


def test_a_municipality_without_a_seat_is_reached_by_its_contact(group: Steering, asked: Inquiry) -> None:
    avesta = factories.municipality("2084")
    Contact.objects.create(
        municipality=avesta, function=Contact.Function.REGISTRY, email="registrator@avesta.exempel.se"
    )
    assert inquiries.remind(asked, by=group.secretary) == []
    assert OutgoingMail.objects.filter(to="registrator@avesta.exempel.se").exists()


def test_nobody_is_reminded_when_all_have_answered(group: Steering, asked: Inquiry) -> None:
    asked.replies.update(presumed="Svarade på mötet")
    with pytest.raises(NobodyToRemind):
        inquiries.remind(asked, by=group.secretary)


def test_a_closed_question_takes_no_answers(group: Steering, asked: Inquiry) -> None:
    closed = inquiries.close(asked, by=group.secretary)
    for act in (
        lambda: inquiries.answer(reply(asked, "2062"), day=DAY, seen=1, by=group.member),
        lambda: inquiries.remind(closed, by=group.secretary),
        lambda: inquiries.close(closed, by=group.secretary),
    ):
        with pytest.raises(InquiryClosed):
            act()


def test_what_waits_for_me_is_what_my_municipality_has_not_answered(group: Steering, asked: Inquiry) -> None:
    def waiting(user: User) -> list[str]:
        return [each.municipality_id for each in inquiries.waiting_for(user)]

    assert (waiting(group.member), waiting(group.secretary)) == (["2062"], [])
    inquiries.answer(reply(asked, "2062"), day=DAY, seen=1, by=group.member)
    assert waiting(group.member) == []
