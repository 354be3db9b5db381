"""Post against a mail server of flesh and TCP: sent once, or said that it may have gone twice."""

import datetime
import os
import signal
import socket
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from pytest_django.fixtures import Settings

from consortium import addresses, post, tasks
from consortium.models import AuditEvent, MailAttachment, OutgoingMail
from consortium.models.leases import MAX_TRIES, database_now
from tests import factories
from tests.consortium.smtp import MailServer, mail_server

pytestmark = pytest.mark.django_db
Status = OutgoingMail.Status


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    with mail_server() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_TIMEOUT = 5
        settings.DEFAULT_FROM_EMAIL = "E-arkivcentrum <e-arkiv@exempel.se>"
        for name, value in addresses.email(running.url).items():
            setattr(settings, name, value)
        yield running


def write(*to: str, **more: object) -> list[OutgoingMail]:
    letter = {"subject": "Kallelse till styrgruppen", "text": "Välkommen den 24 november.", "kind": "notice", **more}
    return post.send(to=to or ["kansli@falun.exempel.se"], **letter)  # type: ignore[arg-type]


def fresh(mail: OutgoingMail) -> OutgoingMail:
    return OutgoingMail.objects.get(pk=mail.pk)


def time_passes() -> None:
    OutgoingMail.objects.update(lease_until=None)
    OutgoingMail.objects.exclude(due_at=None).update(due_at=database_now())


def test_each_address_gets_a_letter_of_its_own(server: MailServer) -> None:
    write("kansli@falun.exempel.se", "kansli@mora.exempel.se", "Kansli@Falun.exempel.se")
    assert post.deliver_due() == 2
    assert [letter.to for letter in server.letters] == [["kansli@falun.exempel.se"], ["kansli@mora.exempel.se"]]
    first = server.letters[0].message
    assert (first["To"], first["Subject"]) == ("kansli@falun.exempel.se", "Kallelse till styrgruppen")
    assert first["From"] == "E-arkivcentrum <e-arkiv@exempel.se>"
    assert "Välkommen den 24 november." in first.get_content()
    assert "mora" not in server.letters[0].raw.decode()
    assert server.conversations == 1


def test_a_sent_letter_is_not_sent_again(server: MailServer) -> None:
    (mail,) = write()
    tasks.deliver_post()
    tasks.deliver_post()
    assert len(server.letters) == 1
    sent = fresh(mail)
    assert (sent.status, sent.due_at, sent.may_be_double) == (Status.SENT, None, False)
    assert sent.sent_at


def test_attachments_arrive_whole_and_are_kept_once(server: MailServer) -> None:
    calendar = post.Attachment("mote.ics", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "text/calendar; method=REQUEST")
    write(
        "a@exempel.se", "b@exempel.se", attachments=[post.Attachment("Protokoll § 18.pdf", b"%PDF-1.7 \xff"), calendar]
    )
    post.deliver_due()
    pdf, ics = server.letters[1].message.iter_attachments()
    assert (pdf.get_filename(), pdf.get_content()) == ("Protokoll § 18.pdf", b"%PDF-1.7 \xff")
    assert ics.get_content_type() == "text/calendar"
    assert ics.get_param("method") == "REQUEST"
    assert MailAttachment.objects.count() == 2


def test_a_refused_address_is_not_delivered_and_not_tried_again(server: MailServer) -> None:
    server.answer_recipient = lambda address: "550 okänd" if address.startswith("borta") else "250 ok"
    gone, here = write("borta@exempel.se", "kansli@exempel.se")
    post.deliver_due()
    assert (fresh(gone).status, fresh(gone).due_at) == (Status.REFUSED, None)
    assert fresh(gone).answer.startswith("550")
    assert fresh(here).status == Status.SENT
    assert list(OutgoingMail.objects.not_delivered()) == [gone]


