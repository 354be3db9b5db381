"""Dispatch: groups become addressees, one letter each; what did not arrive is seen, and receipts come back."""

import datetime

import pytest

from consortium import post
from consortium.models import OutgoingMail
from governance import dispatch, extracts
from governance.models import Contact, Dispatch, DispatchGroup, Minutes, Seat
from tests import factories
from tests.governance import publishing, steering
from tests.governance.steering import Steering
from tests.keeping import shared

pytestmark = pytest.mark.django_db
CODES = ["2080", "2082", "2062", "2029", "2021", "2084", "2034", "2031"]


@pytest.fixture
@shared
def group() -> Steering:
    made = steering.group()
    for code in CODES:
        Contact.objects.create(
            municipality=factories.municipality(code),
            function=Contact.Function.REGISTRY,
            email=f"registrator{code}@exempel.se",
        )
    return made


@pytest.fixture
@shared
def minutes(group: Steering) -> Minutes:
    return publishing.adjusted(group)


def test_the_members_are_eight_addressees_and_a_bounce_is_seen(minutes: Minutes, group: Steering) -> None:
    extract = extracts.certify(minutes.paragraphs.get(), by=group.secretary)
    rows = dispatch.dispatch(minutes, ["Medlemskommunerna"], extract=extract, by=group.secretary)
    assert len(rows) == len({row.mail.to for row in rows if row.mail}) == 8
    assert {row.group for row in rows} == {"Medlemskommunerna"}
    post.deliver_due()
    mails = OutgoingMail.objects.about(minutes)
    assert mails.filter(sent_at__isnull=False).count() == 8
    dispatch.note_bounce(rows[0], "Okänd adress", by=group.secretary)
    assert list(mails.not_delivered()) == [Dispatch.objects.get(pk=rows[0].pk).mail]


def test_each_letter_carries_the_certified_pdf_and_a_link_of_its_own(minutes: Minutes, group: Steering) -> None:
    extract = extracts.certify(minutes.paragraphs.get(), by=group.secretary)
    first, second = dispatch.dispatch(minutes, ["Falu kommun", "Mora kommun"], extract=extract, by=group.secretary)
    assert first.mail
    assert second.mail
    (attached,) = first.mail.attachments.all()
    assert bytes(attached.content) == bytes(extract.pdf)
    assert first.token in first.mail.text
    assert first.token not in second.mail.text
    assert "Utökad samverkan" in first.mail.subject


@pytest.mark.parametrize(
    ("line", "name", "email"),
    [
        ("Falun", "Falu kommun", "registrator2080@exempel.se"),
        ("falu kommun", "Falu kommun", "registrator2080@exempel.se"),
        ("Säter kommun", "Säters kommun", "registrator2082@exempel.se"),
        ("Revisorerna, revision@exempel.se", "Revisorerna", "revision@exempel.se"),
        ("revision@exempel.se", "revision@exempel.se", "revision@exempel.se"),
        ("Kommunförbundet", "Kommunförbundet", ""),
    ],
)
def test_a_line_is_understood_the_way_people_write_it(group: Steering, line: str, name: str, email: str) -> None:
    (found,) = dispatch.expand(line, group.consortium)
    assert (found.name, found.email) == (name, email)


def test_a_group_of_ones_own_and_a_body_are_expanded(group: Steering) -> None:
    DispatchGroup.objects.create(
        consortium=group.consortium, name="Arkiven", kind="addresses", addresses="Falun\nLandsarkivet, la@exempel.se\n"
    )
    DispatchGroup.objects.create(consortium=group.consortium, name="Gruppen", kind="body", body=group.body)
    assert [each.name for each in dispatch.expand("arkiven", group.consortium)] == ["Falu kommun", "Landsarkivet"]
    of_body = dispatch.expand("Gruppen", group.consortium)
    assert len(of_body) == 5  # the vacant seat has nobody to send to
    assert "kansli@falun.exempel.se" in {each.email for each in of_body}


def test_nobody_gets_the_same_twice(minutes: Minutes, group: Steering) -> None:
    assert len(dispatch.dispatch(minutes, ["Falun", "Medlemskommunerna"], by=group.secretary)) == 8
    assert dispatch.dispatch(minutes, ["Medlemskommunerna"], by=group.secretary) == []
    assert OutgoingMail.objects.about(minutes).count() == 8


def test_two_who_share_a_name_get_a_letter_each(minutes: Minutes, group: Steering) -> None:
    for n in (1, 2):
        Seat.objects.create(
            body=group.body,
            municipality=factories.municipality("2080"),
            function="IT-arkivarie",
            email=f"ita{n}@falun.exempel.se",
            from_on=steering.LONG_AGO,
        )
    DispatchGroup.objects.create(consortium=group.consortium, name="Gruppen", kind="body", body=group.body)
    rows = dispatch.dispatch(minutes, ["Gruppen", "Kansli a@exempel.se", "Kansli b@exempel.se"], by=group.secretary)
    sent = {row.addressee: row.mail.to for row in rows if row.mail}
    assert len(sent) == len(rows) == 9
    assert sent["IT-arkivarie, Falu kommun, ita2@falun.exempel.se"] == "ita2@falun.exempel.se"
    assert {"ita1@falun.exempel.se", "a@exempel.se", "b@exempel.se"} < set(sent.values())


def test_who_has_had_it_does_not_get_it_again_when_another_shares_the_name(minutes: Minutes, group: Steering) -> None:
    dispatch.dispatch(minutes, ["Kansli a@exempel.se"], by=group.secretary)
    (row,) = dispatch.dispatch(minutes, ["Kansli a@exempel.se", "Kansli b@exempel.se"], by=group.secretary)
    assert row.mail
    assert row.mail.to == "b@exempel.se"


def test_who_has_no_address_is_reached_by_paper(minutes: Minutes, group: Steering) -> None:
    (row,) = dispatch.dispatch(minutes, ["Kommunförbundet"], by=group.secretary)
    assert row.mail is None
    dispatch.note_sent_on_paper(row, datetime.date(2022, 12, 9), by=group.secretary)
    assert Dispatch.objects.get(pk=row.pk).sent_on_paper_on == datetime.date(2022, 12, 9)


def test_after_a_bounce_the_letter_goes_to_a_mended_address(minutes: Minutes, group: Steering) -> None:
    (row,) = dispatch.dispatch(minutes, ["Falun"], by=group.secretary)
    dispatch.note_bounce(row, "Okänd", by=group.secretary)
    dispatch.send_to_other_address(row, "kansli@exempel.se", by=group.secretary)
    again = Dispatch.objects.get(pk=row.pk)
    assert again.mail
    assert (again.mail.to, again.mail.status) == ("kansli@exempel.se", OutgoingMail.Status.WAITING)
    assert again.mail.attachments.count() == 1


def test_the_first_receipt_counts(minutes: Minutes, group: Steering) -> None:
    (row,) = dispatch.dispatch(minutes, ["Falun"], by=group.secretary)
    first = dispatch.confirm_receipt(row.token)
    assert first
    again = dispatch.confirm_receipt(row.token)
    assert again
    assert again.received_at == first.received_at
    assert dispatch.confirm_receipt("gissad") is None


def test_drafts_and_empty_lists_are_not_dispatched(group: Steering) -> None:
    kept = publishing.written(group)
    with pytest.raises(dispatch.NotAdjusted):
        dispatch.dispatch(kept, ["Falun"], by=group.secretary)
    with pytest.raises(dispatch.NobodyToSendTo):
        dispatch.dispatch(publishing.adjusted(group, held_on=datetime.date(2022, 12, 15)), [" "], by=group.secretary)