def test_not_now_is_tried_again_after_a_growing_pause(server: MailServer) -> None:
    server.answer_recipient = lambda address: "451 senare"
    (mail,) = write()
    pauses = []
    for _ in range(3):
        asked = database_now()
        post.deliver_due()
        waiting = fresh(mail)
        assert waiting.status == Status.WAITING
        assert waiting.due_at
        pauses.append(round((waiting.due_at - asked).total_seconds() / 60))
        time_passes()
    assert pauses == [1, 2, 4]
    server.answer_recipient = lambda address: "250 ok"
    post.deliver_due()
    assert (fresh(mail).status, fresh(mail).may_be_double) == (Status.SENT, False)
    assert len(server.letters) == 1


def test_a_server_that_is_away_costs_nothing_but_time(settings: Settings, server: MailServer) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = nobody.getsockname()[1]
        (mail,) = write()
        post.deliver_due()
    assert (fresh(mail).status, fresh(mail).may_be_double) == (Status.WAITING, False)
    OutgoingMail.objects.update(tries=MAX_TRIES)
    time_passes()
    post.deliver_due()
    assert (fresh(mail).status, fresh(mail).due_at) == (Status.GIVEN_UP, None)


def test_a_line_that_breaks_with_the_letter_handed_over_leaves_a_doubt_that_is_told(server: MailServer) -> None:
    def hang_up() -> None:
        server.before_taking = lambda: None
        raise ConnectionResetError

    server.before_taking = hang_up
    (mail,) = write()
    post.deliver_due()
    assert fresh(mail).status == Status.SENDING
    time_passes()
    post.deliver_due()
    assert (fresh(mail).status, fresh(mail).may_be_double) == (Status.SENT, True)
    first, second = server.letters
    assert first.message["Message-ID"] == second.message["Message-ID"]


def test_a_worker_that_died_before_it_spoke_to_the_server_leaves_no_doubt(server: MailServer) -> None:
    (mail,) = write()
    assert OutgoingMail.objects.claim(mail.pk)
    assert post.deliver_due() == 0  # the dead worker's lease is still in force
    time_passes()
    assert post.deliver_due() == 1
    assert len(server.letters) == 1
    assert (fresh(mail).status, fresh(mail).may_be_double) == (Status.SENT, False)


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_with_the_letter_handed_over_leaves_a_doubt_that_is_told(server: MailServer) -> None:
    killed = threading.Event()
    child: list[int] = []

    def kill() -> None:
        if not killed.is_set():
            os.kill(child[0], signal.SIGKILL)
            os.waitpid(child[0], 0)
            killed.set()

    server.before_taking = kill
    (mail,) = write()
    child.append(_worker())
    assert killed.wait(20)
    assert fresh(mail).status == Status.SENDING
    assert post.deliver_due() == 0
    time_passes()
    assert post.deliver_due() == 1
    first, second = server.letters
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert (fresh(mail).status, fresh(mail).may_be_double) == (Status.SENT, True)


def _worker() -> int:
    connections.close_all()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        try:
            post.deliver_due()
        finally:
            os._exit(0)
    return pid


@pytest.mark.parametrize(
    ("to", "wrong"),
    [
        ("kansli", post.NotAnAddress),
        ("a@exempel.se\nBcc: b@exempel.se", post.NotAnAddress),
        ("Kansli <kansli@exempel.se>", post.NotAnAddress),
    ],
)
def test_what_is_no_address_is_refused(to: str, wrong: type[Exception]) -> None:
    with pytest.raises(wrong):
        write(to)
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize(
    ("letter", "wrong"),
    [
        ({"subject": "Kallelse\nBcc: alla@exempel.se"}, post.NotOneLine),
        ({"subject": "Kallelse\r\n\r\nAnnan text"}, post.NotOneLine),
        ({"subject": " "}, post.NotOneLine),
        ({"subject": "å" * 201}, post.NotOneLine),
        ({"attachments": [post.Attachment('a\r\nX: "b.pdf', b"")]}, post.NotOneLine),
        ({"attachments": [post.Attachment("a.pdf", b"", "text/html\r\nX: y")]}, post.NotOneLine),
        ({"subject": "Ärende 19121212-1212"}, post.HoldsPersonalNumber),
        ({"text": "Gäller 121212-1212."}, post.HoldsPersonalNumber),
        ({"attachments": [post.Attachment("19121212-1212.pdf", b"")]}, post.HoldsPersonalNumber),
        ({"attachments": [post.Attachment("a.pdf", b"0" * (post.ATTACHED_MAX_BYTES + 1))]}, post.AttachmentsTooLarge),
    ],
)
def test_what_must_not_be_sent_is_refused_before_a_row_is_written(
    letter: dict[str, object], wrong: type[Exception]
) -> None:
    with pytest.raises(wrong):
        write(**letter)
    assert not OutgoingMail.objects.exists()


def test_a_space_that_does_not_break_is_an_ordinary_one_in_a_subject(server: MailServer) -> None:
    write(subject="Utdrag §\u00a018, kl.\u00a010–11.30")
    post.deliver_due()
    assert server.letters[0].message["Subject"] == "Utdrag § 18, kl. 10–11.30"


def test_the_same_letter_is_written_once_per_address() -> None:
    first = write("a@exempel.se", once="kallelse 17")
    again = write("a@exempel.se", "b@exempel.se", once="kallelse 17")
    assert again[0] == first[0]
    assert OutgoingMail.objects.count() == 2


def test_letters_are_found_by_what_they_are_about() -> None:
    falun, mora = factories.municipality("2080"), factories.municipality("2062")
    write("a@exempel.se", about=falun)
    assert OutgoingMail.objects.about(falun).count() == 1
    assert not OutgoingMail.objects.about(mora).exists()


def test_a_letter_in_return_is_noted_and_can_be_sent_to_a_mended_address(server: MailServer) -> None:
    falun, secretary = factories.municipality("2080"), factories.user("Sekreterare")
    (mail,) = write("fel@exempel.se", about=falun, attachments=[post.Attachment("a.pdf", b"%PDF")])
    post.deliver_due()
    post.note_returned(mail, "Adressen finns inte längre.", by=secretary)
    again = post.send_again(mail, to="kansli@exempel.se", by=secretary)
    post.deliver_due()
    assert (fresh(mail).status, fresh(again).status) == (Status.RETURNED, Status.SENT)
    assert OutgoingMail.objects.about(falun).count() == 2
    assert server.letters[1].message.is_multipart()
    assert AuditEvent.objects.filter(actor="Sekreterare").count() == 2


def test_without_a_server_letters_lie_in_a_folder(settings: Settings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    (mail,) = write()
    post.deliver_due()
    (kept,) = tmp_path.iterdir()
    assert "kansli@falun.exempel.se" in kept.read_text()
    assert fresh(mail).status == Status.SENT


def test_the_address_of_a_server_is_read_whole() -> None:
    assert addresses.email("smtp://e%40arkiv:hem%3Aligt@post.exempel.se") == {
        "EMAIL_HOST": "post.exempel.se",
        "EMAIL_PORT": 587,
        "EMAIL_HOST_USER": "e@arkiv",
        "EMAIL_HOST_PASSWORD": "hem:ligt",
        "EMAIL_USE_TLS": True,
        "EMAIL_USE_SSL": False,
    }
    tls = addresses.email("smtps://post.exempel.se")
    assert (tls["EMAIL_PORT"], tls["EMAIL_USE_SSL"], tls["EMAIL_USE_TLS"]) == (465, True, False)
    assert addresses.email("smtp://localhost:25?tls=0")["EMAIL_USE_TLS"] is False


@pytest.mark.parametrize("url", ["post.exempel.se", "http://post.exempel.se", "smtp://", "smtp://a?timeout=3"])
def test_a_strange_address_of_a_server_says_what_it_should_look_like(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="smtp://namn"):
        addresses.email(url)


def test_the_longest_pause_keeps_a_letter_alive_for_three_days() -> None:
    pauses = [min(post.FIRST_PAUSE * 2**number, post.LONGEST_PAUSE) for number in range(MAX_TRIES)]
    assert datetime.timedelta(days=2.5) < sum(pauses, datetime.timedelta()) < datetime.timedelta(days=4)
